package planning

import (
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// MeasureState is the state of the yearly entry of a measure.
type MeasureState string

const (
	MeasureDraft     MeasureState = "draft"     // the department writes
	MeasureSubmitted MeasureState = "submitted" // waits for the measures officer
	MeasureDecided   MeasureState = "decided"   // has a status with a reason
)

// MeasureStates lists the states in the order of their life.
func MeasureStates() []MeasureState {
	return []MeasureState{MeasureDraft, MeasureSubmitted, MeasureDecided}
}

// MeasureTransitions is the life of a yearly entry. It ends for good when the
// report of the year is sent.
var MeasureTransitions = []office.Transition[MeasureState]{
	{From: "", To: MeasureDraft, Action: policies.MeasureReport, Verb: "write"},
	{From: MeasureDraft, To: MeasureDraft, Action: policies.MeasureReport, Verb: "write"},
	{From: MeasureDraft, To: MeasureSubmitted, Action: policies.MeasureReport, Verb: "submit"},
	{From: MeasureSubmitted, To: MeasureDraft, Action: policies.MeasureReport, Verb: "recall"},
	{From: MeasureSubmitted, To: MeasureDraft, Action: policies.MeasureDecide, Verb: "return"},
	{From: MeasureSubmitted, To: MeasureDecided, Action: policies.MeasureDecide, Verb: "decide"},
	{From: MeasureDecided, To: MeasureSubmitted, Action: policies.MeasureDecide, Verb: "reopen"},
}

// MeasureReportState is the state of the yearly report on a plan.
type MeasureReportState string

const (
	MeasureReportAsked MeasureReportState = "asked" // departments were asked for their entries
	MeasureReportSent  MeasureReportState = "sent"  // signed and sent; its entries are locked
)

// MeasureReportStates lists the states in the order of their life.
func MeasureReportStates() []MeasureReportState {
	return []MeasureReportState{MeasureReportAsked, MeasureReportSent}
}

// MeasureReportTransitions is the life of the yearly report.
var MeasureReportTransitions = []office.Transition[MeasureReportState]{
	{From: "", To: MeasureReportAsked, Action: policies.MeasureDecide, Verb: "ask"},
	{From: MeasureReportAsked, To: MeasureReportAsked, Action: policies.MeasureDecide, Verb: "ask"},
	{From: MeasureReportAsked, To: MeasureReportSent, Action: policies.MeasureDecide, Verb: "send"},
}

// MeasureStatus is the code of a status; names and rules are data.
type MeasureStatus string

// The statuses that rules of this package speak of: the completion scale of
// the OGP mechanism and two of our own.
const (
	MeasureNoEvidence  MeasureStatus = "no_evidence" // nothing public proves anything
	MeasureNotStarted  MeasureStatus = "not_started"
	MeasureLimited     MeasureStatus = "limited"
	MeasureSubstantial MeasureStatus = "substantial"
	MeasureComplete    MeasureStatus = "complete"
	MeasureOngoing     MeasureStatus = "ongoing"   // of a measure without an end: done this year, or not
	MeasureWithdrawn   MeasureStatus = "withdrawn" // by a legal act
)

// MeasureStatusRule is a status as the office keeps it.
type MeasureStatusRule struct {
	bun.BaseModel `bun:"table:measure_statuses,alias:st"`

	Code        MeasureStatus `bun:"code,pk"`
	Position    int           `bun:"position"`
	NameAZ      string        `bun:"name_az"`
	NameEN      string        `bun:"name_en"`
	ShareFrom   *int          `bun:"share_from"` // per cent of steps done that proposes it; nil: not by share
	ShareTo     *int          `bun:"share_to"`
	OngoingOnly bool          `bun:"ongoing_only"`
	NeedsAct    bool          `bun:"needs_act"`
}

// Name is the word in a language.
func (r MeasureStatusRule) Name(lang string) string { return i18n.InLang(lang, r.NameAZ, r.NameEN) }

// Fits says whether the status may be given to a measure: one without an end
// is ongoing, without evidence or withdrawn, and never complete.
func (r MeasureStatusRule) Fits(ongoing bool) bool {
	return r.OngoingOnly == ongoing || r.NeedsAct || r.Code == MeasureNoEvidence
}

// NationalPlan is a plan whose measures the office reports on.
type NationalPlan struct {
	bun.BaseModel `bun:"table:national_plans,alias:np"`

	ID         string    `bun:"id,pk"`
	Code       string    `bun:"code"` // AH-2020-2022
	TitleAZ    string    `bun:"title_az"`
	TitleEN    string    `bun:"title_en"`
	ActAZ      string    `bun:"act_az"`
	ActEN      string    `bun:"act_en"`
	ActDate    day.Day   `bun:"act_date"`
	From       int       `bun:"period_from"` // years
	To         int       `bun:"period_to"`
	ReportDue  string    `bun:"report_due"` // month and day, 12-30
	ReportToAZ string    `bun:"report_to_az"`
	ReportToEN string    `bun:"report_to_en"`
	CreatedAt  time.Time `bun:"created_at"`

	Measures int `bun:"measures,scanonly"` // how many of it the office has
}

// Title is the title in a language.
func (p NationalPlan) Title(lang string) string { return i18n.InLang(lang, p.TitleAZ, p.TitleEN) }

// Act is the legal act in a language.
func (p NationalPlan) Act(lang string) string { return i18n.InLang(lang, p.ActAZ, p.ActEN) }

// ReportTo lists in one text the bodies that get the report.
func (p NationalPlan) ReportTo(lang string) string {
	return i18n.InLang(lang, p.ReportToAZ, p.ReportToEN)
}

// Due is the day by which the report on a year is owed (order 1859: by 30
// December of the year).
func (p NationalPlan) Due(year int) day.Day {
	d, _ := day.Parse(fmt.Sprintf("%04d-%s", year, p.ReportDue))
	return d
}

// Covers says whether the plan has such a year.
func (p NationalPlan) Covers(year int) bool { return p.From <= year && year <= p.To }

// Measure is one measure of a plan.
type Measure struct {
	bun.BaseModel `bun:"table:measures,alias:m"`

	ID         string    `bun:"id,pk"`
	PlanID     string    `bun:"plan_id"`
	Number     string    `bun:"number"` // 1.2
	Section    int       `bun:"section"`
	Item       int       `bun:"item"`
	TitleAZ    string    `bun:"title_az"`
	TitleEN    string    `bun:"title_en"`
	Period     string    `bun:"period"` // as printed
	Ongoing    bool      `bun:"ongoing"`
	Facts      string    `bun:"facts"` // from the imported file, in its language
	Hint       string    `bun:"hint"`  // what would prove it
	SearchKey  string    `bun:"search_key"`
	SourceName string    `bun:"source_name"`
	CreatedAt  time.Time `bun:"created_at"`

	Departments []office.Department `bun:"-"` // the first one leads
}

// Title is the official text in a language.
func (m Measure) Title(lang string) string { return i18n.InLang(lang, m.TitleAZ, m.TitleEN) }

// Concerns says whether the department answers for the measure.
func (m Measure) Concerns(departmentID string) bool {
	for _, d := range m.Departments {
		if d.ID == departmentID {
			return true
		}
	}
	return false
}

// Object kinds in the trail.
const (
	kindMeasure       = "measure"
	kindMeasureEntry  = "measure_entry"
	kindMeasureReport = "measure_report"
	kindNationalPlan  = "national_plan"
)
