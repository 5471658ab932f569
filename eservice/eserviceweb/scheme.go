package eserviceweb

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// schemesPage lists the schemes.
type schemesPage struct {
	ui.Page
	list     []eservice.Scheme
	mayWrite bool
}

func (p pages) schemes(c *web.Context) (err error) {
	v := schemesPage{Page: c.Page("eservice.schemes.title"), mayWrite: c.Can(policies.SchemeWrite)}
	if v.list, err = p.svc.Schemes(c.Ctx()); err != nil {
		return err
	}
	return c.Render(http.StatusOK, schemesView(v))
}

// schemePage shows a scheme, a draft with its form.
type schemePage struct {
	ui.Page
	scheme   eservice.Scheme
	mayWrite bool
	form     ui.Form
	discard  ui.Form
	preview  *eservice.Preview
	asked    ui.Form // of the preview that was refused
	year     string
}

func (p pages) scheme(c *web.Context) error {
	return p.schemeAgain(c, http.StatusOK, ui.Form{}, ui.Form{})
}

func (p pages) schemeAgain(c *web.Context, status int, form, discard ui.Form) (err error) {
	v := schemePage{Page: c.Page("eservice.schemes.title"), mayWrite: c.Can(policies.SchemeWrite), form: form, discard: discard, year: c.Query("preview")}
	if v.scheme, err = p.svc.Scheme(c.Ctx(), c.Param("code")); err != nil {
		return err
	}
	v.Title = v.scheme.Title(v.Lang)
	if v.year != "" && v.mayWrite {
		year, err := strconv.Atoi(v.year)
		if err != nil {
			err = apperr.InvalidField("preview", "error.field.number")
		}
		var pr eservice.Preview
		if err == nil {
			pr, err = p.svc.PreviewScheme(c.Ctx(), v.scheme.Code, year)
			v.preview = &pr
		}
		if e, bad, ok := web.FormError(err); ok {
			v.preview, v.asked, status = nil, ui.Form{Errors: e}, bad
		} else if err != nil {
			return err
		}
	}
	return c.Render(status, schemeView(v))
}

// exportScheme sends the sheet of a scheme.
func (p pages) exportScheme(format string) web.Handler {
	return func(c *web.Context) error {
		x, err := p.svc.Scheme(c.Ctx(), c.Param("code"))
		if err != nil {
			return err
		}
		return c.Send(x.Code+"."+format, func(ctx context.Context, w io.Writer) error { return p.sheets.SchemeSheet(ctx, w, format, x.Code) })
	}
}

func (p pages) copyScheme(c *web.Context) error {
	d, err := p.svc.CopyScheme(c.Ctx(), c.Param("code"))
	if err != nil {
		return err
	}
	c.Flash("good", "eservice.schemes.flash.copied")
	return c.Redirect("/schemes/" + d.Code)
}

func (p pages) saveScheme(c *web.Context) error {
	s, revision, err := readScheme(c)
	if err == nil {
		_, err = p.svc.SaveScheme(c.Ctx(), s, revision)
	}
	if e, status, ok := web.FormError(err); ok {
		return p.schemeAgain(c, status, c.FormOf(e), ui.Form{})
	}
	if err != nil {
		return err
	}
	c.Flash("good", "eservice.schemes.flash.saved")
	return c.Redirect("/schemes/" + s.Code)
}

func (p pages) activateScheme(c *web.Context) error {
	err := p.svc.ActivateScheme(c.Ctx(), c.Param("code"))
	if e, status, ok := web.FormError(err); ok {
		return p.schemeAgain(c, status, c.FormOf(e), ui.Form{})
	}
	if err != nil {
		return err
	}
	c.Flash("good", "eservice.schemes.flash.active")
	return c.Redirect("/schemes/" + c.Param("code"))
}

