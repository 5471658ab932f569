package programme

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// auditDays is how many working days an audit out of a row is planned for.
const auditDays = 5

// PlanAudit makes the audit of a row and month in one step: scope, criteria,
// method and lead are those of the programme, the days the first working days
// of the month, or from tomorrow when it has begun; the checklists are those
// that have questions on the scope. Two people at once make one audit: the
// other is told of a Conflict.
func (s *Service) PlanAudit(ctx context.Context, rowID string, month int) (audit.Audit, error) {
	if _, err := office.Allowed(ctx, policies.AuditPlan); err != nil {
		return audit.Audit{}, err
	}
	db := s.DB.Read()
	row, err := s.rowByID(ctx, db, rowID)
	if err != nil {
		return audit.Audit{}, err
	}
	v, err := s.Programme(ctx, row.ProgrammeID)
	if err != nil {
		return audit.Audit{}, err
	}
	i := slices.IndexFunc(v.Rows, func(r RowView) bool { return r.ID == rowID })
	r := v.Rows[i]
	if err := planable(ctx, v.Programme, r.Row, month); err != nil {
		return audit.Audit{}, err
	}
	n, err := s.auditOf(ctx, db, v, r, month)
	if err != nil {
		return audit.Audit{}, err
	}
	a, err := s.Audit.PlanAuditWith(ctx, n, func(tx *store.Tx) error {
		// Held until the audit is written: the programme may be changed or closed meanwhile.
		p, err := s.hold(ctx, tx, row.ProgrammeID)
		if err != nil {
			return err
		}
		now, err := s.rowByID(ctx, tx, rowID)
		if err != nil {
			return err
		}
		if err := planable(ctx, p, now, month); err != nil {
			return err
		}
		made, err := auditsOfRows(ctx, tx, []string{rowID})
		if err != nil {
			return err
		}
		for _, a := range made {
			if a.Month == month {
				return apperr.New(apperr.Conflict, "audit.programme.error.month_taken", "month", month, "number", a.Number)
			}
		}
		return nil
	})
	return a, err
}

// planable refuses a month that the row does not have, and a programme that
// is not in force.
func planable(ctx context.Context, p Programme, r Row, month int) error {
	if !p.State.InForce() {
		_, err := arrow(ctx, p.State, "plan")
		return err
	}
	if !slices.Contains(r.MonthList(), month) {
		return apperr.InvalidField("month", "audit.programme.error.month", "month", month)
	}
	if r.LeadID == "" {
		return apperr.InvalidField("lead", "audit.programme.error.no_lead")
	}
	return nil
}

// auditOf makes the request for the audit of a row.
func (s *Service) auditOf(ctx context.Context, db bun.IDB, v View, r RowView, month int) (audit.NewAudit, error) {
	lang := actor.From(ctx).Lang
	n := audit.NewAudit{Kind: audit.Internal, Title: i18n.T(lang, "audit.programme.audit_title", "name", r.Name(lang), "month", fmt.Sprintf("%02d.%d", month, v.Year)),
		Objectives: v.Objectives, Criteria: v.Criteria, Method: v.Methods, Period: fmt.Sprint(v.Year), Codes: r.CodeList(), Lead: r.LeadID,
		Departments: []string{r.Unit.ID}, ProgrammeRow: r.ID, ProgrammeMonth: month}
	var err error
	if n.From, n.To, err = s.daysOf(ctx, db, v.Year, month); err != nil {
		return n, err
	}
	switch r.Kind {
	case Process:
		n.Cycles, err = cyclesOf(ctx, db, r.ProcessID, v.Year)
	case Site:
		n.Sites = []string{r.SiteID}
	}
	if err != nil {
		return n, err
	}
	n.Templates, err = s.templatesFor(ctx, r.Kind)
	return n, err
}

// daysOf gives the days of an audit in a month.
func (s *Service) daysOf(ctx context.Context, db bun.IDB, year, month int) (from, to day.Day, err error) {
	first := monthStart(year, month)
	if today := s.KIS.Today(); first <= today {
		first = today.Add(1)
	}
	if first > monthEnd(year, month) {
		return "", "", apperr.InvalidField("month", "audit.programme.error.month_past", "month", month)
	}
	if from, _, err = office.NextWorkingDay(ctx, db, s.KIS.Country, first); err != nil {
		return "", "", err
	}
	to, _, err = office.AddWorkingDays(ctx, db, s.KIS.Country, from, auditDays-1)
	return from, to, err
}

// cyclesOf gives the cycles of a process in a year, or its latest one.
func cyclesOf(ctx context.Context, db bun.IDB, processID string, year int) (ids []string, err error) {
	first := fmt.Sprintf("%d-01-01", year)
	err = db.NewRaw("SELECT id FROM cycles WHERE process_id = ? AND first_day >= ? AND first_day < ? ORDER BY first_day, id", processID, first, fmt.Sprintf("%d-01-01", year+1)).Scan(ctx, &ids)
	if err != nil || len(ids) > 0 {
		return ids, store.MapError(err, "cycles of a process")
	}
	err = db.NewRaw("SELECT id FROM cycles WHERE process_id = ? AND first_day < ? ORDER BY first_day DESC, id DESC LIMIT 1", processID, first).Scan(ctx, &ids)
	return ids, store.MapError(err, "latest cycle of a process")
}

// templatesFor picks the checklists: of the model for a process, of the
// standard for a department or site; all when there is none of the kind.
func (s *Service) templatesFor(ctx context.Context, k Kind) (ids []string, err error) {
	list, err := s.Audit.Templates(ctx)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, t := range list {
		all = append(all, t.ID)
		if strings.HasPrefix(t.Code, "GSBPM") == (k == Process) {
			ids = append(ids, t.ID)
		}
	}
	if len(ids) == 0 {
		return all, nil
	}
	return ids, nil
}

// Leads lists who can be put down as the lead of a row's audits.
func (s *Service) Leads(ctx context.Context) ([]audit.AuditorBrief, error) {
	if _, err := office.Allowed(ctx, policies.ProgrammeRead); err != nil {
		return nil, err
	}
	if !policies.Can(actor.From(ctx), policies.AuditorRead) {
		return nil, nil
	}
	list, err := s.Audit.Auditors(ctx)
	return slices.DeleteFunc(list, func(a audit.AuditorBrief) bool { return !a.Lead }), err
}
