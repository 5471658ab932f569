package audit_test

import (
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

func complaint(o *audittest.Office) audit.NewAct {
	return audit.NewAct{Origin: audit.OriginRef{Kind: audit.OfComplaint, Label: "Şikayət, 12.06.2026, 14 nömrəli", ReceivedOn: "2026-06-12"},
		DepartmentID: o.Dept("SSS"), Grade: audit.Minor, Clause: "8.2.1", Statement: "Sorğuya müddətində cavab verilməyib.", ObjectiveEvidence: "Daxil olan məktub № 14"}
}

func TestAnActFromElsewhereIsDraftedIssuedAndLivesLikeOneOfAnAudit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		s := o.Audit
		a, err := s.DraftAct(o.Be("nigar"), complaint(o))
		must(t, err)
		// Any lead auditor may issue it; another department does not see the draft.
		for _, key := range []string{"aytan", "elchin", "vugar"} {
			if _, err := s.Act(o.Be(key), a.ID); !apperr.Is(err, apperr.NotFound) {
				t.Errorf("%s sees the draft: %v", key, err)
			}
		}
		if got := works(t, o, "rashad"); len(got) != 1 || got[0] != "Akt layihəsi: şikayət issue" {
			t.Errorf("a lead auditor is told of %q", got)
		}
		if err := s.Issue(o.Be("nigar"), a.ID); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("the quality manager issued an act: %v", err)
		}
		must(t, s.Issue(o.Be("rashad"), a.ID))
		v := o.View(a.ID)
		if v.Number == "" || v.Origin != audit.OfComplaint || v.LeadID != o.ID("rashad") || v.State != audit.ActIssued {
			t.Fatalf("issued act: %+v", v.Act)
		}
		must(t, s.Acknowledge(o.Be("elchin"), a.ID))

		// The same thing is the origin of one act only.
		sub := evidence(t, o, "aytan", "4.3.1")
		n := complaint(o)
		n.Origin = audit.OriginRef{Kind: audit.OfEvidence, ID: sub, Label: "Təhvil siyahısı"}
		first, err := s.DraftAct(o.Be("samir"), n)
		must(t, err)
		if e := o.View(first.ID).Evidence; len(e) != 1 || e[0].ID != sub {
			t.Errorf("the returned submission is not the act's evidence: %+v", e)
		}
		if _, err := s.DraftAct(o.Be("samir"), n); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("two acts on one submission: %v", err)
		}
		found, err := s.ActsOfOrigin(o.Be("nigar"), audit.OfEvidence, []string{sub, store.NewID()})
		must(t, err)
		if len(found) != 1 || found[sub].ID != first.ID {
			t.Errorf("acts of the submission: %v", found)
		}
		must(t, s.Discard(o.Be("gunel"), first.ID, "səhvən"))
		if _, err := s.DraftAct(o.Be("samir"), n); err != nil {
			t.Errorf("after the first was discarded: %v", err)
		}
	})
}

func TestAnActFromElsewhereIsRefusedByField(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		for field, change := range map[string]func(*audit.NewAct){
			"origin":       func(n *audit.NewAct) { n.Origin.Kind = audit.OfFinding },
			"origin_id":    func(n *audit.NewAct) { n.Origin.Kind = audit.OfRating },
			"origin_label": func(n *audit.NewAct) { n.Origin.Label = "" },
			"department":   func(n *audit.NewAct) { n.DepartmentID = store.NewID() },
			"clause":       func(n *audit.NewAct) { n.Clause = "99.9" },
			"gsbpm":        func(n *audit.NewAct) { n.GSBPM = "9.9" },
			"grade":        func(n *audit.NewAct) { n.Grade = audit.Observation },
			"cycle":        func(n *audit.NewAct) { n.CycleID = store.NewID() },
			"lead":         func(n *audit.NewAct) { n.LeadID = o.ID("samir") },
			"evidence":     func(n *audit.NewAct) { n.Evidence = []string{store.NewID()} },
			"repeat_of":    func(n *audit.NewAct) { n.RepeatOf = store.NewID() },
			"statement":    func(n *audit.NewAct) { n.Statement = "a\x00b" },
		} {
			n := complaint(o)
			change(&n)
			_, err := o.Audit.DraftAct(o.Be("nigar"), n)
			e := apperr.As(err)
			if e == nil || e.Kind != apperr.Invalid || len(e.Fields) == 0 || e.Fields[0].Name != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		for _, key := range []string{"aytan", "elchin", "rafael", "rauf"} {
			if _, err := o.Audit.DraftAct(o.Be(key), complaint(o)); !apperr.Is(err, apperr.Forbidden) {
				t.Errorf("%s drafted an act: %v", key, err)
			}
		}
	})
}
