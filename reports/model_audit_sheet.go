package reports

import (
	"fmt"
	"strings"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/i18n"
)

// auditSheets are the report on the results of an audit as tables: the
// findings with both views, the acts, the team with what is known of its
// independence, and, for those who see the working papers, the answers.
func auditSheets(v audit.Dossier, w Words) []Sheet {
	findings := Sheet{Name: w.T("report.sheet.findings"), Title: w.T("report.audit.title"), Columns: []SheetColumn{{Key: "no", Title: "№", Type: IntCol}, {Key: "grade", Title: w.T("report.act.grade"), Width: 26},
		{Key: "clause", Title: w.T("report.sheet.clause")}, {Key: "gsbpm", Title: "GSBPM"}, {Key: "row", Title: w.T("report.sheet.row")}, {Key: "department", Title: w.T("report.audit.unit")},
		{Key: "statement", Title: w.T("report.audit.statement"), Width: 60}, {Key: "recommendation", Title: w.T("report.sheet.recommendation"), Width: 50},
		{Key: "view", Title: w.T("report.sheet.view"), Width: 40}, {Key: "team_view", Title: w.T("report.sheet.team_view"), Width: 40}, {Key: "act", Title: w.T("report.audit.act"), Width: 14}}}
	for _, f := range v.Findings {
		if f.State.Standing() {
			findings.Rows = append(findings.Rows, []any{f.No, w.Code("audit.grade", string(f.Grade)), f.Clause, f.GSBPM, f.RowNo, f.Department.Code, f.Statement, f.Recommendation, f.View, f.TeamView, f.ActNumber})
		}
	}
	acts := Sheet{Name: w.T("report.sheet.acts"), Title: w.T("report.audit.acts"), Columns: []SheetColumn{{Key: "act", Title: w.T("report.audit.act"), Width: 14}, {Key: "department", Title: w.T("report.audit.unit")},
		{Key: "grade", Title: w.T("report.act.grade"), Width: 26}, {Key: "state", Title: w.T("report.act.state"), Width: 24}, {Key: "due", Title: w.T("report.audit.due"), Type: DateCol}}}
	for _, a := range v.Acts {
		acts.Rows = append(acts.Rows, []any{a.Number, a.DepartmentCode, w.Code("audit.grade", string(a.Grade)), w.Code("audit.act.state", string(a.State)), a.Due})
	}
	team := Sheet{Name: w.T("report.sheet.team"), Title: w.T("report.audit.team"), Columns: []SheetColumn{{Key: "name", Title: w.T("report.audit.name"), Width: 30}, {Key: "department", Title: w.T("report.audit.unit")},
		{Key: "role", Title: w.T("report.audit.role"), Width: 20}, {Key: "independence", Title: w.T("report.audit.independence"), Width: 50}}}
	for i, row := range AuditTeam(v, w).Rows {
		m := v.Team[i]
		free := row.Cells[len(row.Cells)-1].String()
		if m.Exception != nil {
			free = Joined(": ", free, m.Exception.Reason)
		}
		team.Rows = append(team.Rows, []any{m.Name, m.Department.Code, w.Code("report.audit.part", string(m.Role)), free})
	}
	out := []Sheet{findings, acts, team}
	if len(v.Checklist) > 0 {
		out = append(out, answersSheet(v, w))
	}
	return out
}

// answersSheet are the rows of the checklist with what was answered.
func answersSheet(v audit.Dossier, w Words) Sheet {
	s := Sheet{Name: w.T("report.sheet.answers"), Title: w.T("report.sheet.answers"), Columns: []SheetColumn{{Key: "row", Title: w.T("report.sheet.row")}, {Key: "question", Title: w.T("report.sheet.question"), Width: 70},
		{Key: "clause", Title: w.T("report.sheet.clause")}, {Key: "gsbpm", Title: "GSBPM"}, {Key: "answer", Title: w.T("report.sheet.answer"), Width: 18}, {Key: "note", Title: w.T("report.sheet.note"), Width: 50},
		{Key: "population", Title: w.T("report.sheet.population"), Type: IntCol}, {Key: "sample", Title: w.T("report.sheet.sample"), Type: IntCol}, {Key: "method", Title: w.T("report.sheet.method"), Width: 20},
		{Key: "result", Title: w.T("report.sheet.result"), Width: 30}, {Key: "evidence", Title: w.T("report.act.evidence"), Width: 40}, {Key: "by", Title: w.T("report.sheet.by"), Width: 24}}}
	count := func(n *int) any {
		if n == nil {
			return nil
		}
		return *n
	}
	for _, r := range v.Checklist {
		answer := ""
		if r.Answer != "" {
			answer = w.Code("audit.answer", string(r.Answer))
		}
		var evidence []string
		for _, e := range r.Evidence {
			if !e.Hidden {
				evidence = append(evidence, e.Title)
			}
		}
		s.Rows = append(s.Rows, []any{r.No, i18n.InLang(w.Lang, r.QuestionAZ, r.QuestionEN), r.Clause, r.GSBPM, answer, r.Note, count(r.Population), count(r.Sample),
			r.SampleMethod, r.SampleResult, strings.Join(evidence, "; "), r.By})
	}
	return s
}

