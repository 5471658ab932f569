package controlled

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/planning/document"
	"github.com/kis-platform/kis/reports"
)

var update = flag.Bool("update", false, "write the golden files")

// sampleRows are documents in the states a list can show.
func sampleRows() []document.Row {
	row := func(kind, az, en, number, title, titleEN string) document.Row {
		r := document.Row{KindAZ: az, KindEN: en, DepartmentCode: "KİEMŞ", StandingAt: document.InForce}
		r.Kind, r.Number, r.TitleAZ, r.TitleEN = kind, number, title, titleEN
		return r
	}
	manual := row("manual", "Keyfiyyət təlimatı", "Quality manual", "KİS KV", "Keyfiyyət üzrə vəsait", "Quality manual")
	manual.No, manual.Effective, manual.ReviewDue = 3, "2026-01-15", "2027-01-15"
	late := row("procedure", "Prosedur", "Procedure", "KİS SP 01", "Sənədləşdirilmiş məlumatların idarə edilməsi", "Control of documented information")
	late.No, late.Effective, late.ReviewDue, late.StandingAt = 1, "2024-03-01", "2026-03-01", document.Withdrawn
	fresh := row("procedure", "Prosedur", "Procedure", "KİS SP 02", "Daxili auditin aparılması", "")
	fresh.StandingAt, fresh.ProcessAZ, fresh.ProcessEN = document.Draft, "1-elektron xidmət", "1-e-service"
	return []document.Row{manual, late, fresh}
}

func TestTheListIsPrintedAsItIsSigned(t *testing.T) {
	models(t, map[string]func(reports.Words) reports.Doc{
		"documents": func(w reports.Words) reports.Doc { return listDocument(sampleRows(), w) },
		"empty":     func(w reports.Words) reports.Doc { return listDocument(nil, w) }})
}

func TestTheSheetHoldsWhatTheListSays(t *testing.T) {
	var out bytes.Buffer
	err := reports.WriteCSV(&out, listSheet(sampleRows(), reports.Words{Lang: "en", Zone: time.UTC, Today: "2026-11-22"}))
	if want := "KİS KV,Quality manual,Keyfiyyət üzrə vəsait,Quality manual,KİEMŞ,,3,2026-01-15,2027-01-15,"; err != nil || !strings.Contains(out.String(), want) {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// models compares what samples say in each language with the golden files, and
// sees that each can be printed. KIS_DOC_DIR keeps the PDFs for a look.
func models(t *testing.T, samples map[string]func(reports.Words) reports.Doc) {
	for name, sample := range samples {
		for _, lang := range i18n.Languages() {
			t.Run(name+"."+lang, func(t *testing.T) {
				d := sample(reports.Words{Lang: lang, Zone: time.FixedZone("", 4*60*60), Today: "2026-11-22"})
				raw, err := json.MarshalIndent(d, "", " ")
				if err != nil {
					t.Fatal(err)
				}
				for _, bad := range []string{"⟦", "{n}", "{number}", "%!", "01.01.0001"} {
					if strings.Contains(string(raw), bad) {
						t.Errorf("the document holds %q", bad)
					}
				}
				file := filepath.Join("testdata", name+"."+lang+".golden.json")
				if *update {
					if err := os.WriteFile(file, append(raw, '\n'), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				if want, err := os.ReadFile(file); err != nil || string(want) != string(raw)+"\n" {
					t.Errorf("%s says something else (%v); look at the difference of go test -update", name, err)
				}
				var pdf bytes.Buffer
				if err := reports.WritePDF(&pdf, d); err != nil {
					t.Fatal(err)
				}
				if dir := os.Getenv("KIS_DOC_DIR"); dir != "" {
					if err := os.WriteFile(filepath.Join(dir, name+"."+lang+".pdf"), pdf.Bytes(), 0o644); err != nil {
						t.Fatal(err)
					}
				}
			})
		}
	}
}
