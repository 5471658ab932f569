package kisweb

import (
	"net/http"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// gatePage is the end of one phase: what is missing and what can be done.
type gatePage struct {
	ui.Page
	Cycle                        kis.Cycle
	Phase                        kis.GridPhase
	Missing                      []kis.GridTask // applicable and not accepted
	History                      []office.Event
	Forms                        gateForms
	MayPass, MayWaive, MayReopen bool
	Paper                        bool // the statement can be printed
}

// gateForms are the forms of the page, each with its own errors.
type gateForms struct{ pass, waive, reopen ui.Form }

func (h cyclePages) gate(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	return h.gateForm(c, id, http.StatusOK, gateForms{})
}

func (h cyclePages) gateForm(c *web.Context, id string, status int, forms gateForms) error {
	phase := c.Param("phase")
	g, err := h.kis.Grid(c.Ctx(), id, kis.GridFilter{Phase: phase})
	if err != nil {
		return err
	}
	page := gatePage{Page: c.Page(""), Cycle: g.Cycle, Forms: forms}
	for _, p := range g.Phases {
		if p.Phase == phase && p.Gate != kis.GateNone {
			page.Phase = p
		}
	}
	if page.Phase.Phase == "" {
		return apperr.Missing("gate")
	}
	for _, s := range page.Phase.Subs {
		for _, t := range s.Tasks {
			if t.State != kis.TaskAccepted && t.State != kis.TaskNotApplicable {
				page.Missing = append(page.Missing, t)
			}
		}
	}
	if page.History, err = h.kis.GateHistory(c.Ctx(), id, phase); err != nil {
		return err
	}
	page.Paper = h.r.Has(http.MethodGet, "/cycles/:id/gates/:phase/pdf")
	title, _ := gateTitle(page.Page, page.Phase.CyclePhase)
	page.Title = title
	open := g.Cycle.Open()
	page.MayPass = open && page.Phase.Gate == kis.GateOpen && c.Can(policies.GatePass)
	page.MayWaive = open && page.Phase.Gate == kis.GateOpen && c.Can(policies.GateWaive)
	page.MayReopen = open && (page.Phase.Gate == kis.GatePassed || page.Phase.Gate == kis.GateWaived) && c.Can(policies.GateReopen)
	return c.Render(status, gateShow(page))
}

func (h cyclePages) pass(c *web.Context) error {
	return h.gateMove(c, "passed", func(id string) error { return h.kis.PassGate(c.Ctx(), id, c.Param("phase")) },
		func(f ui.Form) gateForms { return gateForms{pass: f} })
}

func (h cyclePages) waive(c *web.Context) error {
	return h.gateMove(c, "waived", func(id string) error { return h.kis.WaiveGate(c.Ctx(), id, c.Param("phase"), c.Form("reason")) },
		func(f ui.Form) gateForms { return gateForms{waive: f} })
}

func (h cyclePages) reopen(c *web.Context) error {
	return h.gateMove(c, "reopened", func(id string) error { return h.kis.ReopenGate(c.Ctx(), id, c.Param("phase"), c.Form("reason")) },
		func(f ui.Form) gateForms { return gateForms{reopen: f} })
}

// gateMove does one step of a gate and returns to the map, or to the form with
// what was wrong.
func (h cyclePages) gateMove(c *web.Context, done string, do func(id string) error, back func(ui.Form) gateForms) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	err = do(id)
	if e, status, ok := web.FormError(err); ok {
		return h.gateForm(c, id, status, back(c.FormOf(e)))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "kis.gate.flash."+done, "phase", c.Param("phase"))
	return c.Redirect("/cycles/" + id)
}
