package campaign

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Row is a campaign in the list.
type Row struct {
	Campaign `bun:",extend"`
	Bodies   int `bun:"bodies"`
	Services int `bun:"services"`
	Scored   int `bun:"scored"`
	Settled  int `bun:"settled"` // bodies whose opinion was accepted or answered
}

// List gives the campaigns, newest first. An officer finds those in which the
// own body has its opinion.
func (s *Service) List(ctx context.Context) ([]Row, error) {
	sc, err := office.Allowed(ctx, policies.CampaignRead)
	if err != nil {
		return nil, err
	}
	var out []Row
	q := s.DB.Read().NewSelect().Model(&out).ColumnExpr("k.*").
		ColumnExpr("(SELECT COUNT(*) FROM campaign_bodies b WHERE b.campaign_id = k.id) AS bodies").
		ColumnExpr("(SELECT COALESCE(SUM(b.services), 0) FROM campaign_bodies b WHERE b.campaign_id = k.id) AS services").
		ColumnExpr("(SELECT COUNT(*) FROM assessments a WHERE a.campaign_id = k.id AND NOT a.scored) AS scored").
		ColumnExpr("(SELECT COUNT(*) FROM campaign_bodies b WHERE b.campaign_id = k.id AND b.state IN ('accepted', 'answered')) AS settled").
		Order("k.year DESC", "k.number DESC")
	if !sc.Any {
		q = ofBodies(q, sc, "EXISTS (SELECT 1 FROM campaign_bodies b WHERE b.campaign_id = k.id AND b.agency_id IN (?) AND b.state NOT IN ('assessing', 'drafted'))")
	}
	if err := q.Scan(ctx); err != nil {
		return nil, store.MapError(err, "campaigns")
	}
	for i := range out {
		out[i].Scored = out[i].Services - out[i].Scored
	}
	return out, nil
}

// ofBodies narrows a list to the bodies of a scope, of which there may be none.
func ofBodies(q *bun.SelectQuery, sc policies.Scope, condition string) *bun.SelectQuery {
	if len(sc.Agencies) == 0 {
		return q.Where("1 = 0")
	}
	return q.Where(condition, bun.List(sc.Agencies))
}

// BodyRow is a body of a campaign with its progress.
type BodyRow struct {
	Body       `bun:",extend"`
	Code       string `bun:"code"`
	NameAZ     string `bun:"name_az"`
	NameEN     string `bun:"name_en"`
	Assessor   string `bun:"assessor"`
	Open       int    `bun:"open"`       // services not scored
	Electronic int    `bun:"electronic"` // electronised services
	Graded     int    `bun:"graded"`
	ScoreSum   int64  `bun:"score_sum"`
	SortKey    string `bun:"sort_key"`
}

// Name is what the body is called.
func (b BodyRow) Name(lang string) string { return i18n.InLang(lang, b.NameAZ, b.NameEN) }

// MeanMilli is the mean score so far; false when nothing is graded.
func (b BodyRow) MeanMilli() (int64, bool) {
	if b.Graded == 0 {
		return 0, false
	}
	n := int64(b.Graded)
	return (2*b.ScoreSum + n) / (2 * n), true
}

// Event is a step of a campaign.
type Event struct {
	Seq    int       `bun:"seq"`
	Verb   string    `bun:"verb"`
	Agency string    `bun:"agency"` // code
	Note   string    `bun:"note"`
	Actor  string    `bun:"actor"`
	At     time.Time `bun:"at"`
}

// View is what the page of a campaign shows.
type View struct {
	Row
	SchemeOf  eservice.Scheme
	List      []BodyRow
	Next      []string // place of the next page of bodies
	Agreement Agreement
	Events    []Event
	Steps     []string // verbs that the actor may take now
	Foreign   bool     // the reader sees the own body only
	Reached   map[State]time.Time
}

// maxBodies of a page.
const maxBodies = 50

