package campaign

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Plan is what a campaign is planned from.
type Plan struct {
	Year          int
	Title         string
	Basis         string
	Scheme        string
	From, To      day.Day
	ReplyDays     int      // working days; 10 when 0
	SamplePercent int      // of the electronised services, for the second reading
	Agencies      []string // codes of bodies; none: every body that has services
}

func (p *Plan) check() error {
	var c apperr.Check
	if p.Year < 1990 || p.Year > 2199 {
		c.Add("year", "eservice.import.whole", "value", p.Year, "min", 1990, "max", 2199)
	}
	p.Title, p.Basis = c.Text("title", p.Title, 3, 300), c.Text("basis", p.Basis, 3, 1000)
	if p.From == "" {
		c.Add("from", "error.field.required")
	}
	if p.To == "" {
		c.Add("to", "error.field.required")
	} else if p.To < p.From {
		c.Add("to", "campaign.error.days")
	}
	if p.ReplyDays == 0 {
		p.ReplyDays = 10
	}
	if p.ReplyDays < 1 || p.ReplyDays > 60 {
		c.Add("reply_days", "eservice.import.whole", "value", p.ReplyDays, "min", 1, "max", 60)
	}
	if p.SamplePercent < 0 || p.SamplePercent > 100 {
		c.Add("sample_percent", "eservice.import.whole", "value", p.SamplePercent, "min", 0, "max", 100)
	}
	return c.Err()
}

// Create plans the campaign of a year over the services that are known and not
// archived, and gives it a number. Refused when the scheme has no parameters
// or was not in force in the year, when results of the year are known already,
// and when no service is in scope.
func (s *Service) Create(ctx context.Context, p Plan) (c Campaign, err error) {
	if _, err := office.Allowed(ctx, policies.CampaignManage); err != nil {
		return c, err
	}
	if err := p.check(); err != nil {
		return c, err
	}
	scheme, err := s.scheme(ctx, p.Scheme)
	switch {
	case apperr.Is(err, apperr.NotFound):
		return c, apperr.InvalidField("scheme", "error.field.choice")
	case err != nil:
		return c, err
	case !scheme.Usable():
		return c, apperr.InvalidField("scheme", "campaign.error.scheme_empty", "scheme", p.Scheme)
	case !scheme.InForce(p.Year):
		return c, apperr.InvalidField("scheme", "eservice.import.scheme_not_in_force", "scheme", p.Scheme, "year", p.Year)
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := free(ctx, tx, p.Year); err != nil {
			return err
		}
		n, err := tx.NextNumber(ctx, "EQ", p.Year)
		if err != nil {
			return err
		}
		c = Campaign{ID: store.NewID(), Number: fmt.Sprintf("EQ-%d-%02d", p.Year, n), Year: p.Year, Title: p.Title, Basis: p.Basis, Scheme: p.Scheme, State: Planned,
			From: p.From, To: p.To, ReplyDays: p.ReplyDays, SamplePercent: p.SamplePercent, Revision: 1, CreatedBy: tx.Actor.UserID, CreatedAt: tx.Now, StateAt: tx.Now}
		if _, err := tx.NewInsert().Model(&c).Exec(ctx); err != nil {
			return store.MapError(err, "insert campaign")
		}
		bodies, services, err := s.enrol(ctx, tx, c, p.Agencies)
		if err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.CampaignManage), Kind: kindCampaign, ID: c.ID, Label: c.Number,
			After: map[string]any{"state": Planned, "step": "plan", "year": c.Year, "scheme": c.Scheme, "bodies": bodies, "services": services}})
		return event(ctx, tx, c.ID, "", "plan", string(Planned), "")
	})
	return c, err
}

// free refuses a year of which results are known.
func free(ctx context.Context, tx *store.Tx, year int) error {
	var taken struct{ Totals, Rows, Open int }
	err := tx.NewRaw(`SELECT (SELECT COUNT(*) FROM assessment_totals WHERE year = ?0) AS totals, (SELECT COUNT(*) FROM assessments WHERE year = ?0 AND official AND campaign_id IS NULL) AS rows,
		(SELECT COUNT(*) FROM assessment_campaigns WHERE year = ?0 AND state <> 'cancelled') AS open`, year).Scan(ctx, &taken)
	switch {
	case err != nil:
		return store.MapError(err, "results of a year")
	case taken.Totals > 0:
		return apperr.InvalidField("year", "eservice.import.year_totals", "year", year)
	case taken.Rows > 0:
		return apperr.InvalidField("year", "eservice.import.year_assessed", "year", year)
	case taken.Open > 0:
		return apperr.InvalidField("year", "campaign.error.year_taken", "year", year)
	}
	return nil
}

