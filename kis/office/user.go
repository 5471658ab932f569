package office

import (
	"context"
	"net/mail"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// User is a person with an account. Disabled people stay where they are
// referred to and can no longer sign in. The password is kept apart.
type User struct {
	bun.BaseModel `bun:"table:users,alias:u"`

	ID           string    `bun:"id,pk"`
	Email        string    `bun:"email"` // lower case; the account's name
	Name         string    `bun:"name"`  // first name and surname
	PositionAZ   string    `bun:"position_az"`
	PositionEN   string    `bun:"position_en"`
	DepartmentID string    `bun:"department_id,nullzero"` // home; empty for people from outside
	Lang         string    `bun:"lang"`
	Theme        string    `bun:"theme"`
	SearchKey    string    `bun:"search_key"`
	SortKey      string    `bun:"sort_key"`
	CreatedAt    time.Time `bun:"created_at"`
	DisabledAt   time.Time `bun:"disabled_at,nullzero"` // zero while active
}

// Position is the official position in a language, as under a signature.
func (u User) Position(lang string) string {
	return i18n.InLang(lang, u.PositionAZ, u.PositionEN)
}

// Version changes whenever an editable field does; see Department.Version.
func (u User) Version() string {
	return fingerprint(u.Email, u.Name, u.PositionAZ, u.PositionEN)
}

// userFacts is what the trail keeps of a person.
type userFacts struct {
	Email      string `json:"email"`
	Name       string `json:"name"`
	PositionAZ string `json:"position_az,omitempty"`
	PositionEN string `json:"position_en,omitempty"`
	Department string `json:"department,omitempty"` // code
	Lang       string `json:"lang,omitempty"`
}

func (u User) facts(department string) userFacts {
	return userFacts{u.Email, u.Name, u.PositionAZ, u.PositionEN, department, u.Lang}
}

// NewUser is an account to create. DepartmentCode is empty only for people
// from outside. Without Password and Hash the person cannot sign in with a
// password until one is set; Hash, of HashPassword, is for creating many at
// once.
type NewUser struct {
	Email, Name            string
	PositionAZ, PositionEN string
	DepartmentCode         string
	Lang                   string // "az" when empty
	Password               string
	Hash                   PasswordHash
	Since                  day.Day // works in the department from; today when empty
	Grants                 []NewGrant
}

// UserEdit is what an administrator may change later. Version is the Version
// of the person that was edited.
type UserEdit struct {
	Email, Name            string
	PositionAZ, PositionEN string
	Version                string
}

// CreateUser adds a person with first roles. Invalid names the fields, an
// e-mail in use is a Conflict on field "email".
func (s *Office) CreateUser(ctx context.Context, n NewUser) (User, error) {
	if err := AllowedAny(ctx, policies.UserWrite); err != nil {
		return User{}, err
	}
	u, err := s.checkUser(n)
	if err != nil {
		return User{}, err
	}
	if n.Password != "" {
		if n.Hash, err = HashPassword(ctx, n.Password); err != nil {
			return User{}, err
		}
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		u.ID, u.CreatedAt = store.NewID(), tx.Now
		dept := Department{}
		if n.DepartmentCode != "" {
			if dept, err = chosenDepartment(ctx, tx, "department", n.DepartmentCode); err != nil {
				return err
			}
			u.DepartmentID = dept.ID
		}
		if err := insertUser(ctx, tx, u, n.Hash); err != nil {
			return err
		}
		since := n.Since
		if since == "" {
			since = day.Of(tx.Now, s.Zone)
		}
		if dept.ID != "" {
			if err := insertStay(ctx, tx, u.ID, dept.ID, since); err != nil {
				return err
			}
		}
		tx.Record(store.Change{Action: TrailUserCreate, Kind: "user", ID: u.ID, Label: u.Name, After: u.facts(dept.Code)})
		for _, g := range n.Grants {
			if g.From == "" {
				g.From = since
			}
			if err := s.grant(ctx, tx, u, g); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return User{}, err
	}
	return u, nil
}

// EditUser changes name, e-mail and position. It is a Conflict when somebody
// has changed them since e.Version.
func (s *Office) EditUser(ctx context.Context, id string, e UserEdit) error {
	if err := AllowedAny(ctx, policies.UserWrite); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		old, err := HoldUser(ctx, tx, id)
		if err != nil {
			return err
		}
		if old.Version() != e.Version {
			return apperr.New(apperr.Conflict, "error.conflict")
		}
		u, err := s.checkUser(NewUser{Email: e.Email, Name: e.Name, PositionAZ: e.PositionAZ, PositionEN: e.PositionEN, Lang: old.Lang})
		if err != nil {
			return err
		}
		if u.Version() == old.Version() {
			return store.ErrNoChange
		}
		u.ID = id
		if err := updateUser(ctx, tx, u); err != nil {
			return err
		}
		tx.Record(store.Change{Action: TrailUserEdit, Kind: "user", ID: id, Label: u.Name, Before: old.facts(""), After: u.facts("")})
		return nil
	})
}

// checkUser validates and gives the row to store, without id and department.
func (s *Office) checkUser(n NewUser) (User, error) {
	var c apperr.Check
	u := User{
		Email:      strings.ToLower(c.Text("email", n.Email, 1, 254)),
		Name:       c.Text("name", n.Name, 2, 120),
		PositionAZ: c.Text("position_az", n.PositionAZ, 0, 200),
		PositionEN: c.Text("position_en", n.PositionEN, 0, 200),
		Lang:       n.Lang,
		Theme:      "light",
	}
	if u.Email != "" && !validEmail(u.Email) {
		c.Add("email", "error.field.email")
	}
	if u.Lang == "" {
		u.Lang = i18n.Default
	}
	if !i18n.Known(u.Lang) {
		c.Add("lang", "error.field.choice")
	}
	if n.Password != "" {
		checkPassword(&c, "password", n.Password, u.Email)
	}
	u.SearchKey = i18n.Fold(strings.Join([]string{u.Name, u.Email, u.PositionAZ, u.PositionEN}, " "))
	u.SortKey = i18n.SortKey(u.Name)
	return u, c.Err()
}

// validEmail takes a plain address: one @, a dot in the domain, no name or
// comment around it.
func validEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s {
		return false
	}
	_, domain, _ := strings.Cut(s, "@")
	return strings.Contains(domain, ".") && !strings.ContainsAny(s, " \"(),:;<>[\\]")
}

// chosenDepartment turns a code that a person chose into the department, or
// an Invalid error on the field.
func chosenDepartment(ctx context.Context, tx *store.Tx, field, code string) (Department, error) {
	d, err := DepartmentByCode(ctx, tx, code)
	if apperr.Is(err, apperr.NotFound) {
		return d, apperr.InvalidField(field, "error.field.missing")
	}
	return d, err
}
