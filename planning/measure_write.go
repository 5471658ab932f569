package planning

import (
	"context"
	"fmt"
	"strconv"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Bounds of an entry.
const (
	maxNarrative  = 10_000
	maxFigures    = 2000
	maxMilestone  = 500
	maxMilestones = 50
	maxLinks      = 50
	maxEvidence   = 100 // files of one entry
	maxAddress    = 2000
	minNarrative  = 20 // to be submitted
)

// MeasureText is what a person writes about a measure and year. Steps and
// links replace what was there; files are added and removed.
type MeasureText struct {
	Version    int // of the entry the form was filled from; 0 when there was none
	Narrative  string
	Figures    string
	Milestones []MeasureMilestone // Text and Done; blank ones are passed over
	Links      []MeasureLink      // URL and Dated; blank ones are passed over
	UploadIDs  []string           // new files
	Dated      day.Day            // date of the new files
	FileDates  map[string]day.Day // new dates of files that are there, by id
	Remove     []string           // ids of files to take out
	Submit     bool               // hand it to the measures officer at once
}

// check cleans the text. Field names are those of the form: narrative,
// figures, milestone_1 …, link_1 … by place in the list, upload.
func (t MeasureText) check() (MeasureText, error) {
	var c apperr.Check
	least := 0
	if t.Submit {
		least = minNarrative
	}
	t.Narrative = c.Text("narrative", t.Narrative, least, maxNarrative)
	t.Figures = c.Text("figures", t.Figures, 0, maxFigures)
	var steps []MeasureMilestone
	for i, m := range t.Milestones {
		field := fmt.Sprint("milestone_", i+1)
		if m.Text = c.Text(field, m.Text, 0, maxMilestone); m.Text != "" {
			steps = append(steps, MeasureMilestone{Position: len(steps), Text: m.Text, Done: m.Done})
		} else if m.Done {
			c.Add(field, "error.field.required")
		}
	}
	var links []MeasureLink
	for i, l := range t.Links {
		field := fmt.Sprint("link_", i+1)
		if l.URL = c.Text(field, l.URL, 0, maxAddress); l.URL == "" {
			continue
		}
		if !apperr.WebAddress(l.URL) {
			c.Add(field, "planning.measure.error.link", "value", i18n.Shorten(l.URL, 40))
		}
		links = append(links, MeasureLink{Position: len(links), URL: l.URL, Dated: l.Dated})
	}
	if len(steps) > maxMilestones {
		c.Add("milestone_1", "planning.measure.error.many", "max", maxMilestones)
	}
	if len(links) > maxLinks {
		c.Add("link_1", "planning.measure.error.many", "max", maxLinks)
	}
	t.Milestones, t.Links = steps, links
	return t, c.Err()
}

// WriteMeasure keeps what was done for a measure in a year, and hands it in
// when t.Submit. Whoever does not answer for the measure is Forbidden; an
// entry that is handed in or decided, a report that is sent, or a version
// that somebody has changed since is a Conflict.
func (s *Service) WriteMeasure(ctx context.Context, measureID string, year int, t MeasureText) (MeasureEntry, error) {
	if _, err := office.Allowed(ctx, policies.MeasureReport); err != nil {
		return MeasureEntry{}, err
	}
	t, err := t.check()
	if err != nil {
		return MeasureEntry{}, err
	}
	var e MeasureEntry
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		m, old, err := s.openEntry(ctx, tx, policies.MeasureReport, measureID, year)
		if err != nil {
			return err
		}
		move, err := arrow(ctx, MeasureTransitions, kindMeasure, old.State, "write")
		if err != nil {
			return err
		}
		if err := sameVersion(ctx, tx, old, t.Version); err != nil {
			return err
		}
		e = old
		e.State = move.To
		if err := s.fill(ctx, tx, m, &e, t); err != nil {
			return err
		}
		verb := "write"
		if t.Submit {
			if move, err = arrow(ctx, MeasureTransitions, kindMeasure, e.State, "submit"); err != nil {
				return err
			}
			verb, e.State, e.Returned, e.SubmittedBy, e.SubmittedAt = "submit", move.To, "", tx.Actor.UserID, tx.Now
		}
		if err := keepEntry(ctx, tx, &e, old); err != nil {
			return err
		}
		recordEntry(tx, m, e, verb, old.before(), e.facts(), "")
		return nil
	})
	return e, err
}

