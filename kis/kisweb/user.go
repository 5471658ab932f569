package kisweb

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// userForms are the forms on the page of a person; at most one has errors.
type userForms struct {
	grant, end, transfer, life ui.Form
	endRole                    string // the role whose end was refused
}

// userPage is one person with roles, departments, account and history.
type userPage struct {
	ui.Page
	User        office.UserDetail
	Departments []office.Department // to choose from
	History     []office.Event
	Names       names
	Forms       userForms
	MayWrite    bool
	Self        bool // the actor's own account
}

func (h userPages) show(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	return h.render(c, id, http.StatusOK, userForms{})
}

func (h userPages) render(c *web.Context, id string, status int, forms userForms) error {
	u, err := h.kis.User(c.Ctx(), id)
	if err != nil {
		return err
	}
	p := userPage{Page: c.Page(u.Name), User: u, Forms: forms, MayWrite: c.Can(policies.UserWrite), Self: c.Actor().UserID == id}
	if p.Departments, err = h.kis.Departments(c.Ctx()); err != nil {
		return err
	}
	if p.History, err = h.kis.History(c.Ctx(), "user", id, 30); err != nil {
		return err
	}
	if p.Names, err = namesOf(c, h.kis, p.History); err != nil {
		return err
	}
	return c.Render(status, userShow(p))
}

// change runs one change of the person in the path: back to the page, with a
// message or with the form and what was wrong.
func (h userPages) change(c *web.Context, flash string, put func(*userForms, ui.Form), do func(id string) error) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	err = do(id)
	if e, status, ok := web.FormError(err); ok {
		var forms userForms
		put(&forms, c.FormOf(e))
		return h.render(c, id, status, forms)
	}
	if err != nil {
		return err
	}
	c.Flash("good", flash)
	return c.Redirect("/admin/users/" + id)
}

func (h userPages) grant(c *web.Context) error {
	return h.change(c, "kis.user.flash.granted", func(f *userForms, form ui.Form) { f.grant = form }, func(id string) error {
		var check apperr.Check
		g := readGrant(c, &check)
		if err := check.Err(); err != nil {
			return err
		}
		return h.kis.GrantRole(c.Ctx(), id, g)
	})
}

func (h userPages) endRole(c *web.Context) error {
	role, err := c.ID("role")
	if err != nil {
		return err
	}
	put := func(f *userForms, form ui.Form) { f.end, f.endRole = form, role }
	return h.change(c, "kis.user.flash.role_ended", put, func(id string) error {
		var check apperr.Check
		last := formDay(c, &check, "to", true)
		if err := check.Err(); err != nil {
			return err
		}
		return h.kis.EndGrant(c.Ctx(), id, role, last)
	})
}

func (h userPages) transfer(c *web.Context) error {
	return h.change(c, "kis.user.flash.transferred", func(f *userForms, form ui.Form) { f.transfer = form }, func(id string) error {
		var check apperr.Check
		from := formDay(c, &check, "from", true)
		if c.Form("department") == "" {
			check.Add("department", "error.field.required")
		}
		if err := check.Err(); err != nil {
			return err
		}
		return h.kis.TransferUser(c.Ctx(), id, c.Form("department"), from)
	})
}

func (h userPages) disable(c *web.Context) error {
	return h.change(c, "kis.user.flash.disabled", func(f *userForms, form ui.Form) { f.life = form }, func(id string) error {
		return h.kis.DisableUser(c.Ctx(), id)
	})
}

func (h userPages) enable(c *web.Context) error {
	return h.change(c, "kis.user.flash.enabled", func(f *userForms, form ui.Form) { f.life = form }, func(id string) error {
		return h.kis.EnableUser(c.Ctx(), id)
	})
}

// resetPassword answers with the password itself: it is kept nowhere, so it
// cannot be shown by another page.
func (h userPages) resetPassword(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	u, err := h.kis.User(c.Ctx(), id)
	if err != nil {
		return err
	}
	password, err := h.kis.ResetPassword(c.Ctx(), id)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, userPassword(c.Page("kis.user.password.title"), u.User, password))
}

// readGrant reads the fields of a role to give. An observer's object is given
// by the address of its page.
func readGrant(c *web.Context, check *apperr.Check) office.NewGrant {
	g := office.NewGrant{Role: policies.Role(c.Form("role")), AgencyCode: strings.TrimSpace(c.Form("agency")),
		From: formDay(c, check, "from", false), To: formDay(c, check, "to", false)}
	if g.Role != policies.AgencyOfficer {
		g.AgencyCode = ""
	}
	g.DepartmentCode = c.Form("department")
	if g.Role == policies.Observer || g.Role == policies.AgencyOfficer {
		g.DepartmentCode = ""
	}
	if g.Role == policies.Observer {
		var ok bool
		if g.ObjectKind, g.ObjectID, ok = objectOf(c.Form("object")); !ok {
			check.Add("object", "kis.user.error.object")
		}
	}
	return g
}

// objectOf reads the kind and id out of the address of an object's page.
func objectOf(address string) (kind, id string, ok bool) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return "", "", false
	}
	kinds := map[string]string{"audits": "audit", "acts": "act", "cycles": "cycle"}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) < 2 || kinds[parts[0]] == "" || !store.IsID(parts[1]) {
		return "", "", false
	}
	return kinds[parts[0]], parts[1], true
}

// formDay reads a day typed as dd.mm.yyyy; empty when there is none.
func formDay(c *web.Context, check *apperr.Check, name string, required bool) day.Day {
	s := strings.TrimSpace(c.Form(name))
	if s == "" {
		if required {
			check.Add(name, "error.field.required")
		}
		return ""
	}
	d, ok := day.Parse(s)
	if !ok {
		check.Add(name, "error.field.date")
	}
	return d
}

// reach says in words how far a role of the person goes.
func (p userPage) reach(g office.Grant) string {
	switch {
	case g.AgencyID != "":
		return p.T("kis.user.role.agency")
	case g.ObjectID != "":
		return p.T("kis.trail.kind." + g.ObjectKind)
	case g.DepartmentID != "":
		return p.User.Departments[g.DepartmentID].Code
	}
	return p.T("kis.user.role.any")
}

// roleState is the state word of a role today.
func (p userPage) roleState(g office.Grant) ui.State {
	switch today := p.Today(); {
	case g.ValidOn(today):
		return ui.State{Tone: "good", Icon: "circle-check", Word: p.T("kis.user.role.valid")}
	case g.From > today && (g.To == "" || g.To >= g.From):
		return ui.State{Tone: "idle", Icon: "calendar", Word: p.T("kis.user.role.coming")}
	}
	return ui.State{Tone: "off", Icon: "archive", Word: p.T("kis.user.role.ended")}
}

// mayEnd says whether a role can still be ended by this actor.
func (p userPage) mayEnd(g office.Grant) bool {
	return p.MayWrite && !p.Self && (g.To == "" || g.To >= p.Today())
}
