package indicator_test

import (
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/indicator"
	"github.com/kis-platform/kis/kis/kistest"
)

func TestDecimalsAreExact(t *testing.T) {
	for in, want := range map[string]string{"69,5": "69.5", "69.50": "69.5", " 0 ": "0", "-3": "-3", "-0,0": "0", "100": "100", "0.1": "0.1", "123456789012345.123456": "123456789012345.123456"} {
		if got, ok := indicator.ParseDecimal(in); !ok || got != want {
			t.Errorf("%q: %q %v", in, got, ok)
		}
	}
	for _, in := range []string{"", "a", "1e9", "1/3", "1,2,3", "1.1234567", "1234567890123456", "+1", "٣", "0x1", "1 000"} {
		if got, ok := indicator.ParseDecimal(in); ok {
			t.Errorf("%q was read as %q", in, got)
		}
	}
}

func TestIndicatorsOfACycle(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.ClockOf(db).SetDay("2026-02-10")
		o := kistest.NewOffice(t, db)
		s := indicator.New(o.Service)
		for range 2 {
			if err := s.LoadReference(o.System()); err != nil {
				t.Fatal(err)
			}
		}
		cy := o.Running("2026")
		nigar, aytan, tural := o.As(t.Context(), "nigar"), o.As(t.Context(), "aytan"), o.As(t.Context(), "tural")
		line := func(code string) indicator.Line {
			d, err := s.Detail(nigar, cy.ID, code)
			if err != nil {
				t.Fatalf("%s: %v", code, err)
			}
			return d.Line
		}
		if l := line("A7"); l.Verdict != indicator.NA || l.Value != nil {
			t.Errorf("a sub-process that does not exist: %+v", l)
		}
		if l := line("8.1-C"); l.Value == nil || l.Value.Numerator != "0" || l.Value.Denominator != "93" || l.Value.Value != "0" || l.Verdict != indicator.NoTarget {
			t.Errorf("inputs at the start: %+v", l.Value)
		}
		o.AcceptPhase(cy.ID, "2")
		if l := line("8.1-C"); l.Value.Numerator == "0" {
			t.Errorf("inputs after phase 2: %+v", l.Value)
		}
		if l := line("8.1-P"); l.Value == nil || l.Value.Value == "100" || l.Value.Value == "0" { // phase 1 is late, phase 2 in time
			t.Errorf("in time: %+v", l.Value)
		}
		for name, c := range map[string]struct {
			code  string
			e     indicator.Entry
			field string
		}{
			"no number": {"4.3-U", indicator.Entry{Value: "çox"}, "value"}, "nothing": {"4.3-U", indicator.Entry{}, "value"},
			"half a share": {"4.3-U", indicator.Entry{Numerator: "5"}, "denominator"}, "of nothing": {"4.3-U", indicator.Entry{Numerator: "5", Denominator: "0"}, "denominator"},
			"differs": {"4.3-U", indicator.Entry{Value: "51", Numerator: "1", Denominator: "2"}, "value"}, "share of a count": {"CC2", indicator.Entry{Numerator: "1", Denominator: "2"}, "numerator"},
			"below nothing": {"4.3-U", indicator.Entry{Value: "-5"}, "value"}, "above the whole": {"4.3-U", indicator.Entry{Value: "101"}, "value"},
			"more than all": {"4.3-U", indicator.Entry{Numerator: "11", Denominator: "10"}, "numerator"}, "fewer than none": {"CC2", indicator.Entry{Value: "-1"}, "value"},
			"before the period ends": {"TP1", indicator.Entry{Value: "-1"}, "value"}, "half a thing": {"CC2", indicator.Entry{Value: "1,5"}, "value"}, "not there": {"A7", indicator.Entry{Value: "5"}, "value"}, "computed": {"8.1-C", indicator.Entry{Value: "5"}, "value"},
		} {
			if err := s.Enter(aytan, cy.ID, c.code, c.e); !apperr.Is(err, apperr.Invalid) || apperr.As(err).Fields[0].Name != c.field {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := s.SetTarget(nigar, indicator.TargetEdit{Process: kistest.ProcessCode, Code: "4.3-U", Target: "66,6666667", Applicable: true}); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("too many digits: %v", err)
		}
		if err := s.SetTarget(nigar, indicator.TargetEdit{Process: kistest.ProcessCode, Code: "4.3-U", Target: "101", Applicable: true}); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("a target above the whole: %v", err)
		}
		if err := s.Enter(aytan, cy.ID, "TP3", indicator.Entry{Value: "-2"}); err != nil {
			t.Errorf("released before the day: %v", err)
		}
		if err := s.SetTarget(nigar, indicator.TargetEdit{Process: kistest.ProcessCode, Code: "4.3-U", Target: "66,666667", Applicable: true}); err != nil {
			t.Fatal(err)
		}
		if err := s.Enter(aytan, cy.ID, "4.3-U", indicator.Entry{Numerator: "2", Denominator: "3", Note: "ilkin"}); err != nil {
			t.Fatal(err)
		}
		if l := line("4.3-U"); l.Value.Value != "66.666667" || l.Verdict != indicator.Missed || l.Value.RecordedBy != "Aytən Məmmədova" { // two thirds are less than the target, its rounded text is not
			t.Errorf("two thirds: %+v %s", l.Value, l.Verdict)
		}
		if err := s.Enter(nigar, cy.ID, "4.3-U", indicator.Entry{Value: "70"}); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("over a value that was not seen: %v", err)
		}
		if err := s.Enter(nigar, cy.ID, "4.3-U", indicator.Entry{Value: "70", Revision: 1}); err != nil {
			t.Fatal(err)
		}
		if l := line("4.3-U"); l.Verdict != indicator.Met || l.Value.Revision != 2 || l.Value.Numerator != "" {
			t.Errorf("%+v", l.Value)
		}
		if err := s.Enter(tural, cy.ID, "4.3-T", indicator.Entry{Value: "70"}); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("by another department: %v", err)
		}
		if err := s.SetTarget(aytan, indicator.TargetEdit{Process: kistest.ProcessCode, Code: "4.3-T", Target: "1", Applicable: true}); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("a target by an employee: %v", err)
		}
		if err := s.SetTarget(nigar, indicator.TargetEdit{Process: kistest.ProcessCode, Code: "4.3-E"}); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("left out without a reason: %v", err)
		}
		if err := s.SetTarget(nigar, indicator.TargetEdit{Process: kistest.ProcessCode, Code: "4.3-E", Reason: "Yalnız elektron forma var"}); err != nil {
			t.Fatal(err)
		}
		if l := line("4.3-E"); l.Verdict != indicator.NA || l.WhyNot == "" {
			t.Errorf("left out: %+v", l)
		}
		imported(t, s, o, cy)
		frozen(t, s, o, cy)
	})
}

