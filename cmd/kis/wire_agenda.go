package main

import (
	"github.com/kis-platform/kis/reports/agenda"
	"github.com/kis-platform/kis/reports/agenda/agendaweb"
	"github.com/kis-platform/kis/web"
)

// registerAgenda adds the calendar of all dates.
func registerAgenda(r *web.Router, s services, base string) {
	agendaweb.Register(r, agenda.New(s.kis), base)
}
