package eservice

import (
	"context"

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

	Bands    []Band      `bun:"-"` // lowest first
	Criteria []Criterion `bun:"-"`
}

// Band is one grade of a scheme: it begins at MinMilli thousandths of a
// point, that bound included or not.
type Band struct {
	bun.BaseModel `bun:"table:rating_bands,alias:b"`

	Scheme       string `bun:"scheme,pk"`
	Code         string `bun:"code,pk"`
	Position     int    `bun:"position"`
	MinMilli     int64  `bun:"min_milli"`
	MinInclusive bool   `bun:"min_inclusive"`
	LabelAZ      string `bun:"label_az"`
	LabelEN      string `bun:"label_en"`
}

// Criterion is what a scheme looks at.
type Criterion struct {
	bun.BaseModel `bun:"table:rating_criteria,alias:c"`

	Scheme   string `bun:"scheme,pk"`
	Code     string `bun:"code,pk"`
	Position int    `bun:"position"`
	NameAZ   string `bun:"name_az"`
	NameEN   string `bun:"name_en"`
}

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

// Grade gives the band of a score in thousandths: the highest whose lower
// bound the score reaches. Invalid when the score is outside the scale.
func (s Scheme) Grade(score int64) (Band, error) {
	if score < 0 || score > s.MaxMilli {
		return Band{}, apperr.New(apperr.Invalid, "eservice.assessment.score_range", "max", MilliText(s.MaxMilli, 0))
	}
	best := -1
	for i, b := range s.Bands {
		if score > b.MinMilli || (b.MinInclusive && score == b.MinMilli) {
			best = i
		}
	}
	if best < 0 {
		return Band{}, apperr.New(apperr.Invalid, "eservice.assessment.no_band", "scheme", s.Code)
	}
	return s.Bands[best], nil
}

// inForce says whether the scheme was in force on some day of a year.
func (s Scheme) inForce(year int) bool {
	return s.ValidFrom <= day.Make(year, 12, 31) && (s.ValidTo == "" || s.ValidTo >= day.Make(year, 1, 1))
}

// inForceAtEnd says whether the scheme was in force when the year ended.
func (s Scheme) inForceAtEnd(year int) bool {
	last := day.Make(year, 12, 31)
	return s.ValidFrom <= last && (s.ValidTo == "" || s.ValidTo >= last)
}

// schemeOf finds the word scheme in force at the end of a year.
func schemeOf(all map[string]Scheme, year int) (Scheme, bool) {
	for _, s := range all {
		if s.Scale == "words" && s.inForceAtEnd(year) {
			return s, true
		}
	}
	return Scheme{}, false
}

func countSchemes(ctx context.Context, db bun.IDB) (int, error) {
	n, err := db.NewSelect().Model((*Scheme)(nil)).Count(ctx)
	return int(n), store.MapError(err, "count schemes")
}

// loadSchemes reads all schemes with bands and criteria in three queries.
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
	if err := db.NewSelect().Model(&criteria).Order("c.scheme", "c.position").Scan(ctx); err != nil {
		return nil, store.MapError(err, "criteria")
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
	return all, nil
}

func insertSeed(ctx context.Context, tx *store.Tx, s seed) error {
	for _, rows := range []any{&s.schemes, &s.bands, &s.criteria, &s.breaks} {
		if _, err := tx.NewInsert().Model(rows).Exec(ctx); err != nil {
			return store.MapError(err, "insert schemes")
		}
	}
	return nil
}
