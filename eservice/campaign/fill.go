package campaign

import (
	"context"
	"fmt"
	"iter"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// Filled is a campaign as it stands when every point is given and every
// opinion accepted: the next step is [Service.Finalise].
type Filled struct {
	Plan
	Assessors                 []actor.Actor          // of the bodies, in turn
	Opinion, Proposals, Reply string                 // the same for each body
	Results                   iter.Seq[FilledResult] // body by body
}

// FilledResult is what a service was given.
type FilledResult struct {
	ServiceID, AgencyID string
	Level, Automation   string
	Points              []eservice.Point // none of a service that is not electronised
}

// fillBatch is how many results are written at a time.
const fillBatch = 500

// Fill brings in a whole campaign in one unit of work, such as one of the
// years of a demonstration: rows and digests are those that the methods of the
// service leave, and scores are worked out by the scheme, but what each of
// them asks of a form is not asked again. Only the program itself may:
// Forbidden for people. Conflict or Invalid when the year is taken.
func (s *Service) Fill(ctx context.Context, in Filled) (c Campaign, n int, err error) {
	if !actor.From(ctx).System {
		return c, 0, apperr.New(apperr.Forbidden, "error.forbidden")
	}
	if err := in.check(); err != nil {
		return c, 0, err
	}
	scheme, err := s.scheme(ctx, in.Scheme)
	if err != nil {
		return c, 0, err
	}
	if !scheme.Usable() || !scheme.InForce(in.Year) {
		return c, 0, apperr.InvalidField("scheme", "eservice.import.scheme_not_in_force", "scheme", in.Scheme, "year", in.Year)
	}
	levels, err := eservice.Levels()
	if err != nil {
		return c, 0, err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := free(ctx, tx, in.Year); err != nil {
			return err
		}
		number, err := tx.NextNumber(ctx, "EQ", in.Year)
		if err != nil {
			return err
		}
		c = Campaign{ID: store.NewID(), Number: fmt.Sprintf("EQ-%d-%02d", in.Year, number), Year: in.Year, Title: in.Title, Basis: in.Basis, Scheme: in.Scheme, State: Opinions,
			From: in.From, To: in.To, ReplyDays: in.ReplyDays, SamplePercent: in.SamplePercent, Revision: 1, CreatedAt: tx.Now, StateAt: tx.Now}
		if _, err := tx.NewInsert().Model(&c).Exec(ctx); err != nil {
			return store.MapError(err, "insert campaign")
		}
		bodies, services, err := in.results(ctx, tx, c, scheme, levels)
		if err != nil {
			return err
		}
		if err := eservice.InsertBatches(ctx, tx, bodies); err != nil {
			return store.MapError(err, "bodies of a campaign")
		}
		if err := eservice.CountAhead(ctx, tx, c.Year, c.ID); err != nil {
			return err
		}
		n = services
		tx.Record(store.Change{Action: string(policies.CampaignManage), Kind: kindCampaign, ID: c.ID, Label: c.Number,
			After: map[string]any{"state": Opinions, "step": "plan", "year": c.Year, "scheme": c.Scheme, "bodies": len(bodies), "services": services}})
		return event(ctx, tx, c.ID, "", "plan", string(Opinions), "")
	})
	return c, n, err
}

// results writes the results as they come and gives their bodies.
func (in *Filled) results(ctx context.Context, tx *store.Tx, c Campaign, scheme eservice.Scheme, levels map[string]bool) (bodies []Body, n int, err error) {
	batch := make([]eservice.Assessment, 0, fillBatch)
	flush := func() error {
		n += len(batch)
		err := eservice.InsertResults(ctx, tx, batch)
		batch = batch[:0]
		return err
	}
	for r := range in.Results {
		if len(bodies) == 0 || bodies[len(bodies)-1].AgencyID != r.AgencyID {
			bodies = append(bodies, in.body(tx, c, r.AgencyID, len(bodies)))
		}
		b := &bodies[len(bodies)-1]
		b.Services++
		a := eservice.Assessment{ID: store.NewID(), ServiceID: r.ServiceID, AgencyID: r.AgencyID, Year: c.Year, Scheme: c.Scheme, Electronised: levels[r.Level], Level: r.Level, Automation: r.Automation,
			ImportedAt: tx.Now, CampaignID: c.ID, Official: true, Scored: true, Points: "[]", ScoredBy: b.AssessorID, ScoredAt: tx.Now, Revision: 2}
		if a.Electronised {
			score, _ := scheme.Score(r.Points)
			band, err := scheme.Grade(score)
			if err != nil {
				return nil, n, err
			}
			a.ScoreMilli, a.Grade, a.Points = &score, band.Code, eservice.Points(r.Points)
		}
		a.Stored = a.Digest()
		if batch = append(batch, a); len(batch) == fillBatch {
			if err := flush(); err != nil {
				return nil, n, err
			}
		}
	}
	return bodies, n, flush()
}

// body is a body whose opinion was written, sent and accepted.
func (in *Filled) body(tx *store.Tx, c Campaign, agencyID string, i int) Body {
	b := Body{CampaignID: c.ID, AgencyID: agencyID, AssignedAt: tx.Now, State: BodyAccepted, Opinion: in.Opinion, Proposals: in.Proposals, SentAt: tx.Now, ReplyDue: in.To,
		Reply: in.Reply, RepliedAt: tx.Now, Revision: 4}
	if len(in.Assessors) > 0 {
		who := in.Assessors[i%len(in.Assessors)]
		b.AssessorID, b.WrittenBy = who.UserID, who.Name
	}
	return b
}
