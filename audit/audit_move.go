package audit

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// step takes an audit along an arrow. change sets the columns that go with it
// and may refuse; the old state is named in the update, so of two people one
// is told with a Conflict.
func (s *Service) step(ctx context.Context, id, verb, note string, change func(tx *store.Tx, a *Audit) ([]string, error)) error {
	action := auditAction(verb)
	if _, err := office.Allowed(ctx, action); err != nil {
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
		if err := s.mayAudit(ctx, tx, a, action); err != nil {
			return err
		}
		t, err := arrow(ctx, AuditTransitions, "audit", a.State, verb)
		if err != nil {
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

// Notice is the notice that the departments get before an audit, in working
// days of the office's calendar.
type Notice struct {
	Required  int     // by the timer audit.announce
	Given     int     // from today to the first planned day; 0 when that is today or past
	Earliest  day.Day // first day that would keep the term
	Basis     string  // where the term is laid down, in the language asked for
	Confirmed bool    // false: the term is an example, or the calendar a proposal
}

// Short says whether there is less notice than the term asks for.
func (n Notice) Short() bool { return n.Given < n.Required }

// NoticeOf counts the notice that an announcement today would give.
func (s *Service) NoticeOf(ctx context.Context, a Audit) (Notice, error) {
	if _, err := office.Allowed(ctx, policies.AuditRead); err != nil {
		return Notice{}, err
	}
	return s.noticeOf(ctx, s.DB.Read(), a)
}

func (s *Service) noticeOf(ctx context.Context, db bun.IDB, a Audit) (n Notice, err error) {
	t, err := s.KIS.Timer("audit.announce")
	if apperr.Is(err, apperr.NotFound) {
		return n, nil // the office asks for no notice
	}
	if err != nil {
		return n, err
	}
	today := s.KIS.Today()
	n.Required, n.Basis = t.N(), t.Basis(actor.From(ctx).Lang)
	var calendar bool
	if n.Earliest, calendar, err = t.Due(ctx, db, s.KIS.Country, today); err != nil {
		return n, err
	}
	n.Confirmed = t.Confirmed && calendar
	if a.PlannedFrom > today {
		n.Given, err = office.WorkingDaysBetween(ctx, db, s.KIS.Country, today, a.PlannedFrom)
	}
	return n, err
}

// auditAction gives the action that a verb of the audit's table needs.
func auditAction(verb string) policies.Action {
	for _, t := range AuditTransitions {
		if t.Verb == verb {
			return t.Action
		}
	}
	return ""
}

// Announce lets the audited departments know of the audit. A notice shorter
// than the office's term needs a reason (Invalid on "reason"), which stands on
// the plan. The checklist must not be empty.
func (s *Service) Announce(ctx context.Context, id, reason string) error {
	var c apperr.Check
	reason = c.Text("reason", reason, 0, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	return s.step(ctx, id, "announce", reason, func(tx *store.Tx, a *Audit) ([]string, error) {
		n, err := s.noticeOf(ctx, tx, *a)
		if err != nil {
			return nil, err
		}
		if n.Short() && len(reason) < 5 {
			return nil, apperr.InvalidField("reason", "audit.error.short_notice", "given", n.Given, "required", n.Required, "day", n.Earliest.Format())
		}
		if !n.Short() {
			reason = ""
		}
		codes, err := countRows(ctx, tx, a.ID)
		if err != nil {
			return nil, err
		}
		if codes == 0 {
			return nil, apperr.InvalidField("rows", "audit.error.no_rows")
		}
		a.AnnouncedAt, a.NoticeRequired, a.NoticeGiven, a.NoticeReason = tx.Now, n.Required, n.Given, reason
		return []string{"announced_at", "notice_required", "notice_given", "notice_reason"}, s.recheckTeam(ctx, tx, *a, AtAnnounce)
	})
}

// Start begins the audit; the independence of the team is checked again, and
// so is the checklist.
func (s *Service) Start(ctx context.Context, id string) error {
	return s.step(ctx, id, "start", "", func(tx *store.Tx, a *Audit) ([]string, error) {
		rows, err := countRows(ctx, tx, a.ID)
		if err != nil {
			return nil, err
		}
		if rows == 0 {
			return nil, apperr.InvalidField("rows", "audit.error.no_rows")
		}
		a.StartedAt = tx.Now
		return []string{"started_at"}, s.recheckTeam(ctx, tx, *a, AtStart)
	})
}

// NewReport is what the lead adds when the audit is reported.
type NewReport struct{ Conclusion, Strengths string }

// Report ends the work on the checklist. It is refused while a row is open, a
// meeting was not held, a draft act was neither issued nor discarded, or the
// department was not asked what it thinks of a finding.
func (s *Service) Report(ctx context.Context, id string, r NewReport) error {
	return s.step(ctx, id, "report", "", func(tx *store.Tx, a *Audit) ([]string, error) {
		var c apperr.Check
		a.Conclusion = c.Text("conclusion", r.Conclusion, 1, maxLong)
		a.Strengths = c.Text("strengths", r.Strengths, 0, maxLong)
		open, drafts, err := unfinished(ctx, tx, a.ID)
		if err != nil {
			return nil, err
		}
		if rows, err := countRows(ctx, tx, a.ID); err != nil {
			return nil, err
		} else if rows == 0 {
			c.Add("rows", "audit.error.no_rows")
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
		if err := s.stillIndependent(ctx, tx, *a, &c); err != nil {
			return nil, err
		}
		unshown, waiting, last, err := unheard(ctx, tx, a.ID, s.KIS.Today())
		if err != nil {
			return nil, err
		}
		if unshown > 0 && drafts == 0 {
			c.Add("findings", "audit.error.findings_unshown", "n", unshown)
		}
		if waiting > 0 {
			c.Add("findings", "audit.error.findings_waiting", "n", waiting, "day", last.Format())
		}
		a.ReportedAt = tx.Now
		if err := c.Err(); err != nil {
			return nil, err
		}
		if err := keepResults(ctx, tx, *a); err != nil {
			return nil, err
		}
		if err := keepLooked(ctx, tx, *a); err != nil {
			return nil, err
		}
		return []string{"conclusion", "strengths", "reported_at"}, s.reportFindings(ctx, tx, a.ID)
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
