// Package quality owns the quality reports of processes (Keyfiyyət məruzəsi) in
// the concepts of SIMS 2.0: what is written about a cycle of a process, the
// figures that the cycle gives, their approval, versions and publication.
//
// It may import kis, kis/indicator and what those may import. Invariants: a
// report stays tied to the version of the structure it was begun under; nobody
// approves what they submitted; what is approved never changes, in the
// database too; only what is published is shown to whoever is not signed in.
package quality

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/indicator"
	"github.com/kis-platform/kis/policies"
)

// Kind is what the trail calls a quality report.
const Kind = "quality_report"

// Lengths of texts, in characters.
const (
	maxText = 8000
	minWhy  = 5
	maxWhy  = 2000
)

// Service is the quality reports over the spine.
type Service struct {
	KIS        *kis.Service
	DB         *store.DB
	Indicators *indicator.Service // whose figures fill the indicators
}

// New makes the service and has the trail keep what reports hold.
func New(k *kis.Service, i *indicator.Service) *Service {
	k.DB.Seal(seal)
	k.SealReference(kis.ReferencePart("quality_concepts", `SELECT s.version, s.valid_from, s.source_az, s.source_en, c.code, c.position, c.kind, c.indicator, c.how, c.unit, c.name_az, c.name_en, c.guide_az, c.guide_en
		FROM quality_structures s LEFT JOIN quality_concepts c ON c.version = s.version`))
	return &Service{KIS: k, DB: k.DB, Indicators: i}
}

// Report is one version of the quality report of a cycle.
type Report struct {
	bun.BaseModel `bun:"table:quality_reports,alias:r"`

	ID           string    `bun:"id,pk"`
	Number       string    `bun:"number"` // KM-2026-01, of all versions
	No           int       `bun:"no"`     // version, from 1
	CycleID      string    `bun:"cycle_id"`
	Structure    int       `bun:"structure"`          // version
	SourceID     string    `bun:"source_id,nullzero"` // whose texts it began with
	State        State     `bun:"state"`
	StateAt      time.Time `bun:"state_at"`
	CreatedBy    string    `bun:"created_by"`
	CreatedAt    time.Time `bun:"created_at"`
	SubmittedBy  string    `bun:"submitted_by,nullzero"`
	SubmittedAt  time.Time `bun:"submitted_at,nullzero"`
	ApprovedBy   string    `bun:"approved_by,nullzero"`
	ApprovedName string    `bun:"approved_name"`
	ApprovedAt   time.Time `bun:"approved_at,nullzero"`
	PublishedAt  time.Time `bun:"published_at,nullzero"`
	Reason       string    `bun:"reason"`
	Version      int       `bun:"version"` // of the row
	SearchKey    string    `bun:"search_key"`

	// Read along with it.
	CreatedName     string `bun:"created_name,scanonly"`
	SubmittedName   string `bun:"submitted_name,scanonly"`
	ProcessID       string `bun:"process_id,scanonly"`
	ProcessCode     string `bun:"process_code,scanonly"`
	TitleAZ         string `bun:"title_az,scanonly"`
	TitleEN         string `bun:"title_en,scanonly"`
	Period          string `bun:"period,scanonly"`
	ReferencePeriod string `bun:"reference_period,scanonly"`
	OwnerID         string `bun:"owner_id,scanonly"`
	OwnerCode       string `bun:"owner_code,scanonly"`
	OwnerAZ         string `bun:"owner_az,scanonly"`
	OwnerEN         string `bun:"owner_en,scanonly"`
	SourceLabel     string `bun:"source_label,scanonly"`
}

// Title is the title of the process in a language.
func (r Report) Title(lang string) string { return i18n.InLang(lang, r.TitleAZ, r.TitleEN) }

// Owner is the name of the department that owns the process.
func (r Report) Owner(lang string) string { return i18n.InLang(lang, r.OwnerAZ, r.OwnerEN) }

// About is what the report is about: the reference period, or the period of
// the cycle where none was given.
func (r Report) About() string {
	if r.ReferencePeriod != "" {
		return r.ReferencePeriod
	}
	return r.Period
}

// Entry is what was written under a concept. Of one that does not apply the
// texts say why.
type Entry struct {
	bun.BaseModel `bun:"table:quality_entries,alias:e"`

	ReportID string    `bun:"report_id,pk"`
	Code     string    `bun:"code,pk"`
	NA       bool      `bun:"na"`
	TextAZ   string    `bun:"text_az"`
	TextEN   string    `bun:"text_en"`
	Value    string    `bun:"value"`   // exact decimal, of an indicator entered by hand
	Carried  bool      `bun:"carried"` // taken over and not looked at since
	Version  int       `bun:"version"` // 0: nothing was written yet
	EditedBy string    `bun:"edited_by"`
	EditedAt time.Time `bun:"edited_at"`

	EditedName string `bun:"edited_name,scanonly"`
}

// Text is the text in a language; the Azerbaijani one where there is none.
func (e Entry) Text(lang string) string { return i18n.InLang(lang, e.TextAZ, e.TextEN) }

// seal is what the trail keeps of a report.
var seal = store.Seal{Kind: Kind, Table: "quality_reports", Parts: []store.SealPart{
	{Name: "text", Query: `SELECT id, number, no, cycle_id, structure, source_id, created_by, created_at FROM quality_reports WHERE id IN (?0)`},
	{Name: "state", Query: `SELECT id, state, state_at, submitted_by, submitted_at, approved_by, approved_name, approved_at, published_at, reason, version
		FROM quality_reports WHERE id IN (?0)`},
	{Name: "entries", Query: `SELECT report_id, code, na, text_az, text_en, value, carried, version, edited_by, edited_at FROM quality_entries WHERE report_id IN (?0)`},
	{Name: "figures", Query: `SELECT report_id, code, applies, why_not, value, decimals, target, verdict, gsbpm FROM quality_figures WHERE report_id IN (?0)`},
}}

// conflict is the answer to a step that the state does not allow.
func conflict(s State) error {
	return apperr.New(apperr.Conflict, "error.conflict.state", "object", Kind, "state", string(s))
}

// person is who acts; the program itself writes no report.
func person(ctx context.Context) (actor.Actor, error) {
	who := actor.From(ctx)
	switch {
	case who.Nobody():
		return who, apperr.New(apperr.Unauthenticated, "error.unauthenticated")
	case who.UserID == "":
		return who, apperr.New(apperr.Forbidden, "error.forbidden")
	}
	return who, nil
}

// writes says whether a person may write a report of a department.
func writes(a actor.Actor, departmentID string) bool {
	return a.UserID != "" && policies.For(a, policies.QualityWrite).Department(departmentID)
}
