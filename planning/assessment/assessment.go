// Package assessment owns questionnaires in versions and what is answered by
// them: the self-assessment of a process in a cycle, in the chapters and
// quality components of DESAP, and surveys of users under public links.
//
// It may import kis and what kis may import. Invariants: a self-assessment
// stands apart from audit and has no pass mark; "not known" counts 1, "not
// applicable" counts nothing; what was answered stays tied to the version of
// its questionnaire; of a survey nobody's name is kept, and no answer comes in
// after its last day.
package assessment

import (
	"context"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// What the trail calls things.
const (
	KindAssessment = "self_assessment"
	KindSurvey     = "survey"
	KindResponse   = "survey_response"
)

// Service is the questionnaires over the spine.
type Service struct {
	KIS *kis.Service
	DB  *store.DB

	attempts *store.Attempts
}

// New makes the service.
func New(k *kis.Service) *Service {
	k.DB.Seal(assessmentSeal, surveySeal, responseSeal)
	k.SealReference(kis.ReferencePart("questionnaires", `SELECT q.code, q.version, q.kind, x.position, x.chapter, x.no, x.component, x.answer, x.text_az, x.text_en, x.options_az, x.options_en
		FROM questionnaires q LEFT JOIN questionnaire_questions x ON x.questionnaire_id = q.id`))
	return &Service{KIS: k, DB: k.DB, attempts: store.NewAttempts(k.DB, time.Hour)}
}

// State is where a self-assessment stands.
type State string

// The states.
const (
	Draft State = "draft" // being filled in
	Final State = "final" // locked
)

// Transitions is the life of a self-assessment.
var Transitions = []office.Transition[State]{
	{From: "", To: Draft, Action: policies.AssessmentFill, Verb: "begin"},
	{From: Draft, To: Final, Action: policies.AssessmentFill, Verb: "finish"},
}

// SurveyState is where a survey stands.
type SurveyState string

// The states.
const (
	SurveyOpen   SurveyState = "open"   // takes answers until its last day
	SurveyClosed SurveyState = "closed" // takes no more
)

// SurveyTransitions is the life of a survey.
var SurveyTransitions = []office.Transition[SurveyState]{
	{From: "", To: SurveyOpen, Action: policies.SurveyManage, Verb: "open"},
	{From: SurveyOpen, To: SurveyClosed, Action: policies.SurveyManage, Verb: "close"},
}

// Choices of a question of a scale beside the five options.
const (
	Unknown       = "unknown" // counts 1
	NotApplicable = "na"      // counts nothing
)

// Choices lists what may be chosen.
func Choices() []string { return []string{"1", "2", "3", "4", "5", Unknown, NotApplicable} }

// Questionnaire is one version of a questionnaire.
type Questionnaire struct {
	bun.BaseModel `bun:"table:questionnaires,alias:q"`

	ID        string     `bun:"id,pk"`
	Code      string     `bun:"code"`
	Version   int        `bun:"version"`
	Kind      string     `bun:"kind"` // self or users
	CreatedAt time.Time  `bun:"created_at"`
	Questions []Question `bun:"-"`
}

// Question is one question of it.
type Question struct {
	ID              string
	QuestionnaireID string
	Position        int
	Chapter         string // I to VI
	No              int
	Component       string // relevance, accuracy, …; empty for a free text
	Answer          string // scale or text
	TextAZ          string
	TextEN          string
	OptionsAZ       []string
	OptionsEN       []string
}

// Text is the question in a language.
func (q Question) Text(lang string) string { return i18n.InLang(lang, q.TextAZ, q.TextEN) }

// Options are the five options in a language, the worst first.
func (q Question) Options(lang string) []string {
	if lang == "en" {
		return q.OptionsEN
	}
	return q.OptionsAZ
}

// Code is how people call the question: II.3.
func (q Question) Code() string { return q.Chapter + "." + strconv.Itoa(q.No) }

// Assessment is the self-assessment of a process in a cycle.
type Assessment struct {
	bun.BaseModel `bun:"table:self_assessments,alias:a"`

	ID              string    `bun:"id,pk"`
	Number          string    `bun:"number"` // OQ-2026-01
	CycleID         string    `bun:"cycle_id"`
	QuestionnaireID string    `bun:"questionnaire_id"`
	State           State     `bun:"state"`
	CreatedBy       string    `bun:"created_by"`
	CreatedAt       time.Time `bun:"created_at"`
	FinishedBy      string    `bun:"finished_by,nullzero"`
	FinishedName    string    `bun:"finished_name"`
	FinishedAt      time.Time `bun:"finished_at,nullzero"`
	Version         int       `bun:"version"`

	// Read along with it.
	CreatedName string `bun:"created_name,scanonly"`
	ProcessID   string `bun:"process_id,scanonly"`
	TitleAZ     string `bun:"title_az,scanonly"`
	TitleEN     string `bun:"title_en,scanonly"`
	Period      string `bun:"period,scanonly"`
	OwnerID     string `bun:"owner_id,scanonly"`
	OwnerCode   string `bun:"owner_code,scanonly"`
}

// Title is the title of the process in a language.
func (a Assessment) Title(lang string) string { return i18n.InLang(lang, a.TitleAZ, a.TitleEN) }

// Answer is what was answered to a question.
type Answer struct {
	bun.BaseModel `bun:"table:self_assessment_answers,alias:w"`

	AssessmentID string    `bun:"assessment_id,pk"`
	QuestionID   string    `bun:"question_id,pk"`
	Choice       string    `bun:"choice"`
	Comment      string    `bun:"comment"`
	Improvement  string    `bun:"improvement"`
	AnsweredBy   string    `bun:"answered_by"`
	AnsweredAt   time.Time `bun:"answered_at"`
}

// score is the points of a choice; ok is false when it counts nothing.
func (w Answer) score() (n int64, ok bool) {
	switch w.Choice {
	case "", NotApplicable:
		return 0, false
	case Unknown:
		return 1, true
	}
	return int64(w.Choice[0] - '0'), true
}

// Survey is a survey of users.
type Survey struct {
	bun.BaseModel `bun:"table:surveys,alias:s"`

	ID              string      `bun:"id,pk"`
	Number          string      `bun:"number"` // IS-2026-01
	Title           string      `bun:"title"`
	QuestionnaireID string      `bun:"questionnaire_id"`
	ProcessID       string      `bun:"process_id,nullzero"`
	Token           string      `bun:"token"`
	Closes          day.Day     `bun:"closes"`
	State           SurveyState `bun:"state"`
	CreatedBy       string      `bun:"created_by"`
	CreatedAt       time.Time   `bun:"created_at"`
	ClosedAt        time.Time   `bun:"closed_at,nullzero"`

	// Read along with it.
	TitleAZ   string `bun:"title_az,scanonly"` // of the process
	TitleEN   string `bun:"title_en,scanonly"`
	Responses int    `bun:"responses,scanonly"`
}

// Process is the title of its process in a language; empty for the office.
func (s Survey) Process(lang string) string { return i18n.InLang(lang, s.TitleAZ, s.TitleEN) }

// Takes says whether answers come in on a day.
func (s Survey) Takes(today day.Day) bool { return s.State == SurveyOpen && today <= s.Closes }

// Path is the public address of the survey.
func (s Survey) Path() string { return "/public/surveys/" + s.Token }

// Mean is the mean of a quality component or of a question: Sum points out of
// N answers that count. Without answers there is no mean.
type Mean struct {
	Component string
	Sum, N    int64
	NA        int64 // answers that do not count
}

// Hundredths is the mean in hundredths, rounded half up: 375 is 3.75.
func (m Mean) Hundredths() int64 {
	if m.N == 0 {
		return 0
	}
	return (m.Sum*200 + m.N) / (2 * m.N)
}

// Text is the mean as an exact decimal: "3.75"; empty without answers.
func (m Mean) Text() string {
	if m.N == 0 {
		return ""
	}
	h := m.Hundredths()
	return string(rune('0'+h/100)) + "." + string(rune('0'+h/10%10)) + string(rune('0'+h%10))
}

// Components lists the quality components in the order of tables.
func Components() []string {
	return []string{"relevance", "accuracy", "timeliness", "accessibility", "comparability", "coherence", "burden"}
}

var assessmentSeal = store.Seal{Kind: KindAssessment, Table: "self_assessments", Parts: []store.SealPart{
	{Name: "state", Query: `SELECT id, number, cycle_id, questionnaire_id, state, created_by, created_at, finished_by, finished_name, finished_at, version
		FROM self_assessments WHERE id IN (?0)`},
	{Name: "answers", Query: `SELECT assessment_id, question_id, choice, comment, improvement, answered_by, answered_at FROM self_assessment_answers WHERE assessment_id IN (?0)`},
}}

var surveySeal = store.Seal{Kind: KindSurvey, Table: "surveys", Parts: []store.SealPart{
	{Name: "state", Query: `SELECT id, number, title, questionnaire_id, process_id, token, closes, state, created_by, created_at, closed_at FROM surveys WHERE id IN (?0)`},
}}

// responseSeal is what the trail keeps of each answered form, on its own: a
// survey has thousands. Forms from before they were sealed are left out.
var responseSeal = store.Seal{Kind: KindResponse, Table: "survey_responses",
	Rows: `SELECT r.id FROM survey_responses r WHERE r.received_at >= (SELECT MIN(t.at) FROM trail t WHERE t.kind = 'survey_response')`,
	Parts: []store.SealPart{
		{Name: "text", Query: `SELECT id, survey_id, received_at FROM survey_responses WHERE id IN (?0)`},
		{Name: "answers", Query: `SELECT response_id, question_id, score, text FROM survey_answers WHERE response_id IN (?0)`},
	}}

// LoadReference brings in the questionnaires of the reference material that
// are not there yet, by code and version.
func (s *Service) LoadReference(ctx context.Context) error { return s.load(ctx) }
