package planningweb

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/web/ui"
)

// measureStatusWord is a status as tone, icon and word.
func measureStatusWord(p ui.Page, rules []planning.MeasureStatusRule, code planning.MeasureStatus, done *bool) ui.State {
	st := ui.State{Tone: "idle", Icon: "circle-dashed", Word: p.T("planning.measure.status.none")}
	switch code {
	case planning.MeasureComplete:
		st.Tone, st.Icon = "good", "circle-check"
	case planning.MeasureSubstantial:
		st.Tone, st.Icon = "good", "progress-check"
	case planning.MeasureLimited:
		st.Tone, st.Icon = "warn", "progress"
	case planning.MeasureOngoing:
		st.Tone, st.Icon = "info", "refresh"
		if done != nil && !*done {
			st.Tone = "warn"
		}
	case planning.MeasureNoEvidence:
		st.Tone, st.Icon = "bad", "file-off"
	case planning.MeasureNotStarted:
		st.Tone, st.Icon = "bad", "circle-x"
	case planning.MeasureWithdrawn:
		st.Tone, st.Icon = "off", "archive"
	}
	if rule, ok := (planning.MeasureList{Statuses: rules}).Rule(code); ok {
		st.Word = firstCapital(p.Lang, rule.Name(p.Lang))
	}
	return st
}

// doneWords says of an ongoing measure whether it was done in the year; "" of
// any other.
func doneWords(p ui.Page, done *bool, year int) string {
	switch {
	case done == nil:
		return ""
	case *done:
		return p.T("planning.measure.year_done", "year", strconv.Itoa(year))
	}
	return p.T("planning.measure.year_open", "year", strconv.Itoa(year))
}

// firstCapital writes the first letter large, by the rules of the language.
func firstCapital(lang, s string) string {
	first, n := utf8.DecodeRuneInString(s)
	if lang == "en" {
		return strings.ToUpper(string(first)) + s[n:]
	}
	return i18n.Upper(string(first)) + s[n:]
}

// measureBodies lists the bodies that get the report.
func measureBodies(text string) string { return strings.ReplaceAll(text, " | ", ", ") }

// measurePeriod is the term of a measure: as printed, or the word for one
// without an end.
func measurePeriod(p ui.Page, m planning.Measure) string {
	if m.Ongoing {
		return p.T("planning.measure.ongoing")
	}
	return m.Period
}
