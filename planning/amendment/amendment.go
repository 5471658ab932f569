// Package amendment owns the changes of a yearly plan after its approval: what
// is changed, why, by whom, with the words before and after, numbered within
// the plan and approved by management.
//
// It may import planning, kis and what those may import. Invariants: an item
// of an approved plan changes only in the unit of work that approves an
// amendment, in the database too; one that was decided never changes; what the
// plan said when a change was written must still stand when it is approved.
package amendment

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
)

// Kind is what the trail calls an amendment; maxText bounds its words.
const (
	Kind    = "plan_amendment"
	maxText = 4000
)

// State is the state of an amendment.
type State string

// The states.
const (
	Draft    State = "draft"    // changes are being written
	Proposed State = "proposed" // management decides
	applying State = "applying" // only within the unit of work that approves it
	Approved State = "approved" // in force
	Rejected State = "rejected" // with a reason; its number stays taken
)

// States lists the states in the order of its life.
func States() []State { return []State{Draft, Proposed, Approved, Rejected} }

// Transitions is the life of an amendment.
var Transitions = []office.Transition[State]{
	{From: "", To: Draft, Action: policies.PlanDraft, Verb: "open"},
	{From: Draft, To: Proposed, Action: policies.PlanDraft, Verb: "propose"},
	{From: Proposed, To: Draft, Action: policies.PlanDraft, Verb: "recall"},
	{From: Proposed, To: Approved, Action: policies.PlanApprove, Verb: "approve"},
	{From: Proposed, To: Rejected, Action: policies.PlanApprove, Verb: "reject"},
}

// Amendment is a numbered change of an approved plan.
type Amendment struct {
	bun.BaseModel `bun:"table:plan_amendments,alias:m"`

	ID           string    `bun:"id,pk"`
	PlanID       string    `bun:"plan_id"`
	No           int       `bun:"no"`
	State        State     `bun:"state"`
	Reason       string    `bun:"reason"`
	CreatedBy    string    `bun:"created_by,nullzero"`
	CreatedName  string    `bun:"created_name"`
	CreatedAt    time.Time `bun:"created_at"`
	ProposedBy   string    `bun:"proposed_by,nullzero"`
	ProposedName string    `bun:"proposed_name"`
	ProposedAt   time.Time `bun:"proposed_at,nullzero"`
	DecidedBy    string    `bun:"decided_by,nullzero"`
	DecidedName  string    `bun:"decided_name"`
	DecidedAt    time.Time `bun:"decided_at,nullzero"`
	Note         string    `bun:"note"` // why it was rejected
	Version      int       `bun:"version"`

	Key     planning.Key `bun:"key,scanonly"` // of the plan
	Changes []Change     `bun:"-"`
}

// ChangeKind is what is done to an item.
type ChangeKind string

// The kinds of changes.
const (
	Reword ChangeKind = "change"
	Add    ChangeKind = "add"
	Remove ChangeKind = "remove" // only of an item nobody has reported on
)

// Change is what an amendment does to one item.
type Change struct {
	bun.BaseModel `bun:"table:plan_amendment_changes,alias:x"`

	ID          string     `bun:"id,pk"`
	AmendmentID string     `bun:"amendment_id"`
	Position    int        `bun:"position"`
	ItemID      string     `bun:"item_id,nullzero"`
	ItemNo      int        `bun:"item_no"` // as printed; 0 = not there yet
	Kind        ChangeKind `bun:"kind"`
	Before      string     `bun:"before"` // JSON of Said
	After       string     `bun:"after"`

	Was, Will Said `bun:"-"`
}

// Said is what a plan says of an item.
type Said struct {
	Section        planning.Section `json:"section"`
	Text           string           `json:"text"`
	ExpectedResult string           `json:"expected_result"`
	Indicator      string           `json:"indicator"`
	ResponsibleID  string           `json:"responsible"`
	CoExecutors    []string         `json:"co_executors"`
	StartQuarter   int              `json:"start_quarter"`
	Due            day.Day          `json:"due"`

	Responsible string `json:"-"` // code
	With        string `json:"-"` // codes
}

func said(f planning.ItemFields) Said {
	if f.CoExecutors == nil {
		f.CoExecutors = []string{}
	}
	return Said{f.Section, f.Text, f.ExpectedResult, f.Indicator, f.ResponsibleID, f.CoExecutors, f.StartQuarter, f.Due, "", ""}
}

// Fields gives it as the fields of an item.
func (s Said) Fields() planning.ItemFields {
	return planning.ItemFields{Section: s.Section, Text: s.Text, ExpectedResult: s.ExpectedResult, Indicator: s.Indicator, ResponsibleID: s.ResponsibleID,
		CoExecutors: s.CoExecutors, StartQuarter: s.StartQuarter, Due: s.Due}
}

