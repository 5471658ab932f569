package process

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
)

// MaxChoices is how many processes are offered to choose from.
const MaxChoices = 100

type ProcessRow struct {
	bun.BaseModel `bun:"table:processes,alias:p"`

	ID        string    `bun:"id,pk"`
	Code      string    `bun:"code"`
	TitleAZ   string    `bun:"title_az"`
	TitleEN   string    `bun:"title_en"`
	OwnerID   string    `bun:"owner_id"`
	SortKey   string    `bun:"sort_key"`
	CreatedAt time.Time `bun:"created_at"`
}

func (r ProcessRow) Ref() ProcessRef {
	return ProcessRef{ID: r.ID, Code: r.Code, TitleAZ: r.TitleAZ, TitleEN: r.TitleEN, OwnerID: r.OwnerID}
}

type versionRow struct {
	bun.BaseModel `bun:"table:process_versions,alias:v"`

	ID            string    `bun:"id,pk"`
	ProcessID     string    `bun:"process_id"`
	Number        int       `bun:"number"`
	EffectiveFrom day.Day   `bun:"effective_from"`
	SourceName    string    `bun:"source_name"`
	SourceSHA256  string    `bun:"source_sha256"`
	ContentSHA256 string    `bun:"content_sha256"`
	Format        string    `bun:"format"`
	CreatedBy     string    `bun:"created_by,nullzero"`
	CopiedFrom    string    `bun:"copied_from,nullzero"`
	CreatedAt     time.Time `bun:"created_at"`
}

func (r versionRow) version() ProcessVersion {
	return ProcessVersion{ID: r.ID, Number: r.Number, EffectiveFrom: r.EffectiveFrom,
		SourceName: r.SourceName, SourceSHA256: r.SourceSHA256, Format: r.Format, CopiedFrom: r.CopiedFrom, CreatedAt: r.CreatedAt}
}

type ActivityRow struct {
	bun.BaseModel `bun:"table:activities,alias:a"`

	ID         string `bun:"id,pk"`
	VersionID  string `bun:"version_id"`
	ParentID   string `bun:"parent_id,nullzero"`
	Code       string `bun:"code"`
	Level      Level  `bun:"level"`
	Phase      string `bun:"phase"`
	Position   int    `bun:"position"`
	NameAZ     string `bun:"name_az"`
	NameEN     string `bun:"name_en"`
	WorkAZ     string `bun:"work_az"`
	Applicable bool   `bun:"applicable"`
	SearchKey  string `bun:"search_key"`
}

type InputRow struct {
	bun.BaseModel `bun:"table:activity_inputs,alias:i"`

	ActivityID string `bun:"activity_id,pk"`
	Position   int    `bun:"position,pk"`
	NameAZ     string `bun:"name_az"`
}

type activityDepartmentRow struct {
	bun.BaseModel `bun:"table:activity_departments,alias:ad"`

	ActivityID   string `bun:"activity_id,pk"`
	DepartmentID string `bun:"department_id,pk"`
	Position     int    `bun:"position"`
	Supplier     bool   `bun:"supplier"`
	Responsible  bool   `bun:"responsible"`
}

type OutputRow struct {
	bun.BaseModel `bun:"table:outputs,alias:o"`

	ID         string `bun:"id,pk"`
	ActivityID string `bun:"activity_id"`
	Position   int    `bun:"position"`
	NameAZ     string `bun:"name_az"`
}

type gateRow struct {
	bun.BaseModel `bun:"table:process_gates,alias:g"`

	VersionID   string `bun:"version_id,pk"`
	Phase       string `bun:"phase,pk"`
	StatementAZ string `bun:"statement_az"`
	StatementEN string `bun:"statement_en"`
}

// FindProcess gives the process of a code or id, nil when there is none.
func FindProcess(ctx context.Context, db bun.IDB, idOrCode string) (*ProcessRow, error) {
	var r ProcessRow
	column := "p.code"
	if store.IsID(idOrCode) {
		column = "p.id"
	}
	err := db.NewSelect().Model(&r).Where("? = ?", bun.Safe(column), idOrCode).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &r, store.MapError(err, "find process")
}

// LatestVersion gives the newest version of a process that is in force on a
// day; any day when on is empty; nil when there is none.
func LatestVersion(ctx context.Context, db bun.IDB, processID string, on day.Day) (*versionRow, error) {
	var r versionRow
	q := db.NewSelect().Model(&r).Where("v.process_id = ?", processID).OrderExpr("v.number DESC").Limit(1)
	if on != "" {
		q.Where("v.effective_from <= ?", on)
	}
	err := q.Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &r, store.MapError(err, "latest version")
}

