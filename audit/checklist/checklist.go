// Package checklist owns the library of checklist templates: writing them as
// drafts, publishing and withdrawing them, comparing versions, searching, and
// the sheets by which templates and answers are exchanged.
//
// It may import audit, audit/gsbpm, kis, policies and internal packages.
// Invariants: a published version is never changed, audits keep the rows they
// were given; a code has at most one draft; every question cites a clause that
// the standard has and a code that the model has; a sheet is taken whole or
// not at all.
package checklist

import (
	"slices"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/gsbpm"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
)

// Service is the library over the audits that are built from it.
type Service struct {
	Audit *audit.Service
	KIS   *kis.Service
	DB    *store.DB
}

// New makes the service over the audits' database and clock.
func New(a *audit.Service) *Service { return &Service{Audit: a, KIS: a.KIS, DB: a.DB} }

// Lengths in characters, and the size of a template.
const (
	maxCode     = 20
	maxTitle    = 300
	maxNote     = 2000
	maxNo       = 20
	maxQuestion = 600
	maxGuidance = 4000
	maxRows     = 1000 // questions of one template
)

// kindTemplate is the object of the library in the trail.
const kindTemplate = "checklist"

// modelHas says whether a code is a phase or a sub-process of the model, or a
// task under one.
func modelHas(code string) (bool, error) {
	all, err := gsbpm.Activities()
	if err != nil {
		return false, err
	}
	has := func(code string) bool {
		return slices.ContainsFunc(all, func(a gsbpm.Activity) bool { return a.Code == code })
	}
	parent, task, ok := cutLast(code)
	return has(code) || (ok && has(parent) && len(parent) >= 3 && taskNumber(task)), nil
}

// cutLast parts a code at its last point: 4.4.2 gives 4.4 and 2.
func cutLast(code string) (parent, last string, ok bool) {
	for i := len(code) - 1; i > 0; i-- {
		if code[i] == '.' {
			return code[:i], code[i+1:], true
		}
	}
	return "", "", false
}

// taskNumber is 1 to 99 without a leading zero.
func taskNumber(s string) bool {
	if len(s) == 0 || len(s) > 2 || s[0] == '0' {
		return false
	}
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}
