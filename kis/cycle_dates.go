package kis

import (
	"context"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/policies"
)

// DatesFilter chooses a month of due days; zero fields do not narrow.
type DatesFilter struct {
	Month        Period  // Frequency Monthly
	Day          day.Day // the list of this day only
	DepartmentID string  // owner
	After        []string
	Limit        int // of the list; 50 when 0
}

// DueGroup is how many cycles have a phase due on a day.
type DueGroup struct {
	Day        day.Day
	Phase      string
	N          int
	Done, Late int // confirmed or complete; past their day and neither
}

// DueLine is one phase of one cycle in the list.
type DueLine struct {
	Day            day.Day
	CycleID        string
	Period         string
	Process        process.ProcessRef
	OwnerCode      string
	Phase          string
	NameAZ, NameEN string
	Done, Late     bool
}

// Name is the phase's name in a language.
func (l DueLine) Name(lang string) string { return i18n.InLang(lang, l.NameAZ, l.NameEN) }

// DueMonth is a month of due days.
type DueMonth struct {
	Month       Period
	Today       day.Day
	Groups      []DueGroup
	Lines       []DueLine
	Next        []string
	Off         map[day.Day]bool // nobody works
	Confirmed   bool             // the calendar of the year is
	Departments []office.Department
}

// doneAt says of a phase cp of a cycle c that nothing is left to do in it.
const doneAt = `(cp.complete OR cp.gate IN ('passed', 'waived') OR c.state = 'closed')`

// DueMonth reads the due days of a month: four queries, whatever their number.
func (s *Service) DueMonth(ctx context.Context, f DatesFilter) (DueMonth, error) {
	scope, err := office.Allowed(ctx, policies.CycleRead)
	if err != nil {
		return DueMonth{}, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	db, out := s.DB.Read(), DueMonth{Month: f.Month, Today: s.Today(), Off: map[day.Day]bool{}}
	cal, err := office.ReadCalendar(ctx, db, s.Country, f.Month.First(), f.Month.Last())
	if err != nil {
		return DueMonth{}, err
	}
	out.Confirmed = cal.Years[f.Month.Year]
	for d := f.Month.First(); d <= f.Month.Last(); d = d.Add(1) {
		out.Off[d] = !cal.Working(d)
	}
	q := f.from(db.NewSelect(), scope).ColumnExpr("cp.due AS day, cp.phase, COUNT(*) AS n, COUNT(CASE WHEN "+doneAt+" THEN 1 END) AS done").
		ColumnExpr("COUNT(CASE WHEN NOT "+doneAt+" AND c.state IN ('running', 'evaluating') AND cp.due < ? THEN 1 END) AS late", out.Today).
		Where("cp.due BETWEEN ? AND ?", f.Month.First(), f.Month.Last()).GroupExpr("cp.due, cp.phase").OrderExpr("cp.due, cp.phase")
	if err := q.Scan(ctx, &out.Groups); err != nil {
		return DueMonth{}, store.MapError(err, "due days of a month")
	}
	err = db.NewSelect().Model(&out.Departments).Where("d.id IN (SELECT p.owner_id FROM processes p)").OrderExpr("d.sort_key, d.id").Scan(ctx)
	if err != nil {
		return DueMonth{}, store.MapError(err, "owners")
	}
	return out, f.read(ctx, db, scope, &out)
}

func (f DatesFilter) from(q *bun.SelectQuery, scope policies.Scope) *bun.SelectQuery {
	q.TableExpr("cycle_phases AS cp").Join("JOIN cycles AS c ON c.id = cp.cycle_id").Join("JOIN processes AS p ON p.id = c.process_id")
	if f.DepartmentID != "" {
		q.Where("p.owner_id = ?", f.DepartmentID)
	}
	return cyclesInScope(q, scope)
}

func (f DatesFilter) read(ctx context.Context, db bun.IDB, scope policies.Scope, out *DueMonth) error {
	first, last := f.Month.First(), f.Month.Last()
	if f.Day != "" {
		first, last = f.Day, f.Day
	}
	var rows []struct {
		Day                                                         day.Day
		CycleID, Period, ProcessID, ProcessCode, SortKey, OwnerCode string
		TitleAZ                                                     string `bun:"title_az"`
		TitleEN                                                     string `bun:"title_en"`
		Phase                                                       string
		NameAZ                                                      string `bun:"name_az"`
		NameEN                                                      string `bun:"name_en"`
		State                                                       CycleState
		Done                                                        bool
	}
	q := f.from(db.NewSelect(), scope).Join("JOIN departments AS d ON d.id = p.owner_id").Join("JOIN activities AS a ON a.version_id = c.version_id AND a.code = cp.phase").
		ColumnExpr("cp.due AS day, c.id AS cycle_id, c.period, p.id AS process_id, p.code AS process_code, p.sort_key, d.code AS owner_code, p.title_az, p.title_en").
		ColumnExpr("cp.phase, a.name_az, a.name_en, c.state, "+doneAt+" AS done").Where("cp.due BETWEEN ? AND ?", first, last).
		OrderExpr("cp.due, cp.phase, p.sort_key, c.id").Limit(int64(f.Limit) + 1)
	if a := f.After; len(a) == 4 && store.IsID(a[3]) {
		q.Where("(cp.due > ? OR (cp.due = ? AND (cp.phase > ? OR (cp.phase = ? AND (p.sort_key > ? OR (p.sort_key = ? AND c.id > ?))))))", a[0], a[0], a[1], a[1], a[2], a[2], a[3])
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return store.MapError(err, "list of due days")
	}
	for i, r := range rows {
		if i == f.Limit {
			l := rows[i-1]
			out.Next = []string{string(l.Day), l.Phase, l.SortKey, l.CycleID}
			break
		}
		out.Lines = append(out.Lines, DueLine{Day: r.Day, CycleID: r.CycleID, Period: r.Period, OwnerCode: r.OwnerCode, Phase: r.Phase, NameAZ: r.NameAZ, NameEN: r.NameEN,
			Process: process.ProcessRef{ID: r.ProcessID, Code: r.ProcessCode, TitleAZ: r.TitleAZ, TitleEN: r.TitleEN}, Done: r.Done,
			Late: !r.Done && r.Day < out.Today && (r.State == CycleRunning || r.State == CycleEvaluating)})
	}
	return nil
}

// digits keeps a number out of a cursor a number.
func digits(s string) string {
	if s == "" || len(s) > 9 || strings.Trim(s, "0123456789") != "" {
		return "0"
	}
	return s
}

func itoa(n int) string { return strconv.Itoa(n) }
