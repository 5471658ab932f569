package auditdoc

import (
	"fmt"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/summary"
	"github.com/kis-platform/kis/reports"
)

// followUpDocument is the report of surveillance and follow-up (ISO
// 19011:2018, 6.7): each act that the audit looks at, what was done about it,
// who verified it, and whether it works.
func followUpDocument(f summary.FollowUp, w reports.Words) reports.Doc {
	title := "report.follow_up.title"
	switch {
	case f.Own:
		title = "report.follow_up.own"
	case f.Kind == audit.Surveillance:
		title = "report.follow_up.surveillance"
	}
	d := w.Doc(w.T(title), w.T("report.follow_up.running"), "№ "+f.Number)
	d.ShortName = reports.Joined(" ", w.T("report.follow_up.short"), "№ "+f.Number)
	d.Subtitle = f.Title
	w.At(&d, w.Today)
	n := 0
	d.Add(reports.KeyValue{Pairs: 2, Rows: followUpHead(f, w)},
		w.Section(&n, "report.audit.scope"), reports.KeyValue{Rows: reports.AuditScope(f.Dossier, w)},
		w.Section(&n, "report.audit.team"), reports.AuditTeam(f.Dossier, w))
	d.Add(reports.AuditExceptions(f.Dossier, w)...)
	d.Add(w.Section(&n, "report.follow_up.overview"), reports.Paragraph{Text: reports.T(w.T("report.follow_up.which." + which(f)))}, overview(f, w),
		w.Section(&n, "report.follow_up.acts"))
	d.Add(followedActs(f, w)...)
	if !f.Own {
		d.Add(w.Section(&n, "report.follow_up.findings"), newFindings(f, w),
			w.Section(&n, "report.audit.conclusion"), w.Box(f.Conclusion))
	} else {
		d.Add(w.Section(&n, "report.follow_up.conclusion"), w.Box(""))
	}
	signers := []reports.Signature{{Role: w.T("report.sign.lead"), Name: f.Lead().Name, State: w.T("report.signed.pen")},
		{Role: w.T("report.sign.quality"), State: w.T("report.signed.pen")},
		{Role: reports.Joined(", ", w.T("report.sign.acquainted"), f.Audited().Code), State: w.T("report.signed.pen")}}
	d.Add(w.Section(&n, "report.signatures"), reports.Signatures{Rows: signers})
	return d
}

// which says in a key which acts are looked at.
func which(f summary.FollowUp) string {
	if f.Own {
		return "own"
	}
	return "scope"
}

func followUpHead(f summary.FollowUp, w reports.Words) []reports.KV {
	return []reports.KV{
		{Key: w.T("report.audit.kind"), Value: reports.T(w.Code("audit.kind", string(f.Kind)))},
		{Key: w.T("report.audit.department"), Value: reports.T(w.Department(f.Audited()))},
		{Key: w.T("report.audit.dates"), Value: reports.T(w.Span(f.PlannedFrom, f.PlannedTo))},
		{Key: w.T("report.follow_up.as_of"), Value: reports.T(w.Day(w.Today))},
		{Key: w.T("report.audit.state"), Value: reports.T(w.Code("audit.audit.state", string(f.State)))},
		{Key: w.T("report.audit.lead"), Value: reports.T(w.Or(f.Lead().Name))},
	}
}

