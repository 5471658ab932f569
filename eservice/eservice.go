// Package eservice owns the state bodies' e-services, the rating schemes and
// the yearly assessments, and the agency scorecards made of them.
//
// It may import internal packages, policies, reference and kis; no sibling
// context. Invariants: a result stays tied to the scheme it was made under; a
// service that is not electronised has no grade; a year is known either as
// totals or service by service, never as both; over a change of method there
// is no trend.
package eservice

import (
	"context"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/reference"
)

// Service keeps assessments and makes scorecards.
type Service struct {
	DB  *store.DB
	KIS *kis.Service

	// Measures says how measures of national plans stand that concern a body;
	// nil: cards say nothing of them. Wired in cmd/kis.
	Measures MeasureSource

	schemes store.Kept[struct{}, map[string]Scheme]
}

// New makes the service.
func New(k *kis.Service) *Service {
	k.SealReference(
		kis.ReferencePart("rating_schemes", `SELECT s.code, s.title_az, s.title_en, s.act_az, s.act_en, s.valid_from, s.valid_to, s.scale, s.max_milli, s.confirmed, s.note_az, s.note_en, s.state FROM rating_schemes s`),
		kis.ReferencePart("rating_bands", `SELECT scheme, code, position, min_milli, min_inclusive, max_milli, max_inclusive, label_az, label_en FROM rating_bands`),
		kis.ReferencePart("rating_parameters", `SELECT c.scheme, c.code, c.position, c.kind, c.name_az, c.name_en, c.weight_milli, m.code AS parameter, m.position AS place, m.name_az AS words_az, m.name_en AS words_en,
			m.max_milli, m.weight_milli AS weight, m.confirmed FROM rating_criteria c LEFT JOIN rating_parameters m ON m.scheme = c.scheme AND m.criterion = c.code`),
		kis.ReferencePart("assessment_breaks", `SELECT year, reason_az, reason_en, source FROM assessment_breaks`),
		kis.ReferencePart("assessment_totals", `SELECT year, scheme, agencies, services, electronised, not_electronised, unsatisfactory, satisfactory, good, excellent, grades, source_name FROM assessment_totals`),
	)
	return &Service{DB: k.DB, KIS: k}
}

// Grades are the bands of the word scale, lowest first: poor, satisfactory,
// good, excellent (domain of the 2013-2016 rules).
var Grades = []string{"unsatisfactory", "satisfactory", "good", "excellent"}

// LoadReference brings schemes, bands, criteria, parameters and breaks of
// method into an empty database. What is there already is left as it is; an
// office of an older program gets the parameters of its schemes and the
// summaries of its results.
func (s *Service) LoadReference(ctx context.Context) error {
	n, err := countSchemes(ctx, s.DB.Read())
	if err != nil {
		return err
	}
	seed, err := readSeed()
	if err != nil {
		return err
	}
	if n > 0 {
		return s.complete(ctx, seed)
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := insertSeed(ctx, tx, seed); err != nil {
			return err
		}
		tx.Record(store.Change{Action: "eservice:scheme:load", Kind: "rating_scheme", ID: "reference", Label: "reference",
			After: map[string]int{"schemes": len(seed.schemes), "bands": len(seed.bands), "breaks": len(seed.breaks)}})
		return nil
	})
}

// seed is the reference material of this context.
type seed struct {
	schemes    []Scheme
	bands      []Band
	criteria   []Criterion
	parameters []Parameter
	breaks     []Break
}

