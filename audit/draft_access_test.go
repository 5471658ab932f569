package audit_test

import (
	"encoding/base64"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// TestADraftActIsForTheTeamAndTheQualityManager looks for a draft, one that
// was given up and an issued act with the eyes of each: on their pages, in the
// register, among the findings of the audit and among the recommendations.
func TestADraftActIsForTheTeamAndTheQualityManager(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		a := o.Started()
		draft, discarded, issued := o.Draft(a.ID, "4.4-a"), o.Act(a.ID, "4.3-a", audit.ActWithdrawn), o.Act(a.ID, "4.3-b", audit.ActIssued)
		for who, sees := range map[string]bool{"gunel": true, "samir": true, "nigar": true, // lead, team, quality manager
			"rashad": false, "farida": false, "rafael": false, "elchin": false, "aytan": false} { // other auditors, management, the department
			ctx := o.Be(who)
			for _, act := range []audit.Act{draft, discarded} {
				if _, err := o.Audit.Act(ctx, act.ID); (err == nil) != sees || (err != nil && !apperr.Is(err, apperr.NotFound)) {
					t.Errorf("%s opens the %s act: %v, want seen %v", who, act.State, err, sees)
				}
			}
			list, err := o.Audit.Acts(ctx, audit.ActFilter{})
			must(t, err)
			if want := map[bool]int{true: 3, false: 1}[sees]; len(list.Items) != want || list.Total != want {
				t.Errorf("%s: %d acts in the register, %d counted, want %d", who, len(list.Items), list.Total, want)
			}
			found, err := o.Audit.Recommendations(ctx)
			must(t, err)
			if want := map[bool]int{true: 2, false: 1}[sees]; len(found) != want {
				t.Errorf("%s: %d recommendations, want %d", who, len(found), want)
			}
			v, err := o.Audit.Audit(ctx, a.ID)
			must(t, err)
			for _, f := range v.Findings {
				switch {
				case f.ActNumber == issued.Number && f.ActID == "":
					t.Errorf("%s: no way from a finding to its issued act", who)
				case f.ActNumber == "" && ((f.ActID != "") != sees || (f.ActState != "") != sees):
					t.Errorf("%s: a finding says of its draft %q %q", who, f.ActID, f.ActState)
				}
			}
		}
	})
}

// TestAListStartsAnewFromAPlaceThatIsNone asks for pages after places that a
// person could type.
func TestAListStartsAnewFromAPlaceThatIsNone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		a := o.Started()
		o.Act(a.ID, "4.4-a", audit.ActIssued)
		place := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
		for _, after := range []string{"x", "%", place("|"), place("2026-01-01T00:00:00Z|x"), place("0000-01-01T00:00:00Z|" + a.ID), place("yesterday|" + a.ID),
			place("9999-12-31T23:59:59-23:00|" + a.ID), place("\xff|" + a.ID)} {
			acts, err := o.Audit.Acts(o.Be("gunel"), audit.ActFilter{After: after})
			if err != nil || len(acts.Items) != 1 {
				t.Errorf("acts after %q: %d, %v", after, len(acts.Items), err)
			}
			if _, err := o.Audit.Audits(o.Be("gunel"), audit.AuditFilter{After: after}); err != nil {
				t.Errorf("audits after %q: %v", after, err)
			}
		}
		if audits, err := o.Audit.Audits(o.Be("gunel"), audit.AuditFilter{After: "x"}); err != nil || len(audits.Items) != 1 {
			t.Errorf("audits: %d, %v", len(audits.Items), err)
		}
	})
}
