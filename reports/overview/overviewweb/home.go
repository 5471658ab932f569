// Package overviewweb holds the start page and its operation of the API.
//
// It may import overview, duty, notice, kis, web and what they may import; no
// SQL. Invariant: every figure is a link to the list whose rows it counts.
package overviewweb

import (
	"net/http"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/duty"
	"github.com/kis-platform/kis/kis/notice"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reports/overview"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type pages struct {
	svc     *overview.Service
	duties  *duty.Service
	notices *notice.Service
}

// Register adds the start page and the operation of the API.
func Register(r *web.Router, s *overview.Service, d *duty.Service, n *notice.Service) {
	h := pages{s, d, n}
	r.GET("/home", policies.SelfUse, h.home)
	r.API(web.Operation{Method: http.MethodGet, Path: "/api/v1/overview", Action: policies.SelfUse, ID: "getOverview", Group: "work", Text: "api.overview", Answer: apiOverview{}, Do: h.api,
		Params: []web.Param{{Name: "department", Kind: web.ParamID, Text: "api.calendar.department"}}})
}

// Next is how many of the own duties the start page shows, changes how many
// news.
const (
	nextDuties = 5
	news       = 8
)

// homePage is the start page of a person.
type homePage struct {
	ui.Page
	Duties  duty.Page
	Since   time.Time
	News    []notice.Notice
	Own     overview.Picture // of the department
	Whole   overview.Picture // for those who see more than one
	HasMore bool
}

// whole says who sees the whole picture: who reads everybody's acts.
func whole(c *web.Context) bool { return c.ScopeOf(policies.ActRead).Any }

func (h pages) home(c *web.Context) (err error) {
	p := homePage{Page: c.Page("home.title")}
	ctx := c.Ctx()
	if p.Duties, err = h.duties.List(ctx, duty.Filter{Tab: kis.WorkMine, Limit: nextDuties}); err != nil {
		return err
	}
	p.SetCount("/work", p.Duties.All[kis.WorkMine].N)
	if p.Since, err = h.svc.Visit(ctx); err != nil {
		return err
	}
	list, err := h.notices.List(ctx, c.Lang(), notice.Filter{})
	if err != nil && !apperr.Is(err, apperr.Forbidden) {
		return err
	}
	for _, n := range list.Notices {
		if len(p.News) < news && n.At.After(p.Since) {
			p.News = append(p.News, n)
		}
	}
	if home := c.Actor().DepartmentID; home != "" && !whole(c) {
		if p.Own, err = h.svc.Picture(ctx, home); err != nil {
			return err
		}
	}
	if whole(c) {
		if p.Whole, err = h.svc.Picture(ctx, ""); err != nil {
			return err
		}
	}
	return c.Render(http.StatusOK, homeView(p))
}

// phaseLooks shows where a phase of a cycle stands, as the overview of all
// cycles does.
var phaseLooks = map[kis.PhaseState]ui.Look{
	kis.PhasePassed:  {Tone: "good", Icon: "flag-check"},
	kis.PhaseWaived:  {Tone: "warn", Icon: "lock-open"},
	kis.PhaseReady:   {Tone: "info", Icon: "check"},
	kis.PhaseLate:    {Tone: "bad", Icon: "alert-triangle"},
	kis.PhaseOpen:    {Tone: "idle", Icon: "circle-dashed"},
	kis.PhasePlanned: {Tone: "idle", Icon: "calendar"},
	kis.PhaseNone:    {Tone: "off", Icon: "ban"},
}

func phaseState(p ui.Page, s kis.PhaseState) ui.State {
	return phaseLooks[s].State(p, "kis.phase.state."+string(s))
}

// apiFigure is a number with the list behind it.
type apiFigure struct {
	Label   string `json:"label"`
	Count   int    `json:"count"`
	AtLeast bool   `json:"at_least"` // there are more
	Href    string `json:"href"`
}

type apiSection struct {
	Subject string      `json:"subject"`
	Href    string      `json:"href"`
	Figures []apiFigure `json:"figures"`
}

type apiOverview struct {
	Sections []apiSection `json:"sections"`
}

func (h pages) api(c *web.Context) error {
	department := c.Query("department")
	if !whole(c) {
		department = c.Actor().DepartmentID
	}
	pic, err := h.svc.Picture(c.Ctx(), department)
	if err != nil {
		return err
	}
	p := c.Page("home.title")
	out := apiOverview{Sections: []apiSection{}}
	for _, s := range pic.Sections {
		x := apiSection{Subject: p.T(s.Key), Href: s.Href, Figures: []apiFigure{}}
		for _, f := range s.Figures {
			x.Figures = append(x.Figures, apiFigure{f.Label, f.N, f.More, f.Href})
		}
		out.Sections = append(out.Sections, x)
	}
	return c.JSON(http.StatusOK, out)
}
