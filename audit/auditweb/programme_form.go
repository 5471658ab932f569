package auditweb

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type programmeForm struct {
	programmePage
	form  ui.Form
	isNew bool
}

// newProgramme is the form that begins a programme, with the texts of the
// latest one.
func (p programmePages) newProgramme(c *web.Context) error {
	v := programmeForm{isNew: true, programmePage: programmePage{Page: c.Page("audit.programme.new")}}
	list, err := p.svc.List(c.Ctx())
	if err != nil {
		return err
	}
	year := v.Today().Year() + 1
	v.form.Values = url.Values{}
	if len(list) > 0 {
		if year = list[0].Year + 1; year > v.Today().Year()+3 {
			year = v.Today().Year()
		}
		last, err := p.svc.Programme(c.Ctx(), list[0].ID)
		if err != nil {
			return err
		}
		v.form.Values = textValues(last)
	}
	v.form.Values.Set("year", strconv.Itoa(year))
	return c.Render(http.StatusOK, programmeFormView(v))
}

// textValues fills the form of texts and risks.
func textValues(v programme.View) url.Values {
	out := url.Values{"objectives": {v.Objectives}, "criteria": {v.Criteria}, "methods": {v.Methods}, "resources": {v.Resources}, "version": {strconv.Itoa(v.Version)}}
	for _, r := range v.Risks {
		out.Add("risk_kind", r.Kind)
		out.Add("risk_text", r.Text)
		out.Add("risk_treatment", r.Treatment)
	}
	return out
}

// programmeTextsOf reads the form of texts and risks.
func programmeTextsOf(c *web.Context) programme.Texts {
	t := programme.Texts{Objectives: c.Form("objectives"), Criteria: c.Form("criteria"), Methods: c.Form("methods"), Resources: c.Form("resources"), Reason: c.Form("reason")}
	if t.Version, _ = strconv.Atoi(c.Form("version")); t.Version == 0 {
		t.Version = -1 // a version nobody saw: a Conflict
	}
	kinds, treatments := c.Forms("risk_kind"), c.Forms("risk_treatment")
	at := func(list []string, i int) string {
		if i < len(list) {
			return list[i]
		}
		return ""
	}
	for i, text := range c.Forms("risk_text") {
		t.Risks = append(t.Risks, programme.Risk{Kind: at(kinds, i), Text: text, Treatment: at(treatments, i)})
	}
	return t
}

func (p programmePages) create(c *web.Context) error {
	year, _ := strconv.Atoi(strings.TrimSpace(c.Form("year"))) // anything else is out of range
	made, err := p.svc.Create(c.Ctx(), year, programmeTextsOf(c))
	return c.Done(err, "audit.programme.created", fmt.Sprintf("/programmes/%d", made.Year), func(form ui.Form, status int) error {
		return c.Render(status, programmeFormView(programmeForm{isNew: true, form: form, programmePage: programmePage{Page: c.Page("audit.programme.new")}}))
	})
}

// edit is the form of texts and risks.
func (p programmePages) edit(c *web.Context) error {
	v, err := p.load(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, programmeFormView(programmeForm{programmePage: v, form: ui.Form{Values: textValues(v.View)}}))
}

func (p programmePages) save(c *web.Context) error {
	id, err := p.id(c)
	if err != nil {
		return err
	}
	err = p.svc.Save(c.Ctx(), id, programmeTextsOf(c))
	return c.Done(err, "audit.programme.saved", "/programmes/"+c.Param("year"), func(form ui.Form, status int) error {
		v, err := p.load(c)
		if err != nil {
			return err
		}
		return c.Render(status, programmeFormView(programmeForm{programmePage: v, form: form}))
	})
}

// riskLines are the lines of the form: those there are and two empty ones.
func (v programmeForm) riskLines() (out []programme.Risk) {
	kinds, treatments := v.form.Values["risk_kind"], v.form.Values["risk_treatment"]
	for i, text := range v.form.Values["risk_text"] {
		r := programme.Risk{Text: text}
		if i < len(kinds) {
			r.Kind = kinds[i]
		}
		if i < len(treatments) {
			r.Treatment = treatments[i]
		}
		if r.Text != "" || r.Treatment != "" {
			out = append(out, r)
		}
	}
	return append(out, programme.Risk{Kind: "risk"}, programme.Risk{Kind: "opportunity"})
}
