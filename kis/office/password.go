package office

import (
	"context"
	"runtime"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
)

// PasswordHash is a password as stored: argon2id with its parameters and salt.
// Empty means that no password fits.
type PasswordHash string

// Lengths of a password in characters.
const (
	MinPassword = 12
	MaxPassword = 200
)

// hashing bounds how many hashes are worked out at once: each takes 19 MiB and
// a processor, so more at a time would only be slower and fill the memory.
var hashing = make(chan struct{}, runtime.NumCPU())

// hashParams: 19 MiB, two passes, one lane.
var hashParams = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// HashPassword works out what is stored of a password; it checks no rule.
func HashPassword(ctx context.Context, password string) (PasswordHash, error) {
	if err := takeHashing(ctx); err != nil {
		return "", err
	}
	defer func() { <-hashing }()
	h, err := argon2id.CreateHash(norm.NFC.String(password), hashParams)
	return PasswordHash(h), apperr.Wrap(err, "hash password")
}

// noHash is compared with when there is no account, so that the answer takes
// as long as for one that exists.
const noHash PasswordHash = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// fits says whether the password is the one that was stored. It takes the same
// time for an empty hash, which nothing fits.
func (h PasswordHash) fits(ctx context.Context, password string) (bool, error) {
	against := h
	if h == "" {
		against = noHash
	}
	if err := takeHashing(ctx); err != nil {
		return false, err
	}
	defer func() { <-hashing }()
	ok, err := argon2id.ComparePasswordAndHash(norm.NFC.String(password), string(against))
	return ok && h != "", apperr.Wrap(err, "compare password")
}

func takeHashing(ctx context.Context) error {
	select {
	case hashing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return apperr.Wrap(ctx.Err(), "wait for hashing")
	}
}

// checkPassword notes on the field what is wrong with a new password: length,
// signs that cannot be typed, or being the e-mail.
func checkPassword(c *apperr.Check, field, password, email string) {
	n := utf8.RuneCountInString(password)
	local, _, _ := strings.Cut(email, "@")
	switch {
	case !utf8.ValidString(password) || strings.ContainsFunc(password, func(r rune) bool { return r < ' ' || r == 0x7f }):
		c.Add(field, "error.field.characters")
	case n == 0:
		c.Add(field, "error.field.required")
	case n < MinPassword:
		c.Add(field, "error.field.too_short", "min", MinPassword)
	case n > MaxPassword:
		c.Add(field, "error.field.too_long", "max", MaxPassword, "length", n)
	case strings.EqualFold(password, email) || strings.EqualFold(password, local):
		c.Add(field, "kis.user.error.password_email")
	}
}

// FirstPassword makes an unguessable password that can be read out and typed:
// four groups of five capitals and digits.
func FirstPassword() string {
	s := store.NewSecret()
	return s[0:5] + "-" + s[5:10] + "-" + s[10:15] + "-" + s[15:20]
}
