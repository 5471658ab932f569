package kis

import (
	"context"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
)

// ClosingCheck is one thing to look at before a cycle is closed. Key is a key
// of the texts; what blocks must be mended first.
type ClosingCheck struct {
	Key    string
	Args   []any
	Href   string // where it is mended or seen
	Done   bool   // nothing is left to do
	Blocks bool
}

// closingTasks is how many tasks without evidence are named one by one.
const closingTasks = 20

// ClosingChecks lists what stands in the way of closing a cycle, and what does
// not but should be known, each with where to go. It uses what CloseCycle
// asks.
func (s *Service) ClosingChecks(ctx context.Context, id string) (Cycle, []ClosingCheck, error) {
	g, err := s.Grid(ctx, id, GridFilter{})
	if err != nil {
		return Cycle{}, nil, err
	}
	cy, page := g.Cycle, "/cycles/"+id
	out := []ClosingCheck{{Key: "kis.close.state", Args: []any{"state", "kis.cycle.state." + string(cy.State)}, Href: page,
		Done: cy.State == CycleEvaluating || cy.State == CycleClosed, Blocks: true}}
	for _, p := range g.Phases {
		if p.Gate == GateNone {
			continue
		}
		key := "kis.close.gate"
		if p.Gate == GateWaived {
			key = "kis.close.gate_waived"
		}
		out = append(out, ClosingCheck{Key: key, Args: []any{"phase", p.Phase, "n", p.Left}, Href: page + "/gates/" + p.Phase, Done: p.closed(), Blocks: true})
	}
	// Whoever closes cycles sees all evidence; others are told of what they may know of.
	n, err := unhidden(s.DB.Read().NewSelect().TableExpr("submissions AS s"), actor.From(ctx)).
		Where("s.cycle_id = ? AND s.state = ?", id, Submitted).Count(ctx)
	if err != nil {
		return Cycle{}, nil, store.MapError(err, "count evidence in review")
	}
	out = append(out, ClosingCheck{Key: "kis.close.waiting", Args: []any{"n", n}, Href: "/evidence?cycle=" + id + "&state=" + string(Submitted), Done: n == 0, Blocks: true})
	named, more := 0, 0
	for _, p := range g.Phases {
		if p.Gate != GateNone {
			continue // what a waived gate let through stands with the gate
		}
		for _, sub := range p.Subs {
			for _, t := range sub.Tasks {
				if t.State == TaskAccepted || t.State == TaskNotApplicable {
					continue
				}
				if named++; named > closingTasks {
					more++
					continue
				}
				out = append(out, ClosingCheck{Key: "kis.close.task", Args: []any{"code", t.Code, "name_az", t.NameAZ, "name_en", t.NameEN}, Href: page + "/tasks/" + t.Code})
			}
		}
	}
	if more > 0 {
		out = append(out, ClosingCheck{Key: "kis.close.more", Args: []any{"n", more}, Href: page + "?view=table"})
	}
	return cy, out, nil
}

// beforeClosing lets what stands above the spine keep what it knows of a cycle
// in the unit of work that closes it.
func (s *Service) beforeClosing(ctx context.Context, tx *store.Tx, cy Cycle) error {
	for _, f := range s.OnClose {
		if err := f(ctx, tx, cy); err != nil {
			return err
		}
	}
	return nil
}

// HoldCycle reads a cycle and holds it until the unit of work ends, for what
// is kept beside it: nobody closes it meanwhile.
func HoldCycle(ctx context.Context, tx *store.Tx, id string) (Cycle, error) {
	return lockCycle(ctx, tx, id)
}
