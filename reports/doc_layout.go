package reports

import (
	"cmp"
	"fmt"
	"strings"
)

// area is the column that blocks are laid out in, mm.
type area struct{ x, w float64 }

// pieces lays out blocks of a document in an area.
func (d *Doc) pieces(blocks Blocks, a area) ([]*piece, error) {
	var out []*piece
	for i, b := range blocks {
		var add []*piece
		var err error
		switch b := b.(type) {
		case Heading:
			add = b.pieces(a)
		case Paragraph:
			add = b.pieces(a)
		case KeyValue:
			add = b.pieces(a)
		case Table:
			add, err = b.pieces(a, cmp.Or(b.Empty, d.Labels.EmptyTable, "–"), 0)
		case List:
			add = b.pieces(a)
		case Note:
			add = b.pieces(a)
		case Box:
			add, err = d.boxed(b, a)
		case Signatures:
			add = b.pieces(a, d.Labels)
			bind(out)
		case Badge:
			add = b.pieces(a)
		case Chart:
			add = b.pieces(a, cmp.Or(d.Labels.EmptyDisplay, "–"))
		case Radar:
			add = b.pieces(a, cmp.Or(d.Labels.EmptyDisplay, "–"))
		case PageBreak:
			add = []*piece{{newPage: true}}
		default:
			err = fmt.Errorf("unknown block %T", b)
		}
		if err != nil {
			return nil, fmt.Errorf("block %d: %w", i+1, err)
		}
		out = append(out, add...)
	}
	return out, nil
}

// bind keeps what was laid out so far with what follows: through the headings
// at the end to the last piece of content before them.
func bind(out []*piece) {
	for i := len(out) - 1; i >= 0 && !out[i].newPage; i-- {
		heading := out[i].keep
		out[i].keep = true
		if !heading {
			return
		}
	}
}

func (h Heading) pieces(a area) []*piece {
	pt, lh, before := 10.0, 13*mmPerPt, 3.5
	switch {
	case h.Level <= 1:
		pt, lh, before = 11.5, 15*mmPerPt, 5
	case h.Level >= 3:
		pt, before = bodyPt, 2.5
	}
	l := lines{text: wrap(B(h.Text), a.w, pt, true), x: a.x, w: a.w, lineH: lh}
	p := l.piece()
	p.before, p.keep, p.lead = before, true, true
	p.h++ // room below
	if len(l.text) < 12 {
		p.split = nil // a heading is parted only when it is absurdly long
	}
	if h.Level <= 2 {
		p.mark = &Mark{Level: max(h.Level, 1), Title: strings.Join(strings.Fields(clean(h.Text)), " ")}
	}
	return []*piece{p}
}

func (b Paragraph) pieces(a area) []*piece {
	pt, lh := bodyPt, bodyLine
	if b.Small {
		pt, lh = smallPt, smallLine
	}
	p := lines{text: wrap(b.Text, a.w, pt, false), x: a.x, w: a.w, lineH: lh, align: b.Align}.piece()
	p.before = 1.5
	return []*piece{p}
}

func (b List) pieces(a area) []*piece {
	var out []*piece
	number := max(b.Start, 1)
	in := 5.0
	labels := make([]line, len(b.Items))
	for i := range labels {
		sign := "•"
		if b.Numbered {
			sign = fmt.Sprint(number+i, ".")
		}
		labels[i] = wrap(T(sign), a.w, bodyPt, false)[0]
		in = max(in, labels[i].width+2) // room for the widest number
	}
	for i, item := range b.Items {
		p := lines{text: wrap(item, a.w-in, bodyPt, false), x: a.x + in, w: a.w - in, lineH: bodyLine,
			label: &labels[i], labelX: a.x + in - 1.5 - labels[i].width}.piece()
		if i == 0 {
			p.before = 1
		}
		out = append(out, p)
	}
	return out
}

func (b Note) pieces(a area) []*piece {
	p := lines{text: wrap(b.Text, a.w-5, bodyPt, false), x: a.x + 4, w: a.w - 5, lineH: bodyLine, bar: true,
		color: color{47, 59, 72}}.piece()
	p.before = 2
	return []*piece{p}
}

// boxed lays out the content of a box and draws its frame piece by piece.
func (d *Doc) boxed(b Box, a area) ([]*piece, error) {
	edge := &boxEdge{a.x, a.w}
	inner, err := d.pieces(b.Blocks, area{a.x + boxSide, a.w - 2*boxSide})
	if err != nil {
		return nil, err
	}
	if len(inner) == 0 {
		inner = Paragraph{Text: T("–")}.pieces(area{a.x + boxSide, a.w - 2*boxSide})
	}
	for i, p := range inner {
		if p.newPage {
			return nil, fmt.Errorf("a page break inside a box")
		}
		inner[i] = framed(p, edge, i == 0, i == len(inner)-1)
	}
	inner[0].before = 1
	return inner, nil
}

// framed draws the sides of a box around a piece, and its top or bottom.
func framed(p *piece, edge *boxEdge, top, bottom bool) *piece {
	above, below := 0.0, 0.0
	if top {
		above = boxGap
	}
	if bottom {
		below = boxGap
	}
	out := *p
	out.box, out.h, out.least = edge, p.h+above+below, p.least+above
	out.paint = func(c *canvas, y float64) {
		edge.sides(c, y, p.h+above+below)
		if top {
			edge.level(c, y)
		}
		if bottom {
			edge.level(c, y+p.h+above+below)
		}
		p.paint(c, y+above)
	}
	if p.split != nil {
		out.split = func(room float64) (*piece, *piece) {
			first, rest := p.split(room - above)
			if first == nil {
				return nil, nil
			}
			first, rest = framed(first, edge, top, false), framed(rest, edge, false, bottom)
			first.before = out.before
			return first, rest
		}
	}
	return &out
}
