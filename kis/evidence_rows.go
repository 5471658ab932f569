package kis

import (
	"context"
	"database/sql"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/retention"
	"github.com/kis-platform/kis/policies"
)

// libraryRows reads the submissions s of a query as the library shows them,
// with the names around them and their files: no note, no words. The query has
// no columns yet. It reads nothing but the submissions; what stands around
// them is known or read by evidenceNames.
func (s *Service) libraryRows(ctx context.Context, who actor.Actor, q *bun.SelectQuery) ([]EvidenceRow, error) {
	out := make([]EvidenceRow, 0, maxPage)
	q.ColumnExpr("s.id, s.cycle_id, s.department_id, s.process_id, s.activity_id, s.version, s.title, s.kind, s.link, s.reference_period").
		ColumnExpr("s.effective_day, s.class, s.state, s.submitted_by, s.received_at, s.reason, s.due, s.title_key").
		ColumnExpr("s.record_kind, s.record_label, s.valid_until, s.kept_until, s.kept_by")
	err := s.DB.Each(ctx, q, func(scan store.Scan) error {
		var r EvidenceRow
		var process, activity sql.NullString
		var kind, class, state, effective, due, until, kept, keptBy string
		sub := &r.Submission
		err := scan(&sub.ID, &sub.CycleID, &sub.DepartmentID, &process, &activity, &sub.Version, &sub.Title, &kind, &sub.Link, &sub.ReferencePeriod,
			&effective, &class, &state, &sub.SubmittedBy, store.Moment(&sub.ReceivedAt), &sub.Reason, &due, &sub.TitleKey,
			&sub.RecordKind, &sub.RecordLabel, &until, &kept, &keptBy)
		sub.ProcessID, sub.ActivityID, sub.Kind, sub.Class, sub.State = process.String, activity.String, EvidenceKind(kind), EvidenceClass(class), SubmissionState(state)
		sub.EffectiveDay, sub.Due, sub.ValidUntil = day.Day(effective), day.Day(due), day.Day(until)
		sub.KeptUntil, sub.KeptBy = day.Day(kept), retention.By(keptBy)
		out = append(out, r)
		return err
	})
	if err != nil {
		return nil, store.MapError(err, "list evidence")
	}
	if err := s.kept.names.fill(ctx, s.DB, out); err != nil {
		return nil, err
	}
	review := policies.For(who, policies.EvidenceReview)
	for i := range out {
		v := &out[i].Version
		v.Own = v.SubmittedBy == who.UserID
		v.CanReview = v.State == Submitted && Cycle{State: out[i].cycleState}.Open() && !v.Own && review.Department(v.DepartmentID) && mayReadEvidence(who, v.Submission)
	}
	return out, nil
}
