package registerweb

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// formPage is one page of the guided form.
type formPage struct {
	ui.Page
	register.ApplicationView
	section register.Section
	form    ui.Form
	files   ui.Form // of the samples
}

func revision(c *web.Context) int {
	n, _ := strconv.Atoi(c.Form("revision"))
	return n
}

func (p pages) form(c *web.Context) error { return p.showForm(c, http.StatusOK, nil, ui.Form{}) }

// showForm shows a page of the form: with what is kept, or with what was typed
// when that was refused.
func (p pages) showForm(c *web.Context, status int, f *ui.Form, files ui.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	a, err := p.svc.Application(c.Ctx(), id)
	if err != nil {
		return err
	}
	v := formPage{Page: c.Page("register.form.title"), ApplicationView: a, section: register.Section(c.Param("section")), files: files}
	if v.section == "" {
		v.section = register.SectionDocuments // the page of the samples
	}
	if !has(register.Sections(a.Kind), v.section) {
		return missing("section")
	}
	if !a.Can("edit") {
		return c.Redirect("/applications/" + a.ID)
	}
	v.Page.Title = a.Number + " " + v.T("register.section."+string(v.section))
	if f != nil {
		v.form = *f
	} else {
		v.form = ui.Form{Values: values(v.Page, a, v.section)}
	}
	return c.Render(status, formView(v))
}

// values are the kept items of a section as inputs take them.
func values(p ui.Page, a register.ApplicationView, s register.Section) url.Values {
	out := url.Values{}
	for _, f := range register.SectionFields(a.Kind, s) {
		stored := a.Items.Get(f.Clause)
		switch f.Kind {
		case register.KindCodes, register.KindForms:
			out[f.Key()] = strings.Split(stored, "\n")
		case register.KindList:
			if f.Clause == "2.3.15a" {
				out[f.Key()] = strings.Split(stored, "\n")
				continue
			}
			out.Set(f.Key(), stored)
		case register.KindTerm:
			n, unit := a.Items.Term()
			if n > 0 {
				out.Set(f.Key(), strconv.Itoa(n))
			}
			out.Set(f.Key()+"_unit", unit)
		case register.KindMoney:
			if stored != "" {
				out.Set(f.Key(), p.Decimal(register.Money(stored)))
			}
		default:
			out.Set(f.Key(), f.Typed(stored))
		}
	}
	return out
}

// typed reads the inputs of a section, by clause.
func typed(c *web.Context, fields []register.Field) map[string]string {
	out := map[string]string{}
	for _, f := range fields {
		key := f.Key()
		switch {
		case f.Clause == "2.3.15a" || f.Clause == "2.3.15b":
			var names, forms []string
			form := c.Forms("i2_3_15b")
			for i, n := range c.Forms("i2_3_15a") {
				if n = strings.TrimSpace(n); n == "" {
					continue
				}
				names = append(names, n)
				x := ""
				if i < len(form) {
					x = form[i]
				}
				forms = append(forms, x)
			}
			out["2.3.15a"], out["2.3.15b"] = joined(names), joined(forms)
			if len(strings.ReplaceAll(out["2.3.15b"], "\n", "")) == 0 {
				out["2.3.15b"] = ""
			}
		case f.Kind == register.KindCodes:
			out[f.Clause] = joined(c.Forms(key))
		case f.Kind == register.KindTerm:
			out[f.Clause] = strings.TrimSpace(c.Form(key) + " " + c.Form(key+"_unit"))
			if c.Form(key+"_unit") == "at_once" {
				out[f.Clause] = "at_once"
			}
			if strings.TrimSpace(c.Form(key)) == "" && c.Form(key+"_unit") != "at_once" {
				out[f.Clause] = ""
			}
		default:
			out[f.Clause] = c.Form(key)
		}
	}
	return out
}

// save keeps a page of the form and goes on to the next.
func (p pages) save(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	section := register.Section(c.Param("section"))
	a, err := p.svc.Application(c.Ctx(), id)
	if err != nil {
		return err
	}
	sections := register.Sections(a.Kind)
	at := slices.Index(sections, section)
	if at < 0 {
		return missing("section")
	}
	_, err = p.svc.SaveSection(c.Ctx(), register.SectionEdit{ApplicationID: id, Section: section, Typed: typed(c, register.SectionFields(a.Kind, section)), Seen: revision(c)})
	if e, status, ok := web.FormError(err); ok {
		f := c.FormOf(e)
		return p.showForm(c, status, &f, ui.Form{})
	}
	if err != nil {
		return err
	}
	c.Flash("good", "register.flash.saved")
	if c.Form("stay") == "1" {
		return c.Redirect(formHref(id, section))
	}
	if at+1 < len(sections) {
		return c.Redirect(formHref(id, sections[at+1]))
	}
	return c.Redirect("/applications/" + id)
}

