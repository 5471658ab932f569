package inquiry

import (
	"context"
	"maps"
	"slices"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// NewAnswer answers a request with submissions, with words, or with both.
type NewAnswer struct {
	Text          string
	SubmissionIDs []string // of the request's department and cycle, and for its outputs when it names any
}

// maxAnswerSubmissions bounds one answer.
const maxAnswerSubmissions = 50

// Answer answers a request. Only who was asked or who stands in for the
// department may; of two answers at once the second is a Conflict. A
// submission that the actor may not see, or that does not fit, is Invalid.
func (s *Service) Answer(ctx context.Context, id string, n NewAnswer) error {
	var c apperr.Check
	n.Text = c.Text("text", n.Text, 0, maxText)
	slices.Sort(n.SubmissionIDs)
	n.SubmissionIDs = slices.Compact(n.SubmissionIDs)
	switch {
	case n.Text == "" && len(n.SubmissionIDs) == 0 && c.Count() == 0:
		c.Add("text", "inquiry.field.answer")
	case len(n.SubmissionIDs) > maxAnswerSubmissions:
		c.Add("submission", "error.field.range", "min", 0, "max", maxAnswerSubmissions)
	}
	may := func(r Request, who actor.Actor) error {
		if who.UserID == r.AskedBy {
			return own("inquiry.request.own")
		}
		if !r.answerableBy(who) {
			return apperr.New(apperr.Forbidden, "inquiry.request.not_asked")
		}
		return nil
	}
	return s.step(ctx, id, policies.RequestAnswer, "answer", may, func(tx *store.Tx, r *Request) (map[string]any, error) {
		if err := c.Err(); err != nil {
			return nil, err
		}
		if err := s.checkAnswer(ctx, tx, tx.Actor, *r, n.SubmissionIDs); err != nil {
			return nil, err
		}
		no, err := insertAnswer(ctx, tx, r.ID, n)
		if err != nil {
			return nil, err
		}
		r.AnsweredAt = tx.Now
		if r.FirstAnsweredAt.IsZero() {
			r.FirstAnsweredAt = tx.Now
		}
		return map[string]any{"answer": no}, nil
	})
}

// checkAnswer refuses submissions that do not answer the request.
func (s *Service) checkAnswer(ctx context.Context, tx *store.Tx, who actor.Actor, r Request, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	fit, err := fittingSubmissions(ctx, tx, r, ids)
	if err != nil {
		return err
	}
	seen, err := s.KIS.SeesEvidence(ctx, tx, who, fit)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if !seen[id] {
			return apperr.InvalidField("submission", "inquiry.field.submission")
		}
	}
	return nil
}

// Accept takes the answer as what was asked for.
func (s *Service) Accept(ctx context.Context, id string) error {
	return s.decide(ctx, id, "accept", "")
}

// Return sends the answer back with a reason; another is due by the same day.
func (s *Service) Return(ctx context.Context, id, reason string) error {
	return s.decide(ctx, id, "return", reason)
}

// Withdraw takes the request back before it was answered, with a reason.
func (s *Service) Withdraw(ctx context.Context, id, reason string) error {
	return s.decide(ctx, id, "withdraw", reason)
}

// Close ends an accepted request.
func (s *Service) Close(ctx context.Context, id string) error { return s.decide(ctx, id, "close", "") }

// decide is a step of who asked. Nobody decides about their own answer.
func (s *Service) decide(ctx context.Context, id, verb, reason string) error {
	var c apperr.Check
	if verb == "return" || verb == "withdraw" {
		reason = c.Text("reason", reason, minWhy, maxText)
	}
	may := func(r Request, who actor.Actor) error {
		if !r.decidableBy(who) {
			return apperr.New(apperr.Forbidden, "inquiry.request.not_yours")
		}
		return nil
	}
	return s.step(ctx, id, policies.RequestDecide, verb, may, func(tx *store.Tx, r *Request) (map[string]any, error) {
		if err := c.Err(); err != nil {
			return nil, err
		}
		switch verb {
		case "accept", "return":
			verdict := map[string]string{"accept": "accepted", "return": "returned"}[verb]
			by, err := lastAnswerBy(ctx, tx, r.ID)
			if err != nil {
				return nil, err
			}
			if by == tx.Actor.UserID {
				return nil, own("inquiry.request.own_answer")
			}
			if err := decideAnswer(ctx, tx, r.ID, verdict, reason); err != nil {
				return nil, err
			}
			if verb == "return" {
				r.ReturnedAt, r.Reason = tx.Now, reason
			} else {
				r.AcceptedAt, r.Reason = tx.Now, ""
			}
			return map[string]any{"answered_by": by}, nil
		case "withdraw":
			r.WithdrawnAt, r.Reason = tx.Now, reason
		case "close":
			r.ClosedAt = tx.Now
		}
		return nil, nil
	})
}

// step moves a request along an arrow: may says whether this person may, do
// fills in what the step leaves. A request that the actor may not see is not
// found; a state that has no such arrow is a Conflict.
func (s *Service) step(ctx context.Context, id string, act policies.Action, verb string, may func(Request, actor.Actor) error,
	do func(tx *store.Tx, r *Request) (map[string]any, error)) error {
	if _, err := office.Allowed(ctx, act); err != nil {
		return err
	}
	if _, err := me(ctx); err != nil {
		return err
	}
	if !store.IsID(id) {
		return apperr.Missing("request")
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		r, err := lockRequest(ctx, tx, id)
		if err != nil {
			return err
		}
		if !r.seenBy(tx.Actor) {
			return apperr.Missing("request")
		}
		if err := may(r, tx.Actor); err != nil {
			return err
		}
		arrow, ok := office.Arrow(RequestTransitions, r.State, verb)
		if !ok {
			return conflict("request", string(r.State))
		}
		after := map[string]any{"state": arrow.To, "step": verb}
		more, err := do(tx, &r)
		if err != nil {
			return err
		}
		maps.Copy(after, more)
		r.State = arrow.To
		if err := moveRequest(ctx, tx, r, arrow.From); err != nil {
			return err
		}
		ch := store.Change{Action: string(act), Kind: KindRequest, ID: r.ID, Label: r.Number, Before: map[string]any{"state": arrow.From}, After: after}
		if !r.Confidential && (verb == "return" || verb == "withdraw") {
			ch.Note = r.Reason
		}
		tx.Record(ch)
		return nil
	})
}
