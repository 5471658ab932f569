// Package campaign owns the yearly assessment of e-services: which services
// are assessed by whom and under which scheme, points with their reasons and
// shortcomings, reviews of web pages and visits, the second reading of a
// sample, opinions of bodies and their replies, finalising and publishing, and
// whole campaigns as sheets.
//
// It may import internal packages, policies, reference, kis and eservice,
// whose schemes it scores by and whose summaries it makes anew; audit and
// planning are reached through interfaces wired in cmd/kis. Invariants: a
// result stays tied to the scheme of its campaign; nobody assesses a body they
// are tied to; the second reader is another person than the first and does not
// see what the first gave; a service that is not electronised has no grade;
// a body that has its opinion replies anew when its results are corrected; once
// a campaign is final its results and opinions do not change.
package campaign

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Service keeps campaigns.
type Service struct {
	DB       *store.DB
	KIS      *kis.Service
	Schemes  *eservice.Service
	Outcomes Outcomes // nil: shortcomings become nothing
}

// Outcomes makes records of other contexts out of shortcomings, in the same
// unit of work. It is wired in cmd/kis.
type Outcomes interface {
	// Recommend puts a recommendation into the register and gives its id and number.
	Recommend(ctx context.Context, tx *store.Tx, o Outcome) (id, label string, err error)
	// Act drafts a nonconformity act and gives its id; a draft has no number.
	Act(ctx context.Context, tx *store.Tx, o Outcome) (id string, err error)
}

// Outcome is a shortcoming on its way to another context.
type Outcome struct {
	ShortcomingID string
	Label         string // campaign, service
	Text          string // what is wanting
	Proposal      string // what is proposed
	Agency        string // name of the body
	DepartmentID  string // which department of the office answers
	Major         bool
}

// New makes the service.
func New(k *kis.Service, schemes *eservice.Service) *Service {
	k.DB.Seal(campaignSeal, tieSeal)
	return &Service{DB: k.DB, KIS: k, Schemes: schemes}
}

// State is where a campaign stands.
type State string

// The states.
const (
	Planned   State = "planned"   // services, bodies and assessors are put together
	Running   State = "running"   // points are given
	Opinions  State = "opinions"  // bodies have their opinions and reply
	Final     State = "final"     // results count and do not change any more
	Published State = "published" // results are known to everybody
	Cancelled State = "cancelled" // given up; its results never counted
)

// States lists the states in order.
func States() []State { return []State{Planned, Running, Opinions, Final, Published, Cancelled} }

// Transitions is the life of a campaign.
var Transitions = []office.Transition[State]{
	{From: "", To: Planned, Action: policies.CampaignManage, Verb: "plan"},
	{From: Planned, To: Running, Action: policies.CampaignManage, Verb: "start"},
	{From: Running, To: Opinions, Action: policies.CampaignManage, Verb: "conclude"},
	{From: Opinions, To: Running, Action: policies.CampaignManage, Verb: "resume"},
	{From: Opinions, To: Final, Action: policies.CampaignManage, Verb: "finalise"},
	{From: Final, To: Published, Action: policies.CampaignPublish, Verb: "publish"},
	{From: Planned, To: Cancelled, Action: policies.CampaignManage, Verb: "cancel"},
	{From: Running, To: Cancelled, Action: policies.CampaignManage, Verb: "cancel"},
	{From: Opinions, To: Cancelled, Action: policies.CampaignManage, Verb: "cancel"},
}

// BodyState is where the opinion of a body stands.
type BodyState string

// The states of an opinion (rəy).
const (
	BodyAssessing BodyState = "assessing" // no opinion yet
	BodyDrafted   BodyState = "drafted"   // written
	BodySent      BodyState = "sent"      // the body has it and may reply until the term ends
	BodyAccepted  BodyState = "accepted"  // the body agrees
	BodyObjected  BodyState = "objected"  // the body disagrees; an answer is due
	BodyAnswered  BodyState = "answered"  // the objection was answered
)

// Reply is what the body replied, whatever came of it since.
func (s BodyState) Reply() BodyState {
	if s == BodyAnswered {
		return BodyObjected
	}
	return s
}

