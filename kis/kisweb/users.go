package kisweb

import (
	"net/http"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// userPages are the pages on which people are kept.
type userPages struct{ kis *kis.Service }

func registerUsers(r *web.Router, s *kis.Service) {
	h := userPages{s}
	r.GET("/admin/users", policies.UserRead, h.list)
	r.GET("/admin/users/new", policies.UserWrite, h.new)
	r.POST("/admin/users", policies.UserWrite, h.create)
	r.GET("/admin/users/:id", policies.UserRead, h.show)
	r.GET("/admin/users/:id/edit", policies.UserWrite, h.edit)
	r.POST("/admin/users/:id/edit", policies.UserWrite, h.save)
	r.POST("/admin/users/:id/roles", policies.UserWrite, h.grant)
	r.POST("/admin/users/:id/roles/:role/end", policies.UserWrite, h.endRole)
	r.POST("/admin/users/:id/transfer", policies.UserWrite, h.transfer)
	r.POST("/admin/users/:id/password", policies.UserWrite, h.resetPassword)
	r.POST("/admin/users/:id/disable", policies.UserWrite, h.disable)
	r.POST("/admin/users/:id/enable", policies.UserWrite, h.enable)
}

// userListPage is the list with its filter.
type userListPage struct {
	ui.Page
	Filter      office.UserFilter
	Found       office.UserPage
	Departments []office.Department
	Next, First string
	MayWrite    bool
}

func (h userPages) list(c *web.Context) error {
	f := office.UserFilter{Query: c.Query("q"), DepartmentID: c.Query("department"), Role: policies.Role(c.Query("role")), State: c.Query("state"), Limit: c.Limit()}
	if after := c.Cursor(1); after != nil {
		f.After = after[0]
	}
	found, err := h.kis.ListUsers(c.Ctx(), f)
	if err != nil {
		return err
	}
	departments, err := h.kis.Departments(c.Ctx())
	if err != nil {
		return err
	}
	p := userListPage{Page: c.Page("kis.user.list.title"), Filter: f, Found: found, Departments: departments, First: c.FirstHref(), MayWrite: c.Can(policies.UserWrite)}
	if found.Next != "" {
		p.Next = c.NextHref(found.Next)
	}
	return c.Render(http.StatusOK, userList(p))
}

// filtered says whether the list shows only some.
func (p userListPage) filtered() bool {
	return p.Filter.Query != "" || p.Filter.DepartmentID != "" || p.Filter.Role != "" || p.Filter.State != ""
}

// userFormPage is the form of a new person or of one that is edited.
type userFormPage struct {
	ui.Page
	Form        ui.Form
	User        office.User // zero when new
	Departments []office.Department
}

func (h userPages) new(c *web.Context) error { return h.newForm(c, http.StatusOK, ui.Form{}) }

func (h userPages) newForm(c *web.Context, status int, f ui.Form) error {
	departments, err := h.kis.Departments(c.Ctx())
	if err != nil {
		return err
	}
	return c.Render(status, userNew(userFormPage{Page: c.Page("kis.user.new.title"), Form: f, Departments: departments}))
}

func (h userPages) create(c *web.Context) error {
	n := office.NewUser{Email: c.Form("email"), Name: c.Form("name"), PositionAZ: c.Form("position_az"), PositionEN: c.Form("position_en"),
		DepartmentCode: c.Form("department"), Lang: c.Form("lang"), Password: office.FirstPassword()}
	if c.Form("role") != "" {
		var check apperr.Check
		g := readGrant(c, &check)
		if err := check.Err(); err != nil {
			return h.backToNew(c, err)
		}
		n.Grants = []office.NewGrant{g}
	}
	u, err := h.kis.CreateUser(c.Ctx(), n)
	if err != nil {
		return h.backToNew(c, err)
	}
	return c.Render(http.StatusOK, userPassword(c.Page("kis.user.password.title"), u, n.Password))
}

func (h userPages) backToNew(c *web.Context, err error) error {
	e, status, ok := web.FormError(err)
	if !ok {
		return err
	}
	return h.newForm(c, status, c.FormOf(e))
}

func (h userPages) edit(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	return h.editForm(c, id, http.StatusOK, ui.Form{})
}

func (h userPages) editForm(c *web.Context, id string, status int, f ui.Form) error {
	u, err := h.kis.User(c.Ctx(), id)
	if err != nil {
		return err
	}
	return c.Render(status, userEdit(userFormPage{Page: c.Page(u.Name), Form: f, User: u.User}))
}

func (h userPages) save(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	err = h.kis.EditUser(c.Ctx(), id, office.UserEdit{Email: c.Form("email"), Name: c.Form("name"), PositionAZ: c.Form("position_az"),
		PositionEN: c.Form("position_en"), Version: c.Form("version")})
	if e, status, ok := web.FormError(err); ok {
		return h.editForm(c, id, status, c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "kis.user.flash.saved")
	return c.Redirect("/admin/users/" + id)
}

// roleOptions are the roles to choose from; the first is none.
func roleOptions(p ui.Page, none string) []ui.Option {
	out := []ui.Option{{Value: "", Label: p.T(none)}}
	for _, r := range policies.Roles() {
		out = append(out, ui.Option{Value: string(r), Label: roleWord(p, r)})
	}
	return out
}

// departmentOptions are the departments to choose from by code; the first is
// none.
func departmentOptions(p ui.Page, list []office.Department, none string) []ui.Option {
	out := []ui.Option{{Value: "", Label: p.T(none)}}
	for _, d := range list {
		out = append(out, ui.Option{Value: d.Code, Label: d.Code + ", " + d.Name(p.Lang)})
	}
	return out
}

func languageOptions(p ui.Page) []ui.Option {
	var out []ui.Option
	for _, l := range i18n.Languages() {
		out = append(out, ui.Option{Value: l, Label: p.T("web.lang." + l)})
	}
	return out
}

func roleWord(p ui.Page, r policies.Role) string { return p.T("role." + string(r)) }

// userState is the state word of an account.
func userState(p ui.Page, u office.User) ui.State {
	if u.DisabledAt.IsZero() {
		return ui.State{Tone: "good", Icon: "circle-check", Word: p.T("kis.user.state.active")}
	}
	return ui.State{Tone: "off", Icon: "ban", Word: p.T("kis.user.state.disabled")}
}
