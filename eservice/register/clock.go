package register

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis/office"
)

// Codes of the terms of the rules, as data in reference timers.
const (
	ClockCheck      = "register.check"         // 4.7.1, from submission
	ClockNotice     = "register.defect_notice" // 4.7.3, from the first defect found
	ClockCorrection = "register.correction"    // 4.5.4, from the notice
	ClockNew        = "register.new_service"   // 4.5.6, from the act's entry into force
)

// clockOf is the term that runs in a state; a draft has one only when the act
// of a new service is known.
var clockOf = map[State]string{Submitted: ClockCheck, Defective: ClockNotice, Returned: ClockCorrection}

// setClock starts the clock of the state the application is in now: counting
// begins the day after the event.
func (s *Service) setClock(ctx context.Context, db bun.IDB, a *Application, from day.Day) error {
	a.Clock, a.ClockFrom, a.Due, a.Confirmed = "", "", "", true
	code := clockOf[a.State]
	if a.State == Draft && a.Kind == KindNew && a.Items.Get(clauseActDay) != "" {
		code, from = ClockNew, day.Day(a.Items.Get(clauseActDay))
	}
	if code == "" {
		return nil
	}
	due, confirmed, err := s.term(ctx, db, code, from)
	if err != nil {
		return err
	}
	a.Clock, a.ClockFrom, a.Due, a.Confirmed = code, from, due, confirmed
	if code == ClockNew {
		a.SubmitDue = due
	}
	return nil
}

// term gives the last day of a term that begins with an event on a day.
func (s *Service) term(ctx context.Context, db bun.IDB, code string, from day.Day) (day.Day, bool, error) {
	t, err := s.KIS.Timer(code)
	if err != nil {
		return "", false, err
	}
	return t.Due(ctx, db, s.KIS.Country, from)
}

// Term gives a term with its legal basis, for pages.
func (s *Service) Term(code string) (office.Timer, bool) {
	t, err := s.KIS.Timer(code)
	return t, err == nil
}
