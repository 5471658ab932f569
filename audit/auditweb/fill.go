package auditweb

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// fillPage is the checklist as it is filled in the field: every row is a form
// that keeps and sends itself, with the evidence beside it.
type fillPage struct {
	ui.Page
	audit.AuditView
	list   audit.Checklist
	filter audit.RowFilter
	query  url.Values
	seq    int // last change that the page shows
	next   string
	first  string
	xlsx   bool      // the checklist can be taken away as a sheet
	back   *fillBack // a row that came back without script
}

// fillBack is what a refused row was typed as.
type fillBack struct {
	row  string
	form ui.Form
}

// fillRows is the number of rows of one page: enough to work on without a
// connection for an hour, few enough for a tablet.
const fillRows = 25

// registerFill adds the routes on which a checklist is filled.
func registerFill(r *web.Router, p pages) {
	r.GET("/audits/:id/checklist", policies.AuditRead, p.fill)
	r.GET("/audits/:id/checklist/changes", policies.AuditRead, p.live)
	r.POST("/audits/:id/rows/:row/save", policies.ChecklistAnswer, p.saveRow)
	r.GET("/audits/:id/rows/:row/evidence", policies.AuditRead, p.pane)
	r.STREAM("/audits/:id/rows/:row/files", policies.ChecklistAnswer, p.attach)
	r.GET("/audits/:id/rows/:row/files/:file", policies.AuditRead, p.rowFile)
	r.GET("/audits/:id/rows/:row/files/:file/picture", policies.AuditRead, p.picture)
	r.POST("/audits/:id/rows/:row/files/:file/remove", policies.ChecklistAnswer, p.detach)
}

// fill is the page.
func (p pages) fill(c *web.Context) error { return p.showFill(c, http.StatusOK, nil) }

func (p pages) showFill(c *web.Context, status int, back *fillBack) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	v := fillPage{back: back}
	if v.AuditView, err = p.svc.Audit(c.Ctx(), id); err != nil {
		return err
	}
	// The number is read before the rows: what changes in between comes again with the first look.
	if v.seq, err = p.svc.LastChange(c.Ctx(), id); err != nil {
		return err
	}
	v.filter = audit.RowFilter{Phase: c.Query("phase"), Answer: audit.Answer(c.Query("answer")), Answerer: c.Query("auditor"), Again: c.Query("again") != "",
		After: c.Query("after"), Limit: fillRows}
	if v.list, err = p.svc.Checklist(c.Ctx(), id, v.filter); err != nil {
		return err
	}
	v.query = url.Values{}
	for _, name := range []string{"phase", "answer", "auditor", "again", "after"} {
		if s := c.Query(name); s != "" {
			v.query.Set(name, s)
		}
	}
	if v.list.Next != "" {
		v.next = v.href("after", v.list.Next)
	}
	if v.filter.After != "" {
		v.first = v.href("after", "")
	}
	v.xlsx = p.r.Has(http.MethodGet, "/audits/:id/checklist.xlsx")
	v.Page = c.Page(v.Number + ": " + c.Page("audit.checklist.title").Title)
	return c.Render(status, fillView(v))
}

// href is the page with one value of the filter changed.
func (v fillPage) href(name, value string) string {
	q := url.Values{}
	for k, vs := range v.query {
		q[k] = vs
	}
	if name != "after" {
		q.Del("after")
	}
	if q.Del(name); value != "" {
		q.Set(name, value)
	}
	return "/audits/" + v.ID + "/checklist" + query(q)
}

// facts is the line under the title.
func (v fillPage) facts() string {
	return v.Audit.Title + " · " + v.T("audit.fill.answered", "n", v.Answered(), "total", v.Rows())
}

// rowAddress is where a row is sent.
func (v fillPage) rowAddress(id string) string { return "/audits/" + v.ID + "/rows/" + id }

