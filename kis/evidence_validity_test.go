package kis_test

import (
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
)

func TestEvidenceIsValidForATime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clock := storetest.ClockOf(db)
		clock.SetDay("2026-06-15")
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		nigar, aytan := o.As(t.Context(), "nigar"), o.As(t.Context(), "aytan")
		rule := func(code, months string) error {
			return o.SetValidityRule(nigar, c.Process.ID, kis.NewValidityRule{Code: code, Months: months})
		}
		for code, months := range map[string]string{"": "12", "1.1": "6"} {
			if err := rule(code, months); err != nil {
				t.Fatal(err)
			}
		}
		for what, err := range map[string]error{"no number": rule("1", "x"), "too long": rule("1", "241"), "below 0": rule("1", "-1"), "no code": rule("a.b", "3")} {
			if !apperr.Is(err, apperr.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := o.SetValidityRule(aytan, c.Process.ID, kis.NewValidityRule{Months: "1"}); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("an employee sets a rule: %v", err)
		}
		if err := o.SetValidityRule(nigar, store.NewID(), kis.NewValidityRule{Months: "1"}); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("a process that is none: %v", err)
		}
		hand := func(code string, from, until day.Day) kis.Submission {
			t.Helper()
			in := o.NewEvidence("aytan", c.ID, code)
			in.EffectiveDay, in.ValidUntil = from, until
			sub, err := o.Submit(aytan, in)
			if err == nil {
				err = o.Accept(nigar, sub.ID)
			}
			if err != nil {
				t.Fatal(err)
			}
			return sub
		}
		gone := hand("1.1.1", "2025-12-10", "") // six months: 10.06.2026
		soon := hand("1.1.3", "2026-01-10", "") // 10.07.2026
		long := hand("1.2.1", "2026-05-10", "") // twelve: 10.05.2027
		own := hand("1.1.4", "2025-01-10", "2026-06-20")
		if gone.ValidUntil != "2026-06-10" || soon.ValidUntil != "2026-07-10" || long.ValidUntil != "2027-05-10" || own.ValidUntil != "2026-06-20" || own.Validity != kis.ValidityOwn {
			t.Fatalf("last days %s %s %s %s", gone.ValidUntil, soon.ValidUntil, long.ValidUntil, own.ValidUntil)
		}
		bad := o.NewEvidence("aytan", c.ID, "1.2.2")
		bad.ValidUntil, bad.EffectiveDay = "2026-01-01", "2026-02-01"
		if _, err := o.Submit(aytan, bad); !apperr.Is(err, apperr.Invalid) || apperr.As(err).Fields[0].Name != "valid_until" {
			t.Errorf("a last day before the document: %v", err)
		}
		library := func(f kis.EvidenceFilter) string {
			t.Helper()
			page, err := o.Evidence(nigar, f)
			if err != nil || page.Total != len(page.Rows) {
				t.Fatalf("%d of %d, %v", len(page.Rows), page.Total, err)
			}
			var codes []string
			for _, r := range page.Rows {
				codes = append([]string{r.TaskCode + string(r.Freshness(o.Today()))}, codes...)
			}
			return strings.Join(codes, " ")
		}
		if got := library(kis.EvidenceFilter{Fresh: kis.Expired}); got != "1.1.1expired" {
			t.Errorf("expired: %s", got)
		}
		if got := library(kis.EvidenceFilter{Fresh: kis.Expiring}); got != "1.1.3expiring 1.1.4expiring" {
			t.Errorf("expiring: %s", got)
		}
		if got := library(kis.EvidenceFilter{Before: "2026-01-01"}); got != "1.1.1expired 1.1.4expiring" {
			t.Errorf("not refreshed since: %s", got)
		}
		g, err := o.Grid(nigar, c.ID, kis.GridFilter{Phase: "1"})
		if err != nil {
			t.Fatal(err)
		}
		for _, sub := range g.Phases[0].Subs {
			for _, task := range sub.Tasks {
				want := map[string]kis.Freshness{"1.1.1": kis.Expired, "1.1.3": kis.Expiring, "1.1.4": kis.Expiring}[task.Code]
				if task.Freshness != want {
					t.Errorf("map: %s is %q, want %q", task.Code, task.Freshness, want)
				}
			}
		}
		renew := func() string {
			t.Helper()
			items, err := o.Work(aytan)
			if err != nil {
				t.Fatal(err)
			}
			var out []string
			for _, w := range items {
				if w.VerbKey == "kis.work.verb.renew" {
					late := ""
					if w.Overdue {
						late = "!"
					}
					out = append(out, w.Title[:5]+late)
				}
			}
			return strings.Join(out, " ")
		}
		if got := renew(); got != "1.1.1! 1.1.4 1.1.3" {
			t.Errorf("work: %s", got)
		}
		noFaults(t, o)
		// A newer version in review takes it off the list of work; the day alone brings others on it.
		next := o.NewEvidence("aytan", c.ID, "1.1.1")
		if _, err := o.Submit(aytan, next); err != nil {
			t.Fatal(err)
		}
		clock.SetDay("2026-07-11")
		if got := renew(); got != "1.1.4! 1.1.3!" {
			t.Errorf("work on 11.07.2026: %s", got)
		}
		// Another rule moves what follows rules, and only that.
		if err := rule("1.1", ""); err != nil {
			t.Fatal(err)
		}
		if err := rule("1.2", "0"); err != nil {
			t.Fatal(err)
		}
		if err := rule("1.2", "0"); err != nil { // the same again is no change
			t.Fatal(err)
		}
		until := map[string]day.Day{gone.ID: "2026-12-10", soon.ID: "2027-01-10", long.ID: "", own.ID: "2026-06-20"}
		for id, want := range until {
			page, err := o.Submission(nigar, id)
			if err != nil || page.ValidUntil != want {
				t.Errorf("%s is valid until %q, want %q, %v", page.TaskCode, page.ValidUntil, want, err)
			}
		}
		events, err := o.Trail(o.System(), office.TrailFilter{Action: kis.TrailValidity})
		if err != nil || len(events.Events) != 4 {
			t.Errorf("%d entries, %v", len(events.Events), err)
		}
		noFaults(t, o)
	})
}
