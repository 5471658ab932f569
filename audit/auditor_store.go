package audit

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
)

// recordOf reads somebody's record; one that is not there has Version 0.
func recordOf(ctx context.Context, db bun.IDB, userID string) (r Record, err error) {
	err = db.NewSelect().Model(&r).Where("ar.user_id = ?", userID).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Record{UserID: userID}, nil
	}
	return r, store.MapError(err, "record of an auditor")
}

// putRecord writes a record over the version it was filled from.
func putRecord(ctx context.Context, tx *store.Tx, r Record, from int) error {
	if from == 0 {
		_, err := tx.NewInsert().Model(&r).Exec(ctx)
		if err = store.MapError(err, "insert record"); apperr.Is(err, apperr.Conflict) {
			return apperr.New(apperr.Conflict, "error.conflict")
		}
		return err
	}
	n, err := store.Affected(tx.NewUpdate().Model(&r).Where("user_id = ? AND version = ?", r.UserID, from).Exec(ctx))
	if err != nil {
		return store.MapError(err, "update record")
	}
	if n == 0 {
		return apperr.New(apperr.Conflict, "error.conflict")
	}
	return nil
}

// auditorFacts reads records, trainings, conflicts, marks and audits of many
// auditors in four queries.
func auditorFacts(ctx context.Context, db bun.IDB, ids []string, today day.Day) (map[string]AuditorBrief, error) {
	out := map[string]AuditorBrief{}
	var records []Record
	if err := db.NewSelect().Model(&records).Where("ar.user_id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, store.MapError(err, "records of auditors")
	}
	for _, r := range records {
		out[r.UserID] = AuditorBrief{Record: r}
	}
	var trained []struct {
		UserID  string
		N       int
		Expires day.Day
	}
	err := db.NewRaw(`SELECT user_id, SUM(CASE WHEN leads THEN 1 ELSE 0 END) AS n, COALESCE(MIN(valid_to), '') AS expires FROM auditor_trainings
		WHERE user_id IN (?0) AND removed_at IS NULL AND held <= ?1 AND (valid_to IS NULL OR valid_to >= ?1) GROUP BY user_id`, bun.List(ids), today).Scan(ctx, &trained)
	if err != nil {
		return nil, store.MapError(err, "trainings of auditors")
	}
	for _, t := range trained {
		b := out[t.UserID]
		b.Leading, b.Expires = t.N, t.Expires
		out[t.UserID] = b
	}
	var marks []struct {
		UserID   string
		Standing int
		Marks    int
		Sum      int
	}
	err = db.NewRaw(`SELECT u.id AS user_id,
			(SELECT COUNT(*) FROM auditor_conflicts x WHERE x.user_id = u.id AND x.from_day <= ?1 AND (x.to_day IS NULL OR x.to_day >= ?1)) AS standing,
			(SELECT COUNT(*) FROM auditor_evaluations e WHERE e.user_id = u.id) AS marks,
			(SELECT COALESCE(SUM(e.knowledge + e.skill + e.conduct + e.reporting), 0) FROM auditor_evaluations e WHERE e.user_id = u.id) AS sum
		FROM users u WHERE u.id IN (?0)`, bun.List(ids), today).Scan(ctx, &marks)
	if err != nil {
		return nil, store.MapError(err, "marks of auditors")
	}
	for _, m := range marks {
		b := out[m.UserID]
		if b.Standing = m.Standing; m.Marks > 0 {
			b.Mean = (m.Sum*10 + m.Marks*2) / (m.Marks * 4)
		}
		out[m.UserID] = b
	}
	var audits []struct {
		UserID string
		N      int
		Led    int
		Last   day.Day
	}
	err = db.NewRaw(`SELECT t.user_id, COUNT(*) AS n, SUM(CASE WHEN t.role = 'lead' THEN 1 ELSE 0 END) AS led, MAX(a.planned_to) AS last
		FROM audit_team t JOIN audits a ON a.id = t.audit_id WHERE t.user_id IN (?) AND a.state IN (?) GROUP BY t.user_id`,
		bun.List(ids), bun.List([]State{Reported, Closed})).Scan(ctx, &audits)
	for _, a := range audits {
		b := out[a.UserID]
		b.Audits, b.Led, b.Last = a.N, a.Led, a.Last
		out[a.UserID] = b
	}
	return out, store.MapError(err, "audits of auditors")
}

