package planningweb

import (
	"net/http"
	"strconv"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// report takes a report with its files, whether the script has sent them one
// by one before or they come with the form.
func (p pages) report(c *web.Context) error {
	it, err := p.loadItem(c)
	if err != nil {
		return err
	}
	var staged []string
	values, err := c.Multipart(web.Limits{Files: p.svc.KIS.Limits.Files, FileBytes: p.svc.KIS.Limits.FileBytes}, func(f *web.File) error {
		up, err := p.svc.KIS.StageUpload(c.Ctx(), f.Name, f)
		if err == nil {
			staged = append(staged, up.ID)
		}
		return err
	})
	if err == nil {
		var check apperr.Check
		n := planning.NewReport{State: planning.ItemState(values.Get("state")), Narrative: values.Get("narrative"), Reason: values.Get("reason"), StepIDs: values["steps"],
			UploadIDs: append(values["uploaded"], staged...)}
		if s := values.Get("quarter"); s != "" {
			if n.Quarter, err = strconv.Atoi(s); err != nil {
				check.Add("quarter", "error.field.choice")
			}
		}
		if s := values.Get("new_due"); s != "" {
			d, ok := day.Parse(s)
			if !ok {
				check.Add("new_due", "error.field.date")
			}
			n.NewDue = d
		}
		if err = check.Err(); err == nil {
			err = p.svc.ReportItem(c.Ctx(), it.ID, n)
		}
	}
	return c.Done(err, "planning.item.reported", itemHref(it.Key, it.ID), func(form ui.Form, status int) error {
		return p.showItem(c, status, map[string]ui.Form{"report": form})
	})
}

// upload takes one file before the report and answers with its id.
func (p pages) upload(c *web.Context) error {
	if _, err := p.loadItem(c); err != nil {
		return err
	}
	var id string
	_, err := c.Multipart(web.Limits{Files: 1, FileBytes: p.svc.KIS.Limits.FileBytes}, func(f *web.File) error {
		up, err := p.svc.KIS.StageUpload(c.Ctx(), f.Name, f)
		id = up.ID
		return err
	})
	if err == nil && id == "" {
		err = apperr.InvalidField("files", "error.upload.none")
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]string{"id": id})
}

// file gives a file of a report.
func (p pages) file(c *web.Context) error {
	it, err := p.loadItem(c)
	if err != nil {
		return err
	}
	id, err := c.ID("file")
	if err != nil {
		return err
	}
	f, err := p.svc.PlanFile(c.Ctx(), it.ID, id)
	if err != nil {
		return err
	}
	r, err := p.svc.KIS.OpenFile(c.Ctx(), f)
	if err != nil {
		return err
	}
	defer r.Close()
	return c.Download(f.Name, f.ContentType, f.Size, r)
}
