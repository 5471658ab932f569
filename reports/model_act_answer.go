package reports

import (
	"fmt"

	"github.com/kis-platform/kis/audit"
)

// actCauseTitle names the way by which the cause was looked for.
func actCauseTitle(v audit.ActView) string {
	if v.CauseMethod == "" {
		return "report.act.cause"
	}
	return "report.act.cause." + string(v.CauseMethod)
}

// actCause is the chain of questions, or the branches of the diagram, and the
// root cause they led to.
func actCause(v audit.ActView, w words) Box {
	if v.RootCause == "" && len(v.Causes) == 0 {
		return w.box("")
	}
	var b Blocks
	if v.CauseMethod == audit.Ishikawa {
		for _, c := range v.Causes {
			b = append(b, Paragraph{Text: Join(B(w.code("audit.cause.category", c.Category)+": "), T(list(" ", c.Question, c.Answer)))})
		}
	} else if len(v.Causes) > 0 {
		l := List{Numbered: true}
		for _, c := range v.Causes {
			l.Items = append(l.Items, T(list(" ", c.Question, c.Answer)))
		}
		b = append(b, l)
	}
	return Box{append(b, Paragraph{Text: Join(B(w.t("report.act.root")+" "), T(w.or(v.RootCause)))})}
}

// actSimilar says where similar cases were looked for (ISO 9001:2015
// 10.2.1 b 3).
func actSimilar(v audit.ActView, w words) string {
	switch {
	case v.SimilarChecked:
		return list(" ", w.t("report.act.similar_checked"), v.SimilarWhere)
	case v.RootCause == "" && v.Correction == "":
		return ""
	}
	return list(" ", w.t("report.act.similar_unchecked"), v.SimilarWhere)
}

// actActions is the table of corrective actions, round by round when the act
// was reopened.
func actActions(v audit.ActView, w words) Table {
	t := Table{Empty: w.t("report.not_written"), Columns: []Column{{Title: "№", Width: 12}, {Title: w.t("report.act.action"), Width: 52},
		{Title: w.t("report.act.owner"), Width: 32}, {Title: w.t("report.act.due"), Width: 21}, {Title: w.t("report.act.done"), Width: 34},
		{Title: w.t("report.act.verified"), Width: 34}}}
	round := -1
	for _, a := range v.Actions {
		if v.Reopened > 0 && a.Round != round {
			round = a.Round
			t.Rows = append(t.Rows, Group(w.t("report.act.round", "n", w.nth(round+1))))
		}
		t.Rows = append(t.Rows, Cells(w.actionMark(a.No), a.Text,
			list(", ", a.Owner.Name, a.Owner.Department.Code), w.day(a.Due), actionDone(a, w), actionVerdict(a, w)))
	}
	return t
}

// actionDone is how far an action has come, with what was reported.
func actionDone(a audit.ActionView, w words) string {
	at := ""
	if !a.DoneAt.IsZero() && a.State != audit.ActionPlanned && a.State != audit.ActionInProgress {
		at = w.date(a.DoneAt)
	}
	state := a.State
	if state == audit.ActionVerified {
		state = audit.ActionDone // whether it was verified is said beside it
	}
	files := ""
	if len(a.Files) > 0 {
		files = w.t("report.act.files", "n", len(a.Files))
	}
	return list("\n", list(", ", w.code("audit.action.state", string(state)), at), a.Result, files)
}

// actionVerdict is who looked whether it was done, and what they found.
func actionVerdict(a audit.ActionView, w words) string {
	if a.VerifiedAt.IsZero() || (a.State != audit.ActionVerified && a.State != audit.ActionRejected) {
		return "–"
	}
	return list("\n", a.VerifiedBy.Name, list(" ", w.code("audit.action.state", string(a.State)), w.date(a.VerifiedAt)), a.VerdictNote)
}

// actEffect is the second verification: whether it works, after a set time.
func actEffect(v audit.ActView, w words) []KV {
	measure := v.EffectMeasure
	if v.EffectBaseline != "" || v.EffectTarget != "" {
		measure = list(": ", measure, w.t("report.act.target", "from", w.or(v.EffectBaseline), "to", w.or(v.EffectTarget)))
	}
	when := ""
	switch {
	case v.EffectDue != "":
		when = w.day(v.EffectDue)
	case !v.ApprovedAt.IsZero():
		when = w.t("report.act.months", "n", v.EffectMonths)
	}
	result := "☐ " + w.t("report.act.effective") + " \u00a0 ☐ " + w.t("report.act.not_effective")
	switch {
	case v.EffectAt.IsZero():
	case v.State == audit.ActEffective || v.State == audit.ActClosed:
		result = list(". ", w.t("report.act.effective"), v.EffectResult)
	default: // reopened since: what was found then stands beside what is awaited
		result = list("\n", result, w.t("report.act.effect_before", "date", w.date(v.EffectAt), "result", v.EffectResult))
	}
	by := ""
	if !v.EffectAt.IsZero() {
		p := v.Person(v.EffectBy)
		by = list(", ", named(p.Name, p.Department.Code), w.date(v.EffectAt))
	}
	return []KV{
		{w.t("report.act.measure"), T(w.or(measure))},
		{w.t("report.act.effect_when"), T(w.or(when))},
		{w.t("report.act.effect_by"), T(w.or(by))},
		{w.t("report.act.result"), T(result)},
	}
}

// actClosing says how the act ended.
func actClosing(v audit.ActView, w words) []KV {
	risk := w.t("report.act.risk_same")
	if v.RiskUpdated {
		risk = w.t("report.act.risk_updated")
	}
	if v.PlannedAt.IsZero() && !v.RiskUpdated {
		risk = "–"
	}
	closed := w.t("report.act.open")
	switch {
	case v.State == audit.ActWithdrawn:
		closed = w.t("report.act.withdrawn", "date", w.date(v.WithdrawnAt))
	case !v.ClosedAt.IsZero():
		closed = list(", ", w.date(v.ClosedAt), v.Person(v.ClosedBy).Name)
	}
	return []KV{
		{w.t("report.act.risk"), T(risk)},
		{w.t("report.act.qms"), T(w.or(v.QMSChange))},
		{w.t("report.act.closed"), T(closed)},
	}
}

// actAddenda lists what became known after the act was issued.
func actAddenda(v audit.ActView, w words) Table {
	t := Table{Columns: []Column{{Title: "№", Width: 10}, {Title: w.t("report.addendum.text"), Width: 108}, {Title: w.t("report.addendum.author"), Width: 58}}}
	for _, a := range v.Addenda {
		t.Rows = append(t.Rows, Cells(fmt.Sprint(a.No), a.Text, list(", ", a.Author, w.dateTime(a.At))))
	}
	return t
}
