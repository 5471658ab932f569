package eserviceweb

import (
	"net/http"
	"strings"

	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// tiesPage lists the declared ties of assessors to bodies, with the form of a
// new one.
type tiesPage struct {
	ui.Page
	list   []campaign.TieRow
	today  day.Day
	people []ui.Option // of who may declare for all; else the own tie is declared
	form   ui.Form
}

func (p pages) ties(c *web.Context) error { return p.tiesAgain(c, http.StatusOK, ui.Form{}) }

func (p pages) tiesAgain(c *web.Context, status int, form ui.Form) (err error) {
	v := tiesPage{Page: c.Page("campaign.tie.title"), today: p.campaign.KIS.Today(), form: form}
	if v.list, err = p.campaign.Ties(c.Ctx()); err != nil {
		return err
	}
	if c.Can(policies.CampaignManage) {
		people, err := p.campaign.Assessors(c.Ctx())
		if err != nil {
			return err
		}
		for _, x := range people {
			v.people = append(v.people, ui.Option{Value: x.ID, Label: x.Name})
		}
	}
	return c.Render(status, tiesView(v))
}

// declare records a tie: of the person chosen, or the own.
func (p pages) declare(own bool) web.Handler {
	return func(c *web.Context) error {
		var check apperr.Check
		t := campaign.Tie{UserID: c.Form("user"), AgencyCode: strings.TrimSpace(c.Form("agency")), From: c.FormDate(&check, "from", false), To: c.FormDate(&check, "to", false), Reason: c.Form("reason")}
		if own {
			t.UserID = c.Actor().UserID
		}
		err := check.Err()
		if err == nil {
			err = p.campaign.Declare(c.Ctx(), t)
		}
		if e, status, ok := web.FormError(err); ok {
			return p.tiesAgain(c, status, c.FormOf(e))
		}
		if err != nil {
			return err
		}
		c.Flash("good", "campaign.flash.tie")
		if own {
			return c.Redirect("/campaigns/ties/own")
		}
		return c.Redirect("/campaigns/ties")
	}
}

// endTie ends a tie today.
func (p pages) endTie(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	if err := p.campaign.EndTie(c.Ctx(), id); err != nil {
		return err
	}
	c.Flash("good", "campaign.flash.tie_end")
	return c.Redirect("/campaigns/ties")
}

// ends says whether the person may end the tie.
func (p tiesPage) ends(t campaign.TieRow) bool {
	return p.people != nil && (t.To == "" || t.To > p.today)
}

// action is where the form goes.
func (p tiesPage) action() string {
	if p.people != nil {
		return "/campaigns/ties"
	}
	return "/campaigns/ties/own"
}

// until is the last day of a tie in words.
func (p tiesPage) until(d day.Day) string {
	if d == "" {
		return p.T("campaign.tie.still")
	}
	return p.Day(d)
}
