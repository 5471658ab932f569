package reference

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
)

// load gives the rows of a file and stops the test when it does not read.
func load(t *testing.T, name string) []Row {
	t.Helper()
	rows, err := Rows(name)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// set collects the values of a column, several columns joined with a space, and fails on a value met twice.
func set(t *testing.T, name string, columns ...string) map[string]Row {
	t.Helper()
	found := map[string]Row{}
	for _, row := range load(t, name) {
		var parts []string
		for _, c := range columns {
			parts = append(parts, row[c])
		}
		key := strings.Join(parts, " ")
		if _, twice := found[key]; twice {
			t.Errorf("%s: %q twice", name, key)
		}
		found[key] = row
	}
	return found
}

func TestEveryEmbeddedFileReadsStrictly(t *testing.T) {
	embedded, err := fs.Glob(FS, "*")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(embedded, Names()) {
		t.Fatalf("embedded %q\nnamed    %q", embedded, Names())
	}
	for _, name := range embedded {
		rows := load(t, name)
		for i, row := range rows {
			for column, cell := range row {
				if cell != strings.TrimSpace(cell) || strings.Contains(cell, "  ") {
					t.Errorf("%s row %d %s: loose spaces in %q", name, i+1, column, cell)
				}
				if slices.Contains(row.List(column), "") {
					t.Errorf("%s row %d %s: empty item in %q", name, i+1, column, cell)
				}
			}
		}
	}
}

func TestBrokenFilesAreRefusedWithTheLine(t *testing.T) {
	for what, c := range map[string]struct{ text, want string }{
		"other header":     {"code,title\nA,b\n", `f.csv:1: header is`},
		"byte order mark":  {"\ufeffcode,name\nA,b\n", `f.csv:1: header is`},
		"cell missing":     {"code,name\nA,b\nC\n", "f.csv:3: wrong number of fields"},
		"cell too many":    {"code,name\nA,b,c\n", "f.csv:2: wrong number of fields"},
		"empty line":       {"code,name\nA,b\n\nC,d\n", "f.csv:3: empty line"},
		"bare quote":       {"code,name\nA,b\"c\n", "f.csv:2: bare"},
		"not UTF-8":        {"code,name\nA,\xff\n", "f.csv:2: not UTF-8"},
		"header only":      {"code,name\n", "f.csv: no rows"},
		"nothing":          {"", "f.csv: no rows"},
		"after two-liners": {"code,name\nA,\"b\nb\"\n\nC,d\n", "f.csv:4: empty line"},
	} {
		_, err := parse("f.csv", strings.NewReader(c.text), []string{"code", "name"})
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s…", what, err, c.want)
		}
	}
	rows, err := parse("f.csv", strings.NewReader("code,name\r\nA,\"b, \"\"c\"\"\"\r\n"), []string{"code", "name"})
	if err != nil || len(rows) != 1 || rows[0]["name"] != `b, "c"` {
		t.Errorf("CRLF and quotes: %v %v", rows, err)
	}
}

func TestUnknownNameIsNotFound(t *testing.T) {
	_, err := Rows("nothing.csv")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Rows: %v", err)
	}
	if _, err = Open("nothing.csv"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open: %v", err)
	}
	if f, err := Open(Process); err != nil {
		t.Errorf("Open: %v", err)
	} else if info, err := f.Stat(); err != nil || info.Size() == 0 {
		t.Errorf("Stat: %v %v", info, err)
	}
}

// TestNoTextIsEmpty looks at every column in Azerbaijani or English. The exceptions are cells that the documents
// themselves leave empty.
func TestNoTextIsEmpty(t *testing.T) {
	for _, name := range Names() {
		for i, row := range load(t, name) {
			for column, cell := range row {
				text := strings.HasSuffix(column, "_az") || strings.HasSuffix(column, "_en") || strings.Contains(column, "_en_")
				switch {
				case !text || cell != "":
				case name == Questionnaires && row["answer"] == "text" && strings.HasPrefix(column, "option"): // answered in words
				case name == QualityConcepts && row["kind"] == "group" && strings.HasPrefix(column, "guide"): // nothing is written under a heading
				case name == Process && !row.Bool("applicable"): // a step that does not exist has no work, input or output
				case name == Glossary && column == "term_az" && row["term_kk"] != "": // names of Kazakh bodies
				case name == MeasureStatuses && column == "irm_en": // statuses of ours without a counterpart
				default:
					t.Errorf("%s row %d: %s is empty", name, i+1, column)
				}
			}
		}
	}
}

func TestCodedColumnsHoldOnlyTheirCodes(t *testing.T) {
	flags := []string{"applicable", "record_required", "document_required", "nonconformity", "needs_act", "confirmed",
		"electronised", "ongoing_only", "min_inclusive", "weight_confirmed"}
	for _, name := range Names() {
		for i, row := range load(t, name) {
			for _, column := range flags {
				if cell, has := row[column]; has && name != AssessmentTotals && cell != "true" && cell != "false" {
					t.Errorf("%s row %d: %s is %q", name, i+1, column, cell)
				}
			}
		}
	}
	for _, name := range []string{FindingGrades, AuditKinds, EvidenceClasses, MeasureStatuses, ElectronisationLevels, AutomationLevels} {
		set(t, name, "code")
		set(t, name, "order")
		set(t, name, "name_az")
	}
}
