package auditdoc

import (
	"fmt"
	"strings"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis/inquiry"
	"github.com/kis-platform/kis/reports"
)

// planDocument is the plan of an audit (ISO 19011:2018, 6.3.2.2): what is
// looked at and against what, who goes, when and where who speaks with whom
// about which rows, and what is asked for beforehand.
func planDocument(v audit.Dossier, asked []inquiry.RequestRow, w reports.Words) reports.Doc {
	d := w.Doc(w.T("report.plan_of_audit.title"), w.T("report.plan_of_audit.running"), "№ "+v.Number)
	d.ShortName = reports.Joined(" ", w.T("report.plan_of_audit.short"), "№ "+v.Number)
	d.Subtitle = v.Title
	w.At(&d, w.DayOf(v.AnnouncedAt))
	n := 0
	d.Add(reports.KeyValue{Pairs: 2, Rows: planHead(v, w)},
		w.Section(&n, "report.audit.objectives"), w.Box(v.Objectives),
		w.Section(&n, "report.audit.scope"), reports.KeyValue{Rows: append(reports.AuditScope(v, w), reports.KV{Key: w.T("report.plan_of_audit.sites"), Value: reports.T(w.Or(sites(v, w)))})},
		w.Section(&n, "report.audit.criteria"), w.Box(reports.AuditCriteria(v, w)),
		w.Section(&n, "report.audit.team"), reports.AuditTeam(v, w))
	d.Add(reports.AuditExceptions(v, w)...)
	if len(v.Guests) > 0 {
		d.Add(reports.Heading{Level: 3, Text: w.T("report.plan_of_audit.guests")}, guests(v, w))
	}
	d.Add(w.Section(&n, "report.plan_of_audit.schedule"), schedule(v, w),
		w.Section(&n, "report.plan_of_audit.requests"), requests(asked, w),
		w.Section(&n, "report.plan_of_audit.announcement"), reports.KeyValue{Rows: announcement(v, w)},
		w.Section(&n, "report.signatures"), reports.Signatures{Rows: planSigners(v, w)})
	return d
}

func planHead(v audit.Dossier, w reports.Words) []reports.KV {
	programme := ""
	if v.Programme.Year != 0 {
		programme = w.T("report.plan_of_audit.of_programme", "year", v.Programme.Year, "no", v.Programme.No)
	}
	state := w.Code("audit.audit.state", string(v.State))
	if v.State == audit.Cancelled {
		state = reports.Joined(": ", state, v.CancelReason)
	}
	return []reports.KV{
		{Key: w.T("report.audit.kind"), Value: reports.T(w.Code("audit.kind", string(v.Kind)))},
		{Key: w.T("report.audit.department"), Value: reports.T(w.Department(v.Audited()))},
		{Key: w.T("report.audit.dates"), Value: reports.T(w.Span(v.PlannedFrom, v.PlannedTo))},
		{Key: w.T("report.plan_of_audit.programme"), Value: reports.T(w.Or(programme))},
		{Key: w.T("report.audit.state"), Value: reports.T(state)},
		{Key: w.T("report.audit.lead"), Value: reports.T(w.Or(v.Lead().Name))},
	}
}

// sites are the places that the audit visits.
func sites(v audit.Dossier, w reports.Words) string {
	var out []string
	for _, s := range v.Sites {
		out = append(out, reports.Named(i18n.InLang(w.Lang, s.NameAZ, s.NameEN), s.Code))
	}
	return strings.Join(out, "; ")
}

// guests are people with the team who do not audit.
func guests(v audit.Dossier, w reports.Words) reports.Table {
	t := reports.Table{Columns: []reports.Column{{Title: w.T("report.audit.name"), Width: 50}, {Title: w.T("report.plan_of_audit.organisation"), Width: 50},
		{Title: w.T("report.audit.role"), Width: 34}, {Title: w.T("report.plan_of_audit.task"), Width: 42}}}
	for _, g := range v.Guests {
		t.Rows = append(t.Rows, reports.Cells(g.Name, w.Or(g.Organisation), w.Code("audit.guest.role", string(g.Role)), w.Or(g.Task)))
	}
	return t
}

// schedule lists day by day who speaks with whom, when, where and about what.
func schedule(v audit.Dossier, w reports.Words) reports.Table {
	t := reports.Table{Empty: w.T("report.plan_of_audit.no_schedule"), Columns: []reports.Column{{Title: w.T("report.plan_of_audit.time"), Width: 20}, {Title: w.T("report.plan_of_audit.topic"), Width: 50},
		{Title: w.T("report.plan_of_audit.rows"), Width: 22}, {Title: w.T("report.plan_of_audit.with"), Width: 36}, {Title: w.T("report.plan_of_audit.auditors"), Width: 28}, {Title: w.T("report.plan_of_audit.place"), Width: 20}}}
	last := ""
	for _, s := range v.Schedule {
		if on := w.Day(s.Day); on != last {
			last = on
			t.Rows = append(t.Rows, reports.Group(w.Long(s.Day)+", "+w.T(fmt.Sprintf("report.weekday.%d", s.Day.Time().Weekday()))))
		}
		with := reports.Joined("\n", s.Department.Code, names(s.With))
		if s.DepartmentID == "" {
			with = reports.Joined("\n", w.T("report.plan_of_audit.team_alone"), names(s.With))
		}
		t.Rows = append(t.Rows, reports.Cells(s.From+"–"+s.To, s.Topic, w.Or(strings.Join(s.CodeList(), ", ")), with, names(s.Auditors), s.Place))
	}
	return t
}

