package duty

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
)

// numbers are how much waits, for each tab and kind.
type numbers struct {
	tabs map[kis.WorkTab]Number
	kind map[kindOf]Number
	menu map[string]int
}

type kindOf struct {
	tab kis.WorkTab
	key string
}

// kinds lists the kinds of a tab, those with most first.
func (c numbers) kinds(tab kis.WorkTab) []Kind {
	var out []Kind
	for k, n := range c.kind {
		if k.tab == tab && n.N > 0 {
			out = append(out, Kind{k.key, n})
		}
	}
	slices.SortFunc(out, func(a, b Kind) int {
		if a.N != b.N {
			return b.N - a.N
		}
		return strings.Compare(a.Key, b.Key)
	})
	return out
}

// counted is what waits of one part.
type counted struct{ Part, N, Late int }

// count counts everything of the lists, in one query for all parts, which is
// not asked again as long as nothing was added to the trail.
func (s *Service) count(ctx context.Context, l *list) (numbers, error) {
	c := numbers{tabs: map[kis.WorkTab]Number{}, kind: map[kindOf]Number{}, menu: map[string]int{}}
	add := func(tab kis.WorkTab, kind, menu string, n Number) {
		c.tabs[tab] = c.tabs[tab].add(n)
		c.kind[kindOf{tab, kind}] = c.kind[kindOf{tab, kind}].add(n)
		if tab == kis.WorkMine && menu != "" {
			c.menu[menu] += n.N
		}
	}
	today := s.KIS.Today()
	for _, e := range l.listed {
		n := Number{N: 1, More: e.item.More}
		if e.key.Due < today {
			n.Late = 1
		}
		add(e.tab, e.item.KindKey, "", n)
	}
	var all *bun.SelectQuery
	for i, p := range l.parts {
		q := p.Count(s.KIS.DB.Read(), today, mostCounted+1).ColumnExpr("? AS part", i)
		if all == nil {
			all = q
		} else {
			all = all.UnionAll(q)
		}
	}
	if all == nil {
		return c, nil
	}
	rows, err := s.counts.Get(ctx, s.KIS.DB, all.String(), func() (rows []counted, err error) {
		return rows, store.MapError(all.Scan(ctx, &rows), "count work")
	})
	if err != nil {
		return c, err
	}
	for _, r := range rows {
		p := l.parts[r.Part]
		add(p.Tab, p.Kind, p.Menu, Number{min(r.N, mostCounted), min(r.Late, mostCounted), r.N > mostCounted})
	}
	return c, nil
}

// Counts gives how much waits for the actor, by the address of the menu under
// which it is found: one query and those of the sources that give lists.
func (s *Service) Counts(ctx context.Context) (map[string]int, error) {
	l, err := s.gather(ctx)
	if err != nil {
		return nil, err
	}
	l.parts = kis.OfTab(l.parts, kis.WorkMine)
	c, err := s.count(ctx, l)
	c.menu["/work"] = c.tabs[kis.WorkMine].N
	return c.menu, err
}

// fill reads the items of a page.
func (s *Service) fill(ctx context.Context, l *list, f Filter, page *Page) error {
	after, limit := f.place(), f.Limit
	words := strings.Fields(i18n.Fold(f.Query))
	if after != nil {
		if _, known := l.rank[after.Part]; !known {
			after = nil
		}
	}
	read, most := after, limit+1
	if len(words) > 0 { // the words stand in what is shown, which only the sources know
		read, most = nil, mostSearch
	}
	keys, err := s.keys(ctx, l, f, read, most)
	if err != nil {
		return err
	}
	var found []entry
	for _, e := range l.listed {
		if e.tab == f.Tab && (f.Kind == "" || f.Kind == e.item.KindKey) && (read == nil || l.compare(e.key, *read) > 0) {
			found = append(found, e)
		}
	}
	if len(words) == 0 { // only what is shown is made
		keys, found = l.first(keys, found, most)
	}
	made, err := s.made(ctx, l, f.Tab, keys)
	if err != nil {
		return err
	}
	found = append(found, made...)
	slices.SortFunc(found, func(a, b entry) int { return l.compare(a.key, b.key) })
	if len(words) > 0 {
		page.Found = Number{}
		today := s.KIS.Today()
		found = slices.DeleteFunc(found, func(e entry) bool {
			if !holds(e.item, words) {
				return true
			}
			page.Found.N++
			if e.key.Due < today {
				page.Found.Late++
			}
			return after != nil && l.compare(e.key, *after) <= 0
		})
	}
	if len(found) > limit {
		found = found[:limit]
		page.Next = put(found[limit-1].key)
	}
	for _, e := range found {
		page.Items = append(page.Items, e.item)
	}
	return nil
}

