package auditdoc

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/reports"
)

var (
	update = flag.Bool("update", false, "write the golden files")
	keep   = flag.String("keep", "", "folder to keep the PDFs in, for a look")
)

// samples are the documents of this package, with their sheets, over
// constructed material.
var samples = map[string]func(reports.Words) (reports.Doc, []reports.Sheet){
	"plan": func(w reports.Words) (reports.Doc, []reports.Sheet) {
		v, asked := samplePlan()
		return planDocument(v, asked, w), planSheets(v, asked, w)
	},
	"programme": func(w reports.Words) (reports.Doc, []reports.Sheet) {
		return programmeDocument(sampleProgramme(), w), programmeSheets(sampleProgramme(), w)
	},
	"follow-up": func(w reports.Words) (reports.Doc, []reports.Sheet) {
		f := sampleFollowUp(audit.FollowUp)
		return followUpDocument(f, w), followUpSheets(f, w)
	},
	"surveillance": func(w reports.Words) (reports.Doc, []reports.Sheet) {
		f := sampleFollowUp(audit.Surveillance)
		return followUpDocument(f, w), followUpSheets(f, w)
	},
	"own-acts": func(w reports.Words) (reports.Doc, []reports.Sheet) {
		f := sampleFollowUp(audit.Internal)
		return followUpDocument(f, w), followUpSheets(f, w)
	},
	"acts": func(w reports.Words) (reports.Doc, []reports.Sheet) {
		narrowed := filterWords(url.Values{"year": {"2026"}, "only": {"open"}, "department": {"d-sss"}, "clause": {"none"}, "cause": {"management"}}, []office.Department{sss}, []audit.CauseCategory{{Code: "management", NameAZ: "İdarəetmə", NameEN: "Management"}}, w)
		return actsDocument(sampleActs(), narrowed, w), []reports.Sheet{actsSheet(sampleActs(), w)}
	},
	"summary": func(w reports.Words) (reports.Doc, []reports.Sheet) {
		return summaryDocument(sampleSummary(), w), summarySheets(sampleSummary(), w)
	},
}

// TestModels holds what each document and each sheet says in each language.
func TestModels(t *testing.T) {
	for name, sample := range samples {
		for _, lang := range i18n.Languages() {
			t.Run(name+"."+lang, func(t *testing.T) {
				d, sheets := sample(reports.Words{Lang: lang, Zone: baku, Today: "2026-11-24"})
				var b bytes.Buffer
				enc := json.NewEncoder(&b)
				enc.SetEscapeHTML(false)
				enc.SetIndent("", " ")
				if err := enc.Encode(map[string]any{"document": d, "sheets": plain(sheets)}); err != nil {
					t.Fatal(err)
				}
				path := filepath.Join("testdata", name+"."+lang+".golden.json")
				if *update {
					if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(b.Bytes(), want) {
					t.Errorf("%s differs; look at the change and run the test with -update\n%s", path, b.Bytes())
				}
				for _, bad := range []string{"⟦", "{n}", "{date}", "{year}", "{number}", "0001", "%!"} {
					if strings.Contains(b.String(), bad) {
						t.Errorf("the document holds %q", bad)
					}
				}
				var pdf bytes.Buffer
				if err := reports.WritePDF(&pdf, d); err != nil {
					t.Fatal(err)
				}
				if *keep != "" {
					if err := os.WriteFile(filepath.Join(*keep, name+"."+lang+".pdf"), pdf.Bytes(), 0o600); err != nil {
						t.Fatal(err)
					}
				}
			})
		}
	}
}

// plain are the names, heads and rows of sheets.
func plain(sheets []reports.Sheet) (out []map[string]any) {
	for _, s := range sheets {
		var heads []string
		for _, c := range s.Columns {
			heads = append(heads, c.Key+": "+c.Title)
		}
		out = append(out, map[string]any{"name": s.Name, "title": s.Title, "columns": heads, "rows": s.Rows})
	}
	return out
}

// TestAFilterThatIsNoneIsRefused: on paper nobody sees that a filter was left out.
func TestAFilterThatIsNoneIsRefused(t *testing.T) {
	w := reports.Words{Lang: "az", Zone: baku, Today: "2026-11-24"}
	for name, value := range map[string]string{"state": "lost", "origin": "rumour", "grade": "observation", "department": "SSS", "audit": "DA-1", "only": "some", "year": "26"} {
		if _, err := actFilter(url.Values{name: {value}}, w); !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s=%s: %v", name, value, err)
		}
	}
	f, err := actFilter(url.Values{"year": {"2026"}, "late": {"1"}, "only": {"open"}, "state": {"issued"}}, w)
	if err != nil || f.Only != "open" || f.Overdue != "2026-11-24" || f.IssuedFrom != at("2026-01-01 00:00") || f.State != audit.ActIssued {
		t.Errorf("%+v, %v", f, err)
	}
}
