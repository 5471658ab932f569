package reports

import (
	"context"
	"io"

	"github.com/kis-platform/kis/eservice"
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

// SchemeSheet writes a rating scheme as XLSX or CSV, in the columns that the
// import of a scheme reads.
func (s *Service) SchemeSheet(ctx context.Context, w io.Writer, format, code string) error {
	x, rows, err := s.eservice.SchemeSheet(ctx, code)
	if err != nil {
		return err
	}
	sheet := Sheet{Name: x.Code, Title: x.TitleAZ}
	for _, name := range eservice.SchemeColumns {
		sheet.Columns = append(sheet.Columns, SheetColumn{Key: name, Title: name, Width: 18})
	}
	for _, r := range rows {
		row := make([]any, len(r))
		for i, v := range r {
			row[i] = v
		}
		sheet.Rows = append(sheet.Rows, row)
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
