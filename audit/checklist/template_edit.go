package checklist

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Create makes the first version of a new template, as a draft.
func (s *Service) Create(ctx context.Context, h Head) (audit.Template, error) {
	return s.begin(ctx, "", func(ctx context.Context, tx *store.Tx) (audit.Template, []Question, error) {
		h, err := h.check(ctx, tx)
		if err != nil {
			return audit.Template{}, nil, err
		}
		return newDraft(tx, h, 1, ""), nil, nil
	})
}

// NewVersion makes a draft of the next version out of a version. Conflict when
// the code has a draft already.
func (s *Service) NewVersion(ctx context.Context, id string) (audit.Template, error) {
	return s.begin(ctx, id, func(ctx context.Context, tx *store.Tx) (audit.Template, []Question, error) {
		t, questions, err := withQuestions(ctx, tx, id)
		if err != nil {
			return t, nil, err
		}
		versions, err := versionsOf(ctx, tx, t.Code)
		if err != nil {
			return t, nil, err
		}
		for _, v := range versions {
			if v.State == audit.TemplateDraft {
				return t, nil, apperr.New(apperr.Conflict, "audit.template.error.has_draft", "code", v.Code, "version", v.Version)
			}
		}
		return newDraft(tx, headOf(t), versions[0].Version+1, t.ID), questions, nil
	})
}

// Copy makes a new template, as a draft, out of a version of another.
func (s *Service) Copy(ctx context.Context, id string, code, titleAZ, titleEN string) (audit.Template, error) {
	return s.begin(ctx, id, func(ctx context.Context, tx *store.Tx) (audit.Template, []Question, error) {
		t, questions, err := withQuestions(ctx, tx, id)
		if err != nil {
			return t, nil, err
		}
		h := headOf(t)
		h.Code, h.TitleAZ, h.TitleEN = code, titleAZ, titleEN
		if h, err = h.check(ctx, tx); err != nil {
			return t, nil, err
		}
		return newDraft(tx, h, 1, t.ID), questions, nil
	})
}

func headOf(t audit.Template) Head {
	return Head{Code: t.Code, Standard: t.Standard, Edition: t.Edition, TitleAZ: t.TitleAZ, TitleEN: t.TitleEN, NoteAZ: t.NoteAZ, NoteEN: t.NoteEN}
}

func newDraft(tx *store.Tx, h Head, version int, from string) audit.Template {
	return audit.Template{ID: store.NewID(), Code: h.Code, Version: version, Standard: h.Standard, Edition: h.Edition, ValidFrom: day.Of(tx.Now, tx.Now.Location()),
		TitleAZ: h.TitleAZ, TitleEN: h.TitleEN, NoteAZ: h.NoteAZ, NoteEN: h.NoteEN, CreatedAt: tx.Now, CreatedBy: tx.Actor.UserID,
		State: audit.TemplateDraft, Revision: 1, FromID: from}
}

// begin stores a new draft with copies of questions.
func (s *Service) begin(ctx context.Context, from string, make func(context.Context, *store.Tx) (audit.Template, []Question, error)) (audit.Template, error) {
	if _, err := office.Allowed(ctx, policies.TemplateWrite); err != nil {
		return audit.Template{}, err
	}
	var t audit.Template
	err := s.DB.Write(ctx, func(tx *store.Tx) (err error) {
		var questions []Question
		if t, questions, err = make(ctx, tx); err != nil {
			return err
		}
		if t.Version == 1 {
			taken, err := versionsOf(ctx, tx, t.Code)
			if err != nil {
				return err
			}
			if len(taken) > 0 {
				return apperr.InvalidField("code", "audit.template.error.code_taken", "code", t.Code)
			}
		}
		if err := insertTemplate(ctx, tx, t); err != nil {
			return err
		}
		for i := range questions {
			questions[i].ID, questions[i].TemplateID, questions[i].Position = store.NewID(), t.ID, i+1
		}
		if err := insertQuestions(ctx, tx, questions); err != nil {
			return err
		}
		tx.Record(change(t, nil, map[string]any{"state": t.State, "title_az": t.TitleAZ, "from": from, "questions": len(questions)}))
		return nil
	})
	return t, err
}

