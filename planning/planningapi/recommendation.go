package planningapi

import (
	"context"
	"net/http"
	"time"

	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// recommendations are the operations of the register.
func (o operations) recommendations() []web.Operation {
	id := web.Param{Name: "id", Kind: web.ParamID, Text: "api.param.recommendation"}
	group := "recommendations"
	step := func(verb, op string, body any, do func(c *web.Context, id string) error) web.Operation {
		return web.Operation{Method: http.MethodPost, Path: "/api/v1/recommendations/:id/" + verb, Action: policies.RecommendationDecide, ID: op, Group: group, Text: "api.op." + op,
			Params: []web.Param{id}, Body: body, Answer: apiRecommendation{}, Do: func(c *web.Context) error {
				x, err := c.ID("id")
				if err == nil {
					err = do(c, x)
				}
				if err != nil {
					return err
				}
				return o.recommendation(c, http.StatusOK, x)
			}}
	}
	return []web.Operation{
		{Method: http.MethodGet, Path: "/api/v1/recommendations", Action: policies.RecommendationRead, ID: "listRecommendations", Group: group, Text: "api.op.listRecommendations",
			Params: []web.Param{{Name: "q", Kind: web.ParamText, Text: "api.param.q"}, {Name: "state", Of: texts(planning.RecommendationStates()), Text: "api.param.recommendation_state"},
				{Name: "basis", Of: texts(planning.Bases()), Text: "api.param.recommendation_basis"}, {Name: "department", Kind: web.ParamID, Text: "api.param.department"},
				web.AfterParam(2), web.LimitParam}, Answer: apiRecommendations{}, Do: o.listRecommendations},
		{Method: http.MethodPost, Path: "/api/v1/recommendations", Action: policies.RecommendationPropose, ID: "proposeRecommendation", Group: group, Text: "api.op.proposeRecommendation",
			Body: apiProposal{}, Status: http.StatusCreated, Answer: apiRecommendation{}, Do: o.propose},
		{Method: http.MethodGet, Path: "/api/v1/recommendations/found", Action: policies.RecommendationPropose, ID: "listFoundRecommendations", Group: group, Text: "api.op.listFoundRecommendations",
			Answer: apiFoundList{}, Do: o.found},
		{Method: http.MethodPost, Path: "/api/v1/recommendations/take/:finding", Action: policies.RecommendationPropose, ID: "takeFoundRecommendation", Group: group, Text: "api.op.takeFoundRecommendation",
			Params: []web.Param{{Name: "finding", Kind: web.ParamID, Text: "api.param.finding"}}, Status: http.StatusCreated, Answer: apiRecommendation{}, Do: o.take},
		{Method: http.MethodGet, Path: "/api/v1/recommendations/:id", Action: policies.RecommendationRead, ID: "getRecommendation", Group: group, Text: "api.op.getRecommendation",
			Params: []web.Param{id}, Answer: apiRecommendation{}, Do: func(c *web.Context) error {
				x, err := c.ID("id")
				if err != nil {
					return err
				}
				return o.recommendation(c, http.StatusOK, x)
			}},
		step("accept", "acceptRecommendation", apiAccepted{}, reading(func(ctx context.Context, id string, in apiAccepted) error {
			key, err := planned(in.Plan)
			if err == nil {
				_, err = o.svc.AcceptRecommendation(ctx, id, key, in.ItemFields)
			}
			return err
		})),
		step("reject", "rejectRecommendation", apiReason{}, reading(func(ctx context.Context, id string, in apiReason) error {
			return o.svc.RejectRecommendation(ctx, id, in.Reason)
		})),
		step("merge", "mergeRecommendation", apiMerged{}, reading(func(ctx context.Context, id string, in apiMerged) error {
			return o.svc.MergeRecommendation(ctx, id, in.Into, in.Reason)
		})),
	}
}

// apiRecommendation is one line of the register.
type apiRecommendation struct {
	ID         string    `json:"id"`
	Number     string    `json:"number"`
	Text       string    `json:"text"`
	Basis      string    `json:"basis"`
	BasisLabel string    `json:"basis_label"`
	GSBPM      string    `json:"gsbpm,omitempty"`
	Clause     string    `json:"clause,omitempty"`
	Department apiUnit   `json:"department"`
	State      string    `json:"state"`
	Reason     string    `json:"reason,omitempty"`
	MergedInto string    `json:"merged_into,omitempty"` // number
	Item       *apiPlace `json:"item,omitempty"`        // of a plan, that it became
	ProposedBy string    `json:"proposed_by,omitempty"` // left out when the program did
	ProposedAt time.Time `json:"proposed_at"`
	DecidedBy  string    `json:"decided_by,omitempty"`
	DecidedAt  time.Time `json:"decided_at,omitzero"`
}

type apiRecommendations struct {
	Items []apiRecommendation `json:"items"`
	Total int                 `json:"total"`
	Next  string              `json:"next"`
}

type apiProposal struct {
	Text         string `json:"text"`
	Basis        string `json:"basis" enum:"act,measure,assessment,other"`
	BasisLabel   string `json:"basis_label"`
	ActID        string `json:"act_id,omitempty"`
	GSBPM        string `json:"gsbpm,omitempty"`
	DepartmentID string `json:"department_id"`
}

// apiAccepted is the item that a recommendation becomes, and the plan it goes
// into.
type apiAccepted struct {
	planning.ItemFields
	Plan string `json:"plan"` // key
}

type apiMerged struct {
	Into   string `json:"into"` // number of one that says the same
	Reason string `json:"reason,omitempty"`
}

// apiFound is a recommendation of an audit finding that is not in the register
// yet.
type apiFound struct {
	FindingID    string `json:"finding_id"`
	ActID        string `json:"act_id,omitempty"`
	Label        string `json:"label"` // number of the act, else of the audit
	Text         string `json:"text"`
	DepartmentID string `json:"department_id"`
	Department   string `json:"department"` // code
	GSBPM        string `json:"gsbpm,omitempty"`
	Clause       string `json:"clause,omitempty"`
}

type apiFoundList struct {
	Items []apiFound `json:"items"`
}

func texts[S ~string](list []S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

func recommendationIn(lang string, r planning.Recommendation) apiRecommendation {
	out := apiRecommendation{ID: r.ID, Number: r.Number, Text: r.Text, Basis: string(r.Basis), BasisLabel: r.BasisLabel, GSBPM: r.GSBPM, Clause: r.Clause,
		Department: unitIn(lang, r.DepartmentID, r.DepartmentCode, r.DepartmentNameAZ, r.DepartmentNameEN), State: string(r.State), Reason: r.Reason, MergedInto: r.MergedNumber,
		ProposedBy: r.ProposedName, ProposedAt: r.ProposedAt, DecidedBy: r.DecidedName, DecidedAt: r.DecidedAt}
	if r.ItemID != "" {
		out.Item = &apiPlace{string(r.ItemPlan), r.ItemID, r.ItemNo}
	}
	return out
}

func (o operations) listRecommendations(c *web.Context) error {
	page, err := o.svc.Recommendations(c.Ctx(), planning.RecommendationFilter{Query: c.Query("q"), State: planning.RecommendationState(c.Query("state")), Basis: planning.Basis(c.Query("basis")),
		DepartmentID: c.Query("department"), After: c.Cursor(2), Limit: c.Limit()})
	if err != nil {
		return err
	}
	out := apiRecommendations{Items: []apiRecommendation{}, Total: page.Total, Next: web.NextPlace(page.Next)}
	for _, r := range page.Rows {
		out.Items = append(out.Items, recommendationIn(c.Lang(), r))
	}
	return c.JSON(http.StatusOK, out)
}

func (o operations) recommendation(c *web.Context, status int, id string) error {
	r, err := o.svc.Recommendation(c.Ctx(), id)
	if err != nil {
		return err
	}
	return c.JSON(status, recommendationIn(c.Lang(), r))
}

func (o operations) propose(c *web.Context) error {
	var in apiProposal
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	r, err := o.svc.Propose(c.Ctx(), planning.NewRecommendation{Text: in.Text, Basis: planning.Basis(in.Basis), BasisLabel: in.BasisLabel, ActID: in.ActID, GSBPM: in.GSBPM, DepartmentID: in.DepartmentID})
	if err != nil {
		return err
	}
	return o.recommendation(c, http.StatusCreated, r.ID)
}

func (o operations) found(c *web.Context) error {
	list, err := o.svc.FoundRecommendations(c.Ctx())
	if err != nil {
		return err
	}
	out := apiFoundList{Items: []apiFound{}}
	for _, f := range list {
		out.Items = append(out.Items, apiFound{f.FindingID, f.ActID, f.Label, f.Text, f.DepartmentID, f.DepartmentCode, f.GSBPM, f.Clause})
	}
	return c.JSON(http.StatusOK, out)
}

func (o operations) take(c *web.Context) error {
	id, err := c.ID("finding")
	if err != nil {
		return err
	}
	r, err := o.svc.TakeOver(c.Ctx(), id)
	if err != nil {
		return err
	}
	return o.recommendation(c, http.StatusCreated, r.ID)
}
