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

// RequestState is where an evidence request stands.
type RequestState string

// The states of a request.
const (
	RequestOpen      RequestState = "open"      // asked; the person asked answers
	RequestAnswered  RequestState = "answered"  // who asked accepts or returns the answer
	RequestReturned  RequestState = "returned"  // the answer is not enough, with a reason; another is due
	RequestAccepted  RequestState = "accepted"  // the answer is what was asked for
	RequestClosed    RequestState = "closed"    // nothing more is said about it
	RequestWithdrawn RequestState = "withdrawn" // who asked no longer needs it
)

// RequestStates lists them in the order of the list's filter.
func RequestStates() []RequestState {
	return []RequestState{RequestOpen, RequestReturned, RequestAnswered, RequestAccepted, RequestClosed, RequestWithdrawn}
}

// RequestTransitions is the life of a request.
var RequestTransitions = []office.Transition[RequestState]{
	{From: "", To: RequestOpen, Action: policies.RequestAsk, Verb: "ask"},
	{From: RequestOpen, To: RequestAnswered, Action: policies.RequestAnswer, Verb: "answer"},
	{From: RequestReturned, To: RequestAnswered, Action: policies.RequestAnswer, Verb: "answer"},
	{From: RequestAnswered, To: RequestAccepted, Action: policies.RequestDecide, Verb: "accept"},
	{From: RequestAnswered, To: RequestReturned, Action: policies.RequestDecide, Verb: "return"},
	{From: RequestAccepted, To: RequestClosed, Action: policies.RequestDecide, Verb: "close"},
	{From: RequestOpen, To: RequestWithdrawn, Action: policies.RequestDecide, Verb: "withdraw"},
	{From: RequestReturned, To: RequestWithdrawn, Action: policies.RequestDecide, Verb: "withdraw"},
}

// Bounds of texts.
const (
	maxTitle = 300
	maxText  = 4000
	minWhy   = 5 // a reason of fewer letters says nothing
)

// Request is evidence asked of a person, or of the head of a department.
type Request struct {
	bun.BaseModel `bun:"table:evidence_requests,alias:r"`

	ID              string       `bun:"id,pk"`
	Number          string       `bun:"number"`            // SS-2026-014
	CycleID         string       `bun:"cycle_id,nullzero"` // empty for a document asked for beforehand
	AuditID         string       `bun:"audit_id,nullzero"` // for which it is asked
	DepartmentID    string       `bun:"department_id"`
	AddresseeID     string       `bun:"addressee_id,nullzero"` // empty: the head of the department
	Title           string       `bun:"title"`
	Text            string       `bun:"text"`
	Confidential    bool         `bun:"confidential"` // seen by who asked, who was asked, and who sees the department's confidential evidence
	Due             day.Day      `bun:"due"`
	DueConfirmed    bool         `bun:"due_confirmed"` // false: the calendar of that year is a proposal
	State           RequestState `bun:"state"`
	AskedBy         string       `bun:"asked_by"`
	AskedAt         time.Time    `bun:"asked_at"`
	FirstAnsweredAt time.Time    `bun:"first_answered_at,nullzero"`
	AnsweredAt      time.Time    `bun:"answered_at,nullzero"`
	ReturnedAt      time.Time    `bun:"returned_at,nullzero"`
	AcceptedAt      time.Time    `bun:"accepted_at,nullzero"`
	ClosedAt        time.Time    `bun:"closed_at,nullzero"`
	WithdrawnAt     time.Time    `bun:"withdrawn_at,nullzero"`
	Reason          string       `bun:"reason"` // of the last return, or of the withdrawal
	SearchKey       string       `bun:"search_key"`
}

// Waits says whether an answer is due.
func (r Request) Waits() bool { return r.State == RequestOpen || r.State == RequestReturned }

// Overdue says whether an answer is late on a day.
func (r Request) Overdue(today day.Day) bool { return r.Waits() && r.Due < today }

// seenBy says whether a person may see the request.
func (r Request) seenBy(a actor.Actor) bool {
	if a.UserID != "" && (a.UserID == r.AskedBy || a.UserID == r.AddresseeID) {
		return true
	}
	act := policies.RequestRead
	if r.Confidential {
		act = policies.EvidenceSecret
	}
	return policies.Can(a, policies.RequestRead) && policies.For(a, act).Department(r.DepartmentID)
}

// answerableBy says whether a person answers the request: who was asked, or
// who stands in for the department.
func (r Request) answerableBy(a actor.Actor) bool {
	if a.UserID == "" || a.UserID == r.AskedBy || !r.seenBy(a) {
		return false
	}
	return a.UserID == r.AddresseeID && policies.Can(a, policies.RequestAnswer) || policies.For(a, policies.RequestStandIn).Department(r.DepartmentID)
}

// decidableBy says whether a person decides about the answer: who asked, or
// who may decide about all.
func (r Request) decidableBy(a actor.Actor) bool {
	scope := policies.For(a, policies.RequestDecide)
	return a.UserID != "" && r.seenBy(a) && (scope.Any || scope.Assigned && a.UserID == r.AskedBy)
}

// NewRequest is evidence to ask for.
type NewRequest struct {
	CycleID      string   // empty for a document asked for beforehand
	OutputIDs    []string // of the cycle's process; none asks about the cycle as a whole
	AuditID      string
	DepartmentID string
	AddresseeID  string // somebody who answers for the department; empty asks its head
	Title        string
	Text         string
	Confidential bool
	Due          day.Day // a working day from today on
	WorkingDays  int     // instead of Due: so many from today
}

