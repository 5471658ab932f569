package register

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// maxWork is how many applications of each kind Work lists at most.
const maxWork = 50

// Work lists the applications that wait for a step of the actor: an officer's
// drafts and what was returned, what the operator checks or has to give notice
// of; and as awaited what an officer sent. Two queries for each.
func (s *Service) Work(ctx context.Context) ([]kis.WorkItem, error) {
	return kis.MyWork(ctx, s.WorkParts, maxWork)
}

// WorkParts are the parts of the work on applications.
func (s *Service) WorkParts(ctx context.Context) (parts []kis.WorkPart, err error) {
	if _, err := office.Allowed(ctx, policies.SelfUse); err != nil {
		return nil, err
	}
	who := actor.From(ctx)
	if who.UserID == "" || !policies.Can(who, policies.RegisterRead) {
		return nil, nil
	}
	add := func(tab kis.WorkTab, name, condition string, args ...any) {
		db := s.DB.Read()
		parts = append(parts, kis.WorkPart{Tab: tab, Name: name, Kind: "register.work.kind", ID: "ra.id", Due: "COALESCE(NULLIF(ra.due, ''), '" + string(kis.NoTerm) + "')",
			From: func() *bun.SelectQuery {
				return db.NewSelect().TableExpr("register_applications AS ra").Where(condition, args...)
			},
			Items: func(ctx context.Context, keys []kis.WorkKey) ([]kis.WorkItem, error) {
				return s.workItems(ctx, db, who, tab, keys)
			}})
	}
	if fill := policies.For(who, policies.RegisterFill); len(fill.Agencies) > 0 {
		add(kis.WorkMine, "register.fill", "ra.agency_id IN (?) AND ra.state IN ('draft', 'returned')", bun.List(fill.Agencies))
		add(kis.WorkAwaited, "register.sent", "ra.agency_id IN (?) AND ra.state IN ('submitted', 'defective')", bun.List(fill.Agencies))
	}
	if policies.For(who, policies.RegisterCheck).Any {
		add(kis.WorkMine, "register.check", "ra.state IN ('submitted', 'defective')")
		add(kis.WorkAwaited, "register.returned", "ra.state = 'returned'")
	}
	return parts, nil
}

// workItems makes the items of applications.
func (s *Service) workItems(ctx context.Context, db bun.IDB, who actor.Actor, tab kis.WorkTab, keys []kis.WorkKey) ([]kis.WorkItem, error) {
	ids, _ := kis.WorkIDs(keys)
	var rows []ApplicationRow
	err := db.NewSelect().TableExpr("register_applications AS ra").ColumnExpr("ra.*, ag.code AS agency_code, ag.name_az AS agency_az, ag.name_en AS agency_en").
		Join("JOIN agencies AS ag ON ag.id = ra.agency_id").Where("ra.id IN (?)", bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, store.MapError(err, "waiting applications")
	}
	today := s.KIS.Today()
	out := make([]kis.WorkItem, len(rows))
	for i, r := range rows {
		item := kis.WorkItem{Due: r.Due, KindKey: "register.work.kind", Icon: "clipboard-list", Title: r.Number, Reason: r.AgencyCode + ", " + r.Agency(who.Lang), ID: r.ID,
			Href: "/applications/" + r.ID, VerbKey: "register.work.verb." + string(r.State), Overdue: r.Overdue(today)}
		if r.Title != "" {
			item.Title += ", " + textOf(r.Title)
		}
		if tab == kis.WorkAwaited {
			item.VerbKey, item.State = "", kis.WorkState{Tone: "idle", Icon: "hourglass", Key: "register.state." + string(r.State)}
		}
		out[i] = item
	}
	return out, nil
}
