package kisweb

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/process"
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
	r.STREAM("/processes/import", policies.ProcessImport, h.upload)
	r.GET("/processes/import/preview", policies.ProcessImport, h.preview)
	r.POST("/processes/import/confirm", policies.ProcessImport, h.confirm)
	r.GET("/processes/gsbpm", policies.ProcessRead, h.model)
	r.GET("/processes/:id", policies.ProcessRead, h.show)
	r.GET("/processes/:id/map", policies.ProcessRead, h.processMap)
	r.GET("/processes/:id/copy", policies.ProcessImport, h.copyForm)
	r.POST("/processes/:id/copy", policies.ProcessImport, h.copyProcess)
	r.GET("/processes/:id/versions/:number", policies.ProcessRead, h.version)
	r.GET("/processes/:id/versions/:number/compare", policies.ProcessRead, h.compare)
}

// processListPage is the list of processes.
type processListPage struct {
	ui.Page
	Processes []process.ProcessSummary
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
	process.VersionPage
	Cycles    []kis.VersionCycle // that stand on the version
	Phases    []processPhase
	MayImport bool
	Edition   string            // of GSBPM whose names stand beside the national ones; empty: none
	Model     map[string]string // its names by code
}

// processPhase is a phase with the rows under it.
type processPhase struct {
	process.Activity
	Rows []process.Activity // sub-processes and tasks
	Gate *process.ProcessGate
}

// show is the newest version; ?version= is the address of earlier editions of
// this program.
func (h processPages) show(c *web.Context) error {
	number, _ := strconv.Atoi(c.Query("version")) // anything else is the newest
	found, err := h.kis.Process(c.Ctx(), c.Param("id"), max(number, 0))
	if err != nil {
		return err
	}
	return h.render(c, process.VersionPage{ProcessPage: found}, nil)
}

// version is one version with how it came about.
func (h processPages) version(c *web.Context) error {
	number, err := versionNumber(c.Param("number"))
	if err != nil {
		return err
	}
	found, err := h.kis.ProcessVersion(c.Ctx(), c.Param("id"), number)
	if err != nil {
		return err
	}
	cycles, err := h.kis.CyclesOfVersion(c.Ctx(), found.Version.ID)
	if err != nil {
		return err
	}
	return h.render(c, found, cycles)
}

// versionNumber reads the number of a version in an address.
func versionNumber(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || strconv.Itoa(n) != text {
		return 0, apperr.Missing("process")
	}
	return n, nil
}

func (h processPages) render(c *web.Context, v process.VersionPage, cycles []kis.VersionCycle) error {
	p := processShowPage{Page: c.Page(""), VersionPage: v, Cycles: cycles, Phases: phasesOf(v.ProcessPage), MayImport: c.Can(policies.ProcessImport), Edition: c.Query("gsbpm")}
	p.Page.Title = v.ProcessRef.Title(p.Lang)
	if slices.Contains(process.ModelEditions, p.Edition) {
		names, err := process.GSBPM()
		if err != nil {
			return err
		}
		p.Model = map[string]string{}
		for _, m := range names {
			p.Model[m.Code] = m.Names[p.Edition]
		}
	}
	return c.Render(http.StatusOK, processShow(p))
}

// phasesOf puts the rows of a description under their phases.
func phasesOf(found process.ProcessPage) []processPhase {
	var out []processPhase
	for _, a := range found.Activities {
		if a.Level == process.Phase {
			out = append(out, processPhase{Activity: a})
			continue
		}
		for i := range out {
			if out[i].Code == a.Phase {
				out[i].Rows = append(out[i].Rows, a)
			}
		}
	}
	for i := range out {
		for j, g := range found.Gates {
			if g.Phase == out[i].Code {
				out[i].Gate = &found.Gates[j]
			}
		}
	}
	return out
}
