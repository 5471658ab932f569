package board

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/gsbpm"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Cell is the last result of a sub-process and a clause: the worst answer of
// the newest reported audit; over several departments the worst of theirs.
type Cell struct {
	SubProcess     string
	Clause         string
	Answer         audit.Answer
	Rows           int
	AuditID        string
	AuditNumber    string
	DepartmentCode string
	ReportedAt     time.Time
}

// Matrix is the results by sub-process and clause.
type Matrix struct {
	Rows    []gsbpm.Activity
	Clauses []string
	Cells   map[[2]string]Cell // by code and clause
	Audited int                // sub-processes with a result
}

// Matrix gives the last results the actor sees; an empty department is all of
// them. Departments see their own. One query over what is kept when an audit
// is reported, however many rows were answered.
func (s *Service) Matrix(ctx context.Context, departmentID string) (Matrix, error) {
	sc, err := office.Allowed(ctx, policies.AuditRead)
	if err != nil {
		return Matrix{}, err
	}
	if departmentID != "" && !store.IsID(departmentID) {
		return Matrix{}, apperr.Missing("department")
	}
	var cells []Cell
	q := s.DB.Read().NewSelect().TableExpr("audit_results AS x").
		ColumnExpr("x.sub_process, x.clause, x.answer, x.rows, x.audit_id, a.number AS audit_number, d.code AS department_code, x.reported_at").
		Join("JOIN audits AS a ON a.id = x.audit_id").Join("JOIN departments AS d ON d.id = x.department_id")
	if departmentID != "" {
		q.Where("x.department_id = ?", departmentID)
	}
	if !sc.Any {
		if len(sc.Departments) == 0 {
			q.Where("1 = 0")
		} else {
			q.Where("x.department_id IN (?)", bun.List(sc.Departments))
		}
	}
	if err := q.Scan(ctx, &cells); err != nil {
		return Matrix{}, store.MapError(err, "matrix")
	}
	m := Matrix{Cells: map[[2]string]Cell{}}
	if m.Rows, err = gsbpm.Activities(); err != nil {
		return m, apperr.Wrap(err, "model")
	}
	seen, audited := map[string]bool{}, map[string]bool{}
	for _, c := range cells {
		key := [2]string{c.SubProcess, c.Clause}
		if old, ok := m.Cells[key]; !ok || worse(c, old) {
			m.Cells[key] = c
		}
		if audited[c.SubProcess] = true; !seen[c.Clause] {
			seen[c.Clause] = true
			m.Clauses = append(m.Clauses, c.Clause)
		}
	}
	m.Audited = len(audited)
	slices.SortFunc(m.Clauses, audit.CompareClauses)
	return m, nil
}

// order are the answers from the worst.
var order = []audit.Answer{audit.Nonconforms, audit.Observed, audit.Improvable, audit.Conforms, audit.Strong, audit.NotSampled, audit.NotApplicable}

func worse(a, b Cell) bool {
	return cmp.Or(cmp.Compare(slices.Index(order, a.Answer), slices.Index(order, b.Answer)), b.ReportedAt.Compare(a.ReportedAt)) < 0
}
