package dutyweb

import (
	"net/http"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/duty"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// apiDuty is a thing that waits.
type apiDuty struct {
	Due     day.Day `json:"due,omitempty"` // none: it has no term
	Overdue bool    `json:"overdue"`
	Kind    string  `json:"kind"` // stable code
	Label   string  `json:"label"`
	Title   string  `json:"title"`
	Reason  string  `json:"reason"`
	Quote   string  `json:"quote,omitempty"` // somebody's words that must be answered
	Step    string  `json:"step,omitempty"`  // what is to be done
	Href    string  `json:"href"`            // page where it is done
}

// apiDutyCount is how much of a kind waits.
type apiDutyCount struct {
	Kind  string `json:"kind"`
	Label string `json:"label"`
	Count int    `json:"count"`
	Late  int    `json:"late"`
}

type apiDutyList struct {
	Items []apiDuty      `json:"items"`
	Kinds []apiDutyCount `json:"kinds"` // of the whole list
	Total int            `json:"total"`
	Late  int            `json:"late"`
	Next  string         `json:"next"`
}

// registerAPI adds the operation.
func (h pages) registerAPI(r *web.Router) {
	r.API(web.Operation{Method: http.MethodGet, Path: "/api/v1/work", Action: policies.SelfUse, ID: "listWork", Group: "work", Text: "api.work.list", Answer: apiDutyList{}, Do: h.apiList,
		Params: []web.Param{{Name: "tab", Of: []string{string(kis.WorkMine), string(kis.WorkDepartment), string(kis.WorkAwaited)}, Text: "api.work.tab"},
			{Name: "kind", Text: "api.work.kind"}, {Name: "q", Text: "api.work.q"}, web.LimitParam, web.AfterParam(4)}})
}

func (h pages) apiList(c *web.Context) error {
	list, err := h.svc.List(c.Ctx(), filter(c))
	if err != nil {
		return err
	}
	p := c.Page("kis.work.title")
	out := apiDutyList{Items: []apiDuty{}, Kinds: []apiDutyCount{}, Total: list.Found.N, Late: list.Found.Late, Next: web.NextPlace(list.Next)}
	for _, w := range list.Items {
		x := apiDuty{Due: w.Due, Overdue: w.Overdue, Kind: w.KindKey, Label: p.T(w.KindKey), Title: w.Title, Reason: w.Reason, Quote: w.Quote, Href: w.Href}
		if w.VerbKey != "" {
			x.Step = p.T(w.VerbKey)
		}
		out.Items = append(out.Items, x)
	}
	for _, k := range list.Kinds {
		out.Kinds = append(out.Kinds, kindIn(p.T(k.Key), k))
	}
	return c.JSON(http.StatusOK, out)
}

func kindIn(label string, k duty.Kind) apiDutyCount {
	return apiDutyCount{Kind: k.Key, Label: label, Count: k.N, Late: k.Late}
}
