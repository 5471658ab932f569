package reports

import (
	"fmt"
	"slices"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/amendment"
)

// planDocument is a yearly plan in its official form: the blocks of approval
// and agreement, numbered items by section with quarters, what the departments
// said, what was reported, and as an annex the amendments.
func planDocument(p planning.PlanDossier, amended []amendment.Amendment, w Words) Doc {
	title := w.T("report.plan.title")
	if p.Kind != planning.MainKind && p.KindOf.Code != "" {
		title = p.KindOf.Name(w.Lang)
		if w.Lang == i18n.Default {
			title = i18n.Upper(title)
		}
	}
	d := w.Doc(title, w.T("report.plan.running"), w.T("report.plan.year", "year", p.Year))
	d.Landscape = true
	d.Subtitle = Joined("; ", w.Code("planning.plan.state", string(p.State)), w.T("report.plan.revision", "n", p.Revision))
	w.At(&d, w.DayOf(p.ApprovedAt))
	d.Add(planApproval(p, w)...)
	d.Add(planAgreed(p, w)...)
	n := 0
	d.Add(w.Section(&n, "report.plan.items"), planItems(p, w), Paragraph{Small: true, Text: T(w.T("report.plan.legend"))})
	if !p.ApprovedAt.IsZero() {
		d.Add(Paragraph{Small: true, Text: T(Joined(": ", w.T("report.plan.rule"), p.RuleOf.Text(w.Lang)))})
	}
	d.Add(w.Section(&n, "report.plan.agreement"), planAgreements(p, w))
	if len(p.Objections) > 0 {
		d.Add(w.Section(&n, "report.plan.objections"), planObjections(p, w))
	}
	if t := planReports(p, w); len(t.Rows) > 0 {
		d.Add(w.Section(&n, "report.plan.reports"), t)
	}
	signers := []Signature{w.Signed("report.sign.management", p.ApprovedName, "report.signed.approved", w.DateTime(p.ApprovedAt)),
		{Role: w.T("report.sign.quality"), State: w.T("report.signed.pen")}}
	d.Add(w.Section(&n, "report.signatures"), Signatures{signers})
	d.Add(planAnnex(amended, w)...)
	return d
}

// planAgreed is the block “Razılaşdırılıb”: each department concerned with who
// agreed and when, or that its agreement is awaited.
func planAgreed(p planning.PlanDossier, w Words) []Block {
	if len(p.Agreements) == 0 {
		return nil
	}
	out := Blocks{Paragraph{Text: B(w.T("report.plan.agreed_block"))}}
	for _, a := range p.Agreements {
		who := w.T("report.plan.agreed_open")
		if a.State == planning.Agreed {
			who = Joined(", ", a.DecidedName, w.DateTime(a.DecidedAt))
		}
		out = append(out, Paragraph{Text: T(Joined(": ", w.Department(a.Department), who))})
	}
	return []Block{Box{out}}
}

// planAnnex prints the approved amendments: what was changed, why and by whom,
// with the words before and after.
func planAnnex(list []amendment.Amendment, w Words) []Block {
	var out []Block
	for _, m := range list {
		if m.State != amendment.Approved {
			continue
		}
		if out == nil {
			out = append(out, PageBreak{}, Heading{Text: w.T("report.plan.annex")})
		}
		t := Table{Small: true, Columns: []Column{{Title: "№", Width: 12}, {Title: w.T("planning.amendment.field"), Width: 40},
			{Title: w.T("planning.amendment.before"), Width: 110}, {Title: w.T("planning.amendment.after"), Width: 110}}}
		for _, x := range m.Changes {
			t.Rows = append(t.Rows, Group(w.T("planning.amendment.kind."+string(x.Kind), "no", x.ItemNo)))
			for _, r := range saidRows(x, w) {
				t.Rows = append(t.Rows, Cells(fmt.Sprint(x.ItemNo), r[0], w.Or(r[1]), w.Or(r[2])))
			}
		}
		out = append(out, Paragraph{Text: B(w.T("report.plan.amendment", "no", m.No, "reason", m.Reason))},
			Paragraph{Small: true, Text: T(w.T("report.plan.amendment_by", "who", m.ProposedName, "decided", m.DecidedName, "date", w.Long(w.DayOf(m.DecidedAt))))}, t)
	}
	return out
}

// saidRows are the fields of an item that an amendment changes.
func saidRows(x amendment.Change, w Words) (out [][3]string) {
	said := func(s amendment.Said, has bool) []string {
		if !has {
			return make([]string, 8)
		}
		return []string{s.Text, s.ExpectedResult, s.Indicator, w.Code("planning.section", string(s.Section)), s.Responsible, s.With,
			[...]string{"", "I", "II", "III", "IV"}[s.StartQuarter], w.Day(s.Due)}
	}
	was, will := said(x.Was, x.Before != ""), said(x.Will, x.After != "")
	for i, key := range []string{"measure", "expected_result", "indicator", "section", "responsible", "co_executors", "start_quarter", "due"} {
		if was[i] != will[i] {
			out = append(out, [3]string{w.T("planning.field." + key), was[i], will[i]})
		}
	}
	return out
}

