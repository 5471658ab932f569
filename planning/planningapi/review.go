package planningapi

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// reviews are the operations of management reviews. A review is named by its
// id or number.
func (o operations) reviews() []web.Operation {
	id := web.Param{Name: "id", Kind: web.ParamText, Max: 40, Text: "api.param.review"}
	decision := web.Param{Name: "decision", Kind: web.ParamID, Text: "api.param.decision"}
	group := "reviews"
	step := func(verb string, act policies.Action, op string, body any, do func(c *web.Context, id string) error, more ...web.Param) web.Operation {
		return web.Operation{Method: http.MethodPost, Path: "/api/v1/reviews/:id/" + verb, Action: act, ID: op, Group: group, Text: "api.op." + op,
			Params: append([]web.Param{id}, more...), Body: body, Answer: apiReview{}, Do: func(c *web.Context) error {
				r, err := o.svc.ReviewDossier(c.Ctx(), c.Param("id"))
				if err == nil {
					err = do(c, r.ID)
				}
				if err != nil {
					return err
				}
				return o.review(c, http.StatusOK, r.ID)
			}}
	}
	return []web.Operation{
		{Method: http.MethodGet, Path: "/api/v1/reviews", Action: policies.ReviewRead, ID: "listReviews", Group: group, Text: "api.op.listReviews", Answer: apiReviews{}, Do: o.listReviews},
		{Method: http.MethodPost, Path: "/api/v1/reviews", Action: policies.ReviewPrepare, ID: "openReview", Group: group, Text: "api.op.openReview",
			Body: apiReviewFields{}, Status: http.StatusCreated, Answer: apiReview{}, Do: o.openReview},
		{Method: http.MethodGet, Path: "/api/v1/reviews/:id", Action: policies.ReviewRead, ID: "getReview", Group: group, Text: "api.op.getReview",
			Params: []web.Param{id}, Answer: apiReview{}, Do: func(c *web.Context) error { return o.review(c, http.StatusOK, c.Param("id")) }},
		step("change", policies.ReviewPrepare, "changeReview", apiChangedReview{}, reading(func(ctx context.Context, id string, in apiChangedReview) error {
			return o.svc.EditReview(ctx, id, in.Version, in.fields())
		})),
		step("refresh", policies.ReviewPrepare, "refreshReview", nil, func(c *web.Context, id string) error { return o.svc.RefreshReview(c.Ctx(), id) }),
		step("comments", policies.ReviewPrepare, "commentReview", apiComments{}, reading(func(ctx context.Context, id string, in apiComments) error {
			said := map[string]string{}
			for _, x := range in.Comments {
				if !slices.Contains(letters, x.Letter) {
					return apperr.InvalidField("letter", "error.field.choice")
				}
				said[x.Letter] = x.Comment
			}
			return o.svc.CommentInputs(ctx, id, max(in.Version, 0), said)
		})),
		step("decisions", policies.ReviewPrepare, "addReviewDecision", apiNewDecision{}, reading(func(ctx context.Context, id string, in apiNewDecision) error {
			_, err := o.svc.AddDecision(ctx, id, planning.NewDecision{Kind: planning.DecisionKind(in.Kind), Text: in.Text, OwnerID: in.OwnerID, DepartmentID: in.DepartmentID, Due: in.Due})
			return err
		})),
		step("decisions/:decision/remove", policies.ReviewPrepare, "removeReviewDecision", nil, func(c *web.Context, id string) error {
			x, err := c.ID("decision")
			if err != nil {
				return apperr.Missing("decision")
			}
			return o.svc.RemoveDecision(c.Ctx(), id, x)
		}, decision),
		step("decisions/:decision/plan", policies.PlanDraft, "planReviewDecision", apiAccepted{}, func(c *web.Context, id string) error {
			var in apiAccepted
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			key, err := planned(in.Plan)
			if err != nil {
				return err
			}
			d, err := o.svc.Decision(c.Ctx(), c.Param("decision"))
			if err == nil && d.ReviewID != id {
				err = apperr.Missing("decision")
			}
			if err == nil {
				_, err = o.svc.AddDecisionToPlan(c.Ctx(), d.ID, key, in.ItemFields)
			}
			return err
		}, decision),
		step("prepare", policies.ReviewPrepare, "prepareReview", apiConclusion{}, reading(func(ctx context.Context, id string, in apiConclusion) error {
			return o.svc.PrepareReview(ctx, id, planning.Verdict{Suitable: in.Suitable, Adequate: in.Adequate, Effective: in.Effective, Conclusion: in.Conclusion})
		})),
		step("recall", policies.ReviewPrepare, "recallReview", apiReason{}, reading(func(ctx context.Context, id string, in apiReason) error {
			return o.svc.RecallReview(ctx, id, in.Reason)
		})),
		step("return", policies.ReviewSign, "returnReview", apiReason{}, reading(func(ctx context.Context, id string, in apiReason) error {
			return o.svc.ReturnReview(ctx, id, in.Reason)
		})),
		step("sign", policies.ReviewSign, "signReview", apiSignature{}, reading(func(ctx context.Context, id string, in apiSignature) error {
			return o.svc.SignReview(ctx, id, planning.Signature{Number: in.Number, Confirmed: true})
		})),
		step("addenda", policies.ReviewRead, "addReviewAddendum", apiAddendumText{}, reading(func(ctx context.Context, id string, in apiAddendumText) error {
			return o.svc.AddAddendum(ctx, id, in.Text)
		})),
	}
}

// apiReviewFields is what people write about a review.
type apiReviewFields struct {
	From         day.Day   `json:"from"`
	To           day.Day   `json:"to"`
	MeetingAt    time.Time `json:"meeting_at"`
	Place        string    `json:"place,omitempty"`
	ChairID      string    `json:"chair_id"`               // who may sign reviews
	Participants []string  `json:"participants,omitempty"` // ids; the chair comes by itself
}

func (f apiReviewFields) fields() planning.ReviewFields {
	return planning.ReviewFields{From: f.From, To: f.To, MeetingAt: f.MeetingAt, Place: f.Place, ChairID: f.ChairID, Participants: f.Participants}
}

type apiChangedReview struct {
	apiReviewFields
	Version int `json:"version"` // that was read
}

// letters are the twelve inputs of a review.
var letters = []string{"a", "b", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "d", "e", "f"}

type apiComments struct {
	Version  int          `json:"version,omitempty"` // that was read; 0: not checked
	Comments []apiComment `json:"comments"`
}

type apiComment struct {
	Letter  string `json:"letter" enum:"a,b,c1,c2,c3,c4,c5,c6,c7,d,e,f"`
	Comment string `json:"comment"`
}

type apiNewDecision struct {
	Kind         string  `json:"kind" enum:"a,b,c"` // improvement, change of the system, need of resources
	Text         string  `json:"text"`
	OwnerID      string  `json:"owner_id"`
	DepartmentID string  `json:"department_id,omitempty"` // the owner's when left out
	Due          day.Day `json:"due"`
}

type apiConclusion struct {
	Suitable   bool   `json:"suitable"`
	Adequate   bool   `json:"adequate"`
	Effective  bool   `json:"effective"`
	Conclusion string `json:"conclusion"`
}

type apiSignature struct {
	Number string `json:"number"` // of the review, said again
}

type apiAddendumText struct {
	Text string `json:"text"`
}

func (o operations) openReview(c *web.Context) error {
	var in apiReviewFields
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	r, err := o.svc.OpenReview(c.Ctx(), in.fields())
	if err != nil {
		return err
	}
	return o.review(c, http.StatusCreated, r.ID)
}
