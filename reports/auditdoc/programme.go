package auditdoc

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/reports"
)

// programmeDocument is the programme of a year as management signs it (ISO
// 19011:2018, 5; ISO 9001:2015, 9.2.2 a): what it is to reach and with what,
// what is audited when and why, how much of the model and the standard that
// covers, and every change since the approval.
func programmeDocument(v programme.View, w reports.Words) reports.Doc {
	d := w.Doc(w.T("report.programme.title"), w.T("report.programme.running"), w.T("report.programme.year", "year", v.Year))
	d.ShortName = reports.Joined(" ", w.T("report.programme.running"), strconv.Itoa(v.Year))
	d.Landscape = true
	w.At(&d, w.DayOf(v.ApprovedAt))
	n := 0
	d.Add(reports.KeyValue{Pairs: 2, Rows: programmeHead(v, w)})
	for _, x := range []struct{ field, text string }{{"objectives", v.Objectives}, {"criteria", v.Criteria}, {"methods", v.Methods}, {"resources", v.Resources}} {
		d.Add(w.Section(&n, "audit.programme.field."+x.field), w.Box(x.text))
	}
	d.Add(w.Section(&n, "audit.programme.risks"), programmeRisks(v, w),
		w.Section(&n, "report.programme.audits"), plannedAudits(v, w),
		w.Section(&n, "report.programme.priorities"), reports.Paragraph{Small: true, Text: reports.T(weights(v, w))}, priorities(v, w),
		w.Section(&n, "audit.programme.coverage"), coverage(v, w))
	if len(v.Changes) > 0 {
		d.Add(w.Section(&n, "report.programme.changes"), changes(v, w))
	}
	if v.CloseNote != "" {
		d.Add(w.Section(&n, "audit.programme.field.close_note"), w.Box(v.CloseNote))
	}
	d.Add(w.Section(&n, "report.signatures"), reports.Signatures{Rows: []reports.Signature{
		w.Signed("report.sign.quality", v.People[v.SubmittedBy], "report.signed.submitted", w.DateTime(v.SubmittedAt)),
		w.Signed("report.sign.management", v.People[v.ApprovedBy], "report.signed.programme", w.DateTime(v.ApprovedAt))}})
	return d
}

func programmeHead(v programme.View, w reports.Words) []reports.KV {
	planned, made, done := v.Planned()
	approved := reports.Joined(", ", v.People[v.ApprovedBy], w.DateTime(v.ApprovedAt))
	if v.ApprovedAt.IsZero() {
		approved = w.T("report.programme.not_approved")
	}
	state := w.Code("audit.programme.state", string(v.State))
	if v.Amendment > 0 {
		state = reports.Joined(", ", state, w.T("audit.programme.amended_times", "n", v.Amendment))
	}
	return []reports.KV{
		{Key: w.T("audit.programme.year"), Value: reports.T(strconv.Itoa(v.Year))},
		{Key: w.T("report.audit.state"), Value: reports.T(state)},
		{Key: w.T("report.programme.approved"), Value: reports.T(approved)},
		{Key: w.T("report.programme.planned"), Value: reports.T(w.Int(int64(planned)))},
		{Key: w.T("report.programme.made"), Value: reports.T(w.Int(int64(made)))},
		{Key: w.T("report.programme.done"), Value: reports.T(w.Int(int64(done)))},
	}
}

func programmeRisks(v programme.View, w reports.Words) reports.Table {
	t := reports.Table{Empty: w.T("audit.programme.no_risks"), Columns: []reports.Column{{Title: w.T("audit.programme.risk_kind"), Width: 24}, {Title: w.T("audit.programme.risk_text"), Width: 120},
		{Title: w.T("audit.programme.risk_treatment"), Width: 120}}}
	for _, r := range v.Risks {
		t.Rows = append(t.Rows, reports.Cells(w.Code("audit.programme.risk", r.Kind), r.Text, w.Or(r.Treatment)))
	}
	return t
}

