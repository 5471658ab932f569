// Package risk owns the risks and opportunities of the office with their
// assessment and treatment (GSBPM 1.6.2, ISO 9001:2015 6.1), the corruption
// risks among them, and the quality objectives with what is measured of them
// (6.2).
//
// It may import kis and what kis may import. Invariants: an assessment is never
// changed and stays tied to the version of the scale it was made under; nobody
// judges the effect of a treatment they own or reported; what a person may not
// see is not found; every change leaves a trail.
package risk

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
)

// Service is the register of risks and the objectives over the spine.
type Service struct {
	KIS *kis.Service
	DB  *store.DB
}

// New makes the service and has what it keeps sealed in the trail.
func New(k *kis.Service) *Service {
	k.DB.Seal(riskSeal, objectiveSeal)
	k.SealReference(kis.ReferencePart("risk_scales", `SELECT s.version, s.valid_from, s.source_az, s.source_en, t.part, t.points, t.code, t.name_az, t.name_en, t.text_az, t.text_en
		FROM risk_scales s LEFT JOIN risk_scale_steps t ON t.version = s.version`))
	return &Service{KIS: k, DB: k.DB}
}

// What the trail calls things.
const (
	KindRisk      = "risk"
	KindObjective = "objective"
)

// Lengths of texts, in characters.
const (
	maxTitle = 300
	maxText  = 4000
	minWhy   = 5
)

// Kind says what is written down.
type Kind string

// The kinds. A corruption risk is a row of the yearly plan against corruption.
const (
	Threat      Kind = "risk"        // what may go wrong
	Opportunity Kind = "opportunity" // what may go better than planned
	Corruption  Kind = "corruption"  // where an office may be misused
)

// Kinds lists them in the order of forms.
func Kinds() []Kind { return []Kind{Threat, Opportunity, Corruption} }

// TreatmentKind is what is done about a risk or an opportunity (ISO 9001:2015,
// 6.1.2, note 1); to retain it is a decision of its own.
type TreatmentKind string

// The kinds of treatment.
const (
	Avoid       TreatmentKind = "avoid"       // do not begin, or end, what brings it
	Remove      TreatmentKind = "remove"      // remove its source
	Likelihood  TreatmentKind = "likelihood"  // change how likely it is
	Consequence TreatmentKind = "consequence" // change what follows
	Share       TreatmentKind = "share"       // share it with others
	Pursue      TreatmentKind = "pursue"      // take it, for an opportunity
)

// TreatmentKinds lists them in the order of forms.
func TreatmentKinds() []TreatmentKind {
	return []TreatmentKind{Avoid, Remove, Likelihood, Consequence, Share, Pursue}
}

// Risk is one row of the table "Risklərin təhlili və qiymətləndirilməsi".
type Risk struct {
	bun.BaseModel `bun:"table:risks,alias:r"`

	ID              string        `bun:"id,pk"`
	Number          string        `bun:"number"` // RS-2026-004
	Kind            Kind          `bun:"kind"`
	Title           string        `bun:"title"`
	Cause           string        `bun:"cause"`
	Consequence     string        `bun:"consequence"`
	ProcessID       string        `bun:"process_id,nullzero"` // "" = of the system as a whole
	GSBPM           string        `bun:"gsbpm"`               // code of the activity, may be empty
	DepartmentID    string        `bun:"department_id"`
	OwnerID         string        `bun:"owner_id"`
	Scale           int           `bun:"scale"` // version, of the last assessment
	FirstLikelihood int           `bun:"first_likelihood"`
	FirstImpact     int           `bun:"first_impact"`
	FirstScore      int           `bun:"first_score"`
	FirstLevel      string        `bun:"first_level"`
	Likelihood      int           `bun:"likelihood"` // as last assessed
	Impact          int           `bun:"impact"`
	Score           int           `bun:"score"`
	Level           string        `bun:"level"` // code of the scale
	AssessedAt      time.Time     `bun:"assessed_at"`
	ReviewDue       day.Day       `bun:"review_due"`
	State           State         `bun:"state"`
	StateAt         time.Time     `bun:"state_at"`
	TreatmentKind   TreatmentKind `bun:"treatment_kind"`
	Treatment       string        `bun:"treatment"`
	Due             day.Day       `bun:"due,nullzero"`
	Result          string        `bun:"result"`
	ReportedBy      string        `bun:"reported_by,nullzero"`
	ReportedAt      time.Time     `bun:"reported_at,nullzero"`
	Verdict         string        `bun:"verdict"`
	CheckedBy       string        `bun:"checked_by,nullzero"`
	CheckedAt       time.Time     `bun:"checked_at,nullzero"`
	Refused         int           `bun:"refused"`
	Reason          string        `bun:"reason"`
	CreatedBy       string        `bun:"created_by"`
	CreatedAt       time.Time     `bun:"created_at"`
	Version         int           `bun:"version"`
	SearchKey       string        `bun:"search_key"`
}

// Overdue says whether the treatment is late on a day.
func (r Risk) Overdue(today day.Day) bool { return r.State == Treating && r.Due < today }

// ReviewLate says whether the risk should have been looked at again.
func (r Risk) ReviewLate(today day.Day) bool { return r.State != Closed && r.ReviewDue < today }

// Residual says whether the last assessment is another than the first.
func (r Risk) Residual() bool {
	return r.Likelihood != r.FirstLikelihood || r.Impact != r.FirstImpact
}

// seenBy says whether a person may see the risk: whoever reads those of its
// department, and its owner.
func (r Risk) seenBy(a actor.Actor) bool {
	scope := policies.For(a, policies.RiskRead)
	return scope.Department(r.DepartmentID) || !scope.None() && a.UserID == r.OwnerID
}

// writtenBy says whether a person may assess and treat the risk.
func (r Risk) writtenBy(a actor.Actor) bool {
	scope := policies.For(a, policies.RiskWrite)
	return scope.Department(r.DepartmentID) || !scope.None() && a.UserID == r.OwnerID
}

// me is the person who acts; nobody and the program itself write nothing.
func me(ctx context.Context) (actor.Actor, error) {
	who := actor.From(ctx)
	switch {
	case who.Nobody():
		return who, apperr.New(apperr.Unauthenticated, "error.unauthenticated")
	case who.UserID == "":
		return who, apperr.New(apperr.Forbidden, "error.forbidden")
	}
	return who, nil
}
