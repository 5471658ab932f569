package kis

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/reference"
)

type dueTemplateRow struct {
	bun.BaseModel `bun:"table:due_templates,alias:dt"`

	ID        string    `bun:"id,pk"`
	Code      string    `bun:"code"`
	Number    int       `bun:"number"`
	Frequency Frequency `bun:"frequency"`
	Standard  bool      `bun:"standard"`
	NameAZ    string    `bun:"name_az"`
	NameEN    string    `bun:"name_en"`
	ValidFrom day.Day   `bun:"valid_from"`
	CreatedBy string    `bun:"created_by,nullzero"`
	CreatedAt time.Time `bun:"created_at"`
}

type dueRuleRow struct {
	bun.BaseModel `bun:"table:due_template_phases,alias:dp"`

	TemplateID string `bun:"template_id,pk"`
	Phase      string `bun:"phase,pk"`
	Anchor     Anchor `bun:"anchor"`
	Days       int    `bun:"days"`
}

// dueTemplates reads all versions of templates, of one code when it is given,
// newest first within a code, with their rules: two queries.
func dueTemplates(ctx context.Context, db bun.IDB, code string) ([]DueTemplate, error) {
	var rows []struct {
		dueTemplateRow
		Uses int
	}
	q := db.NewSelect().Model(&rows).ModelTableExpr("due_templates AS dt").ColumnExpr("dt.*, (SELECT COUNT(*) FROM cycles c WHERE c.template_id = dt.id) AS uses").
		OrderExpr("dt.frequency DESC, dt.standard DESC, dt.code, dt.number DESC")
	if code != "" {
		q.Where("dt.code = ?", code)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, store.MapError(err, "templates of due days")
	}
	var rules []dueRuleRow
	if err := db.NewSelect().Model(&rules).OrderExpr("dp.template_id, dp.phase").Scan(ctx); err != nil {
		return nil, store.MapError(err, "rules of due days")
	}
	out := make([]DueTemplate, 0, len(rows))
	for _, r := range rows {
		t := DueTemplate{ID: r.ID, Code: r.Code, Number: r.Number, Frequency: r.Frequency, Standard: r.Standard, NameAZ: r.NameAZ, NameEN: r.NameEN,
			ValidFrom: r.ValidFrom, CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt, Uses: r.Uses}
		for _, rule := range rules {
			if rule.TemplateID == r.ID {
				t.Rules = append(t.Rules, DueRule{rule.Phase, rule.Anchor, rule.Days})
			}
		}
		out = append(out, t)
	}
	slices.SortStableFunc(out, func(a, b DueTemplate) int {
		return slices.Index(Frequencies(), a.Frequency) - slices.Index(Frequencies(), b.Frequency)
	})
	return out, nil
}

// newestTemplates keeps the first of each code.
func newestTemplates(all []DueTemplate) []DueTemplate {
	var out []DueTemplate
	for _, t := range all {
		if !slices.ContainsFunc(out, func(o DueTemplate) bool { return o.Code == t.Code }) {
			out = append(out, t)
		}
	}
	return out
}

// templateFor gives the newest version of a code, or of the standard template
// of a frequency when the code is empty. A code of another frequency is
// Invalid.
func templateFor(ctx context.Context, db bun.IDB, code string, f Frequency) (DueTemplate, error) {
	all, err := dueTemplates(ctx, db, code)
	if err != nil {
		return DueTemplate{}, err
	}
	for _, t := range newestTemplates(all) {
		if t.Frequency == f && (code != "" || t.Standard) {
			return t, nil
		}
	}
	return DueTemplate{}, apperr.InvalidField("template", "kis.template.other")
}

func insertDueTemplate(ctx context.Context, tx *store.Tx, t DueTemplate) error {
	row := dueTemplateRow{ID: t.ID, Code: t.Code, Number: t.Number, Frequency: t.Frequency, Standard: t.Standard, NameAZ: t.NameAZ, NameEN: t.NameEN,
		ValidFrom: t.ValidFrom, CreatedBy: t.CreatedBy, CreatedAt: t.CreatedAt}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return store.MapError(err, "insert template of due days")
	}
	rules := make([]dueRuleRow, len(t.Rules))
	for i, r := range t.Rules {
		rules[i] = dueRuleRow{TemplateID: t.ID, Phase: r.Phase, Anchor: r.Anchor, Days: r.Days}
	}
	_, err := tx.NewInsert().Model(&rules).Exec(ctx)
	return store.MapError(err, "insert rules of due days")
}

// loadDueTemplates adds the templates that every office starts from, unless
// the office has one of that code.
func loadDueTemplates(ctx context.Context, tx *store.Tx) (changed bool, err error) {
	rows, err := reference.Rows(reference.DueTemplates)
	if err != nil {
		return false, apperr.Wrap(err, "reference")
	}
	have, err := dueTemplates(ctx, tx, "")
	if err != nil {
		return false, err
	}
	var fresh []DueTemplate
	for _, r := range rows {
		if slices.ContainsFunc(have, func(t DueTemplate) bool { return t.Code == r["code"] }) {
			continue
		}
		number, err := strconv.Atoi(r["number"])
		if err != nil {
			return false, apperr.Wrap(err, "reference due template")
		}
		days, err := strconv.Atoi(r["days"])
		if err != nil {
			return false, apperr.Wrap(err, "reference due template")
		}
		if n := len(fresh); n == 0 || fresh[n-1].Code != r["code"] {
			fresh = append(fresh, DueTemplate{ID: store.NewID(), Code: r["code"], Number: number, Frequency: Frequency(r["frequency"]), Standard: r.Bool("standard"),
				NameAZ: r["name_az"], NameEN: r["name_en"], ValidFrom: day.Day(r["valid_from"]), CreatedAt: tx.Now})
		}
		last := &fresh[len(fresh)-1]
		last.Rules = append(last.Rules, DueRule{r["phase"], Anchor(r["anchor"]), days})
	}
	for _, t := range fresh {
		if err := insertDueTemplate(ctx, tx, t); err != nil {
			return false, err
		}
		tx.Record(store.Change{Action: office.TrailReferenceLoad, Kind: "due_template", ID: t.ID, Label: t.Code, After: t.facts()})
	}
	return len(fresh) > 0, nil
}
