package quality

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// withNames selects reports with what is read along; the joins leave no report
// out.
func withNames(db bun.IDB, model any) *bun.SelectQuery {
	return db.NewSelect().Model(model).ColumnExpr("r.*, u.name AS created_name, COALESCE(sb.name, '') AS submitted_name").
		ColumnExpr("p.id AS process_id, p.code AS process_code, p.title_az, p.title_en, c.period, c.reference_period").
		ColumnExpr("p.owner_id, d.code AS owner_code, d.name_az AS owner_az, d.name_en AS owner_en").
		ColumnExpr("CASE WHEN o.id IS NULL THEN '' ELSE o.number || ' / ' || o.no END AS source_label").
		Join("JOIN cycles AS c ON c.id = r.cycle_id").Join("JOIN processes AS p ON p.id = c.process_id").
		Join("JOIN departments AS d ON d.id = p.owner_id").Join("JOIN users AS u ON u.id = r.created_by").
		Join("LEFT JOIN users AS sb ON sb.id = r.submitted_by").Join("LEFT JOIN quality_reports AS o ON o.id = r.source_id")
}

// reportBy reads one report with its names, by id; by number it is the newest
// version.
func reportBy(ctx context.Context, db bun.IDB, idOrNumber string) (Report, error) {
	var r Report
	q := withNames(db, &r)
	if store.IsID(idOrNumber) {
		q.Where("r.id = ?", idOrNumber)
	} else {
		q.Where("r.number = ?", idOrNumber).OrderExpr("r.no DESC").Limit(1)
	}
	err := q.Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return r, apperr.Missing(Kind)
	}
	return r, store.MapError(err, "quality report")
}

// lockReport holds a report until the unit of work ends, and reads what is
// read along with it.
func lockReport(ctx context.Context, tx *store.Tx, id string) (Report, error) {
	if !store.IsID(id) {
		return Report{}, apperr.Missing(Kind)
	}
	var held Report
	err := store.Lock(tx.NewSelect().Model(&held).ColumnExpr("r.*").Where("r.id = ?", id)).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return held, apperr.Missing(Kind)
	}
	if err != nil {
		return held, store.MapError(err, "lock quality report")
	}
	if err := tx.Seen(ctx, Kind, id); err != nil {
		return held, err
	}
	return reportBy(ctx, tx, id)
}

func insertReport(ctx context.Context, tx *store.Tx, r *Report, entries []Entry) error {
	if _, err := tx.NewInsert().Model(r).Exec(ctx); err != nil {
		return store.MapError(err, "insert quality report")
	}
	return insertEntries(ctx, tx, entries)
}

func insertEntries(ctx context.Context, tx *store.Tx, entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&entries).Exec(ctx)
	return store.MapError(err, "insert entries")
}

// setState stores a locked report and moves it to a state.
func setState(ctx context.Context, tx *store.Tx, r *Report, to State) error {
	from := r.State
	r.State, r.StateAt = to, tx.Now
	r.Version++
	n, err := store.Affected(tx.NewUpdate().Model(r).Column("state", "state_at", "submitted_by", "submitted_at", "approved_by", "approved_name", "approved_at", "published_at", "reason", "version").
		Where("id = ? AND state = ? AND version = ?", r.ID, from, r.Version-1).Exec(ctx))
	return store.Moved(n, err, Kind, string(from))
}

func entriesOf(ctx context.Context, db bun.IDB, reportID string) (map[string]Entry, error) {
	var rows []Entry
	err := db.NewSelect().Model(&rows).ColumnExpr("e.*, u.name AS edited_name").Join("JOIN users AS u ON u.id = e.edited_by").Where("e.report_id = ?", reportID).Scan(ctx)
	out := make(map[string]Entry, len(rows))
	for _, e := range rows {
		out[e.Code] = e
	}
	return out, store.MapError(err, "entries")
}

