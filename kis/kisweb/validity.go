package kisweb

import (
	"net/http"

	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// validityPages are the rules on how long evidence of a process is valid.
type validityPages struct{ kis *kis.Service }

func registerValidity(r *web.Router, s *kis.Service) {
	h := validityPages{s}
	r.GET("/processes/:id/validity", policies.ProcessRead, h.show)
	r.POST("/processes/:id/validity", policies.CyclePlan, h.set)
}

// validityPage lists the rules, with a form for one more.
type validityPage struct {
	ui.Page
	Process process.ProcessPage
	Rules   []kis.ValidityRule
	Names   map[string]string // of activities, by code
	Form    ui.Form
	May     bool
}

func (h validityPages) show(c *web.Context) error { return h.page(c, http.StatusOK, ui.Form{}) }

func (h validityPages) page(c *web.Context, status int, f ui.Form) error {
	process, err := h.kis.Process(c.Ctx(), c.Param("id"), 0)
	if err != nil {
		return err
	}
	p := validityPage{Page: c.Page("kis.validity.title"), Process: process, Form: f, May: c.ScopeOf(policies.CyclePlan).Any, Names: map[string]string{}}
	if p.Rules, err = h.kis.ValidityRules(c.Ctx(), process.ID); err != nil {
		return err
	}
	for _, a := range process.Activities {
		p.Names[a.Code] = a.Name(p.Lang)
	}
	return c.Render(status, validity(p))
}

func (h validityPages) set(c *web.Context) error {
	process, err := h.kis.Process(c.Ctx(), c.Param("id"), 0)
	if err != nil {
		return err
	}
	err = h.kis.SetValidityRule(c.Ctx(), process.ID, kis.NewValidityRule{Code: c.Form("code"), Months: c.Form("months")})
	if e, status, ok := web.FormError(err); ok {
		return h.page(c, status, c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "kis.validity.flash")
	return c.Redirect("/processes/" + c.Param("id") + "/validity")
}

// about names what a rule is about.
func (p validityPage) about(code string) string {
	if code == "" {
		return p.T("kis.validity.all")
	}
	return code + " " + p.Names[code]
}

// freshState is the state word of evidence that is no longer fresh.
func freshState(p ui.Page, f kis.Freshness) ui.State {
	switch f {
	case kis.Expired:
		return ui.State{Tone: "bad", Icon: "clock", Word: p.T("kis.fresh.expired")}
	case kis.Expiring:
		return ui.State{Tone: "warn", Icon: "clock", Word: p.T("kis.fresh.expiring")}
	}
	return ui.State{}
}

// subFreshness is the worst of a cell's tasks.
func subFreshness(sub kis.GridSub) kis.Freshness {
	worst := kis.Fresh
	for _, t := range sub.Tasks {
		if t.Freshness == kis.Expired {
			return kis.Expired
		}
		if t.Freshness != kis.Fresh {
			worst = t.Freshness
		}
	}
	return worst
}
