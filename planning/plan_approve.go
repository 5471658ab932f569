package planning

import (
	"context"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Condition is one thing that is looked at before a step that cannot be taken
// back, with what was found.
type Condition struct {
	Key   string // of the sentence
	Args  []any  // name, value, name, value …
	OK    bool
	Block bool // when it is not OK the step is refused; else it is only said
}

// Approval is what management states when it approves a plan.
type Approval struct {
	Revision  int  // the one that was read
	Confirmed bool // the sentence was ticked
}

// ApprovePlan locks the plan and puts it in force. It is a Conflict while a
// condition that blocks is not met, or when the plan has changed since the
// revision that was read.
func (s *Service) ApprovePlan(ctx context.Context, key Key, a Approval) error {
	if _, err := office.Allowed(ctx, policies.PlanApprove); err != nil {
		return err
	}
	if !a.Confirmed {
		return apperr.InvalidField("confirm", "planning.error.confirm")
	}
	return s.movePlan(ctx, policies.PlanApprove, key, "approve", "", func(tx *store.Tx, p *Plan) error {
		if p.Revision != a.Revision {
			return apperr.New(apperr.Conflict, "planning.plan.error.revision", "now", p.Revision, "seen", a.Revision)
		}
		conditions, _, err := conditionsOf(ctx, tx, *p)
		if err != nil {
			return err
		}
		if Blocked(conditions) {
			return apperr.New(apperr.Conflict, "planning.plan.error.not_ready")
		}
		p.ApprovedBy, p.ApprovedName, p.ApprovedAt = tx.Actor.UserID, tx.Actor.Name, tx.Now
		return nil
	})
}

// Blocked says whether a condition that must be met is not.
func Blocked(conditions []Condition) bool {
	for _, c := range conditions {
		if c.Block && !c.OK {
			return true
		}
	}
	return false
}

// conditionsOf looks at what should be so before a plan is approved, in two
// queries.
func conditionsOf(ctx context.Context, db bun.IDB, p Plan) ([]Condition, planCounts, error) {
	n, err := countsOf(ctx, db, p)
	if err != nil {
		return nil, n, err
	}
	missing, err := missingAgreements(ctx, db, p.ID)
	if err != nil {
		return nil, n, err
	}
	out := []Condition{{Key: "planning.plan.condition.items", Args: []any{"n", n.Items}, OK: n.Items > 0 && n.Whole == n.Items, Block: true}}
	if n.Items == 0 {
		out[0].Key = "planning.plan.condition.no_items"
	}
	if n.Decisions > 0 && p.Kind == MainKind {
		out = append(out, Condition{Key: "planning.plan.condition.decisions", Args: []any{"n", n.Planned, "of", n.Decisions}, OK: n.Planned == n.Decisions})
	}
	if n.LeftOver > 0 {
		out = append(out, Condition{Key: "planning.plan.condition.left_over", Args: []any{"n", n.LeftOver, "year", strconv.Itoa(p.Year - 1)}})
	} else {
		out = append(out, Condition{Key: "planning.plan.condition.carried", OK: true})
	}
	if n.Unanswered > 0 {
		out = append(out, Condition{Key: "planning.plan.condition.unanswered", Args: []any{"n", n.Unanswered}, Block: true})
	}
	switch {
	case p.State == PlanDraft:
		out = append(out, Condition{Key: "planning.plan.condition.not_sent", Block: true})
	case len(missing) > 0:
		out = append(out, Condition{Key: "planning.plan.condition.missing", Args: []any{"departments", strings.Join(missing, ", ")}, Block: true})
	default:
		out = append(out, Condition{Key: "planning.plan.condition.agreed", OK: true, Block: true})
	}
	return out, n, nil
}
