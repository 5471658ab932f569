package planning

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Report is what the responsible department said about an item, once.
type Report struct {
	bun.BaseModel `bun:"table:plan_reports,alias:w"`

	ID           string    `bun:"id,pk"`
	ItemID       string    `bun:"item_id"`
	No           int       `bun:"no"` // 1, 2 … of the item
	FromState    ItemState `bun:"from_state"`
	ToState      ItemState `bun:"to_state"`
	Narrative    string    `bun:"narrative"`
	Reason       string    `bun:"reason"` // of a postponement
	NewDue       day.Day   `bun:"new_due,nullzero"`
	Quarter      int       `bun:"quarter"` // of the plan's year it is about; 0 = from before quarters were kept
	ReportedBy   string    `bun:"reported_by,nullzero"`
	ReportedName string    `bun:"reported_name"`
	ReportedAt   time.Time `bun:"reported_at"`

	Files []kis.File `bun:"-"`

	// What became of it.
	Decided     bool      `bun:"decided,scanonly"`
	Accepted    bool      `bun:"accepted,scanonly"`
	VerdictNote string    `bun:"verdict_note,scanonly"` // why it was returned
	VerdictName string    `bun:"verdict_name,scanonly"`
	VerdictAt   time.Time `bun:"verdict_at,scanonly,nullzero"`
}

// Waits says whether the report was neither accepted nor returned yet.
func (w Report) Waits() bool { return !w.Decided }

// NewReport is what a person reports about an item.
type NewReport struct {
	State     ItemState // in_progress, done or postponed
	Narrative string    // work done
	Reason    string    // why it is postponed
	NewDue    day.Day   // to when
	Quarter   int       // of the plan's year, 1 to 4; 0 = the one that runs
	StepIDs   []string  // steps of the item that are done
	UploadIDs []string  // evidence
}

func (n NewReport) check() (NewReport, error) {
	var c apperr.Check
	apperr.OneOf(&c, "state", n.State, InProgress, Done, Postponed)
	if n.Quarter < 0 || n.Quarter > 4 {
		c.Add("quarter", "error.field.choice")
	}
	n.Narrative = c.Text("narrative", n.Narrative, 5, maxText)
	if n.State == Postponed {
		n.Reason = c.Text("reason", n.Reason, 5, maxText)
		if n.NewDue == "" {
			c.Add("new_due", "error.field.required")
		}
	} else {
		n.Reason, n.NewDue = "", ""
	}
	return n, c.Err()
}

// verb is the step of a report.
func (n NewReport) verb() string {
	switch n.State {
	case Done:
		return "finish"
	case Postponed:
		return "postpone"
	}
	return "report"
}

// ReportItem reports on an item of a running plan, for its responsible
// department, with evidence that the actor has uploaded. A postponement needs
// a reason and a date after the present term, and changes nothing before
// management approves it; one that waits already is a Conflict.
func (s *Service) ReportItem(ctx context.Context, itemID string, n NewReport) error {
	scope, err := office.Allowed(ctx, policies.PlanReport)
	if err != nil {
		return err
	}
	if n, err = n.check(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		p, it, err := lockItem(ctx, tx, itemID)
		if err != nil {
			return err
		}
		if !scope.Department(it.ResponsibleID) {
			return apperr.New(apperr.Forbidden, "planning.error.not_department")
		}
		if p.State != PlanRunning {
			return wrongState(ctx, PlanTransitions, "plan", p.State)
		}
		t, err := arrow(ctx, ItemTransitions, "item", it.State, n.verb())
		if err != nil {
			return err
		}
		if n.State == Postponed && n.NewDue <= it.Term() {
			return apperr.InvalidField("new_due", "error.field.date_after", "date", it.Term().Format())
		}
		if n.Quarter, err = quarterOf(n.Quarter, it, s.KIS.Today()); err != nil {
			return err
		}
		return report(ctx, tx, p, it, t, n)
	})
}

// quarterOf is the quarter a report on an item is about: the one given, which
// must have begun, else the one that runs.
func quarterOf(given int, it Item, today day.Day) (int, error) {
	now := 4
	switch {
	case today.Year() < it.Year:
		now = it.StartQuarter
	case today.Year() == it.Year:
		now = max(today.Quarter(), it.StartQuarter)
	}
	if given == 0 {
		return now, nil
	}
	if given < it.StartQuarter || given > now {
		return 0, apperr.InvalidField("quarter", "planning.item.error.quarter")
	}
	return given, nil
}

func report(ctx context.Context, tx *store.Tx, p Plan, it Item, t office.Transition[ItemState], n NewReport) error {
	files, err := kis.AttachUploads(ctx, tx, n.UploadIDs)
	if err != nil {
		return err
	}
	w := Report{ID: store.NewID(), ItemID: it.ID, FromState: t.From, ToState: t.To, Narrative: n.Narrative, Reason: n.Reason, NewDue: n.NewDue, Quarter: n.Quarter,
		ReportedBy: tx.Actor.UserID, ReportedName: tx.Actor.Name, ReportedAt: tx.Now}
	if err := insertReport(ctx, tx, &w, files); err != nil {
		return err
	}
	if err := insertReportSteps(ctx, tx, w, n.StepIDs); err != nil {
		return err
	}
	before := map[string]any{"state": it.State, "due": it.Term()}
	if n.State == Postponed { // waits for approval: the item stays as it is
		waits, err := postponementWaits(ctx, tx, it.ID, w.ID)
		if err != nil {
			return err
		}
		if waits {
			return apperr.New(apperr.Conflict, "planning.item.error.waits")
		}
		t.To = t.From
	}
	if err := MoveItem(ctx, tx, &it, t); err != nil {
		return err
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = f.Name + " " + f.SHA256
	}
	tx.Record(store.Change{Action: "planning:plan:report", Kind: kindItem, ID: it.ID, Label: it.label(), RootKind: kindPlan, RootID: p.ID,
		Before: before, After: map[string]any{"state": it.State, "due": it.Term(), "narrative": n.Narrative, "quarter": n.Quarter, "asked_due": n.NewDue, "steps": len(n.StepIDs), "files": names}, Note: n.Reason})
	return nil
}

// PlanFile gives a file that a report on an item holds. Whoever may read the
// plan may read it; one of another report is not found.
func (s *Service) PlanFile(ctx context.Context, itemID, fileID string) (kis.File, error) {
	if _, err := office.Allowed(ctx, policies.PlanRead); err != nil {
		return kis.File{}, err
	}
	if !store.IsID(itemID) || !store.IsID(fileID) {
		return kis.File{}, apperr.Missing("file")
	}
	return reportFile(ctx, s.DB.Read(), itemID, fileID)
}
