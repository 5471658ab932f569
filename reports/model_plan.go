package reports

import (
	"fmt"
	"slices"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/planning"
)

// planDocument is the yearly plan in its official form: numbered items by
// section with quarters, what the departments said, and the approval.
func planDocument(p planning.PlanDossier, w words) Doc {
	d := w.doc(w.t("report.plan.title"), w.t("report.plan.running"), w.t("report.plan.year", "year", w.nth(p.Year)))
	d.Landscape = true
	d.Subtitle = list("; ", w.code("planning.plan.state", string(p.State)), w.t("report.plan.revision", "n", w.nth(p.Revision)))
	w.at(&d, w.dayOf(p.ApprovedAt))
	d.Add(planApproval(p, w)...)
	n := 0
	d.Add(w.section(&n, "report.plan.items"), planItems(p, w), Paragraph{Small: true, Text: T(w.t("report.plan.legend"))},
		w.section(&n, "report.plan.agreement"), planAgreements(p, w))
	if len(p.Objections) > 0 {
		d.Add(w.section(&n, "report.plan.objections"), planObjections(p, w))
	}
	if t := planReports(p, w); len(t.Rows) > 0 {
		d.Add(w.section(&n, "report.plan.reports"), t)
	}
	signers := []Signature{w.signed("report.sign.management", p.ApprovedName, "report.signed.approved", w.dateTime(p.ApprovedAt)),
		{Role: w.t("report.sign.quality"), State: w.t("report.signed.pen")}}
	d.Add(w.section(&n, "report.signatures"), Signatures{signers})
	return d
}

// planApproval is the block “Təsdiq edirəm”, with room to sign while the plan
// is not approved.
func planApproval(p planning.PlanDossier, w words) []Block {
	if p.ApprovedAt.IsZero() {
		return []Block{Box{Blocks{Paragraph{Text: B(w.t("report.plan.approve"))},
			Paragraph{Text: T(w.t("report.plan.approve_open", "due", w.day(p.ApproveDue)))}}}}
	}
	return []Block{Box{Blocks{Paragraph{Text: B(w.t("report.plan.approve"))},
		Paragraph{Text: T(w.t("report.plan.approved", "name", p.ApprovedName, "date", w.long(w.dayOf(p.ApprovedAt)), "n", w.nth(p.Revision)))}}}}
}

// planItems is the table of items, grouped by section.
func planItems(p planning.PlanDossier, w words) Table {
	t := Table{Small: true, Empty: w.t("report.plan.no_items"), Columns: []Column{
		{Title: "№", Width: 9}, {Title: w.t("report.plan.item"), Width: 56}, {Title: w.t("report.plan.basis"), Width: 34},
		{Title: w.t("report.plan.responsible"), Width: 20}, {Title: w.t("report.plan.co"), Width: 20},
		{Title: "I", Width: 7, Align: Center}, {Title: "II", Width: 7, Align: Center}, {Title: "III", Width: 7, Align: Center}, {Title: "IV", Width: 7, Align: Center},
		{Title: w.t("report.plan.due"), Width: 20}, {Title: w.t("report.plan.expected"), Width: 40}, {Title: w.t("report.plan.indicator"), Width: 30},
		{Title: w.t("report.plan.result"), Width: 26}}}
	for _, section := range planning.Sections() {
		first := true
		for _, it := range p.Items {
			if it.Section != section {
				continue
			}
			if first {
				t.Rows = append(t.Rows, Group(w.code("planning.section", string(section))))
				first = false
			}
			t.Rows = append(t.Rows, planRow(it, p.Today, w))
		}
	}
	return t
}

