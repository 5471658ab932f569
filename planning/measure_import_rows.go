package planning

import (
	"regexp"
	"strconv"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/table"
)

// The kinds of the column "kind".
const (
	measureDated   = "dated"
	measureRegular = "regular"
)

// Lengths of an imported measure, in characters.
const (
	maxMeasureTitle = 2000
	maxMeasureFacts = 10_000
	maxMeasureHint  = 4000
)

var (
	measureNumber = regexp.MustCompile(`^([1-9][0-9]{0,2})\.([1-9][0-9]{0,2})$`)
	measurePeriod = regexp.MustCompile(`^((?:19|20|21)[0-9]{2})(?:[-–]((?:19|20|21)[0-9]{2}))?$`)
)

// readMeasures checks the rows by themselves; lines gives the row of each.
func readMeasures(rows []table.Row) (list []Measure, lines []int, err error) {
	var check apperr.Check
	seen := map[string]int{}
	for _, r := range rows {
		m, ok := readMeasure(&check, r)
		if first, twice := seen[m.Number]; twice {
			check.AddRow(r.Line, "number", "planning.measure.import.number_twice", "number", m.Number, "row", first)
			continue
		}
		if m.Number != "" {
			seen[m.Number] = r.Line
		}
		if ok {
			list, lines = append(list, m), append(lines, r.Line)
		}
	}
	return list, lines, check.Err()
}

// readMeasure reads one row; each fault goes to check.
func readMeasure(check *apperr.Check, r table.Row) (m Measure, ok bool) {
	before := check.Count()
	text := func(column string, required bool, most int) string {
		var c apperr.Check
		v := c.Text(column, r.Get(column), map[bool]int{true: 1}[required], most)
		if e := c.Err(); e != nil {
			f := apperr.As(e).Fields[0]
			check.AddRow(r.Line, column, f.Key, apperr.Flat(f.Args)...)
		}
		return v
	}
	m = Measure{Number: r.Get("number"), TitleAZ: text("title_az", true, maxMeasureTitle), TitleEN: text("title_en", false, maxMeasureTitle),
		Period: r.Get("period"), Facts: text("facts_en", false, maxMeasureFacts), Hint: text("evidence_hint_en", false, maxMeasureHint)}
	if parts := measureNumber.FindStringSubmatch(m.Number); parts != nil {
		m.Section, _ = strconv.Atoi(parts[1]) // the pattern holds digits only
		m.Item, _ = strconv.Atoi(parts[2])
	} else {
		check.AddRow(r.Line, "number", "planning.measure.import.number", "value", i18n.Shorten(m.Number, 40))
		m.Number = ""
	}
	switch kind := r.Get("kind"); kind {
	case measureRegular:
		m.Ongoing = true
		if i18n.Fold(m.Period) != "mutemadi" {
			check.AddRow(r.Line, "period", "planning.measure.import.period_regular", "value", i18n.Shorten(m.Period, 40))
		}
	case measureDated:
		if _, _, ok := yearsOf(m.Period); !ok {
			check.AddRow(r.Line, "period", "planning.measure.import.period", "value", i18n.Shorten(m.Period, 40))
		}
	default:
		check.AddRow(r.Line, "kind", "planning.measure.import.kind", "value", i18n.Shorten(kind, 40))
	}
	m.SearchKey = i18n.Fold(m.Number + " " + m.TitleAZ + " " + m.TitleEN)
	return m, check.Count() == before
}

// yearsOf reads a period: 2020-2022 or one year.
func yearsOf(period string) (from, to int, ok bool) {
	parts := measurePeriod.FindStringSubmatch(period)
	if parts == nil {
		return 0, 0, false
	}
	from, _ = strconv.Atoi(parts[1]) // the pattern holds digits only
	to = from
	if parts[2] != "" {
		to, _ = strconv.Atoi(parts[2])
	}
	return from, to, from <= to
}
