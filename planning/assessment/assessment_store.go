package assessment

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reference"
)

// questionRow is a question as it is stored: the options are JSON.
type questionRow struct {
	bun.BaseModel `bun:"table:questionnaire_questions,alias:n"`

	ID, QuestionnaireID string
	Position            int
	Chapter             string
	No                  int
	Component, Answer   string
	TextAZ              string `bun:"text_az"`
	TextEN              string `bun:"text_en"`
	OptionsAZ           string `bun:"options_az"`
	OptionsEN           string `bun:"options_en"`
}

// load brings in the questionnaires of the reference material.
func (s *Service) load(ctx context.Context) error {
	rows, err := reference.Rows(reference.Questionnaires)
	if err != nil {
		return apperr.Wrap(err, "questionnaires")
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		var known []Questionnaire
		if err := tx.NewSelect().Model(&known).Scan(ctx); err != nil {
			return store.MapError(err, "questionnaires")
		}
		have := map[string]bool{}
		for _, q := range known {
			have[q.Code+":"+strconv.Itoa(q.Version)] = true
		}
		var list []Questionnaire
		var questions []questionRow
		at := map[string]int{}
		for _, r := range rows {
			key := r["code"] + ":" + r["version"]
			if have[key] {
				continue
			}
			if _, ok := at[key]; !ok {
				version, err := strconv.Atoi(r["version"])
				if err != nil {
					return apperr.Wrap(err, "version of a questionnaire")
				}
				at[key] = len(list)
				q := Questionnaire{ID: store.NewID(), Code: r["code"], Version: version, Kind: r["kind"], CreatedAt: tx.Now}
				list = append(list, q)
				tx.Record(store.Change{Action: office.TrailReferenceLoad, Kind: "questionnaire", ID: q.ID, Label: q.Code, After: map[string]any{"version": version}})
			}
			n, err := strconv.Atoi(r["no"])
			if err != nil {
				return apperr.Wrap(err, "number of a question")
			}
			questions = append(questions, questionRow{ID: store.NewID(), QuestionnaireID: list[at[key]].ID, Position: len(questions) + 1, Chapter: r["chapter"], No: n,
				Component: r["component"], Answer: r["answer"], TextAZ: r["text_az"], TextEN: r["text_en"], OptionsAZ: options(r, "az"), OptionsEN: options(r, "en")})
		}
		if len(list) == 0 {
			return store.ErrNoChange
		}
		if _, err := tx.NewInsert().Model(&list).Exec(ctx); err != nil {
			return store.MapError(err, "insert questionnaires")
		}
		_, err := tx.NewInsert().Model(&questions).Exec(ctx)
		return store.MapError(err, "insert questions")
	})
}

// options writes the five options of a row as JSON.
func options(r reference.Row, lang string) string {
	out := []string{}
	for i := 1; i <= 5; i++ {
		if o := r["option"+strconv.Itoa(i)+"_"+lang]; o != "" {
			out = append(out, o)
		}
	}
	raw, _ := json.Marshal(out) // texts always encode
	return string(raw)
}

// newest is the last version of the questionnaires of a kind.
func newest(ctx context.Context, db bun.IDB, kind string) (q Questionnaire, err error) {
	err = db.NewSelect().Model(&q).Where("q.kind = ?", kind).OrderExpr("q.version DESC, q.code").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return q, apperr.New(apperr.Conflict, "assessment.error.no_questionnaire")
	}
	return q, store.MapError(err, "questionnaire")
}

func questionsOf(ctx context.Context, db bun.IDB, questionnaireID string) ([]Question, error) {
	var rows []questionRow
	if err := db.NewSelect().Model(&rows).Where("n.questionnaire_id = ?", questionnaireID).OrderExpr("n.position").Scan(ctx); err != nil {
		return nil, store.MapError(err, "questions")
	}
	out := make([]Question, len(rows))
	for i, r := range rows {
		out[i] = Question{ID: r.ID, QuestionnaireID: r.QuestionnaireID, Position: r.Position, Chapter: r.Chapter, No: r.No, Component: r.Component, Answer: r.Answer,
			TextAZ: r.TextAZ, TextEN: r.TextEN}
		if err := errors.Join(json.Unmarshal([]byte(r.OptionsAZ), &out[i].OptionsAZ), json.Unmarshal([]byte(r.OptionsEN), &out[i].OptionsEN)); err != nil {
			return nil, apperr.Wrap(err, "options of a question")
		}
	}
	return out, nil
}

