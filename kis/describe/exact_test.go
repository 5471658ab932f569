package describe

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/reference"
)

// official is the description of 1-elektron xidmət as it stands.
func official(t testing.TB) string {
	t.Helper()
	raw, err := reference.FS.ReadFile(reference.Process)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// read reads a text; any fault is an error.
func read(raw string) ([]Row, error) {
	r, err := Read(strings.NewReader(raw))
	if err == nil {
		err = r.Err()
	}
	return r.Rows, err
}

// faults writes the field errors of an error as "row column key".
func faults(err error) []string {
	var out []string
	if err == nil {
		return nil
	}
	for _, f := range apperr.As(err).Fields {
		out = append(out, fmt.Sprintf("%d %s %s", f.Row, f.Name, f.Key))
	}
	return out
}

func TestTheOfficialDescriptionIsReadWhole(t *testing.T) {
	rows, err := read(official(t))
	if err != nil {
		t.Fatal(err)
	}
	var phases, subs, tasks, na int
	for _, r := range rows {
		switch r.Level {
		case Phase:
			phases++
		case Subprocess:
			subs++
		case Task:
			tasks++
		}
		if !r.Applicable {
			na++
		}
	}
	if phases != 8 || subs != 44 || tasks != 108 || na != 19 {
		t.Errorf("%d phases, %d sub-processes, %d tasks, %d not applicable; the document has 8, 44, 108 and 19", phases, subs, tasks, na)
	}
	if rows[0].Code != "1" || rows[len(rows)-1].Code != "8.3.1" {
		t.Errorf("rows begin with %s and end with %s", rows[0].Code, rows[len(rows)-1].Code)
	}
}

// line gives the number of the line that begins with a code.
func line(t *testing.T, text, code string) int {
	t.Helper()
	for i, l := range strings.Split(text, "\n") {
		if strings.HasPrefix(l, code+",") {
			return i + 1
		}
	}
	t.Fatalf("no line begins with %s", code)
	return 0
}

func TestFaultsOfADescriptionAreNamedByRowAndColumn(t *testing.T) {
	text := official(t)
	at := func(code string) int { return line(t, text, code) }
	last := strings.Count(text, "\n")
	// change replaces in the line of a code.
	change := func(code, old, repl string) string {
		lines := strings.Split(text, "\n")
		n := at(code) - 1
		if !strings.Contains(lines[n], old) {
			t.Fatalf("line of %s has no %q: %s", code, old, lines[n])
		}
		lines[n] = strings.Replace(lines[n], old, repl, 1)
		return strings.Join(lines, "\n")
	}
	without := func(code string) string {
		lines := strings.Split(text, "\n")
		return strings.Join(slices.Delete(lines, at(code)-1, at(code)), "\n")
	}
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"code twice":               {change("1.1.4", "1.1.4,", "1.1.3,"), []string{fmt.Sprintf("%d code kis.import.task_missing", at("1.1")), fmt.Sprintf("%d code kis.import.duplicate", at("1.1.4"))}},
		"parent of another":        {change("1.1.4", ",1.1,", ",1.2,"), []string{fmt.Sprintf("%d parent kis.import.parent", at("1.1.4"))}},
		"parent that is not there": {without("3.7"), []string{fmt.Sprintf("%d code kis.import.subprocess_missing", at("3")), fmt.Sprintf("%d parent kis.import.parent_missing", at("3.7.1")-1), fmt.Sprintf("%d parent kis.import.parent_missing", at("3.7.2")-1)}},
		"level and code differ":    {change("1.1.4", "task", "subprocess"), []string{fmt.Sprintf("%d level kis.import.level_code", at("1.1.4"))}},
		"unknown level":            {change("1.1.4", "task", "step"), []string{fmt.Sprintf("%d level kis.import.level", at("1.1.4"))}},
		"code that is none":        {change("1.1.4", "1.1.4,", "1.1.d,"), []string{fmt.Sprintf("%d code kis.import.code", at("1.1.4"))}},
		"ninth phase":              {change("8.3.1", "8.3.1,", "9.3.1,"), []string{fmt.Sprintf("%d code kis.import.phase", at("8.3.1"))}},
		"gap":                      {without("1.1.3"), []string{fmt.Sprintf("%d code kis.import.task_missing", at("1.1"))}},
		"no task":                  {without("1.3.1"), []string{fmt.Sprintf("%d code kis.import.no_task", at("1.3"))}},
		"n/a with content":         {change("1.1.2", ",,,,,false", ",,,SSS,,false"), []string{fmt.Sprintf("%d suppliers kis.import.not_applicable", at("1.1.2"))}},
		"applicable, no output":    {change("1.2.2", "Tələbatların dəqiqləşdirilmiş siyahısı", ""), []string{fmt.Sprintf("%d outputs_az kis.import.no_output", at("1.2.2"))}},
		"neither true nor false":   {change("1.2.2", ",true,", ",yes,"), []string{fmt.Sprintf("%d applicable kis.import.applicable", at("1.2.2"))}},
		"name too long":            {change("1.2.2", "Tələbatların dəqiqləşdirilməsi", strings.Repeat("ə", 501)), []string{fmt.Sprintf("%d name_az error.field.too_long", at("1.2.2"))}},
		"no name":                  {change("1.2.2", "Tələbatların dəqiqləşdirilməsi", " "), []string{fmt.Sprintf("%d name_az error.field.required", at("1.2.2"))}},
		"empty item":               {change("1.2.2", "MİHO | DSK | SSS", "MİHO |  | SSS"), []string{fmt.Sprintf("%d suppliers kis.import.item_empty", at("1.2.2"))}},
		"one cell too many":        {change("1.2.2", ",true,", ",true,,"), []string{fmt.Sprintf("%d file kis.import.cells", at("1.2.2"))}},
		"open quote":               {change("1.1.1", `qərarı",`, `qərarı,`), nil},
		"header of another file":   {strings.Replace(text, "code,level,parent", "kod,level,parent", 1), []string{"1 code kis.import.column"}},
		"no header":                {text[strings.Index(text, "\n")+1:], []string{"1 file kis.import.no_heading"}},
		"header only":              {text[:strings.Index(text, "\n")+1], []string{"1 file kis.import.no_rows"}},
		"cut between two phases":   {text[:strings.Index(text, "\n7,phase")+1], []string{fmt.Sprintf("%d file kis.import.phase_missing", at("7")-1), fmt.Sprintf("%d file kis.import.phase_missing", at("7")-1)}},
		"cut before the last row":  {text[:strings.Index(text, "\n8.3.1,")+1], []string{fmt.Sprintf("%d code kis.import.no_task", at("8.3"))}},
		"cut inside the last row":  {text[:len(text)-120], []string{fmt.Sprintf("%d file kis.import.cells", last)}},
		"two faults at once": {strings.Replace(change("1.2.2", ",true,", ",yes,"), "8.2,subprocess,8", "8.2,subprocess,7", 1),
			[]string{fmt.Sprintf("%d applicable kis.import.applicable", at("1.2.2")), fmt.Sprintf("%d parent kis.import.parent", at("8.2"))}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(c.text)
			got := faults(err)
			if c.want == nil {
				if len(got) == 0 || apperr.As(err).Fields[0].Row == 0 {
					t.Fatalf("not refused with a row: %v", err)
				}
				return
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			if !apperr.Is(err, apperr.Invalid) {
				t.Errorf("kind of %v", err)
			}
		})
	}
}

