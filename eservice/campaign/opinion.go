package campaign

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// body reads and holds a body of a campaign that the actor may act on.
func (s *Service) body(ctx context.Context, tx *store.Tx, campaignID, agencyID string, action policies.Action) (c Campaign, b Body, err error) {
	sc, err := office.Allowed(ctx, action)
	if err != nil {
		return c, b, err
	}
	if c, err = s.lock(ctx, tx, campaignID); err != nil {
		return c, b, err
	}
	if !store.IsID(agencyID) || !covers(sc, agencyID) {
		return c, b, apperr.Missing("agency")
	}
	if err := store.Lock(tx.NewSelect().Model(&b).Where("b.campaign_id = ? AND b.agency_id = ?", c.ID, agencyID)).Scan(ctx); err != nil {
		return c, b, store.MapError(err, "body")
	}
	return c, b, nil
}

// moveBody takes an opinion along an arrow.
func (s *Service) moveBody(ctx context.Context, campaignID, agencyID, verb, note string, change func(tx *store.Tx, c Campaign, b *Body) error) error {
	var action policies.Action
	for _, t := range BodyTransitions {
		if t.Verb == verb {
			action = t.Action
		}
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		c, b, err := s.body(ctx, tx, campaignID, agencyID, action)
		if err != nil {
			return err
		}
		t, ok := office.Arrow(BodyTransitions, b.State, verb)
		if !ok || !c.Open() || (verb != "write" && c.State != Opinions) {
			return apperr.New(apperr.Conflict, "campaign.error.opinion_state", "state", "campaign.body."+string(b.State))
		}
		b.State, b.Revision = t.To, b.Revision+1
		if err := change(tx, c, &b); err != nil {
			return err
		}
		n, err := store.Affected(tx.NewUpdate().Model(&b).WherePK().Where("state = ?", t.From).Exec(ctx))
		if err := store.Moved(n, err, "opinion", string(t.From)); err != nil {
			return err
		}
		after := map[string]any{"agency": agencyID, "opinion": b.State, "step": verb}
		if b.ReplyDue != "" {
			after["due"] = b.ReplyDue
		}
		tx.Record(store.Change{Action: string(action), Kind: kindCampaign, ID: c.ID, Label: c.Number, Note: note, Before: map[string]any{"opinion": t.From}, After: after})
		return event(ctx, tx, c.ID, agencyID, verb, string(b.State), note)
	})
}

// WriteOpinion keeps the opinion on a body and the proposals to it; its
// assessor writes it once all its services are scored.
func (s *Service) WriteOpinion(ctx context.Context, campaignID, agencyID, opinion, proposals string) error {
	var check apperr.Check
	opinion, proposals = check.Text("opinion", opinion, 10, 10_000), check.Text("proposals", proposals, 3, 10_000)
	if err := check.Err(); err != nil {
		return err
	}
	return s.moveBody(ctx, campaignID, agencyID, "write", "", func(tx *store.Tx, c Campaign, b *Body) error {
		if err := s.mayScore(ctx, tx, c, agencyID); err != nil {
			return err
		}
		var open int
		if err := tx.NewRaw("SELECT COUNT(*) FROM assessments WHERE campaign_id = ? AND agency_id = ? AND NOT scored", c.ID, agencyID).Scan(ctx, &open); err != nil {
			return store.MapError(err, "open services")
		}
		if open > 0 {
			return apperr.New(apperr.Conflict, "campaign.error.open", "n", open)
		}
		b.Opinion, b.Proposals, b.WrittenBy = opinion, proposals, tx.Actor.Signature()
		return nil
	})
}

// SendOpinion sends the opinion to its body, which replies within the working
// days of the campaign.
func (s *Service) SendOpinion(ctx context.Context, campaignID, agencyID string) error {
	return s.moveBody(ctx, campaignID, agencyID, "send", "", func(tx *store.Tx, c Campaign, b *Body) (err error) {
		b.SentAt = tx.Now
		b.ReplyDue, _, err = office.AddWorkingDays(ctx, tx, s.KIS.Country, s.KIS.Today(), c.ReplyDays)
		return err
	})
}

