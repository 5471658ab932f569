package assessment

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// NewSurvey is a survey to open.
type NewSurvey struct {
	Title     string
	ProcessID string // empty: the office as a whole
	Closes    day.Day
}

// OpenSurvey opens a survey of users by the newest questionnaire for them; its
// public address cannot be guessed.
func (s *Service) OpenSurvey(ctx context.Context, n NewSurvey) (Survey, error) {
	if _, err := office.Allowed(ctx, policies.SurveyManage); err != nil {
		return Survey{}, err
	}
	var c apperr.Check
	n.Title = c.Text("title", n.Title, 5, 300)
	today := s.KIS.Today()
	if n.Closes == "" {
		c.Add("closes", "error.field.required")
	} else if n.Closes < today || n.Closes > today.Add(370) {
		c.Add("closes", "assessment.field.closes", "from", today.Format(), "to", today.Add(370).Format())
	}
	if n.ProcessID != "" && !store.IsID(n.ProcessID) {
		c.Add("process", "error.field.choice")
	}
	if err := c.Err(); err != nil {
		return Survey{}, err
	}
	var v Survey
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		if n.ProcessID != "" {
			if k, err := countOf(ctx, tx, "processes", "id", n.ProcessID); err != nil {
				return err
			} else if k == 0 {
				return apperr.InvalidField("process", "error.field.choice")
			}
		}
		q, err := newest(ctx, tx, "users")
		if err != nil {
			return err
		}
		no, err := tx.NextNumber(ctx, KindSurvey, today.Year())
		if err != nil {
			return err
		}
		v = Survey{ID: store.NewID(), Number: fmt.Sprintf("IS-%d-%02d", today.Year(), no), Title: n.Title, QuestionnaireID: q.ID, ProcessID: n.ProcessID,
			Token: store.NewSecret(), Closes: n.Closes, State: SurveyOpen, CreatedBy: tx.Actor.UserID, CreatedAt: tx.Now}
		if err := insertSurvey(ctx, tx, &v); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.SurveyManage), Kind: KindSurvey, ID: v.ID, Label: v.Number,
			After: map[string]any{"step": "open", "title": v.Title, "closes": v.Closes}})
		return nil
	})
	return v, err
}

// CloseSurvey ends a survey before its last day.
func (s *Service) CloseSurvey(ctx context.Context, id string) error {
	if _, err := office.Allowed(ctx, policies.SurveyManage); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		v, err := lockSurvey(ctx, tx, "s.id", id)
		if err != nil {
			return err
		}
		if v.State != SurveyOpen {
			return apperr.New(apperr.Conflict, "assessment.error.closed")
		}
		tx.Record(store.Change{Action: string(policies.SurveyManage), Kind: KindSurvey, ID: v.ID, Label: v.Number,
			Before: map[string]any{"state": v.State}, After: map[string]any{"state": SurveyClosed, "step": "close"}})
		return closeSurvey(ctx, tx, v.ID, tx.Now)
	})
}

// PublicSurvey gives a survey with its questions to whoever holds the link.
func (s *Service) PublicSurvey(ctx context.Context, token string) (Survey, []Question, error) {
	v, err := surveyBy(ctx, s.DB.Read(), "s.token", token)
	if err != nil {
		return v, nil, err
	}
	q, err := questionsOf(ctx, s.DB.Read(), v.QuestionnaireID)
	return v, q, err
}

// perHour is how many answered forms one address may send in an hour: a whole
// office may stand behind one.
const perHour = 60

