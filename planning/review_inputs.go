package planning

import (
	"context"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// ownInputs gives the figures that planning itself knows.
type ownInputs struct{ s *Service }

// ReviewInputs gives a (decisions of earlier reviews), c2 (the yearly plan as
// the way to the objectives), d (needs of resources decided on), e (actions on
// opportunities that were accepted) and f (recommendations). What there is
// nothing of is left out: nothing out of nothing is no figure.
func (o ownInputs) ReviewInputs(ctx context.Context, period Period) (map[string][]Figure, error) {
	if _, err := office.Allowed(ctx, policies.ReviewPrepare); err != nil {
		return nil, err
	}
	from, before := period.Times(o.s.KIS.Zone)
	n, err := countOwn(ctx, o.s.DB.Read(), period, from, before, string(o.s.KIS.Today()))
	if err != nil {
		return nil, err
	}
	out := map[string][]Figure{}
	add := func(letter, key string, num, den, better int, href string) {
		out[letter] = append(out[letter], Figure{Key: "planning.review.figure." + key, Num: int64(num), Den: int64(den), Better: better, Href: href})
	}
	if n.Decisions > 0 {
		add("a", "decisions_done", n.DecisionsDone, n.Decisions, 1, "/reviews")
		add("a", "decisions_late", n.DecisionsLate, 0, -1, "/reviews")
	}
	if n.Items > 0 {
		add("c2", "items_done", n.ItemsDone, n.Items, 1, "/plans")
		add("c2", "items_late", n.ItemsLate, 0, -1, "/plans")
	}
	if n.Resources > 0 {
		add("d", "resources_done", n.ResourcesDone, n.Resources, 1, "/reviews")
	}
	if n.Accepted > 0 {
		add("e", "accepted_done", n.AcceptedDone, n.Accepted, 1, "/recommendations?state=accepted")
	}
	add("f", "open", n.Open, 0, 0, "/recommendations?state=open")
	add("f", "proposed", n.Proposed, 0, 0, "/recommendations")
	return out, nil
}
