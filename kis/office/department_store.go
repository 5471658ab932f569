package office

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
)

// DepartmentsByID gives the departments of the ids, archived ones too; ids
// that are none are left out. One query, none for no ids.
func DepartmentsByID(ctx context.Context, db bun.IDB, ids []string) (map[string]Department, error) {
	out := map[string]Department{}
	if ids = CleanIDs(ids); len(ids) == 0 {
		return out, nil
	}
	var list []Department
	err := db.NewSelect().Model(&list).Where("d.id IN (?)", bun.List(ids)).Scan(ctx)
	for _, d := range list {
		out[d.ID] = d
	}
	return out, store.MapError(err, "departments")
}

// DepartmentByCode finds a department in use by its code as written, else by
// one of its other spellings without regard to case and marks. NotFound when
// there is none.
func DepartmentByCode(ctx context.Context, db bun.IDB, codeOrAlias string) (Department, error) {
	text := strings.TrimSpace(codeOrAlias)
	var list []Department
	err := db.NewSelect().Model(&list).Where("d.archived_at IS NULL").
		Where("d.code = ? OR d.id = (SELECT a.department_id FROM department_aliases AS a WHERE a.alias = ?)", text, i18n.Fold(text)).
		Scan(ctx)
	if err != nil {
		return Department{}, store.MapError(err, "department by code")
	}
	for _, d := range list {
		if d.Code == text {
			return d, nil
		}
	}
	if len(list) == 0 {
		return Department{}, apperr.Missing("department")
	}
	return list[0], nil
}

func ListDepartments(ctx context.Context, db bun.IDB, archived bool) ([]Department, error) {
	var list []Department
	q := db.NewSelect().Model(&list).OrderExpr("d.archived_at IS NOT NULL, d.sort_key, d.id")
	if !archived {
		q = q.Where("d.archived_at IS NULL")
	}
	return list, store.MapError(q.Scan(ctx), "departments")
}

// departmentDetails lists all departments, or the one of an id, with aliases
// and counts: two queries.
func departmentDetails(ctx context.Context, db bun.IDB, id string) ([]DepartmentDetail, error) {
	var rows []struct {
		Department `bun:",extend"`
		People     int
		Processes  int
	}
	q := db.NewSelect().Model(&rows).ColumnExpr("d.*").
		ColumnExpr("(SELECT COUNT(*) FROM users AS u WHERE u.department_id = d.id AND u.disabled_at IS NULL) AS people").
		ColumnExpr("(SELECT COUNT(*) FROM processes AS p WHERE p.owner_id = d.id) AS processes").
		OrderExpr("d.archived_at IS NOT NULL, d.sort_key, d.id")
	var aliases []struct{ Alias, DepartmentID string }
	qa := db.NewSelect().Table("department_aliases").Column("alias", "department_id").Order("alias")
	if id != "" {
		q, qa = q.Where("d.id = ?", id), qa.Where("department_id = ?", id)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, store.MapError(err, "departments")
	}
	if err := qa.Scan(ctx, &aliases); err != nil {
		return nil, store.MapError(err, "aliases")
	}
	out, at := make([]DepartmentDetail, len(rows)), map[string]int{}
	for i, r := range rows {
		out[i] = DepartmentDetail{Department: r.Department, People: r.People, Processes: r.Processes}
		at[r.ID] = i
	}
	for _, a := range aliases {
		i := at[a.DepartmentID]
		out[i].Aliases = append(out[i].Aliases, a.Alias)
	}
	return out, nil
}

// HoldDepartment reads a department and keeps others from changing it until the
// unit of work ends. NotFound when there is none.
func HoldDepartment(ctx context.Context, tx *store.Tx, id string) (Department, error) {
	var d Department
	err := store.Lock(tx.NewSelect().Model(&d).Where("d.id = ?", id)).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return d, apperr.Missing("department")
	}
	if err != nil {
		return d, store.MapError(err, "department")
	}
	return d, tx.Seen(ctx, kindDepartment, id)
}

func InsertDepartment(ctx context.Context, db bun.IDB, d *Department) error {
	_, err := db.NewInsert().Model(d).Exec(ctx)
	return store.MapError(err, "insert department")
}

func updateDepartment(ctx context.Context, db bun.IDB, d Department) error {
	_, err := db.NewUpdate().Model(&d).Column("name_az", "name_en", "kind", "search_key", "sort_key").WherePK().Exec(ctx)
	return store.MapError(err, "update department")
}

func archiveDepartment(ctx context.Context, db bun.IDB, id string, at time.Time) error {
	_, err := db.NewUpdate().Table("departments").Set("archived_at = ?", bun.NullTime{Time: at}).Where("id = ?", id).Exec(ctx)
	return store.MapError(err, "archive department")
}

func AliasesOf(ctx context.Context, db bun.IDB, id string) ([]string, error) {
	var list []string
	err := db.NewSelect().Table("department_aliases").Column("alias").Where("department_id = ?", id).Order("alias").Scan(ctx, &list)
	return list, store.MapError(err, "aliases")
}

// SetAliases makes the aliases of a department exactly these; one that leads
// to another department is a Conflict on field "aliases".
func SetAliases(ctx context.Context, db bun.IDB, id string, aliases []string) error {
	if _, err := db.NewDelete().Table("department_aliases").Where("department_id = ?", id).Exec(ctx); err != nil {
		return store.MapError(err, "remove aliases")
	}
	if len(aliases) == 0 {
		return nil
	}
	type row struct {
		bun.BaseModel `bun:"table:department_aliases"`
		Alias         string
		DepartmentID  string
	}
	rows := make([]row, len(aliases))
	for i, a := range aliases {
		rows[i] = row{Alias: a, DepartmentID: id}
	}
	n, err := store.Affected(db.NewInsert().Model(&rows).On("CONFLICT (alias) DO NOTHING").Exec(ctx))
	if err != nil {
		return store.MapError(err, "insert aliases")
	}
	if int(n) < len(rows) {
		return &apperr.Error{Kind: apperr.Conflict, Key: "error.conflict.exists", Fields: []apperr.Field{{Name: "aliases", Key: "error.field.taken"}}}
	}
	return nil
}

// same compares what the trail would keep.
func (f departmentFacts) same(g departmentFacts) bool {
	return f.Code == g.Code && f.NameAZ == g.NameAZ && f.NameEN == g.NameEN && f.Kind == g.Kind && slices.Equal(f.Aliases, g.Aliases)
}

// fingerprint is a short hash of fields, to see whether any has changed.
func fingerprint(fields ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(fields, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// CleanIDs drops empty and repeated ids and what is no id.
func CleanIDs(ids []string) []string {
	set := map[string]bool{}
	for _, id := range ids {
		if store.IsID(id) {
			set[id] = true
		}
	}
	return SortedKeys(set)
}

func SortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
