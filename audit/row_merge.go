package audit

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
)

// rowTexts are the fields of a row as a patch has them.
func rowTexts(r Row, evidence []string) map[RowField]string {
	ids := slices.Clone(evidence)
	slices.Sort(ids)
	return map[RowField]string{FieldAnswer: string(r.Answer), FieldNote: r.Note, FieldPopulation: countText(r.Population), FieldSample: countText(r.Sample),
		FieldSampleMethod: r.SampleMethod, FieldSampleResult: r.SampleResult, FieldEvidence: strings.Join(ids, " ")}
}

func countText(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

// setText writes one field of a patch, which was checked, to a row.
func setText(r *Row, evidence *[]string, field RowField, text string) {
	count := func() *int {
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil
		}
		return &n
	}
	switch field {
	case FieldAnswer:
		r.Answer = Answer(text)
	case FieldNote:
		r.Note = text
	case FieldPopulation:
		r.Population = count()
	case FieldSample:
		r.Sample = count()
	case FieldSampleMethod:
		r.SampleMethod = text
	case FieldSampleResult:
		r.SampleResult = text
	case FieldEvidence:
		*evidence = strings.Fields(text)
	}
}

// mergeRow decides, field by field, what a patch does to a row that others may
// have changed since the sender saw it. now holds the row as it is, later the
// changes after the version that was seen, oldest first; version is the row's.
// fields are those to be written; with conflicts none is.
//
// For each field: base is what the sender saw. What the sender's own earlier
// requests wrote moves the base along. Left at the base, the field is not the
// sender's change and keeps what the others wrote; equal to what is there, it
// is done already; else, when others changed it, it is a conflict. Two sets of
// links never are: what was added and what was taken away is done to the set
// as it is now.
func mergeRow(p RowPatch, now map[RowField]string, later []rowChange, user string, version int) (map[RowField]string, []RowConflict, error) {
	seen := map[int]bool{}
	base, foreign := map[RowField]string{}, map[RowField]*rowChange{}
	for i, l := range later {
		seen[l.Version] = true
		if _, known := base[l.Field]; !known {
			base[l.Field] = l.Before
		}
		if l.UserID == user && l.Request != "" && slices.Contains(p.After, l.Request) {
			base[l.Field], foreign[l.Field] = l.After, nil
		} else {
			foreign[l.Field] = &later[i]
		}
	}
	if len(seen) != version-p.Version {
		// Changes from before the log was kept: what they touched is not known.
		return nil, nil, apperr.New(apperr.Conflict, "audit.error.row_old")
	}
	fields := map[RowField]string{}
	var conflicts []RowConflict
	for _, field := range RowFields() {
		mine, changed := p.Fields[field]
		if !changed {
			continue
		}
		other, was := foreign[field], now[field]
		if b, known := base[field]; known {
			was = b
		}
		switch {
		case mine == now[field]:
		case other == nil:
			fields[field] = mine
		case mine == was:
		case field == FieldEvidence:
			if set := mergeSets(was, mine, now[field]); set != now[field] {
				fields[field] = set
			}
		default:
			conflicts = append(conflicts, RowConflict{Field: field, Mine: mine, Theirs: now[field], By: other.By, At: other.At})
		}
	}
	if len(conflicts) > 0 {
		return nil, conflicts, nil
	}
	return fields, nil, nil
}

// mergeSets does to the set now what led from base to mine.
func mergeSets(base, mine, now string) string {
	was, want, set := strings.Fields(base), strings.Fields(mine), strings.Fields(now)
	set = slices.DeleteFunc(set, func(id string) bool { return slices.Contains(was, id) && !slices.Contains(want, id) })
	for _, id := range want {
		if !slices.Contains(was, id) && !slices.Contains(set, id) {
			set = append(set, id)
		}
	}
	slices.Sort(set)
	return strings.Join(set, " ")
}

// RowTexts are the fields of a row as RowPatch has them, for those who show
// what it holds now.
func RowTexts(r Row, evidence []string) map[RowField]string { return rowTexts(r, evidence) }