func (n *NewRequest) check(c *apperr.Check) {
	n.Title = strings.ReplaceAll(c.Text("title", n.Title, 1, maxTitle), "\n", " ")
	n.Text = c.Text("text", n.Text, 1, maxText)
	slices.Sort(n.OutputIDs)
	n.OutputIDs = slices.Compact(n.OutputIDs)
	if n.DepartmentID == "" {
		c.Add("department", "error.field.required")
	}
	if n.CycleID == "" && len(n.OutputIDs) > 0 {
		c.Add("cycle", "error.field.required")
	}
	if n.WorkingDays < 0 || n.WorkingDays > longestTerm {
		c.Add("working_days", "error.field.range", "min", 1, "max", longestTerm)
	}
}

// Ask makes a request. Invalid names what does not exist, does not belong
// together or lies in the past, and a person who cannot answer for the
// department; a closed cycle is a Conflict.
func (s *Service) Ask(ctx context.Context, n NewRequest) (Request, error) {
	if _, err := office.Allowed(ctx, policies.RequestAsk); err != nil {
		return Request{}, err
	}
	who, err := me(ctx)
	if err != nil {
		return Request{}, err
	}
	var r Request
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		var c apperr.Check
		n.check(&c)
		due, confirmed, err := s.term(ctx, tx, &c, n.Due, n.WorkingDays)
		if err != nil {
			return err
		}
		if err := s.checkAddressee(ctx, tx, &c, who, n); err != nil {
			return err
		}
		codes, err := s.checkAbout(ctx, tx, &c, n)
		if err != nil {
			return err
		}
		if err := c.Err(); err != nil {
			return err
		}
		year := s.KIS.Today().Year()
		no, err := tx.NextNumber(ctx, KindRequest, year)
		if err != nil {
			return err
		}
		r = Request{ID: store.NewID(), Number: fmt.Sprintf("SS-%d-%03d", year, no), CycleID: n.CycleID, AuditID: n.AuditID, DepartmentID: n.DepartmentID,
			AddresseeID: n.AddresseeID, Title: n.Title, Text: n.Text, Confidential: n.Confidential, Due: due, DueConfirmed: confirmed, State: RequestOpen,
			AskedBy: who.UserID, AskedAt: tx.Now}
		r.SearchKey = i18n.Fold(strings.Join(append([]string{r.Number, r.Title, r.Text}, codes...), " "))
		if err := insertRequest(ctx, tx, r, n.OutputIDs); err != nil {
			return err
		}
		after := map[string]any{"state": r.State, "step": "ask", "department": r.DepartmentID, "addressee": r.AddresseeID, "due": r.Due, "confidential": r.Confidential}
		if !r.Confidential {
			after["title"], after["text"] = r.Title, r.Text
		}
		tx.Record(store.Change{Action: string(policies.RequestAsk), Kind: KindRequest, ID: r.ID, Label: r.Number, After: after})
		return nil
	})
	return r, err
}

// checkAddressee notes a department that is none and a person who does not
// answer for it.
func (s *Service) checkAddressee(ctx context.Context, tx *store.Tx, c *apperr.Check, who actor.Actor, n NewRequest) error {
	if n.DepartmentID == "" {
		return nil
	}
	departments, err := office.DepartmentsByID(ctx, tx, []string{n.DepartmentID})
	if err != nil {
		return err
	}
	d, ok := departments[n.DepartmentID]
	if !ok || d.Kind != office.Internal || !d.ArchivedAt.IsZero() {
		c.Add("department", "error.field.choice")
		return nil
	}
	people, err := s.KIS.Actors(ctx, tx)
	if err != nil {
		return err
	}
	if n.AddresseeID == "" {
		if !slices.ContainsFunc(people, func(a actor.Actor) bool {
			return a.UserID != who.UserID && policies.For(a, policies.RequestStandIn).Department(d.ID)
		}) {
			c.Add("addressee", "inquiry.field.no_head", "department", d.Code)
		}
		return nil
	}
	i := slices.IndexFunc(people, func(a actor.Actor) bool { return a.UserID == n.AddresseeID })
	switch {
	case i < 0:
		c.Add("addressee", "error.field.choice")
	case n.AddresseeID == who.UserID:
		c.Add("addressee", "inquiry.field.self")
	case !policies.For(people[i], policies.RequestAnswer).Department(d.ID):
		c.Add("addressee", "inquiry.field.cannot_answer", "person", people[i].Name, "department", d.Code)
	}
	return nil
}

// checkAbout notes a cycle, outputs and an audit that do not exist or do not
// belong together, and gives the codes of the tasks.
func (s *Service) checkAbout(ctx context.Context, tx *store.Tx, c *apperr.Check, n NewRequest) (codes []string, err error) {
	if n.AuditID != "" {
		known := map[string]string{}
		if s.Audits != nil && store.IsID(n.AuditID) {
			if known, err = s.Audits.AuditNumbers(ctx, tx, []string{n.AuditID}); err != nil {
				return nil, err
			}
		}
		if known[n.AuditID] == "" {
			c.Add("audit", "error.field.choice")
		}
	}
	if n.CycleID == "" {
		return nil, nil
	}
	if !store.IsID(n.CycleID) {
		c.Add("cycle", "error.field.choice")
		return nil, nil
	}
	cy, err := kis.HoldCycle(ctx, tx, n.CycleID)
	if apperr.Is(err, apperr.NotFound) {
		c.Add("cycle", "error.field.choice")
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if cy.State == kis.CycleClosed {
		return nil, apperr.New(apperr.Conflict, "kis.cycle.not_open")
	}
	found, err := outputCodes(ctx, tx, cy.VersionID, n.OutputIDs)
	if err != nil {
		return nil, err
	}
	if len(found) != len(n.OutputIDs) {
		c.Add("output", "error.field.choice")
	}
	for _, code := range found {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return append(slices.Compact(codes), cy.Process.TitleAZ, cy.Process.TitleEN, cy.Period), nil
}
