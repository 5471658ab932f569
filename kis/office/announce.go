package office

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
)

// Announcement is what people are told of an entry of the trail. Each context
// makes its own with Announcements(ctx, db, e), which
// also decides whom it concerns; package notice keeps and sends them.
type Announcement struct {
	Kind string            // what people choose by, one of package notice
	Key  string            // message key
	Args map[string]string // its placeholders, see below
	Href string            // page where one looks or goes on
	For  func(a actor.Actor) bool
}

// Args are codes, numbers, names and days (YYYY-MM-DD). A text kept in both
// languages is given as name_az and name_en. Two names have a place of their
// own beside the message: "where" (process and period) and "note" (the reason
// that was given). Nothing that For's people may not see belongs in them: the
// title of evidence never does.

// Actors gives everybody who can sign in, with the roles valid today. Two
// queries. It asks no permission: it is for working out whom something concerns.
func (s *Office) Actors(ctx context.Context, db bun.IDB) ([]actor.Actor, error) {
	var list []User
	if err := db.NewSelect().Model(&list).Where("u.disabled_at IS NULL").OrderExpr("u.sort_key, u.id").Scan(ctx); err != nil {
		return nil, store.MapError(err, "people")
	}
	var grants []Grant
	today := s.Today()
	if err := db.NewSelect().Model(&grants).Where(validGrant, today, today).OrderExpr("r.from_day DESC, r.id DESC").Scan(ctx); err != nil {
		return nil, store.MapError(err, "roles")
	}
	of := map[string][]Grant{}
	for _, g := range grants {
		of[g.UserID] = append(of[g.UserID], g)
	}
	out := make([]actor.Actor, len(list))
	for i, u := range list {
		out[i] = u.actor(of[u.ID])
	}
	return out, nil
}

// Facts are fields of an entry as texts, those that are no text left out.
func (e Event) Facts() map[string]string {
	var all map[string]any
	if json.Unmarshal(e.After, &all) != nil {
		return nil
	}
	out := map[string]string{}
	for k, v := range all {
		if s, ok := v.(string); ok {
			out[k] = s
		}
	}
	return out
}

// Verb is the last part of the action: submit of kis:evidence:submit.
func (e Event) Verb() string { return e.Action[strings.LastIndexByte(e.Action, ':')+1:] }

// EventsAfter reads the entries of the trail behind a number, oldest first. It
// asks no permission. Entries appear in the order of their numbers, since the
// trail is appended under one lock, so nothing is ever added before the last
// one read.
func EventsAfter(ctx context.Context, db bun.IDB, seq int64, limit int) ([]Event, error) {
	var rows []store.TrailRow
	if err := db.NewSelect().Model(&rows).Where("t.seq > ?", seq).OrderExpr("t.seq").Limit(int64(limit)).Scan(ctx); err != nil {
		return nil, store.MapError(err, "read trail")
	}
	return events(rows)
}
