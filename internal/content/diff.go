package content

import (
	"slices"
	"strings"
)

// Bounds of a comparison.
const (
	maxEdits   = 1200 // lines or rows that may differ before two files are called too different
	maxLines   = 20_000
	ContextLen = 3 // lines that are the same and are shown around a difference
)

// Edit says what became of a line or row.
type Edit int

// The edits.
const (
	Same Edit = iota
	Removed
	Added
	Changed // of a table: a row that differs in some of its cells
	Gap     // lines that are the same and are not shown; Line.Skipped of them
)

// Line is a line of a comparison.
type Line struct {
	Edit     Edit
	Old, New int // numbers from 1; 0 where it does not stand
	Text     string
	Skipped  int
}

// Lines compares two texts line by line: the shortest way from one to the
// other, with a little of what is the same around each difference. ok is false
// when they differ in more than can be shown. Cost is bounded by the number of
// differences times the length.
func Lines(before, after string) (lines []Line, ok bool) {
	a, b := splitLines(before), splitLines(after)
	if len(a) > maxLines || len(b) > maxLines {
		return nil, false
	}
	steps, ok := edits(a, b)
	if !ok {
		return nil, false
	}
	for _, s := range steps {
		l := Line{Edit: s.edit, Old: s.old, New: s.new}
		if s.edit == Added {
			l.Text = b[s.new-1]
		} else {
			l.Text = a[s.old-1]
		}
		lines = append(lines, l)
	}
	return fold(lines, func(l Line) Edit { return l.Edit }, func(n int) Line { return Line{Edit: Gap, Skipped: n} }), true
}

// Row is a row of a comparison of tables.
type Row struct {
	Edit     Edit
	Old, New int // numbers from 1; 0 where it does not stand
	Cells    []CellChange
	Skipped  int
}

// CellChange is a cell before and after; they are equal where nothing changed.
type CellChange struct{ Before, After string }

// Differs says whether the cell changed.
func (c CellChange) Differs() bool { return c.Before != c.After }

// Rows compares two tables row by row. Where rows were taken out and put in at
// the same place they are paired in their order and compared cell by cell. ok
// is false when the tables differ in more than can be shown.
func Rows(before, after Sheet) (rows []Row, ok bool) {
	key := func(cells []Cell) string {
		texts := make([]string, len(cells))
		for i, c := range cells {
			texts[i] = c.Text
		}
		return strings.TrimRight(strings.Join(texts, "\x00"), "\x00")
	}
	keys := func(s Sheet) []string {
		out := make([]string, len(s.Rows))
		for i, r := range s.Rows {
			out[i] = key(r)
		}
		return out
	}
	steps, ok := edits(keys(before), keys(after))
	if !ok {
		return nil, false
	}
	for i := 0; i < len(steps); {
		if steps[i].edit == Same {
			rows = append(rows, rowOf(steps[i], before, after))
			i++
			continue
		}
		var gone, come []step
		for ; i < len(steps) && steps[i].edit != Same; i++ {
			if steps[i].edit == Removed {
				gone = append(gone, steps[i])
			} else {
				come = append(come, steps[i])
			}
		}
		for j := range max(len(gone), len(come)) {
			switch {
			case j >= len(gone):
				rows = append(rows, rowOf(come[j], before, after))
			case j >= len(come):
				rows = append(rows, rowOf(gone[j], before, after))
			default:
				rows = append(rows, rowOf(step{Changed, gone[j].old, come[j].new}, before, after))
			}
		}
	}
	return fold(rows, func(r Row) Edit { return r.Edit }, func(n int) Row { return Row{Edit: Gap, Skipped: n} }), true
}

func rowOf(s step, before, after Sheet) Row {
	r := Row{Edit: s.edit, Old: s.old, New: s.new}
	var a, b []Cell
	if s.old > 0 {
		a = before.Rows[s.old-1]
	}
	if s.new > 0 {
		b = after.Rows[s.new-1]
	}
	for i := range max(len(a), len(b)) {
		var c CellChange
		if i < len(a) {
			c.Before = a[i].Text
		}
		if i < len(b) {
			c.After = b[i].Text
		}
		r.Cells = append(r.Cells, c)
	}
	return r
}

