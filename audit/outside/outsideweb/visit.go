package outsideweb

import (
	"net/http"
	"strings"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/outside"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// cookie holds the secret of a visit; it is sent to the visitor's pages only.
const cookie = "kis-outside"

// lastDay reads a day as it is typed; "" when it is none.
func lastDay(text string) day.Day {
	d, ok := day.Parse(strings.TrimSpace(text))
	if !ok {
		return ""
	}
	return d
}

func (p pages) setCookie(c *web.Context, secret string, seconds int) {
	http.SetCookie(c.Writer(), &http.Cookie{Name: cookie, Value: secret, Path: "/outside", MaxAge: seconds, HttpOnly: true,
		Secure: strings.HasPrefix(p.public, "https://"), SameSite: http.SameSiteLaxMode})
}

type doorPage struct {
	ui.Page
	link outside.Row
	key  string
	why  string // of a refusal, "" when it opens
}

// door shows what a link opens before it is used, or why it does not.
func (p pages) door(c *web.Context) error {
	v := doorPage{Page: c.Page("audit.observer.door"), key: c.Query("key")}
	if v.key == "" {
		if _, err := p.svc.Visit(c.Ctx(), secretOf(c)); err == nil {
			return c.Redirect("/outside/view")
		}
		return p.refuse(c, "ended")
	}
	var err error
	if v.link, err = p.svc.Find(c.Ctx(), v.key); err != nil {
		return p.refused(c, err)
	}
	return c.Render(http.StatusOK, doorView(v))
}

// open uses the link once and begins the visit.
func (p pages) open(c *web.Context) error {
	visit, _, err := p.svc.Open(c.Ctx(), c.Form("key"), c.Address())
	if err != nil {
		return p.refused(c, err)
	}
	p.setCookie(c, visit, outside.MaxHours*3600)
	return c.Redirect("/outside/view")
}

func secretOf(c *web.Context) string {
	k, err := c.Request().Cookie(cookie)
	if err != nil {
		return ""
	}
	return k.Value
}

// refused answers a refusal with its page, and hands on any other error.
func (p pages) refused(c *web.Context, err error) error {
	if why := outside.WhyRefused(err); why != "" {
		return p.refuse(c, why)
	}
	return err
}

func (p pages) refuse(c *web.Context, why string) error {
	status := http.StatusGone
	switch why {
	case "unknown":
		status = http.StatusNotFound
	case "ended":
		status = http.StatusForbidden
	case "left":
		status = http.StatusOK
	}
	return c.Render(status, doorView(doorPage{Page: c.Page("audit.observer.door"), why: why}))
}

// during runs a page of a visit; without one it says why.
func (p pages) during(c *web.Context, do func(v outside.Visit) error) error {
	v, err := p.svc.Visit(c.Ctx(), secretOf(c))
	if err != nil {
		return p.refused(c, err)
	}
	return do(v)
}

type visitPage struct {
	ui.Page
	visit outside.Visit
	home  outside.Home
	act   audit.ActView
	grid  kis.Grid
	task  kis.TaskPage
	ev    kis.SubmissionPage
}

func (p pages) page(c *web.Context, v outside.Visit, title string) visitPage {
	return visitPage{Page: c.Page(title), visit: v}
}

func (p pages) home(c *web.Context) error {
	return p.during(c, func(visit outside.Visit) (err error) {
		v := p.page(c, visit, "audit.observer.door")
		if v.home, err = p.svc.Home(c.Ctx(), visit); err != nil {
			return err
		}
		return c.Render(http.StatusOK, homeView(v))
	})
}

// of reads the id of the address and runs a page of the visit with it.
func (p pages) of(c *web.Context, do func(v visitPage, id string) error) error {
	return p.during(c, func(visit outside.Visit) error {
		id, err := c.ID("id")
		if err != nil {
			return err
		}
		return do(p.page(c, visit, "audit.observer.door"), id)
	})
}

func (p pages) act(c *web.Context) error {
	return p.of(c, func(v visitPage, id string) (err error) {
		if v.act, err = p.svc.Act(c.Ctx(), v.visit, id); err != nil {
			return err
		}
		return c.Render(http.StatusOK, actView(v))
	})
}

func (p pages) cycle(c *web.Context) error {
	return p.of(c, func(v visitPage, id string) (err error) {
		if v.grid, err = p.svc.Grid(c.Ctx(), v.visit, id); err != nil {
			return err
		}
		return c.Render(http.StatusOK, cycleView(v))
	})
}

func (p pages) task(c *web.Context) error {
	return p.of(c, func(v visitPage, id string) (err error) {
		if !kis.IsTaskCode(c.Param("code")) {
			return apperr.Missing("task")
		}
		if v.task, err = p.svc.Task(c.Ctx(), v.visit, id, c.Param("code")); err != nil {
			return err
		}
		return c.Render(http.StatusOK, taskView(v))
	})
}

func (p pages) evidence(c *web.Context) error {
	return p.of(c, func(v visitPage, id string) (err error) {
		if v.ev, err = p.svc.Evidence(c.Ctx(), v.visit, id); err != nil {
			return err
		}
		return c.Render(http.StatusOK, evidenceView(v))
	})
}

func (p pages) file(c *web.Context) error {
	return p.of(c, func(v visitPage, id string) error {
		file, err := c.ID("file")
		if err != nil {
			return err
		}
		f, err := p.svc.File(c.Ctx(), v.visit, id, file)
		if err != nil {
			return err
		}
		bytes, err := p.svc.KIS.OpenFile(c.Ctx(), f)
		if err != nil {
			return err
		}
		defer bytes.Close()
		return c.Download(f.Name, f.ContentType, f.Size, bytes)
	})
}

func (p pages) leave(c *web.Context) error {
	if err := p.svc.Leave(c.Ctx(), secretOf(c)); err != nil {
		return p.refused(c, err)
	}
	p.setCookie(c, "", -1)
	return p.refuse(c, "left")
}

// tone is the look of a state word that other pages colour too.
func tone(good bool) string {
	if good {
		return "good"
	}
	return "idle"
}

func (v visitPage) actState(s audit.ActState) ui.State {
	return ui.Look{Tone: tone(s == audit.ActEffective || s == audit.ActClosed), Icon: "file-certificate"}.State(v.Page, "audit.act.state."+string(s))
}

func (v visitPage) evidenceState(s kis.SubmissionState) ui.State {
	return ui.Look{Tone: tone(s == kis.Accepted), Icon: "file-check"}.State(v.Page, "kis.evidence.state."+string(s))
}
