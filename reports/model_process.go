package reports

import (
	"fmt"
	"strings"

	"github.com/kis-platform/kis/kis"
)

// processDocument is the standard of a process: the official table, phase by
// phase, with the sentence that closes each of them.
func processDocument(p kis.ProcessPage, w words) Doc {
	d := processHead(p, w, "report.process.title", "report.process.short")
	for _, phase := range p.Activities {
		if phase.Level != kis.Phase {
			continue
		}
		d.Add(Heading{Level: 2, Text: list(". ", phase.Code, phase.Name(w.lang))}, processTable(p, phase.Code, w))
		for _, g := range p.Gates {
			if g.Phase == phase.Code {
				d.Add(Note{Text: T(g.Statement(w.lang))})
			}
		}
	}
	d.Add(Heading{Level: 2, Text: w.t("report.signatures")}, processSigners(p, w))
	return d
}

// processHead begins a document about a version of a description.
func processHead(p kis.ProcessPage, w words, title, short string) Doc {
	number := list(", ", p.Code, w.t("report.process.version", "n", p.Version.Number))
	d := w.doc(w.t(title), w.t(title), number)
	d.Landscape = true
	d.ShortName = list(" ", w.t(short), number)
	d.Subtitle = w.quoted(p.Title(w.lang))
	w.at(&d, p.Version.EffectiveFrom)
	counts := map[kis.Level]int{}
	na := 0
	for _, a := range p.Activities {
		counts[a.Level]++
		if !a.Applicable {
			na++
		}
	}
	d.Add(KeyValue{Pairs: 2, Rows: []KV{
		{w.t("report.process.owner"), T(w.department(p.Owner))},
		{w.t("report.process.from"), T(w.day(p.Version.EffectiveFrom))},
		{w.t("report.process.model"), T(w.t("report.process.gsbpm"))},
		{w.t("report.process.rows"), T(w.t("report.process.counts", "phases", counts[kis.Phase], "subs", counts[kis.Subprocess], "tasks", counts[kis.Task]))},
		{w.t("report.process.na"), T(w.int(int64(na)))},
		{w.t("report.process.source"), T(list(", ", p.Version.SourceName, w.date(p.Version.CreatedAt)))},
	}})
	return d
}

func processSigners(p kis.ProcessPage, w words) Signatures {
	return Signatures{[]Signature{{Role: list(", ", w.t("report.sign.owner"), p.Owner.Code)}, {Role: w.t("report.sign.quality")}}}
}

// processTable is the official table of one phase.
func processTable(p kis.ProcessPage, phase string, w words) Table {
	t := Table{Small: true, Columns: []Column{{Title: w.t("report.process.no"), Width: 12}, {Title: w.t("report.process.activity"), Width: 52},
		{Title: w.t("report.process.work"), Width: 58}, {Title: w.t("report.process.input"), Width: 58},
		{Title: w.t("report.process.supplier"), Width: 30}, {Title: w.t("report.process.output"), Width: 52}}}
	none := w.t("report.process.none")
	for _, a := range p.Activities {
		if a.Phase != phase {
			continue
		}
		kind := RowPlain
		if a.Level != kis.Task {
			kind = RowTotal // bold, in its columns
		}
		cells := []string{a.Code, a.Name(w.lang), none, none, none, none}
		if a.Applicable {
			cells = []string{a.Code, a.Name(w.lang), w.or(a.WorkAZ), w.or(strings.Join(a.Inputs, "; ")), w.or(strings.Join(a.SupplierLabels(), ", ")), w.or(strings.Join(a.Outputs, "; "))}
		}
		row := Cells(cells...)
		row.Kind = kind
		t.Rows = append(t.Rows, row)
	}
	return t
}

// processMapDocument is the map of a process: its sub-processes by phase, what
// applies, who answers and what comes out of each.
func processMapDocument(p kis.ProcessPage, w words) Doc {
	d := processHead(p, w, "report.process_map.title", "report.process_map.short")
	t := Table{Small: true, Columns: []Column{{Title: w.t("report.process.no"), Width: 12}, {Title: w.t("report.process_map.sub"), Width: 70},
		{Title: w.t("report.process_map.tasks"), Width: 18, Align: Right}, {Title: w.t("report.process_map.responsible"), Width: 36},
		{Title: w.t("report.process_map.outputs"), Width: 90}}}
	for _, phase := range p.Activities {
		if phase.Level != kis.Phase {
			continue
		}
		t.Rows = append(t.Rows, Group(list(". ", phase.Code, phase.Name(w.lang))))
		for _, s := range p.Activities {
			if s.Level != kis.Subprocess || s.Phase != phase.Code {
				continue
			}
			n, of := processTasks(p, s.Code)
			tasks := fmt.Sprint(of)
			if n != of {
				tasks = w.t("report.process_map.of", "n", n, "of", of)
			}
			if !s.Applicable {
				t.Rows = append(t.Rows, Cells(s.Code, s.Name(w.lang), tasks, "", w.t("report.process.none")))
				continue
			}
			t.Rows = append(t.Rows, Cells(s.Code, s.Name(w.lang), tasks, w.or(codes(s.Responsible)), w.or(strings.Join(s.Outputs, "; "))))
		}
		for _, g := range p.Gates {
			if g.Phase == phase.Code {
				t.Rows = append(t.Rows, Row{Kind: RowTotal, Cells: Cells("", g.Statement(w.lang), "", "", "").Cells})
			}
		}
	}
	d.Add(t, Heading{Level: 2, Text: w.t("report.signatures")}, processSigners(p, w))
	return d
}

// processTasks counts the tasks of a sub-process that apply, of all.
func processTasks(p kis.ProcessPage, sub string) (n, of int) {
	for _, a := range p.Activities {
		if a.Level == kis.Task && strings.HasPrefix(a.Code, sub+".") {
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
