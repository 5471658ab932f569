package kis_test

import (
	"testing"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
)

func TestWorkWaitsForThoseWhoMustDoIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clock := storetest.ClockOf(db)
		clock.SetDay("2026-01-12")
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		count := func(who, kind string) (n, late, awaited int) {
			items, err := o.Work(o.As(t.Context(), who))
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range items {
				switch {
				case w.KindKey != kind:
				case w.Awaited:
					awaited++
				case w.Overdue:
					n, late = n+1, late+1
				default:
					n++
				}
			}
			return
		}
		if n, late, _ := count("aytan", "kis.work.kind.evidence"); n != 20 || late != 0 {
			t.Errorf("phase 1 is due within a month: %d tasks, %d late", n, late)
		}
		sub := o.Hand("aytan", c.ID, "1.1.1")
		if n, _, awaited := count("aytan", "kis.work.kind.evidence"); n != 19 || awaited != 1 {
			t.Errorf("after handing one in: %d to do, %d awaited", n, awaited)
		}
		if n, _, _ := count("nigar", "kis.work.kind.review"); n != 1 {
			t.Errorf("%d to review", n)
		}
		if err := o.Return(o.As(t.Context(), "nigar"), sub.ID, "Möhür yoxdur"); err != nil {
			t.Fatal(err)
		}
		items, err := o.Work(o.As(t.Context(), "aytan"))
		if err != nil || items[0].Quote != "Möhür yoxdur" || items[0].VerbKey != "kis.work.verb.resubmit" || items[0].Href != "/cycles/"+c.ID+"/tasks/1.1.1" {
			t.Errorf("the return: %+v, %v", items[0], err)
		}
		o.AcceptPhase(c.ID, "1")
		if n, _, _ := count("nigar", "kis.work.kind.gate"); n != 1 {
			t.Errorf("%d gates to confirm", n)
		}
		clock.SetDay("2026-03-20")
		if n, late, _ := count("aytan", "kis.work.kind.evidence"); n == 0 || late != n {
			t.Errorf("phase 2 is late: %d of %d", late, n)
		}
		if n, _, _ := count("rauf", "kis.work.kind.evidence"); n != 0 {
			t.Errorf("the administrator has %d", n)
		}
	})
}

func TestWhoHandledEvidence(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		one := o.Hand("aytan", c.ID, "1.1.1")
		o.Hand("tural", c.ID, "3.5.2")
		if err := o.Accept(o.As(t.Context(), "nigar"), one.ID); err != nil {
			t.Fatal(err)
		}
		ask := func(s kis.EvidenceScope) map[string]kis.EvidencePerson {
			list, err := kis.EvidencePeople(t.Context(), db.Read(), s)
			if err != nil {
				t.Fatal(err)
			}
			out := map[string]kis.EvidencePerson{}
			for _, p := range list {
				out[p.UserID] = p
			}
			return out
		}
		all := ask(kis.EvidenceScope{CycleIDs: []string{c.ID}})
		if len(all) != 3 || !all[o.ID("aytan")].Submitted || all[o.ID("aytan")].Reviewed || !all[o.ID("nigar")].Reviewed || !all[o.ID("tural")].Submitted {
			t.Errorf("in the cycle: %+v", all)
		}
		if in := ask(kis.EvidenceScope{CycleIDs: []string{c.ID}, Codes: []string{"1.1", "4"}}); len(in) != 2 {
			t.Errorf("in 1.1: %+v", in)
		}
		if in := ask(kis.EvidenceScope{Departments: []string{o.Dept("İTŞ")}}); len(in) != 1 || !in[o.ID("tural")].Submitted {
			t.Errorf("of İTŞ: %+v", in)
		}
		if in := ask(kis.EvidenceScope{CycleIDs: []string{store.NewID()}}); len(in) != 0 {
			t.Errorf("elsewhere: %+v", in)
		}
	})
}