// plannedAudits are the rows that have months, with the audits made of them.
func plannedAudits(v programme.View, w reports.Words) reports.Table {
	t := reports.Table{Small: true, Empty: w.T("audit.programme.error.nothing_planned"), Columns: []reports.Column{{Title: "№", Width: 10}, {Title: w.T("audit.programme.object"), Width: 70},
		{Title: w.T("audit.programme.codes"), Width: 34}, {Title: w.T("audit.programme.months"), Width: 30}, {Title: w.T("audit.programme.lead"), Width: 36},
		{Title: w.T("audit.programme.priority"), Width: 26}, {Title: w.T("report.programme.audit"), Width: 58}}}
	for _, r := range v.Rows {
		if len(r.MonthList()) == 0 {
			continue
		}
		var made []string
		for _, a := range r.Audits {
			made = append(made, a.Number+" ("+w.Code("audit.audit.state", string(a.State))+")")
		}
		codes := w.T("report.audit.all_codes")
		if r.Codes != "" {
			codes = strings.Join(r.CodeList(), ", ")
		}
		t.Rows = append(t.Rows, reports.Cells(strconv.Itoa(r.No), rowName(r, w), codes, months(r.Months, w), w.Or(r.Lead), priority(r, w), w.Or(strings.Join(made, "\n"))))
	}
	return t
}

// rowName is what a row looks at, with its code and note.
func rowName(r programme.RowView, w reports.Words) string {
	return reports.Joined("\n", reports.Named(r.Name(w.Lang), r.Code), r.Note)
}

// months writes "3 10" as months of the language.
func months(list string, w reports.Words) string {
	var out []string
	for _, m := range strings.Fields(list) {
		out = append(out, w.T("report.month."+m))
	}
	return w.Or(strings.Join(out, ", "))
}

// priority is what counts, in a word too.
func priority(r programme.RowView, w reports.Words) string {
	return strconv.Itoa(r.Counts()) + ", " + w.Code("audit.programme.band", string(programme.BandOf(r.Counts())))
}

// weights says by what the priorities were weighed.
func weights(v programme.View, w reports.Words) string {
	parts := []string{w.T("audit.programme.weights_no", "n", v.Weighting.Number)}
	for _, x := range v.Weighting.Weights {
		parts = append(parts, w.Code("audit.programme.factor", string(x.Factor))+" "+strconv.Itoa(x.Weight))
	}
	return w.Capital(strings.Join(parts, "; ")) + ". " + v.Weighting.Source(w.Lang)
}

// priorities are all rows with what each factor counted, and what people put
// in the place of it and why.
func priorities(v programme.View, w reports.Words) reports.Table {
	t := reports.Table{Small: true, Columns: []reports.Column{{Title: "№", Width: 10}, {Title: w.T("audit.programme.object"), Width: 62}}}
	for _, x := range v.Weighting.Weights {
		width := 20.0
		if x.Factor == programme.Time { // “never audited” on one line
			width = 38
		}
		t.Columns = append(t.Columns, reports.Column{Title: w.Code("audit.programme.factor", string(x.Factor)), Width: width})
	}
	t.Columns = append(t.Columns, reports.Column{Title: w.T("report.programme.computed"), Width: 20, Align: reports.Right}, reports.Column{Title: w.T("audit.programme.priority"), Width: 24},
		reports.Column{Title: w.T("audit.programme.adjust_reason"), Width: 50})
	for _, r := range v.Rows {
		cells := []string{strconv.Itoa(r.No), reports.Named(r.Name(w.Lang), r.Code)}
		for i := range v.Weighting.Weights {
			cell := i18n.None
			if i < len(r.Scores) {
				s := r.Scores[i]
				cell = fmt.Sprintf("%d / 4\n%s", s.Score, figure(s, w))
			}
			cells = append(cells, cell)
		}
		why := ""
		if r.Adjusted != nil {
			why = r.AdjustReason
		}
		t.Rows = append(t.Rows, reports.Cells(append(cells, strconv.Itoa(r.Priority), priority(r, w), w.Or(why))...))
	}
	return t
}

