package register

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Usage is how often a service was used in a year (2.3.24).
type Usage struct {
	bun.BaseModel `bun:"table:eservice_usage,alias:eu"`

	ServiceID  string    `bun:"service_id,pk"`
	Year       int       `bun:"year,pk"`
	Requests   int64     `bun:"requests"`
	Electronic int64     `bun:"electronic"` // of them
	Note       string    `bun:"note"`
	Revision   int       `bun:"revision"`
	RecordedBy string    `bun:"recorded_by"`
	RecordedAt time.Time `bun:"recorded_at"`
}

// SetUsage records or corrects the use of a service in a year; Revision is the
// one that was seen, 0 for a year that is not there yet.
func (s *Service) SetUsage(ctx context.Context, u Usage) error {
	if _, err := office.Allowed(ctx, policies.RegisterFill); err != nil {
		return err
	}
	var check apperr.Check
	if this := s.KIS.Today().Year(); u.Year < 2000 || u.Year > this {
		check.Add("year", "register.field.year", "max", this)
	}
	const most = 1_000_000_000
	if u.Requests < 0 || u.Requests > most {
		check.Add("requests", "register.field.count", "max", most)
	}
	if u.Electronic < 0 || u.Electronic > u.Requests {
		check.Add("electronic", "register.field.electronic")
	}
	u.Note = check.Text("note", u.Note, 0, 1000)
	if err := check.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		sv, err := lockService(ctx, tx, u.ServiceID)
		if err != nil {
			return err
		}
		if err := mayIn(ctx, policies.RegisterFill, policies.RegisterRead, sv.AgencyID, kindService); err != nil {
			return err
		}
		if sv.State == ServiceAssessed {
			return apperr.New(apperr.Conflict, "register.service.not_registered")
		}
		var old []Usage
		if err := tx.NewSelect().Model(&old).Where("eu.service_id = ? AND eu.year = ?", u.ServiceID, u.Year).Scan(ctx); err != nil {
			return store.MapError(err, "use of a service")
		}
		var before any
		seen := u.Revision
		if len(old) == 1 {
			before = usageFacts(old[0])
		}
		if (len(old) == 0 && seen != 0) || (len(old) == 1 && old[0].Revision != seen) {
			return apperr.New(apperr.Conflict, "error.conflict")
		}
		u.Revision, u.RecordedBy, u.RecordedAt = seen+1, tx.Actor.Name, tx.Now
		if _, err := tx.NewInsert().Model(&u).On("CONFLICT (service_id, year) DO UPDATE").
			Set("requests = EXCLUDED.requests, electronic = EXCLUDED.electronic, note = EXCLUDED.note, revision = EXCLUDED.revision, recorded_by = EXCLUDED.recorded_by, recorded_at = EXCLUDED.recorded_at").
			Exec(ctx); err != nil {
			return store.MapError(err, "keep use of a service")
		}
		tx.Record(store.Change{Action: string(policies.RegisterFill), Kind: kindService, ID: sv.ID, Label: sv.Number, Before: before, After: usageFacts(u)})
		return nil
	})
}

func usageFacts(u Usage) map[string]any {
	return map[string]any{"year": u.Year, "requests": u.Requests, "electronic": u.Electronic, "note": u.Note}
}

func usages(ctx context.Context, db bun.IDB, serviceID string) (out []Usage, err error) {
	err = db.NewSelect().Model(&out).Where("eu.service_id = ?", serviceID).OrderExpr("eu.year DESC").Scan(ctx)
	return out, store.MapError(err, "use of a service")
}
