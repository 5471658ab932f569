package office

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// Grant is a role of a person with its reach and dates of validity. A role is
// never removed: its last day is set.
type Grant struct {
	bun.BaseModel `bun:"table:user_roles,alias:r"`

	ID           string        `bun:"id,pk"`
	UserID       string        `bun:"user_id"`
	Role         policies.Role `bun:"role"`
	DepartmentID string        `bun:"department_id,nullzero"` // whose things are "own"
	AgencyID     string        `bun:"agency_id,nullzero"`     // of an agency officer
	ObjectKind   string        `bun:"object_kind"`            // of an observer
	ObjectID     string        `bun:"object_id"`
	From         day.Day       `bun:"from_day"`
	To           day.Day       `bun:"to_day,nullzero"` // last day; empty = open
}

// ValidOn says whether the role counts on a day.
func (g Grant) ValidOn(d day.Day) bool { return g.From <= d && (g.To == "" || d <= g.To) }

// GrantFacts is what the trail keeps of a role.
type GrantFacts struct {
	Role       policies.Role `json:"role"`
	Department string        `json:"department,omitempty"` // code
	Agency     string        `json:"agency,omitempty"`     // code
	ObjectKind string        `json:"object_kind,omitempty"`
	ObjectID   string        `json:"object_id,omitempty"`
	From       day.Day       `json:"from"`
	To         day.Day       `json:"to,omitempty"`
}

// NewGrant is a role to give. An empty DepartmentCode means the home
// department for roles that reach over their own department; From is today
// when empty. An agency officer needs AgencyCode; an observer ObjectKind,
// ObjectID and To.
type NewGrant struct {
	Role                 policies.Role
	DepartmentCode       string
	AgencyCode           string
	ObjectKind, ObjectID string
	From, To             day.Day
}

// GrantRole gives a role. Nobody gives roles to themselves (Forbidden). The
// same role with the same reach in overlapping days is a Conflict.
func (s *Office) GrantRole(ctx context.Context, userID string, n NewGrant) error {
	if err := AllowedAny(ctx, policies.UserWrite); err != nil {
		return err
	}
	if actor.From(ctx).UserID == userID {
		return apperr.New(apperr.Forbidden, "kis.user.error.self_grant")
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		u, err := HoldUser(ctx, tx, userID)
		if err != nil {
			return err
		}
		return s.grant(ctx, tx, u, n)
	})
}

// grant validates and adds a role inside a unit of work.
func (s *Office) grant(ctx context.Context, tx *store.Tx, u User, n NewGrant) error {
	if n.From == "" {
		n.From = day.Of(tx.Now, s.Zone)
	}
	if err := n.check(); err != nil {
		return err
	}
	g := Grant{ID: store.NewID(), UserID: u.ID, Role: n.Role, ObjectKind: n.ObjectKind, ObjectID: n.ObjectID, From: n.From, To: n.To}
	facts := GrantFacts{Role: n.Role, Agency: n.AgencyCode, ObjectKind: n.ObjectKind, ObjectID: n.ObjectID, From: n.From, To: n.To}
	var err error
	switch {
	case n.DepartmentCode != "":
		d, err := chosenDepartment(ctx, tx, "department", n.DepartmentCode)
		if err != nil {
			return err
		}
		g.DepartmentID, facts.Department = d.ID, d.Code
	case ownDepartment(n.Role) && u.DepartmentID != "":
		ds, err := DepartmentsByID(ctx, tx, []string{u.DepartmentID})
		if err != nil {
			return err
		}
		g.DepartmentID, facts.Department = u.DepartmentID, ds[u.DepartmentID].Code
	case n.Role.Departmental():
		return apperr.InvalidField("department", "error.field.required")
	}
	if n.AgencyCode != "" {
		if g.AgencyID, err = agencyByCode(ctx, tx, n.AgencyCode); err != nil {
			return err
		}
	}
	has, err := grantsOf(ctx, tx, []string{u.ID})
	if err != nil {
		return err
	}
	for _, h := range has[u.ID] {
		if h.sameReach(g) && overlap(h, g) {
			return &apperr.Error{Kind: apperr.Conflict, Key: "error.conflict.exists", Fields: []apperr.Field{{Name: "role", Key: "kis.user.error.has_role"}}}
		}
	}
	if err := insertGrant(ctx, tx, g); err != nil {
		return err
	}
	tx.Record(store.Change{Action: TrailUserGrant, Kind: "grant", ID: g.ID, Label: u.Name, RootKind: "user", RootID: u.ID, After: facts})
	return nil
}