// figure is what was counted for a factor, in words.
func figure(s programme.Score, w reports.Words) string {
	switch s.Factor {
	case programme.Time:
		if s.Figure == programme.Never {
			return w.T("audit.programme.figure.never")
		}
		return w.T("audit.programme.figure.months", "n", s.Figure)
	case programme.Importance:
		return w.T("audit.programme.importance." + strconv.Itoa(s.Figure))
	}
	return w.Int(int64(s.Figure))
}

// coverage is how much of the sub-processes and clauses audits looked at in
// the year and in three, and will have when everything planned is done.
func coverage(v programme.View, w reports.Words) reports.Table {
	t := reports.Table{Columns: []reports.Column{{Title: w.T("report.programme.of"), Width: 54}, {Title: w.T("report.programme.this_year"), Width: 32, Align: reports.Right},
		{Title: w.T("report.programme.three_years"), Width: 32, Align: reports.Right}, {Title: w.T("report.programme.with_plan"), Width: 32, Align: reports.Right},
		{Title: w.T("report.programme.nowhere"), Width: 114}}}
	for _, x := range []struct {
		name string
		list []programme.Covered
	}{{w.T("audit.programme.subprocesses"), v.Coverage.SubProcesses}, {w.T("audit.programme.clauses", "standard", v.Coverage.Standard), v.Coverage.Clauses}} {
		year, three, planned := programme.Of(x.list)
		var not []string
		for _, c := range x.list {
			if c.Cover() == programme.Nowhere {
				not = append(not, c.Code)
			}
		}
		cells := []string{x.name}
		for _, s := range []programme.Share{year, three, planned} {
			cells = append(cells, w.T("report.audit_summary.share", "n", s.N, "of", s.Of, "share", w.Percent(int64(s.N), int64(s.Of))))
		}
		t.Rows = append(t.Rows, reports.Cells(append(cells, w.Or(strings.Join(not, ", ")))...))
	}
	return t
}

// changes are those after the approval, first things first.
func changes(v programme.View, w reports.Words) reports.Table {
	t := reports.Table{Columns: []reports.Column{{Title: "№", Width: 10}, {Title: w.T("report.programme.changed_at"), Width: 30}, {Title: w.T("report.programme.by"), Width: 36},
		{Title: w.T("report.programme.row"), Width: 30}, {Title: w.T("audit.programme.reason"), Width: 86}, {Title: w.T("report.programme.what"), Width: 72}}}
	for i := len(v.Changes) - 1; i >= 0; i-- { // the page has the newest first
		c := v.Changes[i]
		row := w.T("audit.programme.whole")
		if c.RowNo > 0 {
			row = reports.Joined(", ", strconv.Itoa(c.RowNo), c.RowCode)
		}
		var what []string
		for _, f := range c.Fields() {
			what = append(what, w.T("audit.programme.field."+f.Field)+": "+fieldText(f.Field, f.Before, v, w)+" → "+fieldText(f.Field, f.After, v, w))
		}
		t.Rows = append(t.Rows, reports.Cells(strconv.Itoa(c.Number), w.DateTime(c.At), c.Actor, row, c.Reason, strings.Join(what, "\n")))
	}
	return t
}

// fieldText is the value of a changed field as people read it.
func fieldText(field, value string, v programme.View, w reports.Words) string {
	switch field {
	case "lead":
		value = v.People[value]
	case "months":
		return months(value, w)
	}
	return w.Or(value)
}

