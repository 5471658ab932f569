package reports

import "fmt"

// Room between the lines of a table and its text, mm.
const (
	padX = 1.8
	padY = 1.2
)

// cell is a laid-out cell of a row.
type cell struct {
	x, w  float64
	text  []line
	lineH float64
	align Align
	grey  bool
}

// rowPiece makes a row as high as its highest cell, at least minH. It may be
// parted between lines, so that a row higher than a page stays readable.
func rowPiece(cells []cell, minH float64) *piece {
	h, most := minH, 0
	for _, c := range cells {
		h = max(h, float64(len(c.text))*c.lineH+2*padY)
		most = max(most, len(c.text))
	}
	p := &piece{h: h}
	p.paint = func(c *canvas, y float64) {
		for _, ce := range cells {
			if ce.grey {
				c.fill(ce.x, y, ce.w, h, shade)
			}
		}
		for _, ce := range cells {
			c.frame(ce.x, y, ce.w, h, lineThick, grey)
			for i, l := range ce.text {
				c.print(l, ce.x+padX+indent(l, ce.w-2*padX, ce.align), y+padY+float64(i)*ce.lineH, ce.lineH, black)
			}
		}
	}
	if most >= 4 {
		p.least = 2*bodyLine + 2*padY
		p.split = func(room float64) (*piece, *piece) {
			first, rest, ok := partCells(cells, room-2*padY, most)
			if !ok {
				return nil, nil
			}
			a, b := rowPiece(first, 0), rowPiece(rest, 0)
			a.before, a.head, b.head, b.keep = p.before, p.head, p.head, p.keep
			return a, b
		}
	}
	return p
}

// partCells cuts each cell after the lines that fit. It gives up when fewer
// than two lines of the longest cell would fit, or nothing would be left.
func partCells(cells []cell, room float64, most int) (first, rest []cell, ok bool) {
	left := 0
	for _, c := range cells {
		n := min(max(int(room/c.lineH), 0), len(c.text))
		if len(c.text) == most {
			if n = min(n, most-2); n < 2 { // as in running text, two lines stay together
				return nil, nil, false
			}
		}
		a, b := c, c
		a.text, b.text = c.text[:n], c.text[n:]
		left += len(b.text)
		first, rest = append(first, a), append(rest, b)
	}
	return first, rest, left > 0
}

// pieces lays out header and rows, each at least minRow mm high.
func (t Table) pieces(a area, empty string, minRow float64) ([]*piece, error) {
	if len(t.Columns) == 0 {
		return nil, fmt.Errorf("table without columns")
	}
	for i, r := range t.Rows {
		if r.Kind != RowGroup && len(r.Cells) != len(t.Columns) || r.Kind == RowGroup && len(r.Cells) != 1 {
			return nil, fmt.Errorf("row %d of the table has %d cells for %d columns", i+1, len(r.Cells), len(t.Columns))
		}
	}
	pt, lh := bodyPt, bodyLine
	if t.Small {
		pt, lh = smallPt, smallLine
	}
	widths := t.widths(a.w, pt)
	across := func(text Text, bold bool) []cell {
		return []cell{{x: a.x, w: a.w, text: wrap(text, a.w-2*padX, pt, bold), lineH: lh, grey: bold}}
	}

	head := make([]cell, len(t.Columns))
	x := a.x
	for i, col := range t.Columns {
		head[i] = cell{x: x, w: widths[i], text: wrap(B(col.Title), widths[i]-2*padX, pt, true), lineH: lh, align: col.Align, grey: true}
		x += widths[i]
	}
	top := rowPiece(head, 0)
	top.before, top.keep, top.lead = 1, true, true
	out := []*piece{top}
	repeat := top
	if top.h > 60 { // a header that would eat the pages is printed once
		repeat = nil
	} else {
		top.split = nil
	}

	for _, r := range t.Rows {
		var cells []cell
		if r.Kind == RowGroup {
			cells = across(r.Cells[0], true)
		} else {
			cells = make([]cell, len(r.Cells))
			for i, text := range r.Cells {
				cells[i] = cell{x: head[i].x, w: widths[i], text: wrap(text, widths[i]-2*padX, pt, r.Kind == RowTotal),
					lineH: lh, align: t.Columns[i].Align, grey: false}
			}
		}
		p := rowPiece(cells, minRow)
		p.head, p.keep, p.lead = repeat, r.Kind == RowGroup, r.Kind == RowGroup
		out = append(out, p)
	}
	if len(t.Rows) == 0 {
		p := rowPiece(across(T(empty), false), 0)
		out = append(out, p)
	}
	out[len(out)-1].keep = false
	return out, nil
}

// widths shares the width of the table as the columns ask, then takes from the
// wide ones what the others need for their longest ordinary word.
func (t Table) widths(total, pt float64) []float64 {
	const ordinary = 32 // mm; longer words are broken
	need := make([]float64, len(t.Columns))
	sum := 0.0
	for i, c := range t.Columns {
		need[i] = min(longestWord(T(c.Title), pt, true), ordinary)
		for _, r := range t.Rows {
			if r.Kind != RowGroup {
				if w := longestWord(r.Cells[i], pt, r.Kind == RowTotal); w <= ordinary {
					need[i] = max(need[i], w)
				}
			}
		}
		need[i] += 2*padX + 0.1
		sum += weight(c)
	}
	out := make([]float64, len(t.Columns))
	short, spare := 0.0, 0.0
	for i, c := range t.Columns {
		out[i] = total * weight(c) / sum
		short += max(need[i]-out[i], 0)
		spare += max(out[i]-need[i], 0)
	}
	if short == 0 || spare == 0 {
		return out
	}
	give := min(short/spare, 1) // share of what is to spare
	get := min(spare/short, 1)  // share of what is needed
	for i := range out {
		if d := need[i] - out[i]; d > 0 {
			out[i] += d * get
		} else {
			out[i] += d * give
		}
	}
	return out
}

func weight(c Column) float64 {
	if c.Width > 0 {
		return c.Width
	}
	return 1
}
