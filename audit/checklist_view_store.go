package audit

import (
	"context"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
)

// checklistPage reads one page of rows, by position, and counts the rest.
func checklistPage(ctx context.Context, db bun.IDB, auditID string, f RowFilter, after int) (Checklist, error) {
	narrow := func(q *bun.SelectQuery) *bun.SelectQuery {
		q.Where("r.audit_id = ?", auditID)
		if f.Phase != "" {
			q.Where("SUBSTR(r.gsbpm, 1, 1) = ?", f.Phase)
		}
		if f.Answer != "" {
			q.Where("r.answer = ?", f.Answer)
		}
		if store.IsID(f.Answerer) {
			q.Where("r.answered_by = ?", f.Answerer)
		}
		if f.Again {
			q.Where("r.last_finding_id IS NOT NULL")
		}
		return q
	}
	var rows []struct {
		R        Row `bun:"embed:"`
		Standard string
		Evidence int
		Photos   int
		By       string
	}
	err := narrow(db.NewSelect().TableExpr("audit_rows AS r")).ColumnExpr("r.*").
		ColumnExpr("st.name AS standard, COALESCE(u.name, '') AS by").
		ColumnExpr("(SELECT COUNT(*) FROM row_evidence e WHERE e.row_id = r.id) AS evidence").
		ColumnExpr("(SELECT COUNT(*) FROM row_files e WHERE e.row_id = r.id) AS photos").
		Join("JOIN checklist_templates AS t ON t.id = r.template_id").
		Join("JOIN standards AS st ON st.code = t.standard AND st.edition = t.edition").
		Join("LEFT JOIN users AS u ON u.id = r.answered_by").
		Where("r.position > ?", after).Order("r.position").Limit(int64(f.Limit+1)).Scan(ctx, &rows)
	if err != nil {
		return Checklist{}, store.MapError(err, "checklist")
	}
	total, err := narrow(db.NewSelect().TableExpr("audit_rows AS r")).Count(ctx)
	page := Checklist{Total: int(total)}
	for i, r := range rows {
		if i == f.Limit {
			page.Next = strconv.Itoa(rows[i-1].R.Position)
			break
		}
		page.Rows = append(page.Rows, RowView{Row: r.R, Standard: r.Standard, Evidence: r.Evidence, Photos: r.Photos, By: r.By})
	}
	return page, store.MapError(err, "count checklist")
}

// loadPanel resolves the names of a row and the outputs that are missing.
func loadPanel(ctx context.Context, db bun.IDB, p *RowPanel, sc scope) error {
	var head struct {
		Standard, Code, Edition, ClauseAZ, ClauseEN, By, ActivityAZ, ActivityEN string
	}
	cycle := ""
	if len(sc.Cycles) > 0 {
		cycle = sc.Cycles[0]
	}
	err := db.NewSelect().TableExpr("audit_rows AS r").
		ColumnExpr("st.name AS standard, st.code, st.edition, COALESCE(sc.title_az, '') AS clause_az, COALESCE(sc.title_en, '') AS clause_en").
		ColumnExpr("COALESCE(u.name, '') AS by, COALESCE(v.name_az, '') AS activity_az, COALESCE(v.name_en, '') AS activity_en").
		Join("JOIN checklist_templates AS t ON t.id = r.template_id").
		Join("JOIN standards AS st ON st.code = t.standard AND st.edition = t.edition").
		Join("LEFT JOIN standard_clauses AS sc ON sc.standard = st.code AND sc.edition = st.edition AND sc.number = r.clause").
		Join("LEFT JOIN users AS u ON u.id = r.answered_by").
		Join("LEFT JOIN cycles AS y ON y.id = ?", bun.NullZero(cycle)).
		Join("LEFT JOIN activities AS v ON v.version_id = y.version_id AND v.code = r.gsbpm").
		Where("r.id = ?", p.ID).Scan(ctx, &head)
	if err != nil {
		return store.MapError(err, "row names")
	}
	p.Standard, p.By, p.ActivityAZ, p.ActivityEN = head.Standard, head.By, head.ActivityAZ, head.ActivityEN
	p.ClauseName = Clause{Standard: head.Code, Edition: head.Edition, Number: p.Clause, TitleAZ: head.ClauseAZ, TitleEN: head.ClauseEN}
	p.Missing, err = missingOutputs(ctx, db, sc, p.GSBPM)
	return err
}

// maxOffered bounds the evidence and gaps shown beside a row.
const maxOffered = 30

// underCode narrows a query over activities AS v to a code and what lies
// under it.
func underCode(q *bun.SelectQuery, code string) *bun.SelectQuery {
	if code == "" {
		return q.Where("1 = 0")
	}
	return q.Where("(v.code = ? OR v.code LIKE ?)", code, code+".%")
}

// offeredEvidence lists the submissions of the audited cycles under a code
// that were not withdrawn or replaced, newest first.
func offeredEvidence(ctx context.Context, db bun.IDB, sc scope, code string) ([]string, error) {
	if len(sc.Cycles) == 0 {
		return nil, nil
	}
	var ids []string
	q := db.NewSelect().TableExpr("submissions AS s").ColumnExpr("s.id").
		Where("s.cycle_id IN (?)", bun.List(sc.Cycles)).Where("s.state IN ('submitted', 'accepted', 'returned')").
		Join("JOIN activities AS v ON v.id = s.activity_id").
		OrderExpr("s.received_at DESC, s.id DESC").Limit(maxOffered)
	err := underCode(q, code).Scan(ctx, &ids)
	return ids, store.MapError(err, "offered evidence")
}

// missingOutputs lists the outputs under a code for which no evidence was
// accepted or is waiting.
func missingOutputs(ctx context.Context, db bun.IDB, sc scope, code string) ([]MissingOutput, error) {
	if len(sc.Cycles) == 0 {
		return nil, nil
	}
	var rows []struct {
		Code, Name, Department string
		Due                    day.Day
	}
	q := db.NewSelect().TableExpr("cycles AS y").
		ColumnExpr("v.code, o.name_az AS name, ph.due, COALESCE((SELECT MIN(d.code) FROM activity_departments x JOIN departments d ON d.id = x.department_id WHERE x.activity_id = v.id AND x.responsible), '') AS department").
		Join("JOIN activities AS v ON v.version_id = y.version_id").Join("JOIN outputs AS o ON o.activity_id = v.id").
		Join("JOIN cycle_phases AS ph ON ph.cycle_id = y.id AND ph.phase = v.phase").
		Where("y.id IN (?)", bun.List(sc.Cycles)).Where("v.level = 'task' AND v.applicable").
		Where("NOT EXISTS (SELECT 1 FROM submission_outputs l JOIN submissions s ON s.id = l.submission_id WHERE l.output_id = o.id AND s.cycle_id = y.id AND s.state IN ('submitted', 'accepted'))").
		OrderExpr("v.position, o.position").Limit(maxOffered)
	err := underCode(q, code).Scan(ctx, &rows)
	var out []MissingOutput
	for _, r := range rows {
		out = append(out, MissingOutput{Code: r.Code, Name: r.Name, Due: r.Due, Department: r.Department})
	}
	return out, store.MapError(err, "missing outputs")
}
