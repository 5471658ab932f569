package reports

import (
	_ "embed"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Inter, in the two weights used on paper (licence: fonts/OFL.txt). The slices
// are never handed out: the PDF writer writes into the bytes it is given.
var (
	//go:embed fonts/Inter-Regular.ttf
	interRegular []byte
	//go:embed fonts/Inter-SemiBold.ttf
	interBold []byte
)

// missing marks a character that the font cannot draw.
const missing = 0xffff

// face knows how wide each character of the basic plane is, in thousandths of
// the font size. Without kerning the width of a text is the sum of its parts.
type face struct {
	adv [0x10000]uint16
}

// width returns the width of s in mm at the given size in points.
func (f *face) width(s string, pt float64) float64 {
	sum := 0
	for _, r := range s {
		sum += f.units(r)
	}
	return float64(sum) * pt * mmPerPt / 1000
}

// units returns the width of one character in thousandths of the font size.
func (f *face) units(r rune) int {
	r = drawn(r)
	if r < 0 || r > 0xffff || f.adv[r] == missing {
		r = replacement
	}
	return int(f.adv[r])
}

// has tells whether the font can draw r.
func (f *face) has(r rune) bool {
	r = drawn(r)
	return r >= 0 && r <= 0xffff && f.adv[r] != missing
}

// faces reads both weights once; the result is only read afterwards.
var faces = sync.OnceValue(func() [2]*face {
	return [2]*face{readFace(interRegular), readFace(interBold)}
})

// faceOf returns the regular or the bold weight.
func faceOf(bold bool) *face {
	if bold {
		return faces()[1]
	}
	return faces()[0]
}

func readFace(ttf []byte) *face {
	parsed, err := sfnt.Parse(ttf)
	if err != nil {
		panic("reports: embedded font: " + err.Error())
	}
	out := &face{}
	var buf sfnt.Buffer
	em := int(parsed.UnitsPerEm())
	for r := range out.adv {
		out.adv[r] = missing
		glyph, err := parsed.GlyphIndex(&buf, rune(r))
		if err != nil || glyph == 0 {
			continue
		}
		adv, err := parsed.GlyphAdvance(&buf, glyph, fixed.I(em), font.HintingNone)
		if err == nil {
			out.adv[r] = uint16((adv.Round()*1000 + em/2) / em)
		}
	}
	return out
}
