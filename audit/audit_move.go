package audit

import (
	"context"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// step takes an audit along an arrow. change sets the columns that go with it
// and may refuse; the old state is named in the update, so of two people one
// is told with a Conflict.
func (s *Service) step(ctx context.Context, id, verb, note string, change func(tx *store.Tx, a *Audit) ([]string, error)) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := lock(ctx, tx, "audits", id); err != nil {
			return err
		}
		a, err := s.seenAudit(ctx, tx, id)
		if err != nil {
			return err
		}
		t, err := arrow(ctx, AuditTransitions, "audit", a.State, verb)
		if err != nil {
			return err
		}
		if err := s.mayAudit(ctx, tx, a, t.Action); err != nil {
			return err
		}
		a.State = t.To
		columns, err := change(tx, &a)
		if err != nil {
			return err
		}
		if err := moveAudit(ctx, tx, a, t.From, columns...); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(t.Action), Kind: kindAudit, ID: a.ID, Label: a.Number, Note: note,
			Before: map[string]any{"state": t.From}, After: map[string]any{"state": t.To}})
		return nil
	})
}

// Announce lets the audited departments know of the audit.
func (s *Service) Announce(ctx context.Context, id string) error {
	return s.step(ctx, id, "announce", "", func(tx *store.Tx, a *Audit) ([]string, error) {
		a.AnnouncedAt = tx.Now
		return []string{"announced_at"}, s.recheckTeam(ctx, tx, *a)
	})
}

// Start begins the audit; the independence of the team is checked again.
func (s *Service) Start(ctx context.Context, id string) error {
	return s.step(ctx, id, "start", "", func(tx *store.Tx, a *Audit) ([]string, error) {
		a.StartedAt = tx.Now
		return []string{"started_at"}, s.recheckTeam(ctx, tx, *a)
	})
}

// NewReport is what the lead adds when the audit is reported.
type NewReport struct{ Conclusion, Strengths string }

// Report ends the work on the checklist. It is refused while a row is open, a
// meeting was not held or a draft act was neither issued nor discarded.
func (s *Service) Report(ctx context.Context, id string, r NewReport) error {
	return s.step(ctx, id, "report", "", func(tx *store.Tx, a *Audit) ([]string, error) {
		var c apperr.Check
		a.Conclusion = c.Text("conclusion", r.Conclusion, 1, maxLong)
		a.Strengths = c.Text("strengths", r.Strengths, 0, maxLong)
		open, drafts, err := unfinished(ctx, tx, a.ID)
		if err != nil {
			return nil, err
		}
		if open > 0 {
			c.Add("rows", "audit.error.rows_open", "n", open)
		}
		if drafts > 0 {
			c.Add("acts", "audit.error.acts_draft", "n", drafts)
		}
		if a.OpeningAt.IsZero() {
			c.Add("opening", "audit.error.no_meeting")
		}
		if a.ClosingAt.IsZero() {
			c.Add("closing", "audit.error.no_meeting")
		}
		a.ReportedAt = tx.Now
		return []string{"conclusion", "strengths", "reported_at"}, c.Err()
	})
}

// Close ends the audit; every act of it must have been answered.
func (s *Service) Close(ctx context.Context, id string) error {
	return s.step(ctx, id, "close", "", func(tx *store.Tx, a *Audit) ([]string, error) {
		n, err := unansweredActs(ctx, tx, a.ID)
		if err == nil && n > 0 {
			err = apperr.InvalidField("acts", "audit.error.acts_unanswered", "n", n)
		}
		a.ClosedAt = tx.Now
		return []string{"closed_at"}, err
	})
}

// Cancel gives the audit up, with a reason. What was issued stays; an audit
// with an issued act cannot be cancelled.
func (s *Service) Cancel(ctx context.Context, id, reason string) error {
	var c apperr.Check
	reason = c.Text("reason", reason, 3, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	return s.step(ctx, id, "cancel", reason, func(tx *store.Tx, a *Audit) ([]string, error) {
		n, err := issuedActs(ctx, tx, a.ID)
		if err == nil && n > 0 {
			err = apperr.InvalidField("acts", "audit.error.acts_issued", "n", n)
		}
		a.CancelReason, a.CancelledAt = reason, tx.Now
		return []string{"cancel_reason", "cancelled_at"}, err
	})
}

// Meeting is the record of an opening or closing meeting.
type Meeting struct {
	Closing bool
	At      time.Time // when it was held, UTC
	Note    string    // who took part, what was said
}

// RecordMeeting keeps when a meeting was held and what was said. The term for
// the report is counted from the closing meeting in working days.
func (s *Service) RecordMeeting(ctx context.Context, id string, m Meeting) error {
	var c apperr.Check
	m.Note = c.Text("note", m.Note, 1, maxLong)
	if m.At.IsZero() {
		c.Add("at", "error.field.date")
	} else if m.At.After(s.DB.Now().Add(time.Minute)) {
		c.Add("at", "audit.error.future")
	}
	if err := c.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := lock(ctx, tx, "audits", id); err != nil {
			return err
		}
		a, err := s.seenAudit(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.mayAudit(ctx, tx, a, policies.AuditMove); err != nil {
			return err
		}
		if err := openFor(ctx, a, InProgress); err != nil {
			return err
		}
		before := map[string]any{"opening": a.OpeningAt, "closing": a.ClosingAt}
		columns := []string{"opening_at", "opening_note"}
		if m.Closing {
			if !a.OpeningAt.IsZero() && m.At.Before(a.OpeningAt) {
				return apperr.InvalidField("at", "audit.error.before_opening")
			}
			a.ClosingAt, a.ClosingNote = m.At.UTC(), m.Note
			if a.ReportDue, _, err = s.due(ctx, tx, "audit.report", day.Of(m.At, s.KIS.Zone)); err != nil {
				return err
			}
			columns = []string{"closing_at", "closing_note", "report_due"}
		} else {
			a.OpeningAt, a.OpeningNote = m.At.UTC(), m.Note
		}
		if err := updateAudit(ctx, tx, a, columns...); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.AuditMove), Kind: kindAudit, ID: a.ID, Label: a.Number, Before: before,
			After: map[string]any{"opening": a.OpeningAt, "closing": a.ClosingAt}, Note: m.Note})
		return nil
	})
}
