package table

import (
	"bytes"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
)

var columns = []string{"code", "name"}

func TestAFileThatIsNotTheTableIsRefusedByRowAndColumn(t *testing.T) {
	for name, c := range map[string]struct {
		in  string
		key string // of the error or of its first field
		row int
		col string
	}{
		"empty":                {"", "table.empty", 0, ""},
		"only blanks":          {" \n\n", "table.empty", 0, ""},
		"a workbook":           {"PK\x03\x04....", "table.damaged", 0, ""},
		"a PDF":                {"%PDF-1.7", "table.kind", 0, ""},
		"UTF-16":               {"\xff\xfec\x00o\x00", "table.encoding_named", 0, ""},
		"an older encoding":    {"code,name\n1,\xfeub\xfet\n", "table.encoding", 2, ""},
		"a zero byte":          {"code,name\n1,a\x00b\n", "error.field.characters", 2, ""},
		"another table":        {"year,total\n1,2\n", "table.header", 1, ""},
		"a missing column":     {"code\n1\n", "table.column_missing", 1, "name"},
		"a column twice":       {"code,name,name\n1,2,3\n", "table.column_twice", 1, "name"},
		"a strange column":     {"code,name,extra\n1,2,3\n", "table.column_unknown", 1, "extra"},
		"another order":        {"name,code\n1,2\n", "table.column_order", 1, ""},
		"no rows":              {"code,name\n", "table.no_rows", 2, ""},
		"a cell too many":      {"code,name\n1,a\n2,b,c\n", "table.cells", 3, ""},
		"cut inside a quote":   {"code,name\n1,a\n2,\"half\nof", "table.cut", 3, ""},
		"a quote in the clear": {"code,name\n1,a\"b\n", "table.quote", 2, ""},
		"a cell too long":      {"code,name\n1," + strings.Repeat("ə", 31) + "\n", "error.field.too_long", 2, "name"},
		"too many rows":        {"code,name\n1,a\n2,b\n3,c\n4,d\n", "table.too_many_rows", 5, ""},
	} {
		rows, _, err := Read(strings.NewReader(c.in), Limits{Rows: 3, Cell: 30}, columns)
		e := apperr.As(err)
		if e == nil || e.Kind != apperr.Invalid {
			t.Errorf("%s: %v, %v", name, rows, err)
			continue
		}
		if c.row == 0 {
			if e.Key != c.key {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if f := e.Fields[0]; f.Key != c.key || f.Row != c.row || f.Name != c.col {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestRowsKeepTheirLineNumbersOverQuotedLineBreaks(t *testing.T) {
	rows, h, err := Read(strings.NewReader("\xef\xbb\xbfcode,name\r\n1,\"a\r\nb\"\r\n2, ə \r\n"), Limits{}, []string{"x"}, columns)
	if err != nil || h != 1 || len(rows) != 2 {
		t.Fatalf("%v %d %v", rows, h, err)
	}
	if rows[1].Line != 4 || rows[1].Get("name") != "ə" {
		t.Errorf("second row: %+v", rows[1])
	}
}

func FuzzRead(f *testing.F) {
	f.Add("code,name\n1,a\n")
	f.Add("code,name\n\"")
	f.Fuzz(func(t *testing.T, in string) {
		rows, _, err := Read(strings.NewReader(in), Limits{}, columns)
		if (err == nil) != (len(rows) > 0) {
			t.Errorf("%d rows and %v", len(rows), err)
		}
		if err != nil && !apperr.Is(err, apperr.Invalid) {
			t.Errorf("not refused as input: %v", err)
		}
	})
}

// FuzzStream reads row by row what Read reads at once, as CSV or as the parts
// of a workbook.
func FuzzStream(f *testing.F) {
	f.Add("code,name\n1,a\n", false)
	f.Add(`<worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>code</t></is></c><c t="inlineStr"><is><t>name</t></is></c></row><row r="9"><c r="B9"><v>1e3</v></c></row></sheetData></worksheet>`, true)
	f.Fuzz(func(t *testing.T, in string, book bool) {
		raw := []byte(in)
		if book {
			raw = archive(t, "xl/workbook.xml", `<workbook xmlns:r="r"><sheets><sheet name="s" r:id="r1"/></sheets></workbook>`,
				"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="r1" Target="s1.xml"/></Relationships>`, "xl/s1.xml", in)
		}
		n := 0
		err := Stream(bytes.NewReader(raw), int64(len(raw)), Limits{Rows: 1000}, columns, func(r Row) error {
			if n++; len(r.Cells) != len(columns) {
				t.Errorf("%+v", r)
			}
			return nil
		})
		if err == nil && n == 0 || err != nil && !apperr.Is(err, apperr.Invalid) {
			t.Errorf("%d rows and %v", n, err)
		}
	})
}
