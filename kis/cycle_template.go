package kis

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/policies"
)

// Anchor is the day from which a due day is counted.
type Anchor string

// The anchors.
const (
	AnchorStart   Anchor = "start"   // first day of the period
	AnchorEnd     Anchor = "end"     // its last day
	AnchorRelease Anchor = "release" // when the results are released
)

// Anchors lists them in the order of this file.
func Anchors() []Anchor { return []Anchor{AnchorStart, AnchorEnd, AnchorRelease} }

// maxOffset bounds how far a due day lies from its anchor, in working days.
const maxOffset = 520

// DueRule says when a phase is due: so many working days after the anchor,
// before it when negative. 0 is the anchor itself or, when nobody works then,
// the next working day after a start and the last one before the others.
type DueRule struct {
	Phase  string
	Anchor Anchor
	Days   int
}

// DueTemplate is a version of a set of rules, one for each phase.
type DueTemplate struct {
	ID             string
	Code           string
	Number         int // version
	Frequency      Frequency
	Standard       bool // proposed where no other is chosen
	NameAZ, NameEN string
	ValidFrom      day.Day
	CreatedAt      time.Time
	CreatedBy      string // user id; empty for what every office starts from
	Rules          []DueRule
	Uses           int // cycles that were planned by it
}

// Name is the name in a language.
func (t DueTemplate) Name(lang string) string { return i18n.InLang(lang, t.NameAZ, t.NameEN) }

// NeedsRelease says whether a rule counts from the day of release.
func (t DueTemplate) NeedsRelease() bool {
	return slices.ContainsFunc(t.Rules, func(r DueRule) bool { return r.Anchor == AnchorRelease })
}

// ProposedDay is a due day that was worked out. Confirmed is false when it
// depends on a year whose calendar nobody has confirmed.
type ProposedDay struct {
	Day       day.Day
	Confirmed bool
}

// days works out the due days of a period in the calendar, which must reach
// far enough (see templateCalendar). What counts from a release without a
// day of release is left out.
func (t DueTemplate) days(cal office.Calendar, p Period, release day.Day) map[string]ProposedDay {
	out := make(map[string]ProposedDay, len(t.Rules))
	for _, r := range t.Rules {
		from := map[Anchor]day.Day{AnchorStart: p.First(), AnchorEnd: p.Last(), AnchorRelease: release}[r.Anchor]
		if from == "" {
			continue
		}
		n := r.Days
		if n == 0 && r.Anchor == AnchorStart {
			from, n = from.Add(-1), 1
		} else if n == 0 {
			from, n = from.Add(1), -1
		}
		d, confirmed := cal.Add(from, n)
		out[r.Phase] = ProposedDay{d, confirmed}
	}
	return out
}

// templateCalendar reads the calendar around days in one query, as far as a
// rule can reach.
func templateCalendar(ctx context.Context, db bun.IDB, country string, from, to day.Day) (office.Calendar, error) {
	return office.ReadCalendar(ctx, db, country, from.Add(-2*maxOffset), to.Add(2*maxOffset))
}

// DueTemplates lists the newest version of each template, by frequency.
func (s *Service) DueTemplates(ctx context.Context) ([]DueTemplate, error) {
	if _, err := office.Allowed(ctx, policies.CyclePlan); err != nil {
		return nil, err
	}
	all, err := dueTemplates(ctx, s.DB.Read(), "")
	if err != nil {
		return nil, err
	}
	return newestTemplates(all), nil
}

// DueTemplateVersions lists the versions of one template, newest first;
// NotFound when there is none of that code.
func (s *Service) DueTemplateVersions(ctx context.Context, code string) ([]DueTemplate, error) {
	if _, err := office.Allowed(ctx, policies.CyclePlan); err != nil {
		return nil, err
	}
	all, err := dueTemplates(ctx, s.DB.Read(), code)
	if err == nil && len(all) == 0 {
		err = apperr.Missing("due_template")
	}
	return all, err
}

// DueTemplateEdit is a new version of a template. Number is the version that
// the form was filled from.
type DueTemplateEdit struct {
	Code           string
	Number         int
	NameAZ, NameEN string
	Rules          []DueRule
}

// ReviseDueTemplate stores a new version of a template: cycles already planned
// keep theirs. A version somebody has made meanwhile is a Conflict.
func (s *Service) ReviseDueTemplate(ctx context.Context, in DueTemplateEdit) error {
	if _, err := office.Allowed(ctx, policies.CyclePlan); err != nil {
		return err
	}
	if err := in.check(); err != nil {
		return err
	}
	today := s.Today()
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		all, err := dueTemplates(ctx, tx, in.Code)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return apperr.Missing("due_template")
		}
		old := all[0]
		if old.Number != in.Number {
			return apperr.New(apperr.Conflict, "kis.template.changed", "number", old.Number)
		}
		if old.NameAZ == in.NameAZ && old.NameEN == in.NameEN && slices.Equal(old.Rules, in.Rules) {
			return store.ErrNoChange
		}
		next := DueTemplate{ID: store.NewID(), Code: old.Code, Number: old.Number + 1, Frequency: old.Frequency, Standard: old.Standard,
			NameAZ: in.NameAZ, NameEN: in.NameEN, ValidFrom: today, CreatedAt: tx.Now, CreatedBy: tx.Actor.UserID, Rules: in.Rules}
		if err := ReferenceChanges(ctx, tx, policies.CyclePlan, next.Code); err != nil {
			return err
		}
		if err := insertDueTemplate(ctx, tx, next); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.CyclePlan), Kind: "due_template", ID: next.ID, Label: next.Code,
			Before: old.facts(), After: next.facts()})
		return nil
	})
}

// facts is what the trail keeps of a template.
func (t DueTemplate) facts() map[string]any {
	return map[string]any{"version": t.Number, "name_az": t.NameAZ, "name_en": t.NameEN, "rules": t.Rules}
}

// check notes what is wrong; fields are name_az, name_en, anchor_1 … days_8.
func (in *DueTemplateEdit) check() error {
	var c apperr.Check
	in.NameAZ = c.Text("name_az", in.NameAZ, 1, 200)
	in.NameEN = c.Text("name_en", in.NameEN, 0, 200)
	for _, phase := range process.Phases {
		i := slices.IndexFunc(in.Rules, func(r DueRule) bool { return r.Phase == phase })
		if i < 0 {
			c.Add("days_"+phase, "error.field.required")
			continue
		}
		apperr.OneOf(&c, "anchor_"+phase, in.Rules[i].Anchor, Anchors()...)
		if n := in.Rules[i].Days; n < -maxOffset || n > maxOffset {
			c.Add("days_"+phase, "error.field.range", "min", -maxOffset, "max", maxOffset)
		}
	}
	slices.SortFunc(in.Rules, func(a, b DueRule) int {
		return slices.Index(process.Phases, a.Phase) - slices.Index(process.Phases, b.Phase)
	})
	return c.Err()
}
