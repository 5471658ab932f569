package quality

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Work lists the reports that wait for the actor: drafts to write, of the own
// department or begun by the actor, and reports to decide on that somebody
// else submitted. One query for each.
func (s *Service) Work(ctx context.Context) ([]kis.WorkItem, error) {
	if _, err := office.Allowed(ctx, policies.SelfUse); err != nil {
		return nil, err
	}
	who := actor.From(ctx)
	if who.UserID == "" {
		return nil, nil
	}
	var out []kis.WorkItem
	if scope := policies.For(who, policies.QualityWrite); !scope.None() {
		rows, err := waiting(ctx, s.DB.Read(), func(q *bun.SelectQuery) {
			q.Where("r.state = ?", Draft)
			if scope.Any {
				q.Where("r.created_by = ?", who.UserID)
			} else {
				office.InScope(q, scope, "p.owner_id")
			}
		})
		if err != nil {
			return nil, err
		}
		out = append(out, items(who, rows, "write", "pencil")...)
	}
	if scope := policies.For(who, policies.QualityApprove); !scope.None() {
		rows, err := waiting(ctx, s.DB.Read(), func(q *bun.SelectQuery) {
			office.InScope(q, scope, "p.owner_id").Where("r.state = ? AND r.submitted_by <> ?", Submitted, who.UserID)
		})
		if err != nil {
			return nil, err
		}
		out = append(out, items(who, rows, "approve", "signature")...)
	}
	return out, nil
}

func waiting(ctx context.Context, db bun.IDB, where func(q *bun.SelectQuery)) ([]Report, error) {
	var rows []Report
	q := withNames(db, &rows).OrderExpr("r.state_at, r.id").Limit(kis.WorkLimit + 1)
	where(q)
	err := q.Scan(ctx)
	return rows, store.MapError(err, "quality reports that wait")
}

func items(who actor.Actor, rows []Report, what, icon string) (out []kis.WorkItem) {
	for i, r := range rows {
		if i == kis.WorkLimit {
			out[i-1].More = true
			break
		}
		w := kis.WorkItem{KindKey: "quality.work.kind." + what, Icon: icon, Title: r.Number, Reason: r.Title(who.Lang) + ", " + r.About(), Href: "/quality/" + r.ID,
			VerbKey: "quality.work.verb." + what}
		if r.State == Draft {
			w.Quote = r.Reason
		}
		out = append(out, w)
	}
	return out
}

// notice is the kind of notices by which people choose.
const notice = "quality"

// Announcements says whom a step of a report concerns: who decides when it is
// submitted; who wrote and submitted it when it was decided.
func (s *Service) Announcements(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error) {
	step := e.Facts()["step"]
	if e.Kind != Kind {
		return nil, nil
	}
	switch step {
	case "submit", "return", "approve", "publish", "withdraw":
	default:
		return nil, nil
	}
	r, err := reportBy(ctx, db, e.ID)
	if err != nil {
		return nil, err
	}
	to := func(a actor.Actor) bool { return a.UserID == r.CreatedBy || a.UserID == r.SubmittedBy }
	if step == "submit" {
		to = func(a actor.Actor) bool { return policies.For(a, policies.QualityApprove).Department(r.OwnerID) }
	}
	return []office.Announcement{{Kind: notice, Key: "quality.notice." + step, Href: "/quality/" + r.ID, For: to,
		Args: map[string]string{"who": e.ActorName, "number": r.Number, "no": e.Facts()["no"], "where_az": r.TitleAZ + ", " + r.Period, "where_en": r.TitleEN + ", " + r.Period, "note": e.Note}}}, nil
}