// countOf counts rows of a table by a column.
func countOf(ctx context.Context, db bun.IDB, table, column, id string) (n int, err error) {
	err = db.NewRaw(`SELECT COUNT(*) FROM ? WHERE ? = ?`, bun.Ident(table), bun.Ident(column), id).Scan(ctx, &n)
	return n, store.MapError(err, "count "+table)
}

func insertAssessment(ctx context.Context, tx *store.Tx, a *Assessment) error {
	_, err := tx.NewInsert().Model(a).Exec(ctx)
	return store.MapError(err, "insert self-assessment")
}

func lockAssessment(ctx context.Context, tx *store.Tx, id string) (a Assessment, err error) {
	if !store.IsID(id) {
		return a, apperr.Missing(KindAssessment)
	}
	err = store.Lock(tx.NewSelect().Model(&a).ColumnExpr("a.*").Where("a.id = ?", id)).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return a, apperr.Missing(KindAssessment)
	}
	if err == nil {
		err = tx.Seen(ctx, KindAssessment, id)
	}
	return a, store.MapError(err, "lock self-assessment")
}

func setAssessment(ctx context.Context, tx *store.Tx, a Assessment, to State) error {
	from := a.State
	a.State = to
	a.Version++
	n, err := store.Affected(tx.NewUpdate().Model(&a).Column("state", "finished_by", "finished_name", "finished_at", "version").
		Where("id = ? AND state = ? AND version = ?", a.ID, from, a.Version-1).Exec(ctx))
	return store.Moved(n, err, KindAssessment, string(from))
}

func answersOf(ctx context.Context, db bun.IDB, id string) (map[string]Answer, error) {
	var rows []Answer
	err := db.NewSelect().Model(&rows).Where("w.assessment_id = ?", id).Scan(ctx)
	out := map[string]Answer{}
	for _, r := range rows {
		out[r.QuestionID] = r
	}
	return out, store.MapError(err, "answers")
}

// setAnswer replaces an answer; an empty choice takes it back.
func setAnswer(ctx context.Context, tx *store.Tx, w Answer) error {
	if w.Choice == "" {
		_, err := tx.NewDelete().Model(&w).WherePK().Exec(ctx)
		return store.MapError(err, "remove answer")
	}
	_, err := tx.NewInsert().Model(&w).On("CONFLICT (assessment_id, question_id) DO UPDATE").
		Set("choice = EXCLUDED.choice, comment = EXCLUDED.comment, improvement = EXCLUDED.improvement, answered_by = EXCLUDED.answered_by, answered_at = EXCLUDED.answered_at").Exec(ctx)
	return store.MapError(err, "set answer")
}

// assessments selects self-assessments with what is read along.
func assessments(db bun.IDB, model any) *bun.SelectQuery {
	return db.NewSelect().Model(model).ColumnExpr("a.*, u.name AS created_name, p.id AS process_id, p.title_az, p.title_en, p.owner_id, d.code AS owner_code, c.period").
		Join("JOIN cycles AS c ON c.id = a.cycle_id").Join("JOIN processes AS p ON p.id = c.process_id").
		Join("JOIN departments AS d ON d.id = p.owner_id").Join("JOIN users AS u ON u.id = a.created_by")
}

func assessmentBy(ctx context.Context, db bun.IDB, idOrNumber string) (a Assessment, err error) {
	column := "a.number"
	if store.IsID(idOrNumber) {
		column = "a.id"
	}
	err = assessments(db, &a).Where("? = ?", bun.Safe(column), idOrNumber).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return a, apperr.Missing(KindAssessment)
	}
	return a, store.MapError(err, "self-assessment")
}

// listed is how many rows a list shows.
const listed = 200

func listAssessments(ctx context.Context, db bun.IDB, scope policies.Scope) (list []Assessment, err error) {
	err = office.InScope(assessments(db, &list).OrderExpr("a.id DESC").Limit(listed), scope, "p.owner_id").Scan(ctx)
	return list, store.MapError(err, "self-assessments")
}