// SendOpinions sends every opinion that is written, and says how many.
func (s *Service) SendOpinions(ctx context.Context, campaignID string) (n int, err error) {
	if _, err := office.Allowed(ctx, policies.CampaignManage); err != nil {
		return 0, err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		c, err := s.lock(ctx, tx, campaignID)
		if err != nil {
			return err
		}
		if c.State != Opinions {
			return apperr.New(apperr.Conflict, "campaign.error.state", "state", "campaign.state."+string(c.State))
		}
		due, _, err := office.AddWorkingDays(ctx, tx, s.KIS.Country, s.KIS.Today(), c.ReplyDays)
		if err != nil {
			return err
		}
		moved, err := store.Affected(tx.NewUpdate().Model((*Body)(nil)).Set("state = ?, sent_at = ?, reply_due = ?, revision = revision + 1", BodySent, tx.Now, due).
			Where("campaign_id = ? AND state = ?", c.ID, BodyDrafted).Exec(ctx))
		if err != nil {
			return store.MapError(err, "send opinions")
		}
		if n = int(moved); n == 0 {
			return apperr.New(apperr.Conflict, "campaign.error.nothing_to_send")
		}
		tx.Record(store.Change{Action: string(policies.CampaignManage), Kind: kindCampaign, ID: c.ID, Label: c.Number, After: map[string]any{"step": "send", "sent": n, "due": due}})
		return event(ctx, tx, c.ID, "", "send", string(BodySent), "")
	})
	return n, err
}

// corrected sends the opinion anew to the bodies whose results were corrected
// since they got it, so that none is held to a word on other results: what it
// replied stays in the history, and it has the whole term again. agencyID
// narrows it to one body whose result was corrected just now.
func (s *Service) corrected(ctx context.Context, tx *store.Tx, c Campaign, agencyID string) error {
	var bodies []string
	q := tx.NewSelect().Model((*Body)(nil)).ColumnExpr("b.agency_id").Where("b.campaign_id = ? AND b.state IN (?)", c.ID, bun.List([]BodyState{BodySent, BodyAccepted, BodyAnswered})).OrderExpr("b.agency_id")
	if agencyID != "" {
		q = q.Where("b.agency_id = ?", agencyID)
	} else {
		q = q.Where("EXISTS (SELECT 1 FROM assessments a WHERE a.campaign_id = b.campaign_id AND a.agency_id = b.agency_id AND a.scored_at > b.sent_at)")
	}
	if err := q.Scan(ctx, &bodies); err != nil || len(bodies) == 0 {
		return store.MapError(err, "corrected bodies")
	}
	due, _, err := office.AddWorkingDays(ctx, tx, s.KIS.Country, s.KIS.Today(), c.ReplyDays)
	if err != nil {
		return err
	}
	_, err = tx.NewUpdate().Model((*Body)(nil)).Set("state = ?, sent_at = ?, reply_due = ?, reply = '', replied_by = '', replied_at = NULL, answer = '', answered_by = '', answered_at = NULL, revision = revision + 1", BodySent, tx.Now, due).
		Where("campaign_id = ? AND agency_id IN (?)", c.ID, bun.List(bodies)).Exec(ctx)
	if err != nil {
		return store.MapError(err, "send corrected opinions")
	}
	for _, b := range bodies {
		tx.Record(store.Change{Action: string(policies.AssessmentScore), Kind: kindCampaign, ID: c.ID, Label: c.Number, After: map[string]any{"agency": b, "opinion": BodySent, "step": "correct", "due": due}})
		if err := event(ctx, tx, c.ID, b, "correct", string(BodySent), ""); err != nil {
			return err
		}
	}
	return nil
}

// Reply is a body's word on its opinion: it agrees, or objects with reasons.
func (s *Service) Reply(ctx context.Context, campaignID, agencyID string, agrees bool, text string) error {
	var check apperr.Check
	least, verb := 0, "accept"
	if !agrees {
		least, verb = 10, "object"
	}
	text = check.Text("reply", text, least, 10_000)
	if err := check.Err(); err != nil {
		return err
	}
	return s.moveBody(ctx, campaignID, agencyID, verb, text, func(tx *store.Tx, _ Campaign, b *Body) error {
		b.Reply, b.RepliedBy, b.RepliedAt = text, tx.Actor.Signature(), tx.Now
		return nil
	})
}

// Answer answers an objection.
func (s *Service) Answer(ctx context.Context, campaignID, agencyID, text string) error {
	var check apperr.Check
	text = check.Text("answer", text, 3, 10_000)
	if err := check.Err(); err != nil {
		return err
	}
	return s.moveBody(ctx, campaignID, agencyID, "answer", text, func(tx *store.Tx, _ Campaign, b *Body) error {
		b.Answer, b.AnsweredBy, b.AnsweredAt = text, tx.Actor.Signature(), tx.Now
		return nil
	})
}

