package campaign

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// maxWork is how many bodies of each kind Work lists at most.
const maxWork = 50

// Work lists the bodies of campaigns that wait for a step of the actor, see
// WorkParts.
func (s *Service) Work(ctx context.Context) ([]kis.WorkItem, error) {
	return kis.MyWork(ctx, s.WorkParts, maxWork)
}

// WorkParts are the parts of the work on campaigns: bodies that an assessor
// scores or writes the opinion on, opinions that an officer replies to, and
// for who manages campaigns bodies without an assessor and objections without
// an answer; as awaited the replies that are out.
func (s *Service) WorkParts(ctx context.Context) (parts []kis.WorkPart, err error) {
	if _, err := office.Allowed(ctx, policies.SelfUse); err != nil {
		return nil, err
	}
	who := actor.From(ctx)
	if who.UserID == "" || !policies.Can(who, policies.CampaignRead) {
		return nil, nil
	}
	db := s.DB.Read()
	add := func(tab kis.WorkTab, step, due, condition string, args ...any) {
		parts = append(parts, kis.WorkPart{Tab: tab, Name: "campaign." + step, Kind: "campaign.work.kind", ID: "b.agency_id", ID2: "b.campaign_id", Due: due,
			From: func() *bun.SelectQuery {
				return db.NewSelect().TableExpr("campaign_bodies AS b").Join("JOIN assessment_campaigns AS k ON k.id = b.campaign_id").Where(condition, args...)
			},
			Items: func(ctx context.Context, keys []kis.WorkKey) ([]kis.WorkItem, error) {
				return s.workItems(ctx, db, who, tab, step, keys)
			}})
	}
	const end, reply = "k.to_day", "b.reply_due"
	if policies.Can(who, policies.AssessmentScore) {
		add(kis.WorkMine, "score", end, "b.assessor_id = ? AND b.state = 'assessing' AND k.state IN ('running', 'opinions')", who.UserID)
	}
	if sc := policies.For(who, policies.OpinionReply); len(sc.Agencies) > 0 {
		add(kis.WorkMine, "reply", reply, "b.agency_id IN (?) AND b.state = 'sent' AND k.state = 'opinions'", bun.List(sc.Agencies))
	}
	if policies.Can(who, policies.CampaignManage) {
		add(kis.WorkMine, "assign", "k.from_day", "b.assessor_id IS NULL AND k.state IN ('planned', 'running')")
		add(kis.WorkMine, "answer", end, "b.state = 'objected' AND k.state = 'opinions'")
		add(kis.WorkAwaited, "replies", reply, "b.state = 'sent' AND k.state = 'opinions'")
	}
	return parts, nil
}

// workItems makes the items of bodies in campaigns.
func (s *Service) workItems(ctx context.Context, db bun.IDB, who actor.Actor, tab kis.WorkTab, step string, keys []kis.WorkKey) ([]kis.WorkItem, error) {
	agencies, campaigns := kis.WorkIDs(keys)
	var rows []struct {
		CampaignID string  `bun:"campaign_id"`
		AgencyID   string  `bun:"agency_id"`
		Number     string  `bun:"number"`
		AZ         string  `bun:"name_az"`
		EN         string  `bun:"name_en"`
		To         day.Day `bun:"to_day"`
		From       day.Day `bun:"from_day"`
		ReplyDue   day.Day `bun:"reply_due"`
	}
	err := db.NewSelect().TableExpr("campaign_bodies AS b").ColumnExpr("b.campaign_id, b.agency_id, k.number, g.name_az, g.name_en, k.to_day, k.from_day, b.reply_due").
		Join("JOIN assessment_campaigns AS k ON k.id = b.campaign_id").Join("JOIN agencies AS g ON g.id = b.agency_id").
		Where("b.agency_id IN (?) AND b.campaign_id IN (?)", bun.List(agencies), bun.List(campaigns)).Scan(ctx, &rows)
	if err != nil {
		return nil, store.MapError(err, "waiting bodies")
	}
	today := s.KIS.Today()
	out := make([]kis.WorkItem, len(rows))
	for i, r := range rows {
		due := r.To
		switch step {
		case "reply", "replies":
			due = r.ReplyDue
		case "assign":
			due = r.From
		}
		item := kis.WorkItem{Due: due, KindKey: "campaign.work.kind", Icon: "stars", Title: r.Number + ", " + i18n.InLang(who.Lang, r.AZ, r.EN), ID: r.AgencyID, ID2: r.CampaignID,
			Href: "/campaigns/" + r.CampaignID + "/bodies/" + r.AgencyID, VerbKey: "campaign.work.verb." + step, Overdue: due < today}
		if step == "assign" {
			item.Href = "/campaigns/" + r.CampaignID
		}
		if tab == kis.WorkAwaited {
			item.VerbKey, item.State = "", kis.WorkState{Tone: "idle", Icon: "hourglass", Key: "campaign.body.sent"}
		}
		out[i] = item
	}
	return out, nil
}
