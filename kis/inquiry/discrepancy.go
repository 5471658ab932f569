package inquiry

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// DiscrepancyState is where a discrepancy note stands.
type DiscrepancyState string

// The states of a note.
const (
	DiscrepancyOpen      DiscrepancyState = "open"      // found; the department explains or corrects it
	DiscrepancyExplained DiscrepancyState = "explained" // why the figure is right after all; to be confirmed
	DiscrepancyCorrected DiscrepancyState = "corrected" // what was put right; to be confirmed
	DiscrepancyConfirmed DiscrepancyState = "confirmed" // somebody else agrees
	DiscrepancyPromoted  DiscrepancyState = "promoted"  // it became a nonconformity of the audit
)

// DiscrepancyStates lists them in the order of the list's filter.
func DiscrepancyStates() []DiscrepancyState {
	return []DiscrepancyState{DiscrepancyOpen, DiscrepancyExplained, DiscrepancyCorrected, DiscrepancyConfirmed, DiscrepancyPromoted}
}

// DiscrepancyTransitions is the life of a note.
var DiscrepancyTransitions = []office.Transition[DiscrepancyState]{
	{From: "", To: DiscrepancyOpen, Action: policies.DiscrepancyWrite, Verb: "note"},
	{From: DiscrepancyOpen, To: DiscrepancyExplained, Action: policies.DiscrepancyWrite, Verb: "explain"},
	{From: DiscrepancyOpen, To: DiscrepancyCorrected, Action: policies.DiscrepancyWrite, Verb: "correct"},
	{From: DiscrepancyExplained, To: DiscrepancyOpen, Action: policies.DiscrepancyConfirm, Verb: "refuse"},
	{From: DiscrepancyCorrected, To: DiscrepancyOpen, Action: policies.DiscrepancyConfirm, Verb: "refuse"},
	{From: DiscrepancyExplained, To: DiscrepancyConfirmed, Action: policies.DiscrepancyConfirm, Verb: "confirm"},
	{From: DiscrepancyCorrected, To: DiscrepancyConfirmed, Action: policies.DiscrepancyConfirm, Verb: "confirm"},
	{From: DiscrepancyOpen, To: DiscrepancyPromoted, Action: policies.DiscrepancyPromote, Verb: "promote"},
	{From: DiscrepancyExplained, To: DiscrepancyPromoted, Action: policies.DiscrepancyPromote, Verb: "promote"},
	{From: DiscrepancyCorrected, To: DiscrepancyPromoted, Action: policies.DiscrepancyPromote, Verb: "promote"},
	{From: DiscrepancyConfirmed, To: DiscrepancyPromoted, Action: policies.DiscrepancyPromote, Verb: "promote"},
}

// validation is the sub-process whose tasks find discrepancies (GSBPM 6.2,
// Validate outputs).
const validation = "6.2"

// Bounds of a note.
const (
	maxSize   = 200
	maxSource = 500
	maxCases  = 100_000_000
)

// Discrepancy is a note of what the validation of outputs found ("uyğunsuzluqlara
// dair qeydlər", GSBPM 6.2.1-6.2.3; ISO 9001:2015 8.7): a record of production.
type Discrepancy struct {
	bun.BaseModel `bun:"table:discrepancies,alias:n"`

	ID              string           `bun:"id,pk"`
	Number          string           `bun:"number"` // UQ-2026-007
	CycleID         string           `bun:"cycle_id"`
	ActivityID      string           `bun:"activity_id"`
	Code            string           `bun:"code"`          // of the task, 6.2.x
	DepartmentID    string           `bun:"department_id"` // that explains it
	Found           string           `bun:"found"`
	Cases           int              `bun:"cases"` // how many
	Size            string           `bun:"size"`  // how large, in words: "3,4% fərq"
	Source          string           `bun:"source"`
	Due             day.Day          `bun:"due"` // to explain or correct it
	DueConfirmed    bool             `bun:"due_confirmed"`
	State           DiscrepancyState `bun:"state"`
	NotedBy         string           `bun:"noted_by"`
	NotedAt         time.Time        `bun:"noted_at"`
	Explanation     string           `bun:"explanation"`
	ExplainedBy     string           `bun:"explained_by,nullzero"`
	ExplainedAt     time.Time        `bun:"explained_at,nullzero"`
	FirstAnsweredAt time.Time        `bun:"first_answered_at,nullzero"`
	Refused         int              `bun:"refused"` // how often an explanation was refused
	Refusal         string           `bun:"refusal"` // reason of the last time
	RefusedAt       time.Time        `bun:"refused_at,nullzero"`
	ConfirmedBy     string           `bun:"confirmed_by,nullzero"`
	ConfirmedAt     time.Time        `bun:"confirmed_at,nullzero"`
	PromotedBy      string           `bun:"promoted_by,nullzero"`
	PromotedAt      time.Time        `bun:"promoted_at,nullzero"`
	Promotion       string           `bun:"promotion"` // why
	ActID           string           `bun:"act_id,nullzero"`
	SearchKey       string           `bun:"search_key"`
}

