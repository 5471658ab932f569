package planning

import (
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
)

// MeasureEntry is what was done for a measure in a year, and how that was
// judged.
type MeasureEntry struct {
	bun.BaseModel `bun:"table:measure_entries,alias:e"`

	ID           string        `bun:"id,pk"`
	MeasureID    string        `bun:"measure_id"`
	Year         int           `bun:"year"`
	Version      int           `bun:"version"` // raised by every change
	State        MeasureState  `bun:"state"`
	Narrative    string        `bun:"narrative"`
	NarrativeKey string        `bun:"narrative_key"`
	Figures      string        `bun:"figures"`
	Proposed     MeasureStatus `bun:"proposed,nullzero"` // by rule, at the last change; "" when no rule applies
	ProposedDone *bool         `bun:"proposed_done"`     // of an ongoing measure
	Status       MeasureStatus `bun:"status,nullzero"`   // by a person; "" until decided
	Done         *bool         `bun:"done"`              // of status ongoing: done this year
	Reason       string        `bun:"reason"`
	Act          string        `bun:"act"`      // of status withdrawn
	Returned     string        `bun:"returned"` // why it was last returned
	CreatedBy    string        `bun:"created_by,nullzero"`
	CreatedAt    time.Time     `bun:"created_at"`
	UpdatedBy    string        `bun:"updated_by,nullzero"`
	UpdatedAt    time.Time     `bun:"updated_at"`
	SubmittedBy  string        `bun:"submitted_by,nullzero"`
	SubmittedAt  time.Time     `bun:"submitted_at,nullzero"`
	DecidedBy    string        `bun:"decided_by,nullzero"`
	DecidedAt    time.Time     `bun:"decided_at,nullzero"`

	Milestones []MeasureMilestone `bun:"-"`
	Links      []MeasureLink      `bun:"-"`
	Files      []MeasureFile      `bun:"-"`
}

// MeasureMilestone is one step of the year.
type MeasureMilestone struct {
	bun.BaseModel `bun:"table:measure_milestones,alias:ms"`

	EntryID  string `bun:"entry_id,pk"`
	Position int    `bun:"position,pk"`
	Text     string `bun:"text"`
	Done     bool   `bun:"done"`
}

// MeasureLink is evidence on the web.
type MeasureLink struct {
	bun.BaseModel `bun:"table:measure_links,alias:ml"`

	EntryID  string  `bun:"entry_id,pk"`
	Position int     `bun:"position,pk"`
	URL      string  `bun:"url"`
	Dated    day.Day `bun:"dated"` // of what is shown there; empty = not known
}

// MeasureFile is evidence in a file.
type MeasureFile struct {
	bun.BaseModel `bun:"table:measure_files,alias:mf"`

	EntryID  string  `bun:"entry_id,pk"`
	FileID   string  `bun:"file_id,pk"`
	Position int     `bun:"position"`
	Dated    day.Day `bun:"dated"` // of the document; empty = not known

	File kis.File `bun:"-"`
}

// Evidence is the number of files and links.
func (e MeasureEntry) Evidence() int { return len(e.Files) + len(e.Links) }

// MilestonesDone counts the steps that are done.
func (e MeasureEntry) MilestonesDone() int {
	n := 0
	for _, m := range e.Milestones {
		if m.Done {
			n++
		}
	}
	return n
}

// Standing is the status that holds: the decided one, else what the rule
// proposes; decided says which. "" when neither says anything.
func (e MeasureEntry) Standing() (status MeasureStatus, done *bool, decided bool) {
	if e.Status != "" {
		return e.Status, e.Done, true
	}
	if e.ID == "" {
		return MeasureNoEvidence, nil, false // nothing is there to prove anything
	}
	return e.Proposed, e.ProposedDone, false
}

// facts is what the trail keeps of what people wrote.
func (e MeasureEntry) facts() map[string]any {
	links, files, steps := []string{}, []string{}, []string{}
	for _, l := range e.Links {
		links = append(links, l.URL)
	}
	for _, f := range e.Files {
		files = append(files, f.File.Name+" "+f.File.SHA256)
	}
	for _, m := range e.Milestones {
		mark := "− "
		if m.Done {
			mark = "+ "
		}
		steps = append(steps, mark+m.Text)
	}
	return map[string]any{"state": e.State, "narrative": e.Narrative, "figures": e.Figures, "links": links, "files": files,
		"milestones": steps, "proposed": e.Proposed, "version": e.Version}
}
