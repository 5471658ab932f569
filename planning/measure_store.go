package planning

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
)

type measureDepartment struct {
	bun.BaseModel `bun:"table:measure_departments,alias:md"`

	MeasureID    string `bun:"measure_id,pk"`
	DepartmentID string `bun:"department_id,pk"`
	Position     int    `bun:"position"`
}

// insertStatuses adds the statuses whose code is new and gives their number.
func insertStatuses(ctx context.Context, db bun.IDB, list []MeasureStatusRule) (int64, error) {
	n, err := store.Affected(db.NewInsert().Model(&list).On("CONFLICT (code) DO NOTHING").Exec(ctx))
	return n, store.MapError(err, "insert statuses")
}

func statusRules(ctx context.Context, db bun.IDB) ([]MeasureStatusRule, error) {
	var list []MeasureStatusRule
	err := db.NewSelect().Model(&list).OrderExpr("st.position, st.code").Scan(ctx)
	return list, store.MapError(err, "measure statuses")
}

func insertNationalPlan(ctx context.Context, db bun.IDB, p NationalPlan) (added bool, err error) {
	n, err := store.Affected(db.NewInsert().Model(&p).On("CONFLICT (code) DO NOTHING").Exec(ctx))
	return n > 0, store.MapError(err, "insert national plan")
}

// nationalPlans lists the plans, the newest first, with the number of
// measures that the office has of each.
func nationalPlans(ctx context.Context, db bun.IDB) ([]NationalPlan, error) {
	var list []NationalPlan
	err := db.NewSelect().Model(&list).ColumnExpr("np.*").
		ColumnExpr("(SELECT COUNT(*) FROM measures AS m WHERE m.plan_id = np.id) AS measures").
		OrderExpr("np.period_from DESC, np.code").Scan(ctx)
	return list, store.MapError(err, "national plans")
}

func nationalPlan(ctx context.Context, db bun.IDB, id string) (NationalPlan, error) {
	var p NationalPlan
	err := db.NewSelect().Model(&p).ColumnExpr("np.*").Where("np.id = ?", id).Scan(ctx)
	return p, store.MapError(err, "national plan")
}

// lockNationalPlan holds a plan against another import.
func lockNationalPlan(ctx context.Context, tx *store.Tx, id string) error {
	var p NationalPlan
	err := store.Lock(tx.NewSelect().Model(&p).ColumnExpr("np.*").Where("np.id = ?", id)).Scan(ctx)
	return store.MapError(err, "lock national plan")
}

func measuresOfPlan(ctx context.Context, db bun.IDB, planID string) (map[string]Measure, error) {
	var list []Measure
	if err := db.NewSelect().Model(&list).Where("m.plan_id = ?", planID).Scan(ctx); err != nil {
		return nil, store.MapError(err, "measures of plan")
	}
	out := make(map[string]Measure, len(list))
	for _, m := range list {
		out[m.Number] = m
	}
	return out, nil
}

func insertMeasures(ctx context.Context, db bun.IDB, list []Measure) error {
	_, err := db.NewInsert().Model(&list).Exec(ctx)
	return store.MapError(err, "insert measures")
}

func measureByID(ctx context.Context, db bun.IDB, id string) (Measure, error) {
	var m Measure
	if !store.IsID(id) {
		return m, apperr.Missing(kindMeasure)
	}
	if err := db.NewSelect().Model(&m).Where("m.id = ?", id).Scan(ctx); err != nil {
		return m, store.MapError(err, "measure")
	}
	list := []*Measure{&m}
	return m, departmentsOfMeasures(ctx, db, list)
}

// lockMeasure holds a measure, so that changes of its entries and of who
// answers for it come one after another.
func lockMeasure(ctx context.Context, tx *store.Tx, id string) (Measure, error) {
	var m Measure
	if !store.IsID(id) {
		return m, apperr.Missing(kindMeasure)
	}
	if err := store.Lock(tx.NewSelect().Model(&m).Where("m.id = ?", id)).Scan(ctx); err != nil {
		return m, store.MapError(err, "lock measure")
	}
	list := []*Measure{&m}
	return m, departmentsOfMeasures(ctx, tx, list)
}

// departmentsOfMeasures fills in who answers for the measures: two queries.
func departmentsOfMeasures(ctx context.Context, db bun.IDB, list []*Measure) error {
	if len(list) == 0 {
		return nil
	}
	at := map[string]*Measure{}
	var ids []string
	for _, m := range list {
		at[m.ID] = m
		ids = append(ids, m.ID)
	}
	var rows []measureDepartment
	err := db.NewSelect().Model(&rows).Where("md.measure_id IN (?)", bun.List(ids)).OrderExpr("md.measure_id, md.position").Scan(ctx)
	if err != nil {
		return store.MapError(err, "departments of measures")
	}
	var wanted []string
	for _, r := range rows {
		wanted = append(wanted, r.DepartmentID)
	}
	departments, err := office.DepartmentsByID(ctx, db, wanted)
	if err != nil {
		return err
	}
	for _, r := range rows {
		m := at[r.MeasureID]
		m.Departments = append(m.Departments, departments[r.DepartmentID])
	}
	return nil
}

// setMeasureDepartments makes the departments of a measure exactly these.
func setMeasureDepartments(ctx context.Context, tx *store.Tx, measureID string, ids []string) error {
	if _, err := tx.NewDelete().Table("measure_departments").Where("measure_id = ?", measureID).Exec(ctx); err != nil {
		return store.MapError(err, "clear departments of measure")
	}
	if len(ids) == 0 {
		return nil
	}
	rows := make([]measureDepartment, len(ids))
	for i, id := range ids {
		rows[i] = measureDepartment{MeasureID: measureID, DepartmentID: id, Position: i}
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return store.MapError(err, "insert departments of measure")
}
