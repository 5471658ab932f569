package kis

import (
	"context"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
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

// CycleStates lists them in this order.
func CycleStates() []CycleState {
	return []CycleState{CyclePlanned, CycleRunning, CycleEvaluating, CycleClosed}
}

// CycleTransitions is the life of a cycle.
var CycleTransitions = []office.Transition[CycleState]{
	{From: "", To: CyclePlanned, Action: policies.CyclePlan, Verb: "plan"},
	{From: CyclePlanned, To: CycleRunning, Action: policies.CycleMove, Verb: "start"},
	{From: CycleRunning, To: CycleEvaluating, Action: policies.CycleMove, Verb: "evaluate"},
	{From: CycleEvaluating, To: CycleClosed, Action: policies.CycleMove, Verb: "close"},
}

// Cycle is one round of a process: a version of its description over a period.
type Cycle struct {
	ID              string
	Process         process.ProcessRef
	Owner           office.Department
	VersionID       string
	Version         int
	Period          string  // of work: 2026, 2026-Q1 or 2026-03, see ParsePeriod
	ReferencePeriod string  // what the data are about, e.g. 2025
	ReleaseDay      day.Day // when the results are to be released; empty: not said
	Recurring       bool    // planned by the program, see Recurrence
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
func (p CyclePhase) Name(lang string) string { return i18n.InLang(lang, p.NameAZ, p.NameEN) }

// Statement is the closing sentence in a language.
func (p CyclePhase) Statement(lang string) string {
	return i18n.InLang(lang, p.StatementAZ, p.StatementEN)
}

// closed says whether the phase's gate stands between it and new evidence.
func (p CyclePhase) closed() bool { return p.Gate == GatePassed || p.Gate == GateWaived }

// CycleSummary is one line of the list of cycles.
type CycleSummary struct {
	Cycle
	Tasks    int // applicable ones
	Accepted int // of them
	Waiting  int // tasks with an output that lacks accepted evidence and has some in review
	Gates    int // passed or waived
	AllGates int
}

// CycleFilter narrows the list of cycles; zero fields do not.
type CycleFilter struct {
	Query    string // words of the code and title of the process
	State    CycleState
	From, To string   // periods, both included
	After    []string // Next of the page before: three texts; anything else begins at the start
	Limit    int      // 0 = no limit
}

// CyclePage is a page of the list of cycles.
type CyclePage struct {
	Cycles []CycleSummary
	Next   []string // After of the next page; nil at the end
}

// Cycles lists the cycles, newest period first, with how far they are. A fixed
// number of queries; a page costs by its length and not by how many cycles
// there are.
func (s *Service) Cycles(ctx context.Context, f CycleFilter) (CyclePage, error) {
	scope, err := office.Allowed(ctx, policies.CycleRead)
	if err != nil {
		return CyclePage{}, err
	}
	return s.listCycles(ctx, scope, f)
}

// UrgentCycles gives up to n open cycles with how far they are: those in which
// the departments owe evidence the soonest; with no department, the newest.
func (s *Service) UrgentCycles(ctx context.Context, departments []string, n int) ([]CycleSummary, error) {
	scope, err := office.Allowed(ctx, policies.CycleRead)
	if err != nil {
		return nil, err
	}
	return s.urgentCycles(ctx, scope, departments, n)
}

// CycleChoice names a cycle where one is chosen.
type CycleChoice struct {
	ID, Period  string
	ProcessCode string
	TitleAZ     string `bun:"title_az"`
	TitleEN     string `bun:"title_en"`
}

// Title is the name of the process in a language.
func (c CycleChoice) Title(lang string) string { return i18n.InLang(lang, c.TitleAZ, c.TitleEN) }

// CycleChoices lists the periods of a process, newest first, and of the first
// MaxChoices other processes the newest. many says that there are more.
func (s *Service) CycleChoices(ctx context.Context, processID string) (own, others []CycleChoice, many bool, err error) {
	scope, err := office.Allowed(ctx, policies.CycleRead)
	if err != nil {
		return nil, nil, false, err
	}
	if own, err = cycleChoices(ctx, s.DB.Read(), scope, processID); err != nil {
		return nil, nil, false, err
	}
	others, err = otherChoices(ctx, s.DB.Read(), scope)
	many = len(others) > process.MaxChoices
	return own, others[:min(len(others), process.MaxChoices)], many, err
}

// ProcessChoices lists the processes to choose from by title; none when there
// are more than MaxChoices. The list is not to be changed.
func (s *Service) ProcessChoices(ctx context.Context) ([]process.ProcessRef, error) {
	if !policies.Can(actor.From(ctx), policies.ProcessRead) {
		return nil, nil
	}
	return s.kept.choices.Get(ctx, s.DB, struct{}{}, func() ([]process.ProcessRef, error) { return process.ProcessChoices(ctx, s.DB.Read()) })
}

// Cycle gives one cycle with its phases.
func (s *Service) Cycle(ctx context.Context, id string) (Cycle, error) {
	if err := s.mayReadCycle(ctx, id); err != nil {
		return Cycle{}, err
	}
	return loadCycle(ctx, s.DB.Read(), id)
}

// CycleByCode gives the cycle of a process and period, the newest one when the
// period is empty.
func (s *Service) CycleByCode(ctx context.Context, processCode, period string) (Cycle, error) {
	if _, err := office.Allowed(ctx, policies.CycleRead); err != nil {
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
	scope, err := office.Allowed(ctx, policies.CycleRead)
	if err != nil {
		return err
	}
	if !scope.Any && !scope.Object("cycle", id) {
		return apperr.Missing("cycle")
	}
	return nil
}
