package audit

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// check tidies the request: clauses are as people type them, 8, 8.5, 9.2.2 c.
func (q BuildRequest) check() (BuildRequest, error) {
	var c apperr.Check
	var templates []string
	for _, id := range q.Templates {
		switch {
		case id == "" || slices.Contains(templates, id):
		case !store.IsID(id):
			c.Add("templates", "error.field.choice")
		default:
			templates = append(templates, id)
		}
	}
	if q.Templates = templates; len(templates) == 0 {
		c.Add("templates", "error.field.required")
	}
	var clauses []string
	for _, text := range q.Clauses {
		if text = strings.Join(strings.Fields(text), " "); text != "" && len(text) <= 20 {
			clauses = append(clauses, text)
		} else if text != "" {
			c.Add("clauses", "error.field.too_long", "max", 20, "length", len(text))
		}
	}
	q.Clauses = clauses
	return q, c.Err()
}

// PreviewChecklist shows what a checklist built of templates would be, without
// changing anything.
func (s *Service) PreviewChecklist(ctx context.Context, auditID string, q BuildRequest) (Composition, error) {
	q, err := q.check()
	if err != nil {
		return Composition{}, err
	}
	db := s.DB.Read()
	a, err := s.seenAudit(ctx, db, auditID)
	if err != nil {
		return Composition{}, err
	}
	if err := s.mayAudit(ctx, db, a, policies.AuditPlan); err != nil {
		return Composition{}, err
	}
	return s.composition(ctx, db, a, q)
}

// composition composes for an audit and refuses templates that are not
// published, and clauses that no standard of them has.
func (s *Service) composition(ctx context.Context, db bun.IDB, a Audit, q BuildRequest) (Composition, error) {
	sc, err := scopeOf(ctx, db, a.ID)
	if err != nil {
		return Composition{}, err
	}
	c, err := compose(ctx, db, a.ID, sc, q)
	if err != nil {
		return c, err
	}
	var check apperr.Check
	if len(c.From) != len(q.Templates) || slices.ContainsFunc(c.From, func(t Template) bool { return t.State != TemplatePublished }) {
		check.Add("templates", "error.field.choice")
	}
	for _, clause := range q.Clauses {
		known, err := clauseOfTemplates(ctx, db, q.Templates, clause)
		if err != nil {
			return c, err
		}
		if !known {
			check.Add("clauses", "audit.error.clause", "clause", clause)
		}
	}
	return c, check.Err()
}

// BuildChecklist gives an audit that has not begun a new checklist out of
// templates. Rows that were added by hand stay, behind the others.
func (s *Service) BuildChecklist(ctx context.Context, auditID string, q BuildRequest) (Composition, error) {
	q, err := q.check()
	if err != nil {
		return Composition{}, err
	}
	var c Composition
	err = s.changeRows(ctx, auditID, func(tx *store.Tx, a Audit) error {
		if c, err = s.composition(ctx, tx, a, q); err != nil {
			return err
		}
		own, err := rowsOf(ctx, tx, a.ID, true)
		if err != nil {
			return err
		}
		if len(c.Rows)+len(own) == 0 {
			return apperr.InvalidField("templates", "audit.error.no_rows")
		}
		before, err := dropRows(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		for i := range own {
			own[i].Position = len(c.Rows) + i + 1
		}
		if err := insertRows(ctx, tx, c.Rows); err != nil {
			return err
		}
		if err := placeRows(ctx, tx, own); err != nil {
			return err
		}
		var from []string
		for _, t := range c.From {
			from = append(from, fmt.Sprintf("%s v%d", t.Code, t.Version))
		}
		tx.Record(store.Change{Action: string(policies.AuditPlan), Kind: kindAudit, ID: a.ID, Label: a.Number,
			Before: map[string]any{"rows": before}, After: map[string]any{"rows": len(c.Rows) + len(own), "templates": from, "clauses": q.Clauses, "left_out": len(c.Out)}})
		return nil
	})
	return c, err
}

// changeRows changes the checklist of an audit before it begins, with the
// audit held.
func (s *Service) changeRows(ctx context.Context, auditID string, change func(tx *store.Tx, a Audit) error) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := lock(ctx, tx, "audits", auditID); err != nil {
			return err
		}
		a, err := s.seenAudit(ctx, tx, auditID)
		if err != nil {
			return err
		}
		if err := s.mayAudit(ctx, tx, a, policies.AuditPlan); err != nil {
			return err
		}
		if a.State != Planned && a.State != Announced {
			return apperr.New(apperr.Conflict, "audit.error.checklist_fixed", "number", a.Number)
		}
		return change(tx, a)
	})
}

// NewRow is a question that one audit adds by itself.
type NewRow struct {
	Standard, Edition      string // of the clause
	Clause                 string
	GSBPM                  string // may be empty
	QuestionAZ, QuestionEN string // the English one may be empty
	GuidanceAZ, GuidanceEN string
	Before                 string // id of the row that it comes before; empty = at the end
}

func (n NewRow) check(ctx context.Context, db bun.IDB) (NewRow, error) {
	var c apperr.Check
	n.QuestionAZ = c.Text("question_az", n.QuestionAZ, 3, maxQuestion)
	n.QuestionEN = c.Text("question_en", n.QuestionEN, 0, maxQuestion)
	n.GuidanceAZ = c.Text("guidance_az", n.GuidanceAZ, 0, maxText)
	n.GuidanceEN = c.Text("guidance_en", n.GuidanceEN, 0, maxText)
	n.GSBPM, n.Clause = strings.TrimSpace(n.GSBPM), strings.Join(strings.Fields(n.Clause), " ")
	if n.GSBPM != "" && !gsbpmCode.MatchString(n.GSBPM) {
		c.Add("gsbpm", "audit.error.code", "code", n.GSBPM)
	}
	if known, err := clauseKnown(ctx, db, n.Standard, n.Edition, n.Clause); err != nil {
		return n, err
	} else if !known {
		c.Add("clause", "audit.error.clause", "clause", n.Clause)
	}
	return n, c.Err()
}