// names lists people.
func names(list []audit.Person) string {
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = p.Name
	}
	return strings.Join(out, ", ")
}

// requests are the documents that the departments were asked for beforehand.
func requests(asked []inquiry.RequestRow, w reports.Words) reports.Table {
	t := reports.Table{Empty: w.T("report.plan_of_audit.no_requests"), Columns: []reports.Column{{Title: "№", Width: 26}, {Title: w.T("report.plan_of_audit.document"), Width: 66},
		{Title: w.T("report.plan_of_audit.of"), Width: 40}, {Title: w.T("report.plan_of_audit.due"), Width: 22}, {Title: w.T("report.audit.state"), Width: 22}}}
	for i := len(asked) - 1; i >= 0; i-- { // the list has the newest first
		r := asked[i]
		if r.State == inquiry.RequestWithdrawn {
			continue
		}
		who := r.AddresseeName
		if who == "" {
			who = w.T("report.plan_of_audit.head")
		}
		t.Rows = append(t.Rows, reports.Cells(r.Number, r.Title, reports.Joined(", ", r.Department.Code, who), w.Day(r.Due), w.Code("inquiry.request.state", string(r.State))))
	}
	return t
}

// announcement says when the departments were told, and with how much notice.
func announcement(v audit.Dossier, w reports.Words) []reports.KV {
	notice, reason := v.NoticeGiven, v.NoticeReason
	required := v.NoticeRequired
	told := w.T("report.plan_of_audit.not_announced")
	if !v.AnnouncedAt.IsZero() {
		told = w.DateTime(v.AnnouncedAt)
	} else {
		notice, required = v.Notice.Given, v.Notice.Required
	}
	rows := []reports.KV{
		{Key: w.T("report.plan_of_audit.announced"), Value: reports.T(told)},
		{Key: w.T("report.plan_of_audit.notice"), Value: reports.T(w.T("report.plan_of_audit.notice_days", "given", notice, "required", required))},
	}
	if reason != "" {
		rows = append(rows, reports.KV{Key: w.T("report.plan_of_audit.notice_reason"), Value: reports.T(reason)})
	}
	return append(rows, reports.KV{Key: w.T("report.plan_of_audit.told"), Value: reports.T(w.Departments(v.Departments))})
}

// planSigners are the lead auditor, who made the plan, and the heads of the
// departments, who sign to have read it.
func planSigners(v audit.Dossier, w reports.Words) []reports.Signature {
	out := []reports.Signature{w.Signed("report.sign.lead", v.Lead().Name, "report.signed.announced", w.DateTime(v.AnnouncedAt))}
	for _, d := range v.Departments {
		out = append(out, reports.Signature{Role: reports.Joined(", ", w.T("report.sign.acquainted"), d.Code), State: w.T("report.signed.pen")})
	}
	return out
}

// planSheets are the schedule, the team and what was asked for.
func planSheets(v audit.Dossier, asked []inquiry.RequestRow, w reports.Words) []reports.Sheet {
	plan := reports.Sheet{Name: w.T("report.plan_of_audit.schedule"), Title: w.T("report.plan_of_audit.schedule"), Columns: []reports.SheetColumn{
		{Key: "day", Title: w.T("report.plan_of_audit.day"), Type: reports.DateCol}, {Key: "from", Title: w.T("report.plan_of_audit.from")}, {Key: "to", Title: w.T("report.plan_of_audit.to")},
		{Key: "topic", Title: w.T("report.plan_of_audit.topic"), Width: 50}, {Key: "rows", Title: w.T("report.plan_of_audit.rows"), Width: 20},
		{Key: "department", Title: w.T("report.audit.unit")}, {Key: "with", Title: w.T("report.plan_of_audit.with"), Width: 30},
		{Key: "auditors", Title: w.T("report.plan_of_audit.auditors"), Width: 30}, {Key: "place", Title: w.T("report.plan_of_audit.place"), Width: 20}}}
	for _, s := range v.Schedule {
		plan.Rows = append(plan.Rows, []any{s.Day, s.From, s.To, s.Topic, strings.Join(s.CodeList(), ", "), s.Department.Code, names(s.With), names(s.Auditors), s.Place})
	}
	team := reports.Sheet{Name: w.T("report.audit.team"), Title: w.T("report.audit.team"), Columns: []reports.SheetColumn{{Key: "name", Title: w.T("report.audit.name"), Width: 30},
		{Key: "department", Title: w.T("report.audit.unit")}, {Key: "role", Title: w.T("report.audit.role"), Width: 20}}}
	for _, m := range v.Team {
		team.Rows = append(team.Rows, []any{m.Name, m.Department.Code, w.Code("report.audit.part", string(m.Role))})
	}
	ask := reports.Sheet{Name: w.T("report.plan_of_audit.requests_tab"), Title: w.T("report.plan_of_audit.requests"), Columns: []reports.SheetColumn{{Key: "number", Title: "№", Width: 14},
		{Key: "title", Title: w.T("report.plan_of_audit.document"), Width: 50}, {Key: "department", Title: w.T("report.audit.unit")}, {Key: "due", Title: w.T("report.plan_of_audit.due"), Type: reports.DateCol},
		{Key: "state", Title: w.T("report.audit.state"), Width: 18}}}
	for _, r := range asked {
		ask.Rows = append(ask.Rows, []any{r.Number, r.Title, r.Department.Code, r.Due, w.Code("inquiry.request.state", string(r.State))})
	}
	return []reports.Sheet{plan, team, ask}
}
