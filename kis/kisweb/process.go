package kisweb

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// processPages are the descriptions of processes and their import.
type processPages struct{ kis *kis.Service }

func registerProcesses(r *web.Router, s *kis.Service) {
	h := processPages{s}
	r.GET("/processes", policies.ProcessRead, h.list)
	r.GET("/processes/import", policies.ProcessImport, h.importForm)
	r.STREAM("/processes/import", policies.ProcessImport, h.preview)
	r.POST("/processes/import/confirm", policies.ProcessImport, h.confirm)
	r.GET("/processes/:id", policies.ProcessRead, h.show)
}

// processListPage is the list of processes.
type processListPage struct {
	ui.Page
	Processes []kis.ProcessSummary
	MayImport bool
	MayPlan   bool
}

func (h processPages) list(c *web.Context) error {
	list, err := h.kis.Processes(c.Ctx())
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, processList(processListPage{Page: c.Page("kis.process.list.title"), Processes: list,
		MayImport: c.Can(policies.ProcessImport), MayPlan: c.Can(policies.CyclePlan)}))
}

// processShowPage is one version of a description.
type processShowPage struct {
	ui.Page
	kis.ProcessPage
	Phases    []processPhase
	MayImport bool
}

// processPhase is a phase with the rows under it.
type processPhase struct {
	kis.Activity
	Rows []kis.Activity // sub-processes and tasks
	Gate *kis.ProcessGate
}

func (h processPages) show(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	number, _ := strconv.Atoi(c.Query("version")) // anything else is the newest
	found, err := h.kis.Process(c.Ctx(), id, max(number, 0))
	if err != nil {
		return err
	}
	p := processShowPage{Page: c.Page(""), ProcessPage: found, MayImport: c.Can(policies.ProcessImport)}
	p.Page.Title = found.ProcessRef.Title(p.Lang)
	for _, a := range found.Activities {
		if a.Level == kis.Phase {
			p.Phases = append(p.Phases, processPhase{Activity: a})
			continue
		}
		for i := range p.Phases {
			if p.Phases[i].Code == a.Phase {
				p.Phases[i].Rows = append(p.Phases[i].Rows, a)
			}
		}
	}
	for i := range p.Phases {
		for j, g := range found.Gates {
			if g.Phase == p.Phases[i].Code {
				p.Phases[i].Gate = &found.Gates[j]
			}
		}
	}
	return c.Render(http.StatusOK, processShow(p))
}

// importPage is the form of an import, and with Result its preview.
type importPage struct {
	ui.Page
	Form        ui.Form
	Departments []kis.Department
	Result      *kis.ImportResult
	Uploaded    string // id of the file that was previewed
	File        string // its name
}

func (h processPages) importForm(c *web.Context) error {
	f := ui.Form{}
	if code := c.Query("code"); code != "" {
		f.Values = url.Values{"code": {code}}
	}
	return h.importPage(c, http.StatusOK, importPage{Form: f})
}

func (h processPages) importPage(c *web.Context, status int, p importPage) error {
	departments, err := h.kis.Departments(c.Ctx())
	if err != nil {
		return err
	}
	for _, d := range departments {
		if d.Kind == kis.Internal {
			p.Departments = append(p.Departments, d)
		}
	}
	p.Page = c.Page("kis.import.title")
	return c.Render(status, processImport(p))
}

// preview reads the file without keeping anything of it but its bytes, and
// shows what it would become.
func (h processPages) preview(c *web.Context) error {
	var up kis.Upload
	_, err := c.Multipart(web.Limits{Files: 1, FileBytes: 8 << 20}, func(f *web.File) (err error) {
		up, err = h.kis.StageUpload(c.Ctx(), f.Name, f)
		return err
	})
	if err == nil && up.ID == "" {
		err = apperr.InvalidField("file", "error.upload.none")
	}
	var res kis.ImportResult
	if err == nil {
		if res, err = h.run(c, up.ID, true); err != nil {
			_ = h.kis.DiscardUpload(c.Ctx(), up.ID) // at worst it is swept away in a week
		}
	}
	if e, status, ok := web.FormError(err); ok {
		return h.importPage(c, status, importPage{Form: c.FormOf(e)})
	}
	if err != nil {
		return err
	}
	return h.importPage(c, http.StatusOK, importPage{Form: ui.Form{Values: c.FormValues()}, Result: &res, Uploaded: up.ID, File: up.Name})
}

// confirm imports the file that was previewed.
func (h processPages) confirm(c *web.Context) error {
	id := c.Form("uploaded")
	res, err := h.run(c, id, false)
	if e, status, ok := web.FormError(err); ok {
		return h.importPage(c, status, importPage{Form: c.FormOf(e)})
	}
	if err != nil {
		return err
	}
	_ = h.kis.DiscardUpload(c.Ctx(), id) // at worst it is swept away in a week
	if res.Changed {
		c.Flash("good", "kis.import.flash.done", "version", strconv.Itoa(res.Version))
	} else {
		c.Flash("info", "kis.import.flash.same", "version", strconv.Itoa(res.Version))
	}
	return c.Redirect("/processes/" + res.Process.ID)
}

// run imports a file that was sent before.
func (h processPages) run(c *web.Context, uploadID string, dry bool) (kis.ImportResult, error) {
	up, file, err := h.kis.OpenUpload(c.Ctx(), uploadID)
	if err != nil {
		return kis.ImportResult{}, err
	}
	defer file.Close()
	return h.kis.ImportProcess(c.Ctx(), kis.ImportRequest{Reader: file, Name: up.Name, Code: strings.TrimSpace(c.Form("code")), TitleAZ: c.Form("title_az"), TitleEN: c.Form("title_en"),
		OwnerCode: c.Form("owner"), EffectiveFrom: day.Day(strings.TrimSpace(c.Form("effective_from"))), DryRun: dry})
}
