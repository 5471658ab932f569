// Package planningweb owns the pages of planning: the register of
// recommendations, the yearly plan with the agreement of the departments, the
// management review, and the measures of national plans.
//
// It may import planning, kis, policies, web and internal packages other than
// store. Invariants: a handler decides nothing; every change goes through
// planning.Service, which asks again who may do it; a refused form comes back
// as it was typed, with what was wrong.
package planningweb

import (
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

type pages struct {
	svc *planning.Service
	r   *web.Router
}

// Register adds the routes of recommendations, plans and reviews. Buttons for
// documents show up where a route /plans/:year/pdf, /plans/:year/xlsx or
// /reviews/:id/pdf is registered too.
func Register(r *web.Router, svc *planning.Service) {
	p := pages{svc: svc, r: r}
	r.GET("/recommendations", policies.RecommendationRead, p.recommendations)
	r.GET("/recommendations/new", policies.RecommendationPropose, p.newRecommendation)
	r.POST("/recommendations", policies.RecommendationPropose, p.propose)
	r.POST("/recommendations/take/:finding", policies.RecommendationPropose, p.takeOver)
	r.GET("/recommendations/:id", policies.RecommendationRead, p.recommendation)
	r.POST("/recommendations/:id/accept", policies.RecommendationDecide, p.accept)
	r.POST("/recommendations/:id/reject", policies.RecommendationDecide, p.reject)
	r.POST("/recommendations/:id/merge", policies.RecommendationDecide, p.merge)

	r.GET("/plans", policies.PlanRead, p.plans)
	r.POST("/plans", policies.PlanDraft, p.openPlan)
	r.GET("/plans/:year", policies.PlanRead, p.plan)
	r.POST("/plans/:year/send", policies.PlanDraft, p.send)
	r.POST("/plans/:year/recall", policies.PlanDraft, p.recall)
	r.POST("/plans/:year/remind", policies.PlanDraft, p.remind)
	r.POST("/plans/:year/carry", policies.PlanDraft, p.carry)
	r.POST("/plans/:year/start", policies.PlanDraft, p.start)
	r.POST("/plans/:year/close", policies.PlanDraft, p.closePlan)
	r.POST("/plans/:year/agree", policies.PlanAgree, p.agree)
	r.POST("/plans/:year/object", policies.PlanAgree, p.object)
	r.POST("/plans/:year/objections/:objection", policies.PlanDraft, p.answer)
	r.POST("/plans/:year/approve", policies.PlanApprove, p.approve)
	r.POST("/plans/:year/return", policies.PlanApprove, p.returnPlan)

	r.GET("/plans/:year/items/new", policies.PlanDraft, p.newItem)
	r.POST("/plans/:year/items", policies.PlanDraft, p.addItem)
	r.GET("/plans/:year/items/:item", policies.PlanRead, p.item)
	r.GET("/plans/:year/items/:item/edit", policies.PlanDraft, p.editItem)
	r.POST("/plans/:year/items/:item/edit", policies.PlanDraft, p.changeItem)
	r.POST("/plans/:year/items/:item/remove", policies.PlanDraft, p.removeItem)
	r.STREAM("/plans/:year/items/:item/report", policies.PlanReport, p.report)
	r.STREAM("/plans/:year/items/:item/uploads", policies.PlanReport, p.upload)
	r.GET("/plans/:year/items/:item/files/:file", policies.PlanRead, p.file)

	r.GET("/reviews", policies.ReviewRead, p.reviews)
	r.GET("/reviews/new", policies.ReviewPrepare, p.newReview)
	r.POST("/reviews", policies.ReviewPrepare, p.openReview)
	r.GET("/reviews/:id", policies.ReviewRead, p.review)
	r.GET("/reviews/:id/edit", policies.ReviewPrepare, p.editReview)
	r.POST("/reviews/:id/edit", policies.ReviewPrepare, p.changeReview)
	r.POST("/reviews/:id/refresh", policies.ReviewPrepare, p.refresh)
	r.GET("/reviews/:id/comments", policies.ReviewPrepare, p.comments)
	r.POST("/reviews/:id/comments", policies.ReviewPrepare, p.saveComments)
	r.POST("/reviews/:id/decisions", policies.ReviewPrepare, p.decide)
	r.POST("/reviews/:id/decisions/:decision/remove", policies.ReviewPrepare, p.undecide)
	r.GET("/reviews/:id/decisions/:decision/plan", policies.PlanDraft, p.planDecision)
	r.POST("/reviews/:id/decisions/:decision/plan", policies.PlanDraft, p.addDecision)
	r.POST("/reviews/:id/prepare", policies.ReviewPrepare, p.prepare)
	r.POST("/reviews/:id/recall", policies.ReviewPrepare, p.recallReview)
	r.POST("/reviews/:id/return", policies.ReviewSign, p.returnReview)
	r.POST("/reviews/:id/sign", policies.ReviewSign, p.sign)
	r.POST("/reviews/:id/addenda", policies.ReviewRead, p.addendum)
}
