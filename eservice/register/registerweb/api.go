package registerweb

import (
	"net/http"
	"time"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// registerAPI adds the operations of bodies, services and applications. They
// ask the same methods as the pages.
func (p pages) registerAPI(r *web.Router) {
	id := func(text string) web.Param { return web.Param{Name: "id", Kind: web.ParamID, Text: text} }
	q := web.Param{Name: "q", Kind: web.ParamText, Text: "api.param.q"}
	agency := web.Param{Name: "agency", Kind: web.ParamText, Max: 20, Text: "api.param.agency"}
	r.API(
		web.Operation{Method: http.MethodGet, Path: "/api/v1/agencies", Action: policies.AgencyRead, ID: "listAgencies", Group: "register", Text: "api.op.agencies",
			Params: []web.Param{q, {Name: "section", Of: []string{string(register.Central), string(register.Local)}, Text: "api.param.section"}, web.AfterParam(2), web.LimitParam},
			Answer: apiAgencyList{}, Do: p.apiAgencies},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/agencies/:agency", Action: policies.AgencyRead, ID: "getAgency", Group: "register", Text: "api.op.agency",
			Params: []web.Param{agency}, Answer: apiAgency{}, Do: p.apiAgency},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/services", Action: policies.RegisterRead, ID: "listServices", Group: "register", Text: "api.op.services",
			Params: []web.Param{q, agency, {Name: "state", Of: []string{string(register.ServiceRegistered), string(register.ServiceArchived)}, Text: "api.param.service_state"},
				{Name: "level", Kind: web.ParamText, Max: 40, Text: "api.param.level"}, {Name: "form", Kind: web.ParamText, Max: 40, Text: "api.param.form"},
				{Name: "user", Kind: web.ParamText, Max: 40, Text: "api.param.service_user"}, web.AfterParam(2), web.LimitParam}, Answer: apiServiceList{}, Do: p.apiServices},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/services/:id", Action: policies.RegisterRead, ID: "getService", Group: "register", Text: "api.op.service",
			Params: []web.Param{id("api.param.service_id")}, Answer: apiService{}, Do: p.apiService},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/applications", Action: policies.RegisterRead, ID: "listApplications", Group: "register", Text: "api.op.applications",
			Params: []web.Param{q, agency, {Name: "state", Of: apiStates(), Text: "api.param.application_state"}, {Name: "late", Of: []string{"1"}, Text: "api.param.late"},
				web.AfterParam(2), web.LimitParam}, Answer: apiApplicationList{}, Do: p.apiApplications},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/applications/:id", Action: policies.RegisterRead, ID: "getApplication", Group: "register", Text: "api.op.application",
			Params: []web.Param{id("api.param.application_id")}, Answer: apiApplication{}, Do: p.apiApplication},
	)
	p.applicationAPI(r)
}

func apiStates() (out []string) {
	for _, s := range register.States() {
		out = append(out, string(s))
	}
	return out
}

// listOf turns the items of a list; never nil, for that would be null.
func listOf[A, B any](items []A, turn func(A) B) []B {
	out := make([]B, len(items))
	for i, x := range items {
		out[i] = turn(x)
	}
	return out
}

type apiAgencyRef struct {
	ID   string `json:"id"`
	Code string `json:"code"`
	Name string `json:"name"` // in the language asked for
}

type apiAgencyList struct {
	Items []apiAgencyItem `json:"items"`
	Next  string          `json:"next,omitempty"`
}

type apiAgencyItem struct {
	apiAgencyRef
	Section  string  `json:"section" enum:"central,local"`
	Until    day.Day `json:"until,omitempty"` // last day of a body that is no more
	Services int     `json:"services"`        // registered
}

