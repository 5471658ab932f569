package registerweb

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// agenciesPage lists bodies.
type agenciesPage struct {
	ui.Page
	list        register.AgencyPage
	filter      register.AgencyFilter
	mayChange   bool
	form        ui.Form
	next, first string
}

func (p pages) agencies(c *web.Context) error { return p.showAgencies(c, http.StatusOK, ui.Form{}) }

func (p pages) showAgencies(c *web.Context, status int, f ui.Form) error {
	v := agenciesPage{Page: c.Page("register.agency.title"), form: f, mayChange: c.Can(policies.AgencyChange),
		filter: register.AgencyFilter{Query: c.Query("q"), Section: register.AgencySection(c.Query("section")), Past: c.Query("past") == "1", After: c.Cursor(2), Limit: c.Limit()}}
	var err error
	if v.list, err = p.svc.Agencies(c.Ctx(), v.filter); err != nil {
		return err
	}
	if v.list.Next != nil {
		v.next = c.NextHref(v.list.Next...)
	}
	v.first = c.FirstHref()
	return c.Render(status, agenciesView(v))
}

func (p pages) createAgency(c *web.Context) error {
	var check apperr.Check
	n := register.NewAgency{Code: c.Form("code"), NameAZ: c.Form("name_az"), NameEN: c.Form("name_en"), Section: register.AgencySection(c.Form("section")),
		From: c.FormDate(&check, "from", false), Basis: c.Form("basis")}
	err := check.Err()
	var a register.Agency
	if err == nil {
		a, err = p.svc.CreateAgency(c.Ctx(), n)
	}
	if e, status, ok := web.FormError(err); ok {
		return p.showAgencies(c, status, c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "register.flash.agency")
	return c.Redirect(agencyHref(a.Code))
}

func agencyHref(code string) string { return "/agencies/" + url.PathEscape(code) }

// agencyPage is one body; the form that came back is the one called by which.
type agencyPage struct {
	ui.Page
	register.AgencyView
	form     ui.Form
	which    string
	others   []register.Agency // that may take it over
	services []register.Row    // that may go over with a part
}

func (p pages) agency(c *web.Context) error { return p.showAgency(c, http.StatusOK, "", ui.Form{}) }

func (p pages) showAgency(c *web.Context, status int, which string, f ui.Form) error {
	a, err := p.svc.Agency(c.Ctx(), c.Param("agency"))
	if err != nil {
		return err
	}
	v := agencyPage{Page: c.Page(""), AgencyView: a, form: f, which: which}
	v.Page.Title = a.Name(v.Lang)
	if a.MayChange {
		if v.others, err = p.svc.Choices(c.Ctx()); err != nil {
			return err
		}
		list, err := p.svc.Services(c.Ctx(), register.Filter{Agency: a.Code, Limit: 200})
		if err != nil {
			return err
		}
		v.services = list.Rows
	}
	return c.Render(status, agencyView(v))
}

// formFor gives the form that came back to the one it is of; else the contact
// as it is kept.
func (v agencyPage) formFor(which string, contact register.Items) ui.Form {
	if v.which == which {
		return v.form
	}
	values := url.Values{}
	for _, f := range register.ContactFields() {
		values.Set(f.Key(), contact.Get(f.Clause))
	}
	return ui.Form{Values: values}
}

// plainForm is formFor of a form without a contact.
func (v agencyPage) plainForm(which string) ui.Form {
	if v.which == which {
		return v.form
	}
	return ui.Form{}
}

// contactOf reads the inputs of a contact.
func contactOf(c *web.Context) map[string]string {
	out := map[string]string{}
	for _, f := range register.ContactFields() {
		out[f.Clause] = c.Form(f.Key())
	}
	return out
}

// own finds the body of the address, which the actor may see.
func (p pages) own(c *web.Context) (register.AgencyView, error) {
	return p.svc.Agency(c.Ctx(), c.Param("agency"))
}

// agencyDone shows the body again after a change.
func (p pages) agencyDone(c *web.Context, which, flash string, err error) error {
	if e, status, ok := web.FormError(err); ok {
		return p.showAgency(c, status, which, c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", flash)
	return c.Redirect(agencyHref(c.Param("agency")))
}

func (p pages) editAgency(c *web.Context) error {
	a, err := p.own(c)
	if err != nil {
		return err
	}
	return p.agencyDone(c, "contact", "register.flash.contact", p.svc.EditAgency(c.Ctx(), register.AgencyEdit{AgencyID: a.ID, Contact: contactOf(c), Seen: revision(c)}))
}

func (p pages) saveUnit(c *web.Context) error {
	a, err := p.own(c)
	if err != nil {
		return err
	}
	u := register.UnitEdit{ID: c.Form("unit"), AgencyID: a.ID, Code: strings.TrimSpace(c.Form("code")), NameAZ: c.Form("name_az"), NameEN: c.Form("name_en"), Contact: contactOf(c),
		End: c.Form("end") == "1", Seen: revision(c)}
	return p.agencyDone(c, "unit"+u.ID, "register.flash.unit", p.svc.SaveUnit(c.Ctx(), u))
}

// changeAgency renames, merges, splits or abolishes a body.
func (p pages) changeAgency(c *web.Context) error {
	a, err := p.own(c)
	if err != nil {
		return err
	}
	var check apperr.Check
	in := register.AgencyChange{AgencyID: a.ID, Day: c.FormDate(&check, "day", true), Basis: c.Form("basis"), NameAZ: c.Form("name_az"), NameEN: c.Form("name_en"), Into: c.Form("into"),
		Part: register.NewAgency{Code: c.Form("code"), NameAZ: c.Form("name_az"), NameEN: c.Form("name_en"), Section: a.Section}, Services: c.Forms("services")}
	what := c.Form("what")
	if err = check.Err(); err == nil {
		switch what {
		case "rename":
			err = p.svc.Rename(c.Ctx(), in)
		case "merge":
			err = p.svc.Merge(c.Ctx(), in)
		case "split":
			_, err = p.svc.Split(c.Ctx(), in)
		case "abolish":
			err = p.svc.Abolish(c.Ctx(), in)
		default:
			err = apperr.InvalidField("what", "error.field.choice")
		}
	}
	return p.agencyDone(c, "change", "register.flash.change", err)
}

// events are what happened to the body, newest first.
func (v agencyPage) events() []ui.LogEntry {
	var out []ui.LogEntry
	for _, e := range v.Events {
		args := []any{"other", e.OtherCode + ", " + e.OtherName, "day", e.Day, "services", e.Services}
		key := "register.event." + e.Kind
		if e.OtherID == v.ID && e.AgencyID != v.ID { // seen from the other side
			key += "_here"
			args[1] = e.Code + ", " + e.Name
		}
		out = append(out, ui.LogEntry{At: e.At, Who: e.Actor, Text: v.T(key, args...), Note: e.Basis, Tone: "info"})
	}
	return out
}
