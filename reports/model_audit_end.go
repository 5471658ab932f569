package reports

import (
	"fmt"

	"github.com/kis-platform/kis/audit"
)

// auditStrengths is good practice worth spreading: findings of that grade and
// what the lead auditor wrote.
func auditStrengths(v audit.Dossier) string {
	out := v.Strengths
	for _, f := range v.Findings {
		if f.Grade == audit.Strength {
			out = Joined("\n", out, f.Statement)
		}
	}
	return out
}

// auditActs is the list of acts that the audit led to.
func auditActs(v audit.Dossier, w Words) Table {
	t := Table{Empty: w.T("report.audit.no_acts"), Columns: []Column{{Title: w.T("report.audit.act"), Width: 30}, {Title: w.T("report.audit.unit"), Width: 22},
		{Title: w.T("report.act.grade"), Width: 42}, {Title: w.T("report.act.state"), Width: 46}, {Title: w.T("report.audit.due"), Width: 36}}}
	for _, a := range v.Acts {
		number := a.Number
		if number == "" {
			number = w.T("report.act.draft")
		}
		t.Rows = append(t.Rows, Cells(number, a.DepartmentCode, w.Code("audit.grade", string(a.Grade)), w.Code("audit.act.state", string(a.State)), w.Day(a.Due)))
	}
	return t
}

// auditOpinions are the diverging opinions: on findings, with what the team
// holds against them, and on acts, each with what was decided on it.
func auditOpinions(v audit.Dossier, w Words) []Block {
	var out []Block
	for _, f := range v.Findings {
		if f.State != audit.FindingDiverging && f.TeamView == "" {
			continue
		}
		out = append(out, Box{Blocks{Paragraph{Text: Join(B(w.T("report.audit.of_finding", "no", f.No)+". "), T(f.Statement))},
			Paragraph{Text: Join(B(w.T("report.audit.view")+" "), T(w.Or(f.View)))}, Paragraph{Text: Join(B(w.T("report.audit.team_view")+" "), T(w.Or(f.TeamView)))}}})
	}
	if len(v.Objections) > 0 {
		return append(out, auditObjections(v, w))
	}
	if len(out) == 0 {
		out = append(out, w.Box(w.T("report.audit.no_opinions")))
	}
	return out
}

// auditObjections are the opinions on the acts.
func auditObjections(v audit.Dossier, w Words) Table {
	t := Table{Columns: []Column{{Title: w.T("report.audit.act"), Width: 28}, {Title: w.T("report.audit.objection"), Width: 58},
		{Title: w.T("report.audit.objector"), Width: 34}, {Title: w.T("report.audit.decision"), Width: 56}}}
	for _, o := range v.Objections {
		decision := T(w.T("report.audit.undecided"))
		if !o.Open() {
			key := "report.act.dismissed"
			if o.Upheld() {
				key = "report.act.upheld"
			}
			decision = Join(B(w.T(key)+" "), T(Joined("\n", o.Resolution, Joined(", ", o.ResolvedBy.Name, w.Date(o.ResolvedAt)))))
		}
		t.Rows = append(t.Rows, Row{Cells: []Text{T(o.ActNumber), T(o.Text), T(Joined(", ", o.By.Name, o.Department, w.Date(o.At))), decision}})
	}
	return t
}

// auditSamples says what was looked at of how much, row by row, where a sample
// was counted (ISO 19011:2018, A.6).
func auditSamples(v audit.Dossier, w Words) []Block {
	t := Table{Columns: []Column{{Title: "№", Width: 16}, {Title: w.T("report.audit.sample_question"), Width: 62}, {Title: w.T("report.audit.sample_population"), Width: 18, Align: Right},
		{Title: w.T("report.audit.sample_size"), Width: 18, Align: Right}, {Title: w.T("report.audit.sample_method"), Width: 30}, {Title: w.T("report.audit.sample_result"), Width: 32}}}
	count := func(n *int) string {
		if n == nil {
			return "–"
		}
		return w.Int(int64(*n))
	}
	for _, r := range v.Checklist {
		if r.Population == nil && r.Sample == nil {
			continue
		}
		t.Rows = append(t.Rows, Cells(r.No, r.Question(w.Lang), count(r.Population), count(r.Sample), w.Or(r.SampleMethod), w.Or(r.SampleResult)))
	}
	if len(t.Rows) == 0 {
		return []Block{Paragraph{Text: T(w.T("report.audit.sample_none"))}}
	}
	return []Block{t}
}

// auditReceivers are those whom the report goes to.
func auditReceivers(v audit.Dossier, w Words) Table {
	t := Table{Columns: []Column{{Title: "№", Width: 9}, {Title: w.T("report.audit.receiver"), Width: 92}, {Title: w.T("report.audit.receiver_as"), Width: 75}}}
	add := func(who, as string) {
		t.Rows = append(t.Rows, Cells(fmt.Sprint(len(t.Rows)+1), who, w.T("report.audit.as_"+as)))
	}
	for i, d := range v.Departments {
		as := "audited"
		if i > 0 {
			as = "part"
		}
		add(w.Department(d), as)
	}
	for _, m := range v.Team {
		add(Joined(", ", m.Name, m.Department.Code), "team")
	}
	add(w.T("report.audit.quality"), "quality")
	add(w.T("report.audit.management"), "management")
	return t
}

// auditSigners are the lead auditor, the team, and the head of the audited
// department, who signs to have read the report.
func auditSigners(v audit.Dossier, w Words) []Signature {
	var out []Signature
	for i, m := range v.Team {
		if i == 0 {
			out = append(out, w.Signed("report.sign.lead", m.Name, "report.signed.reported", w.DateTime(v.ReportedAt)))
			continue
		}
		out = append(out, Signature{Role: w.Code("report.audit.part", string(m.Role)), Name: m.Name})
	}
	return append(out, Signature{Role: Joined(", ", w.T("report.sign.acquainted"), v.Audited().Code)})
}
