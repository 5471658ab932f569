package main

import (
	"context"
	"strings"
	"testing"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/internal/actor"
)

// assessed is a campaign under way, of which the results of one body are scored.
type assessed struct{ campaign, agency, result, shortcoming, file string }

// assess runs a campaign over all bodies of the demonstration up to the
// opinion on the body of the code, which is written and not sent; text is what
// the assessor says of its services.
func assess(t testing.TB, a *app, agencyCode, text string) assessed {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	as := func(email string) context.Context {
		ctx := actor.With(t.Context(), actor.Program("test"))
		u, err := a.kis.UserByEmail(ctx, email)
		must(err)
		who, err := a.kis.ActorOf(ctx, u.ID)
		must(err)
		return actor.With(t.Context(), who)
	}
	manager, assessor := as("nigar@kis.example"), as("orxan@kis.example")
	c, err := a.campaign.Create(manager, campaign.Plan{Year: 2027, Title: "2027-ci ilin qiymətləndirilməsi", Basis: "Qayda", Scheme: "2025", From: "2026-09-01", To: "2026-12-20"})
	must(err)
	_, err = a.campaign.Assign(manager, c.ID, "", one(t, a, "SELECT id FROM users WHERE email = 'orxan@kis.example'"))
	must(err)
	must(a.campaign.Start(manager, c.ID))
	out := assessed{campaign: c.ID, agency: one(t, a, "SELECT id FROM agencies WHERE code = '"+agencyCode+"'")}
	out.result = one(t, a, "SELECT id FROM assessments WHERE campaign_id = '"+c.ID+"' AND agency_id = '"+out.agency+"' ORDER BY id LIMIT 1")
	scheme, err := a.eservice.SchemeByCode(manager, "2025")
	must(err)
	score := campaign.Score{Level: "full", Shortcomings: []campaign.Shortcoming{{Text: text, Proposal: text}}}
	for _, p := range scheme.Parameters {
		score.Points = append(score.Points, eservice.Point{Parameter: p.Code, Milli: 7000, Reason: text})
	}
	for {
		_, err = a.campaign.Score(assessor, out.result, score)
		must(err)
		var left []string
		must(a.db.Read().NewRaw("SELECT id FROM assessments WHERE campaign_id = ? AND agency_id = ? AND NOT scored", c.ID, out.agency).Scan(t.Context(), &left))
		if len(left) == 0 {
			break
		}
		out.result = left[0]
	}
	up, err := a.kis.StageUpload(assessor, "protokol.txt", strings.NewReader(text))
	must(err)
	v, err := a.campaign.RecordVisit(assessor, campaign.Visit{CampaignID: c.ID, AgencyID: out.agency, Kind: campaign.SiteVisit, Day: a.kis.Today(), Place: "Xidmət mərkəzi", Note: text}, []string{up.ID})
	must(err)
	out.file = v.Files[0].ID
	must(a.campaign.WriteOpinion(assessor, c.ID, out.agency, "Rəy: "+text, text))
	out.shortcoming = one(t, a, "SELECT id FROM assessment_shortcomings WHERE assessment_id = '"+out.result+"'")
	return out
}
