package kis

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/retention"
	"github.com/kis-platform/kis/policies"
)

// What the trail calls the acts about keeping.
const (
	TrailRetentionSet    = "kis:retention:set"
	TrailRetentionDecide = "kis:retention:decide"
)

// becomeKept sets how long a new submission is kept: by the term that its
// sender chose, else by the one proposed for its class.
func (sub *Submission) becomeKept(terms []retention.Term, chosen string) error {
	sub.KeptBy = retention.ByTerm
	t, ok := retention.Choose(terms, chosen, string(sub.Class))
	if !ok && chosen != "" {
		return apperr.InvalidField("retention", "error.field.choice")
	}
	if ok {
		sub.Retention, sub.KeptUntil = t.Code, t.Until(sub.EffectiveDay)
	}
	return nil
}

// RetentionTerms lists the terms in their order.
func (s *Service) RetentionTerms(ctx context.Context) ([]retention.Term, error) {
	if _, err := office.Allowed(ctx, policies.EvidenceRead); err != nil {
		return nil, err
	}
	return retention.Terms(ctx, s.DB.Read())
}

// RetentionEdit changes a term; Revision is the one that was seen.
type RetentionEdit struct {
	Code             string
	Years            string // whole number; 0: for good
	BasisAZ, BasisEN string
	Revision         int
}

// SetRetention changes a term and with it the last day of all evidence that
// follows it; what a person has decided stays. The same again is no change.
func (s *Service) SetRetention(ctx context.Context, in RetentionEdit) error {
	if err := office.AllowedAny(ctx, policies.CyclePlan); err != nil {
		return err
	}
	var c apperr.Check
	years, err := strconv.Atoi(strings.TrimSpace(in.Years))
	if err != nil || years < 0 || years > retention.MaxYears {
		c.Add("years", "error.field.range", "min", 0, "max", retention.MaxYears)
	}
	in.BasisAZ = c.Text("basis_az", in.BasisAZ, 5, 500)
	in.BasisEN = c.Text("basis_en", in.BasisEN, 0, 500)
	if err := c.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		t, err := retention.Lock(ctx, tx, in.Code)
		if err != nil {
			return err
		}
		if t.Years == years && t.BasisAZ == in.BasisAZ && t.BasisEN == in.BasisEN && t.Confirmed {
			return store.ErrNoChange
		}
		if t.Revision != in.Revision {
			return apperr.New(apperr.Conflict, "kis.retention.changed")
		}
		before := map[string]any{"years": t.Years, "basis": t.BasisAZ, "confirmed": t.Confirmed}
		t.Years, t.BasisAZ, t.BasisEN, t.Confirmed = years, in.BasisAZ, in.BasisEN, true
		t.Revision, t.SetBy, t.SetAt = t.Revision+1, tx.Actor.UserID, tx.Now
		if err := retention.Update(ctx, tx, t); err != nil {
			return err
		}
		moved, err := moveKept(ctx, tx, t, "retention = ? AND kept_by = ?", t.Code, retention.ByTerm)
		if err != nil {
			return err
		}
		tx.Record(store.Change{Action: TrailRetentionSet, Kind: retention.KindTerm, ID: t.ID, Label: t.NameAZ, Before: before,
			After: map[string]any{"years": t.Years, "basis": t.BasisAZ, "confirmed": true}, Note: strconv.FormatInt(moved, 10)})
		return nil
	})
}

// moveKept gives submissions a term and the last day by it: one statement,
// however many there are.
func moveKept(ctx context.Context, tx *store.Tx, t retention.Term, where string, args ...any) (int64, error) {
	q := tx.NewUpdate().Table("submissions").Set("retention = ?", t.Code).Where(where, args...)
	if t.Years == 0 {
		q.Set("kept_until = ''")
	} else {
		q.Set("kept_until = CASE WHEN effective_day = '' THEN '' ELSE CAST(CAST(SUBSTR(effective_day, 1, 4) AS INTEGER) + ? AS TEXT) || '-12-31' END", t.Years)
	}
	n, err := store.Affected(q.Exec(ctx))
	return n, store.MapError(err, "move terms of evidence")
}

// loadRetention brings in the terms that every office starts from; evidence
// of a time before there were any gets the one proposed for its class.
func loadRetention(ctx context.Context, tx *store.Tx) (changed bool, err error) {
	added, err := retention.Load(ctx, tx)
	if err != nil {
		return false, err
	}
	for _, t := range added {
		if classes := t.For(); len(classes) > 0 {
			if _, err := moveKept(ctx, tx, t, "retention = '' AND class IN (?)", bun.List(classes)); err != nil {
				return false, err
			}
		}
	}
	return len(added) > 0, nil
}

// Keeping is how long one submission is kept, and what was decided of it.
type Keeping struct {
	Submission
	Term      retention.Term // zero when it has none
	Decisions []retention.Decision
	People    map[string]string // names of those who decided, by id
	Past      bool              // it waits for a decision
	May       bool              // the actor may decide
}

// Keeping gives it for a submission that the actor may read, else NotFound.
func (s *Service) Keeping(ctx context.Context, submissionID string) (Keeping, error) {
	page, err := s.Submission(ctx, submissionID)
	if err != nil {
		return Keeping{}, err
	}
	db, who := s.DB.Read(), actor.From(ctx)
	k := Keeping{Submission: page.Version.Submission}
	terms, err := retention.Terms(ctx, db)
	if err != nil {
		return k, err
	}
	k.Term, _ = retention.Choose(terms, k.Retention, "")
	decisions, err := retention.DecisionsOf(ctx, db, []string{submissionID})
	if err != nil {
		return k, err
	}
	k.Decisions = decisions[submissionID]
	ids := idsIn(k.Decisions, func(d *retention.Decision) string { return d.DecidedBy })
	people, err := office.UsersByID(ctx, db, ids)
	k.People = make(map[string]string, len(people))
	for id, u := range people {
		k.People[id] = u.Name
	}
	k.Past = retention.Past(k.KeptUntil, k.KeptBy, s.Today())
	k.May = policies.For(who, policies.CyclePlan).Any && k.SubmittedBy != who.UserID && k.KeptBy != retention.Disposed
	return k, err
}

