package register

import (
	"context"
	"fmt"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// officialNumber writes "ER-2026-00042".
func officialNumber(series string, year, n, digits int) string {
	return fmt.Sprintf("%s-%d-%0*d", series, year, digits, n)
}

func joinLines(list []string) string { return strings.Join(list, "\n") }

// step takes an application along an arrow: the row is held, its old state
// named in the UPDATE, the clock of the new state started, the step kept with
// its note. change may refuse, and gives the columns it set beside.
func (s *Service) step(ctx context.Context, id, verb, note string, seen int, change func(tx *store.Tx, a *Application) ([]string, map[string]any, error)) error {
	action := actionOf(verb)
	if _, err := office.Allowed(ctx, action); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		a, err := s.lockApplication(ctx, tx, id, action)
		if err != nil {
			return err
		}
		t, ok := office.Arrow(Transitions, a.State, verb)
		if !ok {
			return apperr.New(apperr.Conflict, "register.application.closed", "state", "register.state."+string(a.State))
		}
		if seen != 0 && seen != a.Revision {
			return apperr.New(apperr.Conflict, "register.application.changed", "who", a.EditedBy, "at", a.EditedAt)
		}
		a.State = t.To
		if err := s.setClock(ctx, tx, &a, s.KIS.Today()); err != nil {
			return err
		}
		a.Revision++
		columns, more, err := change(tx, &a)
		if err != nil {
			return err
		}
		if err := updateApplication(ctx, tx, a, t.From, append(columns, "state", "due", "clock", "clock_from", "confirmed", "revision")...); err != nil {
			return err
		}
		return s.recordStep(ctx, tx, a, t.From, verb, t.Action, note, more)
	})
}

// actionOf gives the action that a verb needs.
func actionOf(verb string) policies.Action {
	for _, t := range Transitions {
		if t.Verb == verb {
			return t.Action
		}
	}
	return ""
}

// recordStep keeps a step with its application and in the trail.
func (s *Service) recordStep(ctx context.Context, tx *store.Tx, a Application, from State, verb string, action policies.Action, note string, more map[string]any) error {
	if err := addEvent(ctx, tx, a.ID, verb, from, a.State, note); err != nil {
		return err
	}
	after := map[string]any{"state": a.State, "step": verb}
	if a.Due != "" {
		after["due"] = a.Due
	}
	for k, v := range more {
		after[k] = v
	}
	var before any
	if from != "" {
		before = map[string]any{"state": from}
	}
	tx.Record(store.Change{Action: string(action), Kind: kindApplication, ID: a.ID, Label: a.Number, Note: note, Before: before, After: after})
	if s.OnStep == nil {
		return nil
	}
	return s.OnStep(ctx, tx, a, verb)
}

// Sign confirms the questionnaire and sends it (4.5.2, 4.5.4): every formal
// check must pass. What was signed is kept word for word with its hash.
func (s *Service) Sign(ctx context.Context, id string, seen int) error {
	return s.step(ctx, id, "sign", "", seen, func(tx *store.Tx, a *Application) ([]string, map[string]any, error) {
		found, err := s.check(ctx, tx, *a)
		if err != nil {
			return nil, nil, err
		}
		if err := invalid(found); err != nil {
			return nil, nil, err
		}
		a.Round++
		a.SubmittedAt, a.FoundAt, a.ReturnedAt = tx.Now, zeroTime, zeroTime
		sum, err := insertRound(ctx, tx, *a)
		return []string{"round", "submitted_at", "found_at", "returned_at"}, map[string]any{"round": a.Round, "sha256": sum}, err
	})
}

// Defect is what the operator found wrong, with the item it is about.
type Defect struct {
	Clause string
	Text   string
}

// Find notes a defect (4.7.1). The first of a round starts the clock of the
// notice (4.7.3).
func (s *Service) Find(ctx context.Context, id string, d Defect) error {
	var check apperr.Check
	d.Text = check.Text("text", d.Text, 3, 2000)
	if !knownClause(d.Clause) {
		check.Add("clause", "error.field.choice")
	}
	if _, err := office.Allowed(ctx, policies.RegisterCheck); err != nil {
		return err
	}
	if err := check.Err(); err != nil {
		return err
	}
	state, err := s.stateOf(ctx, id)
	if err != nil {
		return err
	}
	if state == Defective {
		return s.findMore(ctx, id, d)
	}
	return s.step(ctx, id, "find", d.Clause+": "+d.Text, 0, func(tx *store.Tx, a *Application) ([]string, map[string]any, error) {
		a.FoundAt = tx.Now
		return []string{"found_at"}, map[string]any{"clause": d.Clause}, insertDefect(ctx, tx, *a, d)
	})
}