// planApproval is the block “Təsdiq edirəm”, with room to sign while the plan
// is not approved.
func planApproval(p planning.PlanDossier, w Words) []Block {
	if p.ApprovedAt.IsZero() {
		return []Block{Box{Blocks{Paragraph{Text: B(w.T("report.plan.approve"))},
			Paragraph{Text: T(w.T("report.plan.approve_open", "due", w.Day(p.ApproveDue)))}}}}
	}
	return []Block{Box{Blocks{Paragraph{Text: B(w.T("report.plan.approve"))},
		Paragraph{Text: T(w.T("report.plan.approved", "name", p.ApprovedName, "date", w.Long(w.DayOf(p.ApprovedAt)), "n", p.Revision))}}}}
}

// planItems is the table of items, grouped by section.
func planItems(p planning.PlanDossier, w Words) Table {
	t := Table{Small: true, Empty: w.T("report.plan.no_items"), Columns: []Column{
		{Title: "№", Width: 9}, {Title: w.T("report.plan.item"), Width: 56}, {Title: w.T("report.plan.basis"), Width: 34},
		{Title: w.T("report.plan.responsible"), Width: 20}, {Title: w.T("report.plan.co"), Width: 20},
		{Title: "I", Width: 7, Align: Center}, {Title: "II", Width: 7, Align: Center}, {Title: "III", Width: 7, Align: Center}, {Title: "IV", Width: 7, Align: Center},
		{Title: w.T("report.plan.due"), Width: 20}, {Title: w.T("report.plan.expected"), Width: 40}, {Title: w.T("report.plan.indicator"), Width: 30},
		{Title: w.T("report.plan.result"), Width: 26}}}
	for _, section := range planning.Sections() {
		first := true
		for _, it := range p.Items {
			if it.Section != section {
				continue
			}
			if first {
				t.Rows = append(t.Rows, Group(w.Code("planning.section", string(section))))
				first = false
			}
			t.Rows = append(t.Rows, planRow(it, p, w))
		}
	}
	return t
}

func planRow(it planning.Item, p planning.PlanDossier, w Words) Row {
	due := w.Day(it.Due)
	if it.NewDue != "" {
		due = Joined("\n", due, w.T("report.plan.postponed_to", "date", w.Day(it.NewDue)))
	}
	basis := Joined(": ", w.Code("planning.basis", string(it.Basis)), it.BasisLabel)
	if it.CarriedYear != 0 {
		basis = Joined("\n", basis, w.T("report.plan.carried", "year", it.CarriedYear))
	}
	result := w.Code("planning.item.state", string(it.Shown()))
	if !p.ApprovedAt.IsZero() {
		result = Joined(", ", result, fmt.Sprint(p.RuleOf.Percent(it))+"%")
	}
	if it.Overdue(p.Today) {
		result = Joined(", ", result, w.T("report.overdue"))
	}
	return Cells(fmt.Sprint(it.No), it.Text, basis, it.Responsible.Code, w.Or(codes(it.CoExecutors)),
		quarter(it, 1), quarter(it, 2), quarter(it, 3), quarter(it, 4), due, it.ExpectedResult, it.Indicator, result)
}

// quarter marks a quarter in which the item is worked on: – under way, ● due.
func quarter(it planning.Item, q int) string {
	switch last := it.Due.Quarter(); {
	case q == last:
		return "●"
	case q >= it.StartQuarter && q < last:
		return "–"
	}
	return ""
}

func planAgreements(p planning.PlanDossier, w Words) Table {
	t := Table{Empty: w.T("report.plan.not_sent"), Columns: []Column{{Title: w.T("report.plan.department"), Width: 90}, {Title: w.T("report.plan.answer"), Width: 40},
		{Title: w.T("report.plan.who"), Width: 60}, {Title: w.T("report.label.sign_date"), Width: 40}, {Title: w.T("report.label.sign_line"), Width: 40}}}
	for _, a := range p.Agreements {
		t.Rows = append(t.Rows, Cells(w.Department(a.Department), w.Code("planning.agreement.state", string(a.State)), w.Or(a.DecidedName), w.DateTime(a.DecidedAt), ""))
	}
	return t
}