// setEntry stores what stands under a concept now.
func setEntry(ctx context.Context, tx *store.Tx, e Entry) error {
	_, err := tx.NewInsert().Model(&e).On("CONFLICT (report_id, code) DO UPDATE").
		Set("na = EXCLUDED.na, text_az = EXCLUDED.text_az, text_en = EXCLUDED.text_en, value = EXCLUDED.value, carried = EXCLUDED.carried").
		Set("version = EXCLUDED.version, edited_by = EXCLUDED.edited_by, edited_at = EXCLUDED.edited_at").Exec(ctx)
	return store.MapError(err, "set entry")
}

func figuresOf(ctx context.Context, db bun.IDB, reportID string) (map[string]Figure, error) {
	var rows []Figure
	err := db.NewSelect().Model(&rows).Where("f.report_id = ?", reportID).Scan(ctx)
	out := make(map[string]Figure, len(rows))
	for _, f := range rows {
		out[f.Code] = f
	}
	return out, store.MapError(err, "figures")
}

// setFigures keeps the figures of a report; none takes them back.
func setFigures(ctx context.Context, tx *store.Tx, reportID string, figures map[string]Figure) error {
	if _, err := tx.NewDelete().Model((*Figure)(nil)).Where("report_id = ?", reportID).Exec(ctx); err != nil {
		return store.MapError(err, "take figures back")
	}
	rows := make([]Figure, 0, len(figures))
	for _, f := range figures {
		f.ReportID = reportID
		rows = append(rows, f)
	}
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return store.MapError(err, "keep figures")
}

// versionsOf lists the versions of a cycle's report, newest first.
func versionsOf(ctx context.Context, db bun.IDB, cycleID string) ([]Report, error) {
	var list []Report
	err := withNames(db, &list).Where("r.cycle_id = ?", cycleID).OrderExpr("r.no DESC").Scan(ctx)
	return list, store.MapError(err, "versions")
}

// lastBefore is the newest approved report of the process about an earlier
// cycle; one without id when there is none.
func lastBefore(ctx context.Context, db bun.IDB, cy kis.Cycle) (Report, error) {
	var list []Report
	err := withNames(db, &list).Where("p.id = ? AND c.id <> ? AND c.period < ? AND r.approved_at IS NOT NULL", cy.Process.ID, cy.ID, cy.Period).
		OrderExpr("c.period DESC, r.no DESC").Limit(1).Scan(ctx)
	if err != nil || len(list) == 0 {
		return Report{}, store.MapError(err, "report before")
	}
	return list[0], nil
}

// earlierReports lists the approved reports of the same process about other
// cycles, newest first.
func earlierReports(ctx context.Context, db bun.IDB, r Report) ([]Report, error) {
	var list []Report
	err := withNames(db, &list).Where("p.id = ? AND c.id <> ? AND r.approved_at IS NOT NULL", r.ProcessID, r.CycleID).OrderExpr("c.period DESC, r.no DESC").Limit(20).Scan(ctx)
	return list, store.MapError(err, "reports of other periods")
}

// Cycle is a cycle without a report.
type Cycle struct {
	ID, Period      string
	ReferencePeriod string
	TitleAZ         string `bun:"title_az"`
	TitleEN         string `bun:"title_en"`
	State           kis.CycleState
}

// Title is the title of the process in a language.
func (c Cycle) Title(lang string) string { return i18n.InLang(lang, c.TitleAZ, c.TitleEN) }

// waitingCycles lists cycles that have begun and have no report, newest first.
func waitingCycles(ctx context.Context, db bun.IDB, scope policies.Scope, limit int) (list []Cycle, err error) {
	q := db.NewSelect().TableExpr("cycles AS c").ColumnExpr("c.id, c.period, c.reference_period, p.title_az, p.title_en, c.state").
		Join("JOIN processes AS p ON p.id = c.process_id").Where("c.state <> ?", kis.CyclePlanned).
		Where("NOT EXISTS (SELECT 1 FROM quality_reports x WHERE x.cycle_id = c.id)").OrderExpr("c.period DESC, p.code, c.id").Limit(int64(limit))
	err = office.InScope(q, scope, "p.owner_id").Scan(ctx, &list)
	return list, store.MapError(err, "cycles without a report")
}
