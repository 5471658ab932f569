package risk_test

import (
	"slices"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/planning/risk"
)

func TestAnObjectiveIsMeasuredAndDecided(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		b, err := o.Set(o.as("nigar"), o.objective())
		must(t, "set", err)
		if b.Number != "MQ-2026-01" || b.Target != "95.5" {
			t.Fatalf("%+v", b)
		}
		fails(t, "never measured", o.Decide(o.as("nigar"), b.ID, "reach", "Nail olunub"), apperr.Conflict, "risk.objective.error.not_measured")
		for _, v := range []struct {
			on         day.Day
			value, key string
		}{{"2026-05-01", "90", ""}, {"2026-11-01", "95,5", ""}, {"2026-11-02", "çox", "value"}, {"2026-11-20", "96", "measured_on"}, {"2025-11-20", "96", "measured_on"}} {
			err := o.Measure(o.as("elchin"), b.ID, risk.NewValue{MeasuredOn: v.on, Value: v.value})
			if v.key == "" {
				must(t, "measure", err)
			} else {
				fails(t, v.value, err, apperr.Invalid, v.key)
			}
		}
		fails(t, "another department", o.Measure(o.as("vugar"), b.ID, risk.NewValue{MeasuredOn: "2026-11-01", Value: "1"}), apperr.Forbidden, "")
		p, err := o.Objective(o.as("rafael"), b.ID)
		if err != nil || len(p.Values) != 2 || p.Last().Value != "95.5" || !p.Met("95.5") || p.Met("95.4") || len(p.Steps) != 0 {
			t.Fatalf("%v %+v", err, p)
		}
		f, err := o.Figures(o.as("rafael"), "2026-01-01", "2026-12-31", b.CreatedAt.AddDate(-1, 0, 0), b.CreatedAt.AddDate(1, 0, 0))
		if err != nil || f.Running != 1 || f.OnTarget != 1 || f.Decided != 0 {
			t.Errorf("%v %+v", err, f)
		}
		must(t, "decide", o.Decide(o.as("nigar"), b.ID, "reach", "Hədəfə nail olunub"))
		fails(t, "decided", o.Measure(o.as("elchin"), b.ID, risk.NewValue{MeasuredOn: "2026-11-01", Value: "1"}), apperr.Conflict, "error.conflict.state")
		fails(t, "decided", o.Adjust(o.as("nigar"), b.ID, p.Version+1, o.objective()), apperr.Conflict, "")
		if f, err = o.Figures(o.as("rafael"), "2026-01-01", "2026-12-31", b.CreatedAt.AddDate(-1, 0, 0), b.CreatedAt.AddDate(1, 0, 0)); err != nil || f.Reached != 1 || f.Decided != 1 || f.Running != 0 {
			t.Errorf("%v %+v", err, f)
		}
	})
}

func TestFiguresForTheReview(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		works, fails := o.treated(), o.treated()
		must(t, "treat", o.Treat(o.as("elchin"), o.enter().ID, treatment))
		o.enter()
		must(t, "confirm", o.Confirm(o.as("nigar"), works.ID, "İşləyir", risk.Weighing{Likelihood: 1, Impact: 1, ReviewDue: "2027-05-20"}))
		must(t, "refuse", o.Refuse(o.as("nigar"), fails.ID, "İşləmir"))
		at := works.CreatedAt
		f, err := o.Figures(o.as("nigar"), "2026-07-01", "2026-12-31", at.AddDate(0, -5, 0), at.AddDate(0, 2, 0))
		if err != nil || f != (risk.Figures{Open: 4, Heavy: 3, Due: 3, Done: 1, Checked: 2, Effective: 1}) {
			t.Errorf("%v %+v", err, f)
		}
		// Who reads only the own department gives no figures of the office.
		if f, err := o.Figures(o.as("elchin"), "2026-07-01", "2026-12-31", at, at); err != nil || f != (risk.Figures{}) {
			t.Errorf("%v %+v", err, f)
		}
		ranks, err := o.Ranks(o.System())
		if err != nil || len(ranks) != 1 || ranks[o.Dept("SSS")] != 3 {
			t.Errorf("%v %v", err, ranks)
		}
	})
}

func TestVerifyNamesWhatWasChangedPastTheProgram(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		r := o.treated()
		verify := func() (keys []string) {
			_, err := o.VerifySeals(o.System(), func(f store.Fault) {
				if !f.Note {
					keys = append(keys, f.Key)
				}
			})
			must(t, "verify", err)
			return keys
		}
		if keys := verify(); len(keys) != 0 {
			t.Fatalf("untouched: %v", keys)
		}
		storetest.Tamper(t, db, "UPDATE risks SET treatment = 'x' WHERE id = ?", r.ID)
		if keys := verify(); !slices.Contains(keys, "verify.seal.part.state") {
			t.Errorf("%v", keys)
		}
		if _, err := db.Read().ExecContext(t.Context(), "UPDATE risk_assessments SET note = 'x'"); err == nil {
			t.Error("an assessment was changed")
		}
	})
}
