package reports

// keyWidth is the width of a key cell, mm; narrower when two facts share a row.
const keyWidth = 38

// pieces lays out facts, one or two to a row.
func (b KeyValue) pieces(a area) []*piece {
	pairs := min(max(b.Pairs, 1), 2)
	unit := a.w / float64(pairs)
	key := min(keyWidth, unit*0.45)
	perCol := (len(b.Rows) + pairs - 1) / pairs
	var out []*piece
	for i := range perCol {
		var cells []cell
		for k := range pairs {
			var kv KV
			if j := k*perCol + i; j < len(b.Rows) {
				kv = b.Rows[j]
			}
			x := a.x + float64(k)*unit
			cells = append(cells,
				cell{x: x, w: key, text: wrap(B(kv.Key), key-2*padX, bodyPt, true), lineH: bodyLine, grey: true},
				cell{x: x + key, w: unit - key, text: wrap(kv.Value, unit-key-2*padX, bodyPt, false), lineH: bodyLine})
		}
		p := rowPiece(cells, 0)
		if i == 0 {
			p.before = 1
		}
		out = append(out, p)
	}
	return out
}

// pieces lays out the table of signatures: role and name, room for the pen, the
// state of the electronic signature if any has one, the date.
func (b Signatures) pieces(a area, labels Labels) []*piece {
	states := false
	for _, s := range b.Rows {
		states = states || s.State != ""
	}
	t := Table{Columns: []Column{{Title: labels.SignRole, Width: 44}, {Title: labels.SignLine, Width: 42}}}
	if states {
		t.Columns = append(t.Columns, Column{Title: labels.SignState, Width: 60})
	}
	t.Columns = append(t.Columns, Column{Title: labels.SignDate, Width: 28})
	for _, s := range b.Rows {
		r := Row{Cells: []Text{Join(T(s.Role+"\n"), B(s.Name)), nil}}
		if states {
			r.Cells = append(r.Cells, T(s.State))
		}
		t.Rows = append(t.Rows, Row{Cells: append(r.Cells, T(s.Date))})
	}
	out, err := t.pieces(a, "–", 11) // room for the pen
	if err != nil {
		panic(err) // the table above has as many cells as columns
	}
	for i, p := range out {
		p.keep = i < len(out)-1
	}
	return out
}

// toneColors are text and frame of the tones, as on the pages in light dress.
var toneColors = map[Tone][2]color{
	Plain: {black, grey},
	Good:  {{19, 98, 56}, {59, 150, 99}},
	Info:  {{23, 79, 145}, {84, 141, 209}},
	Warn:  {{132, 68, 0}, {199, 125, 18}},
	Bad:   {{163, 22, 33}, {216, 67, 77}},
	Idle:  {{74, 88, 102}, {132, 146, 161}},
	Off:   {{93, 104, 116}, {132, 146, 161}},
}

// pieces lays out a state word in its frame.
func (b Badge) pieces(a area) []*piece {
	text := wrap(B(b.Text), a.w-6, bodyPt, true)
	colors := toneColors[b.Tone]
	w := 0.0
	for _, l := range text {
		w = max(w, l.width)
	}
	h := float64(len(text))*bodyLine + 1.2
	p := painted(1.5, h, func(c *canvas, y float64) {
		c.frame(a.x+lineThick/2, y, w+5, h, lineThick, colors[1])
		for i, l := range text {
			c.print(l, a.x+2.5, y+0.6+float64(i)*bodyLine, bodyLine, colors[0])
		}
	})
	return []*piece{p}
}
