package kis

import (
	"context"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
)

// rule is one that every row must keep: the query gives what breaks it as
// (place, id).
type rule struct{ key, query string }

// rules are those of the spine that no constraint of the schema holds.
var rules = []rule{
	{"verify.activity.parent", `SELECT 'activities' AS place, a.id FROM activities a LEFT JOIN activities p ON p.id = a.parent_id
		WHERE (a.level <> 'phase' AND p.id IS NULL) OR (p.id IS NOT NULL AND (p.version_id <> a.version_id OR a.code NOT LIKE p.code || '.%'))`},
	{"verify.activity.output", `SELECT 'activities' AS place, a.id FROM activities a
		WHERE a.applicable AND NOT EXISTS (SELECT 1 FROM outputs o WHERE o.activity_id = a.id)`},
	{"verify.activity.responsible", `SELECT 'activities' AS place, a.id FROM activities a
		WHERE a.applicable AND NOT EXISTS (SELECT 1 FROM activity_departments d WHERE d.activity_id = a.id AND d.responsible)`},
	{"verify.cycle.version", `SELECT 'cycles' AS place, c.id FROM cycles c JOIN process_versions v ON v.id = c.version_id WHERE v.process_id <> c.process_id`},
	{"verify.cycle.times", `SELECT 'cycles' AS place, c.id FROM cycles c WHERE (c.state <> 'planned') <> (c.running_at IS NOT NULL)
		OR (c.state IN ('evaluating', 'closed')) <> (c.evaluating_at IS NOT NULL) OR (c.state = 'closed') <> (c.closed_at IS NOT NULL)`},
	{"verify.gate.times", `SELECT 'cycle_phases:' || p.phase AS place, p.cycle_id AS id FROM cycle_phases p
		WHERE (p.gate IN ('passed', 'waived')) <> (p.gate_at IS NOT NULL) OR (p.gate = 'waived' AND p.gate_note = '') OR (p.reopenings > 0) <> (p.reopened_at IS NOT NULL)`},
	{"verify.gate.evidence", `SELECT 'cycle_phases:' || p.phase AS place, p.cycle_id AS id FROM cycle_phases p JOIN cycles c ON c.id = p.cycle_id
		WHERE p.gate = 'passed' AND EXISTS (SELECT 1 FROM activities a JOIN outputs o ON o.activity_id = a.id
			WHERE a.version_id = c.version_id AND a.phase = p.phase AND a.level = 'task' AND a.applicable AND NOT EXISTS (
				SELECT 1 FROM submission_outputs so JOIN submissions s ON s.id = so.submission_id
				WHERE so.output_id = o.id AND s.cycle_id = c.id AND s.state = 'accepted'))`},
	{"verify.submission.output", `SELECT 'submissions' AS place, s.id FROM submissions s LEFT JOIN submission_outputs so ON so.submission_id = s.id
		LEFT JOIN outputs o ON o.id = so.output_id LEFT JOIN activities a ON a.id = o.activity_id LEFT JOIN cycles c ON c.id = s.cycle_id
		WHERE a.id IS NULL OR a.version_id <> c.version_id OR a.level <> 'task'`},
	{"verify.submission.content", `SELECT 'submissions' AS place, s.id FROM submissions s
		WHERE (s.kind = 'file' AND NOT EXISTS (SELECT 1 FROM submission_files f WHERE f.submission_id = s.id)) OR (s.kind = 'link' AND s.link = '')
		OR (s.kind = 'record' AND (s.record_kind = '' OR s.record_id = ''))`},
	{"verify.submission.times", `SELECT 'submissions' AS place, s.id FROM submissions s
		WHERE (s.state IN ('accepted', 'returned', 'superseded')) <> (s.decided_at IS NOT NULL AND s.decided_by IS NOT NULL)
		OR (s.state = 'superseded') <> (s.superseded_at IS NOT NULL) OR (s.state = 'withdrawn') <> (s.withdrawn_at IS NOT NULL)
		OR (s.state = 'returned') <> (s.reason <> '') OR s.decided_at < s.received_at`},
	{"verify.submission.version", `SELECT 'submissions' AS place, s.id FROM submissions s JOIN submissions r ON r.id = s.replaces_id
		WHERE r.cycle_id <> s.cycle_id OR r.version >= s.version`},
}

// VerifyReferences checks that rows refer to what exists and that states agree
// with their times. It gives the number of rules checked.
func (s *Service) VerifyReferences(ctx context.Context, report func(store.Fault)) (n int64, err error) {
	for _, r := range rules {
		rows, err := s.DB.Read().QueryContext(ctx, r.query)
		if err != nil {
			return n, store.MapError(err, r.key)
		}
		for rows.Next() {
			var place, id string
			if err := rows.Scan(&place, &id); err != nil {
				_ = rows.Close()
				return n, store.MapError(err, r.key)
			}
			report(store.Fault{Where: place + ":" + id, Key: r.key, Args: apperr.Pairs("id", id)})
		}
		err = rows.Err()
		_ = rows.Close()
		if err != nil {
			return n, store.MapError(err, r.key)
		}
		n++
	}
	return n, s.verifyForeignKeys(ctx, report)
}

// verifyForeignKeys looks for dangling references in SQLite, whose tools write
// without checking them; PostgreSQL never lets one in.
func (s *Service) verifyForeignKeys(ctx context.Context, report func(store.Fault)) error {
	if s.DB.Postgres() {
		return nil
	}
	rows, err := s.DB.Read().QueryContext(ctx, `SELECT "table", COALESCE(rowid, 0), parent FROM pragma_foreign_key_check`)
	if err != nil {
		return store.MapError(err, "foreign keys")
	}
	defer rows.Close()
	for rows.Next() {
		var table, parent string
		var rowid int64
		if err := rows.Scan(&table, &rowid, &parent); err != nil {
			return store.MapError(err, "foreign keys")
		}
		report(store.Fault{Where: table, Key: "verify.reference", Args: apperr.Pairs("table", table, "row", rowid, "parent", parent)})
	}
	return store.MapError(rows.Err(), "foreign keys")
}
