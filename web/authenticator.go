package web

import (
	"context"

	"github.com/kis-platform/kis/internal/actor"
)

// Authenticator knows people. It is declared here, by its consumer; package
// kis has it.
type Authenticator interface {
	// SignIn checks e-mail and password and gives the person's id. The error
	// is the same for an unknown account and a wrong password
	// (Unauthenticated, key error.signin). TooMany may carry the argument
	// "wait", a time.Duration. address is that of the caller, for the limit.
	SignIn(ctx context.Context, email, password, address string) (userID string, err error)

	// Load gives the person behind a session with the grants valid now, and
	// the preferred language and theme ("" when none). epoch is when the
	// session began, in Unix milliseconds of the program's clock. It refuses
	// with Unauthenticated when the person is gone or disabled, or has since
	// epoch signed out everywhere or changed the password.
	Load(ctx context.Context, userID string, epoch int64) (a actor.Actor, lang, theme string, err error)

	// SignOutEverywhere ends all sessions of the actor that began before now.
	SignOutEverywhere(ctx context.Context) error

	// SetPreference keeps "lang" (az, en) or "theme" (light, dark) of the actor.
	SetPreference(ctx context.Context, name, value string) error

	// ChangePassword checks the old password, keeps the new one and ends all
	// sessions that began before now. Field errors are named "old" and "new".
	ChangePassword(ctx context.Context, old, new string) error
}
