// Package request owns the requests of the operator of the register to the
// bodies of registered services (4.7.4): what has to change in the register, or
// to be removed from it, and the answer of the body within its term (4.5.4).
//
// It may import internal packages, policies, reference, kis and the register
// above it, which tells it of each step of an application. Invariants: there is
// one open request about a service; whoever holds the service answers, by an
// application that is signed or by a reason; what the register says changes by
// the application alone; a request that is settled or withdrawn stays as it is.
package request

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Object is what the trail calls a request.
const Object = "register_request"

// maxText is the most characters of what is asked and answered.
const maxText = 4000

// Service keeps the requests.
type Service struct {
	DB  *store.DB
	KIS *kis.Service
}

// New makes the service and has the register tell it of each step of an
// application.
func New(r *register.Service) *Service {
	s := &Service{DB: r.DB, KIS: r.KIS}
	r.OnStep = s.applied
	r.DB.Seal(store.Seal{Kind: Object, Table: "register_requests", Parts: []store.SealPart{{Name: "facts", Query: `SELECT id, number, service_id, kind, state, clauses, text, ground, round,
		clock_from, due, application_id, answer, answered_name, answered_at, created_name, created_at, decided_at FROM register_requests WHERE id IN (?0)`}}})
	return s
}

// State is where a request stands.
type State string

// The states.
const (
	Sent      State = "sent"      // the body answers within the term of 4.5.4
	Declined  State = "declined"  // the body gave its reasons; the operator decides
	Applied   State = "applied"   // the body signed an application; the operator checks it
	Settled   State = "settled"   // registered, or the reasons were accepted
	Withdrawn State = "withdrawn" // taken back by the operator
)

// States lists the states in order.
func States() []State { return []State{Sent, Declined, Applied, Settled, Withdrawn} }

// open are the states in which something is still to come.
var open = []State{Sent, Declined, Applied}

// Transitions is the life of a request. The arrows apply, return and register
// are taken by the application of the body.
var Transitions = []office.Transition[State]{
	{From: "", To: Sent, Action: policies.RegisterCheck, Verb: "send"},
	{From: Sent, To: Declined, Action: policies.RegisterSign, Verb: "decline"},
	{From: Sent, To: Applied, Action: policies.RegisterSign, Verb: "apply"},
	{From: Sent, To: Withdrawn, Action: policies.RegisterCheck, Verb: "withdraw"},
	{From: Declined, To: Settled, Action: policies.RegisterCheck, Verb: "accept"},
	{From: Declined, To: Sent, Action: policies.RegisterCheck, Verb: "insist"},
	{From: Declined, To: Applied, Action: policies.RegisterSign, Verb: "apply"},
	{From: Applied, To: Settled, Action: policies.RegisterCheck, Verb: "register"},
	{From: Applied, To: Sent, Action: policies.RegisterCheck, Verb: "return"},
}

// Request asks the body of a service for a change or a removal.
type Request struct {
	bun.BaseModel `bun:"table:register_requests,alias:rq"`

	ID            string        `bun:"id,pk"`
	Number        string        `bun:"number"` // "OB-2026-001"
	ServiceID     string        `bun:"service_id"`
	Kind          register.Kind `bun:"kind"` // KindChange or KindRemoval
	State         State         `bun:"state"`
	ClausesText   string        `bun:"clauses"`
	Text          string        `bun:"text"`
	Ground        string        `bun:"ground"` // of a removal: 4.8.1 or 4.8.2
	Round         int           `bun:"round"`  // how often the body was asked
	ClockFrom     day.Day       `bun:"clock_from"`
	Due           day.Day       `bun:"due"`
	Confirmed     bool          `bun:"confirmed"` // false: a year of the clock has no confirmed calendar
	ApplicationID string        `bun:"application_id,nullzero"`
	Answer        string        `bun:"answer"`
	AnsweredName  string        `bun:"answered_name"`
	AnsweredAt    time.Time     `bun:"answered_at,nullzero"`
	Revision      int           `bun:"revision"`
	CreatedBy     string        `bun:"created_by,nullzero"`
	CreatedName   string        `bun:"created_name"`
	CreatedAt     time.Time     `bun:"created_at"`
	DecidedAt     time.Time     `bun:"decided_at,nullzero"`
}