// Respond keeps an answered form. It asks for no person: whoever holds the link
// may answer, at most perHour times an hour from one address. Answers are by
// the id of the question; one without an opinion is left out. Nobody's name
// and no address is kept. Conflict after the last day.
func (s *Service) Respond(ctx context.Context, token, address string, in map[string]string) error {
	v, questions, err := s.PublicSurvey(ctx, token)
	if err != nil {
		return err
	}
	var c apperr.Check
	rows := []surveyAnswer{}
	for _, q := range questions {
		text := strings.TrimSpace(in[q.ID])
		delete(in, q.ID)
		switch {
		case text == "":
			continue
		case q.Answer == "text":
			rows = append(rows, surveyAnswer{QuestionID: q.ID, Text: c.Text("q_"+q.ID, text, 0, 2000)})
		case !slices.Contains(Choices()[:5], text):
			c.Add("q_"+q.ID, "error.field.choice")
		default:
			n := int64(text[0] - '0')
			rows = append(rows, surveyAnswer{QuestionID: q.ID, Score: &n})
		}
	}
	if len(in) > 0 {
		c.Add("question", "error.field.choice")
	}
	if len(rows) == 0 && c.Count() == 0 {
		return apperr.New(apperr.Invalid, "assessment.error.empty")
	}
	if err := c.Err(); err != nil {
		return err
	}
	wait, err := s.attempts.Take(ctx, store.Subject{Name: "survey:" + v.ID + ":" + address, Limit: perHour})
	if err != nil {
		return err
	}
	if wait > 0 {
		return apperr.New(apperr.Conflict, "assessment.error.often", "minutes", int(wait/time.Minute)+1)
	}
	return s.DB.Write(actor.With(ctx, actor.Program("survey")), func(tx *store.Tx) error {
		v, err := lockSurvey(ctx, tx, "s.id", v.ID)
		if err != nil {
			return err
		}
		if !v.Takes(s.KIS.Today()) {
			return apperr.New(apperr.Conflict, "assessment.error.over", "date", v.Closes.Format())
		}
		id, err := insertResponse(ctx, tx, v.ID, tx.Now, rows)
		if err != nil {
			return err
		}
		tx.Record(store.Change{Action: "planning:survey:answer", Kind: KindResponse, ID: id, Label: v.Number, RootKind: KindSurvey, RootID: v.ID, After: map[string]any{"step": "answer", "answers": len(rows)}})
		return nil
	})
}

// SurveyDossier is a survey with its results.
type SurveyDossier struct {
	Survey
	Questions []Question
	ByAnswer  map[string]Mean // by question; Sum of scores
	Counts    map[string][5]int64
	Means     []Mean   // by component
	All       Mean     // of all questions of a scale
	Texts     []string // free answers, newest first, at most 200
	MayManage bool
}

// Survey gives the results of a survey.
func (s *Service) Survey(ctx context.Context, id string) (SurveyDossier, error) {
	if _, err := office.Allowed(ctx, policies.SurveyRead); err != nil {
		return SurveyDossier{}, err
	}
	db := s.DB.Read()
	v, err := surveyBy(ctx, db, "s.id", id)
	if err != nil {
		return SurveyDossier{}, err
	}
	d := SurveyDossier{Survey: v, MayManage: v.State == SurveyOpen && policies.Can(actor.From(ctx), policies.SurveyManage)}
	if d.Questions, err = questionsOf(ctx, db, v.QuestionnaireID); err != nil {
		return d, err
	}
	rows, err := scoresOf(ctx, db, v.ID)
	if err != nil {
		return d, err
	}
	d.count(rows)
	d.Texts, err = textsOf(ctx, db, v.ID, 200)
	return d, err
}

// scoreRow is how often a score was given to a question.
type scoreRow struct {
	QuestionID string
	Score      int64
	N          int64
}

func (d *SurveyDossier) count(rows []scoreRow) {
	d.ByAnswer, d.Counts = map[string]Mean{}, map[string][5]int64{}
	component := map[string]string{}
	for _, q := range d.Questions {
		component[q.ID] = q.Component
	}
	by := map[string]Mean{}
	for _, r := range rows {
		counts := d.Counts[r.QuestionID]
		counts[r.Score-1] += r.N
		d.Counts[r.QuestionID] = counts
		c := component[r.QuestionID]
		m, b := d.ByAnswer[r.QuestionID], by[c]
		for _, x := range []*Mean{&m, &b, &d.All} {
			x.Sum, x.N = x.Sum+r.Score*r.N, x.N+r.N
		}
		b.Component = c
		d.ByAnswer[r.QuestionID], by[c] = m, b
	}
	for _, c := range Components() {
		if m, ok := by[c]; ok {
			d.Means = append(d.Means, m)
		}
	}
}

// Surveys lists the surveys, newest first, at most 200.
func (s *Service) Surveys(ctx context.Context) ([]Survey, error) {
	if _, err := office.Allowed(ctx, policies.SurveyRead); err != nil {
		return nil, err
	}
	return listSurveys(ctx, s.DB.Read())
}

// Result is what a survey says in a stretch of time: for the management review
// (ISO 9001:2015, 9.3.2 c1) and for the evaluation of a cycle.
type Result struct {
	ID, Number, Title, ProcessID string
	Responses                    int64
	Sum, N                       int64 // points and answers of the questions of a scale
}

// Results counts the answers received from a moment up to but not including
// another, by survey; of one process when its id is given. One query.
func (s *Service) Results(ctx context.Context, from, before time.Time, processID string) ([]Result, error) {
	if _, err := office.Allowed(ctx, policies.SurveyRead); err != nil {
		return nil, err
	}
	return resultsOf(ctx, s.DB.Read(), from, before, processID)
}
