package auditdoc

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/reports"
)

// mostActs bounds the register on paper; as a sheet it has no end.
const mostActs = 5000

// ActFilters are the names of the register's filter, as in its address.
func ActFilters() []string {
	return []string{"q", "state", "department", "audit", "origin", "grade", "late", "year", "process", "clause", "phase", "cause", "only"}
}

// actFilter reads a filter as the page of the register does; what does not
// exist is refused rather than left out, since nobody sees it on paper.
func actFilter(v url.Values, w reports.Words) (audit.ActFilter, error) {
	f := audit.ActFilter{Query: v.Get("q"), State: audit.ActState(v.Get("state")), DepartmentID: v.Get("department"), AuditID: v.Get("audit"), Origin: audit.Origin(v.Get("origin")),
		Grade: audit.Grade(v.Get("grade")), ProcessID: v.Get("process"), Clause: v.Get("clause"), Phase: v.Get("phase"), Cause: v.Get("cause"), Only: v.Get("only")}
	var c apperr.Check
	choice := func(field, value string, ok bool) {
		if value != "" && !ok {
			c.Add(field, "error.field.choice")
		}
	}
	choice("state", string(f.State), slices.Contains(audit.ActStates(), f.State))
	choice("origin", string(f.Origin), slices.Contains(audit.Origins(), f.Origin))
	choice("grade", string(f.Grade), f.Grade == audit.Major || f.Grade == audit.Minor)
	choice("department", f.DepartmentID, store.IsID(f.DepartmentID))
	choice("audit", f.AuditID, store.IsID(f.AuditID))
	choice("only", f.Only, slices.Contains(audit.Onlys(), f.Only))
	if text := v.Get("year"); text != "" {
		year, err := strconv.Atoi(text)
		if err != nil || year < 1990 || year > 2199 {
			c.Add("year", "error.field.range", "min", 1990, "max", 2199)
		}
		f.IssuedFrom, f.IssuedBefore = audit.YearBounds(year, w.Zone)
	}
	if v.Get("late") == "1" {
		f.Overdue = w.Today
	}
	return f, c.Err()
}

// filterWords says in words which acts the register holds.
func filterWords(v url.Values, departments []office.Department, categories []audit.CauseCategory, w reports.Words) (out []string) {
	add := func(key, value string) { out = append(out, w.T("report.acts.filter."+key, "value", value)) }
	for _, name := range ActFilters() {
		value := v.Get(name)
		if value == "" {
			continue
		}
		switch name {
		case "state":
			value = w.Code("audit.act.state", value)
		case "origin":
			value = w.Code("audit.origin", value)
		case "grade":
			value = w.Code("audit.grade", value)
		case "only":
			value = w.T("audit.list.further.only." + value)
		case "department":
			for _, d := range departments {
				if d.ID == value {
					value = w.Department(d)
				}
			}
		case "cause":
			for _, k := range categories {
				if k.Code == value {
					value = k.Name(w.Lang)
				}
			}
		}
		if value == audit.None {
			value = w.T("audit.summary.none." + name)
		}
		switch name {
		case "late", "audit", "process", "only":
			if name == "only" {
				out = append(out, value)
				continue
			}
			add(name, "")
		default:
			add(name, value)
		}
	}
	return out
}

