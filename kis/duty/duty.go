// Package duty owns the lists of what waits: for a person, for a department,
// and what somebody waits for from others, over all contexts, by term.
//
// It may import kis, policies and the internal packages; nothing of the other
// contexts: what waits in them they say themselves (Source). Invariants: it
// changes nothing; a page takes at most one query for the numbers, one for the places
// of its rows and at most one for each part with rows on the page, however
// much waits; a list is the same on every way to it: pages, exports, API and
// the number in the menu.
package duty

import (
	"context"
	"slices"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Source gives what waits for the actor of ctx as a list, for contexts in
// which it is never much.
type Source interface {
	Work(ctx context.Context) ([]kis.WorkItem, error)
}

// Parts gives what waits for the actor of ctx in parts that are read page by
// page. A source that has both is asked for its parts.
type Parts interface {
	WorkParts(ctx context.Context) ([]kis.WorkPart, error)
}

// Service puts the lists together.
type Service struct {
	counts  store.Kept[string, []counted] // by the text of the question, which holds the person and the day
	KIS     *kis.Service
	sources []Source
}

// New makes the service.
func New(k *kis.Service, sources ...Source) *Service { return &Service{KIS: k, sources: sources} }

// Add adds sources. Call it while wiring.
func (s *Service) Add(sources ...Source) { s.sources = append(s.sources, sources...) }

// Bounds of the lists.
const (
	mostCounted = 1000   // of each part; beyond it numbers say "and more": counting all would cost more than the page
	mostSearch  = 10_000 // rows of each part that a search looks at
	mostPage    = 200
)

// Filter narrows a list; zero fields do not.
type Filter struct {
	Tab   kis.WorkTab // WorkMine when empty
	Kind  string      // message key of a kind
	Query string      // every word in title, reason or quote, without regard to case and marks
	After []string    // Next of the page before
	Limit int         // 50 when 0, at most 200
}

// Number is how much waits.
type Number struct {
	N, Late int
	More    bool // there are more than N
}

// add puts another number to it.
func (n Number) add(m Number) Number {
	return Number{n.N + m.N, n.Late + m.Late, n.More || m.More}
}

// Kind is how much of one kind waits.
type Kind struct {
	Key string
	Number
}

// Page is one page of a list.
type Page struct {
	Tab   kis.WorkTab
	Items []kis.WorkItem
	Next  []string // After of the next page; nil when this is the last
	Kinds []Kind   // of the whole list of the tab, the most first
	All   map[kis.WorkTab]Number
	Found Number // what the filter leaves
}

// list is what an actor's lists are made of.
type list struct {
	parts  []kis.WorkPart // with From, by name
	listed []entry        // items of the others
	rank   map[string]int // of the names of parts and lists, in their order
}

// entry is an item with its place.
type entry struct {
	tab  kis.WorkTab
	key  kis.WorkKey
	item kis.WorkItem
}

// gather asks every source for its parts, and for its items where these are
// all that it gives. Who has nothing to do with a context is passed over.
func (s *Service) gather(ctx context.Context) (*list, error) {
	if _, err := office.Allowed(ctx, policies.SelfUse); err != nil {
		return nil, err
	}
	l := &list{rank: map[string]int{}}
	names := []string{}
	take := func(name string, tab kis.WorkTab, items []kis.WorkItem) {
		names = append(names, name)
		for _, w := range items {
			e := entry{tab: tab, item: w, key: kis.WorkKey{Due: w.Due, Part: name, ID: w.Href, ID2: w.Title}}
			if e.tab == "" {
				if e.tab = kis.WorkMine; w.Awaited {
					e.tab = kis.WorkAwaited
				}
			}
			if e.key.Due == "" {
				e.key.Due = kis.NoTerm
			}
			l.listed = append(l.listed, e)
		}
	}
	for i, src := range s.sources {
		p, ok := src.(Parts)
		if !ok {
			items, err := src.Work(ctx)
			if err != nil && !apperr.Is(err, apperr.Forbidden) {
				return nil, err
			}
			if err == nil {
				take("list."+string(rune('a'+i)), "", items)
			}
			continue
		}
		parts, err := p.WorkParts(ctx)
		if apperr.Is(err, apperr.Forbidden) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, part := range parts {
			if part.List == nil {
				l.parts = append(l.parts, part)
				names = append(names, part.Name)
				continue
			}
			items, err := part.List(ctx)
			if err != nil {
				return nil, err
			}
			take(part.Name, part.Tab, items)
		}
	}
	slices.Sort(names)
	for i, n := range slices.Compact(names) {
		l.rank[n] = i
	}
	return l, nil
}

// compare puts places in the order of the lists: by term, part and row.
func (l *list) compare(a, b kis.WorkKey) int {
	if c := strings.Compare(string(a.Due), string(b.Due)); c != 0 {
		return c
	}
	if c := l.rank[a.Part] - l.rank[b.Part]; c != 0 {
		return c
	}
	if c := strings.Compare(a.ID, b.ID); c != 0 {
		return c
	}
	return strings.Compare(a.ID2, b.ID2)
}

// place reads where a list goes on; nil is its beginning, also for a place
// that is none.
func (f Filter) place() *kis.WorkKey {
	if len(f.After) != 4 {
		return nil
	}
	d, ok := day.Parse(f.After[0])
	if !ok {
		return nil
	}
	return &kis.WorkKey{Due: d, Part: f.After[1], ID: f.After[2], ID2: f.After[3]}
}

// put writes a place for an address.
func put(k kis.WorkKey) []string { return []string{string(k.Due), k.Part, k.ID, k.ID2} }

// List reads one page of a list of the actor.
func (s *Service) List(ctx context.Context, f Filter) (Page, error) {
	if f.Tab == "" {
		f.Tab = kis.WorkMine
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, mostPage)
	l, err := s.gather(ctx)
	if err != nil {
		return Page{}, err
	}
	page := Page{Tab: f.Tab}
	counted, err := s.count(ctx, l)
	if err != nil {
		return page, err
	}
	page.All, page.Kinds = counted.tabs, counted.kinds(f.Tab)
	page.Found = page.All[f.Tab]
	if f.Kind != "" {
		page.Found = counted.kind[kindOf{f.Tab, f.Kind}]
	}
	return page, s.fill(ctx, l, f, &page)
}

// Work gives the first of what waits for the actor, by term, and of what the
// actor waits for; for mail and reminders.
func (s *Service) Work(ctx context.Context) ([]kis.WorkItem, error) {
	l, err := s.gather(ctx)
	if err != nil {
		return nil, err
	}
	var page Page
	err = s.fill(ctx, l, Filter{Tab: kis.WorkMine, Limit: mostPage}, &page)
	if n := len(page.Items); n > 0 && page.Next != nil {
		page.Items[n-1].More = true
	}
	return page.Items, err
}

// Items gives the first items of a list of the actor, without its numbers.
func (s *Service) Items(ctx context.Context, tab kis.WorkTab, n int) ([]kis.WorkItem, error) {
	l, err := s.gather(ctx)
	if err != nil {
		return nil, err
	}
	var page Page
	err = s.fill(ctx, l, Filter{Tab: tab, Limit: n}, &page)
	return page.Items, err
}
