package amendment_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/amendment"
	"github.com/kis-platform/kis/planning/planningtest"
)

type office struct {
	*planningtest.Office
	amend *amendment.Service
	t     *testing.T
}

func newOffice(t *testing.T, db *store.DB) *office {
	o := planningtest.New(t, db)
	o.Running(2026)
	return &office{o, amendment.New(o.Service), t}
}

func (o *office) open() amendment.Amendment {
	o.t.Helper()
	m, err := o.amend.Open(o.By("nigar"), "2026", "Büdcə ixtisarı")
	o.Must(err)
	return m
}

func (o *office) get(id string) amendment.Amendment {
	o.t.Helper()
	m, err := o.amend.Amendment(o.By("rafael"), "2026", id)
	o.Must(err)
	return m
}

func want(t *testing.T, err error, kind apperr.Kind) {
	t.Helper()
	if !apperr.Is(err, kind) {
		t.Errorf("%v, want %v", err, kind)
	}
}

func TestAnApprovedPlanChangesByNumberedAmendments(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		nigar, rafael := o.By("nigar"), o.By("rafael")
		_, err := o.amend.Open(nigar, "2026", "")
		want(t, err, apperr.Invalid)
		_, err = o.amend.Open(o.By("elchin"), "2026", "Büdcə ixtisarı")
		want(t, err, apperr.Forbidden)
		m := o.open()
		_, err = o.amend.Open(nigar, "2026", "Başqa səbəb")
		want(t, err, apperr.Conflict)
		want(t, o.amend.Propose(nigar, m.ID), apperr.Conflict) // nothing in it

		items := o.Page(2026).Items
		f := o.Fields(2026)
		want(t, o.amend.Reword(nigar, m.ID, items[1].ID, f), apperr.Conflict) // says that already
		f.Due = "2027-03-31"
		want(t, o.amend.Reword(nigar, m.ID, items[1].ID, f), apperr.Invalid)
		f.Due, f.CoExecutors = "2026-12-15", []string{o.Dept("BƏŞ")}
		o.Must(o.amend.Reword(nigar, m.ID, items[1].ID, f))
		o.Must(o.amend.Remove(nigar, m.ID, items[0].ID))
		added := o.Fields(2026)
		added.Text = "Yeni uçot forması hazırlamaq"
		o.Must(o.amend.Add(nigar, m.ID, added))
		if now := o.Page(2026); len(now.Items) != 2 || now.Items[1].Due != "2026-09-30" {
			t.Fatalf("a draft changes the plan: %+v", now.Items)
		}
		o.Must(o.amend.Propose(nigar, m.ID))
		want(t, o.amend.Reword(nigar, m.ID, items[1].ID, f), apperr.Conflict)
		m = o.get(m.ID)
		want(t, o.amend.Approve(nigar, m.ID, m.Version, true), apperr.Forbidden)
		want(t, o.amend.Approve(rafael, m.ID, m.Version, false), apperr.Invalid)
		want(t, o.amend.Approve(rafael, m.ID, m.Version-1, true), apperr.Conflict)
		work, err := o.amend.Work(rafael)
		if err != nil || len(work) != 1 || !strings.Contains(work[0].Title, "2026, № 1") {
			t.Errorf("management has to decide: %+v %v", work, err)
		}
		o.Must(o.amend.Approve(rafael, m.ID, m.Version, true))
		now := o.Page(2026)
		if len(now.Items) != 2 || now.Items[0].No != 2 || now.Items[0].Due != "2026-12-15" || now.Items[0].CoExecutors[0].Code != "BƏŞ" || now.Items[1].No != 3 || now.Items[1].Text != added.Text {
			t.Errorf("after approval: %+v", now.Items)
		}
		m = o.get(m.ID)
		if m.No != 1 || m.State != amendment.Approved || m.DecidedName != "Rafael İbrahimov" || m.Reason != "Büdcə ixtisarı" || len(m.Changes) != 3 {
			t.Fatalf("%+v", m)
		}
		if c := m.Changes[0]; c.Was.Due != "2026-09-30" || c.Will.Due != "2026-12-15" || c.Was.With != "İTŞ" || c.Will.With != "BƏŞ" || c.ItemNo != 2 {
			t.Errorf("before and after: %+v", c)
		}
		if c := m.Changes[1]; c.Kind != amendment.Remove || c.Was.Text != "Şablon reyestrini aparmaq" {
			t.Errorf("taken out: %+v", c)
		}
		if c := m.Changes[2]; c.Kind != amendment.Add || c.ItemNo != 3 {
			t.Errorf("added: %+v", c)
		}
		// Locked again, past the program too.
		for _, q := range []string{"UPDATE plan_items SET text = 'x'", "DELETE FROM plan_items", "UPDATE plan_amendments SET reason = 'x'", "DELETE FROM plan_amendments", "UPDATE plan_amendment_changes SET after = 'x'", "DELETE FROM plan_item_departments"} {
			err := o.Service.DB.Write(o.System(), func(tx *store.Tx) error {
				tx.Record(store.Change{Action: "test", Kind: "test", ID: "1"})
				_, err := tx.Exec(q)
				return err
			})
			if err == nil || !(strings.Contains(err.Error(), "approved") || strings.Contains(err.Error(), "never deleted") || strings.Contains(err.Error(), "append-only")) {
				t.Errorf("%s: %v", q, err)
			}
		}
		n := 0
		if _, err := o.VerifySeals(o.System(), func(f store.Fault) { n++; t.Errorf("%+v", f) }); err != nil || n > 0 {
			t.Errorf("seals: %v", err)
		}
		if two := o.open(); two.No != 2 {
			t.Errorf("the next amendment is number %d", two.No)
		}
	})
}