// View gives a campaign with a page of its bodies; after is the place where
// the page before ended.
func (s *Service) View(ctx context.Context, id string, after []string) (v View, err error) {
	list, err := s.List(ctx)
	if err != nil {
		return v, err
	}
	for _, r := range list {
		if r.ID == id {
			v.Row = r
		}
	}
	if v.ID == "" {
		return v, apperr.Missing("campaign")
	}
	sc, _ := office.Allowed(ctx, policies.CampaignRead)
	v.Foreign = !sc.Any
	if v.SchemeOf, err = s.scheme(ctx, v.Scheme); err != nil {
		return v, err
	}
	if v.Reached, err = s.reached(ctx, id); err != nil {
		return v, err
	}
	q := s.bodies(id)
	if !sc.Any {
		q = ofBodies(q, sc, "b.agency_id IN (?) AND b.state NOT IN ('assessing', 'drafted')")
	}
	if len(after) == 2 && store.IsID(after[1]) {
		q = q.Where("(g.sort_key, b.agency_id) > (?, ?)", after[0], after[1])
	}
	if err := q.Limit(maxBodies+1).Scan(ctx, &v.List); err != nil {
		return v, store.MapError(err, "bodies of a campaign")
	}
	if len(v.List) > maxBodies {
		v.List = v.List[:maxBodies]
		last := v.List[maxBodies-1]
		v.Next = []string{last.SortKey, last.AgencyID}
	}
	if v.Foreign {
		return v, nil
	}
	if v.Agreement, err = s.Agreement(ctx, v.Campaign); err != nil {
		return v, err
	}
	for _, t := range office.Next(Transitions, v.State) {
		if policies.Can(actor.From(ctx), t.Action) {
			v.Steps = append(v.Steps, t.Verb)
		}
	}
	err = s.DB.Read().NewRaw(`SELECT e.seq, e.verb, COALESCE(g.code, '') AS agency, e.note, e.actor, e.at FROM campaign_events e LEFT JOIN agencies g ON g.id = e.agency_id
		WHERE e.campaign_id = ? ORDER BY e.seq DESC LIMIT 30`, id).Scan(ctx, &v.Events)
	return v, store.MapError(err, "events of a campaign")
}

// reached gives when a campaign came to each of its states, the last time.
func (s *Service) reached(ctx context.Context, id string) (map[State]time.Time, error) {
	var rows []struct {
		To State     `bun:"to_state"`
		At time.Time `bun:"at"`
	}
	err := s.DB.Read().NewRaw("SELECT e.to_state, e.at FROM campaign_events e WHERE e.campaign_id = ? AND e.agency_id IS NULL AND e.to_state IN (?) ORDER BY e.seq", id, bun.List(States())).Scan(ctx, &rows)
	out := map[State]time.Time{}
	for _, r := range rows {
		out[r.To] = r.At
	}
	return out, store.MapError(err, "steps of a campaign")
}

// bodies reads bodies of a campaign with their progress.
func (s *Service) bodies(id string) *bun.SelectQuery {
	return s.DB.Read().NewSelect().TableExpr("campaign_bodies AS b").Join("JOIN agencies AS g ON g.id = b.agency_id").Join("LEFT JOIN users AS u ON u.id = b.assessor_id").
		ColumnExpr("b.*, g.code, g.name_az, g.name_en, g.sort_key, COALESCE(u.name, '') AS assessor").
		ColumnExpr("(SELECT COUNT(*) FROM assessments a WHERE a.campaign_id = b.campaign_id AND a.agency_id = b.agency_id AND NOT a.scored) AS open").
		ColumnExpr("(SELECT COUNT(*) FROM assessments a WHERE a.campaign_id = b.campaign_id AND a.agency_id = b.agency_id AND a.electronised) AS electronic").
		ColumnExpr("(SELECT COUNT(a.grade) FROM assessments a WHERE a.campaign_id = b.campaign_id AND a.agency_id = b.agency_id) AS graded").
		ColumnExpr("(SELECT CAST(COALESCE(SUM(a.score_milli), 0) AS BIGINT) FROM assessments a WHERE a.campaign_id = b.campaign_id AND a.agency_id = b.agency_id) AS score_sum").
		Where("b.campaign_id = ?", id).OrderExpr("g.sort_key, b.agency_id")
}

