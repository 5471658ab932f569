package campaign

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// tieMonths is for how long a person who left a body does not assess it.
const tieMonths = 12

// Person is somebody who can assess.
type Person struct {
	ID   string `bun:"id"`
	Name string `bun:"name"`
}

// Assessors lists the people who may assess, by name.
func (s *Service) Assessors(ctx context.Context) ([]Person, error) {
	if _, err := office.Allowed(ctx, policies.CampaignRead); err != nil {
		return nil, err
	}
	var out []Person
	today := s.KIS.Today()
	err := s.DB.Read().NewRaw(`SELECT u.id, u.name FROM users u WHERE u.disabled_at IS NULL AND EXISTS (SELECT 1 FROM user_roles g WHERE g.user_id = u.id AND g.role = ?
		AND g.from_day <= ? AND (g.to_day IS NULL OR g.to_day >= ?)) ORDER BY u.name, u.id`, policies.Assessor, today, today).Scan(ctx, &out)
	return out, store.MapError(err, "assessors")
}

// tied says why people must not assess bodies: a role at the body now or
// within twelve months, or a declared tie. Keys are user and body id.
func (s *Service) tied(ctx context.Context, db bun.IDB, users, agencies []string) (map[[2]string]string, error) {
	since := s.KIS.Today().AddMonths(-tieMonths)
	var rows []struct {
		UserID   string `bun:"user_id"`
		AgencyID string `bun:"agency_id"`
		Reason   string `bun:"reason"`
	}
	err := db.NewRaw(`SELECT g.user_id, g.agency_id, '' AS reason FROM user_roles g WHERE g.user_id IN (?0) AND g.agency_id IN (?1) AND (g.to_day IS NULL OR g.to_day >= ?2)
		UNION ALL SELECT t.user_id, t.agency_id, t.reason FROM assessor_ties t WHERE t.user_id IN (?0) AND t.agency_id IN (?1) AND (t.to_day = '' OR t.to_day >= ?2)`,
		bun.List(users), bun.List(agencies), since).Scan(ctx, &rows)
	if err != nil {
		return nil, store.MapError(err, "ties of assessors")
	}
	out := map[[2]string]string{}
	for _, r := range rows {
		key := [2]string{r.UserID, r.AgencyID}
		if out[key] == "" {
			out[key] = r.Reason
		}
	}
	return out, nil
}

// barred refuses somebody who is tied to a body.
func (s *Service) barred(ctx context.Context, db bun.IDB, field, userID, agencyID string) error {
	ties, err := s.tied(ctx, db, []string{userID}, []string{agencyID})
	if err != nil {
		return err
	}
	if why, tied := ties[[2]string{userID, agencyID}]; tied {
		if field == "" {
			return apperr.New(apperr.Forbidden, "campaign.error.tied", "reason", why)
		}
		return apperr.InvalidField(field, "campaign.error.tied", "reason", why)
	}
	return nil
}

// Assign gives a body, or every body without one when agencyID is empty, its
// assessor. Somebody of the body is refused; who was found free is in the
// trail. It gives how many bodies were assigned.
func (s *Service) Assign(ctx context.Context, id, agencyID, userID string) (n int, err error) {
	if _, err := office.Allowed(ctx, policies.CampaignManage); err != nil {
		return 0, err
	}
	if !store.IsID(userID) || (agencyID != "" && !store.IsID(agencyID)) {
		return 0, apperr.InvalidField("assessor", "error.field.choice")
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		c, err := s.lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if c.State != Planned && !c.Open() {
			return apperr.New(apperr.Conflict, "campaign.error.state", "state", "campaign.state."+string(c.State))
		}
		people, err := s.assessorNames(ctx, tx, userID)
		if err != nil {
			return err
		}
		if people == "" {
			return apperr.InvalidField("assessor", "error.field.choice")
		}
		var bodies []string
		q := tx.NewSelect().Model((*Body)(nil)).ColumnExpr("b.agency_id").Where("b.campaign_id = ?", c.ID)
		if agencyID != "" {
			q = q.Where("b.agency_id = ?", agencyID)
		} else {
			q = q.Where("b.assessor_id IS NULL")
		}
		if err := q.Scan(ctx, &bodies); err != nil {
			return store.MapError(err, "bodies")
		}
		if len(bodies) == 0 {
			return apperr.InvalidField("agency", "error.field.choice")
		}
		ties, err := s.tied(ctx, tx, []string{userID}, bodies)
		if err != nil {
			return err
		}
		var free []string
		for _, b := range bodies {
			if why, tied := ties[[2]string{userID, b}]; !tied {
				free = append(free, b)
			} else if agencyID != "" {
				return apperr.InvalidField("assessor", "campaign.error.tied", "reason", why)
			}
		}
		if n = len(free); n == 0 {
			return apperr.InvalidField("assessor", "campaign.error.tied", "reason", "")
		}
		_, err = tx.NewUpdate().Model((*Body)(nil)).Set("assessor_id = ?, assigned_at = ?, revision = revision + 1", userID, tx.Now).
			Where("campaign_id = ? AND agency_id IN (?)", c.ID, bun.List(free)).Exec(ctx)
		if err != nil {
			return store.MapError(err, "assign")
		}
		after := map[string]any{"assessor": people, "bodies": n, "independence": "checked", "passed_over": len(bodies) - n}
		if agencyID != "" {
			after["agency"] = agencyID
		}
		tx.Record(store.Change{Action: string(policies.CampaignManage), Kind: kindCampaign, ID: c.ID, Label: c.Number, After: after})
		return event(ctx, tx, c.ID, agencyID, "assign", "", people)
	})
	return n, err
}

// assessorNames gives the name of somebody who may assess; "" for anybody else.
func (s *Service) assessorNames(ctx context.Context, db bun.IDB, userID string) (name string, err error) {
	today := s.KIS.Today()
	err = db.NewRaw(`SELECT COALESCE(MAX(u.name), '') FROM users u JOIN user_roles g ON g.user_id = u.id AND g.role = ? AND g.from_day <= ? AND (g.to_day IS NULL OR g.to_day >= ?)
		WHERE u.id = ? AND u.disabled_at IS NULL`, policies.Assessor, today, today, userID).Scan(ctx, &name)
	return name, store.MapError(err, "assessor")
}