func (p pages) discardScheme(c *web.Context) error {
	err := p.svc.DiscardScheme(c.Ctx(), c.Param("code"), c.Form("reason"))
	if e, status, ok := web.FormError(err); ok {
		return p.schemeAgain(c, status, ui.Form{}, c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "eservice.schemes.flash.discarded")
	return c.Redirect("/schemes")
}

// maxRows of bands, criteria and parameters in a form.
const maxRows = 60

// readScheme reads the form of a draft. Rows without a code and a name are
// left out.
func readScheme(c *web.Context) (s eservice.Scheme, revision int, err error) {
	var check apperr.Check
	num := func(name string) int64 {
		m, err := eservice.Milli(c.Form(name))
		if err != nil {
			check.Add(name, "error.field.number")
		}
		return m
	}
	s = eservice.Scheme{Code: c.Param("code"), TitleAZ: c.Form("title_az"), TitleEN: c.Form("title_en"), ActAZ: c.Form("act_az"), ActEN: c.Form("act_en"), Scale: c.Form("scale"),
		NoteAZ: c.Form("note_az"), NoteEN: c.Form("note_en"), Confirmed: c.Form("confirmed") == "1", ValidFrom: c.FormDate(&check, "valid_from", true), ValidTo: c.FormDate(&check, "valid_to", false), MaxMilli: num("max")}
	revision, _ = strconv.Atoi(c.Form("revision"))
	for i := 1; i <= maxRows; i++ {
		at := func(part, field string) string { return part + "." + strconv.Itoa(i) + "." + field }
		if c.Form(at("band", "code"))+c.Form(at("band", "az")) != "" {
			s.Bands = append(s.Bands, eservice.Band{Code: c.Form(at("band", "code")), LabelAZ: c.Form(at("band", "az")), LabelEN: c.Form(at("band", "en")),
				MinMilli: num(at("band", "min")), MinInclusive: c.Form(at("band", "min_in")) == "1", MaxMilli: num(at("band", "max")), MaxInclusive: c.Form(at("band", "max_in")) == "1"})
		}
		if c.Form(at("criterion", "code"))+c.Form(at("criterion", "az")) != "" {
			s.Criteria = append(s.Criteria, eservice.Criterion{Code: c.Form(at("criterion", "code")), Kind: c.Form(at("criterion", "kind")), NameAZ: c.Form(at("criterion", "az")), NameEN: c.Form(at("criterion", "en")), WeightMilli: num(at("criterion", "weight"))})
		}
		if c.Form(at("parameter", "code"))+c.Form(at("parameter", "az")) != "" {
			s.Parameters = append(s.Parameters, eservice.Parameter{Code: c.Form(at("parameter", "code")), Criterion: c.Form(at("parameter", "criterion")), NameAZ: c.Form(at("parameter", "az")), NameEN: c.Form(at("parameter", "en")),
				MaxMilli: num(at("parameter", "max")), WeightMilli: num(at("parameter", "weight")), Confirmed: s.Confirmed})
		}
	}
	return s, revision, check.Err()
}

// state shows where a scheme stands.
func (p schemesPage) state(s eservice.Scheme) ui.State { return schemeState(p.Page, s) }

func schemeState(p ui.Page, s eservice.Scheme) ui.State {
	switch {
	case s.State == eservice.SchemeDraft:
		return ui.State{Tone: "idle", Icon: "circle-dashed", Word: p.T("eservice.scheme.state.draft")}
	case s.Confirmed:
		return ui.State{Tone: "good", Icon: "circle-check", Word: p.T("eservice.scheme.confirmed")}
	}
	return ui.State{Tone: "warn", Icon: "help-circle", Word: p.T("eservice.scheme.unconfirmed")}
}

// days are the first and the last day of a scheme.
func schemeDays(p ui.Page, s eservice.Scheme) string {
	if s.ValidTo == "" {
		return p.Day(s.ValidFrom) + " – " + p.T("eservice.scheme.in_force")
	}
	return p.Day(s.ValidFrom) + " – " + p.Day(s.ValidTo)
}

// bound writes a band as an interval: [50; 70).
func bound(p ui.Page, b eservice.Band) string {
	left, right := "(", ")"
	if b.MinInclusive {
		left = "["
	}
	if b.MaxInclusive {
		right = "]"
	}
	return left + p.Decimal(eservice.PlainMilli(b.MinMilli)) + "; " + p.Decimal(eservice.PlainMilli(b.MaxMilli)) + right
}

// rows gives the bands of the form and one to fill.
func (p schemePage) bandRows() []eservice.Band {
	return append(slices.Clone(p.scheme.Bands), eservice.Band{})
}

func (p schemePage) criterionRows() []eservice.Criterion {
	return append(slices.Clone(p.scheme.Criteria), eservice.Criterion{Kind: "criterion", WeightMilli: 1000})
}

func (p schemePage) parameterRows() []eservice.Parameter {
	return append(slices.Clone(p.scheme.Parameters), eservice.Parameter{MaxMilli: 10_000, WeightMilli: 1000}, eservice.Parameter{MaxMilli: 10_000, WeightMilli: 1000})
}

func (p schemePage) criterionOptions() (out []ui.Option) {
	for _, k := range p.scheme.Criteria {
		if k.Kind == "criterion" {
			out = append(out, ui.Option{Value: k.Code, Label: k.Name(p.Lang)})
		}
	}
	return out
}

// nth names a field of a row of the form.
func nth(part string, i int, field string) string {
	return part + "." + strconv.Itoa(i+1) + "." + field
}

func yes(b bool) string {
	if b {
		return "1"
	}
	return ""
}

func dayText(d day.Day) string { return string(d) }
