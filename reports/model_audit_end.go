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
			out = list("\n", out, f.Statement)
		}
	}
	return out
}

// auditActs is the list of acts that the audit led to.
func auditActs(v audit.Dossier, w words) Table {
	t := Table{Empty: w.t("report.audit.no_acts"), Columns: []Column{{Title: w.t("report.audit.act"), Width: 30}, {Title: w.t("report.audit.unit"), Width: 22},
		{Title: w.t("report.act.grade"), Width: 42}, {Title: w.t("report.act.state"), Width: 46}, {Title: w.t("report.audit.due"), Width: 36}}}
	for _, a := range v.Acts {
		number := a.Number
		if number == "" {
			number = w.t("report.act.draft")
		}
		t.Rows = append(t.Rows, Cells(number, a.DepartmentCode, w.code("audit.grade", string(a.Grade)), w.code("audit.act.state", string(a.State)), w.day(a.Due)))
	}
	return t
}

// auditOpinions are the diverging opinions on the acts, each with what was
// decided on it.
func auditOpinions(v audit.Dossier, w words) Block {
	if len(v.Objections) == 0 {
		return w.box(w.t("report.audit.no_opinions"))
	}
	t := Table{Columns: []Column{{Title: w.t("report.audit.act"), Width: 28}, {Title: w.t("report.audit.objection"), Width: 58},
		{Title: w.t("report.audit.objector"), Width: 34}, {Title: w.t("report.audit.decision"), Width: 56}}}
	for _, o := range v.Objections {
		decision := T(w.t("report.audit.undecided"))
		if !o.Open() {
			key := "report.act.dismissed"
			if o.Upheld() {
				key = "report.act.upheld"
			}
			decision = Join(B(w.t(key)+" "), T(list("\n", o.Resolution, list(", ", o.ResolvedBy.Name, w.date(o.ResolvedAt)))))
		}
		t.Rows = append(t.Rows, Row{Cells: []Text{T(o.ActNumber), T(o.Text), T(list(", ", o.By.Name, o.Department, w.date(o.At))), decision}})
	}
	return t
}

// auditSigners are the lead auditor, the team, and the head of the audited
// department, who signs to have read the report.
func auditSigners(v audit.Dossier, w words) []Signature {
	var out []Signature
	for i, m := range v.Team {
		if i == 0 {
			out = append(out, w.signed("report.sign.lead", m.Name, "report.signed.reported", w.dateTime(v.ReportedAt)))
			continue
		}
		out = append(out, Signature{Role: w.code("report.audit.part", string(m.Role)), Name: m.Name})
	}
	return append(out, Signature{Role: list(", ", w.t("report.sign.acquainted"), v.Audited().Code)})
}
