package kisweb

import (
	"net/http"
	"strings"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// comparePage is what differs between two versions.
type comparePage struct {
	ui.Page
	process.VersionDiff
	Kind process.ChangeKind // shown alone; empty: all
}

// compare shows what a version changed against another, ?with=N; against the
// one before when it is left out.
func (h processPages) compare(c *web.Context) error {
	to, err := versionNumber(c.Param("number"))
	if err != nil {
		return err
	}
	from := max(to-1, 1)
	if with := c.Query("with"); with != "" {
		if from, err = versionNumber(with); err != nil {
			return err
		}
	}
	diff, err := h.kis.CompareVersions(c.Ctx(), c.Param("id"), from, to)
	if err != nil {
		return err
	}
	p := comparePage{Page: c.Page("kis.compare.title"), VersionDiff: diff, Kind: process.ChangeKind(c.Query("kind"))}
	return c.Render(http.StatusOK, processCompare(p))
}

// shown are the activities of the kind that was asked for.
func (p comparePage) shown() []process.ActivityDiff {
	if p.Kind == "" {
		return p.Activities
	}
	var out []process.ActivityDiff
	for _, a := range p.Activities {
		if a.Has(p.Kind) {
			out = append(out, a)
		}
	}
	return out
}

// mapPage is the map of a process.
type mapPage struct {
	ui.Page
	process.ProcessPage
	Phases []processPhase
}

// processMap shows the newest version, or ?version=N, as a map.
func (h processPages) processMap(c *web.Context) error {
	number := 0
	if v := c.Query("version"); v != "" {
		n, err := versionNumber(v)
		if err != nil {
			return err
		}
		number = n
	}
	found, err := h.kis.Process(c.Ctx(), c.Param("id"), number)
	if err != nil {
		return err
	}
	p := mapPage{Page: c.Page("kis.map.title"), ProcessPage: found, Phases: phasesOf(found)}
	return c.Render(http.StatusOK, processMap(p))
}

// modelPage is the list of names of GSBPM.
type modelPage struct {
	ui.Page
	Names []process.ModelName
}

func (h processPages) model(c *web.Context) error {
	names, err := process.GSBPM()
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, processModel(modelPage{Page: c.Page("kis.model.title"), Names: names}))
}

// copyPage is the form of a copy.
type copyPage struct {
	ui.Page
	process.ProcessPage
	Form        ui.Form
	Departments []office.Department
}

func (h processPages) copyForm(c *web.Context) error { return h.copyPage(c, http.StatusOK, ui.Form{}) }

func (h processPages) copyPage(c *web.Context, status int, f ui.Form) error {
	found, err := h.kis.Process(c.Ctx(), c.Param("id"), 0)
	if err != nil {
		return err
	}
	list, err := h.kis.Departments(c.Ctx())
	if err != nil {
		return err
	}
	p := copyPage{Page: c.Page("kis.copy.title"), ProcessPage: found, Form: f}
	for _, d := range list {
		if d.Kind == office.Internal {
			p.Departments = append(p.Departments, d)
		}
	}
	return c.Render(status, processCopy(p))
}

func (h processPages) copyProcess(c *web.Context) error {
	ref, err := h.kis.CopyProcess(c.Ctx(), process.CopyRequest{From: c.Param("id"), Code: strings.TrimSpace(c.Form("code")), TitleAZ: c.Form("title_az"),
		TitleEN: c.Form("title_en"), OwnerCode: c.Form("owner"), EffectiveFrom: day.Day(strings.TrimSpace(c.Form("effective_from")))})
	if e, status, ok := web.FormError(err); ok {
		return h.copyPage(c, status, c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "kis.copy.flash.done")
	return c.Redirect("/processes/" + ref.ID)
}
