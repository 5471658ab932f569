package kis

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// CycleState is where a cycle stands.
type CycleState string

// The states of a cycle.
const (
	CyclePlanned    CycleState = "planned"    // dates are set, evidence is not yet taken
	CycleRunning    CycleState = "running"    // evidence is delivered and reviewed
	CycleEvaluating CycleState = "evaluating" // phase 8; evidence is still taken
	CycleClosed     CycleState = "closed"     // nothing changes any more
)

// CycleTransitions is the life of a cycle.
var CycleTransitions = []Transition[CycleState]{
	{"", CyclePlanned, policies.CyclePlan, "plan"},
	{CyclePlanned, CycleRunning, policies.CycleMove, "start"},
	{CycleRunning, CycleEvaluating, policies.CycleMove, "evaluate"},
	{CycleEvaluating, CycleClosed, policies.CycleMove, "close"},
}

// Cycle is one round of a process: a version of its description over a period.
type Cycle struct {
	ID              string
	Process         ProcessRef
	Owner           Department
	VersionID       string
	Version         int
	Period          string // the year of work, e.g. 2026
	ReferencePeriod string // what the data are about, e.g. 2025
	State           CycleState
	CreatedAt       time.Time
	RunningAt       time.Time
	EvaluatingAt    time.Time
	ClosedAt        time.Time
	Phases          []CyclePhase // 1 to 8
}

// Open says whether evidence may be submitted and reviewed.
func (c Cycle) Open() bool { return c.State == CycleRunning || c.State == CycleEvaluating }

// Phase gives a phase by its code; ok is false when there is none.
func (c Cycle) Phase(code string) (CyclePhase, bool) {
	for _, p := range c.Phases {
		if p.Phase == code {
			return p, true
		}
	}
	return CyclePhase{}, false
}

// LastDue is the latest due day of the phases.
func (c Cycle) LastDue() day.Day {
	var last day.Day
	for _, p := range c.Phases {
		last = max(last, p.Due)
	}
	return last
}

// CyclePhase is a phase in a cycle with its due day and its gate.
type CyclePhase struct {
	Phase          string // code, 1 to 8
	NameAZ, NameEN string
	Applicable     bool
	Due            day.Day
	Gate           GateState
	GateAt         time.Time // when it was passed or waived
	GateBy         string    // user id
	GateByName     string
	GateNote       string // reason of the waiver, or of the last reopening
	Reopenings     int
	ReopenedAt     time.Time
	StatementAZ    string // the closing sentence; empty where there is no gate
	StatementEN    string
}

// Name is the phase's name in a language.
func (p CyclePhase) Name(lang string) string { return inLang(lang, p.NameAZ, p.NameEN) }

// Statement is the closing sentence in a language.
func (p CyclePhase) Statement(lang string) string {
	return inLang(lang, p.StatementAZ, p.StatementEN)
}

// closed says whether the phase's gate stands between it and new evidence.
func (p CyclePhase) closed() bool { return p.Gate == GatePassed || p.Gate == GateWaived }

// CycleSummary is one line of the list of cycles.
type CycleSummary struct {
	Cycle
	Tasks    int // applicable ones
	Accepted int // of them
	Waiting  int // submissions in review
	Gates    int // passed or waived
	AllGates int
}

// NewCycle is a cycle to plan. Due holds a day for each phase, 1 to 8; what
// is missing is proposed by ProposeDue.
type NewCycle struct {
	ProcessCode     string
	Period          string
	ReferencePeriod string // empty = the period before
	Due             map[string]day.Day
}

var period = regexp.MustCompile(`^(20|21)[0-9]{2}$`)

// proposedDays are the ends of the phases in a year of work, month and day:
// needs and design in the first quarter, building by May, collection to
// September, dissemination in December, evaluation before the year ends.
var proposedDays = map[string][2]int{
	"1": {2, 6}, "2": {3, 13}, "3": {5, 15}, "4": {9, 15}, "5": {10, 15}, "6": {11, 13}, "7": {12, 11}, "8": {12, 25},
}

// ProposeDue gives a due day for each phase of a year, moved to the next
// working day where it falls on a day off.
func (s *Service) ProposeDue(ctx context.Context, year int) (map[string]day.Day, error) {
	if _, err := Allowed(ctx, policies.CyclePlan); err != nil {
		return nil, err
	}
	return proposeDue(ctx, s.DB.Read(), s.Country, year)
}

