package describe

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/table"
)

// sixColumns are the columns of the official table; name_en may stand beside them.
var sixColumns = []string{"code", "name_az", "work_az", "inputs_az", "suppliers", "outputs_az"}

// heading says in which field of a line a column stands.
type heading struct {
	at    map[string]int
	width int
	twice []string // columns that several fields are headed by
}

// missing lists the official columns that a heading has not.
func (h heading) missing() (out []string) {
	for _, c := range sixColumns {
		if _, ok := h.at[c]; !ok {
			out = append(out, c)
		}
	}
	return out
}

// readHeading recognises a line of headings: three of the official ones.
func readHeading(l table.Line) (heading, bool) {
	k, err := known()
	if err != nil {
		return heading{}, false
	}
	h := heading{at: map[string]int{}, width: len(l.Cells)}
	for i, c := range l.Cells {
		if len(c.Text) > 120 || c.Across {
			continue
		}
		column := k.headingOf(letters(c.Text))
		switch _, twice := h.at[column]; {
		case column == "":
		case twice:
			h.twice = append(h.twice, column)
		default:
			h.at[column] = i
		}
	}
	n := 0
	for _, c := range sixColumns[1:] {
		if _, ok := h.at[c]; ok {
			n++
		}
	}
	return h, n >= 3
}

// headingOf finds the column of a heading, also when one letter of it is damaged.
func (k *knowledge) headingOf(folded string) string {
	if column, ok := k.headings[folded]; ok || len(folded) < 6 {
		return column
	}
	for text, column := range k.headings {
		if len(text) >= 6 && max(len(text)-len(folded), len(folded)-len(text)) <= utf8.UTFMax && differ([]rune(folded), []rune(text)) >= 0 {
			return column
		}
	}
	return ""
}

// rawRow is a row as it stands in the file, its parts joined.
type rawRow struct {
	line  int
	code  string
	cells map[string]string
}

// six reads the official table.
type six struct {
	*notes
	known  *knowledge
	format string
	exact  bool // an export of ours: the words are right as they are

	head   heading
	headed bool
	block  int  // table of the text that is being read
	skip   bool // it is none of the description
	fresh  bool // nothing was read yet since a page began
	rows   []rawRow
	gates  []Gate
	last   int
	broken bool // a row could not be told from the next

	lastOutside int // line of the last remark
}

func newSix(n *notes, format string, exact bool) *six {
	k, err := known()
	if err != nil {
		n.AddRow(0, "file", "error.internal")
		k = &knowledge{}
	}
	return &six{notes: n, known: k, format: format, exact: exact}
}

// read goes through the lines, then through the rows they make.
func (s *six) read(g table.Grid) (rows []Row, gates []Gate, last int, whole bool) {
	for _, l := range g.Lines {
		s.last = max(s.last, l.No)
		if l.Paragraph != "" {
			s.gate(l.No, oneLine(tidy(l.Paragraph)), "")
			continue
		}
		if len(s.rows) >= maxRows {
			return s.tooMany(l.No, maxRows)
		}
		s.line(l)
	}
	if !s.headed {
		s.AddRow(1, "file", "kis.import.no_heading")
		return nil, nil, s.last, false
	}
	if len(g.Lines) > maxLines {
		return s.tooMany(s.last, maxLines)
	}
	for _, raw := range s.rows {
		rows = append(rows, s.understand(raw))
	}
	if len(rows) == 0 && s.faults() == 0 {
		s.AddRow(max(s.last, 1), "file", "kis.import.no_rows")
	}
	slices.SortFunc(s.gates, func(a, b Gate) int { return CompareCodes(a.Phase, b.Phase) })
	whole = !s.broken && len(rows) > 0 && !slices.ContainsFunc(rows, func(r Row) bool { return r.Code == "" })
	return rows, s.gates, s.last, whole
}