// actsDocument is the register of nonconformity acts on paper.
func actsDocument(list []audit.ActBrief, narrowed []string, w reports.Words) reports.Doc {
	d := w.Doc(w.T("report.acts.title"), w.T("report.acts.running"), "")
	d.Landscape = true
	d.Subtitle = reports.Joined("; ", narrowed...)
	w.At(&d, w.Today)
	t := reports.Table{Small: true, Empty: w.T("report.acts.none"), Columns: []reports.Column{{Title: "№", Width: 26}, {Title: w.T("report.acts.issued"), Width: 20},
		{Title: w.T("report.audit.unit"), Width: 18}, {Title: w.T("report.audit.statement"), Width: 86}, {Title: w.T("report.audit.criterion"), Width: 24}, {Title: w.T("report.act.grade"), Width: 28},
		{Title: w.T("report.acts.origin"), Width: 26}, {Title: w.T("report.act.state"), Width: 28}, {Title: w.T("report.audit.due"), Width: 20}, {Title: w.T("report.acts.actions"), Width: 20, Align: reports.Right}}}
	var counts = map[audit.ActState]int64{}
	for _, a := range list {
		counts[a.State]++
		number := a.Number
		if number == "" {
			number = w.T("report.act.draft")
		}
		state := w.Code("audit.act.state", string(a.State))
		if a.Reopened > 0 {
			state = reports.Joined("; ", state, w.T("report.act.reopened", "n", a.Reopened))
		}
		origin := w.Code("audit.origin", string(a.Origin))
		if a.AuditNumber != "" {
			origin = reports.Joined("\n", origin, a.AuditNumber)
		}
		due := w.Day(a.Due)
		if a.Overdue(w.Today) {
			due = reports.Joined(", ", due, w.T("report.overdue"))
		}
		actions := "–"
		if a.Actions > 0 {
			actions = w.Int(int64(a.Verified)) + " / " + w.Int(int64(a.Actions))
		}
		t.Rows = append(t.Rows, reports.Cells(number, w.Date(a.IssuedAt), a.DepartmentCode, a.Statement, w.Or(reports.Joined("\n", a.Clause, a.GSBPM)), w.Code("audit.grade", string(a.Grade)),
			origin, state, due, actions))
	}
	d.Add(t, reports.Paragraph{Text: reports.B(w.T("report.acts.total", "n", w.Int(int64(len(list)))))})
	var parts []string
	for _, s := range audit.ActStates() {
		if counts[s] > 0 {
			parts = append(parts, w.Code("audit.act.state", string(s))+": "+w.Int(counts[s]))
		}
	}
	if len(parts) > 0 {
		d.Add(reports.Paragraph{Small: true, Text: reports.T(reports.Joined("; ", parts...))})
	}
	d.Add(reports.Signatures{Rows: []reports.Signature{{Role: w.T("report.sign.quality"), State: w.T("report.signed.pen")}}})
	return d
}

// actsSheet is the register as a table.
func actsSheet(list []audit.ActBrief, w reports.Words) reports.Sheet {
	sheet := reports.Sheet{Name: w.T("report.acts.running"), Title: w.T("report.acts.title"), Columns: []reports.SheetColumn{{Key: "number", Title: "№", Width: 14},
		{Key: "issued", Title: w.T("report.acts.issued"), Type: reports.DateCol}, {Key: "department", Title: w.T("report.audit.unit")}, {Key: "statement", Title: w.T("report.audit.statement"), Width: 60},
		{Key: "clause", Title: w.T("report.audit.criterion")}, {Key: "gsbpm", Title: "GSBPM"}, {Key: "grade", Title: w.T("report.act.grade"), Width: 24},
		{Key: "origin", Title: w.T("report.acts.origin"), Width: 20}, {Key: "audit", Title: w.T("report.acts.audit"), Width: 14}, {Key: "state", Title: w.T("report.act.state"), Width: 20},
		{Key: "due", Title: w.T("report.audit.due"), Type: reports.DateCol}, {Key: "actions", Title: w.T("report.acts.all_actions"), Type: reports.IntCol}, {Key: "verified", Title: w.T("audit.action.state.verified"), Type: reports.IntCol},
		{Key: "reopened", Title: w.T("audit.act.state.reopened"), Type: reports.IntCol}}}
	for _, a := range list {
		sheet.Rows = append(sheet.Rows, []any{a.Number, w.DayOf(a.IssuedAt), a.DepartmentCode, a.Statement, a.Clause, a.GSBPM, w.Code("audit.grade", string(a.Grade)),
			w.Code("audit.origin", string(a.Origin)), a.AuditNumber, w.Code("audit.act.state", string(a.State)), a.Due, a.Actions, a.Verified, a.Reopened})
	}
	return sheet
}
