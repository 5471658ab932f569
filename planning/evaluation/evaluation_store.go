package evaluation

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
)

func insertEvaluation(ctx context.Context, tx *store.Tx, e *Evaluation) error {
	_, err := tx.NewInsert().Model(e).Exec(ctx)
	return store.MapError(err, "insert evaluation")
}

func evaluationsOf(ctx context.Context, db bun.IDB, cycleID string) (n int, err error) {
	err = db.NewRaw(`SELECT COUNT(*) FROM evaluations WHERE cycle_id = ?`, cycleID).Scan(ctx, &n)
	return n, store.MapError(err, "evaluations of a cycle")
}

// lockEvaluation holds an evaluation until the unit of work ends.
func lockEvaluation(ctx context.Context, tx *store.Tx, id string) (Evaluation, error) {
	var e Evaluation
	if !store.IsID(id) {
		return e, apperr.Missing(Kind)
	}
	err := store.Lock(tx.NewSelect().Model(&e).ColumnExpr("e.*").Where("e.id = ?", id)).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return e, apperr.Missing(Kind)
	}
	if err == nil {
		err = tx.Seen(ctx, Kind, id)
	}
	return e, store.MapError(err, "lock evaluation")
}

// setEvaluation stores a locked draft and moves it to a state.
func setEvaluation(ctx context.Context, tx *store.Tx, e Evaluation, to State) error {
	from := e.State
	e.State = to
	e.Version++
	n, err := store.Affected(tx.NewUpdate().Model(&e).
		Column("state", "next_phase", "next_reason", "conclusion", "finished_by", "finished_name", "finished_at", "version").
		Where("id = ? AND state = ? AND version = ?", e.ID, from, e.Version-1).Exec(ctx))
	return store.Moved(n, err, Kind, string(from))
}

// subprocesses are the codes that exist in a description.
func subprocesses(ctx context.Context, db bun.IDB, versionID string) (map[string]bool, error) {
	var codes []string
	err := db.NewRaw(`SELECT code FROM activities WHERE version_id = ? AND level = 'subprocess' AND applicable`, versionID).Scan(ctx, &codes)
	out := map[string]bool{}
	for _, c := range codes {
		out[c] = true
	}
	return out, store.MapError(err, "sub-processes")
}

func judgementsOf(ctx context.Context, db bun.IDB, id string) (map[string]Judgement, error) {
	var rows []Judgement
	err := db.NewSelect().Model(&rows).Where("j.evaluation_id = ?", id).Scan(ctx)
	out := map[string]Judgement{}
	for _, r := range rows {
		out[r.Code] = r
	}
	return out, store.MapError(err, "judgements")
}

// setJudgement replaces one; an empty grade takes it back.
func setJudgement(ctx context.Context, tx *store.Tx, j Judgement) error {
	if j.Grade == "" {
		_, err := tx.NewDelete().Model(&j).WherePK().Exec(ctx)
		return store.MapError(err, "remove judgement")
	}
	_, err := tx.NewInsert().Model(&j).On("CONFLICT (evaluation_id, code) DO UPDATE").
		Set("grade = EXCLUDED.grade, text = EXCLUDED.text, judged_by = EXCLUDED.judged_by, judged_at = EXCLUDED.judged_at").Exec(ctx)
	return store.MapError(err, "set judgement")
}

func insertRecommendation(ctx context.Context, tx *store.Tx, id, recommendationID, code string) error {
	_, err := tx.NewRaw(`INSERT INTO evaluation_recommendations (evaluation_id, recommendation_id, code) VALUES (?, ?, ?)`, id, recommendationID, code).Exec(ctx)
	return store.MapError(err, "insert recommendation")
}

// lineRow is a line as it was when the evaluation was finished.
type lineRow struct {
	bun.BaseModel `bun:"table:evaluation_inputs,alias:l"`

	EvaluationID string  `bun:"evaluation_id,pk"`
	Position     int     `bun:"position,pk"`
	Section      Section `bun:"section"`
	Code         string  `bun:"code"`
	Key          string  `bun:"key"`
	Args         string  `bun:"args"`
	Num          int64   `bun:"num"`
	Den          int64   `bun:"den"`
	Value        string  `bun:"value"`
	Target       string  `bun:"target"`
	Unit         string  `bun:"unit"`
	Verdict      string  `bun:"verdict"`
	Href         string  `bun:"href"`
}

