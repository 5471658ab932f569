package checklist

import (
	"bytes"
	"context"
	"io"
	"strings"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/table"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Columns are the header of a template's sheet, in this order.
func Columns() []string {
	return []string{"no", "gsbpm", "clause", "question_az", "question_en", "guidance_az", "guidance_en"}
}

// HeadSheet is the name of the second sheet, with what the template is called:
// two columns, HeadColumns, one line for each of HeadFields.
const HeadSheet = "template"

// HeadColumns are the header of the second sheet.
func HeadColumns() []string { return []string{"field", "value"} }

// Lines are the rows of the first sheet of a template.
func (t Sheet) Lines() (out [][]string) {
	for _, q := range t.Questions {
		out = append(out, []string{q.No, q.GSBPM, q.Clause, q.QuestionAZ, q.QuestionEN, q.GuidanceAZ, q.GuidanceEN})
	}
	return out
}

// HeadLines are the rows of the second sheet.
func (t Sheet) HeadLines() [][]string {
	return [][]string{{"code", t.Code}, {"standard", t.Standard}, {"edition", t.Edition}, {"title_az", t.TitleAZ}, {"title_en", t.TitleEN},
		{"note_az", t.NoteAZ}, {"note_en", t.NoteEN}}
}

// limits of a sheet that is handed in.
var limits = table.Limits{Bytes: 8 << 20, Rows: maxRows, Cell: maxGuidance}

// Incoming is a template read from a file, before anything was changed.
type Incoming struct {
	Head      Head // from the second sheet; Code is empty when there is none
	Questions []Question
	Diffs     []Diff // against the draft that it would replace; all added for a new template
	Same      int
}

// Count counts the differences of a kind.
func (i Incoming) Count(kind DiffKind) (n int) {
	for _, d := range i.Diffs {
		if d.Kind == kind {
			n++
		}
	}
	return n
}

// ImportRequest is a sheet and where it goes.
type ImportRequest struct {
	File     io.Reader
	ID       string // draft that takes the questions; empty makes a new template out of the second sheet
	Revision int    // of the draft, as it was seen
	DryRun   bool   // only says what would be
}

// Import reads a template's sheet, all of it or nothing. Every fault is named
// by row and column. With a DryRun nothing is changed.
func (s *Service) Import(ctx context.Context, r ImportRequest) (Incoming, audit.Template, error) {
	var in Incoming
	var t audit.Template
	if _, err := office.Allowed(ctx, policies.TemplateWrite); err != nil {
		return in, t, err
	}
	raw, err := table.Content(r.File, limits)
	if err != nil {
		return in, t, err
	}
	rows, _, err := table.Read(bytes.NewReader(raw), limits, Columns())
	if err != nil {
		return in, t, err
	}
	if in.Head, err = headOfSheet(raw); err != nil {
		return in, t, err
	}
	db := s.DB.Read()
	var old []Question
	if r.ID != "" {
		if t, old, err = withQuestions(ctx, db, r.ID); err != nil {
			return in, t, err
		}
	} else {
		if in.Head.Code == "" {
			return in, t, apperr.InvalidField("file", "audit.template.error.no_head", "sheet", HeadSheet)
		}
		if in.Head, err = in.Head.check(ctx, db); err != nil {
			return in, t, err
		}
		t = audit.Template{Code: in.Head.Code, Standard: in.Head.Standard, Edition: in.Head.Edition, State: audit.TemplateDraft}
	}
	clauses, err := clauseSet(ctx, db, t.Standard, t.Edition)
	if err != nil {
		return in, t, err
	}
	if in.Questions, err = readQuestions(rows, clauses); err != nil {
		return in, t, err
	}
	in.diff(old)
	if r.DryRun {
		if r.ID != "" && t.State != audit.TemplateDraft {
			err = apperr.New(apperr.Conflict, "audit.template.error.not_draft", "code", t.Code, "version", t.Version)
		}
		return in, t, err
	}
	if r.ID == "" {
		t, err = s.begin(ctx, "", func(_ context.Context, tx *store.Tx) (audit.Template, []Question, error) {
			return newDraft(tx, in.Head, 1, ""), in.Questions, nil
		})
		return in, t, err
	}
	err = s.edit(ctx, r.ID, r.Revision, func(tx *store.Tx, t *audit.Template) error {
		if len(in.Diffs) == 0 {
			return store.ErrNoChange
		}
		if err := deleteQuestions(ctx, tx, t.ID, ""); err != nil {
			return err
		}
		list := make([]Question, len(in.Questions))
		for i, q := range in.Questions {
			q.ID, q.TemplateID, q.Position = store.NewID(), t.ID, i+1
			list[i] = q
		}
		tx.Record(change(*t, map[string]any{"questions": len(old)}, map[string]any{"questions": len(list), "added": in.Count(Added), "changed": in.Count(Changed), "removed": in.Count(Removed)}))
		return insertQuestions(ctx, tx, list)
	})
	return in, t, err
}

// diff compares what came with what is there.
func (i *Incoming) diff(old []Question) {
	was, is := map[string]Question{}, map[string]bool{}
	for _, q := range old {
		was[q.No] = q
	}
	for n, q := range i.Questions {
		is[q.No] = true
		b, known := was[q.No]
		switch fields := changedFields(b, q); {
		case !known:
			i.Diffs = append(i.Diffs, Diff{Kind: Added, No: q.No, After: q})
		case len(fields) > 0:
			i.Diffs = append(i.Diffs, Diff{Kind: Changed, No: q.No, Before: b, After: q, Fields: fields})
		case b.Position != n+1:
			i.Diffs = append(i.Diffs, Diff{Kind: Moved, No: q.No, Before: b, After: q})
		default:
			i.Same++
		}
	}
	for _, q := range old {
		if !is[q.No] {
			i.Diffs = append(i.Diffs, Diff{Kind: Removed, No: q.No, Before: q})
		}
	}
}

// readQuestions makes questions of rows and names every fault by row and
// column.
func readQuestions(rows []table.Row, clauses map[string]bool) ([]Question, error) {
	var c apperr.Check
	first := map[string]int{}
	var out []Question
	for i, r := range rows {
		var own apperr.Check
		q := checkQuestion(&own, Question{Position: i + 1, No: r.Get("no"), GSBPM: r.Get("gsbpm"), Clause: r.Get("clause"), QuestionAZ: r.Get("question_az"),
			QuestionEN: r.Get("question_en"), GuidanceAZ: r.Get("guidance_az"), GuidanceEN: r.Get("guidance_en")}, clauses)
		atRow(&c, r.Line, own.Err())
		if line, twice := first[q.No]; twice && q.No != "" {
			c.AddRow(r.Line, "no", "audit.template.error.no_twice", "no", q.No, "row", line)
		} else {
			first[q.No] = r.Line
		}
		out = append(out, q)
		if c.Count() > 200 {
			break // enough to work on
		}
	}
	return out, c.Err()
}

// atRow notes the faults of one row under its line.
func atRow(c *apperr.Check, line int, err error) {
	if err == nil {
		return
	}
	e := apperr.As(err)
	if len(e.Fields) == 0 {
		c.AddRow(line, "", e.Key, apperr.Flat(e.Args)...)
	}
	for _, f := range e.Fields {
		c.AddRow(line, f.Name, f.Key, apperr.Flat(f.Args)...)
	}
}

// headOfSheet reads the second sheet of a workbook; a file without one has no
// head.
func headOfSheet(raw []byte) (Head, error) {
	doc, err := table.Open(raw, limits)
	if err != nil || doc.Format != table.XLSX {
		return Head{}, err
	}
	var h Head
	var c apperr.Check
	fields := map[string]*string{"code": &h.Code, "standard": &h.Standard, "edition": &h.Edition, "title_az": &h.TitleAZ, "title_en": &h.TitleEN,
		"note_az": &h.NoteAZ, "note_en": &h.NoteEN}
	for _, g := range doc.Grids {
		if g.Name != HeadSheet {
			continue
		}
		for _, l := range g.Lines {
			if len(l.Cells) == 0 || strings.TrimSpace(l.Cells[0].Text) == HeadColumns()[0] {
				continue
			}
			name := strings.TrimSpace(l.Cells[0].Text)
			to, known := fields[name]
			if !known {
				c.AddRow(l.No, "field", "audit.template.error.head_field", "field", name)
				continue
			}
			if len(l.Cells) > 1 {
				if l.Cells[1].Formula {
					c.AddRow(l.No, name, "table.formula")
				}
				*to = strings.TrimSpace(l.Cells[1].Text)
			}
		}
	}
	return h, c.Err()
}