// EndGrant sets the last day of a role; the day before its first means that it
// never counted. An empty day takes the end away. Nobody does that with their
// own roles, and the last administrator stays one.
func (s *Office) EndGrant(ctx context.Context, userID, grantID string, last day.Day) error {
	if err := AllowedAny(ctx, policies.UserWrite); err != nil {
		return err
	}
	if actor.From(ctx).UserID == userID {
		return apperr.New(apperr.Forbidden, "kis.user.error.self_grant")
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		u, err := HoldUser(ctx, tx, userID)
		if err != nil {
			return err
		}
		all, err := grantsOf(ctx, tx, []string{userID})
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all[userID], func(g Grant) bool { return g.ID == grantID })
		if i < 0 {
			return apperr.Missing("grant")
		}
		old := all[userID][i]
		g := old
		g.To = last
		switch {
		case last == old.To:
			return store.ErrNoChange
		case last == "" && g.Role == policies.Observer:
			return apperr.InvalidField("to", "error.field.required")
		case last != "" && last < g.From.Add(-1):
			return apperr.InvalidField("to", "error.field.date_after", "date", g.From.Add(-2).Format())
		}
		if g.Role == policies.Administrator && last != "" {
			if err := s.anotherAdministrator(ctx, tx, userID); err != nil {
				return err
			}
		}
		if err := setGrantEnd(ctx, tx, g.ID, last); err != nil {
			return err
		}
		tx.Record(store.Change{Action: TrailUserGrantEnd, Kind: "grant", ID: g.ID, Label: u.Name, RootKind: "user", RootID: u.ID,
			Before: GrantFacts{Role: old.Role, From: old.From, To: old.To}, After: GrantFacts{Role: g.Role, From: g.From, To: g.To}})
		return nil
	})
}

func (n NewGrant) check() error {
	var c apperr.Check
	switch {
	case n.Role == "":
		c.Add("role", "error.field.required")
	case !slices.Contains(policies.Roles(), n.Role):
		c.Add("role", "error.field.choice")
	}
	if n.To != "" && n.To < n.From {
		c.Add("to", "error.field.date_after", "date", n.From.Add(-1).Format())
	}
	switch n.Role {
	case policies.AgencyOfficer:
		c.Text("agency", n.AgencyCode, 1, 40)
	case policies.Observer:
		c.Text("object_kind", n.ObjectKind, 1, 40)
		if !store.IsID(n.ObjectID) {
			c.Add("object_id", "error.field.missing")
		}
		if n.To == "" {
			c.Add("to", "error.field.required")
		}
	}
	return c.Err()
}

// ownDepartment says whether a role reaches over its own department in
// anything.
func ownDepartment(r policies.Role) bool {
	if r == policies.AgencyOfficer {
		return false
	}
	return slices.ContainsFunc(policies.Actions(), func(a policies.Action) bool {
		return slices.Contains(policies.Reaches(r, a), policies.Own)
	})
}

func (g Grant) sameReach(h Grant) bool {
	return g.Role == h.Role && g.DepartmentID == h.DepartmentID && g.AgencyID == h.AgencyID && g.ObjectKind == h.ObjectKind && g.ObjectID == h.ObjectID
}

// overlap says whether two roles have a day in common.
func overlap(a, b Grant) bool {
	return (a.To == "" || b.From <= a.To) && (b.To == "" || a.From <= b.To) && (a.To == "" || a.From <= a.To)
}