// wordsOnly is the unit of a line that has no figure.
const wordsOnly = "words"

func insertLines(ctx context.Context, tx *store.Tx, id string, lines []Line) error {
	if len(lines) == 0 {
		return nil
	}
	rows := make([]lineRow, len(lines))
	for i, l := range lines {
		args, err := json.Marshal(l.Args)
		if err != nil {
			return apperr.Wrap(err, "arguments of a line")
		}
		rows[i] = lineRow{EvaluationID: id, Position: i + 1, Section: l.Section, Code: l.Code, Key: l.Key, Args: string(args), Num: l.Num, Den: l.Den,
			Value: l.Value, Target: l.Target, Unit: l.Unit, Verdict: l.Verdict, Href: l.Href}
		if l.Text {
			rows[i].Unit = wordsOnly
		}
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return store.MapError(err, "insert lines")
}

func linesOf(ctx context.Context, db bun.IDB, id string) ([]Line, error) {
	var rows []lineRow
	if err := db.NewSelect().Model(&rows).Where("l.evaluation_id = ?", id).OrderExpr("l.position").Scan(ctx); err != nil {
		return nil, store.MapError(err, "lines")
	}
	out := make([]Line, len(rows))
	for i, r := range rows {
		out[i] = Line{Section: r.Section, Code: r.Code, Key: r.Key, Num: r.Num, Den: r.Den, Value: r.Value, Target: r.Target, Unit: r.Unit, Verdict: r.Verdict, Href: r.Href}
		if r.Unit == wordsOnly {
			out[i].Unit, out[i].Text = "", true
		}
		if err := json.Unmarshal([]byte(r.Args), &out[i].Args); err != nil {
			return nil, apperr.Wrap(err, "arguments of a line")
		}
	}
	return out, nil
}

// recommendationsOf reads what was recommended with where it stands now: the
// last item it was carried into.
func recommendationsOf(ctx context.Context, db bun.IDB, id string) (list []Recommended, err error) {
	err = db.NewRaw(`SELECT r.id, r.number, x.code, r.text, r.state, d.code AS department_code, COALESCE(p.year, 0) AS item_year, COALESCE(i.no, 0) AS item_no,
		COALESCE(`+planning.ShownState+`, '') AS item_state FROM evaluation_recommendations x JOIN recommendations r ON r.id = x.recommendation_id
		JOIN departments d ON d.id = r.department_id
		LEFT JOIN plan_items i ON i.recommendation_id = r.id AND NOT EXISTS (SELECT 1 FROM plan_items n WHERE n.carried_from = i.id)
		LEFT JOIN plans p ON p.id = i.plan_id WHERE x.evaluation_id = ? ORDER BY r.year, r.seq`, id).Scan(ctx, &list)
	return list, store.MapError(err, "recommendations of an evaluation")
}

// withNames selects evaluations with what is read along.
func withNames(db bun.IDB, model any) *bun.SelectQuery {
	return db.NewSelect().Model(model).ColumnExpr("e.*, u.name AS created_name, p.code AS process_code, p.id AS process_id, p.title_az, p.title_en, c.period").
		ColumnExpr("p.owner_id, d.code AS owner_code").
		Join("JOIN cycles AS c ON c.id = e.cycle_id").Join("JOIN processes AS p ON p.id = c.process_id").
		Join("JOIN departments AS d ON d.id = p.owner_id").Join("JOIN users AS u ON u.id = e.created_by")
}

func evaluationBy(ctx context.Context, db bun.IDB, idOrNumber string) (Evaluation, error) {
	var e Evaluation
	column := "e.number"
	if store.IsID(idOrNumber) {
		column = "e.id"
	}
	err := withNames(db, &e).Where("? = ?", bun.Safe(column), idOrNumber).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return e, apperr.Missing(Kind)
	}
	return e, store.MapError(err, "evaluation")
}

