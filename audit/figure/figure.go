// Package figure owns the figures of acts that are kept as they change: how
// many acts of a year each process, department, clause, phase, cause, origin
// and state has, and how long they stood in the states they have left.
//
// It lies beneath audit and imports internal packages only. Invariants: the
// figures of an act change in the transaction that changes the act; they are
// at every moment what counting all acts would give (Verify); an act is
// counted in the year of its issue in the zone of the office, and what never
// was issued is not counted.
package figure

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"
)

// Dimension says by what acts are counted.
type Dimension string

// The dimensions. The key of a process and of a department is its id, of the
// others their code.
const (
	Process    Dimension = "process"
	Department Dimension = "department"
	Clause     Dimension = "clause"
	Phase      Dimension = "phase"
	Cause      Dimension = "cause" // an act may have several
	Origin     Dimension = "origin"
	State      Dimension = "state"
)

// None is the key of acts that have none: no process, no cause yet.
const None = "none"

// What the rows of acts say that counting depends on.
const (
	major    = "major"
	ishikawa = "ishikawa"
	fiveWhy  = "five_why"
)

// over are the states that an act stays in for good: it is open in all others.
var over = []string{"closed", "withdrawn"}

// Figure is what is known of the acts under one key.
type Figure struct {
	Dimension Dimension
	Key       string

	Acts     int
	Major    int
	Repeats  int // repeating an earlier act
	Open     int // not closed and not withdrawn
	Reopened int // at least once

	Stays   int   // of a state: how often an act has left it
	Stayed  int64 // how long these stays were together, milliseconds
	Longest int64 // the longest of them
}

// Running is the acts that are in a state now.
type Running struct {
	State string
	N     int
	Total int64 // sum of the moments since which, milliseconds since 1970
	First int64 // the earliest of them
}

// cell is a row of the figures.
type cell struct {
	bun.BaseModel `bun:"table:act_figures,alias:f"`

	Year         int
	DepartmentID string
	Figure
}

// actRow is what is counted of an issued act.
type actRow struct {
	ID           string
	DepartmentID string
	ProcessID    string
	IssuedAt     time.Time
	State        string
	StateAt      time.Time
	Grade        string
	Origin       string
	Clause       string
	GSBPM        string `bun:"gsbpm"`
	Repeat       bool
	Reopened     bool
	CauseMethod  string
	RootCause    bool
}

// counted is an act as it stands in the figures.
type counted struct {
	bun.BaseModel `bun:"table:act_counted"`

	ActID        string `bun:"act_id,pk"`
	Year         int
	DepartmentID string
	State        string
	Since        int64
	Reopened     bool
	Causes       string
}

// countedAs says how an act with these branches of causes is counted.
func countedAs(a actRow, branches []string, zone *time.Location) counted {
	keys := []string{None}
	switch {
	case a.CauseMethod == ishikawa && len(branches) > 0:
		keys = slices.Clone(branches)
		slices.Sort(keys)
		keys = slices.Compact(keys)
	case a.CauseMethod == fiveWhy && a.RootCause:
		keys = []string{fiveWhy}
	}
	return counted{ActID: a.ID, Year: a.IssuedAt.In(zone).Year(), DepartmentID: a.DepartmentID, State: a.State, Since: a.StateAt.UnixMilli(),
		Reopened: a.Reopened, Causes: strings.Join(keys, "\n")}
}

// key is where figures are added up.
type key struct {
	year       int
	department string
	dimension  Dimension
	key        string
}

// sums are figures by key, or changes of them.
type sums map[key]*Figure

func (s sums) at(k counted, d Dimension, name string) *Figure {
	at := key{k.Year, k.DepartmentID, d, cmp.Or(name, None)}
	f := s[at]
	if f == nil {
		f = &Figure{Dimension: d, Key: at.key}
		s[at] = f
	}
	return f
}

// take adds an act as it is counted, or with -1 takes it away.
func (s sums) take(a actRow, k counted, sign int) {
	one := func(is bool) int {
		if is {
			return sign
		}
		return 0
	}
	add := func(d Dimension, name string) {
		f := s.at(k, d, name)
		f.Acts += sign
		f.Major += one(a.Grade == major)
		f.Repeats += one(a.Repeat)
		f.Open += one(!slices.Contains(over, k.State))
		f.Reopened += one(k.Reopened)
	}
	phase, _, _ := strings.Cut(a.GSBPM, ".")
	add(Process, a.ProcessID)
	add(Department, a.DepartmentID)
	add(Clause, a.Clause)
	add(Phase, phase)
	add(Origin, a.Origin)
	for _, c := range strings.Split(k.Causes, "\n") {
		add(Cause, c)
	}
	s.at(k, State, k.State).Acts += sign
}

// stay adds a stay in a state that has ended.
func (s sums) stay(k counted, state string, ms int64) {
	f := s.at(k, State, state)
	f.Stays++
	f.Stayed += ms
	f.Longest = max(f.Longest, ms)
}

// rows gives what is not nothing, in one order for everybody.
func (s sums) rows() []cell {
	out := make([]cell, 0, len(s))
	for at, f := range s {
		if *f != (Figure{Dimension: f.Dimension, Key: f.Key}) {
			out = append(out, cell{Year: at.year, DepartmentID: at.department, Figure: *f})
		}
	}
	slices.SortFunc(out, func(a, b cell) int {
		return cmp.Or(cmp.Compare(a.Year, b.Year), strings.Compare(a.DepartmentID, b.DepartmentID), strings.Compare(string(a.Dimension), string(b.Dimension)), strings.Compare(a.Key, b.Key))
	})
	return out
}
