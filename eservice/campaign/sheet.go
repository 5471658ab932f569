package campaign

import (
	"context"
	"iter"
	"strconv"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// fixed are the columns of a sheet before those of the parameters.
var fixed = []string{"agency", "service_code", "service_name", "electronisation_level", "automation_level", "score", "grade"}

// What stands for a parameter that does not apply, and the column of the number
// of stars in the sheet of a scheme that has stars.
const (
	notApplicable = "NA"
	starsColumn   = "stars"
)

// Columns is the header of the sheet of a campaign: with the number of stars
// where grades are stars, and for each parameter of its scheme its points and
// the reason.
func Columns(scheme eservice.Scheme) []string {
	out := append([]string(nil), fixed...)
	if scheme.Scale == "stars" {
		out = append(out, starsColumn)
	}
	for _, m := range scheme.Parameters {
		out = append(out, m.Code, m.Code+".reason")
	}
	return append(out, "shortcomings")
}

// Export gives a campaign's services as rows of its sheet, in pages as they
// are asked for. Services that are not scored have empty cells, and so have
// those that the actor may still read a second time.
func (s *Service) Export(ctx context.Context, id string) (Campaign, []string, iter.Seq2[[]string, error], error) {
	sc, err := office.Allowed(ctx, policies.CampaignRead)
	var c Campaign
	if err == nil && (!sc.Any || !store.IsID(id)) {
		err = apperr.Missing("campaign")
	}
	if err != nil {
		return c, nil, nil, err
	}
	if err := s.DB.Read().NewSelect().Model(&c).Where("k.id = ?", id).Scan(ctx); err != nil {
		return c, nil, nil, store.MapError(err, "campaign")
	}
	scheme, err := s.scheme(ctx, c.Scheme)
	if err != nil {
		return c, nil, nil, err
	}
	return c, Columns(scheme), func(yield func([]string, error) bool) {
		for last := ""; ; {
			rows, next, err := s.sheetPage(ctx, c, scheme, last)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, r := range rows {
				if !yield(r, nil) {
					return
				}
			}
			if last = next; last == "" {
				return
			}
		}
	}, nil
}

// gradeCells are level, automation, score and grade of a result, and its stars.
func gradeCells(scheme eservice.Scheme, a eservice.Assessment) []string {
	out, stars := []string{"", "", "", ""}, ""
	if a.Scored {
		out[0], out[1], out[3], stars = a.Level, a.Automation, i18n.None, i18n.None
	}
	if a.ScoreMilli != nil {
		out[2], out[3] = eservice.MilliText(*a.ScoreMilli, 3), a.Grade
		for _, b := range scheme.Bands {
			if b.Code == a.Grade {
				stars = strconv.Itoa(b.Position)
			}
		}
	}
	if scheme.Scale == "stars" {
		out = append(out, stars)
	}
	return out
}

// sheetPage reads a page of rows by the code of the service. Two queries.
func (s *Service) sheetPage(ctx context.Context, c Campaign, scheme eservice.Scheme, last string) (out [][]string, next string, err error) {
	const most = 1000
	var page []struct {
		eservice.Assessment `bun:",extend"`
		Agency              string `bun:"agency"`
		Code                string `bun:"code"`
		Name                string `bun:"name"`
		SecondRead          bool   `bun:"second_read"`
	}
	q := s.DB.Read().NewSelect().TableExpr("assessments AS a").ColumnExpr("a.*, g.code AS agency, e.code, e.name_az AS name").
		ColumnExpr(secondRead).
		Join("JOIN eservices AS e ON e.id = a.service_id").Join("JOIN agencies AS g ON g.id = a.agency_id").Where("a.campaign_id = ?", c.ID).OrderExpr("a.id").Limit(most)
	if last != "" {
		q = q.Where("a.id > ?", last)
	}
	if err := q.Scan(ctx, &page); err != nil {
		return nil, "", store.MapError(err, "sheet")
	}
	if len(page) == 0 {
		return nil, "", nil
	}
	ids := make([]string, len(page))
	for i, a := range page {
		ids[i] = a.ID
	}
	wanting, err := wantingOf(ctx, s.DB.Read(), ids)
	if err != nil {
		return nil, "", err
	}
	who := actor.From(ctx)
	for _, a := range page {
		if blind(who, c.State, a.Assessment, a.SecondRead) {
			a.Scored, a.ScoreMilli, a.Points, wanting[a.ID] = false, nil, "[]", ""
		}
		row := append([]string{a.Agency, a.Code, a.Name}, gradeCells(scheme, a.Assessment)...)
		points := map[string]eservice.Point{}
		for _, p := range eservice.ReadPoints(a.Points) {
			points[p.Parameter] = p
		}
		for _, m := range scheme.Parameters {
			p, ok := points[m.Code]
			switch {
			case !ok:
				row = append(row, "", "")
			case p.NA:
				row = append(row, notApplicable, p.Reason)
			default:
				row = append(row, eservice.MilliText(p.Milli, 3), p.Reason)
			}
		}
		out = append(out, append(row, wanting[a.ID]))
	}
	if len(page) == most {
		next = ids[most-1]
	}
	return out, next, nil
}
