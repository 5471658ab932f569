package programme

import (
	"context"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// step takes a programme along an arrow; of two people at once one is told.
func (s *Service) step(ctx context.Context, id, verb, note string, change func(tx *store.Tx, p *Programme) ([]string, error)) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		p, err := s.hold(ctx, tx, id)
		if err != nil {
			return err
		}
		t, err := arrow(ctx, p.State, verb)
		if err != nil {
			return err
		}
		if _, err := office.Allowed(ctx, t.Action); err != nil {
			return err
		}
		p.State = t.To
		p.Version++
		columns, err := change(tx, &p)
		if err != nil {
			return err
		}
		if err := moveProgramme(ctx, tx, p, t.From, append(columns, "version")...); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(t.Action), Kind: kindProgramme, ID: p.ID, Label: p.label(), Note: note,
			Before: map[string]any{"state": t.From}, After: map[string]any{"step": verb, "state": t.To}})
		return nil
	})
}

// Submit gives the programme to management. At least one audit must be
// planned; the priorities and what they come from are fixed as they are now.
func (s *Service) Submit(ctx context.Context, id string) error {
	if _, err := office.Allowed(ctx, policies.ProgrammeDraft); err != nil {
		return err
	}
	return s.step(ctx, id, "submit", "", func(tx *store.Tx, p *Programme) ([]string, error) {
		rows, err := rowsOf(ctx, tx, p.ID)
		if err != nil {
			return nil, err
		}
		planned := 0
		for _, r := range rows {
			planned += len(r.MonthList())
		}
		if planned == 0 {
			return nil, apperr.InvalidField("months", "audit.programme.error.nothing_planned")
		}
		if err := s.fix(ctx, tx, *p, rows); err != nil {
			return nil, err
		}
		p.SubmittedBy, p.SubmittedAt, p.ReturnNote = tx.Actor.UserID, tx.Now, ""
		return []string{"submitted_by", "submitted_at", "return_note"}, nil
	})
}

// fix keeps the priorities of all rows and the figures they come from.
func (s *Service) fix(ctx context.Context, tx *store.Tx, p Programme, rows []Row) error {
	w, err := weightingByID(ctx, tx, p.WeightingID)
	if err != nil {
		return err
	}
	f, err := s.gather(ctx, tx)
	if err != nil {
		return err
	}
	var kept []scoreRow
	for _, r := range rows {
		list := scores(w.Weights, f.figures(r))
		priority := Priority(list)
		r.Computed = &priority
		if err := updateRow(ctx, tx, r); err != nil {
			return err
		}
		for _, x := range list {
			kept = append(kept, scoreRow{RowID: r.ID, Factor: x.Factor, Figure: x.Figure, Score: x.Score})
		}
	}
	return replaceScores(ctx, tx, p.ID, kept)
}

// Approve puts the programme in force; not by who submitted it.
func (s *Service) Approve(ctx context.Context, id string) error {
	return s.step(ctx, id, "approve", "", func(tx *store.Tx, p *Programme) ([]string, error) {
		if p.SubmittedBy == tx.Actor.UserID {
			return nil, apperr.New(apperr.Forbidden, "audit.programme.error.own")
		}
		p.ApprovedBy, p.ApprovedAt = tx.Actor.UserID, tx.Now
		return []string{"approved_by", "approved_at"}, nil
	})
}

// Return gives the programme back, with a reason; priorities are worked out
// anew until it is submitted again.
func (s *Service) Return(ctx context.Context, id, reason string) error {
	var c apperr.Check
	reason = c.Text("reason", reason, 5, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	return s.step(ctx, id, "return", reason, func(tx *store.Tx, p *Programme) ([]string, error) {
		p.ReturnNote = reason
		if err := replaceScores(ctx, tx, p.ID, nil); err != nil {
			return nil, err
		}
		return []string{"return_note"}, loosen(ctx, tx, p.ID)
	})
}

// Close ends the programme with what management is to know of it: how far it
// was carried out and what was learned (ISO 19011:2018, 5.7).
func (s *Service) Close(ctx context.Context, id, note string) error {
	if _, err := office.Allowed(ctx, policies.ProgrammeDraft); err != nil {
		return err
	}
	var c apperr.Check
	note = c.Text("note", note, 10, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	return s.step(ctx, id, "close", note, func(tx *store.Tx, p *Programme) ([]string, error) {
		running, err := runningAudits(ctx, tx, p.ID)
		if err != nil {
			return nil, err
		}
		if running > 0 {
			return nil, apperr.InvalidField("audits", "audit.programme.error.running", "n", running)
		}
		p.CloseNote, p.ClosedBy, p.ClosedAt = note, tx.Actor.UserID, tx.Now
		return []string{"close_note", "closed_by", "closed_at"}, nil
	})
}
