package kis_test

import (
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
)

func TestAGatePassesOnlyWhenEverythingIsAccepted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		nigar := o.As(t.Context(), "nigar")
		gate := func() kis.CyclePhase {
			c, err := o.Service.Cycle(nigar, c.ID)
			if err != nil {
				t.Fatal(err)
			}
			p, _ := c.Phase("2")
			return p
		}
		err := o.PassGate(nigar, c.ID, "2")
		if e := apperr.As(err); err == nil || e.Kind != apperr.Conflict || e.Key != "kis.gate.missing" {
			t.Fatalf("passed with nothing: %v", err)
		} else if codes := e.Args[2].Value.(string); !strings.Contains(codes, "2.1.1") || strings.Contains(codes, "2.4") || strings.Contains(codes, " 3.") {
			t.Errorf("what is missing: %s", codes)
		}
		o.AcceptPhase(c.ID, "2")
		if err := o.PassGate(nigar, c.ID, "2"); err != nil {
			t.Fatal(err)
		}
		if p := gate(); p.Gate != kis.GatePassed || p.GateByName != "Nigar Əliyeva" || p.GateAt.IsZero() {
			t.Errorf("passed: %+v", p)
		}
		if err := o.PassGate(nigar, c.ID, "2"); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("passed twice: %v", err)
		}
		if _, err := o.Submit(o.As(t.Context(), "aytan"), o.NewEvidence("aytan", c.ID, "2.1.1")); !apperr.Is(err, apperr.Conflict) || apperr.As(err).Key != "kis.evidence.gate_closed" {
			t.Errorf("new evidence behind a passed gate: %v", err)
		}
		if err := o.ReopenGate(nigar, c.ID, "2", ""); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("reopened without a reason: %v", err)
		}
		if err := o.ReopenGate(nigar, c.ID, "2", "Auditdə uyğunsuzluq tapılıb"); err != nil {
			t.Fatal(err)
		}
		if p := gate(); p.Gate != kis.GateOpen || p.Reopenings != 1 || !p.GateAt.IsZero() || p.GateBy != "" || p.ReopenedAt.IsZero() {
			t.Errorf("reopened: %+v", p)
		}
		if err := o.WaiveGate(nigar, c.ID, "2", "Sənəd arxivdədir"); err != nil {
			t.Fatal(err)
		}
		if p := gate(); p.Gate != kis.GateWaived || p.GateNote != "Sənəd arxivdədir" {
			t.Errorf("waived: %+v", p)
		}
		if err := o.PassGate(nigar, c.ID, "8"); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("phase 8 has no gate: %v", err)
		}
		if err := o.PassGate(nigar, c.ID, "9"); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("phase 9: %v", err)
		}
		events, err := o.History(nigar, "cycle", c.ID, 10)
		if err != nil || events[0].Action != "kis:gate:waive" || events[0].Note != "Sənəd arxivdədir" {
			t.Errorf("trail: %+v, %v", events[0], err)
		}
	})
}

func TestOnlyTheQualityManagerMovesCyclesAndGates(t *testing.T) {
	o := kistest.NewOffice(t, storetest.Open(t))
	c := o.Running("2026")
	for _, p := range kistest.People {
		ctx := o.As(t.Context(), p.Key)
		if p.Role == "quality_manager" {
			continue
		}
		for name, err := range map[string]error{
			"pass": o.PassGate(ctx, c.ID, "1"), "waive": o.WaiveGate(ctx, c.ID, "1", "səbəbsiz"), "reopen": o.ReopenGate(ctx, c.ID, "1", "səbəbsiz"),
			"evaluate": o.EvaluateCycle(ctx, c.ID), "close": o.CloseCycle(ctx, c.ID), "start": o.StartCycle(ctx, c.ID),
		} {
			if !apperr.Is(err, apperr.Forbidden) {
				t.Errorf("%s as %s: %v", name, p.Role, err)
			}
		}
		if _, err := o.PlanCycle(ctx, kis.NewCycle{ProcessCode: kistest.ProcessCode, Period: "2027"}); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("plan as %s: %v", p.Role, err)
		}
		_, err := o.Grid(ctx, c.ID, kis.GridFilter{})
		if (err == nil) != (p.Role != "administrator") {
			t.Errorf("map as %s: %v", p.Role, err)
		}
	}
	if _, err := o.Grid(o.As(t.Context(), "nigar"), store.NewID(), kis.GridFilter{}); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("a cycle that is none: %v", err)
	}
}
