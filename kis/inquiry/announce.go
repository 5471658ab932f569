package inquiry

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// The kinds of notices by which people choose.
const (
	noticeRequest     = "request"
	noticeMention     = "mention"
	noticeComment     = "comment"
	noticeDiscrepancy = "discrepancy"
)

// Announcements says whom an entry about requests, comments and notes
// concerns. What was said is never in it, and nobody is told who may not see
// the thing now.
func (s *Service) Announcements(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error) {
	switch e.Kind {
	case KindRequest:
		return s.announceRequest(ctx, db, e)
	case KindComment:
		return s.announceComment(ctx, db, e)
	case KindDiscrepancy:
		return s.announceDiscrepancy(ctx, db, e)
	}
	return nil, nil
}

func (s *Service) announceRequest(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error) {
	var r Request
	if err := db.NewSelect().Model(&r).Where("r.id = ?", e.ID).Scan(ctx); err != nil {
		return nil, store.MapError(err, "request of an entry")
	}
	step := e.Facts()["step"]
	args := map[string]string{"who": e.ActorName, "number": r.Number, "due": string(r.Due), "note": e.Note}
	tell := func(to func(actor.Actor) bool) ([]office.Announcement, error) {
		return []office.Announcement{{Kind: noticeRequest, Key: "inquiry.notice.request." + step, Args: args, Href: "/requests/" + r.ID,
			For: func(a actor.Actor) bool { return r.seenBy(a) && to(a) }}}, nil
	}
	asked := func(a actor.Actor) bool {
		if r.AddresseeID != "" {
			return a.UserID == r.AddresseeID
		}
		return policies.For(a, policies.RequestStandIn).Department(r.DepartmentID)
	}
	switch step {
	case "ask", "withdraw":
		return tell(asked)
	case "answer":
		return tell(func(a actor.Actor) bool { return a.UserID == r.AskedBy })
	case "accept", "return":
		// Also who answered in place of the person asked.
		by := e.Facts()["answered_by"]
		return tell(func(a actor.Actor) bool { return asked(a) || a.UserID == by })
	}
	return nil, nil
}

func (s *Service) announceComment(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error) {
	step := e.Facts()["step"]
	var after struct{ Mentioned []string }
	if err := json.Unmarshal(e.After, &after); err != nil {
		return nil, apperr.Wrap(err, "entry of a comment")
	}
	mentioned := after.Mentioned
	if step == "delete" || step == "edit" && len(mentioned) == 0 {
		return nil, nil
	}
	var m Comment
	if err := db.NewSelect().Model(&m).Where("m.id = ?", e.ID).Scan(ctx); err != nil {
		return nil, store.MapError(err, "comment of an entry")
	}
	p, err := s.find(ctx, db, m.Object())
	if err != nil {
		return nil, store.MapError(err, "object of an entry")
	}
	readers, err := s.readers(ctx, db, p)
	if err != nil {
		return nil, err
	}
	args := map[string]string{"who": e.ActorName, "name_az": p.nameAZ, "name_en": p.nameEN}
	href := p.href + "#comment-" + m.ID
	out := []office.Announcement{{Kind: noticeMention, Key: "inquiry.notice.mention", Args: args, Href: href,
		For: func(a actor.Actor) bool { return slices.Contains(mentioned, a.UserID) && reads(readers, a.UserID) }}}
	if step != "add" {
		return out, nil
	}
	spoke, err := speakers(ctx, db, m.Object(), m.CreatedAt)
	return append(out, office.Announcement{Kind: noticeComment, Key: "inquiry.notice.comment", Args: args, Href: href,
		For: func(a actor.Actor) bool {
			return slices.Contains(spoke, a.UserID) && !slices.Contains(mentioned, a.UserID) && reads(readers, a.UserID)
		}}), err
}

func (s *Service) announceDiscrepancy(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error) {
	var d Discrepancy
	if err := db.NewSelect().Model(&d).Where("n.id = ?", e.ID).Scan(ctx); err != nil {
		return nil, store.MapError(err, "discrepancy of an entry")
	}
	step := e.Facts()["step"]
	args := map[string]string{"who": e.ActorName, "number": d.Number, "code": d.Code, "due": string(d.Due)}
	if step == "refuse" || step == "promote" {
		args["note"] = e.Note
	}
	own := func(act policies.Action) func(actor.Actor) bool {
		return func(a actor.Actor) bool {
			return slices.Contains(policies.For(a, act).Departments, d.DepartmentID)
		}
	}
	var to func(actor.Actor) bool
	switch step {
	case "note":
		to = own(policies.DiscrepancyWrite)
	case "explain", "correct":
		to = func(a actor.Actor) bool { return a.UserID == d.NotedBy || own(policies.DiscrepancyConfirm)(a) }
	case "refuse", "confirm":
		to = func(a actor.Actor) bool { return a.UserID == d.ExplainedBy || a.UserID == d.NotedBy }
	case "promote":
		to = own(policies.DiscrepancyWrite)
	default:
		return nil, nil
	}
	return []office.Announcement{{Kind: noticeDiscrepancy, Key: "inquiry.notice.discrepancy." + step, Args: args, Href: "/discrepancies/" + d.ID,
		For: func(a actor.Actor) bool { return d.seenBy(a) && to(a) }}}, nil
}
