package board

import (
	"context"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Buckets are the last days of the stretches by which age is counted; what is
// older comes last.
var Buckets = []int{7, 14, 30, 60, 90}

// Age says how long the open acts of a state have stood there.
type Age struct {
	State  audit.ActState
	Counts []int // by Buckets, one more for what is older
	Total  int
	Oldest int // days
	Late   int // whose present term has passed
}

// Unit is what a department has open.
type Unit struct {
	DepartmentID string
	Code         string
	NameAZ       string
	NameEN       string
	States       map[audit.ActState]int // open ones only
	Open         int
	Late         int
	Oldest       int // days in the state, of the one that stands longest
	Repeats      int // open ones that repeat an earlier act
	Reopened     int // open ones that were reopened
}

// Ageing counts the open acts the actor sees by state and by department. One
// query over what is open.
func (s *Service) Ageing(ctx context.Context) (states []Age, units []Unit, err error) {
	sc, err := office.Allowed(ctx, policies.ActRead)
	if err != nil {
		return nil, nil, err
	}
	var rows []struct {
		State        audit.ActState
		DepartmentID string
		Code         string
		NameAZ       string
		NameEN       string
		StateAt      time.Time
		Late         bool
		Repeats      bool
		Reopened     int
	}
	db := s.DB.Read()
	err = audit.ActsInScope(ctx, db.NewSelect().TableExpr("acts AS c"), sc).
		ColumnExpr("c.state, c.department_id, d.code, d.name_az, d.name_en, c.state_at, c.reopened, c.repeat_of IS NOT NULL AS repeats").
		ColumnExpr("COALESCE(("+audit.PresentDue+"), '9999') < ? AS late", s.today()).
		Join("JOIN departments AS d ON d.id = c.department_id").
		Where("c.state IN ('draft', 'issued', 'objected', 'acknowledged', 'action_planned', 'in_progress', 'implemented', 'effective')").
		OrderExpr("d.sort_key, d.id").Scan(ctx, &rows)
	if err != nil {
		return nil, nil, store.MapError(err, "ageing")
	}
	now := s.DB.Now()
	at := map[audit.ActState]int{}
	for i, state := range audit.ActStates()[:8] {
		at[state] = i
		states = append(states, Age{State: state, Counts: make([]int, len(Buckets)+1)})
	}
	index := map[string]int{}
	for _, r := range rows {
		n := days(r.StateAt, now)
		a := &states[at[r.State]]
		a.Counts[bucket(n)]++
		a.Total++
		a.Oldest = max(a.Oldest, n)
		i, known := index[r.DepartmentID]
		if !known {
			i = len(units)
			index[r.DepartmentID] = i
			units = append(units, Unit{DepartmentID: r.DepartmentID, Code: r.Code, NameAZ: r.NameAZ, NameEN: r.NameEN, States: map[audit.ActState]int{}})
		}
		u := &units[i]
		u.States[r.State]++
		u.Open++
		u.Oldest = max(u.Oldest, n)
		if r.Late {
			a.Late++
			u.Late++
		}
		if r.Repeats {
			u.Repeats++
		}
		if r.Reopened > 0 {
			u.Reopened++
		}
	}
	return states, units, nil
}

// bucket is the place of a number of days among Buckets.
func bucket(n int) int {
	for i, last := range Buckets {
		if n <= last {
			return i
		}
	}
	return len(Buckets)
}
