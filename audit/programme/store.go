package programme

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// hold reads a programme and keeps others from changing it until the end of
// the transaction.
func (s *Service) hold(ctx context.Context, tx *store.Tx, id string) (p Programme, err error) {
	if !store.IsID(id) {
		return p, apperr.Missing(kindProgramme)
	}
	if _, err := tx.NewRaw("UPDATE programmes SET state = state WHERE id = ?", id).Exec(ctx); err != nil {
		return p, store.MapError(err, "hold programme")
	}
	if err := tx.Seen(ctx, kindProgramme, id); err != nil {
		return p, err
	}
	err = tx.NewSelect().Model(&p).Where("p.id = ?", id).Scan(ctx)
	if err = store.MapError(err, "programme"); apperr.Is(err, apperr.NotFound) {
		err = apperr.Missing(kindProgramme)
	}
	return p, err
}

// moveProgramme writes columns and state; of two people at once one is told.
func moveProgramme(ctx context.Context, tx *store.Tx, p Programme, from State, columns ...string) error {
	n, err := store.Affected(tx.NewUpdate().Model(&p).Column(append(slices.Clone(columns), "state")...).Where("id = ? AND state = ?", p.ID, from).Exec(ctx))
	return store.Moved(n, err, kindProgramme, string(from))
}

// addRows adds a row to each process, department of the office and site that
// has none yet: processes first, each kind by name.
func addRows(ctx context.Context, tx *store.Tx, programmeID string) (int, error) {
	var found []struct {
		Kind Kind
		ID   string
	}
	err := tx.NewRaw(`SELECT kind, id FROM (
			SELECT 1 AS place, 'process' AS kind, id, sort_key FROM processes
			UNION ALL SELECT 2 AS place, 'department' AS kind, id, sort_key FROM departments WHERE kind = 'internal' AND archived_at IS NULL
			UNION ALL SELECT 3 AS place, 'site' AS kind, id, CASE kind WHEN 'central' THEN '' ELSE sort_key END AS sort_key FROM sites WHERE archived_at IS NULL) AS x
		WHERE id NOT IN (SELECT COALESCE(r.process_id, r.department_id, r.site_id) FROM programme_rows r WHERE r.programme_id = ?)
		ORDER BY place, sort_key, id`, programmeID).Scan(ctx, &found)
	if err != nil {
		return 0, store.MapError(err, "objects of the programme")
	}
	if len(found) == 0 {
		return 0, nil
	}
	var had []struct {
		Object     string
		Importance int
	}
	err = tx.NewRaw(`SELECT COALESCE(r.process_id, r.department_id, r.site_id) AS object, r.importance FROM programme_rows r JOIN programmes p ON p.id = r.programme_id
		WHERE p.year = (SELECT MAX(x.year) FROM programmes x WHERE x.id <> ?0 AND x.year < (SELECT y.year FROM programmes y WHERE y.id = ?0))`, programmeID).Scan(ctx, &had)
	if err != nil {
		return 0, store.MapError(err, "importance before")
	}
	importance := map[string]int{}
	for _, h := range had {
		importance[h.Object] = h.Importance
	}
	var no int
	if err := tx.NewRaw("SELECT COALESCE(MAX(no), 0) FROM programme_rows WHERE programme_id = ?", programmeID).Scan(ctx, &no); err != nil {
		return 0, store.MapError(err, "rows")
	}
	rows := make([]Row, 0, len(found))
	for _, x := range found {
		no++
		r := Row{ID: store.NewID(), ProgrammeID: programmeID, No: no, Kind: x.Kind, Importance: usualImportance}
		if n, ok := importance[x.ID]; ok {
			r.Importance = n
		}
		switch x.Kind {
		case Process:
			r.ProcessID = x.ID
		case Department:
			r.DepartmentID = x.ID
		case Site:
			r.SiteID = x.ID
		}
		rows = append(rows, r)
	}
	_, err = tx.NewInsert().Model(&rows).Exec(ctx)
	return len(rows), store.MapError(err, "insert rows")
}

// usualImportance is that of what nobody has judged yet: middle.
const usualImportance = 2

func updateRow(ctx context.Context, tx *store.Tx, r Row) error {
	_, err := tx.NewUpdate().Model(&r).Column("importance", "computed", "adjusted", "adjust_reason", "months", "codes", "lead_id", "note").WherePK().Exec(ctx)
	return store.MapError(err, "update row")
}

// loosen takes the fixed priorities away.
func loosen(ctx context.Context, tx *store.Tx, programmeID string) error {
	_, err := tx.NewRaw("UPDATE programme_rows SET computed = NULL WHERE programme_id = ?", programmeID).Exec(ctx)
	return store.MapError(err, "priorities")
}

type scoreRow struct {
	bun.BaseModel `bun:"table:programme_scores,alias:sc"`

	RowID  string `bun:"row_id,pk"`
	Factor Factor `bun:"factor,pk"`
	Figure int    `bun:"figure"`
	Score  int    `bun:"score"`
}

func replaceScores(ctx context.Context, tx *store.Tx, programmeID string, list []scoreRow) error {
	if _, err := tx.NewRaw("DELETE FROM programme_scores WHERE row_id IN (SELECT id FROM programme_rows WHERE programme_id = ?)", programmeID).Exec(ctx); err != nil {
		return store.MapError(err, "clear scores")
	}
	if len(list) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&list).Exec(ctx)
	return store.MapError(err, "insert scores")
}

