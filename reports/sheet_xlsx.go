package reports

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"
)

const (
	maxSheetRows = 1 << 20 // with the header; more cannot be opened
	maxCellChars = 32767   // UTF-16 units; longer texts would be cut in silence
	exactDigits  = 15      // of a number in a workbook; more would be rounded
)

// WriteXLSX writes a workbook with one tab for each sheet: bold frozen header,
// repeated when printed, typed cells, dates as 24.11.2026. Texts are texts,
// whatever they begin with. Errors name sheet, row and column; then nothing is
// written to w. A decimal of more digits than a workbook holds is written as
// text, so that none is lost.
func WriteXLSX(w io.Writer, sheets ...Sheet) (err error) {
	if len(sheets) == 0 {
		return fmt.Errorf("reports: a workbook without sheets")
	}
	f := excelize.NewFile()
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	names := tabs(sheets)
	for i := range sheets {
		if i == 0 {
			err = f.SetSheetName("Sheet1", names[0])
		} else {
			_, err = f.NewSheet(names[i])
		}
		if err == nil {
			err = sheets[i].writeTab(f, names[i])
		}
		if err != nil {
			return err
		}
	}
	if err := f.SetDocProps(&excelize.DocProperties{Title: plainText(sheets[0].Title)}); err != nil {
		return err
	}
	return f.Write(w)
}

// writeTab streams one sheet into the workbook.
func (s *Sheet) writeTab(f *excelize.File, tab string) error {
	if len(s.Columns) == 0 {
		return fmt.Errorf("reports: sheet %q has no columns", s.Name)
	}
	if err := s.printSetup(f, tab); err != nil {
		return err
	}
	head, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true},
		Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F0F2F4"}},
		Border:    []excelize.Border{{Type: "bottom", Color: "555555", Style: 1}},
		Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return err
	}
	styles := make([]int, len(s.Columns))
	for i, c := range s.Columns {
		if styles[i], err = f.NewStyle(c.style()); err != nil {
			return err
		}
	}
	sw, err := f.NewStreamWriter(tab)
	if err != nil {
		return err
	}
	for i, c := range s.Columns {
		if err := sw.SetColWidth(i+1, i+1, c.width()); err != nil {
			return err
		}
	}
	if err := sw.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	cells := make([]any, len(s.Columns))
	for i, c := range s.Columns {
		cells[i] = excelize.Cell{StyleID: head, Value: plainText(c.Title)}
	}
	if err := sw.SetRow("A1", cells); err != nil {
		return err
	}
	err = s.each(func(n int, row []any) error {
		if n >= maxSheetRows {
			return fmt.Errorf("reports: sheet %q has more than %d rows", s.Name, maxSheetRows-1)
		}
		for i, v := range row {
			val, err := s.value(n, i, v)
			if err != nil {
				return err
			}
			if len(val.text) > maxCellChars && len(utf16.Encode([]rune(val.text))) > maxCellChars {
				return fmt.Errorf("reports: sheet %q, row %d, column %q: text of more than %d characters", s.Name, n, s.Columns[i].Title, maxCellChars)
			}
			cells[i] = excelize.Cell{StyleID: styles[i], Value: val.xlsx(s.Columns[i])}
		}
		return sw.SetRow(fmt.Sprintf("A%d", n+1), cells)
	})
	if err != nil {
		return err
	}
	return sw.Flush()
}

// printSetup makes the printed sheet fit the width of a lying page, with the
// title above and the header on each page.
func (s *Sheet) printSetup(f *excelize.File, tab string) error {
	lying, a4, one, many, fit := "landscape", 9, 1, 0, true
	if err := f.SetSheetProps(tab, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	if err := f.SetPageLayout(tab, &excelize.PageLayoutOptions{Orientation: &lying, Size: &a4, FitToWidth: &one, FitToHeight: &many}); err != nil {
		return err
	}
	if title := []rune(strings.ReplaceAll(strings.Join(strings.Fields(plainText(s.Title)), " "), "&", "&&")); len(title) > 0 {
		err := f.SetHeaderFooter(tab, &excelize.HeaderFooterOptions{OddHeader: "&C" + string(title[:min(len(title), 200)]), OddFooter: "&R&P / &N"})
		if err != nil {
			return err
		}
	}
	return f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: tab,
		RefersTo: "'" + strings.ReplaceAll(tab, "'", "''") + "'!$1:$1"})
}

// style is the number format and alignment of a column.
func (c SheetColumn) style() *excelize.Style {
	st := &excelize.Style{Alignment: &excelize.Alignment{Vertical: "top"}}
	format := ""
	switch c.Type {
	case TextCol:
		st.Alignment.WrapText = true
		st.NumFmt = 49 // text: stays text when edited
	case IntCol:
		format = "0" // no gaps: it may be a year or a number of an act
	case DecimalCol:
		if c.Decimals > 0 {
			format = "#,##0." + strings.Repeat("0", c.Decimals)
		}
	case PercentCol:
		format = "0." + strings.Repeat("0", c.decimals()) + "%"
	case DateCol:
		format = "dd.mm.yyyy"
	case TimeCol:
		format = "dd.mm.yyyy hh:mm"
	}
	if format != "" {
		st.CustomNumFmt = &format
	}
	return st
}

// width is the width asked for, or one that fits the type.
func (c SheetColumn) width() float64 {
	if c.Width > 0 {
		return math.Min(c.Width, 255)
	}
	switch c.Type {
	case TextCol:
		return 32
	case TimeCol:
		return 17
	}
	return 13
}

// xlsx is the value as the stream writer takes it.
func (v value) xlsx(c SheetColumn) any {
	switch {
	case v.empty:
		return nil
	case c.Type == TextCol:
		return v.text
	case c.Type == DateCol:
		y, m, d := v.at.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	case c.Type == TimeCol: // the clock as it stands, whatever the zone
		y, m, d := v.at.Date()
		return time.Date(y, m, d, v.at.Hour(), v.at.Minute(), v.at.Second(), 0, time.UTC)
	}
	n := v.num
	if c.Type == PercentCol {
		n = n.Shift(-2)
	}
	if digits := len(strings.Trim(n.Coefficient().String(), "-0")); digits > exactDigits {
		return v.num.String()
	}
	return number(n)
}

// number writes a decimal into a cell digit by digit.
func number(d decimal.Decimal) any {
	if d.IsInteger() && d.Abs().LessThan(decimal.New(1, 15)) {
		return d.IntPart()
	}
	x, _ := d.Float64() // at most 15 digits: the shortest text of x is d again
	return x
}
