package audit

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Criterion is a clause against which a sub-process is audited.
type Criterion struct {
	Standard         string // ISO 9001:2015
	NationalAdoption string // AZS ISO 9001:2020
	Number           string // of the clause
	TitleAZ          string `bun:"title_az"`
	TitleEN          string `bun:"title_en"`
}

// Title is the title of the clause in a language.
func (c Criterion) Title(lang string) string { return i18n.InLang(lang, c.TitleAZ, c.TitleEN) }

// CriteriaOf lists the clauses that the checklists in force name for a
// sub-process: one query, for whoever may read cycles.
func (s *Service) CriteriaOf(ctx context.Context, gsbpm string) ([]Criterion, error) {
	if _, err := office.Allowed(ctx, policies.CycleRead); err != nil {
		return nil, err
	}
	return criteriaOf(ctx, s.DB.Read(), gsbpm, string(s.KIS.Today()))
}

func criteriaOf(ctx context.Context, db bun.IDB, gsbpm, today string) (out []Criterion, err error) {
	err = db.NewRaw(`SELECT s.name AS standard, s.national_adoption, c.number, c.title_az, c.title_en FROM standard_clauses c
		JOIN standards s ON s.code = c.standard AND s.edition = c.edition
		WHERE EXISTS (SELECT 1 FROM checklist_template_rows r JOIN checklist_templates t ON t.id = r.template_id
			WHERE r.gsbpm = ? AND r.clause = c.number AND t.standard = c.standard AND t.edition = c.edition AND t.state = ? AND t.valid_from <= ?
			AND NOT EXISTS (SELECT 1 FROM checklist_templates n WHERE n.code = t.code AND n.version > t.version AND n.valid_from <= ? AND n.state = ?))
		ORDER BY c.standard, c.number`, gsbpm, TemplatePublished, today, today, TemplatePublished).Scan(ctx, &out)
	return out, store.MapError(err, "criteria of a sub-process")
}