func splitLines(s string) []string {
	s = strings.TrimSuffix(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

// step is one move from the old to the new.
type step struct {
	edit     Edit
	old, new int
}

// edits finds the shortest way from a to b by Myers' greedy algorithm
// (An O(ND) Difference Algorithm, 1986) after what both begin and end with was
// set aside. ok is false past maxEdits.
func edits(a, b []string) ([]step, bool) {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	out := make([]step, 0, len(a))
	for i := range head {
		out = append(out, step{Same, i + 1, i + 1})
	}
	middle, ok := shortest(a[head:len(a)-tail], b[head:len(b)-tail])
	if !ok {
		return nil, false
	}
	for _, s := range middle {
		if s.old > 0 {
			s.old += head
		}
		if s.new > 0 {
			s.new += head
		}
		out = append(out, s)
	}
	for i := range tail {
		out = append(out, step{Same, len(a) - tail + i + 1, len(b) - tail + i + 1})
	}
	return out, true
}

// shortest is Myers' algorithm. reach[k] is how far along a the diagonal k is
// reached with d edits; what it was for each d is kept to find the way back.
func shortest(a, b []string) ([]step, bool) {
	n, m := len(a), len(b)
	reach := map[int]int{1: 0}
	var trace []map[int]int
	for d := 0; d <= n+m; d++ {
		if d > maxEdits {
			return nil, false
		}
		now := make(map[int]int, d+1)
		for k := -d; k <= d; k += 2 {
			var x int
			if k == -d || (k != d && reach[k-1] < reach[k+1]) {
				x = reach[k+1]
			} else {
				x = reach[k-1] + 1
			}
			for x < n && x-k < m && a[x] == b[x-k] {
				x++
			}
			now[k] = x
			if x >= n && x-k >= m {
				return back(append(trace, now), n, m), true
			}
		}
		trace = append(trace, now)
		reach = now
	}
	return nil, true
}

// back walks from the end to the beginning along what was reached.
func back(trace []map[int]int, n, m int) []step {
	var out []step
	x, y := n, m
	for d := len(trace) - 1; d > 0; d-- {
		k, before := x-y, trace[d-1]
		from := k - 1
		if k == -d || (k != d && before[k-1] < before[k+1]) {
			from = k + 1
		}
		px := before[from]
		py := px - from
		// After the edit the way ran along equal lines.
		sx, sy := px, py+1
		if from == k-1 {
			sx, sy = px+1, py
		}
		for x > sx && y > sy {
			out = append(out, step{Same, x, y})
			x, y = x-1, y-1
		}
		if from == k+1 {
			out = append(out, step{Added, 0, y})
			y--
		} else {
			out = append(out, step{Removed, x, 0})
			x--
		}
	}
	for x > 0 && y > 0 {
		out = append(out, step{Same, x, y})
		x, y = x-1, y-1
	}
	slices.Reverse(out)
	return out
}

// fold leaves of what is the same only ContextLen lines around a difference.
// Two equal files come to one gap.
func fold[T any](list []T, edit func(T) Edit, gap func(int) T) []T {
	keep := make([]bool, len(list))
	for i, l := range list {
		if edit(l) == Same {
			continue
		}
		for j := max(0, i-ContextLen); j <= min(len(list)-1, i+ContextLen); j++ {
			keep[j] = true
		}
	}
	var out []T
	skipped := 0
	for i, l := range list {
		if !keep[i] {
			skipped++
			continue
		}
		if skipped > 0 {
			out = append(out, gap(skipped))
			skipped = 0
		}
		out = append(out, l)
	}
	if skipped > 0 {
		out = append(out, gap(skipped))
	}
	return out
}
