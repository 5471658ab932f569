package reports

import (
	"strings"
	"unicode"
)

const (
	mmPerPt   = 25.4 / 72
	smallStep = 2 // a small run is this many points below its surroundings
)

// line is one measured line of text.
type line struct {
	segs  []seg
	width float64 // mm
}

// seg is a part of a line in one style; x counts from the start of the line.
type seg struct {
	text string
	bold bool
	pt   float64
	x, w float64
}

// glyph is one character with its style and width.
type glyph struct {
	r    rune
	bold bool
	pt   float64
	w    float64
}

// wrap cleans and breaks text into lines of at most width mm. Words stay whole
// where they fit on a line; longer ones break after a joint (/ - _ . , ; :)
// or, without one, anywhere. There is always at least one line.
func wrap(t Text, width, pt float64, bold bool) []line {
	gs := glyphs(t, pt, bold)
	var out []line
	start, space, w := 0, -1, 0.0
	emit := func(end, next int) {
		out = append(out, compose(gs[start:end]))
		start, space, w = next, -1, 0
	}
	for i := 0; i < len(gs); i++ {
		g := gs[i]
		switch {
		case g.r == '\n':
			emit(i, i+1)
		case g.r == ' ' && i == start: // no space at the start of a line
			start++
		case g.r == ' ':
			space = i
			w += g.w
		case w+g.w <= width || i == start:
			w += g.w
		case space >= 0:
			i = space
			emit(space, space+1)
		default:
			cut := joint(gs, start, i)
			i = cut - 1
			emit(cut, cut)
		}
	}
	return append(out, compose(gs[start:]))
}

// balanced breaks a title into no more lines than it needs, of like length.
func balanced(s string, width, pt float64, bold bool) []line {
	best := wrap(T(s), width, pt, bold)
	narrow, wide := width/2, width
	for len(best) > 1 && len(best) < 5 && wide-narrow > 2 {
		mid := (narrow + wide) / 2
		if try := wrap(T(s), mid, pt, bold); len(try) == len(best) {
			best, wide = try, mid
		} else {
			narrow = mid
		}
	}
	return best
}

// glyphs measures the cleaned runs of a text.
func glyphs(t Text, pt float64, bold bool) []glyph {
	var gs []glyph
	for _, run := range t {
		size, heavy := pt, run.Bold || bold
		if run.Small {
			size -= smallStep
		}
		f := faceOf(heavy)
		for _, r := range clean(run.Text) {
			gs = append(gs, glyph{r, heavy, size, float64(f.units(r)) * size * mmPerPt / 1000})
		}
	}
	return gs
}

// joint finds where to break the over-long word gs[start:end]: after its last
// joint, else before end, but never between a letter and its accent.
func joint(gs []glyph, start, end int) int {
	for i := end - 1; i > start+1; i-- {
		if strings.ContainsRune("/-_.,;:", gs[i].r) {
			return i + 1
		}
	}
	for i := end; i > start+1; i-- {
		if !unicode.Is(unicode.Mn, gs[i].r) {
			return i
		}
	}
	return end
}

// compose joins characters of one style into segments, without spaces at the end.
func compose(gs []glyph) line {
	for len(gs) > 0 && gs[len(gs)-1].r == ' ' {
		gs = gs[:len(gs)-1]
	}
	var l line
	for i := 0; i < len(gs); {
		var text strings.Builder
		s := seg{bold: gs[i].bold, pt: gs[i].pt, x: l.width}
		for ; i < len(gs) && gs[i].bold == s.bold && gs[i].pt == s.pt; i++ {
			text.WriteRune(gs[i].r)
			s.w += gs[i].w
		}
		s.text = text.String()
		l.segs = append(l.segs, s)
		l.width += s.w
	}
	return l
}

// longestWord returns the width in mm of the widest word of a text.
func longestWord(t Text, pt float64, bold bool) float64 {
	widest, w := 0.0, 0.0
	for _, g := range glyphs(t, pt, bold) {
		if g.r == ' ' || g.r == '\n' {
			w = 0
			continue
		}
		w += g.w
		widest = max(widest, w)
	}
	return widest
}
