package table

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kis-platform/kis/internal/apperr"
)

// Bounds of a file that is read row by row and never held as a whole.
const (
	maxStreamBytes = 512 << 20 // of the file
	maxStreamPart  = 4 << 30   // of one part of a workbook, unpacked
	maxStreamRatio = 1000      // rows that are much alike compress well
	maxStreamFault = 100       // faults named before the reading is given up
	heldTexts      = 16 << 20  // bytes of the texts of a workbook that are kept in memory
)

// Stream reads a table with exactly these columns from CSV or the first sheet
// of a workbook and calls each with every row, in order: memory does not grow
// with the number of rows. What a workbook keeps apart from its cells goes to a
// temporary file once it is large, and is gone when Stream returns. Faults of
// the file are Invalid with row and column; an error of each ends the reading.
func Stream(r io.ReaderAt, size int64, lim Limits, columns []string, each func(Row) error) error {
	if lim.Rows == 0 {
		lim.Rows = 1_000_000
	}
	lim = lim.or()
	if size > maxStreamBytes {
		return apperr.New(apperr.Invalid, "table.too_large", "max", maxStreamBytes>>20)
	}
	head := make([]byte, min(size, 4096))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return &apperr.Error{Kind: apperr.Invalid, Key: "error.upload.cut", Cause: err}
	}
	if len(strings.TrimSpace(string(head))) == 0 {
		return apperr.New(apperr.Invalid, "table.empty")
	}
	s := streamed{columns: columns, lim: lim, each: each}
	var err error
	if strings.HasPrefix(string(head), "PK\x03\x04") {
		err = s.workbook(r, size)
	} else if kind := kindOf(head); kind != "" && utf8Head(head) != nil {
		return wrongKind(head, kind)
	} else {
		err = s.csv(io.NewSectionReader(r, 0, size))
	}
	if err == nil {
		err = s.end()
	}
	return err
}

// utf8Head allows for a letter that is cut at the end of the head.
func utf8Head(head []byte) error {
	for range utf8.UTFMax {
		if utf8.Valid(head) {
			return nil
		}
		head = head[:max(len(head)-1, 0)]
	}
	return errors.New("not UTF-8")
}

// streamed is a reading under way.
type streamed struct {
	columns []string
	lim     Limits
	each    func(Row) error
	header  bool
	rows    int
	last    int // line
	check   apperr.Check
}

// line takes the next line of the file.
func (s *streamed) line(l Line) error {
	s.last = l.No
	for s.header && len(l.Cells) < len(s.columns) {
		l.Cells = append(l.Cells, Cell{}) // a workbook keeps no empty cells at the end of a row
	}
	if !s.header {
		s.header = true
		if first := texts(l); !slices.Equal(first, s.columns) {
			return headerError(l.No, first, [][]string{s.columns})
		}
		return nil
	}
	if s.rows++; s.rows > s.lim.Rows {
		s.check.AddRow(l.No, "", "table.too_many_rows", "max", s.lim.Rows)
		return s.check.Err()
	}
	before := s.check.Count()
	if len(l.Cells) != len(s.columns) {
		s.check.AddRow(l.No, "", "table.cells", "have", len(l.Cells), "want", len(s.columns))
	}
	row := Row{Line: l.No, Cells: make(map[string]string, len(s.columns))}
	for i, name := range s.columns {
		c := l.Cells[i]
		if c.Over > 0 {
			s.check.AddRow(l.No, name, "error.field.too_long", "max", s.lim.Cell, "length", c.Over)
		}
		if c.Formula {
			s.check.AddRow(l.No, name, "table.formula")
		}
		row.Cells[name] = c.Text
	}
	if s.check.Count() >= maxStreamFault {
		return s.check.Err()
	}
	if s.check.Count() > before {
		return nil
	}
	return s.each(row)
}

// end tells what was wrong with the lines.
func (s *streamed) end() error {
	if s.check.Count() == 0 && !s.header {
		return apperr.New(apperr.Invalid, "table.empty")
	}
	if s.check.Count() == 0 && s.rows == 0 {
		s.check.AddRow(s.last+1, "", "table.no_rows")
	}
	return s.check.Err()
}

