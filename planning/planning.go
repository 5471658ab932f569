// Package planning owns what the office decides to improve: the register of
// recommendations, the yearly plan with the agreement of the departments, the
// management review, and the measures of national plans.
//
// It may import kis, policies, reference and the internal packages; nothing
// of the other contexts. What it needs of them it asks through the interfaces
// of this file, which cmd/kis fills. Invariants: an approved plan and a signed
// review are locked, in the database too; every arrow between two states
// stands in a table of transitions; whatever changes leaves a trail.
package planning

import (
	"context"
	"time"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
)

// Service is the planning of one office.
type Service struct {
	DB  *store.DB
	KIS *kis.Service

	// Findings gives the recommendations of audits; nil when there is no
	// audit context, and then there is nothing to take over.
	Findings FindingSource

	inputs []InputSource
}

// New makes the service over the spine. Its own figures for the management
// review are registered; other contexts add theirs with AddInputs.
func New(k *kis.Service) *Service {
	k.DB.Seal(reviewSeal, planSeal, recommendationSeal, measureEntrySeal)
	k.SealReference(kis.ReferencePart("measure_statuses", `SELECT code, position, name_az, name_en, share_from, share_to, ongoing_only, needs_act FROM measure_statuses`),
		kis.ReferencePart("plan_kinds", `SELECT code, position, name_az, name_en, short_az, short_en, impact_months, report_days FROM plan_kinds`),
		kis.ReferencePart("plan_rules", `SELECT version, valid_from, open_cap, by_steps, text_az, text_en FROM plan_rules`))
	s := &Service{DB: k.DB, KIS: k}
	s.AddInputs(ownInputs{s})
	return s
}

// FindingSource is what planning asks of the audit context.
type FindingSource interface {
	// OpenRecommendations lists the recommendations of findings whose act or
	// audit is not withdrawn or cancelled, newest first.
	OpenRecommendations(ctx context.Context) ([]FoundRecommendation, error)
}

// FoundRecommendation is the recommendation of an audit finding.
type FoundRecommendation struct {
	FindingID      string
	ActID          string // "" when no act was made of the finding
	Label          string // number of the act, else of the audit
	Text           string // the recommendation
	DepartmentID   string
	DepartmentCode string
	GSBPM          string // code of the activity, may be empty
	Clause         string // of the standard, may be empty
}

// Period is a stretch of days, both included.
type Period struct{ From, To day.Day }

// Times gives the period as moments in the zone: from the first midnight,
// up to but not including the midnight after the last day.
func (p Period) Times(zone *time.Location) (from, before time.Time) {
	at := func(d day.Day) time.Time {
		t := d.Time()
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, zone).UTC()
	}
	return at(p.From), at(p.To.Add(1))
}

// InputSource gives figures for the management review (ISO 9001:2015, 9.3.2).
type InputSource interface {
	// ReviewInputs gives the figures of a period by letter of the input: a,
	// b, c1 … c7, d, e, f. Letters it knows nothing of are left out. It is
	// asked with the rights of the person who prepares the review.
	ReviewInputs(ctx context.Context, period Period) (map[string][]Figure, error)
}

// Figure is one live figure: "5 / 6 decisions carried out". It is a share
// when Den is not 0, a text when Value is set, else a count.
type Figure struct {
	Key      string // i18n key of the words behind the figure
	Num, Den int64
	Value    string            // instead of a number, e.g. "4,2 / 5"
	Href     string            // the page behind the figure; "" when there is none
	Args     map[string]string // for the placeholders of the key
	Better   int               // 1 = more is better, -1 = less is better, 0 = no judgement
}

// AddInputs registers a source of figures. Figures of several sources for one
// input stand in the order of registration. Call it while wiring.
func (s *Service) AddInputs(src InputSource) { s.inputs = append(s.inputs, src) }