func listProcesses(ctx context.Context, db bun.IDB) ([]ProcessSummary, error) {
	var rows []struct {
		ProcessRow
		OwnerCode     string
		OwnerNameAZ   string `bun:"owner_name_az"`
		OwnerNameEN   string `bun:"owner_name_en"`
		Number        int
		EffectiveFrom day.Day
		Tasks, Cycles int
	}
	err := db.NewRaw(`SELECT p.*, d.code AS owner_code, d.name_az AS owner_name_az, d.name_en AS owner_name_en, v.number, v.effective_from,
		(SELECT COUNT(*) FROM activities a WHERE a.version_id = v.id AND a.level = 'task' AND a.applicable) AS tasks,
		(SELECT COUNT(*) FROM cycles c WHERE c.process_id = p.id) AS cycles
		FROM processes p JOIN departments d ON d.id = p.owner_id
		JOIN process_versions v ON v.process_id = p.id AND v.number = (SELECT MAX(n.number) FROM process_versions n WHERE n.process_id = p.id)
		ORDER BY p.sort_key, p.id`).Scan(ctx, &rows)
	if err != nil {
		return nil, store.MapError(err, "list processes")
	}
	var latest []struct{ ID, ProcessID, Period string }
	err = db.NewRaw(`SELECT c.id, c.process_id, c.period FROM cycles c
		WHERE c.period = (SELECT MAX(m.period) FROM cycles m WHERE m.process_id = c.process_id)`).Scan(ctx, &latest)
	if err != nil {
		return nil, store.MapError(err, "latest cycles")
	}
	newest := make(map[string]int, len(latest)) // by process, into latest
	for i, c := range latest {
		newest[c.ProcessID] = i
	}
	out := make([]ProcessSummary, 0, len(rows))
	for _, r := range rows {
		p := ProcessSummary{ProcessRef: r.Ref(), Version: r.Number, EffectiveFrom: r.EffectiveFrom, Tasks: r.Tasks, Cycles: r.Cycles,
			Owner: office.Department{ID: r.OwnerID, Code: r.OwnerCode, NameAZ: r.OwnerNameAZ, NameEN: r.OwnerNameEN, Kind: office.Internal}}
		if i, ok := newest[r.ID]; ok {
			p.LatestCycleID, p.LatestCycleFor = latest[i].ID, latest[i].Period
		}
		out = append(out, p)
	}
	return out, nil
}

func loadProcess(ctx context.Context, db bun.IDB, idOrCode string, number int) (ProcessPage, error) {
	p, err := FindProcess(ctx, db, idOrCode)
	if err != nil {
		return ProcessPage{}, err
	}
	if p == nil {
		return ProcessPage{}, apperr.Missing("process")
	}
	page := ProcessPage{ProcessRef: p.Ref()}
	if page.Versions, err = listVersions(ctx, db, p.ID); err != nil {
		return ProcessPage{}, err
	}
	for i, v := range page.Versions {
		if v.Number == number || (number == 0 && i == 0) {
			page.Version = v
		}
	}
	if page.Version.ID == "" {
		return ProcessPage{}, apperr.Missing("process")
	}
	owners, err := office.DepartmentsByID(ctx, db, []string{p.OwnerID})
	if err != nil {
		return ProcessPage{}, err
	}
	page.Owner = owners[p.OwnerID]
	if page.Activities, err = loadActivities(ctx, db, page.Version.ID); err != nil {
		return ProcessPage{}, err
	}
	var gates []gateRow
	if err := db.NewSelect().Model(&gates).Where("g.version_id = ?", page.Version.ID).OrderExpr("g.phase").Scan(ctx); err != nil {
		return ProcessPage{}, store.MapError(err, "gates")
	}
	for _, g := range gates {
		page.Gates = append(page.Gates, ProcessGate{Phase: g.Phase, StatementAZ: g.StatementAZ, StatementEN: g.StatementEN})
	}
	return page, nil
}

// listVersions lists the versions of a process, newest first.
func listVersions(ctx context.Context, db bun.IDB, processID string) ([]ProcessVersion, error) {
	var rows []struct {
		versionRow
		Author string
	}
	err := db.NewSelect().Model(&rows).ModelTableExpr("process_versions AS v").ColumnExpr("v.*").ColumnExpr("COALESCE(u.name, '') AS author").
		Join("LEFT JOIN users AS u ON u.id = v.created_by").Where("v.process_id = ?", processID).OrderExpr("v.number DESC").Scan(ctx)
	if err != nil {
		return nil, store.MapError(err, "versions")
	}
	out := make([]ProcessVersion, len(rows))
	for i, r := range rows {
		out[i] = r.version()
		out[i].CreatedBy = r.Author
	}
	return out, nil
}

