package checklist

import (
	"context"
	"regexp"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Question is one question of a template.
type Question struct {
	bun.BaseModel `bun:"table:checklist_template_rows,alias:tr"`

	ID         string `bun:"id,pk"`
	TemplateID string `bun:"template_id"`
	Position   int    `bun:"position"`
	No         string `bun:"no"`     // 4.4-a; unique in the template
	GSBPM      string `bun:"gsbpm"`  // phase, sub-process or task; empty for the system as a whole
	Clause     string `bun:"clause"` // of the template's standard
	QuestionAZ string `bun:"question_az"`
	QuestionEN string `bun:"question_en"` // may be empty
	GuidanceAZ string `bun:"guidance_az"` // what to look at, which records, how to sample
	GuidanceEN string `bun:"guidance_en"`
	SearchKey  string `bun:"search_key"`
}

// Question and guidance in a language.
func (q Question) Text(lang string) string     { return i18n.InLang(lang, q.QuestionAZ, q.QuestionEN) }
func (q Question) Guidance(lang string) string { return i18n.InLang(lang, q.GuidanceAZ, q.GuidanceEN) }

// Head is what a template is called and what it asks about.
type Head struct {
	Code              string // capitals, digits and dashes; the same for all versions
	Standard, Edition string
	TitleAZ, TitleEN  string
	NoteAZ, NoteEN    string
}

var codeForm = regexp.MustCompile(`^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$`)

func (h Head) check(ctx context.Context, db bun.IDB) (Head, error) {
	var c apperr.Check
	h.Code = strings.ToUpper(strings.TrimSpace(h.Code))
	if !codeForm.MatchString(h.Code) || len(h.Code) > maxCode || strings.HasPrefix(h.Code, "OWN-") {
		c.Add("code", "audit.template.error.code", "max", maxCode)
	}
	h.TitleAZ = c.Text("title_az", h.TitleAZ, 3, maxTitle)
	h.TitleEN = c.Text("title_en", h.TitleEN, 3, maxTitle)
	h.NoteAZ = c.Text("note_az", h.NoteAZ, 0, maxNote)
	h.NoteEN = c.Text("note_en", h.NoteEN, 0, maxNote)
	known, err := standardKnown(ctx, db, h.Standard, h.Edition)
	if err != nil {
		return h, err
	}
	if !known {
		c.Add("standard", "error.field.choice")
	}
	return h, c.Err()
}

// Filter narrows the library; zero fields do not.
type Filter struct {
	Query string // searched for in questions, guidance and titles, as Azerbaijani folds them
	State audit.TemplateState
}

// Shelf is all versions of one code.
type Shelf struct {
	Code     string
	Versions []audit.Template // newest first
	Hits     int              // questions of the newest version that fit the query
}

// Newest is the version that people mean by the code: the newest published
// one, else the newest.
func (s Shelf) Newest() audit.Template {
	for _, t := range s.Versions {
		if t.State == audit.TemplatePublished {
			return t
		}
	}
	return s.Versions[0]
}

// Hit is a question that fits a search, with the template it stands in.
type Hit struct {
	Question

	Template audit.Template
}

// maxHits bounds what one search shows.
const maxHits = 60

// Library lists the templates, and with a query the questions that fit it.
func (s *Service) Library(ctx context.Context, f Filter) (shelves []Shelf, hits []Hit, err error) {
	if _, err := office.Allowed(ctx, policies.TemplateRead); err != nil {
		return nil, nil, err
	}
	db := s.DB.Read()
	all, err := allTemplates(ctx, db)
	if err != nil {
		return nil, nil, err
	}
	byID := map[string]audit.Template{}
	words := strings.Fields(i18n.Fold(f.Query))
	for _, t := range all {
		byID[t.ID] = t
		if f.State != "" && t.State != f.State {
			continue
		}
		if n := len(shelves); n == 0 || shelves[n-1].Code != t.Code {
			shelves = append(shelves, Shelf{Code: t.Code})
		}
		last := &shelves[len(shelves)-1]
		last.Versions = append(last.Versions, t)
	}
	if len(words) == 0 {
		return shelves, nil, nil
	}
	ids := make([]string, len(shelves))
	for i, shelf := range shelves {
		ids[i] = shelf.Newest().ID
	}
	found, counts, err := searchQuestions(ctx, db, ids, words)
	if err != nil {
		return nil, nil, err
	}
	for _, q := range found {
		hits = append(hits, Hit{Question: q, Template: byID[q.TemplateID]})
	}
	kept := shelves[:0]
	for _, shelf := range shelves {
		t := shelf.Newest()
		shelf.Hits = counts[t.ID]
		title := i18n.Fold(strings.Join([]string{t.Code, t.TitleAZ, t.TitleEN}, " "))
		fits := true
		for _, w := range words {
			fits = fits && strings.Contains(title, w)
		}
		if shelf.Hits > 0 || fits {
			kept = append(kept, shelf)
		}
	}
	return kept, hits, nil
}

// Sheet is one version of a template with its questions.
type Sheet struct {
	audit.Template

	StandardName string // ISO 9001:2015
	Questions    []Question
	Versions     []audit.Template // of the same code, newest first
	Audits       int              // that hold questions of this version
	Clauses      []audit.Clause   // of the standard, for the form
	Write        bool             // the actor may change the library
}

// Draft is the draft of the same code, nil when there is none.
func (t Sheet) Draft() *audit.Template {
	for i := range t.Versions {
		if t.Versions[i].State == audit.TemplateDraft {
			return &t.Versions[i]
		}
	}
	return nil
}

// Editable says whether the actor may change the questions now.
func (t Sheet) Editable() bool { return t.Write && t.State == audit.TemplateDraft }

// Show gives a version of a template.
func (s *Service) Show(ctx context.Context, id string) (Sheet, error) {
	if _, err := office.Allowed(ctx, policies.TemplateRead); err != nil {
		return Sheet{}, err
	}
	db := s.DB.Read()
	t, err := templateByID(ctx, db, id)
	if err != nil {
		return Sheet{}, err
	}
	out := Sheet{Template: t, Write: s.mayWrite(ctx)}
	if out.Questions, err = questionsOf(ctx, db, t.ID); err != nil {
		return out, err
	}
	out.Rows = len(out.Questions)
	if out.Versions, err = versionsOf(ctx, db, t.Code); err != nil {
		return out, err
	}
	if out.Clauses, out.StandardName, err = clausesOf(ctx, db, t.Standard, t.Edition); err != nil {
		return out, err
	}
	out.Audits, err = auditsWith(ctx, db, t.ID)
	return out, err
}

func (s *Service) mayWrite(ctx context.Context) bool {
	_, err := office.Allowed(ctx, policies.TemplateWrite)
	return err == nil
}

// Standards lists the editions that a template can ask about.
func (s *Service) Standards(ctx context.Context) ([]audit.Standard, error) {
	if _, err := office.Allowed(ctx, policies.TemplateRead); err != nil {
		return nil, err
	}
	return allStandards(ctx, s.DB.Read())
}
