package audit

import (
	"context"
	"slices"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// NewFinding raises a finding from a checklist row. What the row knows
// (clause, code, evidence) is carried over.
type NewFinding struct {
	Row               RowAnswer // answered in the same step; its Answer follows from Grade
	Grade             Grade
	DepartmentID      string // one of the departments in scope
	CycleID           string // one of the cycles in scope; empty takes the first
	Statement         string
	Criterion         string // internal document beside the clause
	ObjectiveEvidence string // where in the evidence it is seen, in words
	Recommendation    string
	RepeatOf          string // id of an earlier issued act of the department, for a repeated nonconformity
}

// RaiseFinding answers the row, makes the finding and, for a nonconformity, a
// draft act, in one step. The act is empty for other grades.
func (s *Service) RaiseFinding(ctx context.Context, n NewFinding) (Finding, Act, error) {
	var c apperr.Check
	apperr.OneOf(&c, "grade", n.Grade, Grades()...)
	n.Row.Answer = n.Grade.Answer()
	n.Row = n.Row.check(&c)
	n.Statement = c.Text("statement", n.Statement, 1, maxText)
	n.Criterion = c.Text("criterion", n.Criterion, 0, maxText)
	n.ObjectiveEvidence = c.Text("objective_evidence", n.ObjectiveEvidence, 0, maxText)
	n.Recommendation = c.Text("recommendation", n.Recommendation, 0, maxText)
	if err := c.Err(); err != nil {
		return Finding{}, Act{}, err
	}
	var f Finding
	var act Act
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		a, row, err := s.rowToAnswer(ctx, tx, n.Row.RowID, policies.FindingRaise)
		if err != nil {
			return err
		}
		sc, err := scopeOf(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		if !slices.Contains(sc.Departments, n.DepartmentID) {
			return apperr.InvalidField("department", "error.field.choice")
		}
		if n.CycleID == "" && len(sc.Cycles) > 0 {
			n.CycleID = sc.Cycles[0]
		}
		if n.CycleID != "" && !slices.Contains(sc.Cycles, n.CycleID) {
			return apperr.InvalidField("cycle", "error.field.choice")
		}
		if n.RepeatOf, err = repeatOf(ctx, tx, n.RepeatOf, n.DepartmentID); err != nil {
			return err
		}
		if row, err = s.answer(ctx, tx, a, row, n.Row); err != nil {
			return err
		}
		if f, err = insertFinding(ctx, tx, a, row, n); err != nil {
			return err
		}
		if !n.Grade.NeedsAct() {
			return nil
		}
		act, err = s.draft(ctx, tx, f, n)
		return err
	})
	return f, act, err
}

func insertFinding(ctx context.Context, tx *store.Tx, a Audit, row Row, n NewFinding) (Finding, error) {
	t, err := templateByID(ctx, tx, row.TemplateID)
	if err != nil {
		return Finding{}, err
	}
	no, err := nextFinding(ctx, tx, a.ID)
	if err != nil {
		return Finding{}, err
	}
	f := Finding{ID: store.NewID(), AuditID: a.ID, RowID: row.ID, No: no, Grade: n.Grade, Standard: t.Standard, Edition: t.Edition,
		Clause: row.Clause, GSBPM: row.GSBPM, CycleID: n.CycleID, DepartmentID: n.DepartmentID, Statement: n.Statement,
		Recommendation: n.Recommendation, CreatedBy: tx.Actor.UserID, CreatedAt: tx.Now, State: FindingDraft, StateAt: tx.Now, Version: 1}
	if err := storeFinding(ctx, tx, f, n.Row.Evidence); err != nil {
		return f, err
	}
	if err := addFindingEvent(ctx, tx, FindingEvent{FindingID: f.ID, Verb: "raise", To: string(f.State)}); err != nil {
		return f, err
	}
	tx.Record(store.Change{Action: string(policies.FindingRaise), Kind: kindFinding, ID: f.ID, Label: a.Number, RootKind: kindAudit, RootID: a.ID,
		After: map[string]any{"no": f.No, "grade": f.Grade, "clause": f.Clause, "gsbpm": f.GSBPM, "statement": f.Statement, "recommendation": f.Recommendation}})
	return f, nil
}

// draft makes the draft act of a finding.
func (s *Service) draft(ctx context.Context, tx *store.Tx, f Finding, n NewFinding) (Act, error) {
	a := Act{ID: store.NewID(), Origin: OfFinding, FindingID: f.ID, AuditID: f.AuditID, CycleID: f.CycleID, DepartmentID: f.DepartmentID,
		Grade: f.Grade, Standard: f.Standard, Edition: f.Edition, Clause: f.Clause, GSBPM: f.GSBPM, Criterion: n.Criterion,
		Statement: f.Statement, ObjectiveEvidence: n.ObjectiveEvidence, RepeatOf: n.RepeatOf, State: ActDraft, StateAt: tx.Now, Version: 1,
		CreatedBy: tx.Actor.UserID, CreatedAt: tx.Now, AnswerConfirmed: true}
	a.SearchKey = actSearchKey(a)
	if err := insertAct(ctx, tx, a, n.Row.Evidence); err != nil {
		return a, err
	}
	return a, recordAct(ctx, tx, a, "", "draft", policies.FindingRaise, "", map[string]any{"grade": a.Grade, "statement": a.Statement})
}

// actSearchKey is what a search over acts looks through.
func actSearchKey(a Act) string {
	return i18n.Fold(strings.Join([]string{a.Number, a.Statement, a.Criterion, a.GSBPM, a.Clause}, " "))
}

// repeatOf checks that a nonconformity repeats an issued act of the same
// department.
func repeatOf(ctx context.Context, tx *store.Tx, id, departmentID string) (string, error) {
	if id == "" {
		return "", nil
	}
	if !store.IsID(id) {
		return "", apperr.InvalidField("repeat_of", "error.field.choice")
	}
	ok, err := earlierAct(ctx, tx, id, departmentID)
	if err == nil && !ok {
		err = apperr.InvalidField("repeat_of", "error.field.choice")
	}
	return id, err
}

// Recommendation is what a finding recommends; planning makes items of it.
type Recommendation struct {
	FindingID    string
	AuditID      string
	AuditNumber  string
	ActID        string // empty when the finding made no act
	ActNumber    string // empty while it is a draft
	Text         string
	DepartmentID string
	GSBPM        string
	Clause       string // "ISO 9001:2015, 9.2.2 c"
	Grade        Grade
}

// Recommendations lists what the findings of the actor's scope recommend,
// newest first; withdrawn acts and cancelled audits do not count. Departments
// see them once the act is issued or the audit reported.
func (s *Service) Recommendations(ctx context.Context) ([]Recommendation, error) {
	sc, err := office.Allowed(ctx, policies.ActRead)
	if err != nil {
		return nil, err
	}
	return recommendations(ctx, s.DB.Read(), sc)
}
