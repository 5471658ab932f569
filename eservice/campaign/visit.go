package campaign

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// The kinds of visits.
const (
	WebReview = "web"  // of the pages of the body
	SiteVisit = "site" // to the body, with evidence
)

// Visit is a review of a body's web pages or a visit to it, with its evidence.
type Visit struct {
	bun.BaseModel `bun:"table:campaign_visits,alias:w"`

	ID           string    `bun:"id,pk"`
	CampaignID   string    `bun:"campaign_id"`
	AgencyID     string    `bun:"agency_id"`
	Kind         string    `bun:"kind"` // WebReview or SiteVisit
	Day          day.Day   `bun:"day"`
	Place        string    `bun:"place"`
	Participants string    `bun:"participants"`
	Note         string    `bun:"note"`
	UserID       string    `bun:"user_id,nullzero"`
	Actor        string    `bun:"actor"`
	At           time.Time `bun:"at"`

	Files []kis.File `bun:"-"`
}

// check refuses what a visit cannot say; today is the last day it can be of.
func (v *Visit) check(today day.Day, files, most int) error {
	var check apperr.Check
	check.OneOf("kind", v.Kind, WebReview, SiteVisit)
	if v.Day == "" {
		check.Add("day", "error.field.required")
	} else if v.Day > today {
		check.Add("day", "campaign.error.day_future")
	}
	v.Place, v.Participants, v.Note = check.Text("place", v.Place, 3, 500), check.Text("participants", v.Participants, 0, 1000), check.Text("note", v.Note, 3, 5000)
	if v.Kind == WebReview && v.Place != "" && !apperr.WebAddress(v.Place) {
		check.Add("place", "error.field.url")
	}
	if v.Kind == SiteVisit && files == 0 {
		check.Add("files", "campaign.error.visit_evidence")
	}
	if most <= 0 {
		most = kis.DefaultFiles
	}
	if files > most {
		check.Add("files", "error.upload.too_many", "max", most)
	}
	return check.Err()
}

// RecordVisit keeps a review or a visit of the body's assessor with the files
// that were sent for it; a visit to the body has at least one. Nothing of it
// changes afterwards.
func (s *Service) RecordVisit(ctx context.Context, v Visit, uploadIDs []string) (Visit, error) {
	if _, err := office.Allowed(ctx, policies.AssessmentScore); err != nil {
		return v, err
	}
	if err := v.check(s.KIS.Today(), len(uploadIDs), s.KIS.Limits.Files); err != nil {
		return v, err
	}
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		c, _, err := s.body(ctx, tx, v.CampaignID, v.AgencyID, policies.AssessmentScore)
		if err != nil {
			return err
		}
		if err := s.mayScore(ctx, tx, c, v.AgencyID); err != nil {
			return err
		}
		if v.Day < c.From {
			return apperr.InvalidField("day", "campaign.error.visit_before", "from", c.From.Format())
		}
		v.ID, v.UserID, v.Actor, v.At = store.NewID(), tx.Actor.UserID, tx.Actor.Signature(), tx.Now
		if _, err := tx.NewInsert().Model(&v).Exec(ctx); err != nil {
			return store.MapError(err, "visit")
		}
		if v.Files, err = kis.AttachUploads(ctx, tx, uploadIDs); err != nil {
			return err
		}
		names := []string{}
		for _, f := range v.Files {
			names = append(names, f.Name)
			if _, err := tx.NewRaw("INSERT INTO campaign_visit_files (visit_id, file_id) VALUES (?, ?)", v.ID, f.ID).Exec(ctx); err != nil {
				return store.MapError(err, "file of a visit")
			}
		}
		tx.Record(store.Change{Action: string(policies.AssessmentScore), Kind: kindCampaign, ID: c.ID, Label: c.Number, Note: v.Note,
			After: map[string]any{"visit": v.Kind, "agency": v.AgencyID, "day": v.Day, "place": v.Place, "files": names}})
		return event(ctx, tx, c.ID, v.AgencyID, "visit_"+v.Kind, "", v.Place)
	})
	return v, err
}

// VisitFile gives a file of a visit to a body, for those who see the body in
// the campaign as BodyView shows it; to anybody else it is NotFound.
func (s *Service) VisitFile(ctx context.Context, campaignID, agencyID, fileID string) (kis.File, error) {
	if _, err := s.seenBody(ctx, campaignID, agencyID); err != nil {
		return kis.File{}, err
	}
	if !store.IsID(fileID) {
		return kis.File{}, apperr.Missing("file")
	}
	var f kis.File
	err := s.DB.Read().NewSelect().Model(&f).Where("f.id = ?", fileID).
		Where("EXISTS (SELECT 1 FROM campaign_visit_files l JOIN campaign_visits w ON w.id = l.visit_id WHERE l.file_id = f.id AND w.campaign_id = ? AND w.agency_id = ?)", campaignID, agencyID).Scan(ctx)
	return f, store.MapError(err, "file")
}

// readVisits reads the visits to a body with their files. Two queries.
func (s *Service) readVisits(ctx context.Context, v *BodyView) error {
	db := s.DB.Read()
	if err := db.NewSelect().Model(&v.Visits).Where("w.campaign_id = ? AND w.agency_id = ?", v.CampaignID, v.AgencyID).OrderExpr("w.day, w.id").Scan(ctx); err != nil {
		return store.MapError(err, "visits")
	}
	if len(v.Visits) == 0 {
		return nil
	}
	var files []struct {
		kis.File `bun:",extend"`
		VisitID  string `bun:"visit_id"`
	}
	err := db.NewSelect().TableExpr("campaign_visit_files AS l").ColumnExpr("l.visit_id, f.*").Join("JOIN files AS f ON f.id = l.file_id").
		Where("l.visit_id IN (SELECT w.id FROM campaign_visits w WHERE w.campaign_id = ? AND w.agency_id = ?)", v.CampaignID, v.AgencyID).OrderExpr("f.name, f.id").Scan(ctx, &files)
	for _, f := range files {
		for i := range v.Visits {
			if v.Visits[i].ID == f.VisitID {
				v.Visits[i].Files = append(v.Visits[i].Files, f.File)
			}
		}
	}
	return store.MapError(err, "files of visits")
}
