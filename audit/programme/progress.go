package programme

import (
	"context"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Progress is how far a programme was carried out, without what its priorities
// come from.
type Progress struct {
	ID                  string
	Rows                int
	Planned, Made, Done int // audits: planned in months, made out of rows, reported
	Coverage            Coverage
}

// Progress reads how far the programme of a year was carried out, in a number
// of queries that does not depend on what was audited; Missing when the year
// has no programme that the actor sees.
func (s *Service) Progress(ctx context.Context, year int) (p Progress, err error) {
	if _, err = office.Allowed(ctx, policies.ProgrammeRead); err != nil {
		return p, err
	}
	var v View
	db := s.DB.Read()
	err = visible(ctx, db.NewSelect().Model(&v.Programme).Where("p.year = ?", year)).Scan(ctx)
	if err = store.MapError(err, "programme"); err != nil {
		if apperr.Is(err, apperr.NotFound) {
			err = apperr.Missing(kindProgramme)
		}
		return p, err
	}
	rows, err := rowsOf(ctx, db, v.ID)
	if err != nil {
		return p, err
	}
	at, ids := map[string]int{}, make([]string, len(rows))
	for i, r := range rows {
		at[r.ID], ids[i] = i, r.ID
		v.Rows = append(v.Rows, RowView{Row: r})
	}
	audits, err := auditsOfRows(ctx, db, ids)
	if err != nil {
		return p, err
	}
	for _, a := range audits {
		r := &v.Rows[at[a.RowID]]
		r.Audits = append(r.Audits, a)
	}
	p.ID, p.Rows = v.ID, len(v.Rows)
	p.Planned, p.Made, p.Done = v.Planned()
	p.Coverage, err = s.coverage(ctx, db, v)
	return p, err
}