// typed is what a row shows: as it was typed when it came back, else as it is
// stored.
func (v fillPage) typed(r audit.RowView, field audit.RowField) string {
	if v.back != nil && v.back.row == r.ID {
		return v.back.form.Value(string(field))
	}
	switch field {
	case audit.FieldAnswer:
		return string(r.Answer)
	case audit.FieldNote:
		return r.Note
	case audit.FieldPopulation:
		return number0(r.Population)
	case audit.FieldSample:
		return number0(r.Sample)
	case audit.FieldSampleMethod:
		return r.SampleMethod
	}
	return r.SampleResult
}

func number0(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

// sampled says whether anything was written about the sample of a row.
func (v fillPage) sampled(r audit.RowView) bool {
	return r.Population != nil || r.Sample != nil || r.SampleMethod != "" || r.SampleResult != "" || v.back != nil && v.back.row == r.ID
}

// error is what was wrong with a field of a row that came back.
func (v fillPage) error(r audit.RowView, field string) string {
	if v.back == nil || v.back.row != r.ID {
		return ""
	}
	return v.back.form.Error(v.Page, field)
}

// message is what was wrong with a row that came back as a whole.
func (v fillPage) message(r audit.RowView) string {
	if v.back == nil || v.back.row != r.ID || v.back.form.Errors == nil {
		return ""
	}
	lines := []string{v.back.form.Errors.Message(v.Page)}
	for i := range v.back.form.Errors.Fields {
		lines = append(lines, v.back.form.Errors.Line(v.Page, i, ""))
	}
	return strings.Join(lines, " ")
}

// options are the answers to choose from; Open last, so that an answer given
// by mistake can be taken back.
func (v fillPage) options() (out []ui.Option) {
	for _, a := range audit.Answers() {
		l := answerLooks[a]
		out = append(out, ui.Option{Value: string(a), Label: v.T("audit.answer." + string(a)), Tone: l.Tone, Icon: l.Icon})
	}
	return out
}

// lastText says what the last audit found where a row asks.
func lastText(p ui.Page, f audit.LastFinding) string {
	return p.T("audit.fill.last", "audit", f.Audit, "no", f.No, "grade", gradeWord(p, f.Grade)) + " " + f.Statement
}

// methods are the usual ways to choose a sample; others can be typed.
func (v fillPage) methods() (out []string) {
	for _, m := range []string{"all", "random", "systematic", "risk", "judgement"} {
		out = append(out, v.T("audit.fill.method."+m))
	}
	return out
}

// panePage is the evidence of one row.
type panePage struct {
	ui.Page
	audit string
	row   audit.RowPanel
	write bool
	max   int64
}

// pane is the part of the page with the evidence of one row.
func (p pages) pane(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	row, err := c.ID("row")
	if err != nil {
		return err
	}
	v := panePage{Page: c.Page(""), audit: id, max: p.svc.KIS.Limits.FileBytes}
	if v.row, err = p.svc.Row(c.Ctx(), id, row); err != nil {
		return err
	}
	a, err := p.svc.Audit(c.Ctx(), id)
	if err != nil {
		return err
	}
	v.write = a.Can("answer")
	return c.Render(http.StatusOK, rowPane(v))
}

// form is the id of the form that a box of the pane belongs to.
func (v panePage) form() string { return "k-" + v.row.ID }

// list is the evidence of the row: what is linked first. What this person may
// not open is shown when it is linked, and cannot be chosen.
func (v panePage) list() (out []paneEvidence) {
	for i, list := range [][]audit.Evidence{v.row.Linked, v.row.Offered} {
		for _, e := range list {
			if i == 0 || !e.Hidden {
				out = append(out, paneEvidence{e, i == 0})
			}
		}
	}
	return out
}

type paneEvidence struct {
	audit.Evidence

	linked bool
}

// toneClass is the class of a choice of a tone.
func toneClass(tone string) string { return "k-" + tone } // class names: k-good k-bad k-warn k-info k-idle k-off

// missingOutput says which expected output has no evidence, and since when.
func missingOutput(p ui.Page, m audit.MissingOutput) string {
	text := p.T("audit.checklist.missing", "code", m.Code, "name", m.Name)
	if m.Due != "" {
		text += " " + p.T("audit.checklist.missing_due", "day", m.Due, "distance", distance(p, m.Due))
	}
	if m.Department != "" {
		text += " (" + m.Department + ")"
	}
	return text
}
