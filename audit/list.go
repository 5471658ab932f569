package audit

import (
	"bytes"
	"context"
	"encoding/base64"
	"iter"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// pageSize is how many rows a list shows when nothing else is asked for.
const pageSize = 25

// AuditFilter narrows the register of audits; zero fields do not.
type AuditFilter struct {
	State State
	Kind  Kind
	Year  int    // of the planned first day; 0: any
	Only  string // one of AuditOnlys; anything else does not narrow
	Query string // folded text in number, title and criteria
	After string // Next of the page before
	Limit int    // pageSize when 0
}

// What Only of a filter of audits asks for.
const (
	OnlyPlanned = "planned" // not cancelled
	OnlyHeld    = "held"    // reported or closed
)

// AuditOnlys lists them.
func AuditOnlys() []string { return []string{OnlyPlanned, OnlyHeld} }

// AuditBrief is an audit as the register shows it.
type AuditBrief struct {
	ID             string
	Number         string
	Kind           Kind
	Title          string
	State          State
	PlannedFrom    day.Day
	PlannedTo      day.Day
	DepartmentCode string
	DepartmentAZ   string
	DepartmentEN   string
	LeadName       string
	Rows           int
	Answered       int
	Acts           int // issued acts
}

// AuditList is a page of the register, latest first.
type AuditList struct {
	Items  []AuditBrief
	Total  int
	Counts map[State]int // by state, under the other filters
	Next   string
}

// Audits lists the audits the actor may see.
func (s *Service) Audits(ctx context.Context, f AuditFilter) (AuditList, error) {
	sc, err := office.Allowed(ctx, policies.AuditRead)
	if err != nil {
		return AuditList{}, err
	}
	return listAudits(ctx, s.DB.Read(), sc, f)
}

// EachAudit gives all audits of a filter, latest first, read page by page.
func (s *Service) EachAudit(ctx context.Context, f AuditFilter) iter.Seq2[AuditBrief, error] {
	return eachOf(func(after string) ([]AuditBrief, string, error) {
		f.After, f.Limit = after, 200
		page, err := s.Audits(ctx, f)
		return page.Items, page.Next, err
	})
}

// ActFilter narrows the register of acts; zero fields do not.
type ActFilter struct {
	State        ActState
	DepartmentID string
	AuditID      string
	Origin       Origin
	Grade        Grade
	Query        string
	Overdue      day.Day // only acts whose present term ended before the day

	IssuedFrom, IssuedBefore time.Time // both or none, see YearBounds

	ProcessID string // of the cycle concerned; None: acts of no process
	Clause    string // exactly; None: acts without
	Phase     string // 1 to 8, of the GSBPM code; None: acts without
	Only      string // one of Onlys; anything else does not narrow
	Cause     string // branch of an Ishikawa diagram, or a way of looking for the cause; None: no cause found yet

	After string
	Limit int
}

// None asks a filter for acts that have nothing of the kind.
const None = "none"

// What Only of a filter asks for.
const (
	OnlyOpen     = "open"     // neither closed nor withdrawn
	OnlyRepeat   = "repeat"   // repeating an earlier act
	OnlyReopened = "reopened" // reopened at least once
)

// Onlys lists them.
func Onlys() []string { return []string{OnlyOpen, OnlyRepeat, OnlyReopened} }

// YearBounds are the first moment of a year in the zone of the office and the
// first after it, UTC.
func YearBounds(year int, zone *time.Location) (from, before time.Time) {
	return time.Date(year, 1, 1, 0, 0, 0, 0, zone).UTC(), time.Date(year+1, 1, 1, 0, 0, 0, 0, zone).UTC()
}

// counted says whether the filter narrows by nothing but state and
// department, for which totals are kept.
func (f ActFilter) counted() bool {
	return f.AuditID == "" && f.Origin == "" && f.Grade == "" && f.Overdue == "" && strings.TrimSpace(f.Query) == "" && f.IssuedFrom.IsZero() &&
		f.ProcessID == "" && f.Clause == "" && f.Phase == "" && f.Cause == "" && f.Only == ""
}

// ActBrief is an act as the register shows it.
type ActBrief struct {
	ID             string
	Number         string // empty for a draft
	State          ActState
	Grade          Grade
	Origin         Origin
	Statement      string
	Clause         string
	GSBPM          string
	DepartmentID   string
	DepartmentCode string
	DepartmentAZ   string
	DepartmentEN   string
	AuditID        string
	AuditNumber    string
	CreatedAt      time.Time
	IssuedAt       time.Time
	Due            day.Day // of the present step; empty when it has none
	Actions        int
	Verified       int
	Reopened       int
}

// Overdue says whether the present step is late on a day.
func (b ActBrief) Overdue(today day.Day) bool { return b.Due != "" && b.Due < today }

// ActList is a page of the register, latest first.
type ActList struct {
	Items  []ActBrief
	Total  int
	Counts map[ActState]int
	Next   string
}

// Acts lists the acts the actor may see.
func (s *Service) Acts(ctx context.Context, f ActFilter) (ActList, error) {
	sc, err := office.Allowed(ctx, policies.ActRead)
	if err != nil {
		return ActList{}, err
	}
	if f.DepartmentID != "" && !store.IsID(f.DepartmentID) {
		return ActList{}, apperr.Missing("department")
	}
	if f.AuditID != "" && !store.IsID(f.AuditID) {
		return ActList{}, apperr.Missing(kindAudit)
	}
	if f.ProcessID != "" && f.ProcessID != None && !store.IsID(f.ProcessID) {
		return ActList{}, apperr.Missing("process")
	}
	return listActs(ctx, s.DB.Read(), sc, f)
}

// EachAct gives the whole register under a filter, page by page, as it stands
// when each page is read; After and Limit of the filter are not looked at.
func (s *Service) EachAct(ctx context.Context, f ActFilter) iter.Seq2[ActBrief, error] {
	return func(yield func(ActBrief, error) bool) {
		sc, err := office.Allowed(ctx, policies.ActRead)
		if err == nil && ((f.DepartmentID != "" && !store.IsID(f.DepartmentID)) || (f.AuditID != "" && !store.IsID(f.AuditID)) ||
			(f.ProcessID != "" && f.ProcessID != None && !store.IsID(f.ProcessID))) {
			err = apperr.Missing(kindAct)
		}
		if err != nil {
			yield(ActBrief{}, err)
			return
		}
		f.After, f.Limit = "", 200
		for {
			page, err := actBriefs(ctx, s.DB.Read(), sc, f)
			if err != nil {
				yield(ActBrief{}, err)
				return
			}
			for _, a := range page {
				if !yield(a, nil) {
					return
				}
			}
			if len(page) < f.Limit {
				return
			}
			last := page[len(page)-1]
			f.After = cursor(last.CreatedAt.UTC().Format(time.RFC3339Nano), last.ID)
		}
	}
}

// cursor and uncursor write and read the place in a list: the sort value and
// id of the last row. From a place that is none the list starts anew.
func cursor(value, id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(value + "|" + id))
}

func uncursor(s string) (value, id string, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || !utf8.Valid(raw) || bytes.IndexByte(raw, 0) >= 0 {
		return "", "", false
	}
	value, id, ok = strings.Cut(string(raw), "|")
	return value, id, ok && store.IsID(id)
}
