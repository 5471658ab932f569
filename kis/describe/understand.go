package describe

import (
	"slices"
	"strings"

	"github.com/kis-platform/kis/internal/i18n"
)

// content are the columns that "Mövcud deyil" fills.
var content = []string{"work_az", "inputs_az", "suppliers", "outputs_az"}

// isNone tells "Mövcud deyil" in any spelling: the known ones, and what is at
// most two letters away from it. doubtful: other words that may mean the same.
func (k *knowledge) isNone(cell string) (none, doubtful bool) {
	if cell == "" || len(cell) > 60 {
		return false, false
	}
	folded := letters(cell)
	if d, ok := k.none[folded]; ok {
		return true, d
	}
	return len(folded) >= 8 && distance(folded, "movcuddeyil") <= 2, false
}

// distance counts the letters to change, add or leave out between two words.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		diagonal := row[0]
		row[0]++
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}

// understand makes a row of what stands in the file.
func (s *six) understand(raw rawRow) Row {
	s.at(raw.line, raw.code)
	row := Row{Line: raw.line, Code: raw.code, Level: LevelOf(raw.code), Parent: ParentOf(raw.code)}
	row.Applicable = s.applicable(raw)
	row.NameAZ = s.words("name_az", raw.cells["name_az"])
	row.NameEN = raw.cells["name_en"]
	if row.Applicable {
		row.WorkAZ = s.words("work_az", raw.cells["work_az"])
		row.Inputs = s.items("inputs_az", raw.cells["inputs_az"])
		row.Suppliers = s.suppliers(raw.cells["suppliers"])
		row.Outputs = s.items("outputs_az", raw.cells["outputs_az"])
		if len(row.Outputs) == 0 {
			s.AddRow(raw.line, "outputs_az", "kis.import.no_output")
		}
	}
	if row.NameEN == "" {
		row.NameEN = s.known.english[nameKey(row.Code, row.NameAZ)]
	}
	row.NameAZ = rowText(s.notes, raw.line, "name_az", row.NameAZ, true, maxName)
	row.NameEN = rowText(s.notes, raw.line, "name_en", row.NameEN, false, maxName)
	row.WorkAZ = rowText(s.notes, raw.line, "work_az", row.WorkAZ, false, maxWork)
	for column, list := range map[string][]string{"inputs_az": row.Inputs, "suppliers": row.Suppliers, "outputs_az": row.Outputs} {
		if len(list) > maxItems {
			s.AddRow(raw.line, column, "kis.import.items", "max", maxItems, "n", len(list))
		}
		for _, item := range list[:min(len(list), maxItems)] {
			rowText(s.notes, raw.line, column, item, true, maxItem)
		}
	}
	return row
}

// applicable decides whether a row says that it does not exist, and empties
// the cells that say so.
func (s *six) applicable(raw rawRow) bool {
	var none, empty, filled []string
	doubtful := false
	for _, column := range content {
		text := raw.cells[column]
		is, doubt := s.known.isNone(oneLine(text))
		switch {
		case text == "":
			empty = append(empty, column)
		case is:
			none = append(none, column)
			doubtful = doubtful || doubt
			if written := oneLine(text); written != None && !s.exact {
				w := Repair
				if doubt {
					w = Doubt
				}
				s.say(w, column, "kis.reading.none", written, None)
			}
		default:
			filled = append(filled, column)
		}
	}
	switch {
	case len(none) == 0:
		return true
	case len(filled) == 0:
		if len(empty) > 0 {
			s.say(Doubt, empty[0], "kis.reading.none_empty", "", None, "n", len(empty))
		}
		return false
	}
	for _, column := range none { // exists in part
		s.say(Doubt, column, "kis.reading.none_part", oneLine(raw.cells[column]), "")
		raw.cells[column] = ""
	}
	return true
}

// None is how the official table says that a step does not exist.
const None = "Mövcud deyil"

// words reads a text: spelling and quotation marks.
func (s *six) words(column, text string) string {
	if s.exact || text == "" {
		return text
	}
	fixed, changes, doubts := s.known.spell(oneLine(text))
	s.spelled(column, changes, doubts)
	return s.quotes(column, fixed)
}

