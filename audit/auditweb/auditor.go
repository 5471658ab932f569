package auditweb

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// RegisterAuditors adds the routes of auditors and of the plan of an audit.
func RegisterAuditors(r *web.Router, svc *audit.Service) {
	p := pages{svc: svc, r: r}
	r.GET("/auditors", policies.AuditorRead, p.auditors)
	r.GET("/auditors/:id", policies.AuditorRead, p.auditor)
	r.POST("/auditors/:id/record", policies.AuditorRecord, p.saveRecord)
	r.POST("/auditors/:id/trainings", policies.AuditorRecord, p.addTraining)
	r.POST("/auditors/:id/trainings/:training/remove", policies.AuditorRecord, p.removeTraining)
	r.POST("/auditors/:id/conflicts", policies.AuditorRecord, p.addConflict)
	r.POST("/auditors/:id/conflicts/:conflict/end", policies.AuditorRecord, p.endConflict)
	r.POST("/auditors/:id/evaluations", policies.AuditorEvaluate, p.evaluate)

	r.GET("/audits/:id/plan", policies.AuditRead, p.plan)
	r.POST("/audits/:id/sessions", policies.AuditPlan, p.addSession)
	r.POST("/audits/:id/sessions/:session/remove", policies.AuditPlan, p.removeSession)
	r.POST("/audits/:id/guests", policies.AuditPlan, p.addGuest)
	r.POST("/audits/:id/guests/:guest/remove", policies.AuditPlan, p.removeGuest)
}

type auditorList struct {
	ui.Page
	items []audit.AuditorBrief
}

// auditors lists everybody who audits.
func (p pages) auditors(c *web.Context) error {
	items, err := p.svc.Auditors(c.Ctx())
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, auditorListView(auditorList{c.Page("audit.auditor.title"), items}))
}

// leadState says whether a lead auditor may lead.
func leadState(p ui.Page, b audit.AuditorBrief) ui.State {
	if b.Gap == "" {
		return ui.State{Tone: "good", Icon: "award", Word: p.T("audit.auditor.may_lead")}
	}
	return ui.State{Tone: "warn", Icon: "alert-triangle", Word: p.T(b.Gap)}
}

// mean writes marks in tenths: 43 is 4,3.
func mean(p ui.Page, tenths int) string {
	if tenths == 0 {
		return "–"
	}
	return p.Decimal(fmt.Sprintf("%d.%d", tenths/10, tenths%10))
}

type auditorPage struct {
	ui.Page
	audit.AuditorView
	audit.ConflictOptions
	standards []audit.Standard
	forms     map[string]ui.Form
}

func (v auditorPage) form(name string) ui.Form { return v.forms[name] }

// auditor is the page of an auditor.
func (p pages) auditor(c *web.Context) error { return p.showAuditor(c, http.StatusOK, nil) }

func (p pages) showAuditor(c *web.Context, status int, forms map[string]ui.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	v := auditorPage{forms: forms}
	if v.AuditorView, err = p.svc.Auditor(c.Ctx(), id); err != nil {
		return err
	}
	v.Page = c.Page(v.Name)
	if v.standards, err = p.svc.StandardOptions(c.Ctx()); err != nil {
		return err
	}
	if v.CanRecord {
		if v.ConflictOptions, err = p.svc.ConflictOptions(c.Ctx()); err != nil {
			return err
		}
	}
	return c.Render(status, auditorShowView(v))
}

// auditorStep does a change to an auditor's record and shows the page again
// when it is refused.
func (p pages) auditorStep(c *web.Context, name string, do func(id string) error) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	return c.Done(do(id), "audit.auditor.done."+name, "/auditors/"+id, func(form ui.Form, status int) error {
		return p.showAuditor(c, status, map[string]ui.Form{name: form})
	})
}

func (p pages) saveRecord(c *web.Context) error {
	return p.auditorStep(c, "record", func(id string) error {
		var check apperr.Check
		n := audit.NewRecord{Education: c.Form("education"), Experience: c.Form("experience"), Languages: c.Form("languages"), Standards: c.Forms("standards"), Note: c.Form("note")}
		if y := number(&check, "years", c.Form("years")); y != nil {
			n.Years = *y
		}
		n.Version, _ = strconv.Atoi(c.Form("version"))
		if err := check.Err(); err != nil {
			return err
		}
		return p.svc.SaveRecord(c.Ctx(), id, n)
	})
}

func (p pages) addTraining(c *web.Context) error {
	return p.auditorStep(c, "training", func(id string) error {
		var check apperr.Check
		n := audit.NewTraining{Title: c.Form("title"), Provider: c.Form("provider"), Document: c.Form("document"), Leads: c.Form("leads") != "",
			Held: c.FormDate(&check, "held", true), ValidTo: c.FormDate(&check, "valid_to", false)}
		if err := check.Err(); err != nil {
			return err
		}
		_, err := p.svc.AddTraining(c.Ctx(), id, n)
		return err
	})
}