func proposeDue(ctx context.Context, db bun.IDB, country string, year int) (map[string]day.Day, error) {
	out := make(map[string]day.Day, len(proposedDays))
	for phase, d := range proposedDays {
		// One working day after the day before is the day itself or, when it
		// is off, the next one that is not.
		due, _, err := AddWorkingDays(ctx, db, country, day.Make(year, time.Month(d[0]), d[1]).Add(-1), 1)
		if err != nil {
			return nil, err
		}
		out[phase] = due
	}
	return out, nil
}

// PlanCycle plans a cycle of a process for a period, on the newest version of
// its description that is in force in that year. The same process and period
// again is a Conflict.
func (s *Service) PlanCycle(ctx context.Context, in NewCycle) (Cycle, error) {
	if _, err := Allowed(ctx, policies.CyclePlan); err != nil {
		return Cycle{}, err
	}
	if err := in.check(); err != nil {
		return Cycle{}, err
	}
	year, _ := strconv.Atoi(in.Period)
	proposed, err := proposeDue(ctx, s.DB.Read(), s.Country, year)
	if err != nil {
		return Cycle{}, err
	}
	id := store.NewID()
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		p, err := findProcess(ctx, tx, in.ProcessCode)
		if err != nil {
			return err
		}
		if p == nil {
			return apperr.InvalidField("process", "error.field.missing")
		}
		v, err := latestVersion(ctx, tx, p.ID, day.Make(year, 12, 31))
		if err != nil {
			return err
		}
		if v == nil {
			return apperr.InvalidField("period", "kis.cycle.no_version")
		}
		due := maps.Clone(proposed)
		maps.Copy(due, in.Due)
		row := cycleRow{ID: id, ProcessID: p.ID, VersionID: v.ID, Period: in.Period, ReferencePeriod: in.ReferencePeriod, State: CyclePlanned, CreatedAt: tx.Now}
		if err := insertCycle(ctx, tx, row, due); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.CyclePlan), Kind: "cycle", ID: id, Label: p.Code + " " + in.Period,
			After: map[string]any{"period": in.Period, "reference_period": in.ReferencePeriod, "version": v.Number, "due": due}})
		return nil
	})
	if err != nil {
		return Cycle{}, err
	}
	return loadCycle(ctx, s.DB.Read(), id)
}

// check fills in what was left out and notes what is wrong.
func (in *NewCycle) check() error {
	var c apperr.Check
	in.ProcessCode = c.Text("process", in.ProcessCode, 1, maxProcessCode)
	if !period.MatchString(in.Period) {
		c.Add("period", "kis.cycle.period")
		return c.Err()
	}
	year, _ := strconv.Atoi(in.Period)
	if in.ReferencePeriod == "" {
		in.ReferencePeriod = strconv.Itoa(year - 1)
	}
	if !period.MatchString(in.ReferencePeriod) {
		c.Add("reference_period", "kis.cycle.period")
	}
	checkDue(&c, in.Due, year)
	return c.Err()
}

// checkDue checks due days by phase; fields are due_1 … due_8.
func checkDue(c *apperr.Check, due map[string]day.Day, year int) {
	for _, phase := range slices.Sorted(maps.Keys(due)) {
		d, ok := day.Parse(string(due[phase]))
		switch {
		case !slices.Contains(phases, phase):
			c.Add("due_"+cut(phase, 10), "error.field.choice")
		case !ok:
			c.Add("due_"+phase, "error.field.date")
		case d.Year() < year || d.Year() > year+1:
			c.Add("due_"+phase, "kis.cycle.due_year", "from", year, "to", year+1)
		default:
			due[phase] = d
		}
	}
}

// SetDue changes due days of phases in a cycle that is not closed.
func (s *Service) SetDue(ctx context.Context, id string, due map[string]day.Day) error {
	if _, err := Allowed(ctx, policies.CyclePlan); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		cy, err := lockCycle(ctx, tx, id)
		if err != nil {
			return err
		}
		if cy.State == CycleClosed {
			return apperr.New(apperr.Conflict, "error.conflict.state", "object", "cycle", "state", string(cy.State))
		}
		var c apperr.Check
		year, _ := strconv.Atoi(cy.Period)
		checkDue(&c, due, year)
		if err := c.Err(); err != nil {
			return err
		}
		before, after := map[string]day.Day{}, map[string]day.Day{}
		for _, p := range cy.Phases {
			if d, ok := due[p.Phase]; ok && d != p.Due {
				before[p.Phase], after[p.Phase] = p.Due, d
			}
		}
		if len(after) == 0 {
			return store.ErrNoChange
		}
		if err := updateDue(ctx, tx, id, after); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.CyclePlan), Kind: "cycle", ID: id, Label: cy.label(),
			Before: map[string]any{"due": before}, After: map[string]any{"due": after}})
		return nil
	})
}

