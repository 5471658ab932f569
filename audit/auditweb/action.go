package auditweb

import (
	"net/http"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type actionPage struct {
	actPage
	action audit.ActionView
	report ui.Form
	tooBig string
	max    int64
}

// action is the page on which an action is reported as done.
func (p pages) action(c *web.Context) error {
	return p.showAction(c, http.StatusOK, ui.Form{})
}

func (p pages) showAction(c *web.Context, status int, form ui.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	action, err := c.ID("action")
	if err != nil {
		return err
	}
	v := actionPage{report: form, max: p.svc.KIS.Limits.FileBytes}
	if v.ActView, err = p.svc.Act(c.Ctx(), id); err != nil {
		return err
	}
	v.my = c.Actor().UserID
	v.Page = c.Page("audit.action.report_title")
	v.tooBig = v.T("error.upload.too_large", "file", "", "max", v.Bytes(v.max))
	found := false
	for _, a := range v.Actions {
		if a.ID == action {
			v.action, found = a, true
		}
	}
	if !found {
		return apperr.Missing("action")
	}
	if !can(v.action, "report") && status == http.StatusOK {
		return c.Redirect("/acts/" + id + "#actions")
	}
	return c.Render(status, actionView(v))
}

// uploads keeps the files of a body as uploads of the person.
func (p pages) uploads(c *web.Context) (ids []string, err error) {
	_, err = c.Multipart(web.Limits{Files: p.svc.KIS.Limits.Files, FileBytes: p.svc.KIS.Limits.FileBytes}, func(f *web.File) error {
		up, err := p.svc.KIS.StageUpload(c.Ctx(), f.Name, f)
		if err == nil {
			ids = append(ids, up.ID)
		}
		return err
	})
	return ids, err
}

// upload takes one file ahead of the form and answers with its id.
func (p pages) upload(c *web.Context) error {
	ids, err := p.uploads(c)
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		return apperr.InvalidField("files", "error.upload.none")
	}
	return c.JSON(http.StatusCreated, map[string]string{"id": ids[0]})
}

// reportAction reports the action as done, with files sent before or along.
func (p pages) reportAction(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	action, err := c.ID("action")
	if err != nil {
		return err
	}
	ids, err := p.uploads(c)
	if err == nil {
		err = p.svc.ReportAction(c.Ctx(), action, audit.ActionReport{Result: c.Form("result"), Uploads: append(c.Forms("uploaded"), ids...)})
	}
	return c.Done(rename(err, "upload", "files"), "audit.act.done.report", "/acts/"+id, func(form ui.Form, status int) error { return p.showAction(c, status, form) })
}
