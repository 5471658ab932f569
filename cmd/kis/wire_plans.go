package main

import (
	"github.com/kis-platform/kis/planning/amendment"
	"github.com/kis-platform/kis/planning/amendment/amendmentweb"
	"github.com/kis-platform/kis/planning/execution"
	"github.com/kis-platform/kis/planning/execution/executionweb"
	"github.com/kis-platform/kis/planning/planningapi"
	"github.com/kis-platform/kis/web"
)

// registerPlans adds the pages of carrying plans out and of amending them, and
// the API of what plans are made of.
func registerPlans(r *web.Router, s services) {
	executionweb.Register(r, execution.New(s.planning), s.reports)
	amendmentweb.Register(r, amendment.New(s.planning))
	planningapi.Register(r, s.planning)
}
