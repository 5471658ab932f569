package reports

import (
	"cmp"
	"fmt"
	"strings"
)

// Margins of a page, mm: room to file it at the left, head and foot outside.
const (
	marginLeft, marginRight = 22.0, 15.0
	marginTop, marginBottom = 14.0, 20.0
	qrSide                  = 20.0
)

// sheetSize returns width and height of a page, mm.
func (d *Doc) sheetSize() (w, h float64) {
	if d.Landscape {
		return 297, 210
	}
	return 210, 297
}

// layout is a document on its pages.
type layout struct {
	w, h  float64
	pages []*canvas
	marks []Mark
}

// lay puts the document on pages: title and blocks by the flow, then head and
// foot on each page, now that their number is known.
func (d *Doc) lay() (*layout, error) {
	w, h := d.sheetSize()
	a := area{marginLeft, w - marginLeft - marginRight}
	pieces, err := d.pieces(d.Blocks, a)
	if err != nil {
		return nil, fmt.Errorf("reports: %w", err)
	}
	pieces = append(d.titlePieces(a), pieces...)
	if box := d.verifyPiece(a); box != nil {
		bind(pieces)
		pieces = append(pieces, box)
	}
	head, headH := d.headLines(a)
	f := newFlow(marginTop, marginTop+headH, h-marginBottom)
	f.run(pieces)
	for i, c := range f.pages {
		if i > 0 {
			top := &canvas{}
			d.paintHead(top, a, head)
			c.texts = append(top.texts, c.texts...) // first in the order of reading
			c.rules = append(top.rules, c.rules...)
		}
		d.paintFoot(c, a, h, i+1, len(f.pages))
	}
	return &layout{w, h, f.pages, f.marks}, nil
}

// Pages returns the number of pages that the document takes.
func (d *Doc) Pages() (int, error) {
	l, err := d.lay()
	if err != nil {
		return 0, err
	}
	return len(l.pages), nil
}

// titlePieces are the head of the first page: institution, title, number, the
// QR code beside them, place and date.
func (d *Doc) titlePieces(a area) []*piece {
	var out []*piece
	center := func(t string, pt, lh, before float64, bold bool, w float64) {
		if t == "" {
			return
		}
		l := lines{text: balanced(t, w, pt, bold), x: a.x + (a.w-w)/2, w: w, lineH: lh, align: Center}
		p := l.piece()
		p.before, p.keep = before, true
		out = append(out, p)
	}
	center(d.Institution, 11, 15*mmPerPt, 0, true, a.w)
	center(d.System, bodyPt, bodyLine, 0, false, a.w)
	if len(out) > 0 {
		rule := painted(3, 0.5, func(c *canvas, y float64) { c.level(a.x, y, a.w, 0.5, black) })
		rule.keep = true
		out = append(out, rule)
	}
	start, width := len(out), a.w
	if d.VerifyURL != "" {
		width -= 2 * (qrSide + 7)
	}
	center(d.Title, 14, 18*mmPerPt, 5, true, width)
	center(d.Number, 11, 15*mmPerPt, 1, true, width)
	center(d.Subtitle, bodyPt, bodyLine, 1, false, width)
	if d.VerifyURL != "" {
		title := d.withQR(append([]*piece(nil), out[start:]...), a)
		out = append(out[:start], title...)
	}
	if d.Place != "" || d.Date != "" {
		left, right := wrap(T(d.Place), a.w/2-2, bodyPt, false), wrap(T(d.Date), a.w/2-2, bodyPt, false)
		h := bodyLine * float64(max(len(left), len(right)))
		p := painted(3, h+1.5, func(c *canvas, y float64) {
			for i, l := range left {
				c.print(l, a.x, y+float64(i)*bodyLine, bodyLine, black)
			}
			for i, l := range right {
				c.print(l, a.x+indent(l, a.w, Right), y+float64(i)*bodyLine, bodyLine, black)
			}
		})
		out = append(out, p)
	}
	return out
}

// withQR joins title pieces with the QR code and its code as text, at the right.
func (d *Doc) withQR(title []*piece, a area) []*piece {
	h := 0.0
	for _, p := range title {
		h += p.before + p.h
	}
	if h > 80 { // a title of absurd length flows on; the code goes above it
		qr := painted(3, qrSide, func(c *canvas, y float64) {
			c.codes = append(c.codes, qrMark{a.x + a.w - qrSide, y, qrSide, d.VerifyURL})
		})
		return append([]*piece{qr}, title...)
	}
	code := wrap(B(d.VerifyCode), qrSide+8, 7, true)
	qrH := qrSide + 0.8 + float64(len(code))*9*mmPerPt
	x := a.x + a.w - qrSide
	return []*piece{painted(3, max(h, qrH), func(c *canvas, y float64) {
		c.codes = append(c.codes, qrMark{x, y, qrSide, d.VerifyURL})
		top := y + max(qrH-h, 0)/2
		for _, p := range title {
			top += p.before
			p.paint(c, top)
			top += p.h
		}
		for i, l := range code {
			left := min(x+indent(l, qrSide, Center), a.x+a.w-l.width)
			c.print(l, left, y+qrSide+0.8+float64(i)*9*mmPerPt, 9*mmPerPt, black)
		}
	})}
}