// Overdue says whether the explanation is late on a day.
func (d Discrepancy) Overdue(today day.Day) bool {
	return d.State == DiscrepancyOpen && d.Due < today
}

// seenBy says whether a person may see the note.
func (d Discrepancy) seenBy(a actor.Actor) bool {
	return policies.For(a, policies.DiscrepancyRead).Department(d.DepartmentID)
}

// NewDiscrepancy is something that was found.
type NewDiscrepancy struct {
	CycleID      string
	Code         string // 6.2.x, a task that applies in the cycle's description
	DepartmentID string // responsible for the task, or the owner of the process; empty takes the actor's
	Found        string
	Cases        int
	Size         string
	Source       string
}

// Note records what was found, with the term of the office to explain it.
// Invalid names a code that is none of 6.2 in this cycle; a cycle that is not
// running is a Conflict.
func (s *Service) Note(ctx context.Context, n NewDiscrepancy) (Discrepancy, error) {
	scope, err := office.Allowed(ctx, policies.DiscrepancyWrite)
	if err != nil {
		return Discrepancy{}, err
	}
	who, err := me(ctx)
	if err != nil {
		return Discrepancy{}, err
	}
	var c apperr.Check
	n.Found = c.Text("found", n.Found, minWhy, maxText)
	n.Size = strings.ReplaceAll(c.Text("size", n.Size, 0, maxSize), "\n", " ")
	n.Source = c.Text("source", n.Source, 1, maxSource)
	if n.Cases < 1 || n.Cases > maxCases {
		c.Add("cases", "error.field.range", "min", 1, "max", maxCases)
	}
	n.Code = strings.TrimSpace(n.Code)
	if !kis.IsTaskCode(n.Code) || !strings.HasPrefix(n.Code, validation+".") {
		c.Add("code", "inquiry.field.code", "code", i18n.Shorten(n.Code, 20))
	}
	if !store.IsID(n.CycleID) {
		c.Add("cycle", "error.field.choice")
	}
	if err := c.Err(); err != nil {
		return Discrepancy{}, err
	}
	var d Discrepancy
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		cy, err := kis.HoldCycle(ctx, tx, n.CycleID)
		if apperr.Is(err, apperr.NotFound) {
			return apperr.InvalidField("cycle", "error.field.choice")
		}
		if err != nil {
			return err
		}
		if !cy.Open() {
			return apperr.New(apperr.Conflict, "kis.cycle.not_open")
		}
		activityID, responsible, err := responsibleFor(ctx, tx, cy, n.Code)
		if err != nil {
			return err
		}
		if activityID == "" {
			return apperr.InvalidField("code", "inquiry.field.code_na", "code", n.Code)
		}
		if n.DepartmentID, err = chosen(scope, responsible, n.DepartmentID); err != nil {
			return err
		}
		due, confirmed, err := s.usualTerm(ctx, tx, "discrepancy.explain")
		if err == nil && due == "" {
			due, confirmed, err = office.AddWorkingDays(ctx, tx, s.KIS.Country, s.KIS.Today(), 5)
		}
		if err != nil {
			return err
		}
		year := s.KIS.Today().Year()
		no, err := tx.NextNumber(ctx, KindDiscrepancy, year)
		if err != nil {
			return err
		}
		d = Discrepancy{ID: store.NewID(), Number: fmt.Sprintf("UQ-%d-%03d", year, no), CycleID: cy.ID, ActivityID: activityID, Code: n.Code, DepartmentID: n.DepartmentID,
			Found: n.Found, Cases: n.Cases, Size: n.Size, Source: n.Source, Due: due, DueConfirmed: confirmed, State: DiscrepancyOpen, NotedBy: who.UserID, NotedAt: tx.Now}
		d.SearchKey = i18n.Fold(strings.Join([]string{d.Number, d.Code, d.Found, d.Size, d.Source, cy.Process.TitleAZ, cy.Process.TitleEN, cy.Period}, " "))
		if _, err := tx.NewInsert().Model(&d).Exec(ctx); err != nil {
			return store.MapError(err, "insert discrepancy")
		}
		tx.Record(store.Change{Action: string(policies.DiscrepancyWrite), Kind: KindDiscrepancy, ID: d.ID, Label: d.Number, After: map[string]any{"state": d.State, "step": "note",
			"code": d.Code, "department": d.DepartmentID, "found": d.Found, "cases": d.Cases, "size": d.Size, "seen_in": d.Source, "due": d.Due}})
		return nil
	})
	return d, err
}

// chosen is the department of a note: the wanted one when it answers for the
// task, else the actor's.
func chosen(scope policies.Scope, responsible []string, wanted string) (string, error) {
	if wanted != "" && !slices.Contains(responsible, wanted) {
		return "", apperr.InvalidField("department", "inquiry.field.not_responsible")
	}
	for _, id := range responsible {
		if scope.Department(id) && (wanted == "" || wanted == id) {
			return id, nil
		}
	}
	return "", apperr.New(apperr.Forbidden, "inquiry.discrepancy.not_department")
}
