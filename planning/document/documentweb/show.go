package documentweb

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning/document"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// showPage is one document.
type showPage struct {
	ui.Page
	D         document.Page
	Forms     map[string]ui.Form
	fileLimit int64
}

func (p pages) load(c *web.Context) (document.Page, error) {
	id, err := c.ID("id")
	if err != nil {
		return document.Page{}, err
	}
	return p.svc.Document(c.Ctx(), id)
}

func (p pages) show(c *web.Context) error { return p.showOne(c, http.StatusOK, nil) }

func (p pages) showOne(c *web.Context, status int, forms map[string]ui.Form) error {
	d, err := p.load(c)
	if err != nil {
		return err
	}
	return c.Render(status, showView(showPage{Page: c.Page(d.Number), D: d, Forms: forms, fileLimit: p.svc.KIS.Limits.FileBytes}))
}

// step takes a step of a document, and shows its page again with the form of
// that name when it is refused.
func (p pages) step(c *web.Context, name string, do func(id string) error) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	err = do(id)
	if f, status, ok := c.Refused(err); ok {
		return p.showOne(c, status, map[string]ui.Form{name: f})
	}
	if err != nil {
		return err
	}
	c.Flash("good", "document.done."+name)
	return c.Redirect(href(id))
}

func (p pages) begin(c *web.Context) error {
	return p.step(c, "begin", func(id string) error { return p.svc.Begin(c.Ctx(), id) })
}

func (p pages) submit(c *web.Context) error {
	return p.step(c, "submit", func(id string) error { return p.svc.Submit(c.Ctx(), id) })
}

func (p pages) giveBack(c *web.Context) error {
	return p.step(c, "return", func(id string) error { return p.svc.Return(c.Ctx(), id, c.Form("reason")) })
}

func (p pages) approve(c *web.Context) error {
	return p.step(c, "approve", func(id string) error { return p.svc.Approve(c.Ctx(), id) })
}

func (p pages) withdraw(c *web.Context) error {
	return p.step(c, "withdraw", func(id string) error { return p.svc.Withdraw(c.Ctx(), id, c.Form("reason")) })
}

func (p pages) confirm(c *web.Context) error {
	return p.step(c, "confirm", func(id string) error { return p.svc.Confirm(c.Ctx(), id, c.Form("version")) })
}

func (p pages) remind(c *web.Context) error {
	return p.step(c, "remind", func(id string) error {
		_, err := p.svc.Remind(c.Ctx(), id)
		return err
	})
}

func (p pages) review(c *web.Context) error {
	return p.step(c, "review", func(id string) error {
		var check apperr.Check
		next := c.FormDate(&check, "next", false)
		if err := check.Err(); err != nil {
			return err
		}
		return p.svc.Review(c.Ctx(), id, c.Form("note"), next)
	})
}

// content fills the draft: one file that comes with the form, or a link. A file
// that has arrived is not asked for again when the form is refused.
func (p pages) content(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	if d, err := p.svc.Document(c.Ctx(), id); err != nil {
		return err
	} else if !d.Can("edit") {
		return apperr.New(apperr.Conflict, "document.error.no_draft")
	}
	var staged []string
	values, err := c.Multipart(web.Limits{Files: 1, FileBytes: p.svc.KIS.Limits.FileBytes}, func(f *web.File) error {
		up, err := p.svc.KIS.StageUpload(c.Ctx(), f.Name, f)
		if err == nil {
			staged = append(staged, up.ID)
		}
		return err
	})
	if err == nil {
		in := document.Content{Changes: values.Get("changes"), Link: values.Get("link"), UploadIDs: staged}
		if len(staged) == 0 {
			in.UploadIDs = slices.DeleteFunc(values["uploaded"], func(s string) bool { return s == "" })
		}
		in.Seen, _ = strconv.Atoi(values.Get("seen")) // none is not the present one
		if s := values.Get("effective"); s != "" {
			var ok bool
			if in.Effective, ok = day.Parse(s); !ok {
				err = apperr.InvalidField("effective", "error.field.date")
			}
		}
		if err == nil {
			err = p.svc.Edit(c.Ctx(), id, in)
		}
	}
	if f, status, ok := c.Refused(err); ok {
		if f.Values == nil {
			f.Values = url.Values{}
		}
		if len(staged) > 0 {
			f.Values["uploaded"] = staged
		}
		return p.showOne(c, status, map[string]ui.Form{"draft": f})
	}
	if err != nil {
		return err
	}
	c.Flash("good", "document.done.edit")
	return c.Redirect(href(id))
}

// readersPage is who must read a document and who has.
type readersPage struct {
	ui.Page
	D           document.Page
	List        []document.Reading
	Form        ui.Form
	departments []ui.Option
	people      []ui.Option
}

func (p pages) readers(c *web.Context) error { return p.showReaders(c, http.StatusOK, ui.Form{}) }

func (p pages) showReaders(c *web.Context, status int, form ui.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	v := readersPage{Form: form}
	if v.D, v.List, err = p.svc.Readings(c.Ctx(), id); err != nil {
		return err
	}
	v.Page = c.Page(c.Page("document.readers.title").Title + ", " + v.D.Number)
	all, err := p.choose(c, policies.Scope{Any: true})
	if err != nil {
		return err
	}
	v.departments = all.departments
	people, err := p.svc.KIS.People(c.Ctx(), office.PeopleFilter{})
	if err != nil {
		return err
	}
	for _, u := range people {
		if u.DepartmentID != "" {
			v.people = append(v.people, ui.Option{Value: u.ID, Label: u.Name})
		}
	}
	if v.Form.Values == nil {
		v.Form.Values = url.Values{"version": {strconv.Itoa(v.D.Document.Version)}}
		for _, x := range v.D.Readers {
			switch x.Kind {
			case document.Everybody:
				v.Form.Values.Set("all", "1")
			case document.OfDepartment:
				v.Form.Values.Add("departments", x.DepartmentID)
			case document.OfRole:
				v.Form.Values.Add("roles", x.Role)
			case document.OnePerson:
				v.Form.Values.Add("people", x.UserID)
			}
		}
	}
	return c.Render(status, readersView(v))
}

func (p pages) setReaders(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	r := document.Readers{All: c.Form("all") == "1", Departments: c.Forms("departments"), People: c.Forms("people")}
	for _, role := range c.Forms("roles") {
		r.Roles = append(r.Roles, policies.Role(role))
	}
	version, _ := strconv.Atoi(c.Form("version")) // none is not the present one
	err = p.svc.SetReaders(c.Ctx(), id, version, r)
	if f, status, ok := c.Refused(err); ok {
		return p.showReaders(c, status, f)
	}
	if err != nil {
		return err
	}
	c.Flash("good", "document.done.readers")
	return c.Redirect(href(id) + "/readers")
}

func (p pages) readerFile(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	d, _, err := p.svc.Readings(c.Ctx(), id)
	if err != nil {
		return err
	}
	return c.Send(c.Page("document.readers.title").Title+" "+d.Number+".xlsx", func(ctx context.Context, w io.Writer) error {
		return p.files.ReaderList(ctx, w, "xlsx", c.Lang(), id)
	})
}

func (v readersPage) roles() (out []ui.Option) {
	for _, r := range document.ReaderRoles() {
		out = append(out, ui.Option{Value: string(r), Label: v.T("role." + string(r))})
	}
	return out
}