// headLines lays out the head of the later pages: the title, not more than
// three lines of it, and its height with the room below.
func (d *Doc) headLines(a area) ([]line, float64) {
	number := wrap(B(d.Number), a.w/2, bodyPt, true)[0].width
	title := wrap(T(cmp.Or(d.Running, d.Title)), a.w-number-8, bodyPt, false)
	if len(title) > 3 {
		title = append(title[:2:2], wrap(T(strings.TrimSuffix(plain(title[2]), " ")+"…"), a.w, bodyPt, false)[0])
	}
	return title, float64(len(title))*bodyLine + 1.5 + 3
}

// paintHead draws title and number above a line.
func (d *Doc) paintHead(c *canvas, a area, title []line) {
	for i, l := range title {
		c.print(l, a.x, marginTop+float64(i)*bodyLine, bodyLine, black)
	}
	number := wrap(B(d.Number), a.w/2, bodyPt, true)[0]
	c.print(number, a.x+indent(number, a.w, Right), marginTop, bodyLine, black)
	c.level(a.x, marginTop+float64(len(title))*bodyLine+1.5, a.w, lineThick, grey)
}

// paintFoot draws what the document is, when it was printed, its fingerprint
// and the number of the page.
func (d *Doc) paintFoot(c *canvas, a area, h float64, page, pages int) {
	const pt, lh = smallPt, 10 * mmPerPt
	y := h - 9 - lh - 1.5
	c.level(a.x, y, a.w, lineThick, grey)
	y += 1.5
	number := strings.NewReplacer("{page}", fmt.Sprint(page), "{pages}", fmt.Sprint(pages)).
		Replace(cmp.Or(d.Labels.Page, "{page} / {pages}"))
	right := wrap(T(number), a.w/2, pt, false)[0]
	c.print(right, a.x+indent(right, a.w, Right), y, lh, black)

	what := strings.TrimSpace(d.Labels.Printed + " " + d.Printed)
	if d.ShortName != "" && d.Printed != "" {
		what = d.ShortName + " · " + what
	} else if d.Printed == "" {
		what = d.ShortName
	}
	left := wrap(T(what), a.w-right.width-6, pt, false)
	for i, l := range left[:min(len(left), 2)] {
		c.print(l, a.x, y+float64(i)*lh, lh, black)
	}
	if d.Fingerprint == "" {
		return
	}
	mid := wrap(T(d.Fingerprint), a.w-right.width-6, pt, false)[0]
	room := a.w - left[0].width - right.width // between the two; with too little of it, the second line
	x, my := a.x+left[0].width+(room-mid.width)/2, y
	if room < mid.width+8 || len(left) > 1 {
		x, my = a.x, y+float64(min(len(left), 2))*lh
	}
	c.print(mid, x, my, lh, black)
}

// verifyPiece is the box at the end that says how to check the print.
func (d *Doc) verifyPiece(a area) *piece {
	if d.Labels.VerifyTitle == "" || d.VerifyCode == "" {
		return nil
	}
	where := T(d.Labels.VerifyCode + ": ")
	if d.VerifyAt != "" {
		where = T(d.Labels.VerifyAt + ": " + d.VerifyAt + " · " + d.Labels.VerifyCode + ": ")
	}
	inner, side := a.w-4, 0.0
	if d.VerifyURL != "" {
		inner, side = inner-qrSide-6, qrSide
	}
	body := append(wrap(B(d.Labels.VerifyTitle), inner, bodyPt, true), wrap(Join(where, B(d.VerifyCode)), inner, bodyPt, false)...)
	help := wrap(T(d.Labels.VerifyHelp), inner, smallPt, false)
	textH := float64(len(body))*bodyLine + 0.5 + float64(len(help))*smallLine
	h := max(textH, side) + 5
	return painted(3, h, func(c *canvas, y float64) {
		c.frame(a.x, y, a.w, h, lineThick, grey)
		x := a.x + 2
		if side > 0 && len(c.codes) == 0 { // one QR code on a page is enough
			c.codes = append(c.codes, qrMark{x + 1, y + (h-qrSide)/2, qrSide, d.VerifyURL})
			x += qrSide + 6
		}
		y += (h - textH) / 2
		for _, l := range body {
			c.print(l, x, y, bodyLine, black)
			y += bodyLine
		}
		y += 0.5
		for _, l := range help {
			c.print(l, x, y, smallLine, black)
			y += smallLine
		}
	})
}

// plain is a line without its styles.
func plain(l line) string {
	var b strings.Builder
	for _, s := range l.segs {
		b.WriteString(s.text)
	}
	return b.String()
}
