package kis_test

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
)

// printedFile opens the printed table with its damage, as Word or workbook.
func printedFile(t testing.TB, ending string) []byte {
	t.Helper()
	raw, err := os.ReadFile("describe/testdata/printed-table." + ending)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestThePrintedTableBecomesTheSameProcessAsTheData(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		o.Import()
		nigar := o.As(t.Context(), "nigar")
		for _, ending := range []string{"docx", "xlsx"} {
			res, err := o.ImportProcess(nigar, process.ImportRequest{Reader: bytes.NewReader(printedFile(t, ending)), Name: "cədvəl." + ending, Code: kistest.ProcessCode})
			if err != nil {
				t.Fatal(err)
			}
			if res.Changed || res.Version != 1 || len(res.Rows) != 160 || res.Gates != 7 || res.Format != strings.ToUpper(ending) {
				t.Errorf("%s: changed %v, version %d, %d rows, %d gates, format %s; altered %v", ending, res.Changed, res.Version, len(res.Rows), res.Gates, res.Format, res.Altered)
			}
			if n := res.Count(process.RowRead) + res.Count(process.RowRepaired); n != 160 || res.Count(process.RowRepaired) < 90 {
				t.Errorf("%s: %d rows read, %d repaired", ending, res.Count(process.RowRead), res.Count(process.RowRepaired))
			}
			if !slices.ContainsFunc(res.Notes, func(n process.ReadingNote) bool {
				return n.Code == "1" && n.Key == "kis.reading.alias" && n.Before == "ÖN" && n.After == "ƏN"
			}) {
				t.Error("the spelling ÖN for ƏN is not listed")
			}
		}
		// On its own it becomes a process like that of the data, and what was put right is kept.
		res, err := o.ImportProcess(nigar, process.ImportRequest{Reader: bytes.NewReader(printedFile(t, "docx")), Name: "çap.docx", Code: "cap", OwnerCode: "SSS"})
		if err != nil {
			t.Fatal(err)
		}
		a, err := o.ProcessVersion(nigar, "cap", 1)
		if err != nil {
			t.Fatal(err)
		}
		b, err := o.ProcessVersion(nigar, kistest.ProcessCode, 1)
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range a.Activities {
			if got, want := fmt.Sprintf("%+v", plain(x)), fmt.Sprintf("%+v", plain(b.Activities[i])); got != want {
				t.Errorf("differs:\n got  %s\n want %s", got, want)
			}
		}
		if !slices.Equal(a.Gates, b.Gates) || len(a.Notes) != len(res.Notes) || a.Version.Format != "DOCX" || a.Version.CreatedBy != "Nigar Əliyeva" {
			t.Errorf("gates %v, %d notes of %d, format %s by %s", a.Gates, len(a.Notes), len(res.Notes), a.Version.Format, a.Version.CreatedBy)
		}
		for i, n := range a.Notes {
			if fmt.Sprint(n) != fmt.Sprint(res.Notes[i]) {
				t.Fatalf("note kept as %+v, was %+v", n, res.Notes[i])
			}
		}
	})
}

// plain is an activity without what differs from version to version.
func plain(a process.Activity) process.Activity {
	a.ID, a.ParentID = "", ""
	for _, l := range []*[]office.Department{&a.Suppliers, &a.Responsible} {
		var out []office.Department
		for _, d := range *l {
			out = append(out, office.Department{Code: d.Code})
		}
		*l = out
	}
	return a
}