// programmeSheets are the rows, the coverage and the changes.
func programmeSheets(v programme.View, w reports.Words) []reports.Sheet {
	rows := reports.Sheet{Name: w.T("report.programme.rows_tab"), Title: w.T("report.programme.title"), Columns: []reports.SheetColumn{{Key: "no", Title: "№", Type: reports.IntCol},
		{Key: "kind", Title: w.T("audit.programme.risk_kind"), Width: 14}, {Key: "code", Title: w.T("report.programme.code"), Width: 20}, {Key: "name", Title: w.T("audit.programme.object"), Width: 50}}}
	for _, x := range v.Weighting.Weights {
		rows.Columns = append(rows.Columns, reports.SheetColumn{Key: string(x.Factor), Title: w.Code("audit.programme.factor", string(x.Factor)), Type: reports.IntCol})
	}
	rows.Columns = append(rows.Columns, reports.SheetColumn{Key: "computed", Title: w.T("report.programme.computed"), Type: reports.IntCol},
		reports.SheetColumn{Key: "priority", Title: w.T("audit.programme.priority"), Type: reports.IntCol}, reports.SheetColumn{Key: "reason", Title: w.T("audit.programme.adjust_reason"), Width: 40},
		reports.SheetColumn{Key: "months", Title: w.T("audit.programme.months"), Width: 24}, reports.SheetColumn{Key: "codes", Title: w.T("audit.programme.codes"), Width: 20},
		reports.SheetColumn{Key: "lead", Title: w.T("audit.programme.lead"), Width: 24}, reports.SheetColumn{Key: "audits", Title: w.T("report.programme.audit"), Width: 30})
	for _, r := range v.Rows {
		cells := []any{r.No, w.Code("audit.programme.kind", string(r.Kind)), r.Code, r.Name(w.Lang)}
		for i := range v.Weighting.Weights {
			if i < len(r.Scores) {
				cells = append(cells, r.Scores[i].Score)
			} else {
				cells = append(cells, nil)
			}
		}
		var made []string
		for _, a := range r.Audits {
			made = append(made, a.Number)
		}
		plan := ""
		if r.Months != "" {
			plan = months(r.Months, w)
		}
		rows.Rows = append(rows.Rows, append(cells, r.Priority, r.Counts(), r.AdjustReason, plan, strings.Join(r.CodeList(), ", "), r.Lead, strings.Join(made, ", ")))
	}
	cover := reports.Sheet{Name: w.T("audit.programme.coverage"), Title: w.T("audit.programme.coverage"), Columns: []reports.SheetColumn{{Key: "of", Title: w.T("report.programme.of"), Width: 28},
		{Key: "code", Title: w.T("report.programme.code")}, {Key: "name", Title: w.T("report.audit_summary.name"), Width: 50}, {Key: "state", Title: w.T("report.audit.state"), Width: 26}}}
	for _, x := range []struct {
		name string
		list []programme.Covered
	}{{w.T("audit.programme.subprocesses"), v.Coverage.SubProcesses}, {w.T("audit.programme.clauses", "standard", v.Coverage.Standard), v.Coverage.Clauses}} {
		for _, c := range x.list {
			cover.Rows = append(cover.Rows, []any{x.name, c.Code, c.Name(w.Lang), w.Code("audit.programme.cover", string(c.Cover()))})
		}
	}
	changed := reports.Sheet{Name: w.T("report.programme.changes_tab"), Title: w.T("report.programme.changes"), Columns: []reports.SheetColumn{{Key: "no", Title: "№", Type: reports.IntCol},
		{Key: "day", Title: w.T("report.programme.changed_at"), Type: reports.DateCol}, {Key: "by", Title: w.T("report.programme.by"), Width: 24}, {Key: "row", Title: w.T("report.programme.row"), Width: 16},
		{Key: "reason", Title: w.T("audit.programme.reason"), Width: 60}}}
	for _, c := range v.Changes {
		changed.Rows = append(changed.Rows, []any{c.Number, w.DayOf(c.At), c.Actor, c.RowCode, c.Reason})
	}
	return []reports.Sheet{rows, cover, changed}
}
