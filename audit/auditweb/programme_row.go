package auditweb

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type rowPage struct {
	programmePage
	row   programme.RowView
	form  ui.Form
	leads []audit.AuditorBrief
}

func (p programmePages) row(c *web.Context) error { return p.showRow(c, http.StatusOK, ui.Form{}) }

// showRow is the form of a row, beside what its priority comes from.
func (p programmePages) showRow(c *web.Context, status int, form ui.Form) error {
	v := rowPage{form: form}
	var err error
	if v.programmePage, err = p.load(c); err != nil {
		return err
	}
	i := slices.IndexFunc(v.Rows, func(r programme.RowView) bool { return r.ID == c.Param("row") })
	if i < 0 {
		return apperr.Missing("row")
	}
	v.row = v.Rows[i]
	if v.leads, err = p.svc.Leads(c.Ctx()); err != nil {
		return err
	}
	if v.form.Values == nil {
		v.form.Values = url.Values{"importance": {strconv.Itoa(v.row.Importance)}, "adjust_reason": {v.row.AdjustReason}, "months": strings.Fields(v.row.Months),
			"codes": {strings.Join(v.row.CodeList(), ", ")}, "lead": {v.row.LeadID}, "note": {v.row.Note}}
		if v.row.Adjusted != nil {
			v.form.Values.Set("adjusted", strconv.Itoa(*v.row.Adjusted))
		}
	}
	return c.Render(status, programmeRowView(v))
}

func (p programmePages) saveRow(c *web.Context) error {
	row, err := c.ID("row")
	if err != nil {
		return err
	}
	var check apperr.Check
	n := programme.RowEdit{Adjusted: number(&check, "adjusted", c.Form("adjusted")), AdjustReason: c.Form("adjust_reason"), LeadID: c.Form("lead"), Note: c.Form("note"), Reason: c.Form("reason")}
	n.Importance, _ = strconv.Atoi(c.Form("importance"))
	if n.Version, _ = strconv.Atoi(c.Form("version")); n.Version == 0 {
		n.Version = -1
	}
	for _, m := range c.Forms("months") {
		k, _ := strconv.Atoi(m) // anything else is no month
		n.Months = append(n.Months, k)
	}
	for _, code := range listed.Split(c.Form("codes"), -1) {
		if code = strings.TrimSpace(code); code != "" {
			n.Codes = append(n.Codes, code)
		}
	}
	if err = check.Err(); err == nil {
		err = p.svc.SaveRow(c.Ctx(), row, n)
	}
	return c.Done(err, "audit.programme.row_saved", "/programmes/"+c.Param("year")+"#row-"+row, func(form ui.Form, status int) error {
		return p.showRow(c, status, form)
	})
}

func (v rowPage) months() (out []ui.Option) {
	for m := 1; m <= 12; m++ {
		o := ui.Option{Value: strconv.Itoa(m), Label: month(v.Page, m)}
		if a, ok := v.row.Audit(m); ok {
			o.Hint = a.Number
		}
		out = append(out, o)
	}
	return out
}

func (v rowPage) importances() (out []ui.Option) {
	for n := range 5 {
		out = append(out, ui.Option{Value: strconv.Itoa(n), Label: v.T("audit.programme.importance." + strconv.Itoa(n))})
	}
	return out
}

func (v rowPage) leadOptions() []ui.Option {
	out := []ui.Option{{Label: v.T("audit.form.choose")}}
	for _, a := range v.leads {
		o := ui.Option{Value: a.ID, Label: person(a.Person)}
		if a.Gap != "" {
			o.Label += " (" + v.T(a.Gap) + ")"
		}
		out = append(out, o)
	}
	return out
}
