package audit

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// Meeting is the record of an opening or closing meeting.
type Meeting struct {
	Closing  bool
	At       time.Time // when it was held, UTC
	Note     string    // minutes: what was said
	Present  []string  // users who were there
	Visitors []Visitor // and people from outside
}

// Visitor is somebody from outside at a meeting.
type Visitor struct{ Name, Organisation string }

// Attendance is one who was at a meeting, as they were then.
type Attendance struct {
	bun.BaseModel `bun:"table:audit_attendance,alias:at" json:"-"`

	AuditID  string `bun:"audit_id,pk" json:"-"`
	Closing  bool   `bun:"closing,pk" json:"-"`
	Position int    `bun:"position,pk" json:"-"`
	UserID   string `bun:"user_id,nullzero" json:"user,omitempty"`
	Name     string `bun:"name" json:"name"`
	PostAZ   string `bun:"post_az" json:"-"`
	PostEN   string `bun:"post_en" json:"-"`
	Unit     string `bun:"unit" json:"unit"`
}

// Post is the official position in a language.
func (a Attendance) Post(lang string) string { return i18n.InLang(lang, a.PostAZ, a.PostEN) }

// RecordMeeting keeps when a meeting was held, who was there and what was
// said. The term for the report is counted from the closing meeting in
// working days. Written again, it replaces what was written; the trail keeps
// both.
func (s *Service) RecordMeeting(ctx context.Context, id string, m Meeting) error {
	var c apperr.Check
	m.Note = c.Text("note", m.Note, 1, maxLong)
	if m.At.IsZero() {
		c.Add("at", "error.field.date")
	} else if m.At.After(s.DB.Now().Add(time.Minute)) {
		c.Add("at", "audit.error.future")
	}
	if len(m.Present)+len(m.Visitors) > 200 {
		c.Add("present", "error.field.range", "min", 0, "max", 200)
	}
	for i, v := range m.Visitors {
		m.Visitors[i] = Visitor{c.Text("visitors", v.Name, 3, maxTitle), c.Text("visitors", v.Organisation, 0, maxTitle)}
	}
	seen := map[string]bool{}
	for _, u := range m.Present {
		if !store.IsID(u) {
			c.Add("present", "error.field.choice")
		} else if seen[u] {
			c.Add("present", "audit.error.twice")
		}
		seen[u] = true
	}
	if err := c.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := lock(ctx, tx, "audits", id); err != nil {
			return err
		}
		a, err := s.seenAudit(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.mayAudit(ctx, tx, a, policies.AuditMove); err != nil {
			return err
		}
		if err := openFor(ctx, a, InProgress); err != nil {
			return err
		}
		before := map[string]any{"opening": a.OpeningAt, "closing": a.ClosingAt}
		if day.Of(m.At, s.KIS.Zone) < day.Of(a.StartedAt, s.KIS.Zone) && day.Of(m.At, s.KIS.Zone) < a.PlannedFrom {
			return apperr.InvalidField("at", "audit.error.before_audit", "day", a.PlannedFrom.Format())
		}
		columns := []string{"opening_at", "opening_note"}
		if m.Closing {
			if !a.OpeningAt.IsZero() && m.At.Before(a.OpeningAt) {
				return apperr.InvalidField("at", "audit.error.before_opening")
			}
			a.ClosingAt, a.ClosingNote = m.At.UTC(), m.Note
			if a.ReportDue, _, err = s.due(ctx, tx, "audit.report", day.Of(m.At, s.KIS.Zone)); err != nil {
				return err
			}
			columns = []string{"closing_at", "closing_note", "report_due"}
		} else {
			if !a.ClosingAt.IsZero() && m.At.After(a.ClosingAt) {
				return apperr.InvalidField("at", "audit.error.after_closing")
			}
			a.OpeningAt, a.OpeningNote = m.At.UTC(), m.Note
		}
		if err := updateAudit(ctx, tx, a, columns...); err != nil {
			return err
		}
		present, err := keepAttendance(ctx, tx, a.ID, m)
		if err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.AuditMove), Kind: kindAudit, ID: a.ID, Label: a.Number, Before: before,
			After: map[string]any{"opening": a.OpeningAt, "closing": a.ClosingAt, "present": present}, Note: m.Note})
		return nil
	})
}

// keepAttendance writes who was at a meeting, with posts as they are today.
func keepAttendance(ctx context.Context, tx *store.Tx, auditID string, m Meeting) ([]Attendance, error) {
	if _, err := tx.NewDelete().Model((*Attendance)(nil)).Where("audit_id = ? AND closing = ?", auditID, m.Closing).Exec(ctx); err != nil {
		return nil, store.MapError(err, "clear attendance")
	}
	names, err := people(ctx, tx, m.Present)
	if err != nil {
		return nil, err
	}
	var rows []Attendance
	for _, id := range m.Present {
		p, ok := names[id]
		if !ok {
			return nil, apperr.InvalidField("present", "error.field.missing")
		}
		rows = append(rows, Attendance{AuditID: auditID, Closing: m.Closing, Position: len(rows), UserID: id, Name: p.Name, PostAZ: p.PositionAZ, PostEN: p.PositionEN, Unit: p.Department.Code})
	}
	for _, v := range m.Visitors {
		rows = append(rows, Attendance{AuditID: auditID, Closing: m.Closing, Position: len(rows), Name: v.Name, Unit: v.Organisation})
	}
	if len(rows) == 0 {
		return nil, nil
	}
	_, err = tx.NewInsert().Model(&rows).Exec(ctx)
	return rows, store.MapError(err, "insert attendance")
}

// attendanceOf reads who was at the meetings of an audit, the opening first.
func attendanceOf(ctx context.Context, db bun.IDB, auditID string) (out []Attendance, err error) {
	err = db.NewSelect().Model(&out).Where("at.audit_id = ?", auditID).OrderExpr("at.closing, at.position").Scan(ctx)
	return out, store.MapError(err, "attendance")
}
