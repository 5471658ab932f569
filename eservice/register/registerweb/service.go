package registerweb

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/eservice/register/request"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// servicePage is a service of the register with its history.
type servicePage struct {
	ui.Page
	register.EntryView
	requests []request.Row // of the operator, newest first
	form     ui.Form       // that came back
	which    string        // which form that is: usage or request
	mayCheck bool
}

func (p pages) service(c *web.Context) error { return p.showService(c, http.StatusOK, "", ui.Form{}) }

func (p pages) showService(c *web.Context, status int, which string, f ui.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	e, err := p.svc.Entry(c.Ctx(), id)
	if err != nil {
		return err
	}
	v := servicePage{Page: c.Page(""), EntryView: e, form: f, which: which}
	v.Page.Title = e.NameAZ
	if v.requests, err = p.requests.OfService(c.Ctx(), id); err != nil {
		return err
	}
	v.mayCheck = c.Can(policies.RegisterCheck)
	return c.Render(status, serviceView(v))
}

// formFor gives the form that came back to the one it is of.
func (v servicePage) formFor(which string) ui.Form {
	if v.which == which {
		return v.form
	}
	return ui.Form{}
}

// mayAsk says whether the operator may ask the body for something now.
func (v servicePage) mayAsk() bool {
	return v.mayCheck && v.State == register.ServiceRegistered && openRequest(v.requests) == nil
}

func (p pages) serviceFile(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	file, err := fileID(c)
	if err != nil {
		return err
	}
	f, err := p.svc.EntryFile(c.Ctx(), id, file)
	return p.send(c, f, err)
}

// apply begins an application to change or remove a service.
func (p pages) apply(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	a, err := p.svc.Begin(c.Ctx(), register.Kind(c.Form("kind")), "", id)
	if e, status, ok := web.FormError(err); ok {
		return p.showService(c, status, "usage", c.FormOf(e))
	}
	if err != nil {
		return err
	}
	return c.Redirect(formHref(a.ID, register.Sections(a.Kind)[0]))
}

// usage records how often a service was used in a year.
func (p pages) usage(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	var check apperr.Check
	u := register.Usage{ServiceID: id, Note: c.Form("note")}
	whole := func(name string) int64 {
		n, err := strconv.ParseInt(strings.TrimSpace(c.Form(name)), 10, 64)
		if err != nil {
			check.Add(name, "error.field.number")
		}
		return n
	}
	u.Year, u.Requests, u.Electronic = int(whole("year")), whole("requests"), whole("electronic")
	u.Revision, _ = strconv.Atoi(c.Form("revision_" + strconv.Itoa(u.Year))) // 0: a year that was not there
	if err = check.Err(); err == nil {
		err = p.svc.SetUsage(c.Ctx(), u)
	}
	if e, status, ok := web.FormError(err); ok {
		return p.showService(c, status, "usage", c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "register.flash.usage", "year", strconv.Itoa(u.Year))
	return c.Redirect("/services/" + id)
}

// revisions are those of the years that the page shows.
func (v servicePage) revisions() map[int]int {
	out := map[int]int{}
	for _, u := range v.Usage {
		out[u.Year] = u.Revision
	}
	return out
}

// lastYear is the year that is usually recorded next.
func (v servicePage) lastYear() int { return v.Today().Year() - 1 }

// change is a version with what it changed.
type change struct {
	register.Version
	differences []register.Difference
}

// changes are the versions, newest first, each with what differs from the one
// before it.
func (v servicePage) changes() []change {
	out := make([]change, len(v.Versions))
	for i, x := range v.Versions {
		out[i].Version = x
		if i+1 < len(v.Versions) {
			out[i].differences = register.Compare(v.Versions[i+1].Items, x.Items)
		}
	}
	return out
}

// duplicatesPage lists pairs of services that look alike.
type duplicatesPage struct {
	ui.Page
	pairs []register.PairView
	state string
	form  ui.Form
}

var pairStates = []string{"open", "same", "different"}

func (p pages) duplicates(c *web.Context) error { return p.showPairs(c, http.StatusOK, ui.Form{}) }

func (p pages) showPairs(c *web.Context, status int, f ui.Form) error {
	v := duplicatesPage{Page: c.Page("register.pairs.title"), state: "open", form: f}
	for _, s := range pairStates {
		if c.Query("state") == s {
			v.state = s
		}
	}
	var err error
	if v.pairs, err = p.svc.Pairs(c.Ctx(), v.state, 50); err != nil {
		return err
	}
	return c.Render(status, pairsView(v))
}

func (p pages) decide(c *web.Context) error {
	err := p.svc.DecidePair(c.Ctx(), c.Form("one"), c.Form("other"), c.Form("verdict") == "same", c.Form("reason"))
	if e, status, ok := web.FormError(err); ok {
		return p.showPairs(c, status, c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "register.flash.pair")
	return c.Redirect("/duplicates")
}

// formOf gives the form that came back to the pair it is of, an empty one to
// the others.
func (v duplicatesPage) formOf(x register.PairView) ui.Form {
	if v.form.Values.Get("one") == x.OneID && v.form.Values.Get("other") == x.OtherID {
		return v.form
	}
	return ui.Form{}
}

// codesPage shows the code lists with their versions.
type codesPage struct {
	ui.Page
	codes register.Codes
	may   bool
	form  ui.Form
}

// codeLists are the items that are chosen from a list, in their order.
var codeLists = []string{"2.3.7", "2.3.8", "2.3.10", "2.3.15b", "2.3.17a", "2.3.21", "2.3.22"}

func (p pages) codes(c *web.Context) error { return p.showCodes(c, http.StatusOK, ui.Form{}) }

func (p pages) showCodes(c *web.Context, status int, f ui.Form) error {
	v := codesPage{Page: c.Page("register.codes.title"), may: c.Can(policies.CodeWrite), form: f}
	var err error
	if v.codes, err = p.svc.Codes(c.Ctx()); err != nil {
		return err
	}
	return c.Render(status, codesView(v))
}

func (p pages) setCode(c *web.Context) error {
	var check apperr.Check
	n := register.NewCode{List: c.Form("list"), Code: strings.TrimSpace(c.Form("code")), NameAZ: c.Form("name_az"), NameEN: c.Form("name_en"), Basis: c.Form("basis"),
		From: c.FormDate(&check, "from", true), Confirmed: c.Form("confirmed") == "1", Electronised: c.Form("electronised") == "1", End: c.Form("end") == "1"}
	err := check.Err()
	if err == nil {
		err = p.svc.SetCode(c.Ctx(), n)
	}
	if e, status, ok := web.FormError(err); ok {
		return p.showCodes(c, status, c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "register.flash.code")
	return c.Redirect("/code-lists")
}

// list are the values of a list, those of the past too.
func (v codesPage) list(clause string) (out []register.Code) {
	for _, x := range v.codes {
		if x.List == clause {
			out = append(out, x)
		}
	}
	return out
}
