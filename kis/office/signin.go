package office

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// How often a sign-in may fail within a time; then it has to wait.
const (
	SignInWindow     = 15 * time.Minute
	SignInPerAccount = 5
	SignInPerAddress = 30 // many people may share one address
)

// SignIn checks e-mail and password and gives the person's id. The answer and
// the time it takes are the same for an unknown account, a wrong password and
// a disabled person (Unauthenticated). TooMany carries "wait", a
// time.Duration. Each try leaves a trail entry, refused ones by the limit do
// not. address is that of the caller.
func (s *Office) SignIn(ctx context.Context, email, password, address string) (userID string, err error) {
	ctx = actor.With(ctx, actor.Program("sign-in"))
	email = strings.ToLower(strings.TrimSpace(email))
	if !validEmail(email) || len(email) > 254 {
		email = "" // no account is called so, and what was typed may be a password
	}
	tries := store.NewAttempts(s.DB, SignInWindow)
	account := store.Subject{Name: "account:" + email, Limit: SignInPerAccount}
	from := store.Subject{Name: "address:" + address, Limit: SignInPerAddress}
	subjects := []store.Subject{account, from}
	if email == "" {
		subjects = subjects[1:]
	}
	wait, err := tries.Take(ctx, subjects...)
	if err != nil {
		return "", err
	}
	if wait > 0 {
		return "", apperr.New(apperr.TooMany, "error.too_many", "wait", wait)
	}
	c, err := credentialOf(ctx, s.DB.Read(), "email", email)
	if err != nil {
		return "", err
	}
	if len(password) > 4*MaxPassword {
		password = "" // too long to be anybody's
	}
	ok, err := c.PasswordHash.fits(ctx, password)
	if err != nil {
		return "", err
	}
	if !ok || !c.DisabledAt.IsZero() {
		if err := s.recordSignIn(ctx, c, email, address, TrailSignInRefused); err != nil {
			return "", err
		}
		return "", apperr.New(apperr.Unauthenticated, "error.signin")
	}
	if err := s.recordSignIn(ctx, c, email, address, TrailSignIn); err != nil {
		return "", err
	}
	return c.ID, tries.Succeeded(ctx, account, from)
}

// recordSignIn leaves the trail of a try.
func (s *Office) recordSignIn(ctx context.Context, c credential, email, address, action string) error {
	type try struct {
		Email   string `json:"email,omitempty"`
		Address string `json:"address,omitempty"`
		Known   bool   `json:"account_known"`
		Off     bool   `json:"account_disabled,omitempty"`
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if action == TrailSignIn {
			// It is the person who signs in; the entry says so.
			tx.Actor.UserID, tx.Actor.Name = c.ID, c.Name
		}
		if c.ID != "" {
			if _, err := HoldUser(ctx, tx, c.ID); err != nil {
				return err
			}
		}
		tx.Record(store.Change{Action: action, Kind: "user", ID: c.ID, Label: c.Name,
			After: try{email, address, c.ID != "", !c.DisabledAt.IsZero()}})
		return nil
	})
}

// person is what a request asks of who makes it, with all roles, past and
// future too.
type person struct {
	User         `bun:",extend"`
	SessionEpoch int64
	grants       []Grant
}

// Load gives the person behind a session with the roles valid today, and the
// preferred language and theme. epoch is when the session began, in Unix
// milliseconds. Unauthenticated when the person is gone or disabled, or has
// since ended all sessions. One query asks whether anything has changed; if
// so, two more read the person anew.
func (s *Office) Load(ctx context.Context, userID string, epoch int64) (a actor.Actor, lang, theme string, err error) {
	refused := apperr.New(apperr.Unauthenticated, "error.unauthenticated")
	if !store.IsID(userID) {
		return actor.Actor{}, "", "", refused
	}
	p, err := s.kept.people.Get(ctx, s.DB, userID, func() (person, error) { return readPerson(ctx, s.DB.Read(), userID) })
	if apperr.Is(err, apperr.NotFound) {
		return actor.Actor{}, "", "", refused
	}
	if err != nil {
		return actor.Actor{}, "", "", err
	}
	if !p.DisabledAt.IsZero() || epoch < p.SessionEpoch {
		return actor.Actor{}, "", "", refused
	}
	return p.User.actor(validOn(p.grants, s.Today())), p.Lang, p.Theme, nil
}

