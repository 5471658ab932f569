package audit

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
)

func templatesByID(ctx context.Context, db bun.IDB, ids []string) ([]Template, error) {
	var ts []Template
	err := db.NewSelect().Model(&ts).Where("t.id IN (?)", bun.List(ids)).Order("t.code", "t.version").Scan(ctx)
	return ts, store.MapError(err, "templates")
}

// processParts says what the audited processes have under each code.
type processParts struct {
	known    bool            // there are cycles in the scope
	missing  map[string]bool // codes that no audited process has: "Mövcud deyil" in each
	involved map[string]bool // codes in which an audited department takes part, with those above them
}

// partsOf reads the activities of the versions that the audited cycles run on.
func partsOf(ctx context.Context, db bun.IDB, sc scope) (processParts, error) {
	p := processParts{missing: map[string]bool{}, involved: map[string]bool{}}
	if len(sc.Cycles) == 0 {
		return p, nil
	}
	var rows []struct {
		Code       string
		Applicable bool
		Mine       int
	}
	err := db.NewSelect().TableExpr("activities AS v").ColumnExpr("v.code, v.applicable").
		ColumnExpr("(SELECT COUNT(*) FROM activity_departments x WHERE x.activity_id = v.id AND x.department_id IN (?)) AS mine", bun.List(sc.Departments)).
		Where("v.version_id IN (SELECT y.version_id FROM cycles y WHERE y.id IN (?))", bun.List(sc.Cycles)).Scan(ctx, &rows)
	if err != nil {
		return p, store.MapError(err, "parts of process")
	}
	p.known = true
	var there []string
	for _, r := range rows {
		if r.Applicable {
			there = append(there, r.Code)
		} else {
			p.missing[r.Code] = true
		}
		if r.Mine > 0 {
			for code := r.Code; code != ""; code = parentCode(code) {
				p.involved[code] = true
			}
		}
	}
	for _, code := range there { // one process that has it is enough
		delete(p.missing, code)
	}
	return p, nil
}

// parentCode is the code above: 4.4 of 4.4.2, "" of a phase.
func parentCode(code string) string {
	for i := len(code) - 1; i >= 0; i-- {
		if code[i] == '.' {
			return code[:i]
		}
	}
	return ""
}

// lastFindings reads what the last reported audit found that has a department
// and a code in common with a scope; strengths are left out. The number of the
// audit comes with it, "" when there was none.
func lastFindings(ctx context.Context, db bun.IDB, auditID string, sc scope) (string, []LastFinding, error) {
	if len(sc.Departments) == 0 {
		return "", nil, nil
	}
	var before []struct {
		ID, Number, Codes string
	}
	q := db.NewSelect().TableExpr("audits AS a").ColumnExpr("a.id, a.number").
		Where("a.state IN (?)", bun.List([]State{Reported, Closed})).
		Where("EXISTS (SELECT 1 FROM audit_departments x WHERE x.audit_id = a.id AND x.department_id IN (?))", bun.List(sc.Departments))
	if auditID != "" {
		q.Where("a.id <> ?", auditID)
	}
	if len(sc.Codes) > 0 {
		q.Where("(NOT EXISTS (SELECT 1 FROM audit_codes c WHERE c.audit_id = a.id) OR EXISTS (SELECT 1 FROM audit_codes c WHERE c.audit_id = a.id AND SUBSTR(c.code, 1, 1) IN (?)))",
			bun.List(phasesOf(sc.Codes)))
	}
	if err := q.OrderExpr("a.reported_at DESC, a.id DESC").Limit(1).Scan(ctx, &before); err != nil || len(before) == 0 {
		return "", nil, store.MapError(err, "last audit")
	}
	last := before[0]
	var out []LastFinding
	err := db.NewSelect().TableExpr("findings AS f").ColumnExpr("f.id, ? AS audit, f.no, f.grade, f.clause, f.gsbpm, f.statement", last.Number).
		Where("f.audit_id = ?", last.ID).Where("f.grade <> ?", Strength).
		Where("NOT EXISTS (SELECT 1 FROM acts c WHERE c.finding_id = f.id AND c.state = ?)", ActWithdrawn).Order("f.no").Scan(ctx, &out)
	return last.Number, out, store.MapError(err, "last findings")
}

// findingsByID reads what the last audits found, for the rows that point to
// it.
func findingsByID(ctx context.Context, db bun.IDB, ids []string) (map[string]LastFinding, error) {
	out := map[string]LastFinding{}
	if len(ids) == 0 {
		return out, nil
	}
	var list []LastFinding
	err := db.NewSelect().TableExpr("findings AS f").ColumnExpr("f.id, a.number AS audit, f.no, f.grade, f.clause, f.gsbpm, f.statement").
		Join("JOIN audits AS a ON a.id = f.audit_id").Where("f.id IN (?)", bun.List(ids)).Scan(ctx, &list)
	for _, f := range list {
		out[f.ID] = f
	}
	return out, store.MapError(err, "findings of rows")
}

// phasesOf are the phases of codes, each once.
func phasesOf(codes []string) (out []string) {
	for _, c := range codes {
		if c != "" && !slices.Contains(out, c[:1]) {
			out = append(out, c[:1])
		}
	}
	return out
}