func (s *six) spelled(column string, changes, doubts []change) {
	for _, c := range changes {
		s.say(Repair, column, "kis.reading.spelling", c.from, c.to)
	}
	for _, d := range doubts {
		s.say(Doubt, column, "kis.reading.like", d.from, d.to)
	}
}

func (s *six) quotes(column, text string) string {
	fixed, closed := curly(text)
	switch {
	case !closed:
		s.say(Doubt, column, "kis.reading.open", text, "")
	case fixed != text:
		s.say(Form, column, "kis.reading.quotes", text, fixed)
	}
	return fixed
}

// items reads a cell of several items.
func (s *six) items(column, cell string) []string {
	if cell == "" {
		return nil
	}
	if s.exact {
		return exactItems(cell)
	}
	lines := strings.Split(cell, "\n")
	for i := range lines {
		var changes, doubts []change
		lines[i], changes, doubts = s.known.spell(lines[i])
		s.spelled(column, changes, doubts)
	}
	text := s.quotes(column, strings.Join(lines, "\n"))
	l := s.known.readList(text)
	for _, c := range l.expanded {
		s.say(Repair, column, "kis.reading.expanded", c.from, c.to)
	}
	if l.lines {
		s.say(Repair, column, "kis.reading.lines", "", strings.Join(l.items, " | "))
	}
	if l.dropped > 0 {
		s.say(Repair, column, "kis.reading.dropped", oneLine(text), strings.Join(l.items, " | "))
	}
	for _, d := range l.twice {
		s.say(Repair, column, "kis.reading.twice", d, "")
	}
	for _, d := range l.doubts {
		s.say(Doubt, column, "kis.reading.and", d, "")
	}
	if l.open {
		s.say(Doubt, column, "kis.reading.open", oneLine(text), strings.Join(l.items, " | "))
	}
	s.capitals(column, text, l.items)
	return l.items
}

// capitals notes the items that were made to begin with a capital letter.
func (s *six) capitals(column, text string, items []string) {
	var changed []string
	small := lower(text)
	for _, item := range items[:min(len(items), maxItems)] {
		if !strings.Contains(text, item) && strings.Contains(small, lower(item)) {
			changed = append(changed, item)
		}
	}
	if len(changed) > 0 {
		s.say(Form, column, "kis.reading.capital", "", strings.Join(changed, " | "), "n", len(changed))
	}
}

// exactItems parts a cell of our own export, where nothing but the signs that
// leave no doubt parts items.
func exactItems(cell string) []string {
	var l listed
	if parts, sure := l.strong(cell); sure {
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		return parts
	}
	return []string{cell}
}

// suppliers reads the names of departments and bodies.
func (s *six) suppliers(cell string) []string {
	if cell == "" {
		return nil
	}
	if s.exact {
		return exactItems(cell)
	}
	cell, _ = itemLines(cell)
	text, changes, doubts := s.known.spellNames(oneLine(cell))
	s.spelled("suppliers", changes, doubts)
	parts, open := outside(text, ',')
	if strings.ContainsAny(text, ";|") {
		parts = strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == '|' || r == ',' })
	} else if open {
		parts = strings.Split(text, ",")
		s.say(Doubt, "suppliers", "kis.reading.open", text, "")
	}
	if len(parts) > 2*maxItems { // refused by their number
		return parts
	}
	var out []string
	dropped := false
	for _, p := range parts {
		p = strings.TrimRight(strings.TrimSpace(p), ".")
		switch {
		case p == "":
			dropped = true
		case slices.ContainsFunc(out, func(o string) bool { return i18n.Fold(o) == i18n.Fold(p) }):
			s.say(Repair, "suppliers", "kis.reading.twice", p, "")
		default:
			out = append(out, p)
		}
	}
	if dropped {
		s.say(Repair, "suppliers", "kis.reading.dropped", text, strings.Join(out, " | "))
	}
	return out
}

// spellNames is spell for names: abbreviations are left to those who know the
// departments, and a strange name is asked about there.
func (k *knowledge) spellNames(text string) (string, []change, []change) {
	var changes []change
	var b strings.Builder
	for _, t := range split(text) {
		fixed := t.text
		if t.word && !shout(t.text) {
			fixed = k.spellWord(t.text)
		}
		if fixed != t.text {
			changes = append(changes, change{t.text, fixed})
		}
		b.WriteString(fixed)
	}
	return b.String(), changes, nil
}
