package reports

import "math"

const (
	barH   = 4.2  // height of a bar, mm
	barGap = 1.6  // between bars
	labelW = 0.28 // share of the width for labels
)

// partColors are the ordinal scale of the ratings, weakest first: one hue.
var partColors = []color{{197, 206, 216}, {169, 200, 234}, {63, 121, 184}, {18, 62, 112}}

// partColor chooses the colour of part i of n.
func partColor(i, n int) color {
	if n == 1 {
		return partColors[2]
	}
	return partColors[min(i*len(partColors)/max(n, 1), len(partColors)-1)]
}

// pieces lays out a chart: title, one piece for each bar, legend.
func (ch Chart) pieces(a area, empty string) []*piece {
	var out []*piece
	if ch.Title != "" {
		p := lines{text: wrap(B(ch.Title), a.w, bodyPt, true), x: a.x, w: a.w, lineH: bodyLine}.piece()
		p.before, p.keep, p.lead = 2.5, true, true
		out = append(out, p)
	}
	if len(ch.Bars) == 0 {
		return append(out, Paragraph{Text: T(empty)}.pieces(a)...)
	}
	full, parts := ch.scale()
	for i, b := range ch.Bars {
		if b.Break != "" {
			out = append(out, breakPiece(b.Break, a))
		}
		p := b.piece(a, full)
		p.keep = i == 0 && len(ch.Bars) > 1 || i == len(ch.Bars)-2
		out = append(out, p)
	}
	if len(ch.Legend) > 0 {
		out[len(out)-1].keep = true
		out = append(out, legendPiece(ch.Legend, parts, a))
	}
	return out
}

// scale returns the length that fills the width, and the number of parts.
func (ch Chart) scale() (full float64, parts int) {
	full = length(ch.Max)
	for _, b := range ch.Bars {
		sum := 0.0
		for _, v := range b.Parts {
			sum += length(v)
		}
		full = max(full, sum)
		parts = max(parts, len(b.Parts))
	}
	return full, max(parts, len(ch.Legend))
}

// length makes a number drawable.
func length(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
		return 0
	}
	return v
}

// piece lays out label, bar and the text after it.
func (b Bar) piece(a area, full float64) *piece {
	label := wrap(T(b.Label), a.w*labelW-2, smallPt, false)
	text := wrap(T(b.Text), a.w*0.2, smallPt, true)
	textW := a.w * 0.2
	room := a.w - a.w*labelW - textW - 2
	textH := smallLine * float64(max(len(label), len(text)))
	h := max(barH, textH)
	return painted(barGap, h, func(c *canvas, y float64) {
		for i, l := range label {
			c.print(l, a.x+a.w*labelW-2-l.width, y+(h-smallLine*float64(len(label)))/2+float64(i)*smallLine, smallLine, black)
		}
		x := a.x + a.w*labelW
		c.upright(x, y-barGap/2, h+barGap, lineThick, grey)
		for i, v := range b.Parts {
			if full > 0 && length(v) > 0 {
				w := room * length(v) / full
				c.fill(x, y+(h-barH)/2, w, barH, partColor(i, len(b.Parts)))
				x += w
			}
		}
		for i, l := range text {
			c.print(l, x+2, y+(h-smallLine*float64(len(text)))/2+float64(i)*smallLine, smallLine, black)
		}
	})
}

// breakPiece is the double line between bars that cannot be compared.
func breakPiece(reason string, a area) *piece {
	x := a.x + a.w*labelW
	text := wrap(T(reason), a.w-a.w*labelW, smallPt, false)
	h := 2.4 + float64(len(text))*smallLine
	p := painted(barGap, h, func(c *canvas, y float64) {
		c.level(a.x, y+0.4, a.w, lineThick, grey)
		c.level(a.x, y+1.2, a.w, lineThick, grey)
		for i, l := range text {
			c.print(l, x, y+2+float64(i)*smallLine, smallLine, muted)
		}
	})
	p.keep, p.lead = true, true
	return p
}

// legendPiece names the parts; entries flow over as many lines as they need.
func legendPiece(names []string, parts int, a area) *piece {
	type entry struct {
		x, y  float64
		text  []line
		color color
	}
	var entries []entry
	x, y, rowH := 0.0, 0.0, smallLine
	for i, n := range names {
		text := wrap(T(n), a.w-6, smallPt, false)
		w := 0.0
		for _, l := range text {
			w = max(w, l.width)
		}
		if x > 0 && x+w+5 > a.w {
			x, y, rowH = 0, y+rowH+0.6, smallLine
		}
		entries = append(entries, entry{x, y, text, partColor(i, parts)})
		rowH = max(rowH, float64(len(text))*smallLine)
		x += w + 10
	}
	return painted(2, y+rowH, func(c *canvas, top float64) {
		for _, e := range entries {
			c.fill(a.x+e.x, top+e.y+0.7, 3, 2.4, e.color)
			for i, l := range e.text {
				c.print(l, a.x+e.x+4.5, top+e.y+float64(i)*smallLine, smallLine, black)
			}
		}
	})
}