func readSeed() (seed, error) {
	var s seed
	schemes, err := reference.Rows(reference.RatingSchemes)
	if err != nil {
		return s, err
	}
	for _, r := range schemes {
		most, err := milli(r["max_score"])
		if err != nil {
			return s, err
		}
		s.schemes = append(s.schemes, Scheme{Code: r["code"], TitleAZ: r["title_az"], TitleEN: r["title_en"], ActAZ: r["act_az"], ActEN: r["act_en"],
			State: SchemeActive, Family: r["code"], Version: 1, Revision: 1, ValidFrom: day.Day(r["valid_from"]), ValidTo: day.Day(r["valid_to"]), Scale: r["scale"], MaxMilli: most,
			Confirmed: r.Bool("confirmed"), NoteAZ: r["note_az"], NoteEN: r["note_en"]})
	}
	bands, err := reference.Rows(reference.RatingBands)
	if err != nil {
		return s, err
	}
	for _, r := range bands {
		low, err := milli(r["min"])
		if err != nil {
			return s, err
		}
		pos, err := strconv.Atoi(r["order"])
		if err != nil {
			return s, err
		}
		s.bands = append(s.bands, Band{Scheme: r["scheme"], Code: r["code"], Position: pos, MinMilli: low, MinInclusive: r.Bool("min_inclusive"),
			LabelAZ: r["label_az"], LabelEN: r["label_en"]})
	}
	closeBands(s.schemes, s.bands)
	return s, readRest(&s)
}

// closeBands gives each band of the reference material, which names lower
// bounds only, the upper bound at which the next one begins.
func closeBands(schemes []Scheme, bands []Band) {
	for i := range bands {
		b := &bands[i]
		if i+1 < len(bands) && bands[i+1].Scheme == b.Scheme {
			b.MaxMilli, b.MaxInclusive = bands[i+1].MinMilli, !bands[i+1].MinInclusive
			continue
		}
		for _, s := range schemes {
			if s.Code == b.Scheme {
				b.MaxMilli, b.MaxInclusive = s.MaxMilli, true
			}
		}
	}
}

func readRest(s *seed) error {
	criteria, err := reference.Rows(reference.RatingCriteria)
	if err != nil {
		return err
	}
	for _, r := range criteria {
		pos, err := strconv.Atoi(r["order"])
		if err != nil {
			return err
		}
		weight, err := milli(r["weight"])
		if err != nil {
			return err
		}
		s.criteria = append(s.criteria, Criterion{Scheme: r["scheme"], Code: r["code"], Position: pos, Kind: r["kind"], NameAZ: r["name_az"], NameEN: r["name_en"], WeightMilli: weight})
	}
	if err := readParameters(s); err != nil {
		return err
	}
	breaks, err := reference.Rows(reference.AssessmentBreaks)
	if err != nil {
		return err
	}
	for _, r := range breaks {
		year, err := strconv.Atoi(r["year"])
		if err != nil {
			return err
		}
		s.breaks = append(s.breaks, Break{Year: year, ReasonAZ: r["reason_az"], ReasonEN: r["reason_en"], Source: r["source"]})
	}
	return nil
}

func readParameters(s *seed) error {
	rows, err := reference.Rows(reference.RatingParameters)
	if err != nil {
		return err
	}
	for _, r := range rows {
		m := Parameter{Scheme: r["scheme"], Code: r["code"], Criterion: r["criterion"], NameAZ: r["name_az"], NameEN: r["name_en"], Confirmed: r.Bool("confirmed")}
		if m.Position, err = strconv.Atoi(r["order"]); err != nil {
			return err
		}
		if m.MaxMilli, err = milli(r["max_points"]); err != nil {
			return err
		}
		if m.WeightMilli, err = milli(r["weight"]); err != nil {
			return err
		}
		s.parameters = append(s.parameters, m)
	}
	return nil
}

// Milli reads points as people write them, see milli.
func Milli(text string) (int64, error) { return milli(text) }

// milli reads points written with a dot or a comma and at most three
// decimals, as thousandths.
func milli(text string) (int64, error) {
	d, err := decimal.NewFromString(strings.Replace(strings.TrimSpace(text), ",", ".", 1))
	if err != nil || len(text) > 20 || d.Exponent() < -3 || d.Abs().GreaterThan(decimal.NewFromInt(1_000_000)) {
		return 0, apperr.New(apperr.Invalid, "error.field.number")
	}
	return d.Shift(3).IntPart(), nil
}

// PlainMilli writes thousandths with as many decimals as they have.
func PlainMilli(m int64) string {
	return strings.TrimSuffix(strings.TrimRight(MilliText(m, 3), "0"), ".")
}

// MilliText writes thousandths with the decimals asked for, rounded half up.
func MilliText(m int64, decimals int32) string {
	return decimal.New(m, -3).StringFixed(decimals)
}
