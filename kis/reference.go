package kis

import (
	"context"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// LoadReference brings the departments with their other spellings, the
// working-day calendars, the templates of due days and the terms of keeping of
// the reference data into the database. What is there already, by code or by country and year,
// stays as the office has it;
// loading again changes nothing.
func (s *Service) LoadReference(ctx context.Context) error {
	if err := office.AllowedAny(ctx, policies.DepartmentWrite); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		changed, err := office.LoadReference(ctx, tx)
		if err != nil {
			return err
		}
		templates, err := loadDueTemplates(ctx, tx)
		if err != nil {
			return err
		}
		types, err := loadFileTypes(ctx, tx)
		if err != nil {
			return err
		}
		terms, err := loadRetention(ctx, tx)
		if err != nil {
			return err
		}
		if !changed && !templates && !types && !terms {
			return store.ErrNoChange
		}
		return nil
	})
}
