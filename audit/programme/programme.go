// Package programme owns the audit programme of a year (ISO 19011:2018,
// clause 5): its objectives, methods, resources and risks, one row to each
// process, department and site with a priority and planned months, its
// approval by management, the numbered changes after that, and how much of
// the model and of the standard the audits cover.
//
// It may import audit, audit/gsbpm, kis, policies, reference and internal packages.
// Invariants: a priority is worked out from figures and weights that are both
// shown, and fixed when the programme is submitted; what people put in its
// place has a reason; after approval nothing changes without a number and a
// reason; an audit that comes out of a row says so, one to a month; whatever
// the number of rows and audits, a page takes a fixed number of queries.
package programme

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Service is the programmes over audit and the spine.
type Service struct {
	KIS   *kis.Service
	DB    *store.DB
	Audit *audit.Service

	// Risks is the register of risks; nil when there is none.
	Risks RiskRegister
}

// RiskRegister is what the programme asks of the register of risks (ISO
// 19011:2018, 5.1: an audit programme is risk-based).
type RiskRegister interface {
	// Ranks says how high the heaviest open risk of each process and department
	// stands, 0 to 3, by id.
	Ranks(ctx context.Context) (map[string]int, error)
}

// New makes the service.
func New(a *audit.Service) *Service {
	a.DB.Seal(seals...)
	return &Service{KIS: a.KIS, DB: a.DB, Audit: a}
}

// What the trail calls a programme, and the weights of its factors.
const (
	kindProgramme = "programme"
	kindWeighting = "weighting"
)

// State is the state of a programme.
type State string

// The states.
const (
	Draft     State = "draft"     // being written by the quality manager
	Submitted State = "submitted" // waits for management
	Returned  State = "returned"  // by management, with a reason; to be written anew
	Approved  State = "approved"  // audits are planned out of it
	Amended   State = "amended"   // approved, and changed since
	Closed    State = "closed"    // the year is over
)

// States lists the states in the order of a programme's life.
func States() []State { return []State{Draft, Submitted, Returned, Approved, Amended, Closed} }

// Transitions is the life of a programme.
var Transitions = []office.Transition[State]{
	{From: "", To: Draft, Action: policies.ProgrammeDraft, Verb: "draft"},
	{From: Draft, To: Submitted, Action: policies.ProgrammeDraft, Verb: "submit"},
	{From: Returned, To: Submitted, Action: policies.ProgrammeDraft, Verb: "submit"},
	{From: Submitted, To: Approved, Action: policies.ProgrammeApprove, Verb: "approve"},
	{From: Submitted, To: Returned, Action: policies.ProgrammeApprove, Verb: "return"},
	{From: Approved, To: Amended, Action: policies.ProgrammeDraft, Verb: "amend"},
	{From: Amended, To: Amended, Action: policies.ProgrammeDraft, Verb: "amend"},
	{From: Approved, To: Closed, Action: policies.ProgrammeDraft, Verb: "close"},
	{From: Amended, To: Closed, Action: policies.ProgrammeDraft, Verb: "close"},
}

// InForce says whether audits can be planned out of the programme.
func (s State) InForce() bool { return s == Approved || s == Amended }

// Open says whether the programme can be written without a number and reason.
func (s State) Open() bool { return s == Draft || s == Returned }

// Programme is the audit programme of a year.
type Programme struct {
	bun.BaseModel `bun:"table:programmes,alias:p"`

	ID          string    `bun:"id,pk"`
	Year        int       `bun:"year"`
	State       State     `bun:"state"`
	WeightingID string    `bun:"weighting_id"`
	Objectives  string    `bun:"objectives"`
	Criteria    string    `bun:"criteria"`
	Methods     string    `bun:"methods"`
	Resources   string    `bun:"resources"`
	Version     int       `bun:"version"`   // rises with each change
	Amendment   int       `bun:"amendment"` // number of the last change after approval
	ReturnNote  string    `bun:"return_note"`
	CloseNote   string    `bun:"close_note"`
	CreatedBy   string    `bun:"created_by,nullzero"`
	CreatedAt   time.Time `bun:"created_at"`
	SubmittedBy string    `bun:"submitted_by,nullzero"`
	SubmittedAt time.Time `bun:"submitted_at,nullzero"`
	ApprovedBy  string    `bun:"approved_by,nullzero"`
	ApprovedAt  time.Time `bun:"approved_at,nullzero"`
	ClosedBy    string    `bun:"closed_by,nullzero"`
	ClosedAt    time.Time `bun:"closed_at,nullzero"`
}

// label is how people call a programme.
func (p Programme) label() string { return strconv.Itoa(p.Year) }

