package eservice

import (
	"context"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
)

// Scheme is a dated set of rules by which services are graded. Confirmed
// says whether its bands were read in the legal act.
type Scheme struct {
	bun.BaseModel `bun:"table:rating_schemes,alias:s"`

	Code      string  `bun:"code,pk"`
	TitleAZ   string  `bun:"title_az"`
	TitleEN   string  `bun:"title_en"`
	ActAZ     string  `bun:"act_az"`
	ActEN     string  `bun:"act_en"`
	ValidFrom day.Day `bun:"valid_from"`
	ValidTo   day.Day `bun:"valid_to"` // empty: in force
	Scale     string  `bun:"scale"`    // words, stars or levels
	MaxMilli  int64   `bun:"max_milli"`
	Confirmed bool    `bun:"confirmed"`
	NoteAZ    string  `bun:"note_az"`
	NoteEN    string  `bun:"note_en"`

	State    SchemeState `bun:"state"`
	Family   string      `bun:"family"` // what its versions have in common
	Version  int         `bun:"version"`
	BasedOn  string      `bun:"based_on"` // code of the version it was copied from
	Revision int         `bun:"revision"` // of a draft, for two who edit at once
	EditedBy string      `bun:"edited_by"`

	Bands      []Band      `bun:"-"` // lowest first
	Criteria   []Criterion `bun:"-"`
	Parameters []Parameter `bun:"-"` // in the order of the criteria
}

// Band is one grade of a scheme: from MinMilli to MaxMilli thousandths of a
// point, each bound included or not. The bands of a scheme meet without
// overlap and without a hole, see [CheckBands].
type Band struct {
	bun.BaseModel `bun:"table:rating_bands,alias:b"`

	Scheme       string `bun:"scheme,pk"`
	Code         string `bun:"code,pk"`
	Position     int    `bun:"position"`
	MinMilli     int64  `bun:"min_milli"`
	MinInclusive bool   `bun:"min_inclusive"`
	MaxMilli     int64  `bun:"max_milli"`
	MaxInclusive bool   `bun:"max_inclusive"`
	LabelAZ      string `bun:"label_az"`
	LabelEN      string `bun:"label_en"`
}

// Criterion is what a scheme looks at; one of kind stage is a stage of the
// service that the criteria are looked at in.
type Criterion struct {
	bun.BaseModel `bun:"table:rating_criteria,alias:c"`

	Scheme      string `bun:"scheme,pk"`
	Code        string `bun:"code,pk"`
	Position    int    `bun:"position"`
	Kind        string `bun:"kind"` // criterion or stage
	NameAZ      string `bun:"name_az"`
	NameEN      string `bun:"name_en"`
	WeightMilli int64  `bun:"weight_milli"` // thousandths; multiplies the weight of each of its parameters
}

// Parameter is what points are given for.
type Parameter struct {
	bun.BaseModel `bun:"table:rating_parameters,alias:m"`

	Scheme      string `bun:"scheme,pk"`
	Code        string `bun:"code,pk"`
	Criterion   string `bun:"criterion"`
	Position    int    `bun:"position"`
	NameAZ      string `bun:"name_az"`
	NameEN      string `bun:"name_en"`
	MaxMilli    int64  `bun:"max_milli"`    // most points, in thousandths
	WeightMilli int64  `bun:"weight_milli"` // thousandths
	Confirmed   bool   `bun:"confirmed"`    // read in the legal act
}

// Name is what the parameter is called.
func (m Parameter) Name(lang string) string { return i18n.InLang(lang, m.NameAZ, m.NameEN) }

// Break marks a year that cannot be compared with the year before.
type Break struct {
	bun.BaseModel `bun:"table:assessment_breaks,alias:k"`

	Year     int    `bun:"year,pk"`
	ReasonAZ string `bun:"reason_az"`
	ReasonEN string `bun:"reason_en"`
	Source   string `bun:"source"`
}

// Title, Act and Note are the scheme's texts in a language.
func (s Scheme) Title(lang string) string { return i18n.InLang(lang, s.TitleAZ, s.TitleEN) }

// Act names the legal act.
func (s Scheme) Act(lang string) string { return i18n.InLang(lang, s.ActAZ, s.ActEN) }

// Note says what is known and not known of the scheme.
func (s Scheme) Note(lang string) string { return i18n.InLang(lang, s.NoteAZ, s.NoteEN) }

// Label is the word of the grade.
func (b Band) Label(lang string) string { return i18n.InLang(lang, b.LabelAZ, b.LabelEN) }

// Name is what the criterion is called.
func (c Criterion) Name(lang string) string { return i18n.InLang(lang, c.NameAZ, c.NameEN) }

// Reason says why results are not comparable.
func (b Break) Reason(lang string) string { return i18n.InLang(lang, b.ReasonAZ, b.ReasonEN) }

// Grade gives the band that a score in thousandths lies in. Invalid when the
// score is outside the scale.
func (s Scheme) Grade(score int64) (Band, error) {
	if score < 0 || score > s.MaxMilli {
		return Band{}, apperr.New(apperr.Invalid, "eservice.assessment.score_range", "max", PlainMilli(s.MaxMilli))
	}
	for _, b := range s.Bands {
		if b.holds(score) {
			return b, nil
		}
	}
	return Band{}, apperr.New(apperr.Invalid, "eservice.assessment.no_band", "scheme", s.Code)
}

