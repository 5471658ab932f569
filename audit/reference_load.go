package audit

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reference"
)

// TemplateState says whether a version of a template can be used.
type TemplateState string

const (
	TemplateDraft     TemplateState = "draft"     // being written; nobody builds with it
	TemplatePublished TemplateState = "published" // checklists are built with it; never changed again
	TemplateWithdrawn TemplateState = "withdrawn" // no new checklist; audits keep what they have
	TemplateOwn       TemplateState = "own"       // stands for the standard of the questions audits add by themselves
)

// Template is one version of a checklist template. A published version is
// never changed; audits keep the rows they were given.
type Template struct {
	bun.BaseModel `bun:"table:checklist_templates,alias:t"`

	ID        string    `bun:"id,pk"`
	Code      string    `bun:"code"`
	Version   int       `bun:"version"`
	Standard  string    `bun:"standard"`
	Edition   string    `bun:"edition"`
	ValidFrom day.Day   `bun:"valid_from"`
	TitleAZ   string    `bun:"title_az"`
	TitleEN   string    `bun:"title_en"`
	NoteAZ    string    `bun:"note_az"`
	NoteEN    string    `bun:"note_en"`
	CreatedAt time.Time `bun:"created_at"`

	State          TemplateState `bun:"state"`
	Revision       int           `bun:"revision"` // rises with each change of a draft
	FromID         string        `bun:"from_id,nullzero"`
	CreatedBy      string        `bun:"created_by,nullzero"`
	PublishedAt    time.Time     `bun:"published_at,nullzero"`
	PublishedBy    string        `bun:"published_by,nullzero"`
	WithdrawnAt    time.Time     `bun:"withdrawn_at,nullzero"`
	WithdrawnBy    string        `bun:"withdrawn_by,nullzero"`
	WithdrawReason string        `bun:"withdraw_reason"`

	Rows int `bun:"rows,scanonly"`
}

// Title is the title in a language.
func (t Template) Title(lang string) string { return i18n.InLang(lang, t.TitleAZ, t.TitleEN) }

type templateRow struct {
	bun.BaseModel `bun:"table:checklist_template_rows,alias:tr"`

	ID         string `bun:"id,pk"`
	TemplateID string `bun:"template_id"`
	Position   int    `bun:"position"`
	No         string `bun:"no"`
	GSBPM      string `bun:"gsbpm"`
	Clause     string `bun:"clause"`
	QuestionAZ string `bun:"question_az"`
	QuestionEN string `bun:"question_en"`
	GuidanceAZ string `bun:"guidance_az"`
	GuidanceEN string `bun:"guidance_en"`
	SearchKey  string `bun:"search_key"`
}

// QuestionKey is what a search over questions looks through.
func QuestionKey(parts ...string) string { return i18n.Fold(strings.Join(parts, " ")) }

// Standard is an edition of a standard with its national adoption.
type Standard struct {
	bun.BaseModel `bun:"table:standards,alias:st"`

	Code             string `bun:"code,pk"`
	Edition          string `bun:"edition,pk"`
	Name             string `bun:"name"`              // ISO 9001:2015
	NationalAdoption string `bun:"national_adoption"` // AZS ISO 9001:2020
	TitleAZ          string `bun:"title_az"`
	TitleEN          string `bun:"title_en"`
}

// Clause is one clause of an edition.
type Clause struct {
	bun.BaseModel `bun:"table:standard_clauses,alias:sc"`

	Standard string `bun:"standard,pk"`
	Edition  string `bun:"edition,pk"`
	Number   string `bun:"number,pk"`
	TitleAZ  string `bun:"title_az"`
	TitleEN  string `bun:"title_en"`
}

// Title is the title in a language.
func (c Clause) Title(lang string) string { return i18n.InLang(lang, c.TitleAZ, c.TitleEN) }