func (p pages) apiAgencies(c *web.Context) error {
	list, err := p.svc.Agencies(c.Ctx(), register.AgencyFilter{Query: c.Query("q"), Section: register.AgencySection(c.Query("section")), After: c.Cursor(2), Limit: c.Limit()})
	if err != nil {
		return err
	}
	lang := c.Lang()
	return c.JSON(http.StatusOK, apiAgencyList{listOf(list.Rows, func(r register.AgencyRow) apiAgencyItem {
		return apiAgencyItem{apiAgencyRef{r.ID, r.Code, r.Name(lang)}, string(r.Section), r.ToDay, r.Services}
	}), web.NextPlace(list.Next)})
}

// apiItem is an item of the register: its clause and its stored text. Lists
// are one value a line, money is whole qəpik, days are YYYY-MM-DD.
type apiItem struct {
	Clause string `json:"clause"`
	Text   string `json:"text"`
}

func apiItems(items register.Items, fields []register.Field) []apiItem {
	out := []apiItem{}
	for _, f := range fields {
		if v := items.Get(f.Clause); v != "" {
			out = append(out, apiItem{f.Clause, v})
		}
	}
	return out
}

type apiUnit struct {
	Code    string    `json:"code"`
	Name    string    `json:"name"`
	Until   day.Day   `json:"until,omitempty"`
	Contact []apiItem `json:"contact"`
}

type apiAgency struct {
	apiAgencyItem
	Contact []apiItem `json:"contact"` // 2.5
	Units   []apiUnit `json:"units"`
}

func (p pages) apiAgency(c *web.Context) error {
	a, err := p.svc.Agency(c.Ctx(), c.Param("agency"))
	if err != nil {
		return err
	}
	lang := c.Lang()
	return c.JSON(http.StatusOK, apiAgency{apiAgencyItem{apiAgencyRef{a.ID, a.Code, a.Name(lang)}, string(a.Section), a.ToDay, a.Services}, apiItems(a.Contact, register.ContactFields()),
		listOf(a.Units, func(u register.Unit) apiUnit {
			return apiUnit{u.Code, u.Name(lang), u.ToDay, apiItems(u.Contact, register.ContactFields())}
		})})
}

type apiServiceList struct {
	Items []apiServiceItem `json:"items"`
	Next  string           `json:"next,omitempty"`
}

type apiServiceItem struct {
	ID           string       `json:"id"`
	Number       string       `json:"number"`
	Name         string       `json:"name"`
	State        string       `json:"state" enum:"registered,archived"`
	Agency       apiAgencyRef `json:"agency"`
	Level        string       `json:"level,omitempty"` // 2.3.21
	RegisteredOn day.Day      `json:"registered_on"`
	ArchivedOn   day.Day      `json:"archived_on,omitempty"`
}

func (p pages) apiServices(c *web.Context) error {
	f := filterOf(c)
	f.State = register.ServiceState(c.Query("state"))
	list, err := p.svc.Services(c.Ctx(), f)
	if err != nil {
		return err
	}
	lang := c.Lang()
	return c.JSON(http.StatusOK, apiServiceList{listOf(list.Rows, func(r register.Row) apiServiceItem {
		return apiServiceItem{r.ID, r.Number, r.NameAZ, string(r.State), apiAgencyRef{r.AgencyID, r.AgencyCode, r.Agency(lang)}, r.Level, r.RegisteredOn, r.ArchivedOn}
	}), web.NextPlace(list.Next)})
}

type apiUsage struct {
	Year       int    `json:"year"`
	Requests   int64  `json:"requests"`
	Electronic int64  `json:"electronic"`
	Note       string `json:"note"`
	Revision   int    `json:"revision"`
}

type apiVersion struct {
	Number int     `json:"number"`
	Day    day.Day `json:"day"`
	Cause  string  `json:"cause" enum:"new,change,removal,import,transfer"`
	SHA256 string  `json:"sha256"`
}

type apiService struct {
	apiServiceItem
	Items    []apiItem    `json:"items"`
	Usage    []apiUsage   `json:"usage"`
	Versions []apiVersion `json:"versions"` // newest first
}

