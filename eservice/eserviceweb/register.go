// Package eserviceweb owns the pages of e-services: the agency scorecards.
//
// It may import eservice, kis, policies, web and web/ui. Invariants: a page
// shows only what the service gave it; charts say the same in words and in a
// table.
package eserviceweb

import (
	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// pages answers the requests of this context.
type pages struct{ svc *eservice.Service }

// Register adds the routes.
func Register(r *web.Router, svc *eservice.Service) {
	p := pages{svc}
	r.GET("/scorecards", policies.ScorecardRead, p.national)
	r.GET("/scorecards/:agency", policies.ScorecardRead, p.agency)
}
