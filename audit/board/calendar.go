package board

import (
	"context"
	"fmt"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Entry is an audit in the calendar.
type Entry struct {
	ID             string
	Number         string
	Kind           audit.Kind
	Title          string
	State          audit.State
	From, To       day.Day
	DepartmentCode string
	LeadName       string
	Acts           int // issued ones
}

// In says whether the audit touches a month, 1 to 12, of a year.
func (e Entry) In(year, month int) bool {
	first, last := fmt.Sprintf("%04d-%02d-01", year, month), fmt.Sprintf("%04d-%02d-31", year, month)
	return string(e.From) <= last && string(e.To) >= first
}

// mostEntries bounds the audits of one year.
const mostEntries = 500

// Calendar lists the audits of a year the actor sees, by their first day.
func (s *Service) Calendar(ctx context.Context, year int) ([]Entry, error) {
	sc, err := office.Allowed(ctx, policies.AuditRead)
	if err != nil {
		return nil, err
	}
	if year < 2000 || year > 2100 {
		return nil, apperr.InvalidField("year", "error.field.range", "min", 2000, "max", 2100)
	}
	var rows []struct {
		Entry

		PlannedFrom, PlannedTo day.Day
	}
	err = audit.AuditsInScope(s.DB.Read().NewSelect().TableExpr("audits AS a"), sc).
		ColumnExpr("a.id, a.number, a.kind, a.title, a.state, a.planned_from, a.planned_to, COALESCE(d.code, '') AS department_code, COALESCE(u.name, '') AS lead_name").
		ColumnExpr("(SELECT COUNT(*) FROM acts c WHERE c.audit_id = a.id AND c.issued_at IS NOT NULL) AS acts").
		Join("LEFT JOIN audit_departments AS ad ON ad.audit_id = a.id AND ad.position = 0").Join("LEFT JOIN departments AS d ON d.id = ad.department_id").
		Join("LEFT JOIN audit_team AS tm ON tm.audit_id = a.id AND tm.role = 'lead'").Join("LEFT JOIN users AS u ON u.id = tm.user_id").
		Where("a.planned_from <= ? AND a.planned_from >= ? AND a.planned_to >= ?", fmt.Sprintf("%d-12-31", year), fmt.Sprintf("%d-01-01", year-1), fmt.Sprintf("%d-01-01", year)).
		OrderExpr("a.planned_from, a.id").Limit(mostEntries).Scan(ctx, &rows)
	if err != nil {
		return nil, store.MapError(err, "calendar of audits")
	}
	out := make([]Entry, len(rows))
	for i, r := range rows {
		out[i] = r.Entry
		out[i].From, out[i].To = r.PlannedFrom, r.PlannedTo
	}
	return out, nil
}
