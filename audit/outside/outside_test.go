package outside_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/audit/outside"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
)

// office has a reported audit with an act, and an evidence of each class.
type office struct {
	*audittest.Office
	t     *testing.T
	s     *outside.Service
	audit audit.Audit
	act   audit.Act
}

func open(t *testing.T, db *store.DB) office {
	o := audittest.New(t, db)
	a := o.Started()
	return office{o, t, outside.New(o.Audit), a, o.Act(a.ID, "4.4-a", audit.ActIssued)}
}

func (o office) link(n outside.NewLink) string {
	o.t.Helper()
	if n.Name == "" {
		n.Name, n.Organisation, n.Reason = "Anar Vəliyev", "SGS", "Yoxlama və nəzarət auditi"
	}
	if n.LastDay == "" {
		n.LastDay = o.KIS().Today().Add(7)
	}
	if n.MaxUses == 0 {
		n.MaxUses = 2
	}
	_, secret, err := o.s.Invite(o.Be("nigar"), n)
	if err != nil {
		o.t.Fatal(err)
	}
	return secret
}

// KIS is the spine.
func (o office) KIS() *kis.Service { return o.Service }

func (o office) visit(secret string) outside.Visit {
	o.t.Helper()
	v, _, err := o.s.Open(context.Background(), secret, "10.0.0.9")
	if err != nil {
		o.t.Fatal(err)
	}
	out, err := o.s.Visit(context.Background(), v)
	if err != nil {
		o.t.Fatal(err)
	}
	return out
}

func TestALinkOpensOneThingAndLeavesATrail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		ctx := context.Background()
		v := o.visit(o.link(outside.NewLink{Scope: outside.OfAudit, Object: o.audit.ID}))
		h, err := o.s.Home(ctx, v)
		if err != nil || h.Audit == nil || h.Audit.Number != o.audit.Number {
			t.Fatalf("the audit: %v", err)
		}
		if len(h.Audit.Checklist) != 0 {
			t.Error("the checklist of an audit that is not reported is open")
		}
		for _, f := range h.Audit.Findings {
			if !f.State.Shown() {
				t.Errorf("finding %d in state %s is open", f.No, f.State)
			}
		}
		if a, err := o.s.Act(ctx, v, o.act.ID); err != nil || a.Number != o.act.Number || len(a.Steps) != 0 {
			t.Errorf("the act: %v, steps %v", err, a.Steps)
		}
		for name, err := range map[string]error{
			"a cycle":       second(o.s.Grid(ctx, v, o.Cycle.ID)),
			"a task":        second(o.s.Task(ctx, v, o.Cycle.ID, "1.1.1")),
			"an act id":     second(o.s.Act(ctx, v, store.NewID())),
			"an id of none": second(o.s.Act(ctx, v, "x")),
			"evidence":      second(o.s.Evidence(ctx, v, store.NewID())),
		} {
			if !apperr.Is(err, apperr.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		var open, look int
		must(t, db.Read().NewRaw("SELECT (SELECT COUNT(*) FROM trail WHERE action = 'audit:observer:open'), (SELECT COUNT(*) FROM trail WHERE action = 'audit:observer:look')").Scan(ctx, &open, &look))
		if open != 1 || look != 2 {
			t.Errorf("%d openings and %d looks in the trail, want 1 and 2", open, look)
		}
		// A link to a cycle opens the cycle, no audit and no act.
		v = o.visit(o.link(outside.NewLink{Scope: outside.OfCycle, Object: o.Cycle.ID}))
		if g, err := o.s.Grid(ctx, v, o.Cycle.ID); err != nil || g.Cycle.ID != o.Cycle.ID {
			t.Errorf("the cycle: %v", err)
		}
		if err := second(o.s.Act(ctx, v, o.act.ID)); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("an act by a link to a cycle: %v", err)
		}
		if h, err := o.s.Home(ctx, v); err != nil || h.Audit != nil || len(h.Cycles) != 1 {
			t.Errorf("home of a cycle: %+v, %v", h, err)
		}
		// A link to a process opens its cycles.
		v = o.visit(o.link(outside.NewLink{Scope: outside.OfProcess, Object: o.Cycle.Process.ID}))
		if err := second(o.s.Grid(ctx, v, o.Cycle.ID)); err != nil {
			t.Errorf("a cycle of the process: %v", err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestConfidentialEvidenceOpensOnlyWhenTheLinkSaysSo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		ctx := context.Background()
		ids := map[kis.EvidenceClass]string{}
		for code, class := range map[string]kis.EvidenceClass{"1.1.1": kis.ClassInternal, "1.2.1": kis.ClassConfidential} {
			n := o.NewEvidence("aytan", o.Cycle.ID, code)
			n.Class = class
			sub, err := o.Submit(o.Be("aytan"), n)
			must(t, err)
			ids[class] = sub.ID
		}
		for _, scope := range []outside.NewLink{{Scope: outside.OfCycle, Object: o.Cycle.ID}, {Scope: outside.OfProcess, Object: o.Cycle.Process.ID}} {
			v := o.visit(o.link(scope))
			if err := second(o.s.Evidence(ctx, v, ids[kis.ClassInternal])); err != nil {
				t.Errorf("%s, internal: %v", scope.Scope, err)
			}
			if err := second(o.s.Evidence(ctx, v, ids[kis.ClassConfidential])); !apperr.Is(err, apperr.NotFound) {
				t.Errorf("%s, confidential without the word: %v", scope.Scope, err)
			}
			scope.Confidential = true
			v = o.visit(o.link(scope))
			if err := second(o.s.Evidence(ctx, v, ids[kis.ClassConfidential])); err != nil {
				t.Errorf("%s, confidential with the word: %v", scope.Scope, err)
			}
		}
		// Who does not see all of it opens it to nobody.
		_, _, err := o.s.Invite(o.Be("gunel"), outside.NewLink{Scope: outside.OfCycle, Object: o.Cycle.ID, Name: "Anar Vəliyev", Organisation: "SGS", Reason: "yoxlama", Confidential: true,
			LastDay: o.KIS().Today(), MaxUses: 1})
		if !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), "confidential") {
			t.Errorf("the lead auditor opened confidential evidence: %v", err)
		}
	})
}

