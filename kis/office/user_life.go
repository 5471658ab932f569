package office

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// DisableUser stops a person from signing in and ends their sessions. Nobody
// disables themselves; the last administrator cannot be disabled (Conflict).
func (s *Office) DisableUser(ctx context.Context, id string) error {
	if err := AllowedAny(ctx, policies.UserWrite); err != nil {
		return err
	}
	if actor.From(ctx).UserID == id {
		return apperr.New(apperr.Forbidden, "kis.user.error.self_disable")
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		// The administrators are held before the person: always in one order.
		if err := s.anotherAdministrator(ctx, tx, id); err != nil {
			return err
		}
		u, err := HoldUser(ctx, tx, id)
		if err != nil {
			return err
		}
		if !u.DisabledAt.IsZero() {
			return apperr.New(apperr.Conflict, "error.conflict.state")
		}
		if err := setUser(ctx, tx, id, "disabled_at", tx.Now); err != nil {
			return err
		}
		if err := setUser(ctx, tx, id, "session_epoch", tx.Now.UnixMilli()); err != nil {
			return err
		}
		tx.Record(store.Change{Action: TrailUserDisable, Kind: "user", ID: id, Label: u.Name})
		return nil
	})
}

// EnableUser lets a disabled person sign in again.
func (s *Office) EnableUser(ctx context.Context, id string) error {
	if err := AllowedAny(ctx, policies.UserWrite); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		u, err := HoldUser(ctx, tx, id)
		if err != nil {
			return err
		}
		if u.DisabledAt.IsZero() {
			return apperr.New(apperr.Conflict, "error.conflict.state")
		}
		if err := setUser(ctx, tx, id, "disabled_at", bun.NullTime{Time: time.Time{}}); err != nil {
			return err
		}
		tx.Record(store.Change{Action: TrailUserEnable, Kind: "user", ID: id, Label: u.Name})
		return nil
	})
}

// anotherAdministrator is a Conflict when the person is the only lasting
// administrator. The rows stay held, so that two cannot remove each other.
func (s *Office) anotherAdministrator(ctx context.Context, tx *store.Tx, id string) error {
	all, err := administrators(ctx, tx, day.Of(tx.Now, s.Zone))
	if err != nil {
		return err
	}
	if slices.Equal(all, []string{id}) {
		return apperr.New(apperr.Conflict, "kis.user.error.last_administrator")
	}
	return nil
}

// TransferUser moves a person to another department from a day that is not in
// the future. The role of employee moves along; other roles that were bound to
// the old department end the day before.
func (s *Office) TransferUser(ctx context.Context, userID, departmentCode string, from day.Day) error {
	if err := AllowedAny(ctx, policies.UserWrite); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		u, err := HoldUser(ctx, tx, userID)
		if err != nil {
			return err
		}
		today := day.Of(tx.Now, s.Zone)
		if from == "" {
			from = today
		}
		if from > today {
			return apperr.InvalidField("from", "error.field.date_before", "date", today.Add(1).Format())
		}
		to, err := chosenDepartment(ctx, tx, "department", departmentCode)
		if err != nil {
			return err
		}
		if to.ID == u.DepartmentID {
			return apperr.InvalidField("department", "kis.user.error.same_department")
		}
		if err := s.endStays(ctx, tx, userID, from); err != nil {
			return err
		}
		if err := insertStay(ctx, tx, userID, to.ID, from); err != nil {
			return err
		}
		if err := setUser(ctx, tx, userID, "department_id", to.ID); err != nil {
			return err
		}
		old, err := DepartmentsByID(ctx, tx, []string{u.DepartmentID})
		if err != nil {
			return err
		}
		type move struct {
			Department string  `json:"department"`
			From       day.Day `json:"from,omitempty"`
		}
		tx.Record(store.Change{Action: TrailUserTransfer, Kind: "user", ID: userID, Label: u.Name,
			Before: move{Department: old[u.DepartmentID].Code}, After: move{to.Code, from}})
		return s.moveRoles(ctx, tx, u, to, from)
	})
}

// endStays ends the stay that is open, the day before from.
func (s *Office) endStays(ctx context.Context, tx *store.Tx, userID string, from day.Day) error {
	stays, err := staysOf(ctx, tx, userID)
	if err != nil {
		return err
	}
	for _, st := range stays {
		if st.To != "" {
			continue
		}
		if from <= st.From {
			return apperr.InvalidField("from", "error.field.date_after", "date", st.From.Format())
		}
		if err := endStay(ctx, tx, st.ID, from.Add(-1)); err != nil {
			return err
		}
	}
	return nil
}

// moveRoles ends what was bound to the old department and lets the role of
// employee go along.
func (s *Office) moveRoles(ctx context.Context, tx *store.Tx, u User, to Department, from day.Day) error {
	all, err := grantsOf(ctx, tx, []string{u.ID})
	if err != nil {
		return err
	}
	for _, g := range all[u.ID] {
		if g.DepartmentID == "" || g.DepartmentID != u.DepartmentID || (g.To != "" && g.To < from) {
			continue
		}
		last := max(from.Add(-1), g.From.Add(-1))
		if err := setGrantEnd(ctx, tx, g.ID, last); err != nil {
			return err
		}
		tx.Record(store.Change{Action: TrailUserGrantEnd, Kind: "grant", ID: g.ID, Label: u.Name, RootKind: "user", RootID: u.ID,
			Before: GrantFacts{Role: g.Role, From: g.From, To: g.To}, After: GrantFacts{Role: g.Role, From: g.From, To: last}})
		if g.Role == policies.Employee {
			moved := u
			moved.DepartmentID = to.ID
			if err := s.grant(ctx, tx, moved, NewGrant{Role: g.Role, From: max(from, g.From), To: g.To}); err != nil {
				return err
			}
		}
	}
	return nil
}
