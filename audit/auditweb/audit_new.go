package auditweb

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type auditForm struct {
	ui.Page
	audit.PlanOptions
	form ui.Form
	edit *audit.AuditView // the audit whose plan is changed; nil: a new one
}

// newAudit is the form in which an audit is planned.
func (p pages) newAudit(c *web.Context) error {
	v := auditForm{Page: c.Page("audit.audit.new")}
	var err error
	if v.PlanOptions, err = p.svc.PlanOptions(c.Ctx()); err != nil {
		return err
	}
	preset := url.Values{"period": {v.Today().Format()[6:]}, "kind": {string(audit.Internal)}}
	for _, t := range v.Templates {
		preset.Add("templates", t.ID)
	}
	if len(v.Cycles) == 1 {
		preset.Set("cycles", v.Cycles[0].ID)
	}
	v.form.Values = preset
	return c.Render(http.StatusOK, auditNewView(v))
}

// listed splits what was typed as a list of codes.
var listed = regexp.MustCompile(`[\s,;]+`)

// planOfForm reads the form of an audit.
func planOfForm(c *web.Context) audit.NewAudit {
	// A date that cannot be read is none, and the service asks for it.
	from, _ := web.ParseDate(c.Form("from"))
	to, _ := web.ParseDate(c.Form("to"))
	n := audit.NewAudit{Kind: audit.Kind(c.Form("kind")), Title: c.Form("title"), Objectives: c.Form("objectives"), Criteria: c.Form("criteria"),
		Method: c.Form("method"), Period: c.Form("period"), From: from, To: to, Sites: c.Forms("sites"),
		Cycles: c.Forms("cycles"), Codes: slices.Clone(c.Forms("phases")), Lead: c.Form("lead"), Members: c.Forms("members"), Templates: c.Forms("templates")}
	for _, code := range listed.Split(c.Form("codes"), -1) {
		if code = strings.TrimSpace(code); code != "" {
			n.Codes = append(n.Codes, code)
		}
	}
	if d := c.Form("department"); d != "" {
		n.Departments = append([]string{d}, c.Forms("departments")...)
	}
	return n
}

// planAudit plans the audit of the form.
func (p pages) planAudit(c *web.Context) error {
	n := planOfForm(c)
	a, err := p.svc.PlanAudit(c.Ctx(), n)
	if len(n.Departments) == 0 {
		err = rename(err, "departments", "department")
	}
	return c.Done(err, "audit.audit.planned", "/audits/"+a.ID, func(form ui.Form, status int) error {
		v := auditForm{Page: c.Page("audit.audit.new"), form: form}
		if v.PlanOptions, err = p.svc.PlanOptions(c.Ctx()); err != nil {
			return err
		}
		return c.Render(status, auditNewView(v))
	})
}

// editAudit is the form of the plan of an audit that was not announced.
func (p pages) editAudit(c *web.Context) error {
	return p.showEdit(c, http.StatusOK, ui.Form{})
}

func (p pages) showEdit(c *web.Context, status int, form ui.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	a, err := p.svc.Audit(c.Ctx(), id)
	if err != nil {
		return err
	}
	v := auditForm{Page: c.Page("audit.edit.title"), form: form, edit: &a}
	if v.PlanOptions, err = p.svc.PlanOptions(c.Ctx()); err != nil {
		return err
	}
	if v.form.Values == nil {
		v.form.Values = planValues(a)
	}
	return c.Render(status, auditNewView(v))
}

// planValues fills the form with the plan of an audit.
func planValues(a audit.AuditView) url.Values {
	out := url.Values{"kind": {string(a.Kind)}, "title": {a.Audit.Title}, "objectives": {a.Objectives}, "criteria": {a.Criteria}, "method": {a.Method},
		"period": {a.Period}, "from": {a.PlannedFrom.Format()}, "to": {a.PlannedTo.Format()}, "seen": {a.Edition()}}
	for i, d := range a.Departments {
		if i == 0 {
			out.Set("department", d.ID)
		} else {
			out.Add("departments", d.ID)
		}
	}
	for _, y := range a.Cycles {
		out.Add("cycles", y.ID)
	}
	for _, s := range a.Sites {
		out.Add("sites", s.ID)
	}
	var deeper []string
	for _, code := range a.Codes {
		if len(code) == 1 {
			out.Add("phases", code)
		} else {
			deeper = append(deeper, code)
		}
	}
	out.Set("codes", strings.Join(deeper, ", "))
	return out
}

// saveEdit changes the plan.
func (p pages) saveEdit(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	n := planOfForm(c)
	err = p.svc.EditAudit(c.Ctx(), id, audit.AuditEdit{NewAudit: n, Seen: c.Form("seen")})
	if len(n.Departments) == 0 {
		err = rename(err, "departments", "department")
	}
	return c.Done(err, "audit.edit.done", "/audits/"+id, func(form ui.Form, status int) error { return p.showEdit(c, status, form) })
}

// sites are those that can be audited.
func (v auditForm) sites() (out []ui.Option) {
	for _, x := range v.Sites {
		out = append(out, ui.Option{Value: x.ID, Label: x.Name(v.Lang)})
	}
	return out
}

func (v auditForm) kinds() (out []ui.Option) {
	for _, k := range audit.Kinds() {
		out = append(out, ui.Option{Value: string(k), Label: v.T("audit.kind." + string(k))})
	}
	return out
}

func (v auditForm) cycles() (out []ui.Option) {
	for _, y := range v.Cycles {
		out = append(out, ui.Option{Value: y.ID, Label: y.Title(v.Lang) + ", " + y.Period})
	}
	return out
}

// phases are the phases of the model, for an audit of whole phases.
func (v auditForm) phases() (out []ui.Option) {
	for _, p := range v.Phases {
		out = append(out, ui.Option{Value: p.Code, Label: p.Code + ". " + p.Name(v.Lang)})
	}
	return out
}

func (v auditForm) units(empty bool) (out []ui.Option) {
	if empty {
		out = append(out, ui.Option{Label: v.T("audit.form.choose")})
	}
	for _, d := range v.Departments {
		out = append(out, ui.Option{Value: d.ID, Label: d.Name(v.Lang) + " (" + d.Code + ")"})
	}
	return out
}

func (v auditForm) leads() []ui.Option {
	out := []ui.Option{{Label: v.T("audit.form.choose")}}
	for _, a := range v.Auditors {
		if a.Lead {
			out = append(out, ui.Option{Value: a.ID, Label: person(a.Person)})
		}
	}
	return out
}

func (v auditForm) members() (out []ui.Option) {
	for _, a := range v.Auditors {
		out = append(out, ui.Option{Value: a.ID, Label: person(a.Person)})
	}
	return out
}

func (v auditForm) templates() (out []ui.Option) {
	for _, t := range v.Templates {
		out = append(out, ui.Option{Value: t.ID, Label: t.Title(v.Lang), Hint: v.T("audit.form.template_rows", "n", t.Rows, "version", t.Version)})
	}
	return out
}

// action is where the form goes.
func (v auditForm) action() string {
	if v.edit != nil {
		return "/audits/" + v.edit.ID + "/edit"
	}
	return "/audits"
}
