package audit

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
)

// looked is one question of a row as far as coverage asks: which code and
// clause an audit of a year has looked at.
type looked struct {
	Year   int
	GSBPM  string `bun:"gsbpm"`
	Clause string
}

// lookedAt gives what audits that were reported have looked at: of one of
// them, or of all when the id is empty.
const lookedAt = `SELECT DISTINCT CAST(SUBSTR(a.planned_from, 1, 4) AS INTEGER) AS year, r.gsbpm, r.clause FROM audit_rows r JOIN audits a ON a.id = r.audit_id
	WHERE r.answer NOT IN ('open', 'not_sampled') AND `

// keepLooked keeps what an audit that is being reported has looked at. Its rows
// and its first day never change from then on.
func keepLooked(ctx context.Context, tx *store.Tx, a Audit) error {
	_, err := tx.NewRaw("INSERT INTO audit_looked (year, gsbpm, clause) "+lookedAt+"a.id = ? ON CONFLICT (year, gsbpm, clause) DO NOTHING", a.ID).Exec(ctx)
	return store.MapError(err, "what was looked at")
}

// verifyLooked compares what is kept with the rows of all reported audits.
func verifyLooked(ctx context.Context, db bun.IDB, report func(store.Fault)) error {
	const kept, found = "SELECT year, gsbpm, clause FROM audit_looked", lookedAt + "a.state IN ('reported', 'closed')"
	for _, q := range []string{kept + " EXCEPT " + found, found + " EXCEPT " + kept} {
		var rows []looked
		if err := db.NewRaw(q+" ORDER BY 1, 2, 3").Scan(ctx, &rows); err != nil {
			return store.MapError(err, "compare what was looked at")
		}
		for _, r := range rows {
			report(store.Fault{Where: "audit_looked", Key: "audit.verify.looked", Args: apperr.Pairs("year", r.Year, "code", r.GSBPM, "clause", r.Clause)})
		}
	}
	return nil
}

// verifyElsewhere compares whether actions are of another department than their
// act, by which other departments see it, with what it is worked out from.
func verifyElsewhere(ctx context.Context, db bun.IDB, report func(store.Fault)) error {
	var rows []struct{ ID, Number string }
	err := db.NewRaw(`SELECT c.id, c.number FROM acts c WHERE c.id IN (
		SELECT x.act_id FROM corrective_actions x JOIN acts a ON a.id = x.act_id WHERE x.elsewhere <> (x.department_id <> a.department_id)
		UNION SELECT x.act_id FROM action_owners x JOIN acts a ON a.id = x.act_id WHERE x.elsewhere <> (x.department_id <> a.department_id)) ORDER BY c.id`).Scan(ctx, &rows)
	for _, r := range rows {
		report(store.Fault{Where: "acts:" + r.ID, Key: "audit.verify.elsewhere", Args: apperr.Pairs("number", r.Number)})
	}
	return store.MapError(err, "departments of actions")
}

// verifyResults works out anew what the matrix shows and compares: of each
// cell of a department the result of the audit that was reported last.
func verifyResults(ctx context.Context, db bun.IDB, report func(store.Fault)) error {
	found, err := resultsOf(ctx, db, "")
	if err != nil {
		return err
	}
	slices.SortFunc(found, func(a, b auditResult) int { return a.ReportedAt.Compare(b.ReportedAt) })
	type cell struct{ department, code, clause string }
	want := map[cell][]auditResult{} // more than one where two were reported at the same moment
	for _, r := range found {
		at := cell{r.DepartmentID, r.SubProcess, r.Clause}
		if last := want[at]; len(last) > 0 && last[0].ReportedAt.Before(r.ReportedAt) {
			want[at] = nil
		}
		want[at] = append(want[at], r)
	}
	var kept []auditResult
	if err := db.NewSelect().Model(&kept).Scan(ctx); err != nil {
		return store.MapError(err, "results")
	}
	fault := func(r auditResult) {
		report(store.Fault{Where: "audit_results:" + r.AuditID, Key: "audit.verify.result", Args: apperr.Pairs("code", r.SubProcess, "clause", r.Clause)})
	}
	for _, r := range kept {
		at := cell{r.DepartmentID, r.SubProcess, r.Clause}
		if !slices.ContainsFunc(want[at], func(w auditResult) bool {
			return w.Answer == r.Answer && w.Rows == r.Rows && w.AuditID == r.AuditID && w.ReportedAt.Equal(r.ReportedAt)
		}) {
			fault(r)
		}
		delete(want, at)
	}
	for _, list := range want { // worked out and not kept
		fault(list[0])
	}
	return nil
}
