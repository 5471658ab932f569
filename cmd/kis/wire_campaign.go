package main

import (
	"context"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/reports/scoredoc"
)

// wireCampaign makes the campaigns of assessments and lets their shortcomings
// become recommendations and acts.
func wireCampaign(s services) *campaign.Service {
	k := campaign.New(s.kis, s.eservice)
	k.Outcomes = outcomes{s.audit, s.planning}
	s.eservice.Measures = measuresOf{s.planning, s.kis}
	scoredoc.Add(s.reports, s.eservice, k)
	return k
}

// outcomes makes records of audit and planning out of shortcomings.
type outcomes struct {
	audit    *audit.Service
	planning *planning.Service
}

// Recommend puts a recommendation into the register of planning.
func (o outcomes) Recommend(ctx context.Context, tx *store.Tx, x campaign.Outcome) (id, label string, err error) {
	text := x.Text
	if x.Proposal != "" {
		text = x.Proposal + " (" + x.Text + ")"
	}
	r, err := o.planning.ProposeTx(ctx, tx, planning.NewRecommendation{Text: text, Basis: planning.FromAssessment, BasisLabel: x.Label, BasisID: x.ShortcomingID, DepartmentID: x.DepartmentID})
	return r.ID, r.Number, err
}

// customerClause is what a poor service breaks: customer focus, ISO 9001:2015 8.2.1.
const customerClause = "8.2.1"

// Act drafts an act of the origin "rating".
func (o outcomes) Act(ctx context.Context, tx *store.Tx, x campaign.Outcome) (string, error) {
	grade := audit.Minor
	if x.Major {
		grade = audit.Major
	}
	a, err := o.audit.DraftActTx(ctx, tx, audit.NewAct{Origin: audit.OriginRef{Kind: audit.OfRating, ID: x.ShortcomingID, Label: x.Label}, DepartmentID: x.DepartmentID,
		Grade: grade, Clause: customerClause, Statement: x.Text, ObjectiveEvidence: x.Proposal})
	return a.ID, err
}
