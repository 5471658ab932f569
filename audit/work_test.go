package audit_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// copies adds acts like one there is: of a department, with numbers of a
// series and terms before those of all others.
func copies(t *testing.T, o *audittest.Office, act audit.Act, department, series string, n int) {
	t.Helper()
	list := make([]audit.Act, n)
	for i := range list {
		a := act
		a.ID, a.FindingID, a.DepartmentID = store.NewID(), "", department
		a.Number, a.AnswerDue = fmt.Sprintf("%s-%03d", series, i+1), "2026-01-12"
		a.CreatedAt = act.CreatedAt.Add(-time.Duration(n-i) * time.Minute)
		list[i] = a
	}
	must(t, o.DB.Write(o.System(), func(tx *store.Tx) error {
		tx.Record(store.Change{Action: "test", Kind: "act", ID: "copies"})
		_, err := tx.NewInsert().Model(&list).Exec(context.Background())
		return err
	}))
}

// works lists the titles of the acts that wait for somebody, with the step.
func works(t *testing.T, o *audittest.Office, key string) (out []string) {
	t.Helper()
	items, err := o.Audit.Work(o.Be(key))
	must(t, err)
	for _, w := range items {
		if w.KindKey == "audit.work.kind.act" {
			out = append(out, w.Title+" "+strings.TrimPrefix(w.VerbKey, "audit.work.act."))
		}
	}
	return out
}

// Acts that wait for others, however many and however late, hide none of one's
// own; and of one's own none is left out.
func TestNoActIsLostAmongManyThatWait(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		a := o.Started()
		issued := o.Act(a.ID, "4.4-a", audit.ActIssued)
		copies(t, o, issued, o.Dept("İTŞ"), "ITS", 300)
		effective := o.Act(a.ID, "4.1-a", audit.ActEffective)
		objected := o.Act(a.ID, "4.2-a", audit.ActObjected)
		planned := o.Act(a.ID, "4.3-a", audit.ActPlanned)
		o.Draft(a.ID, "5.1-a")
		draft := i18n.T("az", "audit.act.draft_of", "audit", a.Number)
		for key, want := range map[string][]string{
			"elchin": {issued.Number + " acknowledge"},
			"nigar":  {effective.Number + " close", objected.Number + " resolve"},
			"gunel":  {draft + " issue", objected.Number + " resolve", planned.Number + " approve"},
			"rashad": nil, // leads no audit
			"samir":  nil, // is on the team and does not lead
		} {
			got := works(t, o, key)
			if len(got) != len(want) {
				t.Errorf("%s: %v wait, want %v", key, got, want)
				continue
			}
			for _, w := range want {
				if !slices.Contains(got, w) {
					t.Errorf("%s: %v wait, want %s too", key, got, w)
				}
			}
		}
		its := works(t, o, "vugar")
		if len(its) != 300 || its[0] != "ITS-001 acknowledge" || its[299] != "ITS-300 acknowledge" {
			t.Errorf("%d of 300 acts wait for the head of İTŞ, %v …", len(its), its[:min(3, len(its))])
		}
	})
}
