package audit

import (
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
)

// Audit is one internal audit (ISO 19011:2018 6): what is audited against
// what, when, and how far it has come.
type Audit struct {
	bun.BaseModel `bun:"table:audits,alias:a"`

	ID           string    `bun:"id,pk"`
	Number       string    `bun:"number"` // DA-2026-01
	Kind         Kind      `bun:"kind"`
	Title        string    `bun:"title"`
	Objectives   string    `bun:"objectives"`
	Criteria     string    `bun:"criteria"`
	Method       string    `bun:"method"`
	Period       string    `bun:"period"` // the period audited, e.g. 2026
	PlannedFrom  day.Day   `bun:"planned_from"`
	PlannedTo    day.Day   `bun:"planned_to"`
	State        State     `bun:"state"`
	OpeningAt    time.Time `bun:"opening_at,nullzero"`
	OpeningNote  string    `bun:"opening_note"`
	ClosingAt    time.Time `bun:"closing_at,nullzero"`
	ClosingNote  string    `bun:"closing_note"`
	Conclusion   string    `bun:"conclusion"`
	Strengths    string    `bun:"strengths"`
	ReportDue    day.Day   `bun:"report_due,nullzero"` // working days after the closing meeting
	CancelReason string    `bun:"cancel_reason"`
	CreatedBy    string    `bun:"created_by,nullzero"`
	CreatedAt    time.Time `bun:"created_at"`
	AnnouncedAt  time.Time `bun:"announced_at,nullzero"`
	StartedAt    time.Time `bun:"started_at,nullzero"`
	ReportedAt   time.Time `bun:"reported_at,nullzero"`
	ClosedAt     time.Time `bun:"closed_at,nullzero"`
	CancelledAt  time.Time `bun:"cancelled_at,nullzero"`
	SearchKey    string    `bun:"search_key"`

	ProgrammeRowID string `bun:"programme_row_id,nullzero"` // of the audit programme; empty = not out of a programme
	ProgrammeMonth int    `bun:"programme_month"`           // for which it was planned, 0 = none
	NoticeRequired int    `bun:"notice_required"`           // working days of notice, when it was announced
	NoticeGiven    int    `bun:"notice_given"`              // working days between the announcement and the first day
	NoticeReason   string `bun:"notice_reason"`             // why it was shorter
}

// Row is one question of the checklist of an audit, with its answer. Version
// rises with each answer: whoever answers names the version they saw.
type Row struct {
	bun.BaseModel `bun:"table:audit_rows,alias:r"`

	ID           string    `bun:"id,pk"`
	AuditID      string    `bun:"audit_id"`
	TemplateID   string    `bun:"template_id"`
	Position     int       `bun:"position"`
	No           string    `bun:"no"` // 4.4-a
	GSBPM        string    `bun:"gsbpm"`
	Clause       string    `bun:"clause"`
	QuestionAZ   string    `bun:"question_az"`
	QuestionEN   string    `bun:"question_en"`
	GuidanceAZ   string    `bun:"guidance_az"`
	GuidanceEN   string    `bun:"guidance_en"`
	Answer       Answer    `bun:"answer"`
	Note         string    `bun:"note"`
	Population   *int      `bun:"population"` // nil: not sampled by number
	Sample       *int      `bun:"sample"`
	SampleMethod string    `bun:"sample_method"` // how the sample was chosen
	SampleResult string    `bun:"sample_result"`
	AnsweredBy   string    `bun:"answered_by,nullzero"`
	AnsweredAt   time.Time `bun:"answered_at,nullzero"`
	Version      int       `bun:"version"`
	Own          bool      `bun:"own"`                      // added for this audit, from no template
	Sources      string    `bun:"sources"`                  // questions merged into this one, "ISO9001 7.5.3-a; …"
	LastFinding  string    `bun:"last_finding_id,nullzero"` // what the last audit found here
}

// Question is the question in a language.
func (r Row) Question(lang string) string { return i18n.InLang(lang, r.QuestionAZ, r.QuestionEN) }

// Guidance is the guidance to the question in a language.
func (r Row) Guidance(lang string) string { return i18n.InLang(lang, r.GuidanceAZ, r.GuidanceEN) }

