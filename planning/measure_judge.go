package planning

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
)

// propose gives the status that follows from evidence and steps; "" when they
// say nothing. No evidence proves nothing, whatever the steps say. A measure
// without an end is never complete: with evidence it is ongoing, done this
// year when every step is. Else the share of steps done decides, by the
// limits that the statuses carry; these limits are ours, not the OGP's.
func propose(rules []MeasureStatusRule, ongoing bool, evidence, steps, done int) (status MeasureStatus, doneThisYear *bool) {
	if evidence == 0 {
		return MeasureNoEvidence, nil
	}
	if ongoing {
		all := done == steps
		return MeasureOngoing, &all
	}
	if steps == 0 {
		return "", nil
	}
	share := 100 * done / steps
	if done > 0 && share == 0 {
		share = 1 // something of very much is not nothing
	}
	for _, r := range rules {
		if r.ShareFrom != nil && *r.ShareFrom <= share && share <= *r.ShareTo && r.Fits(ongoing) {
			return r.Code, nil
		}
	}
	return "", nil
}

// MeasureWarning is something about an entry that a reader of the report
// would ask about. It blocks nothing.
type MeasureWarning struct {
	Key  string
	Args []any // name, value, name, value …
}

// warnings looks at one entry; same are the numbers of other measures with
// the same narrative.
func (e MeasureEntry) warnings(same []string) []MeasureWarning {
	var out []MeasureWarning
	if len(same) > 0 {
		out = append(out, MeasureWarning{"planning.measure.warning.same", []any{"numbers", strings.Join(same, ", ")}})
	}
	if e.Narrative != "" && len(e.Links) == 0 && !hasFigure(e.Narrative) && !hasFigure(e.Figures) {
		out = append(out, MeasureWarning{"planning.measure.warning.bare", nil})
	}
	if n := e.outside(); n > 0 {
		out = append(out, MeasureWarning{"planning.measure.warning.outside", []any{"n", n, "year", strconv.Itoa(e.Year)}})
	}
	return out
}

// outside counts the evidence dated in another year.
func (e MeasureEntry) outside() int {
	n := 0
	count := func(d day.Day) {
		if d != "" && d.Year() != e.Year {
			n++
		}
	}
	for _, l := range e.Links {
		count(l.Dated)
	}
	for _, f := range e.Files {
		count(f.Dated)
	}
	return n
}

var (
	datesInText  = regexp.MustCompile(`\b[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}\b`)
	yearsInText  = regexp.MustCompile(`\b(19|20|21)[0-9]{2}\b`)
	digitsInText = regexp.MustCompile(`[0-9]`)
)

// hasFigure says whether a text holds a number that is no date and no year.
func hasFigure(text string) bool {
	return digitsInText.MatchString(yearsInText.ReplaceAllString(datesInText.ReplaceAllString(text, ""), ""))
}

// narrativeKey is a hash of what is said, without regard to case, marks,
// blanks and punctuation; "" for nothing.
func narrativeKey(text string) string {
	words := strings.FieldsFunc(i18n.Fold(text), func(r rune) bool { return strings.ContainsRune(" .,;:!?()[]“”\"'«»–-—/", r) })
	if len(words) == 0 {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.Join(words, " ")))
	return hex.EncodeToString(sum[:16])
}
