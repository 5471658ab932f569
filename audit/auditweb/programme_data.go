package auditweb

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type weightsPage struct {
	ui.Page
	programme.Weighting
	form ui.Form
	can  bool
}

func (p programmePages) weights(c *web.Context) error {
	return p.showWeights(c, http.StatusOK, ui.Form{})
}

// showWeights is the version of weights in force, and the form for a new one.
func (p programmePages) showWeights(c *web.Context, status int, form ui.Form) error {
	v := weightsPage{Page: c.Page("audit.programme.weights"), form: form, can: c.Can(policies.ProgrammeDraft)}
	var err error
	if v.Weighting, err = p.svc.Weighting(c.Ctx()); err != nil {
		return err
	}
	if v.form.Values == nil {
		v.form.Values = url.Values{"source_az": {v.SourceAZ}, "source_en": {v.SourceEN}}
		for _, w := range v.Weights {
			v.form.Values.Set(string(w.Factor), strconv.Itoa(w.Weight))
		}
	}
	return c.Render(status, programmeWeightsView(v))
}

func (p programmePages) addWeights(c *web.Context) error {
	var check apperr.Check
	n := programme.NewWeighting{Weights: map[programme.Factor]int{}, SourceAZ: c.Form("source_az"), SourceEN: c.Form("source_en"), Reason: c.Form("reason")}
	for _, f := range programme.Factors() {
		if w := number(&check, string(f), c.Form(string(f))); w != nil {
			n.Weights[f] = *w
		}
	}
	err := check.Err()
	if err == nil {
		_, err = p.svc.AddWeighting(c.Ctx(), n)
	}
	return c.Done(err, "audit.programme.weights_saved", "/programmes/weights", func(form ui.Form, status int) error {
		return p.showWeights(c, status, form)
	})
}

type sitesPage struct {
	ui.Page
	list        []audit.Site
	departments map[string]string
	units       []ui.Option
	form        ui.Form
	can         bool
}

func (p programmePages) sites(c *web.Context) error {
	return p.showSites(c, http.StatusOK, ui.Form{})
}

// showSites lists the sites, with the form for another.
func (p programmePages) showSites(c *web.Context, status int, form ui.Form) error {
	v := sitesPage{Page: c.Page("audit.site.title"), form: form, can: c.Can(policies.ProgrammeDraft), departments: map[string]string{}}
	var err error
	if v.list, err = p.svc.Audit.Sites(c.Ctx()); err != nil {
		return err
	}
	all, err := p.svc.KIS.Departments(c.Ctx())
	if err != nil {
		return err
	}
	for _, d := range all {
		v.departments[d.ID] = unit(v.Page, d)
		v.units = append(v.units, ui.Option{Value: d.Code, Label: unit(v.Page, d)})
	}
	return c.Render(status, sitesView(v))
}

func (p programmePages) addSite(c *web.Context) error {
	_, err := p.svc.Audit.AddSite(c.Ctx(), audit.NewSite{Code: c.Form("code"), NameAZ: c.Form("name_az"), NameEN: c.Form("name_en"), Kind: audit.SiteKind(c.Form("kind")), DepartmentCode: c.Form("department")})
	return c.Done(err, "audit.site.added", "/programmes/sites", func(form ui.Form, status int) error {
		return p.showSites(c, status, form)
	})
}
