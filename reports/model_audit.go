package reports

import (
	"fmt"
	"strings"

	"github.com/kis-platform/kis/audit"
)

// auditDocument is the report on the results of an audit (Auditin nəticələrinə
// dair hesabat; ISO 19011:2018 6.5.1).
func auditDocument(v audit.Dossier, w Words) Doc {
	d := w.Doc(w.T("report.audit.title"), w.T("report.audit.running"), "№ "+v.Number)
	d.ShortName = Joined(" ", w.T("report.audit.short"), "№ "+v.Number)
	d.Subtitle = v.Title
	w.At(&d, w.DayOf(v.ReportedAt))
	n := 0
	d.Add(KeyValue{Pairs: 2, Rows: auditHead(v, w)},
		w.Section(&n, "report.audit.objectives"), w.Box(v.Objectives),
		w.Section(&n, "report.audit.scope"), KeyValue{Rows: AuditScope(v, w)},
		w.Section(&n, "report.audit.criteria"), w.Box(AuditCriteria(v, w)),
		w.Section(&n, "report.audit.team"), AuditTeam(v, w))
	d.Add(AuditExceptions(v, w)...)
	d.Add(w.Section(&n, "report.audit.meetings"), auditMeetings(v, w),
		w.Section(&n, "report.audit.fulfilment"))
	d.Add(auditFulfilment(v, w)...)
	d.Add(w.Section(&n, "report.audit.findings"))
	d.Add(auditFindings(v, w)...)
	d.Add(w.Section(&n, "report.audit.strengths"), w.Box(auditStrengths(v)),
		w.Section(&n, "report.audit.conclusion"), w.Box(v.Conclusion),
		w.Section(&n, "report.audit.acts"), auditActs(v, w),
		w.Section(&n, "report.audit.opinions"))
	d.Add(auditOpinions(v, w)...)
	d.Add(w.Section(&n, "report.audit.sampling"), Note{T(w.T("report.audit.sampling_text"))})
	d.Add(auditSamples(v, w)...)
	d.Add(w.Section(&n, "report.audit.distribution"), auditReceivers(v, w),
		w.Section(&n, "report.signatures"), Signatures{auditSigners(v, w)})
	return d
}

func auditHead(v audit.Dossier, w Words) []KV {
	state := w.Code("audit.audit.state", string(v.State))
	if v.State == audit.Cancelled {
		state = Joined(": ", state, v.CancelReason)
	}
	return []KV{
		{w.T("report.audit.kind"), T(w.Code("audit.kind", string(v.Kind)))},
		{w.T("report.audit.department"), T(w.Department(v.Audited()))},
		{w.T("report.audit.dates"), T(w.Span(v.PlannedFrom, v.PlannedTo))},
		{w.T("report.audit.period"), T(w.Or(v.Period))},
		{w.T("report.audit.state"), T(state)},
		{w.T("report.audit.lead"), T(w.Or(v.Lead().Name))},
	}
}

// AuditScope are the facts of what an audit looks at.
func AuditScope(v audit.Dossier, w Words) []KV {
	processes := ""
	for _, c := range v.Cycles {
		processes = Joined("; ", processes, Joined(", ", w.Quoted(c.Title(w.Lang)), c.Period))
	}
	scope := w.T("report.audit.all_codes")
	if len(v.Codes) > 0 {
		scope = Joined(", ", v.Codes...)
	}
	return []KV{
		{w.T("report.audit.processes"), T(w.Or(processes))},
		{w.T("report.audit.codes"), T(scope)},
		{w.T("report.audit.departments"), T(w.Departments(v.Departments))},
		{w.T("report.audit.method"), T(w.Or(v.Method))},
	}
}

