package indicator

import (
	"context"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reference"
)

type indicatorRow struct {
	bun.BaseModel `bun:"table:indicators"`

	ID, Code string
	GSBPM    string `bun:"gsbpm"`
	Position int
}

type versionRow struct {
	bun.BaseModel `bun:"table:indicator_versions"`

	ID, IndicatorID string
	Number          int
	Unit            Unit
	Direction       Direction
	Decimals        int
	Lowest, Highest string
	Computed        string
	NameAZ          string `bun:"name_az"`
	NameEN          string `bun:"name_en"`
	DefinitionAZ    string `bun:"definition_az"`
	DefinitionEN    string `bun:"definition_en"`
	FormulaAZ       string `bun:"formula_az"`
	FormulaEN       string `bun:"formula_en"`
	ValidFrom       day.Day
	CreatedAt       time.Time
}

type valueRow struct {
	bun.BaseModel `bun:"table:indicator_values,alias:iv"`

	CycleID     string `bun:",pk"`
	IndicatorID string `bun:",pk"`
	VersionID   string
	Value       string
	Numerator   string
	Denominator string
	Target      string
	Source      Origin
	Note        string
	Revision    int
	RecordedBy  string `bun:",nullzero"`
	RecordedAt  time.Time
}

type targetRow struct {
	bun.BaseModel `bun:"table:indicator_targets,alias:it"`

	ProcessID   string `bun:",pk"`
	IndicatorID string `bun:",pk"`
	Target      string
	Applicable  bool
	Reason      string
	ChangedBy   string `bun:",nullzero"`
	ChangedAt   time.Time
}

// versionColumns are what an Indicator shows of a version.
const versionColumns = "i.id, v.id AS version_id, i.code, i.gsbpm, v.number, v.unit, v.direction, v.decimals, v.lowest, v.highest, v.computed, " +
	"v.name_az, v.name_en, v.definition_az, v.definition_en, v.formula_az, v.formula_en, v.valid_from"

// library reads every indicator in the version that holds on a day, the newest
// that has begun, in the order of the library, or of one code.
func library(ctx context.Context, db bun.IDB, code string, today day.Day) (out []Indicator, err error) {
	q := db.NewSelect().TableExpr("indicators AS i").Join("JOIN indicator_versions AS v ON v.indicator_id = i.id").
		ColumnExpr(versionColumns).OrderExpr("i.position, i.code").
		Where(`v.number = (SELECT COALESCE(MAX(CASE WHEN n.valid_from <= ? THEN n.number END), MIN(n.number))
			FROM indicator_versions n WHERE n.indicator_id = i.id)`, today)
	if code != "" {
		q.Where("i.code = ?", code)
	}
	return out, store.MapError(q.Scan(ctx, &out), "library of indicators")
}

// versions reads the wordings of one indicator, newest first, with how many
// values each has.
func versions(ctx context.Context, db bun.IDB, code string) (out []Version, err error) {
	err = db.NewSelect().TableExpr("indicators AS i").Join("JOIN indicator_versions AS v ON v.indicator_id = i.id").
		ColumnExpr(versionColumns).ColumnExpr("v.created_at").
		ColumnExpr(`(SELECT COUNT(*) FROM indicator_values iv WHERE iv.indicator_id = i.id AND iv.version_id = v.id) AS "values"`).
		Where("i.code = ?", code).OrderExpr("v.number DESC").Scan(ctx, &out)
	return out, store.MapError(err, "versions of an indicator")
}

