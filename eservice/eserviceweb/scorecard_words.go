package eserviceweb

import (
	"slices"
	"strconv"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/web"
)

// allBands are the grades of all years shown, those of the first year first;
// a grade of two schemes stands once.
func (p scorecardPage) allBands() (out []eservice.Band) {
	for _, y := range p.card.Years {
		for _, b := range y.Scheme.Bands {
			if !slices.ContainsFunc(out, func(o eservice.Band) bool { return o.Code == b.Code }) {
				out = append(out, b)
			}
		}
	}
	return out
}

// gradeCount is how many services of a year have a grade, a dash where the
// scheme of the year has no such grade.
func (p scorecardPage) gradeCount(y eservice.YearResult, b eservice.Band) string {
	if !y.Scheme.Has(b.Code) {
		return i18n.None
	}
	return p.Int(y.Grades[b.Code])
}

// numbers refuses values of the address that are no whole numbers, in the
// words of the exports: the page shows all years, but says what it cannot read.
func numbers(c *web.Context, names ...string) error {
	var check apperr.Check
	for _, name := range names {
		if text := c.Query(name); text != "" {
			if _, err := strconv.Atoi(text); err != nil {
				check.Add(name, "error.field.number")
			}
		}
	}
	return check.Err()
}

// yearOf reads the year of an address; what is no year is not found.
func yearOf(s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	y, err := strconv.Atoi(s)
	if err != nil {
		return 0, apperr.Missing("year")
	}
	return y, nil
}

// levelRow is a level with how many services are at it.
type levelRow struct {
	label, share, href string
	n                  int64
}

// levelPart is one of the two kinds of levels, the highest first.
type levelPart struct {
	title string
	rows  []levelRow
}

// levelParts are the levels of the year in focus; none when they are not known.
func (p scorecardPage) levelParts() (out []levelPart) {
	y := p.card.Focus()
	if y == nil || len(y.Levels) == 0 {
		return nil
	}
	part := func(kind string, counts map[string]int64, codes ...string) {
		v := levelPart{title: p.T("eservice." + kind)}
		for _, code := range codes {
			n, value := counts[code], code
			if code == "" {
				if value = "unknown"; n == 0 {
					continue
				}
			}
			v.rows = append(v.rows, levelRow{p.T("eservice." + kind + "." + value), p.Percent(n, y.Services, 1), p.behind(kind, value), n})
		}
		out = append(out, v)
	}
	part("level", y.Levels, "full", "interactive", "informative", "none")
	part("automation", y.Automation, "full", "partial", "manual", "")
	return out
}
