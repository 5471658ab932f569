package reports

// Measures of the printed form, in mm and pt, as in the design of the act.
const (
	bodyPt, bodyLine   = 9.5, 13 * mmPerPt
	smallPt, smallLine = 8.0, 10.5 * mmPerPt
	lineThick          = 0.25
	boxGap             = 1.8 // between a frame and its content, above and below
	boxSide            = 2.2 // and at the sides
)

// lines is running text as a piece, with what surrounds it.
type lines struct {
	text   []line
	x, w   float64
	lineH  float64
	align  Align
	color  color
	label  *line // beside the first line: number or dot of a list
	labelX float64
	bar    bool // thick line at the left, of a note
}

// piece makes a piece that may be parted between any lines but the first two
// and the last two.
func (l lines) piece() *piece {
	p := &piece{fullPage: true, h: float64(len(l.text)) * l.lineH}
	p.paint = func(c *canvas, y float64) {
		if l.bar {
			c.fill(l.x-3, y, 0.8, p.h, color{197, 206, 216})
		}
		if l.label != nil {
			c.print(*l.label, l.labelX, y, l.lineH, l.color)
		}
		for i, ln := range l.text {
			c.print(ln, l.x+indent(ln, l.w, l.align), y+float64(i)*l.lineH, l.lineH, l.color)
		}
	}
	if len(l.text) >= 4 {
		p.least = 2 * l.lineH
		p.split = func(room float64) (*piece, *piece) {
			n := min(int(room/l.lineH), len(l.text)-2)
			if n < 2 {
				return nil, nil
			}
			first, rest := l, l
			first.text = l.text[:n]
			rest.text, rest.label = l.text[n:], nil
			a, b := first.piece(), rest.piece()
			a.before, a.mark = p.before, p.mark
			b.keep = p.keep
			return a, b
		}
	}
	return p
}

// painted makes a piece that is never parted.
func painted(before, h float64, paint func(c *canvas, y float64)) *piece {
	return &piece{before: before, h: h, paint: paint}
}