// Risk is a risk or an opportunity of the programme itself (5.3): too few
// auditors, a remote site, a chance to audit two processes at once.
type Risk struct {
	bun.BaseModel `bun:"table:programme_risks,alias:pr" json:"-"`

	ProgrammeID string `bun:"programme_id,pk" json:"-"`
	Position    int    `bun:"position,pk" json:"-"`
	Kind        string `bun:"kind" json:"kind"` // risk or opportunity
	Text        string `bun:"text" json:"text"`
	Treatment   string `bun:"treatment" json:"treatment"`
}

// RiskKinds lists the two kinds.
func RiskKinds() []string { return []string{"risk", "opportunity"} }

// Kind says what a row looks at.
type Kind string

// The kinds.
const (
	Process    Kind = "process"
	Department Kind = "department"
	Site       Kind = "site"
)

// Kinds lists the kinds in the order they are shown.
func Kinds() []Kind { return []Kind{Process, Department, Site} }

// Row is one thing the programme looks at.
type Row struct {
	bun.BaseModel `bun:"table:programme_rows,alias:r"`

	ID           string `bun:"id,pk"`
	ProgrammeID  string `bun:"programme_id"`
	No           int    `bun:"no"`
	Kind         Kind   `bun:"kind"`
	ProcessID    string `bun:"process_id,nullzero"`
	DepartmentID string `bun:"department_id,nullzero"`
	SiteID       string `bun:"site_id,nullzero"`
	Importance   int    `bun:"importance"`       // 0 to 4
	Computed     *int   `bun:"computed"`         // fixed when submitted; nil before
	Adjusted     *int   `bun:"adjusted"`         // what people put in its place
	AdjustReason string `bun:"adjust_reason"`    //
	Months       string `bun:"months"`           // "3 10"
	Codes        string `bun:"codes"`            // "4 5.3"; empty = all
	LeadID       string `bun:"lead_id,nullzero"` // who is to lead the audits
	Note         string `bun:"note"`
}

// Object is the id of what the row looks at.
func (r Row) Object() string { return r.ProcessID + r.DepartmentID + r.SiteID }

// MonthList lists the planned months.
func (r Row) MonthList() []int { return numbers(r.Months) }

// CodeList lists the codes of the row.
func (r Row) CodeList() []string { return strings.Fields(r.Codes) }

func numbers(s string) (out []int) {
	for _, f := range strings.Fields(s) {
		if n, err := strconv.Atoi(f); err == nil {
			out = append(out, n)
		}
	}
	return out
}

func words(list []int) string {
	list = slices.Clone(list)
	slices.Sort(list)
	var out []string
	for _, n := range slices.Compact(list) {
		out = append(out, strconv.Itoa(n))
	}
	return strings.Join(out, " ")
}

// Change is a change after approval, numbered.
type Change struct {
	bun.BaseModel `bun:"table:programme_changes,alias:ch"`

	ID          string    `bun:"id,pk"`
	ProgrammeID string    `bun:"programme_id"`
	Number      int       `bun:"number"`
	RowID       string    `bun:"row_id,nullzero"` // empty = the programme as a whole
	At          time.Time `bun:"at"`
	ActorID     string    `bun:"actor_id,nullzero"`
	Actor       string    `bun:"actor"`
	Reason      string    `bun:"reason"`
	Values      string    `bun:"field_values"` // JSON of []FieldChange
}

// FieldChange is one field of a change.
type FieldChange struct {
	Field  string `json:"field"` // objectives, months …
	Before string `json:"before"`
	After  string `json:"after"`
}

// Fields lists what was changed.
func (c Change) Fields() (out []FieldChange) {
	if json.Unmarshal([]byte(c.Values), &out) != nil {
		return nil
	}
	return out
}

// Lengths of texts, in characters.
const (
	maxTitle = 300
	maxText  = 4000
)

// arrow finds the step a person asked for; one that the state does not allow
// is a Conflict that names the state and what is open.
func arrow(ctx context.Context, from State, verb string) (office.Transition[State], error) {
	if t, ok := office.Arrow(Transitions, from, verb); ok {
		return t, nil
	}
	lang := actor.From(ctx).Lang
	var open []string
	for _, t := range office.Next(Transitions, from) {
		open = append(open, i18n.T(lang, "audit.programme.verb."+t.Verb))
	}
	state := "audit.programme.state." + string(from)
	if len(open) == 0 {
		return office.Transition[State]{}, apperr.New(apperr.Conflict, "audit.error.step_final", "state", state)
	}
	return office.Transition[State]{}, apperr.New(apperr.Conflict, "audit.error.step", "state", state, "open", strings.Join(open, ", "))
}
