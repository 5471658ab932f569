package summary

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/figure"
)

// material is what a summary is counted from.
type material struct {
	figures  []figure.Figure // kept; acts below are not in them
	running  []figure.Running
	acts     []actRow
	causes   []causeRow
	steps    []stepRow // of acts in order of time
	audits   []auditRow
	findings map[audit.Grade]int
	names    names
}

// actRow is an act issued in the year.
type actRow struct {
	ID           string
	State        audit.ActState
	Grade        audit.Grade
	Origin       audit.Origin
	Clause       string
	GSBPM        string `bun:"gsbpm"`
	Repeat       bool
	Reopened     int
	CauseMethod  audit.CauseMethod
	RootCause    bool
	ProcessID    string
	ProcessCode  string
	ProcessAZ    string `bun:"process_az"`
	ProcessEN    string `bun:"process_en"`
	DepartmentID string
	Department   string // code
	DepartmentAZ string `bun:"department_az"`
	DepartmentEN string `bun:"department_en"`
}

// causeRow is a branch of the diagram of causes of an act.
type causeRow struct{ ActID, Category string }

// stepRow is a step of an act: the state it led to, and when.
type stepRow struct {
	ActID   string
	ToState audit.ActState
	At      time.Time
}

type auditRow struct {
	State audit.State
	N     int
}

// name is a name in both languages.
type name struct{ az, en string }

// names are those that acts do not carry with them, by code.
type names struct {
	clauses, phases map[string]name
	branches        []branch         // of causes, in their order
	owners          map[string]named // processes and departments of figures, by id
}

type branch struct {
	code string
	name name
}

// owner begins to count for a process or department.
func (n names) owner(key string) Count {
	o := n.owners[key]
	return Count{Key: key, Code: o.Code, NameAZ: o.AZ, NameEN: o.EN}
}

func (n names) clause(key string) Count { return coded(key, n.clauses) }
func (n names) phase(key string) Count  { return coded(key, n.phases) }

// coded begins to count for a clause or phase, or for the acts without one.
func coded(key string, of map[string]name) Count {
	if key == NoKey {
		return Count{Key: key}
	}
	return Count{Key: key, Code: key, NameAZ: of[key].az, NameEN: of[key].en}
}

func (n names) cause(key string) Count {
	c := Count{Key: key}
	for _, b := range n.branches {
		if b.code == key {
			c.NameAZ, c.NameEN = b.name.az, b.name.en
		}
	}
	return c
}

// FiveWhy stands among the causes for acts whose cause was found by questions,
// which have no branches.
const FiveWhy = string(audit.FiveWhy)

// tally counts acts under keys.
type tally struct {
	of   map[string]int
	list []Count
}

// at gives what is counted under the key of c.
func (t *tally) at(c Count) *Count {
	if t.of == nil {
		t.of = map[string]int{}
	}
	i, known := t.of[c.Key]
	if !known {
		i = len(t.list)
		t.of[c.Key], t.list = i, append(t.list, c)
	}
	return &t.list[i]
}

// take counts an act.
func (c *Count) take(a actRow) {
	c.Acts++
	if a.Grade == audit.Major {
		c.Major++
	}
	if a.Repeat {
		c.Repeat++
	}
	if a.State != audit.ActClosed && a.State != audit.ActWithdrawn {
		c.Open++
	}
	if a.Reopened > 0 {
		c.Reopened++
	}
}

// put adds figures that were kept.
func (c *Count) put(f figure.Figure) {
	c.Acts += f.Acts
	c.Major += f.Major
	c.Repeat += f.Repeats
	c.Open += f.Open
	c.Reopened += f.Reopened
}

// count makes the summary. It is pure.
func count(year int, m material, now time.Time) Summary {
	s := Summary{Year: year}
	var processes, departments, clauses, phases, causes, origins tally
	branches := map[string][]string{}
	for _, c := range m.causes {
		branches[c.ActID] = append(branches[c.ActID], c.Category)
	}
	for _, a := range m.acts {
		s.All.take(a)
		processes.at(Count{Key: cmp.Or(a.ProcessID, NoKey), Code: a.ProcessCode, NameAZ: a.ProcessAZ, NameEN: a.ProcessEN}).take(a)
		departments.at(Count{Key: a.DepartmentID, Code: a.Department, NameAZ: a.DepartmentAZ, NameEN: a.DepartmentEN}).take(a)
		clauses.at(m.names.clause(cmp.Or(a.Clause, NoKey))).take(a)
		phase, _, _ := strings.Cut(a.GSBPM, ".")
		phases.at(m.names.phase(cmp.Or(phase, NoKey))).take(a)
		origins.at(Count{Key: string(a.Origin)}).take(a)
		for _, key := range causesOf(a, branches[a.ID]) {
			causes.at(m.names.cause(key)).take(a)
		}
	}
	for _, f := range m.figures {
		switch {
		case f.Dimension == figure.State || f.Acts == 0:
		case f.Dimension == figure.Process:
			processes.at(m.names.owner(f.Key)).put(f)
		case f.Dimension == figure.Department:
			s.All.put(f)
			departments.at(m.names.owner(f.Key)).put(f)
		case f.Dimension == figure.Clause:
			clauses.at(m.names.clause(f.Key)).put(f)
		case f.Dimension == figure.Phase:
			phases.at(m.names.phase(f.Key)).put(f)
		case f.Dimension == figure.Cause:
			causes.at(m.names.cause(f.Key)).put(f)
		case f.Dimension == figure.Origin:
			origins.at(Count{Key: f.Key}).put(f)
		}
	}
	s.Processes, s.Departments = most(processes.list), most(departments.list)
	s.Clauses, s.Phases = byCode(clauses.list), byCode(phases.list)
	s.Causes, s.Origins = inOrder(causes.list, causeOrder(m.names.branches)), inOrder(origins.list, originOrder())
	s.Stays = stays(m.acts, m.steps, now)
	keptStays(s.Stays, m.figures, m.running, now)
	s.Audits.Findings = m.findings
	for _, a := range m.audits {
		switch a.State {
		case audit.Cancelled:
			s.Audits.Cancelled += a.N
			continue
		case audit.Reported, audit.Closed:
			s.Audits.Reported += a.N
		}
		s.Audits.Planned += a.N
	}
	return s
}

