package programme

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reference"
)

// Weighting is a version of the weights. It is never changed: programmes stay
// with the one they were begun under.
type Weighting struct {
	bun.BaseModel `bun:"table:programme_weightings,alias:w"`

	ID        string    `bun:"id,pk"`
	Number    int       `bun:"number"`
	ValidFrom day.Day   `bun:"valid_from"`
	SourceAZ  string    `bun:"source_az"` // where it is laid down
	SourceEN  string    `bun:"source_en"`
	Reason    string    `bun:"reason"`
	CreatedBy string    `bun:"created_by,nullzero"`
	CreatedAt time.Time `bun:"created_at"`

	Weights []Weight `bun:"-"`
}

// Source is where the weights are laid down, in a language.
func (w Weighting) Source(lang string) string { return i18n.InLang(lang, w.SourceAZ, w.SourceEN) }

// Of gives the weight of a factor.
func (w Weighting) Of(f Factor) Weight {
	for _, x := range w.Weights {
		if x.Factor == f {
			return x
		}
	}
	return Weight{Factor: f}
}

type factorRow struct {
	bun.BaseModel `bun:"table:programme_factors,alias:f"`

	WeightingID string `bun:"weighting_id,pk"`
	Factor      Factor `bun:"factor,pk"`
	Weight      int    `bun:"weight"`
	Steps       string `bun:"steps"`
}

// NewWeighting is a version of the weights to add. Steps that are all zero
// are taken from the version before.
type NewWeighting struct {
	Weights            map[Factor]int // 0 to 100 each, not all 0
	SourceAZ, SourceEN string
	Reason             string
}

// AddWeighting adds a version of the weights, valid from today. Programmes
// that are being drafted go over to it; those submitted stay as they are.
func (s *Service) AddWeighting(ctx context.Context, n NewWeighting) (Weighting, error) {
	if _, err := office.Allowed(ctx, policies.ProgrammeDraft); err != nil {
		return Weighting{}, err
	}
	var c apperr.Check
	w := Weighting{ID: store.NewID(), ValidFrom: s.KIS.Today(), SourceAZ: c.Text("source_az", n.SourceAZ, 3, maxTitle), SourceEN: c.Text("source_en", n.SourceEN, 3, maxTitle),
		Reason: c.Text("reason", n.Reason, 5, maxText)}
	sum := 0
	for _, f := range Factors() {
		if n.Weights[f] < 0 || n.Weights[f] > 100 {
			c.Add(string(f), "error.field.range", "min", 0, "max", 100)
		}
		sum += n.Weights[f]
	}
	if sum == 0 {
		c.Add(string(Importance), "audit.programme.error.no_weight")
	}
	if err := c.Err(); err != nil {
		return w, err
	}
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		last, err := latestWeighting(ctx, tx)
		if err != nil {
			return err
		}
		w.Number, w.CreatedBy, w.CreatedAt = last.Number+1, tx.Actor.UserID, tx.Now
		before, after := map[string]any{}, map[string]any{"number": w.Number, "source_az": w.SourceAZ}
		for _, f := range Factors() {
			x := last.Of(f)
			before[string(f)], after[string(f)] = x.Weight, n.Weights[f]
			x.Weight = n.Weights[f]
			w.Weights = append(w.Weights, x)
		}
		if err := insertWeighting(ctx, tx, w); err != nil {
			return err
		}
		if err := weighDrafts(ctx, tx, w); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.ProgrammeDraft), Kind: kindWeighting, ID: w.ID, Label: strconv.Itoa(w.Number), Note: w.Reason, Before: before, After: after})
		return nil
	})
	return w, err
}

