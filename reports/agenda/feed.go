package agenda

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Bounds of feeds.
const (
	MaxFeedName = 60 // characters
	maxFeeds    = 10 // that work at once, of one person
	feedTouch   = 5 * time.Minute
	feedBefore  = 90  // days behind that a feed shows
	feedAhead   = 400 // days ahead
)

// Feed is an address under which a calendar program reads the dates of its
// owner.
type Feed struct {
	bun.BaseModel `bun:"table:agenda_feeds,alias:f"`

	ID         string    `bun:"id,pk"`
	UserID     string    `bun:"user_id"`
	Name       string    `bun:"name"`
	Hash       string    `bun:"hash"` // of the secret, which is not kept
	Start      string    `bun:"start"`
	Kinds      string    `bun:"kinds"` // with blanks between; "" all
	CreatedAt  time.Time `bun:"created_at"`
	LastUsedAt time.Time `bun:"last_used_at,nullzero"`
	RevokedAt  time.Time `bun:"revoked_at,nullzero"`
}

// Seal is what the trail keeps of an address: nobody gets one past the program,
// and one that was revoked stays so.
var Seal = store.Seal{Kind: "feed", Table: "agenda_feeds", Parts: []store.SealPart{
	{Name: "text", Query: `SELECT id, user_id, name, hash, start, kinds, created_at FROM agenda_feeds WHERE id IN (?0)`},
	{Name: "state", Query: `SELECT id, revoked_at FROM agenda_feeds WHERE id IN (?0)`},
}}

// person gives who acts, not by a token: an address is made at a page only.
func person(ctx context.Context) (actor.Actor, error) {
	if _, err := office.Allowed(ctx, policies.SelfUse); err != nil {
		return actor.Actor{}, err
	}
	who := actor.From(ctx)
	if who.UserID == "" || who.TokenID != "" {
		return who, apperr.New(apperr.Forbidden, "error.forbidden")
	}
	return who, nil
}

// CreateFeed makes an address and gives its secret part, which is kept
// nowhere. Field errors are on "name" and "kinds"; too many are a Conflict.
func (s *Service) CreateFeed(ctx context.Context, name string, of []string) (Feed, string, error) {
	who, err := person(ctx)
	if err != nil {
		return Feed{}, "", err
	}
	var check apperr.Check
	name = strings.ReplaceAll(check.Text("name", name, 1, MaxFeedName), "\n", " ")
	for _, k := range of {
		if !slices.Contains(Kinds(who), k) {
			check.Add("kinds", "error.field.choice")
		}
	}
	if err := check.Err(); err != nil {
		return Feed{}, "", err
	}
	secret := store.NewSecret()
	f := Feed{ID: store.NewID(), UserID: who.UserID, Name: name, Hash: feedHash(secret), Start: secret[:4], Kinds: strings.Join(of, " ")}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		// The person is held, so that two made at once are counted.
		if err := store.Lock(tx.NewSelect().TableExpr("users").ColumnExpr("id").Where("id = ?", who.UserID)).Scan(ctx, new(string)); err != nil {
			return store.MapError(err, "user")
		}
		n, err := tx.NewSelect().Model((*Feed)(nil)).Where("f.user_id = ? AND f.revoked_at IS NULL", who.UserID).Count(ctx)
		if err != nil {
			return store.MapError(err, "feeds")
		}
		if n >= maxFeeds {
			return apperr.New(apperr.Conflict, "agenda.feed.too_many", "max", maxFeeds)
		}
		f.CreatedAt = tx.Now
		tx.Record(store.Change{Action: "agenda:feed:create", Kind: "feed", ID: f.ID, Label: f.Name, RootKind: "user", RootID: who.UserID,
			After: map[string]any{"name": f.Name, "start": f.Start, "kinds": f.Kinds}})
		_, err = tx.NewInsert().Model(&f).Exec(ctx)
		return store.MapError(err, "feed")
	})
	if err != nil {
		return Feed{}, "", err
	}
	return f, secret, nil
}

