package planning

import (
	"context"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/table"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// MeasureImport is a file with the measures of a national plan.
type MeasureImport struct {
	Reader io.Reader
	Name   string // of the file
	Plan   string // code of the plan; empty: found by the name of the file or the period of its measures
	DryRun bool   // check everything, change nothing
}

// MeasureImportResult says what was read.
type MeasureImportResult struct {
	Plan     string // code
	Measures int    // rows
	Ongoing  int    // of them without an end
	Added    int    // that were not there before
}

// The two headers that ImportMeasures knows: with and without what is known
// of each measure.
var (
	measureHeader      = []string{"number", "title_az", "title_en", "period", "kind", "facts_en", "evidence_hint_en"}
	measureShortHeader = measureHeader[:5]
)

// yearsInName finds the years of a plan in a file's name.
var yearsInName = regexp.MustCompile(`(20[0-9]{2})[^0-9]{1,3}(20[0-9]{2})`)

// ImportMeasures reads the measures of a plan, all of them or nothing. Invalid
// names each fault by row and column. A measure that is there with the same
// content is passed over; one that is there with another title, period or
// kind is a Conflict, since entries were written for it as it is. Numbers may
// leave gaps: an office has only its own measures of a plan.
func (s *Service) ImportMeasures(ctx context.Context, in MeasureImport) (MeasureImportResult, error) {
	if _, err := office.Allowed(ctx, policies.MeasureImport); err != nil {
		return MeasureImportResult{}, err
	}
	rows, _, err := table.Read(in.Reader, table.Limits{}, measureShortHeader, measureHeader)
	if err != nil {
		return MeasureImportResult{}, err
	}
	list, lines, err := readMeasures(rows)
	if err != nil {
		return MeasureImportResult{}, err
	}
	var res MeasureImportResult
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		plans, err := nationalPlans(ctx, tx)
		if err != nil {
			return err
		}
		plan, err := planOfFile(plans, in, list)
		if err != nil {
			return err
		}
		if err := withinPlan(plan, list, lines); err != nil {
			return err
		}
		if err := lockNationalPlan(ctx, tx, plan.ID); err != nil {
			return err
		}
		fresh, err := newMeasures(ctx, tx, plan, list, lines)
		if err != nil {
			return err
		}
		res = MeasureImportResult{Plan: plan.Code, Measures: len(list), Added: len(fresh)}
		for _, m := range list {
			if m.Ongoing {
				res.Ongoing++
			}
		}
		if in.DryRun || len(fresh) == 0 {
			return store.ErrNoChange
		}
		return keepMeasures(ctx, tx, plan, fresh, in.Name)
	})
	return res, err
}

// keepMeasures stores new measures, each with its line in the trail.
func keepMeasures(ctx context.Context, tx *store.Tx, plan NationalPlan, list []Measure, name string) error {
	for i := range list {
		m := &list[i]
		m.ID, m.PlanID, m.SourceName, m.CreatedAt = store.NewID(), plan.ID, name, tx.Now
		tx.Record(store.Change{Action: "planning:measure:import", Kind: kindMeasure, ID: m.ID, Label: m.Number,
			After: map[string]any{"plan": plan.Code, "number": m.Number, "title": m.TitleAZ, "period": m.Period, "ongoing": m.Ongoing, "file": name}})
	}
	return insertMeasures(ctx, tx, list)
}

// planOfFile finds the plan a file belongs to: the code that was given, else
// the code in the file's name, else the one plan whose years are those of the
// measures, else the one whose years are in the name. When none of this
// decides it is Invalid on "plan", naming the plans there are.
func planOfFile(plans []NationalPlan, in MeasureImport, list []Measure) (NationalPlan, error) {
	var codes []string
	for _, p := range plans {
		codes = append(codes, p.Code)
	}
	known := strings.Join(codes, ", ")
	if in.Plan != "" {
		if i := slices.IndexFunc(plans, func(p NationalPlan) bool { return strings.EqualFold(p.Code, strings.TrimSpace(in.Plan)) }); i >= 0 {
			return plans[i], nil
		}
		return NationalPlan{}, apperr.InvalidField("plan", "planning.measure.import.plan_unknown", "value", i18n.Shorten(in.Plan, 40), "known", known)
	}
	years := func(from, to int) []NationalPlan {
		var out []NationalPlan
		for _, p := range plans {
			if p.From == from && p.To == to {
				out = append(out, p)
			}
		}
		return out
	}
	var named []NationalPlan
	for _, p := range plans {
		if strings.Contains(strings.ToUpper(in.Name), strings.ToUpper(p.Code)) {
			named = append(named, p)
		}
	}
	tries := [][]NationalPlan{named}
	if from, to, ok := commonYears(list); ok {
		tries = append(tries, years(from, to))
	}
	if y := yearsInName.FindStringSubmatch(in.Name); y != nil {
		from, to, _ := yearsOf(y[1] + "-" + y[2])
		tries = append(tries, years(from, to))
	}
	for _, t := range tries {
		if len(t) == 1 {
			return t[0], nil
		}
	}
	return NationalPlan{}, apperr.InvalidField("plan", "planning.measure.import.plan_unclear", "known", known)
}

// commonYears are the years that all dated measures of a file share.
func commonYears(list []Measure) (from, to int, ok bool) {
	for _, m := range list {
		if m.Ongoing {
			continue
		}
		f, t, _ := yearsOf(m.Period)
		if ok && (f != from || t != to) {
			return 0, 0, false
		}
		from, to, ok = f, t, true
	}
	return from, to, ok
}

// withinPlan refuses a dated measure that has no year of the plan.
func withinPlan(plan NationalPlan, list []Measure, lines []int) error {
	var check apperr.Check
	for i, m := range list {
		if from, to, ok := yearsOf(m.Period); ok && (to < plan.From || from > plan.To) {
			check.AddRow(lines[i], "period", "planning.measure.import.period_plan", "value", m.Period, "plan", plan.Code,
				"years", strconv.Itoa(plan.From)+"–"+strconv.Itoa(plan.To))
		}
	}
	return check.Err()
}

// newMeasures leaves out what is there with the same content. What is there
// with other content is a Conflict that names row and column.
func newMeasures(ctx context.Context, tx *store.Tx, plan NationalPlan, list []Measure, lines []int) ([]Measure, error) {
	known, err := measuresOfPlan(ctx, tx, plan.ID)
	if err != nil {
		return nil, err
	}
	var check apperr.Check
	var fresh []Measure
	for i, m := range list {
		old, there := known[m.Number]
		if !there {
			fresh = append(fresh, m)
			continue
		}
		for _, c := range []struct {
			column string
			same   bool
		}{{"title_az", old.TitleAZ == m.TitleAZ}, {"title_en", old.TitleEN == m.TitleEN}, {"period", old.Period == m.Period}, {"kind", old.Ongoing == m.Ongoing}} {
			if !c.same {
				check.AddRow(lines[i], c.column, "planning.measure.import.changed", "number", m.Number, "plan", plan.Code)
			}
		}
	}
	if e := check.Err(); e != nil {
		conflict := apperr.As(e)
		conflict.Kind, conflict.Key = apperr.Conflict, "planning.measure.import.conflict"
		return nil, conflict
	}
	return fresh, nil
}
