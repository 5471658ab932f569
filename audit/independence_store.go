package audit

import (
	"context"
	"encoding/json"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

type teamRow struct {
	bun.BaseModel `bun:"table:audit_team,alias:tm"`

	AuditID     string    `bun:"audit_id,pk"`
	UserID      string    `bun:"user_id,pk"`
	Role        TeamRole  `bun:"role"`
	ExceptionID string    `bun:"exception_id,nullzero"`
	CheckedAt   time.Time `bun:"checked_at"`
}

// replaceTeam sets the team of an audit.
func replaceTeam(ctx context.Context, tx *store.Tx, auditID string, team []teamRow) error {
	if _, err := tx.NewDelete().Model((*teamRow)(nil)).Where("audit_id = ?", auditID).Exec(ctx); err != nil {
		return store.MapError(err, "clear team")
	}
	_, err := tx.NewInsert().Model(&team).Exec(ctx)
	return store.MapError(err, "insert team")
}

// teamOf reads the team of an audit, the lead first.
func teamOf(ctx context.Context, db bun.IDB, auditID string) ([]teamRow, error) {
	var team []teamRow
	err := db.NewSelect().Model(&team).Where("tm.audit_id = ?", auditID).
		OrderExpr("CASE WHEN tm.role = 'lead' THEN 0 ELSE 1 END, tm.user_id").Scan(ctx)
	return team, store.MapError(err, "team")
}

// partOf gives the part a user has in an audit, "" for none.
func partOf(ctx context.Context, db bun.IDB, auditID, userID string) (TeamRole, error) {
	if auditID == "" || userID == "" {
		return "", nil
	}
	var role []TeamRole
	err := db.NewRaw("SELECT role FROM audit_team WHERE audit_id = ? AND user_id = ?", auditID, userID).Scan(ctx, &role)
	if err != nil || len(role) == 0 {
		return "", store.MapError(err, "team part")
	}
	return role[0], nil
}

type workplace struct {
	UserID string  `bun:"user_id"`
	Code   string  `bun:"code"`
	To     day.Day `bun:"to_day"`
}

// workedIn finds which of the users work, or worked on or after the day, in
// which of the departments: at home, by their history, or by a role there.
// It is kis.DepartmentsOfSince for many people at once; an empty To is still.
func workedIn(ctx context.Context, db bun.IDB, users, departments []string, since day.Day) ([]workplace, error) {
	if len(departments) == 0 {
		return nil, nil
	}
	var out []workplace
	err := db.NewRaw(`SELECT w.user_id, d.code, w.to_day FROM (
			SELECT u.id AS user_id, u.department_id, '' AS to_day FROM users u
			UNION ALL SELECT h.user_id, h.department_id, COALESCE(h.to_day, '') FROM user_departments h
				WHERE h.to_day IS NULL OR (h.to_day >= ?2 AND h.to_day >= h.from_day)
			UNION ALL SELECT g.user_id, g.department_id, COALESCE(g.to_day, '') FROM user_roles g
				WHERE g.role IN (?3) AND (g.to_day IS NULL OR (g.to_day >= ?2 AND g.to_day >= g.from_day))
		) AS w JOIN departments d ON d.id = w.department_id
		WHERE w.user_id IN (?0) AND w.department_id IN (?1)
		ORDER BY w.user_id, d.sort_key, CASE WHEN w.to_day = '' THEN 0 ELSE 1 END, w.to_day DESC`,
		bun.List(users), bun.List(departments), since, bun.List([]policies.Role{policies.Employee, policies.Head})).Scan(ctx, &out)
	return out, store.MapError(err, "where people worked")
}

type actionOwner struct {
	UserID string `bun:"user_id"`
	Code   string `bun:"code"`
}

// actionOwners finds which of the users own a corrective action of an act of
// the departments and codes; acts that were withdrawn do not count.
func actionOwners(ctx context.Context, db bun.IDB, users []string, sc scope) ([]actionOwner, error) {
	if len(sc.Departments) == 0 {
		return nil, nil
	}
	const owned = "(SELECT act_id, owner_id AS user_id FROM corrective_actions WHERE owner_id IN (?0) UNION SELECT act_id, user_id FROM action_owners WHERE user_id IN (?0)) AS w"
	q := db.NewSelect().TableExpr(owned, bun.List(users)).Distinct().ColumnExpr("w.user_id, d.code").
		Join("JOIN acts AS c ON c.id = w.act_id").Join("JOIN departments AS d ON d.id = c.department_id").
		Where("c.department_id IN (?)", bun.List(sc.Departments)).
		Where("c.state <> ?", ActWithdrawn).OrderExpr("1, 2")
	if len(sc.Codes) > 0 {
		q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			for _, code := range sc.Codes {
				q.WhereOr("c.gsbpm = ? OR c.gsbpm LIKE ?", code, code+".%")
			}
			return q
		})
	}
	var out []actionOwner
	err := q.Scan(ctx, &out)
	return out, store.MapError(err, "owners of actions")
}

// auditorGrant is a person with the auditor's roles valid today.
type auditorGrant struct {
	UserID       string
	Name         string
	DepartmentID string
	Roles        []string
}

