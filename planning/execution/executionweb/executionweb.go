// Package executionweb owns the pages and the API of carrying yearly plans out:
// what a plan's item shows of its progress, the list of items of all plans, the
// timeline of a plan and the workload.
//
// It may import planning/execution, planning, kis, web and what they may
// import; no SQL. Invariants: a handler decides nothing; a refused form comes
// back as it was typed, with what was wrong; a picture says the same in a table.
package executionweb

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/execution"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// ListWriter writes lists as files; reports does, which stands above.
type ListWriter interface {
	// PlanItemList writes items under a filter as "xlsx" or "csv".
	PlanItemList(ctx context.Context, w io.Writer, format, lang string, f execution.Filter) error
	// PlanSheet writes a plan as a sheet that can be brought back.
	PlanSheet(ctx context.Context, w io.Writer, format, lang string, key planning.Key) error
}

type pages struct {
	svc   *execution.Service
	lists ListWriter
}

// Register adds the pages, the panel on the page of an item, and the API.
func Register(r *web.Router, svc *execution.Service, lists ListWriter) {
	p := pages{svc, lists}
	r.GET("/plan-items", policies.PlanRead, p.items)
	for _, format := range []string{"xlsx", "csv"} {
		r.GET("/plan-items/export."+format, policies.PlanRead, p.export(format))
	}
	r.GET("/plan-items/workload", policies.PlanRead, p.workload)
	r.GET("/plans/:year/timeline", policies.PlanRead, p.timeline)
	r.GET("/plans/:year/items/:item/progress", policies.PlanRead, p.progress)
	r.POST("/plans/:year/items/:item/reports/:report", policies.PlanAccept, p.decide)
	r.POST("/plans/:year/items/:item/steps", policies.PlanReport, p.steps)
	r.POST("/plans/:year/items/:item/executor", policies.PlanAgree, p.assign)
	r.STREAM("/plans/:year/items/:item/impact", policies.PlanAccept, p.impact)
	r.STREAM("/plans/:year/items/:item/impact/uploads", policies.PlanAccept, p.upload)
	r.GET("/plans/:year/items/:item/impact/files/:file", policies.PlanRead, p.impactFile)
	r.Panel("plan_item", func(c *web.Context, id string) (templ.Component, error) {
		v, err := p.view(c, id, nil)
		if err != nil {
			return nil, err
		}
		return panelView(v), nil
	})
	p.registerAPI(r)
}

// progressPage is how far an item has come, with the forms of what this person
// may do about it.
type progressPage struct {
	ui.Page
	execution.Progress
	forms     map[string]ui.Form
	fileLimit int64
	waiting   []planning.Report // that this person may decide on
}

func (p pages) view(c *web.Context, id string, forms map[string]ui.Form) (progressPage, error) {
	v := progressPage{Page: c.Page(""), forms: forms, fileLimit: p.svc.KIS.Limits.FileBytes}
	x, err := p.svc.Item(c.Ctx(), id)
	if err != nil {
		return v, err
	}
	v.Progress = x
	v.Page.Title = v.T("planning.item.place", "year", string(x.Key), "no", x.No)
	for _, w := range x.Reports {
		if x.MayDecide(c.Ctx(), w) {
			v.waiting = append(v.waiting, w)
		}
	}
	return v, nil
}

func (v progressPage) form(name string) ui.Form { return v.forms[name] }

func (v progressPage) href() string { return itemHref(v.Key, v.ID) }

// stepsForm is the form of the steps: one a line.
func (v progressPage) stepsForm() ui.Form {
	f := v.form("steps")
	if f.Values == nil {
		var lines []string
		for _, s := range v.Progress.ItemPage.Steps {
			lines = append(lines, s.Text)
		}
		f.Values = map[string][]string{"steps": {strings.Join(lines, "\n")}}
	}
	return f
}

func (v progressPage) people() []ui.Option {
	out := []ui.Option{{Label: v.T("planning.execution.choose")}}
	for _, u := range v.People {
		out = append(out, ui.Option{Value: u.ID, Label: u.Name})
	}
	return out
}

func (v progressPage) executorForm() ui.Form {
	f := v.form("executor")
	if f.Values == nil {
		f.Values = map[string][]string{"executor": {v.ExecutorID}}
	}
	return f
}

var effectLooks = map[execution.Effect]ui.Look{
	execution.NotChecked: {Tone: "idle", Icon: "circle-dashed"},
	execution.Works:      {Tone: "good", Icon: "circle-check"},
	execution.Partly:     {Tone: "warn", Icon: "progress"},
	execution.Fails:      {Tone: "bad", Icon: "circle-x"},
}

func (v progressPage) effect() ui.State {
	key := string(v.Impact.Verdict)
	if key == "" {
		key = "open"
	}
	return effectLooks[v.Impact.Verdict].State(v.Page, "planning.impact.effect."+key)
}

func (v progressPage) effects() (out []ui.Option) {
	for _, e := range execution.Effects() {
		l := effectLooks[e]
		out = append(out, ui.Option{Value: string(e), Label: v.T("planning.impact.effect." + string(e)), Tone: l.Tone, Icon: l.Icon})
	}
	return out
}

func itemHref(k planning.Key, id string) string { return "/plans/" + string(k) + "/items/" + id }