// competenceGap says why a person may not lead an audit, as a message key;
// "" when they may. The training must be valid to the audit's last day.
func competenceGap(ctx context.Context, db bun.IDB, a Audit, userID string) (string, error) {
	facts, err := auditorFacts(ctx, db, []string{userID}, a.PlannedTo)
	if err != nil {
		return "", err
	}
	standards, err := standardsOf(ctx, db, a.ID)
	if err != nil {
		return "", err
	}
	var codes []string
	for _, st := range standards {
		if !slices.Contains(codes, st.Code) {
			codes = append(codes, st.Code)
		}
	}
	return facts[userID].gap(codes), nil
}

func trainingsOf(ctx context.Context, db bun.IDB, userID string) (out []Training, err error) {
	err = db.NewSelect().Model(&out).Where("tn.user_id = ? AND tn.removed_at IS NULL", userID).Order("tn.held DESC", "tn.id DESC").Scan(ctx)
	return out, store.MapError(err, "trainings")
}

func conflictsDeclared(ctx context.Context, db bun.IDB, userID string) (out []StandingConflict, err error) {
	err = db.NewSelect().Model(&out).ColumnExpr("x.*, COALESCE(d.code, p.code, u.name, '') AS with_whom").
		Join("LEFT JOIN departments AS d ON d.id = x.department_id").Join("LEFT JOIN processes AS p ON p.id = x.process_id").
		Join("LEFT JOIN users AS u ON u.id = x.person_id").Where("x.user_id = ?", userID).
		OrderExpr("CASE WHEN x.to_day IS NULL THEN 0 ELSE 1 END, x.from_day DESC, x.id DESC").Scan(ctx)
	return out, store.MapError(err, "standing conflicts")
}

func evaluationsOf(ctx context.Context, db bun.IDB, userID string) (out []Evaluation, err error) {
	err = db.NewSelect().Model(&out).ColumnExpr("ev.*, COALESCE(a.number, '') AS audit_number, u.name AS by_name").
		Join("LEFT JOIN audits AS a ON a.id = ev.audit_id").Join("JOIN users AS u ON u.id = ev.by_id").
		Where("ev.user_id = ?", userID).Order("ev.day DESC", "ev.id DESC").Limit(100).Scan(ctx)
	return out, store.MapError(err, "evaluations")
}

func teamsOf(ctx context.Context, db bun.IDB, userID string) (out []AuditorAudit, err error) {
	err = db.NewRaw(`SELECT a.id, a.number, a.title, a.state, t.role, a.planned_from FROM audit_team t JOIN audits a ON a.id = t.audit_id
		WHERE t.user_id = ? ORDER BY a.planned_from DESC, a.id DESC LIMIT 50`, userID).Scan(ctx, &out)
	return out, store.MapError(err, "audits of an auditor")
}

func standardCodes(ctx context.Context, db bun.IDB) (out []string, err error) {
	err = db.NewRaw("SELECT DISTINCT code FROM standards ORDER BY code").Scan(ctx, &out)
	return out, store.MapError(err, "standards")
}

func allStandards(ctx context.Context, db bun.IDB) (out []Standard, err error) {
	err = db.NewSelect().Model(&out).Order("st.code", "st.edition").Scan(ctx)
	return out, store.MapError(err, "standards")
}

// everybody reads all active people with their departments, by name.
func everybody(ctx context.Context, db bun.IDB) ([]Person, error) {
	var ids []string
	if err := db.NewRaw("SELECT id FROM users WHERE disabled_at IS NULL ORDER BY sort_key, id").Scan(ctx, &ids); err != nil {
		return nil, store.MapError(err, "people")
	}
	names, err := people(ctx, db, ids)
	out := make([]Person, 0, len(ids))
	for _, id := range ids {
		out = append(out, names[id])
	}
	return out, err
}
