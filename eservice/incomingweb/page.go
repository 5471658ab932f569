package incomingweb

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// maxShown rows are shown, new and changed ones before those that stay.
const maxShown = 300

// importPage is the form of a sheet, and with upload the preview of what it
// would change, with faults why it is refused.
type importPage struct {
	ui.Page
	kind
	href   string // of the page itself
	up     string // page that it belongs to
	form   ui.Form
	faults []apperr.Field // with rows
	upload string         // id of the sheet that was looked at
	counts counts
	rows   []row
	more   int // rows not shown
}

func (p pages) form(c *web.Context) error { return p.show(c, http.StatusOK, importPage{}) }

func (p pages) show(c *web.Context, status int, v importPage) error {
	id, err := p.id(c)
	if err != nil {
		return err
	}
	v.Page, v.kind, v.href, v.up = c.Page("incoming."+p.code), p.kind, p.path, p.back
	if id != "" {
		v.href, v.up = "/campaigns/"+id+"/import", p.back+id
	}
	return c.Render(status, importView(v))
}

// refuse shows what is wrong: faults with rows in a table, others at the form.
func (p pages) refuse(c *web.Context, e *ui.Errors, status int) error {
	v := importPage{}
	rest := *e
	rest.Fields = nil
	for _, f := range e.Fields {
		if f.Row > 0 {
			v.faults = append(v.faults, f)
		} else {
			rest.Fields = append(rest.Fields, f)
		}
	}
	if len(v.faults) == 0 || len(rest.Fields) > 0 {
		v.form = c.FormOf(&rest)
	}
	slices.SortStableFunc(v.faults, func(a, b apperr.Field) int { return cmp.Compare(a.Row, b.Row) })
	return p.show(c, status, v)
}

// preview shows what a sheet would change. What is refused is not kept.
func (p pages) preview(c *web.Context) error {
	id, err := p.id(c)
	if err != nil {
		return err
	}
	up, err := p.staged(c)
	var v importPage
	if err == nil {
		v.upload = up.ID
		same := 0
		v.counts, err = p.take(c.Ctx(), id, up.ID, true, func(r row) {
			switch {
			case r.Outcome == string(register.RowSame) && same >= 20, len(v.rows) >= maxShown:
				v.more++
				return
			case r.Outcome == string(register.RowSame):
				same++
			}
			v.rows = append(v.rows, r)
		})
	}
	if e, status, ok := web.FormError(err); ok {
		if up.ID != "" {
			p.forget(c.Ctx(), up.ID)
		}
		return p.refuse(c, e, status)
	}
	if err != nil {
		return err
	}
	slices.SortFunc(v.rows, func(a, b row) int { // what changes something first
		return cmp.Or(cmp.Compare(places[a.Outcome], places[b.Outcome]), cmp.Compare(a.Line, b.Line))
	})
	return p.show(c, http.StatusOK, v)
}

// confirm takes the sheet that was looked at over.
func (p pages) confirm(c *web.Context) error {
	id, err := p.id(c)
	if err != nil {
		return err
	}
	upload := c.Form("upload")
	n, err := p.take(c.Ctx(), id, upload, false, nil)
	if e, status, ok := web.FormError(err); ok {
		return p.refuse(c, e, status)
	}
	if err != nil {
		return err
	}
	p.forget(c.Ctx(), upload)
	c.Flash("good", "incoming.done", "fresh", n.New, "changed", n.Changed)
	if id != "" {
		return c.Redirect(p.back + id)
	}
	return c.Redirect(p.back)
}

// places are the order of the outcomes.
var places = map[string]int{string(register.RowNew): 0, string(register.RowChanged): 1, string(register.RowSame): 2}

var rowLooks = map[string]ui.Look{string(register.RowNew): {Tone: "good", Icon: "plus"}, string(register.RowChanged): {Tone: "warn", Icon: "pencil"}, string(register.RowSame): {Tone: "idle", Icon: "minus"}}

// worth says whether there is anything to confirm.
func (v importPage) worth() bool { return v.counts.New+v.counts.Changed > 0 }

// checkKind is the button of the check: the blue one until there is something
// to confirm.
func (v importPage) checkKind() string {
	if v.worth() {
		return "plain"
	}
	return "primary"
}
