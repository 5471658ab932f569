package describe

import (
	"bytes"
	"encoding/csv"
	"flag"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/table"
	"github.com/kis-platform/kis/reference"
)

// printed gives the printed table of 1-elektron xidmət with all its damage, as
// pages: headings repeated, rows cut by page ends, misspellings. A gate is a
// line of one cell.
func printed(t testing.TB) [][][]string {
	t.Helper()
	raw, err := os.ReadFile("testdata/printed-table.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var pages [][][]string
	for page := range strings.SplitSeq(string(raw), "\n\n") {
		var rows [][]string
		for line := range strings.SplitSeq(page, "\n") {
			if line != "" {
				rows = append(rows, strings.Split(line, "\t"))
			}
		}
		if len(rows) > 0 {
			pages = append(pages, rows)
		}
	}
	return pages
}

// printedCSV is the printed table as CSV.
func printedCSV(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for _, page := range printed(t) {
		if err := w.WriteAll(page); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// want are the rows of the official description as they should be read.
func want(t testing.TB) []Row {
	t.Helper()
	rows, err := reference.Rows(reference.Process)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]Row, len(rows))
	for i, r := range rows {
		out[i] = Row{Code: r["code"], Level: Level(r["level"]), Parent: r["parent"], NameAZ: r["name_az"], NameEN: r["name_en"], WorkAZ: r["work_az"],
			Inputs: r.List("inputs_az"), Suppliers: r.List("suppliers"), Outputs: r.List("outputs_az"), Applicable: r.Bool("applicable")}
	}
	return out
}

// codes turns the names of suppliers into codes by the aliases of the reference data.
func codes(t testing.TB) func([]string) []string {
	t.Helper()
	byName := map[string]string{}
	for name, columns := range map[string][2]string{reference.Departments: {"name_az", "code"}, reference.DepartmentAliases: {"alias", "code"}} {
		rows, err := reference.Rows(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			byName[i18n.Fold(r[columns[0]])] = r[columns[1]]
		}
	}
	return func(names []string) (out []string) {
		for _, n := range names {
			if code, ok := byName[i18n.Fold(n)]; ok {
				n = code
			}
			out = append(out, n)
		}
		return out
	}
}

var update = flag.Bool("update", false, "write the files of testdata anew")

// TestTheFilesForOtherTestsHoldThePrintedTable: printed-table.docx and .xlsx
// are what the makers of this package make, kept for tests above it.
func TestTheFilesForOtherTestsHoldThePrintedTable(t *testing.T) {
	for name, raw := range map[string][]byte{"printed-table.docx": makeDOCX(t, printed(t)), "printed-table.xlsx": makeXLSX(t, printed(t))} {
		if *update {
			if err := os.WriteFile("testdata/"+name, raw, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		kept, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		a, err := Read(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		b, err := Read(bytes.NewReader(kept))
		if err != nil {
			t.Fatal(err)
		}
		if a.SHA256 = b.SHA256; !reflect.DeepEqual(a, b) {
			t.Errorf("%s is another file; run with -update", name)
		}
	}
}

// TestThePrintedTableIsReadAsTheOfficialData reads the printed table from each
// kind of file and compares cell by cell.
func TestThePrintedTableIsReadAsTheOfficialData(t *testing.T) {
	for name, raw := range map[string][]byte{table.CSV: printedCSV(t), table.DOCX: makeDOCX(t, printed(t)), table.XLSX: makeXLSX(t, printed(t))} {
		t.Run(name, func(t *testing.T) {
			got, err := Read(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			if err := got.Err(); err != nil {
				t.Fatal(err)
			}
			if got.Format != name || len(got.Rows) != 160 || len(got.Gates) != 7 || got.Exact {
				t.Errorf("%s with %d rows and %d gates, exact %v", got.Format, len(got.Rows), len(got.Gates), got.Exact)
			}
			same(t, got.Rows, want(t))
			gates, err := reference.Rows(reference.PhaseGates)
			if err != nil {
				t.Fatal(err)
			}
			for i, g := range got.Gates {
				if g.Phase != gates[i]["phase"] || g.StatementAZ != gates[i]["statement_az"] {
					t.Errorf("gate %+v, want %v", g, gates[i])
				}
			}
			everyRepairIsListed(t, got)
		})
	}
}

// everyRepairIsListed compares what was read with the bare text of the print:
// each difference must be among the notes, with its row and column.
func everyRepairIsListed(t *testing.T, got Reading) {
	t.Helper()
	raw := map[string][]string{} // code → cells, parts of cut rows put together with a blank
	var last string
	headings := 0
	for _, page := range printed(t) {
		for _, row := range page {
			switch {
			case len(row) < 6 || strings.HasPrefix(row[1], "--") || strings.Contains(row[0], "mərhələ"):
				continue
			case row[1] == "Prosesin adı, fəaliyyət":
				headings++
				continue
			case row[0] != "":
				last = row[0]
				raw[last] = slices.Clone(row)
				continue
			}
			for i, more := range row {
				raw[last][i] = strings.TrimSpace(raw[last][i] + " " + more)
			}
		}
	}
	noted := map[string]bool{}
	again := 0
	for _, n := range got.Notes {
		noted[n.Code+" "+n.Column] = true
		if n.Key == "kis.reading.heading_again" {
			again++
		}
		if n.Weight == Repair && n.Before == "" && n.After == "" {
			t.Errorf("a repair without what it was: %+v", n)
		}
	}
	if again != headings-1 {
		t.Errorf("%d repeated headings listed, the print has %d", again, headings-1)
	}
	differences := 0
	for _, r := range got.Rows {
		text := raw[r.Code]
		if text == nil {
			t.Fatalf("no row %s in the print", r.Code)
		}
		list := func(cell string) string { return strings.Join(strings.Split(cell, ", "), " | ") }
		none := func(cell string) string {
			if cell == None {
				return ""
			}
			return cell
		}
		for column, c := range map[string][2]string{
			"name_az": {text[1], r.NameAZ}, "work_az": {none(text[2]), r.WorkAZ}, "inputs_az": {list(none(text[3])), strings.Join(r.Inputs, " | ")},
			"suppliers": {list(none(text[4])), strings.Join(r.Suppliers, " | ")}, "outputs_az": {list(none(text[5])), strings.Join(r.Outputs, " | ")},
		} {
			if c[0] == c[1] || (strings.ReplaceAll(c[0], " | ", ", ") == strings.ReplaceAll(c[1], " | ", ", ")) {
				continue // an item that holds a comma is parted by reading alone
			}
			differences++
			if !noted[r.Code+" "+column] {
				t.Errorf("%s %s: not listed:\n print %s\n read  %s", r.Code, column, c[0], c[1])
			}
		}
	}
	if differences < 150 {
		t.Errorf("only %d cells differ from the print", differences)
	}
	if n := got.Count(Doubt); n > 2 {
		for _, x := range got.Notes {
			if x.Weight == Doubt {
				t.Logf("%+v", x)
			}
		}
		t.Errorf("%d doubts in the official table", n)
	}
}

// same compares rows cell by cell.
func same(t testing.TB, got, want []Row) {
	t.Helper()
	code := codes(t)
	if len(got) != len(want) {
		t.Errorf("%d rows, want %d", len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		g, w := got[i], want[i]
		for _, c := range []struct{ what, got, want string }{
			{"code", g.Code, w.Code}, {"level", string(g.Level), string(w.Level)}, {"parent", g.Parent, w.Parent},
			{"name", g.NameAZ, w.NameAZ}, {"English name", g.NameEN, w.NameEN}, {"work", g.WorkAZ, w.WorkAZ},
			{"inputs", strings.Join(g.Inputs, " | "), strings.Join(w.Inputs, " | ")},
			{"suppliers", strings.Join(code(g.Suppliers), " | "), strings.Join(w.Suppliers, " | ")},
			{"outputs", strings.Join(g.Outputs, " | "), strings.Join(w.Outputs, " | ")},
		} {
			if c.got != c.want {
				t.Errorf("%s %s:\n got  %s\n want %s", w.Code, c.what, c.got, c.want)
			}
		}
		if g.Applicable != w.Applicable {
			t.Errorf("%s applicable: %v", w.Code, g.Applicable)
		}
	}
}
