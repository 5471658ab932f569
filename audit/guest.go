package audit

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// GuestRole is the part of somebody who goes with a team and does not audit
// (ISO 19011:2018, 3.16, 3.17, 6.4.2).
type GuestRole string

// The parts.
const (
	Observer GuestRole = "observer" // looks on
	Expert   GuestRole = "expert"   // gives the team special knowledge
	Guide    GuestRole = "guide"    // of the audited department: arranges and witnesses
)

// GuestRoles lists the parts in the order of forms.
func GuestRoles() []GuestRole { return []GuestRole{Observer, Expert, Guide} }

// Guest is such a person, of the office or from outside.
type Guest struct {
	bun.BaseModel `bun:"table:audit_guests,alias:gu"`

	ID           string    `bun:"id,pk"`
	AuditID      string    `bun:"audit_id"`
	Role         GuestRole `bun:"role"`
	UserID       string    `bun:"user_id,nullzero"` // empty = from outside
	Name         string    `bun:"name"`
	Organisation string    `bun:"organisation"`
	Task         string    `bun:"task"`
	AddedBy      string    `bun:"added_by,nullzero"`
	AddedAt      time.Time `bun:"added_at"`
}

// NewGuest is a person to add: a user, or a name with an organisation.
type NewGuest struct {
	Role               GuestRole
	UserID             string
	Name, Organisation string
	Task               string
}

// AddGuest adds an observer, technical expert or guide. Nobody is with a team
// twice. An expert must be as independent as an auditor; a guide must not.
func (s *Service) AddGuest(ctx context.Context, auditID string, n NewGuest) error {
	if _, err := office.Allowed(ctx, policies.AuditPlan); err != nil {
		return err
	}
	var c apperr.Check
	apperr.OneOf(&c, "role", n.Role, GuestRoles()...)
	g := Guest{ID: store.NewID(), AuditID: auditID, Role: n.Role, UserID: n.UserID, Task: c.Text("task", n.Task, 0, maxText)}
	if n.UserID == "" {
		g.Name, g.Organisation = c.Text("name", n.Name, 3, maxTitle), c.Text("organisation", n.Organisation, 2, maxTitle)
	} else if !store.IsID(n.UserID) {
		c.Add("user", "error.field.choice")
	}
	if n.Role == Expert && g.Task == "" {
		c.Add("task", "error.field.required")
	}
	if err := c.Err(); err != nil {
		return err
	}
	return s.changePlan(ctx, auditID, func(tx *store.Tx, a Audit) (map[string]any, error) {
		if n.UserID != "" {
			if err := s.guestFits(ctx, tx, a, &g); err != nil {
				return nil, err
			}
		}
		g.AddedBy, g.AddedAt = tx.Actor.UserID, tx.Now
		_, err := tx.NewInsert().Model(&g).Exec(ctx)
		return map[string]any{"guest": g.Name, "role": g.Role, "organisation": g.Organisation}, store.MapError(err, "insert guest")
	})
}

// guestFits fills in the name of a user and refuses one who is with the team
// already, or would be an expert without being independent.
func (s *Service) guestFits(ctx context.Context, tx *store.Tx, a Audit, g *Guest) error {
	names, err := people(ctx, tx, []string{g.UserID})
	if err != nil {
		return err
	}
	p, ok := names[g.UserID]
	if !ok {
		return apperr.InvalidField("user", "error.field.missing")
	}
	g.Name, g.Organisation = p.Name, p.Department.Code
	team, err := teamOf(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	guests, err := guestUsers(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	if slices.Contains(append(userIDs(team), guests...), g.UserID) {
		return apperr.InvalidField("user", "audit.error.twice")
	}
	if g.Role != Expert {
		return nil
	}
	sc, err := scopeOf(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	found, err := s.conflictsOf(ctx, tx, sc, []string{g.UserID})
	if err == nil && len(found[g.UserID]) > 0 {
		err = apperr.InvalidField("user", "audit.error.not_independent", "name", p.Name, "reasons", reasons(ctx, found[g.UserID]))
	}
	return err
}

// RemoveGuest takes one of them away.
func (s *Service) RemoveGuest(ctx context.Context, auditID, guestID string) error {
	if _, err := office.Allowed(ctx, policies.AuditPlan); err != nil {
		return err
	}
	return s.changePlan(ctx, auditID, func(tx *store.Tx, a Audit) (map[string]any, error) {
		if !store.IsID(guestID) {
			return nil, apperr.Missing("guest")
		}
		n, err := store.Affected(tx.NewRaw("DELETE FROM audit_guests WHERE id = ? AND audit_id = ?", guestID, a.ID).Exec(ctx))
		if err == nil && n == 0 {
			err = apperr.Missing("guest")
		}
		return map[string]any{"guest_removed": guestID}, err
	})
}

func guestsOf(ctx context.Context, db bun.IDB, auditID string) (out []Guest, err error) {
	err = db.NewSelect().Model(&out).Where("gu.audit_id = ?", auditID).Order("gu.id").Scan(ctx)
	return out, store.MapError(err, "guests")
}

// guestUsers lists the users who are with the team without auditing.
func guestUsers(ctx context.Context, db bun.IDB, auditID string) (out []string, err error) {
	err = db.NewRaw("SELECT user_id FROM audit_guests WHERE audit_id = ? AND user_id IS NOT NULL ORDER BY user_id", auditID).Scan(ctx, &out)
	return out, store.MapError(err, "guests")
}