// findMore adds a defect to those found already.
func (s *Service) findMore(ctx context.Context, id string, d Defect) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		a, err := s.lockApplication(ctx, tx, id, policies.RegisterCheck)
		if err != nil {
			return err
		}
		if a.State != Defective {
			return apperr.New(apperr.Conflict, "register.application.closed", "state", "register.state."+string(a.State))
		}
		if err := insertDefect(ctx, tx, a, d); err != nil {
			return err
		}
		if err := addEvent(ctx, tx, a.ID, "find", a.State, a.State, d.Clause+": "+d.Text); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.RegisterCheck), Kind: kindApplication, ID: a.ID, Label: a.Number, Note: d.Clause + ": " + d.Text, After: map[string]any{"clause": d.Clause}})
		return nil
	})
}

// knownClause says whether a defect may be about it: an item, a part of the
// section on the body, or the entry test.
func knownClause(clause string) bool {
	if _, ok := FieldOf(clause); ok {
		return true
	}
	for _, f := range contactTable() {
		if f.Clause == clause {
			return true
		}
	}
	return false
}

// Notify sends the notice of the defects found (4.7.3): the body corrects
// within the term of 4.5.4.
func (s *Service) Notify(ctx context.Context, id, note string) error {
	note, err := optionalNote(note)
	if err != nil {
		return err
	}
	return s.step(ctx, id, "notify", note, 0, func(tx *store.Tx, a *Application) ([]string, map[string]any, error) {
		a.ReturnedAt = tx.Now
		return []string{"returned_at"}, nil, nil
	})
}

// Refuse ends an application that does not meet the entry test (4.2) or has no
// ground; the reason goes to the body.
func (s *Service) Refuse(ctx context.Context, id, reason string) error {
	var check apperr.Check
	reason = check.Text("reason", reason, 3, 4000)
	if err := check.Err(); err != nil {
		return err
	}
	return s.step(ctx, id, "refuse", reason, 0, func(tx *store.Tx, a *Application) ([]string, map[string]any, error) {
		a.DecidedAt = tx.Now
		return []string{"decided_at"}, nil, nil
	})
}

// Withdraw gives an application up before it is registered.
func (s *Service) Withdraw(ctx context.Context, id, reason string) error {
	var check apperr.Check
	reason = check.Text("reason", reason, 3, 4000)
	if err := check.Err(); err != nil {
		return err
	}
	return s.step(ctx, id, "withdraw", reason, 0, func(tx *store.Tx, a *Application) ([]string, map[string]any, error) {
		a.DecidedAt = tx.Now
		return []string{"decided_at"}, nil, nil
	})
}

// Register enters what was signed into the register (4.7.2): a new service
// gets its number, a change becomes the version in force, an abolished service
// goes to the archive. Nobody registers what they signed themselves.
func (s *Service) Register(ctx context.Context, id string) (number string, err error) {
	err = s.step(ctx, id, "register", "", 0, func(tx *store.Tx, a *Application) ([]string, map[string]any, error) {
		by, err := signer(ctx, tx, a.ID, a.Round)
		if err != nil {
			return nil, nil, err
		}
		if by == tx.Actor.UserID && by != "" {
			return nil, nil, apperr.New(apperr.Forbidden, "register.error.own_signature")
		}
		found, err := s.check(ctx, tx, *a)
		if err != nil {
			return nil, nil, err
		}
		if err := invalid(found); err != nil {
			return nil, nil, err
		}
		a.DecidedAt = tx.Now
		sv, err := s.enter(ctx, tx, a)
		number = sv.Number
		return []string{"decided_at", "service_id"}, map[string]any{"register_number": sv.Number, "version": sv.Version}, err
	})
	return number, err
}

func optionalNote(note string) (string, error) {
	var check apperr.Check
	note = check.Text("note", note, 0, 4000)
	return note, check.Err()
}

// check runs the formal checks of an application as it is now.
func (s *Service) check(ctx context.Context, tx *store.Tx, a Application) ([]Problem, error) {
	f, err := s.facts(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	return problems(f, a.Items), nil
}
