package eserviceweb

import (
	"net/http"
	"slices"

	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/web"
)

// fileLimit is the most bytes of one file.
func (p pages) fileLimit() int64 {
	if n := p.svc.KIS.Limits.FileBytes; n > 0 {
		return n
	}
	return kis.DefaultFileBytes
}

// staged keeps the files of a body as uploads of the person, with those that
// were sent ahead of it. What was typed can be read from the form afterwards.
func (p pages) staged(c *web.Context) (ids []string, err error) {
	values, err := c.Multipart(web.Limits{Files: p.svc.KIS.Limits.Files, FileBytes: p.fileLimit()}, func(f *web.File) error {
		up, err := p.svc.KIS.StageUpload(c.Ctx(), f.Name, f)
		if err == nil {
			ids = append(ids, up.ID)
		}
		return err
	})
	ahead := slices.DeleteFunc(values["uploaded"], func(id string) bool { return id == "" })
	return slices.Concat(ahead, ids), err
}

// visit records a review of pages or a visit to a body with its evidence.
func (p pages) visit(c *web.Context) error {
	id, agency, err := place(c)
	if err != nil {
		return err
	}
	uploads, err := p.staged(c)
	var check apperr.Check
	v := campaign.Visit{CampaignID: id, AgencyID: agency, Kind: c.Form("kind"), Day: c.FormDate(&check, "day", true), Place: c.Form("place"), Participants: c.Form("participants"), Note: c.Form("note")}
	if err == nil {
		err = check.Err()
	}
	if err == nil {
		_, err = p.campaign.RecordVisit(c.Ctx(), v, uploads)
	}
	if e, status, ok := web.FormError(atFiles(err)); ok {
		form := c.FormOf(e)
		if form.Values["uploaded"] = uploads; form.Bad("files") {
			form.Values["uploaded"] = nil // chosen anew; else nobody sends them twice
		}
		return p.bodyAgain(c, status, "visit", form)
	}
	if err != nil {
		return err
	}
	c.Flash("good", "campaign.flash.visit")
	return c.Redirect("/campaigns/" + id + "/bodies/" + agency)
}

// atFiles puts what is wrong with an upload beside the field of the files.
func atFiles(err error) error {
	if !apperr.Is(err, apperr.Invalid) {
		return err
	}
	e := *apperr.As(err)
	e.Fields = slices.Clone(e.Fields)
	for i := range e.Fields {
		if e.Fields[i].Name == "upload" {
			e.Fields[i].Name = "files"
		}
	}
	return &e
}

// visitUpload takes one file ahead of the form and answers with its id.
func (p pages) visitUpload(c *web.Context) error {
	id, agency, err := place(c)
	if err != nil {
		return err
	}
	if _, err := p.campaign.BodyView(c.Ctx(), id, agency); err != nil {
		return err
	}
	uploads, err := p.staged(c)
	if err == nil && len(uploads) == 0 {
		err = apperr.InvalidField("files", "error.upload.none")
	}
	if err != nil {
		return atFiles(err)
	}
	return c.JSON(http.StatusCreated, map[string]string{"id": uploads[len(uploads)-1]})
}

// visitFile sends a file of a visit.
func (p pages) visitFile(c *web.Context) error {
	id, agency, err := place(c)
	if err != nil {
		return err
	}
	file, err := c.ID("file")
	if err != nil {
		return err
	}
	f, err := p.campaign.VisitFile(c.Ctx(), id, agency, file)
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
