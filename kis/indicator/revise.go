package indicator

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Version is one wording of an indicator.
type Version struct {
	Indicator
	CreatedAt time.Time
	Values    int  // recorded under it
	InForce   bool // holds today
}

// Versions gives the wordings of an indicator, newest first; NotFound when
// there is no such code. It says whether the actor may revise it.
func (s *Service) Versions(ctx context.Context, code string) (list []Version, mayRevise bool, err error) {
	if _, err := office.Allowed(ctx, policies.IndicatorRead); err != nil {
		return nil, false, err
	}
	if list, err = versions(ctx, s.kis.DB.Read(), code); err != nil {
		return nil, false, err
	}
	if len(list) == 0 {
		return nil, false, apperr.Missing("indicator")
	}
	markInForce(list, s.kis.Today())
	return list, policies.Can(actorOf(ctx), policies.IndicatorSet), nil
}

// markInForce finds the wording that holds on a day: the newest that has
// begun, else the first.
func markInForce(list []Version, today day.Day) {
	for i := range list {
		if list[i].ValidFrom <= today || i == len(list)-1 {
			list[i].InForce = true
			return
		}
	}
}

// Revision is a new wording of an indicator. What works it out stays; its unit
// can change only while nothing is recorded, for else no two years could be
// compared.
type Revision struct {
	Seen                       int // number of the newest version that was seen
	Unit                       Unit
	Direction                  Direction
	Decimals                   string
	Lowest, Highest            string // that a value can be; empty for no bound
	NameAZ, NameEN             string
	DefinitionAZ, DefinitionEN string
	FormulaAZ, FormulaEN       string
	ValidFrom                  day.Day // today or later, not before the newest version
}

func (r *Revision) check(c *apperr.Check, list []Version, today day.Day) versionRow {
	newest := list[0]
	row := versionRow{ID: store.NewID(), IndicatorID: newest.ID, Number: newest.Number + 1, Unit: r.Unit, Direction: r.Direction, Computed: newest.Computed,
		NameAZ: c.Text("name_az", r.NameAZ, 3, 300), NameEN: c.Text("name_en", r.NameEN, 3, 300),
		DefinitionAZ: c.Text("definition_az", r.DefinitionAZ, 3, 2000), DefinitionEN: c.Text("definition_en", r.DefinitionEN, 3, 2000),
		FormulaAZ: c.Text("formula_az", r.FormulaAZ, 1, 1000), FormulaEN: c.Text("formula_en", r.FormulaEN, 1, 1000), ValidFrom: r.ValidFrom}
	c.OneOf("unit", string(r.Unit), string(Percent), string(Count), string(Days))
	c.OneOf("direction", string(r.Direction), string(Up), string(Down))
	n, err := strconv.Atoi(r.Decimals)
	if err != nil || n < 0 || n > 6 {
		c.Add("decimals", "error.field.range", "min", 0, "max", 6)
	}
	row.Decimals = n
	row.Lowest, row.Highest = bound(c, "lowest", r.Lowest), bound(c, "highest", r.Highest)
	if row.Lowest != "" && row.Highest != "" && rat(row.Lowest).Cmp(rat(row.Highest)) >= 0 {
		c.Add("highest", "indicator.field.bounds")
	}
	used := 0
	for _, v := range list {
		used += v.Values
	}
	if r.Unit != newest.Unit && (used > 0 || newest.Computed != "") {
		c.Add("unit", "indicator.field.unit_fixed")
	}
	switch {
	case r.ValidFrom == "":
		c.Add("valid_from", "error.field.required")
	case r.ValidFrom < today:
		c.Add("valid_from", "indicator.field.past")
	case r.ValidFrom < newest.ValidFrom:
		c.Add("valid_from", "indicator.field.before_version", "number", newest.Number, "date", newest.ValidFrom.Format())
	}
	return row
}

// bound reads a bound of a form.
func bound(c *apperr.Check, field, text string) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	exact, ok := ParseDecimal(text)
	if !ok {
		c.Add(field, "indicator.field.decimal")
	}
	return exact
}

// Revise adds a version. Values recorded before stay tied to theirs. Somebody
// else's version meanwhile is a Conflict; a version that says the same is
// refused as Invalid.
func (s *Service) Revise(ctx context.Context, code string, r Revision) error {
	if _, err := office.Allowed(ctx, policies.IndicatorSet); err != nil {
		return err
	}
	return s.kis.DB.Write(ctx, func(tx *store.Tx) error {
		list, err := versions(ctx, tx, code)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return apperr.Missing("indicator")
		}
		newest := list[0]
		if r.Seen != newest.Number {
			return apperr.New(apperr.Conflict, "indicator.conflict.version", "number", newest.Number)
		}
		var c apperr.Check
		row := r.check(&c, list, s.kis.Today())
		if c.Count() == 0 && row.same(newest) {
			c.Add("definition_az", "indicator.field.same")
		}
		if err := c.Err(); err != nil {
			return err
		}
		row.CreatedAt = tx.Now
		if err := kis.ReferenceChanges(ctx, tx, policies.IndicatorSet, code); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return store.MapError(err, "insert version of indicator")
		}
		tx.Record(store.Change{Action: string(policies.IndicatorSet), Kind: "indicator", ID: newest.ID, Label: code,
			Before: newest.facts(), After: row.facts()})
		return nil
	})
}

// same says that a version changes nothing but its date.
func (r versionRow) same(v Version) bool {
	return r.Unit == v.Unit && r.Direction == v.Direction && r.Decimals == v.Decimals && r.Lowest == v.Lowest && r.Highest == v.Highest && r.NameAZ == v.NameAZ && r.NameEN == v.NameEN &&
		r.DefinitionAZ == v.DefinitionAZ && r.DefinitionEN == v.DefinitionEN && r.FormulaAZ == v.FormulaAZ && r.FormulaEN == v.FormulaEN
}

// facts is what the trail keeps of a version.
func (r versionRow) facts() map[string]any {
	return map[string]any{"version": r.Number, "unit": r.Unit, "direction": r.Direction, "decimals": r.Decimals, "lowest": r.Lowest, "highest": r.Highest, "name_az": r.NameAZ, "name_en": r.NameEN,
		"definition_az": r.DefinitionAZ, "definition_en": r.DefinitionEN, "formula_az": r.FormulaAZ, "formula_en": r.FormulaEN, "valid_from": r.ValidFrom}
}

func (v Version) facts() map[string]any {
	return versionRow{Number: v.Number, Unit: v.Unit, Direction: v.Direction, Decimals: v.Decimals, Lowest: v.Lowest, Highest: v.Highest, NameAZ: v.NameAZ, NameEN: v.NameEN,
		DefinitionAZ: v.DefinitionAZ, DefinitionEN: v.DefinitionEN, FormulaAZ: v.FormulaAZ, FormulaEN: v.FormulaEN, ValidFrom: v.ValidFrom}.facts()
}
