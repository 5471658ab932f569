// Package retentionweb holds the pages of how long evidence is kept: the terms
// with their legal basis, and what is decided of evidence past its term.
//
// It may import kis, retention, web and what they may import; no SQL.
// Invariants: a handler reads the request, asks the service and shows what came
// back; a refused form comes back as it was typed, with what was wrong.
package retentionweb

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/retention"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type pages struct{ kis *kis.Service }

// Register adds the pages and the panel on the page of evidence.
func Register(r *web.Router, s *kis.Service) {
	h := pages{s}
	r.GET("/evidence/retention", policies.EvidenceRead, h.terms)
	r.POST("/evidence/retention", policies.CyclePlan, h.set)
	r.GET("/evidence/:id/retention", policies.EvidenceRead, h.keeping)
	r.POST("/evidence/:id/retention", policies.CyclePlan, h.decide)
	r.Panel("submission", h.panel)
}

// home is where the terms are, pastHref the list of what waits for a decision.
const (
	home     = "/evidence/retention"
	pastHref = "/evidence?kept=past"
)

// termsPage lists the terms; one of them may be in the form.
type termsPage struct {
	ui.Page
	Terms []retention.Term
	Past  kis.EvidencePage
	May   bool
	Edit  *retention.Term
	Form  ui.Form
}

func (h pages) terms(c *web.Context) error {
	return h.termsPage(c, http.StatusOK, c.Query("term"), ui.Form{})
}

func (h pages) termsPage(c *web.Context, status int, edit string, f ui.Form) error {
	p := termsPage{Page: c.Page("kis.retention.title"), May: c.ScopeOf(policies.CyclePlan).Any, Form: f}
	var err error
	if p.Terms, err = h.kis.RetentionTerms(c.Ctx()); err != nil {
		return err
	}
	if p.Past, err = h.kis.Evidence(c.Ctx(), kis.EvidenceFilter{Past: true, Limit: 1}); err != nil {
		return err
	}
	if t, ok := retention.Choose(p.Terms, edit, ""); ok && edit != "" && p.May {
		p.Edit = &t
	}
	return c.Render(status, terms(p))
}

func (h pages) set(c *web.Context) error {
	revision, _ := strconv.Atoi(c.Form("revision")) // none is none that is there
	err := h.kis.SetRetention(c.Ctx(), kis.RetentionEdit{Code: c.Form("code"), Years: c.Form("years"), BasisAZ: c.Form("basis_az"), BasisEN: c.Form("basis_en"), Revision: revision})
	if e, status, ok := web.FormError(err); ok {
		return h.termsPage(c, status, c.Form("code"), c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "kis.retention.flash")
	return c.Redirect(home)
}

// keepingPage is one submission, until when it is kept and what was decided.
type keepingPage struct {
	ui.Page
	kis.Keeping
	Form ui.Form
}

func (h pages) read(c *web.Context, id string) (keepingPage, error) {
	p := keepingPage{Page: c.Page("kis.retention.of")}
	var err error
	p.Keeping, err = h.kis.Keeping(c.Ctx(), id)
	return p, err
}

func (h pages) keeping(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	p, err := h.read(c, id)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, keeping(p))
}

func (h pages) decide(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	err = h.kis.DecideRetention(c.Ctx(), id, kis.RetentionDecision{Decision: retention.By(c.Form("decision")), Until: day.Day(c.Form("until")), Reason: c.Form("reason")})
	if e, status, ok := web.FormError(err); ok {
		p, err := h.read(c, id)
		if err != nil {
			return err
		}
		p.Form = c.FormOf(e)
		return c.Render(status, keeping(p))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "kis.retention.decided")
	return c.Redirect("/evidence/" + id)
}

// panel says on the page of a submission until when it is kept.
func (h pages) panel(c *web.Context, id string) (templ.Component, error) {
	p, err := h.read(c, id)
	if apperr.Is(err, apperr.NotFound) || (err == nil && p.Term.Code == "") {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return panel(p), nil
}

// until says until when it is kept.
func (p keepingPage) until() string {
	if p.KeptUntil == "" {
		return p.T("kis.retention.for_good")
	}
	return p.Day(p.KeptUntil)
}

// state is the state word of keeping; empty while the term runs.
func (p keepingPage) state() ui.State {
	switch {
	case p.KeptBy == retention.Disposed:
		return ui.State{Tone: "off", Icon: "archive-off", Word: p.T("kis.retention.by.disposed")}
	case p.Past:
		return ui.State{Tone: "warn", Icon: "archive", Word: p.T("kis.retention.past")}
	}
	return ui.State{}
}

// rows are the facts of keeping.
func (p keepingPage) rows() []ui.KVRow {
	out := []ui.KVRow{
		{Term: p.T("kis.retention.until"), Value: p.until(), State: p.state()},
		{Term: p.T("kis.retention.term"), Value: p.Term.Name(p.Lang), Mut: years(p.Page, p.Term)},
		{Term: p.T("kis.retention.basis"), Value: p.Term.Basis(p.Lang)},
	}
	for _, d := range p.Decisions {
		what := p.T("kis.retention.by." + string(d.Decision))
		if d.KeptUntil != "" {
			what += ": " + p.Day(d.KeptUntil)
		}
		out = append(out, ui.KVRow{Term: p.T("kis.retention.decision"), Value: what + "\n" + d.Reason, Mut: p.People[d.DecidedBy] + ", " + p.DateTime(d.DecidedAt)})
	}
	return out
}

// choices are the decisions that can be taken now.
func (p keepingPage) choices() []ui.Option {
	var out []ui.Option
	for _, d := range retention.Decisions {
		out = append(out, ui.Option{Value: string(d), Label: p.T("kis.retention.choice." + string(d)), Disabled: d == retention.Disposed && !p.Past})
	}
	return out
}

// years writes how long a term is.
func years(p ui.Page, t retention.Term) string {
	if t.Years == 0 {
		return p.T("kis.retention.for_good")
	}
	return p.T("kis.retention.years_n", "n", t.Years)
}

// proposed names the classes for which a term is proposed.
func (p termsPage) proposed(t retention.Term) []string {
	var out []string
	for _, class := range t.For() {
		out = append(out, p.T("kis.evidence.class."+class))
	}
	return out
}

// confirmed is the state word of a term.
func (p termsPage) confirmed(t retention.Term) ui.State {
	if t.Confirmed {
		return ui.State{Tone: "good", Icon: "circle-check", Word: p.T("kis.retention.confirmed")}
	}
	return ui.State{Tone: "warn", Icon: "help-circle", Word: p.T("kis.retention.unconfirmed")}
}
