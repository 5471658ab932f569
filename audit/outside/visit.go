package outside

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// Refused says why a link does not open: "unknown", "expired", "used",
// "revoked", or "ended" for a visit that is over.
type Refused struct{ Why string }

// Error is for logs; it never names the link.
func (r Refused) Error() string { return "outside auditor's link refused: " + r.Why }

// WhyRefused gives the reason of an error, "" when it is another.
func WhyRefused(err error) string {
	var r Refused
	if errors.As(err, &r) {
		return r.Why
	}
	return ""
}

// Find gives the link of a secret, if it opens now; it uses nothing up.
func (s *Service) Find(ctx context.Context, secret string) (Row, error) {
	rows, err := s.rows(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("l.token_hash = ?", hashOf(secret)) })
	if err != nil {
		return Row{}, err
	}
	if len(rows) == 0 {
		return Row{}, Refused{"unknown"}
	}
	if state := rows[0].State(s.KIS.Today()); state != "open" {
		return rows[0], Refused{state}
	}
	return rows[0], nil
}

// Open begins a visit and gives its secret, which is kept nowhere: one use of
// the link. Of two who open the last use at once, one is refused.
func (s *Service) Open(ctx context.Context, secret, address string) (visit string, ends time.Time, err error) {
	l, err := s.Find(ctx, secret)
	if err != nil {
		return "", ends, err
	}
	visit = store.NewSecret()
	err = s.DB.Write(s.as(ctx, l.Link, nil), func(tx *store.Tx) error {
		if err := seen(ctx, tx, l.ID); err != nil {
			return err
		}
		n, err := store.Affected(tx.NewRaw("UPDATE observer_links SET uses = uses + 1 WHERE id = ? AND uses < max_uses AND revoked_at IS NULL AND last_day >= ?",
			l.ID, s.KIS.Today()).Exec(ctx))
		if err != nil {
			return store.MapError(err, "use a link")
		}
		if n == 0 {
			return Refused{"used"}
		}
		ends = tx.Now.Add(MaxHours * time.Hour)
		id := store.NewID()
		if _, err := tx.NewRaw("INSERT INTO observer_visits (id, link_id, session_hash, opened_at, ends_at, address) VALUES (?, ?, ?, ?, ?, ?)",
			id, l.ID, hashOf(visit), tx.Now, ends, address).Exec(ctx); err != nil {
			return store.MapError(err, "insert visit")
		}
		tx.Record(store.Change{Action: trailOpen, Kind: kindLink, ID: l.ID, Label: l.visitor(), RootKind: string(l.Scope), RootID: l.Object(),
			After: map[string]any{"visit": id, "use": l.Uses + 1, "of": l.MaxUses, "address": address}})
		return nil
	})
	return visit, ends, err
}

// seen holds a link and notes what it is before it is changed.
func seen(ctx context.Context, tx *store.Tx, id string) error {
	if _, err := tx.NewRaw("UPDATE observer_links SET uses = uses WHERE id = ?", id).Exec(ctx); err != nil {
		return store.MapError(err, "hold a link")
	}
	return tx.Seen(ctx, kindLink, id)
}

// Visit is somebody who has opened a link.
type Visit struct {
	Row

	ID   string // of the visit
	Ends time.Time
}

// Visit gives the visit of a secret while it goes on: the link was not
// revoked, its last day has not passed, and neither have the hours.
func (s *Service) Visit(ctx context.Context, secret string) (Visit, error) {
	var v struct {
		ID     string
		LinkID string
		EndsAt time.Time
		LeftAt bun.NullTime
	}
	if secret == "" {
		return Visit{}, Refused{"ended"}
	}
	err := s.DB.Read().NewRaw("SELECT id, link_id, ends_at, left_at FROM observer_visits WHERE session_hash = ?", hashOf(secret)).Scan(ctx, &v)
	if err = store.MapError(err, "visit"); apperr.Is(err, apperr.NotFound) {
		return Visit{}, Refused{"ended"}
	}
	if err != nil {
		return Visit{}, err
	}
	rows, err := s.rows(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("l.id = ?", v.LinkID) })
	if err != nil || len(rows) == 0 {
		return Visit{}, err
	}
	out := Visit{Row: rows[0], ID: v.ID, Ends: v.EndsAt}
	switch state := out.State(s.KIS.Today()); {
	case state == "revoked" || state == "expired":
		return out, Refused{state}
	case !v.LeftAt.IsZero() || !s.DB.Now().Before(v.EndsAt):
		return out, Refused{"ended"}
	}
	return out, nil
}

// Leave ends a visit.
func (s *Service) Leave(ctx context.Context, secret string) error {
	v, err := s.Visit(ctx, secret)
	if err != nil {
		return err
	}
	return s.DB.Write(s.as(ctx, v.Link, nil), func(tx *store.Tx) error {
		if err := seen(ctx, tx, v.Link.ID); err != nil {
			return err
		}
		n, err := store.Affected(tx.NewRaw("UPDATE observer_visits SET left_at = ? WHERE id = ? AND left_at IS NULL", tx.Now, v.ID).Exec(ctx))
		if err := store.Moved(n, err, "visit", "open"); err != nil {
			return err
		}
		tx.Record(store.Change{Action: trailLeave, Kind: kindLink, ID: v.Link.ID, Label: v.visitor(), RootKind: string(v.Scope), RootID: v.Object(), After: map[string]any{"visit": v.ID}})
		return nil
	})
}

// looked puts what was opened into the trail.
func (s *Service) looked(ctx context.Context, v Visit, kind, id, label string) error {
	return s.DB.Write(s.as(ctx, v.Link, nil), func(tx *store.Tx) error {
		tx.Record(store.Change{Action: trailLook, Kind: kindLink, ID: v.Link.ID, Label: v.visitor(), RootKind: string(v.Scope), RootID: v.Object(),
			After: map[string]any{"visit": v.ID, "kind": kind, "object": id, "label": label}})
		return nil
	})
}

// as is a context in which the visitor acts: an observer of the objects and of
// nothing else. The id of the link stands for that of a person.
func (s *Service) as(ctx context.Context, l Link, objects []policies.Object) context.Context {
	role := policies.Observer
	if l.Confidential {
		role = policies.TrustedObserver
	}
	a := actor.Actor{UserID: l.ID, Name: l.visitor(), Lang: actor.From(ctx).Lang}
	for _, o := range objects {
		a.Grants = append(a.Grants, actor.Grant{Role: string(role), ObjectKind: o.Kind, ObjectID: o.ID})
	}
	return actor.With(ctx, a)
}
