package riskweb

import (
	"context"
	"net/http"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// attach adds the files of the form to a risk: those that came with it, and
// those that were sent before it.
func (h pages) attach(c *web.Context) error {
	r, err := h.load(c)
	if err != nil {
		return err
	}
	var staged []string
	values, err := c.Multipart(web.Limits{Files: h.svc.KIS.Limits.Files, FileBytes: h.svc.KIS.Limits.FileBytes}, func(f *web.File) error {
		up, err := h.svc.KIS.StageUpload(c.Ctx(), f.Name, f)
		if err == nil {
			staged = append(staged, up.ID)
		}
		return err
	})
	if err == nil {
		err = h.svc.Attach(c.Ctx(), r.ID, append(values["uploaded"], staged...))
	}
	return c.Done(err, "risk.done.attach", riskHref(r.ID)+"#files", func(f ui.Form, status int) error { return h.show(c, status, map[string]ui.Form{"attach": f}) })
}

// upload takes one file before the form and answers with its id.
func (h pages) upload(c *web.Context) error {
	if _, err := h.load(c); err != nil {
		return err
	}
	var id string
	_, err := c.Multipart(web.Limits{Files: 1, FileBytes: h.svc.KIS.Limits.FileBytes}, func(f *web.File) error {
		up, err := h.svc.KIS.StageUpload(c.Ctx(), f.Name, f)
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

// file hands out a file of a risk.
func (h pages) file(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	file, err := c.ID("file")
	if err != nil {
		return err
	}
	f, err := h.svc.File(c.Ctx(), id, file)
	if err != nil {
		return err
	}
	r, err := h.svc.KIS.OpenFile(c.Ctx(), f)
	if err != nil {
		return err
	}
	defer r.Close()
	return c.Download(f.Name, f.ContentType, f.Size, r)
}

// apiFiles are the uploads that are attached.
type apiFiles struct {
	Uploads []string `json:"uploads"`
}

// fileOperations are the operations of the files of a risk.
func (h pages) fileOperations(step func(verb string, act policies.Action, op string, body any, do func(ctx context.Context, c *web.Context, id string) error) web.Operation) []web.Operation {
	return []web.Operation{
		step("files", policies.RiskWrite, "attachRiskFiles", apiFiles{}, func(ctx context.Context, c *web.Context, id string) error {
			var in apiFiles
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return h.svc.Attach(ctx, id, in.Uploads)
		}),
		{Method: http.MethodGet, Path: "/api/v1/risks/:id/files/:file", Action: policies.RiskRead, ID: "getRiskFile", Group: "risks", Text: "api.op.getRiskFile",
			Params: []web.Param{{Name: "id", Kind: web.ParamID, Text: "api.param.id"}, {Name: "file", Kind: web.ParamID, Text: "api.param.file_of"}}, Do: h.file},
	}
}
