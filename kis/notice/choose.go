package notice

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
)

// UsualHour is when the digest goes out unless the person chose another hour
// of the office's day.
const UsualHour = 8

// Chosen begins the names of the fields in which the trail keeps choices.
const Chosen = "notice_"

// TrailChoose is what the trail calls a change of choices.
const TrailChoose = "kis:self:notices"

// Choice is what a person gets of a kind.
type Choice struct {
	Kind    Kind
	Channel Channel
}

// Settings is what a person gets.
type Settings struct {
	Choices []Choice // of the kinds that can concern the person
	Hour    int      // of the digest
	Mail    bool     // the office has a mail server
}

// Settings gives the actor's choices.
func (s *Service) Settings(ctx context.Context) (Settings, error) {
	a, err := person(ctx)
	if err != nil {
		return Settings{}, err
	}
	return s.settings(ctx, s.KIS.DB.Read(), a.UserID, KindsOf(a))
}

func (s *Service) settings(ctx context.Context, db bun.IDB, userID string, list []Kind) (Settings, error) {
	out := Settings{Mail: s.Mail != nil}
	chosen, err := choicesOf(ctx, db, []string{userID})
	if err != nil {
		return out, err
	}
	for _, k := range list {
		out.Choices = append(out.Choices, Choice{k, chosen.of(userID, k.Code)})
	}
	out.Hour, _, err = personOf(ctx, db, userID)
	return out, err
}

// Choose keeps what the actor wants to get: the channel of each kind named,
// and the hour of the digest. Invalid names the kind ("kind.act") or "hour".
func (s *Service) Choose(ctx context.Context, channels map[string]Channel, hour int) error {
	a, err := person(ctx)
	if err != nil {
		return err
	}
	var c apperr.Check
	mine := KindsOf(a)
	for _, k := range mine {
		if ch, ok := channels[k.Code]; ok && !slices.Contains(k.Channels(), ch) {
			c.Add("kind."+k.Code, "error.field.choice")
		}
	}
	if hour < 0 || hour > 23 {
		c.Add("hour", "error.field.range", "min", 0, "max", 23)
	}
	if err := c.Err(); err != nil {
		return err
	}
	return s.KIS.DB.Write(ctx, func(tx *store.Tx) error {
		now, err := s.settings(ctx, tx, a.UserID, mine)
		if err != nil {
			return err
		}
		before, after := map[string]any{}, map[string]any{}
		for _, x := range now.Choices {
			ch, ok := channels[x.Kind.Code]
			if !ok || ch == x.Channel {
				continue
			}
			before[Chosen+x.Kind.Code], after[Chosen+x.Kind.Code] = x.Channel, ch
			if err := setChoice(ctx, tx, a.UserID, x.Kind.Code, ch); err != nil {
				return err
			}
		}
		if hour != now.Hour {
			before["digest_hour"], after["digest_hour"] = now.Hour, hour
			if err := setHour(ctx, tx, a.UserID, hour); err != nil {
				return err
			}
		}
		if len(after) == 0 {
			return store.ErrNoChange
		}
		if _, err := office.HoldUser(ctx, tx, a.UserID); err != nil { // for the seal of the entry
			return err
		}
		tx.Record(store.Change{Action: TrailChoose, Kind: "user", ID: a.UserID, Label: a.Name, Before: before, After: after})
		return nil
	})
}