func change(t audit.Template, before, after map[string]any) store.Change {
	return store.Change{Action: string(policies.TemplateWrite), Kind: kindTemplate, ID: t.ID, Label: fmt.Sprintf("%s v%d", t.Code, t.Version), Before: before, After: after}
}

// edit changes a draft that is as it was seen: of two people who change it at
// once, one is told. Not found for what is no template; Conflict for a version
// that is not a draft any more.
func (s *Service) edit(ctx context.Context, id string, revision int, do func(tx *store.Tx, t *audit.Template) error) error {
	if _, err := office.Allowed(ctx, policies.TemplateWrite); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := holdTemplate(ctx, tx, id); err != nil {
			return err
		}
		t, err := templateByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if t.State != audit.TemplateDraft {
			return apperr.New(apperr.Conflict, "audit.template.error.not_draft", "code", t.Code, "version", t.Version)
		}
		if t.Revision != revision {
			return apperr.New(apperr.Conflict, "audit.template.error.changed", "code", t.Code, "version", t.Version)
		}
		t.Revision++
		if err := do(tx, &t); err != nil {
			return err
		}
		return updateTemplate(ctx, tx, t)
	})
}

// SaveHead changes the titles, notes and standard of a draft; the code stays.
// Questions on clauses that another standard does not have are refused.
func (s *Service) SaveHead(ctx context.Context, id string, revision int, h Head) error {
	return s.edit(ctx, id, revision, func(tx *store.Tx, t *audit.Template) error {
		h.Code = t.Code
		h, err := h.check(ctx, tx)
		if err != nil {
			return err
		}
		before := headOf(*t)
		t.Standard, t.Edition, t.TitleAZ, t.TitleEN, t.NoteAZ, t.NoteEN = h.Standard, h.Edition, h.TitleAZ, h.TitleEN, h.NoteAZ, h.NoteEN
		questions, err := questionsOf(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		clauses, err := clauseSet(ctx, tx, t.Standard, t.Edition)
		if err != nil {
			return err
		}
		for _, q := range questions {
			if !clauses[q.Clause] {
				return apperr.InvalidField("standard", "audit.template.error.clause_of", "no", q.No, "clause", q.Clause)
			}
		}
		tx.Record(change(*t, map[string]any{"title_az": before.TitleAZ, "title_en": before.TitleEN, "standard": before.Standard + ":" + before.Edition},
			map[string]any{"title_az": t.TitleAZ, "title_en": t.TitleEN, "standard": t.Standard + ":" + t.Edition}))
		return nil
	})
}

// SaveQuestion adds a question to a draft, or changes the one with its ID.
// before is the id of the question that a new one comes before, at the end
// when empty.
func (s *Service) SaveQuestion(ctx context.Context, id string, revision int, q Question, before string) error {
	return s.edit(ctx, id, revision, func(tx *store.Tx, t *audit.Template) error {
		list, err := questionsOf(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		clauses, err := clauseSet(ctx, tx, t.Standard, t.Edition)
		if err != nil {
			return err
		}
		var c apperr.Check
		q.TemplateID = t.ID
		q = checkQuestion(&c, q, clauses)
		if slices.ContainsFunc(list, func(o Question) bool { return o.No == q.No && o.ID != q.ID }) {
			c.Add("no", "audit.template.error.no_taken", "no", q.No)
		}
		if err := c.Err(); err != nil {
			return err
		}
		if q.ID == "" {
			return addQuestion(ctx, tx, *t, list, q, before)
		}
		i := slices.IndexFunc(list, func(o Question) bool { return o.ID == q.ID })
		if i < 0 {
			return apperr.Missing("question")
		}
		q.Position = list[i].Position
		if list[i] == q {
			return store.ErrNoChange
		}
		tx.Record(change(*t, questionFacts(list[i]), questionFacts(q)))
		return updateQuestion(ctx, tx, q)
	})
}

func addQuestion(ctx context.Context, tx *store.Tx, t audit.Template, list []Question, q Question, before string) error {
	if len(list) >= maxRows {
		return apperr.InvalidField("no", "audit.template.error.too_many", "max", maxRows)
	}
	at := len(list)
	if before != "" {
		if at = slices.IndexFunc(list, func(o Question) bool { return o.ID == before }); at < 0 {
			return apperr.InvalidField("before", "error.field.choice")
		}
	}
	q.ID, q.Position = store.NewID(), at+1
	if err := insertQuestions(ctx, tx, []Question{q}); err != nil {
		return err
	}
	tx.Record(change(t, nil, questionFacts(q)))
	return renumber(ctx, tx, slices.Insert(list, at, q))
}

func questionFacts(q Question) map[string]any {
	return map[string]any{"no": q.No, "gsbpm": q.GSBPM, "clause": q.Clause, "question_az": q.QuestionAZ, "question_en": q.QuestionEN,
		"guidance_az": q.GuidanceAZ, "guidance_en": q.GuidanceEN}
}

// checkQuestion tidies a question and notes what is wrong with it by field.
func checkQuestion(c *apperr.Check, q Question, clauses map[string]bool) Question {
	q.No = c.Text("no", strings.Join(strings.Fields(q.No), " "), 1, maxNo)
	q.QuestionAZ = c.Text("question_az", q.QuestionAZ, 3, maxQuestion)
	q.QuestionEN = c.Text("question_en", q.QuestionEN, 0, maxQuestion)
	q.GuidanceAZ = c.Text("guidance_az", q.GuidanceAZ, 0, maxGuidance)
	q.GuidanceEN = c.Text("guidance_en", q.GuidanceEN, 0, maxGuidance)
	q.GSBPM, q.Clause = strings.TrimSpace(q.GSBPM), strings.Join(strings.Fields(q.Clause), " ")
	if known, err := modelHas(q.GSBPM); q.GSBPM != "" && (err != nil || !known) {
		c.Add("gsbpm", "audit.error.code", "code", q.GSBPM)
	}
	if !clauses[q.Clause] {
		c.Add("clause", "audit.error.clause", "clause", q.Clause)
	}
	q.SearchKey = audit.QuestionKey(q.No, q.Clause, q.GSBPM, q.QuestionAZ, q.QuestionEN, q.GuidanceAZ, q.GuidanceEN)
	return q
}

// RemoveQuestion takes a question out of a draft.
func (s *Service) RemoveQuestion(ctx context.Context, id string, revision int, question string) error {
	return s.edit(ctx, id, revision, func(tx *store.Tx, t *audit.Template) error {
		list, err := questionsOf(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(o Question) bool { return o.ID == question })
		if i < 0 {
			return apperr.Missing("question")
		}
		tx.Record(change(*t, questionFacts(list[i]), nil))
		if err := deleteQuestions(ctx, tx, t.ID, question); err != nil {
			return err
		}
		return renumber(ctx, tx, slices.Delete(list, i, i+1))
	})
}

// MoveQuestion puts a question of a draft one place up or down.
func (s *Service) MoveQuestion(ctx context.Context, id string, revision int, question string, up bool) error {
	return s.edit(ctx, id, revision, func(tx *store.Tx, t *audit.Template) error {
		list, err := questionsOf(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(o Question) bool { return o.ID == question })
		j := i + 1
		if up {
			j = i - 1
		}
		if i < 0 || j < 0 || j >= len(list) {
			return apperr.Missing("question")
		}
		tx.Record(change(*t, map[string]any{"no": list[i].No, "position": i + 1}, map[string]any{"no": list[i].No, "position": j + 1}))
		list[i], list[j] = list[j], list[i]
		return renumber(ctx, tx, list)
	})
}

// renumber writes the positions of questions that are not where they were.
func renumber(ctx context.Context, tx *store.Tx, list []Question) error {
	for i := range list {
		if list[i].Position != i+1 {
			list[i].Position = i + 1
			if err := placeQuestion(ctx, tx, list[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func withQuestions(ctx context.Context, db bun.IDB, id string) (audit.Template, []Question, error) {
	t, err := templateByID(ctx, db, id)
	if err != nil {
		return t, nil, err
	}
	list, err := questionsOf(ctx, db, id)
	return t, list, err
}