// Item is a service of a body in a campaign.
type Item struct {
	eservice.Assessment `bun:",extend"`
	Code                string `bun:"code"`
	NameAZ              string `bun:"service_az"`
	NameEN              string `bun:"service_en"`
	Scorer              string `bun:"scorer"`
	Shortcomings        int    `bun:"shortcomings"`
	SecondRead          bool   `bun:"second_read"`
	State               State  `bun:"campaign_state"`
	Blind               bool   `bun:"-"` // the actor may still read it a second time: what the first gave is left out
}

// Name is what the service is called.
func (i Item) Name(lang string) string { return i18n.InLang(lang, i.NameAZ, i.NameEN) }

// BodyView is what the page of a body in a campaign shows.
type BodyView struct {
	Campaign Campaign
	BodyRow
	SchemeOf     eservice.Scheme
	Items        []Item
	Visits       []Visit
	Shortcomings []Shortcoming
	Mine         bool     // the actor is its assessor and free of ties
	Steps        []string // verbs of the opinion that the actor may take now
	Foreign      bool
	Today        string
}

// seenBody gives a body of a campaign that the actor may see: what an officer of
// another body asks for, or of the own body before its opinion was sent, is
// NotFound.
func (s *Service) seenBody(ctx context.Context, campaignID, agencyID string) (b BodyRow, err error) {
	sc, err := office.Allowed(ctx, policies.CampaignRead)
	if err != nil {
		return b, err
	}
	if !store.IsID(campaignID) || !store.IsID(agencyID) || !covers(sc, agencyID) {
		return b, apperr.Missing("agency")
	}
	if err := s.bodies(campaignID).Where("b.agency_id = ?", agencyID).Scan(ctx, &b); err != nil {
		return b, store.MapError(err, "body")
	}
	if !sc.Any && (b.State == BodyAssessing || b.State == BodyDrafted) {
		return b, apperr.Missing("agency")
	}
	return b, nil
}

// BodyView gives a body of a campaign; what an officer of another body asks
// for, or of the own body before its opinion was sent, is NotFound.
func (s *Service) BodyView(ctx context.Context, campaignID, agencyID string) (v BodyView, err error) {
	if v.BodyRow, err = s.seenBody(ctx, campaignID, agencyID); err != nil {
		return v, err
	}
	db, who := s.DB.Read(), actor.From(ctx)
	v.Foreign = !policies.For(who, policies.CampaignRead).Any
	if err := db.NewSelect().Model(&v.Campaign).Where("k.id = ?", campaignID).Scan(ctx); err != nil {
		return v, store.MapError(err, "campaign")
	}
	if v.SchemeOf, err = s.scheme(ctx, v.Campaign.Scheme); err != nil {
		return v, err
	}
	if v.Items, err = s.items(ctx, campaignID, agencyID, ""); err != nil {
		return v, err
	}
	if err := s.readVisits(ctx, &v); err != nil {
		return v, err
	}
	err = db.NewSelect().Model(&v.Shortcomings).Where("h.assessment_id IN (SELECT a.id FROM assessments a WHERE a.campaign_id = ? AND a.agency_id = ?)", campaignID, agencyID).
		OrderExpr("h.assessment_id, h.id").Scan(ctx)
	if err != nil {
		return v, store.MapError(err, "shortcomings")
	}
	blinded := map[string]bool{}
	for _, i := range v.Items {
		blinded[i.ID] = i.Blind
	}
	v.Shortcomings = slices.DeleteFunc(v.Shortcomings, func(h Shortcoming) bool { return blinded[h.AssessmentID] })
	if v.AssessorID == who.UserID && who.UserID != "" && policies.Can(who, policies.AssessmentScore) {
		ties, err := s.tied(ctx, db, []string{who.UserID}, []string{agencyID})
		if err != nil {
			return v, err
		}
		v.Mine = len(ties) == 0 && v.Campaign.Open()
	}
	for _, t := range office.Next(BodyTransitions, v.BodyRow.State) {
		if policies.For(who, t.Action).Agency(agencyID) && v.Campaign.Open() && (t.Verb == "write" && v.Mine && v.Open == 0 || t.Verb != "write" && t.Verb != "correct" && v.Campaign.State == Opinions) {
			v.Steps = append(v.Steps, t.Verb)
		}
	}
	return v, nil
}

