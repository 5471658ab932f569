package evaluation

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
)

// Lengths of texts, in characters.
const (
	minWhy  = 5
	maxText = 4000
)

// Begin opens the evaluation of a cycle that is running, evaluated or closed,
// and gives its id. A cycle that is only planned, or has an evaluation, is a
// Conflict.
func (s *Service) Begin(ctx context.Context, cycleID string) (Evaluation, error) {
	scope, err := office.Allowed(ctx, policies.EvaluationWrite)
	if err != nil {
		return Evaluation{}, err
	}
	if !store.IsID(cycleID) {
		return Evaluation{}, apperr.InvalidField("cycle", "error.field.choice")
	}
	var e Evaluation
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
		if n, err := evaluationsOf(ctx, tx, cy.ID); err != nil || n > 0 {
			return conflictOr(err, "evaluation.error.there")
		}
		year := s.KIS.Today().Year()
		no, err := tx.NextNumber(ctx, Kind, year)
		if err != nil {
			return err
		}
		e = Evaluation{ID: store.NewID(), Number: fmt.Sprintf("QD-%d-%02d", year, no), Year: year, Seq: no, CycleID: cy.ID, State: Draft,
			CreatedBy: tx.Actor.UserID, CreatedAt: tx.Now, Version: 1}
		if err := insertEvaluation(ctx, tx, &e); err != nil {
			return err
		}
		record(tx, e, policies.EvaluationWrite, "begin", nil, map[string]any{"process": cy.Process.Code, "period": cy.Period}, "")
		return nil
	})
	return e, err
}

func conflictOr(err error, key string) error {
	if err != nil {
		return err
	}
	return apperr.New(apperr.Conflict, key)
}

// record leaves the trail of a step.
func record(tx *store.Tx, e Evaluation, act policies.Action, step string, before, after map[string]any, note string) {
	if after == nil {
		after = map[string]any{}
	}
	after["step"] = step
	ch := store.Change{Action: string(act), Kind: Kind, ID: e.ID, Label: e.Number, After: after, Note: note}
	if before != nil {
		ch.Before = before
	}
	tx.Record(ch)
}

// edit changes a draft that the actor may work on.
func (s *Service) edit(ctx context.Context, id string, change func(tx *store.Tx, e *Evaluation, cy kis.Cycle) error) error {
	scope, err := office.Allowed(ctx, policies.EvaluationWrite)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		e, cy, err := s.hold(ctx, tx, id, scope)
		if err != nil {
			return err
		}
		return change(tx, &e, cy)
	})
}

// hold takes a draft for the length of a unit of work.
func (s *Service) hold(ctx context.Context, tx *store.Tx, id string, scope policies.Scope) (Evaluation, kis.Cycle, error) {
	e, err := lockEvaluation(ctx, tx, id)
	if err != nil {
		return e, kis.Cycle{}, err
	}
	cy, err := kis.HoldCycle(ctx, tx, e.CycleID)
	if err != nil {
		return e, cy, err
	}
	if !scope.Department(cy.Owner.ID) {
		return e, cy, apperr.Missing(Kind)
	}
	if e.State != Draft {
		return e, cy, apperr.New(apperr.Conflict, "evaluation.error.final", "number", e.Number)
	}
	return e, cy, nil
}

// Judging is the judgement of a sub-process as a form gives it; an empty grade
// takes it back.
type Judging struct {
	Grade Grade
	Text  string
}

// Judge keeps judgements by the code of sub-processes. version is that of the
// evaluation the form was filled from (0: not checked); Conflict when somebody
// has changed it since. A grade that asks for attention needs a text; a
// sub-process that the description does not have is Invalid.
func (s *Service) Judge(ctx context.Context, id string, version int, in map[string]Judging) error {
	var c apperr.Check
	codes := slices.Sorted(maps.Keys(in))
	for _, code := range codes {
		j := in[code]
		if j.Grade == "" && strings.TrimSpace(j.Text) == "" {
			continue
		}
		least := 0
		if j.Grade == Watch || j.Grade == Improve {
			least = minWhy
		}
		apperr.OneOf(&c, "grade_"+code, j.Grade, Grades()...)
		j.Text = c.Text("text_"+code, j.Text, least, maxText)
		in[code] = j
	}
	if err := c.Err(); err != nil {
		return err
	}
	return s.edit(ctx, id, func(tx *store.Tx, e *Evaluation, cy kis.Cycle) error {
		if version != 0 && version != e.Version {
			return apperr.New(apperr.Conflict, "error.conflict")
		}
		exists, err := subprocesses(ctx, tx, cy.VersionID)
		if err != nil {
			return err
		}
		have, err := judgementsOf(ctx, tx, e.ID)
		if err != nil {
			return err
		}
		before, after := map[string]any{}, map[string]any{}
		for _, code := range codes {
			if !exists[code] {
				return apperr.InvalidField("grade_"+code, "evaluation.field.no_sub", "code", code)
			}
			was, j := have[code], in[code]
			if was.Grade == j.Grade && was.Text == j.Text {
				continue
			}
			if was.Grade != "" {
				before[code] = string(was.Grade) + ": " + was.Text
			}
			after[code] = string(j.Grade) + ": " + j.Text
			if err := setJudgement(ctx, tx, Judgement{EvaluationID: e.ID, Code: code, Grade: j.Grade, Text: j.Text, JudgedBy: tx.Actor.UserID, JudgedAt: tx.Now}); err != nil {
				return err
			}
		}
		if len(after) == 0 {
			return store.ErrNoChange
		}
		record(tx, *e, policies.EvaluationWrite, "judge", before, after, "")
		return setEvaluation(ctx, tx, *e, Draft)
	})
}

