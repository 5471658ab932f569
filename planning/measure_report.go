package planning

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// zeroTime clears a time column.
var zeroTime time.Time

// YearReport is the yearly report on a plan as an undertaking: when
// departments were asked, by when they write and it is reviewed, when it was
// signed and sent. State is empty before anybody was asked.
type YearReport struct {
	bun.BaseModel `bun:"table:measure_reports,alias:yr"`

	PlanID    string             `bun:"plan_id,pk"`
	Year      int                `bun:"year,pk"`
	State     MeasureReportState `bun:"state"`
	AskedBy   string             `bun:"asked_by,nullzero"`
	AskedAt   time.Time          `bun:"asked_at"`
	WriteDue  day.Day            `bun:"write_due"`
	ReviewDue day.Day            `bun:"review_due"`
	SignedOn  day.Day            `bun:"signed_on"`
	SentOn    day.Day            `bun:"sent_on"`
	Letter    string             `bun:"letter"` // outgoing number
	SentBy    string             `bun:"sent_by,nullzero"`
	SentAt    time.Time          `bun:"sent_at,nullzero"`
}

// AskMeasures asks the departments for their entries of a year: from then on
// these are work that waits for them. Asking again changes the terms.
func (s *Service) AskMeasures(ctx context.Context, planCode string, year int, writeDue, reviewDue day.Day) error {
	var c apperr.Check
	if writeDue == "" {
		c.Add("write_due", "error.field.required")
	}
	switch {
	case reviewDue == "":
		c.Add("review_due", "error.field.required")
	case reviewDue < writeDue:
		c.Add("review_due", "error.field.date_after", "date", writeDue)
	}
	return s.moveReport(ctx, planCode, year, "ask", &c, func(tx *store.Tx, _ NationalPlan, r *YearReport) error {
		if r.AskedAt.IsZero() {
			r.AskedBy, r.AskedAt = tx.Actor.UserID, tx.Now
		}
		r.WriteDue, r.ReviewDue = writeDue, reviewDue
		return nil
	})
}

// SendMeasures records that the report of a year was signed and sent. Every
// measure must have its status; from then on no entry of the year changes.
func (s *Service) SendMeasures(ctx context.Context, planCode string, year int, signedOn, sentOn day.Day, letter string) error {
	var c apperr.Check
	today := s.KIS.Today()
	for _, f := range []struct {
		name string
		day  day.Day
	}{{"signed_on", signedOn}, {"sent_on", sentOn}} {
		switch {
		case f.day == "":
			c.Add(f.name, "error.field.required")
		case f.day > today:
			c.Add(f.name, "error.field.date_before", "date", today.Add(1))
		}
	}
	if signedOn != "" && sentOn != "" && sentOn < signedOn {
		c.Add("sent_on", "error.field.date_after", "date", signedOn)
	}
	letter = c.Text("letter", letter, 1, 60)
	return s.moveReport(ctx, planCode, year, "send", &c, func(tx *store.Tx, p NationalPlan, r *YearReport) error {
		left, err := undecidedMeasures(ctx, tx, p.ID, year)
		if err != nil {
			return err
		}
		if left > 0 {
			return apperr.New(apperr.Conflict, "planning.measure.error.undecided", "n", left)
		}
		r.SignedOn, r.SentOn, r.Letter, r.SentBy, r.SentAt = signedOn, sentOn, letter, tx.Actor.UserID, tx.Now
		return nil
	})
}

// moveReport takes one arrow of the life of a yearly report.
func (s *Service) moveReport(ctx context.Context, planCode string, year int, verb string, c *apperr.Check,
	change func(tx *store.Tx, p NationalPlan, r *YearReport) error) error {
	if _, err := office.Allowed(ctx, policies.MeasureDecide); err != nil {
		return err
	}
	if err := c.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		p, err := planByCode(ctx, tx, planCode)
		if err != nil {
			return err
		}
		if err := s.yearOpen(p, year); err != nil {
			return err
		}
		if err := lockNationalPlan(ctx, tx, p.ID); err != nil {
			return err
		}
		r, err := lockMeasureReport(ctx, tx, p.ID, year)
		if err != nil {
			return err
		}
		if r.State == "" && verb != "ask" {
			return apperr.New(apperr.Conflict, "planning.measure.error.not_asked", "year", strconv.Itoa(year))
		}
		old := r
		move, err := arrow(ctx, MeasureReportTransitions, "measure.report", r.State, verb)
		if err != nil {
			return err
		}
		if err := change(tx, p, &r); err != nil {
			return err
		}
		r.State = move.To
		if err := keepReport(ctx, tx, r, old.State); err != nil {
			return err
		}
		tx.Record(store.Change{Action: "planning:measure:" + verb, Kind: kindMeasureReport, ID: p.Code + "/" + strconv.Itoa(year), Label: p.Code + ", " + strconv.Itoa(year),
			RootKind: kindNationalPlan, RootID: p.ID, Before: old.facts(), After: r.facts()})
		return nil
	})
}

// facts is what the trail keeps of a report.
func (r YearReport) facts() any {
	if r.State == "" {
		return nil
	}
	return map[string]any{"state": r.State, "write_due": r.WriteDue, "review_due": r.ReviewDue, "signed_on": r.SignedOn, "sent_on": r.SentOn, "letter": r.Letter}
}

// lockMeasureReport holds the report of a year; one without a state when
// nobody was asked yet.
func lockMeasureReport(ctx context.Context, tx *store.Tx, planID string, year int) (YearReport, error) {
	var r YearReport
	err := store.Lock(tx.NewSelect().Model(&r).Where("yr.plan_id = ? AND yr.year = ?", planID, year)).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return YearReport{PlanID: planID, Year: year}, nil
	}
	return r, store.MapError(err, "measure report")
}

func measureReport(ctx context.Context, db bun.IDB, planID string, year int) (YearReport, error) {
	var r YearReport
	err := db.NewSelect().Model(&r).Where("yr.plan_id = ? AND yr.year = ?", planID, year).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return YearReport{PlanID: planID, Year: year}, nil
	}
	return r, store.MapError(err, "measure report")
}

func keepReport(ctx context.Context, tx *store.Tx, r YearReport, from MeasureReportState) error {
	if from == "" {
		_, err := tx.NewInsert().Model(&r).Exec(ctx)
		return store.MapError(err, "insert measure report")
	}
	n, err := store.Affected(tx.NewUpdate().Model(&r).Where("plan_id = ? AND year = ? AND state = ?", r.PlanID, r.Year, from).Exec(ctx))
	return store.Moved(n, err, kindMeasureReport, string(from))
}

func planByCode(ctx context.Context, db bun.IDB, code string) (NationalPlan, error) {
	var p NationalPlan
	err := db.NewSelect().Model(&p).ColumnExpr("np.*").Where("np.code = ?", code).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return p, apperr.Missing(kindNationalPlan)
	}
	return p, store.MapError(err, "national plan")
}

// undecidedMeasures counts the measures of a plan without a status for the
// year; a plan without measures counts as one, since there is nothing to send.
func undecidedMeasures(ctx context.Context, db bun.IDB, planID string, year int) (int, error) {
	var all, decided int
	err := db.NewRaw(`SELECT COUNT(*), COUNT(e.id) FROM measures AS m
		LEFT JOIN measure_entries AS e ON e.measure_id = m.id AND e.year = ? AND e.state = 'decided' WHERE m.plan_id = ?`, year, planID).Scan(ctx, &all, &decided)
	if err != nil {
		return 0, store.MapError(err, "undecided measures")
	}
	if all == 0 {
		return 1, nil
	}
	return all - decided, nil
}