func TestUnknownSuppliersAreAskedAboutAndNeverInvented(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		nigar := o.As(t.Context(), "nigar")
		text := string(kistestCSV(t))
		text = strings.Replace(text, "MİHO | DSK | SSS", "MİHO | Yeni Nazirlik | SSS", 1)
		text = strings.Replace(text, "İNO,", "Özəl təşkilatlar,", 1)
		text = strings.Replace(text, "DSK | SSS | İTŞ,İstehsal sistemi,", "DSK | SSS | İnfo Texno,İstehsal sistemi,", 1)
		req := func(dry bool, choices map[string]process.SupplierChoice) process.ImportRequest {
			return process.ImportRequest{Reader: strings.NewReader(text), Name: "a.csv", Code: "a", OwnerCode: "SSS", DryRun: dry, Suppliers: choices}
		}
		before := rowsIn(t, db, "departments", "department_aliases", "trail")
		res, err := o.ImportProcess(nigar, req(true, nil))
		if !apperr.Is(err, apperr.Invalid) || !res.Asks() || len(res.Unknown) != 3 || res.Unknown[0].Name != "Özəl təşkilatlar" || !slices.Equal(res.Unknown[0].Codes, []string{"1.1.1"}) {
			t.Fatalf("%v, unknown %+v", err, res.Unknown)
		}
		if _, err := o.ImportProcess(nigar, req(false, map[string]process.SupplierChoice{"yeni nazirlik": {Kind: process.SupplierText}})); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("two undecided: %v", err)
		}
		for name, c := range map[string]process.SupplierChoice{
			"department nobody knows": {Kind: process.SupplierDepartment, Code: "YOX"}, "code in use": {Kind: process.SupplierExternal, Code: "SSS"},
			"no code": {Kind: process.SupplierExternal}, "no kind": {}, "code with a blank": {Kind: process.SupplierExternal, Code: "A B"},
		} {
			_, err := o.ImportProcess(nigar, req(false, map[string]process.SupplierChoice{"Yeni Nazirlik": c}))
			if f := apperr.As(err).Fields; !apperr.Is(err, apperr.Invalid) || len(f) != 1 || f[0].Name != process.SupplierField("Yeni Nazirlik") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if rowsIn(t, db, "departments", "department_aliases", "trail") != before || rowsIn(t, db, processTables...) != 0 {
			t.Error("something was left")
		}
		choices := map[string]process.SupplierChoice{"Yeni Nazirlik": {Kind: process.SupplierExternal, Code: "YN", NameEN: "New Ministry"},
			"Özəl təşkilatlar": {Kind: process.SupplierText}, "İnfo Texno": {Kind: process.SupplierDepartment, Code: "İTŞ"}}
		if res, err = o.ImportProcess(nigar, req(false, choices)); err != nil {
			t.Fatal(err)
		}
		page, err := o.Process(nigar, "a", 0)
		if err != nil {
			t.Fatal(err)
		}
		labels := func(code string) []string {
			i := slices.IndexFunc(page.Activities, func(a process.Activity) bool { return a.Code == code })
			return page.Activities[i].SupplierLabels()
		}
		if got := append(append(labels("1"), labels("1.1.1")...), labels("3")...); !slices.Equal(got, []string{"MİHO", "ƏN", "DSK", "SSS", "Özəl təşkilatlar", "DSK", "SSS", "İTŞ"}) {
			if !slices.Contains(got, "Özəl təşkilatlar") {
				t.Errorf("suppliers %v", got)
			}
		}
		d, err := office.DepartmentByCode(nigar, db.Read(), "YN")
		if err != nil || d.Kind != office.External || d.NameAZ != "Yeni Nazirlik" || d.NameEN != "New Ministry" {
			t.Errorf("entered as %+v, %v", d, err)
		}
		if d, err := office.DepartmentByCode(nigar, db.Read(), "info texno"); err != nil || d.Code != "İTŞ" {
			t.Errorf("the spelling was not kept: %v %v", d.Code, err)
		}
		// Again nothing is asked: two names are known now, the third stays text.
		again, err := o.ImportProcess(nigar, req(false, nil))
		if err != nil || again.Changed || len(again.Unknown) != 0 {
			t.Errorf("again: %v, changed %v, unknown %v", err, again.Changed, again.Unknown)
		}
	})
}

func kistestCSV(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := b.ReadFrom(kistest.Description(t)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestACodeIsMadeOfTheNameOfTheFile(t *testing.T) {
	o := kistest.NewOffice(t, storetest.Open(t))
	res, err := o.ImportProcess(o.As(t.Context(), "nigar"), process.ImportRequest{Reader: kistest.Description(t), Name: `C:\Sənədlər\process-1-Elektron xidmət.CSV`, DryRun: true})
	if err != nil || res.Process.Code != "1-elektron-xidmet" {
		t.Errorf("%s, %v", res.Process.Code, err)
	}
}

// BenchmarkImport imports the 160 rows of the printed table from Word, each
// time as a new process.
func BenchmarkImport(b *testing.B) {
	run := func(b *testing.B, db *store.DB) {
		o := kistest.NewOffice(b, db)
		nigar := o.As(b.Context(), "nigar")
		raw := printedFile(b, "docx")
		for i := 0; b.Loop(); i++ {
			_, err := o.ImportProcess(nigar, process.ImportRequest{Reader: bytes.NewReader(raw), Name: "a.docx", Code: fmt.Sprintf("p-%d", i), OwnerCode: "SSS"})
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("sqlite", func(b *testing.B) { run(b, storetest.Open(b)) })
	if db, ok := storetest.OpenPostgres(b); ok {
		b.Run("postgres", func(b *testing.B) { run(b, db) })
	}
}
