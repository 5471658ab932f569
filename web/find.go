package web

import (
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/web/ui"
)

// Finder looks for things of one kind by words, with the rights of the person:
// at most limit of them, the best first. The page of the search asks every
// package that registered one.
type Finder func(c *Context, words string, limit int) (Found, error)

// Found is what was found of one kind.
type Found struct {
	Title string // of the kind, in the language of the page
	Icon  string
	Hits  []Hit
	Note  string // what is to be known of them; may be empty
	All   string // address of the whole list; empty when all is shown or there is no list
}

// Hit is one thing that was found.
type Hit struct {
	Title, Under, Href string
	State              ui.State
}

// Find adds a finder to the search.
func (r *Router) Find(f Finder) { r.finders = append(r.finders, f) }

// Found asks the finders in the order in which they were added. What is not
// for this person, and kinds of which nothing was found, are left out.
func (c *Context) Found(words string, limit int) ([]Found, error) {
	var out []Found
	for _, find := range c.server.router.finders {
		g, err := find(c, words, limit)
		switch {
		case apperr.Is(err, apperr.Forbidden), apperr.Is(err, apperr.NotFound):
		case err != nil:
			return nil, err
		case len(g.Hits) > 0:
			out = append(out, g)
		}
	}
	return out, nil
}