// RevokeFeed ends an address of the actor at once; administrators end
// anybody's. One that is revoked already is a Conflict.
func (s *Service) RevokeFeed(ctx context.Context, id string) error {
	who, err := person(ctx)
	if err != nil {
		return err
	}
	if !store.IsID(id) {
		return apperr.Missing("feed")
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		var f Feed
		if err := tx.NewSelect().Model(&f).Where("f.id = ?", id).Scan(ctx); err != nil {
			return store.MapError(err, "feed")
		}
		if f.UserID != who.UserID && !policies.For(who, policies.UserWrite).Any {
			return apperr.Missing("feed")
		}
		if err := tx.Seen(ctx, "feed", id); err != nil {
			return err
		}
		res, err := tx.NewUpdate().Model((*Feed)(nil)).Set("revoked_at = ?", tx.Now).Where("id = ? AND revoked_at IS NULL", id).Exec(ctx)
		if err != nil {
			return store.MapError(err, "feed")
		}
		if n, _ := res.RowsAffected(); n == 0 {
			return apperr.New(apperr.Conflict, "error.conflict")
		}
		tx.Record(store.Change{Action: "agenda:feed:revoke", Kind: "feed", ID: id, Label: f.Name, RootKind: "user", RootID: f.UserID})
		return nil
	})
}

// Feeds lists the addresses of the actor that work, newest first.
func (s *Service) Feeds(ctx context.Context) ([]Feed, error) {
	who, err := person(ctx)
	if err != nil {
		return nil, err
	}
	var list []Feed
	err = s.DB.Read().NewSelect().Model(&list).Where("f.user_id = ? AND f.revoked_at IS NULL", who.UserID).OrderExpr("f.id DESC").Scan(ctx)
	return list, store.MapError(err, "feeds")
}

// Open gives the dates behind the secret part of an address, as its owner sees
// them today. NotFound when there is no such address, it was revoked, or its
// owner is disabled.
func (s *Service) Open(ctx context.Context, secret string) (actor.Actor, []Entry, error) {
	missing := apperr.New(apperr.NotFound, "error.not_found")
	if len(secret) < 16 || len(secret) > 100 {
		return actor.Actor{}, nil, missing
	}
	var f Feed
	err := store.MapError(s.DB.Read().NewSelect().Model(&f).Where("f.hash = ? AND f.revoked_at IS NULL", feedHash(secret)).Scan(ctx), "feed")
	if apperr.Is(err, apperr.NotFound) {
		return actor.Actor{}, nil, missing
	}
	if err != nil {
		return actor.Actor{}, nil, err
	}
	who, err := s.KIS.ActorOf(actor.With(ctx, actor.Program("calendar")), f.UserID)
	if apperr.Is(err, apperr.NotFound) {
		return actor.Actor{}, nil, missing
	}
	if err != nil {
		return actor.Actor{}, nil, err
	}
	if now := s.DB.Now(); now.Sub(f.LastUsedAt) > feedTouch {
		err := s.DB.Unrecorded(ctx, func(tx *store.Tx) error {
			_, err := tx.NewUpdate().Model((*Feed)(nil)).Set("last_used_at = ?", tx.Now).Where("id = ?", f.ID).Exec(ctx)
			return store.MapError(err, "feed")
		})
		if err != nil {
			return who, nil, err
		}
	}
	today := s.KIS.Today()
	found, err := s.Dates(actor.With(ctx, who), Filter{From: today.Add(-feedBefore), To: today.Add(feedAhead), Kinds: strings.Fields(f.Kinds)})
	return who, found.Entries, err
}

// feedHash is what is kept of a secret. Secrets are made by chance, so a plain
// hash cannot be turned back by trying.
func feedHash(secret string) string {
	sum := sha256.Sum256([]byte("feed:" + secret))
	return hex.EncodeToString(sum[:])
}
