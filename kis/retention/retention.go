// Package retention owns how long records are kept: terms with their legal
// basis, and what people decide of records that are past their term.
//
// It may import plumbing, the store, office and reference; it knows no
// evidence, which kis keeps above it. Invariants: a term is data and never a
// constant; nothing is deleted because a term has passed: it is listed, and a
// person decides with a reason that stays.
package retention

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
)

// MaxYears is the longest term that is not for good.
const MaxYears = 100

// Term says for how long records are kept.
type Term struct {
	bun.BaseModel `bun:"table:retention_terms,alias:rt"`

	ID        string    `bun:"id,pk"`
	Code      string    `bun:"code"`
	Position  int       `bun:"position"`
	Classes   string    `bun:"classes"` // of evidence for which it is proposed, with " | " between
	Years     int       `bun:"years"`   // whole years after that of the document; 0: for good
	NameAZ    string    `bun:"name_az"`
	NameEN    string    `bun:"name_en"`
	BasisAZ   string    `bun:"basis_az"` // legal
	BasisEN   string    `bun:"basis_en"`
	Confirmed bool      `bun:"confirmed"` // the office has set it
	Revision  int       `bun:"revision"`
	SetBy     string    `bun:"set_by,nullzero"`
	SetAt     time.Time `bun:"set_at"`
}

// Name is the name in a language.
func (t Term) Name(lang string) string { return i18n.InLang(lang, t.NameAZ, t.NameEN) }

// Basis is the legal basis in a language.
func (t Term) Basis(lang string) string { return i18n.InLang(lang, t.BasisAZ, t.BasisEN) }

// For lists the classes of evidence for which the term is proposed.
func (t Term) For() []string {
	if t.Classes == "" {
		return nil
	}
	return strings.Split(t.Classes, " | ")
}

// Until is the last day on which a document of a day is kept: the years are
// counted from the first of January after it, as archives do. Empty: for good.
func (t Term) Until(from day.Day) day.Day {
	if t.Years == 0 || from == "" {
		return ""
	}
	return day.Day(fmt.Sprintf("%04d-12-31", from.Year()+t.Years))
}

// Choose gives the term of a code, or without a code the one that is proposed
// for a class; false when there is none.
func Choose(terms []Term, code, class string) (Term, bool) {
	i := slices.IndexFunc(terms, func(t Term) bool {
		if code != "" {
			return t.Code == code
		}
		return slices.Contains(t.For(), class)
	})
	if i < 0 {
		return Term{}, false
	}
	return terms[i], true
}

// By says what the last day of a record comes from.
type By string

// The origins: the term, or a person's decision.
const (
	ByTerm    By = "term"
	Extended  By = "extended"  // to a later day
	Permanent By = "permanent" // for good
	Disposed  By = "disposed"  // may be destroyed; the program itself destroys nothing
)

// Decisions are what a person may decide, in the order they are offered.
var Decisions = []By{Extended, Permanent, Disposed}

// Decision is one of them about a record.
type Decision struct {
	bun.BaseModel `bun:"table:retention_decisions,alias:rd"`

	ID           string    `bun:"id,pk"`
	SubmissionID string    `bun:"submission_id"`
	Decision     By        `bun:"decision"`
	KeptUntil    day.Day   `bun:"kept_until"` // of an extension
	Reason       string    `bun:"reason"`
	DecidedBy    string    `bun:"decided_by"`
	DecidedAt    time.Time `bun:"decided_at"`
}

// Past says whether a record is past its term and nobody has decided that it
// may go.
func Past(until day.Day, by By, today day.Day) bool {
	return until != "" && until < today && by != Disposed
}