func TestALinkThatDoesNotOpenSaysWhy(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		ctx := context.Background()
		clock := storetest.ClockOf(db)
		refused := func(name, want string, err error) {
			t.Helper()
			if got := outside.WhyRefused(err); got != want {
				t.Errorf("%s: %q, want %q (%v)", name, got, want, err)
			}
		}
		refused("unknown", "unknown", second(o.s.Find(ctx, "no-such-link")))
		used := o.link(outside.NewLink{Scope: outside.OfAudit, Object: o.audit.ID, MaxUses: 1})
		// Two at once open the one use: one of them.
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i := range errs {
			wg.Add(1)
			go func() {
				defer wg.Done()
				_, _, errs[i] = o.s.Open(ctx, used, "10.0.0.1")
			}()
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("two at once: %v, %v", errs[0], errs[1])
		}
		refused("used up", "used", second(o.s.Find(ctx, used)))

		revoked := o.link(outside.NewLink{Scope: outside.OfAudit, Object: o.audit.ID})
		secret, _, err := o.s.Open(ctx, revoked, "")
		must(t, err)
		list, err := o.s.Links(o.Be("gunel"))
		must(t, err)
		must(t, o.s.Revoke(o.Be("gunel"), list[0].ID, "Audit başa çatıb"))
		refused("revoked", "revoked", second(o.s.Find(ctx, revoked)))
		refused("a visit by a revoked link", "revoked", second(o.s.Visit(ctx, secret)))
		if err := o.s.Revoke(o.Be("gunel"), list[0].ID, "Audit başa çatıb"); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("revoked twice: %v", err)
		}

		visit := o.link(outside.NewLink{Scope: outside.OfAudit, Object: o.audit.ID})
		secret, _, err = o.s.Open(ctx, visit, "")
		must(t, err)
		clock.Add((outside.MaxHours + 1) * time.Hour)
		refused("after the hours", "ended", second(o.s.Visit(ctx, secret)))
		secret, _, err = o.s.Open(ctx, visit, "")
		must(t, err)
		must(t, o.s.Leave(ctx, secret))
		refused("left", "ended", second(o.s.Visit(ctx, secret)))
		late := o.link(outside.NewLink{Scope: outside.OfAudit, Object: o.audit.ID, LastDay: o.KIS().Today()})
		clock.Add(48 * time.Hour)
		refused("expired", "expired", second(o.s.Find(ctx, late)))

		var kept int
		must(t, db.Read().NewRaw("SELECT (SELECT COUNT(*) FROM observer_links WHERE token_hash IN (?, ?)) + (SELECT COUNT(*) FROM trail WHERE body LIKE ? OR body LIKE ?)",
			used, late, "%"+used+"%", "%"+late+"%").Scan(ctx, &kept))
		if kept != 0 {
			t.Error("the text of a link is kept")
		}
	})
}

