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

// actCause is the chain of questions, their tree where it forks, or the
// branches of the diagram, and the root cause they led to.
func actCause(v audit.ActView, w Words) Box {
	if v.RootCause == "" && len(v.Causes) == 0 {
		return w.Box("")
	}
	var b Blocks
	if v.CauseMethod == audit.Ishikawa {
		for _, c := range v.Causes {
			b = append(b, Paragraph{Text: Join(B(v.Category(c.Category, w.Lang)+": "), T(Joined(" ", c.Question, c.Answer)))})
		}
	} else if !v.Chain() {
		for _, c := range v.Branches() {
			b = append(b, Paragraph{Text: T(Joined(" ", c.No+".", c.Question, c.Answer))})
		}
	} else if len(v.Causes) > 0 {
		l := List{Numbered: true}
		for _, c := range v.Causes {
			l.Items = append(l.Items, T(Joined(" ", c.Question, c.Answer)))
		}
		b = append(b, l)
	}
	return Box{append(b, Paragraph{Text: Join(B(w.T("report.act.root")+" "), T(w.Or(v.RootCause)))})}
}

// actSimilar says where similar cases were looked for (ISO 9001:2015
// 10.2.1 b 3).
func actSimilar(v audit.ActView, w Words) string {
	switch {
	case v.SimilarChecked:
		return Joined(" ", w.T("report.act.similar_checked"), v.SimilarWhere)
	case v.RootCause == "" && v.Correction == "":
		return ""
	}
	return Joined(" ", w.T("report.act.similar_unchecked"), v.SimilarWhere)
}

// actActions is the table of corrective actions, round by round when the act
// was reopened.
func actActions(v audit.ActView, w Words) Table {
	t := Table{Empty: w.T("report.not_written"), Columns: []Column{{Title: "№", Width: 12}, {Title: w.T("report.act.action"), Width: 52},
		{Title: w.T("report.act.owner"), Width: 32}, {Title: w.T("report.act.due"), Width: 21}, {Title: w.T("report.act.done"), Width: 34},
		{Title: w.T("report.act.verified"), Width: 34}}}
	round := -1
	for _, a := range v.Actions {
		if v.Reopened > 0 && a.Round != round {
			round = a.Round
			t.Rows = append(t.Rows, Group(w.T("report.act.round", "n", round+1)))
		}
		t.Rows = append(t.Rows, Cells(w.actionMark(a.No), a.Text,
			actionOwners(a), w.Day(a.Due), actionDone(a, w), actionVerdict(a, w)))
	}
	return t
}

// actionOwners names everybody who owns an action.
func actionOwners(a audit.ActionView) string {
	out := Joined(", ", a.Owner.Name, a.Owner.Department.Code)
	for _, p := range a.Others {
		out = Joined("\n", out, Joined(", ", p.Name, p.Department.Code))
	}
	return out
}

