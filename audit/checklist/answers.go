package checklist

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/table"
)

// AnswerColumns are the header of the sheet of an audit's checklist. The
// columns up to sources are for reading; answer to evidence are taken when the
// sheet comes back. version is the row as the sheet has it.
func AnswerColumns() []string {
	return []string{"id", "no", "gsbpm", "clause", "question_az", "question_en", "guidance_az", "guidance_en", "sources",
		"answer", "note", "population", "sample", "sample_method", "sample_result", "evidence", "version"}
}

// AnswerLines are the rows of the sheet of an audit's checklist. Who does not
// see the checklist gets Not found.
func (s *Service) AnswerLines(ctx context.Context, auditID string) ([][]string, error) {
	rows, evidence, err := s.Audit.ChecklistRows(ctx, auditID)
	if err != nil {
		return nil, err
	}
	var out [][]string
	for _, r := range rows {
		t := audit.RowTexts(r, evidence[r.ID])
		out = append(out, []string{r.ID, r.No, r.GSBPM, r.Clause, r.QuestionAZ, r.QuestionEN, r.GuidanceAZ, r.GuidanceEN, r.Sources,
			t[audit.FieldAnswer], t[audit.FieldNote], t[audit.FieldPopulation], t[audit.FieldSample], t[audit.FieldSampleMethod], t[audit.FieldSampleResult],
			t[audit.FieldEvidence], strconv.Itoa(r.Version)})
	}
	return out, nil
}

// Answered is what an imported sheet changes.
type Answered struct {
	Rows    int // in the sheet
	Changed []AnsweredRow
}

// AnsweredRow is a row that the sheet changes.
type AnsweredRow struct {
	No     string
	Fields []audit.RowField
	Answer audit.Answer // as it would be
}

// ImportAnswers takes the answers of a sheet into the checklist of an audit in
// progress, all of them or none. Rows are known by their id; what somebody
// else has changed since the sheet was made is refused with its row. Questions
// cannot be changed by a sheet. With dry nothing is written.
func (s *Service) ImportAnswers(ctx context.Context, auditID string, file io.Reader, dry bool) (Answered, error) {
	var out Answered
	lines, _, err := table.Read(file, table.Limits{Bytes: 16 << 20, Rows: 5000, Cell: maxGuidance * 2}, AnswerColumns())
	if err != nil {
		return out, err
	}
	out.Rows = len(lines)
	rows, evidence, err := s.Audit.ChecklistRows(ctx, auditID)
	if err != nil {
		return out, err
	}
	known := map[string]audit.Row{}
	for _, r := range rows {
		known[r.ID] = r
	}
	var c apperr.Check
	first := map[string]int{}
	var patches []audit.RowPatch
	var from []table.Row
	for _, l := range lines {
		row, found := known[l.Get("id")]
		if !found {
			c.AddRow(l.Line, "id", "audit.sheet.error.row")
			continue
		}
		if line, twice := first[row.ID]; twice {
			c.AddRow(l.Line, "id", "audit.sheet.error.twice", "row", line)
			continue
		}
		first[row.ID] = l.Line
		for name, text := range map[string]string{"no": row.No, "gsbpm": row.GSBPM, "clause": row.Clause, "question_az": row.QuestionAZ, "question_en": row.QuestionEN} {
			if l.Get(name) != strings.TrimSpace(text) {
				c.AddRow(l.Line, name, "audit.sheet.error.fixed")
			}
		}
		version, err := strconv.Atoi(l.Get("version"))
		if err != nil || version < 1 || version > row.Version {
			c.AddRow(l.Line, "version", "audit.sheet.error.version", "version", l.Get("version"))
			continue
		}
		p := audit.RowPatch{RowID: row.ID, Version: version, Fields: map[audit.RowField]string{}}
		texts := audit.RowTexts(row, evidence[row.ID])
		for _, field := range audit.RowFields() {
			if text := l.Get(string(field)); text != texts[field] {
				p.Fields[field] = text
			}
		}
		if len(p.Fields) > 0 {
			patches, from = append(patches, p), append(from, l)
		}
	}
	if err := c.Err(); err != nil {
		return out, err
	}
	saved, faults, err := s.Audit.SaveRows(ctx, auditID, patches, dry)
	if err != nil {
		return out, err
	}
	for i := range patches {
		atRow(&c, from[i].Line, faults[i])
	}
	for i, r := range saved {
		a := AnsweredRow{No: r.No, Answer: r.Answer}
		for _, field := range audit.RowFields() {
			if _, changed := patches[i].Fields[field]; changed {
				a.Fields = append(a.Fields, field)
			}
		}
		out.Changed = append(out.Changed, a)
	}
	return out, c.Err()
}

// Names lists the fields of a row that changes, for people.
func (a AnsweredRow) Names(word func(audit.RowField) string) string {
	var names []string
	for _, f := range a.Fields {
		names = append(names, word(f))
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