// holds says whether a score lies in the band.
func (b Band) holds(score int64) bool {
	return (score > b.MinMilli || (b.MinInclusive && score == b.MinMilli)) && (score < b.MaxMilli || (b.MaxInclusive && score == b.MaxMilli))
}

// Parameter finds a parameter by its code.
func (s Scheme) Parameter(code string) (Parameter, bool) {
	i := slices.IndexFunc(s.Parameters, func(m Parameter) bool { return m.Code == code })
	if i < 0 {
		return Parameter{}, false
	}
	return s.Parameters[i], true
}

// Usable says whether points can be given by the scheme.
func (s Scheme) Usable() bool {
	return s.State == SchemeActive && len(s.Parameters) > 0 && len(s.Bands) > 0
}

// InForce says whether the scheme was in force on some day of a year.
func (s Scheme) InForce(year int) bool {
	return s.ValidFrom <= day.Make(year, 12, 31) && (s.ValidTo == "" || s.ValidTo >= day.Make(year, 1, 1))
}

// inForceAtEnd says whether the scheme was in force when the year ended.
func (s Scheme) inForceAtEnd(year int) bool {
	last := day.Make(year, 12, 31)
	return s.ValidFrom <= last && (s.ValidTo == "" || s.ValidTo >= last)
}

// ofServices says whether services are graded by the scheme, in words or stars;
// levels are those of whole bodies.
func (s Scheme) ofServices() bool {
	return s.State == SchemeActive && (s.Scale == "words" || s.Scale == "stars")
}

// schemeOf finds the scheme of services in force at the end of a year that has
// these grades; else, with ok false, another one that was in force, empty
// without one.
func schemeOf(all map[string]Scheme, year int, grades []string) (found Scheme, ok bool) {
	for _, code := range slices.Sorted(maps.Keys(all)) {
		if s := all[code]; s.ofServices() && s.inForceAtEnd(year) {
			if found = s; slices.Equal(s.GradeCodes(), grades) {
				return s, true
			}
		}
	}
	return found, false
}

// Has says whether the scheme has a grade.
func (s Scheme) Has(grade string) bool {
	return slices.ContainsFunc(s.Bands, func(b Band) bool { return b.Code == grade })
}

// GradeCodes are the codes of the grades, the lowest first.
func (s Scheme) GradeCodes() []string {
	var out []string
	for _, b := range s.Bands {
		out = append(out, b.Code)
	}
	return out
}

func countSchemes(ctx context.Context, db bun.IDB) (int, error) {
	n, err := db.NewSelect().Model((*Scheme)(nil)).Count(ctx)
	return int(n), store.MapError(err, "count schemes")
}

// loadSchemes reads all schemes with bands, criteria and parameters in four
// queries.
func loadSchemes(ctx context.Context, db bun.IDB) (map[string]Scheme, error) {
	var schemes []Scheme
	if err := db.NewSelect().Model(&schemes).Scan(ctx); err != nil {
		return nil, store.MapError(err, "schemes")
	}
	var bands []Band
	if err := db.NewSelect().Model(&bands).Order("b.scheme", "b.position").Scan(ctx); err != nil {
		return nil, store.MapError(err, "bands")
	}
	var criteria []Criterion
	if err := db.NewSelect().Model(&criteria).Order("c.scheme", "c.kind", "c.position").Scan(ctx); err != nil {
		return nil, store.MapError(err, "criteria")
	}
	var parameters []Parameter
	if err := db.NewSelect().Model(&parameters).Order("m.scheme", "m.position").Scan(ctx); err != nil {
		return nil, store.MapError(err, "parameters")
	}
	all := map[string]Scheme{}
	for _, s := range schemes {
		all[s.Code] = s
	}
	for _, b := range bands {
		s := all[b.Scheme]
		s.Bands = append(s.Bands, b)
		all[b.Scheme] = s
	}
	for _, c := range criteria {
		s := all[c.Scheme]
		s.Criteria = append(s.Criteria, c)
		all[c.Scheme] = s
	}
	for _, m := range parameters {
		s := all[m.Scheme]
		s.Parameters = append(s.Parameters, m)
		all[m.Scheme] = s
	}
	return all, nil
}

// SchemeByCode gives a scheme, whoever asks: contexts that score by it.
func (s *Service) SchemeByCode(ctx context.Context, code string) (Scheme, error) {
	all, err := s.allSchemes(ctx)
	if err != nil {
		return Scheme{}, err
	}
	x, ok := all[code]
	if !ok {
		return x, apperr.Missing("scheme")
	}
	return x, nil
}

// allSchemes are the schemes, kept as they are read for nearly every page.
func (s *Service) allSchemes(ctx context.Context) (map[string]Scheme, error) {
	return s.schemes.Get(ctx, s.DB, struct{}{}, func() (map[string]Scheme, error) { return loadSchemes(ctx, s.DB.Read()) })
}

func insertSeed(ctx context.Context, tx *store.Tx, s seed) error {
	for _, rows := range []any{&s.schemes, &s.bands, &s.criteria, &s.parameters, &s.breaks} {
		if _, err := tx.NewInsert().Model(rows).Exec(ctx); err != nil {
			return store.MapError(err, "insert schemes")
		}
	}
	return nil
}