// RetentionDecision is what a person decides of a submission.
type RetentionDecision struct {
	Decision retention.By
	Until    day.Day // of an extension
	Reason   string
}

// DecideRetention extends how long a submission is kept, keeps it for good, or
// says that it may be destroyed, which it can only be past its term and not by
// the one who handed it in. The program destroys nothing itself.
func (s *Service) DecideRetention(ctx context.Context, submissionID string, in RetentionDecision) error {
	if err := office.AllowedAny(ctx, policies.CyclePlan); err != nil {
		return err
	}
	var c apperr.Check
	in.Reason = c.Text("reason", in.Reason, 5, 1000)
	if !slices.Contains(retention.Decisions, in.Decision) {
		c.Add("decision", "error.field.choice")
	}
	until, ok := day.Parse(string(in.Until))
	switch {
	case in.Decision != retention.Extended:
		until = ""
	case in.Until == "":
		c.Add("until", "error.field.required")
	case !ok:
		c.Add("until", "error.field.date")
	case until <= s.Today():
		c.Add("until", "kis.retention.later")
	}
	if err := c.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		sub, at, err := lockSubmission(ctx, tx, submissionID)
		if err != nil {
			return err
		}
		switch who := actor.From(ctx); {
		case !mayReadEvidence(who, sub):
			return apperr.Missing("submission")
		case sub.SubmittedBy == who.UserID:
			return apperr.New(apperr.Forbidden, "kis.evidence.own")
		case sub.KeptBy == retention.Disposed:
			return apperr.New(apperr.Conflict, "kis.retention.disposed")
		case in.Decision == retention.Disposed && !retention.Past(sub.KeptUntil, sub.KeptBy, s.Today()):
			return apperr.New(apperr.Conflict, "kis.retention.not_past")
		case in.Decision == retention.Extended && sub.KeptUntil != "" && until <= sub.KeptUntil:
			return apperr.InvalidField("until", "kis.retention.later")
		}
		kept := until
		if in.Decision == retention.Disposed {
			kept = sub.KeptUntil
		}
		n, err := store.Affected(tx.NewUpdate().Table("submissions").Set("kept_until = ?, kept_by = ?", kept, in.Decision).
			Where("id = ? AND kept_until = ? AND kept_by = ?", sub.ID, sub.KeptUntil, sub.KeptBy).Exec(ctx))
		if err := store.Moved(n, err, "submission", string(sub.State)); err != nil {
			return err
		}
		d := retention.Decision{ID: store.NewID(), SubmissionID: sub.ID, Decision: in.Decision, KeptUntil: until, Reason: in.Reason, DecidedBy: tx.Actor.UserID, DecidedAt: tx.Now}
		if err := retention.Insert(ctx, tx, d); err != nil {
			return err
		}
		kind, root := taskRoot(sub.CycleID, at.code)
		change := store.Change{Action: TrailRetentionDecide, Kind: retention.KindDecision, ID: d.ID, Label: at.code, RootKind: kind, RootID: root,
			Before: map[string]any{"kept_until": sub.KeptUntil, "retention": sub.KeptBy}, After: map[string]any{"kept_until": kept, "retention": in.Decision, "submission": sub.ID}}
		if sub.Class != ClassConfidential {
			change.Note = in.Reason
		}
		tx.Record(change)
		return nil
	})
}

// verifyRetention works out anew until when each submission is kept: by its
// term, or by what was last decided of it.
func (s *Service) verifyRetention(ctx context.Context, report func(store.Fault)) (int64, error) {
	db := s.DB.Read()
	terms, err := retention.Terms(ctx, db)
	if err != nil {
		return 0, err
	}
	_, err = verifyRows(ctx, db, "submissions", func(ids []string) (map[string][]store.Fault, error) {
		var rows []Submission
		err := db.NewSelect().Model(&rows).Column("id", "cycle_id", "effective_day", "retention", "kept_until", "kept_by").Where("s.id IN (?)", bun.List(ids)).Scan(ctx)
		if err != nil {
			return nil, store.MapError(err, "terms to compare")
		}
		decided, err := retention.DecisionsOf(ctx, db, ids)
		if err != nil {
			return nil, err
		}
		out := map[string][]store.Fault{}
		for _, r := range rows {
			if r.keptAsSaid(terms, decided[r.ID]) {
				continue
			}
			label, err := cycleLabel(ctx, db, r.CycleID)
			if err != nil {
				return nil, err
			}
			out[r.ID] = []store.Fault{{Key: "verify.derived.retention", Args: apperr.Pairs("id", r.ID, "cycle", label)}}
		}
		return out, nil
	}, report)
	return 0, err // the submissions are counted where their keys are compared
}

// keptAsSaid says whether the last day of a submission is the one that its term
// or the last decision gives.
func (sub Submission) keptAsSaid(terms []retention.Term, decided []retention.Decision) bool {
	t, known := retention.Choose(terms, sub.Retention, "")
	by, until := retention.ByTerm, t.Until(sub.EffectiveDay)
	for _, d := range decided {
		if by = d.Decision; by != retention.Disposed { // that leaves the day as it was
			until = d.KeptUntil
		}
	}
	return sub.KeptBy == by && sub.KeptUntil == until && (known || sub.Retention == "")
}
