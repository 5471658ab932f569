package amendment_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/amendment"
	"github.com/kis-platform/kis/planning/planningtest"
)

// An amendment that takes an item out of its plan, a new name of a department or
// of a person: what was signed goes on to say what it said, a draft says how it
// is.
func TestASignedReviewKeepsTheOpenDecisionsItShowed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		signed := func(from, to day.Day) planning.ReviewDossier {
			f := o.ReviewFields()
			f.From, f.To = from, to
			r, err := o.OpenReview(o.By("nigar"), f)
			o.Must(err)
			if from == "2026-01-01" {
				_, err := o.AddDecision(o.By("nigar"), r.ID, planning.NewDecision{Kind: planning.Change, Text: "Şablonları yeniləmək", OwnerID: o.ID("nigar"), Due: "2026-11-20"})
				o.Must(err)
			}
			o.Must(o.PrepareReview(o.By("nigar"), r.ID, planning.Verdict{Suitable: true, Conclusion: "KİS yararlıdır"}))
			o.Must(o.SignReview(o.By("rafael"), r.ID, planning.Signature{Number: r.Number, Confirmed: true}))
			return o.Dossier(r.ID)
		}
		first := signed("2026-01-01", "2026-03-31")
		o.Draft(2026)
		f := o.Fields(2026)
		f.ResponsibleID, f.CoExecutors, f.Text = o.Dept("KİEMŞ"), nil, ""
		item, err := o.AddDecisionToPlan(o.By("nigar"), first.DecisionList[0].ID, "2026", f)
		o.Must(err)
		o.Must(o.SendPlan(o.By("nigar"), "2026"))
		page := o.AgreeAll(2026)
		o.Must(o.ApprovePlan(o.By("rafael"), "2026", planning.Approval{Revision: page.Revision, Confirmed: true}))
		o.Must(o.StartPlan(o.By("nigar"), "2026"))
		o.Clock.Add(time.Minute)
		second := signed("2026-04-01", "2026-06-30")
		if d := second.OpenBefore; len(d) != 1 || d[0].ItemID != item || d[0].State != planning.NotStarted || d[0].Plan != "2026" || !d[0].Late || d[0].Owner != "Nigar Əliyeva" {
			t.Fatalf("signed: %+v", d)
		}
		draft, err := o.OpenReview(o.By("nigar"), o.ReviewFields())
		o.Must(err)

		amend := amendment.New(o.Service)
		m, err := amend.Open(o.By("nigar"), "2026", "Büdcə ixtisarı")
		o.Must(err)
		o.Must(amend.Remove(o.By("nigar"), m.ID, item))
		o.Must(amend.Propose(o.By("nigar"), m.ID))
		m, err = amend.Amendment(o.By("rafael"), "2026", m.ID)
		o.Must(err)
		o.Must(amend.Approve(o.By("rafael"), m.ID, m.Version, true))
		storetest.Tamper(t, db, "UPDATE users SET name = 'Nigar Həsənova' WHERE name = 'Nigar Əliyeva'")
		if now := o.Dossier(second.ID).OpenBefore; !reflect.DeepEqual(now, second.OpenBefore) {
			t.Errorf("the signed review says\n%+v, it said\n%+v", now, second.OpenBefore)
		}
		if now := o.Dossier(draft.ID).OpenBefore; len(now) != 1 || now[0].ItemID != "" || now[0].Owner != "Nigar Həsənova" {
			t.Errorf("the draft: %+v", now)
		}
		for _, q := range []string{"UPDATE review_open_decisions SET late = NOT late", "DELETE FROM review_open_decisions", "INSERT INTO review_open_decisions SELECT review_id, 9, decision_id, owner, department, department_az, department_en, late, state, plan, item_id, item_no FROM review_open_decisions"} {
			err := db.Write(o.System(), func(tx *store.Tx) error {
				tx.Record(store.Change{Action: "test", Kind: "test", ID: "1"})
				_, err := tx.Exec(q)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "signed") {
				t.Errorf("%s: %v", q, err)
			}
		}
	})
}
