package registerweb

import (
	"net/http"
	"time"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/eservice/register/request"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// requestAPI adds the operations on requests of the operator (4.7.4).
func (p pages) requestAPI(r *web.Router) {
	id := []web.Param{{Name: "id", Kind: web.ParamID, Text: "api.param.request_id"}}
	var states []string
	for _, s := range request.States() {
		states = append(states, string(s))
	}
	step := func(verb string, action policies.Action, take func(c *web.Context, id, text string) error) web.Operation {
		return web.Operation{Method: http.MethodPost, Path: "/api/v1/register-requests/:id/" + verb, Action: action, ID: verb + "_register_request", Group: "register", Text: "api.op.request_" + verb,
			Params: id, Body: apiNote{}, Answer: apiRequest{}, Do: func(c *web.Context) error {
				id, err := c.ID("id")
				if err != nil {
					return err
				}
				var in apiNote
				if err := c.ReadJSON(&in); err != nil {
					return err
				}
				if err := take(c, id, in.Text); err != nil {
					return err
				}
				return p.apiRequest(c)
			}}
	}
	r.API(
		web.Operation{Method: http.MethodGet, Path: "/api/v1/register-requests", Action: policies.RegisterRead, ID: "listRegisterRequests", Group: "register", Text: "api.op.requests",
			Params: []web.Param{{Name: "state", Of: states, Text: "api.param.request_state"}, {Name: "agency", Kind: web.ParamText, Max: 20, Text: "api.param.agency"}, web.AfterParam(2), web.LimitParam},
			Answer: apiRequestList{}, Do: p.apiRequests},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/register-requests/:id", Action: policies.RegisterRead, ID: "getRegisterRequest", Group: "register", Text: "api.op.request",
			Params: id, Answer: apiRequest{}, Do: p.apiRequest},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/services/:id/requests", Action: policies.RegisterCheck, ID: "sendRegisterRequest", Group: "register", Text: "api.op.request_send",
			Params: []web.Param{{Name: "id", Kind: web.ParamID, Text: "api.param.service_id"}}, Body: apiAsk{}, Status: http.StatusCreated, Answer: apiRequestItem{}, Do: p.apiSend},
		step("decline", policies.RegisterSign, func(c *web.Context, id, text string) error { return p.requests.Decline(c.Ctx(), id, text, 0) }),
		step("accept", policies.RegisterCheck, func(c *web.Context, id, text string) error { return p.requests.Accept(c.Ctx(), id, text) }),
		step("insist", policies.RegisterCheck, func(c *web.Context, id, text string) error { return p.requests.Insist(c.Ctx(), id, text) }),
		step("withdraw", policies.RegisterCheck, func(c *web.Context, id, text string) error { return p.requests.Withdraw(c.Ctx(), id, text) }),
	)
}

type apiNote struct {
	Text string `json:"text"` // reasons, answer or note
}

type apiAsk struct {
	Kind    string   `json:"kind" enum:"change,removal"`
	Clauses []string `json:"clauses,omitempty"` // of a change
	Ground  string   `json:"ground,omitempty"`  // of a removal: 4.8.1 or 4.8.2
	Text    string   `json:"text"`
}

type apiRequestItem struct {
	ID        string    `json:"id"`
	Number    string    `json:"number"`
	Kind      string    `json:"kind" enum:"change,removal"`
	State     string    `json:"state" enum:"sent,declined,applied,settled,withdrawn"`
	ServiceID string    `json:"service_id"`
	Service   string    `json:"service,omitempty"` // number
	Agency    string    `json:"agency,omitempty"`  // code
	Due       day.Day   `json:"due"`
	CreatedAt time.Time `json:"created_at"`
}

type apiRequestList struct {
	Items []apiRequestItem `json:"items"`
	Next  string           `json:"next,omitempty"`
}

type apiRequest struct {
	apiRequestItem
	Clauses     []string `json:"clauses"`
	Ground      string   `json:"ground"`
	Text        string   `json:"text"`
	Answer      string   `json:"answer"`
	Application string   `json:"application"` // number
	Round       int      `json:"round"`
}

func requestIn(r request.Row) apiRequestItem {
	return apiRequestItem{r.ID, r.Number, string(r.Kind), string(r.State), r.ServiceID, r.ServiceNumber, r.AgencyCode, r.Due, r.CreatedAt}
}

func (p pages) apiRequests(c *web.Context) error {
	list, err := p.requests.List(c.Ctx(), request.Filter{State: request.State(c.Query("state")), All: c.Query("state") == "", Agency: c.Query("agency"), After: c.Cursor(2), Limit: c.Limit()})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, apiRequestList{listOf(list.Rows, requestIn), web.NextPlace(list.Next)})
}

func (p pages) apiRequest(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	v, err := p.requests.View(c.Ctx(), id)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, apiRequest{requestIn(v.Row), listOf(v.Clauses(), func(s string) string { return s }), v.Ground, v.Text, v.Answer, v.Application, v.Round})
}

func (p pages) apiSend(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	var in apiAsk
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	r, err := p.requests.Send(c.Ctx(), request.Ask{ServiceID: id, Kind: register.Kind(in.Kind), Clauses: in.Clauses, Text: in.Text, Ground: in.Ground})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, requestIn(request.Row{Request: r}))
}
