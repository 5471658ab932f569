package cycledoc

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
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/planning/assessment"
	"github.com/kis-platform/kis/planning/evaluation"
	"github.com/kis-platform/kis/reports"
)

var update = flag.Bool("update", false, "write the golden files")

// sampleAssessment has an answer of every kind, an earlier cycle and another
// process beside it.
func sampleAssessment() assessment.Dossier {
	d := assessment.Dossier{Assessment: assessment.Assessment{ID: "a", Number: "OQ-2026-01", State: assessment.Final, CreatedName: "Elçin Həsənov", CreatedAt: time.Date(2026, 10, 5, 8, 0, 0, 0, time.UTC),
		FinishedName: "Elçin Həsənov", FinishedAt: time.Date(2026, 10, 9, 9, 30, 0, 0, time.UTC), TitleAZ: "1-elektron xidmət", TitleEN: "1-e-service", Period: "2026", OwnerCode: "SSS"},
		Answers: map[string]assessment.Answer{}, Answered: 8}
	choices := []string{"5", "4", "3", "2", "unknown", "na", "4", "5"}
	sums := []int64{5, 4, 3, 2, 1, 0, 4}
	for i, c := range append(assessment.Components(), "accuracy") {
		q := assessment.Question{ID: string(rune('a' + i)), Chapter: []string{"I", "II"}[i/4], No: i%4 + 1, Component: c, TextAZ: "Sual: " + c, TextEN: "Question: " + c,
			OptionsAZ: []string{"heç vaxt", "nadir hallarda", "bəzən", "çox vaxt", "həmişə"}, OptionsEN: []string{"never", "rarely", "sometimes", "mostly", "always"}}
		d.Questions = append(d.Questions, q)
		d.Answers[q.ID] = assessment.Answer{Choice: choices[i]}
	}
	d.Answers["b"] = assessment.Answer{Choice: "4", Comment: "Jurnal aparılır.", Improvement: "Yoxlamalar avtomatlaşdırılsın."}
	before, other := map[string]assessment.Mean{}, map[string]assessment.Mean{}
	for i, c := range assessment.Components() {
		m := assessment.Mean{Component: c, Sum: sums[i], N: 1}
		if sums[i] == 0 {
			m.N, m.NA = 0, 1
		}
		before[c], other[c] = assessment.Mean{Component: c, Sum: 10 - sums[i], N: 3}, assessment.Mean{Component: c, Sum: 9, N: 2}
		d.Means = append(d.Means, m)
	}
	d.Compared = []assessment.Compared{{Number: "OQ-2025-01", Period: "2025", Own: true, Means: before}, {Number: "OQ-2026-02", Period: "2026", TitleAZ: "Əmək haqqı", TitleEN: "Wages", Means: other}}
	return d
}

func sampleDraft() assessment.Dossier {
	d := sampleAssessment()
	d.State, d.FinishedName, d.FinishedAt, d.Compared = assessment.Draft, "", time.Time{}, nil
	d.Answers = map[string]assessment.Answer{}
	for i := range d.Means {
		d.Means[i].Sum, d.Means[i].N, d.Means[i].NA = 0, 0, 0
	}
	d.Answered = 0
	return d
}

// sampleEvaluation is one that was finished: a share, a decimal with its
// target, and a section of nothing.
func sampleEvaluation() evaluation.Dossier {
	e := evaluation.Evaluation{ID: "e", Number: "QH-2026-01", State: evaluation.Final, CreatedName: "Elçin Həsənov", CreatedAt: time.Date(2026, 10, 12, 8, 0, 0, 0, time.UTC), FinishedName: "Nigar Əliyeva",
		FinishedAt: time.Date(2026, 10, 20, 8, 0, 0, 0, time.UTC), TitleAZ: "1-elektron xidmət", TitleEN: "1-e-service", Period: "2026", OwnerCode: "SSS", NextPhase: evaluation.Stop,
		NextReason: "Növbəti dövr yeni modellə başlayır.", Conclusion: "Proses məqsədə uyğundur."}
	d := evaluation.Dossier{Evaluation: e, Cycle: kis.Cycle{Version: 2}, Judged: 1, ToJudge: 2}
	d.Lines = []evaluation.Line{{Section: evaluation.Audit, Code: "", Key: "evaluation.line.acts", Num: 61, Den: 93}, {Section: evaluation.Feedback, Code: "7.4", Key: "evaluation.line.feedback", Value: "4.25",
		Unit: "points", Args: map[string]string{"title": "İstifadəçilər", "n": "12"}}}
	return d
}

func TestTheDocumentsOfPhaseEight(t *testing.T) {
	models(t, map[string]func(reports.Words) reports.Doc{
		"assessment": func(w reports.Words) reports.Doc { return assessmentDocument(sampleAssessment(), w) },
		"draft":      func(w reports.Words) reports.Doc { return assessmentDocument(sampleDraft(), w) },
		"evaluation": func(w reports.Words) reports.Doc { return evaluationDocument(sampleEvaluation(), w) }})
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