// SignOutEverywhere ends all sessions of the actor that began before now.
func (s *Office) SignOutEverywhere(ctx context.Context) error {
	who, err := OnlyPerson(ctx, policies.SelfUse)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := HoldUser(ctx, tx, who.UserID); err != nil {
			return err
		}
		tx.Record(store.Change{Action: TrailSelfSignOut, Kind: "user", ID: who.UserID, Label: who.Name})
		return setUser(ctx, tx, who.UserID, "session_epoch", tx.Now.UnixMilli())
	})
}

// SetPreference keeps "lang" or "theme" (light, dark) of the actor.
func (s *Office) SetPreference(ctx context.Context, name, value string) error {
	who, err := OnlyPerson(ctx, policies.SelfUse)
	if err != nil {
		return err
	}
	if !(name == "lang" && i18n.Known(value)) && !(name == "theme" && (value == "light" || value == "dark")) {
		return apperr.InvalidField(name, "error.field.choice")
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		u, err := HoldUser(ctx, tx, who.UserID)
		if err != nil {
			return err
		}
		was := map[string]string{"lang": u.Lang, "theme": u.Theme}[name]
		if was == value {
			return store.ErrNoChange
		}
		tx.Record(store.Change{Action: TrailSelfPreference, Kind: "user", ID: u.ID, Label: u.Name,
			Before: map[string]string{name: was}, After: map[string]string{name: value}})
		return setUser(ctx, tx, u.ID, name, value)
	})
}

// ChangePassword checks the old password, keeps the new one and ends all
// sessions that began before now. Field errors are on "old" and "new". Wrong
// old passwords count as failed sign-ins.
func (s *Office) ChangePassword(ctx context.Context, old, new string) error {
	who, err := OnlyPerson(ctx, policies.SelfUse)
	if err != nil {
		return err
	}
	c, err := credentialOf(ctx, s.DB.Read(), "id", who.UserID)
	if err != nil {
		return err
	}
	var check apperr.Check
	if old == "" {
		check.Add("old", "error.field.required")
	}
	checkPassword(&check, "new", new, c.Email)
	if check.Count() == 0 && old == new {
		check.Add("new", "kis.user.error.password_same")
	}
	if err := check.Err(); err != nil {
		return err
	}
	tries, account := store.NewAttempts(s.DB, SignInWindow), store.Subject{Name: "account:" + c.Email, Limit: SignInPerAccount}
	wait, err := tries.Take(ctx, account)
	if err != nil {
		return err
	}
	if wait > 0 {
		return apperr.New(apperr.TooMany, "error.too_many", "wait", wait)
	}
	ok, err := c.PasswordHash.fits(ctx, old)
	if err != nil {
		return err
	}
	if !ok {
		return apperr.InvalidField("old", "error.field.wrong")
	}
	return errors.Join(s.storePassword(ctx, c, new, TrailSelfPassword), tries.Succeeded(ctx, account))
}

// SetPassword sets a person's password and ends their sessions; for
// administrators and the command line. Field errors are on "password".
func (s *Office) SetPassword(ctx context.Context, userID, password string) error {
	if err := AllowedAny(ctx, policies.UserWrite); err != nil {
		return err
	}
	c, err := credentialOf(ctx, s.DB.Read(), "id", userID)
	if err != nil {
		return err
	}
	if c.ID == "" {
		return apperr.Missing("user")
	}
	var check apperr.Check
	checkPassword(&check, "password", password, c.Email)
	if err := check.Err(); err != nil {
		return err
	}
	return s.storePassword(ctx, c, password, TrailUserPassword)
}

// ResetPassword sets a password that nobody chose and gives it, to be told to
// the person once.
func (s *Office) ResetPassword(ctx context.Context, userID string) (string, error) {
	password := FirstPassword()
	if err := s.SetPassword(ctx, userID, password); err != nil {
		return "", err
	}
	return password, nil
}

// storePassword keeps a password and ends the person's sessions. The trail
// says that it changed, not what it is.
func (s *Office) storePassword(ctx context.Context, c credential, password, action string) error {
	hash, err := HashPassword(ctx, password)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := HoldUser(ctx, tx, c.ID); err != nil {
			return err
		}
		tx.Record(store.Change{Action: action, Kind: "user", ID: c.ID, Label: c.Name})
		if err := setUser(ctx, tx, c.ID, "password_hash", hash); err != nil {
			return err
		}
		return setUser(ctx, tx, c.ID, "session_epoch", tx.Now.UnixMilli())
	})
}