// auditorRoles reads who of the users exists and is active, with their
// auditor's roles; nil users means everybody who has one.
func auditorRoles(ctx context.Context, db bun.IDB, users []string, today day.Day) (map[string]auditorGrant, error) {
	var rows []struct {
		ID           string
		Name         string
		DepartmentID string `bun:"department_id"`
		Role         string
	}
	roles := []string{string(policies.Auditor), string(policies.LeadAuditor)}
	q := db.NewSelect().TableExpr("users AS u").ColumnExpr("u.id, u.name, COALESCE(CAST(u.department_id AS TEXT), '') AS department_id, COALESCE(g.role, '') AS role").
		Join("LEFT JOIN user_roles AS g ON g.user_id = u.id AND g.role IN (?) AND g.from_day <= ? AND (g.to_day IS NULL OR g.to_day >= ?)", bun.List(roles), today, today).
		Where("u.disabled_at IS NULL").Order("u.sort_key", "u.id")
	if users == nil {
		q.Where("g.role IS NOT NULL")
	} else {
		q.Where("u.id IN (?)", bun.List(users))
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, store.MapError(err, "auditors")
	}
	out := map[string]auditorGrant{}
	for _, r := range rows {
		g := out[r.ID]
		g.UserID, g.Name, g.DepartmentID = r.ID, r.Name, r.DepartmentID
		if r.Role != "" {
			g.Roles = append(g.Roles, r.Role)
		}
		out[r.ID] = g
	}
	return out, nil
}

// exceptionsOf reads the latest decision for each person of an audit.
func exceptionsOf(ctx context.Context, db bun.IDB, auditID string) (map[string]Exception, error) {
	var xs []Exception
	if err := db.NewSelect().Model(&xs).Where("x.audit_id = ?", auditID).Order("x.decided_at", "x.id").Scan(ctx); err != nil {
		return nil, store.MapError(err, "exceptions")
	}
	out := map[string]Exception{}
	for _, x := range xs {
		out[x.UserID] = x
	}
	return out, nil
}

type standingRow struct {
	UserID     string `bun:"user_id"`
	Department string `bun:"department"`
	With       string `bun:"with_whom"`
}

// standingIn finds which of the users have a standing conflict, valid on the
// day, with a department of the scope, with a process of it, or with a person
// who works in one of its departments.
func standingIn(ctx context.Context, db bun.IDB, users []string, sc scope, today day.Day) ([]standingRow, error) {
	q := db.NewSelect().TableExpr("auditor_conflicts AS x").Distinct().
		ColumnExpr("x.user_id, COALESCE(d.code, '') AS department, COALESCE(p.code, u.name, '') AS with_whom").
		Join("LEFT JOIN departments AS d ON d.id = x.department_id").Join("LEFT JOIN processes AS p ON p.id = x.process_id").
		Join("LEFT JOIN users AS u ON u.id = x.person_id").
		Where("x.user_id IN (?)", bun.List(users)).Where("x.from_day <= ?0 AND (x.to_day IS NULL OR x.to_day >= ?0)", today).OrderExpr("1, 2, 3")
	q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		q.Where("1 = 0")
		if len(sc.Departments) > 0 {
			q.WhereOr("x.department_id IN (?)", bun.List(sc.Departments)).WhereOr("u.department_id IN (?)", bun.List(sc.Departments))
		}
		if len(sc.Cycles) > 0 {
			q.WhereOr("x.process_id IN (SELECT y.process_id FROM cycles y WHERE y.id IN (?))", bun.List(sc.Cycles))
		}
		return q
	})
	var out []standingRow
	err := q.Scan(ctx, &out)
	return out, store.MapError(err, "standing conflicts")
}

type checkRow struct {
	bun.BaseModel `bun:"table:independence_checks,alias:k"`

	ID          string    `bun:"id,pk"`
	AuditID     string    `bun:"audit_id"`
	UserID      string    `bun:"user_id"`
	Seq         int       `bun:"seq"`
	At          time.Time `bun:"at"`
	Stage       Stage     `bun:"stage"`
	Conflicts   string    `bun:"conflicts"`
	ExceptionID string    `bun:"exception_id,nullzero"`
}

// keepChecks adds what a look at a team found to what was found before.
func keepChecks(ctx context.Context, tx *store.Tx, auditID string, stage Stage, team []teamRow, conflicts map[string][]Conflict) error {
	last, err := lastChecks(ctx, tx, auditID)
	if err != nil {
		return err
	}
	rows := make([]checkRow, 0, len(team))
	for _, t := range team {
		found := conflicts[t.UserID]
		if found == nil {
			found = []Conflict{}
		}
		text, err := json.Marshal(found)
		if err != nil {
			return err
		}
		rows = append(rows, checkRow{ID: store.NewID(), AuditID: auditID, UserID: t.UserID, Seq: last[t.UserID].Seq + 1, At: tx.Now, Stage: stage,
			Conflicts: string(text), ExceptionID: t.ExceptionID})
	}
	if len(rows) == 0 {
		return nil
	}
	_, err = tx.NewInsert().Model(&rows).Exec(ctx)
	return store.MapError(err, "keep checks of independence")
}

// lastChecks reads the last check of everybody who was ever on the team.
func lastChecks(ctx context.Context, db bun.IDB, auditID string) (map[string]checkRow, error) {
	var rows []checkRow
	err := db.NewSelect().Model(&rows).Where("k.audit_id = ?", auditID).
		Where("k.seq = (SELECT MAX(m.seq) FROM independence_checks m WHERE m.audit_id = k.audit_id AND m.user_id = k.user_id)").Scan(ctx)
	out := map[string]checkRow{}
	for _, r := range rows {
		out[r.UserID] = r
	}
	return out, store.MapError(err, "checks of independence")
}

// found gives the conflicts that the check kept.
func (r checkRow) found() (out []Conflict) {
	if json.Unmarshal([]byte(r.Conflicts), &out) != nil {
		return nil
	}
	return out
}