// Finding is what the evidence showed against a criterion (ISO 19011:2018
// 6.4.8). The recommendation may become an item of the yearly plan.
type Finding struct {
	bun.BaseModel `bun:"table:findings,alias:f"`

	ID             string    `bun:"id,pk"`
	AuditID        string    `bun:"audit_id"`
	RowID          string    `bun:"row_id,nullzero"`
	No             int       `bun:"no"`
	Grade          Grade     `bun:"grade"`
	Standard       string    `bun:"standard"`
	Edition        string    `bun:"edition"`
	Clause         string    `bun:"clause"`
	GSBPM          string    `bun:"gsbpm"`
	CycleID        string    `bun:"cycle_id,nullzero"`
	DepartmentID   string    `bun:"department_id"`
	Statement      string    `bun:"statement"`
	Recommendation string    `bun:"recommendation"`
	CreatedBy      string    `bun:"created_by,nullzero"`
	CreatedAt      time.Time `bun:"created_at"`

	State      FindingState `bun:"state"`
	StateAt    time.Time    `bun:"state_at,nullzero"`
	Version    int          `bun:"version"`
	Topic      string       `bun:"topic"`                // findings of one topic stand together; empty: none
	MergedInto string       `bun:"merged_into,nullzero"` // the finding that says it now
	RepeatOf   string       `bun:"repeat_of,nullzero"`   // an earlier finding, as a person decided
	View       string       `bun:"view"`                 // of the audited department
	ViewBy     string       `bun:"view_by,nullzero"`
	ViewAt     time.Time    `bun:"view_at,nullzero"`
	ViewDue    day.Day      `bun:"view_due,nullzero"` // the department is asked until then
	TeamView   string       `bun:"team_view"`         // of the team on a diverging opinion
	SearchKey  string       `bun:"search_key"`        // see findingSearchKey
}

// FindingEvent is one step of a finding, kept for ever.
type FindingEvent struct {
	bun.BaseModel `bun:"table:finding_events,alias:e"`

	ID        string    `bun:"id,pk"`
	FindingID string    `bun:"finding_id"`
	Seq       int       `bun:"seq"`
	At        time.Time `bun:"at"`
	ActorID   string    `bun:"actor_id,nullzero"`
	Actor     string    `bun:"actor"`
	Verb      string    `bun:"verb"`
	From      string    `bun:"from_state"`
	To        string    `bun:"to_state"`
	Note      string    `bun:"note"`
}

// Act is a nonconformity act (Uyğunsuzluqlara dair akt). The fields up to
// IssuedAt never change once it is issued; a trigger holds that too.
type Act struct {
	bun.BaseModel `bun:"table:acts,alias:c"`

	ID                string    `bun:"id,pk"`
	Number            string    `bun:"number,nullzero"` // UA-2026-014; empty for a draft
	Origin            Origin    `bun:"origin"`
	FindingID         string    `bun:"finding_id,nullzero"`
	AuditID           string    `bun:"audit_id,nullzero"`
	CycleID           string    `bun:"cycle_id,nullzero"`
	DepartmentID      string    `bun:"department_id"`
	Grade             Grade     `bun:"grade"`
	Standard          string    `bun:"standard"`
	Edition           string    `bun:"edition"`
	Clause            string    `bun:"clause"`
	GSBPM             string    `bun:"gsbpm"`
	Criterion         string    `bun:"criterion"` // internal document beside the clause
	Statement         string    `bun:"statement"`
	ObjectiveEvidence string    `bun:"objective_evidence"`
	RepeatOf          string    `bun:"repeat_of,nullzero"`
	IssuedBy          string    `bun:"issued_by,nullzero"`
	IssuedAt          time.Time `bun:"issued_at,nullzero"`

	State     ActState  `bun:"state"`
	StateAt   time.Time `bun:"state_at,nullzero"` // when it came to its state
	LeadID    string    `bun:"lead_id,nullzero"`  // who leads an act that comes from no audit; empty: any lead auditor
	Version   int       `bun:"version"`
	CreatedBy string    `bun:"created_by,nullzero"`
	CreatedAt time.Time `bun:"created_at"`

	AnswerDue       day.Day   `bun:"answer_due,nullzero"` // acknowledge or object by
	AnswerConfirmed bool      `bun:"answer_confirmed"`    // false: the calendar of that year is a proposal
	AcknowledgedBy  string    `bun:"acknowledged_by,nullzero"`
	AcknowledgedAt  time.Time `bun:"acknowledged_at,nullzero"`
	Objection       string    `bun:"objection"`
	ObjectedBy      string    `bun:"objected_by,nullzero"`
	ObjectedAt      time.Time `bun:"objected_at,nullzero"`
	Resolution      string    `bun:"resolution"`
	ResolvedBy      string    `bun:"resolved_by,nullzero"`
	ResolvedAt      time.Time `bun:"resolved_at,nullzero"`

	PlanDue        day.Day     `bun:"plan_due,nullzero"`
	Correction     string      `bun:"correction"`
	CorrectionDay  day.Day     `bun:"correction_day,nullzero"`
	CauseMethod    CauseMethod `bun:"cause_method"`
	RootCause      string      `bun:"root_cause"`
	SimilarChecked bool        `bun:"similar_checked"`
	SimilarWhere   string      `bun:"similar_where"`
	RiskUpdated    bool        `bun:"risk_updated"`
	QMSChange      string      `bun:"qms_change"`
	PlannedBy      string      `bun:"planned_by,nullzero"`
	PlannedAt      time.Time   `bun:"planned_at,nullzero"`
	ApprovedBy     string      `bun:"approved_by,nullzero"`
	ApprovedAt     time.Time   `bun:"approved_at,nullzero"`

	EffectMonths   int       `bun:"effect_months"`
	EffectMeasure  string    `bun:"effect_measure"`
	EffectBaseline string    `bun:"effect_baseline"`
	EffectTarget   string    `bun:"effect_target"`
	ImplementedAt  time.Time `bun:"implemented_at,nullzero"`
	EffectDue      day.Day   `bun:"effect_due,nullzero"`
	EffectResult   string    `bun:"effect_result"`
	EffectBy       string    `bun:"effect_by,nullzero"`
	EffectAt       time.Time `bun:"effect_at,nullzero"`
	ClosedBy       string    `bun:"closed_by,nullzero"`
	ClosedAt       time.Time `bun:"closed_at,nullzero"`
	WithdrawnAt    time.Time `bun:"withdrawn_at,nullzero"`
	Reopened       int       `bun:"reopened"`
	SearchKey      string    `bun:"search_key"`
}

