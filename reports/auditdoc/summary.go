package auditdoc

import (
	"strconv"
	"strings"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/audit/summary"
	"github.com/kis-platform/kis/reports"
)

// side is one of the tables of the summary: the acts of the year by something.
type side struct {
	key  string // of its heading, audit.summary.KEY, and of the filter
	none string // key of the words for acts that have none
	list []summary.Count
	code bool // the code stands beside the name
}

func sides(s summary.Summary) []side {
	return []side{{"processes", "process", s.Processes, false}, {"departments", "department", s.Departments, true}, {"clauses", "clause", s.Clauses, true},
		{"phases", "phase", s.Phases, true}, {"causes", "cause", s.Causes, false}, {"origins", "origin", s.Origins, false}}
}

// countName is what a row of a table counts.
func countName(p side, c summary.Count, w reports.Words) string {
	name := c.Name(w.Lang)
	switch {
	case c.Key == summary.NoKey:
		return w.T("audit.summary.none." + p.none)
	case p.none == "origin":
		return w.Code("audit.origin", c.Key)
	case c.Key == summary.FiveWhy:
		return w.T("audit.summary.five_why")
	case p.none == "phase" && name != "":
		return w.T("audit.summary.phase", "n", c.Code, "name", name)
	case name == "":
		return c.Code
	case p.code:
		return reports.Joined(", ", c.Code, name)
	}
	return name
}

// summaryDocument is the yearly summary of internal audit on paper.
func summaryDocument(s summary.Summary, w reports.Words) reports.Doc {
	year := strconv.Itoa(s.Year)
	d := w.Doc(w.T("report.audit_summary.title"), w.T("report.audit_summary.running"), w.T("report.audit_summary.year", "year", s.Year))
	d.ShortName = reports.Joined(" ", w.T("report.audit_summary.running"), year)
	w.At(&d, w.Today)
	n := 0
	d.Add(w.Section(&n, "audit.summary.audits"), reports.KeyValue{Pairs: 2, Rows: auditFigures(s, w)},
		w.Section(&n, "audit.summary.programme"))
	d.Add(carried(s, w)...)
	d.Add(w.Section(&n, "audit.summary.acts"), reports.KeyValue{Pairs: 2, Rows: actFigures(s, w)})
	if s.All.Acts == 0 {
		d.Add(w.Box(w.T("audit.summary.nothing")))
	} else {
		for _, p := range sides(s) {
			d.Add(w.Section(&n, "audit.summary."+p.key))
			if p.key == "departments" || p.key == "phases" {
				d.Add(bars(p, w))
			}
			d.Add(countTable(p, w))
			if p.key == "causes" {
				d.Add(reports.Paragraph{Small: true, Text: reports.T(w.T("audit.summary.causes_note"))})
			}
		}
		d.Add(w.Section(&n, "audit.summary.stays"), staysTable(s, w), reports.Paragraph{Small: true, Text: reports.T(w.Capital(w.T("audit.summary.stays_hint")) + ".")})
	}
	d.Add(w.Section(&n, "report.signatures"), reports.Signatures{Rows: []reports.Signature{{Role: w.T("report.sign.quality"), State: w.T("report.signed.pen")}, {Role: w.T("report.sign.management"), State: w.T("report.signed.pen")}}})
	return d
}

func auditFigures(s summary.Summary, w reports.Words) []reports.KV {
	rows := []reports.KV{{Key: w.T("audit.summary.planned"), Value: reports.T(w.Int(int64(s.Audits.Planned)))}, {Key: w.T("audit.summary.held"), Value: reports.T(w.Int(int64(s.Audits.Reported)))},
		{Key: w.T("audit.summary.cancelled"), Value: reports.T(w.Int(int64(s.Audits.Cancelled)))}}
	for _, g := range audit.Grades() {
		rows = append(rows, reports.KV{Key: w.Code("audit.grade", string(g)), Value: reports.T(w.Int(int64(s.Audits.Findings[g])))})
	}
	return rows
}