// tooMany refuses the file; nothing else about it matters then.
func (s *six) tooMany(line, most int) ([]Row, []Gate, int, bool) {
	s.list = nil
	s.AddRow(line, "file", "kis.import.too_many", "max", most)
	return nil, nil, line, false
}

// line takes in one row of a table.
func (s *six) line(l table.Line) {
	if blank(l) {
		return
	}
	if l.Block != s.block {
		s.block, s.fresh = l.Block, true
		s.skip = s.headed && len(l.Cells) != s.head.width
	}
	s.at(l.No, "")
	if h, ok := readHeading(l); ok {
		s.heading(l, h)
		return
	}
	text := oneLine(tidy(joined(l)))
	english := ""
	if s.headed {
		english = oneLine(tidy(s.cell(l, "name_en").Text))
	}
	switch {
	case !s.headed: // titles above the table
	case s.gate(l.No, strings.TrimSpace(strings.TrimSuffix(text, english)), english):
	case s.skip:
		s.say(Doubt, "file", "kis.reading.other_table", text, "")
	case rule(text):
		s.say(Repair, "file", "kis.reading.rule", text, "")
	case numbered(l):
		s.say(Repair, "file", "kis.reading.numbers", text, "")
	default:
		s.row(l, text)
		s.fresh = false
	}
}

// heading takes in a line of headings: the first, or one repeated on a page.
func (s *six) heading(l table.Line, h heading) {
	text := oneLine(joined(l))
	if missing := h.missing(); len(missing) > 0 {
		for _, c := range missing {
			s.AddRow(l.No, c, "kis.import.heading_missing")
		}
		s.broken = true
	}
	for _, c := range h.twice { // which of them counts is for people to say
		s.AddRow(l.No, c, "kis.import.heading_twice")
		s.broken = true
	}
	if s.headed {
		s.say(Repair, "file", "kis.reading.heading_again", text, "")
	}
	s.head, s.headed, s.skip, s.fresh = h, true, false, true
}

func joined(l table.Line) string {
	var parts []string
	for _, c := range l.Cells {
		if t := strings.TrimSpace(c.Text); t != "" {
			parts = append(parts, t)
		}
	}
	return strings.Join(parts, " ")
}

// rule tells a line of dashes, numbered the line 1 2 3 4 5 6 under the headings.
func rule(text string) bool { return text != "" && strings.Trim(text, "-–—_=|: ") == "" }

func numbered(l table.Line) bool {
	n := 0
	for _, c := range l.Cells {
		if t := strings.TrimSpace(c.Text); t != "" {
			if n++; t != strconv.Itoa(n) {
				return false
			}
		}
	}
	return n >= 5
}

var gateSentence = regexp.MustCompile(`(?i)^([1-8])\s*-?\s*(?:c[iıuü]|[iıuü]nc[iıuü])\s+mərhələnin\s+yekunu\s*[.:]?\s*\S`)

// gate takes in the sentence that closes a phase, wherever it stands.
func (s *six) gate(line int, text, english string) bool {
	m := gateSentence.FindStringSubmatch(text)
	if m == nil || !s.headed {
		return false
	}
	s.at(line, m[1])
	if !s.exact {
		fixed, changes, _ := s.known.spell(text)
		for _, c := range changes {
			s.say(Repair, "gate", "kis.reading.spelling", c.from, c.to)
		}
		text = fixed
	}
	if i := slices.IndexFunc(s.gates, func(g Gate) bool { return g.Phase == m[1] }); i >= 0 {
		if s.gates[i].StatementAZ != text {
			s.say(Doubt, "gate", "kis.reading.gate_again", text, s.gates[i].StatementAZ)
		}
		return true
	}
	if len([]rune(text)) > maxName {
		s.AddRow(line, "gate", "error.field.too_long", "max", maxName, "length", len([]rune(text)))
		return true
	}
	s.gates = append(s.gates, Gate{Line: line, Phase: m[1], StatementAZ: text, StatementEN: i18n.Shorten(english, maxName)})
	return true
}
