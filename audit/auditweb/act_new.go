package auditweb

import (
	"net/http"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type newActPage struct {
	ui.Page
	form        ui.Form
	origin      audit.OriginRef // given by the page one comes from; zero: a complaint
	departments []office.Department
	leads       []office.User
	clauses     []audit.Clause
	given       map[string]string
}

// newAct is the form of an act that comes from no audit. What the page one
// comes from knows stands in the address and is carried over.
func (p pages) newAct(c *web.Context) error {
	return p.showNewAct(c, http.StatusOK, ui.Form{})
}

func (p pages) showNewAct(c *web.Context, status int, form ui.Form) error {
	v := newActPage{Page: c.Page("audit.act.new"), form: form, given: map[string]string{}}
	get := func(name string) string {
		if s := form.Values.Get(name); s != "" {
			return s
		}
		return c.Query(name)
	}
	v.origin = audit.OriginRef{Kind: audit.Origin(get("origin")), ID: get("origin_id"), Label: get("origin_label")}
	if v.origin.Kind == "" {
		v.origin.Kind = audit.OfComplaint
	}
	for _, name := range []string{"department", "gsbpm", "statement", "clause", "objective_evidence", "cycle"} {
		v.given[name] = get(name)
	}
	var err error
	if v.departments, err = p.svc.KIS.Departments(c.Ctx()); err != nil {
		return err
	}
	if v.leads, err = p.svc.KIS.People(c.Ctx(), office.PeopleFilter{Role: policies.LeadAuditor}); err != nil {
		return err
	}
	if v.clauses, err = p.svc.Clauses(c.Ctx()); err != nil {
		return err
	}
	return c.Render(status, newActView(v))
}

// draftAct drafts the act.
func (p pages) draftAct(c *web.Context) error {
	var check apperr.Check
	n := audit.NewAct{Origin: audit.OriginRef{Kind: audit.Origin(c.Form("origin")), ID: c.Form("origin_id"), Label: c.Form("origin_label"),
		ReceivedOn: c.FormDate(&check, "received_on", false)}, DepartmentID: c.Form("department"), CycleID: c.Form("cycle"), LeadID: c.Form("lead"),
		Grade: audit.Grade(c.Form("grade")), Clause: c.Form("clause"), GSBPM: c.Form("gsbpm"), Criterion: c.Form("criterion"), Statement: c.Form("statement"),
		ObjectiveEvidence: c.Form("objective_evidence")}
	err := check.Err()
	if err == nil && n.Origin.Kind == audit.OfDiscrepancy { // promoted where the notes are
		err = apperr.InvalidField("origin", "error.field.choice")
	}
	var a audit.Act
	if err == nil {
		a, err = p.svc.DraftAct(c.Ctx(), n)
	}
	return c.Done(err, "audit.act.done.draft", "/acts/"+a.ID, func(form ui.Form, status int) error { return p.showNewAct(c, status, form) })
}

func (v newActPage) units() []ui.Option {
	out := []ui.Option{{Label: v.T("audit.form.choose")}}
	for _, d := range v.departments {
		if d.Kind == "internal" {
			out = append(out, ui.Option{Value: d.ID, Label: d.Code + ", " + d.Name(v.Lang)})
		}
	}
	return out
}

func (v newActPage) leaders() []ui.Option {
	out := []ui.Option{{Label: v.T("audit.act.lead_open")}}
	for _, u := range v.leads {
		out = append(out, ui.Option{Value: u.ID, Label: u.Name + ", " + u.Position(v.Lang)})
	}
	return out
}

func (v newActPage) criteria() []ui.Option {
	out := []ui.Option{{Label: v.T("audit.act.no_clause")}}
	for _, c := range v.clauses {
		out = append(out, ui.Option{Value: c.Number, Label: c.Number + " " + c.Title(v.Lang)})
	}
	return out
}

// kinds are the origins that one can name oneself.
func (v newActPage) kinds() (out []ui.Option) {
	for _, k := range []audit.Origin{audit.OfComplaint, audit.OfEvidence, audit.OfRating, audit.OfMeasure} {
		out = append(out, ui.Option{Value: string(k), Label: v.T("audit.origin." + string(k))})
	}
	return out
}