func waitingCycles(ctx context.Context, db bun.IDB, scope policies.Scope) (list []kis.CycleChoice, err error) {
	q := db.NewSelect().TableExpr("cycles AS c").ColumnExpr("c.id, c.period, p.title_az, p.title_en").Join("JOIN processes AS p ON p.id = c.process_id").
		Where("c.state <> ? AND NOT EXISTS (SELECT 1 FROM self_assessments a WHERE a.cycle_id = c.id)", kis.CyclePlanned).OrderExpr("c.first_day DESC, c.id").Limit(listed)
	err = office.InScope(q, scope, "p.owner_id").Scan(ctx, &list)
	return list, store.MapError(err, "cycles to assess")
}

// comparedWith reads the means of finished assessments by the same
// questionnaire: other cycles of the process, then the last of other processes
// in the scope.
func comparedWith(ctx context.Context, db bun.IDB, scope policies.Scope, a Assessment) ([]Compared, error) {
	var rows []struct {
		ID, Number, Period, ProcessID string
		TitleAZ                       string `bun:"title_az"`
		TitleEN                       string `bun:"title_en"`
		Component                     string
		Sum, N, NA                    int64
	}
	q := db.NewSelect().TableExpr("self_assessments AS a").ColumnExpr("a.id, a.number, c.period, c.process_id, p.title_az, p.title_en, n.component").
		ColumnExpr("CAST(COALESCE(SUM(CASE w.choice WHEN 'na' THEN 0 WHEN 'unknown' THEN 1 ELSE CAST(w.choice AS INTEGER) END), 0) AS BIGINT) AS sum").
		ColumnExpr("COUNT(*) FILTER (WHERE w.choice <> 'na') AS n, COUNT(*) FILTER (WHERE w.choice = 'na') AS na").
		Join("JOIN cycles AS c ON c.id = a.cycle_id").Join("JOIN processes AS p ON p.id = c.process_id").
		Join("JOIN self_assessment_answers AS w ON w.assessment_id = a.id").Join("JOIN questionnaire_questions AS n ON n.id = w.question_id").
		Where("a.questionnaire_id = ? AND a.state = ? AND a.id <> ?", a.QuestionnaireID, Final, a.ID).
		GroupExpr("a.id, a.number, c.period, c.first_day, c.process_id, p.title_az, p.title_en, n.component").
		OrderExpr("CASE WHEN c.process_id = ? THEN 0 ELSE 1 END, p.title_az, c.first_day DESC, a.id", a.ProcessID).Limit(listed)
	if err := office.InScope(q, scope, "p.owner_id").Scan(ctx, &rows); err != nil {
		return nil, store.MapError(err, "assessments to compare with")
	}
	var out []Compared
	for _, r := range rows {
		if len(out) == 0 || out[len(out)-1].ID != r.ID {
			out = append(out, Compared{ID: r.ID, Number: r.Number, Period: r.Period, TitleAZ: r.TitleAZ, TitleEN: r.TitleEN, Own: r.ProcessID == a.ProcessID, Means: map[string]Mean{}})
		}
		out[len(out)-1].Means[r.Component] = Mean{Component: r.Component, Sum: r.Sum, N: r.N, NA: r.NA}
	}
	return out, nil
}

func insertSurvey(ctx context.Context, tx *store.Tx, v *Survey) error {
	_, err := tx.NewInsert().Model(v).Exec(ctx)
	return store.MapError(err, "insert survey")
}

func lockSurvey(ctx context.Context, tx *store.Tx, column, value string) (v Survey, err error) {
	err = store.Lock(tx.NewSelect().Model(&v).ColumnExpr("s.*").Where("? = ?", bun.Safe(column), value)).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return v, apperr.Missing(KindSurvey)
	}
	if err == nil {
		err = tx.Seen(ctx, KindSurvey, v.ID)
	}
	return v, store.MapError(err, "lock survey")
}

