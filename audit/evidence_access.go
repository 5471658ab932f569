package audit

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
)

// OpensEvidence says whether a user is on the team of an audit that has a
// submission in its scope: of an audited department, in an audited cycle,
// under an audited code. The audit must be announced and not yet closed.
// Package kis asks it before it opens confidential evidence to an auditor.
func (s *Service) OpensEvidence(ctx context.Context, db bun.IDB, userID, submissionID string) (bool, error) {
	var n int
	err := db.NewRaw(`SELECT COUNT(*) FROM submissions s
		JOIN audit_cycles y ON y.cycle_id = s.cycle_id
		JOIN audits a ON a.id = y.audit_id AND a.state IN (?)
		JOIN audit_team t ON t.audit_id = a.id AND t.user_id = ?
		JOIN audit_departments d ON d.audit_id = a.id AND d.department_id = s.department_id
		WHERE s.id = ? AND (NOT EXISTS (SELECT 1 FROM audit_codes c WHERE c.audit_id = a.id)
			OR EXISTS (SELECT 1 FROM submission_outputs l JOIN outputs o ON o.id = l.output_id JOIN activities v ON v.id = o.activity_id
				JOIN audit_codes c ON c.audit_id = a.id AND (v.code = c.code OR v.code LIKE c.code || '.%')
				WHERE l.submission_id = s.id))`,
		bun.List([]State{Announced, InProgress, Reported}), userID, submissionID).Scan(ctx, &n)
	return n > 0, store.MapError(err, "assigned evidence")
}