// LoadReference fills standards, clauses and checklist templates out of
// package reference. What is there already stays as it is, so it may run at
// every start; a new version of a template is added beside the old one.
func (s *Service) LoadReference(ctx context.Context) error {
	if _, err := office.Allowed(ctx, policies.ProcessImport); err != nil {
		return err
	}
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		before, err := templateKeys(ctx, tx)
		if err != nil {
			return err
		}
		clauses, err := loadStandards(ctx, tx)
		if err != nil {
			return err
		}
		codes, err := loadCodes(ctx, tx)
		if err != nil {
			return err
		}
		clauses += codes
		added, err := loadTemplates(ctx, tx, before)
		if err != nil {
			return err
		}
		sites, err := loadSites(ctx, tx)
		if err != nil {
			return err
		}
		if len(added) == 0 && clauses == 0 && len(sites) == 0 {
			return store.ErrNoChange
		}
		for _, x := range sites {
			tx.Record(store.Change{Action: office.TrailReferenceLoad, Kind: "site", ID: x.ID, Label: x.Code, After: map[string]any{"name_az": x.NameAZ, "kind": x.Kind}})
		}
		if clauses > 0 {
			tx.Record(store.Change{Action: string(policies.ProcessImport), Kind: "clauses", ID: "clauses", After: map[string]any{"added": clauses}})
		}
		for _, t := range added {
			tx.Record(store.Change{Action: string(policies.ProcessImport), Kind: "checklist", ID: t.ID,
				Label: fmt.Sprintf("%s v%d", t.Code, t.Version), After: map[string]any{"rows": t.Rows}})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.fillKeys(ctx)
}

// fillKeys makes the search keys that an older program did not store. They say
// nothing new, so the trail does not tell of them.
func (s *Service) fillKeys(ctx context.Context) error {
	return s.DB.Unrecorded(ctx, func(tx *store.Tx) error {
		if err := fillQuestionKeys(ctx, tx); err != nil {
			return err
		}
		return fillFindingKeys(ctx, tx)
	})
}

// loadStandards adds what is not known and gives the number of new clauses.
func loadStandards(ctx context.Context, tx *store.Tx) (added int64, err error) {
	rows, err := reference.Rows(reference.Standards)
	if err != nil {
		return 0, err
	}
	standards := make([]Standard, 0, len(rows))
	for _, r := range rows {
		standards = append(standards, Standard{Code: r["code"], Edition: r["edition"], Name: r["name"],
			NationalAdoption: r["national_adoption"], TitleAZ: r["title_az"], TitleEN: r["title_en"]})
	}
	if rows, err = reference.Rows(reference.Clauses); err != nil {
		return 0, err
	}
	clauses := make([]Clause, 0, len(rows))
	for _, r := range rows {
		clauses = append(clauses, Clause{Standard: r["standard"], Edition: r["edition"], Number: r["number"],
			TitleAZ: r["title_az"], TitleEN: r["title_en"]})
	}
	return insertStandards(ctx, tx, standards, clauses)
}

// loadTemplates adds the template versions that are not known yet.
func loadTemplates(ctx context.Context, tx *store.Tx, known map[string]bool) ([]Template, error) {
	heads, err := reference.Rows(reference.Checklists)
	if err != nil {
		return nil, err
	}
	lines, err := reference.Rows(reference.ChecklistRows)
	if err != nil {
		return nil, err
	}
	var added []Template
	for i, h := range heads {
		key := h["template"] + "/" + h["version"]
		if known[key] {
			continue
		}
		version, err := strconv.Atoi(h["version"])
		if err != nil {
			return nil, fmt.Errorf("%s:%d: version: %w", reference.Checklists, i+2, err)
		}
		t := Template{ID: store.NewID(), Code: h["template"], Version: version, Standard: h["standard"], Edition: h["edition"],
			ValidFrom: day.Day(h["valid_from"]), TitleAZ: h["title_az"], TitleEN: h["title_en"], NoteAZ: h["note_az"], NoteEN: h["note_en"],
			CreatedAt: tx.Now, State: TemplatePublished, Revision: 1, PublishedAt: tx.Now}
		var rows []templateRow
		for _, l := range lines {
			if l["template"]+"/"+l["version"] != key {
				continue
			}
			rows = append(rows, templateRow{ID: store.NewID(), TemplateID: t.ID, Position: len(rows) + 1, No: l["no"], GSBPM: l["gsbpm"],
				Clause: l["clause"], QuestionAZ: l["question_az"], QuestionEN: l["question_en"], GuidanceAZ: l["guidance_az"], GuidanceEN: l["guidance_en"],
				SearchKey: QuestionKey(l["no"], l["clause"], l["gsbpm"], l["question_az"], l["question_en"], l["guidance_az"], l["guidance_en"])})
		}
		if len(rows) == 0 {
			return nil, fmt.Errorf("%s:%d: template %s has no rows", reference.Checklists, i+2, key)
		}
		if err := insertTemplate(ctx, tx, t, rows); err != nil {
			return nil, err
		}
		t.Rows = len(rows)
		added = append(added, t)
	}
	return added, nil
}

// Templates lists the newest valid version of each checklist template with
// the number of its rows.
func (s *Service) Templates(ctx context.Context) ([]Template, error) {
	if _, err := office.Allowed(ctx, policies.AuditPlan); err != nil {
		return nil, err
	}
	return currentTemplates(ctx, s.DB.Read(), s.KIS.Today())
}