// maxQuestion is the longest question, in characters.
const maxQuestion = 600

// AddRow adds a question to the checklist of an audit that has not begun.
func (s *Service) AddRow(ctx context.Context, auditID string, n NewRow) (Row, error) {
	var row Row
	err := s.changeRows(ctx, auditID, func(tx *store.Tx, a Audit) error {
		n, err := n.check(ctx, tx)
		if err != nil {
			return err
		}
		rows, err := rowsOf(ctx, tx, a.ID, false)
		if err != nil {
			return err
		}
		at := len(rows)
		if n.Before != "" {
			if at = slices.IndexFunc(rows, func(r Row) bool { return r.ID == n.Before }); at < 0 {
				return apperr.InvalidField("before", "error.field.choice")
			}
		}
		template, err := ownTemplate(ctx, tx, n.Standard, n.Edition)
		if err != nil {
			return err
		}
		row = Row{ID: store.NewID(), AuditID: a.ID, TemplateID: template, No: ownNumber(rows), GSBPM: n.GSBPM, Clause: n.Clause, QuestionAZ: n.QuestionAZ,
			QuestionEN: n.QuestionEN, GuidanceAZ: n.GuidanceAZ, GuidanceEN: n.GuidanceEN, Answer: Open, Version: 1, Own: true, Position: at + 1}
		if err := insertRows(ctx, tx, []Row{row}); err != nil {
			return err
		}
		tx.Record(rowChangeOf(a, row, nil, map[string]any{"question_az": row.QuestionAZ, "clause": row.Clause, "gsbpm": row.GSBPM}))
		return renumber(ctx, tx, slices.Insert(rows, at, row))
	})
	return row, err
}

// ownNumber is the next number of a row of the audit itself: Ə-1, Ə-2 …
func ownNumber(rows []Row) string {
	last := 0
	for _, r := range rows {
		n := 0
		if _, err := fmt.Sscanf(r.No, "Ə-%d", &n); err == nil {
			last = max(last, n)
		}
	}
	return fmt.Sprintf("Ə-%d", last+1)
}

// RemoveRow takes a question out of the checklist of an audit that has not
// begun.
func (s *Service) RemoveRow(ctx context.Context, auditID, rowID string) error {
	return s.changeRows(ctx, auditID, func(tx *store.Tx, a Audit) error {
		rows, i, err := rowAt(ctx, tx, a.ID, rowID)
		if err != nil {
			return err
		}
		if err := dropRow(ctx, tx, rowID); err != nil {
			return err
		}
		tx.Record(rowChangeOf(a, rows[i], map[string]any{"question_az": rows[i].QuestionAZ}, nil))
		return renumber(ctx, tx, slices.Delete(rows, i, i+1))
	})
}

// MoveRow puts a question before another one, or at the end when before is
// empty.
func (s *Service) MoveRow(ctx context.Context, auditID, rowID, before string) error {
	return s.changeRows(ctx, auditID, func(tx *store.Tx, a Audit) error {
		rows, i, err := rowAt(ctx, tx, a.ID, rowID)
		if err != nil {
			return err
		}
		row := rows[i]
		rows = slices.Delete(rows, i, i+1)
		at := len(rows)
		if before != "" {
			if at = slices.IndexFunc(rows, func(r Row) bool { return r.ID == before }); at < 0 {
				return apperr.InvalidField("before", "error.field.choice")
			}
		}
		if at+1 == row.Position {
			return store.ErrNoChange
		}
		tx.Record(rowChangeOf(a, row, map[string]any{"position": row.Position}, map[string]any{"position": at + 1}))
		return renumber(ctx, tx, slices.Insert(rows, at, row))
	})
}

// rowChangeOf is the entry of a question that came, went or moved: it belongs to
// the audit, whose checklist it changes.
func rowChangeOf(a Audit, r Row, before, after map[string]any) store.Change {
	for _, facts := range []map[string]any{before, after} {
		if facts != nil {
			facts["row"] = r.No
		}
	}
	return store.Change{Action: string(policies.AuditPlan), Kind: kindAudit, ID: a.ID, Label: a.Number, Before: before, After: after}
}

// rowAt reads all rows of an audit and finds one of them.
func rowAt(ctx context.Context, tx *store.Tx, auditID, rowID string) ([]Row, int, error) {
	rows, err := rowsOf(ctx, tx, auditID, false)
	if err != nil {
		return nil, 0, err
	}
	i := slices.IndexFunc(rows, func(r Row) bool { return r.ID == rowID })
	if i < 0 {
		return nil, 0, apperr.Missing("row")
	}
	return rows, i, nil
}

// renumber writes the positions of rows that are not where they were.
func renumber(ctx context.Context, tx *store.Tx, rows []Row) error {
	var moved []Row
	for i := range rows {
		if rows[i].Position != i+1 {
			rows[i].Position = i + 1
			moved = append(moved, rows[i])
		}
	}
	return placeRows(ctx, tx, moved)
}

// Standards lists the editions that a question can cite.
func (s *Service) Standards(ctx context.Context) ([]Standard, error) {
	if _, err := office.Allowed(ctx, policies.AuditPlan); err != nil {
		return nil, err
	}
	return standardsToCite(ctx, s.DB.Read())
}