func (p pages) apiService(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	e, err := p.svc.Entry(c.Ctx(), id)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, apiService{
		apiServiceItem{e.ID, e.Number, e.NameAZ, string(e.State), apiAgencyRef{e.Agency.ID, e.Agency.Code, e.Agency.Name(c.Lang())}, e.Level, e.RegisteredOn, e.ArchivedOn},
		apiItems(e.Items, register.Fields()),
		listOf(e.Usage, func(u register.Usage) apiUsage { return apiUsage{u.Year, u.Requests, u.Electronic, u.Note, u.Revision} }),
		listOf(e.Versions, func(v register.Version) apiVersion { return apiVersion{v.Number, v.Day, v.Cause, v.SHA256} })})
}

type apiApplicationList struct {
	Items []apiApplicationItem `json:"items"`
	Next  string               `json:"next,omitempty"`
}

type apiApplicationItem struct {
	ID          string       `json:"id"`
	Number      string       `json:"number"`
	Kind        string       `json:"kind" enum:"new,change,removal"`
	State       string       `json:"state" enum:"draft,submitted,defective,returned,registered,refused,withdrawn"`
	Title       string       `json:"title"`
	Agency      apiAgencyRef `json:"agency"`
	ServiceID   string       `json:"service_id,omitempty"`
	Due         day.Day      `json:"due,omitempty"` // of the clock that runs
	SubmittedAt time.Time    `json:"submitted_at,omitzero"`
	DecidedAt   time.Time    `json:"decided_at,omitzero"`
}

func applicationIn(a register.Application, agency apiAgencyRef) apiApplicationItem {
	return apiApplicationItem{a.ID, a.Number, string(a.Kind), string(a.State), a.Title, agency, a.ServiceID, a.Due, a.SubmittedAt, a.DecidedAt}
}

func (p pages) apiApplications(c *web.Context) error {
	list, err := p.svc.Applications(c.Ctx(), register.ApplicationFilter{State: register.State(c.Query("state")), All: c.Query("state") == "", Agency: c.Query("agency"),
		Late: c.Query("late") == "1", Query: c.Query("q"), After: c.Cursor(2), Limit: c.Limit()})
	if err != nil {
		return err
	}
	lang := c.Lang()
	return c.JSON(http.StatusOK, apiApplicationList{listOf(list.Rows, func(r register.ApplicationRow) apiApplicationItem {
		return applicationIn(r.Application, apiAgencyRef{r.AgencyID, r.AgencyCode, r.Agency(lang)})
	}), web.NextPlace(list.Next)})
}

type apiDefect struct {
	Round  int    `json:"round"`
	Clause string `json:"clause"`
	Text   string `json:"text"`
}

type apiProblem struct {
	Clause string `json:"clause"`
	Rule   string `json:"rule"` // name of the formal check
}

type apiApplication struct {
	apiApplicationItem
	Revision int          `json:"revision"`
	Round    int          `json:"round"` // how often it was signed
	Steps    []string     `json:"steps"` // open to the person of the token
	Items    []apiItem    `json:"items"`
	Problems []apiProblem `json:"problems"` // what the formal check finds
	Defects  []apiDefect  `json:"defects"`  // newest round first
}

func (p pages) apiApplication(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	return p.answerApplication(c, http.StatusOK, id)
}

// answerApplication answers with an application as it is now.
func (p pages) answerApplication(c *web.Context, status int, id string) error {
	a, err := p.svc.Application(c.Ctx(), id)
	if err != nil {
		return err
	}
	return c.JSON(status, apiApplication{applicationIn(a.Application, apiAgencyRef{a.Agency.ID, a.Agency.Code, a.Agency.Name(c.Lang())}), a.Revision, a.Round, append([]string{}, a.Verbs...),
		apiItems(a.Items, register.Fields()),
		listOf(a.Problems, func(x register.Problem) apiProblem { return apiProblem{x.Clause, x.Key} }),
		listOf(a.Defects, func(d register.FoundDefect) apiDefect { return apiDefect{d.Round, d.Clause, d.Text} })})
}
