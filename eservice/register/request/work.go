package request

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// maxWork is how many requests Work lists at most.
const maxWork = 50

// Work lists the requests that wait for a step of the actor: those sent to the
// own body, and for the operator those that were declined.
func (s *Service) Work(ctx context.Context) ([]kis.WorkItem, error) {
	return kis.MyWork(ctx, s.WorkParts, maxWork)
}

// WorkParts are the parts of the work on requests.
func (s *Service) WorkParts(ctx context.Context) (parts []kis.WorkPart, err error) {
	if _, err := office.Allowed(ctx, policies.SelfUse); err != nil {
		return nil, err
	}
	who := actor.From(ctx)
	if who.UserID == "" || !policies.Can(who, policies.RegisterRead) {
		return nil, nil
	}
	add := func(tab kis.WorkTab, name, due, condition string, args ...any) {
		db := s.DB.Read()
		parts = append(parts, kis.WorkPart{Tab: tab, Name: name, Kind: "register.request.work", ID: "rq.id", Due: due,
			From: func() *bun.SelectQuery {
				return db.NewSelect().TableExpr("register_requests AS rq").Join("JOIN eservices AS es ON es.id = rq.service_id").Where(condition, args...)
			},
			Items: func(ctx context.Context, keys []kis.WorkKey) ([]kis.WorkItem, error) {
				return s.workItems(ctx, who, tab, keys)
			}})
	}
	if own := policies.For(who, policies.RegisterSign); len(own.Agencies) > 0 {
		add(kis.WorkMine, "register.asked", "rq.due", "rq.state = 'sent' AND es.agency_id IN (?)", bun.List(own.Agencies))
		add(kis.WorkAwaited, "register.declined", "", "rq.state = 'declined' AND es.agency_id IN (?)", bun.List(own.Agencies))
	}
	if policies.For(who, policies.RegisterCheck).Any {
		add(kis.WorkMine, "register.reasons", "", "rq.state = 'declined'")
		add(kis.WorkAwaited, "register.requested", "rq.due", "rq.state = 'sent'")
	}
	return parts, nil
}

// workItems makes the items of requests.
func (s *Service) workItems(ctx context.Context, who actor.Actor, tab kis.WorkTab, keys []kis.WorkKey) ([]kis.WorkItem, error) {
	ids, _ := kis.WorkIDs(keys)
	var list []Row
	if err := rows(s.DB.Read().NewSelect()).Where("rq.id IN (?)", bun.List(ids)).Scan(ctx, &list); err != nil {
		return nil, store.MapError(err, "waiting requests")
	}
	today := s.KIS.Today()
	out := make([]kis.WorkItem, len(list))
	for i, r := range list {
		item := kis.WorkItem{Due: r.Due, KindKey: "register.request.work", Icon: "message-report", Title: r.Number + ", " + r.ServiceNumber + " " + i18n.Shorten(r.ServiceName, 120),
			Reason: r.AgencyCode + ", " + r.Agency(who.Lang), ID: r.ID, Href: "/register-requests/" + r.ID, VerbKey: "register.request.verb." + string(r.State), Overdue: r.Overdue(today)}
		if r.State == Declined {
			item.Due = "" // the term was the body's
		}
		if tab == kis.WorkAwaited {
			item.VerbKey, item.State = "", kis.WorkState{Tone: "idle", Icon: "hourglass", Key: "register.request.state." + string(r.State)}
		}
		out[i] = item
	}
	return out, nil
}

// Announcements says whom a step of a request concerns: the officers of the
// body when it is asked or its reasons are decided on, the operator when it
// declines. One query for a step that matters.
func (s *Service) Announcements(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error) {
	step := e.Facts()["step"]
	if e.Kind != Object || (step != "send" && step != "insist" && step != "decline" && step != "accept" && step != "withdraw") {
		return nil, nil
	}
	var r Row
	if err := rows(db.NewSelect()).Where("rq.id = ?", e.ID).Scan(ctx, &r); err != nil {
		return nil, store.MapError(err, "request of an entry")
	}
	args := map[string]string{"who": e.ActorName, "number": r.Number, "service": r.ServiceNumber, "title": i18n.Shorten(r.ServiceName, 120), "agency_az": r.AgencyAZ, "agency_en": r.AgencyEN,
		"note": e.Note, "due": e.Facts()["due"]}
	to := func(a actor.Actor) bool { return policies.For(a, policies.RegisterSign).Agency(r.AgencyID) }
	if step == "decline" {
		to = func(a actor.Actor) bool { return policies.For(a, policies.RegisterCheck).Agency(r.AgencyID) }
	}
	return []office.Announcement{{Kind: "register", Key: "register.request.notice." + step, Args: args, Href: "/register-requests/" + r.ID, For: to}}, nil
}
