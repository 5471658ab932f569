package planning

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
)

// stepItems lists the plans whose next step is that of those who draft them: one
// that came back, one whose year has begun and which nobody has started, one
// whose year is over.
func (s *Service) stepItems(ctx context.Context, db bun.IDB) ([]kis.WorkItem, error) {
	today := s.KIS.Today()
	var rows []Plan
	err := db.NewSelect().Model(&rows).Where("(p.state = ? AND p.agreeing_at IS NOT NULL) OR (p.state = ? AND p.year <= ?) OR (p.state = ? AND p.year < ?)",
		PlanDraft, PlanApproved, today.Year(), PlanRunning, today.Year()).OrderExpr("p.year, p.key").Limit(workLimit).Scan(ctx)
	out := make([]kis.WorkItem, len(rows))
	for i, p := range rows {
		w := kis.WorkItem{KindKey: "planning.work.kind.plan", Icon: "calendar-event", Title: string(p.Key), Href: "/plans/" + string(p.Key)}
		switch p.State {
		case PlanDraft:
			w.Due, w.VerbKey, w.Quote = p.ApproveDue, "planning.work.verb.revise", p.Note
		case PlanApproved:
			w.Due, w.VerbKey = day.Make(p.Year, 1, 1), "planning.work.verb.start"
		default:
			w.Due, w.VerbKey = day.Make(p.Year, 12, 31), "planning.work.verb.close"
		}
		w.Overdue = w.Due < today
		out[i] = w
	}
	return out, store.MapError(err, "plans that wait for a step")
}

// draftReviews lists the reviews that are being prepared once their meeting has
// taken place, and those that their chair gave back.
func (s *Service) draftReviews(ctx context.Context, db bun.IDB) ([]kis.WorkItem, error) {
	var rows []Review
	err := db.NewSelect().Model(&rows).ColumnExpr("r.id, r.number, r.from_day, r.to_day, r.meeting_at, r.return_note").
		Where("r.state = ? AND (r.meeting_at <= ? OR r.return_note <> '')", ReviewDraft, s.DB.Now()).OrderExpr("r.meeting_at, r.id").Limit(workLimit).Scan(ctx)
	out := make([]kis.WorkItem, len(rows))
	for i, r := range rows {
		met := day.Of(r.MeetingAt, s.KIS.Zone)
		out[i] = kis.WorkItem{Due: met, KindKey: "planning.work.kind.review", Icon: "pencil", Title: r.Number, Reason: r.From.Format() + "–" + r.To.Format(), Quote: r.ReturnNote,
			Href: "/reviews/" + r.ID, VerbKey: "planning.work.verb.prepare", Overdue: met < s.KIS.Today()}
	}
	return out, store.MapError(err, "reviews that are prepared")
}
