package programme_test

import (
	"context"
	"strings"
	"testing"

	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// TestAProgrammeThatWasChangedPastTheProgramIsNamed takes programmes through
// drafts, new weights, approval and an amendment, then changes one thing after
// another with SQL and looks for each.
func TestAProgrammeThatWasChangedPastTheProgramIsNamed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		faults := func() (out []string) {
			_, err := o.VerifySeals(context.Background(), func(f store.Fault) {
				table, _, _ := strings.Cut(f.Where, ":")
				out = append(out, strings.TrimPrefix(f.Key, "verify.")+" "+table)
			})
			must(t, err)
			return out
		}
		next := o.create(2027)
		weights := map[programme.Factor]int{}
		for _, f := range programme.Factors() {
			weights[f] = 20
		}
		_, err := o.s.AddWeighting(o.Be("nigar"), programme.NewWeighting{Weights: weights, SourceAZ: "Qərar", SourceEN: "Decision", Reason: "bərabər çəkilər"})
		must(t, err)
		must(t, o.set(next, "SSS", "", 3))
		v := o.inForce()
		must(t, o.set(v, "SSS", "yeni risk", 9))
		if got := faults(); len(got) != 0 {
			t.Fatalf("before anything was changed: %v", got)
		}
		storetest.Unlock(t, db)
		row := o.row(o.view(v.ID), "1-elektron-xidmet")
		for name, c := range map[string]struct{ do, undo, want string }{
			"objectives":      {`UPDATE programmes SET objectives = 'x' WHERE id = '{id}'`, `UPDATE programmes SET objectives = 'Uyğunluğu yoxlamaq' WHERE id = '{id}'`, "part.text programmes"},
			"who approved":    {`UPDATE programmes SET approved_by = submitted_by WHERE id = '{id}'`, `UPDATE programmes SET approved_by = '` + o.ID("rafael") + `' WHERE id = '{id}'`, "part.state programmes"},
			"a risk":          {`UPDATE programme_risks SET treatment = 'x' WHERE programme_id = '{id}'`, `UPDATE programme_risks SET treatment = 'Təlim keçmək' WHERE programme_id = '{id}'`, "part.risks programmes"},
			"planned months":  {`UPDATE programme_rows SET months = '8' WHERE id = '{row}'`, `UPDATE programme_rows SET months = '7' WHERE id = '{row}'`, "part.rows programmes"},
			"a fixed score":   {`UPDATE programme_scores SET score = 4 - score WHERE row_id = '{row}' AND factor = 'time'`, `UPDATE programme_scores SET score = 4 - score WHERE row_id = '{row}' AND factor = 'time'`, "part.scores programmes"},
			"an amendment":    {`UPDATE programme_changes SET reason = 'x' WHERE programme_id = '{id}'`, `UPDATE programme_changes SET reason = 'yeni risk' WHERE programme_id = '{id}'`, "part.changes programmes"},
			"a factor's step": {`UPDATE programme_factors SET steps = steps || ' 9' WHERE factor = 'time'`, `UPDATE programme_factors SET steps = SUBSTR(steps, 1, LENGTH(steps) - 2) WHERE factor = 'time'`, "part.weights programme_weightings"},
		} {
			fill := strings.NewReplacer("{id}", v.ID, "{row}", row.ID).Replace
			storetest.Tamper(t, db, fill(c.do))
			if got := faults(); len(got) == 0 || got[0] != "seal."+c.want {
				t.Errorf("%s: found %v, want %s", name, got, c.want)
			}
			storetest.Tamper(t, db, fill(c.undo))
		}
		if got := faults(); len(got) != 0 {
			t.Errorf("after all was put back: %v", got)
		}
	})
}
