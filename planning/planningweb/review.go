package planningweb

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type reviewList struct {
	ui.Page
	reviews []planning.Review
	prepare bool
}

// reviews lists the management reviews.
func (p pages) reviews(c *web.Context) error {
	v := reviewList{Page: c.Page("planning.review.title"), prepare: c.Can(policies.ReviewPrepare)}
	var err error
	if v.reviews, err = p.svc.Reviews(c.Ctx()); err != nil {
		return err
	}
	return c.Render(http.StatusOK, reviewListView(v))
}

// loadReview reads the review of the address, by id or number.
func (p pages) loadReview(c *web.Context) (planning.ReviewDossier, error) {
	return p.svc.ReviewDossier(c.Ctx(), c.Param("id"))
}

type reviewPage struct {
	ui.Page
	planning.ReviewDossier
	forms       map[string]ui.Form
	can         func(policies.Action) bool
	chair       bool // this person is the chair
	people      []ui.Option
	departments []ui.Option
	kinds       []ui.Option
	history     []office.Event
	pdf         string
}

// review is the page of a management review.
func (p pages) review(c *web.Context) error { return p.showReview(c, http.StatusOK, nil) }

func (p pages) showReview(c *web.Context, status int, forms map[string]ui.Form) error {
	d, err := p.loadReview(c)
	if err != nil {
		return err
	}
	v := reviewPage{Page: c.Page(d.Number), ReviewDossier: d, forms: forms, can: c.Can, chair: c.Actor().UserID == d.ChairID}
	if v.drafting() {
		people, err := p.svc.KIS.People(c.Ctx(), office.PeopleFilter{})
		if err != nil {
			return err
		}
		v.people = append([]ui.Option{{Label: v.T("planning.form.choose")}}, persons(v.Page, people)...)
		if v.departments, err = p.units(c, v.T("planning.review.owner_department")); err != nil {
			return err
		}
		for _, k := range planning.DecisionKinds() {
			v.kinds = append(v.kinds, ui.Option{Value: string(k), Label: v.T("planning.review.kind." + string(k))})
		}
	}
	if v.history, err = p.svc.KIS.History(c.Ctx(), "review", d.ID, 40); err != nil {
		return err
	}
	if p.r.Has(http.MethodGet, "/reviews/:id/pdf") {
		v.pdf = reviewHref(d.ID) + "/pdf"
	}
	return c.Render(status, reviewView(v))
}

func (v reviewPage) form(name string) ui.Form { return v.forms[name] }

// drafting says whether this person may work on the review now.
func (v reviewPage) drafting() bool {
	return v.State == planning.ReviewDraft && v.can(policies.ReviewPrepare)
}

// facts is the line under the title.
func (v reviewPage) facts() string {
	return v.T("planning.review.facts", "from", v.From.Format(), "to", v.To.Format(), "meeting", v.DateTime(v.MeetingAt), "chair", v.ChairName, "n", len(v.People))
}

// number writes the figure itself: 5 / 6, 12 or a text.
func (v reviewPage) number(f planning.FrozenFigure) string {
	switch {
	case f.Value != "":
		return v.Decimal(f.Value)
	case f.Den != 0:
		return v.Int(f.Num) + " / " + v.Int(f.Den)
	}
	return v.Int(f.Num)
}

// short writes a figure of a series: a share as its percentage.
func (v reviewPage) short(num, den int64, value string) string {
	switch {
	case value != "":
		return v.Decimal(value)
	case den != 0:
		return v.Percent(num, den, 0)
	}
	return v.Int(num)
}

// series writes a figure through the periods: 50% → 67% → 83%.
func (v reviewPage) series(f planning.FrozenFigure) string {
	out := ""
	for _, p := range f.Compared() {
		out += v.short(p.Num, p.Den, p.Value) + " → "
	}
	return out + v.short(f.Num, f.Den, f.Value)
}

// periods says of which reviews the values of a series are.
func (v reviewPage) periods(f planning.FrozenFigure) string {
	var out []string
	for _, p := range f.Compared() {
		out = append(out, p.Number+": "+v.short(p.Num, p.Den, p.Value))
	}
	return strings.Join(append(out, v.Number+": "+v.short(f.Num, f.Den, f.Value)), "; ")
}

// values are the points of the line of a figure.
func (v reviewPage) values(f planning.FrozenFigure) []float64 {
	var out []float64
	for _, n := range f.Series() {
		x, _ := n.Float64()
		out = append(out, x)
	}
	return out
}

// rows is how many rows an input takes.
func (v reviewPage) rows(in planning.Input) string { return strconv.Itoa(max(1, len(in.Figures))) }

// judged says whether any figure of an input has a trend.
func judged(in planning.Input) bool {
	return slices.ContainsFunc(in.Figures, func(f planning.FrozenFigure) bool { return f.Trend() != planning.NoTrend })
}

// openFacts is the line beside the title of the open decisions.
func (v reviewPage) openFacts() string {
	late := 0
	for _, d := range v.OpenBefore {
		if d.Late {
			late++
		}
	}
	if len(v.OpenBefore) == 0 {
		return ""
	}
	return v.T("planning.review.open_facts", "n", len(v.OpenBefore), "late", late)
}

