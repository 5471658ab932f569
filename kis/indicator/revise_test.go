package indicator_test

import (
	"encoding/csv"
	"strings"
	"sync"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/indicator"
	"github.com/kis-platform/kis/kis/kistest"
)

// wording is what a person would leave in the form of an indicator.
func wording(v indicator.Version) indicator.Revision {
	return indicator.Revision{Seen: v.Number, Unit: v.Unit, Direction: v.Direction, Decimals: "1", Lowest: v.Lowest, Highest: v.Highest, NameAZ: v.NameAZ, NameEN: v.NameEN, DefinitionAZ: v.DefinitionAZ,
		DefinitionEN: v.DefinitionEN, FormulaAZ: v.FormulaAZ, FormulaEN: v.FormulaEN, ValidFrom: "2026-03-01"}
}

func TestANewVersionHoldsFromItsDayAndOldValuesKeepTheirs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clock := storetest.ClockOf(db)
		clock.SetDay("2026-02-10")
		o := kistest.NewOffice(t, db)
		s := indicator.New(o.Service)
		if err := s.LoadReference(o.System()); err != nil {
			t.Fatal(err)
		}
		cy := o.Running("2026")
		nigar, aytan := o.As(t.Context(), "nigar"), o.As(t.Context(), "aytan")
		if err := s.Enter(aytan, cy.ID, "4.3-U", indicator.Entry{Value: "70"}); err != nil {
			t.Fatal(err)
		}
		list, may, err := s.Versions(nigar, "4.3-U")
		if err != nil || len(list) != 1 || !may || list[0].Values != 1 || !list[0].InForce {
			t.Fatalf("%+v %v %v", list, may, err)
		}
		for name, c := range map[string]struct {
			change func(r *indicator.Revision)
			field  string
		}{
			"nothing new":        {func(*indicator.Revision) {}, "definition_az"},
			"another unit":       {func(r *indicator.Revision) { r.Unit = indicator.Days }, "unit"},
			"no such unit":       {func(r *indicator.Revision) { r.Unit = "litre" }, "unit"},
			"no direction":       {func(r *indicator.Revision) { r.Direction = "" }, "direction"},
			"no name":            {func(r *indicator.Revision) { r.NameEN = " " }, "name_en"},
			"seven decimals":     {func(r *indicator.Revision) { r.Decimals = "7" }, "decimals"},
			"a bound of letters": {func(r *indicator.Revision) { r.Lowest = "az" }, "lowest"},
			"bounds reversed":    {func(r *indicator.Revision) { r.Lowest, r.Highest = "50", "10" }, "highest"},
			"in the past":        {func(r *indicator.Revision) { r.NameAZ += "!"; r.ValidFrom = "2026-02-09" }, "valid_from"},
			"no day":             {func(r *indicator.Revision) { r.NameAZ += "!"; r.ValidFrom = "" }, "valid_from"},
			"a very long words":  {func(r *indicator.Revision) { r.FormulaAZ = strings.Repeat("a", 1001) }, "formula_az"},
		} {
			r := wording(list[0])
			c.change(&r)
			err := s.Revise(nigar, "4.3-U", r)
			if !apperr.Is(err, apperr.Invalid) || apperr.As(err).Fields[0].Name != c.field {
				t.Errorf("%s: %v %+v", name, err, apperr.As(err))
			}
		}
		r := wording(list[0])
		r.DefinitionAZ, r.Direction, r.Lowest = "Yeni tərif: yalnız tam cavablar sayılır", indicator.Down, "60,5"
		if err := s.Revise(aytan, "4.3-U", r); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("by an employee: %v", err)
		}
		if err := s.Revise(nigar, "yoxdur", r); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("of what does not exist: %v", err)
		}
		var done sync.WaitGroup
		errs := make([]error, 2)
		for i := range errs {
			done.Go(func() { errs[i] = s.Revise(nigar, "4.3-U", r) })
		}
		done.Wait()
		if (errs[0] == nil) == (errs[1] == nil) || !apperr.Is(errs[0], apperr.Conflict) && !apperr.Is(errs[1], apperr.Conflict) {
			t.Errorf("two at once: %v, %v", errs[0], errs[1])
		}
		r.Seen, r.NameAZ, r.ValidFrom = 2, r.NameAZ+" (düzəliş)", "2026-02-20"
		if err := s.Revise(nigar, "4.3-U", r); !apperr.Is(err, apperr.Invalid) || apperr.As(err).Fields[0].Name != "valid_from" {
			t.Errorf("before the version that is to come: %v", err)
		}
		at := func(want int, direction indicator.Direction) {
			t.Helper()
			d, err := s.Detail(nigar, cy.ID, "4.3-U")
			if err != nil || d.Line.Number != want || d.Line.Direction != direction || d.Line.Value.Version != 1 || d.Line.Value.Value != "70" {
				t.Errorf("version %d wanted: %+v %+v %v", want, d.Line.Indicator, d.Line.Value, err)
			}
		}
		at(1, list[0].Direction)
		clock.SetDay("2026-03-01")
		at(2, indicator.Down)
		if list, _, err = s.Versions(aytan, "4.3-U"); err != nil || len(list) != 2 || !list[0].InForce || list[1].InForce || list[0].Values != 0 || list[1].Values != 1 {
			t.Errorf("%+v %v", list, err)
		}
		if err := s.Enter(aytan, cy.ID, "4.3-U", indicator.Entry{Value: "50", Revision: 1}); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("below the new bound: %v", err)
		}
		if err := s.Enter(aytan, cy.ID, "4.3-U", indicator.Entry{Value: "71", Revision: 1}); err != nil {
			t.Fatal(err)
		}
		if d, err := s.Detail(nigar, cy.ID, "4.3-U"); err != nil || d.Line.Value.Version != 2 {
			t.Errorf("entered under the new version: %+v %v", d.Line.Value, err)
		}
	})
}