// LoadReference adds the library that every office starts from; what is there
// stays.
func (s *Service) LoadReference(ctx context.Context) error {
	if _, err := office.Allowed(ctx, policies.IndicatorSet); err != nil {
		return err
	}
	rows, err := reference.Rows(reference.Indicators)
	if err != nil {
		return apperr.Wrap(err, "reference")
	}
	return s.kis.DB.Write(ctx, func(tx *store.Tx) error {
		have, err := library(ctx, tx, "", s.kis.Today())
		if err != nil {
			return err
		}
		known := map[string]bool{}
		for _, i := range have {
			known[i.Code] = true
		}
		var list []indicatorRow
		var versions []versionRow
		for n, r := range rows {
			if known[r["code"]] {
				continue
			}
			number, err := strconv.Atoi(r["version"])
			if err != nil {
				return apperr.Wrap(err, "reference indicator")
			}
			decimals, err := strconv.Atoi(r["decimals"])
			if err != nil {
				return apperr.Wrap(err, "reference indicator")
			}
			i := indicatorRow{ID: store.NewID(), Code: r["code"], GSBPM: r["gsbpm"], Position: n + 1}
			list = append(list, i)
			versions = append(versions, versionRow{ID: store.NewID(), IndicatorID: i.ID, Number: number, Unit: Unit(r["unit"]), Direction: Direction(r["direction"]),
				Decimals: decimals, Lowest: r["lowest"], Highest: r["highest"], Computed: r["computed"], NameAZ: r["name_az"], NameEN: r["name_en"], DefinitionAZ: r["definition_az"], DefinitionEN: r["definition_en"],
				FormulaAZ: r["formula_az"], FormulaEN: r["formula_en"], ValidFrom: day.Day(r["valid_from"]), CreatedAt: tx.Now})
			tx.Record(store.Change{Action: office.TrailReferenceLoad, Kind: "indicator", ID: i.ID, Label: i.Code, After: map[string]any{"version": number, "name_az": r["name_az"]}})
		}
		if len(list) == 0 {
			return store.ErrNoChange
		}
		if _, err := tx.NewInsert().Model(&list).Exec(ctx); err != nil {
			return store.MapError(err, "insert indicators")
		}
		_, err = tx.NewInsert().Model(&versions).Exec(ctx)
		return store.MapError(err, "insert versions of indicators")
	})
}

// applicable gives the sub-processes that exist in a description.
func applicable(ctx context.Context, db bun.IDB, versionID string) (map[string]bool, error) {
	var codes []string
	err := db.NewRaw(`SELECT code FROM activities WHERE version_id = ? AND level = 'subprocess' AND applicable`, versionID).Scan(ctx, &codes)
	out := map[string]bool{}
	for _, c := range codes {
		out[c] = true
	}
	return out, store.MapError(err, "sub-processes")
}

// targets reads those of a process, by indicator.
func targets(ctx context.Context, db bun.IDB, processID string) (map[string]targetRow, error) {
	var rows []targetRow
	err := db.NewSelect().Model(&rows).Where("it.process_id = ?", processID).Scan(ctx)
	out := map[string]targetRow{}
	for _, r := range rows {
		out[r.IndicatorID] = r
	}
	return out, store.MapError(err, "targets")
}

// Point is the value of one cycle in a trend.
type Point struct {
	CycleID, Period string
	IndicatorID     string
	Value           Value
}

// history reads the kept values of a process, oldest cycle first, with who
// recorded them; of one indicator when it is given.
func history(ctx context.Context, db bun.IDB, processID, indicatorID string) ([]Point, error) {
	var rows []struct {
		valueRow
		Period string
		Number int
		Name   string `bun:",nullzero"`
	}
	q := db.NewSelect().Model(&rows).ModelTableExpr("indicator_values AS iv").ColumnExpr("iv.*, c.period, v.number, u.name").
		Join("JOIN cycles AS c ON c.id = iv.cycle_id").Join("JOIN indicator_versions AS v ON v.id = iv.version_id").
		Join("LEFT JOIN users AS u ON u.id = iv.recorded_by").Where("c.process_id = ?", processID).OrderExpr("c.first_day, c.period, iv.indicator_id")
	if indicatorID != "" {
		q.Where("iv.indicator_id = ?", indicatorID)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, store.MapError(err, "values of indicators")
	}
	out := make([]Point, len(rows))
	for i, r := range rows {
		out[i] = Point{r.CycleID, r.Period, r.IndicatorID, Value{Value: r.Value, Numerator: r.Numerator, Denominator: r.Denominator, Target: r.Target, Source: r.Source,
			Note: r.Note, Revision: r.Revision, Version: r.Number, RecordedBy: r.Name, RecordedAt: r.RecordedAt}}
	}
	return out, nil
}
