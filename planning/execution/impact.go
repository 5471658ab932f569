package execution

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
)

// Effect is what a check of the impact found.
type Effect string

// The findings of a check.
const (
	NotChecked Effect = ""       // waits for its day
	Works      Effect = "works"  // what was expected came about
	Partly     Effect = "partly" // in part
	Fails      Effect = "fails"  // not: the register gets a recommendation
)

// Effects lists what may be found.
func Effects() []Effect { return []Effect{Works, Partly, Fails} }

// Impact is the check of whether what was done works.
type Impact struct {
	bun.BaseModel `bun:"table:plan_impacts,alias:x"`

	ID          string    `bun:"id,pk"`
	ItemID      string    `bun:"item_id"`
	Due         day.Day   `bun:"due"`
	Verdict     Effect    `bun:"verdict"`
	Text        string    `bun:"text"`
	CheckedBy   string    `bun:"checked_by,nullzero"`
	CheckedName string    `bun:"checked_name"`
	CheckedAt   time.Time `bun:"checked_at,nullzero"`
	CreatedAt   time.Time `bun:"created_at"`

	Files []kis.File `bun:"-"`
}

// Found is what a person says of the impact.
type Found struct {
	Effect    Effect
	Text      string   // what was looked at, and what it shows
	UploadIDs []string // evidence; at least one file
}

// CheckImpact records once whether an item that is done works, with evidence,
// by somebody who did not report on it. What does not work in full becomes a
// recommendation in the register, so that the next plan takes it up.
func (s *Service) CheckImpact(ctx context.Context, itemID string, f Found) error {
	if _, err := office.Allowed(ctx, policies.PlanAccept); err != nil {
		return err
	}
	var c apperr.Check
	apperr.OneOf(&c, "effect", f.Effect, Effects()...)
	f.Text = c.Text("text", f.Text, 5, maxText)
	if len(f.UploadIDs) == 0 {
		c.Add("files", "error.field.required")
	}
	if err := c.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		p, it, err := planning.LockItem(ctx, tx, itemID)
		if err != nil {
			return err
		}
		x, err := impactOf(ctx, tx, it.ID)
		if err != nil {
			return err
		}
		if x == nil {
			return apperr.New(apperr.Conflict, "planning.impact.error.not_yet")
		}
		if x.Verdict != NotChecked {
			return apperr.New(apperr.Conflict, "planning.impact.error.checked")
		}
		own, err := reportedBy(ctx, tx, it.ID, tx.Actor.UserID)
		if err != nil {
			return err
		}
		if own {
			return apperr.New(apperr.Forbidden, "planning.item.error.own_report")
		}
		files, err := kis.AttachUploads(ctx, tx, f.UploadIDs)
		if err != nil {
			return err
		}
		x.Verdict, x.Text, x.CheckedBy, x.CheckedName, x.CheckedAt = f.Effect, f.Text, tx.Actor.UserID, tx.Actor.Name, tx.Now
		if err := storeImpact(ctx, tx, *x, files); err != nil {
			return err
		}
		after := map[string]any{"verdict": x.Verdict, "text": x.Text, "department": it.ResponsibleID}
		if f.Effect != Works && policies.Can(tx.Actor, policies.RecommendationPropose) {
			r, err := s.ProposeTx(ctx, tx, planning.NewRecommendation{Text: f.Text, Basis: planning.FromOther, BasisLabel: label(it) + ": " + it.Indicator, BasisID: x.ID, DepartmentID: it.ResponsibleID})
			if err != nil {
				return err
			}
			after["recommendation"] = r.Number
		}
		tx.Record(store.Change{Action: "planning:plan:impact", Kind: "plan_item", ID: it.ID, Label: label(it), RootKind: "plan", RootID: p.ID, Before: map[string]any{"verdict": ""}, After: after})
		return nil
	})
}

// scheduleImpact sets the day of the check of an item whose end was accepted.
func scheduleImpact(ctx context.Context, tx *store.Tx, p planning.Plan, it planning.Item, today day.Day) error {
	had, err := impactOf(ctx, tx, it.ID)
	if err != nil || had != nil {
		return err
	}
	var months int
	if err := tx.NewSelect().Table("plan_kinds").Column("impact_months").Where("code = ?", p.Kind).Scan(ctx, &months); err != nil {
		return store.MapError(err, "term of the impact")
	}
	x := Impact{ID: store.NewID(), ItemID: it.ID, Due: today.AddMonths(months), CreatedAt: tx.Now}
	_, err = tx.NewInsert().Model(&x).Exec(ctx)
	return store.MapError(err, "insert impact")
}