// loadActivities reads all rows of a version with their lists, in five queries.
func loadActivities(ctx context.Context, db bun.IDB, versionID string) ([]Activity, error) {
	var rows []ActivityRow
	if err := db.NewSelect().Model(&rows).Where("a.version_id = ?", versionID).OrderExpr("a.position").Scan(ctx); err != nil {
		return nil, store.MapError(err, "activities")
	}
	out := make([]Activity, len(rows))
	at := make(map[string]*Activity, len(rows))
	for i, r := range rows {
		out[i] = Activity{ID: r.ID, ParentID: r.ParentID, Code: r.Code, Level: r.Level, Phase: r.Phase,
			NameAZ: r.NameAZ, NameEN: r.NameEN, WorkAZ: r.WorkAZ, Applicable: r.Applicable}
		at[r.ID] = &out[i]
	}
	var items []struct {
		ActivityID string
		NameAZ     string `bun:"name_az"`
	}
	for _, table := range []string{"activity_inputs", "outputs"} {
		items = nil
		err := db.NewRaw(`SELECT t.activity_id, t.name_az FROM ? AS t JOIN activities a ON a.id = t.activity_id
			WHERE a.version_id = ? ORDER BY t.activity_id, t.position`, bun.Ident(table), versionID).Scan(ctx, &items)
		if err != nil {
			return nil, store.MapError(err, table)
		}
		for _, it := range items {
			a := at[it.ActivityID]
			if table == "outputs" {
				a.Outputs = append(a.Outputs, it.NameAZ)
			} else {
				a.Inputs = append(a.Inputs, it.NameAZ)
			}
		}
	}
	deps, err := ActivityDepartments(ctx, db, versionID, "")
	if err != nil {
		return nil, err
	}
	named, err := namedSuppliers(ctx, db, versionID)
	if err != nil {
		return nil, err
	}
	for id, list := range named {
		at[id].Named = list
	}
	for _, d := range deps {
		a := at[d.ActivityID]
		if d.Supplier {
			a.Suppliers = append(a.Suppliers, d.Department)
		}
		if d.Responsible {
			a.Responsible = append(a.Responsible, d.Department)
			a.OwnerStandsInFor = a.OwnerStandsInFor || !d.Supplier
		}
	}
	return out, nil
}

// ActivityDepartment is a supplier or responsible department of an activity.
type ActivityDepartment struct {
	ActivityID            string
	Code                  string // of the activity
	Supplier, Responsible bool
	Department            office.Department
}

// ActivityDepartments reads the departments of a version's activities, or of
// one activity only, in the printed order.
func ActivityDepartments(ctx context.Context, db bun.IDB, versionID, activityID string) ([]ActivityDepartment, error) {
	var rows []struct {
		ActivityID, ActivityCode string
		Supplier, Responsible    bool
		ID, Code                 string
		NameAZ                   string `bun:"name_az"`
		NameEN                   string `bun:"name_en"`
		Kind                     office.DepartmentKind
	}
	q := db.NewSelect().TableExpr("activity_departments AS ad").
		ColumnExpr("ad.activity_id, a.code AS activity_code, ad.supplier, ad.responsible, d.id, d.code, d.name_az, d.name_en, d.kind").
		Join("JOIN activities AS a ON a.id = ad.activity_id").
		Join("JOIN departments AS d ON d.id = ad.department_id").
		Where("a.version_id = ?", versionID).OrderExpr("ad.activity_id, ad.position, d.code")
	if activityID != "" {
		q.Where("ad.activity_id = ?", activityID)
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, store.MapError(err, "activity departments")
	}
	out := make([]ActivityDepartment, len(rows))
	for i, r := range rows {
		out[i] = ActivityDepartment{r.ActivityID, r.ActivityCode, r.Supplier, r.Responsible,
			office.Department{ID: r.ID, Code: r.Code, NameAZ: r.NameAZ, NameEN: r.NameEN, Kind: r.Kind}}
	}
	return out, nil
}

// ProcessChoices lists the processes by title; none when there are more than
// MaxChoices.
func ProcessChoices(ctx context.Context, db bun.IDB) ([]ProcessRef, error) {
	var rows []ProcessRow
	some := db.NewSelect().TableExpr("processes AS x").ColumnExpr("1 AS one").Limit(MaxChoices + 1)
	err := db.NewSelect().Model(&rows).Where("(SELECT COUNT(*) FROM (?) AS c) <= ?", some, MaxChoices).OrderExpr("p.sort_key, p.id").Scan(ctx)
	out := make([]ProcessRef, len(rows))
	for i, r := range rows {
		out[i] = r.Ref()
	}
	return out, store.MapError(err, "processes to choose from")
}