func (s *streamed) csv(r io.Reader) error {
	in := bufio.NewReaderSize(r, 256<<10)
	if head, _ := in.Peek(len(bom)); string(head) == string(bom) {
		_, _ = in.Discard(len(bom))
	}
	c := csv.NewReader(in)
	c.FieldsPerRecord, c.ReuseRecord = -1, true
	for {
		record, err := c.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		var bad *csv.ParseError
		switch {
		case errors.As(err, &bad):
			s.check.AddRow(bad.Line, "", "table.quote")
			return s.check.Err()
		case err != nil:
			return &apperr.Error{Kind: apperr.Invalid, Key: "error.upload.cut", Cause: err}
		}
		no, _ := c.FieldPos(0)
		l := Line{No: no, Cells: make([]Cell, len(record))}
		for i, v := range record {
			if !utf8.ValidString(v) {
				s.check.AddRow(no, "", "table.encoding")
				return s.check.Err()
			}
			if n := utf8.RuneCountInString(v); n > s.lim.Cell {
				l.Cells[i] = Cell{Over: n}
				continue
			}
			l.Cells[i] = Cell{Text: v}
		}
		if len(record) != len(s.columns) && s.header {
			s.rows++
			s.check.AddRow(no, "", "table.cells", "have", len(record), "want", len(s.columns))
			if s.check.Count() >= maxStreamFault {
				return s.check.Err()
			}
			continue
		}
		if err := s.line(l); err != nil {
			return err
		}
	}
}

func (s *streamed) workbook(r io.ReaderAt, size int64) error {
	o, err := openArchive(r, size, maxStreamPart, 2*maxStreamPart, maxStreamRatio)
	if err != nil {
		return err
	}
	book, ok := o.main(workbookPart)
	if !ok || path.Ext(book) != ".xml" {
		return apperr.New(apperr.Invalid, "table.kind", "kind", "ZIP")
	}
	names, part, err := o.sheets(book)
	if err != nil {
		return err
	}
	texts, err := o.streamTexts(part, s.lim)
	if err != nil {
		return err
	}
	defer texts.close()
	if len(names) == 0 {
		return nil
	}
	sheet := sheetReader{lookup: texts.get, lim: s.lim, left: 1 << 30, value: text{max: s.lim.Cell}, each: s.line}
	return o.tokens(names[0].part, sheet.token)
}

// keptTexts are the texts of a workbook: in memory while they are few, else in
// a temporary file with only their places in memory.
type keptTexts struct {
	cells []Cell
	bytes int
	file  *os.File
	out   *bufio.Writer
	ends  []int64
	buf   []byte
}

func (o *office) streamTexts(part string, lim Limits) (*keptTexts, error) {
	k := &keptTexts{}
	err := o.eachShared(part, lim, k.add)
	if err == nil && k.out != nil {
		err = k.out.Flush()
	}
	if err != nil {
		k.close()
		return nil, apperr.Wrap(err, "texts of a workbook")
	}
	return k, nil
}

func (k *keptTexts) add(c Cell) (err error) {
	if k.bytes += len(c.Text) + 64; k.file == nil && k.bytes <= heldTexts {
		k.cells = append(k.cells, c)
		return nil
	}
	if k.file == nil {
		if k.file, err = os.CreateTemp("", "kis-texts-*"); err != nil {
			return err
		}
		k.out = bufio.NewWriterSize(k.file, 256<<10)
		for _, old := range k.cells {
			if err := k.write(old); err != nil {
				return err
			}
		}
		k.cells = nil
	}
	return k.write(c)
}

// write appends a text; one that is too long is told by a mark before it.
func (k *keptTexts) write(c Cell) error {
	end := int64(0)
	if len(k.ends) > 0 {
		end = k.ends[len(k.ends)-1]
	}
	mark := "."
	if c.Over > 0 {
		mark = "!"
	}
	n, err := k.out.WriteString(mark + c.Text)
	k.ends = append(k.ends, end+int64(n))
	return err
}

func (k *keptTexts) get(n int) (Cell, error) {
	if k.file == nil {
		if n < len(k.cells) {
			return k.cells[n], nil
		}
		return Cell{}, nil
	}
	if n >= len(k.ends) {
		return Cell{}, nil
	}
	from := int64(0)
	if n > 0 {
		from = k.ends[n-1]
	}
	size := int(k.ends[n] - from)
	if cap(k.buf) < size {
		k.buf = make([]byte, size)
	}
	if _, err := k.file.ReadAt(k.buf[:size], from); err != nil {
		return Cell{}, apperr.Wrap(err, "texts of a workbook")
	}
	c := Cell{Text: string(k.buf[1:size])}
	if k.buf[0] == '!' {
		c.Over = utf8.RuneCountInString(c.Text) + 1
	}
	return c, nil
}

func (k *keptTexts) close() {
	if k.file != nil {
		_ = k.file.Close()
		_ = os.Remove(k.file.Name())
	}
}