func TestALinkThatCannotBeIsRefusedByField(t *testing.T) {
	o := open(t, storetest.Open(t))
	today := o.KIS().Today()
	good := outside.NewLink{Scope: outside.OfAudit, Object: o.audit.ID, Name: "Anar Vəliyev", Organisation: "SGS", Reason: "nəzarət auditi", LastDay: today, MaxUses: 1}
	for field, change := range map[string]func(n *outside.NewLink){
		"scope": func(n *outside.NewLink) { n.Scope = "everything" }, "object": func(n *outside.NewLink) { n.Object = store.NewID() }, "name": func(n *outside.NewLink) { n.Name = "A" },
		"organisation": func(n *outside.NewLink) { n.Organisation = "" }, "reason": func(n *outside.NewLink) { n.Reason = "x" }, "last_day": func(n *outside.NewLink) { n.LastDay = today.Add(-1) },
		"max_uses": func(n *outside.NewLink) { n.MaxUses = outside.MaxUses + 1 },
	} {
		n := good
		change(&n)
		if _, _, err := o.s.Invite(o.Be("nigar"), n); !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), field+":") {
			t.Errorf("%s: %v", field, err)
		}
	}
	far := good
	far.LastDay = today.Add(outside.MaxDays + 1)
	if _, _, err := o.s.Invite(o.Be("nigar"), far); !apperr.Is(err, apperr.Invalid) {
		t.Errorf("too far ahead: %v", err)
	}
	for _, who := range []string{"aytan", "samir", "elchin"} {
		if _, _, err := o.s.Invite(o.Be(who), good); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("%s made a link: %v", who, err)
		}
	}
}

// TestALinkThatWasChangedPastTheProgramIsNamed gives a link more uses, and
// takes one opening away, with SQL.
func TestALinkThatWasChangedPastTheProgramIsNamed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		secret := o.link(outside.NewLink{Scope: outside.OfAudit, Object: o.audit.ID})
		o.visit(secret)
		visit, _, err := o.s.Open(context.Background(), secret, "10.0.0.9")
		if err == nil {
			err = o.s.Leave(context.Background(), visit)
		}
		if err != nil {
			t.Fatal(err)
		}
		faults := func() (out []string) {
			if _, err := o.VerifySeals(context.Background(), func(f store.Fault) { out = append(out, f.Key) }); err != nil {
				t.Fatal(err)
			}
			return out
		}
		if got := faults(); len(got) != 0 {
			t.Fatalf("before anything was changed: %v", got)
		}
		for do, want := range map[string]string{
			"UPDATE observer_links SET max_uses = max_uses + 10":    "verify.seal.part.link",
			"DELETE FROM observer_visits WHERE left_at IS NOT NULL": "verify.seal.part.openings",
		} {
			storetest.Tamper(t, db, do)
			if got := faults(); !strings.Contains(strings.Join(got, " "), want) {
				t.Errorf("%s: found %v", do, got)
			}
		}
	})
}
