package kis

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/policies"
)

// maxBatch is how many cycles are planned at once.
const maxBatch = 1000

// ProcessFilter chooses processes; zero fields do not narrow.
type ProcessFilter struct {
	OwnerID string
	Query   string   // words of the title or the code
	IDs     []string // these and no others
}

// BatchPlan says which cycles to plan: one of each process, for one period.
type BatchPlan struct {
	Processes       ProcessFilter
	Period          string
	ReferencePeriod string // empty = the period before
	Template        string // code; empty = the standard one of the frequency
	Release         day.Day
	Copy            bool               // as in the last cycle of each process, shifted; by the template where there is none
	Due             map[string]day.Day // days that a person set for all
}

// BatchLine is the cycle that one process would get.
type BatchLine struct {
	Process    process.ProcessRef
	Owner      office.Department
	VersionID  string
	Version    int // 0: no description is in force
	Due        map[string]ProposedDay
	CopiedFrom string  // id of the cycle whose days were shifted
	CopiedOf   string  // its period
	Release    day.Day // of this process
	Problem    string  // key of the texts: why it cannot be planned; empty when it can
}

// BatchPreview is what a BatchPlan would plan.
type BatchPreview struct {
	Period      Period
	Reference   string
	Template    DueTemplate
	Due         map[string]ProposedDay // by the template and the days set, the same for all that are not copied
	Unconfirmed []int                  // years that due days touch without a confirmed calendar
	Lines       []BatchLine            // by title
}

// Plannable counts the lines without a problem.
func (p BatchPreview) Plannable() int {
	n := 0
	for _, l := range p.Lines {
		if l.Problem == "" {
			n++
		}
	}
	return n
}

// PreviewCycles works out all due days of the cycles of a plan, and who
// cannot get one. The number of queries does not depend on how many there are.
func (s *Service) PreviewCycles(ctx context.Context, in BatchPlan) (BatchPreview, error) {
	if _, err := office.Allowed(ctx, policies.CyclePlan); err != nil {
		return BatchPreview{}, err
	}
	return previewCycles(ctx, s.DB.Read(), s.Country, in)
}

// PlanCycles plans the cycles, all or none: Invalid names each process that
// has a cycle of the period already or no description in force.
func (s *Service) PlanCycles(ctx context.Context, in BatchPlan) (ids []string, err error) {
	if _, err := office.Allowed(ctx, policies.CyclePlan); err != nil {
		return nil, err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		p, err := previewCycles(ctx, tx, s.Country, in)
		if err != nil {
			return err
		}
		var c apperr.Check
		if len(p.Lines) == 0 {
			c.Add("process", "error.field.required")
		}
		list := make([]plannedCycle, 0, len(p.Lines))
		for _, l := range p.Lines {
			if l.Problem != "" {
				c.Add("process", l.Problem, "process", l.Process.Code, "period", p.Period.String())
				continue
			}
			pc := plannedCycle{ID: store.NewID(), Process: l.Process, VersionID: l.VersionID, Version: l.Version, Period: p.Period, Reference: p.Reference,
				TemplateID: p.Template.ID, CopiedFrom: l.CopiedFrom, Release: l.Release, Due: plainDays(l.Due)}
			missing(&c, pc.Due)
			list, ids = append(list, pc), append(ids, pc.ID)
		}
		if err := c.Err(); err != nil {
			return err
		}
		return insertCycles(ctx, tx, list)
	})
	if err != nil {
		return nil, err
	}
	return ids, nil
}

// missing notes the phases that have no day, once for all cycles.
func missing(c *apperr.Check, due map[string]day.Day) {
	if len(due) == len(process.Phases) || c.Count() > 0 {
		return
	}
	for _, phase := range process.Phases {
		if due[phase] == "" {
			c.Add("due_"+phase, "error.field.required")
		}
	}
}

// check notes what is wrong in the fields that all cycles share.
func (in *BatchPlan) check() (Period, error) {
	var c apperr.Check
	p, ok := checkPeriods(&c, strings.TrimSpace(in.Period), &in.ReferencePeriod)
	if ok && in.Release != "" {
		d, real := day.Parse(string(in.Release))
		switch {
		case !real:
			c.Add("release", "error.field.date")
		case d < p.First():
			c.Add("release", "kis.cycle.due_before", "period", p.String(), "first", p.First())
		case d > p.Last().AddMonths(12):
			c.Add("release", "kis.cycle.due_after", "period", p.String(), "last", p.Last().AddMonths(12))
		}
		in.Release = d
	}
	if ok {
		checkDue(&c, in.Due, p)
	}
	if len(in.Processes.IDs) > maxBatch {
		c.Add("process", "kis.cycle.batch.too_many", "max", maxBatch)
	}
	return p, c.Err()
}

// matches says whether a process is meant by the words of the filter.
func (f ProcessFilter) matches(p process.ProcessRef) bool {
	text := i18n.Fold(p.Code + " " + p.TitleAZ + " " + p.TitleEN)
	for w := range strings.FieldsSeq(i18n.Fold(f.Query)) {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// shift moves the days of an earlier cycle into a period: each stays as many
// working days after the first day of the period as it was.
func (l lastCycle) shift(cal office.Calendar, from, to Period) map[string]ProposedDay {
	out := make(map[string]ProposedDay, len(l.Due))
	for phase, d := range l.Due {
		n := cal.Count(from.First().Add(-1), d)
		due, confirmed := cal.Add(to.First().Add(-1), max(n, 1))
		out[phase] = ProposedDay{due, confirmed}
	}
	return out
}

// shiftRelease moves a day of release by whole periods, to a working day.
func shiftRelease(cal office.Calendar, d day.Day, from, to Period) day.Day {
	if d == "" {
		return ""
	}
	months := (to.Year*12 + (to.N-1)*to.Frequency.months()) - (from.Year*12 + (from.N-1)*from.Frequency.months())
	due, _ := cal.Add(d.AddMonths(months).Add(-1), 1)
	return due
}

// overwrite puts the days that a person set over those worked out.
func overwrite(due map[string]ProposedDay, set map[string]day.Day) map[string]ProposedDay {
	out := maps.Clone(due)
	for phase, d := range set {
		out[phase] = ProposedDay{Day: d, Confirmed: out[phase].Day == d && out[phase].Confirmed}
	}
	return out
}

// unconfirmed lists the years of days that are not sure.
func unconfirmed(cal office.Calendar, all ...map[string]ProposedDay) []int {
	var years []int
	for _, due := range all {
		for _, d := range due {
			if d.Day != "" && !cal.Years[d.Day.Year()] && !slices.Contains(years, d.Day.Year()) {
				years = append(years, d.Day.Year())
			}
		}
	}
	slices.Sort(years)
	return years
}
