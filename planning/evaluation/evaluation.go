// Package evaluation owns the evaluation of a cycle, phase 8 of GSBPM: what is
// gathered for it (8.1), the evaluator's judgement of each sub-process (8.2),
// and the recommendations and the decision that lead to the next cycle (8.3).
//
// It may import planning, kis and what those may import; figures of other
// contexts come through Source, wired in cmd/kis. Invariants: nobody types
// what the records say, a draft shows it as it is now and a finished one as it
// was then; a finished evaluation never changes, in the database too; each
// recommendation stands in the register of planning.
package evaluation

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
)

// Kind is what the trail calls an evaluation.
const Kind = "evaluation"

// Service is the evaluations over the spine and the register of
// recommendations.
type Service struct {
	KIS      *kis.Service
	DB       *store.DB
	Planning *planning.Service

	sources []Source
}

// New makes the service; its own figures come first.
func New(p *planning.Service) *Service {
	p.DB.Seal(seal)
	s := &Service{KIS: p.KIS, DB: p.DB, Planning: p}
	s.sources = []Source{tasks{s}, plans{s}, punctuality{s}}
	return s
}

// AddSource registers who gives figures. Call it while wiring.
func (s *Service) AddSource(src Source) { s.sources = append(s.sources, src) }

// Source gives what a context knows of a cycle.
type Source interface {
	// EvaluationInputs gives lines about the cycle, with the rights of whoever asks;
	// Forbidden leaves the source out.
	EvaluationInputs(ctx context.Context, cy kis.Cycle) ([]Line, error)
}

// Section is a part of what 8.1 gathers.
type Section string

// The sections.
const (
	Tasks         Section = "tasks"         // state of the evidence
	Indicators    Section = "indicators"    // against their targets
	Discrepancies Section = "discrepancies" // notes of 6.2
	Plan          Section = "plan"          // progress of the last plan, what became of the last evaluation
	Feedback      Section = "feedback"      // of users
	Questions     Section = "questions"     // asked about the evidence, and answered
	Punctuality   Section = "punctuality"   // phases and outputs by their days
	Audit         Section = "audit"         // findings and acts
)

// Sections lists them in the order of pages and documents.
func Sections() []Section {
	return []Section{Tasks, Indicators, Punctuality, Discrepancies, Questions, Feedback, Audit, Plan}
}

// Verdicts of a line. The empty one makes no judgement.
const (
	Good = "good" // met, done, in time
	Bad  = "bad"  // missed, late
	Open = "open" // nothing is known yet
	NA   = "na"   // does not apply; neither zero nor missing
)

// Line is one thing that was gathered: a share when Den is not 0, an exact
// decimal when Value is set, else a count.
type Line struct {
	Section  Section
	Code     string // GSBPM code it is about; empty for the whole cycle
	Key      string // message key of its words
	Args     map[string]string
	Num, Den int64
	Value    string // exact decimal
	Target   string // exact decimal, of Value
	Unit     string // percent, count or days, of Value
	Verdict  string
	Href     string // page behind it
	Text     bool   // the words alone: there is no figure
}

// Words says in a language what the line is about. A value that is said
// otherwise in a language has a second one under its name and the language.
func (l Line) Words(lang string) string {
	args := make([]any, 0, 2*len(l.Args))
	for k, v := range l.Args {
		if own := l.Args[k+"_"+lang]; own != "" {
			v = own
		}
		args = append(args, k, v)
	}
	return i18n.T(lang, l.Key, args...)
}

// State is where an evaluation stands.
type State string

// The states.
const (
	Draft State = "draft" // gathered at each look, judged step by step
	Final State = "final" // locked, with a picture of the figures
)

// Transitions is the life of an evaluation.
var Transitions = []office.Transition[State]{
	{From: "", To: Draft, Action: policies.EvaluationWrite, Verb: "begin"},
	{From: Draft, To: Final, Action: policies.EvaluationFinish, Verb: "finish"},
}

// Stop as the next phase says that the process is not repeated.
const Stop = "stop"

// NextPhases lists where the next cycle may start.
func NextPhases() []string { return []string{"1", "2", "3", "4", "5", "6", "7", "8", Stop} }

// Grade is the judgement of a sub-process.
type Grade string

// The grades. There are no marks: apart from audit, nobody passes or fails.
const (
	Works   Grade = "good"    // works as described
	Watch   Grade = "watch"   // works, needs attention
	Improve Grade = "improve" // must be improved before the next cycle
)

// Grades lists the grades.
func Grades() []Grade { return []Grade{Works, Watch, Improve} }

// Evaluation is the evaluation of one cycle.
type Evaluation struct {
	bun.BaseModel `bun:"table:evaluations,alias:e"`

	ID           string    `bun:"id,pk"`
	Number       string    `bun:"number"` // QD-2026-01
	Year         int       `bun:"year"`
	Seq          int       `bun:"seq"`
	CycleID      string    `bun:"cycle_id"`
	State        State     `bun:"state"`
	NextPhase    string    `bun:"next_phase"` // 1 to 8, stop; empty in a draft
	NextReason   string    `bun:"next_reason"`
	Conclusion   string    `bun:"conclusion"`
	CreatedBy    string    `bun:"created_by"`
	CreatedAt    time.Time `bun:"created_at"`
	FinishedBy   string    `bun:"finished_by,nullzero"`
	FinishedName string    `bun:"finished_name"`
	FinishedAt   time.Time `bun:"finished_at,nullzero"`
	Version      int       `bun:"version"`

	// Read along with it.
	CreatedName string `bun:"created_name,scanonly"`
	ProcessCode string `bun:"process_code,scanonly"`
	ProcessID   string `bun:"process_id,scanonly"`
	TitleAZ     string `bun:"title_az,scanonly"`
	TitleEN     string `bun:"title_en,scanonly"`
	Period      string `bun:"period,scanonly"`
	OwnerID     string `bun:"owner_id,scanonly"`
	OwnerCode   string `bun:"owner_code,scanonly"`
}

// Title is the title of the process in a language.
func (e Evaluation) Title(lang string) string { return i18n.InLang(lang, e.TitleAZ, e.TitleEN) }

// Judgement is what the evaluator says of a sub-process.
type Judgement struct {
	bun.BaseModel `bun:"table:evaluation_judgements,alias:j"`

	EvaluationID string    `bun:"evaluation_id,pk"`
	Code         string    `bun:"code,pk"`
	Grade        Grade     `bun:"grade"`
	Text         string    `bun:"text"`
	JudgedBy     string    `bun:"judged_by"`
	JudgedAt     time.Time `bun:"judged_at"`
}

// seal is what the trail keeps of an evaluation.
var seal = store.Seal{Kind: Kind, Table: "evaluations", Parts: []store.SealPart{
	{Name: "text", Query: `SELECT id, number, year, seq, cycle_id, created_by, created_at FROM evaluations WHERE id IN (?0)`},
	{Name: "state", Query: `SELECT id, state, next_phase, next_reason, conclusion, finished_by, finished_name, finished_at, version FROM evaluations WHERE id IN (?0)`},
	{Name: "inputs", Query: `SELECT evaluation_id, position, section, code, key, args, num, den, value, target, unit, verdict, href
		FROM evaluation_inputs WHERE evaluation_id IN (?0)`},
	{Name: "judgements", Query: `SELECT evaluation_id, code, grade, text, judged_by, judged_at FROM evaluation_judgements WHERE evaluation_id IN (?0)`},
	{Name: "recommendations", Query: `SELECT evaluation_id, recommendation_id, code FROM evaluation_recommendations WHERE evaluation_id IN (?0)`},
}}
