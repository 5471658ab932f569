package registerweb

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// publicSeconds is how long a page of the catalogue may be kept.
const publicSeconds = 120

// listPage is a list of services, of the catalogue or of the register.
type listPage struct {
	ui.Page
	List        register.Page
	filter      register.Filter
	agencies    []register.Agency
	codes       register.Codes
	base        string
	next, first string
	archived    bool
	pairs       bool // the actor decides about duplicates
	imports     bool // the actor may enter services from a sheet
	mayBegin    []register.Agency
	xlsx, csv   string
}

// filterOf reads the filter of an address.
func filterOf(c *web.Context) register.Filter {
	return register.Filter{Query: c.Query("q"), Agency: c.Query("agency"), Level: c.Query("level"), Form: c.Query("form"), User: c.Query("user"),
		After: c.Cursor(2), Limit: c.Limit()}
}

func (v *listPage) fill(c *web.Context, p pages) error {
	var err error
	if v.agencies, err = p.svc.Choices(c.Ctx()); err != nil {
		return err
	}
	if v.codes, err = p.svc.Codes(c.Ctx()); err != nil {
		return err
	}
	if v.List.Next != nil {
		v.next = c.NextHref(v.List.Next...)
	}
	v.first = c.FirstHref()
	return nil
}

// narrowed says whether a filter is on.
func (v listPage) narrowed() bool {
	f := v.filter
	return f.Query != "" || f.Agency != "" || f.Level != "" || f.Form != "" || f.User != ""
}

// shown says how many of how many.
func (v listPage) shown() string {
	total := v.Int(int64(v.List.Total))
	if v.List.Many {
		total += "+"
	}
	return v.T("register.list.shown", "n", v.Int(int64(len(v.List.Rows))), "total", total)
}

// catalogue lists registered services for anybody.
func (p pages) catalogue(c *web.Context) error {
	v := listPage{Page: c.Page("register.public.title"), filter: filterOf(c), base: "/public/services"}
	var err error
	if v.List, err = p.svc.Catalogue(c.Ctx(), v.filter); err != nil {
		return err
	}
	if err := v.fill(c, p); err != nil {
		return err
	}
	return c.RenderPublic(publicSeconds, catalogueView(v))
}

// servicePage is a service of the catalogue.
type publicPage struct {
	ui.Page
	register.Described
}

func (p pages) publicService(c *web.Context) error {
	d, err := p.svc.Public(c.Ctx(), c.Param("number"))
	if err != nil {
		return err
	}
	v := publicPage{c.Page(""), d}
	v.Page.Title = d.NameAZ
	return c.RenderPublic(publicSeconds, publicView(v))
}

func (p pages) publicFile(c *web.Context) error {
	id, err := fileID(c)
	if err != nil {
		return err
	}
	f, err := p.svc.PublicFile(c.Ctx(), c.Param("number"), id)
	return p.send(c, f, err)
}

// providerRows say who provides the service (2.3.3–2.3.5).
func providerRows(p ui.Page, d register.Described, public bool) []ui.KVRow {
	rows := []ui.KVRow{{Term: "2.3.3 " + p.T("register.col.number"), Value: d.Number, Mut: p.T("register.registered_on", "date", d.RegisteredOn)}}
	agency := ui.KVRow{Term: "2.3.4 " + p.T("register.col.agency"), Value: d.Agency.Name(p.Lang)}
	if public {
		agency.Href = "/public/services?agency=" + url.QueryEscape(d.Agency.Code)
	} else {
		agency.Href = "/agencies/" + url.PathEscape(d.Agency.Code)
	}
	if d.Unit != nil {
		agency.Mut = d.Unit.Name(p.Lang)
	}
	rows = append(rows, agency)
	if len(d.Partners) > 0 {
		var names []string
		for _, x := range d.Partners {
			n := x.Agency.Name(p.Lang)
			if x.Unit != "" {
				n += ", " + x.Unit
			}
			names = append(names, n)
		}
		rows = append(rows, ui.KVRow{Term: "2.3.5 " + p.T("register.partners"), Value: strings.Join(names, "\n")})
	}
	return rows
}

// levelWord is the level of electronisation, or a dash.
func (v listPage) levelWord(level string) string {
	if level == "" {
		return "–"
	}
	return v.codes.Word(v.Lang, "2.3.21", level)
}

// services lists the register for those who keep it and for officers.
func (p pages) services(c *web.Context) error {
	v := listPage{Page: c.Page("register.list.title"), filter: filterOf(c), base: "/services", archived: c.Query("state") == "archived"}
	if v.archived {
		v.filter.State = register.ServiceArchived
	}
	var err error
	if v.List, err = p.svc.Services(c.Ctx(), v.filter); err != nil {
		return err
	}
	if err := v.fill(c, p); err != nil {
		return err
	}
	if !c.Scope().Any {
		v.agencies = nil // an officer sees one body
	}
	if v.mayBegin, err = p.ownAgencies(c); err != nil {
		return err
	}
	v.pairs = p.r.Has(http.MethodGet, "/duplicates") && c.Can(policies.DuplicateDecide)
	v.imports = p.r.Has(http.MethodGet, "/services/import") && c.Can(policies.RegisterImport)
	if p.r.Has(http.MethodGet, "/services/export.xlsx") {
		q := c.Request().URL.Query()
		q.Del("after")
		v.xlsx, v.csv = "/services/export.xlsx?"+q.Encode(), "/services/export.csv?"+q.Encode()
	}
	return c.Render(http.StatusOK, servicesView(v))
}