// BodyTransitions is the life of an opinion.
var BodyTransitions = []office.Transition[BodyState]{
	{From: BodyAssessing, To: BodyDrafted, Action: policies.AssessmentScore, Verb: "write"},
	{From: BodyDrafted, To: BodyDrafted, Action: policies.AssessmentScore, Verb: "write"},
	{From: BodyDrafted, To: BodySent, Action: policies.CampaignManage, Verb: "send"},
	{From: BodySent, To: BodyAccepted, Action: policies.OpinionReply, Verb: "accept"},
	{From: BodySent, To: BodyObjected, Action: policies.OpinionReply, Verb: "object"},
	{From: BodyObjected, To: BodyAnswered, Action: policies.CampaignManage, Verb: "answer"},
	{From: BodySent, To: BodySent, Action: policies.AssessmentScore, Verb: "correct"},
	{From: BodyAccepted, To: BodySent, Action: policies.AssessmentScore, Verb: "correct"},
	{From: BodyAnswered, To: BodySent, Action: policies.AssessmentScore, Verb: "correct"},
}

// What entries of the trail call the objects.
const (
	kindCampaign   = "assessment_campaign"
	kindAssessment = "assessment"
	kindTie        = "assessor_tie"
)

// Campaign is the assessment of one year.
type Campaign struct {
	bun.BaseModel `bun:"table:assessment_campaigns,alias:k"`

	ID            string    `bun:"id,pk"`
	Number        string    `bun:"number"` // EQ-2026-01
	Year          int       `bun:"year"`
	Title         string    `bun:"title"`
	Basis         string    `bun:"basis"` // legal
	Scheme        string    `bun:"scheme"`
	State         State     `bun:"state"`
	From          day.Day   `bun:"from_day"`
	To            day.Day   `bun:"to_day"`
	ReplyDays     int       `bun:"reply_days"` // working days in which a body replies
	SamplePercent int       `bun:"sample_percent"`
	Sampled       int       `bun:"sampled"` // services drawn for the second reading
	Revision      int       `bun:"revision"`
	CreatedBy     string    `bun:"created_by,nullzero"`
	CreatedAt     time.Time `bun:"created_at"`
	StateAt       time.Time `bun:"state_at"`
	FinalisedAt   time.Time `bun:"finalised_at,nullzero"`
	FinalisedBy   string    `bun:"finalised_by"`
	PublishedAt   time.Time `bun:"published_at,nullzero"`
	PublishedBy   string    `bun:"published_by"`
}

// Open says whether points may still be given or corrected.
func (c Campaign) Open() bool { return c.State == Running || c.State == Opinions }

// Body is a body in a campaign with its opinion.
type Body struct {
	bun.BaseModel `bun:"table:campaign_bodies,alias:b"`

	CampaignID string    `bun:"campaign_id,pk"`
	AgencyID   string    `bun:"agency_id,pk"`
	Services   int       `bun:"services"`
	AssessorID string    `bun:"assessor_id,nullzero"`
	AssignedAt time.Time `bun:"assigned_at,nullzero"`
	State      BodyState `bun:"state"`
	Opinion    string    `bun:"opinion"`
	Proposals  string    `bun:"proposals"`
	WrittenBy  string    `bun:"written_by"`
	SentAt     time.Time `bun:"sent_at,nullzero"`
	ReplyDue   day.Day   `bun:"reply_due"`
	Reply      string    `bun:"reply"`
	RepliedBy  string    `bun:"replied_by"`
	RepliedAt  time.Time `bun:"replied_at,nullzero"`
	Answer     string    `bun:"answer"`
	AnsweredBy string    `bun:"answered_by"`
	AnsweredAt time.Time `bun:"answered_at,nullzero"`
	Revision   int       `bun:"revision"`
}

// Settled says whether nothing of the opinion is outstanding on a day.
func (b Body) Settled(today day.Day) bool {
	return b.State == BodyAccepted || b.State == BodyAnswered || (b.State == BodySent && b.ReplyDue < today)
}