// AuditCriteria are the standards of the checklist, the controlled documents and
// what was written.
func AuditCriteria(v audit.Dossier, w Words) string {
	standards := ""
	for _, s := range v.Standards {
		standards = Joined("; ", standards, w.Clause(s, s.Code, s.Edition, "", ""))
	}
	lines := []string{v.Criteria, standards}
	for _, d := range v.Documents {
		lines = append(lines, d.Words(w.Lang))
	}
	return Joined("\n", lines...)
}

// AuditTeam is the table of the team with what is known of the independence of
// each.
func AuditTeam(v audit.Dossier, w Words) Table {
	t := Table{Columns: []Column{{Title: w.T("report.audit.name"), Width: 46}, {Title: w.T("report.audit.post"), Width: 44},
		{Title: w.T("report.audit.role"), Width: 34}, {Title: w.T("report.audit.independence"), Width: 52}}}
	for _, m := range v.Team {
		free := w.T("report.audit.independent")
		switch {
		case m.Exception != nil:
			free = w.T("report.audit.by_exception")
		case len(m.Conflicts) > 0 && v.ReportedAt.IsZero(): // what came up later does not change the report
			free = Joined(": ", w.T("report.audit.conflict"), conflicts(m.Conflicts, w))
		}
		t.Rows = append(t.Rows, Cells(m.Name, Joined(", ", m.Position(w.Lang), m.Department.Code), w.Code("report.audit.part", string(m.Role)), free))
	}
	return t
}

func conflicts(found []audit.Conflict, w Words) string {
	out := ""
	for _, c := range found {
		out = Joined("; ", out, c.Text(w.Lang))
	}
	return out
}

// AuditExceptions are the decisions by which somebody audited in spite of a
// tie to what was audited, those on people who left the team included.
func AuditExceptions(v audit.Dossier, w Words) []Block {
	if len(v.Exceptions) == 0 {
		return nil
	}
	l := List{}
	for _, x := range v.Exceptions {
		ties := ""
		for _, m := range v.Team {
			if m.ID == x.UserID {
				ties = conflicts(m.Conflicts, w)
			}
		}
		if ties == "" {
			for _, code := range x.Codes() {
				ties = Joined("; ", ties, w.Code("report.audit.tie", code))
			}
		}
		l.Items = append(l.Items, T(w.T("report.audit.exception", "name", x.Person.Name, "ties", ties, "reason", x.Reason,
			"by", x.Decided.Name, "date", w.Date(x.DecidedAt))))
	}
	return []Block{Heading{3, w.T("report.audit.exceptions")}, l}
}

func auditMeetings(v audit.Dossier, w Words) KeyValue {
	held := func(closing bool, at, note string) Text {
		var names []string
		for _, p := range v.Present(closing) {
			names = append(names, Named(p.Name, p.Unit))
		}
		present := ""
		if len(names) > 0 {
			present = w.T("report.audit.present", "names", strings.Join(names, ", "))
		}
		return T(Joined("\n", Joined(". ", at, note), present))
	}
	return KeyValue{Rows: []KV{
		{w.T("report.audit.opening"), held(false, w.DateTime(v.OpeningAt), v.OpeningNote)},
		{w.T("report.audit.closing"), held(true, w.DateTime(v.ClosingAt), v.ClosingNote)},
	}}
}

// answered are the answers that say whether a requirement is met, and those of
// them that say it is.
var answered, fulfilled = []audit.Answer{audit.Conforms, audit.Nonconforms, audit.Observed, audit.Improvable, audit.Strong},
	[]audit.Answer{audit.Conforms, audit.Observed, audit.Improvable, audit.Strong}