func TestAnItemThatWasReportedOnIsNotTakenOut(t *testing.T) {
	o := newOffice(t, storetest.Open(t))
	m := o.open()
	it := o.Page(2026).Items[1]
	o.Must(o.amend.Remove(o.By("nigar"), m.ID, it.ID))
	o.Must(o.amend.Propose(o.By("nigar"), m.ID))
	o.Must(o.ReportItem(o.By("aytan"), it.ID, planning.NewReport{State: planning.InProgress, Narrative: "işə başlanılıb"}))
	m = o.get(m.ID)
	want(t, o.amend.Approve(o.By("rafael"), m.ID, m.Version, true), apperr.Conflict)
	if got := o.get(m.ID); got.State != amendment.Proposed || len(o.Page(2026).Items) != 2 {
		t.Errorf("half done: %s, %d items", got.State, len(o.Page(2026).Items))
	}
	want(t, o.amend.Reject(o.By("rafael"), m.ID, ""), apperr.Invalid)
	o.Must(o.amend.Reject(o.By("rafael"), m.ID, "bəndə artıq başlanılıb"))
	want(t, o.amend.Recall(o.By("nigar"), m.ID), apperr.Conflict)
	if got := o.get(m.ID); got.State != amendment.Rejected || got.Note != "bəndə artıq başlanılıb" {
		t.Errorf("%+v", got)
	}
}

// TestAnAmendmentIsApprovedWhileAnotherRecallsIt: one wins, the other is told.
func TestAnAmendmentIsApprovedWhileAnotherRecallsIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		m := o.open()
		f := o.Fields(2026)
		f.Indicator = "7,4% → ≤ 6,0%"
		o.Must(o.amend.Reword(o.By("nigar"), m.ID, o.Page(2026).Items[1].ID, f))
		o.Must(o.amend.Propose(o.By("nigar"), m.ID))
		m = o.get(m.ID)
		nigar, rafael := o.By("nigar"), o.By("rafael")
		errs := make([]error, 2)
		var wg sync.WaitGroup
		wg.Go(func() { errs[0] = o.amend.Approve(rafael, m.ID, m.Version, true) })
		wg.Go(func() { errs[1] = o.amend.Recall(nigar, m.ID) })
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("one must win: %v, %v", errs[0], errs[1])
		}
		changed := o.Page(2026).Items[1].Indicator == f.Indicator
		if changed != (errs[0] == nil) || (!apperr.Is(errs[0], apperr.Conflict) && !apperr.Is(errs[1], apperr.Conflict)) {
			t.Errorf("changed %t with %v, %v", changed, errs[0], errs[1])
		}
	})
}
