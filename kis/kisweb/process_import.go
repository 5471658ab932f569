package kisweb

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// importPage is the form of an import, and with Result its preview.
type importPage struct {
	ui.Page
	Form        ui.Form
	Departments []office.Department // that may own a process
	Everybody   []office.Department // that may be a supplier
	Result      *process.ImportResult
	Uploaded    string // id of the file that was previewed; empty when it was refused
	File        string // its name
	State       process.RowState
	MayDecide   bool
}

func (h processPages) importForm(c *web.Context) error {
	f := ui.Form{}
	if code := c.Query("code"); code != "" {
		f.Values = url.Values{"code": {code}}
	}
	return h.importPage(c, http.StatusOK, importPage{Form: f})
}

func (h processPages) importPage(c *web.Context, status int, p importPage) error {
	departments, err := h.kis.Departments(c.Ctx())
	if err != nil {
		return err
	}
	p.Everybody = departments
	for _, d := range departments {
		if d.Kind == office.Internal {
			p.Departments = append(p.Departments, d)
		}
	}
	p.Page = c.Page("kis.import.title")
	p.Form.Labels = map[string]string{"file": p.T("kis.import.file")}
	for column := range columnKeys {
		p.Form.Labels[column] = columnWord(p.Page, column)
	}
	return c.Render(status, processImport(p))
}

// upload reads the file without keeping anything of it but its bytes, and
// shows what it would become. A file that is refused is not kept either.
func (h processPages) upload(c *web.Context) error {
	var up kis.Upload
	_, err := c.Multipart(web.Limits{Files: 1, FileBytes: 8 << 20}, func(f *web.File) (err error) {
		up, err = h.kis.StageUpload(c.Ctx(), f.Name, f)
		return err
	})
	if err == nil && up.ID == "" {
		err = apperr.InvalidField("file", "error.upload.none")
	}
	if err != nil {
		err = fieldsOf(err, map[string]string{"upload": "file"})
		if e, status, ok := web.FormError(err); ok {
			return h.importPage(c, status, importPage{Form: c.FormOf(e)})
		}
		return err
	}
	return h.look(c, up.ID, c.FormValues(), true)
}

// preview shows a file that was sent before again, with a filter.
func (h processPages) preview(c *web.Context) error {
	return h.look(c, c.Query("file"), c.Request().URL.Query(), false)
}

// look shows what a file would become.
func (h processPages) look(c *web.Context, id string, values url.Values, first bool) error {
	up, res, err := h.run(c, id, values, nil, true)
	p := importPage{Form: ui.Form{Values: values}, Result: &res, Uploaded: id, File: up.Name, State: process.RowState(values.Get("state"))}
	if err == nil || res.Asks() {
		return h.importPage(c, http.StatusOK, p)
	}
	if first {
		_ = h.kis.DiscardUpload(c.Ctx(), id) // at worst it is swept away in a week
	}
	if refused := res.Refused(); refused != nil {
		err = refused // suppliers are asked about once the file can be read
	}
	e, status, ok := web.FormError(err)
	if !ok {
		return err
	}
	p.Form, p.Uploaded, p.State = c.FormOf(e), "", ""
	if len(res.Rows) == 0 {
		p.Result = nil
	}
	return h.importPage(c, status, p)
}

// confirm imports the file that was previewed, with what the person said about
// its suppliers.
func (h processPages) confirm(c *web.Context) error {
	id := c.Form("uploaded")
	values := c.FormValues()
	choices, fields := supplierChoices(values)
	up, res, err := h.run(c, id, values, choices, false)
	if e, status, ok := web.FormError(err); ok {
		for i := range e.Fields { // the service names a supplier, the form its number
			if name, ours := fields[e.Fields[i].Name]; ours {
				e.Fields[i].Name = name
			}
		}
		p := importPage{Form: c.FormOf(e)}
		if up.ID != "" { // show the preview again, with what was chosen
			if _, again, err := h.run(c, id, values, nil, true); err == nil || again.Asks() {
				res = again
				p.Result, p.Uploaded, p.File = &res, id, up.Name
			}
		}
		if p.Result != nil && p.Result.Asks() {
			p.Form.Errors = undecided(p.Form.Errors, values, choices)
		}
		return h.importPage(c, status, p)
	}
	if err != nil {
		return err
	}
	_ = h.kis.DiscardUpload(c.Ctx(), id) // at worst it is swept away in a week
	if res.Changed {
		c.Flash("good", "kis.import.flash.done", "version", strconv.Itoa(res.Version))
	} else {
		c.Flash("info", "kis.import.flash.same", "version", strconv.Itoa(res.Version))
	}
	return c.Redirect("/processes/" + res.Process.ID)
}

// run imports a file that was sent before.
func (h processPages) run(c *web.Context, uploadID string, values url.Values, choices map[string]process.SupplierChoice, dry bool) (kis.Upload, process.ImportResult, error) {
	up, file, err := h.kis.OpenUpload(c.Ctx(), uploadID)
	if err != nil {
		return up, process.ImportResult{}, err
	}
	defer file.Close()
	res, err := h.kis.ImportProcess(c.Ctx(), process.ImportRequest{Reader: file, Name: up.Name, Code: strings.TrimSpace(values.Get("code")), TitleAZ: values.Get("title_az"),
		TitleEN: values.Get("title_en"), OwnerCode: values.Get("owner"), EffectiveFrom: day.Day(strings.TrimSpace(values.Get("effective_from"))),
		Suppliers: choices, DryRun: dry})
	return up, res, err
}

// maxChoices bounds the suppliers that one form decides about.
const maxChoices = 200

// supplierChoices reads what a person chose for the unknown suppliers; those
// left open are not in it. fields leads from the names of the service to those
// of the form.
func supplierChoices(values url.Values) (choices map[string]process.SupplierChoice, fields map[string]string) {
	choices, fields = map[string]process.SupplierChoice{}, map[string]string{}
	for i := range maxChoices {
		name := values.Get(fmt.Sprintf("supplier_%d", i))
		if name == "" {
			break
		}
		field := fmt.Sprintf("choice_%d", i)
		fields[process.SupplierField(name)] = field
		choice := values.Get(field)
		code, isDepartment := strings.CutPrefix(choice, "code:")
		switch {
		case isDepartment:
			choices[name] = process.SupplierChoice{Kind: process.SupplierDepartment, Code: code}
		case choice == string(process.SupplierText):
			choices[name] = process.SupplierChoice{Kind: process.SupplierText}
		case choice == string(process.SupplierExternal):
			fields[process.SupplierField(name)] = fmt.Sprintf("code_%d", i)
			choices[name] = process.SupplierChoice{Kind: process.SupplierExternal, Code: strings.TrimSpace(values.Get(fmt.Sprintf("code_%d", i))),
				NameEN: strings.TrimSpace(values.Get(fmt.Sprintf("name_en_%d", i)))}
		}
	}
	return choices, fields
}

// undecided says beside each supplier that was left open that it has to be
// decided, instead of naming the rows of the file.
func undecided(e *ui.Errors, values url.Values, choices map[string]process.SupplierChoice) *ui.Errors {
	out := &ui.Errors{Kind: e.Kind, Key: "error.invalid"}
	for i := range maxChoices {
		name := values.Get(fmt.Sprintf("supplier_%d", i))
		if _, decided := choices[name]; name != "" && !decided {
			out.Fields = append(out.Fields, apperr.Field{Name: fmt.Sprintf("choice_%d", i), Key: "error.field.required"})
		}
	}
	if len(out.Fields) == 0 {
		return e
	}
	return out
}
