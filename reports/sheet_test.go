package reports

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"
)

type state string

var baku = time.FixedZone("Bakı", 4*3600)

// ratesSheet has every type of column and the texts that do harm.
func ratesSheet() Sheet {
	at := time.Date(2026, 11, 24, 1, 42, 0, 0, baku)
	return Sheet{
		Name: "Qiymətləndirmə: 2013/2015 [yekun]", Title: "Elektron xidmətlər & qiymətləndirmə",
		Columns: []SheetColumn{
			{Key: "agency", Title: "Qurum"}, {Key: "services", Title: "Xidmətlər", Type: IntCol}, {Key: "score", Title: "Orta bal", Type: DecimalCol, Decimals: 2},
			{Key: "share", Title: "Pay, %", Type: PercentCol}, {Key: "due", Title: "Tarix", Type: DateCol}, {Key: "at", Title: "Vaxt", Type: TimeCol}},
		Rows: [][]any{
			{"Şəhər, “Ğ” 😀", 439, decimal.RequireFromString("3.10"), Ratio{305, 439}, at, at},
			{"=HYPERLINK(\"x\")", -5, "-0.25", Ratio{1, 0}, "2026-02-28", nil},
			{state("-1+1"), int64(0), "", "69.5", nil, at.UTC()},
			{"sətir 1\nsətir 2\x01", uint8(7), nil, decimal.New(1, 2), at.UTC(), at},
			{"'=qoşa", 1, 12, 50, time.Time{}, time.Time{}},
			{"_x0041_ <b>&amp;", 9007199254740993, "12345678901234567890.5", nil, nil, nil},
		},
	}
}

func TestXLSXReadsBackTyped(t *testing.T) {
	empty := Sheet{Name: "QIYMƏTLƏNDIRMƏ- 2013-2015 -YEKUN-", Columns: []SheetColumn{{Title: "=1+1"}}}
	var buf bytes.Buffer
	if err := WriteXLSX(&buf, ratesSheet(), ratesSheet(), empty); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(buf.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tabs := f.GetSheetList()
	if want := "Qiymətləndirmə- 2013-2015 -yeku|Qiymətləndirmə- 2013-2015 - (2)|QIYMƏTLƏNDIRMƏ- 2013-2015 - (3)"; strings.Join(tabs, "|") != want {
		t.Errorf("tabs %q", tabs)
	}
	shown, err := f.GetRows(tabs[0])
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Qurum|Xidmətlər|Orta bal|Pay, %|Tarix|Vaxt",
		"Şəhər, “Ğ” 😀|439|3.10|69.5%|24.11.2026|24.11.2026 01:42",
		"=HYPERLINK(\"x\")|-5|-0.25||28.02.2026",
		"-1+1|0||69.5%||23.11.2026 21:42",
		"sətir 1\nsətir 2|7||100.0%|23.11.2026|24.11.2026 01:42",
		"'=qoşa|1|12.00|50.0%",
		"_x0041_ <b>&amp;|9007199254740993|12345678901234567890.5",
	}
	for i, row := range shown {
		if got := strings.TrimRight(strings.Join(row, "|"), "|"); got != want[i] {
			t.Errorf("row %d is %q, want %q", i+1, got, want[i])
		}
	}
	if formula, err := f.GetCellFormula(tabs[0], "A3"); err != nil || formula != "" {
		t.Errorf("formula %q (%v)", formula, err)
	}
	// numbers and days are numbers, not texts that look like them
	for cell, raw := range map[string]string{"B2": "439", "C2": "3.1", "D2": "0.695", "E2": "46350", "D4": "0.695", "C6": "12"} {
		kind, _ := f.GetCellType(tabs[0], cell)
		got, _ := f.GetCellValue(tabs[0], cell, excelize.Options{RawCellValue: true})
		if got != raw || kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
			t.Errorf("%s holds %q of kind %d, want %q", cell, got, kind, raw)
		}
	}
	panes, err := f.GetPanes(tabs[0])
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("header is not frozen: %+v %v", panes, err)
	}
}

func TestCSV(t *testing.T) {
	var buf bytes.Buffer
	if err := WriteCSV(&buf, ratesSheet()); err != nil {
		t.Fatal(err)
	}
	want := "Qurum,Xidmətlər,Orta bal,\"Pay, %\",Tarix,Vaxt\r\n" +
		"\"Şəhər, “Ğ” 😀\",439,3.1,69.5,2026-11-24,2026-11-24 01:42\r\n" +
		"\"'=HYPERLINK(\"\"x\"\")\",-5,-0.25,,2026-02-28,\r\n" +
		"'-1+1,0,,69.5,,2026-11-23 21:42\r\n" +
		"\"sətir 1\nsətir 2\",7,,100,2026-11-23,2026-11-24 01:42\r\n" +
		"''=qoşa,1,12,50,,\r\n" +
		"_x0041_ <b>&amp;,9007199254740993,12345678901234567890.5,,,\r\n"
	if buf.String() != want {
		t.Errorf("got\n%s\nwant\n%s", buf.String(), want)
	}
}

