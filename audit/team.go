package audit

import (
	"context"
	"slices"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// SetTeam replaces the team of an audit that has not been reported. Who is
// not independent is refused with every reason, unless the quality manager
// has decided an exception that covers all of them. Once the audit has
// started, only its lead or the quality manager may change the team.
func (s *Service) SetTeam(ctx context.Context, auditID, lead string, members []string) error {
	if _, err := office.Allowed(ctx, policies.AuditPlan); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := lock(ctx, tx, "audits", auditID); err != nil {
			return err
		}
		a, err := s.seenAudit(ctx, tx, auditID)
		if err != nil {
			return err
		}
		if err := openFor(ctx, a, Planned, Announced, InProgress); err != nil {
			return err
		}
		// Who may give a running audit up may also give it to others.
		if a.State == InProgress {
			if err := s.mayAudit(ctx, tx, a, policies.AuditCancel); err != nil {
				return err
			}
		}
		sc, err := scopeOf(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		before, err := teamOf(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		team, err := s.independentTeam(ctx, tx, a, sc, lead, members, AtTeam)
		if err != nil {
			return err
		}
		if err := replaceTeam(ctx, tx, a.ID, team); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.AuditPlan), Kind: kindAudit, ID: a.ID, Label: a.Number,
			Before: map[string]any{"team": userIDs(before)}, After: map[string]any{"team": userIDs(team)}})
		return nil
	})
}

func userIDs(team []teamRow) (ids []string) {
	for _, t := range team {
		ids = append(ids, t.UserID)
	}
	return ids
}

// GrantException records the quality manager's decision that a person may
// audit in spite of the conflicts there are today; it stands on the audit's
// page and report for ever. Nobody decides about themselves, and where there
// is no conflict there is nothing to decide.
func (s *Service) GrantException(ctx context.Context, auditID, userID, reason string) error {
	if _, err := office.Allowed(ctx, policies.AuditExcept); err != nil {
		return err
	}
	var c apperr.Check
	reason = c.Text("reason", reason, 10, maxText)
	if !store.IsID(userID) {
		c.Add("user", "error.field.choice")
	} else if userID == me(ctx) {
		c.Add("user", "audit.error.own_exception")
	}
	if err := c.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := lock(ctx, tx, "audits", auditID); err != nil {
			return err
		}
		a, err := s.seenAudit(ctx, tx, auditID)
		if err != nil {
			return err
		}
		if err := openFor(ctx, a, Planned, Announced, InProgress); err != nil {
			return err
		}
		sc, err := scopeOf(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		auditors, err := auditorRoles(ctx, tx, []string{userID}, s.KIS.Today())
		if err != nil {
			return err
		}
		if len(auditors[userID].Roles) == 0 {
			return apperr.InvalidField("user", "audit.error.not_auditor", "name", auditors[userID].Name)
		}
		found, err := s.conflictsOf(ctx, tx, sc, []string{userID})
		if err != nil {
			return err
		}
		if len(found[userID]) == 0 {
			return apperr.InvalidField("user", "audit.error.no_conflict", "name", auditors[userID].Name)
		}
		var codes []string
		for _, f := range found[userID] {
			if !slices.Contains(codes, f.key()) {
				codes = append(codes, f.key())
			}
		}
		x := Exception{ID: store.NewID(), AuditID: a.ID, UserID: userID, Conflicts: strings.Join(codes, " "), Reason: reason,
			DecidedBy: tx.Actor.UserID, DecidedAt: tx.Now}
		if _, err := tx.NewInsert().Model(&x).Exec(ctx); err != nil {
			return store.MapError(err, "insert exception")
		}
		tx.Record(store.Change{Action: string(policies.AuditExcept), Kind: kindAudit, ID: a.ID, Label: a.Number, Note: reason,
			After: map[string]any{"user": userID, "name": auditors[userID].Name, "conflicts": codes}})
		return nil
	})
}

// recheckTeam finds anew whether the team is independent: evidence and
// transfers may have changed since it was set.
func (s *Service) recheckTeam(ctx context.Context, tx *store.Tx, a Audit, stage Stage) error {
	sc, err := scopeOf(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	team, err := teamOf(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	var lead string
	var members []string
	for _, t := range team {
		if t.Role == Lead {
			lead = t.UserID
		} else {
			members = append(members, t.UserID)
		}
	}
	if lead == "" {
		return apperr.InvalidField("lead", "audit.error.no_team")
	}
	checked, err := s.independentTeam(ctx, tx, a, sc, lead, members, stage)
	if err != nil {
		return err
	}
	return replaceTeam(ctx, tx, a.ID, checked)
}