// actExtensions lists the requests for more time with who decided on them; none
// when nobody asked.
func actExtensions(v audit.ActView, w Words) []Block {
	t := Table{Columns: []Column{{Title: "№", Width: 12}, {Title: w.T("report.extension.from"), Width: 24}, {Title: w.T("report.extension.to"), Width: 24},
		{Title: w.T("report.extension.reason"), Width: 63}, {Title: w.T("report.extension.decision"), Width: 62}}}
	for _, a := range v.Actions {
		for _, x := range a.Extended {
			reason := Joined("\n", x.Reason, Joined(", ", x.Requested.Name, w.Date(x.RequestedAt)))
			decision := w.Code("audit.extension.state", string(x.State))
			if !x.DecidedAt.IsZero() {
				decision = Joined("\n", decision, Joined(", ", x.Decided.Name, w.Date(x.DecidedAt)), x.Note)
			}
			t.Rows = append(t.Rows, Cells(w.actionMark(a.No), w.Day(x.FromDue), w.Day(x.ToDue), reason, decision))
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return []Block{Heading{3, w.T("report.extension.title")}, t}
}

// actionDone is how far an action has come, with what was reported.
func actionDone(a audit.ActionView, w Words) string {
	at := ""
	if !a.DoneAt.IsZero() && a.State != audit.ActionPlanned && a.State != audit.ActionInProgress {
		at = w.Date(a.DoneAt)
	}
	state := a.State
	if state == audit.ActionVerified {
		state = audit.ActionDone // whether it was verified is said beside it
	}
	files := ""
	if n := len(a.Files) + len(a.Evidence); n > 0 {
		files = w.T("report.act.files", "n", n)
	}
	return Joined("\n", Joined(", ", w.Code("audit.action.state", string(state)), at), a.Result, files)
}

// actionVerdict is who looked whether it was done, and what they found.
func actionVerdict(a audit.ActionView, w Words) string {
	if a.VerifiedAt.IsZero() || (a.State != audit.ActionVerified && a.State != audit.ActionRejected) {
		return "–"
	}
	return Joined("\n", a.VerifiedBy.Name, Joined(" ", w.Code("audit.action.state", string(a.State)), w.Date(a.VerifiedAt)), a.VerdictNote)
}

// actEffect is the second verification: whether it works, after a set time.
func actEffect(v audit.ActView, w Words) []KV {
	measure := v.EffectMeasure
	if v.EffectBaseline != "" || v.EffectTarget != "" {
		measure = Joined(": ", measure, w.T("report.act.target", "from", w.Or(v.EffectBaseline), "to", w.Or(v.EffectTarget)))
	}
	when := ""
	switch {
	case v.EffectDue != "":
		when = w.Day(v.EffectDue)
	case !v.ApprovedAt.IsZero():
		when = w.T("report.act.months", "n", v.EffectMonths)
	}
	result := "☐ " + w.T("report.act.effective") + " \u00a0 ☐ " + w.T("report.act.not_effective")
	switch {
	case v.EffectAt.IsZero():
	case v.State == audit.ActEffective || v.State == audit.ActClosed:
		result = Joined(". ", w.T("report.act.effective"), v.EffectResult)
	default: // reopened since: what was found then stands beside what is awaited
		result = Joined("\n", result, w.T("report.act.effect_before", "date", w.Date(v.EffectAt), "result", v.EffectResult))
	}
	by := ""
	if !v.EffectAt.IsZero() {
		p := v.Person(v.EffectBy)
		by = Joined(", ", Named(p.Name, p.Department.Code), w.Date(v.EffectAt))
	}
	return []KV{
		{w.T("report.act.measure"), T(w.Or(measure))},
		{w.T("report.act.effect_when"), T(w.Or(when))},
		{w.T("report.act.effect_by"), T(w.Or(by))},
		{w.T("report.act.result"), T(result)},
	}
}

// actClosing says how the act ended.
func actClosing(v audit.ActView, w Words) []KV {
	risk := w.T("report.act.risk_same")
	if v.RiskUpdated {
		risk = w.T("report.act.risk_updated")
	}
	if v.PlannedAt.IsZero() && !v.RiskUpdated {
		risk = "–"
	}
	closed := w.T("report.act.open")
	switch {
	case v.State == audit.ActWithdrawn:
		closed = w.T("report.act.withdrawn", "date", w.Date(v.WithdrawnAt))
	case !v.ClosedAt.IsZero():
		closed = Joined(", ", w.Date(v.ClosedAt), v.Person(v.ClosedBy).Name)
	}
	return []KV{
		{w.T("report.act.risk"), T(risk)},
		{w.T("report.act.qms"), T(w.Or(v.QMSChange))},
		{w.T("report.act.closed"), T(closed)},
	}
}

// actAddenda lists what became known after the act was issued.
func actAddenda(v audit.ActView, w Words) Table {
	t := Table{Columns: []Column{{Title: "№", Width: 10}, {Title: w.T("report.addendum.text"), Width: 108}, {Title: w.T("report.addendum.author"), Width: 58}}}
	for _, a := range v.Addenda {
		t.Rows = append(t.Rows, Cells(fmt.Sprint(a.No), a.Text, Joined(", ", a.Author, w.DateTime(a.At))))
	}
	return t
}