// carried is how far the programme of the year was carried out, and what
// nobody looked at.
func carried(s summary.Summary, w reports.Words) []reports.Block {
	p := s.Programme
	if p.ID == "" {
		return []reports.Block{w.Box(w.T("audit.summary.no_programme"))}
	}
	share := func(x programme.Share) reports.Text {
		return reports.T(w.T("report.audit_summary.share", "n", x.N, "of", x.Of, "share", w.Percent(int64(x.N), int64(x.Of))))
	}
	rows := []reports.KV{{Key: w.T("audit.summary.carried"), Value: reports.T(w.T("audit.summary.carried_value", "done", p.Done, "planned", p.Planned))},
		{Key: w.T("audit.summary.sub_year"), Value: share(p.SubYear)}, {Key: w.T("audit.summary.sub_three"), Value: share(p.SubThree)},
		{Key: w.T("audit.summary.clause_year", "standard", p.Standard), Value: share(p.ClauseYear)}, {Key: w.T("audit.summary.clause_three", "standard", p.Standard), Value: share(p.ClauseThree)}}
	if len(p.SubProcessesOpen) > 0 {
		rows = append(rows, reports.KV{Key: w.T("report.audit_summary.unseen_subs"), Value: reports.T(strings.Join(p.SubProcessesOpen, ", "))})
	}
	if len(p.ClausesUnseenOpen) > 0 {
		rows = append(rows, reports.KV{Key: w.T("report.audit_summary.unseen_clauses"), Value: reports.T(strings.Join(p.ClausesUnseenOpen, ", "))})
	}
	return []reports.Block{reports.KeyValue{Rows: rows}}
}

func actFigures(s summary.Summary, w reports.Words) []reports.KV {
	return []reports.KV{{Key: w.T("audit.summary.issued"), Value: reports.T(w.Int(int64(s.All.Acts)))}, {Key: w.T("audit.grade.major"), Value: reports.T(w.Int(int64(s.All.Major)))},
		{Key: w.T("audit.summary.open"), Value: reports.T(w.Int(int64(s.All.Open)))}, {Key: w.T("audit.summary.repeat"), Value: reports.T(w.Int(int64(s.All.Repeat)))},
		{Key: w.T("audit.summary.reopened"), Value: reports.T(w.Int(int64(s.All.Reopened)))}}
}

// bars draws the acts of a table, closed ones before open ones.
func bars(p side, w reports.Words) reports.Chart {
	c := reports.Chart{Legend: []string{w.T("report.audit_summary.closed"), w.T("audit.summary.col.open")}}
	for _, x := range p.list {
		label := x.Code
		if label == "" {
			label = countName(p, x, w)
		}
		c.Bars = append(c.Bars, reports.Bar{Label: label, Parts: []float64{float64(x.Acts - x.Open), float64(x.Open)}, Text: w.Int(int64(x.Acts))})
	}
	return c
}

func countTable(p side, w reports.Words) reports.Table {
	t := reports.Table{Columns: []reports.Column{{Title: w.T("report.audit_summary.what." + p.key), Width: 86}, {Title: w.T("audit.summary.col.acts"), Width: 16, Align: reports.Right},
		{Title: w.T("audit.summary.col.major"), Width: 22, Align: reports.Right}, {Title: w.T("audit.summary.col.repeat"), Width: 18, Align: reports.Right},
		{Title: w.T("audit.summary.col.reopened"), Width: 20, Align: reports.Right}, {Title: w.T("audit.summary.col.open"), Width: 14, Align: reports.Right}}}
	for _, c := range p.list {
		t.Rows = append(t.Rows, reports.Cells(countName(p, c, w), w.Int(int64(c.Acts)), w.Int(int64(c.Major)), w.Int(int64(c.Repeat)), w.Int(int64(c.Reopened)), w.Int(int64(c.Open))))
	}
	return t
}

// tenths writes tenths of a day as an exact decimal.
func tenths(n int64) string {
	return strconv.FormatInt(n/10, 10) + "." + strconv.FormatInt(n%10, 10)
}

func staysTable(s summary.Summary, w reports.Words) reports.Table {
	t := reports.Table{Columns: []reports.Column{{Title: w.T("report.act.state"), Width: 80}, {Title: w.T("audit.summary.col.now"), Width: 24, Align: reports.Right}, {Title: w.T("audit.summary.col.times"), Width: 24, Align: reports.Right},
		{Title: w.T("audit.summary.col.mean"), Width: 24, Align: reports.Right}, {Title: w.T("audit.summary.col.longest"), Width: 24, Align: reports.Right}}}
	for _, x := range s.Stays {
		mean, most := "–", "–"
		if x.Times > 0 {
			mean, most = w.Decimal(tenths(x.Mean())), w.Decimal(tenths(x.Most()))
		}
		t.Rows = append(t.Rows, reports.Cells(w.Code("audit.act.state", string(x.State)), w.Int(int64(x.Now)), w.Int(int64(x.Times)), mean, most))
	}
	return t
}

