package summary_test

import (
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/audit/summary"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// TestAnActThatWasReopenedAfterItWorkedWasNotFoundIneffective follows up one act
// that was found not to work and one that was closed as effective and reopened.
func TestAnActThatWasReopenedAfterItWorkedWasNotFoundIneffective(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		s := summary.New(o.Audit, programme.New(o.Audit))
		a := o.Started()
		failed, reopened := o.Act(a.ID, "4.3-a", audit.ActImplemented), o.Act(a.ID, "4.4-a", audit.ActClosed)
		must := func(err error) {
			if err != nil {
				t.Fatal(err)
			}
		}
		must(o.Audit.JudgeEffect(o.Be("samir"), failed.ID, audit.EffectVerdict{Result: "yenə gecikir"}))
		must(o.Audit.ReopenAct(o.Be("nigar"), reopened.ID, "başqa prosesdə təkrarlanıb"))
		f, err := s.FollowUp(o.Be("gunel"), a.Number)
		must(err)
		if len(f.Acts) != 2 {
			t.Fatalf("%d acts", len(f.Acts))
		}
		for _, x := range f.Acts {
			if want := x.ID == failed.ID; x.Failed() != want || x.Judged() != want || x.EffectAt.IsZero() {
				t.Errorf("%s: failed %v, judged %v on %v, verdict %q", x.Number, x.Failed(), x.Judged(), x.EffectAt, x.Verdict)
			}
		}
	})
}