// Clauses are the items concerned.
func (r Request) Clauses() []string {
	return strings.Fields(r.ClausesText)
}

// Open says whether something is still to come.
func (r Request) Open() bool { return slices.Contains(open, r.State) }

// Overdue says whether the body has let its term pass.
func (r Request) Overdue(today day.Day) bool { return r.State == Sent && r.Due < today }

// Ask is a request that is about to be sent.
type Ask struct {
	ServiceID string
	Kind      register.Kind
	Clauses   []string // of a change: at least one item
	Text      string
	Ground    string // of a removal
}

// Grounds are what a removal rests on.
func Grounds() []string { return []string{"4.8.1", "4.8.2"} }

func (a *Ask) check() error {
	var c apperr.Check
	apperr.OneOf(&c, "kind", a.Kind, register.KindChange, register.KindRemoval)
	a.Text = c.Text("text", a.Text, 10, maxText)
	var clauses []string
	for _, x := range a.Clauses {
		f, ok := register.FieldOf(x)
		if x = strings.TrimSpace(x); x == "" || slices.Contains(clauses, x) {
			continue
		}
		if !ok || !f.Public {
			c.Add("clauses", "register.request.error.clause", "clause", i18n.Shorten(x, 20))
			break
		}
		clauses = append(clauses, x)
	}
	switch a.Kind {
	case register.KindChange:
		if a.Ground = ""; len(clauses) == 0 && c.Count() == 0 {
			c.Add("clauses", "error.field.required")
		}
	case register.KindRemoval:
		clauses = nil
		c.OneOf("ground", a.Ground, Grounds()...)
	}
	a.Clauses = clauses
	return c.Err()
}

// Send asks the body that holds a registered service, and starts its clock
// (4.5.4). Conflict when the service is not in the register, when another
// request about it is open, or when an application about it is being checked:
// what is wrong is noted there.
func (s *Service) Send(ctx context.Context, a Ask) (Request, error) {
	if _, err := office.Allowed(ctx, policies.RegisterCheck); err != nil {
		return Request{}, err
	}
	if err := a.check(); err != nil {
		return Request{}, err
	}
	r := Request{ServiceID: a.ServiceID, Kind: a.Kind, State: Sent, ClausesText: strings.Join(a.Clauses, "\n"), Text: a.Text, Ground: a.Ground, Round: 1, Revision: 1}
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		sv, err := lockService(ctx, tx, a.ServiceID)
		if err != nil {
			return err
		}
		if sv.State != register.ServiceRegistered {
			return apperr.New(apperr.Conflict, "register.service.not_registered")
		}
		if err := free(ctx, tx, sv.ID); err != nil {
			return err
		}
		if err := s.start(ctx, tx, &r); err != nil {
			return err
		}
		year := s.KIS.Today().Year()
		n, err := tx.NextNumber(ctx, Object, year)
		if err != nil {
			return err
		}
		r.ID, r.Number = store.NewID(), fmt.Sprintf("OB-%d-%03d", year, n)
		r.CreatedBy, r.CreatedName, r.CreatedAt = tx.Actor.UserID, tx.Actor.Signature(), tx.Now
		if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
			return store.MapError(err, "insert request")
		}
		return record(ctx, tx, r, "", "send", policies.RegisterCheck, r.Text)
	})
	return r, err
}

// start sets the clock of the body, from today.
func (s *Service) start(ctx context.Context, tx *store.Tx, r *Request) error {
	t, err := s.KIS.Timer(register.ClockCorrection)
	if err != nil {
		return err
	}
	r.ClockFrom = s.KIS.Today()
	r.Due, r.Confirmed, err = t.Due(ctx, tx, s.KIS.Country, r.ClockFrom)
	return err
}
