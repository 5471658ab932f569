package indicator

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Line is one indicator in a cycle.
type Line struct {
	Indicator
	Applies    bool
	WhyNot     string // the office's reason; empty when the sub-process does not exist
	Target     string // of the value when it is kept, else of the process today
	Value      *Value // nil: none
	Verdict    Verdict
	Computable bool   // the program works it out
	Before     *Point // the cycle before that has a value
}

// Sheet is all indicators of a cycle, by sub-process.
type Sheet struct {
	Cycle                   kis.Cycle
	Lines                   []Line
	MayEnter, MaySet        bool
	Met, Missed, Open, None int // of those that apply: targets met and missed, without a value, without a target
}

// Library lists the indicators in the versions that hold today.
func (s *Service) Library(ctx context.Context) ([]Indicator, error) {
	if _, err := office.Allowed(ctx, policies.IndicatorRead); err != nil {
		return nil, err
	}
	return library(ctx, s.kis.DB.Read(), "", s.kis.Today())
}

// Cycle gives the indicators of a cycle. The number of queries does not depend
// on how many indicators and cycles there are.
func (s *Service) Cycle(ctx context.Context, cycleID string) (Sheet, error) {
	return s.sheet(ctx, cycleID, "")
}

// OfSub is Cycle for the indicators of one sub-process, e.g. 4.3.
func (s *Service) OfSub(ctx context.Context, cycleID, gsbpm string) (Sheet, error) {
	return s.sheet(ctx, cycleID, gsbpm)
}

// sheet reads the indicators of a cycle, all or those of a sub-process. What
// the program works out is counted only when it is shown.
func (s *Service) sheet(ctx context.Context, cycleID, gsbpm string) (Sheet, error) {
	if _, err := office.Allowed(ctx, policies.IndicatorRead); err != nil {
		return Sheet{}, err
	}
	cy, err := s.kis.Cycle(ctx, cycleID)
	if err != nil {
		return Sheet{}, err
	}
	db := s.kis.DB.Read()
	k, err := s.read(ctx, db, cy)
	if err != nil {
		return Sheet{}, err
	}
	if gsbpm != "" {
		k.list = slices.DeleteFunc(k.list, func(i Indicator) bool { return i.GSBPM != gsbpm })
	}
	var past []Point
	if len(k.list) > 0 {
		if past, err = history(ctx, db, cy.Process.ID, ""); err != nil {
			return Sheet{}, err
		}
	}
	computed := map[string]Value{}
	if slices.ContainsFunc(k.list, s.computable) {
		if computed, err = s.compute(ctx, db, cy, k.list); err != nil {
			return Sheet{}, err
		}
	}
	out := Sheet{Cycle: cy, MaySet: policies.Can(actorOf(ctx), policies.IndicatorSet),
		MayEnter: cy.State != kis.CycleClosed && policies.For(actorOf(ctx), policies.IndicatorEnter).Department(cy.Process.OwnerID)}
	for _, i := range k.list {
		l := Line{Indicator: i, Applies: k.exists[i.GSBPM] && !k.excluded(i), WhyNot: k.targets[i.ID].Reason, Target: k.targets[i.ID].Target, Computable: s.computable(i)}
		if v, ok := computed[i.Code]; ok {
			l.Value = &v
		}
		if v, ok := k.values[i.ID]; ok && (cy.State == kis.CycleClosed || !l.Computable) {
			l.Value, l.Target = &v, v.Target
			if cy.State != kis.CycleClosed {
				l.Target = k.targets[i.ID].Target
			}
		}
		l.Before = before(past, cy, i.ID)
		l.Verdict = NA
		if l.Applies {
			l.Verdict = judge(l.Value, l.Target, i.Direction)
		} else {
			l.Value = nil
		}
		switch l.Verdict {
		case Met:
			out.Met++
		case Missed:
			out.Missed++
		case NoValue:
			out.Open++
		case NoTarget:
			out.None++
		}
		out.Lines = append(out.Lines, l)
	}
	return out, nil
}

// before finds the last kept value of an earlier cycle of the same frequency.
func before(past []Point, cy kis.Cycle, indicatorID string) *Point {
	now, _ := kis.ParsePeriod(cy.Period)
	var found *Point
	for i, p := range past {
		then, _ := kis.ParsePeriod(p.Period)
		if p.IndicatorID == indicatorID && then.Frequency == now.Frequency && then.First() < now.First() {
			found = &past[i]
		}
	}
	return found
}

// read reads what decides about the values of a cycle.
func (s *Service) read(ctx context.Context, db bun.IDB, cy kis.Cycle) (setting, error) {
	k := setting{cycle: cy, byCode: map[string]Indicator{}, values: map[string]Value{}}
	var err error
	if k.list, err = library(ctx, db, "", s.kis.Today()); err != nil {
		return k, err
	}
	for _, i := range k.list {
		k.byCode[i.Code] = i
	}
	if k.exists, err = applicable(ctx, db, cy.VersionID); err != nil {
		return k, err
	}
	if k.targets, err = targets(ctx, db, cy.Process.ID); err != nil {
		return k, err
	}
	past, err := history(ctx, db, cy.Process.ID, "")
	for _, p := range past {
		if p.CycleID == cy.ID {
			k.values[p.IndicatorID] = p.Value
		}
	}
	return k, err
}

// Detail is one indicator of a cycle with its trend.
type Detail struct {
	Cycle    kis.Cycle
	Line     Line
	MayEnter bool
	MaySet   bool
	Trend    []Point // of cycles of the same frequency, oldest first, with what is computed now at its place
}

// Detail gives one indicator of a cycle; NotFound when there is no such code.
func (s *Service) Detail(ctx context.Context, cycleID, code string) (Detail, error) {
	sheet, err := s.Cycle(ctx, cycleID)
	if err != nil {
		return Detail{}, err
	}
	out := Detail{Cycle: sheet.Cycle, MayEnter: sheet.MayEnter, MaySet: sheet.MaySet}
	for _, l := range sheet.Lines {
		if l.Code == code {
			out.Line = l
		}
	}
	if out.Line.ID == "" {
		return Detail{}, apperr.Missing("indicator")
	}
	past, err := history(ctx, s.kis.DB.Read(), sheet.Cycle.Process.ID, out.Line.ID)
	if err != nil {
		return Detail{}, err
	}
	now, _ := kis.ParsePeriod(sheet.Cycle.Period)
	shown := false
	for _, p := range past {
		then, _ := kis.ParsePeriod(p.Period)
		if then.Frequency != now.Frequency {
			continue
		}
		if p.CycleID == cycleID {
			shown = true
			if out.Line.Value != nil {
				p.Value = *out.Line.Value
			}
		}
		out.Trend = append(out.Trend, p)
	}
	if !shown && out.Line.Value != nil {
		at := 0
		for at < len(out.Trend) && earlier(out.Trend[at].Period, now) {
			at++
		}
		p := Point{CycleID: cycleID, Period: sheet.Cycle.Period, IndicatorID: out.Line.ID, Value: *out.Line.Value}
		out.Trend = append(out.Trend[:at], append([]Point{p}, out.Trend[at:]...)...)
	}
	return out, nil
}

func earlier(period string, than kis.Period) bool {
	p, _ := kis.ParsePeriod(period)
	return p.First() < than.First()
}