// LoadReference adds the weights that every office starts from.
func (s *Service) LoadReference(ctx context.Context) error {
	if _, err := office.Allowed(ctx, policies.ProcessImport); err != nil {
		return err
	}
	rows, err := reference.Rows(reference.ProgrammeFactors)
	if err != nil {
		return apperr.Wrap(err, "reference")
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		var n int
		if err := tx.NewRaw("SELECT COUNT(*) FROM programme_weightings").Scan(ctx, &n); err != nil {
			return store.MapError(err, "weights")
		}
		if n > 0 || len(rows) == 0 {
			return store.ErrNoChange
		}
		w := Weighting{ID: store.NewID(), Number: 1, ValidFrom: day.Day(rows[0]["valid_from"]), SourceAZ: rows[0]["source_az"], SourceEN: rows[0]["source_en"], CreatedAt: tx.Now}
		for _, r := range rows {
			weight, err := strconv.Atoi(r["weight"])
			if err != nil {
				return apperr.Wrap(err, "reference weight")
			}
			steps, err := stepsOf(r.List("steps"))
			if err != nil {
				return apperr.Wrap(err, "reference steps")
			}
			w.Weights = append(w.Weights, Weight{Factor: Factor(r["factor"]), Weight: weight, Steps: steps})
		}
		if err := insertWeighting(ctx, tx, w); err != nil {
			return err
		}
		tx.Record(store.Change{Action: office.TrailReferenceLoad, Kind: kindWeighting, ID: w.ID, Label: "1", After: map[string]any{"factors": len(w.Weights)}})
		return nil
	})
}

// weighDrafts gives programmes that are being written the new weights.
func weighDrafts(ctx context.Context, tx *store.Tx, w Weighting) error {
	var drafts []Programme
	if err := tx.NewSelect().Model(&drafts).Where("p.state IN (?)", bun.List([]State{Draft, Returned})).Order("p.year").Scan(ctx); err != nil {
		return store.MapError(err, "drafts")
	}
	for _, p := range drafts {
		if err := tx.Seen(ctx, kindProgramme, p.ID); err != nil {
			return err
		}
		n, err := store.Affected(tx.NewRaw("UPDATE programmes SET weighting_id = ?, version = version + 1 WHERE id = ? AND state = ?", w.ID, p.ID, p.State).Exec(ctx))
		if err := store.Moved(n, err, kindProgramme, string(p.State)); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.ProgrammeDraft), Kind: kindProgramme, ID: p.ID, Label: p.label(), Note: w.Reason, After: map[string]any{"weighting": w.Number}})
	}
	return nil
}

func stepsOf(list []string) (out [4]int, err error) {
	for i := range min(len(list), len(out)) {
		if out[i], err = strconv.Atoi(strings.TrimSpace(list[i])); err != nil {
			return out, err
		}
	}
	return out, nil
}

func insertWeighting(ctx context.Context, tx *store.Tx, w Weighting) error {
	if _, err := tx.NewInsert().Model(&w).Exec(ctx); err != nil {
		return store.MapError(err, "insert weights")
	}
	var rows []factorRow
	for _, x := range w.Weights {
		rows = append(rows, factorRow{WeightingID: w.ID, Factor: x.Factor, Weight: x.Weight, Steps: words(x.Steps[:])})
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return store.MapError(err, "insert factors")
}

// latestWeighting reads the newest version of the weights.
func latestWeighting(ctx context.Context, db bun.IDB) (Weighting, error) {
	return weightingWhere(ctx, db, "w.number = (SELECT MAX(x.number) FROM programme_weightings x)")
}

func weightingByID(ctx context.Context, db bun.IDB, id string) (Weighting, error) {
	return weightingWhere(ctx, db, "w.id = ?", id)
}

func weightingWhere(ctx context.Context, db bun.IDB, where string, args ...any) (w Weighting, err error) {
	if err = db.NewSelect().Model(&w).Where(where, args...).Scan(ctx); err != nil {
		return w, store.MapError(err, "weights")
	}
	var rows []factorRow
	if err = db.NewSelect().Model(&rows).Where("f.weighting_id = ?", w.ID).Scan(ctx); err != nil {
		return w, store.MapError(err, "factors")
	}
	for _, r := range rows {
		steps, err := stepsOf(strings.Fields(r.Steps))
		if err != nil {
			return w, apperr.Wrap(err, "steps of a factor")
		}
		w.Weights = append(w.Weights, Weight{Factor: r.Factor, Weight: r.Weight, Steps: steps})
	}
	order := Factors()
	slices.SortFunc(w.Weights, func(a, b Weight) int {
		return cmp.Compare(slices.Index(order, a.Factor), slices.Index(order, b.Factor))
	})
	return w, nil
}

// Weighting gives the newest version of the weights.
func (s *Service) Weighting(ctx context.Context) (Weighting, error) {
	if _, err := office.Allowed(ctx, policies.ProgrammeRead); err != nil {
		return Weighting{}, err
	}
	return latestWeighting(ctx, s.DB.Read())
}
