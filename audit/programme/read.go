package programme

import (
	"cmp"
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Brief is a programme as the list shows it.
type Brief struct {
	Programme

	Rows    int // with at least one planned month
	Planned int // audits planned in months
	Audits  int // made out of rows, not cancelled
	Done    int // of them reported
}

// List lists the programmes the actor may see, latest year first. Whoever may
// not read all audits sees a programme from its approval on.
func (s *Service) List(ctx context.Context) ([]Brief, error) {
	if _, err := office.Allowed(ctx, policies.ProgrammeRead); err != nil {
		return nil, err
	}
	db := s.DB.Read()
	var list []Programme
	if err := visible(ctx, db.NewSelect().Model(&list)).Order("p.year DESC").Scan(ctx); err != nil {
		return nil, store.MapError(err, "programmes")
	}
	var rows []struct {
		ProgrammeID string
		Months      string
	}
	if err := db.NewRaw("SELECT programme_id, months FROM programme_rows WHERE months <> ''").Scan(ctx, &rows); err != nil {
		return nil, store.MapError(err, "planned months")
	}
	var audits []struct {
		ProgrammeID string
		N, Done     int
	}
	err := db.NewRaw(`SELECT r.programme_id, COUNT(*) AS n, SUM(CASE WHEN a.state IN (?) THEN 1 ELSE 0 END) AS done FROM audits a
		JOIN programme_rows r ON r.id = a.programme_row_id WHERE a.cancelled_at IS NULL GROUP BY r.programme_id`,
		bun.List([]audit.State{audit.Reported, audit.Closed})).Scan(ctx, &audits)
	if err != nil {
		return nil, store.MapError(err, "audits of programmes")
	}
	out := make([]Brief, 0, len(list))
	for _, p := range list {
		b := Brief{Programme: p}
		for _, r := range rows {
			if r.ProgrammeID == p.ID {
				b.Rows++
				b.Planned += len(numbers(r.Months))
			}
		}
		for _, a := range audits {
			if a.ProgrammeID == p.ID {
				b.Audits, b.Done = a.N, a.Done
			}
		}
		out = append(out, b)
	}
	return out, nil
}

// visible narrows programmes to what the actor sees.
func visible(ctx context.Context, q *bun.SelectQuery) *bun.SelectQuery {
	who := actor.From(ctx)
	if policies.For(who, policies.AuditRead).Any || policies.Can(who, policies.ProgrammeDraft) || policies.Can(who, policies.ProgrammeApprove) {
		return q
	}
	return q.Where("p.approved_at IS NOT NULL AND p.state IN (?)", bun.List([]State{Approved, Amended, Closed}))
}

// RowView is a row with its name, priority and audits.
type RowView struct {
	Row

	Code     string // of the process, department or site
	NameAZ   string
	NameEN   string
	Unit     office.Department // owner of the process, department of the site; the department itself
	Scores   []Score
	Priority int // computed
	Last     LastAudit
	Lead     string // name
	Audits   []RowAudit
}

// Name is the name of what the row looks at, in a language.
func (r RowView) Name(lang string) string { return i18n.InLang(lang, r.NameAZ, r.NameEN) }

// Counts is the priority that counts: what people put, or what was computed.
func (r RowView) Counts() int {
	if r.Adjusted != nil {
		return *r.Adjusted
	}
	return r.Priority
}

// Audit gives the audit of a month.
func (r RowView) Audit(month int) (RowAudit, bool) {
	for _, a := range r.Audits {
		if a.Month == month {
			return a, true
		}
	}
	return RowAudit{}, false
}

// View is the page of a programme.
type View struct {
	Programme

	Weighting Weighting
	Risks     []Risk
	Rows      []RowView // highest priority first
	Coverage  Coverage
	Changes   []ChangeView
	People    map[string]string // names by id
	Steps     []string          // verbs open to the actor, and "edit", "plan"
}

// ChangeView is a numbered change with what it was about.
type ChangeView struct {
	Change

	RowNo   int // 0 = the programme as a whole
	RowCode string
}

// Can says whether a step is open to the actor.
func (v View) Can(verb string) bool { return slices.Contains(v.Steps, verb) }

// Planned counts the audits planned in months, and those made out of them.
func (v View) Planned() (planned, made, done int) {
	for _, r := range v.Rows {
		planned += len(r.MonthList())
		made += len(r.Audits)
		for _, a := range r.Audits {
			if a.State == audit.Reported || a.State == audit.Closed {
				done++
			}
		}
	}
	return planned, made, done
}

// ByYear gives the id of a year's programme.
func (s *Service) ByYear(ctx context.Context, year int) (id string, err error) {
	if _, err := office.Allowed(ctx, policies.ProgrammeRead); err != nil {
		return "", err
	}
	var ids []string
	if err := visible(ctx, s.DB.Read().NewSelect().TableExpr("programmes AS p").ColumnExpr("p.id")).Where("p.year = ?", year).Scan(ctx, &ids); err != nil {
		return "", store.MapError(err, "programme")
	}
	if len(ids) == 0 {
		return "", apperr.Missing(kindProgramme)
	}
	return ids[0], nil
}

// Programme gives a programme with everything its page shows, in a number of
// queries that does not depend on the number of rows and audits.
func (s *Service) Programme(ctx context.Context, id string) (v View, err error) {
	if _, err = office.Allowed(ctx, policies.ProgrammeRead); err != nil {
		return v, err
	}
	if !store.IsID(id) {
		return v, apperr.Missing(kindProgramme)
	}
	db := s.DB.Read()
	err = visible(ctx, db.NewSelect().Model(&v.Programme).Where("p.id = ?", id)).Scan(ctx)
	if err = store.MapError(err, "programme"); err != nil {
		if apperr.Is(err, apperr.NotFound) {
			err = apperr.Missing(kindProgramme)
		}
		return v, err
	}
	if v.Weighting, err = weightingByID(ctx, db, v.WeightingID); err != nil {
		return v, err
	}
	if v.Risks, err = risksOf(ctx, db, id); err != nil {
		return v, err
	}
	if err = s.loadRows(ctx, db, &v); err != nil {
		return v, err
	}
	if v.Coverage, err = s.coverage(ctx, db, v); err != nil {
		return v, err
	}
	changes, err := changesOf(ctx, db, id)
	if err != nil {
		return v, err
	}
	for _, c := range changes {
		cv := ChangeView{Change: c}
		for _, r := range v.Rows {
			if r.ID == c.RowID {
				cv.RowNo, cv.RowCode = r.No, r.Code
			}
		}
		v.Changes = append(v.Changes, cv)
	}
	if v.People, err = s.names(ctx, db, v); err != nil {
		return v, err
	}
	for i, r := range v.Rows {
		v.Rows[i].Lead = v.People[r.LeadID]
	}
	v.Steps = steps(ctx, v.Programme)
	return v, nil
}

// loadRows reads the rows with names, figures, priorities and audits, highest
// priority first.
func (s *Service) loadRows(ctx context.Context, db bun.IDB, v *View) error {
	rows, err := rowsOf(ctx, db, v.ID)
	if err != nil {
		return err
	}
	f, err := s.gather(ctx, db)
	if err != nil {
		return err
	}
	names, err := objectNames(ctx, db)
	if err != nil {
		return err
	}
	kept, err := scoresOf(ctx, db, v.ID)
	if err != nil {
		return err
	}
	var ids, units []string
	for _, r := range rows {
		ids = append(ids, r.ID)
		if owner := f.owners[r.Object()]; owner != "" {
			units = append(units, owner)
		} else {
			units = append(units, r.DepartmentID)
		}
	}
	audits, err := auditsOfRows(ctx, db, ids)
	if err != nil {
		return err
	}
	departments, err := office.DepartmentsByID(ctx, db, units)
	if err != nil {
		return err
	}
	for i, r := range rows {
		n := names[r.Object()]
		x := RowView{Row: r, Code: n.Code, NameAZ: n.NameAZ, NameEN: n.NameEN, Unit: departments[units[i]], Last: f.last[r.Object()]}
		if r.Computed != nil {
			x.Priority, x.Scores = *r.Computed, keptScores(v.Weighting.Weights, kept[r.ID])
		} else {
			x.Scores = scores(v.Weighting.Weights, f.figures(r))
			x.Priority = Priority(x.Scores)
		}
		for _, a := range audits {
			if a.RowID == r.ID {
				x.Audits = append(x.Audits, a)
			}
		}
		v.Rows = append(v.Rows, x)
	}
	slices.SortStableFunc(v.Rows, func(a, b RowView) int { return cmp.Or(cmp.Compare(b.Counts(), a.Counts()), cmp.Compare(a.No, b.No)) })
	return nil
}

type objectName struct {
	ID     string
	Code   string
	NameAZ string `bun:"name_az"`
	NameEN string `bun:"name_en"`
}

// objectNames reads the names of everything a row can look at.
func objectNames(ctx context.Context, db bun.IDB) (map[string]objectName, error) {
	var list []objectName
	err := db.NewRaw(`SELECT id, code, title_az AS name_az, title_en AS name_en FROM processes UNION ALL SELECT id, code, name_az, name_en FROM departments
		UNION ALL SELECT id, code, name_az, name_en FROM sites`).Scan(ctx, &list)
	out := map[string]objectName{}
	for _, n := range list {
		out[n.ID] = n
	}
	return out, store.MapError(err, "names of rows")
}

// scoresOf reads the kept factors of a programme, by row.
func scoresOf(ctx context.Context, db bun.IDB, programmeID string) (map[string][]scoreRow, error) {
	var rows []scoreRow
	err := db.NewSelect().Model(&rows).Where("sc.row_id IN (SELECT id FROM programme_rows WHERE programme_id = ?)", programmeID).Scan(ctx)
	out := map[string][]scoreRow{}
	for _, r := range rows {
		out[r.RowID] = append(out[r.RowID], r)
	}
	return out, store.MapError(err, "scores")
}

// keptScores puts kept factors with their weights in the order shown.
func keptScores(weights []Weight, kept []scoreRow) (out []Score) {
	for _, w := range weights {
		for _, k := range kept {
			if k.Factor == w.Factor {
				out = append(out, Score{Factor: k.Factor, Figure: k.Figure, Score: k.Score, Weight: w.Weight})
			}
		}
	}
	return out
}

// names reads the names of everybody the page mentions.
func (s *Service) names(ctx context.Context, db bun.IDB, v View) (map[string]string, error) {
	ids := []string{v.CreatedBy, v.SubmittedBy, v.ApprovedBy, v.ClosedBy}
	for _, r := range v.Rows {
		ids = append(ids, r.LeadID)
	}
	// A change of the lead keeps ids, so that it stays true when names change.
	for _, c := range v.Changes {
		for _, f := range c.Fields() {
			if f.Field == "lead" {
				ids = append(ids, f.Before, f.After)
			}
		}
	}
	slices.Sort(ids)
	ids = slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return !store.IsID(id) })
	users, err := office.UsersByID(ctx, db, ids)
	out := map[string]string{}
	for id, u := range users {
		out[id] = u.Name
	}
	return out, err
}

// steps lists what the actor may do to the programme now.
func steps(ctx context.Context, p Programme) (out []string) {
	who := actor.From(ctx)
	for _, t := range office.Next(Transitions, p.State) {
		if policies.Can(who, t.Action) && !(t.Verb == "approve" && who.UserID != "" && who.UserID == p.SubmittedBy) {
			out = append(out, t.Verb)
		}
	}
	if policies.Can(who, policies.ProgrammeDraft) && (p.State.Open() || p.State.InForce()) {
		out = append(out, "edit")
	}
	if policies.Can(who, policies.AuditPlan) && p.State.InForce() {
		out = append(out, "plan")
	}
	return out
}