// addSamples takes files (2.3.16).
func (p pages) addSamples(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	var ids []string
	_, err = c.Multipart(web.Limits{Files: 10, FileBytes: p.fileLimit()}, func(f *web.File) error {
		up, err := p.kis.StageUpload(c.Ctx(), f.Name, f)
		if err == nil {
			ids = append(ids, up.ID)
		}
		return err
	})
	if err == nil {
		err = p.svc.AddSamples(c.Ctx(), id, ids)
	}
	if e, status, ok := web.FormError(err); ok {
		return p.showForm(c, status, nil, c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "register.flash.samples")
	return c.Redirect(formHref(id, register.SectionDocuments))
}

func (p pages) removeSample(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	file, err := fileID(c)
	if err != nil {
		return err
	}
	if err := p.svc.RemoveSample(c.Ctx(), id, file); err != nil {
		return err
	}
	c.Flash("good", "register.flash.sample_removed")
	return c.Redirect(formHref(id, register.SectionDocuments))
}

// termUnits are the units of 2.3.11 to choose from.
func termUnits(p ui.Page) []ui.Option {
	out := []ui.Option{{Value: "", Label: "–"}}
	for _, u := range register.TermUnits() {
		out = append(out, ui.Option{Value: u, Label: p.T("register.term." + u)})
	}
	return out
}

// choice offers the values of a list that hold today; one that was kept and no
// longer holds stays visible.
func (v formPage) choice(f register.Field) []ui.Option {
	out := codeOptions(v.Page, v.Codes, f.List)
	for _, kept := range v.Items.Lines(f.Clause) {
		if kept != "" && !slices.ContainsFunc(out, func(o ui.Option) bool { return o.Value == kept }) {
			out = append(out, ui.Option{Value: kept, Label: v.T("register.form.expired", "name", v.Codes.Word(v.Lang, f.List, kept))})
		}
	}
	return out
}

// withNone puts an empty choice before the others.
func withNone(list []ui.Option) []ui.Option {
	return append([]ui.Option{{Value: "", Label: "–"}}, list...)
}

func (v formPage) unitOptions() []ui.Option {
	out := []ui.Option{{Value: "", Label: v.T("register.form.whole_body")}}
	for _, u := range v.Units {
		if u.ToDay == "" || u.Code == v.Items.Get("2.3.4") {
			out = append(out, ui.Option{Value: u.Code, Label: u.Name(v.Lang)})
		}
	}
	return out
}

// documentRows are the rows of 2.3.15: those that were typed or kept, and three
// empty ones.
func (v formPage) documentRows() []register.Document {
	names, forms := v.form.Values["i2_3_15a"], v.form.Values["i2_3_15b"]
	var out []register.Document
	for i, n := range names {
		d := register.Document{Name: n}
		if i < len(forms) {
			d.Form = forms[i]
		}
		if n != "" || d.Form != "" {
			out = append(out, d)
		}
	}
	return append(out, register.Document{}, register.Document{}, register.Document{})
}

// hint says how an item is filled in.
func (v formPage) hint(f register.Field) string {
	key := "register.hint." + strings.ReplaceAll(f.Clause, ".", "_")
	if v.hasHint(f.Clause) {
		return v.T(key)
	}
	if f.Kind == register.KindList {
		return v.T("register.hint.list")
	}
	return ""
}

// hasHint tells the items that have a hint of their own.
func (v formPage) hasHint(clause string) bool {
	return slices.Contains([]string{"2.3.5", "2.3.6", "2.3.11", "2.3.17b", "2.3.20", "4.5.6", "4.6"}, clause)
}

// problems of this page.
func (v formPage) problems() (out []register.Problem) {
	for _, x := range v.Problems {
		if x.Section == v.section {
			out = append(out, x)
		}
	}
	return out
}

// filled is how many items of the whole form say something, of how many; those
// that are only ticked or attached when they apply do not count.
func (v formPage) filled() (n, all int) {
	for _, s := range register.Sections(v.ApplicationView.Kind) {
		for _, f := range register.SectionFields(v.ApplicationView.Kind, s) {
			if f.Required {
				if all++; v.Items.Get(f.Clause) != "" {
					n++
				}
			}
		}
	}
	return n, all
}

// nextOpen is the next page after this one, and from the first on again, on
// which something is missing; empty when there is none but perhaps this.
func (v formPage) nextOpen() register.Section {
	list := register.Sections(v.ApplicationView.Kind)
	at := slices.Index(list, v.section)
	for i := range list {
		s := list[(at+1+i)%len(list)]
		if s != v.section && slices.ContainsFunc(v.Problems, func(x register.Problem) bool { return x.Section == s }) {
			return s
		}
	}
	return ""
}