// items lists services of a body, or one by its id, without what the first
// reader gave to those that the actor may still read a second time.
func (s *Service) items(ctx context.Context, campaignID, agencyID, id string) (out []Item, err error) {
	q := s.DB.Read().NewSelect().Model(&out).ColumnExpr("a.*, e.code, e.name_az AS service_az, e.name_en AS service_en, COALESCE(u.name, '') AS scorer").
		ColumnExpr("(SELECT COUNT(*) FROM assessment_shortcomings h WHERE h.assessment_id = a.id) AS shortcomings").
		ColumnExpr(secondRead + ", k.state AS campaign_state").Join("JOIN assessment_campaigns AS k ON k.id = a.campaign_id").
		Join("JOIN eservices AS e ON e.id = a.service_id").Join("LEFT JOIN users AS u ON u.id = a.scored_by").
		Where("a.official").OrderExpr("e.sort_key, e.id")
	if id != "" {
		q = q.Where("a.id = ? AND a.campaign_id IS NOT NULL", id)
	} else {
		q = q.Where("a.campaign_id = ? AND a.agency_id = ?", campaignID, agencyID)
	}
	if err := q.Scan(ctx, &out); err != nil {
		return nil, store.MapError(err, "services of a body")
	}
	who := actor.From(ctx)
	for i := range out {
		if x := &out[i]; blind(who, x.State, x.Assessment, x.SecondRead) {
			x.Blind, x.ScoreMilli, x.Grade, x.Assessment.Points, x.Shortcomings = true, nil, "", "[]", 0
		}
	}
	return out, nil
}

// ItemView is what the page of a service in a campaign shows.
type ItemView struct {
	Item
	Body         BodyView
	Points       []eservice.Point
	Shortcomings []Shortcoming
	Reading      *Reading
	MayScore     bool
	MayRead      bool // the second time; the points of the first are not shown then
	MayPromote   bool
}

// ItemView gives a service of a campaign. Who is about to read it a second
// time does not get what the first reader gave.
func (s *Service) ItemView(ctx context.Context, id string) (v ItemView, err error) {
	if _, err := office.Allowed(ctx, policies.CampaignRead); err != nil {
		return v, err
	}
	if !store.IsID(id) {
		return v, apperr.Missing("assessment")
	}
	list, err := s.items(ctx, "", "", id)
	if err != nil {
		return v, err
	}
	if len(list) != 1 {
		return v, apperr.Missing("assessment")
	}
	v.Item = list[0]
	if v.Body, err = s.BodyView(ctx, v.CampaignID, v.AgencyID); err != nil {
		return v, err
	}
	for _, h := range v.Body.Shortcomings {
		if h.AssessmentID == id {
			v.Shortcomings = append(v.Shortcomings, h)
		}
	}
	v.Points = eservice.ReadPoints(v.Item.Points)
	who := actor.From(ctx)
	v.MayScore = v.Body.Mine
	v.MayPromote = policies.Can(who, policies.ShortcomingPromote) && (v.Body.Campaign.State == Opinions || v.Body.Campaign.State == Final || v.Body.Campaign.State == Published)
	if v.SecondRead {
		v.Reading = &Reading{}
		if err := s.DB.Read().NewSelect().Model(v.Reading).Where("r.assessment_id = ?", id).Scan(ctx); err != nil {
			return v, store.MapError(err, "second reading")
		}
	}
	if v.Sampled && v.Electronised && !v.SecondRead && v.Body.Campaign.State == Running && v.ScoredBy != who.UserID && who.UserID != "" && policies.Can(who, policies.AssessmentScore) {
		ties, err := s.tied(ctx, s.DB.Read(), []string{who.UserID}, []string{v.AgencyID})
		if err != nil {
			return v, err
		}
		if v.MayRead = len(ties) == 0; v.MayRead {
			v.Points, v.Shortcomings, v.ScoreMilli, v.Grade = nil, nil, nil, ""
		}
	}
	return v, nil
}
