// Package indicator owns the quality indicators of statistical processes: the
// library in versions, targets of a process, values of a cycle, and what of
// them is computed from the office's own records.
//
// It may import kis and what kis may import; the contexts give it figures
// through Source, wired in cmd/kis. Invariants: values are exact decimals,
// never floats; an indicator whose sub-process does not exist in the
// description has no value and is neither zero nor missing; a value stays
// tied to the version of the indicator under which it was made; what was
// computed is kept, with the numbers it came from, when the cycle is closed.
package indicator

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
)

// Unit says what a value counts.
type Unit string

// The units. A percentage may be given as a numerator and a denominator.
const (
	Percent Unit = "percent"
	Count   Unit = "count"
	Days    Unit = "days"
)

// Direction says which way is better.
type Direction string

// The directions.
const (
	Up   Direction = "up"
	Down Direction = "down"
)

// Indicator is one of the library in one of its versions.
type Indicator struct {
	ID, VersionID string
	Code          string
	GSBPM         string `bun:"gsbpm"` // sub-process
	Number        int    // version
	Unit          Unit
	Direction     Direction
	Decimals      int    // shown
	Lowest        string // that a value can be, exact; empty for no bound
	Highest       string
	Computed      string // what works it out; empty for what people enter
	NameAZ        string `bun:"name_az"`
	NameEN        string `bun:"name_en"`
	DefinitionAZ  string `bun:"definition_az"`
	DefinitionEN  string `bun:"definition_en"`
	FormulaAZ     string `bun:"formula_az"`
	FormulaEN     string `bun:"formula_en"`
	ValidFrom     day.Day
}

// Name is the name in a language.
func (i Indicator) Name(lang string) string { return i18n.InLang(lang, i.NameAZ, i.NameEN) }

// Definition is what it says, in a language.
func (i Indicator) Definition(lang string) string {
	return i18n.InLang(lang, i.DefinitionAZ, i.DefinitionEN)
}

// Formula is how it is worked out, in a language.
func (i Indicator) Formula(lang string) string { return i18n.InLang(lang, i.FormulaAZ, i.FormulaEN) }

// Origin says where a value came from.
type Origin string

// The origins.
const (
	Entered  Origin = "entered"
	Imported Origin = "imported"
	Computed Origin = "computed"
)

// Value is the value of an indicator in a cycle: exact decimals as text.
type Value struct {
	Value                  string
	Numerator, Denominator string // empty when only the value was given
	Target                 string // at that time
	Source                 Origin
	Note                   string
	Revision               int // 0: computed now, not kept
	Version                int // of the indicator
	RecordedBy             string
	RecordedAt             time.Time
}

// Verdict compares a value with its target.
type Verdict string

// The verdicts.
const (
	Met      Verdict = "met"
	Missed   Verdict = "missed"
	NoTarget Verdict = "none" // no target is set
	NoValue  Verdict = "open" // nothing is recorded yet
	NA       Verdict = "na"   // the sub-process does not exist, or the indicator does not apply to the process
)

// Numbers are what a computed value comes from. A Den of 0 with Share says
// that there was nothing to take a share of.
type Numbers struct {
	Num, Den int64
	Share    bool // a share of Den, else Num alone
}

// Source works out the numbers of a cycle out of the records of a context; ok
// is false when that context keeps none of the cycle.
type Source func(ctx context.Context, db bun.IDB, cy kis.Cycle) (n Numbers, ok bool, err error)

// Service is the indicators over the spine.
type Service struct {
	kis     *kis.Service
	sources map[string]Source
}

// New makes the service and lets it keep what is computed when a cycle is
// closed.
func New(k *kis.Service) *Service {
	s := &Service{kis: k, sources: map[string]Source{}}
	k.OnClose = append(k.OnClose, s.freeze)
	k.SealReference(kis.ReferencePart("indicator_library", `SELECT i.code, i.gsbpm, i.position, v.id, v.number, v.unit, v.direction, v.decimals, v.lowest, v.highest, v.computed,
		v.name_az, v.name_en, v.definition_az, v.definition_en, v.formula_az, v.formula_en, v.valid_from FROM indicators i LEFT JOIN indicator_versions v ON v.indicator_id = i.id`))
	return s
}

// AddSource says who works out a computed indicator, e.g.
// "discrepancies.found".
func (s *Service) AddSource(name string, src Source) { s.sources[name] = src }

// actorOf is who asks.
func actorOf(ctx context.Context) actor.Actor { return actor.From(ctx) }