func quarter(n int) string { return [...]string{"", "I", "II", "III", "IV"}[n] }

// progress is the page of its own, shown when a form was refused.
func (p pages) progress(c *web.Context) error { return p.show(c, http.StatusOK, nil) }

func (p pages) show(c *web.Context, status int, forms map[string]ui.Form) error {
	id, err := p.item(c)
	if err != nil {
		return err
	}
	v, err := p.view(c, id, forms)
	if err != nil {
		return err
	}
	return c.Render(status, progressView(v))
}

// item reads the item of the address; one of another plan is not found.
func (p pages) item(c *web.Context) (string, error) {
	id, err := c.ID("item")
	if err != nil {
		return "", err
	}
	it, err := p.svc.PlanItem(c.Ctx(), id)
	if err == nil && string(it.Key) != c.Param("year") {
		err = apperr.Missing("plan_item")
	}
	return id, err
}

// step does something to the item of the address.
func (p pages) step(c *web.Context, name, key string, do func(id string) error) error {
	id, err := p.item(c)
	if err != nil {
		return err
	}
	if err = do(id); err == nil {
		c.Flash("good", key)
		return c.Redirect("/plans/" + c.Param("year") + "/items/" + id)
	}
	if errs, status, ok := web.FormError(err); ok {
		return p.show(c, status, map[string]ui.Form{name: c.FormOf(errs)})
	}
	var e *apperr.Error
	if errors.As(err, &e) && e.Kind == apperr.Forbidden && strings.HasPrefix(e.Key, "planning.") {
		return p.show(c, http.StatusForbidden, map[string]ui.Form{name: c.FormOf(&ui.Errors{Kind: e.Kind, Key: e.Key, Args: e.Args})})
	}
	return err
}

func (p pages) decide(c *web.Context) error {
	report, err := c.ID("report")
	if err != nil {
		return err
	}
	said := c.Form("verdict")
	return p.step(c, "decide-"+report, map[bool]string{true: "planning.execution.accepted", false: "planning.execution.returned"}[said == "accept"], func(string) error {
		if said != "accept" && said != "return" {
			return apperr.InvalidField("note", "error.field.choice") // no button was pressed
		}
		return p.svc.DecideReport(c.Ctx(), report, execution.Verdict{Accept: said == "accept", Note: c.Form("note")})
	})
}

func (p pages) steps(c *web.Context) error {
	var list []string
	for line := range strings.Lines(c.Form("steps")) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return p.step(c, "steps", "planning.execution.steps_set", func(id string) error {
		return p.svc.SetSteps(c.Ctx(), id, number(c.Form("version")), list)
	})
}

func (p pages) assign(c *web.Context) error {
	return p.step(c, "executor", "planning.execution.assigned", func(id string) error { return p.svc.Assign(c.Ctx(), id, c.Form("executor")) })
}

func (p pages) impact(c *web.Context) error {
	var staged []string
	values, err := c.Multipart(web.Limits{Files: p.svc.KIS.Limits.Files, FileBytes: p.svc.KIS.Limits.FileBytes}, func(f *web.File) error {
		up, err := p.svc.KIS.StageUpload(c.Ctx(), f.Name, f)
		if err == nil {
			staged = append(staged, up.ID)
		}
		return err
	})
	return p.step(c, "impact", "planning.impact.done", func(id string) error {
		if err != nil {
			return err
		}
		return p.svc.CheckImpact(c.Ctx(), id, execution.Found{Effect: execution.Effect(values.Get("effect")), Text: values.Get("text"), UploadIDs: append(values["uploaded"], staged...)})
	})
}

// upload takes one file before the check and answers with its id.
func (p pages) upload(c *web.Context) error {
	if _, err := p.item(c); err != nil {
		return err
	}
	var id string
	_, err := c.Multipart(web.Limits{Files: 1, FileBytes: p.svc.KIS.Limits.FileBytes}, func(f *web.File) error {
		up, err := p.svc.KIS.StageUpload(c.Ctx(), f.Name, f)
		id = up.ID
		return err
	})
	if err == nil && id == "" {
		err = apperr.InvalidField("files", "error.upload.none")
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]string{"id": id})
}

func (p pages) impactFile(c *web.Context) error {
	item, err := p.item(c)
	if err != nil {
		return err
	}
	id, err := c.ID("file")
	if err != nil {
		return err
	}
	f, err := p.svc.ImpactFile(c.Ctx(), item, id)
	if err != nil {
		return err
	}
	r, err := p.svc.KIS.OpenFile(c.Ctx(), f)
	if err != nil {
		return err
	}
	defer r.Close()
	return c.Download(f.Name, f.ContentType, f.Size, r)
}

// units are the departments of the office to choose from.
func (p pages) units(c *web.Context) ([]ui.Option, error) {
	list, err := p.svc.KIS.Departments(c.Ctx())
	pg := c.Page("")
	out := []ui.Option{{Label: pg.T("planning.filter.all_departments")}, {Value: "mine", Label: pg.T("planning.execution.my_department")}}
	for _, d := range list {
		if d.Kind == office.Internal {
			out = append(out, ui.Option{Value: d.ID, Label: d.Code})
		}
	}
	return out, err
}