func planRow(it planning.Item, today day.Day, w words) Row {
	due := w.day(it.Due)
	if it.NewDue != "" {
		due = list("\n", due, w.t("report.plan.postponed_to", "date", w.day(it.NewDue)))
	}
	basis := list(": ", w.code("planning.basis", string(it.Basis)), it.BasisLabel)
	if it.CarriedYear != 0 {
		basis = list("\n", basis, w.t("report.plan.carried", "year", w.nth(it.CarriedYear)))
	}
	result := w.code("planning.item.state", string(it.State))
	if it.Overdue(today) {
		result = list(", ", result, w.t("report.overdue"))
	}
	return Cells(fmt.Sprint(it.No), it.Text, basis, it.Responsible.Code, w.or(codes(it.CoExecutors)),
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

func planAgreements(p planning.PlanDossier, w words) Table {
	t := Table{Empty: w.t("report.plan.not_sent"), Columns: []Column{{Title: w.t("report.plan.department"), Width: 90}, {Title: w.t("report.plan.answer"), Width: 40},
		{Title: w.t("report.plan.who"), Width: 60}, {Title: w.t("report.label.sign_date"), Width: 40}, {Title: w.t("report.label.sign_line"), Width: 40}}}
	for _, a := range p.Agreements {
		t.Rows = append(t.Rows, Cells(w.department(a.Department), w.code("planning.agreement.state", string(a.State)), w.or(a.DecidedName), w.dateTime(a.DecidedAt), ""))
	}
	return t
}

// planObjections lists what departments objected and what was answered, oldest
// first.
func planObjections(p planning.PlanDossier, w words) Table {
	t := Table{Columns: []Column{{Title: w.t("report.plan.department"), Width: 24}, {Title: w.t("report.plan.objected_to"), Width: 50},
		{Title: w.t("report.plan.objection"), Width: 90}, {Title: w.t("report.plan.reply"), Width: 90}}}
	code := map[string]string{}
	for _, a := range p.Agreements {
		code[a.DepartmentID] = a.Department.Code
	}
	for _, o := range slices.Backward(p.Objections) {
		what := o.ItemLabel
		if what == "" {
			what = w.t("report.plan.whole")
		}
		reply := w.t("report.plan.unanswered")
		if !o.AnsweredAt.IsZero() {
			reply = o.Answer
			if o.Changed {
				reply = list(" ", w.t("report.plan.changed"), o.Answer)
			}
			reply = list("\n", reply, list(", ", o.AnsweredName, w.dateTime(o.AnsweredAt)))
		}
		t.Rows = append(t.Rows, Cells(w.or(code[o.DepartmentID]), what, list("\n", o.Text, list(", ", o.ObjectedName, w.dateTime(o.ObjectedAt))), reply))
	}
	return t
}

// planReports lists what was reported on the items, by item, newest first.
func planReports(p planning.PlanDossier, w words) Table {
	t := Table{Columns: []Column{{Title: "№", Width: 12}, {Title: w.t("report.plan.when"), Width: 34}, {Title: w.t("report.plan.result"), Width: 32},
		{Title: w.t("report.plan.narrative"), Width: 130}, {Title: w.t("report.plan.who"), Width: 46}}}
	for _, it := range p.Items {
		for _, r := range p.Reports[it.ID] {
			text := r.Narrative
			if r.Reason != "" {
				text = list("\n", text, w.t("report.plan.postponed", "date", w.day(r.NewDue), "reason", r.Reason))
			}
			if len(r.Files) > 0 {
				text = list("\n", text, w.t("report.act.files", "n", len(r.Files)))
			}
			t.Rows = append(t.Rows, Cells(fmt.Sprint(it.No), w.dateTime(r.ReportedAt), w.code("planning.item.state", string(r.ToState)), text, r.ReportedName))
		}
	}
	return t
}

// planSheets are the items of the plan; typed, one row each.
func planSheets(p planning.PlanDossier, w words) []Sheet {
	s := Sheet{Name: w.t("report.plan.sheet", "year", p.Year), Title: list(", ", w.t("report.plan.running"), w.t("report.plan.year", "year", w.nth(p.Year))), Columns: []SheetColumn{
		{Key: "no", Title: "№", Type: IntCol, Width: 6}, {Key: "section", Title: w.t("report.plan.section"), Width: 24}, {Key: "item", Title: w.t("report.plan.item"), Width: 60},
		{Key: "basis", Title: w.t("report.plan.basis"), Width: 24}, {Key: "basis_label", Title: w.t("report.plan.basis_label"), Width: 24},
		{Key: "responsible", Title: w.t("report.plan.responsible"), Width: 14}, {Key: "co_executors", Title: w.t("report.plan.co"), Width: 18},
		{Key: "first_quarter", Title: w.t("report.plan.first_quarter"), Type: IntCol, Width: 10}, {Key: "last_quarter", Title: w.t("report.plan.last_quarter"), Type: IntCol, Width: 10},
		{Key: "due", Title: w.t("report.plan.due"), Type: DateCol}, {Key: "new_due", Title: w.t("report.plan.new_due"), Type: DateCol},
		{Key: "expected_result", Title: w.t("report.plan.expected"), Width: 40}, {Key: "indicator", Title: w.t("report.plan.indicator"), Width: 30},
		{Key: "state", Title: w.t("report.plan.result"), Width: 16}}}
	for _, it := range p.Items {
		s.Rows = append(s.Rows, []any{it.No, w.code("planning.section", string(it.Section)), it.Text, w.code("planning.basis", string(it.Basis)), it.BasisLabel,
			it.Responsible.Code, codes(it.CoExecutors), it.StartQuarter, it.Due.Quarter(), it.Due, it.NewDue, it.ExpectedResult, it.Indicator,
			w.code("planning.item.state", string(it.State))})
	}
	return []Sheet{s}
}