// summarySheets are the tables of the summary, all of them in one sheet for a
// CSV, and the days in the states.
func summarySheets(s summary.Summary, w reports.Words) []reports.Sheet {
	acts := reports.Sheet{Name: w.T("audit.summary.acts"), Title: w.T("report.audit_summary.title"), Columns: []reports.SheetColumn{{Key: "by", Title: w.T("report.audit_summary.by"), Width: 26},
		{Key: "name", Title: w.T("report.audit_summary.name"), Width: 50}, {Key: "acts", Title: w.T("audit.summary.col.acts"), Type: reports.IntCol}, {Key: "major", Title: w.T("audit.summary.col.major"), Type: reports.IntCol},
		{Key: "repeat", Title: w.T("audit.summary.col.repeat"), Type: reports.IntCol}, {Key: "reopened", Title: w.T("audit.summary.col.reopened"), Type: reports.IntCol}, {Key: "open", Title: w.T("audit.summary.col.open"), Type: reports.IntCol}}}
	row := func(by, name string, c summary.Count) {
		acts.Rows = append(acts.Rows, []any{by, name, c.Acts, c.Major, c.Repeat, c.Reopened, c.Open})
	}
	row(w.T("report.audit_summary.all"), "", s.All)
	for _, p := range sides(s) {
		for _, c := range p.list {
			row(w.T("audit.summary."+p.key), countName(p, c, w), c)
		}
	}
	days := reports.Sheet{Name: w.T("report.audit_summary.days_tab"), Title: w.T("audit.summary.stays"), Columns: []reports.SheetColumn{{Key: "state", Title: w.T("report.act.state"), Width: 28},
		{Key: "now", Title: w.T("audit.summary.col.now"), Type: reports.IntCol}, {Key: "times", Title: w.T("audit.summary.col.times"), Type: reports.IntCol},
		{Key: "mean_days", Title: w.T("audit.summary.col.mean"), Type: reports.DecimalCol, Decimals: 1}, {Key: "longest_days", Title: w.T("audit.summary.col.longest"), Type: reports.DecimalCol, Decimals: 1}}}
	for _, x := range s.Stays {
		days.Rows = append(days.Rows, []any{w.Code("audit.act.state", string(x.State)), x.Now, x.Times, tenths(x.Mean()), tenths(x.Most())})
	}
	audits := reports.Sheet{Name: w.T("report.audit_summary.audits_tab"), Title: w.T("audit.summary.audits"), Columns: []reports.SheetColumn{{Key: "what", Title: w.T("report.audit_summary.name"), Width: 44}, {Key: "n", Title: w.T("report.follow_up.number"), Type: reports.IntCol}}}
	for _, r := range []struct {
		key string
		n   int
	}{{"audit.summary.planned", s.Audits.Planned}, {"audit.summary.held", s.Audits.Reported}, {"audit.summary.cancelled", s.Audits.Cancelled}} {
		audits.Rows = append(audits.Rows, []any{w.T(r.key), r.n})
	}
	for _, g := range audit.Grades() {
		audits.Rows = append(audits.Rows, []any{w.Code("audit.grade", string(g)), s.Audits.Findings[g]})
	}
	if p := s.Programme; p.ID != "" {
		for _, r := range []struct {
			name string
			n    int
		}{{w.T("audit.summary.carried"), p.Done}, {w.T("audit.summary.sub_year"), p.SubYear.N}, {w.T("audit.summary.sub_three"), p.SubThree.N},
			{w.T("audit.summary.clause_year", "standard", p.Standard), p.ClauseYear.N}, {w.T("audit.summary.clause_three", "standard", p.Standard), p.ClauseThree.N}} {
			audits.Rows = append(audits.Rows, []any{r.name, r.n})
		}
	}
	return []reports.Sheet{acts, days, audits}
}
