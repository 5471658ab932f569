// Package audit owns internal audits: the audit with its scope, team and
// checklist, findings, nonconformity acts and corrective actions.
//
// It may import kis, policies, reference and internal packages; never a
// sibling context. Invariants: nobody audits without being independent or
// under a recorded exception; the text of an act never changes once it is
// issued; a state follows another only by an arrow of lifecycle.go, and each
// step keeps its time, person and note; nobody verifies what they own.
package audit

import (
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
)

// Service is the audit context over the spine.
type Service struct {
	KIS *kis.Service
	DB  *store.DB

	// Documents says which controlled documents are criteria of an audit; nil
	// when there are none.
	Documents DocumentSource
}

// New makes the service over the spine's database and clock.
func New(k *kis.Service) *Service {
	k.DB.Seal(seals...)
	k.SealReference(kis.ReferencePart("standards", `SELECT s.code, s.edition, s.name, s.national_adoption, s.title_az, s.title_en, c.number, c.title_az AS clause_az, c.title_en AS clause_en
			FROM standards s LEFT JOIN standard_clauses c ON c.standard = s.code AND c.edition = s.edition`),
		kis.ReferencePart("cause_categories", `SELECT code, position, name_az, name_en, active FROM cause_categories`),
		kis.ReferencePart("escalation_levels", `SELECT level, after_days, whom, name_az, name_en, active FROM escalation_levels`))
	return &Service{KIS: k, DB: k.DB}
}

// Kind says what sort of audit it is.
type Kind string

const (
	Internal     Kind = "internal"     // daxili audit
	Surveillance Kind = "surveillance" // yoxlama və nəzarət auditi
	FollowUp     Kind = "follow_up"    // təkrar audit
)

// Kinds lists the kinds in the order of forms.
func Kinds() []Kind { return []Kind{Internal, Surveillance, FollowUp} }

// TeamRole is the part of a person in one audit.
type TeamRole string

const (
	Lead   TeamRole = "lead"    // leads this audit and issues its acts
	Member TeamRole = "auditor" // answers the checklist and raises findings
)

// Answer is the answer to a checklist row.
type Answer string

const (
	Open          Answer = "open"           // not examined yet
	Conforms      Answer = "conforms"       // the requirement is met
	Nonconforms   Answer = "nonconforms"    // it is not; a finding says how
	Observed      Answer = "observation"    // met, but may fail later
	Improvable    Answer = "opportunity"    // met, could be better
	Strong        Answer = "strength"       // met in a way worth spreading
	NotApplicable Answer = "not_applicable" // the question has no object here
	NotSampled    Answer = "not_sampled"    // left out of the sample
)

// Answers lists the answers in the order of forms, Open last.
func Answers() []Answer {
	return []Answer{Conforms, Nonconforms, Observed, Improvable, Strong, NotApplicable, NotSampled, Open}
}

// Grade is the weight of a finding.
type Grade string

const (
	Major       Grade = "major"       // the system may not reach its results
	Minor       Grade = "minor"       // a single lapse
	Observation Grade = "observation" // no requirement broken, but a risk
	Opportunity Grade = "opportunity" // opportunity for improvement
	Strength    Grade = "strength"    // good practice
)

// Grades lists the grades, heaviest first.
func Grades() []Grade { return []Grade{Major, Minor, Observation, Opportunity, Strength} }

// NeedsAct says whether a finding of the grade is a nonconformity and makes
// an act.
func (g Grade) NeedsAct() bool { return g == Major || g == Minor }

// Answer is the checklist answer that a finding of the grade stands for.
func (g Grade) Answer() Answer {
	switch g {
	case Major, Minor:
		return Nonconforms
	case Observation:
		return Observed
	case Opportunity:
		return Improvable
	}
	return Strong
}

// CauseMethod is how the root cause was looked for.
type CauseMethod string

const (
	FiveWhy  CauseMethod = "five_why" // a chain of questions
	Ishikawa CauseMethod = "ishikawa" // causes by category
)

// Official number series of the context; both start anew each year.
const (
	seriesAudit = "audit" // DA-2026-01
	seriesAct   = "act"   // UA-2026-014
)

// Object kinds in the trail and in observers' grants.
const (
	kindAudit   = "audit"
	kindFinding = "finding"
	kindAct     = "act"
	kindAction  = "action"
	kindRow     = "row" // of a checklist
)

// Lengths of texts, in characters.
const (
	maxTitle = 300
	maxText  = 4000
	maxLong  = 20000
)