// enrol puts bodies and services into a campaign, set by set. The level of a
// service is the one the register knows, else not electronised until somebody
// assesses it.
func (s *Service) enrol(ctx context.Context, tx *store.Tx, c Campaign, codes []string) (bodies, services int, err error) {
	var rows []struct {
		ID       string `bun:"id"`
		AgencyID string `bun:"agency_id"`
		Level    string `bun:"level"`
	}
	q := tx.NewSelect().TableExpr("eservices AS e").ColumnExpr("e.id, e.agency_id, e.level").Where("e.state <> 'archived'").OrderExpr("e.agency_id, e.id")
	if len(codes) > 0 {
		var known []string
		if err := tx.NewSelect().TableExpr("agencies AS g").ColumnExpr("g.code").Where("g.code IN (?)", bun.List(codes)).Scan(ctx, &known); err != nil {
			return 0, 0, store.MapError(err, "bodies")
		}
		for _, code := range codes {
			if !slices.Contains(known, code) {
				return 0, 0, apperr.InvalidField("agencies", "campaign.error.agency_unknown", "code", code)
			}
		}
		q = q.Where("e.agency_id IN (SELECT g.id FROM agencies g WHERE g.code IN (?))", bun.List(codes))
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return 0, 0, store.MapError(err, "services in scope")
	}
	if len(rows) == 0 {
		return 0, 0, apperr.InvalidField("agencies", "campaign.error.no_services")
	}
	levels, err := eservice.Levels()
	if err != nil {
		return 0, 0, err
	}
	var list []Body
	results := make([]eservice.Assessment, 0, len(rows))
	for _, r := range rows {
		if len(list) == 0 || list[len(list)-1].AgencyID != r.AgencyID {
			list = append(list, Body{CampaignID: c.ID, AgencyID: r.AgencyID, State: BodyAssessing, Revision: 1})
		}
		list[len(list)-1].Services++
		level := r.Level
		if _, ok := levels[level]; !ok {
			level = eservice.NoLevel
		}
		results = append(results, eservice.Assessment{ID: store.NewID(), ServiceID: r.ID, AgencyID: r.AgencyID, Year: c.Year, Scheme: c.Scheme, Electronised: levels[level], Level: level,
			ImportedAt: tx.Now, CampaignID: c.ID, Official: true, Points: "[]", Revision: 1})
	}
	if err := eservice.InsertBatches(ctx, tx, list); err != nil {
		return 0, 0, store.MapError(err, "bodies of a campaign")
	}
	return len(list), len(results), store.MapError(eservice.InsertBatches(ctx, tx, results), "services of a campaign")
}

// move takes a campaign along an arrow: change checks and sets fields, then
// runs once the new state is written.
func (s *Service) move(ctx context.Context, id, verb, note string, change func(tx *store.Tx, c *Campaign) (map[string]any, error), then ...func(tx *store.Tx, c Campaign) error) error {
	t0, ok := arrowOf(verb)
	if !ok {
		return apperr.Missing("step")
	}
	if _, err := office.Allowed(ctx, t0.Action); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		c, err := s.lock(ctx, tx, id)
		if err != nil {
			return err
		}
		t, ok := office.Arrow(Transitions, c.State, verb)
		if !ok {
			return apperr.New(apperr.Conflict, "campaign.error.state", "state", "campaign.state."+string(c.State))
		}
		c.State, c.StateAt, c.Revision = t.To, tx.Now, c.Revision+1
		after, err := change(tx, &c)
		if err != nil {
			return err
		}
		n, err := store.Affected(tx.NewUpdate().Model(&c).ExcludeColumn("id", "number", "year", "scheme").WherePK().Where("state = ?", t.From).Exec(ctx))
		if err := store.Moved(n, err, "campaign", string(t.From)); err != nil {
			return err
		}
		for _, f := range then {
			if err := f(tx, c); err != nil {
				return err
			}
		}
		if after == nil {
			after = map[string]any{}
		}
		after["state"], after["step"] = t.To, verb
		tx.Record(store.Change{Action: string(t.Action), Kind: kindCampaign, ID: c.ID, Label: c.Number, Note: note, Before: map[string]any{"state": t.From}, After: after})
		return event(ctx, tx, c.ID, "", verb, string(t.To), note)
	})
}

func arrowOf(verb string) (office.Transition[State], bool) {
	i := slices.IndexFunc(Transitions, func(t office.Transition[State]) bool { return t.Verb == verb })
	if i < 0 {
		return office.Transition[State]{}, false
	}
	return Transitions[i], true
}

