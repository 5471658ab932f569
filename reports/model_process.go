package reports

import (
	"fmt"
	"github.com/kis-platform/kis/kis/process"
	"strings"
)

// processDocument is the standard of a process: the official table, phase by
// phase, with the sentence that closes each of them.
func processDocument(p process.ProcessPage, w Words) Doc {
	d := processHead(p, w, "report.process.title", "report.process.short")
	for _, phase := range p.Activities {
		if phase.Level != process.Phase {
			continue
		}
		d.Add(Heading{Level: 2, Text: Joined(". ", phase.Code, phase.Name(w.Lang))}, processTable(p, phase.Code, w))
		for _, g := range p.Gates {
			if g.Phase == phase.Code {
				d.Add(Note{Text: T(g.Statement(w.Lang))})
			}
		}
	}
	d.Add(Heading{Level: 2, Text: w.T("report.signatures")}, processSigners(p, w))
	return d
}

// processHead begins a document about a version of a description.
func processHead(p process.ProcessPage, w Words, title, short string) Doc {
	number := Joined(", ", p.Code, w.T("report.process.version", "n", p.Version.Number))
	d := w.Doc(w.T(title), w.T(title), number)
	d.Landscape = true
	d.ShortName = Joined(" ", w.T(short), number)
	d.Subtitle = w.Quoted(p.Title(w.Lang))
	w.At(&d, p.Version.EffectiveFrom)
	counts := map[process.Level]int{}
	na := 0
	for _, a := range p.Activities {
		counts[a.Level]++
		if !a.Applicable {
			na++
		}
	}
	d.Add(KeyValue{Pairs: 2, Rows: []KV{
		{w.T("report.process.owner"), T(w.Department(p.Owner))},
		{w.T("report.process.from"), T(w.Day(p.Version.EffectiveFrom))},
		{w.T("report.process.model"), T(w.T("report.process.gsbpm"))},
		{w.T("report.process.rows"), T(w.T("report.process.counts", "phases", counts[process.Phase], "subs", counts[process.Subprocess], "tasks", counts[process.Task]))},
		{w.T("report.process.na"), T(w.Int(int64(na)))},
		{w.T("report.process.source"), T(Joined(", ", p.Version.SourceName, w.Date(p.Version.CreatedAt)))},
	}})
	return d
}

func processSigners(p process.ProcessPage, w Words) Signatures {
	return Signatures{[]Signature{{Role: Joined(", ", w.T("report.sign.owner"), p.Owner.Code)}, {Role: w.T("report.sign.quality")}}}
}

// processTable is the official table of one phase.
func processTable(p process.ProcessPage, phase string, w Words) Table {
	t := Table{Small: true, Columns: []Column{{Title: w.T("report.process.no"), Width: 12}, {Title: w.T("report.process.activity"), Width: 52},
		{Title: w.T("report.process.work"), Width: 58}, {Title: w.T("report.process.input"), Width: 58},
		{Title: w.T("report.process.supplier"), Width: 30}, {Title: w.T("report.process.output"), Width: 52}}}
	none := w.T("report.process.none")
	for _, a := range p.Activities {
		if a.Phase != phase {
			continue
		}
		kind := RowPlain
		if a.Level != process.Task {
			kind = RowTotal // bold, in its columns
		}
		cells := []string{a.Code, a.Name(w.Lang), none, none, none, none}
		if a.Applicable {
			cells = []string{a.Code, a.Name(w.Lang), w.Or(a.WorkAZ), w.Or(strings.Join(a.Inputs, "; ")), w.Or(strings.Join(a.SupplierLabels(), ", ")), w.Or(strings.Join(a.Outputs, "; "))}
		}
		row := Cells(cells...)
		row.Kind = kind
		t.Rows = append(t.Rows, row)
	}
	return t
}

// processMapDocument is the map of a process: its sub-processes by phase, what
// applies, who answers and what comes out of each.
func processMapDocument(p process.ProcessPage, w Words) Doc {
	d := processHead(p, w, "report.process_map.title", "report.process_map.short")
	t := Table{Small: true, Columns: []Column{{Title: w.T("report.process.no"), Width: 12}, {Title: w.T("report.process_map.sub"), Width: 70},
		{Title: w.T("report.process_map.tasks"), Width: 18, Align: Right}, {Title: w.T("report.process_map.responsible"), Width: 36},
		{Title: w.T("report.process_map.outputs"), Width: 90}}}
	for _, phase := range p.Activities {
		if phase.Level != process.Phase {
			continue
		}
		t.Rows = append(t.Rows, Group(Joined(". ", phase.Code, phase.Name(w.Lang))))
		for _, s := range p.Activities {
			if s.Level != process.Subprocess || s.Phase != phase.Code {
				continue
			}
			n, of := processTasks(p, s.Code)
			tasks := fmt.Sprint(of)
			if n != of {
				tasks = w.T("report.process_map.of", "n", n, "of", of)
			}
			if !s.Applicable {
				t.Rows = append(t.Rows, Cells(s.Code, s.Name(w.Lang), tasks, "", w.T("report.process.none")))
				continue
			}
			t.Rows = append(t.Rows, Cells(s.Code, s.Name(w.Lang), tasks, w.Or(codes(s.Responsible)), w.Or(strings.Join(s.Outputs, "; "))))
		}
		for _, g := range p.Gates {
			if g.Phase == phase.Code {
				t.Rows = append(t.Rows, Row{Kind: RowTotal, Cells: Cells("", g.Statement(w.Lang), "", "", "").Cells})
			}
		}
	}
	d.Add(t, Heading{Level: 2, Text: w.T("report.signatures")}, processSigners(p, w))
	return d
}

// processTasks counts the tasks of a sub-process that apply, of all.
func processTasks(p process.ProcessPage, sub string) (n, of int) {
	for _, a := range p.Activities {
		if a.Level == process.Task && strings.HasPrefix(a.Code, sub+".") {
			if of++; a.Applicable {
				n++
			}
		}
	}
	return n, of
}

// processSheets is the exact form: keys as heads, so that it imports again.
func processSheets(records [][]string, name, title string) []Sheet {
	s := Sheet{Name: name, Title: title}
	width := map[string]float64{"code": 9, "level": 12, "parent": 9, "applicable": 11, "suppliers": 20}
	for _, c := range records[0] {
		s.Columns = append(s.Columns, SheetColumn{Key: c, Title: c, Width: max(width[c], 9)})
		if width[c] == 0 {
			s.Columns[len(s.Columns)-1].Width = 46
		}
	}
	for _, r := range records[1:] {
		row := make([]any, len(r))
		for i, v := range r {
			row[i] = v
		}
		s.Rows = append(s.Rows, row)
	}
	return []Sheet{s}
}