// causesOf gives the keys of an act's causes: its branches, the questions, or
// none while no cause was found.
func causesOf(a actRow, branches []string) []string {
	switch {
	case len(branches) > 0:
		return branches
	case a.RootCause && a.CauseMethod == audit.FiveWhy:
		return []string{FiveWhy}
	}
	return []string{NoKey}
}

// stays sums up the time between the steps of acts. What does not change the
// state does not end a stay.
func stays(acts []actRow, steps []stepRow, now time.Time) []Stay {
	var out []Stay
	at := map[audit.ActState]int{}
	for _, state := range audit.ActStates() {
		if state == audit.ActDraft {
			continue // before the year counts the act
		}
		at[state], out = len(out), append(out, Stay{State: state})
	}
	for _, a := range acts {
		if i, ok := at[a.State]; ok {
			out[i].Now++
		}
	}
	end := func(state audit.ActState, d time.Duration) {
		if i, ok := at[state]; ok {
			s := &out[i]
			s.Times++
			s.Total += d
			s.Longest = max(s.Longest, d)
		}
	}
	var in stepRow
	for _, st := range steps {
		if st.ActID != in.ActID {
			if in.ActID != "" && !final(in.ToState) {
				end(in.ToState, now.Sub(in.At))
			}
			in = st
			continue
		}
		if st.ToState == in.ToState || st.ToState == "" {
			continue
		}
		end(in.ToState, st.At.Sub(in.At))
		in = st
	}
	if in.ActID != "" && !final(in.ToState) {
		end(in.ToState, now.Sub(in.At))
	}
	return out
}

// keptStays adds the stays that figures hold, and those that go on.
func keptStays(out []Stay, figures []figure.Figure, running []figure.Running, now time.Time) {
	of := func(state string) *Stay {
		i := slices.IndexFunc(out, func(s Stay) bool { return string(s.State) == state })
		if i < 0 {
			return &Stay{}
		}
		return &out[i]
	}
	const ms = time.Millisecond
	for _, f := range figures {
		if f.Dimension == figure.State {
			s := of(f.Key)
			s.Now += f.Acts
			s.Times += f.Stays
			s.Total += time.Duration(f.Stayed) * ms
			s.Longest = max(s.Longest, time.Duration(f.Longest)*ms)
		}
	}
	for _, r := range running {
		s := of(r.State)
		s.Times += r.N
		s.Total += time.Duration(now.UnixMilli()*int64(r.N)-r.Total) * ms
		s.Longest = max(s.Longest, time.Duration(now.UnixMilli()-r.First)*ms)
	}
}

// final says whether an act stays in the state for good, so that days in it
// say nothing.
func final(s audit.ActState) bool { return s == audit.ActClosed || s == audit.ActWithdrawn }

// most sorts by the number of acts, the largest first; what has no key comes
// last.
func most(list []Count) []Count {
	slices.SortStableFunc(list, func(a, b Count) int {
		return cmp.Or(cmp.Compare(last(a), last(b)), cmp.Compare(b.Acts, a.Acts), cmp.Compare(a.Code, b.Code))
	})
	return list
}

// byCode sorts 9.2 before 10.1.
func byCode(list []Count) []Count {
	slices.SortStableFunc(list, func(a, b Count) int { return cmp.Or(cmp.Compare(last(a), last(b)), byParts(a.Code, b.Code)) })
	return list
}

func last(c Count) int {
	if c.Key == NoKey {
		return 1
	}
	return 0
}

func byParts(a, b string) int {
	split := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return r == '.' || r == ' ' })
	}
	return slices.CompareFunc(split(a), split(b), func(x, y string) int {
		m, errM := strconv.Atoi(x)
		n, errN := strconv.Atoi(y)
		if errM != nil || errN != nil {
			return strings.Compare(x, y)
		}
		return cmp.Compare(m, n)
	})
}

// inOrder sorts by the place of the key in an order.
func inOrder(list []Count, order []string) []Count {
	slices.SortStableFunc(list, func(a, b Count) int { return cmp.Compare(slices.Index(order, a.Key), slices.Index(order, b.Key)) })
	return list
}

func originOrder() (out []string) {
	for _, o := range audit.Origins() {
		out = append(out, string(o))
	}
	return out
}

func causeOrder(branches []branch) (out []string) {
	for _, b := range branches {
		out = append(out, b.code)
	}
	return append(out, FiveWhy, NoKey)
}
