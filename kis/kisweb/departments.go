package kisweb

import (
	"net/http"
	"slices"
	"strings"

	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// departmentPages are the pages on which departments are kept.
type departmentPages struct{ kis *kis.Service }

func registerDepartments(r *web.Router, s *kis.Service) {
	h := departmentPages{s}
	r.GET("/admin/departments", policies.DepartmentRead, h.list)
	r.GET("/admin/departments/new", policies.DepartmentWrite, h.new)
	r.POST("/admin/departments", policies.DepartmentWrite, h.create)
	r.GET("/admin/departments/:id", policies.DepartmentRead, h.show)
	r.POST("/admin/departments/:id", policies.DepartmentWrite, h.save)
	r.POST("/admin/departments/:id/archive", policies.DepartmentWrite, h.archive)
	r.POST("/admin/departments/:id/restore", policies.DepartmentWrite, h.restore)
}

// departmentListPage lists all departments, archived ones last.
type departmentListPage struct {
	ui.Page
	Departments []office.DepartmentDetail
	MayWrite    bool
}

func (h departmentPages) list(c *web.Context) error {
	list, err := h.kis.AllDepartments(c.Ctx())
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, departmentList(departmentListPage{Page: c.Page("kis.department.list.title"), Departments: list, MayWrite: c.Can(policies.DepartmentWrite)}))
}

// departmentPage is one department, or the form of a new one.
type departmentPage struct {
	ui.Page
	Department office.DepartmentDetail // zero when new
	Form       ui.Form
	Archive    ui.Form // came back with the reason why it cannot be archived
	History    []office.Event
	Names      names
	MayWrite   bool
}

func (h departmentPages) new(c *web.Context) error { return h.newForm(c, http.StatusOK, ui.Form{}) }

func (h departmentPages) newForm(c *web.Context, status int, f ui.Form) error {
	return c.Render(status, departmentNew(departmentPage{Page: c.Page("kis.department.new.title"), Form: f}))
}

func (h departmentPages) create(c *web.Context) error {
	d, err := h.kis.CreateDepartment(c.Ctx(), office.NewDepartment{Code: c.Form("code"), NameAZ: c.Form("name_az"), NameEN: c.Form("name_en"),
		Kind: office.DepartmentKind(c.Form("kind")), Aliases: lines(c.Form("aliases"))})
	if e, status, ok := web.FormError(err); ok {
		return h.newForm(c, status, c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "kis.department.flash.created", "code", d.Code)
	return c.Redirect("/admin/departments/" + d.ID)
}

func (h departmentPages) show(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	return h.render(c, id, http.StatusOK, ui.Form{}, ui.Form{})
}

func (h departmentPages) render(c *web.Context, id string, status int, form, archive ui.Form) error {
	d, err := h.kis.Department(c.Ctx(), id)
	if err != nil {
		return err
	}
	p := departmentPage{Page: c.Page(d.Code), Department: d, Form: form, Archive: archive, MayWrite: c.Can(policies.DepartmentWrite)}
	if p.MayWrite || c.Can(policies.TrailRead) {
		if p.History, err = h.kis.History(c.Ctx(), "department", id, 20); err != nil {
			return err
		}
		if p.Names, err = namesOf(c, h.kis, p.History); err != nil {
			return err
		}
	}
	return c.Render(status, departmentShow(p))
}

func (h departmentPages) save(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	err = h.kis.EditDepartment(c.Ctx(), id, office.DepartmentEdit{NameAZ: c.Form("name_az"), NameEN: c.Form("name_en"),
		Kind: office.DepartmentKind(c.Form("kind")), Aliases: lines(c.Form("aliases")), Version: c.Form("version")})
	if e, status, ok := web.FormError(err); ok {
		return h.render(c, id, status, c.FormOf(e), ui.Form{})
	}
	if err != nil {
		return err
	}
	c.Flash("good", "kis.department.flash.saved")
	return c.Redirect("/admin/departments/" + id)
}

func (h departmentPages) archive(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	err = h.kis.ArchiveDepartment(c.Ctx(), id)
	if e, status, ok := web.FormError(err); ok {
		return h.render(c, id, status, ui.Form{}, c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "kis.department.flash.archived")
	return c.Redirect("/admin/departments/" + id)
}

func (h departmentPages) restore(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	err = h.kis.RestoreDepartment(c.Ctx(), id)
	if e, status, ok := web.FormError(err); ok {
		return h.render(c, id, status, ui.Form{}, c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "kis.department.flash.restored")
	return c.Redirect("/admin/departments/" + id)
}

// lines splits what was typed one a line.
func lines(s string) []string {
	return slices.DeleteFunc(strings.Split(s, "\n"), func(l string) bool { return strings.TrimSpace(l) == "" })
}

func kindOptions(p ui.Page) []ui.Option {
	var out []ui.Option
	for _, k := range office.DepartmentKinds() {
		out = append(out, ui.Option{Value: string(k), Label: kindWord(p, k), Hint: p.T("kis.department.kind." + string(k) + "_hint")})
	}
	return out
}

func kindWord(p ui.Page, k office.DepartmentKind) string {
	return p.T("kis.department.kind." + string(k))
}

// departmentState is the state word of a department.
func departmentState(p ui.Page, d office.Department) ui.State {
	if d.ArchivedAt.IsZero() {
		return ui.State{Tone: "good", Icon: "circle-check", Word: p.T("kis.department.state.used")}
	}
	return ui.State{Tone: "off", Icon: "archive", Word: p.T("kis.department.state.archived")}
}

// departmentUse says where a department is used.
func departmentUse(p departmentPage) []ui.KVRow {
	people := ui.KVRow{Term: p.T("kis.department.people"), Value: p.Int(int64(p.Department.People))}
	if p.MayWrite {
		people.Href = "/admin/users?department=" + p.Department.ID
	}
	return []ui.KVRow{people, {Term: p.T("kis.department.processes"), Value: p.Int(int64(p.Department.Processes))},
		{Term: p.T("kis.department.created"), Value: p.DateTime(p.Department.CreatedAt)}}
}