// StartCycle opens a planned cycle for evidence.
func (s *Service) StartCycle(ctx context.Context, id string) error {
	return s.moveCycle(ctx, id, "start")
}

// EvaluateCycle begins the evaluation (phase 8) of a running cycle.
func (s *Service) EvaluateCycle(ctx context.Context, id string) error {
	return s.moveCycle(ctx, id, "evaluate")
}

// CloseCycle ends a cycle. Conflict names the gates that are still open, or
// the evidence nobody has decided on.
func (s *Service) CloseCycle(ctx context.Context, id string) error {
	return s.moveCycle(ctx, id, "close")
}

func (s *Service) moveCycle(ctx context.Context, id, verb string) error {
	if _, err := Allowed(ctx, policies.CycleMove); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		cy, err := lockCycle(ctx, tx, id)
		if err != nil {
			return err
		}
		arrow, ok := Arrow(CycleTransitions, cy.State, verb)
		if !ok {
			return apperr.New(apperr.Conflict, "error.conflict.state", "object", "cycle", "state", string(cy.State))
		}
		if arrow.To == CycleClosed {
			if err := readyToClose(ctx, tx, cy); err != nil {
				return err
			}
		}
		if err := updateCycleState(ctx, tx, id, arrow, tx.Now); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(arrow.Action), Kind: "cycle", ID: id, Label: cy.label(),
			Before: map[string]any{"state": arrow.From}, After: map[string]any{"state": arrow.To}})
		return nil
	})
}

// readyToClose refuses while a gate is open or evidence waits for a decision.
func readyToClose(ctx context.Context, tx *store.Tx, cy Cycle) error {
	var open []string
	for _, p := range cy.Phases {
		if p.Gate == GateOpen {
			open = append(open, p.Phase)
		}
	}
	if len(open) > 0 {
		return apperr.New(apperr.Conflict, "kis.cycle.gates_open", "phases", join(open))
	}
	n, err := countWaiting(ctx, tx, cy.ID)
	if err != nil {
		return err
	}
	if n > 0 {
		return apperr.New(apperr.Conflict, "kis.cycle.evidence_waits", "n", n)
	}
	return nil
}

func (c Cycle) label() string { return c.Process.Code + " " + c.Period }

// Cycles lists the cycles, newest period first, with how far they are.
func (s *Service) Cycles(ctx context.Context) ([]CycleSummary, error) {
	scope, err := Allowed(ctx, policies.CycleRead)
	if err != nil {
		return nil, err
	}
	return listCycles(ctx, s.DB.Read(), scope)
}

// CycleChoice names a cycle where one is chosen.
type CycleChoice struct {
	ID, Period  string
	ProcessCode string
	TitleAZ     string `bun:"title_az"`
	TitleEN     string `bun:"title_en"`
}

// Title is the name of the process in a language.
func (c CycleChoice) Title(lang string) string { return inLang(lang, c.TitleAZ, c.TitleEN) }

// CycleChoices lists the cycles of the scope by process, newest period first.
func (s *Service) CycleChoices(ctx context.Context) ([]CycleChoice, error) {
	scope, err := Allowed(ctx, policies.CycleRead)
	if err != nil {
		return nil, err
	}
	return cycleChoices(ctx, s.DB.Read(), scope)
}

// Cycle gives one cycle with its phases.
func (s *Service) Cycle(ctx context.Context, id string) (Cycle, error) {
	if err := s.mayReadCycle(ctx, id); err != nil {
		return Cycle{}, err
	}
	return loadCycle(ctx, s.DB.Read(), id)
}

// CycleByCode gives the cycle of a process and period.
func (s *Service) CycleByCode(ctx context.Context, processCode, period string) (Cycle, error) {
	if _, err := Allowed(ctx, policies.CycleRead); err != nil {
		return Cycle{}, err
	}
	id, err := cycleID(ctx, s.DB.Read(), processCode, period)
	if err != nil {
		return Cycle{}, err
	}
	return s.Cycle(ctx, id)
}

// mayReadCycle checks the scope: an observer sees only the cycle opened to him.
func (s *Service) mayReadCycle(ctx context.Context, id string) error {
	scope, err := Allowed(ctx, policies.CycleRead)
	if err != nil {
		return err
	}
	if !scope.Any && !scope.Object("cycle", id) {
		return apperr.Missing("cycle")
	}
	return nil
}
