package reports

import (
	"context"
	"slices"
	"strings"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
)

// Kind is a kind of document that a package beneath this one makes. Its PDFs
// stand in the same register, under codes of the same kind.
type Kind struct {
	Name    string
	Formats []string // of which a request asks for one
	Key     bool     // a request must have a key
	Year    bool     // and a year
	Filter  []string // what of its filter is looked at
	Collect func(ctx context.Context, r Request, w Words) (Material, error)
}

// Material is what such a package found: the object, and how its document and
// sheets are made of it. Doc and Sheets are pure.
type Material struct {
	Object string  // id of the object in its context, or a key of its own
	Number string  // as people call it
	Dated  day.Day // official date; empty while there is none
	State  string  // key of the words of its state; empty when it has none
	Name   string  // of the file, without ending; what a name cannot hold is replaced
	Doc    func() Doc
	Sheets func() []Sheet // nil when the kind has none; the first is the CSV
}

// Add makes further kinds known. It is called before the first document. One
// that is printed must have its words: the page of a code says them to anybody.
func (s *Service) Add(more ...Kind) {
	for _, k := range more {
		if slices.Contains(k.Formats, PDF) && !i18n.Has("report.kind."+k.Name) {
			panic("no words for documents of kind " + k.Name)
		}
	}
	s.more = append(s.more, more...)
}

// formats lists the formats of a kind; nil for an unknown one.
func (s *Service) formats(kind string) []string {
	if k := s.added(kind); k != nil {
		return slices.Clone(k.Formats)
	}
	return Formats(kind)
}

// added is a kind that was added; nil when it was not.
func (s *Service) added(kind string) *Kind {
	for i := range s.more {
		if s.more[i].Name == kind {
			return &s.more[i]
		}
	}
	return nil
}

// kindNames lists every kind for messages.
func (s *Service) kindNames() string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.kind)
	}
	for _, k := range s.more {
		names = append(names, k.Name)
	}
	return strings.Join(names, ", ")
}

// collectAdded asks the package that added the kind.
func (s *Service) collectAdded(ctx context.Context, k *Kind, r Request, w Words) (material, error) {
	m, err := k.Collect(ctx, r, w)
	return material{object: m.Object, number: m.Number, dated: m.Dated, state: m.State, name: fileName(m.Name), doc: m.Doc, sheets: m.Sheets}, err
}
