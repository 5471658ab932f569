package assessment

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

const maxText = 4000

// Begin opens the self-assessment of a cycle by the newest questionnaire. A
// cycle that has one, or has not begun, is a Conflict.
func (s *Service) Begin(ctx context.Context, cycleID string) (Assessment, error) {
	scope, err := office.Allowed(ctx, policies.AssessmentFill)
	if err != nil {
		return Assessment{}, err
	}
	if !store.IsID(cycleID) {
		return Assessment{}, apperr.InvalidField("cycle", "error.field.choice")
	}
	var a Assessment
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		cy, err := kis.HoldCycle(ctx, tx, cycleID)
		if apperr.Is(err, apperr.NotFound) {
			return apperr.InvalidField("cycle", "error.field.choice")
		}
		if err != nil {
			return err
		}
		if !scope.Department(cy.Owner.ID) {
			return apperr.Missing("cycle")
		}
		if cy.State == kis.CyclePlanned {
			return apperr.New(apperr.Conflict, "evaluation.error.planned")
		}
		if n, err := countOf(ctx, tx, "self_assessments", "cycle_id", cy.ID); err != nil {
			return err
		} else if n > 0 {
			return apperr.New(apperr.Conflict, "assessment.error.there")
		}
		q, err := newest(ctx, tx, "self")
		if err != nil {
			return err
		}
		year := s.KIS.Today().Year()
		no, err := tx.NextNumber(ctx, KindAssessment, year)
		if err != nil {
			return err
		}
		a = Assessment{ID: store.NewID(), Number: fmt.Sprintf("OQ-%d-%02d", year, no), CycleID: cy.ID, QuestionnaireID: q.ID, State: Draft,
			CreatedBy: tx.Actor.UserID, CreatedAt: tx.Now, Version: 1}
		if err := insertAssessment(ctx, tx, &a); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.AssessmentFill), Kind: KindAssessment, ID: a.ID, Label: a.Number,
			After: map[string]any{"step": "begin", "process": cy.Process.Code, "period": cy.Period}})
		return nil
	})
	return a, err
}

// Filled is an answer as a form gives it; an empty choice takes it back.
type Filled struct{ Choice, Comment, Improvement string }

// Fill keeps answers by the id of questions. version is that of the assessment
// the form was filled from (0: not checked).
func (s *Service) Fill(ctx context.Context, id string, version int, in map[string]Filled) error {
	var c apperr.Check
	ids := slices.Sorted(maps.Keys(in))
	for _, q := range ids {
		f := in[q]
		if f.Choice != "" {
			c.OneOf("choice_"+q, f.Choice, Choices()...)
		}
		f.Comment = c.Text("comment_"+q, f.Comment, 0, maxText)
		f.Improvement = c.Text("improvement_"+q, f.Improvement, 0, maxText)
		if f.Choice == "" && f.Comment+f.Improvement != "" {
			c.Add("choice_"+q, "error.field.required")
		}
		in[q] = f
	}
	if err := c.Err(); err != nil {
		return err
	}
	return s.edit(ctx, id, func(tx *store.Tx, a *Assessment) error {
		if version != 0 && version != a.Version {
			return apperr.New(apperr.Conflict, "error.conflict")
		}
		questions, err := questionsOf(ctx, tx, a.QuestionnaireID)
		if err != nil {
			return err
		}
		have, err := answersOf(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		before, after := map[string]any{}, map[string]any{}
		for _, q := range questions {
			f, ok := in[q.ID]
			delete(in, q.ID)
			was := have[q.ID]
			if !ok || was.Choice == f.Choice && was.Comment == f.Comment && was.Improvement == f.Improvement {
				continue
			}
			if was.Choice != "" {
				before[q.Code()] = was.Choice
			}
			after[q.Code()] = f.Choice
			w := Answer{AssessmentID: a.ID, QuestionID: q.ID, Choice: f.Choice, Comment: f.Comment, Improvement: f.Improvement, AnsweredBy: tx.Actor.UserID, AnsweredAt: tx.Now}
			if err := setAnswer(ctx, tx, w); err != nil {
				return err
			}
		}
		if len(in) > 0 {
			return apperr.InvalidField("question", "error.field.choice")
		}
		if len(after) == 0 {
			return store.ErrNoChange
		}
		after["step"] = "fill"
		tx.Record(store.Change{Action: string(policies.AssessmentFill), Kind: KindAssessment, ID: a.ID, Label: a.Number, Before: before, After: after})
		return setAssessment(ctx, tx, *a, Draft)
	})
}

// Finish locks the assessment; every question must be answered.
func (s *Service) Finish(ctx context.Context, id string) error {
	return s.edit(ctx, id, func(tx *store.Tx, a *Assessment) error {
		questions, err := questionsOf(ctx, tx, a.QuestionnaireID)
		if err != nil {
			return err
		}
		have, err := answersOf(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		var open []string
		for _, q := range questions {
			if have[q.ID].Choice == "" {
				open = append(open, q.Code())
			}
		}
		if len(open) > 0 {
			return apperr.New(apperr.Conflict, "assessment.error.open", "codes", strings.Join(open, ", "))
		}
		a.FinishedBy, a.FinishedName, a.FinishedAt = tx.Actor.UserID, tx.Actor.Name, tx.Now
		tx.Record(store.Change{Action: string(policies.AssessmentFill), Kind: KindAssessment, ID: a.ID, Label: a.Number,
			Before: map[string]any{"state": Draft}, After: map[string]any{"state": Final, "step": "finish"}})
		return setAssessment(ctx, tx, *a, Final)
	})
}

// edit changes a draft of a process in the actor's scope.
func (s *Service) edit(ctx context.Context, id string, change func(tx *store.Tx, a *Assessment) error) error {
	scope, err := office.Allowed(ctx, policies.AssessmentFill)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		a, err := lockAssessment(ctx, tx, id)
		if err != nil {
			return err
		}
		cy, err := kis.HoldCycle(ctx, tx, a.CycleID)
		if err != nil {
			return err
		}
		if !scope.Department(cy.Owner.ID) {
			return apperr.Missing(KindAssessment)
		}
		if a.State != Draft {
			return apperr.New(apperr.Conflict, "evaluation.error.final", "number", a.Number)
		}
		return change(tx, &a)
	})
}

