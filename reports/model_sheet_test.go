package reports

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/reference"
)

// workbook writes sheets and opens them again.
func workbook(t *testing.T, sheets []Sheet) *excelize.File {
	t.Helper()
	var buf bytes.Buffer
	if err := WriteXLSX(&buf, sheets...); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&buf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// tab reads the cells of a tab as they are stored, not as they look.
func tab(t *testing.T, f *excelize.File, name string) [][]string {
	t.Helper()
	rows, err := f.GetRows(name, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestTheOfficialTableComesOutExactly reads the report's own table back, out
// of the workbook made from the file of the reference.
func TestTheOfficialTableComesOutExactly(t *testing.T) {
	o := newOffice(t, storetest.Open(t))
	c, err := o.svc.eservice.Scorecard(o.System(), eservice.ScorecardFilter{From: 2013, To: 2015})
	if err != nil {
		t.Fatal(err)
	}
	f := workbook(t, scorecardSheets(c, sampleWords("az")))
	want := [][]string{
		{"Göstərici", "2013-cü ilin nəticələri", "‖ 2014-cü ilin nəticələri", "2015-ci ilin nəticələri"},
		{"Qiymətləndirmə aparılmış mərkəzi icra hakimiyyəti orqanlarının sayı", "40", "41", "39"},
		{"Xidmətlərin sayı", "439", "438", "438"},
		{"Elektronlaşdırılmış", "305", "341", "354"},
		{"Elektronlaşdırılmamış", "134", "97", "84"},
		{"“Qeyri-kafi” qiymətləndirilmiş xidmətlərin sayı", "5", "55", "67"},
		{"“Kafi” qiymətləndirilmiş xidmətlərin sayı", "83", "72", "54"},
		{"“Yaxşı” qiymətləndirilmiş xidmətlərin sayı", "142", "100", "105"},
		{"“Əla” qiymətləndirilmiş xidmətlərin sayı", "75", "114", "128"},
	}
	if got := tab(t, f, "Cədvəl"); !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("got %q", got)
	}
	for cell, want := range map[string]string{"A2": "2013", "E2": "69.5%", "E3": "77.9%", "E4": "80.8%", "J2": "", "K2": "2.94", "L2": ""} {
		if got, err := f.GetCellValue("İllər", cell); err != nil || got != want {
			t.Errorf("İllər!%s is %q (%v), want %q", cell, got, err, want)
		}
	}
	if got, _ := f.GetCellValue("İllər", "L3"); !strings.Contains(got, "tələblər artırılıb") {
		t.Errorf("the break of 2014 gives the reason %q", got)
	}
	pdf := strings.Join(readPages(t, render(t, scorecardDocument(c, sampleWords("az")))), "\n")
	inOrder(t, pdf, "2013-cü ilin nəticələri", "‖ 2014-cü ilin nəticələri", "439 438 438", "305 341 354", "134 97 84", "69,5% 77,9% 80,8%",
		"5 55 67", "83 72 54", "142 100 105", "75 114 128", "‖ 2013 və 2014 müqayisə olunmur.")
}

// What was exported as CSV is read by the import again, to the same file.
func TestTheYearsRoundTrip(t *testing.T) {
	o := newOffice(t, storetest.Open(t))
	f := o.rendered(t, o.System(), Request{Kind: Scorecard, From: 2013, To: 2015, Format: CSV})
	want, err := reference.FS.ReadFile(reference.AssessmentTotals)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.ReplaceAll(string(f.Bytes), "\r\n", "\n"); got != strings.ReplaceAll(string(want), "\r\n", "\n") {
		t.Errorf("got %s", got)
	}
	e := eservice.New(kis.New(storetest.Open(t), nil, nil, ""))
	if err := e.LoadReference(o.System()); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Import(o.System(), eservice.ImportRequest{Reader: bytes.NewReader(f.Bytes), Name: f.Name}); err != nil {
		t.Error(err)
	}
}

func TestMeasuresHaveTheFourOfficialColumns(t *testing.T) {
	v := sampleMeasures()
	official := []string{"Sıra N-si", "Tədbirin adı", "İcra müddəti", "Görülmüş işlər"}
	w := sampleWords("az")
	rows := tab(t, workbook(t, measuresSheets(v, w, true)), "Hesabat 2022")
	if !slices.Equal(rows[0], append(slices.Clone(official), "İcra vəziyyəti")) {
		t.Errorf("workbook: %q", rows[0])
	}
	if got := rows[5]; got[0] != "6.3." || got[2] != "mütəmadi" || got[4] != "davam etdirilir, bu il icra olunub" {
		t.Errorf("row of 6.3: %q", got)
	}
	if got := rows[2]; got[4] != "qərar verilməyib" {
		t.Errorf("row of 3.3: %q", got)
	}
	var buf bytes.Buffer
	if err := WriteCSV(&buf, measuresSheets(v, w, false)[0]); err != nil {
		t.Fatal(err)
	}
	list, err := csv.NewReader(&buf).ReadAll()
	if err != nil || !slices.Equal(list[0], official) || len(list) != 6 {
		t.Fatalf("CSV: %q (%v)", list[0], err)
	}
	doc := measuresDocument(v, w)
	for _, b := range doc.Blocks {
		if table, ok := b.(Table); ok {
			var got []string
			for _, c := range table.Columns {
				got = append(got, c.Title)
			}
			if !slices.Equal(got, official) {
				t.Errorf("paper: %q", got)
			}
		}
	}
}

// No text of a person is run as a formula, in a sheet or in a CSV.
func TestTextsAreNoFormulas(t *testing.T) {
	w := sampleWords("az")
	harm := "=HYPERLINK(\"http://x\",\"y\")"
	plan := samplePlan(2)
	plan.Items[0].Text, plan.Items[1].Indicator = harm, "-2+3"
	card := sampleCard()
	card.Services[0].Service.NameAZ = "@SUM(A1)"
	for name, sheets := range map[string][]Sheet{"plan": planSheets(plan, w), "measures": measuresSheets(sampleMeasures(), w, true),
		"cycle": cycleSheets(sampleGrid(), w), "scorecard": scorecardSheets(card, w)} {
		f := workbook(t, sheets)
		for _, s := range f.GetSheetList() {
			for i, row := range tab(t, f, s) {
				for k := range row {
					cell, _ := excelize.CoordinatesToCellName(k+1, i+1)
					if formula, err := f.GetCellFormula(s, cell); err != nil || formula != "" {
						t.Errorf("%s: %s!%s holds the formula %q (%v)", name, s, cell, formula, err)
					}
				}
			}
		}
		for _, s := range sheets {
			var buf bytes.Buffer
			if err := WriteCSV(&buf, s); err != nil {
				t.Fatal(err)
			}
			rows, err := csv.NewReader(&buf).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				for k, cell := range row {
					if s.Columns[k].Type == TextCol && cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
						t.Errorf("%s: %q would be run", name, cell)
					}
				}
			}
		}
	}
}

// A plan keeps its types: numbers and days can be counted with.
func TestPlanSheetIsTyped(t *testing.T) {
	p := samplePlan(3)
	f := workbook(t, planSheets(p, sampleWords("en")))
	rows := tab(t, f, "Plan 2027")
	if len(rows) != 4 || rows[1][0] != "1" || rows[2][10] != "46568" { // 30.06.2027 as a day number
		t.Errorf("rows %q", rows)
	}
	if got, _ := f.GetCellValue("Plan 2027", "K3"); got != "30.06.2027" {
		t.Errorf("the new date looks like %q", got)
	}
	if p.Items[1].State != planning.Postponed || rows[2][13] != "Postponed" {
		t.Errorf("state %q", rows[2][13])
	}
}
