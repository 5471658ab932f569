package audit

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
)

// idByNumber turns an official number into an id; an id stays what it is. The
// table's name comes from the program.
func idByNumber(ctx context.Context, db bun.IDB, table, key string) (string, error) {
	if store.IsID(key) {
		return key, nil
	}
	var ids []string
	err := db.NewRaw("SELECT CAST(id AS TEXT) FROM ? WHERE number = ?", bun.Ident(table), key).Scan(ctx, &ids)
	if err == nil && len(ids) == 0 {
		return "", apperr.Missing(table)
	}
	if err != nil {
		return "", store.MapError(err, "number")
	}
	return ids[0], nil
}

// loadActRefs reads in one row what the act refers to.
func loadActRefs(ctx context.Context, db bun.IDB, v *ActView) error {
	var r struct {
		AuditNumber, AuditTitle, AuditKind, AuditState, RowNo, LeadID string
		CycleID, ProcessCode, TitleAZ, TitleEN, Period, CycleState    string
		ActivityAZ, ActivityEN                                        string
		StandardName, National, ClauseAZ, ClauseEN                    string
		RepeatNumber                                                  string
		FindingNo                                                     int
		Recommendation                                                string
	}
	text := func(column, as string) string { return "COALESCE(CAST(" + column + " AS TEXT), '') AS " + as }
	q := db.NewSelect().TableExpr("acts AS c")
	for _, c := range [][2]string{{"a.number", "audit_number"}, {"a.title", "audit_title"}, {"a.kind", "audit_kind"}, {"a.state", "audit_state"},
		{"w.no", "row_no"}, {"tm.user_id", "lead_id"}, {"y.id", "cycle_id"}, {"p.code", "process_code"}, {"p.title_az", "title_az"}, {"p.title_en", "title_en"},
		{"y.period", "period"}, {"y.state", "cycle_state"}, {"v.name_az", "activity_az"}, {"v.name_en", "activity_en"}, {"st.name", "standard_name"},
		{"st.national_adoption", "national"}, {"sc.title_az", "clause_az"}, {"sc.title_en", "clause_en"}, {"rp.number", "repeat_number"},
		{"f.recommendation", "recommendation"}} {
		q.ColumnExpr(text(c[0], c[1]))
	}
	err := q.ColumnExpr("COALESCE(f.no, 0) AS finding_no").
		Join("LEFT JOIN audits AS a ON a.id = c.audit_id").
		Join("LEFT JOIN findings AS f ON f.id = c.finding_id").
		Join("LEFT JOIN audit_rows AS w ON w.id = f.row_id").
		Join("LEFT JOIN audit_team AS tm ON tm.audit_id = c.audit_id AND tm.role = 'lead'").
		Join("LEFT JOIN cycles AS y ON y.id = c.cycle_id").
		Join("LEFT JOIN processes AS p ON p.id = y.process_id").
		Join("LEFT JOIN activities AS v ON v.version_id = y.version_id AND v.code = c.gsbpm").
		Join("LEFT JOIN standards AS st ON st.code = c.standard AND st.edition = c.edition").
		Join("LEFT JOIN standard_clauses AS sc ON sc.standard = c.standard AND sc.edition = c.edition AND sc.number = c.clause").
		Join("LEFT JOIN acts AS rp ON rp.id = c.repeat_of").
		Where("c.id = ?", v.ID).Scan(ctx, &r)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return store.MapError(err, "act refs")
	}
	if v.AuditID != "" {
		v.Audit = AuditRef{ID: v.AuditID, Number: r.AuditNumber, Title: r.AuditTitle, Kind: Kind(r.AuditKind), State: State(r.AuditState), RowNo: r.RowNo}
	}
	v.Cycle = CycleRef{ID: r.CycleID, ProcessCode: r.ProcessCode, TitleAZ: r.TitleAZ, TitleEN: r.TitleEN, Period: r.Period, State: r.CycleState}
	v.ActivityAZ, v.ActivityEN = r.ActivityAZ, r.ActivityEN
	v.StandardName = Standard{Code: v.Standard, Edition: v.Edition, Name: r.StandardName, NationalAdoption: r.National}
	v.ClauseName = Clause{Standard: v.Standard, Edition: v.Edition, Number: v.Clause, TitleAZ: r.ClauseAZ, TitleEN: r.ClauseEN}
	v.Finding = Finding{ID: v.FindingID, No: r.FindingNo, Recommendation: r.Recommendation}
	v.Repeats = ActRef{ID: v.RepeatOf, Number: r.RepeatNumber}
	v.Lead.ID = r.LeadID
	return nil
}

// loadActParts reads department, causes, actions with files, events and
// addenda.
func loadActParts(ctx context.Context, db bun.IDB, v *ActView) error {
	departments, err := office.DepartmentsByID(ctx, db, []string{v.DepartmentID})
	if err != nil {
		return err
	}
	v.Department = departments[v.DepartmentID]
	if err := db.NewSelect().Model(&v.Causes).Where("ca.act_id = ?", v.ID).Order("ca.position").Scan(ctx); err != nil {
		return store.MapError(err, "causes")
	}
	var actions []Action
	if err := db.NewSelect().Model(&actions).Where("ac.act_id = ?", v.ID).Order("ac.no").Scan(ctx); err != nil {
		return store.MapError(err, "actions")
	}
	files, err := filesOfActions(ctx, db, v.ID)
	if err != nil {
		return err
	}
	for _, a := range actions {
		v.Actions = append(v.Actions, ActionView{Action: a, Files: files[a.ID]})
	}
	if err := db.NewSelect().Model(&v.Events).Where("e.act_id = ?", v.ID).Order("e.seq DESC").Scan(ctx); err != nil {
		return store.MapError(err, "events")
	}
	err = db.NewSelect().Model(&v.Addenda).Where("ad.act_id = ?", v.ID).Order("ad.no").Scan(ctx)
	return store.MapError(err, "addenda")
}

func filesOfActions(ctx context.Context, db bun.IDB, actID string) (map[string][]kis.File, error) {
	var rows []struct {
		ActionID string   `bun:"action_id"`
		F        kis.File `bun:"embed:"`
	}
	err := db.NewSelect().TableExpr("action_files AS l").
		ColumnExpr("l.action_id, f.id, f.name, f.size, f.sha256, f.content_type, f.added_by, f.added_at").
		Join("JOIN corrective_actions AS ac ON ac.id = l.action_id").Join("JOIN files AS f ON f.id = l.file_id").
		Where("ac.act_id = ?", actID).Order("l.action_id", "l.position").Scan(ctx, &rows)
	out := map[string][]kis.File{}
	for _, r := range rows {
		out[r.ActionID] = append(out[r.ActionID], r.F)
	}
	return out, store.MapError(err, "files of actions")
}

// fileOfAct says whether a file belongs to an action of the act.
func fileOfAct(ctx context.Context, db bun.IDB, actID, fileID string) (bool, error) {
	if !store.IsID(fileID) {
		return false, nil
	}
	var n int
	err := db.NewRaw("SELECT COUNT(*) FROM action_files l JOIN corrective_actions ac ON ac.id = l.action_id WHERE ac.act_id = ? AND l.file_id = ?",
		actID, fileID).Scan(ctx, &n)
	return n > 0, store.MapError(err, "file of act")
}