// Dossier is a self-assessment in full.
type Dossier struct {
	Assessment
	Questions []Question
	Answers   map[string]Answer // by question
	Answered  int
	Means     []Mean     // by component, those that have a question
	Compared  []Compared // this one, other cycles of the process, other processes; by the same questionnaire
	MayFill   bool
}

// Compared is the means of another assessment beside this one.
type Compared struct {
	ID, Number, Period string
	TitleAZ            string `bun:"title_az"`
	TitleEN            string `bun:"title_en"`
	Own                bool   // of the same process
	Means              map[string]Mean
}

// Dossier gives an assessment by id or number. NotFound when its process is
// out of the actor's scope.
func (s *Service) Dossier(ctx context.Context, idOrNumber string) (Dossier, error) {
	scope, err := office.Allowed(ctx, policies.AssessmentRead)
	if err != nil {
		return Dossier{}, err
	}
	db := s.DB.Read()
	a, err := assessmentBy(ctx, db, idOrNumber)
	if err != nil {
		return Dossier{}, err
	}
	if !scope.Department(a.OwnerID) {
		return Dossier{}, apperr.Missing(KindAssessment)
	}
	d := Dossier{Assessment: a, MayFill: a.State == Draft && policies.For(actor.From(ctx), policies.AssessmentFill).Department(a.OwnerID)}
	if d.Questions, err = questionsOf(ctx, db, a.QuestionnaireID); err != nil {
		return d, err
	}
	if d.Answers, err = answersOf(ctx, db, a.ID); err != nil {
		return d, err
	}
	d.Answered = len(d.Answers)
	d.Means = means(d.Questions, d.Answers)
	d.Compared, err = comparedWith(ctx, db, scope, a)
	return d, err
}

// means works out the mean of each component that has a question.
func means(questions []Question, answers map[string]Answer) []Mean {
	by := map[string]*Mean{}
	for _, q := range questions {
		if q.Component == "" {
			continue
		}
		m := by[q.Component]
		if m == nil {
			m = &Mean{Component: q.Component}
			by[q.Component] = m
		}
		w := answers[q.ID]
		if n, ok := w.score(); ok {
			m.Sum, m.N = m.Sum+n, m.N+1
		} else if w.Choice == NotApplicable {
			m.NA++
		}
	}
	var out []Mean
	for _, c := range Components() {
		if m := by[c]; m != nil {
			out = append(out, *m)
		}
	}
	return out
}

// List gives the self-assessments in the actor's scope, newest first, and the
// cycles that have none and that the actor may assess; at most 200 of each.
func (s *Service) List(ctx context.Context) ([]Assessment, []kis.CycleChoice, error) {
	scope, err := office.Allowed(ctx, policies.AssessmentRead)
	if err != nil {
		return nil, nil, err
	}
	list, err := listAssessments(ctx, s.DB.Read(), scope)
	if err != nil {
		return nil, nil, err
	}
	fill := policies.For(actor.From(ctx), policies.AssessmentFill)
	if fill.None() {
		return list, nil, nil
	}
	waiting, err := waitingCycles(ctx, s.DB.Read(), fill)
	return list, waiting, err
}