// actSheets are the act as tables: its facts as the paper has them, one to a
// row, its actions, and every step with who took it and when.
func actSheets(v audit.ActView, w Words) []Sheet {
	facts := Sheet{Name: w.T("report.act.short"), Title: w.T("report.act.title"), Columns: []SheetColumn{{Key: "what", Title: w.T("report.sheet.what"), Width: 34}, {Key: "value", Title: w.T("report.sheet.value"), Width: 90}}}
	for _, kv := range actHead(v, w) {
		facts.Rows = append(facts.Rows, []any{kv.Key, kv.Value.String()})
	}
	for _, f := range []struct{ key, text string }{{"report.act.criterion", actCriterion(v, w)}, {"report.act.statement", v.Statement}, {"report.act.evidence", v.ObjectiveEvidence}, {"report.sheet.objection", v.Objection},
		{"report.act.correction", v.Correction}, {"report.sheet.cause", v.RootCause}, {"report.act.similar", actSimilar(v, w)}} {
		facts.Rows = append(facts.Rows, []any{w.T(f.key), f.text})
	}
	for _, kv := range append(actEffect(v, w), actClosing(v, w)...) {
		facts.Rows = append(facts.Rows, []any{kv.Key, kv.Value.String()})
	}
	actions := Sheet{Name: w.T("report.sheet.actions"), Title: w.T("report.act.actions"), Columns: []SheetColumn{{Key: "no", Title: "№", Type: IntCol}, {Key: "action", Title: w.T("report.act.action"), Width: 60},
		{Key: "owner", Title: w.T("report.act.owner"), Width: 24}, {Key: "due", Title: w.T("report.act.due"), Type: DateCol}, {Key: "state", Title: w.T("report.act.state"), Width: 18},
		{Key: "result", Title: w.T("report.act.done"), Width: 40}, {Key: "done_on", Title: w.T("report.sheet.done_on"), Type: DateCol}, {Key: "verified_by", Title: w.T("report.act.verified"), Width: 24},
		{Key: "verified_on", Title: w.T("report.follow_up.verified_on"), Type: DateCol}, {Key: "note", Title: w.T("report.sheet.note"), Width: 40}}}
	for _, a := range v.Actions {
		owner := a.Owner.Name
		for _, o := range a.Others {
			owner = Joined(", ", owner, o.Name)
		}
		actions.Rows = append(actions.Rows, []any{a.No, a.Text, owner, a.Due, w.Code("audit.action.state", string(a.State)), a.Result, w.DayOf(a.DoneAt), a.VerifiedBy.Name, w.DayOf(a.VerifiedAt), a.VerdictNote})
	}
	steps := Sheet{Name: w.T("report.sheet.steps"), Title: w.T("report.sheet.steps"), Columns: []SheetColumn{{Key: "day", Title: w.T("report.sheet.day"), Type: DateCol}, {Key: "who", Title: w.T("report.sheet.by"), Width: 24},
		{Key: "step", Title: w.T("report.sheet.step"), Width: 28}, {Key: "state", Title: w.T("report.act.state"), Width: 24}, {Key: "note", Title: w.T("report.sheet.note"), Width: 60}}}
	labels := map[string]string{}
	for _, a := range v.Actions {
		labels[a.ID] = fmt.Sprintf("%s-%d", w.T("report.act.action_mark"), a.No)
	}
	for i := len(v.Events) - 1; i >= 0; i-- { // the page has the newest first
		e := v.Events[i]
		of, state := "audit.act.state", ""
		if e.ActionID != "" {
			of = "audit.action.state"
		}
		if e.To != "" {
			state = w.Code(of, e.To)
		}
		steps.Rows = append(steps.Rows, []any{w.DayOf(e.At), e.Actor, w.T("audit.event."+e.Verb, "action", labels[e.ActionID]), state, e.Note})
	}
	return []Sheet{facts, actions, steps}
}
