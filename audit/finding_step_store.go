package audit

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// seenFinding reads a finding that the actor may see: whoever sees the working
// papers all of them, a department its own once they were shown.
func (s *Service) seenFinding(ctx context.Context, db bun.IDB, id string) (Finding, error) {
	f, err := findingByID(ctx, db, id)
	if err != nil {
		return f, err
	}
	if _, err := s.seenAudit(ctx, db, f.AuditID); err != nil {
		if apperr.Is(err, apperr.NotFound) {
			err = apperr.Missing(kindFinding)
		}
		return f, err
	}
	sc, err := office.Allowed(ctx, policies.AuditRead)
	if err != nil || sc.Any || sc.Object(kindAudit, f.AuditID) {
		return f, err
	}
	if !sc.Department(f.DepartmentID) || !f.State.Shown() {
		return Finding{}, apperr.Missing(kindFinding)
	}
	return f, nil
}

func findingByID(ctx context.Context, db bun.IDB, id string) (Finding, error) {
	var f Finding
	if !store.IsID(id) {
		return f, apperr.Missing(kindFinding)
	}
	err := db.NewSelect().Model(&f).Where("f.id = ?", id).Scan(ctx)
	return f, store.MapError(err, kindFinding)
}

func actByID(ctx context.Context, db bun.IDB, id string) (Act, error) {
	var a Act
	err := db.NewSelect().Model(&a).Where("c.id = ?", id).Scan(ctx)
	return a, store.MapError(err, kindAct)
}

// findingRows reads the findings of an audit in order.
func findingRows(ctx context.Context, db bun.IDB, auditID string) ([]Finding, error) {
	var out []Finding
	err := db.NewSelect().Model(&out).Where("f.audit_id = ?", auditID).Order("f.no").Scan(ctx)
	return out, store.MapError(err, "findings")
}

// actOfFinding gives the id of the act a finding made, "" for none.
func actOfFinding(ctx context.Context, db bun.IDB, findingID string) (string, error) {
	var ids []string
	err := db.NewRaw("SELECT CAST(id AS TEXT) FROM acts WHERE finding_id = ?", findingID).Scan(ctx, &ids)
	if err != nil || len(ids) == 0 {
		return "", store.MapError(err, "act of finding")
	}
	return ids[0], nil
}

func hasIssuedAct(ctx context.Context, db bun.IDB, findingID string) (bool, error) {
	return exists(ctx, db, "SELECT COUNT(*) FROM acts WHERE finding_id = ? AND issued_at IS NOT NULL AND state <> ?", findingID, ActWithdrawn)
}

// updateFinding changes columns of a finding while it is in the state that was
// read.
func updateFinding(ctx context.Context, tx *store.Tx, f Finding, from FindingState, columns ...string) error {
	f.SearchKey = findingSearchKey(f)
	n, err := store.Affected(tx.NewUpdate().Model(&f).Column(append(columns, "search_key", "version")...).
		Where("id = ? AND state = ?", f.ID, from).Exec(ctx))
	return store.Moved(n, err, kindFinding, string(from))
}

// addFindingEvent appends to the history of a finding whose row is locked.
func addFindingEvent(ctx context.Context, tx *store.Tx, e FindingEvent) error {
	if err := tx.NewRaw("SELECT COALESCE(MAX(seq), 0) + 1 FROM finding_events WHERE finding_id = ?", e.FindingID).Scan(ctx, &e.Seq); err != nil {
		return store.MapError(err, "next event")
	}
	e.ID, e.At, e.ActorID, e.Actor = store.NewID(), tx.Now, tx.Actor.UserID, tx.Actor.Name
	_, err := tx.NewInsert().Model(&e).Exec(ctx)
	return store.MapError(err, "insert event")
}

