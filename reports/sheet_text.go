package reports

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// BOM, written before a CSV, makes older spreadsheet programs read its letters
// right. Files for machines go without.
const BOM = "\ufeff"

// guarded are the characters with which a spreadsheet program starts a formula.
const guarded = "=+-@\t\r"

// Guard keeps a text from being run as a formula when a CSV is opened: it puts
// a ' before texts that begin with = + - @, a tab or CR, and before those that
// would look so guarded. Unguard takes it away again.
func Guard(s string) string {
	if t := strings.TrimLeft(s, "'"); t != "" && strings.ContainsRune(guarded, rune(t[0])) {
		return "'" + s
	}
	return s
}

// Unguard is the inverse of Guard, for reading back what was exported.
func Unguard(s string) string {
	if t, ok := strings.CutPrefix(s, "'"); ok && Guard(t) != t {
		return t
	}
	return s
}

// WriteCSV writes one sheet as RFC 4180 asks: UTF-8, commas, CRLF, no BOM.
// Dates are 2006-01-02, times 2006-01-02 15:04, decimals have a point, percents
// are in percent. Only texts are guarded against formulas; numbers stay numbers.
func WriteCSV(w io.Writer, s Sheet) error {
	out := bufio.NewWriter(w)
	line := make([]string, len(s.Columns))
	flush := func() {
		for i, cell := range line {
			if i > 0 {
				out.WriteByte(',')
			}
			// a lone empty cell is quoted, or the line would be skipped when read
			if strings.ContainsAny(cell, ",\"\r\n") || strings.TrimSpace(cell) != cell || cell == "" && len(line) == 1 {
				cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
			}
			out.WriteString(cell)
		}
		out.WriteString("\r\n")
	}
	for i, c := range s.Columns {
		line[i] = Guard(plainText(c.Title))
	}
	flush()
	err := s.each(func(n int, row []any) error {
		for i, v := range row {
			val, err := s.value(n, i, v)
			if err != nil {
				return err
			}
			line[i] = val.csv(s.Columns[i])
		}
		flush()
		return nil
	})
	if err != nil {
		return err
	}
	return out.Flush() // bufio remembers an earlier error of w
}

// csv writes a value as text.
func (v value) csv(c SheetColumn) string {
	switch {
	case v.empty:
		return ""
	case c.Type == TextCol:
		return Guard(v.text)
	case c.Type == DateCol:
		return v.at.Format(time.DateOnly)
	case c.Type == TimeCol:
		return v.at.Format("2006-01-02 15:04")
	}
	return v.num.String()
}

// WriteJSON writes the sheets as a list of objects with name, title, columns
// and rows; each row is an object by the keys of the columns, in their order.
// Numbers are exact JSON numbers, days are 2006-01-02, times RFC 3339, empty
// cells null.
func WriteJSON(w io.Writer, sheets ...Sheet) error {
	out := bufio.NewWriter(w)
	out.WriteString("[")
	for k := range sheets {
		s := &sheets[k]
		if k > 0 {
			out.WriteString(",")
		}
		if err := s.writeJSON(out); err != nil {
			return err
		}
	}
	out.WriteString("]\n")
	return out.Flush()
}

func (s *Sheet) writeJSON(out *bufio.Writer) error {
	type column struct {
		Key   string `json:"key"`
		Title string `json:"title"`
		Type  string `json:"type"`
	}
	columns := make([]column, len(s.Columns))
	keys := make([]string, len(s.Columns))
	seen := map[string]bool{}
	for i, c := range s.Columns {
		if seen[c.key()] {
			return fmt.Errorf("reports: sheet %q has two columns %q", s.Name, c.key())
		}
		seen[c.key()] = true
		columns[i] = column{c.key(), c.Title, [...]string{"text", "integer", "decimal", "percent", "date", "time"}[c.Type]}
		keys[i] = jsonText(c.key())
	}
	head, err := json.Marshal(columns)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, `{"name":%s,"title":%s,"columns":%s,"rows":[`, jsonText(s.Name), jsonText(s.Title), head)
	err = s.each(func(n int, row []any) error {
		sep := ""
		if n > 1 {
			sep = ","
		}
		out.WriteString(sep + "\n{")
		for i, v := range row {
			val, err := s.value(n, i, v)
			if err != nil {
				return err
			}
			if i > 0 {
				out.WriteByte(',')
			}
			out.WriteString(keys[i] + ":" + val.json(s.Columns[i]))
		}
		out.WriteByte('}')
		return nil
	})
	out.WriteString("]}")
	return err
}

// json writes a value as JSON.
func (v value) json(c SheetColumn) string {
	switch {
	case v.empty:
		return "null"
	case c.Type == TextCol:
		return jsonText(v.text)
	case c.Type == DateCol:
		return jsonText(v.at.Format(time.DateOnly))
	case c.Type == TimeCol:
		return jsonText(v.at.Format(time.RFC3339))
	}
	return v.num.String()
}

// jsonText quotes a string; <, > and & stay as they are.
func jsonText(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return `""` // a string is always encodable
	}
	return strings.TrimSuffix(b.String(), "\n")
}