var anyCode = regexp.MustCompile(`^[1-8](\.[1-9][0-9]?){0,2}$`)

// NewRecommendation is what the evaluation advises, for a phase, sub-process or
// task: any code of GSBPM, or not to repeat the process (no code).
type NewRecommendation struct {
	Code         string
	Text         string
	DepartmentID string // whose work it is; the owner of the process when empty
}

// Recommend puts a recommendation into the register of planning, in the unit
// of work that keeps it with the evaluation, and gives its number.
func (s *Service) Recommend(ctx context.Context, id string, n NewRecommendation) (planning.Recommendation, error) {
	n.Code = strings.TrimSpace(n.Code)
	if n.Code != "" && !anyCode.MatchString(n.Code) {
		return planning.Recommendation{}, apperr.InvalidField("code", "evaluation.field.code")
	}
	var r planning.Recommendation
	err := s.edit(ctx, id, func(tx *store.Tx, e *Evaluation, cy kis.Cycle) error {
		if n.DepartmentID == "" {
			n.DepartmentID = cy.Owner.ID
		}
		label := e.Number
		if n.Code != "" {
			label += ", " + n.Code
		}
		var err error
		r, err = s.Planning.ProposeTx(ctx, tx, planning.NewRecommendation{Text: n.Text, Basis: planning.FromOther, BasisLabel: label, BasisID: e.ID, GSBPM: n.Code, DepartmentID: n.DepartmentID})
		if err != nil {
			return err
		}
		if err := insertRecommendation(ctx, tx, e.ID, r.ID, n.Code); err != nil {
			return err
		}
		record(tx, *e, policies.EvaluationWrite, "recommend", nil, map[string]any{"recommendation": r.Number, "code": n.Code}, "")
		return setEvaluation(ctx, tx, *e, Draft)
	})
	return r, err
}

// Decision ends an evaluation (8.3).
type Decision struct {
	NextPhase  string // where the next cycle starts: 1 to 8, or Stop
	Reason     string
	Conclusion string
	Confirmed  bool // the sentence was ticked
}

// Finish locks the evaluation with a picture of what was gathered. Every
// sub-process that exists must have been judged.
func (s *Service) Finish(ctx context.Context, id string, d Decision) error {
	scope, err := office.Allowed(ctx, policies.EvaluationFinish)
	if err != nil {
		return err
	}
	var c apperr.Check
	c.OneOf("next_phase", d.NextPhase, NextPhases()...)
	d.Reason = c.Text("next_reason", d.Reason, minWhy, maxText)
	d.Conclusion = c.Text("conclusion", d.Conclusion, minWhy, maxText)
	if !d.Confirmed {
		c.Add("confirm", "planning.error.confirm")
	}
	if err := c.Err(); err != nil {
		return err
	}
	seen, err := evaluationBy(ctx, s.DB.Read(), id)
	if err != nil {
		return err
	}
	cycle, err := s.KIS.Cycle(ctx, seen.CycleID)
	if err != nil {
		return err
	}
	lines, err := s.gather(ctx, cycle)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		e, cy, err := s.hold(ctx, tx, id, scope)
		if err != nil {
			return err
		}
		exists, err := subprocesses(ctx, tx, cy.VersionID)
		if err != nil {
			return err
		}
		judged, err := judgementsOf(ctx, tx, e.ID)
		if err != nil {
			return err
		}
		var open []string
		for _, code := range slices.Sorted(maps.Keys(exists)) {
			if judged[code].Grade == "" {
				open = append(open, code)
			}
		}
		if len(open) > 0 {
			return apperr.New(apperr.Conflict, "evaluation.error.unjudged", "codes", strings.Join(open, ", "))
		}
		if err := insertLines(ctx, tx, e.ID, lines); err != nil {
			return err
		}
		e.NextPhase, e.NextReason, e.Conclusion = d.NextPhase, d.Reason, d.Conclusion
		e.FinishedBy, e.FinishedName, e.FinishedAt = tx.Actor.UserID, tx.Actor.Name, tx.Now
		record(tx, e, policies.EvaluationFinish, "finish", map[string]any{"state": Draft},
			map[string]any{"state": Final, "next_phase": d.NextPhase, "figures": len(lines), "conclusion": d.Conclusion}, d.Reason)
		return setEvaluation(ctx, tx, e, Final)
	})
}
