package audit

import (
	"context"
	"slices"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// actStep takes an act along an arrow. The row is locked first, so that of
// two people who take a step at once the second sees the new state and is
// told with a Conflict. change sets the columns that go with the step and may
// refuse; note is the reason the person gave.
func (s *Service) actStep(ctx context.Context, id, verb, note string, change func(tx *store.Tx, a *Act) ([]string, error)) error {
	action := actAction(verb)
	if _, err := office.Allowed(ctx, action); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := lock(ctx, tx, "acts", id); err != nil {
			return err
		}
		a, err := s.seenAct(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.mayAct(ctx, tx, a, action); err != nil {
			return err
		}
		return s.moveActTx(ctx, tx, a, verb, note, func(tx *store.Tx, a *Act) ([]string, error) {
			if slices.Contains(judging, verb) {
				if err := s.apart(ctx, tx, *a); err != nil {
					return nil, err
				}
			}
			return change(tx, a)
		})
	})
}

// moveActTx is the step itself, inside a transaction that holds the act.
func (s *Service) moveActTx(ctx context.Context, tx *store.Tx, a Act, verb, note string, change func(tx *store.Tx, a *Act) ([]string, error)) error {
	t, err := arrow(ctx, ActTransitions, kindAct, a.State, verb)
	if err != nil {
		return err
	}
	if err := tx.Seen(ctx, kindAct, a.ID); err != nil { // one that goes along with another, as when findings are merged
		return err
	}
	a.State = t.To
	a.Version++
	columns, err := change(tx, &a)
	if err != nil {
		return err
	}
	if err := moveAct(ctx, tx, a, t.From, columns); err != nil {
		return err
	}
	if err := s.keepFigures(ctx, tx, a); err != nil {
		return err
	}
	if err := recordAct(ctx, tx, a, t.From, verb, t.Action, note, nil); err != nil {
		return err
	}
	return s.followAct(ctx, tx, a, verb, note)
}

// actAction gives the action that a verb of the act's table needs.
func actAction(verb string) policies.Action {
	for _, t := range ActTransitions {
		if t.Verb == verb {
			return t.Action
		}
	}
	return ""
}

// recordAct keeps a step of an act: an event for its page, an entry in the
// trail.
func recordAct(ctx context.Context, tx *store.Tx, a Act, from ActState, verb string, action policies.Action, note string, more map[string]any) error {
	if err := addEvent(ctx, tx, ActEvent{ActID: a.ID, Verb: verb, From: string(from), To: string(a.State), Note: note}); err != nil {
		return err
	}
	after := map[string]any{"state": a.State, "step": verb}
	for k, v := range more {
		after[k] = v
	}
	tx.Record(store.Change{Action: string(action), Kind: kindAct, ID: a.ID, Label: a.Number, Note: note,
		Before: map[string]any{"state": from}, After: after})
	return nil
}

// recordAction keeps a step of a corrective action with its act.
func recordAction(ctx context.Context, tx *store.Tx, a Act, ac Action, from ActionState, verb string, action policies.Action, note string, more map[string]any) error {
	e := ActEvent{ActID: a.ID, ActionID: ac.ID, Verb: "action_" + verb, From: string(from), To: string(ac.State), Note: note}
	if err := addEvent(ctx, tx, e); err != nil {
		return err
	}
	after := map[string]any{"state": ac.State, "step": verb, "text": ac.Text, "owner": ac.OwnerID, "due": ac.Due}
	for k, v := range more {
		after[k] = v
	}
	tx.Record(store.Change{Action: string(action), Kind: kindAction, ID: ac.ID, Label: ac.Label(), RootKind: kindAct, RootID: a.ID, Note: note,
		Before: map[string]any{"state": from}, After: after})
	return nil
}
