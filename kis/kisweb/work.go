package kisweb

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

func registerWork(r *web.Router, s *kis.Service, sources []WorkSource) {
	h := workPages{s, sources}
	r.GET("/work", policies.SelfUse, h.list)
}

// workPages is the page "my work".
type workPages struct {
	kis     *kis.Service
	sources []WorkSource
}

// soonDays is how far the second group of the list looks ahead.
const soonDays = 7

// workCycles is of how many open cycles the progress is shown.
const workCycles = 3

// workPage is what waits for the person, in groups by term.
type workPage struct {
	ui.Page
	Count, Late int  // of all kinds
	More        bool // there are more than Count
	Chips       []ui.Chip
	Groups      []workGroup
	Awaited     []kis.WorkItem
	Cycles      []kis.CycleSummary // open, for the card of progress
	Kind        string             // chosen chip
}

// workGroup is a part of the list under one heading.
type workGroup struct {
	Key   string // of the heading
	Late  bool
	Until day.Day // of the second group
	Items []kis.WorkItem
}

func (h workPages) list(c *web.Context) error {
	items, err := h.gather(c.Ctx())
	if err != nil {
		return err
	}
	p := workPage{Page: c.Page("kis.work.title"), Kind: c.Query("kind")}
	p.fill(items)
	p.SetCount("/work", p.Count) // as the page says
	if c.Can(policies.CycleRead) {
		var departments []string // of those who deliver; who reads everything sees the newest
		if !c.ScopeOf(policies.EvidenceRead).Any {
			departments = c.ScopeOf(policies.EvidenceSubmit).Departments
		}
		if p.Cycles, err = h.kis.UrgentCycles(c.Ctx(), departments, workCycles); err != nil {
			return err
		}
	}
	return c.Render(http.StatusOK, workList(p))
}

// gather asks every source; one that has nothing to say to this person is
// passed over.
func (h workPages) gather(ctx context.Context) ([]kis.WorkItem, error) {
	var out []kis.WorkItem
	for _, s := range h.sources {
		items, err := s.Work(ctx)
		if apperr.Is(err, apperr.Forbidden) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, items...)
	}
	// What has no term comes last.
	term := func(w kis.WorkItem) string {
		if w.Due == "" {
			return "9999-12-31"
		}
		return string(w.Due)
	}
	slices.SortStableFunc(out, func(a, b kis.WorkItem) int { return strings.Compare(term(a), term(b)) })
	return out, nil
}

// fill sorts the items into the parts of the page.
func (p *workPage) fill(items []kis.WorkItem) {
	today := p.Today()
	soon := today.Add(soonDays)
	p.Groups = []workGroup{{Key: "kis.work.late", Late: true}, {Key: "kis.work.soon", Until: soon}, {Key: "kis.work.later"}, {Key: "kis.work.open"}}
	kinds, count, more := []string{}, map[string]int{}, map[string]bool{}
	for _, w := range items {
		if w.Awaited {
			p.Awaited = append(p.Awaited, w)
			continue
		}
		p.Count++
		late := w.Overdue || (w.Due != "" && w.Due < today)
		if late {
			p.Late++
		}
		p.More, more[w.KindKey] = p.More || w.More, more[w.KindKey] || w.More
		if count[w.KindKey]++; count[w.KindKey] == 1 {
			kinds = append(kinds, w.KindKey)
		}
		if p.Kind != "" && p.Kind != w.KindKey {
			continue
		}
		g := &p.Groups[2]
		switch {
		case late:
			g = &p.Groups[0]
		case w.Due == "":
			g = &p.Groups[3]
		case w.Due <= soon:
			g = &p.Groups[1]
		}
		g.Items = append(g.Items, w)
	}
	p.Groups = slices.DeleteFunc(p.Groups, func(g workGroup) bool { return len(g.Items) == 0 })
	p.Chips = []ui.Chip{{Label: p.T("kis.work.all"), Href: "/work", Count: p.Count, More: p.More, Current: p.Kind == ""}}
	for _, k := range kinds {
		p.Chips = append(p.Chips, ui.Chip{Label: p.T(k), Href: "/work?kind=" + k, Count: count[k], More: more[k], Current: p.Kind == k})
	}
}

// facts is the line under the title: the day and how much waits.
func (p workPage) facts() string {
	today := p.Today().Time()
	date := p.T("kis.work.date", "day", fmt.Sprint(today.Day()), "month", p.T(fmt.Sprintf("kis.work.month.%02d", today.Month())),
		"year", fmt.Sprint(today.Year()), "weekday", p.T(fmt.Sprintf("kis.work.weekday.%d", today.Weekday())))
	switch {
	case p.Count == 0:
		return date + " · " + p.T("kis.work.nothing")
	case p.Late == 0:
		return date + " · " + p.T("kis.work.count", "n", p.AtLeast(p.Count, p.More))
	}
	return date + " · " + p.T("kis.work.count_late", "n", p.AtLeast(p.Count, p.More), "late", p.AtLeast(p.Late, p.More && p.Late > 0))
}

// first says whether an item is the first of the list, whose button is blue:
// the next step of this person.
func (p workPage) first(g, i int) bool { return g == 0 && i == 0 }