// Opinion gives a body of a campaign as BodyView does, by the number of the
// campaign and the code of the body, or by their ids.
func (s *Service) Opinion(ctx context.Context, campaign, agency string) (BodyView, error) {
	if _, err := office.Allowed(ctx, policies.CampaignRead); err != nil {
		return BodyView{}, err
	}
	find := func(id *string, query, object string) error {
		if store.IsID(*id) {
			return nil
		}
		return store.MapError(s.DB.Read().NewRaw(query, *id).Scan(ctx, id), object)
	}
	if err := find(&campaign, "SELECT id FROM assessment_campaigns WHERE number = ?", "campaign"); err != nil {
		return BodyView{}, err
	}
	if err := find(&agency, "SELECT id FROM agencies WHERE code = ?", "agency"); err != nil {
		return BodyView{}, err
	}
	return s.BodyView(ctx, campaign, agency)
}

// Place is where the opinion on a body stands in a campaign.
type Place struct {
	CampaignID string    `bun:"campaign_id"`
	Number     string    `bun:"number"` // of the campaign
	AgencyID   string    `bun:"agency_id"`
	State      BodyState `bun:"state"`
	Sent       time.Time `bun:"sent_at,nullzero"`
}

// PlaceOf says where the opinion on a body in a year is read, when it was sent
// and the actor may read it; ok is false when not. One query.
func (s *Service) PlaceOf(ctx context.Context, year int, agencyID string) (p Place, ok bool, err error) {
	sc, err := office.Allowed(ctx, policies.CampaignRead)
	if apperr.Is(err, apperr.Forbidden) || err == nil && !covers(sc, agencyID) {
		return p, false, nil // the card is open to more people than opinions are
	}
	if err != nil {
		return p, false, err
	}
	err = s.DB.Read().NewRaw(`SELECT k.id AS campaign_id, k.number, b.agency_id, b.state, b.sent_at FROM assessment_campaigns k JOIN campaign_bodies b ON b.campaign_id = k.id
		WHERE k.year = ? AND k.state <> 'cancelled' AND b.agency_id = ? AND b.sent_at IS NOT NULL`, year, agencyID).Scan(ctx, &p)
	if err = store.MapError(err, "opinion"); apperr.Is(err, apperr.NotFound) {
		return p, false, nil
	}
	return p, err == nil, err
}

// Tally is what was done in the campaign of a year.
type Tally struct {
	Number       string  `bun:"number"` // empty: the year had no campaign that counts
	Title        string  `bun:"title"`
	From         day.Day `bun:"from_day"`
	To           day.Day `bun:"to_day"`
	Bodies       int64   `bun:"bodies"`
	Opinions     int64   `bun:"opinions"`
	Objections   int64   `bun:"objections"`
	WebReviews   int64   `bun:"web_reviews"`
	SiteVisits   int64   `bun:"site_visits"`
	Shortcomings int64   `bun:"shortcomings"`
	Readings     int64   `bun:"readings"`
}

// TallyOf counts the work of the campaign of a year that is final; for those
// who read all campaigns, else Forbidden. One query.
func (s *Service) TallyOf(ctx context.Context, year int) (t Tally, err error) {
	sc, err := office.Allowed(ctx, policies.CampaignRead)
	if err == nil && !sc.Any {
		err = apperr.New(apperr.Forbidden, "error.forbidden")
	}
	if err != nil {
		return t, err
	}
	var rows []Tally
	err = s.DB.Read().NewRaw(`SELECT k.number, k.title, k.from_day, k.to_day,
		(SELECT COUNT(*) FROM campaign_bodies b WHERE b.campaign_id = k.id) AS bodies,
		(SELECT COUNT(*) FROM campaign_bodies b WHERE b.campaign_id = k.id AND b.sent_at IS NOT NULL) AS opinions,
		(SELECT COUNT(*) FROM campaign_bodies b WHERE b.campaign_id = k.id AND b.state IN ('objected', 'answered')) AS objections,
		(SELECT COUNT(*) FROM campaign_visits w WHERE w.campaign_id = k.id AND w.kind = 'web') AS web_reviews,
		(SELECT COUNT(*) FROM campaign_visits w WHERE w.campaign_id = k.id AND w.kind = 'site') AS site_visits,
		(SELECT COUNT(*) FROM assessment_shortcomings h JOIN assessments a ON a.id = h.assessment_id WHERE a.campaign_id = k.id) AS shortcomings,
		(SELECT COUNT(*) FROM assessment_readings r JOIN assessments a ON a.id = r.assessment_id WHERE a.campaign_id = k.id) AS readings
		FROM assessment_campaigns k WHERE k.year = ? AND k.state IN ('final', 'published')`, year).Scan(ctx, &rows)
	if len(rows) > 0 {
		t = rows[0]
	}
	return t, store.MapError(err, "work of a campaign")
}