// keys reads the places of the first rows of a list, over all its parts.
func (s *Service) keys(ctx context.Context, l *list, f Filter, after *kis.WorkKey, most int) ([]kis.WorkKey, error) {
	var all *bun.SelectQuery
	var names []string
	db := s.KIS.DB.Read()
	for _, p := range l.parts {
		if p.Tab != f.Tab || (f.Kind != "" && f.Kind != p.Kind) {
			continue
		}
		rank := l.rank[p.Name]
		sub := p.PageFrom(after, after != nil && rank > l.rank[after.Part], most)
		q := db.NewSelect().TableExpr("(?) AS w", sub).ColumnExpr("? AS part, w.due, w.id, w.id2", rank)
		if all == nil {
			all = q
		} else {
			all = all.UnionAll(q)
		}
		for len(names) <= rank {
			names = append(names, "")
		}
		names[rank] = p.Name
	}
	if all == nil {
		return nil, nil
	}
	q := db.NewSelect().TableExpr("(?) AS w", all).ColumnExpr("w.part, w.due, w.id, w.id2").OrderExpr("w.due, w.part, w.id, w.id2").Limit(int64(most))
	var rows []struct {
		Part    int
		Due     day.Day
		ID, ID2 string
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, store.MapError(err, "places of work")
	}
	out := make([]kis.WorkKey, len(rows))
	for i, r := range rows {
		out[i] = kis.WorkKey{Due: r.Due, Part: names[r.Part], ID: r.ID, ID2: r.ID2}
	}
	return out, nil
}

// first keeps the first of keys and items together.
func (l *list) first(keys []kis.WorkKey, items []entry, most int) ([]kis.WorkKey, []entry) {
	slices.SortFunc(items, func(a, b entry) int { return l.compare(a.key, b.key) })
	k, i := 0, 0
	for k+i < most && (k < len(keys) || i < len(items)) {
		if i == len(items) || (k < len(keys) && l.compare(keys[k], items[i].key) < 0) {
			k++
		} else {
			i++
		}
	}
	return keys[:k], items[:i]
}

// made makes the items of places, each part once.
func (s *Service) made(ctx context.Context, l *list, tab kis.WorkTab, keys []kis.WorkKey) ([]entry, error) {
	of := map[string][]kis.WorkKey{}
	for _, k := range keys {
		of[k.Part] = append(of[k.Part], k)
	}
	var out []entry
	for _, p := range l.parts {
		if p.Tab != tab || len(of[p.Name]) == 0 {
			continue
		}
		items, err := p.Read(ctx, of[p.Name])
		if err != nil {
			return nil, err
		}
		due := map[[2]string]kis.WorkKey{}
		for _, k := range of[p.Name] {
			due[[2]string{k.ID, k.ID2}] = k
		}
		for _, w := range items {
			out = append(out, entry{tab, due[[2]string{w.ID, w.ID2}], w})
		}
	}
	return out, nil
}

// holds says whether all words stand in what is shown of an item.
func holds(w kis.WorkItem, words []string) bool {
	text := i18n.Fold(w.Title + " " + w.Reason + " " + w.Quote)
	for _, word := range words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// Each gives a whole list under a filter, page by page, as it stands when each
// page is read. An error ends it.
func (s *Service) Each(ctx context.Context, f Filter) iter.Seq2[kis.WorkItem, error] {
	return func(yield func(kis.WorkItem, error) bool) {
		f.After, f.Limit = nil, mostPage
		if f.Query != "" {
			f.Limit = mostSearch // a search looks at everything each time
		}
		if f.Tab == "" {
			f.Tab = kis.WorkMine
		}
		l, err := s.gather(ctx)
		for err == nil {
			var page Page
			if err = s.fill(ctx, l, f, &page); err != nil {
				break
			}
			for _, w := range page.Items {
				if !yield(w, nil) {
					return
				}
			}
			if f.After = page.Next; f.After == nil {
				return
			}
		}
		yield(kis.WorkItem{}, err)
	}
}
