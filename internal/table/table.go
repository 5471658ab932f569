// Package table owns the reading of CSV tables that people hand in: what kind
// of file it is, its encoding, its header and its rows with their line
// numbers.
//
// It imports apperr only. Invariants: nothing is repaired silently; every
// fault is named by row (line of the file, from 1) and column; a table is
// given back whole or not at all.
package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kis-platform/kis/internal/apperr"
)

// Row is one line: its number in the file and its cells by column name.
type Row struct {
	Line  int
	Cells map[string]string
}

// Get is a cell with blanks around it removed.
func (r Row) Get(column string) string { return strings.TrimSpace(r.Cells[column]) }

// Limits bound what is read; zero means the default.
type Limits struct {
	Bytes int64 // default 16 MiB
	Rows  int   // default 200,000
	Cell  int   // characters of one cell; default 10,000
}

const (
	maxBytes = 16 << 20
	maxRows  = 200_000
	maxCell  = 10_000
	maxFault = 200 // faults named before the rest is only counted
)

// Read reads a table with one of the given headers and says which. The header
// row must hold exactly the columns of that header, in its order; a byte
// order mark before it is passed over. Errors are Invalid with fields.
func Read(r io.Reader, lim Limits, headers ...[]string) (rows []Row, header int, err error) {
	raw, err := content(r, lim)
	if err != nil {
		return nil, 0, err
	}
	c := csv.NewReader(bytes.NewReader(raw))
	c.FieldsPerRecord = -1
	first, err := c.Read()
	if err != nil {
		return nil, 0, csvError(err)
	}
	for i := range first {
		first[i] = strings.TrimSpace(first[i])
	}
	header = slices.IndexFunc(headers, func(h []string) bool { return slices.Equal(h, first) })
	if header < 0 {
		return nil, 0, headerError(first, headers)
	}
	rows, err = readRows(c, headers[header], lim)
	return rows, header, err
}

func readRows(c *csv.Reader, columns []string, lim Limits) ([]Row, error) {
	var rows []Row
	var check apperr.Check
	most, cell := or(lim.Rows, maxRows), or(lim.Cell, maxCell)
	for {
		record, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, csvError(err)
		}
		line, _ := c.FieldPos(0)
		if len(rows) == most {
			check.AddRow(line, "", "table.too_many_rows", "max", most)
			break
		}
		if len(record) != len(columns) {
			check.AddRow(line, "", "table.cells", "have", len(record), "want", len(columns))
			if check.Count() >= maxFault {
				break
			}
			continue
		}
		row := Row{Line: line, Cells: make(map[string]string, len(columns))}
		for i, name := range columns {
			if n := utf8.RuneCountInString(record[i]); n > cell {
				check.AddRow(line, name, "error.field.too_long", "max", cell, "length", n)
			}
			row.Cells[name] = record[i]
		}
		rows = append(rows, row)
	}
	if check.Count() == 0 && len(rows) == 0 {
		check.AddRow(2, "", "table.no_rows")
	}
	return rows, check.Err()
}

// content reads the whole file within the limit and refuses what is no text.
func content(r io.Reader, lim Limits) ([]byte, error) {
	most := lim.Bytes
	if most == 0 {
		most = maxBytes
	}
	raw, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, &apperr.Error{Kind: apperr.Invalid, Key: "error.upload.cut", Cause: err}
	}
	if int64(len(raw)) > most {
		return nil, apperr.New(apperr.Invalid, "table.too_large", "max", most>>20)
	}
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil, apperr.New(apperr.Invalid, "table.empty")
	}
	if kind := kindOf(raw); kind != "" {
		return nil, apperr.New(apperr.Invalid, "table.kind", "kind", kind)
	}
	if !utf8.Valid(raw) {
		return nil, encodingError(raw)
	}
	if i := bytes.IndexByte(raw, 0); i >= 0 {
		var c apperr.Check
		c.AddRow(1+bytes.Count(raw[:i], []byte("\n")), "", "error.field.characters")
		return nil, c.Err()
	}
	return raw, nil
}

// kindOf names a file that is not text by its first bytes; "" for text.
func kindOf(raw []byte) string {
	for _, k := range []struct{ magic, name string }{
		{"PK\x03\x04", "ZIP, XLSX, DOCX"}, {"PK\x05\x06", "ZIP"}, {"%PDF-", "PDF"}, {"\xd0\xcf\x11\xe0", "XLS, DOC"},
		{"\x89PNG", "PNG"}, {"\xff\xd8\xff", "JPEG"}, {"GIF8", "GIF"}, {"\x1f\x8b", "GZIP"}, {"7z\xbc\xaf", "7z"}, {"Rar!", "RAR"},
		{"{\\rtf", "RTF"}, {"<?xml", "XML"}, {"<!DOCTYPE", "HTML"}, {"<html", "HTML"},
		{"\xff\xfe", "UTF-16"}, {"\xfe\xff", "UTF-16"},
	} {
		if bytes.HasPrefix(raw, []byte(k.magic)) {
			return k.name
		}
	}
	return ""
}

// encodingError names the first line that is not UTF-8.
func encodingError(raw []byte) error {
	line := 1
	for len(raw) > 0 {
		r, n := utf8.DecodeRune(raw)
		if r == utf8.RuneError && n == 1 {
			break
		}
		if r == '\n' {
			line++
		}
		raw = raw[n:]
	}
	var c apperr.Check
	c.AddRow(line, "", "table.encoding")
	return c.Err()
}

func csvError(err error) error {
	var bad *csv.ParseError
	if !errors.As(err, &bad) {
		return apperr.New(apperr.Invalid, "table.empty")
	}
	key := "table.quote"
	if errors.Is(bad.Err, csv.ErrQuote) && bad.StartLine != bad.Line {
		key = "table.cut"
	}
	var c apperr.Check
	c.AddRow(bad.StartLine, "", key)
	return c.Err()
}

// headerError compares with the header that has most columns in common.
func headerError(have []string, headers [][]string) error {
	best, most := headers[0], -1
	for _, h := range headers {
		n := 0
		for _, name := range h {
			if slices.Contains(have, name) {
				n++
			}
		}
		if n > most {
			best, most = h, n
		}
	}
	var c apperr.Check
	if most == 0 {
		c.AddRow(1, "", "table.header", "want", strings.Join(best, ","))
		return c.Err()
	}
	for _, name := range best {
		if !slices.Contains(have, name) {
			c.AddRow(1, name, "table.column_missing")
		}
	}
	for _, name := range have {
		if !slices.Contains(best, name) {
			c.AddRow(1, name, "table.column_unknown")
		}
	}
	if c.Count() == 0 {
		c.AddRow(1, "", "table.column_order", "want", strings.Join(best, ","))
	}
	return c.Err()
}

func or(n, standard int) int {
	if n == 0 {
		return standard
	}
	return n
}
