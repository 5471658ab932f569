package planningweb

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type commentsPage struct {
	ui.Page
	planning.ReviewDossier
	form ui.Form
}

// comments is the form with what a person says to each of the twelve inputs.
func (p pages) comments(c *web.Context) error { return p.showComments(c, http.StatusOK, ui.Form{}) }

func (p pages) showComments(c *web.Context, status int, form ui.Form) error {
	d, err := p.loadReview(c)
	if err != nil {
		return err
	}
	if form.Values == nil {
		form.Values = url.Values{"version": {strconv.Itoa(d.Version)}}
		for _, in := range d.Inputs {
			form.Values.Set("comment_"+in.Letter, in.Comment)
		}
	}
	return c.Render(status, commentsView(commentsPage{Page: c.Page("planning.review.comments"), ReviewDossier: d, form: form}))
}

// figures are the figures of an input in one line, as a hint.
func (v commentsPage) figures(in planning.Input) string {
	var parts []string
	for _, f := range in.Figures {
		parts = append(parts, reviewPage{Page: v.Page}.number(f)+" "+f.Words(v.Lang))
	}
	if len(parts) == 0 {
		return v.T("planning.review.no_figures")
	}
	return strings.Join(parts, " · ")
}

func (p pages) saveComments(c *web.Context) error {
	d, err := p.loadReview(c)
	if err != nil {
		return err
	}
	texts := map[string]string{}
	for _, in := range d.Inputs {
		if values, typed := c.FormValues()["comment_"+in.Letter]; typed {
			texts[in.Letter] = values[0]
		}
	}
	version, _ := strconv.Atoi(c.Form("version"))
	if version == 0 {
		version = -1 // a form without one was filled from no version
	}
	err = p.svc.CommentInputs(c.Ctx(), d.ID, version, texts)
	return c.Done(err, "planning.review.commented", reviewHref(d.ID), func(form ui.Form, status int) error {
		return p.showComments(c, status, form)
	})
}

type decisionPlanPage struct {
	ui.Page
	planning.Decision
	form        ui.Form
	plans       []ui.Option
	departments []ui.Option
}

// planDecision is the form in which a decision becomes an item of a plan.
func (p pages) planDecision(c *web.Context) error {
	return p.showPlanDecision(c, http.StatusOK, ui.Form{})
}

func (p pages) showPlanDecision(c *web.Context, status int, form ui.Form) error {
	id, err := c.ID("decision")
	if err != nil {
		return err
	}
	v := decisionPlanPage{Page: c.Page("planning.review.to_plan"), form: form}
	if v.Decision, err = p.svc.Decision(c.Ctx(), id); err != nil {
		return err
	}
	if v.ReviewID != c.Param("id") {
		return apperr.Missing("decision")
	}
	if v.plans, err = p.openPlans(c); err != nil {
		return err
	}
	if v.departments, err = p.units(c, ""); err != nil {
		return err
	}
	if form.Values == nil {
		it := planning.Item{Text: v.Decision.Text, ResponsibleID: v.DepartmentID, Section: planning.Documents}
		for _, pl := range v.plans {
			if planning.Key(pl.Value).Year() == v.Due.Year() {
				it.Due, it.StartQuarter = v.Due, v.Due.Quarter()
			}
		}
		v.form.Values = itemValues(it)
		v.form.Values.Set("year", strconv.Itoa(v.Due.Year())) // the main plan of the year
	}
	return c.Render(status, decisionPlanView(v))
}

func (p pages) addDecision(c *web.Context) error {
	id, err := c.ID("decision")
	if err != nil {
		return err
	}
	y := planning.Key(c.Form("year"))
	var item string
	fields, err := itemFields(c)
	switch {
	case err != nil:
	case y.Year() == 0:
		err = apperr.InvalidField("year", "error.field.required")
	default:
		item, err = p.svc.AddDecisionToPlan(c.Ctx(), id, y, fields)
	}
	return c.Done(err, "planning.item.added", itemHref(y, item), func(form ui.Form, status int) error {
		return p.showPlanDecision(c, status, form)
	})
}
