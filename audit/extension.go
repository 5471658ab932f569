package audit

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// ExtensionState is the state of a request to move the term of an action.
type ExtensionState string

const (
	ExtensionRequested ExtensionState = "requested" // waits for a decision
	ExtensionApproved  ExtensionState = "approved"  // the term moved
	ExtensionRefused   ExtensionState = "refused"   // the term stays
	ExtensionLapsed    ExtensionState = "lapsed"    // the action was done before anybody decided
)

// ExtensionTransitions is the life of such a request. That it lapses is not a
// step of a person: it follows from the action's report.
var ExtensionTransitions = []office.Transition[ExtensionState]{
	{From: "", To: ExtensionRequested, Action: policies.ActionReport, Verb: "request"},
	{From: ExtensionRequested, To: ExtensionApproved, Action: policies.ActionExtend, Verb: "approve"},
	{From: ExtensionRequested, To: ExtensionRefused, Action: policies.ActionExtend, Verb: "refuse"},
	{From: ExtensionRequested, To: ExtensionLapsed, Action: policies.ActionReport, Verb: "lapse"},
}

// Extension is a request to move the term of a corrective action.
type Extension struct {
	bun.BaseModel `bun:"table:action_extensions,alias:x"`

	ID          string         `bun:"id,pk"`
	ActionID    string         `bun:"action_id"`
	ActID       string         `bun:"act_id"`
	No          int            `bun:"no"` // 1, 2 … of the action
	FromDue     day.Day        `bun:"from_due"`
	ToDue       day.Day        `bun:"to_due"`
	Reason      string         `bun:"reason"`
	State       ExtensionState `bun:"state"`
	RequestedBy string         `bun:"requested_by"`
	RequestedAt time.Time      `bun:"requested_at"`
	DecidedBy   string         `bun:"decided_by,nullzero"`
	DecidedAt   time.Time      `bun:"decided_at,nullzero"`
	Note        string         `bun:"note"`
}

// extendable are the states in which an action may need more time.
var extendable = []ActionState{ActionPlanned, ActionInProgress, ActionRejected}

// RequestExtension asks that the term of an action be moved; one request at a
// time. The term stays until somebody else approves.
func (s *Service) RequestExtension(ctx context.Context, actionID string, to day.Day, reason string) error {
	if _, err := office.Allowed(ctx, policies.ActionReport); err != nil {
		return err
	}
	var c apperr.Check
	reason = c.Text("reason", reason, 3, maxText)
	if to == "" {
		c.Add("to", "error.field.date")
	}
	if err := c.Err(); err != nil {
		return err
	}
	return s.changeAction(ctx, actionID, policies.ActionReport, extendable, func(tx *store.Tx, a Act, ac *Action) error {
		if earliest := max(ac.Due, s.KIS.Today()); to <= earliest {
			return apperr.InvalidField("to", "error.field.date_after", "date", earliest.Add(1).Format())
		}
		open, no, err := extensionsOf(ctx, tx, ac.ID)
		if err != nil {
			return err
		}
		if open != nil {
			return apperr.New(apperr.Conflict, "audit.error.extension_open", "action", ac.Label())
		}
		x := Extension{ID: store.NewID(), ActionID: ac.ID, ActID: a.ID, No: no + 1, FromDue: ac.Due, ToDue: to, Reason: reason,
			State: ExtensionRequested, RequestedBy: tx.Actor.UserID, RequestedAt: tx.Now}
		if _, err := tx.NewInsert().Model(&x).Exec(ctx); err != nil {
			return store.MapError(err, "insert extension")
		}
		return recordAction(ctx, tx, a, *ac, ac.State, "extend_request", policies.ActionReport, reason, map[string]any{"to": to})
	})
}