// Cause is one step on the way to the root cause: a question with its answer,
// or a cause under one of CauseCategories.
type Cause struct {
	bun.BaseModel `bun:"table:act_causes,alias:ca" json:"-"`

	ActID    string `bun:"act_id,pk" json:"-"`
	Position int    `bun:"position,pk" json:"-"`
	Parent   int    `bun:"parent"` // position of the answer that the question follows from; 0 is the nonconformity itself
	Category string `bun:"category"`
	Question string `bun:"question"`
	Answer   string `bun:"answer"`
}

// Action is a corrective action (düzəldici tədbir) of an act.
type Action struct {
	bun.BaseModel `bun:"table:corrective_actions,alias:ac"`

	ID           string      `bun:"id,pk"`
	ActID        string      `bun:"act_id"`
	No           int         `bun:"no"` // DT-1, DT-2 …
	Text         string      `bun:"text"`
	OwnerID      string      `bun:"owner_id"`
	DepartmentID string      `bun:"department_id"` // of the owner when it was given
	Elsewhere    bool        `bun:"elsewhere"`     // which is not that of the act
	Due          day.Day     `bun:"due"`
	State        ActionState `bun:"state"`
	Result       string      `bun:"result"`
	Round        int         `bun:"round"` // reopenings of the act before it was added
	CreatedAt    time.Time   `bun:"created_at"`
	StartedAt    time.Time   `bun:"started_at,nullzero"`
	ReportedBy   string      `bun:"reported_by,nullzero"`
	DoneAt       time.Time   `bun:"done_at,nullzero"`
	VerifiedBy   string      `bun:"verified_by,nullzero"`
	VerifiedAt   time.Time   `bun:"verified_at,nullzero"` // of the last verdict, also a rejection
	VerdictNote  string      `bun:"verdict_note"`

	DueDays      *int      `bun:"due_days"`      // working days, when the term was given so
	DueConfirmed bool      `bun:"due_confirmed"` // false: the calendar of that year is a proposal
	Extensions   int       `bun:"extensions"`    // approved ones
	Escalation   int       `bun:"escalation"`    // level reached since the present term began; 0: none
	EscalatedAt  time.Time `bun:"escalated_at,nullzero"`
}

// ActEvent is one step of an act, kept for ever.
type ActEvent struct {
	bun.BaseModel `bun:"table:act_events,alias:e"`

	ID       string    `bun:"id,pk"`
	ActID    string    `bun:"act_id"`
	ActionID string    `bun:"action_id,nullzero"`
	Seq      int       `bun:"seq"`
	At       time.Time `bun:"at"`
	ActorID  string    `bun:"actor_id,nullzero"`
	Actor    string    `bun:"actor"`
	Verb     string    `bun:"verb"`
	From     string    `bun:"from_state"`
	To       string    `bun:"to_state"`
	Note     string    `bun:"note"`
}

// Addendum is what became known after an act was issued.
type Addendum struct {
	bun.BaseModel `bun:"table:act_addenda,alias:ad"`

	ID       string    `bun:"id,pk"`
	ActID    string    `bun:"act_id"`
	No       int       `bun:"no"`
	At       time.Time `bun:"at"`
	AuthorID string    `bun:"author_id,nullzero"`
	Author   string    `bun:"author"`
	Text     string    `bun:"text"`
}
