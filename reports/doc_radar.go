package reports

import (
	"cmp"
	"math"
)

const (
	radarRadius = 34.0 // of the outermost ring, mm
	radarGap    = 3.5  // between it and the names of the axes
	stroke      = 0.15 // a slanted line is drawn in strips of this width, mm
)

var (
	radarRing  = color{200, 206, 212}
	radarFill  = color{222, 234, 246}
	radarLines = []color{{18, 62, 112}, {120, 130, 140}, {169, 200, 234}} // of the shapes, the first the strongest
)

// pieces lays out the diagram: title, picture, legend. The picture is never
// parted, and the table of the same values stands where the caller puts it.
func (r Radar) pieces(a area, empty string) []*piece {
	var out []*piece
	if r.Title != "" {
		p := lines{text: wrap(B(r.Title), a.w, bodyPt, true), x: a.x, w: a.w, lineH: bodyLine}.piece()
		p.before, p.keep, p.lead = 2.5, true, true
		out = append(out, p)
	}
	if len(r.Axes) < 3 {
		return append(out, Paragraph{Text: T(empty)}.pieces(a)...)
	}
	out = append(out, r.picture(a))
	if len(r.Shapes) > 1 {
		out[len(out)-1].keep = true
		var names []string
		for _, s := range r.Shapes {
			names = append(names, s.Name)
		}
		out = append(out, radarLegend(names, a))
	}
	return out
}

// point is the place of a value on axis i; the first axis points up.
func (r Radar) point(i int, value float64) (x, y float64) {
	angle := 2*math.Pi*float64(i)/float64(len(r.Axes)) - math.Pi/2
	d := radarRadius * min(length(value)/cmp.Or(r.Max, 1), 1)
	return d * math.Cos(angle), d * math.Sin(angle)
}

// outline is the closed line of values, one for each axis; one that is missing
// lies in the middle.
func (r Radar) outline(values func(i int) float64) (line [][2]float64) {
	for i := range r.Axes {
		x, y := r.point(i, values(i))
		line = append(line, [2]float64{x, y})
	}
	return line
}

func (s Shape) value(i int) float64 {
	if i < len(s.Values) {
		return s.Values[i]
	}
	return 0
}

// picture draws rings, spokes and shapes, and names the axes.
func (r Radar) picture(a area) *piece {
	type label struct {
		x, y float64
		text []line
	}
	room := a.w/2 - radarRadius - radarGap
	var labels []label
	top, bottom := -radarRadius, radarRadius
	for i, name := range r.Axes {
		ux, uy := r.point(i, cmp.Or(r.Max, 1))
		w, x := room, (radarRadius+radarGap)/radarRadius*ux
		if math.Abs(ux) < 1 {
			w = a.w / 2
		}
		l := label{x: x, y: (radarRadius + radarGap) / radarRadius * uy, text: wrap(T(name), w, smallPt, false)}
		h := float64(len(l.text)) * smallLine
		switch {
		case uy < -radarRadius*0.99:
			l.y -= h
		case uy <= radarRadius*0.99:
			l.y -= h / 2
		}
		top, bottom = min(top, l.y), max(bottom, l.y+h)
		for _, x := range l.text {
			switch {
			case math.Abs(ux) < 1:
				labels = append(labels, label{l.x - x.width/2, l.y, []line{x}})
			case ux < 0:
				labels = append(labels, label{l.x - x.width, l.y, []line{x}})
			default:
				labels = append(labels, label{l.x, l.y, []line{x}})
			}
			l.y += smallLine
		}
	}
	return painted(2, bottom-top, func(c *canvas, y float64) {
		mx, my := a.x+a.w/2, y-top
		if len(r.Shapes) > 0 {
			c.area(mx, my, r.outline(r.Shapes[0].value), radarFill)
		}
		for ring := 1; ring <= r.Rings; ring++ {
			c.closed(mx, my, r.outline(func(int) float64 { return r.Max * float64(ring) / float64(r.Rings) }), 0.15, radarRing)
		}
		for i := range r.Axes {
			x, z := r.point(i, r.Max)
			c.slanted(mx, my, mx+x, my+z, 0.15, radarRing)
		}
		for i := len(r.Shapes) - 1; i >= 0; i-- {
			col := radarLines[min(i, len(radarLines)-1)]
			line := r.outline(r.Shapes[i].value)
			c.closed(mx, my, line, 0.5, col)
			for _, p := range line {
				c.fill(mx+p[0]-0.7, my+p[1]-0.7, 1.4, 1.4, col)
			}
		}
		for _, l := range labels {
			c.print(l.text[0], mx+l.x, my+l.y, smallLine, black)
		}
	})
}

// radarLegend names the shapes by the colour of their lines.
func radarLegend(names []string, a area) *piece {
	h := smallLine * float64(len(names))
	return painted(2, h, func(c *canvas, top float64) {
		for i, n := range names {
			y := top + float64(i)*smallLine
			c.fill(a.x, y+smallLine/2-0.3, 6, 0.6, radarLines[min(i, len(radarLines)-1)])
			if l := wrap(T(n), a.w-9, smallPt, false); len(l) > 0 {
				c.print(l[0], a.x+8, y, smallLine, black)
			}
		}
	})
}

// closed draws a closed line around a middle.
func (c *canvas) closed(mx, my float64, line [][2]float64, thick float64, col color) {
	for i, p := range line {
		q := line[(i+1)%len(line)]
		c.slanted(mx+p[0], my+p[1], mx+q[0], my+q[1], thick, col)
	}
}

// slanted draws a line of any direction, as strips across its longer side: the
// writer beneath knows level and upright lines only.
func (c *canvas) slanted(x1, y1, x2, y2, thick float64, col color) {
	dx, dy := x2-x1, y2-y1
	long := math.Hypot(dx, dy)
	if long == 0 {
		return
	}
	n := int(math.Ceil(max(math.Abs(dx), math.Abs(dy)) / stroke))
	for i := range n {
		t0, t1 := float64(i)/float64(n), float64(i+1)/float64(n)
		ax, ay, bx, by := x1+dx*t0, y1+dy*t0, x1+dx*t1, y1+dy*t1
		if math.Abs(dx) >= math.Abs(dy) {
			wide := thick*long/math.Abs(dx) + math.Abs(by-ay)
			c.fill(min(ax, bx), (ay+by-wide)/2, math.Abs(bx-ax), wide, col)
		} else {
			wide := thick*long/math.Abs(dy) + math.Abs(bx-ax)
			c.fill((ax+bx-wide)/2, min(ay, by), wide, math.Abs(by-ay), col)
		}
	}
}

// area fills what a closed line around a middle encloses, in level strips.
func (c *canvas) area(mx, my float64, line [][2]float64, col color) {
	top, bottom := line[0][1], line[0][1]
	for _, p := range line {
		top, bottom = min(top, p[1]), max(bottom, p[1])
	}
	const strip = 2 * stroke
	for y := top; y < bottom; y += strip {
		left, right, mid := math.Inf(1), math.Inf(-1), y+strip/2
		for i, p := range line {
			q := line[(i+1)%len(line)]
			if (p[1] <= mid) == (q[1] <= mid) {
				continue
			}
			x := p[0] + (q[0]-p[0])*(mid-p[1])/(q[1]-p[1])
			left, right = min(left, x), max(right, x)
		}
		if right > left {
			c.fill(mx+left, my+y, right-left, strip, col)
		}
	}
}
