package reports

import (
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

// auditOpinions are the diverging opinions on the acts, each with what was
// decided on it.
func auditOpinions(v audit.Dossier, w Words) Block {
	if len(v.Objections) == 0 {
		return w.Box(w.T("report.audit.no_opinions"))
	}
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