// DecideExtension approves or refuses the open request for more time. Neither
// who asked nor an owner of the action decides. An approved one moves the
// term, is counted, and escalation begins anew.
func (s *Service) DecideExtension(ctx context.Context, actionID string, approve bool, note string) error {
	if _, err := office.Allowed(ctx, policies.ActionExtend); err != nil {
		return err
	}
	var c apperr.Check
	least := 3
	if approve {
		least = 0
	}
	note = c.Text("note", note, least, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	return s.changeAction(ctx, actionID, policies.ActionExtend, extendable, func(tx *store.Tx, a Act, ac *Action) error {
		x, _, err := extensionsOf(ctx, tx, ac.ID)
		if err != nil {
			return err
		}
		if x == nil {
			return apperr.New(apperr.Conflict, "audit.error.extension_none", "action", ac.Label())
		}
		owners, err := ownersOf(ctx, tx, *ac)
		if err != nil {
			return err
		}
		for _, o := range owners {
			if o.UserID == tx.Actor.UserID || x.RequestedBy == tx.Actor.UserID {
				return apperr.New(apperr.Forbidden, "audit.error.own_extension", "action", ac.Label())
			}
		}
		if err := s.apart(ctx, tx, a, departmentsOf(owners)...); err != nil {
			return err
		}
		verb := "extend_refuse"
		x.State, x.DecidedBy, x.DecidedAt, x.Note = ExtensionRefused, tx.Actor.UserID, tx.Now, note
		if approve {
			verb, x.State = "extend_approve", ExtensionApproved
			ac.Due, ac.Extensions, ac.Escalation, ac.EscalatedAt, ac.DueDays = x.ToDue, ac.Extensions+1, 0, time.Time{}, nil
			if err := moveAction(ctx, tx, *ac, ac.State, []string{"due", "extensions", "escalation", "escalated_at", "due_days"}); err != nil {
				return err
			}
		}
		if err := decideExtension(ctx, tx, *x); err != nil {
			return err
		}
		return recordAction(ctx, tx, a, *ac, ac.State, verb, policies.ActionExtend, note, map[string]any{"to": x.ToDue, "reason": x.Reason})
	})
}

// changeAction changes an action of an act in progress without a step.
func (s *Service) changeAction(ctx context.Context, id string, action policies.Action, states []ActionState, change func(tx *store.Tx, a Act, ac *Action) error) error {
	seen, err := s.seenAction(ctx, id)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := lock(ctx, tx, "acts", seen.ActID); err != nil {
			return err
		}
		a, err := s.seenAct(ctx, tx, seen.ActID)
		if err != nil {
			return err
		}
		ac, err := actionByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := mayAction(ctx, tx, ac, action); err != nil {
			return err
		}
		if err := actOpenFor(ctx, a, ActInProgress); err != nil {
			return err
		}
		for _, st := range states {
			if st == ac.State {
				return change(tx, a, &ac)
			}
		}
		_, err = arrow(ctx, ActionTransitions, kindAction, ac.State, "")
		return err
	})
}

// extensionsOf gives the open request of an action, nil when there is none, and
// how many requests there were.
func extensionsOf(ctx context.Context, db bun.IDB, actionID string) (open *Extension, n int, err error) {
	var list []Extension
	err = db.NewSelect().Model(&list).Where("x.action_id = ?", actionID).Order("x.no").Scan(ctx)
	for i := range list {
		if list[i].State == ExtensionRequested {
			open = &list[i]
		}
	}
	return open, len(list), store.MapError(err, "extensions")
}

func decideExtension(ctx context.Context, tx *store.Tx, x Extension) error {
	n, err := store.Affected(tx.NewUpdate().Model(&x).Column("state", "decided_by", "decided_at", "note").
		Where("id = ? AND state = ?", x.ID, ExtensionRequested).Exec(ctx))
	return store.Moved(n, err, "extension", string(ExtensionRequested))
}

// lapseExtension ends the open request of an action that was reported done.
func lapseExtension(ctx context.Context, tx *store.Tx, actionID string) error {
	_, err := tx.NewRaw("UPDATE action_extensions SET state = ?, decided_at = ? WHERE action_id = ? AND state = ?",
		ExtensionLapsed, tx.Now, actionID, ExtensionRequested).Exec(ctx)
	return store.MapError(err, "lapse extension")
}

// mayExtend says whether the actor may decide on more time for actions.
func mayExtend(ctx context.Context) bool { return policies.Can(actor.From(ctx), policies.ActionExtend) }
