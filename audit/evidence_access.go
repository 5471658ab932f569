package audit

import (
	"context"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
)

// OpensEvidence says whether a user is on the team of an audit that has a
// submission in its scope: of an audited department, in an audited cycle,
// under an audited code. The audit must be announced and not yet closed.
// Package kis asks it before it opens confidential evidence to an auditor.
func (s *Service) OpensEvidence(ctx context.Context, db bun.IDB, userID, submissionID string) (bool, error) {
	opened, err := openedEvidence(ctx, db, userID, []string{submissionID})
	return len(opened) > 0, err
}

// openedEvidence gives those of the submissions for which OpensEvidence holds.
func openedEvidence(ctx context.Context, db bun.IDB, userID string, ids []string) ([]string, error) {
	if userID == "" || len(ids) == 0 {
		return nil, nil
	}
	teams, err := evidenceTeams(ctx, db, ids, userID)
	out := slices.Collect(maps.Keys(teams))
	slices.Sort(out)
	return out, err
}

// EvidenceTeams gives for each of the submissions everybody for whom
// OpensEvidence holds.
func (s *Service) EvidenceTeams(ctx context.Context, db bun.IDB, submissionIDs []string) (map[string][]string, error) {
	if len(submissionIDs) == 0 {
		return nil, nil
	}
	return evidenceTeams(ctx, db, submissionIDs, "")
}

// evidenceTeams reads it, for one person or, when userID is empty, for all.
func evidenceTeams(ctx context.Context, db bun.IDB, ids []string, userID string) (map[string][]string, error) {
	member := bun.SafeQuery("")
	if userID != "" {
		member = bun.SafeQuery("AND t.user_id = ?", userID)
	}
	var rows []struct{ ID, UserID string }
	err := db.NewRaw(`SELECT DISTINCT s.id, t.user_id FROM submissions s
		JOIN audit_cycles y ON y.cycle_id = s.cycle_id
		JOIN audits a ON a.id = y.audit_id AND a.state IN (?)
		JOIN audit_team t ON t.audit_id = a.id ?
		JOIN audit_departments d ON d.audit_id = a.id AND d.department_id = s.department_id
		WHERE s.id IN (?) AND (NOT EXISTS (SELECT 1 FROM audit_codes c WHERE c.audit_id = a.id)
			OR EXISTS (SELECT 1 FROM submission_outputs l JOIN outputs o ON o.id = l.output_id JOIN activities v ON v.id = o.activity_id
				JOIN audit_codes c ON c.audit_id = a.id AND (v.code = c.code OR v.code LIKE c.code || '.%')
				WHERE l.submission_id = s.id))`,
		bun.List([]State{Announced, InProgress, Reported}), member, bun.List(ids)).Scan(ctx, &rows)
	out := map[string][]string{}
	for _, r := range rows {
		out[r.ID] = append(out[r.ID], r.UserID)
	}
	return out, store.MapError(err, "assigned evidence")
}

// closedEvidence gives those of the submissions that are confidential and not
// for the actor: of no department whose secrets are the actor's, and of no
// audit that opens them.
func closedEvidence(ctx context.Context, db bun.IDB, list []Evidence) (map[string]bool, error) {
	secret := policies.For(actor.From(ctx), policies.EvidenceSecret)
	closed := map[string]bool{}
	var ids []string
	for _, e := range list {
		if e.Class == string(kis.ClassConfidential) && !secret.Department(e.DepartmentID) && !secret.Object("cycle", e.CycleID) && !secret.Object("submission", e.ID) {
			closed[e.ID] = true
			ids = append(ids, e.ID)
		}
	}
	if !secret.Assigned {
		return closed, nil
	}
	opened, err := openedEvidence(ctx, db, me(ctx), ids)
	for _, id := range opened {
		delete(closed, id)
	}
	return closed, err
}

// mayLink refuses to link evidence that the actor may not open, unless it is
// linked already: a link would show what is in it.
func mayLink(ctx context.Context, db bun.IDB, rowID string, ids []string) error {
	linked, _, err := links(ctx, db, "row_evidence", "row_id", []string{rowID})
	if err != nil {
		return err
	}
	list, err := submissions(ctx, db, ids)
	if err != nil {
		return err
	}
	closed, err := closedEvidence(ctx, db, list)
	if err != nil {
		return err
	}
	for id := range closed {
		if !slices.Contains(linked[rowID], id) {
			return apperr.InvalidField("evidence", "error.field.missing")
		}
	}
	return nil
}