func (p pages) removeTraining(c *web.Context) error {
	return p.auditorStep(c, "remove", func(id string) error {
		return p.svc.RemoveTraining(c.Ctx(), id, c.Param("training"), c.Form("reason"))
	})
}

func (p pages) addConflict(c *web.Context) error {
	return p.auditorStep(c, "conflict", func(id string) error {
		var check apperr.Check
		// One list of everything: "department:ID", "process:ID", "person:ID".
		against, with, _ := strings.Cut(c.Form("with"), ":")
		n := audit.NewConflict{Against: audit.Against(against), With: with, Reason: c.Form("reason"), From: c.FormDate(&check, "from", true), To: c.FormDate(&check, "to", false)}
		if c.Form("with") == "" {
			check.Add("with", "error.field.required")
		}
		if err := check.Err(); err != nil {
			return err
		}
		_, err := p.svc.AddConflict(c.Ctx(), id, n)
		return rename(err, "against", "with")
	})
}

func (p pages) endConflict(c *web.Context) error {
	return p.auditorStep(c, "end", func(id string) error {
		var check apperr.Check
		last := c.FormDate(&check, "to", true)
		if err := check.Err(); err != nil {
			return err
		}
		return p.svc.EndConflict(c.Ctx(), id, c.Param("conflict"), last, c.Form("reason"))
	})
}

func (p pages) evaluate(c *web.Context) error {
	return p.auditorStep(c, "evaluation", func(id string) error {
		mark := func(name string) int { n, _ := strconv.Atoi(c.Form(name)); return n } // anything else is no mark
		return p.svc.Evaluate(c.Ctx(), id, audit.NewEvaluation{AuditID: c.Form("audit"), Knowledge: mark("knowledge"), Skill: mark("skill"), Conduct: mark("conduct"),
			Reports: mark("reporting"), Note: c.Form("note")})
	})
}

// recordForm is the form of the record: as typed, else as kept.
func (v auditorPage) recordForm() ui.Form {
	if f := v.form("record"); f.Values != nil {
		return f
	}
	r := v.Record
	return ui.Form{Values: url.Values{"education": {r.Education}, "experience": {r.Experience}, "years": {strconv.Itoa(r.Years)}, "languages": {r.Languages}, "standards": v.AuditorBrief.Standards(), "note": {r.Note}}}
}

func (v auditorPage) standardOptions() (out []ui.Option) {
	for _, s := range v.standards {
		out = append(out, ui.Option{Value: s.Code, Label: s.Name})
	}
	return out
}

// withOptions are the departments, processes and people of a conflict.
func (v auditorPage) withOptions() []ui.Option {
	out := []ui.Option{{Label: v.T("audit.form.choose")}}
	for _, d := range v.Departments {
		out = append(out, ui.Option{Value: "department:" + d.ID, Label: v.T("audit.auditor.against.department") + ": " + unit(v.Page, d)})
	}
	for _, x := range v.Processes {
		out = append(out, ui.Option{Value: "process:" + x.ID, Label: v.T("audit.auditor.against.process") + ": " + x.Title(v.Lang)})
	}
	for _, x := range v.People {
		if x.ID != v.ID {
			out = append(out, ui.Option{Value: "person:" + x.ID, Label: v.T("audit.auditor.against.person") + ": " + person(x)})
		}
	}
	return out
}

// auditOptions are the audits that the person was on the team of.
func (v auditorPage) auditOptions() []ui.Option {
	out := []ui.Option{{Label: v.T("audit.auditor.of_year")}}
	for _, a := range v.Teams {
		if a.State == audit.Reported || a.State == audit.Closed {
			out = append(out, ui.Option{Value: a.ID, Label: a.Number + " " + a.Title})
		}
	}
	return out
}

func (v auditorPage) marks() (out []ui.Option) {
	for n := 5; n >= 1; n-- {
		out = append(out, ui.Option{Value: strconv.Itoa(n), Label: v.T("audit.auditor.mark." + strconv.Itoa(n))})
	}
	return out
}

// recordRows are the facts of the record.
func (v auditorPage) recordRows() []ui.KVRow {
	r := v.Record
	rows := []ui.KVRow{{Term: v.T("audit.auditor.education"), Value: r.Education}, {Term: v.T("audit.auditor.experience"), Value: r.Experience, Mut: v.T("audit.auditor.years_of", "n", r.Years)},
		{Term: v.T("audit.auditor.languages"), Value: r.Languages}, {Term: v.T("audit.auditor.standards"), Value: strings.Join(v.standardNames(), ", ")}}
	if r.Note != "" {
		rows = append(rows, ui.KVRow{Term: v.T("audit.field.note"), Value: r.Note})
	}
	return rows
}

func (v auditorPage) standardNames() (out []string) {
	for _, code := range v.AuditorBrief.Standards() {
		name := code
		for _, s := range v.standards {
			if s.Code == code {
				name = s.Name
			}
		}
		out = append(out, name)
	}
	return out
}