// auditFulfilment is the degree to which the criteria are met: the counts of
// answers, and the share of questions examined whose requirement is met.
func auditFulfilment(v audit.Dossier, w Words) []Block {
	if v.Rows() == 0 {
		return []Block{w.Box(w.T("report.audit.no_checklist"))}
	}
	sum := func(answers []audit.Answer) (n int64) {
		for _, a := range answers {
			n += int64(v.Counts[a])
		}
		return n
	}
	t := Table{Columns: []Column{{Title: w.T("report.audit.answer"), Width: 130}, {Title: w.T("report.audit.count"), Width: 46, Align: Right}}}
	for _, a := range audit.Answers() {
		t.Rows = append(t.Rows, Cells(w.Code("audit.answer", string(a)), w.Int(int64(v.Counts[a]))))
	}
	t.Rows = append(t.Rows, Row{Kind: RowTotal, Cells: []Text{T(w.T("report.audit.rows")), T(w.Int(int64(v.Rows())))}})
	examined, met := sum(answered), sum(fulfilled)
	return []Block{t, Paragraph{Text: T(w.T("report.audit.degree", "examined", w.Int(examined), "met", w.Int(met), "share", w.Percent(met, examined)))}}
}

// auditFindings lists the findings by grade, heaviest first, each with its
// criterion, evidence, recommendation and act.
func auditFindings(v audit.Dossier, w Words) []Block {
	t := Table{Empty: w.T("report.audit.no_findings"), Columns: []Column{{Title: "№", Width: 9}, {Title: w.T("report.audit.statement"), Width: 66},
		{Title: w.T("report.audit.criterion"), Width: 34}, {Title: w.T("report.audit.evidence"), Width: 42}, {Title: w.T("report.audit.act"), Width: 25}}}
	for _, g := range audit.Grades() {
		if g == audit.Strength {
			continue
		}
		n := 0
		for _, f := range v.Findings {
			if f.Grade != g {
				continue
			}
			if n++; n == 1 {
				t.Rows = append(t.Rows, Group(w.Code("audit.grade", string(g))))
			}
			t.Rows = append(t.Rows, findingRow(f, standardName(v, f.Finding), w))
		}
	}
	return []Block{Paragraph{Text: T(auditCounts(v, w))}, t}
}

// standardName is how the standard of a finding is called.
func standardName(v audit.Dossier, f audit.Finding) string {
	for _, s := range v.Standards {
		if s.Code == f.Standard && s.Edition == f.Edition {
			return s.Name
		}
	}
	return Joined(":", f.Standard, f.Edition)
}

func findingRow(f audit.FindingView, standard string, w Words) Row {
	statement := T(f.Statement)
	if f.Recommendation != "" {
		statement = Join(statement, B("\n"+w.T("report.audit.recommendation")+" "), T(f.Recommendation))
	}
	if f.View != "" { // what the department said before the report was written
		statement = Join(statement, B("\n"+w.T("report.audit.view")+" "), T(f.View))
	}
	if f.RepeatOf != "" {
		statement = Join(statement, T("\n"+w.T("report.audit.repeat_of")))
	}
	clause, task := Joined(", ", standard, f.Clause), ""
	if f.GSBPM != "" {
		task = Joined(" ", w.T("report.audit.code"), f.GSBPM)
	}
	criterion := Joined("\n", clause, task, f.Department.Code)
	evidence := ""
	for _, e := range f.Evidence {
		evidence = Joined("\n", evidence, w.T("report.audit.evidence_line", "title", evidenceTitle(e, w), "version", e.Version))
	}
	if f.RowNo != "" {
		evidence = Joined("\n", evidence, w.T("report.act.row", "row", f.RowNo))
	}
	act := f.ActNumber
	if act == "" && f.ActState != "" {
		act = w.Code("audit.act.state", string(f.ActState))
	}
	return Row{Cells: []Text{T(fmt.Sprint(f.No)), statement, T(w.Or(criterion)), T(w.Or(evidence)), T(w.Or(act))}}
}

// auditCounts is the number of findings of each grade in one sentence.
func auditCounts(v audit.Dossier, w Words) string {
	count := map[audit.Grade]int{}
	for _, f := range v.Findings {
		count[f.Grade]++
	}
	out := ""
	for _, g := range audit.Grades() {
		out = Joined("; ", out, fmt.Sprintf("%s: %d", w.Code("audit.grade", string(g)), count[g]))
	}
	return out
}
