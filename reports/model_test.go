package reports

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/i18n"
)

// samples are the documents of this package over constructed dossiers.
var samples = map[string]func(Words) Doc{
	"act":            func(w Words) Doc { return actDocument(sampleAct(), w) },
	"act-objected":   func(w Words) Doc { return actDocument(objectedAct(), w) },
	"audit":          func(w Words) Doc { return auditDocument(sampleAudit(), w) },
	"cycle":          func(w Words) Doc { return cycleDocument(sampleGrid(), w) },
	"scorecard":      func(w Words) Doc { return scorecardDocument(sampleYears(), w) },
	"scorecard-year": func(w Words) Doc { return scorecardDocument(sampleBodies(5), w) },
	"scorecard-card": func(w Words) Doc { return scorecardDocument(sampleCard(), w) },
	"plan":           func(w Words) Doc { return planDocument(samplePlan(6), nil, w) },
	"plan-draft":     func(w Words) Doc { return planDocument(draftPlan(), nil, w) },
	"review":         func(w Words) Doc { return reviewDocument(sampleReview(), w) },
	"measures":       func(w Words) Doc { return measuresDocument(sampleMeasures(), w) },
}

// TestModels holds what each document says in each language.
func TestModels(t *testing.T) {
	for name, sample := range samples {
		for _, lang := range i18n.Languages() {
			t.Run(name+"."+lang, func(t *testing.T) {
				d := sample(sampleWords(lang))
				golden(t, name+"."+lang, d)
				raw, err := json.Marshal(d)
				if err != nil {
					t.Fatal(err)
				}
				for _, bad := range []string{"⟦", "{n}", "{date}", "{year}", "0001", "%!", "01.01.0001"} {
					if strings.Contains(string(raw), bad) {
						t.Errorf("the document holds %q", bad)
					}
				}
			})
		}
	}
}
