package planningweb

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// measurePages answers the requests about measures of national plans.
type measurePages struct{ svc *planning.Service }

// RegisterMeasures adds the routes of measures.
func RegisterMeasures(r *web.Router, svc *planning.Service) {
	p := measurePages{svc}
	r.GET("/measures", policies.MeasureRead, p.list)
	r.POST("/measures/ask", policies.MeasureDecide, p.ask)
	r.POST("/measures/send", policies.MeasureDecide, p.send)
	r.GET("/measures/:id", policies.MeasureRead, p.show)
	r.GET("/measures/:id/files/:file", policies.MeasureRead, p.file)
	r.STREAM("/measures/:id/entry", policies.MeasureReport, p.write)
	r.STREAM("/measures/:id/upload", policies.MeasureReport, p.upload)
	r.POST("/measures/:id/recall", policies.MeasureReport, p.recall)
	r.POST("/measures/:id/decide", policies.MeasureDecide, p.decide)
	r.POST("/measures/:id/return", policies.MeasureDecide, p.giveBack)
	r.POST("/measures/:id/reopen", policies.MeasureDecide, p.reopen)
	r.POST("/measures/:id/departments", policies.MeasureImport, p.assign)
}

// The forms of the page of a measure, by name.
const (
	formEntry  = "entry"
	formDecide = "decide"
	formReturn = "return"
	formReopen = "reopen"
	formAssign = "assign"
)

func (p measurePages) show(c *web.Context) error {
	year, err := measureYear(c.Query("year"))
	if err != nil {
		return err
	}
	return p.render(c, year, http.StatusOK, "", ui.Form{})
}

// render shows the page of a measure, with one of its forms as it was typed.
func (p measurePages) render(c *web.Context, year, status int, form string, f ui.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	m, err := p.svc.Measure(c.Ctx(), id, year)
	if err != nil {
		return err
	}
	page := measurePage{Page: c.Page("planning.measure.title"), m: m, form: form, typed: f}
	page.Title = page.heading()
	if page.panels, err = c.Panels("measure", m.ID+":"+page.year()); err != nil {
		return err
	}
	if c.Can(policies.MeasureImport) {
		if page.departments, err = p.svc.KIS.Departments(c.Ctx()); err != nil {
			return err
		}
	}
	return c.Render(status, measureView(page))
}

// step is a POST of the page that takes one step with the entry of a year.
func (p measurePages) step(c *web.Context, form, key string, do func(id string, year, version int) error) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	year, err := measureYear(c.Form("year"))
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(c.Form("version")) // anything else is a version nobody has
	return p.done(c, do(id, year, version), year, key, form)
}

func (p measurePages) recall(c *web.Context) error {
	return p.step(c, formEntry, "planning.measure.flash.recalled", func(id string, year, version int) error {
		return measureErr(p.svc.RecallMeasure(c.Ctx(), id, year, version))
	})
}

func (p measurePages) decide(c *web.Context) error {
	return p.step(c, formDecide, "planning.measure.flash.decided", func(id string, year, version int) error {
		code, done, _ := strings.Cut(c.Form("status"), ":")
		return measureErr(p.svc.DecideMeasure(c.Ctx(), id, year, planning.MeasureDecision{Version: version, Status: planning.MeasureStatus(code),
			Done: done == "done", Reason: c.Form("reason"), Act: c.Form("act")}))
	})
}

func (p measurePages) giveBack(c *web.Context) error {
	return p.step(c, formReturn, "planning.measure.flash.returned", func(id string, year, version int) error {
		return measureErr(p.svc.ReturnMeasure(c.Ctx(), id, year, version, c.Form("reason")))
	})
}

func (p measurePages) reopen(c *web.Context) error {
	return p.step(c, formReopen, "planning.measure.flash.reopened", func(id string, year, version int) error {
		return measureErr(p.svc.ReopenMeasure(c.Ctx(), id, year, version, c.Form("reason")))
	})
}

func (p measurePages) assign(c *web.Context) error {
	return p.step(c, formAssign, "planning.measure.flash.assigned", func(id string, _, _ int) error {
		ids := c.Forms("co")
		if lead := c.Form("lead"); lead != "" {
			ids = append([]string{lead}, ids...)
		}
		return p.svc.AssignMeasure(c.Ctx(), id, ids)
	})
}

// done answers a change: with a message on the page of the measure, or, when
// it was refused, with the form again as it was typed.
func (p measurePages) done(c *web.Context, err error, year int, key, form string) error {
	if err == nil {
		c.Flash("good", key)
		return c.Redirect("/measures/" + c.Param("id") + "?year=" + strconv.Itoa(year))
	}
	errs, status, ok := web.FormError(err)
	if !ok {
		// Forbidden with a reason of its own is said on the page too.
		e := apperr.As(err)
		if e.Kind != apperr.Forbidden || !strings.HasPrefix(e.Key, "planning.measure.") {
			return err
		}
		errs, status = &ui.Errors{Kind: e.Kind, Key: e.Key, Args: e.Args}, http.StatusForbidden
	}
	for _, f := range errs.Fields {
		if f.Name == "year" {
			return apperr.Missing("year")
		}
	}
	return p.render(c, year, status, form, c.FormOf(errs))
}

// measureYear reads the year of an address or form; none is 0.
func measureYear(s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	y, err := strconv.Atoi(s)
	if err != nil || y <= 0 {
		return 0, apperr.Missing("year")
	}
	return y, nil
}

// measureErr keeps the error of a pair.
func measureErr[T any](_ T, err error) error { return err }
