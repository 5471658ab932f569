package eserviceweb

import (
	"net/http"

	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// bodyPage shows a body in a campaign.
type bodyPage struct {
	ui.Page
	campaign.BodyView
	form   ui.Form
	of     string // which form was refused
	max    int64  // bytes of a file
	tooBig string
}

func (p pages) body(c *web.Context) error { return p.bodyAgain(c, http.StatusOK, "", ui.Form{}) }

func (p pages) bodyAgain(c *web.Context, status int, of string, form ui.Form) error {
	id, agency, err := place(c)
	if err != nil {
		return err
	}
	v := bodyPage{Page: c.Page("campaign.title"), of: of, form: form, max: p.fileLimit()}
	v.tooBig = v.T("error.upload.too_large", "file", "{name}", "max", v.Bytes(v.max))
	if v.BodyView, err = p.campaign.BodyView(c.Ctx(), id, agency); err != nil {
		return err
	}
	v.Page.Title = v.Name(v.Lang)
	return c.Render(status, bodyView(v))
}

// place reads the campaign and the body of an address.
func place(c *web.Context) (id, agency string, err error) {
	if id, err = c.ID("id"); err == nil {
		agency, err = c.ID("agency")
	}
	return id, agency, err
}

// stepBody takes the step of an opinion named in the address.
func (p pages) stepBody(verb string) web.Handler {
	return func(c *web.Context) error {
		id, agency, err := place(c)
		if err != nil {
			return err
		}
		switch verb {
		case "write":
			err = p.campaign.WriteOpinion(c.Ctx(), id, agency, c.Form("opinion"), c.Form("proposals"))
		case "send":
			err = p.campaign.SendOpinion(c.Ctx(), id, agency)
		case "reply":
			var check apperr.Check
			check.OneOf("how", c.Form("how"), "accept", "object")
			if err = check.Err(); err == nil {
				err = p.campaign.Reply(c.Ctx(), id, agency, c.Form("how") == "accept", c.Form("reply"))
			}
		case "answer":
			err = p.campaign.Answer(c.Ctx(), id, agency, c.Form("answer"))
		}
		if e, status, ok := web.FormError(err); ok {
			return p.bodyAgain(c, status, verb, c.FormOf(e))
		}
		if err != nil {
			return err
		}
		c.Flash("good", "campaign.flash.opinion_"+verb)
		return c.Redirect("/campaigns/" + id + "/bodies/" + agency)
	}
}
