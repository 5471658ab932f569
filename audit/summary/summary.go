// Package summary owns the yearly summary of internal audit: the acts issued
// in a year by process, department, clause, phase, cause and origin, the days
// they stood in each state, the audits held, and how far the programme of the
// year was carried out.
//
// It may import audit, audit/figure, audit/gsbpm, audit/programme, kis, policies and internal
// packages. Invariants: it changes nothing; what a person does not see in the
// register is not counted; every count of acts is that of the register under
// the filter of its key, and the same whether it was kept (audit/figure) or
// counted act by act; a summary takes a fixed number of queries, and for those
// who see all acts of a department, or all, it reads none of them.
package summary

import (
	"context"
	"fmt"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Service makes summaries of what the contexts of audit know.
type Service struct {
	Audit      *audit.Service
	Programmes *programme.Service
	KIS        *kis.Service
	DB         *store.DB

	kept store.Kept[string, Summary] // read only by those who get it
}

// New makes the service.
func New(a *audit.Service, p *programme.Service) *Service {
	return &Service{Audit: a, Programmes: p, KIS: a.KIS, DB: a.DB}
}

// Count is the acts of one process, department, clause, phase, cause or
// origin.
type Count struct {
	Key            string // value of the register's filter; NoKey for acts that have none
	Code           string // as people call it
	NameAZ, NameEN string // empty when the name is a text of the program

	Acts     int
	Major    int
	Repeat   int // repeating an earlier act
	Open     int // not closed and not withdrawn by now
	Reopened int // reopened at least once
}

// NoKey stands for acts without a process, clause, phase or cause.
const NoKey = "none"

// Name is the name in a language.
func (c Count) Name(lang string) string { return i18n.InLang(lang, c.NameAZ, c.NameEN) }

// Stay is how long acts of the year stood in a state. A time that is still
// running counts up to now.
type Stay struct {
	State   audit.ActState
	Now     int // acts that are in it
	Times   int // how often an act came into it
	Total   time.Duration
	Longest time.Duration
}

// Mean is the mean stay in tenths of a day, rounded half up; 0 without one.
func (s Stay) Mean() int64 { return tenths(s.Total, s.Times) }

// Most is the longest stay in tenths of a day.
func (s Stay) Most() int64 { return tenths(s.Longest, 1) }

func tenths(d time.Duration, n int) int64 {
	if n == 0 {
		return 0
	}
	unit := int64(24*time.Hour/10) * int64(n)
	return (2*int64(d) + unit) / (2 * unit)
}

// Held is the audits that were planned to begin in the year.
type Held struct {
	Planned   int // cancelled ones not counted
	Reported  int // of them reported or closed
	Cancelled int
	Findings  map[audit.Grade]int // of the audits of the year, as far as they were shown
}

// Carried is how far the programme of the year was carried out.
type Carried struct {
	ID                                  string // empty when the year has no programme
	Rows                                int
	Planned, Made, Done                 int // audits: planned in months, made out of rows, reported
	SubYear, SubThree                   programme.Share
	ClauseYear, ClauseThree             programme.Share
	Standard                            string
	SubProcessesOpen, ClausesUnseenOpen []string // codes that nobody looked at in three years
}

// Summary is the year.
type Summary struct {
	Year        int
	All         Count
	Processes   []Count
	Departments []Count
	Clauses     []Count
	Phases      []Count
	Causes      []Count // an act may have several
	Origins     []Count
	Stays       []Stay
	Audits      Held
	Programme   Carried
}

// Year makes the summary of a year from what the actor may see: whoever sees
// one department gets its acts only, and no audits and programme of others.
func (s *Service) Year(ctx context.Context, year int) (Summary, error) {
	if _, err := office.Allowed(ctx, policies.ActRead); err != nil {
		return Summary{}, err
	}
	if year < 1990 || year > 2199 {
		return Summary{}, apperr.InvalidField("year", "error.field.range", "min", 1990, "max", 2199)
	}
	return s.kept.Get(ctx, s.DB, s.keptAs(ctx, year), func() (Summary, error) { return s.read(ctx, year, false) })
}

// keptAs is under which key a summary is kept: the year, who it is for, and
// the hour, since days in the present state go on. Whoever reads everything
// reads the same.
func (s *Service) keptAs(ctx context.Context, year int) string {
	who := actor.From(ctx)
	whose := who.UserID
	if policies.For(who, policies.ActRead).Any && policies.For(who, policies.AuditRead).Any && policies.Can(who, policies.ProgrammeRead) {
		whose = "all"
	}
	return fmt.Sprintf("%d %s %s", year, whose, s.DB.Now().UTC().Format("2006-01-02T15"))
}

// read makes the summary anew. Figures of acts that are kept are taken as they
// are; what else the actor sees is read act by act, and with anew all of it.
func (s *Service) read(ctx context.Context, year int, anew bool) (Summary, error) {
	var m material
	db := s.DB.Read()
	q, err := s.seen(ctx, db, year, anew, &m)
	if err != nil {
		return Summary{}, err
	}
	if q != nil {
		if err := s.acts(ctx, q, &m); err != nil {
			return Summary{}, err
		}
	}
	if m.audits, m.findings, err = s.audits(ctx, db, year); err != nil {
		return Summary{}, err
	}
	if m.names, err = s.names(ctx, db, m.figures); err != nil {
		return Summary{}, err
	}
	out := count(year, m, s.DB.Now())
	out.Programme, err = s.carried(ctx, year)
	return out, err
}

// Years lists the years in which acts were issued or audits planned, newest
// first; the present year is always among them.
func (s *Service) Years(ctx context.Context) ([]int, error) {
	if _, err := office.Allowed(ctx, policies.ActRead); err != nil {
		return nil, err
	}
	var first struct{ Act, Audit string }
	err := s.DB.Read().NewRaw(`SELECT COALESCE((SELECT SUBSTR(CAST(MIN(issued_at) AS TEXT), 1, 4) FROM acts), '') AS act,
		COALESCE((SELECT SUBSTR(MIN(planned_from), 1, 4) FROM audits), '') AS audit`).Scan(ctx, &first)
	if err != nil {
		return nil, store.MapError(err, "years of acts")
	}
	now := s.KIS.Today().Time().Year()
	from := min(yearOf(first.Act, now), yearOf(first.Audit, now))
	var out []int
	for y := now; y >= from; y-- {
		out = append(out, y)
	}
	return out, nil
}

// carried reads the programme of the year, if it has one that the actor sees.
func (s *Service) carried(ctx context.Context, year int) (c Carried, err error) {
	if !policies.Can(actorOf(ctx), policies.ProgrammeRead) {
		return c, nil
	}
	v, err := s.Programmes.Progress(ctx, year)
	if apperr.Is(err, apperr.NotFound) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	c.ID, c.Rows, c.Standard = v.ID, v.Rows, v.Coverage.Standard
	c.Planned, c.Made, c.Done = v.Planned, v.Made, v.Done
	c.SubYear, c.SubThree, _ = programme.Of(v.Coverage.SubProcesses)
	c.ClauseYear, c.ClauseThree, _ = programme.Of(v.Coverage.Clauses)
	unseen := func(list []programme.Covered) (out []string) {
		for _, x := range list {
			if !x.Year && !x.Before {
				out = append(out, x.Code)
			}
		}
		return out
	}
	c.SubProcessesOpen, c.ClausesUnseenOpen = unseen(v.Coverage.SubProcesses), unseen(v.Coverage.Clauses)
	return c, nil
}