// imported checks that a file is taken whole or not at all.
func imported(t *testing.T, s *indicator.Service, o *kistest.Office, cy kis.Cycle) {
	t.Helper()
	aytan := o.As(t.Context(), "aytan")
	head := "code,value,numerator,denominator,note\n"
	_, err := s.Import(aytan, cy.ID, strings.NewReader(head+"4.3-T,,9,10,\nyox,1,,,\nA1,3,,,\n4.3-T,90,,,\nTP1,x,,,\n4.3-U,101,,,\n"))
	e := apperr.As(err)
	if !apperr.Is(err, apperr.Invalid) || len(e.Fields) != 5 || e.Fields[4].Row != 7 || e.Fields[4].Name != "value" || e.Fields[0].Row != 3 || e.Fields[0].Name != "code" || e.Fields[3].Row != 6 || e.Fields[3].Name != "value" {
		t.Fatalf("faults: %v %+v", err, e)
	}
	if d, err := s.Detail(aytan, cy.ID, "4.3-T"); err != nil || d.Line.Value != nil {
		t.Errorf("half of the file was taken: %+v, %v", d.Line.Value, err)
	}
	n, err := s.Import(aytan, cy.ID, strings.NewReader(head+"4.3-T,,9,10,vaxtında\nTP1,45,,,\n4.3-U,70,,,\n"))
	if err != nil || n != 2 {
		t.Errorf("%d imported, %v", n, err)
	}
	if n, err = s.Import(aytan, cy.ID, strings.NewReader(head+"4.3-T,,9,10,vaxtında\n")); err != nil || n != 0 {
		t.Errorf("again: %d, %v", n, err)
	}
	if _, err := s.Import(aytan, cy.ID, strings.NewReader("kod,qiymət\n")); !apperr.Is(err, apperr.Invalid) {
		t.Errorf("another header: %v", err)
	}
}

// frozen checks that closing keeps what was computed, and what a trend shows.
func frozen(t *testing.T, s *indicator.Service, o *kistest.Office, cy kis.Cycle) {
	t.Helper()
	nigar := o.As(t.Context(), "nigar")
	before, err := s.Detail(nigar, cy.ID, "8.1-C")
	if err != nil {
		t.Fatal(err)
	}
	if err := o.EvaluateCycle(nigar, cy.ID); err != nil {
		t.Fatal(err)
	}
	for _, p := range cy.Phases[:7] {
		if err := o.WaiveGate(nigar, cy.ID, p.Phase, "Sınaq dövrü üçün"); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.CloseCycle(nigar, cy.ID); err != nil {
		t.Fatal(err)
	}
	after, err := s.Detail(nigar, cy.ID, "8.1-C")
	if err != nil || after.Line.Value.Revision != 1 || after.Line.Value.Source != indicator.Computed || after.Line.Value.Numerator != before.Line.Value.Numerator {
		t.Errorf("kept at closing: %+v, %v", after.Line.Value, err)
	}
	if err := s.Enter(nigar, cy.ID, "4.3-U", indicator.Entry{Value: "1", Revision: 2}); !apperr.Is(err, apperr.Conflict) {
		t.Errorf("into a closed cycle: %v", err)
	}
	next := o.Running("2027")
	d, err := s.Detail(nigar, next.ID, "8.1-C")
	if err != nil || len(d.Trend) != 2 || d.Trend[0].Period != "2026" || d.Trend[1].Value.Value != "0" || d.Line.Before == nil || d.Line.Before.Period != "2026" {
		t.Errorf("trend: %+v, %v", d.Trend, err)
	}
	c := storetest.CountQueries(o.DB)
	if _, err := s.Cycle(nigar, next.ID); err != nil || c.N() > 8 {
		t.Errorf("%d queries, %v", c.N(), err)
	}
}
