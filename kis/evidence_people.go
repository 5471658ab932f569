package kis

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
)

// EvidenceScope bounds a question about evidence. An empty list does not
// bound; a code stands for everything below it.
type EvidenceScope struct {
	CycleIDs    []string
	Codes       []string // GSBPM: 5, 5.3 or 5.3.2
	Departments []string // ids
	Users       []string // ids: only these are asked about
}

// EvidencePerson is somebody who handled evidence in a scope.
type EvidencePerson struct {
	UserID              string
	Submitted, Reviewed bool
}

// EvidencePeople lists who submitted or reviewed evidence in a scope; the
// audit asks it before it takes an auditor. One query.
func EvidencePeople(ctx context.Context, db bun.IDB, scope EvidenceScope) ([]EvidencePerson, error) {
	inside := func(column string) *bun.SelectQuery {
		q := db.NewSelect().TableExpr("submissions AS s").ColumnExpr("? AS user_id", bun.Ident("s."+column)).
			ColumnExpr("CASE WHEN ? = 'submitted_by' THEN 1 ELSE 0 END AS submitted", column).
			Where("? IS NOT NULL", bun.Ident("s."+column))
		if len(scope.Users) > 0 {
			q.Where("? IN (?)", bun.Ident("s."+column), bun.List(office.CleanIDs(scope.Users)))
		}
		if len(scope.CycleIDs) > 0 {
			q.Where("s.cycle_id IN (?)", bun.List(office.CleanIDs(scope.CycleIDs)))
		}
		if len(scope.Departments) > 0 {
			q.Where("s.department_id IN (?)", bun.List(office.CleanIDs(scope.Departments)))
		}
		if len(scope.Codes) > 0 {
			q.Join("JOIN activities AS a ON a.id = s.activity_id").WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
				for _, code := range scope.Codes {
					q.WhereOr("a.code = ? OR a.code LIKE ?", code, code+".%")
				}
				return q
			})
		}
		return q
	}
	var rows []struct {
		UserID              string
		Submitted, Reviewed int
	}
	err := db.NewSelect().TableExpr("(?) AS e", inside("submitted_by").UnionAll(inside("decided_by"))).
		ColumnExpr("e.user_id, MAX(e.submitted) AS submitted, MAX(1 - e.submitted) AS reviewed").
		GroupExpr("e.user_id").OrderExpr("e.user_id").Scan(ctx, &rows)
	if err != nil {
		return nil, store.MapError(err, "people of evidence")
	}
	out := make([]EvidencePerson, len(rows))
	for i, r := range rows {
		out[i] = EvidencePerson{r.UserID, r.Submitted == 1, r.Reviewed == 1}
	}
	return out, nil
}
