package reports

import (
	"bytes"
	"fmt"
	"io"

	"github.com/johnfercher/maroto/v2"
	"github.com/johnfercher/maroto/v2/pkg/components/col"
	"github.com/johnfercher/maroto/v2/pkg/components/row"
	"github.com/johnfercher/maroto/v2/pkg/components/text"
	"github.com/johnfercher/maroto/v2/pkg/config"
	"github.com/johnfercher/maroto/v2/pkg/consts/align"
	"github.com/johnfercher/maroto/v2/pkg/consts/fontstyle"
	"github.com/johnfercher/maroto/v2/pkg/consts/linestyle"
	"github.com/johnfercher/maroto/v2/pkg/consts/orientation"
	"github.com/johnfercher/maroto/v2/pkg/core"
	"github.com/johnfercher/maroto/v2/pkg/core/entity"
	"github.com/johnfercher/maroto/v2/pkg/props"
	"github.com/johnfercher/maroto/v2/pkg/repository"
)

// WritePDF writes the document as a PDF. Errors name the block that cannot be
// laid out, or come from w; after an error nothing useful was written. Safe for
// concurrent use.
func WritePDF(w io.Writer, d Doc) error {
	l, err := d.lay()
	if err != nil {
		return err
	}
	raw, err := l.paint(&d)
	if err != nil {
		return fmt.Errorf("reports: paint: %w", err)
	}
	if err := finish(w, raw, &d, l); err != nil {
		return fmt.Errorf("reports: finish: %w", err)
	}
	return nil
}

// family is the name of the font inside the file.
const family = "inter"

// paint draws the pages with maroto. The layout has already decided what stands
// where, so each page is one row as high as the paper with one component that
// draws it: maroto neither breaks lines nor pages. Never in its concurrent
// mode, in which a fault would end the process.
func (l *layout) paint(d *Doc) (out []byte, err error) {
	defer func() { // maroto and gofpdf report some faults by panicking
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	fonts, err := repository.New(). // clones: gofpdf writes into the bytes
					AddUTF8FontFromBytes(family, fontstyle.Normal, bytes.Clone(interRegular)).
					AddUTF8FontFromBytes(family, fontstyle.Bold, bytes.Clone(interBold)).
					Load()
	if err != nil {
		return nil, err
	}
	title := d.Title
	if d.Number != "" {
		title += " " + d.Number
	}
	m := maroto.New(config.NewBuilder().
		WithDimensions(l.w, l.h).
		WithLeftMargin(0).WithRightMargin(0).WithTopMargin(0).WithBottomMargin(0).
		WithCustomFonts(fonts).WithDefaultFont(&props.Font{Family: family, Size: bodyPt}).
		WithTitle(clean(title), true).WithAuthor(clean(d.Institution), true).
		WithCompression(true).WithSequentialMode().
		Build())
	for _, c := range l.pages {
		m.AddRows(row.New(l.h).Add(col.New().Add(&painter{Component: text.New(""), canvas: c})))
	}
	doc, err := m.Generate()
	if err != nil {
		return nil, err
	}
	return doc.GetBytes(), nil
}

// painter is the component that draws a whole page. The embedded empty text
// answers what maroto asks of a component besides drawing.
type painter struct {
	core.Component
	canvas *canvas
}

// GetHeight keeps the height of the row.
func (p *painter) GetHeight(core.Provider, *entity.Cell) float64 { return 0 }

// Render draws lines and areas first, texts over them.
func (p *painter) Render(out core.Provider, _ *entity.Cell) {
	for _, r := range p.canvas.rules {
		cell := &entity.Cell{X: r.x1, Y: r.y1, Width: r.x2 - r.x1, Height: r.y2 - r.y1}
		line := &props.Line{Color: rgb(r.color), Thickness: r.width, SizePercent: 100,
			Style: linestyle.Solid, Orientation: orientation.Horizontal}
		if r.x1 == r.x2 {
			line.Orientation = orientation.Vertical
		}
		out.AddLine(cell, line)
	}
	for _, q := range p.canvas.codes {
		out.AddQrCode(q.content, &entity.Cell{X: q.x, Y: q.y, Width: q.side, Height: q.side}, &props.Rect{Percent: 100})
	}
	for _, t := range p.canvas.texts {
		style := fontstyle.Normal
		if t.bold {
			style = fontstyle.Bold
		}
		// the cell is far wider than any line, so that maroto never breaks it again
		cell := &entity.Cell{X: t.x, Y: t.base - t.pt*mmPerPt, Width: 10000, Height: t.pt}
		out.AddText(t.text, cell, &props.Text{Family: family, Style: style, Size: t.pt, Color: rgb(t.color), Align: align.Left})
	}
}

func rgb(c color) *props.Color { return &props.Color{Red: c.r, Green: c.g, Blue: c.b} }
