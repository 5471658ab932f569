package auditweb

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// buildPage is the checklist of an audit that has not begun: what it is made
// of, and the order of its rows.
type buildPage struct {
	ui.Page
	audit.AuditView
	templates []audit.Template
	standards []audit.Standard
	rows      []audit.RowView
	preview   *audit.Composition // nil until it is asked for
	form      ui.Form            // of the templates
	own       ui.Form            // of a question of its own
}

// registerBuild adds the routes on which a checklist is made.
func registerBuild(r *web.Router, p pages) {
	r.GET("/audits/:id/checklist/build", policies.AuditPlan, p.build)
	r.POST("/audits/:id/checklist/build", policies.AuditPlan, p.rebuild)
	r.POST("/audits/:id/checklist/rows", policies.AuditPlan, p.addRow)
	r.POST("/audits/:id/rows/:row/move", policies.AuditPlan, p.moveRow)
	r.POST("/audits/:id/rows/:row/remove", policies.AuditPlan, p.removeRow)
}

// build is the page; with templates in the address it shows what they would
// make.
func (p pages) build(c *web.Context) error {
	return p.showBuild(c, http.StatusOK, ui.Form{}, ui.Form{})
}

func (p pages) showBuild(c *web.Context, status int, form, own ui.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	v := buildPage{form: form, own: own}
	if v.AuditView, err = p.svc.Audit(c.Ctx(), id); err != nil {
		return err
	}
	if v.templates, err = p.svc.Templates(c.Ctx()); err != nil {
		return err
	}
	if v.standards, err = p.svc.Standards(c.Ctx()); err != nil {
		return err
	}
	list, err := p.svc.Checklist(c.Ctx(), id, audit.RowFilter{Limit: 500})
	if err != nil {
		return err
	}
	v.rows = list.Rows
	if chosen := c.Queries("templates"); len(chosen) > 0 {
		v.form.Values = c.Request().URL.Query()
		preview, err := p.svc.PreviewChecklist(c.Ctx(), id, buildRequest(chosen, c.Query("clauses"), c.Query("by_department")))
		if errs, bad, ok := web.FormError(err); ok {
			v.form.Errors, status = errs, bad
		} else if err != nil {
			return err
		} else {
			v.preview = &preview
		}
	} else if v.form.Values == nil {
		v.form.Values = url.Values{"by_department": {"1"}}
	}
	v.Page = c.Page("audit.build.title")
	return c.Render(status, buildView(v))
}

func buildRequest(templates []string, clauses, departments string) audit.BuildRequest {
	return audit.BuildRequest{Templates: templates, Clauses: clauseList(clauses), Departments: departments != ""}
}

// clauseList splits clauses as people type them: commas part them, for a
// clause may hold a blank.
func clauseList(text string) (out []string) {
	for _, part := range splitList.Split(text, -1) {
		if part != "" {
			out = append(out, part)
		}
	}
	return out
}

func (p pages) rebuild(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	_, err = p.svc.BuildChecklist(c.Ctx(), id, buildRequest(c.Forms("templates"), c.Form("clauses"), c.Form("by_department")))
	return c.Done(err, "audit.build.done", "/audits/"+id+"/checklist/build", func(form ui.Form, status int) error {
		return p.showBuild(c, status, form, ui.Form{})
	})
}

func (p pages) addRow(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	standard, edition := cutStandard(c.Form("standard"))
	_, err = p.svc.AddRow(c.Ctx(), id, audit.NewRow{Standard: standard, Edition: edition, Clause: c.Form("clause"), GSBPM: c.Form("gsbpm"), QuestionAZ: c.Form("question_az"),
		QuestionEN: c.Form("question_en"), GuidanceAZ: c.Form("guidance_az"), GuidanceEN: c.Form("guidance_en"), Before: c.Form("before")})
	return c.Done(err, "audit.build.added", "/audits/"+id+"/checklist/build", func(form ui.Form, status int) error {
		return p.showBuild(c, status, ui.Form{}, form)
	})
}

func (p pages) moveRow(c *web.Context) error {
	return p.rowStep(c, "audit.build.moved", func(id, row string) error { return p.svc.MoveRow(c.Ctx(), id, row, c.Form("before")) })
}

func (p pages) removeRow(c *web.Context) error {
	return p.rowStep(c, "audit.build.removed", func(id, row string) error { return p.svc.RemoveRow(c.Ctx(), id, row) })
}

func (p pages) rowStep(c *web.Context, key string, do func(id, row string) error) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	row, err := c.ID("row")
	if err != nil {
		return err
	}
	return c.Done(do(id, row), key, "/audits/"+id+"/checklist/build#rows", nil)
}

// choices are the templates that can be built with.
func (v buildPage) choices() (out []ui.Option) {
	for _, t := range v.templates {
		out = append(out, ui.Option{Value: t.ID, Label: t.Title(v.Lang), Hint: v.T("audit.form.template_rows", "n", t.Rows, "version", t.Version)})
	}
	return out
}

func (v buildPage) editions() []ui.Option { return editions(v.standards) }

// editions are standards to choose from, as CODE:EDITION.
func editions(list []audit.Standard) (out []ui.Option) {
	for _, s := range list {
		out = append(out, ui.Option{Value: s.Code + ":" + s.Edition, Label: s.Name})
	}
	return out
}

// before is the row that a row comes before when it goes one place up, or
// down, "" for the end.
func (v buildPage) before(i int, up bool) string {
	switch {
	case up && i > 0:
		return v.rows[i-1].ID
	case !up && i+2 < len(v.rows):
		return v.rows[i+2].ID
	}
	return ""
}

func (v buildPage) reasons() []audit.LeftWhy { return audit.LeftWhys() }

// summary is the preview in one line.
func (v buildPage) summary() string {
	c := v.preview
	text := v.T("audit.build.summary", "rows", len(c.Rows), "out", len(c.Out))
	if n := c.Flagged(); n > 0 {
		text += " " + v.T("audit.build.flagged", "n", n, "audit", c.Audit)
	}
	return text
}

// why says why a question is left out.
func (v buildPage) why(o audit.LeftOut) string {
	if o.Why == audit.Duplicate {
		return v.T("audit.build.why.duplicate_of", "row", o.Into)
	}
	return v.T("audit.build.why." + string(o.Why))
}

// carried are the choices of the preview, for the form that builds.
func (v buildPage) carried() (out [][2]string) {
	for _, name := range []string{"templates", "clauses", "by_department"} {
		for _, value := range v.form.Values[name] {
			out = append(out, [2]string{name, value})
		}
	}
	return out
}

func number1(n int) string { return strconv.Itoa(n) }

var splitList = regexp.MustCompile(`\s*[,;\n]\s*`)

// cutStandard parts CODE:EDITION.
func cutStandard(s string) (code, edition string) {
	code, edition, _ = strings.Cut(s, ":")
	return code, edition
}
