package planning

import (
	"context"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// ItemProgress is how far an item of a plan in force has come.
type ItemProgress struct {
	ID            string
	No            int
	Text          string
	ResponsibleID string
	Plan          Key       // it stands in
	GSBPM         string    // of the recommendation it came from; may be empty
	Term          day.Day   // the new date after a postponement
	State         ItemState // as it is shown: Done once its end was accepted, Reported before
	Late          bool      // neither, and past its term
	Carried       bool      // into a later plan
}

// Progress gives the items of the approved plans of a year, in the order of
// the plan: what the next evaluation looks back on. None when no plan of that
// year was approved. One query.
func (s *Service) Progress(ctx context.Context, year int) ([]ItemProgress, error) {
	if _, err := office.Allowed(ctx, policies.PlanRead); err != nil {
		return nil, err
	}
	list, err := progressOf(ctx, s.DB.Read(), year)
	today := s.KIS.Today()
	for i := range list {
		list[i].Late = list[i].State != Done && list[i].State != Reported && list[i].Term < today
	}
	return list, err
}

// ProgressCounts are the items of a year by what became of them; Reported wait
// to be accepted.
type ProgressCounts struct{ Done, Reported, Late, Postponed, Carried int }

// CountProgress counts items.
func CountProgress(list []ItemProgress) (c ProgressCounts) {
	for _, it := range list {
		switch {
		case it.State == Done:
			c.Done++
		case it.State == Reported:
			c.Reported++
		case it.Late:
			c.Late++
		}
		if it.State == Postponed {
			c.Postponed++
		}
		if it.Carried {
			c.Carried++
		}
	}
	return c
}
