package request

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// move takes a request along an arrow. Of two people who move it at once the
// later is told; what the actor may not see is not found.
func (s *Service) move(ctx context.Context, id, verb, note string, seen int, change func(tx *store.Tx, r *Request) error) error {
	action := actionOf(verb)
	sc, err := office.Allowed(ctx, action)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		r, err := lock(ctx, tx, id)
		if err != nil {
			return err
		}
		body, err := holder(ctx, tx, r.ServiceID)
		if err != nil {
			return err
		}
		if !sc.Any && !sc.Agency(body) {
			return apperr.Missing(Object)
		}
		t, ok := office.Arrow(Transitions, r.State, verb)
		if !ok {
			return apperr.New(apperr.Conflict, "register.application.closed", "state", "register.request.state."+string(r.State))
		}
		if seen != 0 && seen != r.Revision {
			return apperr.New(apperr.Conflict, "error.conflict")
		}
		r.State = t.To
		if r.State == Settled || r.State == Withdrawn {
			r.DecidedAt = tx.Now
		}
		if err := change(tx, &r); err != nil {
			return err
		}
		if err := update(ctx, tx, &r, t.From); err != nil {
			return err
		}
		return record(ctx, tx, r, t.From, verb, t.Action, note)
	})
}

func actionOf(verb string) policies.Action {
	for _, t := range Transitions {
		if t.Verb == verb {
			return t.Action
		}
	}
	return ""
}

// reason reads a text that has to be given.
func reason(field, text string, least int) (string, error) {
	var c apperr.Check
	text = c.Text(field, text, least, maxText)
	return text, c.Err()
}

// Decline gives the reasons of the body why nothing has to change. Seen is the
// revision that was looked at, 0 any.
func (s *Service) Decline(ctx context.Context, id, why string, seen int) error {
	why, err := reason("answer", why, 10)
	if err != nil {
		return err
	}
	return s.move(ctx, id, "decline", why, seen, func(tx *store.Tx, r *Request) error {
		r.Answer, r.AnsweredName, r.AnsweredAt = why, tx.Actor.Signature(), tx.Now
		return nil
	})
}

// Accept agrees with the reasons of the body: the register stays as it is.
func (s *Service) Accept(ctx context.Context, id, note string) error {
	note, err := reason("note", note, 0)
	if err != nil {
		return err
	}
	return s.move(ctx, id, "accept", note, 0, func(*store.Tx, *Request) error { return nil })
}

// Insist asks again, with an answer to the reasons of the body, and starts its
// clock anew.
func (s *Service) Insist(ctx context.Context, id, note string) error {
	note, err := reason("note", note, 10)
	if err != nil {
		return err
	}
	return s.move(ctx, id, "insist", note, 0, func(tx *store.Tx, r *Request) error {
		r.Round++
		return s.start(ctx, tx, r)
	})
}

// Withdraw takes a request back.
func (s *Service) Withdraw(ctx context.Context, id, why string) error {
	why, err := reason("reason", why, 3)
	if err != nil {
		return err
	}
	return s.move(ctx, id, "withdraw", why, 0, func(*store.Tx, *Request) error { return nil })
}

// applied follows an application of the body, in the unit of work of its step:
// signed it answers the request, registered it settles it, refused or given up
// the request waits again with the clock it had. An application to remove the
// service answers any request about it, one to change it a request for changes.
func (s *Service) applied(ctx context.Context, tx *store.Tx, a register.Application, verb string) error {
	if a.ServiceID == "" || a.Kind == register.KindNew {
		return nil
	}
	arrow := map[string]string{"sign": "apply", "register": "register", "refuse": "return", "withdraw": "return"}[verb]
	if arrow == "" {
		return nil
	}
	var list []Request
	q := store.Lock(tx.NewSelect().Model(&list).Where("rq.service_id = ? AND rq.state IN (?)", a.ServiceID, bun.List(open)))
	if err := q.Scan(ctx); err != nil {
		return store.MapError(err, "request about a service")
	}
	for _, r := range list {
		t, ok := office.Arrow(Transitions, r.State, arrow)
		switch {
		case !ok, arrow != "apply" && r.ApplicationID != a.ID, a.Kind == register.KindChange && r.Kind == register.KindRemoval:
			continue
		}
		if err := tx.Seen(ctx, Object, r.ID); err != nil {
			return err
		}
		if r.State = t.To; r.State == Settled {
			r.DecidedAt = tx.Now
		}
		if arrow == "apply" {
			r.ApplicationID, r.AnsweredName, r.AnsweredAt = a.ID, tx.Actor.Signature(), tx.Now
		}
		if err := update(ctx, tx, &r, t.From); err != nil {
			return err
		}
		if err := record(ctx, tx, r, t.From, arrow, t.Action, a.Number); err != nil {
			return err
		}
	}
	return nil
}
