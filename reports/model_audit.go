package reports

import (
	"fmt"

	"github.com/kis-platform/kis/audit"
)

// auditDocument is the report on the results of an audit (Auditin nəticələrinə
// dair hesabat; ISO 19011:2018 6.5.1).
func auditDocument(v audit.Dossier, w words) Doc {
	d := w.doc(w.t("report.audit.title"), w.t("report.audit.running"), "№ "+v.Number)
	d.ShortName = list(" ", w.t("report.audit.short"), "№ "+v.Number)
	d.Subtitle = v.Title
	w.at(&d, w.dayOf(v.ReportedAt))
	n := 0
	d.Add(KeyValue{Pairs: 2, Rows: auditHead(v, w)},
		w.section(&n, "report.audit.objectives"), w.box(v.Objectives),
		w.section(&n, "report.audit.scope"), KeyValue{Rows: auditScope(v, w)},
		w.section(&n, "report.audit.criteria"), w.box(auditCriteria(v, w)),
		w.section(&n, "report.audit.team"), auditTeam(v, w))
	d.Add(auditExceptions(v, w)...)
	d.Add(w.section(&n, "report.audit.meetings"), auditMeetings(v, w),
		w.section(&n, "report.audit.fulfilment"))
	d.Add(auditFulfilment(v, w)...)
	d.Add(w.section(&n, "report.audit.findings"))
	d.Add(auditFindings(v, w)...)
	d.Add(w.section(&n, "report.audit.strengths"), w.box(auditStrengths(v)),
		w.section(&n, "report.audit.conclusion"), w.box(v.Conclusion),
		w.section(&n, "report.audit.acts"), auditActs(v, w),
		w.section(&n, "report.audit.opinions"), auditOpinions(v, w),
		w.section(&n, "report.audit.sampling"), Note{T(w.t("report.audit.sampling_text"))},
		w.section(&n, "report.signatures"), Signatures{auditSigners(v, w)})
	return d
}

func auditHead(v audit.Dossier, w words) []KV {
	state := w.code("audit.audit.state", string(v.State))
	if v.State == audit.Cancelled {
		state = list(": ", state, v.CancelReason)
	}
	return []KV{
		{w.t("report.audit.kind"), T(w.code("audit.kind", string(v.Kind)))},
		{w.t("report.audit.department"), T(w.department(v.Audited()))},
		{w.t("report.audit.dates"), T(w.span(v.PlannedFrom, v.PlannedTo))},
		{w.t("report.audit.period"), T(w.or(v.Period))},
		{w.t("report.audit.state"), T(state)},
		{w.t("report.audit.lead"), T(w.or(v.Lead().Name))},
	}
}

func auditScope(v audit.Dossier, w words) []KV {
	processes := ""
	for _, c := range v.Cycles {
		processes = list("; ", processes, list(", ", w.quoted(c.Title(w.lang)), c.Period))
	}
	scope := w.t("report.audit.all_codes")
	if len(v.Codes) > 0 {
		scope = list(", ", v.Codes...)
	}
	return []KV{
		{w.t("report.audit.processes"), T(w.or(processes))},
		{w.t("report.audit.codes"), T(scope)},
		{w.t("report.audit.departments"), T(w.departments(v.Departments))},
		{w.t("report.audit.method"), T(w.or(v.Method))},
	}
}

// auditCriteria are the standards of the checklist and what was written.
func auditCriteria(v audit.Dossier, w words) string {
	standards := ""
	for _, s := range v.Standards {
		standards = list("; ", standards, w.clause(s, s.Code, s.Edition, "", ""))
	}
	return list("\n", v.Criteria, standards)
}

func auditTeam(v audit.Dossier, w words) Table {
	t := Table{Columns: []Column{{Title: w.t("report.audit.name"), Width: 46}, {Title: w.t("report.audit.post"), Width: 44},
		{Title: w.t("report.audit.role"), Width: 34}, {Title: w.t("report.audit.independence"), Width: 52}}}
	for _, m := range v.Team {
		free := w.t("report.audit.independent")
		switch {
		case m.Exception != nil:
			free = w.t("report.audit.by_exception")
		case len(m.Conflicts) > 0 && v.ReportedAt.IsZero(): // what came up later does not change the report
			free = list(": ", w.t("report.audit.conflict"), conflicts(m.Conflicts, w))
		}
		t.Rows = append(t.Rows, Cells(m.Name, list(", ", m.Position(w.lang), m.Department.Code), w.code("report.audit.part", string(m.Role)), free))
	}
	return t
}

func conflicts(found []audit.Conflict, w words) string {
	out := ""
	for _, c := range found {
		out = list("; ", out, c.Text(w.lang))
	}
	return out
}

