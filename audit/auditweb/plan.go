package auditweb

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type planPage struct {
	ui.Page
	audit.AuditView
	people []audit.Person // whom the team can speak with
	forms  map[string]ui.Form
	pdf    string            // address of the plan on paper, "" when there is none
	panels []templ.Component // what others say of the plan: documents asked for
}

func (v planPage) form(name string) ui.Form { return v.forms[name] }

// plan is the plan of an audit (ISO 19011:2018, 6.3.2.2): schedule, people,
// notice, documents.
func (p pages) plan(c *web.Context) error { return p.showPlan(c, http.StatusOK, nil) }

func (p pages) showPlan(c *web.Context, status int, forms map[string]ui.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	v := planPage{forms: forms}
	if v.AuditView, err = p.svc.Audit(c.Ctx(), id); err != nil {
		return err
	}
	v.Page = c.Page("audit.plan.title")
	if p.r.Has(http.MethodGet, "/audits/:id/plan.pdf") {
		v.pdf = "/audits/" + id + "/plan"
	}
	if v.Can("team") {
		if v.people, err = p.svc.PeopleOfScope(c.Ctx(), id); err != nil {
			return err
		}
	}
	if v.panels, err = c.Panels("audit", id); err != nil {
		return err
	}
	return c.Render(status, planView(v))
}

// planStep changes the plan and shows it again when that is refused.
func (p pages) planStep(c *web.Context, name string, do func(id string) error) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	err = do(id)
	if form, status, ok := c.Refused(err); ok {
		return p.showPlan(c, status, map[string]ui.Form{name: form})
	}
	return c.Done(err, "audit.plan.done."+name, "/audits/"+id+"/plan", nil)
}

func (p pages) addSession(c *web.Context) error {
	return p.planStep(c, "session", func(id string) error {
		var check apperr.Check
		n := audit.NewSession{Day: c.FormDate(&check, "day", true), From: c.Form("from"), To: c.Form("to"), DepartmentID: c.Form("department"), Auditors: c.Forms("auditors"),
			With: c.Forms("with"), Place: c.Form("place"), Topic: c.Form("topic")}
		for _, code := range listed.Split(c.Form("codes"), -1) {
			if code = strings.TrimSpace(code); code != "" {
				n.Codes = append(n.Codes, code)
			}
		}
		if err := check.Err(); err != nil {
			return err
		}
		_, err := p.svc.AddSession(c.Ctx(), id, n)
		return err
	})
}

func (p pages) removeSession(c *web.Context) error {
	return p.planStep(c, "session_removed", func(id string) error { return p.svc.RemoveSession(c.Ctx(), id, c.Param("session")) })
}

func (p pages) addGuest(c *web.Context) error {
	return p.planStep(c, "guest", func(id string) error {
		return p.svc.AddGuest(c.Ctx(), id, audit.NewGuest{Role: audit.GuestRole(c.Form("role")), UserID: c.Form("user"), Name: c.Form("name"), Organisation: c.Form("organisation"), Task: c.Form("task")})
	})
}

func (p pages) removeGuest(c *web.Context) error {
	return p.planStep(c, "guest_removed", func(id string) error { return p.svc.RemoveGuest(c.Ctx(), id, c.Param("guest")) })
}

// days of the schedule with their lines.
func (v planPage) days() (out []planDay) {
	for _, s := range v.Schedule {
		if n := len(out); n > 0 && out[n-1].day == s.Day {
			out[n-1].lines = append(out[n-1].lines, s)
		} else {
			out = append(out, planDay{s.Day, []audit.SessionView{s}})
		}
	}
	return out
}

type planDay struct {
	day   day.Day
	lines []audit.SessionView
}

// names joins people: "S. Rzayev (BƏŞ), G. Abbasova (KİEMŞ)".
func names(list []audit.Person) string {
	var out []string
	for _, x := range list {
		if x.Department.Code == "" {
			out = append(out, short(x.Name))
		} else {
			out = append(out, short(x.Name)+" ("+x.Department.Code+")")
		}
	}
	return strings.Join(out, ", ")
}

func (v planPage) auditorOptions() (out []ui.Option) {
	for _, m := range v.Team {
		out = append(out, ui.Option{Value: m.Person.ID, Label: person(m.Person)})
	}
	return out
}

func (v planPage) withOptions() (out []ui.Option) {
	for _, x := range v.people {
		out = append(out, ui.Option{Value: x.ID, Label: person(x), Hint: x.Position(v.Lang)})
	}
	return out
}

func (v planPage) userOptions() []ui.Option {
	return append([]ui.Option{{Label: v.T("audit.plan.from_outside")}}, v.withOptions()...)
}

func (v planPage) unitOptions() []ui.Option {
	out := []ui.Option{{Label: v.T("audit.plan.team_alone")}}
	for _, d := range v.Departments {
		out = append(out, ui.Option{Value: d.ID, Label: unit(v.Page, d)})
	}
	return out
}

func (v planPage) guestRoles() (out []ui.Option) {
	for _, r := range audit.GuestRoles() {
		out = append(out, ui.Option{Value: string(r), Label: v.T("audit.guest.role." + string(r))})
	}
	return out
}

// facts of the plan.
func (v planPage) rows() []ui.KVRow {
	rows := []ui.KVRow{{Term: v.T("audit.field.objectives"), Value: v.Objectives}, {Term: v.T("audit.field.criteria"), Value: v.Criteria}}
	if v.Method != "" {
		rows = append(rows, ui.KVRow{Term: v.T("audit.field.method"), Value: v.Method})
	}
	var units, sites []string
	for _, d := range v.Departments {
		units = append(units, unit(v.Page, d))
	}
	rows = append(rows, ui.KVRow{Term: v.T("audit.plan.units"), Value: strings.Join(units, "; ")})
	for _, s := range v.Sites {
		sites = append(sites, s.Name(v.Lang))
	}
	if len(sites) > 0 {
		rows = append(rows, ui.KVRow{Term: v.T("audit.site.title"), Value: strings.Join(sites, "; ")})
	}
	return append(rows, ui.KVRow{Term: v.T("audit.audit.col.dates"), Value: v.Day(v.PlannedFrom) + " – " + v.Day(v.PlannedTo)})
}

// noticeText says how much notice there is or was, and what the term is.
func noticeText(p ui.Page, v audit.AuditView) string {
	if v.State == audit.Planned {
		if v.Notice.Required == 0 {
			return ""
		}
		return p.T("audit.notice_given.now", "given", v.Notice.Given, "required", v.Notice.Required, "day", v.Notice.Earliest)
	}
	if v.NoticeRequired == 0 {
		return ""
	}
	return p.T("audit.notice_given.then", "given", v.NoticeGiven, "required", v.NoticeRequired)
}