func replaceRisks(ctx context.Context, tx *store.Tx, programmeID string, list []Risk) error {
	if _, err := tx.NewRaw("DELETE FROM programme_risks WHERE programme_id = ?", programmeID).Exec(ctx); err != nil {
		return store.MapError(err, "clear risks")
	}
	if len(list) == 0 {
		return nil
	}
	for i := range list {
		list[i].ProgrammeID, list[i].Position = programmeID, i
	}
	_, err := tx.NewInsert().Model(&list).Exec(ctx)
	return store.MapError(err, "insert risks")
}

func risksOf(ctx context.Context, db bun.IDB, programmeID string) (out []Risk, err error) {
	err = db.NewSelect().Model(&out).Where("pr.programme_id = ?", programmeID).Order("pr.position").Scan(ctx)
	return out, store.MapError(err, "risks")
}

func rowsOf(ctx context.Context, db bun.IDB, programmeID string) (out []Row, err error) {
	err = db.NewSelect().Model(&out).Where("r.programme_id = ?", programmeID).Order("r.no").Scan(ctx)
	return out, store.MapError(err, "rows")
}

func (s *Service) rowByID(ctx context.Context, db bun.IDB, id string) (r Row, err error) {
	if !store.IsID(id) {
		return r, apperr.Missing("row")
	}
	err = db.NewSelect().Model(&r).Where("r.id = ?", id).Scan(ctx)
	if err = store.MapError(err, "row"); apperr.Is(err, apperr.NotFound) {
		err = apperr.Missing("row")
	}
	return r, err
}

// keepChange adds a numbered change.
func keepChange(ctx context.Context, tx *store.Tx, p Programme, e edit, reason string) error {
	values, err := json.Marshal(e.fields)
	if err != nil {
		return err
	}
	c := Change{ID: store.NewID(), ProgrammeID: p.ID, Number: p.Amendment, At: tx.Now, ActorID: tx.Actor.UserID, Actor: tx.Actor.Name, Reason: reason, Values: string(values)}
	if e.row != nil {
		c.RowID = e.row.ID
	}
	_, err = tx.NewInsert().Model(&c).Exec(ctx)
	return store.MapError(err, "insert change")
}

func changesOf(ctx context.Context, db bun.IDB, programmeID string) (out []Change, err error) {
	err = db.NewSelect().Model(&out).Where("ch.programme_id = ?", programmeID).Order("ch.number DESC").Scan(ctx)
	return out, store.MapError(err, "changes")
}

// RowAudit is an audit that came out of a row.
type RowAudit struct {
	RowID       string      `bun:"row_id"`
	Month       int         `bun:"month"`
	ID          string      `bun:"id"`
	Number      string      `bun:"number"`
	State       audit.State `bun:"state"`
	PlannedFrom day.Day     `bun:"planned_from"`
}

// auditsOfRows reads the audits that came out of rows; cancelled ones leave
// their month free again and are not among them.
func auditsOfRows(ctx context.Context, db bun.IDB, rows []string) (out []RowAudit, err error) {
	if len(rows) == 0 {
		return nil, nil
	}
	err = db.NewRaw(`SELECT a.programme_row_id AS row_id, a.programme_month AS month, a.id, a.number, a.state, a.planned_from FROM audits a
		WHERE a.programme_row_id IN (?) AND a.cancelled_at IS NULL ORDER BY a.planned_from, a.id`, bun.List(rows)).Scan(ctx, &out)
	return out, store.MapError(err, "audits of rows")
}

// runningAudits counts the audits of a programme that are neither reported
// nor cancelled.
func runningAudits(ctx context.Context, db bun.IDB, programmeID string) (n int, err error) {
	err = db.NewRaw(`SELECT COUNT(*) FROM audits a JOIN programme_rows r ON r.id = a.programme_row_id WHERE r.programme_id = ? AND a.state IN (?)`, programmeID,
		bun.List([]audit.State{audit.Planned, audit.Announced, audit.InProgress})).Scan(ctx, &n)
	return n, store.MapError(err, "running audits")
}

// leadFits refuses somebody who does not hold the role of lead auditor today.
func (s *Service) leadFits(ctx context.Context, db bun.IDB, userID string) error {
	if userID == "" {
		return nil
	}
	today := s.KIS.Today()
	var n int
	err := db.NewRaw(`SELECT COUNT(*) FROM users u JOIN user_roles g ON g.user_id = u.id WHERE u.id = ?0 AND u.disabled_at IS NULL AND g.role = ?1
		AND g.from_day <= ?2 AND (g.to_day IS NULL OR g.to_day >= ?2)`, userID, policies.LeadAuditor, today).Scan(ctx, &n)
	if err == nil && n == 0 {
		return apperr.InvalidField("lead", "audit.programme.error.lead")
	}
	return store.MapError(err, "lead")
}

// monthStart is the first day of a month; month 13 is January of the next year.
func monthStart(year, month int) day.Day {
	return day.Day(fmt.Sprintf("%04d-%02d-01", year+(month-1)/12, (month-1)%12+1))
}