// fill puts what was written into an entry and works out the proposal.
func (s *Service) fill(ctx context.Context, tx *store.Tx, m Measure, e *MeasureEntry, t MeasureText) error {
	e.Narrative, e.NarrativeKey, e.Figures = t.Narrative, narrativeKey(t.Narrative), t.Figures
	e.Milestones, e.Links = t.Milestones, t.Links
	removed := map[string]bool{}
	for _, id := range t.Remove {
		removed[id] = true
	}
	var files []MeasureFile
	for _, f := range e.Files {
		if removed[f.FileID] {
			continue
		}
		if d, ok := t.FileDates[f.FileID]; ok {
			f.Dated = d
		}
		files = append(files, f)
	}
	added, err := kis.AttachUploads(ctx, tx, t.UploadIDs)
	if err != nil {
		return err
	}
	for _, f := range added {
		files = append(files, MeasureFile{FileID: f.ID, File: f, Dated: t.Dated})
	}
	if len(files) > maxEvidence {
		return apperr.InvalidField("upload", "error.upload.too_many", "max", maxEvidence)
	}
	for i := range files {
		files[i].Position = i
	}
	e.Files = files
	rules, err := statusRules(ctx, tx)
	if err != nil {
		return err
	}
	e.Proposed, e.ProposedDone = propose(rules, m.Ongoing, e.Evidence(), len(e.Milestones), e.MilestonesDone())
	return nil
}

// openEntry holds the measure and reads its entry of the year, or an empty
// one. Everything that can be said before the state is looked at is said
// here: does the measure exist, may the actor touch it, is the year one of
// the plan, is the report still open.
func (s *Service) openEntry(ctx context.Context, tx *store.Tx, act policies.Action, measureID string, year int) (Measure, MeasureEntry, error) {
	m, err := lockMeasure(ctx, tx, measureID)
	if err != nil {
		return m, MeasureEntry{}, err
	}
	if !answers(policies.For(tx.Actor, act), m) {
		return m, MeasureEntry{}, apperr.New(apperr.Forbidden, "planning.measure.error.not_responsible", "number", m.Number)
	}
	plan, err := nationalPlan(ctx, tx, m.PlanID)
	if err != nil {
		return m, MeasureEntry{}, err
	}
	if err := s.yearOpen(plan, year); err != nil {
		return m, MeasureEntry{}, err
	}
	report, err := lockMeasureReport(ctx, tx, plan.ID, year)
	if err != nil {
		return m, MeasureEntry{}, err
	}
	if report.State == MeasureReportSent {
		return m, MeasureEntry{}, apperr.New(apperr.Conflict, "planning.measure.error.sent", "year", strconv.Itoa(year), "letter", report.Letter)
	}
	e, err := entryOf(ctx, tx, m.ID, year)
	if err == nil {
		err = tx.Seen(ctx, kindMeasureEntry, e.ID)
	}
	return m, e, err
}

// answers says whether a scope covers one of the departments of a measure.
func answers(scope policies.Scope, m Measure) bool {
	if scope.Any {
		return true
	}
	for _, d := range m.Departments {
		if scope.Department(d.ID) {
			return true
		}
	}
	return false
}

// yearOpen refuses a year that the plan does not have or that has not begun.
func (s *Service) yearOpen(plan NationalPlan, year int) error {
	now := s.KIS.Today().Year()
	if !plan.Covers(year) || year > now {
		return apperr.InvalidField("year", "planning.measure.error.year", "from", strconv.Itoa(plan.From), "to", strconv.Itoa(min(plan.To, now)))
	}
	return nil
}