// Start lets points be given. Refused while a body has no assessor.
func (s *Service) Start(ctx context.Context, id string) error {
	return s.move(ctx, id, "start", "", func(tx *store.Tx, c *Campaign) (map[string]any, error) {
		n, err := tx.NewSelect().Model((*Body)(nil)).Where("b.campaign_id = ? AND b.assessor_id IS NULL", c.ID).Count(ctx)
		if err != nil {
			return nil, store.MapError(err, "bodies without an assessor")
		}
		if n > 0 {
			return nil, apperr.New(apperr.Conflict, "campaign.error.no_assessor", "n", n)
		}
		return nil, nil
	})
}

// Conclude ends the giving of points: every service must be scored, and what
// was drawn for the second reading read. The results are grouped, so that
// finalising has to look only for what was corrected since.
func (s *Service) Conclude(ctx context.Context, id string) error {
	return s.move(ctx, id, "conclude", "", func(tx *store.Tx, c *Campaign) (map[string]any, error) {
		return nil, complete(ctx, tx, c.ID)
	}, func(tx *store.Tx, c Campaign) error { return eservice.CountAhead(ctx, tx, c.Year, c.ID) },
		func(tx *store.Tx, c Campaign) error { return s.corrected(ctx, tx, c, "") })
}

// complete refuses a campaign with services that are not scored or not read.
func complete(ctx context.Context, tx *store.Tx, id string) error {
	var open struct{ Scores, Reads int }
	err := tx.NewRaw(`SELECT (SELECT COUNT(*) FROM assessments WHERE campaign_id = ?0 AND NOT scored) AS scores,
		(SELECT COUNT(*) FROM assessments a WHERE a.campaign_id = ?0 AND a.sampled AND a.electronised AND NOT EXISTS (SELECT 1 FROM assessment_readings r WHERE r.assessment_id = a.id)) AS reads`, id).Scan(ctx, &open)
	switch {
	case err != nil:
		return store.MapError(err, "open services")
	case open.Scores > 0:
		return apperr.New(apperr.Conflict, "campaign.error.open", "n", open.Scores)
	case open.Reads > 0:
		return apperr.New(apperr.Conflict, "campaign.error.unread", "n", open.Reads)
	}
	return nil
}

// Resume lets points be given again, before bodies have replied or after; the
// reason is kept.
func (s *Service) Resume(ctx context.Context, id, reason string) error {
	reason, err := needReason(reason)
	if err != nil {
		return err
	}
	return s.move(ctx, id, "resume", reason, func(*store.Tx, *Campaign) (map[string]any, error) { return nil, nil })
}

// Cancel gives a campaign up; its results never count and the year is free.
func (s *Service) Cancel(ctx context.Context, id, reason string) error {
	reason, err := needReason(reason)
	if err != nil {
		return err
	}
	return s.move(ctx, id, "cancel", reason, func(tx *store.Tx, c *Campaign) (map[string]any, error) {
		_, err := tx.NewRaw("UPDATE assessments SET official = ? WHERE campaign_id = ?", false, c.ID).Exec(ctx)
		return nil, store.MapError(err, "results of a campaign")
	})
}

// Finalise makes the results of a campaign count: every service scored, every
// opinion sent and its reply in, answered or past its term. One GROUP BY over
// the results makes the summaries; the entry in the trail seals them.
func (s *Service) Finalise(ctx context.Context, id string) error {
	return s.move(ctx, id, "finalise", "", func(tx *store.Tx, c *Campaign) (map[string]any, error) {
		if err := complete(ctx, tx, c.ID); err != nil {
			return nil, err
		}
		n, err := tx.NewSelect().Model((*Body)(nil)).Where("b.campaign_id = ?", c.ID).
			Where("NOT (b.state IN ('accepted', 'answered') OR (b.state = 'sent' AND b.reply_due < ?))", s.KIS.Today()).Count(ctx)
		if err != nil {
			return nil, store.MapError(err, "open opinions")
		}
		if n > 0 {
			return nil, apperr.New(apperr.Conflict, "campaign.error.opinions", "n", n)
		}
		c.FinalisedAt, c.FinalisedBy = tx.Now, tx.Actor.Signature()
		return map[string]any{"scheme": c.Scheme, "year": c.Year}, nil
	}, func(tx *store.Tx, c Campaign) error { return eservice.Refresh(ctx, tx, c.Year) })
}

// Publish makes final results known to the bodies and the public.
func (s *Service) Publish(ctx context.Context, id string) error {
	return s.move(ctx, id, "publish", "", func(tx *store.Tx, c *Campaign) (map[string]any, error) {
		c.PublishedAt, c.PublishedBy = tx.Now, tx.Actor.Signature()
		return nil, nil
	})
}

func needReason(reason string) (string, error) {
	var check apperr.Check
	reason = check.Text("reason", reason, 3, 4000)
	return reason, check.Err()
}
