package describe

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/table"
)

// cell gives the field of a column.
func (s *six) cell(l table.Line, column string) table.Cell {
	i, ok := s.head.at[column]
	if !ok || i >= len(l.Cells) {
		return table.Cell{}
	}
	return l.Cells[i]
}

// columns are those that may hold text of a row.
func (s *six) columns() []string {
	if _, ok := s.head.at["name_en"]; ok {
		return append(slices.Clone(sixColumns), "name_en")
	}
	return sixColumns
}

// row begins a row or goes on with the one before, when it has no code.
func (s *six) row(l table.Line, text string) {
	code := s.cell(l, "code")
	written := oneLine(tidy(code.Text))
	raw := rawRow{line: l.No, cells: map[string]string{}}
	clean, rest, changed := readCode(written)
	goesOn := written == "" || code.Above
	if goesOn && len(s.rows) == 0 {
		s.AddRow(l.No, "code", "error.field.required")
		s.broken = true
		return
	}
	if !goesOn && clean == "" && rest == text && !strings.ContainsAny(text[:1], "0123456789") {
		s.outside(l.No, text)
		return
	}
	s.at(l.No, clean)
	if n := len(s.rows); n > 0 && clean != "" && clean == s.rows[n-1].code && continued(rest) {
		s.say(Repair, "code", "kis.reading.continued", written, clean)
		goesOn, rest = true, ""
	}
	if goesOn {
		s.at(l.No, s.rows[len(s.rows)-1].code)
		if !s.fresh && !code.Above {
			s.say(Doubt, "code", "kis.reading.no_code", text, s.rows[len(s.rows)-1].code)
		}
	}
	for _, column := range s.columns()[1:] {
		raw.cells[column] = s.text(l, column, goesOn)
	}
	if goesOn {
		s.goOn(l.No, raw)
		return
	}
	switch {
	case clean == "":
		s.AddRow(l.No, "code", codeFault(written), "code", i18n.Shorten(written, 40))
	case clean > "9" || PhaseOf(clean) == "9" || len(PhaseOf(clean)) > 1:
		s.AddRow(l.No, "code", "kis.import.phase", "code", clean)
		clean = ""
	case rest != "" && raw.cells["name_az"] == "":
		s.say(Repair, "code", "kis.reading.code_name", written, clean)
		raw.cells["name_az"], rest = rest, ""
	case rest != "":
		s.say(Doubt, "code", "kis.reading.code_rest", written, clean)
	case changed:
		s.say(Repair, "code", "kis.reading.code", written, clean)
	}
	raw.code = clean
	s.rows = append(s.rows, raw)
}

// outside notes a title or remark between or under the rows. Lines of a list,
// as of abbreviations, make one note.
func (s *six) outside(line int, text string) {
	if n := len(s.list); n > 0 && s.list[n-1].Key == "kis.reading.outside" && s.lastOutside == line-1 {
		s.list[n-1].Before = i18n.Shorten(s.list[n-1].Before+" · "+text, 400)
	} else {
		s.say(Doubt, "file", "kis.reading.outside", text, "")
	}
	s.lastOutside = line
}

// text reads a field: its own text, that of the merged cell above it, or "does
// not exist" of the merged cell at its left.
func (s *six) text(l table.Line, column string, goesOn bool) string {
	c := s.cell(l, column)
	if !checkCell(s.notes, l.No, column, c) {
		return ""
	}
	switch {
	case c.Nested:
		s.say(Repair, column, "kis.reading.nested", "", oneLine(c.Text))
	case c.Above && !goesOn && len(s.rows) > 0:
		above := s.rows[len(s.rows)-1].cells[column]
		s.say(Repair, column, "kis.reading.merged", "", oneLine(above))
		return above
	case c.Across:
		i := s.head.at[column]
		for i > 0 && l.Cells[i].Across {
			i--
		}
		left := tidy(l.Cells[i].Text)
		if none, _ := s.known.isNone(left); none || s.head.at["code"] == i || s.head.at["name_az"] == i {
			if none {
				s.say(Form, column, "kis.reading.spanned", "", left)
				return left
			}
			return ""
		}
		s.say(Doubt, column, "kis.reading.spans", left, "")
	}
	return s.tidy(c.Text)
}

// tidy is the function of that name, but for our own exports: those keep every
// blank.
func (s *six) tidy(text string) string {
	if s.exact {
		return strings.TrimSpace(strings.ReplaceAll(text, "\v", "\n"))
	}
	return tidy(text)
}

// goOn joins a line without a code to the row before it.
func (s *six) goOn(line int, raw rawRow) {
	row := &s.rows[len(s.rows)-1]
	for _, column := range s.columns()[1:] {
		before, more := row.cells[column], raw.cells[column]
		if more == "" {
			continue
		}
		row.cells[column] = s.known.join(before, more)
		s.say(Repair, column, "kis.reading.joined", oneLine(before)+" ⏎ "+oneLine(more), oneLine(row.cells[column]), "row", row.line)
	}
}

var codeBegin = regexp.MustCompile(`^([1-9][0-9]?(?:[.,][1-9][0-9]?){0,2})[.,…]*(?:\s+(.*))?$`)

// readCode reads a code and what stands behind it in the cell.
func readCode(written string) (code, rest string, changed bool) {
	tight := strings.NewReplacer(" .", ".", ". ", ".", " ,", ",", ", ", ",").Replace(written)
	for _, try := range []string{tight, written} {
		if m := codeBegin.FindStringSubmatch(try); m != nil {
			code = strings.ReplaceAll(m[1], ",", ".")
			return code, m[2], code != written
		}
	}
	return "", written, false
}

// continued tells the word for "continued" behind a repeated code.
func continued(rest string) bool { return letters(rest) == "davami" || letters(rest) == "ardi" }

// codeFault tells a code that a workbook has made a date of.
func codeFault(written string) string {
	if n, err := strconv.Atoi(written); err == nil && n > 20_000 && n < 80_000 {
		return "kis.import.code_date"
	}
	return "kis.import.code"
}
