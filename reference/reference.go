// Package reference holds what a new office and the demo start from: the official process description, phase gates,
// departments, register items, measures, code lists, rating schemes, audit checklists and working-day calendars, as
// CSV files embedded in the program. README.md says where each file comes from and what in it is provisional.
//
// It imports nothing of the project and is imported by the code that fills an empty database and by tests.
//
// Invariants: every file is UTF-8 without byte order mark, RFC 4180, one header row, no empty line, the columns of
// [Columns]. A file is data, not a rule: what a database was filled with may be changed there by the office, and the
// program never reads these files to decide anything later.
package reference

import (
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"
)

// FS holds the CSV files at its root, under the names of the constants in this package.
//
//go:embed *.csv
var FS embed.FS

// Open opens one embedded file for reading as it is, for importers that take a stream.
// An unknown name gives an error that is [fs.ErrNotExist].
func Open(name string) (fs.File, error) { return FS.Open(name) }

// Row is one line of a file: column name to cell, the cell as written.
type Row map[string]string

// Bool tells whether the cell says true. Columns of this kind hold only true and false.
func (r Row) Bool(column string) bool { return r[column] == "true" }

// List splits a cell that holds several items joined with " | ". An empty cell gives no items.
func (r Row) List(column string) []string {
	if r[column] == "" {
		return nil
	}
	return strings.Split(r[column], " | ")
}

// Rows reads a whole file, in file order. It fails when the name is not one of [Names], the header differs from
// [Columns] or a line has another number of cells; the error then reads file:line: what is wrong.
func Rows(name string) ([]Row, error) {
	columns := Columns(name)
	if columns == nil {
		return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	}
	f, err := FS.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return parse(name, f, columns)
}

// parse reads strict CSV with exactly the given header. encoding/csv would pass over empty lines and a byte order mark
// without a word, so both are looked for here.
func parse(name string, r io.Reader, columns []string) ([]Row, error) {
	reader := csv.NewReader(r)
	reader.FieldsPerRecord = len(columns)
	var rows []Row
	for next := 1; ; {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			return nil, fmt.Errorf("%s:%d: %w", name, bad.Line, bad.Err)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		line, _ := reader.FieldPos(0)
		if line != next {
			return nil, fmt.Errorf("%s:%d: empty line", name, next)
		}
		text := strings.Join(record, "")
		if !utf8.ValidString(text) {
			return nil, fmt.Errorf("%s:%d: not UTF-8", name, line)
		}
		next = line + 1 + strings.Count(text, "\n")
		if line == 1 {
			if !slices.Equal(record, columns) {
				return nil, fmt.Errorf("%s:1: header is %q, want %q", name, record, columns)
			}
			continue
		}
		row := make(Row, len(columns))
		for i, column := range columns {
			row[column] = record[i]
		}
		rows = append(rows, row)
	}
	if rows == nil {
		return nil, fmt.Errorf("%s: no rows", name)
	}
	return rows, nil
}
