package reports

import "strings"

// color is a printed colour; the zero value is black.
type color struct{ r, g, b int }

var (
	black = color{}
	grey  = color{85, 85, 85}    // lines
	shade = color{240, 242, 244} // heads of tables
	muted = color{93, 104, 116}  // bars and frames that say little
)

// textMark is a text at a place: x from the left, base line from the top, mm.
type textMark struct {
	x, base float64
	pt      float64
	bold    bool
	color   color
	text    string
}

// ruleMark is a straight line, upright or level. A thick one fills an area.
type ruleMark struct {
	x1, y1, x2, y2 float64
	width          float64
	color          color
}

// qrMark is a QR code in a square of the given side.
type qrMark struct {
	x, y, side float64
	content    string
}

// canvas collects what is drawn on one page. Rules lie under texts, in the
// order in which they were drawn.
type canvas struct {
	rules []ruleMark
	texts []textMark
	codes []qrMark
}

// fill paints a rectangle.
func (c *canvas) fill(x, y, w, h float64, col color) {
	if w > 0 && h > 0 {
		c.rules = append(c.rules, ruleMark{x, y + h/2, x + w, y + h/2, h, col})
	}
}

// level draws a level line.
func (c *canvas) level(x, y, w, thick float64, col color) {
	c.rules = append(c.rules, ruleMark{x, y, x + w, y, thick, col})
}

// upright draws an upright line.
func (c *canvas) upright(x, y, h, thick float64, col color) {
	c.rules = append(c.rules, ruleMark{x, y, x, y + h, thick, col})
}

// frame draws the four sides of a rectangle.
func (c *canvas) frame(x, y, w, h, thick float64, col color) {
	c.level(x-thick/2, y, w+thick, thick, col)
	c.level(x-thick/2, y+h, w+thick, thick, col)
	c.upright(x, y, h, thick, col)
	c.upright(x+w, y, h, thick, col)
}

// print draws one measured line whose line box begins at y and is h high.
func (c *canvas) print(l line, x, y, h float64, col color) {
	for _, s := range l.segs {
		if strings.TrimSpace(s.text) == "" {
			continue
		}
		base := baseline(y, h, s.pt)
		c.texts = append(c.texts, textMark{x + s.x, base, s.pt, s.bold, col, strings.Map(drawn, s.text)})
		c.ticks(s, x+s.x, base, col)
	}
}

// ticks draws what stands in the boxes ☑ and ☒, for which the font has no sign.
func (c *canvas) ticks(s seg, x, base float64, col color) {
	f := faceOf(s.bold)
	for i, r := range s.text {
		sign := map[rune]string{'☑': "✓", '☒': "×"}[r]
		if sign == "" {
			continue
		}
		pt := s.pt * 0.9
		left := x + f.width(s.text[:i], s.pt) + (f.width("□", s.pt)-faceOf(true).width(sign, pt))/2
		c.texts = append(c.texts, textMark{left, base, pt, true, col, sign})
	}
}

// baseline places text of a size in a line box of height h, as the font's own
// ascent and descent (0.97 and 0.24 of the size) want it.
func baseline(y, h, pt float64) float64 {
	size := pt * mmPerPt
	return y + (h-1.21*size)/2 + 0.97*size
}

// indent returns where a line begins in a column of width w.
func indent(l line, w float64, a Align) float64 {
	switch a {
	case Right:
		return w - l.width
	case Center:
		return (w - l.width) / 2
	}
	return 0
}
