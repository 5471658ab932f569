package checklist

import (
	"context"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Publish lets checklists be built with a draft from a day on. It is never
// changed again.
func (s *Service) Publish(ctx context.Context, id string, revision int, from day.Day) error {
	return s.edit(ctx, id, revision, func(tx *store.Tx, t *audit.Template) error {
		list, err := questionsOf(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		var c apperr.Check
		if len(list) == 0 {
			c.Add("questions", "audit.template.error.empty")
		}
		if from == "" {
			c.Add("valid_from", "error.field.date")
		} else if today := s.KIS.Today(); from < today {
			c.Add("valid_from", "error.field.date_after", "date", today.Format())
		}
		if err := c.Err(); err != nil {
			return err
		}
		t.State, t.ValidFrom, t.PublishedAt, t.PublishedBy = audit.TemplatePublished, from, tx.Now, tx.Actor.UserID
		tx.Record(change(*t, map[string]any{"state": audit.TemplateDraft}, map[string]any{"state": t.State, "valid_from": from, "questions": len(list)}))
		return nil
	})
}

// Withdraw takes a published version out of use, with a reason. Audits keep
// the questions they have.
func (s *Service) Withdraw(ctx context.Context, id, reason string) error {
	if _, err := office.Allowed(ctx, policies.TemplateWrite); err != nil {
		return err
	}
	var c apperr.Check
	reason = c.Text("reason", reason, 3, maxNote)
	if err := c.Err(); err != nil {
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
		if t.State != audit.TemplatePublished {
			return apperr.New(apperr.Conflict, "audit.template.error.not_published", "code", t.Code, "version", t.Version)
		}
		t.State, t.WithdrawnAt, t.WithdrawnBy, t.WithdrawReason = audit.TemplateWithdrawn, tx.Now, tx.Actor.UserID, reason
		t.Revision++
		tx.Record(change(t, map[string]any{"state": audit.TemplatePublished}, map[string]any{"state": t.State, "reason": reason}))
		return updateTemplate(ctx, tx, t)
	})
}

// Discard gives a draft up; nothing of it stays but the trail.
func (s *Service) Discard(ctx context.Context, id string, revision int) error {
	if _, err := office.Allowed(ctx, policies.TemplateWrite); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := holdTemplate(ctx, tx, id); err != nil {
			return err
		}
		t, list, err := withQuestions(ctx, tx, id)
		if err != nil {
			return err
		}
		if t.State != audit.TemplateDraft || t.Revision != revision {
			return apperr.New(apperr.Conflict, "audit.template.error.changed", "code", t.Code, "version", t.Version)
		}
		tx.Record(change(t, map[string]any{"state": t.State, "title_az": t.TitleAZ, "questions": len(list)}, nil))
		if err := deleteQuestions(ctx, tx, id, ""); err != nil {
			return err
		}
		return deleteTemplate(ctx, tx, id)
	})
}

// DiffKind says how a question differs between two versions.
type DiffKind string

const (
	Added   DiffKind = "added"
	Removed DiffKind = "removed"
	Changed DiffKind = "changed"
	Moved   DiffKind = "moved" // the same question at another place
)

// Diff is a question that differs between two versions.
type Diff struct {
	Kind   DiffKind
	No     string
	Before Question // zero when added
	After  Question // zero when removed
	Fields []string // changed: names of the fields
}

// Comparison is what changed from one version to another.
type Comparison struct {
	From, To audit.Template
	Diffs    []Diff
	Same     int // questions that are equal
}

// Compare compares two versions, question by number.
func (s *Service) Compare(ctx context.Context, from, to string) (Comparison, error) {
	if _, err := office.Allowed(ctx, policies.TemplateRead); err != nil {
		return Comparison{}, err
	}
	db := s.DB.Read()
	var out Comparison
	var old, now []Question
	var err error
	if out.From, old, err = withQuestions(ctx, db, from); err != nil {
		return out, err
	}
	if out.To, now, err = withQuestions(ctx, db, to); err != nil {
		return out, err
	}
	was := map[string]Question{}
	for _, q := range old {
		was[q.No] = q
	}
	is := map[string]bool{}
	place := 0 // of the last question that both have, in the old order
	for _, q := range now {
		is[q.No] = true
		b, known := was[q.No]
		switch fields := changedFields(b, q); {
		case !known:
			out.Diffs = append(out.Diffs, Diff{Kind: Added, No: q.No, After: q})
		case len(fields) > 0:
			out.Diffs = append(out.Diffs, Diff{Kind: Changed, No: q.No, Before: b, After: q, Fields: fields})
		case b.Position < place:
			out.Diffs = append(out.Diffs, Diff{Kind: Moved, No: q.No, Before: b, After: q})
		default:
			out.Same++
		}
		if known {
			place = max(place, b.Position)
		}
	}
	for _, q := range old {
		if !is[q.No] {
			out.Diffs = append(out.Diffs, Diff{Kind: Removed, No: q.No, Before: q})
		}
	}
	return out, nil
}

// changedFields names the fields in which two questions differ.
func changedFields(a, b Question) (names []string) {
	for _, f := range []struct{ name, a, b string }{{"gsbpm", a.GSBPM, b.GSBPM}, {"clause", a.Clause, b.Clause}, {"question_az", a.QuestionAZ, b.QuestionAZ},
		{"question_en", a.QuestionEN, b.QuestionEN}, {"guidance_az", a.GuidanceAZ, b.GuidanceAZ}, {"guidance_en", a.GuidanceEN, b.GuidanceEN}} {
		if f.a != f.b {
			names = append(names, f.name)
		}
	}
	return names
}