func TestOtherFilesAreRefusedByTheirKind(t *testing.T) {
	text := official(t)
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	utf16bare, err := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	twice, err := charmap.Windows1252.NewDecoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ raw, key, arg string }{
		"nothing":                {"", "table.empty", ""},
		"blank":                  {" \r\n\n", "table.empty", ""},
		"byte order mark":        {"\xef\xbb\xbf", "table.empty", ""},
		"PDF":                    {"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "table.kind", "PDF"},
		"ZIP":                    {"PK\x03\x04\x14\x00\x00\x00", "table.damaged", ""},
		"old Word":               {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "table.kind", "DOC / XLS"},
		"HTML":                   {"\n<!DOCTYPE html><html></html>", "table.kind", "HTML"},
		"XML":                    {"<?xml version=\"1.0\"?><a/>", "table.kind", "XML"},
		"JSON":                   {`{"code": "1"}`, "table.kind", "JSON"},
		"picture":                {"\x89PNG\r\n\x1a\n\x00\x00", "table.kind", "PNG"},
		"anything":               {"\x01\x02\x03\x04\xfe\xff\x00", "table.kind", "binary"},
		"UTF-16 with a mark":     {utf16, "table.encoding_named", "UTF-16"},
		"UTF-16 without":         {utf16bare, "table.encoding_named", "UTF-16"},
		"Windows":                {"code,level\n1,T\xfcl\xe9bat\n", "error.invalid", ""},
		"read as Latin, resaved": {twice, "error.invalid", ""},
		"replaced letters":       {"code,level\n1,T\ufffdl\ufffdbat\n", "error.invalid", ""},
		"too large":              {strings.Repeat("a,b\n", MaxBytes/4+1), "table.too_large", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(c.raw)
			if err == nil {
				t.Fatal("was let through")
			}
			e := apperr.As(err)
			if e.Kind != apperr.Invalid || e.Key != c.key || len(e.Fields) == 0 {
				t.Fatalf("got %v, want %s with a field", err, c.key)
			}
			if c.arg != "" && (len(e.Args) == 0 || e.Args[0].Value != c.arg) {
				t.Errorf("arguments %v, want %s", e.Args, c.arg)
			}
		})
	}
}

