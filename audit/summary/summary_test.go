package summary

import (
	"context"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// TestKeptFiguresEqualCountingAnew makes acts and takes steps at random, over
// the end of a year, and wants after each that the summary made of kept figures
// is the one that counts act by act, for who sees all and for who sees a
// department, and that verifying finds nothing.
func TestKeptFiguresEqualCountingAnew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		seed := uint64(time.Now().UnixNano())
		r := rand.New(rand.NewPCG(seed, 1))
		t.Logf("seed %d", seed)
		o := audittest.New(t, db)
		a := o.Started()
		rows := o.Rows(a.ID)
		s := New(o.Audit, programme.New(o.Audit))
		causes, err := o.Audit.CauseCategories(o.Be("nigar"))
		if err != nil || len(causes) < 3 {
			t.Fatal(len(causes), err)
		}
		clock := storetest.ClockOf(db)
		var acts []string
		// one takes the step with the first act, in any order, that it is open for.
		one := func(step func(id string) error) (err error) {
			for _, i := range r.Perm(len(acts)) {
				if err = step(acts[i]); err == nil {
					return nil
				}
			}
			return err
		}
		moves := []struct {
			name string
			do   func() error
		}{
			{"made", func() error {
				states := audit.ActStates()
				acts = append(acts, o.Act(a.ID, rows[r.IntN(len(rows))].No, states[r.IntN(len(states))]).ID)
				return nil
			}},
			{"complaint", func() error {
				n := audit.NewAct{Origin: audit.OriginRef{Kind: audit.OfComplaint, Label: "Şikayət", ReceivedOn: "2026-06-12"}, DepartmentID: o.Dept([]string{"İTŞ", "SSS"}[r.IntN(2)]),
					Grade: []audit.Grade{audit.Minor, audit.Major}[r.IntN(2)], Clause: []string{"8.2.1", "7.5.3"}[r.IntN(2)], Statement: "Cavab verilməyib.", ObjectiveEvidence: "Məktub"}
				act, err := o.Audit.DraftAct(o.Be("nigar"), n)
				if err == nil {
					acts = append(acts, act.ID)
					err = o.Audit.Issue(o.Be("rashad"), act.ID)
				}
				return err
			}},
			{"acknowledged", func() error { return one(func(id string) error { return o.Audit.Acknowledge(o.Be("elchin"), id) }) }},
			{"objected", func() error {
				return one(func(id string) error { return o.Audit.Object(o.Be("elchin"), id, "razı deyilik") })
			}},
			{"dismissed", func() error {
				return one(func(id string) error { return o.Audit.DismissObjection(o.Be("gunel"), id, "əsas yoxdur") })
			}},
			{"upheld", func() error {
				return one(func(id string) error { return o.Audit.UpholdObjection(o.Be("gunel"), id, "əsaslıdır") })
			}},
			{"reopened", func() error {
				return one(func(id string) error { return o.Audit.ReopenAct(o.Be("nigar"), id, "təkrarlanıb") })
			}},
			{"judged", func() error {
				v := audit.EffectVerdict{Effective: r.IntN(2) == 0, Result: "baxılıb"}
				return one(func(id string) error { return o.Audit.JudgeEffect(o.Be("samir"), id, v) })
			}},
			{"answered", func() error {
				re := audit.Response{Correction: "düzəldilib", CorrectionDay: "2026-06-15", CauseMethod: audit.Ishikawa, RootCause: "təlim yoxdur"}
				for range r.IntN(3) {
					re.Causes = append(re.Causes, audit.Cause{Category: causes[r.IntN(3)].Code, Answer: "təlim yoxdur"})
				}
				if r.IntN(3) == 0 {
					re.CauseMethod, re.Causes = audit.FiveWhy, []audit.Cause{{Question: "Niyə?", Answer: "Məsul yoxdur"}}
				}
				return one(func(id string) error { return o.Audit.SaveResponse(o.Be("elchin"), id, re) })
			}},
		}
		same := func(what, key string, year int) {
			t.Helper()
			ctx := o.Be(key)
			kept, err := s.read(ctx, year, false)
			if err != nil {
				t.Fatal(err)
			}
			anew, err := s.read(ctx, year, true)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(kept, anew) {
				t.Fatalf("after %s, %s reads of %d\nkept  %+v\nanew  %+v", what, key, year, kept, anew)
			}
		}
		taken := map[string]int{}
		for n := range 40 {
			m := moves[r.IntN(len(moves))]
			if n < 4 {
				m = moves[n%2]
			}
			if err := m.do(); err == nil {
				taken[m.name]++
			} else if !apperr.Is(err, apperr.Conflict) && !apperr.Is(err, apperr.Invalid) && !apperr.Is(err, apperr.NotFound) && !apperr.Is(err, apperr.Forbidden) {
				t.Fatal(m.name, err)
			}
			for _, key := range []string{"nigar", "elchin", "vugar"} {
				same(m.name, key, 2026)
				same(m.name, key, 2027)
			}
			if n == 30 { // 2027 in the zone of the office, not yet in UTC
				clock.Set(time.Date(2026, 12, 31, 21, 0, 0, 0, time.UTC))
			}
			clock.Add(time.Duration(1+r.IntN(90)) * time.Minute)
		}
		if len(taken) < 3 {
			t.Errorf("only %v", taken)
		}
		if faults := faultsOf(t, o); len(faults) > 0 {
			t.Errorf("verifying found %v", faults)
		}

		// What the program did not do is found, and a new start in another zone mends it.
		storetest.Tamper(t, db, "UPDATE act_figures SET acts = acts + 1 WHERE dimension = 'origin'")
		if faults := faultsOf(t, o); len(faults) == 0 || faults[0].Key != "audit.verify.figures" {
			t.Errorf("a figure that was changed: %v", faults)
		}
		storetest.Tamper(t, db, "UPDATE act_figures_of SET zone = 'UTC'")
		if err := o.Audit.MakeFigures(context.Background()); err != nil {
			t.Fatal(err)
		}
		if faults := faultsOf(t, o); len(faults) > 0 {
			t.Errorf("made anew: %v", faults)
		}
		same("a new start", "nigar", 2026)
	})
}

func faultsOf(t *testing.T, o *audittest.Office) (out []store.Fault) {
	t.Helper()
	n, err := o.Audit.VerifyFigures(context.Background(), func(f store.Fault) { out = append(out, f) })
	if err != nil || n == 0 {
		t.Fatal(n, err)
	}
	return out
}
