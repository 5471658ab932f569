package campaign

import (
	"testing"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/policies"
)

func TestWhatWaitsInACampaignWaitsForWhomItConcerns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db, 2, 1)
		a := d.as("a", policies.Assessor)
		c := d.running()
		officer := d.officer("B1")
		waits := func(when string, mine, reply int) {
			t.Helper()
			got, err := d.s.Work(a)
			d.ok(err)
			if len(got) != mine {
				t.Errorf("%s: %d bodies wait for the assessor, not %d", when, len(got), mine)
			}
			of, err := d.s.Work(officer)
			d.ok(err)
			if len(of) != reply {
				t.Errorf("%s: %d opinions wait for the officer, not %d", when, len(of), reply)
			}
			for _, w := range of {
				if w.Due == "" || w.VerbKey != "campaign.work.verb.reply" || w.ID != d.agency("B1") {
					t.Errorf("%s: %+v", when, w)
				}
			}
		}
		waits("running", 2, 0)
		d.scoreAll(c, 9)
		n, err := d.s.DrawSample(d.manager, c.ID)
		d.ok(err)
		var drawn []string
		d.ok(db.Read().NewRaw("SELECT id FROM assessments WHERE sampled").Scan(d.ctx, &drawn))
		if len(drawn) != n {
			t.Fatalf("%d of %d drawn", len(drawn), n)
		}
		for _, id := range drawn {
			d.ok(d.s.ReadAgain(d.as("b", policies.Assessor), id, d.points(9)))
		}
		d.ok(d.s.Conclude(d.manager, c.ID))
		for _, code := range []string{"B1", "B2"} {
			d.ok(d.s.WriteOpinion(a, c.ID, d.agency(code), "Xidmətlər əsasən elektrondur.", "İnteqrasiya tamamlansın."))
		}
		_, err = d.s.SendOpinions(d.manager, c.ID)
		d.ok(err)
		waits("sent", 0, 1)
		d.ok(d.s.Reply(officer, c.ID, d.agency("B1"), false, "Portal ilə inteqrasiya mövcuddur."))
		waits("objected", 0, 0)
		of, err := d.s.Work(d.manager)
		d.ok(err)
		if len(of) != 1 || of[0].VerbKey != "campaign.work.verb.answer" {
			t.Errorf("the objection waits for nobody: %+v", of)
		}
	})
}