// campaignSeal is what the trail keeps of a campaign: what it says of itself,
// each opinion, the visits, and once it is final the standings that its
// results made, with the sum of the digests of all results of a body, the second
// readings, the shortcomings and the history.
var campaignSeal = store.Seal{Kind: kindCampaign, Table: "assessment_campaigns", Of: []string{kindAssessment}, Parts: []store.SealPart{
	{Name: "campaign", Query: `SELECT id, number, year, title, basis, scheme, state, from_day, to_day, reply_days, sample_percent, sampled, finalised_at, finalised_by, published_at, published_by
		FROM assessment_campaigns WHERE id IN (?0)`},
	{Name: "opinions", Query: `SELECT campaign_id, agency_id, services, assessor_id, state, opinion, proposals, written_by, sent_at, reply_due, reply, replied_by, replied_at, answer, answered_by, answered_at
		FROM campaign_bodies WHERE state <> 'assessing' AND campaign_id IN (?0)`},
	{Name: "visits", Query: `SELECT campaign_id, id, agency_id, kind, day, place, participants, note, actor, at FROM campaign_visits WHERE campaign_id IN (?0)`},
	{Name: "visit_files", Query: `SELECT w.campaign_id, l.visit_id, f.id, f.sha256, f.size, f.name FROM campaign_visits w JOIN campaign_visit_files l ON l.visit_id = w.id
		JOIN files f ON f.id = l.file_id WHERE w.campaign_id IN (?0)`},
	{Name: "readings", Later: true, Query: `SELECT k.id, r.assessment_id, r.reader_id, r.points, r.first_points, r.first_grade, r.score_milli, r.grade, r.at
		FROM assessment_campaigns k LEFT JOIN (assessments a JOIN assessment_readings r ON r.assessment_id = a.id) ON a.campaign_id = k.id WHERE k.state IN ('final', 'published') AND k.id IN (?0)`},
	{Name: "shortcomings", Later: true, Query: `SELECT k.id, h.id AS shortcoming, h.assessment_id, h.parameter, h.text, h.proposal, h.became, h.became_id, h.became_label, h.created_by, h.created_at
		FROM assessment_campaigns k LEFT JOIN (assessments a JOIN assessment_shortcomings h ON h.assessment_id = a.id) ON a.campaign_id = k.id WHERE k.state IN ('final', 'published') AND k.id IN (?0)`},
	{Name: "history", Later: true, Query: `SELECT k.id, e.seq, e.agency_id, e.verb, e.to_state, e.note, e.actor, e.at
		FROM assessment_campaigns k LEFT JOIN campaign_events e ON e.campaign_id = k.id WHERE k.state IN ('final', 'published') AND k.id IN (?0)`},
	{Name: "results", Query: `SELECT k.id, t.agency_id, t.scheme, t.services, t.electronised, t.score, t.grade_points, t.digest, t.rank
		FROM assessment_campaigns k JOIN scorecard_standings t ON t.year = k.year WHERE k.state IN ('final', 'published') AND k.id IN (?0)`},
}}

// tieSeal is what the trail keeps of a declared tie.
var tieSeal = store.Seal{Kind: kindTie, Table: "assessor_ties", Parts: []store.SealPart{
	{Name: "facts", Query: `SELECT id, user_id, agency_id, from_day, to_day, reason, actor, at FROM assessor_ties WHERE id IN (?0)`},
}}

// covers says whether a scope holds a body.
func covers(sc policies.Scope, agencyID string) bool { return sc.Any || sc.Agency(agencyID) }

// lock reads a campaign and holds it until the unit of work ends.
func (s *Service) lock(ctx context.Context, tx *store.Tx, id string) (c Campaign, err error) {
	if !store.IsID(id) {
		return c, apperr.Missing("campaign")
	}
	if err := store.Lock(tx.NewSelect().Model(&c).Where("k.id = ?", id)).Scan(ctx); err != nil {
		return c, store.MapError(err, "campaign")
	}
	return c, tx.Seen(ctx, kindCampaign, id)
}

// scheme gives the scheme of a campaign.
func (s *Service) scheme(ctx context.Context, code string) (eservice.Scheme, error) {
	return s.Schemes.SchemeByCode(ctx, code)
}

// event keeps a step of a campaign or of a body in it.
func event(ctx context.Context, tx *store.Tx, campaignID, agencyID, verb, to, note string) error {
	var body any
	if agencyID != "" {
		body = agencyID
	}
	_, err := tx.NewRaw(`INSERT INTO campaign_events (campaign_id, seq, agency_id, verb, to_state, note, actor, at)
		SELECT ?0, COALESCE(MAX(seq), 0) + 1, ?1, ?2, ?3, ?4, ?5, ?6 FROM campaign_events WHERE campaign_id = ?0`,
		campaignID, body, verb, to, note, tx.Actor.Signature(), tx.Now).Exec(ctx)
	return store.MapError(err, "event of a campaign")
}
