// Package agendaweb holds the calendar: the month, the list, the addresses for
// calendar programs and the operation of the API.
//
// It may import agenda, kis, web and what they may import; no SQL.
// Invariants: the filter stands in the address; an address for programs opens
// without signing in and shows what its owner may see, or does not exist.
package agendaweb

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reports/agenda"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type pages struct {
	svc  *agenda.Service
	base string // address of the system, for links in feeds
}

// Register adds the pages and the operation of the API.
func Register(r *web.Router, s *agenda.Service, base string) {
	h := pages{s, base}
	r.GET("/calendar", policies.SelfUse, h.show)
	r.POST("/calendar/feeds", policies.SelfUse, h.create)
	r.POST("/calendar/feeds/:id/revoke", policies.SelfUse, h.revoke)
	r.GET("/calendar/feed/:secret", policies.Public, h.feed)
	r.API(web.Operation{Method: http.MethodGet, Path: "/api/v1/calendar", Action: policies.SelfUse, ID: "listDates", Group: "work", Text: "api.calendar.list", Answer: apiDates{}, Do: h.apiList,
		Params: []web.Param{{Name: "from", Kind: web.ParamDay, Must: true, Text: "api.calendar.from"}, {Name: "to", Kind: web.ParamDay, Must: true, Text: "api.calendar.to"},
			{Name: "kind", Text: "api.calendar.kind"}, {Name: "department", Kind: web.ParamID, Text: "api.calendar.department"}}})
}

// calendarPage is a month.
type calendarPage struct {
	ui.Page
	First       day.Day // of the month
	Dates       agenda.Dates
	Weeks       [][]cell
	Kinds       []string // that the person may see
	Kind        string
	Department  string
	Departments []office.Department
	List        bool
	Prev, Next  string
	Feeds       []agenda.Feed
	Form        ui.Form
	Address     string // of the feed that was just made; shown once
}

// cell is a day of the grid.
type cell struct {
	Day     day.Day
	Inside  bool // of the month
	Entries []agenda.Entry
}

func (h pages) show(c *web.Context) error { return h.page(c, http.StatusOK, calendarPage{}) }

// page reads the month of the address.
func (h pages) page(c *web.Context, status int, p calendarPage) (err error) {
	p.Page = c.Page("agenda.title")
	p.First = monthOf(c.Query("month"), p.Today())
	p.List, p.Kinds = c.Query("view") == "list", agenda.Kinds(c.Actor())
	if k := c.Query("kind"); slices.Contains(p.Kinds, k) {
		p.Kind = k
	}
	if p.Departments, err = h.svc.KIS.Departments(c.Ctx()); err != nil && len(p.Departments) == 0 {
		p.Departments = nil // not for this person
	}
	for _, d := range p.Departments {
		if d.ID == c.Query("department") {
			p.Department = d.ID
		}
	}
	last := p.First.AddMonths(1).Add(-1)
	f := agenda.Filter{From: p.First, To: last, DepartmentID: p.Department}
	if p.Kind != "" {
		f.Kinds = []string{p.Kind}
	}
	if p.Dates, err = h.svc.Dates(c.Ctx(), f); err != nil {
		return err
	}
	if p.Feeds, err = h.svc.Feeds(c.Ctx()); err != nil {
		return err
	}
	p.Prev, p.Next = c.With("month", string(p.First.AddMonths(-1))[:7]), c.With("month", string(p.First.AddMonths(1))[:7])
	p.Weeks = weeks(p.First, last, p.Dates.Entries)
	return c.Render(status, calendarView(p))
}

// monthOf reads a month, 2026-11; else that of today.
func monthOf(s string, today day.Day) day.Day {
	if d, ok := day.Parse(s + "-01"); ok && len(s) == 7 {
		return d
	}
	return day.Make(today.Year(), today.Time().Month(), 1)
}

// weeks lays the days of a month into weeks from Monday, each entry on every
// day of the month that it lasts.
func weeks(first, last day.Day, entries []agenda.Entry) [][]cell {
	start := first.Add(-(int(first.Time().Weekday()+6) % 7))
	of := map[day.Day][]agenda.Entry{}
	for _, e := range entries {
		for d := max(e.Day, first); d <= min(e.To, last); d = d.Add(1) {
			of[d] = append(of[d], e)
		}
	}
	var out [][]cell
	for d := start; d <= last; {
		var week []cell
		for range 7 {
			week = append(week, cell{d, d >= first && d <= last, of[d]})
			d = d.Add(1)
		}
		out = append(out, week)
	}
	return out
}

