package audit

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
)

func submissions(ctx context.Context, db bun.IDB, ids []string) ([]Evidence, error) {
	var out []Evidence
	err := db.NewSelect().TableExpr("submissions AS s").
		ColumnExpr("s.id, s.title, s.version, s.state, s.class, s.link, s.reference_period, s.received_at, s.cycle_id, s.submitted_by, u.name AS submitted_name, s.department_id, d.code AS department_code").
		Join("JOIN users AS u ON u.id = s.submitted_by").Join("JOIN departments AS d ON d.id = s.department_id").
		Where("s.id IN (?)", bun.List(ids)).Order("s.received_at", "s.id").Scan(ctx, &out)
	return out, store.MapError(err, "submissions")
}

func filesOfSubmissions(ctx context.Context, db bun.IDB, ids []string) (map[string][]kis.File, error) {
	var rows []struct {
		SubmissionID string   `bun:"submission_id"`
		F            kis.File `bun:"embed:"`
	}
	err := db.NewSelect().TableExpr("submission_files AS l").
		ColumnExpr("l.submission_id, f.id, f.name, f.size, f.sha256, f.content_type, f.added_by, f.added_at").
		Join("JOIN files AS f ON f.id = l.file_id").Where("l.submission_id IN (?)", bun.List(ids)).
		Order("l.submission_id", "l.position").Scan(ctx, &rows)
	out := map[string][]kis.File{}
	for _, r := range rows {
		out[r.SubmissionID] = append(out[r.SubmissionID], r.F)
	}
	return out, store.MapError(err, "files of submissions")
}

func codesOfSubmissions(ctx context.Context, db bun.IDB, ids []string) (map[string][]string, error) {
	var rows []struct {
		SubmissionID string `bun:"submission_id"`
		Code         string `bun:"code"`
	}
	err := db.NewSelect().TableExpr("submission_outputs AS l").Distinct().ColumnExpr("l.submission_id, v.code").
		Join("JOIN outputs AS o ON o.id = l.output_id").Join("JOIN activities AS v ON v.id = o.activity_id").
		Where("l.submission_id IN (?)", bun.List(ids)).OrderExpr("1, 2").Scan(ctx, &rows)
	out := map[string][]string{}
	for _, r := range rows {
		out[r.SubmissionID] = append(out[r.SubmissionID], r.Code)
	}
	return out, store.MapError(err, "codes of submissions")
}

// links reads a table of links from one kind of record to submissions. The
// names come from the program, never from a person.
func links(ctx context.Context, db bun.IDB, table, column string, ids []string) (map[string][]string, []string, error) {
	out := map[string][]string{}
	if len(ids) == 0 {
		return out, nil, nil
	}
	var rows []struct {
		Owner        string
		SubmissionID string `bun:"submission_id"`
	}
	err := db.NewRaw("SELECT ?0 AS owner, submission_id FROM ?1 WHERE ?0 IN (?2) ORDER BY 1, 2",
		bun.Ident(column), bun.Ident(table), bun.List(ids)).Scan(ctx, &rows)
	var all []string
	for _, r := range rows {
		out[r.Owner] = append(out[r.Owner], r.SubmissionID)
		all = append(all, r.SubmissionID)
	}
	return out, all, store.MapError(err, table)
}