func TestAByteOrderMarkAndOtherSeparatorsAreAcceptedAndTold(t *testing.T) {
	for key, text := range map[string]string{
		"table.note.bom":       "\xef\xbb\xbf" + official(t),
		"table.note.separator": separated(t, ';'),
	} {
		r, err := Read(strings.NewReader(text))
		if err != nil || r.Err() != nil || len(r.Rows) != 160 || !r.Exact || len(r.Notes) != 1 || r.Notes[0].Key != key || r.Notes[0].Weight != Form {
			t.Errorf("%s: %d rows, %v, %v, %v", key, len(r.Rows), r.Notes, err, r.Err())
		}
	}
}

// separated is the official description with another separator.
func separated(t *testing.T, sep rune) string {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(official(t))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Comma = sep
	if err := w.WriteAll(records); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestManyFaultsAreCutToALengthThatCanBeRead(t *testing.T) {
	var b strings.Builder
	b.WriteString(strings.Join(Columns, ",") + "\n")
	for range 1000 {
		b.WriteString("x,y\n")
	}
	_, err := read(b.String())
	f := apperr.As(err).Fields
	if len(f) != maxFaults+1 || f[maxFaults].Key != "kis.import.more" {
		t.Errorf("%d faults told, the last %v", len(f), f[len(f)-1])
	}
	b.Reset()
	b.WriteString(strings.Join(Columns, ",") + "\n")
	for range maxRows + 5 {
		b.WriteString("1,phase,,a,,,,b,true,\n")
	}
	_, err = read(b.String())
	if !slices.ContainsFunc(apperr.As(err).Fields, func(f apperr.Field) bool { return f.Key == "kis.import.too_many" }) {
		t.Errorf("too many rows: %.200v", err)
	}
}

func TestCodesAreOrderedAsNumbers(t *testing.T) {
	codes := []string{"1.10", "2", "1.2.1", "1.9", "1", "1.2"}
	SortCodes(codes)
	if want := []string{"1", "1.2", "1.2.1", "1.9", "1.10", "2"}; !slices.Equal(codes, want) {
		t.Errorf("%v", codes)
	}
}

// TestAGapIsToldAtItsPlace takes a task out of the middle: the note belongs to
// the sub-process that lacks it, and not to the last row of the file.
func TestAGapIsToldAtItsPlace(t *testing.T) {
	text := official(t)
	var kept []string
	for _, l := range strings.Split(text, "\n") {
		if !strings.HasPrefix(l, "5.5.1,") {
			kept = append(kept, l)
		}
	}
	text = strings.Join(kept, "\n")
	r, err := Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, note := range r.Notes {
		if note.Weight == Fault {
			n++
			if note.Code != "5.5" || note.Row != line(t, text, "5.5") {
				t.Errorf("told at row %d, activity %q: %s", note.Row, note.Code, note.Key)
			}
		}
	}
	if n != 1 {
		t.Errorf("%d faults", n)
	}
}
