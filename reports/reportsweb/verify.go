package reportsweb

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/reports"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// verifyPage says what a printed document is.
type verifyPage struct {
	ui.Page
	code  string // as it was asked for
	doc   *reports.Verified
	sha   string // to compare; "" when nobody asked
	match bool
}

// ask is the page on which a code is typed. A code in the address leads to
// its own page.
func (p pages) ask(c *web.Context) error {
	if code := strings.TrimSpace(c.Query("code")); code != "" {
		return c.Redirect("/verify/" + url.PathEscape(firstOf(code, 40)))
	}
	return c.Render(http.StatusOK, verifyView(verifyPage{Page: c.Page("report.verify.title")}))
}

// firstOf cuts what nobody could have copied from paper.
func firstOf(s string, most int) string {
	r := []rune(s)
	return string(r[:min(len(r), most)])
}

// verify shows what the register knows of a code: kind, number, date, state
// and fingerprints. An unknown code is a page that says so.
func (p pages) verify(c *web.Context) error {
	v := verifyPage{Page: c.Page("report.verify.title"), code: c.Param("code"), sha: strings.TrimSpace(c.Query("sha256"))}
	doc, err := p.svc.Verify(c.Ctx(), v.code)
	switch {
	case apperr.Is(err, apperr.NotFound):
		return c.Render(http.StatusNotFound, verifyView(v))
	case err != nil:
		return err
	}
	v.doc, v.match = &doc, doc.Genuine(v.sha)
	return c.Render(http.StatusOK, verifyView(v))
}

// state is the one word of the page.
func (v verifyPage) state() ui.State {
	if v.doc == nil {
		return ui.State{Tone: "bad", Icon: "alert-triangle", Word: v.T("report.verify.unknown")}
	}
	return ui.State{Tone: "good", Icon: "circle-check", Word: v.T("report.verify.genuine")}
}

// facts are what anybody may know.
func (v verifyPage) facts() []ui.KVRow {
	d := v.doc
	rows := []ui.KVRow{{Term: v.T("report.verify.kind"), Value: v.T("report.kind." + d.Kind)}, {Term: v.T("report.verify.number"), Value: or(d.Number)},
		{Term: v.T("report.verify.date"), Value: v.Day(d.Dated)}}
	if i18n.Has(d.State) {
		rows = append(rows, ui.KVRow{Term: v.T("report.verify.state"), Value: v.T(d.State), Mut: v.T("report.verify.state_at")})
	}
	return append(rows, ui.KVRow{Term: v.T("report.verify.printed"), Value: v.DateTime(d.PrintedAt)},
		ui.KVRow{Term: v.T("report.verify.footmark"), Value: d.Footmark(), Mut: v.T("report.verify.footmark_help")})
}

// form is the form as it was sent, for the field that keeps what was typed.
func (v verifyPage) form() ui.Form {
	return ui.Form{Values: url.Values{"sha256": {v.sha}, "code": {v.code}}}
}

func or(s string) string {
	if s == "" {
		return i18n.None
	}
	return s
}
