package quality

import (
	"context"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/content"
)

// Difference is a concept in which two reports differ.
type Difference struct {
	Concept        // of the newer structure, of the older where that has it no more
	Before, After  Item
	Added, Removed bool           // by the structure
	AZ, EN         []content.Line // the texts line by line; nil where they are equal
}

// Comparison is what became of one report in another.
type Comparison struct {
	Old, New    Dossier
	Differences []Difference
	Same        int // concepts in which nothing changed
}

// Compare tells two reports of the same process apart, concept by concept.
// Either that the actor may not see is not found; reports of two processes
// have nothing to compare.
func (s *Service) Compare(ctx context.Context, oldID, newID string) (Comparison, error) {
	var c Comparison
	var err error
	if c.New, err = s.Report(ctx, newID); err != nil {
		return c, err
	}
	if c.Old, err = s.Report(ctx, oldID); err != nil {
		return c, err
	}
	if c.Old.ProcessID != c.New.ProcessID || c.Old.ID == c.New.ID {
		return c, apperr.Missing(Kind)
	}
	c.Differences, c.Same = differences(c.Old.Items, c.New.Items)
	return c, nil
}

// differences goes through the newer items and then through what only the
// older have.
func differences(before, after []Item) (out []Difference, same int) {
	old := map[string]Item{}
	for _, it := range before {
		if it.Kind != Group {
			old[it.Concept.Code] = it
		}
	}
	for _, it := range after {
		if it.Kind == Group {
			continue
		}
		was, known := old[it.Concept.Code]
		delete(old, it.Concept.Code)
		if known && equal(was, it) {
			same++
			continue
		}
		out = append(out, difference(it.Concept, was, it, !known, false))
	}
	for _, it := range before {
		if was, left := old[it.Concept.Code]; left {
			out = append(out, difference(it.Concept, was, Item{}, false, true))
		}
	}
	return out, same
}

func difference(c Concept, was, is Item, added, removed bool) Difference {
	d := Difference{Concept: c, Before: was, After: is, Added: added, Removed: removed}
	if was.Entry.TextAZ != is.Entry.TextAZ {
		d.AZ = lines(was.Entry.TextAZ, is.Entry.TextAZ)
	}
	if was.Entry.TextEN != is.Entry.TextEN {
		d.EN = lines(was.Entry.TextEN, is.Entry.TextEN)
	}
	return d
}

// lines compares two texts; those too different are shown one after the other.
func lines(before, after string) []content.Line {
	if before == "" {
		return []content.Line{{Edit: content.Added, New: 1, Text: after}}
	}
	if after == "" {
		return []content.Line{{Edit: content.Removed, Old: 1, Text: before}}
	}
	if list, ok := content.Lines(before, after); ok {
		return list
	}
	return []content.Line{{Edit: content.Removed, Old: 1, Text: before}, {Edit: content.Added, New: 1, Text: after}}
}

func equal(a, b Item) bool {
	return same(a.Entry, b.Entry) && a.Known() == b.Known() && a.NA() == b.NA()
}

// Known is the figure of an indicator as it is shown, wherever it comes from;
// empty when there is none.
func (i Item) Known() string {
	switch {
	case i.Figure != nil:
		return i.Figure.Rounded()
	case i.ByHand() && !i.Entry.NA:
		return i.Entry.Value
	}
	return ""
}
