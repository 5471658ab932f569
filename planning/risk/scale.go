package risk

import (
	"context"
	"slices"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reference"
)

// Scale is a version of how risks are weighed. Versions are data and never
// change; an assessment keeps the number of the one it was made under.
type Scale struct {
	bun.BaseModel `bun:"table:risk_scales,alias:s"`

	Version   int     `bun:"version,pk"`
	ValidFrom day.Day `bun:"valid_from"`
	SourceAZ  string  `bun:"source_az"`
	SourceEN  string  `bun:"source_en"`

	Likelihood []Step `bun:"-"` // by points, lowest first
	Impact     []Step `bun:"-"`
	Levels     []Step `bun:"-"` // Points is the lowest score of the level
}

// Step is one step of a scale.
type Step struct {
	bun.BaseModel `bun:"table:risk_scale_steps,alias:x"`

	Version int    `bun:"version,pk"`
	Part    string `bun:"part,pk"` // likelihood, impact or level
	Points  int    `bun:"points,pk"`
	Code    string `bun:"code"`
	NameAZ  string `bun:"name_az"`
	NameEN  string `bun:"name_en"`
	TextAZ  string `bun:"text_az"`
	TextEN  string `bun:"text_en"`
}

// Name and Text are the words of a step in a language.
func (s Step) Name(lang string) string { return i18n.InLang(lang, s.NameAZ, s.NameEN) }

// Text says what the step means.
func (s Step) Text(lang string) string { return i18n.InLang(lang, s.TextAZ, s.TextEN) }

// Source says where the scale comes from.
func (s Scale) Source(lang string) string { return i18n.InLang(lang, s.SourceAZ, s.SourceEN) }

// Level is the level of a score: the highest whose lowest score it reaches.
func (s Scale) Level(score int) Step {
	var out Step
	for _, l := range s.Levels {
		if score >= l.Points {
			out = l
		}
	}
	return out
}

// LevelOf is the level of a code; one the scale does not have comes back with
// its code alone.
func (s Scale) LevelOf(code string) Step {
	for _, l := range s.Levels {
		if l.Code == code {
			return l
		}
	}
	return Step{Code: code, NameAZ: code, NameEN: code}
}

// Rank is how high a level is on the scale, from 0 for the lowest to 3 for the
// highest, whatever number of levels it has.
func (s Scale) Rank(code string) int {
	i := slices.IndexFunc(s.Levels, func(l Step) bool { return l.Code == code })
	if i < 0 || len(s.Levels) < 2 {
		return 0
	}
	return i * 3 / (len(s.Levels) - 1)
}

// StepOf is the step of so many points.
func StepOf(list []Step, points int) Step {
	for _, s := range list {
		if s.Points == points {
			return s
		}
	}
	return Step{Points: points}
}

// Scale gives the scale that is valid today. Two queries.
func (s *Service) Scale(ctx context.Context) (Scale, error) {
	if _, err := office.Allowed(ctx, policies.RiskRead); err != nil {
		return Scale{}, err
	}
	return scaleOn(ctx, s.DB.Read(), s.KIS.Today())
}

func scaleOn(ctx context.Context, db bun.IDB, today day.Day) (Scale, error) {
	var list []Scale
	if err := db.NewSelect().Model(&list).Where("s.valid_from <= ?", today).OrderExpr("s.valid_from DESC, s.version DESC").Limit(1).Scan(ctx); err != nil {
		return Scale{}, store.MapError(err, "scale of risks")
	}
	if len(list) == 0 {
		return Scale{}, apperr.New(apperr.Conflict, "risk.error.no_scale")
	}
	out := list[0]
	var steps []Step
	if err := db.NewSelect().Model(&steps).Where("x.version = ?", out.Version).OrderExpr("x.points").Scan(ctx); err != nil {
		return Scale{}, store.MapError(err, "steps of a scale")
	}
	for _, st := range steps {
		switch st.Part {
		case "likelihood":
			out.Likelihood = append(out.Likelihood, st)
		case "impact":
			out.Impact = append(out.Impact, st)
		default:
			out.Levels = append(out.Levels, st)
		}
	}
	return out, nil
}

// LoadReference brings the scales of the reference data into the database. A
// version that is there stays as it is; loading again changes nothing.
func (s *Service) LoadReference(ctx context.Context) error {
	if _, err := office.Allowed(ctx, policies.RiskWrite); err != nil {
		return err
	}
	scales, steps, err := referenceScales()
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		fresh := 0
		for _, sc := range scales {
			n, err := store.Affected(tx.NewInsert().Model(&sc).On("CONFLICT (version) DO NOTHING").Exec(ctx))
			if err != nil {
				return store.MapError(err, "insert scale")
			}
			if n == 0 {
				continue
			}
			own := slices.DeleteFunc(slices.Clone(steps), func(x Step) bool { return x.Version != sc.Version })
			if _, err := tx.NewInsert().Model(&own).Exec(ctx); err != nil {
				return store.MapError(err, "insert steps")
			}
			tx.Record(store.Change{Action: "planning:risk:scale", Kind: "risk_scale", ID: "reference", Label: strconv.Itoa(sc.Version),
				After: map[string]any{"version": sc.Version, "from": sc.ValidFrom, "steps": len(own)}})
			fresh++
		}
		if fresh == 0 {
			return store.ErrNoChange
		}
		return nil
	})
}

func referenceScales() (scales []Scale, steps []Step, err error) {
	rows, err := reference.Rows(reference.RiskScale)
	if err != nil {
		return nil, nil, apperr.Wrap(err, "reference")
	}
	for _, r := range rows {
		version, err1 := strconv.Atoi(r["version"])
		points, err2 := strconv.Atoi(r["points"])
		if err1 != nil || err2 != nil {
			return nil, nil, apperr.New(apperr.Internal, "error.internal", "step", r["code"])
		}
		if n := len(scales); n == 0 || scales[n-1].Version != version {
			scales = append(scales, Scale{Version: version, ValidFrom: day.Day(r["valid_from"]), SourceAZ: r["source_az"], SourceEN: r["source_en"]})
		}
		steps = append(steps, Step{Version: version, Part: r["part"], Points: points, Code: r["code"], NameAZ: r["name_az"], NameEN: r["name_en"],
			TextAZ: r["text_az"], TextEN: r["text_en"]})
	}
	return scales, steps, nil
}
