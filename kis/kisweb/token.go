package kisweb

import (
	"net/http"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// tokenPages are where people make and revoke the API tokens of their own.
type tokenPages struct{ kis *kis.Service }

func registerTokens(r *web.Router, s *kis.Service) {
	h := tokenPages{s}
	r.GET("/me/tokens", policies.SelfUse, h.list)
	r.POST("/me/tokens", policies.SelfUse, h.create)
	r.POST("/me/tokens/:id/revoke", policies.SelfUse, h.revoke)
}

// tokenPage is the list with the form of a new token.
type tokenPage struct {
	ui.Page
	Form   ui.Form
	Tokens []office.Token
	Made   office.Token // just now
	Secret string       // its text, shown on this page only
}

func (h tokenPages) list(c *web.Context) error {
	return h.page(c, http.StatusOK, tokenPage{})
}

// page fills in what every answer shows.
func (h tokenPages) page(c *web.Context, status int, p tokenPage) (err error) {
	p.Page = c.Page("kis.token.title")
	if p.Tokens, err = h.kis.OwnTokens(c.Ctx()); err != nil {
		return err
	}
	return c.Render(status, tokenList(p))
}

// create makes a token and shows its text: it is not kept, so it cannot wait
// for another page.
func (h tokenPages) create(c *web.Context) error {
	var check apperr.Check
	n := office.NewToken{Name: check.Text("name", c.Form("name"), 1, office.MaxTokenName), To: c.FormDate(&check, "to", true)}
	err := check.Err()
	var p tokenPage
	if err == nil {
		p.Made, p.Secret, err = h.kis.CreateToken(c.Ctx(), n)
	}
	if e, status, ok := web.FormError(err); ok {
		return h.page(c, status, tokenPage{Form: c.FormOf(e)})
	}
	if err != nil {
		return err
	}
	return h.page(c, http.StatusCreated, p)
}

func (h tokenPages) revoke(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	if err := h.kis.RevokeToken(c.Ctx(), id); err != nil {
		return err
	}
	c.Flash("good", "kis.token.revoke_done")
	return c.Redirect("/me/tokens")
}

// state says whether a token opens anything.
func (p tokenPage) state(t office.Token) ui.State {
	switch {
	case !t.RevokedAt.IsZero():
		return ui.State{Tone: "off", Icon: "ban", Word: p.T("kis.token.revoked")}
	case !t.Works(p.Today()):
		return ui.State{Tone: "warn", Icon: "clock", Word: p.T("kis.token.expired")}
	}
	return ui.State{Tone: "good", Icon: "check", Word: p.T("kis.token.valid")}
}

// usual is the last day that the form proposes.
func (p tokenPage) usual() day.Day { return p.Today().Add(office.TokenDays) }