// decisionsFacts is the line beside the title of the decisions.
func (v reviewPage) decisionsFacts() string {
	n := len(v.DecisionList)
	switch {
	case n == 0:
		return ""
	case v.DecisionsOpen == 0:
		return v.T("planning.review.decisions_all", "n", n)
	}
	return v.T("planning.review.decisions_some", "n", n, "planned", n-v.DecisionsOpen)
}

// signRows are the facts about minutes, verdict and signature.
func (v reviewPage) signRows() []ui.KVRow {
	by, at := v.CreatedName, v.CreatedAt
	if v.PreparedName != "" {
		by, at = v.PreparedName, v.PreparedAt
	}
	rows := []ui.KVRow{{Term: v.T("planning.review.written_by"), Value: by, Mut: v.DateTime(at)}, {Term: v.T("planning.review.place"), Value: v.Place}}
	if v.Place == "" {
		rows = rows[:1]
	}
	if v.State != planning.ReviewDraft {
		rows = append(rows, ui.KVRow{Term: v.T("planning.review.verdict"), Value: v.verdict(), Mut: v.Conclusion})
	}
	if v.State == planning.ReviewSigned {
		rows = append(rows, ui.KVRow{Term: v.T("planning.review.signed_by"), Value: v.SignedName, Mut: v.DateTime(v.SignedAt)})
	}
	return rows
}

// peopleRows are those who took part, the chair first.
func (v reviewPage) peopleRows() []ui.KVRow {
	var rows []ui.KVRow
	for i, x := range v.People {
		term := x.Unit
		if i == 0 {
			term = v.T("planning.review.chair")
		}
		rows = append(rows, ui.KVRow{Term: term, Value: x.Name, Mut: x.Post(v.Lang)})
	}
	return rows
}

// verdict is what the review says of the system, in words.
func (v reviewPage) verdict() string {
	var yes, no []string
	for _, x := range []struct {
		ok       bool
		key, not string
	}{
		{v.Suitable, "suitable", "not_suitable"},
		{v.Adequate, "adequate", "not_adequate"},
		{v.Effective, "effective", "not_effective"},
	} {
		if x.ok {
			yes = append(yes, v.T("planning.review.verdict."+x.key))
		} else {
			no = append(no, v.T("planning.review.verdict."+x.not))
		}
	}
	return strings.Join(append(yes, no...), ", ")
}

// reviewStep takes a step of the review, and shows the page again with the
// form of that name when it is refused.
func (p pages) reviewStep(c *web.Context, name, key string, do func(id string) error) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	return c.Done(do(id), key, reviewHref(id), func(form ui.Form, status int) error {
		return p.showReview(c, status, map[string]ui.Form{name: form})
	})
}

func (p pages) refresh(c *web.Context) error {
	return p.reviewStep(c, "refresh", "planning.review.refreshed", func(id string) error { return p.svc.RefreshReview(c.Ctx(), id) })
}

func (p pages) decide(c *web.Context) error {
	return p.reviewStep(c, "decide", "planning.review.decided", func(id string) error {
		var check apperr.Check
		n := planning.NewDecision{Kind: planning.DecisionKind(c.Form("kind")), Text: c.Form("text"), OwnerID: c.Form("owner"),
			DepartmentID: c.Form("department"), Due: c.FormDate(&check, "due", false)}
		if err := check.Err(); err != nil {
			return err
		}
		_, err := p.svc.AddDecision(c.Ctx(), id, n)
		return err
	})
}

func (p pages) undecide(c *web.Context) error {
	decision, err := c.ID("decision")
	if err != nil {
		return err
	}
	return p.reviewStep(c, "decide", "planning.review.undecided", func(id string) error { return p.svc.RemoveDecision(c.Ctx(), id, decision) })
}

func (p pages) prepare(c *web.Context) error {
	return p.reviewStep(c, "prepare", "planning.review.prepared", func(id string) error {
		return p.svc.PrepareReview(c.Ctx(), id, planning.Verdict{Suitable: c.Form("suitable") == "1", Adequate: c.Form("adequate") == "1",
			Effective: c.Form("effective") == "1", Conclusion: c.Form("conclusion")})
	})
}

func (p pages) recallReview(c *web.Context) error {
	return p.reviewStep(c, "recall", "planning.review.recalled", func(id string) error { return p.svc.RecallReview(c.Ctx(), id, c.Form("reason")) })
}

func (p pages) returnReview(c *web.Context) error {
	return p.reviewStep(c, "return", "planning.review.returned", func(id string) error { return p.svc.ReturnReview(c.Ctx(), id, c.Form("reason")) })
}

func (p pages) sign(c *web.Context) error {
	return p.reviewStep(c, "sign", "planning.review.signed", func(id string) error {
		return p.svc.SignReview(c.Ctx(), id, planning.Signature{Number: c.Form("number"), Confirmed: c.Form("confirm") == "1"})
	})
}

func (p pages) addendum(c *web.Context) error {
	return p.reviewStep(c, "addendum", "planning.review.added", func(id string) error { return p.svc.AddAddendum(c.Ctx(), id, c.Form("text")) })
}