func closeSurvey(ctx context.Context, tx *store.Tx, id string, at time.Time) error {
	n, err := store.Affected(tx.NewRaw(`UPDATE surveys SET state = 'closed', closed_at = ? WHERE id = ? AND state = 'open'`, at, id).Exec(ctx))
	return store.Moved(n, err, KindSurvey, string(SurveyOpen))
}

func surveys(db bun.IDB, model any) *bun.SelectQuery {
	return db.NewSelect().Model(model).ColumnExpr("s.*, COALESCE(p.title_az, '') AS title_az, COALESCE(p.title_en, '') AS title_en").
		ColumnExpr("(SELECT COUNT(*) FROM survey_responses r WHERE r.survey_id = s.id) AS responses").Join("LEFT JOIN processes AS p ON p.id = s.process_id")
}

func surveyBy(ctx context.Context, db bun.IDB, column, value string) (v Survey, err error) {
	if column == "s.id" && !store.IsID(value) {
		return v, apperr.Missing(KindSurvey)
	}
	err = surveys(db, &v).Where("? = ?", bun.Safe(column), value).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return v, apperr.Missing(KindSurvey)
	}
	return v, store.MapError(err, "survey")
}

func listSurveys(ctx context.Context, db bun.IDB) (list []Survey, err error) {
	err = surveys(db, &list).OrderExpr("s.id DESC").Limit(listed).Scan(ctx)
	return list, store.MapError(err, "surveys")
}

// surveyAnswer is one answer of a form.
type surveyAnswer struct {
	bun.BaseModel `bun:"table:survey_answers"`

	ResponseID string `bun:"response_id,pk"`
	QuestionID string `bun:"question_id,pk"`
	Score      *int64 `bun:"score"`
	Text       string `bun:"text"`
}

// insertResponse stores an answered form, and gives how many there are.
func insertResponse(ctx context.Context, tx *store.Tx, surveyID string, at time.Time, rows []surveyAnswer) (id string, err error) {
	id = store.NewID()
	if _, err := tx.NewRaw(`INSERT INTO survey_responses (id, survey_id, received_at) VALUES (?, ?, ?)`, id, surveyID, at).Exec(ctx); err != nil {
		return "", store.MapError(err, "insert response")
	}
	for i := range rows {
		rows[i].ResponseID = id
	}
	_, err = tx.NewInsert().Model(&rows).Exec(ctx)
	return id, store.MapError(err, "insert answers of a survey")
}

func scoresOf(ctx context.Context, db bun.IDB, surveyID string) (rows []scoreRow, err error) {
	err = db.NewRaw(`SELECT a.question_id, a.score, COUNT(*) AS n FROM survey_answers a JOIN survey_responses r ON r.id = a.response_id
		WHERE r.survey_id = ? AND a.score IS NOT NULL GROUP BY a.question_id, a.score`, surveyID).Scan(ctx, &rows)
	return rows, store.MapError(err, "scores of a survey")
}

func textsOf(ctx context.Context, db bun.IDB, surveyID string, limit int) (out []string, err error) {
	err = db.NewRaw(`SELECT a.text FROM survey_answers a JOIN survey_responses r ON r.id = a.response_id WHERE r.survey_id = ? AND a.text <> ''
		ORDER BY r.id DESC LIMIT ?`, surveyID, limit).Scan(ctx, &out)
	return out, store.MapError(err, "texts of a survey")
}

func resultsOf(ctx context.Context, db bun.IDB, from, before time.Time, processID string) (out []Result, err error) {
	q := db.NewSelect().TableExpr("surveys AS s").ColumnExpr("s.id, s.number, s.title, COALESCE(CAST(s.process_id AS TEXT), '') AS process_id").
		ColumnExpr("COUNT(DISTINCT r.id) AS responses, CAST(COALESCE(SUM(a.score), 0) AS BIGINT) AS sum, COUNT(a.score) AS n").
		Join("JOIN survey_responses AS r ON r.survey_id = s.id").Join("JOIN survey_answers AS a ON a.response_id = r.id").
		Where("r.received_at >= ? AND r.received_at < ?", from, before).GroupExpr("s.id, s.number, s.title, s.process_id").OrderExpr("s.id")
	if processID != "" {
		q.Where("s.process_id = ?", processID)
	}
	return out, store.MapError(q.Scan(ctx, &out), "results of surveys")
}
