package quality

import (
	"context"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Submit ends the writing: every concept must be filled in Azerbaijani or be
// said not to apply. The figures are kept as they are now. Conflict names the
// codes that are empty.
func (s *Service) Submit(ctx context.Context, id string) error {
	if _, err := office.Allowed(ctx, policies.QualityWrite); err != nil {
		return err
	}
	seen, err := reportBy(ctx, s.DB.Read(), id)
	if err != nil {
		return err
	}
	st, err := structureOf(ctx, s.DB.Read(), seen.Structure)
	if err != nil {
		return err
	}
	figures, err := s.figures(ctx, seen.CycleID, st)
	if err != nil {
		return err
	}
	return s.move(ctx, id, policies.QualityWrite, "submit", func(tx *store.Tx, r *Report) (map[string]any, string, error) {
		entries, err := entriesOf(ctx, tx, r.ID)
		if err != nil {
			return nil, "", err
		}
		items := assemble(st, entries, figures)
		var open []string
		for _, it := range items {
			if it.Kind != Group && !it.Done() {
				open = append(open, it.Concept.Code)
			}
		}
		if len(open) > 0 {
			return nil, "", apperr.New(apperr.Conflict, "quality.error.incomplete", "n", len(open), "codes", shortList(open))
		}
		r.SubmittedBy, r.SubmittedAt, r.Reason = tx.Actor.UserID, tx.Now, ""
		return map[string]any{"figures": len(figures)}, "", setFigures(ctx, tx, r.ID, figures)
	})
}

// shortList names the first codes.
func shortList(codes []string) string {
	const most = 8
	if len(codes) > most {
		return strings.Join(codes[:most], ", ") + " …"
	}
	return strings.Join(codes, ", ")
}

// Return gives a submitted report back for writing, with the reason; its
// figures are those of the cycle again.
func (s *Service) Return(ctx context.Context, id, reason string) error {
	var c apperr.Check
	reason = c.Text("reason", reason, minWhy, maxWhy)
	return s.move(ctx, id, policies.QualityApprove, "return", func(tx *store.Tx, r *Report) (map[string]any, string, error) {
		if err := c.Err(); err != nil {
			return nil, "", err
		}
		r.Reason = reason
		return map[string]any{}, reason, setFigures(ctx, tx, r.ID, nil)
	})
}

// Approve fixes a report. Nobody approves what they submitted.
func (s *Service) Approve(ctx context.Context, id string) error {
	return s.move(ctx, id, policies.QualityApprove, "approve", func(tx *store.Tx, r *Report) (map[string]any, string, error) {
		if r.SubmittedBy == tx.Actor.UserID {
			return nil, "", apperr.New(apperr.Forbidden, "quality.error.own")
		}
		r.ApprovedBy, r.ApprovedName, r.ApprovedAt = tx.Actor.UserID, tx.Actor.Name, tx.Now
		return map[string]any{}, "", nil
	})
}

// Publish shows an approved report to everybody. The version that was public
// until now is replaced.
func (s *Service) Publish(ctx context.Context, id string) error {
	return s.move(ctx, id, policies.QualityPublish, "publish", func(tx *store.Tx, r *Report) (map[string]any, string, error) {
		versions, err := versionsOf(ctx, tx, r.CycleID)
		if err != nil {
			return nil, "", err
		}
		for _, v := range versions {
			if v.No > r.No && (v.State == Published || v.State == Approved) {
				return nil, "", apperr.New(apperr.Conflict, "quality.error.newer", "no", v.No)
			}
			if v.State != Published {
				continue
			}
			old, err := lockReport(ctx, tx, v.ID)
			if err != nil {
				return nil, "", err
			}
			if err := setState(ctx, tx, &old, Replaced); err != nil {
				return nil, "", err
			}
			tx.Record(store.Change{Action: string(policies.QualityPublish), Kind: Kind, ID: old.ID, Label: old.Number, Before: map[string]any{"state": Published},
				After: map[string]any{"step": "replace", "state": Replaced, "no": strconv.Itoa(r.No)}})
		}
		r.PublishedAt = tx.Now
		return map[string]any{}, "", nil
	})
}

// Withdraw takes an approved or published report back, with the reason.
func (s *Service) Withdraw(ctx context.Context, id, reason string) error {
	var c apperr.Check
	reason = c.Text("reason", reason, minWhy, maxWhy)
	return s.move(ctx, id, policies.QualityPublish, "withdraw", func(_ *store.Tx, r *Report) (map[string]any, string, error) {
		r.Reason = reason
		return map[string]any{}, reason, c.Err()
	})
}

// Renew begins a new version of the newest one, which must be fixed, with its
// texts and under the structure of today. Conflict when one is being written.
func (s *Service) Renew(ctx context.Context, id string) (Report, error) {
	if _, err := office.Allowed(ctx, policies.QualityWrite); err != nil {
		return Report{}, err
	}
	var r Report
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		old, err := s.hold(ctx, tx, id, policies.QualityWrite)
		if err != nil {
			return err
		}
		versions, err := versionsOf(ctx, tx, old.CycleID)
		if err != nil {
			return err
		}
		if last := versions[0]; last.ID != old.ID {
			return apperr.New(apperr.Conflict, "quality.error.newer", "no", last.No)
		}
		if old.ApprovedAt.IsZero() {
			return conflict(old.State)
		}
		st, err := structureOn(ctx, tx, s.KIS.Today())
		if err != nil {
			return err
		}
		r = Report{ID: store.NewID(), Number: old.Number, No: old.No + 1, CycleID: old.CycleID, Structure: st.Version, SourceID: old.ID, State: Draft, StateAt: tx.Now,
			CreatedBy: tx.Actor.UserID, CreatedAt: tx.Now, Version: 1, SearchKey: old.SearchKey}
		entries, err := copied(ctx, tx, old.ID, r.ID, st, false)
		if err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.QualityWrite), Kind: Kind, ID: r.ID, Label: r.Number, After: map[string]any{"step": "renew", "state": Draft, "no": strconv.Itoa(r.No), "source": old.ID}})
		return insertReport(ctx, tx, &r, entries)
	})
	return r, err
}

// move takes a report along an arrow; do fills in what the step leaves and
// says what the trail keeps of it.
func (s *Service) move(ctx context.Context, id string, act policies.Action, verb string, do func(tx *store.Tx, r *Report) (after map[string]any, note string, err error)) error {
	if _, err := office.Allowed(ctx, act); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		r, err := s.hold(ctx, tx, id, act)
		if err != nil {
			return err
		}
		arrow, ok := office.Arrow(Transitions, r.State, verb)
		if !ok {
			return conflict(r.State)
		}
		after, note, err := do(tx, &r)
		if err != nil {
			return err
		}
		after["step"], after["state"] = verb, arrow.To
		tx.Record(store.Change{Action: string(act), Kind: Kind, ID: r.ID, Label: r.Number, Before: map[string]any{"state": arrow.From}, After: after, Note: note})
		return setState(ctx, tx, &r, arrow.To)
	})
}
