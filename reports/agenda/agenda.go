// Package agenda owns the calendar of all dates: due days of phases, audits,
// acts, corrective actions, items of plans, measures, reviews, campaigns,
// risks and objectives; and the addresses under which calendar programs read
// it.
//
// It may import kis, audit, policies and the internal packages: it only reads
// the contexts. Invariants: a date is seen by who sees the record it is of;
// a question takes one query for each kind, however many dates there are; the
// secret part of an address is kept as its hash only, and an address that was
// revoked, or whose owner is disabled, shows nothing.
package agenda

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Service reads the dates.
type Service struct {
	KIS *kis.Service
	DB  *store.DB
}

// New makes the service.
func New(k *kis.Service) *Service { return &Service{k, k.DB} }

// Entry is one date.
type Entry struct {
	ID         string  // of the record, with the kind it tells dates apart
	Kind       string  // one of Kinds
	Day        day.Day // on which it falls due or begins
	To         day.Day // last day of what lasts; else as Day
	Title      string
	Reason     string // where it belongs; may be empty
	Department string // code of who has to do it; may be empty
	Href       string
	Done       bool // it is over, or was done
}

// Late says whether the date has passed and the thing is not done.
func (e Entry) Late(today day.Day) bool { return !e.Done && e.To < today }

// Filter narrows the dates. From and To must be given.
type Filter struct {
	From, To     day.Day // both included
	Kinds        []string
	DepartmentID string // that has to do it
}

// mostOfKind is how many dates of one kind a question gives.
const mostOfKind = 2000

// Dates are what a question found.
type Dates struct {
	Entries []Entry // by day
	More    bool    // of some kind there are more
}

// kinds are the sources of dates, in the order in which they are shown.
var kinds = []struct {
	code  string
	needs policies.Action
	read  func(s *Service, ctx context.Context, f Filter, sc policies.Scope) *bun.SelectQuery
}{
	{"phase", policies.CycleRead, (*Service).phases},
	{"audit", policies.AuditRead, (*Service).audits},
	{"act", policies.ActRead, (*Service).acts},
	{"action", policies.ActRead, (*Service).actions},
	{"item", policies.PlanRead, (*Service).items},
	{"measure", policies.MeasureRead, (*Service).measures},
	{"review", policies.ReviewRead, (*Service).reviews},
	{"decision", policies.ReviewRead, (*Service).decisions},
	{"campaign", policies.CampaignRead, (*Service).campaigns},
	{"risk", policies.RiskRead, (*Service).risks},
	{"objective", policies.ObjectiveRead, (*Service).objectives},
}

// Kinds are the codes of the kinds of dates the actor may see.
func Kinds(who actor.Actor) []string {
	var out []string
	for _, k := range kinds {
		if policies.Can(who, k.needs) {
			out = append(out, k.code)
		}
	}
	return out
}

// dateRow is a date as the queries give it.
type dateRow struct {
	ID, Ref              string
	Day, Until           day.Day
	TitleAZ              string `bun:"title_az"`
	TitleEN              string `bun:"title_en"`
	ReasonAZ             string `bun:"reason_az"`
	ReasonEN             string `bun:"reason_en"`
	Department, Href, No string
	Done                 bool
}

// Dates reads the dates that the actor may see.
func (s *Service) Dates(ctx context.Context, f Filter) (Dates, error) {
	if _, err := office.Allowed(ctx, policies.SelfUse); err != nil {
		return Dates{}, err
	}
	if f.DepartmentID != "" && !store.IsID(f.DepartmentID) {
		return Dates{}, apperr.Missing("department")
	}
	var out Dates
	who := actor.From(ctx)
	for _, k := range kinds {
		sc := policies.For(who, k.needs)
		if sc.None() || (len(f.Kinds) > 0 && !slices.Contains(f.Kinds, k.code)) {
			continue
		}
		q := k.read(s, ctx, f, sc)
		if q == nil {
			continue
		}
		var rows []dateRow
		if err := q.Limit(mostOfKind+1).Scan(ctx, &rows); err != nil {
			return out, store.MapError(err, "dates of kind "+k.code)
		}
		if len(rows) > mostOfKind {
			rows, out.More = rows[:mostOfKind], true
		}
		for _, r := range rows {
			out.Entries = append(out.Entries, r.entry(k.code, who.Lang))
		}
	}
	slices.SortStableFunc(out.Entries, func(a, b Entry) int { return strings.Compare(string(a.Day), string(b.Day)) })
	return out, nil
}
