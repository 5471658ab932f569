// Package inquiry owns what people ask and tell each other about the evidence
// of a cycle: evidence requests, comments, and the discrepancy notes of GSBPM
// 6.2.
//
// It may import kis and what kis may import; audits and nonconformity acts it
// knows through Audits and Promotions, wired in cmd/kis. Invariants: whoever
// may not see a thing does not find it, nor what was said about it, nor its
// number in a count, and is told nothing of it; nobody decides about their own
// answer or explanation; the text of a comment and whatever is confidential
// stay out of the trail, which seals them instead; discrepancy notes are
// records of production and never acts, a promoted one points at its act.
package inquiry

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
)

// Service is requests, comments and notes over the spine.
type Service struct {
	KIS *kis.Service
	DB  *store.DB

	Audits     Audits     // nil: nothing is asked for an audit
	Promotions Promotions // nil: nothing can be promoted
}

// Audits names the audits that requests are made for.
type Audits interface {
	// AuditNumbers gives the numbers of audits by id; those that do not exist are
	// left out.
	AuditNumbers(ctx context.Context, db bun.IDB, ids []string) (map[string]string, error)
}

// Promotions makes nonconformities of discrepancy notes; the audit context
// does.
type Promotions interface {
	// Promote drafts a nonconformity act in the unit of work that promotes the
	// note, with the rights of its actor, and gives its id.
	Promote(ctx context.Context, tx *store.Tx, p Promotion) (actID string, err error)
	// Promoted says what became of the acts, by id; those that the actor of ctx may
	// not see are left out.
	Promoted(ctx context.Context, db bun.IDB, actIDs []string) (map[string]Act, error)
}

// Promotion is what an act begins with.
type Promotion struct {
	DiscrepancyID, Number string
	CycleID, DepartmentID string
	GSBPM                 string // code of the task
	Statement             string // what was found
	Evidence              string // where it was seen
	Reason                string // why it is more than a note
	Major                 bool   // its grade
}

// Act is the nonconformity that a note became.
type Act struct {
	ID, Number string // no number while it is a draft
	StateKey   string // message key of its state
	Tone, Icon string
	Href       string
}

// New makes the service and has what it keeps sealed in the trail.
func New(k *kis.Service) *Service {
	k.DB.Seal(requestSeal, commentSeal, discrepancySeal)
	return &Service{KIS: k, DB: k.DB}
}

// What the trail calls things.
const (
	KindRequest     = "evidence_request"
	KindComment     = "comment"
	KindDiscrepancy = "discrepancy"
)

// me is the person who acts; nobody and the program itself ask, answer and
// decide nothing.
func me(ctx context.Context) (actor.Actor, error) {
	who := actor.From(ctx)
	switch {
	case who.Nobody():
		return who, apperr.New(apperr.Unauthenticated, "error.unauthenticated")
	case who.UserID == "":
		return who, apperr.New(apperr.Forbidden, "error.forbidden")
	}
	return who, nil
}

// conflict is the answer to a step that the state does not allow.
func conflict(object, state string) error {
	return apperr.New(apperr.Conflict, "error.conflict.state", "object", object, "state", state)
}

// longestTerm is how far ahead a due day may lie.
const longestTerm = 370

// term checks a due day, or counts it in working days from today: it must be a
// working day, not past and not more than a year ahead.
func (s *Service) term(ctx context.Context, db bun.IDB, c *apperr.Check, due day.Day, days int) (day.Day, bool, error) {
	today := s.KIS.Today()
	if due == "" && days > 0 && days <= longestTerm {
		return office.AddWorkingDays(ctx, db, s.KIS.Country, today, days)
	}
	if due == "" {
		c.Add("due", "error.field.required")
		return "", false, nil
	}
	d, ok := day.Parse(string(due))
	switch {
	case !ok:
		c.Add("due", "error.field.date")
		return "", false, nil
	case d < today:
		c.Add("due", "inquiry.field.past", "today", today.Format())
		return "", false, nil
	case d > today.Add(longestTerm):
		c.Add("due", "inquiry.field.far", "date", today.Add(longestTerm).Format())
		return "", false, nil
	}
	next, confirmed, err := office.NextWorkingDay(ctx, db, s.KIS.Country, d)
	if err == nil && next != d {
		c.Add("due", "inquiry.field.day_off", "date", next.Format())
	}
	return d, confirmed, err
}

// usualTerm is the day on which a term of the office ends that begins today;
// empty when the office has none.
func (s *Service) usualTerm(ctx context.Context, db bun.IDB, code string) (day.Day, bool, error) {
	timer, err := s.KIS.Timer(code)
	if apperr.Is(err, apperr.NotFound) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	return timer.Due(ctx, db, s.KIS.Country, s.KIS.Today())
}

// own refuses to decide about what one did oneself.
func own(key string) error { return apperr.New(apperr.Forbidden, key) }
