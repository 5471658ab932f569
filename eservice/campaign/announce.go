package campaign

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// noticeKind is what people choose by in their notices.
const noticeKind = "campaign"

// Announcements says whom a step of a campaign concerns: the officers of a
// body when its opinion is sent or its results are corrected, its objection answered or the results are
// published, who manages campaigns when a body replies. One query for a step
// that matters.
func (s *Service) Announcements(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error) {
	if e.Kind != kindCampaign {
		return nil, nil
	}
	facts := e.Facts()
	step, agencyID := facts["step"], facts["agency"]
	switch step {
	case "send", "publish", "answer", "accept", "object", "correct":
	default:
		return nil, nil
	}
	var rows []struct {
		Number   string `bun:"number"`
		Year     string `bun:"year"`
		AgencyID string `bun:"agency_id"`
		AZ       string `bun:"name_az"`
		EN       string `bun:"name_en"`
		Due      string `bun:"reply_due"`
	}
	q := db.NewSelect().TableExpr("campaign_bodies AS b").ColumnExpr("k.number, CAST(k.year AS TEXT) AS year, b.agency_id, g.name_az, g.name_en, b.reply_due").
		Join("JOIN assessment_campaigns AS k ON k.id = b.campaign_id").Join("JOIN agencies AS g ON g.id = b.agency_id").Where("k.id = ?", e.ID).OrderExpr("g.sort_key, b.agency_id")
	if agencyID != "" {
		q = q.Where("b.agency_id = ?", agencyID)
	} else {
		q = q.Where("b.state NOT IN ('assessing', 'drafted')")
	}
	if agencyID == "" && step == "send" { // those that were sent before know
		q = q.Where("b.sent_at = ?", e.At)
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, store.MapError(err, "bodies of an entry")
	}
	out := make([]office.Announcement, 0, len(rows))
	for _, r := range rows {
		a := office.Announcement{Kind: noticeKind, Key: "campaign.notice." + step, Href: "/campaigns/" + e.ID + "/bodies/" + r.AgencyID,
			Args: map[string]string{"who": e.ActorName, "number": r.Number, "year": r.Year, "agency_az": r.AZ, "agency_en": r.EN, "note": e.Note, "due": r.Due},
			For:  func(a actor.Actor) bool { return policies.For(a, policies.OpinionReply).Agency(r.AgencyID) }}
		if step == "accept" || step == "object" {
			a.For = func(a actor.Actor) bool { return policies.Can(a, policies.CampaignManage) }
		}
		out = append(out, a)
	}
	return out, nil
}
