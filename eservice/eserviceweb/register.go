// Package eserviceweb owns the pages of e-services: rating schemes, campaigns
// of assessments and the agency scorecards.
//
// It may import eservice, eservice/campaign, kis, policies, web and web/ui.
// Invariants: a page shows only what the service gave it; charts say the same
// in words and in a table.
package eserviceweb

import (
	"context"
	"io"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// SheetWriter writes the sheets of campaigns and schemes; reports does, which stands above
// this package.
type SheetWriter interface {
	// Campaign gives a campaign that the actor may take away.
	Campaign(ctx context.Context, id string) (campaign.Campaign, error)
	// CampaignSheet writes its services as "xlsx" or "csv".
	CampaignSheet(ctx context.Context, w io.Writer, format, id string) error
	// SchemeSheet writes a rating scheme as "xlsx" or "csv".
	SchemeSheet(ctx context.Context, w io.Writer, format, code string) error
}

// pages answers the requests of this context.
type pages struct {
	svc      *eservice.Service
	campaign *campaign.Service
	sheets   SheetWriter
}

// Register adds the routes.
func Register(r *web.Router, svc *eservice.Service, k *campaign.Service, sheets SheetWriter) {
	p := pages{svc, k, sheets}
	r.GET("/scorecards", policies.ScorecardRead, p.national)
	r.GET("/scorecards/compare", policies.ScorecardRead, p.compare)
	r.GET("/scorecards/services", policies.ScorecardRead, p.servicesBehind)
	r.GET("/scorecards/:agency", policies.ScorecardRead, p.agency)

	r.GET("/schemes", policies.SchemeRead, p.schemes)
	r.GET("/schemes/:code", policies.SchemeRead, p.scheme)
	r.GET("/schemes/:code/export.xlsx", policies.SchemeRead, p.exportScheme("xlsx"))
	r.GET("/schemes/:code/export.csv", policies.SchemeRead, p.exportScheme("csv"))
	r.POST("/schemes/:code/copy", policies.SchemeWrite, p.copyScheme)
	r.POST("/schemes/:code/save", policies.SchemeWrite, p.saveScheme)
	r.POST("/schemes/:code/activate", policies.SchemeWrite, p.activateScheme)
	r.POST("/schemes/:code/discard", policies.SchemeWrite, p.discardScheme)

	r.GET("/campaigns", policies.CampaignRead, p.campaigns)
	r.POST("/campaigns", policies.CampaignManage, p.plan)
	r.GET("/campaigns/ties", policies.CampaignManage, p.ties)
	r.GET("/campaigns/ties/own", policies.AssessmentScore, p.ties)
	r.POST("/campaigns/ties", policies.CampaignManage, p.declare(false))
	r.POST("/campaigns/ties/own", policies.AssessmentScore, p.declare(true))
	r.POST("/campaigns/ties/:id/end", policies.CampaignManage, p.endTie)
	r.GET("/campaigns/:id", policies.CampaignRead, p.show1)
	r.GET("/campaigns/:id/export.xlsx", policies.CampaignRead, p.exportSheet("xlsx"))
	r.GET("/campaigns/:id/export.csv", policies.CampaignRead, p.exportSheet("csv"))
	r.POST("/campaigns/:id/step/:verb", policies.CampaignManage, p.stepCampaign)
	r.POST("/campaigns/:id/publish", policies.CampaignPublish, p.publish)
	r.GET("/campaigns/:id/bodies/:agency", policies.CampaignRead, p.body)
	r.POST("/campaigns/:id/bodies/:agency/opinion", policies.AssessmentScore, p.stepBody("write"))
	r.POST("/campaigns/:id/bodies/:agency/send", policies.CampaignManage, p.stepBody("send"))
	r.POST("/campaigns/:id/bodies/:agency/reply", policies.OpinionReply, p.stepBody("reply"))
	r.POST("/campaigns/:id/bodies/:agency/answer", policies.CampaignManage, p.stepBody("answer"))
	r.STREAM("/campaigns/:id/bodies/:agency/visit", policies.AssessmentScore, p.visit)
	r.STREAM("/campaigns/:id/bodies/:agency/visit/uploads", policies.AssessmentScore, p.visitUpload)
	r.GET("/campaigns/:id/bodies/:agency/files/:file", policies.CampaignRead, p.visitFile)
	r.GET("/results/:id", policies.CampaignRead, p.item)
	r.POST("/results/:id/score", policies.AssessmentScore, p.score(false))
	r.POST("/results/:id/reading", policies.AssessmentScore, p.score(true))
	r.POST("/results/:id/shortcomings/:shortcoming", policies.ShortcomingPromote, p.promote)

	registerAPI(r, p)
	registerBodyAPI(r, p)
	registerCampaignAPI(r, p)
	registerSchemeAPI(r, p)
}