// planObjections lists what departments objected and what was answered, oldest
// first.
func planObjections(p planning.PlanDossier, w Words) Table {
	t := Table{Columns: []Column{{Title: w.T("report.plan.department"), Width: 24}, {Title: w.T("report.plan.objected_to"), Width: 50},
		{Title: w.T("report.plan.objection"), Width: 90}, {Title: w.T("report.plan.reply"), Width: 90}}}
	code := map[string]string{}
	for _, a := range p.Agreements {
		code[a.DepartmentID] = a.Department.Code
	}
	for _, o := range slices.Backward(p.Objections) {
		what := o.ItemLabel
		if what == "" {
			what = w.T("report.plan.whole")
		}
		reply := w.T("report.plan.unanswered")
		if !o.AnsweredAt.IsZero() {
			reply = o.Answer
			if o.Changed {
				reply = Joined(" ", w.T("report.plan.changed"), o.Answer)
			}
			reply = Joined("\n", reply, Joined(", ", o.AnsweredName, w.DateTime(o.AnsweredAt)))
		}
		t.Rows = append(t.Rows, Cells(w.Or(code[o.DepartmentID]), what, Joined("\n", o.Text, Joined(", ", o.ObjectedName, w.DateTime(o.ObjectedAt))), reply))
	}
	return t
}

// planReports lists what was reported on the items, by item, newest first.
func planReports(p planning.PlanDossier, w Words) Table {
	t := Table{Columns: []Column{{Title: "№", Width: 12}, {Title: w.T("report.plan.when"), Width: 34}, {Title: w.T("report.plan.result"), Width: 32},
		{Title: w.T("report.plan.narrative"), Width: 108}, {Title: w.T("report.plan.who"), Width: 40}, {Title: w.T("report.plan.verdict"), Width: 42}}}
	for _, it := range p.Items {
		for _, r := range p.Reports[it.ID] {
			text := r.Narrative
			if r.Reason != "" {
				text = Joined("\n", text, w.T(postponedWords(r), "date", w.Day(r.NewDue), "reason", r.Reason))
			}
			if len(r.Files) > 0 {
				text = Joined("\n", text, w.T("report.act.files", "n", len(r.Files)))
			}
			result := w.Code("planning.item.state", string(r.ToState))
			if r.Quarter > 0 {
				result = Joined("\n", w.T("planning.item.quarter_of", "q", [...]string{"", "I", "II", "III", "IV"}[r.Quarter]), result)
			}
			t.Rows = append(t.Rows, Cells(fmt.Sprint(it.No), w.DateTime(r.ReportedAt), result, text, r.ReportedName, planVerdict(r, w)))
		}
	}
	return t
}

// postponedWords say whether a new date holds or is only asked for.
func postponedWords(r planning.Report) string {
	if r.Quarter > 0 && !r.Accepted {
		return "report.plan.asks_date"
	}
	return "report.plan.postponed"
}

// planVerdict is what became of a report: a report nobody has accepted is no
// proof that anything was done.
func planVerdict(r planning.Report, w Words) string {
	switch {
	case r.Waits() && r.Quarter == 0:
		return w.Or("") // from before reports were decided on
	case r.Waits():
		return w.T("planning.item.verdict.waiting")
	case r.Accepted:
		return Joined("\n", w.T("planning.item.verdict.accepted"), r.VerdictName, w.DateTime(r.VerdictAt))
	}
	return Joined("\n", w.T("planning.item.verdict.returned"), r.VerdictNote, r.VerdictName, w.DateTime(r.VerdictAt))
}

// planSheets are the items of the plan; typed, one row each.
func planSheets(p planning.PlanDossier, w Words) []Sheet {
	s := Sheet{Name: w.T("report.plan.sheet", "year", p.Year), Title: Joined(", ", w.T("report.plan.running"), w.T("report.plan.year", "year", p.Year)), Columns: []SheetColumn{
		{Key: "no", Title: "№", Type: IntCol, Width: 6}, {Key: "section", Title: w.T("report.plan.section"), Width: 24}, {Key: "item", Title: w.T("report.plan.item"), Width: 60},
		{Key: "basis", Title: w.T("report.plan.basis"), Width: 24}, {Key: "basis_label", Title: w.T("report.plan.basis_label"), Width: 24},
		{Key: "responsible", Title: w.T("report.plan.responsible"), Width: 14}, {Key: "co_executors", Title: w.T("report.plan.co"), Width: 18},
		{Key: "first_quarter", Title: w.T("report.plan.first_quarter"), Type: IntCol, Width: 10}, {Key: "last_quarter", Title: w.T("report.plan.last_quarter"), Type: IntCol, Width: 10},
		{Key: "due", Title: w.T("report.plan.due"), Type: DateCol}, {Key: "new_due", Title: w.T("report.plan.new_due"), Type: DateCol},
		{Key: "expected_result", Title: w.T("report.plan.expected"), Width: 40}, {Key: "indicator", Title: w.T("report.plan.indicator"), Width: 30},
		{Key: "state", Title: w.T("report.plan.result"), Width: 16}}}
	for _, it := range p.Items {
		s.Rows = append(s.Rows, []any{it.No, w.Code("planning.section", string(it.Section)), it.Text, w.Code("planning.basis", string(it.Basis)), it.BasisLabel,
			it.Responsible.Code, codes(it.CoExecutors), it.StartQuarter, it.Due.Quarter(), it.Due, it.NewDue, it.ExpectedResult, it.Indicator,
			w.Code("planning.item.state", string(it.Shown()))})
	}
	return []Sheet{s}
}