// month is its name.
func (p calendarPage) month() string {
	return p.T(fmt.Sprintf("agenda.month.%02d", p.First.Time().Month()), "year", fmt.Sprint(p.First.Year()))
}

// with is the present address with one value changed.
func (p calendarPage) with(name, value string) string {
	values := map[string]string{"month": string(p.First)[:7], "kind": p.Kind, "department": p.Department, "view": ""}
	if p.List {
		values["view"] = "list"
	}
	values[name] = value
	out := "/calendar"
	sep := "?"
	for _, k := range []string{"month", "kind", "department", "view"} {
		if values[k] != "" {
			out, sep = out+sep+k+"="+values[k], "&"
		}
	}
	return out
}

// state says how a date stands.
func (p calendarPage) state(e agenda.Entry) ui.State {
	switch {
	case e.Done:
		return ui.State{Tone: "good", Icon: "circle-check", Word: p.T("agenda.done")}
	case e.Late(p.Today()):
		return ui.State{Tone: "bad", Icon: "alert-triangle", Word: p.T("kis.work.late")}
	}
	return ui.State{Tone: "idle", Icon: "calendar", Word: p.T("agenda.ahead")}
}

// icons of the kinds.
var icons = map[string]string{"phase": "flag-check", "audit": "clipboard-check", "act": "file-alert", "action": "checks", "item": "calendar-event", "measure": "flag",
	"review": "presentation-analytics", "decision": "gavel", "campaign": "star", "risk": "shield", "objective": "target"}

func (h pages) create(c *web.Context) error {
	_, secret, err := h.svc.CreateFeed(c.Ctx(), c.Form("name"), nil)
	if e, status, ok := web.FormError(err); ok {
		return h.page(c, status, calendarPage{Form: c.FormOf(e)})
	}
	if err != nil {
		return err
	}
	return h.page(c, http.StatusCreated, calendarPage{Address: h.base + "/calendar/feed/" + secret + ".ics"})
}

func (h pages) revoke(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	if err := h.svc.RevokeFeed(c.Ctx(), id); err != nil {
		return err
	}
	c.Flash("good", "agenda.feed.revoked")
	return c.Redirect("/calendar#feeds")
}

// feed answers a calendar program.
func (h pages) feed(c *web.Context) error {
	who, entries, err := h.svc.Open(c.Ctx(), strings.TrimSuffix(c.Param("secret"), ".ics"))
	if err != nil {
		return err
	}
	return c.Send("kis.ics", func(_ context.Context, w io.Writer) error {
		return agenda.WriteICal(w, who.Lang, h.base, c.Now(), entries)
	})
}

// apiDate is a date.
type apiDate struct {
	ID         string  `json:"id"`
	Kind       string  `json:"kind"`
	From       day.Day `json:"from"`
	To         day.Day `json:"to"`
	Title      string  `json:"title"`
	Reason     string  `json:"reason"`
	Department string  `json:"department"`
	Done       bool    `json:"done"`
	Href       string  `json:"href"`
}

type apiDates struct {
	Items []apiDate `json:"items"`
	More  bool      `json:"more"` // of some kind there are more than are given
}

func (h pages) apiList(c *web.Context) error {
	f := agenda.Filter{From: day.Day(c.Query("from")), To: day.Day(c.Query("to")), DepartmentID: c.Query("department")}
	if k := c.Query("kind"); k != "" {
		f.Kinds = []string{k}
	}
	found, err := h.svc.Dates(c.Ctx(), f)
	if err != nil {
		return err
	}
	out := apiDates{Items: []apiDate{}, More: found.More}
	for _, e := range found.Entries {
		out.Items = append(out.Items, apiDate{e.ID, e.Kind, e.Day, e.To, e.Title, e.Reason, e.Department, e.Done, e.Href})
	}
	return c.JSON(http.StatusOK, out)
}

// used says when a feed was last read.
func used(p ui.Page, at time.Time) string {
	if at.IsZero() {
		return p.T("kis.token.never")
	}
	return p.DateTime(at)
}
