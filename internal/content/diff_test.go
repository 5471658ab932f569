package content

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// told writes a comparison the way diff does.
func told(lines []Line) string {
	var out []string
	for _, l := range lines {
		switch l.Edit {
		case Gap:
			out = append(out, fmt.Sprintf("@%d", l.Skipped))
		default:
			out = append(out, string(" -+"[l.Edit])+l.Text)
		}
	}
	return strings.Join(out, "|")
}

func TestTextsAreComparedLineByLine(t *testing.T) {
	for name, c := range map[string]struct{ before, after, want string }{
		"equal":               {"a\nb\n", "a\nb", "@2"},
		"both empty":          {"", "", ""},
		"from nothing":        {"", "a\nb", "+a|+b"},
		"to nothing":          {"a\nb", "", "-a|-b"},
		"one changed":         {"a\nb\nc", "a\nX\nc", " a|-b|+X| c"},
		"one put in":          {"a\nb", "a\nx\nb", " a|+x| b"},
		"one taken out":       {"a\nx\nb", "a\nb", " a|-x| b"},
		"line ends":           {"a\r\nb\r\n", "a\nb\n", "@2"},
		"far apart":           {"1\n2\n3\n4\n5\n6\n7\n8\n9", "X\n2\n3\n4\n5\n6\n7\n8\nY", "-1|+X| 2| 3| 4|@1| 6| 7| 8|-9|+Y"},
		"moved":               {"a\nb\nc", "c\na\nb", "+c| a| b|-c"},
		"the classic":         {"a\nb\nc\na\nb\nb\na", "c\nb\na\nb\na\nc", "-a|-b| c|+b| a| b|-b| a|+c"},
		"Azerbaijani letters": {"Şəki\nGəncə", "Şəki\nGəncə ", " Şəki|-Gəncə|+Gəncə "},
	} {
		got, ok := Lines(c.before, c.after)
		if !ok || told(got) != c.want {
			t.Errorf("%s: %q, want %q", name, told(got), c.want)
		}
	}
}

// TestAComparisonLeadsFromOneTextToTheOther applies what was found, for many
// texts by chance.
func TestAComparisonLeadsFromOneTextToTheOther(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		text := func() []string {
			out := make([]string, r.IntN(30))
			for i := range out {
				out[i] = string(rune('a' + r.IntN(4)))
			}
			return out
		}
		a, b := text(), text()
		steps, ok := edits(a, b)
		if !ok {
			t.Fatal("too different")
		}
		var left, right []string
		for _, s := range steps {
			if s.edit != Added {
				left = append(left, a[s.old-1])
			}
			if s.edit != Removed {
				right = append(right, b[s.new-1])
			}
			if s.edit == Same && a[s.old-1] != b[s.new-1] {
				t.Fatalf("%v %v: lines %d and %d are not the same", a, b, s.old, s.new)
			}
		}
		if strings.Join(left, "") != strings.Join(a, "") || strings.Join(right, "") != strings.Join(b, "") {
			t.Fatalf("from %v to %v by %v", a, b, steps)
		}
	}
}

func TestTablesAreComparedCellByCell(t *testing.T) {
	sheet := func(text string) Sheet {
		s, err := Table(strings.NewReader(text), int64(len(text)), true, 100)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	rows, ok := Rows(sheet("ad,say\nBakı,1\nGəncə,2\nŞəki,3\n"), sheet("ad,say\nBakı,1\nGəncə,25\nŞəki,3\nQuba,4\n"))
	if !ok || len(rows) != 5 {
		t.Fatalf("%+v", rows)
	}
	changed, added := rows[2], rows[4]
	if changed.Edit != Changed || changed.Cells[0].Differs() || changed.Cells[1] != (CellChange{"2", "25"}) || changed.Old != 3 || changed.New != 3 {
		t.Errorf("%+v", changed)
	}
	if added.Edit != Added || added.Old != 0 || added.New != 5 || added.Cells[0].After != "Quba" {
		t.Errorf("%+v", added)
	}
	if rows, ok := Rows(sheet("a,b\n1,2\n"), sheet("a,b\n1,2\n")); !ok || len(rows) != 1 || rows[0].Skipped != 2 {
		t.Errorf("equal tables: %+v", rows)
	}
	if rows, ok := Rows(sheet("a,b\n1,2\n"), sheet("a\n1\n")); !ok || rows[1].Edit != Changed || rows[1].Cells[1] != (CellChange{"2", ""}) {
		t.Errorf("a column is gone: %+v", rows)
	}
}

// TestAComparisonHasBounds gives it what would take it for ever.
func TestAComparisonHasBounds(t *testing.T) {
	var a, b strings.Builder
	for i := range 15_000 {
		fmt.Fprintf(&a, "a%d\n", i)
		fmt.Fprintf(&b, "b%d\n", i)
	}
	begun := time.Now()
	if _, ok := Lines(a.String(), b.String()); ok {
		t.Error("texts with nothing in common were compared")
	}
	if _, ok := Lines(strings.Repeat("x\n", maxLines+1), ""); ok {
		t.Error("a text that is too long was compared")
	}
	// A long text with few differences is no trouble.
	lines, ok := Lines(a.String(), strings.Replace(a.String(), "a7000\n", "x\n", 1))
	if !ok || len(lines) != 2+2*ContextLen+2 {
		t.Errorf("%d lines", len(lines))
	}
	if took := time.Since(begun); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
}
