package register

import (
	"context"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"iter"
)

// Columns of a sheet of services beside the items.
const (
	columnAgency     = "agency"
	columnNumber     = "register_number"
	columnRegistered = "registered_on"
)

// SheetFields are the items that a sheet of services holds, one column each
// under its clause. Files do not go into sheets, nor does what only an
// application says.
func SheetFields() []Field {
	var out []Field
	for _, f := range fieldTable() {
		if (f.Public && f.Kind != KindFiles && f.Section != SectionRemoval) || f.Clause == clauseNoDocuments || f.Clause == clauseDelivers {
			out = append(out, f)
		}
	}
	return out
}

// SheetColumns is the header of a sheet of services, for import and export.
func SheetColumns() []string {
	out := []string{columnAgency, columnNumber, columnRegistered}
	for _, f := range SheetFields() {
		out = append(out, f.Clause)
	}
	return out
}

// Export gives the services that fit a filter as rows of a sheet, read in
// pages as they are asked for: memory does not grow with their number. An
// officer gets those of the own body.
func (s *Service) Export(ctx context.Context, f Filter) (iter.Seq2[[]string, error], error) {
	if _, err := office.Allowed(ctx, policies.RegisterRead); err != nil {
		return nil, err
	}
	f.Limit, f.After = maxPage, nil
	return func(yield func([]string, error) bool) {
		for {
			page, err := s.Services(ctx, f)
			if err != nil {
				yield(nil, err)
				return
			}
			rows, err := s.sheetRows(ctx, page.Rows)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, r := range rows {
				if !yield(r, nil) {
					return
				}
			}
			if f.After = page.Next; f.After == nil {
				return
			}
		}
	}, nil
}

// sheetRows reads what a page of services says. One query.
func (s *Service) sheetRows(ctx context.Context, page []Row) ([][]string, error) {
	if len(page) == 0 {
		return nil, nil
	}
	ids := make([]string, len(page))
	for i, r := range page {
		ids[i] = r.ID
	}
	items, err := currentItems(ctx, s.DB.Read(), ids)
	if err != nil {
		return nil, err
	}
	out := make([][]string, len(page))
	for i, r := range page {
		out[i] = []string{r.AgencyCode, r.Number, string(r.RegisteredOn)}
		for _, f := range SheetFields() {
			v := items[r.ID].Get(f.Clause)
			if f.Kind == KindMoney {
				v = Money(v)
			}
			out[i] = append(out[i], v)
		}
	}
	return out, nil
}
