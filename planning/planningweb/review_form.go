package planningweb

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type reviewForm struct {
	ui.Page
	form           ui.Form
	review         *planning.ReviewDossier // nil for a new one
	chairs, people []ui.Option
}

func (p pages) newReview(c *web.Context) error {
	return p.showReviewForm(c, http.StatusOK, ui.Form{}, nil)
}

// showReviewForm is the form of a new review, or of one that is edited.
func (p pages) showReviewForm(c *web.Context, status int, form ui.Form, r *planning.ReviewDossier) error {
	title := "planning.review.new"
	if r != nil {
		title = "planning.review.edit"
	}
	v := reviewForm{Page: c.Page(title), form: form, review: r}
	chairs, err := p.svc.KIS.People(c.Ctx(), office.PeopleFilter{Role: policies.Management})
	if err != nil {
		return err
	}
	people, err := p.svc.KIS.People(c.Ctx(), office.PeopleFilter{})
	if err != nil {
		return err
	}
	v.chairs, v.people = append([]ui.Option{{Label: v.T("planning.form.choose")}}, persons(v.Page, chairs)...), persons(v.Page, people)
	if form.Values == nil {
		v.form.Values = reviewValues(v.Page, r)
	}
	return c.Render(status, reviewFormView(v))
}

// persons are people to choose from.
func persons(p ui.Page, list []office.User) []ui.Option {
	out := make([]ui.Option, len(list))
	for i, u := range list {
		out[i] = ui.Option{Value: u.ID, Label: u.Name, Hint: u.Position(p.Lang)}
	}
	return out
}

// reviewValues are the fields of a review as a form shows them; of a new one
// the half year before today.
func reviewValues(p ui.Page, r *planning.ReviewDossier) url.Values {
	if r == nil {
		t := p.Today()
		return url.Values{"to": {t.Format()}, "from": {t.AddMonths(-6).Add(1).Format()}, "meeting": {t.Format()}, "time": {"10:00"}}
	}
	v := url.Values{"from": {r.From.Format()}, "to": {r.To.Format()}, "meeting": {p.Date(r.MeetingAt)}, "time": {p.Time(r.MeetingAt)},
		"place": {r.Place}, "chair": {r.ChairID}, "version": {strconv.Itoa(r.Version)}}
	for _, x := range r.People {
		v.Add("participants", x.UserID)
	}
	return v
}

// reviewFields reads what was typed about a review.
func (p pages) reviewFields(c *web.Context) (planning.ReviewFields, error) {
	var check apperr.Check
	f := planning.ReviewFields{From: c.FormDate(&check, "from", true), To: c.FormDate(&check, "to", true), Place: c.Form("place"),
		ChairID: c.Form("chair"), Participants: c.Forms("participants")}
	d := c.FormDate(&check, "meeting", true)
	clock, err := time.Parse("15:04", strings.TrimSpace(c.Form("time")))
	if err != nil {
		check.Add("time", "planning.review.error.time")
	} else if d != "" {
		t := d.Time()
		f.MeetingAt = time.Date(t.Year(), t.Month(), t.Day(), clock.Hour(), clock.Minute(), 0, 0, p.svc.KIS.Zone).UTC()
	}
	return f, check.Err()
}

// href is where the form posts.
func (v reviewForm) href() string {
	if v.review == nil {
		return "/reviews"
	}
	return reviewHref(v.review.ID) + "/edit"
}

func (p pages) openReview(c *web.Context) error {
	f, err := p.reviewFields(c)
	var r planning.Review
	if err == nil {
		r, err = p.svc.OpenReview(c.Ctx(), f)
	}
	return c.Done(err, "planning.review.opened", reviewHref(r.ID), func(form ui.Form, status int) error {
		return p.showReviewForm(c, status, form, nil)
	})
}

func (p pages) editReview(c *web.Context) error {
	r, err := p.loadReview(c)
	if err != nil {
		return err
	}
	return p.showReviewForm(c, http.StatusOK, ui.Form{}, &r)
}

func (p pages) changeReview(c *web.Context) error {
	r, err := p.loadReview(c)
	if err != nil {
		return err
	}
	f, err := p.reviewFields(c)
	if err == nil {
		version, _ := strconv.Atoi(c.Form("version")) // none is not the present one
		err = p.svc.EditReview(c.Ctx(), r.ID, version, f)
	}
	return c.Done(err, "planning.review.changed", reviewHref(r.ID), func(form ui.Form, status int) error {
		return p.showReviewForm(c, status, form, &r)
	})
}
