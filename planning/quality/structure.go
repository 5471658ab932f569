package quality

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reference"
)

// Structure is a version of the concepts a report is written in. Versions are
// data and never change.
type Structure struct {
	bun.BaseModel `bun:"table:quality_structures,alias:s"`

	Version   int     `bun:"version,pk"`
	ValidFrom day.Day `bun:"valid_from"`
	SourceAZ  string  `bun:"source_az"`
	SourceEN  string  `bun:"source_en"`

	Concepts []Concept `bun:"-"` // in order
}

// Source says where the structure comes from.
func (s Structure) Source(lang string) string { return i18n.InLang(lang, s.SourceAZ, s.SourceEN) }

// ConceptKind says what is written under a concept.
type ConceptKind string

// The kinds.
const (
	Group     ConceptKind = "group"     // nothing: it heads others
	Text      ConceptKind = "text"      // a text
	Indicator ConceptKind = "indicator" // a figure, and a text about it
)

// Rest as the way a figure is taken is 100 minus the value: non-response out of
// response.
const Rest = "rest"

// Concept is a concept or sub-concept.
type Concept struct {
	bun.BaseModel `bun:"table:quality_concepts,alias:c"`

	Version   int         `bun:"version,pk"`
	Code      string      `bun:"code,pk"` // S.13.3.3.1
	Position  int         `bun:"position"`
	Kind      ConceptKind `bun:"kind"`
	Indicator string      `bun:"indicator"` // code in the library that fills it; "" = entered by hand
	How       string      `bun:"how"`       // same or Rest
	Unit      string      `bun:"unit"`      // percent, count or days, of an indicator
	NameAZ    string      `bun:"name_az"`
	NameEN    string      `bun:"name_en"`
	GuideAZ   string      `bun:"guide_az"`
	GuideEN   string      `bun:"guide_en"`
}

// Name is the name in a language.
func (c Concept) Name(lang string) string { return i18n.InLang(lang, c.NameAZ, c.NameEN) }

// Guide says in a language what belongs under it.
func (c Concept) Guide(lang string) string { return i18n.InLang(lang, c.GuideAZ, c.GuideEN) }

// Chapter is the concept of the first level it belongs to: S.13 of S.13.3.1.
func (c Concept) Chapter() string {
	parts := strings.SplitN(c.Code, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// Level is how deep it lies: 1 for S.13, 4 for S.13.3.3.1.
func (c Concept) Level() int { return strings.Count(c.Code, ".") }

// ByHand says whether its figure is entered in the report itself.
func (c Concept) ByHand() bool { return c.Kind == Indicator && c.Indicator == "" }

// Concept finds a concept by its code.
func (s Structure) Concept(code string) (Concept, bool) {
	i := slices.IndexFunc(s.Concepts, func(c Concept) bool { return c.Code == code })
	if i < 0 {
		return Concept{}, false
	}
	return s.Concepts[i], true
}

// Structure gives a version of the structure, that of today for 0.
func (s *Service) Structure(ctx context.Context, version int) (Structure, error) {
	if _, err := office.Allowed(ctx, policies.QualityRead); err != nil {
		return Structure{}, err
	}
	if version == 0 {
		return structureOn(ctx, s.DB.Read(), s.KIS.Today())
	}
	return structureOf(ctx, s.DB.Read(), version)
}

func structureOn(ctx context.Context, db bun.IDB, today day.Day) (Structure, error) {
	var versions []int
	err := db.NewRaw("SELECT version FROM quality_structures WHERE valid_from <= ? ORDER BY valid_from DESC, version DESC LIMIT 1", today).Scan(ctx, &versions)
	if err != nil {
		return Structure{}, store.MapError(err, "structure of today")
	}
	if len(versions) == 0 {
		return Structure{}, apperr.New(apperr.Conflict, "quality.error.no_structure")
	}
	return structureOf(ctx, db, versions[0])
}

func structureOf(ctx context.Context, db bun.IDB, version int) (Structure, error) {
	var list []Structure
	if err := db.NewSelect().Model(&list).Where("s.version = ?", version).Scan(ctx); err != nil {
		return Structure{}, store.MapError(err, "structure")
	}
	if len(list) == 0 {
		return Structure{}, apperr.Missing("quality_structure")
	}
	out := list[0]
	err := db.NewSelect().Model(&out.Concepts).Where("c.version = ?", version).OrderExpr("c.position").Scan(ctx)
	return out, store.MapError(err, "concepts")
}

// LoadReference brings the structures of the reference data into the database.
// A version that is there stays as it is; loading again changes nothing.
func (s *Service) LoadReference(ctx context.Context) error {
	if _, err := office.Allowed(ctx, policies.QualityWrite); err != nil {
		return err
	}
	list, err := referenceStructures()
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		fresh := 0
		for _, st := range list {
			n, err := store.Affected(tx.NewInsert().Model(&st).On("CONFLICT (version) DO NOTHING").Exec(ctx))
			if err != nil {
				return store.MapError(err, "insert structure")
			}
			if n == 0 {
				continue
			}
			if _, err := tx.NewInsert().Model(&st.Concepts).Exec(ctx); err != nil {
				return store.MapError(err, "insert concepts")
			}
			tx.Record(store.Change{Action: "planning:quality:structure", Kind: "quality_structure", ID: "reference", Label: strconv.Itoa(st.Version),
				After: map[string]any{"version": st.Version, "from": st.ValidFrom, "concepts": len(st.Concepts)}})
			fresh++
		}
		if fresh == 0 {
			return store.ErrNoChange
		}
		return nil
	})
}

func referenceStructures() (list []Structure, err error) {
	rows, err := reference.Rows(reference.QualityConcepts)
	if err != nil {
		return nil, apperr.Wrap(err, "reference")
	}
	for _, r := range rows {
		version, err := strconv.Atoi(r["version"])
		if err != nil {
			return nil, apperr.New(apperr.Internal, "error.internal", "concept", r["code"])
		}
		if n := len(list); n == 0 || list[n-1].Version != version {
			list = append(list, Structure{Version: version, ValidFrom: day.Day(r["valid_from"]), SourceAZ: r["source_az"], SourceEN: r["source_en"]})
		}
		st := &list[len(list)-1]
		st.Concepts = append(st.Concepts, Concept{Version: version, Code: r["code"], Position: len(st.Concepts) + 1, Kind: ConceptKind(r["kind"]), Indicator: r["indicator"],
			How: r["how"], Unit: r["unit"], NameAZ: r["name_az"], NameEN: r["name_en"], GuideAZ: r["guide_az"], GuideEN: r["guide_en"]})
	}
	return list, nil
}
