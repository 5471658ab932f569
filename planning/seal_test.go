package planning_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/planningtest"
)

// sealFaults is what verification says of sealed objects: key and table.
func sealFaults(t *testing.T, k *kis.Service) (out []string) {
	t.Helper()
	if _, err := k.VerifySeals(context.Background(), func(f store.Fault) {
		table, _, _ := strings.Cut(f.Where, ":")
		out = append(out, strings.TrimPrefix(f.Key, "verify.seal.")+" "+table)
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// tampered changes one thing after another with SQL, each with the statement
// that puts it back, and wants exactly the part that was changed named.
func tampered(t *testing.T, db *store.DB, k *kis.Service, changes [][3]string) {
	t.Helper()
	if got := sealFaults(t, k); len(got) != 0 {
		t.Fatalf("before anything was changed: %v", got)
	}
	storetest.Unlock(t, db)
	for _, c := range changes {
		storetest.Tamper(t, db, c[0])
		if got := sealFaults(t, k); !slices.Equal(got, []string{"part." + c[2]}) {
			t.Errorf("%s: found %v, want %s", c[0], got, c[2])
		}
		storetest.Tamper(t, db, c[1])
	}
	if got := sealFaults(t, k); len(got) != 0 {
		t.Errorf("after all was put back: %v", got)
	}
}

func TestASignedReviewAndAnApprovedPlanChangedPastTheProgramAreNamed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		r := o.Signed()
		o.Must(o.AddAddendum(o.By("nigar"), r.ID, "Sonradan məlum oldu"))
		o.Running(2027)
		tampered(t, db, o.KIS, [][3]string{
			{`UPDATE reviews SET effective = NOT effective`, `UPDATE reviews SET effective = NOT effective`, "text reviews"},
			{`UPDATE reviews SET conclusion = conclusion || 'x'`, `UPDATE reviews SET conclusion = SUBSTR(conclusion, 1, LENGTH(conclusion) - 1)`, "text reviews"},
			{`UPDATE reviews SET signed_name = signed_name || 'x'`, `UPDATE reviews SET signed_name = SUBSTR(signed_name, 1, LENGTH(signed_name) - 1)`, "state reviews"},
			{`UPDATE review_decisions SET text = text || 'x'`, `UPDATE review_decisions SET text = SUBSTR(text, 1, LENGTH(text) - 1)`, "decisions reviews"},
			{`UPDATE review_figures SET num = num + 1`, `UPDATE review_figures SET num = num - 1`, "figures reviews"},
			{`UPDATE review_addenda SET no = no + 1`, `UPDATE review_addenda SET no = no - 1`, "addenda reviews"},
			{`UPDATE plans SET state = 'closed'`, `UPDATE plans SET state = 'running'`, "state plans"},
			{`UPDATE plan_items SET indicator = indicator || 'x'`, `UPDATE plan_items SET indicator = SUBSTR(indicator, 1, LENGTH(indicator) - 1)`, "items plans"},
			{`UPDATE plan_items SET state = 'done' WHERE no = 1`, `UPDATE plan_items SET state = 'not_started' WHERE no = 1`, "progress plans"},
			{`UPDATE plan_agreements SET revision = revision + 1`, `UPDATE plan_agreements SET revision = revision - 1`, "agreements plans"},
		})
	})
}

func TestARecommendationChangedPastTheProgramIsNamed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		r, err := o.Propose(o.By("nigar"), planning.NewRecommendation{Text: "Şablonları yeniləmək", Basis: planning.FromOther, BasisLabel: "iclas", DepartmentID: o.Dept("SSS")})
		o.Must(err)
		o.Must(o.RejectRecommendation(o.By("nigar"), r.ID, "artıq görülüb"))
		tampered(t, db, o.KIS, [][3]string{
			{`UPDATE recommendations SET text = text || 'x'`, `UPDATE recommendations SET text = SUBSTR(text, 1, LENGTH(text) - 1)`, "text recommendations"},
			{`UPDATE recommendations SET basis_label = 'x'`, `UPDATE recommendations SET basis_label = 'iclas'`, "text recommendations"},
			{`UPDATE recommendations SET state = 'open'`, `UPDATE recommendations SET state = 'rejected'`, "state recommendations"},
			{`UPDATE recommendations SET reason = 'x'`, `UPDATE recommendations SET reason = 'artıq görülüb'`, "state recommendations"},
		})
	})
}

func TestADecidedEntryOfAMeasureAndAGateChangedPastTheProgramAreNamed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		m := newMeasureOffice(t, db).imported()
		id := m.assign("4.1", "İTŞ")
		_, err := m.WriteMeasure(m.as("tural"), id, 2022, planning.MeasureText{Narrative: narrative, Figures: "12", Submit: true, Dated: "2022-11-03",
			Milestones: []planning.MeasureMilestone{{Text: "Proqram", Done: true}}, UploadIDs: []string{m.upload("tural", "siyahı.txt", "yüz ad")}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = m.DecideMeasure(m.as("sevda"), id, 2022, planning.MeasureDecision{Version: 1, Status: planning.MeasureSubstantial, Reason: "Bir iş bitməyib"}); err != nil {
			t.Fatal(err)
		}
		cy := m.Running("2026")
		if err := m.WaiveGate(m.as("nigar"), cy.ID, "1", "təcrübə dövrüdür"); err != nil {
			t.Fatal(err)
		}
		if err := m.WaiveGate(m.as("nigar"), cy.ID, "2", "təcrübə dövrüdür"); err != nil {
			t.Fatal(err)
		}
		tampered(t, db, m.KIS, [][3]string{
			{`UPDATE measure_entries SET narrative = narrative || 'x'`, `UPDATE measure_entries SET narrative = SUBSTR(narrative, 1, LENGTH(narrative) - 1)`, "text measure_entries"},
			{`UPDATE measure_entries SET status = 'complete'`, `UPDATE measure_entries SET status = 'substantial'`, "state measure_entries"},
			{`UPDATE measure_milestones SET done = NOT done`, `UPDATE measure_milestones SET done = NOT done`, "steps measure_entries"},
			{`UPDATE measure_files SET dated = '2021-01-01'`, `UPDATE measure_files SET dated = '2022-11-03'`, "files measure_entries"},
			{`UPDATE cycle_phases SET gate = 'passed' WHERE phase = '1'`, `UPDATE cycle_phases SET gate = 'waived' WHERE phase = '1'`, "gates cycles"},
			{`UPDATE cycle_phases SET gate_note = '' WHERE phase = '1'`, `UPDATE cycle_phases SET gate_note = 'təcrübə dövrüdür' WHERE phase = '1'`, "gates cycles"},
			{`UPDATE cycles SET state = 'evaluating'`, `UPDATE cycles SET state = 'running'`, "state cycles"},
		})
		// A gate that was opened past the program stays found when the next one moves.
		storetest.Tamper(t, db, `UPDATE cycle_phases SET gate_note = 'x' WHERE phase = '1'`)
		if err := m.WaiveGate(m.as("nigar"), cy.ID, "3", "təcrübə dövrüdür"); err != nil {
			t.Fatal(err)
		}
		if got := sealFaults(t, m.KIS); !slices.Equal(got, []string{"part.gates cycles", "between cycles"}) {
			t.Errorf("after a further step: %v", got)
		}
	})
}