func TestJSON(t *testing.T) {
	var buf bytes.Buffer
	if err := WriteJSON(&buf, ratesSheet(), Sheet{Name: "boş", Columns: []SheetColumn{{Title: "a"}}}); err != nil {
		t.Fatal(err)
	}
	var got []struct {
		Name    string
		Columns []struct{ Key, Title, Type string }
		Rows    []map[string]any
	}
	dec := json.NewDecoder(bytes.NewReader(buf.Bytes()))
	dec.UseNumber()
	if err := dec.Decode(&got); err != nil {
		t.Fatalf("%v\n%s", err, buf.String())
	}
	first := got[0].Rows[0]
	if len(got) != 2 || len(got[0].Rows) != 6 || len(got[1].Rows) != 0 || got[0].Columns[3].Type != "percent" ||
		first["agency"] != "Şəhər, “Ğ” 😀" || first["services"] != json.Number("439") || first["share"] != json.Number("69.5") ||
		first["due"] != "2026-11-24" || first["at"] != "2026-11-24T01:42:00+04:00" || got[0].Rows[1]["share"] != nil ||
		got[0].Rows[5]["score"] != json.Number("12345678901234567890.5") {
		t.Errorf("got %+v", got)
	}
	if err := WriteJSON(&buf, Sheet{Columns: []SheetColumn{{Title: "a"}, {Key: "a"}}}); err == nil {
		t.Error("two columns of one key are not refused")
	}
}

func TestWrongCellsAreNamed(t *testing.T) {
	for want, c := range map[string]struct {
		kind Type
		v    any
	}{
		`row 2, column "X": float64 is not an exact number`:   {DecimalCol, 1.5},
		`row 2, column "X": "1,5" is not a decimal number`:    {DecimalCol, "1,5"},
		`row 2, column "X": "1e9" is not a decimal number`:    {PercentCol, "1e9"},
		`row 2, column "X": string is not a whole number`:     {IntCol, "5"},
		`row 2, column "X": int is not text`:                  {TextCol, 5},
		`row 2, column "X": "28.02.2026" is not a date`:       {DateCol, "28.02.2026"},
		`row 2, column "X": string is not a time`:             {TimeCol, "2026-02-28"},
		`row 2, column "X": text of more than 32767 characte`: {TextCol, strings.Repeat("ə", 32768)},
	} {
		s := Sheet{Name: "S", Columns: []SheetColumn{{Title: "X", Type: c.kind}}, Rows: [][]any{{nil}, {c.v}}}
		var buf bytes.Buffer
		if err := WriteXLSX(&buf, s); err == nil || !strings.Contains(err.Error(), want) || buf.Len() > 0 {
			t.Errorf("error %v after %d bytes, want %q", err, buf.Len(), want)
		}
	}
	s := Sheet{Name: "S", Columns: []SheetColumn{{Title: "a"}, {Title: "b"}}, Rows: [][]any{{"a"}}}
	for _, err := range []error{WriteCSV(&bytes.Buffer{}, s), WriteXLSX(&bytes.Buffer{}, s), WriteJSON(&bytes.Buffer{}, s)} {
		if err == nil || !strings.Contains(err.Error(), "row 1 has 1 cells for 2 columns") {
			t.Errorf("error %v", err)
		}
	}
}

func TestSourceFollowsRowsAndItsErrorEnds(t *testing.T) {
	fail := errors.New("database is gone")
	s := Sheet{Columns: []SheetColumn{{Title: "a"}}, Rows: [][]any{{"1"}}, Source: func(yield func([]any, error) bool) {
		if yield([]any{"2"}, nil) && yield(nil, fail) {
			t.Error("went on after the error")
		}
	}}
	if err := WriteCSV(&bytes.Buffer{}, s); !errors.Is(err, fail) {
		t.Errorf("error %v", err)
	}
}

// FuzzCSV: what was written reads back as it was, and no text begins a formula.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"", "=1", "'=1", "''-", "a\r\nb", " ", "\"", "\t=", "@", "-", "−5", "'"} {
		f.Add(s, "x")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		var buf bytes.Buffer
		if err := WriteCSV(&buf, Sheet{Columns: []SheetColumn{{Title: b}}, Rows: [][]any{{a}}}); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&buf).ReadAll()
		if err != nil || len(rows) != 2 {
			t.Fatalf("%q reads back as %q (%v)", a, rows, err)
		}
		for i, want := range []string{plainText(b), plainText(a)} {
			got := rows[i][0]
			if got != "" && strings.ContainsRune(guarded, rune(got[0])) {
				t.Fatalf("%q would be run", got)
			}
			if Unguard(got) != want {
				t.Fatalf("%q came back as %q", want, Unguard(got))
			}
		}
	})
}

func BenchmarkXLSX(b *testing.B) {
	s := ratesSheet()
	row := s.Rows[0]
	for range 10000 {
		s.Rows = append(s.Rows, row)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := WriteXLSX(&bytes.Buffer{}, s); err != nil {
			b.Fatal(err)
		}
	}
}
