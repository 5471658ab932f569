package office

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// tokenPage bounds a page of tokens.
const tokenPage = 200

// Bounds of API tokens.
const (
	TokenDays    = 90     // for how long a token is valid unless somebody says otherwise
	MaxTokenDays = 366    // for how long at most
	MaxTokenName = 60     // characters
	maxTokens    = 20     // that work at once, of one person
	tokenMark    = "kis_" // how a token begins, so that scanners for secrets know it
	tokenTouch   = 5 * time.Minute
)

// Token is a bearer token of the API. It acts as its owner, with the roles
// that are valid on the day it is used.
type Token struct {
	bun.BaseModel `bun:"table:api_tokens,alias:t"`

	ID         string    `bun:"id,pk"`
	UserID     string    `bun:"user_id"`
	Name       string    `bun:"name"` // what it is for
	Hash       string    `bun:"hash"` // of the token, which is not kept
	Start      string    `bun:"start"`
	To         day.Day   `bun:"to_day"` // last day of validity
	CreatedAt  time.Time `bun:"created_at"`
	LastUsedAt time.Time `bun:"last_used_at,nullzero"` // to five minutes; zero when never
	RevokedAt  time.Time `bun:"revoked_at,nullzero"`
}

// Works says whether the token opens anything on a day, if its owner may.
func (t Token) Works(today day.Day) bool { return t.RevokedAt.IsZero() && t.To >= today }

// NewToken is a token to make. UserID is the actor's own unless the program
// itself makes it; To is TokenDays ahead when empty.
type NewToken struct {
	UserID string
	Name   string
	To     day.Day
}

// CreateToken makes a token and gives its text, which is kept nowhere. People
// make their own only, and not with another token. Field errors are on "name"
// and "to"; too many that work are a Conflict.
func (s *Office) CreateToken(ctx context.Context, n NewToken) (Token, string, error) {
	who := actor.From(ctx)
	if !who.System {
		var err error
		if who, err = OnlyPerson(ctx, policies.SelfUse); err != nil {
			return Token{}, "", err
		}
		n.UserID = who.UserID
	}
	if who.TokenID != "" {
		return Token{}, "", apperr.New(apperr.Forbidden, "error.forbidden")
	}
	if err := n.check(s.Today()); err != nil {
		return Token{}, "", err
	}
	secret := tokenMark + store.NewSecret()
	t := Token{ID: store.NewID(), UserID: n.UserID, Name: n.Name, Hash: tokenHash(secret), Start: secret[:len(tokenMark)+4], To: n.To}
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		u, err := HoldUser(ctx, tx, n.UserID) // held, so that two made at once are counted
		if err != nil {
			return err
		}
		if !u.DisabledAt.IsZero() {
			return apperr.New(apperr.Conflict, "kis.token.error.disabled")
		}
		if err := tokensLeft(ctx, tx, u.ID, n.Name, s.Today()); err != nil {
			return err
		}
		t.CreatedAt = tx.Now
		tx.Record(store.Change{Action: TrailTokenCreate, Kind: "token", ID: t.ID, Label: t.Name, RootKind: "user", RootID: u.ID,
			After: map[string]any{"name": t.Name, "to": t.To, "start": t.Start, "mark": TokenMarkOf(t.Hash)}})
		return insertToken(ctx, tx, t)
	})
	if err != nil {
		return Token{}, "", err
	}
	return t, secret, nil
}

// check notes what is wrong with a token to make and fills in its last day.
func (n *NewToken) check(today day.Day) error {
	var c apperr.Check
	n.Name = strings.ReplaceAll(c.Text("name", n.Name, 1, MaxTokenName), "\n", " ")
	switch {
	case n.To == "":
		n.To = today.Add(TokenDays)
	case n.To < today:
		c.Add("to", "error.field.date_after", "date", today.Add(-1).Format())
	case n.To > today.Add(MaxTokenDays):
		c.Add("to", "error.field.date_before", "date", today.Add(MaxTokenDays+1).Format())
	}
	return c.Err()
}

// RevokeToken ends a token at once. People revoke their own; administrators
// and the program anybody's. One that is revoked already is a Conflict.
func (s *Office) RevokeToken(ctx context.Context, id string) error {
	who := actor.From(ctx)
	if _, err := Allowed(ctx, policies.SelfUse); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		t, err := tokenBy(ctx, tx, "id", id)
		if err != nil {
			return err
		}
		if t.UserID != who.UserID && !policies.For(who, policies.UserWrite).Any {
			return apperr.Missing("token")
		}
		if err := updateRevoked(ctx, tx, id); err != nil {
			return err
		}
		tx.Record(store.Change{Action: TrailTokenRevoke, Kind: "token", ID: id, Label: t.Name, RootKind: "user", RootID: t.UserID})
		return nil
	})
}

// OwnTokens lists the actor's tokens, newest first: those that work and the
// latest of those that do not.
func (s *Office) OwnTokens(ctx context.Context) ([]Token, error) {
	who, err := OnlyPerson(ctx, policies.SelfUse)
	if err != nil {
		return nil, err
	}
	return tokensOf(ctx, s.DB.Read(), who.UserID)
}

// TokenItem is a token with its owner.
type TokenItem struct {
	Token `bun:",extend"`
	Email string
}

// Tokens lists all tokens, oldest first, up to 200 after the id of the last one
// that was seen; for administrators and the command line.
func (s *Office) Tokens(ctx context.Context, after string) ([]TokenItem, error) {
	if err := AllowedAny(ctx, policies.UserRead); err != nil {
		return nil, err
	}
	return listTokens(ctx, s.DB.Read(), after, tokenPage)
}

// LoadToken gives the person behind a token with the roles valid today, and
// the preferred language. Unauthenticated when there is no such token, it is
// revoked or has expired, or its owner is disabled. Three queries; the last
// use is noted every five minutes.
func (s *Office) LoadToken(ctx context.Context, secret string) (actor.Actor, string, error) {
	refused := apperr.New(apperr.Unauthenticated, "error.token")
	if !strings.HasPrefix(secret, tokenMark) || len(secret) > 100 {
		return actor.Actor{}, "", refused
	}
	t, err := tokenBy(ctx, s.DB.Read(), "hash", tokenHash(secret))
	if apperr.Is(err, apperr.NotFound) || (err == nil && !t.Works(s.Today())) {
		return actor.Actor{}, "", refused
	}
	if err != nil {
		return actor.Actor{}, "", err
	}
	u, err := userBy(ctx, s.DB.Read(), "id", t.UserID)
	if err != nil {
		return actor.Actor{}, "", err
	}
	if !u.DisabledAt.IsZero() {
		return actor.Actor{}, "", refused
	}
	grants, err := grantsOf(ctx, s.DB.Read(), []string{u.ID})
	if err != nil {
		return actor.Actor{}, "", err
	}
	if now := s.DB.Now(); now.Sub(t.LastUsedAt) > tokenTouch {
		if err := s.DB.Unrecorded(ctx, func(tx *store.Tx) error { return touchToken(ctx, tx, t.ID) }); err != nil {
			return actor.Actor{}, "", err
		}
	}
	a := u.actor(validOn(grants[u.ID], s.Today()))
	a.TokenID, a.Token = t.ID, t.Name
	return a, u.Lang, nil
}

// tokenHash is what is kept of a token. Tokens are made by chance with 130
// bits, so a plain hash cannot be turned back by trying.
func tokenHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// TokenMarkOf is the part of a token's hash that the trail keeps: enough to
// notice another token in its place, too little to be of use.
func TokenMarkOf(hash string) string { return hash[:min(16, len(hash))] }