func TestAPreviewChangesNothingAndIsConfirmedAsSeen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.ClockOf(db).SetDay("2026-02-10")
		o := kistest.NewOffice(t, db)
		s := indicator.New(o.Service)
		if err := s.LoadReference(o.System()); err != nil {
			t.Fatal(err)
		}
		cy := o.Running("2026")
		aytan, tural := o.As(t.Context(), "aytan"), o.As(t.Context(), "tural")
		if err := s.Enter(aytan, cy.ID, "4.3-U", indicator.Entry{Value: "70"}); err != nil {
			t.Fatal(err)
		}
		file := "code,value,numerator,denominator,note\n4.3-U,70,,,\nTP1,45,,,\n4.3-T,,9,10,vaxtında\n"
		list, err := s.Preview(aytan, cy.ID, strings.NewReader(file))
		if err != nil || len(list) != 3 || !list[0].Same() || list[1].Same() || list[2].New.Value != "90" || list[2].Line != 4 {
			t.Fatalf("%+v %v", list, err)
		}
		if d, err := s.Detail(aytan, cy.ID, "TP1"); err != nil || d.Line.Value != nil {
			t.Errorf("the preview wrote: %+v %v", d.Line.Value, err)
		}
		if _, err := s.Preview(aytan, cy.ID, strings.NewReader("code,value,numerator,denominator,note\nTP1,x,,,\n")); !apperr.Is(err, apperr.Invalid) || apperr.As(err).Fields[0].Row != 2 {
			t.Errorf("a fault: %v", err)
		}
		if _, err := s.Preview(tural, cy.ID, strings.NewReader(file)); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("by another department: %v", err)
		}
		var seen strings.Builder
		w := csv.NewWriter(&seen)
		_ = w.Write(indicator.SeenColumns())
		for _, in := range list {
			_ = w.Write(in.Row())
		}
		w.Flush()
		if err := s.Enter(aytan, cy.ID, "TP1", indicator.Entry{Value: "44"}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Import(aytan, cy.ID, strings.NewReader(seen.String())); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("over a value of meanwhile: %v", err)
		}
		if d, err := s.Detail(aytan, cy.ID, "4.3-T"); err != nil || d.Line.Value != nil {
			t.Errorf("half was taken: %+v %v", d.Line.Value, err)
		}
		if n, err := s.Import(aytan, cy.ID, strings.NewReader(strings.Replace(seen.String(), "TP1,45,,,,0", "TP1,45,,,,1", 1))); err != nil || n != 2 {
			t.Errorf("%d, %v", n, err)
		}
		if _, err := s.Import(aytan, cy.ID, strings.NewReader(strings.Replace(seen.String(), ",0\n", ",-1\n", 1))); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("a revision that is none: %v", err)
		}
	})
}
