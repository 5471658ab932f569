package auditweb

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/checklist"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// importPage is the form of a sheet, and with in the preview of what it would
// change.
type importPage struct {
	ui.Page
	template audit.Template // draft that takes it; zero makes a new template
	in       *checklist.Incoming
	form     ui.Form
	upload   string // id of the sheet that was looked at
	revision int
}

func (p library) importForm(c *web.Context) error {
	return p.showImport(c, http.StatusOK, importPage{}, c.Query("into"))
}

func (p library) showImport(c *web.Context, status int, v importPage, into string) error {
	if into != "" {
		t, err := p.lib.Show(c.Ctx(), into)
		if err != nil {
			return err
		}
		v.template, v.revision = t.Template, t.Revision
	}
	v.Page = c.Page("audit.template.import")
	return c.Render(status, templateImportView(v))
}

// staged keeps the one file of a body as an upload of the person.
func (p library) staged(c *web.Context) (up kis.Upload, err error) {
	_, err = c.Multipart(web.Limits{Files: 1, FileBytes: 8 << 20}, func(f *web.File) (err error) {
		up, err = p.svc.KIS.StageUpload(c.Ctx(), f.Name, f)
		return err
	})
	if err == nil && up.ID == "" {
		err = apperr.InvalidField("file", "error.upload.none")
	}
	return up, err
}

// importPreview shows what a sheet would change. What is refused is not kept.
func (p library) importPreview(c *web.Context) error {
	up, err := p.staged(c)
	into := c.Form("into")
	var v importPage
	if err == nil {
		v.upload = up.ID
		err = p.withUpload(c, up.ID, func(r io.Reader) error {
			in, _, err := p.lib.Import(c.Ctx(), checklist.ImportRequest{File: r, ID: into, DryRun: true})
			v.in = &in
			return err
		})
	}
	if errs, status, ok := web.FormError(err); ok {
		if up.ID != "" {
			_ = p.svc.KIS.DiscardUpload(c.Ctx(), up.ID) // at worst it is swept away in a week
		}
		return p.showImport(c, status, importPage{form: c.FormOf(errs)}, into)
	}
	if err != nil {
		return err
	}
	return p.showImport(c, http.StatusOK, v, into)
}

// importConfirm takes the sheet that was looked at.
func (p library) importConfirm(c *web.Context) error {
	into, upload := c.Form("into"), c.Form("upload")
	var t audit.Template
	err := p.withUpload(c, upload, func(r io.Reader) (err error) {
		_, t, err = p.lib.Import(c.Ctx(), checklist.ImportRequest{File: r, ID: into, Revision: revision(c)})
		return err
	})
	if err == nil {
		_ = p.svc.KIS.DiscardUpload(c.Ctx(), upload) // at worst it is swept away in a week
	}
	return c.Done(err, "audit.template.done.import", "/checklists/"+t.ID, func(form ui.Form, status int) error {
		return p.showImport(c, status, importPage{form: form}, into)
	})
}

func (p library) withUpload(c *web.Context, id string, do func(r io.Reader) error) error {
	_, f, err := p.svc.KIS.OpenUpload(c.Ctx(), id)
	if err != nil {
		return rename(err, "upload", "file")
	}
	defer f.Close()
	return do(f)
}

// answersXLSX hands out the checklist of an audit.
func (p library) answersXLSX(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	a, err := p.svc.Audit(c.Ctx(), id)
	if err != nil {
		return err
	}
	lines, err := p.lib.AnswerLines(c.Ctx(), id)
	if err != nil {
		return err
	}
	return c.Send(a.Number+"-checklist.xlsx", func(_ context.Context, w io.Writer) error { return p.sheets.ChecklistAnswers(w, a.Number, lines) })
}

// answersPage is the form of a sheet with answers, and its preview.
type answersPage struct {
	ui.Page
	audit.AuditView
	form   ui.Form
	got    *checklist.Answered
	upload string
}

func (p library) answersForm(c *web.Context) error {
	return p.showAnswers(c, http.StatusOK, answersPage{})
}

func (p library) showAnswers(c *web.Context, status int, v answersPage) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	if v.AuditView, err = p.svc.Audit(c.Ctx(), id); err != nil {
		return err
	}
	v.Page = c.Page("audit.sheet.title")
	return c.Render(status, answersImportView(v))
}

func (p library) answersPreview(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	up, err := p.staged(c)
	v := answersPage{upload: up.ID}
	if err == nil {
		err = p.withUpload(c, up.ID, func(r io.Reader) error {
			got, err := p.lib.ImportAnswers(c.Ctx(), id, r, true)
			v.got = &got
			return err
		})
	}
	if errs, status, ok := web.FormError(err); ok {
		if up.ID != "" {
			_ = p.svc.KIS.DiscardUpload(c.Ctx(), up.ID) // at worst it is swept away in a week
		}
		return p.showAnswers(c, status, answersPage{form: c.FormOf(errs)})
	}
	if err != nil {
		return err
	}
	return p.showAnswers(c, http.StatusOK, v)
}

func (p library) answersConfirm(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	upload := c.Form("upload")
	n := 0
	err = p.withUpload(c, upload, func(r io.Reader) error {
		got, err := p.lib.ImportAnswers(c.Ctx(), id, r, false)
		n = len(got.Changed)
		return err
	})
	if errs, status, ok := web.FormError(err); ok {
		return p.showAnswers(c, status, answersPage{form: c.FormOf(errs)})
	}
	if err != nil {
		return err
	}
	_ = p.svc.KIS.DiscardUpload(c.Ctx(), upload) // at worst it is swept away in a week
	c.Flash("good", "audit.sheet.done", "n", strconv.Itoa(n))
	return c.Redirect("/audits/" + id + "/checklist")
}

// fieldNames are the fields that a sheet changes in a row, in words.
func (v answersPage) fieldNames(a checklist.AnsweredRow) string {
	return a.Names(func(f audit.RowField) string { return v.T("audit.fill.field." + string(f)) })
}
