package audit

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Against says what a standing conflict is with.
type Against string

// What there can be a standing conflict with.
const (
	AgainstDepartment Against = "department" // and everybody who works there
	AgainstProcess    Against = "process"
	AgainstPerson     Against = "person" // and every audit of the department where the person works
)

// Againsts lists them in the order of forms.
func Againsts() []Against { return []Against{AgainstDepartment, AgainstProcess, AgainstPerson} }

// StandingConflict says whom or what a person may not audit, why and how
// long; it does not come from the records of the office but from what people
// declare: kinship, former work, a project of their own.
type StandingConflict struct {
	bun.BaseModel `bun:"table:auditor_conflicts,alias:x"`

	ID           string    `bun:"id,pk"`
	UserID       string    `bun:"user_id"`
	Against      Against   `bun:"kind"`
	DepartmentID string    `bun:"department_id,nullzero"`
	ProcessID    string    `bun:"process_id,nullzero"`
	PersonID     string    `bun:"person_id,nullzero"`
	Reason       string    `bun:"reason"`
	From         day.Day   `bun:"from_day"`
	To           day.Day   `bun:"to_day,nullzero"` // last day; empty = open
	AddedBy      string    `bun:"added_by,nullzero"`
	AddedAt      time.Time `bun:"added_at"`

	With string `bun:"with_whom,scanonly"` // code of the department or process, name of the person
}

// Holds says whether the conflict holds on a day.
func (x StandingConflict) Holds(on day.Day) bool {
	return x.From <= on && (x.To == "" || x.To >= on)
}

// NewConflict is a standing conflict to add: one of the three ids by Against.
type NewConflict struct {
	Against  Against
	With     string // id of the department, process or person
	Reason   string
	From, To day.Day // To may be empty
}

// AddConflict records a standing conflict of an auditor. Audits under way in
// which it matters show it at once.
func (s *Service) AddConflict(ctx context.Context, userID string, n NewConflict) (StandingConflict, error) {
	if _, err := office.Allowed(ctx, policies.AuditorRecord); err != nil {
		return StandingConflict{}, err
	}
	var c apperr.Check
	apperr.OneOf(&c, "against", n.Against, Againsts()...)
	x := StandingConflict{ID: store.NewID(), UserID: userID, Against: n.Against, Reason: c.Text("reason", n.Reason, 5, maxText), From: n.From, To: n.To}
	if !store.IsID(n.With) {
		c.Add("with", "error.field.choice")
	} else if n.With == userID {
		c.Add("with", "audit.error.own_conflict")
	}
	if n.From == "" {
		c.Add("from", "error.field.date")
	} else if n.To != "" && n.To < n.From {
		c.Add("to", "error.field.date_after", "date", n.From.Format())
	}
	if err := c.Err(); err != nil {
		return x, err
	}
	table := map[Against]string{AgainstDepartment: "departments", AgainstProcess: "processes", AgainstPerson: "users"}[n.Against]
	switch n.Against {
	case AgainstDepartment:
		x.DepartmentID = n.With
	case AgainstProcess:
		x.ProcessID = n.With
	case AgainstPerson:
		x.PersonID = n.With
	}
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		name, err := s.auditorToChange(ctx, tx, userID)
		if err != nil {
			return err
		}
		if found, err := countIDs(ctx, tx, table, []string{n.With}); err != nil || found == 0 {
			if err == nil {
				err = apperr.InvalidField("with", "error.field.missing")
			}
			return err
		}
		x.AddedBy, x.AddedAt = tx.Actor.UserID, tx.Now
		if _, err := tx.NewInsert().Model(&x).Exec(ctx); err != nil {
			return store.MapError(err, "insert conflict")
		}
		tx.Record(store.Change{Action: string(policies.AuditorRecord), Kind: kindAuditor, ID: userID, Label: name, Note: x.Reason,
			After: map[string]any{"conflict": x.ID, "against": x.Against, "with": n.With, "from": x.From, "to": x.To}})
		return nil
	})
	return x, err
}

// EndConflict sets the last day of a standing conflict that is open or ends
// later.
func (s *Service) EndConflict(ctx context.Context, userID, conflictID string, last day.Day, reason string) error {
	if _, err := office.Allowed(ctx, policies.AuditorRecord); err != nil {
		return err
	}
	var c apperr.Check
	reason = c.Text("reason", reason, 5, maxText)
	if last == "" {
		c.Add("to", "error.field.date")
	}
	if err := c.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		name, err := s.auditorToChange(ctx, tx, userID)
		if err != nil {
			return err
		}
		var x StandingConflict
		if !store.IsID(conflictID) {
			return apperr.Missing("conflict")
		}
		if err := tx.NewSelect().Model(&x).Where("x.id = ? AND x.user_id = ?", conflictID, userID).Scan(ctx); err != nil {
			return store.MapError(err, "conflict")
		}
		if last < x.From {
			return apperr.InvalidField("to", "error.field.date_after", "date", x.From.Format())
		}
		n, err := store.Affected(tx.NewUpdate().Model((*StandingConflict)(nil)).Set("to_day = ?", last).
			Where("id = ? AND (to_day IS NULL OR to_day > ?)", x.ID, last).Exec(ctx))
		if err := store.Moved(n, err, "conflict", "ended"); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.AuditorRecord), Kind: kindAuditor, ID: userID, Label: name, Note: reason,
			Before: map[string]any{"conflict": x.ID, "to": x.To}, After: map[string]any{"conflict": x.ID, "to": last}})
		return nil
	})
}