// unheard counts the findings that keep an audit from being reported: those
// the department has not been shown, and those on which its term still runs,
// with the last day of it.
func unheard(ctx context.Context, db bun.IDB, auditID string, today day.Day) (drafts, waiting int, last day.Day, err error) {
	err = db.NewRaw(`SELECT COUNT(*) FILTER (WHERE f.state = ?1), COUNT(*) FILTER (WHERE f.state = ?2 AND f.view_due >= ?3 AND c.issued_at IS NULL),
		COALESCE(MAX(CASE WHEN f.state = ?2 AND c.issued_at IS NULL THEN f.view_due END), '')
		FROM findings f LEFT JOIN acts c ON c.finding_id = f.id AND c.state <> ?4 WHERE f.audit_id = ?0`,
		auditID, FindingDraft, FindingShared, today, ActWithdrawn).Scan(ctx, &drafts, &waiting, &last)
	return drafts, waiting, last, store.MapError(err, "unheard findings")
}

// keepResults keeps what a reported audit found, by sub-process and clause:
// the worst answer of its rows. A department that was audited again gets the
// newer result.
func keepResults(ctx context.Context, tx *store.Tx, a Audit) error {
	list, err := resultsOf(ctx, tx, a.ID)
	if err != nil || len(list) == 0 {
		return err
	}
	for i := range list {
		list[i].ReportedAt = a.ReportedAt
	}
	_, err = tx.NewInsert().Model(&list).On("CONFLICT (department_id, sub_process, clause) DO UPDATE").
		Set("answer = EXCLUDED.answer, rows = EXCLUDED.rows, audit_id = EXCLUDED.audit_id, reported_at = EXCLUDED.reported_at").Exec(ctx)
	return store.MapError(err, "results of report")
}

// resultsOf works out the results of reported audits: of one of them, or of
// all when the id is empty. It takes one query.
func resultsOf(ctx context.Context, db bun.IDB, auditID string) ([]auditResult, error) {
	q := db.NewSelect().TableExpr("audit_rows AS r").
		ColumnExpr("r.audit_id, d.department_id, r.gsbpm AS sub_process, r.clause, r.answer, COUNT(*) AS rows, a.reported_at").
		Join("JOIN audits AS a ON a.id = r.audit_id").Join("JOIN audit_departments AS d ON d.audit_id = r.audit_id AND d.position = 0").
		Where("r.answer <> ?", Open).Group("r.audit_id", "d.department_id", "r.gsbpm", "r.clause", "r.answer", "a.reported_at")
	if auditID == "" {
		q = q.Where("a.reported_at IS NOT NULL")
	} else {
		q = q.Where("a.id = ?", auditID)
	}
	var found []auditResult
	if err := q.Scan(ctx, &found); err != nil {
		return nil, store.MapError(err, "rows of report")
	}
	type cell struct{ audit, code, clause string }
	at := map[cell]int{}
	var out []auditResult
	for _, r := range found {
		r.SubProcess, r.Clause = group(r.SubProcess), group(r.Clause)
		if r.SubProcess == "" || r.Clause == "" {
			continue
		}
		key := cell{r.AuditID, r.SubProcess, r.Clause}
		i, ok := at[key]
		if !ok {
			at[key] = len(out)
			out = append(out, r)
			continue
		}
		out[i].Rows += r.Rows
		if slices.Index(worst, r.Answer) < slices.Index(worst, out[i].Answer) {
			out[i].Answer = r.Answer
		}
	}
	return out, nil
}

// worst are the answers, the worst first: what a cell of the matrix shows.
var worst = []Answer{Nonconforms, Observed, Improvable, Conforms, Strong, NotSampled, NotApplicable}

type auditResult struct {
	bun.BaseModel `bun:"table:audit_results,alias:x"`

	DepartmentID string    `bun:"department_id,pk"`
	SubProcess   string    `bun:"sub_process,pk"`
	Clause       string    `bun:"clause,pk"`
	Answer       Answer    `bun:"answer"`
	Rows         int       `bun:"rows"`
	AuditID      string    `bun:"audit_id"`
	ReportedAt   time.Time `bun:"reported_at"`
}

// reportFindings takes every standing finding of an audit into its report.
func (s *Service) reportFindings(ctx context.Context, tx *store.Tx, auditID string) error {
	list, err := findingRows(ctx, tx, auditID)
	if err != nil {
		return err
	}
	for _, f := range list {
		if !f.State.Standing() {
			continue
		}
		if err := s.moveFinding(ctx, tx, f, "report", "", nil); err != nil {
			return err
		}
	}
	return nil
}
