package qualitydoc

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
	"github.com/kis-platform/kis/planning/quality"
	"github.com/kis-platform/kis/reports"
)

var update = flag.Bool("update", false, "write the golden files")

// sampleReport has a concept of every kind, written, not applicable and open.
func sampleReport() quality.Dossier {
	d := quality.Dossier{Report: quality.Report{ID: "r", Number: "KM-2026-01", No: 2, State: quality.Published, Structure: 1, SubmittedName: "Elçin Həsənov", ApprovedName: "Nigar Əliyeva",
		SubmittedAt: time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC), ApprovedAt: time.Date(2026, 10, 5, 8, 0, 0, 0, time.UTC), PublishedAt: time.Date(2026, 10, 6, 8, 0, 0, 0, time.UTC),
		TitleAZ: "1-elektron xidmət", TitleEN: "1-e-service", Period: "2026", ReferencePeriod: "2025", OwnerCode: "SSS", OwnerAZ: "Sosial Statistika Şöbəsi", OwnerEN: "Social Statistics Department"}}
	add := func(code string, kind quality.ConceptKind, az, en string, e quality.Entry, f *quality.Figure) {
		unit := ""
		if kind == quality.Indicator {
			unit = "percent"
		}
		d.Items = append(d.Items, quality.Item{Concept: quality.Concept{Version: 1, Code: code, Kind: kind, Unit: unit, NameAZ: az, NameEN: en}, Entry: e, Figure: f})
	}
	add("S.1", quality.Group, "Əlaqə", "Contact", quality.Entry{}, nil)
	add("S.1.1", quality.Text, "Əlaqə təşkilatı", "Contact organisation", quality.Entry{TextAZ: "Dövlət Statistika Komitəsi", TextEN: "State Statistical Committee", Version: 1}, nil)
	add("S.1.2", quality.Text, "Əlaqə bölməsi", "Contact unit", quality.Entry{NA: true, TextAZ: "ayrıca bölmə yoxdur", TextEN: "no unit of its own", Version: 1}, nil)
	add("S.13", quality.Group, "Dəqiqlik", "Accuracy", quality.Entry{}, nil)
	add("S.13.3", quality.Indicator, "Cavabsızlıq səviyyəsi", "Unit non-response", quality.Entry{TextAZ: "Azalır.", TextEN: "Falling.", Version: 1}, &quality.Figure{Applies: true, Value: "7.4", Decimals: 1, Target: "5"})
	add("S.13.4", quality.Indicator, "Seçmə xətası", "Sampling error", quality.Entry{}, &quality.Figure{GSBPM: "2.4"})
	add("S.13.5", quality.Indicator, "İmputasiya payı", "Imputation rate", quality.Entry{}, nil)
	d.Count = quality.Completeness{Of: 5, Done: 4, NA: 2}
	return d
}

func stranger() quality.Dossier {
	d := sampleReport()
	d.CreatedName, d.SubmittedName, d.ApprovedName = "", "", ""
	return d
}

func TestTheReportInItsStructure(t *testing.T) {
	models(t, map[string]func(reports.Words) reports.Doc{
		"quality": func(w reports.Words) reports.Doc { return document(sampleReport(), w) },
		"public":  func(w reports.Words) reports.Doc { return document(stranger(), w) }})
}

// TestAPublicReportIsMadeOnce: strangers who ask again get the same bytes, and
// what failed is tried again.
func TestAPublicReportIsMadeOnce(t *testing.T) {
	f, n := &files{}, 0
	make := func() ([]byte, error) {
		if n++; n == 1 {
			return nil, os.ErrInvalid
		}
		return []byte{byte(n)}, nil
	}
	if _, err := f.of("a", make); err == nil {
		t.Error("a failure is kept")
	}
	for range 3 {
		if raw, err := f.of("a", make); err != nil || raw[0] != 2 {
			t.Errorf("%v %v", raw, err)
		}
	}
	for i := range mostKept {
		_, _ = f.of(string(rune('b'+i)), make)
	}
	if len(f.made) > mostKept {
		t.Errorf("%d files are kept", len(f.made))
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
