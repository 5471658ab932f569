package planning

import "github.com/kis-platform/kis/internal/day"

// Taken is what of the reports on an item was accepted so far.
type Taken struct {
	QuartersAccepted int `bun:"quarters_accepted,scanonly"` // quarters with an accepted report
	Steps            int `bun:"steps,scanonly"`             // the item is divided into
	StepsAccepted    int `bun:"steps_accepted,scanonly"`    // of them accepted as done
	EndsAccepted     int `bun:"ends_accepted,scanonly"`     // accepted reports that it is done
	PlanRule         int `bun:"plan_rule,scanonly"`         // version that holds for its plan; 0 where it is read with the plan
	Waiting          int `bun:"waiting,scanonly"`           // reports that wait for a decision
}

// Quarters is how many quarters of the year an item covers, from its first to
// that of its term.
func (i Item) Quarters() int { return lastQuarter(i.Year, i.Term()) - i.StartQuarter + 1 }

// lastQuarter is the quarter of a term within the year of the plan: the fourth
// when it was postponed beyond.
func lastQuarter(year int, term day.Day) int {
	if term.Year() > year {
		return 4
	}
	return term.Quarter()
}

// Percent is how far an item has come, computed from what was reported and
// accepted: nobody types it. 100 only when its end is accepted; until then the
// share of accepted steps, or of quarters with an accepted report where there
// are no steps, and at most OpenCap.
func (r PlanRule) Percent(i Item) int {
	a := i.Taken
	if i.CarriedOut() {
		return 100
	}
	part, whole := a.QuartersAccepted, i.Quarters()
	if r.BySteps && a.Steps > 0 {
		part, whole = a.StepsAccepted, a.Steps
	}
	if whole < 1 {
		return 0
	}
	return min(100*min(part, whole)/whole, r.OpenCap)
}

// PlanPercent is the mean of the items of a plan, rounded down; 0 without any.
func (r PlanRule) PlanPercent(items []Item) int {
	sum := 0
	for _, it := range items {
		sum += r.Percent(it)
	}
	if len(items) == 0 {
		return 0
	}
	return sum / len(items)
}