func listEvaluations(ctx context.Context, db bun.IDB, scope policies.Scope, after string, limit int) (rows []Row, err error) {
	q := withNames(db, &rows).
		ColumnExpr("(SELECT COUNT(*) FROM evaluation_judgements j WHERE j.evaluation_id = e.id) AS judged").
		ColumnExpr("(SELECT COUNT(*) FROM evaluation_recommendations x WHERE x.evaluation_id = e.id) AS recommendations").
		OrderExpr("e.id DESC").Limit(int64(limit))
	if after != "" {
		q.Where("e.id < ?", after)
	}
	err = office.InScope(q, scope, "p.owner_id").Scan(ctx)
	return rows, store.MapError(err, "evaluations")
}

// waitingCycles are those without an evaluation, those in phase 8 first.
func waitingCycles(ctx context.Context, db bun.IDB, scope policies.Scope, limit int) (rows []Waiting, err error) {
	q := db.NewSelect().TableExpr("cycles AS c").ColumnExpr("c.id AS cycle_id, c.period, c.state, p.title_az, p.title_en").
		Join("JOIN processes AS p ON p.id = c.process_id").
		Where("c.state <> ? AND NOT EXISTS (SELECT 1 FROM evaluations e WHERE e.cycle_id = c.id)", kis.CyclePlanned).
		OrderExpr("CASE c.state WHEN 'evaluating' THEN 0 WHEN 'running' THEN 1 ELSE 2 END, c.first_day DESC, c.id").Limit(int64(limit))
	err = office.InScope(q, scope, "p.owner_id").Scan(ctx, &rows)
	return rows, store.MapError(err, "cycles to evaluate")
}

type workRow struct {
	ID, Number, Period string
	TitleAZ            string  `bun:"title_az"`
	TitleEN            string  `bun:"title_en"`
	Due                day.Day // of phase 8
}

// workRows are drafts, and cycles in phase 8 that have no evaluation.
func workRows(ctx context.Context, db bun.IDB, scope policies.Scope) (rows []workRow, err error) {
	q := db.NewSelect().TableExpr("cycles AS c").ColumnExpr("COALESCE(CAST(e.id AS TEXT), '') AS id, COALESCE(e.number, '') AS number, c.period, p.title_az, p.title_en").
		ColumnExpr("COALESCE(ph.due, '') AS due").
		Join("JOIN processes AS p ON p.id = c.process_id").Join("LEFT JOIN evaluations AS e ON e.cycle_id = c.id").
		Join("LEFT JOIN cycle_phases AS ph ON ph.cycle_id = c.id AND ph.phase = '8'").
		Where("e.state = ? OR (e.id IS NULL AND c.state = ?)", Draft, kis.CycleEvaluating).OrderExpr("ph.due, c.id").Limit(listed)
	err = office.InScope(q, scope, "p.owner_id").Scan(ctx, &rows)
	return rows, store.MapError(err, "evaluations that wait")
}

// earlier is the evaluation of the cycle before with what became of it.
type earlier struct {
	ID, Number, Period, NextPhase string
	Made, Accepted, Done          int
}

// lastBefore finds the finished evaluation of the last earlier cycle of the
// same process; an empty one when there is none.
func lastBefore(ctx context.Context, db bun.IDB, cy kis.Cycle) (e earlier, err error) {
	err = db.NewRaw(`SELECT e.id, e.number, c.period, e.next_phase,
		(SELECT COUNT(*) FROM evaluation_recommendations x WHERE x.evaluation_id = e.id) AS made,
		(SELECT COUNT(*) FROM evaluation_recommendations x JOIN recommendations r ON r.id = x.recommendation_id WHERE x.evaluation_id = e.id AND r.state = 'accepted') AS accepted,
		(SELECT COUNT(*) FROM evaluation_recommendations x WHERE x.evaluation_id = e.id
			AND EXISTS (SELECT 1 FROM plan_items i WHERE i.recommendation_id = x.recommendation_id AND `+planning.CarriedOut+`)) AS done
		FROM evaluations e JOIN cycles c ON c.id = e.cycle_id
		WHERE c.process_id = ?0 AND e.state = 'final' AND c.first_day < (SELECT y.first_day FROM cycles y WHERE y.id = ?1)
		ORDER BY c.first_day DESC, e.id DESC LIMIT 1`, cy.Process.ID, cy.ID).Scan(ctx, &e)
	if errors.Is(err, sql.ErrNoRows) {
		return earlier{}, nil
	}
	return e, store.MapError(err, "evaluation before")
}
