package reports

import (
	"context"
	"io"

	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/internal/apperr"
)

// CampaignSheet writes the services of an assessment campaign as XLSX or CSV,
// in the columns that the import of a campaign reads. It streams.
func (s *Service) CampaignSheet(ctx context.Context, w io.Writer, format, id string) error {
	c, columns, rows, err := s.Campaigns.Export(ctx, id)
	if err != nil {
		return err
	}
	sheet := Sheet{Name: c.Number, Title: c.Title}
	for _, name := range columns {
		sheet.Columns = append(sheet.Columns, SheetColumn{Key: name, Title: name, Width: 18})
	}
	sheet.Source = func(yield func([]any, error) bool) {
		for r, err := range rows {
			row := make([]any, len(r))
			for i, v := range r {
				row[i] = v
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
	return writeSheet(w, format, sheet)
}

// Campaign gives the number of a campaign that the actor may take away;
// NotFound otherwise.
func (s *Service) Campaign(ctx context.Context, id string) (campaign.Campaign, error) {
	if s.Campaigns == nil {
		return campaign.Campaign{}, apperr.Missing("campaign")
	}
	c, _, _, err := s.Campaigns.Export(ctx, id)
	return c, err
}
