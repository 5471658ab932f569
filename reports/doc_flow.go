package reports

// piece is the smallest part that the flow places: a heading, a paragraph, a
// row of a table.
type piece struct {
	before float64 // room above, left out at the top of a page; mm
	h      float64 // height, mm
	paint  func(c *canvas, y float64)
	keep   bool // no page break between this piece and the next
	lead   bool // heading or head of a table: never the last on a page

	// split parts the piece so that the first part is at most room high; nil
	// results mean it cannot be parted there. A nil func: it is never parted.
	split func(room float64) (first, rest *piece)
	least float64 // height of the smallest first part; only with split

	head     *piece   // repeated at the top when a page begins with this piece
	box      *boxEdge // frame that is open around this piece
	mark     *Mark    // bookmark to set where the piece lands
	newPage  bool     // nothing but a page break
	fullPage bool     // split wherever a page ends, not only when taller than a page
}

// Mark is a bookmark: a heading and where it stands.
type Mark struct {
	Level int
	Title string
	Page  int     // from 1
	Y     float64 // mm from the top of the page
}

// boxEdge is a frame whose sides are drawn piece by piece.
type boxEdge struct{ x, w float64 }

// sides draws the left and right side over a height of h.
func (b *boxEdge) sides(c *canvas, y, h float64) {
	c.upright(b.x, y, h, lineThick, grey)
	c.upright(b.x+b.w, y, h, lineThick, grey)
}

// flow places pieces on pages, top to bottom.
type flow struct {
	pages       []*canvas
	marks       []Mark
	top, bottom float64 // of the second and later pages, mm
	y           float64
	due         bool   // a page break was asked for; it waits for something to follow
	last        *piece // placed before, on the same page
}

func newFlow(first, top, bottom float64) *flow {
	return &flow{pages: []*canvas{{}}, top: top, bottom: bottom, y: first}
}

// level draws the top or bottom.
func (b *boxEdge) level(c *canvas, y float64) {
	c.level(b.x-lineThick/2, y, b.w+lineThick, lineThick, grey)
}

// run places all pieces. A chain of kept pieces goes to one page if any page
// can hold it.
func (f *flow) run(pieces []*piece) {
	for i := 0; i < len(pieces); {
		j := i
		for j < len(pieces)-1 && pieces[j].keep {
			j++
		}
		f.chain(pieces[i : j+1])
		i = j + 1
	}
}

// chain places pieces that belong together.
func (f *flow) chain(g []*piece) {
	for len(g) > 0 {
		p := g[0]
		switch {
		case p.newPage:
			f.due = true
			g = g[1:]
		case f.due:
			f.due = false
			if !f.fresh() {
				f.turn(p)
			}
		case len(g) == 1:
			f.single(p)
			return
		case f.fits(g):
			for _, q := range g[:len(g)-1] {
				f.place(q)
			}
			g = g[len(g)-1:]
		default:
			g = f.loosen(g)
		}
	}
}

// loosen makes progress with a chain that does not fit where the page is: it
// parts the first piece, turns the page, or, on a fresh page, places what fits.
func (f *flow) loosen(g []*piece) []*piece {
	p := g[0]
	room := f.bottom - f.y - f.gap(p)
	if p.split != nil && (p.fullPage || p.h > f.tall() || f.fresh()) {
		// leave at least the smallest part of p to the next page
		if first, rest := p.split(min(room, p.h-0.1)); first != nil {
			f.place(first)
			f.turn(rest)
			return append([]*piece{rest}, g[1:]...)
		}
	}
	if !f.fresh() {
		f.turn(p)
		return g
	}
	n := f.prefix(g)
	for _, q := range g[:n] {
		f.single(q)
	}
	return g[n:]
}

// prefix counts how many pieces of a chain that no page can hold go to this
// page: as many as fit, without a heading at the end; at least one.
func (f *flow) prefix(g []*piece) int {
	n, y := 1, f.y
	for i, p := range g {
		if y += p.before + p.h; y > f.bottom {
			break
		}
		if !p.lead {
			n = i + 1
		}
	}
	return n
}

// single places one piece, in as many parts as it needs.
func (f *flow) single(p *piece) {
	for {
		room := f.bottom - f.y - f.gap(p)
		if p.h <= room {
			f.place(p)
			return
		}
		if p.split != nil && (p.fullPage || p.h > f.tall() || f.fresh()) {
			if first, rest := p.split(room); first != nil {
				f.place(first)
				f.turn(rest)
				p = rest
				continue
			}
		}
		if f.fresh() { // higher than a page and not to be parted: cannot be placed better
			f.place(p)
			return
		}
		f.turn(p)
	}
}

// tall is the height from which a row is parted rather than moved.
func (f *flow) tall() float64 { return (f.bottom - f.top) / 3 }

// fits tells whether the whole chain, of its last piece at least the smallest
// part, has room on this page.
func (f *flow) fits(g []*piece) bool {
	need := 0.0
	for i, p := range g {
		h := p.h
		if i == len(g)-1 && p.split != nil && (p.fullPage || p.h > f.tall()) {
			h = min(h, p.least)
		}
		if i > 0 {
			need += p.before
		} else {
			need += f.gap(p)
		}
		need += h
	}
	return f.y+need <= f.bottom
}

// place draws a piece at the current height.
func (f *flow) place(p *piece) {
	gap := f.gap(p)
	c := f.pages[len(f.pages)-1]
	if p.box != nil && f.last != nil && f.last.box == p.box {
		p.box.sides(c, f.y, gap)
	}
	f.y += gap
	if p.mark != nil {
		m := *p.mark
		m.Page, m.Y = len(f.pages), f.y
		f.marks = append(f.marks, m)
	}
	p.paint(c, f.y)
	f.y += p.h
	f.last = p
}

// turn begins a page whose first piece will be next: an open frame is closed
// and opened again, a table header repeated.
func (f *flow) turn(next *piece) {
	old := f.pages[len(f.pages)-1]
	open := next != nil && next.box != nil && f.last != nil && f.last.box == next.box
	if open {
		next.box.sides(old, f.y, boxGap)
		next.box.level(old, f.y+boxGap)
	}
	f.pages = append(f.pages, &canvas{})
	f.y, f.last = f.top, nil
	c := f.pages[len(f.pages)-1]
	if open {
		next.box.level(c, f.y)
		next.box.sides(c, f.y, boxGap)
		f.y += boxGap
	}
	if next != nil && next.head != nil {
		next.head.paint(c, f.y)
		f.y += next.head.h
	}
}

// fresh tells whether nothing but a repeated header is on the page.
func (f *flow) fresh() bool { return f.last == nil }

// gap is the room above p here: none at the top of a page.
func (f *flow) gap(p *piece) float64 {
	if f.last == nil {
		return 0
	}
	return p.before
}