// auditExceptions are the decisions by which somebody audited in spite of a
// tie to what was audited, those on people who left the team included.
func auditExceptions(v audit.Dossier, w words) []Block {
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
				ties = list("; ", ties, w.code("report.audit.tie", code))
			}
		}
		l.Items = append(l.Items, T(w.t("report.audit.exception", "name", x.Person.Name, "ties", ties, "reason", x.Reason,
			"by", x.Decided.Name, "date", w.date(x.DecidedAt))))
	}
	return []Block{Heading{3, w.t("report.audit.exceptions")}, l}
}

func auditMeetings(v audit.Dossier, w words) KeyValue {
	held := func(at string, note string) Text { return T(list(". ", at, note)) }
	return KeyValue{Rows: []KV{
		{w.t("report.audit.opening"), held(w.dateTime(v.OpeningAt), v.OpeningNote)},
		{w.t("report.audit.closing"), held(w.dateTime(v.ClosingAt), v.ClosingNote)},
	}}
}

// answered are the answers that say whether a requirement is met, and those of
// them that say it is.
var answered, fulfilled = []audit.Answer{audit.Conforms, audit.Nonconforms, audit.Observed, audit.Improvable, audit.Strong},
	[]audit.Answer{audit.Conforms, audit.Observed, audit.Improvable, audit.Strong}

// auditFulfilment is the degree to which the criteria are met: the counts of
// answers, and the share of questions examined whose requirement is met.
func auditFulfilment(v audit.Dossier, w words) []Block {
	if v.Rows() == 0 {
		return []Block{w.box(w.t("report.audit.no_checklist"))}
	}
	sum := func(answers []audit.Answer) (n int64) {
		for _, a := range answers {
			n += int64(v.Counts[a])
		}
		return n
	}
	t := Table{Columns: []Column{{Title: w.t("report.audit.answer"), Width: 130}, {Title: w.t("report.audit.count"), Width: 46, Align: Right}}}
	for _, a := range audit.Answers() {
		t.Rows = append(t.Rows, Cells(w.code("audit.answer", string(a)), w.int(int64(v.Counts[a]))))
	}
	t.Rows = append(t.Rows, Row{Kind: RowTotal, Cells: []Text{T(w.t("report.audit.rows")), T(w.int(int64(v.Rows())))}})
	examined, met := sum(answered), sum(fulfilled)
	return []Block{t, Paragraph{Text: T(w.t("report.audit.degree", "examined", w.int(examined), "met", w.int(met), "share", w.percent(met, examined)))}}
}

// auditFindings lists the findings by grade, heaviest first, each with its
// criterion, evidence, recommendation and act.
func auditFindings(v audit.Dossier, w words) []Block {
	t := Table{Empty: w.t("report.audit.no_findings"), Columns: []Column{{Title: "№", Width: 9}, {Title: w.t("report.audit.statement"), Width: 66},
		{Title: w.t("report.audit.criterion"), Width: 34}, {Title: w.t("report.audit.evidence"), Width: 42}, {Title: w.t("report.audit.act"), Width: 25}}}
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
				t.Rows = append(t.Rows, Group(w.code("audit.grade", string(g))))
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
	return list(":", f.Standard, f.Edition)
}

func findingRow(f audit.FindingView, standard string, w words) Row {
	statement := T(f.Statement)
	if f.Recommendation != "" {
		statement = Join(statement, B("\n"+w.t("report.audit.recommendation")+" "), T(f.Recommendation))
	}
	clause, task := list(", ", standard, f.Clause), ""
	if f.GSBPM != "" {
		task = list(" ", w.t("report.audit.code"), f.GSBPM)
	}
	criterion := list("\n", clause, task, f.Department.Code)
	evidence := ""
	for _, e := range f.Evidence {
		evidence = list("\n", evidence, w.t("report.audit.evidence_line", "title", evidenceTitle(e, w), "version", e.Version))
	}
	if f.RowNo != "" {
		evidence = list("\n", evidence, w.t("report.act.row", "row", f.RowNo))
	}
	act := f.ActNumber
	if act == "" && f.ActState != "" {
		act = w.code("audit.act.state", string(f.ActState))
	}
	return Row{Cells: []Text{T(fmt.Sprint(f.No)), statement, T(w.or(criterion)), T(w.or(evidence)), T(w.or(act))}}
}

// auditCounts is the number of findings of each grade in one sentence.
func auditCounts(v audit.Dossier, w words) string {
	count := map[audit.Grade]int{}
	for _, f := range v.Findings {
		count[f.Grade]++
	}
	out := ""
	for _, g := range audit.Grades() {
		out = list("; ", out, fmt.Sprintf("%s: %d", w.code("audit.grade", string(g)), count[g]))
	}
	return out
}