func (s Said) json() string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // texts and numbers only
	}
	return string(b)
}

// Service is the amendments of the plans of planning.
type Service struct{ *planning.Service }

// New makes the service.
func New(p *planning.Service) *Service { return &Service{p} }

// Open begins an amendment of a plan in force, with the reason. While one is
// being written or waits for management there is no other: a Conflict.
func (s *Service) Open(ctx context.Context, key planning.Key, reason string) (Amendment, error) {
	if _, err := office.Allowed(ctx, policies.PlanDraft); err != nil {
		return Amendment{}, err
	}
	var c apperr.Check
	reason = c.Text("reason", reason, 5, maxText)
	if err := c.Err(); err != nil {
		return Amendment{}, err
	}
	var m Amendment
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		p, err := planning.LockPlan(ctx, tx, key)
		if err != nil {
			return err
		}
		if p.State != planning.PlanApproved && p.State != planning.PlanRunning {
			return apperr.New(apperr.Conflict, "planning.amendment.error.not_in_force")
		}
		m = Amendment{ID: store.NewID(), PlanID: p.ID, State: Draft, Reason: reason, CreatedBy: tx.Actor.UserID, CreatedName: tx.Actor.Name, CreatedAt: tx.Now, Version: 1, Key: p.Key}
		if err := insert(ctx, tx, &m); err != nil {
			return err
		}
		record(tx, m, "open", nil, map[string]any{"no": m.No}, reason)
		return nil
	})
	return m, err
}

// Reword writes a change of an item into a draft. An item that is done, or that
// says so already, is a Conflict.
func (s *Service) Reword(ctx context.Context, id, itemID string, f planning.ItemFields) error {
	return s.edit(ctx, id, func(tx *store.Tx, p planning.Plan, m *Amendment) error {
		it, was, err := itemOf(ctx, tx, p, itemID)
		if err != nil {
			return err
		}
		if f, err = planning.CheckFields(f, p.Year); err != nil {
			return err
		}
		if err := planning.CheckDepartments(ctx, tx, f); err != nil {
			return err
		}
		if it.State == planning.Done {
			return apperr.New(apperr.Conflict, "planning.amendment.error.done")
		}
		will := said(f)
		if was.json() == will.json() {
			return apperr.New(apperr.Conflict, "planning.amendment.error.same")
		}
		return put(ctx, tx, m, Change{ItemID: it.ID, ItemNo: it.No, Kind: Reword, Before: was.json(), After: will.json()})
	})
}

// Add writes a new item into a draft.
func (s *Service) Add(ctx context.Context, id string, f planning.ItemFields) error {
	return s.edit(ctx, id, func(tx *store.Tx, p planning.Plan, m *Amendment) error {
		f, err := planning.CheckFields(f, p.Year)
		if err != nil {
			return err
		}
		if err := planning.CheckDepartments(ctx, tx, f); err != nil {
			return err
		}
		return put(ctx, tx, m, Change{Kind: Add, After: said(f).json()})
	})
}

// Remove writes into a draft that an item is taken out. One that was reported on
// stays: a Conflict.
func (s *Service) Remove(ctx context.Context, id, itemID string) error {
	return s.edit(ctx, id, func(tx *store.Tx, p planning.Plan, m *Amendment) error {
		it, was, err := itemOf(ctx, tx, p, itemID)
		if err != nil {
			return err
		}
		if err := planning.Removable(ctx, tx, it); err != nil {
			return err
		}
		return put(ctx, tx, m, Change{ItemID: it.ID, ItemNo: it.No, Kind: Remove, Before: was.json()})
	})
}

// Drop takes a change out of a draft again.
func (s *Service) Drop(ctx context.Context, id, changeID string) error {
	return s.edit(ctx, id, func(tx *store.Tx, _ planning.Plan, m *Amendment) error {
		return drop(ctx, tx, m, changeID)
	})
}

// edit changes a draft whose plan is locked.
func (s *Service) edit(ctx context.Context, id string, do func(tx *store.Tx, p planning.Plan, m *Amendment) error) error {
	if _, err := office.Allowed(ctx, policies.PlanDraft); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		p, m, err := lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if m.State != Draft {
			return apperr.New(apperr.Conflict, "planning.amendment.error.not_draft")
		}
		if err := do(tx, p, &m); err != nil {
			return err
		}
		return move(ctx, tx, &m, Draft)
	})
}

// record leaves a trail entry about an amendment.
func record(tx *store.Tx, m Amendment, verb string, before, after map[string]any, note string) {
	c := store.Change{Action: "planning:plan:amend_" + verb, Kind: Kind, ID: m.ID, Label: string(m.Key) + ", " + strconv.Itoa(m.No), RootKind: "plan", RootID: m.PlanID, After: after, Note: note}
	if before != nil {
		c.Before = before
	}
	tx.Record(c)
}
