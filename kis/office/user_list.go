package office

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// UserFilter narrows the list of people; zero fields do not.
type UserFilter struct {
	Query        string // in name, e-mail or position, without regard to case and marks
	DepartmentID string
	Role         policies.Role // held today
	State        string        // "active", "disabled" or "" for both
	After        string        // Next of the page before
	Limit        int           // 50 when 0, at most 200
}

// UserItem is one person of the list.
type UserItem struct {
	User
	Department Department
	Grants     []Grant // valid today
}

// UserPage is one page of the list, by name.
type UserPage struct {
	Users []UserItem
	Total int    // of the filter, over all pages
	Next  string // After of the next page, "" when this is the last
}

// UserDetail is one person with everything an administrator sees.
type UserDetail struct {
	User
	Department  Department
	Grants      []Grant               // all, newest first
	Stays       []Stay                // departments, newest first
	Departments map[string]Department // of Grants and Stays, by id
	HasPassword bool
}

// ListUsers lists people for an administrator. Four queries, whatever the
// number of people.
func (s *Office) ListUsers(ctx context.Context, f UserFilter) (UserPage, error) {
	if err := AllowedAny(ctx, policies.UserRead); err != nil {
		return UserPage{}, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 200)
	db, today := s.DB.Read(), s.Today()
	users, total, err := listUsers(ctx, db, f, today)
	if err != nil {
		return UserPage{}, err
	}
	page := UserPage{Total: total}
	if len(users) > f.Limit {
		users = users[:f.Limit]
		last := users[f.Limit-1]
		page.Next = last.SortKey + "." + last.ID
	}
	var ids, depts []string
	for _, u := range users {
		ids, depts = append(ids, u.ID), append(depts, u.DepartmentID)
	}
	byDept, err := DepartmentsByID(ctx, db, depts)
	if err != nil {
		return UserPage{}, err
	}
	grants, err := grantsOf(ctx, db, ids)
	if err != nil {
		return UserPage{}, err
	}
	for _, u := range users {
		page.Users = append(page.Users, UserItem{User: u, Department: byDept[u.DepartmentID], Grants: validOn(grants[u.ID], today)})
	}
	return page, nil
}

// User gives one person for an administrator.
func (s *Office) User(ctx context.Context, id string) (UserDetail, error) {
	if err := AllowedAny(ctx, policies.UserRead); err != nil {
		return UserDetail{}, err
	}
	db := s.DB.Read()
	u, err := userBy(ctx, db, "id", id)
	if err != nil {
		return UserDetail{}, err
	}
	d := UserDetail{User: u}
	grants, err := grantsOf(ctx, db, []string{id})
	if err != nil {
		return d, err
	}
	d.Grants = grants[id]
	if d.Stays, err = staysOf(ctx, db, id); err != nil {
		return d, err
	}
	ids := []string{u.DepartmentID}
	for _, g := range d.Grants {
		ids = append(ids, g.DepartmentID)
	}
	for _, st := range d.Stays {
		ids = append(ids, st.DepartmentID)
	}
	if d.Departments, err = DepartmentsByID(ctx, db, ids); err != nil {
		return d, err
	}
	d.Department = d.Departments[u.DepartmentID]
	c, err := credentialOf(ctx, db, "id", id)
	d.HasPassword = c.PasswordHash != ""
	return d, err
}

// UserByEmail finds a person by account name, for the command line.
func (s *Office) UserByEmail(ctx context.Context, email string) (User, error) {
	if err := AllowedAny(ctx, policies.UserRead); err != nil {
		return User{}, err
	}
	return userBy(ctx, s.DB.Read(), "email", strings.ToLower(strings.TrimSpace(email)))
}

// PeopleFilter narrows the people offered in a form.
type PeopleFilter struct {
	Role         policies.Role // held today
	DepartmentID string        // home
	Query        string        // in name, e-mail or position
}

// People lists active people by name, for choosing them in forms; at most 500.
func (s *Office) People(ctx context.Context, f PeopleFilter) ([]User, error) {
	if err := AllowedAny(ctx, policies.DepartmentRead); err != nil {
		return nil, err
	}
	list, _, err := listUsers(ctx, s.DB.Read(), UserFilter{Query: f.Query, DepartmentID: f.DepartmentID, Role: f.Role, State: "active", Limit: -500}, s.Today())
	return list, err
}

// ActorOf gives a person as an actor, with the roles valid today. It asks no
// permission: it is for signing in, for filling a demonstration and for tests.
// A person who is gone or disabled is NotFound.
func (s *Office) ActorOf(ctx context.Context, userID string) (actor.Actor, error) {
	db := s.DB.Read()
	u, err := userBy(ctx, db, "id", userID)
	if err != nil {
		return actor.Actor{}, err
	}
	if !u.DisabledAt.IsZero() {
		return actor.Actor{}, apperr.Missing("user")
	}
	grants, err := grantsOf(ctx, db, []string{userID})
	if err != nil {
		return actor.Actor{}, err
	}
	return u.actor(validOn(grants[userID], s.Today())), nil
}

// actor is the person acting under the roles.
func (u User) actor(grants []Grant) actor.Actor {
	a := actor.Actor{UserID: u.ID, Name: u.Name, DepartmentID: u.DepartmentID, Lang: u.Lang}
	for _, g := range grants {
		a.Grants = append(a.Grants, actor.Grant{Role: string(g.Role), DepartmentID: g.DepartmentID, AgencyID: g.AgencyID,
			ObjectKind: g.ObjectKind, ObjectID: g.ObjectID})
	}
	return a
}

func validOn(grants []Grant, d day.Day) []Grant {
	var out []Grant
	for _, g := range grants {
		if g.ValidOn(d) {
			out = append(out, g)
		}
	}
	return out
}

// listUsers gives one more than the limit when there are more, and the number
// of all; a negative limit asks for at most so many and no number.
func listUsers(ctx context.Context, db bun.IDB, f UserFilter, today day.Day) ([]User, int, error) {
	var list []User
	q := db.NewSelect().Model(&list)
	if text := i18n.Fold(f.Query); text != "" {
		q = q.Where("u.search_key LIKE ? ESCAPE '!'", store.LikePattern(text))
	}
	if f.DepartmentID != "" {
		q = q.Where("u.department_id = ?", f.DepartmentID)
	}
	if f.Role != "" {
		q = q.Where("EXISTS (SELECT 1 FROM user_roles AS r WHERE r.user_id = u.id AND r.role = ? AND "+validGrant+")", f.Role, today, today)
	}
	switch f.State {
	case "active":
		q = q.Where("u.disabled_at IS NULL")
	case "disabled":
		q = q.Where("u.disabled_at IS NOT NULL")
	}
	total := 0
	if f.Limit > 0 {
		n, err := q.Count(ctx)
		if err != nil {
			return nil, 0, store.MapError(err, "count users")
		}
		total = int(n)
		if key, id, ok := strings.Cut(f.After, "."); ok && store.IsID(id) {
			q = q.Where("(u.sort_key, u.id) > (?, ?)", key, id)
		}
		q = q.Limit(int64(f.Limit) + 1)
	} else {
		q = q.Limit(int64(-f.Limit))
	}
	err := q.OrderExpr("u.sort_key, u.id").Scan(ctx)
	return list, total, store.MapError(err, "list users")
}