// overview counts the acts and actions by how far they have come.
func overview(f summary.FollowUp, w reports.Words) reports.Table {
	t := reports.Table{Columns: []reports.Column{{Title: w.T("report.follow_up.what"), Width: 140}, {Title: w.T("report.follow_up.number"), Width: 36, Align: reports.Right}}}
	var open, effective, closed, failed, withdrawn, actions, verified, rejected, late int64
	for _, a := range f.Acts {
		switch {
		case a.State == audit.ActClosed:
			closed++
		case a.State == audit.ActWithdrawn:
			withdrawn++
		default:
			open++
		}
		if a.Works() {
			effective++
		}
		if a.Reopened > 0 {
			failed++
		}
		for _, c := range a.Actions {
			actions++
			switch {
			case c.State == audit.ActionVerified:
				verified++
			case c.State == audit.ActionRejected:
				rejected++
			}
			if c.Late(w.Today) && a.State != audit.ActWithdrawn && a.State != audit.ActClosed {
				late++
			}
		}
	}
	for _, r := range []struct {
		key string
		n   int64
	}{{"acts", int64(len(f.Acts))}, {"closed", closed}, {"open", open}, {"withdrawn", withdrawn}, {"effective", effective}, {"reopened", failed},
		{"actions", actions}, {"verified", verified}, {"rejected", rejected}, {"late", late}} {
		row := reports.Cells(w.T("report.follow_up.count."+r.key), w.Int(r.n))
		if r.key == "acts" || r.key == "actions" {
			row.Kind = reports.RowTotal
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// followedActs gives each act a head of its own with its facts and actions.
func followedActs(f summary.FollowUp, w reports.Words) []reports.Block {
	if len(f.Acts) == 0 {
		return []reports.Block{w.Box(w.T("report.follow_up.no_acts"))}
	}
	var out []reports.Block
	for _, a := range f.Acts {
		state := w.Code("audit.act.state", string(a.State))
		if a.Reopened > 0 {
			state = reports.Joined("; ", state, w.T("report.act.reopened", "n", a.Reopened))
		}
		criterion, gsbpm := "", ""
		if a.GSBPM != "" {
			gsbpm = "GSBPM " + a.GSBPM
		}
		if a.Clause != "" {
			criterion = w.T("report.clause", "number", a.Clause)
		}
		out = append(out, reports.Heading{Level: 3, Text: reports.Joined(", ", a.Number, a.Department, w.Code("audit.grade", string(a.Grade)))},
			reports.KeyValue{Rows: []reports.KV{
				{Key: w.T("report.audit.statement"), Value: reports.T(a.Statement)},
				{Key: w.T("report.audit.criterion"), Value: reports.T(w.Or(reports.Joined(", ", criterion, gsbpm)))},
				{Key: w.T("report.act.state"), Value: reports.T(reports.Joined("; ", state, w.T("report.follow_up.issued", "date", w.Date(a.IssuedAt))))},
				{Key: w.T("report.follow_up.effect"), Value: reports.T(effect(a, w))},
			}})
		if len(a.Actions) > 0 || a.State != audit.ActWithdrawn {
			out = append(out, followedActions(a, w))
		}
	}
	return out
}

// effect says whether it was found that the correction works, by whom, when
// and by what measure.
func effect(a summary.Followed, w reports.Words) string {
	found := reports.Joined(", ", a.EffectBy, w.Date(a.EffectAt))
	switch {
	case a.Works():
		return reports.Joined("\n", reports.Joined(". ", w.T("report.act.effective"), a.EffectResult), found)
	case a.Failed():
		return reports.Joined("\n", reports.Joined(". ", w.T("report.act.not_effective"), a.EffectResult), found)
	case !a.EffectAt.IsZero(): // found to work, and reopened since
		return reports.Joined("\n", w.T("report.act.effect_before", "date", w.Date(a.EffectAt), "result", a.EffectResult), a.EffectBy)
	case a.State == audit.ActWithdrawn:
		return w.T("report.follow_up.no_effect")
	case a.EffectDue != "":
		return reports.Joined("; ", w.T("report.follow_up.effect_due", "date", w.Day(a.EffectDue)), a.EffectMeasure)
	}
	return w.T("report.follow_up.effect_open")
}

func followedActions(a summary.Followed, w reports.Words) reports.Table {
	t := reports.Table{Empty: w.T("report.follow_up.no_actions"), Columns: []reports.Column{{Title: "№", Width: 14}, {Title: w.T("report.act.action"), Width: 46},
		{Title: w.T("report.act.owner"), Width: 26}, {Title: w.T("report.act.due"), Width: 22}, {Title: w.T("report.act.done"), Width: 42}, {Title: w.T("report.act.verified"), Width: 36}}}
	for _, c := range a.Actions {
		done := w.Code("audit.action.state", string(c.State))
		if c.State == audit.ActionVerified {
			done = w.Code("audit.action.state", string(audit.ActionDone))
		}
		if !c.DoneAt.IsZero() && (c.State == audit.ActionVerified || c.State == audit.ActionDone) {
			done = reports.Joined(", ", done, w.Date(c.DoneAt))
		}
		if c.Late(w.Today) {
			done = reports.Joined(", ", done, w.T("report.overdue"))
		}
		verdict := "–"
		if !c.VerifiedAt.IsZero() && (c.State == audit.ActionVerified || c.State == audit.ActionRejected) {
			verdict = reports.Joined("\n", c.VerifiedBy, reports.Joined(" ", w.Code("audit.action.state", string(c.State)), w.Date(c.VerifiedAt)), c.VerdictNote)
		}
		t.Rows = append(t.Rows, reports.Cells(fmt.Sprintf("%s-%d", w.T("report.act.action_mark"), c.No), c.Text, c.Owner, w.Day(c.Due), reports.Joined("\n", done, c.Result), verdict))
	}
	return t
}

// newFindings are those of the audit itself.
func newFindings(f summary.FollowUp, w reports.Words) reports.Table {
	t := reports.Table{Empty: w.T("report.audit.no_findings"), Columns: []reports.Column{{Title: "№", Width: 9}, {Title: w.T("report.audit.statement"), Width: 90},
		{Title: w.T("report.act.grade"), Width: 40}, {Title: w.T("report.audit.act"), Width: 37}}}
	for _, x := range f.Findings {
		if !x.State.Shown() {
			continue
		}
		t.Rows = append(t.Rows, reports.Cells(fmt.Sprint(x.No), x.Statement, w.Code("audit.grade", string(x.Grade)), w.Or(x.ActNumber)))
	}
	return t
}

// followUpSheets are the acts and their actions.
func followUpSheets(f summary.FollowUp, w reports.Words) []reports.Sheet {
	acts := reports.Sheet{Name: w.T("report.follow_up.acts_tab"), Title: w.T("report.follow_up.acts"), Columns: []reports.SheetColumn{{Key: "number", Title: w.T("report.audit.act"), Width: 14},
		{Key: "department", Title: w.T("report.audit.unit")}, {Key: "grade", Title: w.T("report.act.grade"), Width: 24}, {Key: "state", Title: w.T("report.act.state"), Width: 24},
		{Key: "statement", Title: w.T("report.audit.statement"), Width: 60}, {Key: "issued", Title: w.T("audit.act.col.issued"), Type: reports.DateCol},
		{Key: "reopened", Title: w.T("audit.act.state.reopened"), Type: reports.IntCol}, {Key: "effect", Title: w.T("report.follow_up.effect"), Width: 40}}}
	actions := reports.Sheet{Name: w.T("report.follow_up.actions_tab"), Title: w.T("report.act.actions"), Columns: []reports.SheetColumn{{Key: "act", Title: w.T("report.audit.act"), Width: 14},
		{Key: "no", Title: "№", Type: reports.IntCol}, {Key: "text", Title: w.T("report.act.action"), Width: 50}, {Key: "owner", Title: w.T("report.act.owner"), Width: 24},
		{Key: "due", Title: w.T("report.act.due"), Type: reports.DateCol}, {Key: "state", Title: w.T("report.act.state"), Width: 18},
		{Key: "verified_by", Title: w.T("report.act.verified"), Width: 24}, {Key: "verified_on", Title: w.T("report.follow_up.verified_on"), Type: reports.DateCol}}}
	for _, a := range f.Acts {
		acts.Rows = append(acts.Rows, []any{a.Number, a.Department, w.Code("audit.grade", string(a.Grade)), w.Code("audit.act.state", string(a.State)), a.Statement,
			w.DayOf(a.IssuedAt), a.Reopened, effect(a, w)})
		for _, c := range a.Actions {
			actions.Rows = append(actions.Rows, []any{a.Number, c.No, c.Text, c.Owner, c.Due, w.Code("audit.action.state", string(c.State)), c.VerifiedBy, w.DayOf(c.VerifiedAt)})
		}
	}
	return []reports.Sheet{acts, actions}
}
