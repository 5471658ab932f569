// Package outsideweb owns the pages of outside auditors: the list of links for
// those who make them, and what a visitor without an account sees.
//
// It may import audit/outside, audit, kis, policies, web and internal packages
// other than store. Invariants: the visitor's pages lie under /outside, change
// nothing of the office's and read only through package outside; the secret of
// a link is asked for by GET and used up by POST only, and stands in no path;
// a refusal says why, and nothing of what the link would have opened.
package outsideweb

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/audit/outside"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type pages struct {
	svc    *outside.Service
	public string // address of the program, no / at the end
}

// Register adds the routes. publicURL is the address that links begin with.
func Register(r *web.Router, svc *outside.Service, publicURL string) {
	p := pages{svc, strings.TrimRight(publicURL, "/")}
	r.GET("/observers", policies.ObserverInvite, p.fresh)
	r.POST("/observers", policies.ObserverInvite, p.invite)
	r.POST("/observers/:id/revoke", policies.ObserverInvite, p.revoke)

	r.GET("/outside", policies.Public, p.door)
	r.POST("/outside", policies.Public, p.open)
	r.GET("/outside/view", policies.Public, p.home)
	r.GET("/outside/acts/:id", policies.Public, p.act)
	r.GET("/outside/cycles/:id", policies.Public, p.cycle)
	r.GET("/outside/cycles/:id/tasks/:code", policies.Public, p.task)
	r.GET("/outside/evidence/:id", policies.Public, p.evidence)
	r.GET("/outside/evidence/:id/files/:file", policies.Public, p.file)
	r.POST("/outside/leave", policies.Public, p.leave)
}

// fresh is the page with the thing chosen that one comes from, and a modest
// count of uses.
func (p pages) fresh(c *web.Context) error {
	return p.list(c, http.StatusOK, ui.Form{Values: url.Values{"object": {c.Query("object")}, "max_uses": {"10"}}}, "")
}

type listPage struct {
	ui.Page
	rows    []outside.Row
	form    ui.Form
	choices map[outside.Scope][]outside.Choice
	made    string // the address of a new link, shown once
	secret  bool   // this person may open confidential evidence
	trail   bool   // and read the trail, where everything opened stands
}

// list is the page of links with the form for a new one.
func (p pages) list(c *web.Context, status int, form ui.Form, made string) (err error) {
	v := listPage{Page: c.Page("audit.observer.title"), form: form, made: made, choices: map[outside.Scope][]outside.Choice{}, secret: c.ScopeOf(policies.EvidenceSecret).Any,
		trail: c.Can(policies.TrailRead)}
	if v.rows, err = p.svc.Links(c.Ctx()); err != nil {
		return err
	}
	for _, scope := range outside.Scopes() {
		if v.choices[scope], err = p.svc.Choices(c.Ctx(), scope, c.Lang()); err != nil {
			return err
		}
	}
	return c.Render(status, listView(v))
}

// options are the things that a link can open, the kind before the id.
func (v listPage) options() []ui.Option {
	out := []ui.Option{{Value: "", Label: v.T("audit.observer.choose")}}
	for _, scope := range outside.Scopes() {
		for _, x := range v.choices[scope] {
			out = append(out, ui.Option{Value: string(scope) + ":" + x.ID, Label: v.T("audit.observer.scope."+string(scope)) + ": " + x.Label})
		}
	}
	return out
}

func (p pages) invite(c *web.Context) error {
	scope, object, _ := strings.Cut(c.Form("object"), ":")
	uses, _ := strconv.Atoi(c.Form("max_uses"))
	n := outside.NewLink{Scope: outside.Scope(scope), Object: object, Name: c.Form("name"), Organisation: c.Form("organisation"), Reason: c.Form("reason"),
		Confidential: c.Form("confidential") != "", MaxUses: uses}
	n.LastDay = lastDay(c.Form("last_day"))
	_, secret, err := p.svc.Invite(c.Ctx(), n)
	if err != nil {
		errs, status, ok := web.FormError(err)
		if !ok {
			return err
		}
		return p.list(c, status, c.FormOf(errs), "")
	}
	return p.list(c, http.StatusCreated, ui.Form{}, p.public+"/outside?key="+secret)
}

func (p pages) revoke(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	if err := p.svc.Revoke(c.Ctx(), id, c.Form("reason")); err != nil {
		errs, status, ok := web.FormError(err)
		if !ok {
			return err
		}
		return p.list(c, status, c.FormOf(errs), "")
	}
	c.Flash("good", "audit.observer.revoked")
	return c.Redirect("/observers")
}

// state is the state word of a link.
func (v listPage) state(l outside.Link) ui.State {
	state := l.State(v.Today())
	look := map[string]ui.Look{"open": {Tone: "good", Icon: "circle-check"}, "expired": {Tone: "off", Icon: "hourglass"},
		"used": {Tone: "off", Icon: "circle-minus"}, "revoked": {Tone: "bad", Icon: "lock"}}[state]
	return look.State(v.Page, "audit.observer.state."+state)
}
