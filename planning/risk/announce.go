package risk

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// notice is the kind of notices by which people choose.
const notice = "risk"

// Announcements says whom an entry about a risk or an objective concerns: its
// owner, and those who judge what was done.
func (s *Service) Announcements(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error) {
	switch e.Kind {
	case KindRisk:
		return announceRisk(ctx, db, e)
	case KindObjective:
		if e.Facts()["step"] != "set" {
			return nil, nil
		}
		var o Objective
		if err := db.NewSelect().Model(&o).Where("b.id = ?", e.ID).Scan(ctx); err != nil {
			return nil, store.MapError(err, "objective of an entry")
		}
		return []office.Announcement{{Kind: notice, Key: "risk.notice.objective", Args: map[string]string{"who": e.ActorName, "number": o.Number, "due": string(o.Due)},
			Href: "/objectives/" + o.ID, For: func(a actor.Actor) bool { return a.UserID == o.OwnerID }}}, nil
	}
	return nil, nil
}

func announceRisk(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error) {
	step := e.Facts()["step"]
	var r Risk
	owner := func(a actor.Actor) bool { return a.UserID == r.OwnerID }
	var to func(actor.Actor) bool
	switch step {
	case "enter", "treat", "confirm", "refuse", "retain", "close", "reopen":
		to = owner
	case "report":
		to = func(a actor.Actor) bool {
			return policies.For(a, policies.RiskDecide).Department(r.DepartmentID) && !owner(a)
		}
	default:
		return nil, nil
	}
	if err := db.NewSelect().Model(&r).Where("r.id = ?", e.ID).Scan(ctx); err != nil {
		return nil, store.MapError(err, "risk of an entry")
	}
	args := map[string]string{"who": e.ActorName, "number": r.Number, "due": string(r.Due), "note": e.Note}
	return []office.Announcement{{Kind: notice, Key: "risk.notice." + step, Args: args, Href: "/risks/" + r.ID,
		For: func(a actor.Actor) bool { return r.seenBy(a) && to(a) }}}, nil
}
