// Package apperr owns the one error type of the program.
//
// It imports nothing of the project. Invariants: an error speaks in message
// keys and arguments, never in sentences; what is not an *Error is internal,
// and its text never reaches a person.
package apperr

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"unicode"
)

// Kind says what went wrong in terms a caller can act on. One table in
// package web maps it to an HTTP status, one in cmd/kis to an exit code.
type Kind string

const (
	Invalid         Kind = "invalid"         // the input breaks a rule; Fields says where
	NotFound        Kind = "not_found"       // no such thing, or it is outside the actor's scope
	Conflict        Kind = "conflict"        // the thing is no longer in the state the caller saw
	Forbidden       Kind = "forbidden"       // the actor is known and may not do this
	Unauthenticated Kind = "unauthenticated" // nobody is signed in
	TooMany         Kind = "too_many"        // rate limit reached; try later
	Internal        Kind = "internal"        // a fault of the program or of a machine
)

// Arg is one named value put into a message, e.g. {"max", 200}.
type Arg struct {
	Name  string
	Value any
}

// Field is an error about one input: Name is the form field, JSON path or
// column; Row is the 1-based line of an imported file and 0 elsewhere.
type Field struct {
	Name string
	Row  int
	Key  string
	Args []Arg
}

// Error is the program's error: kind, message key, arguments, field errors
// and the cause that is logged but never shown.
type Error struct {
	Kind   Kind
	Key    string
	Args   []Arg
	Fields []Field
	Cause  error
}

// Error gives a text for logs and tests.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.Kind, e.Key)
	for _, a := range e.Args {
		fmt.Fprintf(&b, " %s=%v", a.Name, a.Value)
	}
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "; %s", f.Name)
		if f.Row > 0 {
			fmt.Fprintf(&b, " (row %d)", f.Row)
		}
		fmt.Fprintf(&b, ": %s", f.Key)
	}
	if e.Cause != nil {
		fmt.Fprintf(&b, ": %v", e.Cause)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// New makes an error of a kind with a message key and name-value pairs.
func New(kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: Pairs(args...)}
}

// Pairs turns "name", value, "name", value … into arguments.
func Pairs(args ...any) []Arg {
	var out []Arg
	for i := 0; i+1 < len(args); i += 2 {
		out = append(out, Arg{Name: fmt.Sprint(args[i]), Value: args[i+1]})
	}
	return out
}

// Flat turns arguments back into "name", value, "name", value …, the list that
// i18n.T and Check take.
func Flat(args []Arg) []any {
	out := make([]any, 0, 2*len(args))
	for _, a := range args {
		out = append(out, a.Name, a.Value)
	}
	return out
}

// InvalidField is an Invalid error about a single field.
func InvalidField(field, key string, args ...any) *Error {
	return &Error{Kind: Invalid, Key: "error.invalid", Fields: []Field{{Name: field, Key: key, Args: Pairs(args...)}}}
}

// Missing is the NotFound error of an object, e.g. Missing("act").
func Missing(object string) *Error {
	return New(NotFound, "error.not_found", "object", object)
}

// Wrap makes an internal error out of a cause; nil stays nil and an *Error
// inside stays what it is.
func Wrap(err error, doing string) error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return err
	}
	return &Error{Kind: Internal, Key: "error.internal", Cause: fmt.Errorf("%s: %w", doing, err)}
}

// As gives the *Error inside err; anything else becomes an Internal one.
func As(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Internal, Key: "error.internal", Cause: err}
}

// Is says whether err is of the kind.
func Is(err error, kind Kind) bool {
	return err != nil && As(err).Kind == kind
}

// Check collects field errors while a request is validated.
type Check struct{ fields []Field }

// Add notes that a field breaks a rule.
func (c *Check) Add(field, key string, args ...any) {
	c.fields = append(c.fields, Field{Name: field, Key: key, Args: Pairs(args...)})
}

// AddRow notes that a column of a file's row breaks a rule.
func (c *Check) AddRow(row int, column, key string, args ...any) {
	c.fields = append(c.fields, Field{Name: column, Row: row, Key: key, Args: Pairs(args...)})
}

// Text checks a text: required when min > 0, at most max characters, no
// control characters but line breaks and tabs. It returns the trimmed text,
// without characters that turn the direction of what follows; a text of which
// nothing can be seen is empty.
func (c *Check) Text(field, value string, min, max int) string {
	value = strings.TrimSpace(straight.Replace(value))
	if !strings.ContainsFunc(value, visible) && validText(value) {
		value = ""
	}
	n := len([]rune(value))
	switch {
	case !validText(value):
		c.Add(field, "error.field.characters")
	case n == 0 && min > 0:
		c.Add(field, "error.field.required")
	case n < min:
		c.Add(field, "error.field.too_short", "min", min)
	case n > max:
		c.Add(field, "error.field.too_long", "max", max, "length", n)
	}
	return value
}

// straight ends lines in one way and takes out what embeds, overrides or
// isolates a direction: with it a text shows as another than it is.
var straight = strings.NewReplacer("\r\n", "\n", "\u202a", "", "\u202b", "", "\u202c", "", "\u202d", "", "\u202e", "",
	"\u2066", "", "\u2067", "", "\u2068", "", "\u2069", "")

// visible says whether a character leaves anything on paper by itself.
func visible(r rune) bool {
	return !unicode.IsSpace(r) && !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Mn, unicode.Me, unicode.Zs, unicode.Zl, unicode.Zp)
}

// OneOf checks that a value is one of the allowed ones.
func (c *Check) OneOf(field, value string, allowed ...string) {
	for _, a := range allowed {
		if a == value {
			return
		}
	}
	if value == "" {
		c.Add(field, "error.field.required")
		return
	}
	c.Add(field, "error.field.choice")
}

// Count is the number of errors so far.
func (c *Check) Count() int { return len(c.fields) }

// Err is nil when nothing was noted, else one Invalid error with all fields,
// rows in order.
func (c *Check) Err() error {
	if len(c.fields) == 0 {
		return nil
	}
	sort.SliceStable(c.fields, func(i, j int) bool { return c.fields[i].Row < c.fields[j].Row })
	return &Error{Kind: Invalid, Key: "error.invalid", Fields: c.fields}
}

func validText(s string) bool {
	for _, r := range s {
		if (r < ' ' && r != '\n' && r != '\t') || (r >= 0x7f && r < 0xa0) || (r >= '\uFFFD' && r <= '\uFFFF') {
			return false
		}
	}
	return true
}
