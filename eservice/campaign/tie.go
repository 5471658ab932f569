package campaign

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Tie is a declared tie of a person to a body, beside the roles that the
// office knows.
type Tie struct {
	bun.BaseModel `bun:"table:assessor_ties,alias:t"`

	ID       string    `bun:"id,pk"`
	UserID   string    `bun:"user_id"`
	AgencyID string    `bun:"agency_id"`
	From     day.Day   `bun:"from_day"`
	To       day.Day   `bun:"to_day"` // empty: still
	Reason   string    `bun:"reason"`
	Actor    string    `bun:"actor"`
	At       time.Time `bun:"at"`

	AgencyCode string `bun:"-"` // names the body when AgencyID is empty
}

// TieRow is a tie with the names of the person and the body.
type TieRow struct {
	Tie      `bun:",extend"`
	Person   string `bun:"person"`
	Code     string `bun:"code"`
	AgencyAZ string `bun:"agency_az"`
	AgencyEN string `bun:"agency_en"`
}

// Agency is the name of the body.
func (r TieRow) Agency(lang string) string { return i18n.InLang(lang, r.AgencyAZ, r.AgencyEN) }

// maxTies are listed, the newest.
const maxTies = 200

// Ties lists declared ties, the newest first: of everybody to who manages
// campaigns, the own to who assesses. Forbidden to others. One query.
func (s *Service) Ties(ctx context.Context) (out []TieRow, err error) {
	all, err := tiesOf(ctx)
	if err != nil {
		return nil, err
	}
	q := s.DB.Read().NewSelect().TableExpr("assessor_ties AS t").Join("JOIN users AS u ON u.id = t.user_id").Join("JOIN agencies AS g ON g.id = t.agency_id").
		ColumnExpr("t.*, u.name AS person, g.code, g.name_az AS agency_az, g.name_en AS agency_en").OrderExpr("t.at DESC, t.id").Limit(maxTies)
	if !all {
		q = q.Where("t.user_id = ?", actor.From(ctx).UserID)
	}
	return out, store.MapError(q.Scan(ctx, &out), "ties of assessors")
}

// tiesOf says whether the actor declares and sees the ties of all, or the own
// only.
func tiesOf(ctx context.Context) (all bool, err error) {
	if _, err := office.Allowed(ctx, policies.CampaignManage); err == nil {
		return true, nil
	}
	_, err = office.Allowed(ctx, policies.AssessmentScore)
	return false, err
}

// EndTie ends a tie that goes on, today: the person assesses the body again in
// twelve months. Conflict when it has ended.
func (s *Service) EndTie(ctx context.Context, id string) error {
	if _, err := office.Allowed(ctx, policies.CampaignManage); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		var t Tie
		err := tx.NewSelect().Model(&t).Where("t.id = ?", id).Scan(ctx)
		if err = store.MapError(err, "tie"); err != nil {
			return err
		}
		before, today := t.To, s.KIS.Today()
		t.To = max(today, t.From)
		n, err := store.Affected(tx.NewUpdate().Model(&t).Column("to_day").WherePK().Where("to_day = '' OR to_day > ?", t.To).Exec(ctx))
		if err != nil {
			return store.MapError(err, "tie")
		}
		if n == 0 {
			return apperr.New(apperr.Conflict, "campaign.error.tie_ended")
		}
		tx.Record(store.Change{Action: string(policies.CampaignManage), Kind: kindTie, ID: t.ID, Label: t.Reason, Before: map[string]any{"to": before}, After: map[string]any{"to": t.To}})
		return nil
	})
}

// Declare records a tie of a person to a body. Whoever assesses declares their
// own; who manages campaigns those of all. Until its last day and for twelve
// months after it the person does not assess the body.
func (s *Service) Declare(ctx context.Context, t Tie) error {
	all, err := tiesOf(ctx)
	if err != nil {
		return err
	}
	var check apperr.Check
	t.Reason = check.Text("reason", t.Reason, 3, 1000)
	if !store.IsID(t.UserID) {
		check.Add("user", "error.field.choice")
	}
	if t.AgencyCode == "" && !store.IsID(t.AgencyID) {
		check.Add("agency", "error.field.required")
	}
	if t.From == "" {
		t.From = s.KIS.Today()
	}
	if t.To != "" && t.To < t.From {
		check.Add("to", "campaign.error.days")
	}
	if err := check.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if !all && t.UserID != tx.Actor.UserID {
			return apperr.New(apperr.Forbidden, "error.forbidden")
		}
		if name, err := s.assessorNames(ctx, tx, t.UserID); err != nil {
			return err
		} else if name == "" {
			return apperr.InvalidField("user", "error.field.choice")
		}
		if t.AgencyID == "" {
			err := tx.NewRaw("SELECT id FROM agencies WHERE code = ?", t.AgencyCode).Scan(ctx, &t.AgencyID)
			if err = store.MapError(err, "agency"); apperr.Is(err, apperr.NotFound) {
				return apperr.InvalidField("agency", "campaign.error.agency_unknown", "code", i18n.Shorten(t.AgencyCode, 40))
			} else if err != nil {
				return err
			}
		}
		t.ID, t.Actor, t.At = store.NewID(), tx.Actor.Signature(), tx.Now
		if _, err := tx.NewInsert().Model(&t).Exec(ctx); err != nil {
			return store.MapError(err, "tie")
		}
		tx.Record(store.Change{Action: string(policies.AssessmentScore), Kind: kindTie, ID: t.ID, Label: t.Reason, After: map[string]any{"user": t.UserID, "agency": t.AgencyID, "from": t.From, "to": t.To}})
		return nil
	})
}
