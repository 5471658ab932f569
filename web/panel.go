package web

import (
	"github.com/a-h/templ"

	"github.com/kis-platform/kis/internal/apperr"
)

// Panel draws what one package has to say on a page of another: comments under
// evidence, requests about a task. id is the object of the page. Nil shows
// nothing.
type Panel func(c *Context, id string) (templ.Component, error)

// Panel adds a panel to the pages of a kind of object, "submission" or "task";
// "task_facts" stand in the narrow column of a task.
func (r *Router) Panel(of string, p Panel) {
	if r.panels == nil {
		r.panels = map[string][]Panel{}
	}
	r.panels[of] = append(r.panels[of], p)
}

// Panels draws the panels of an object in the order in which they were added.
// One that is not for this person shows nothing.
func (c *Context) Panels(of, id string) ([]templ.Component, error) {
	var out []templ.Component
	for _, p := range c.server.router.panels[of] {
		part, err := p(c, id)
		switch {
		case apperr.Is(err, apperr.Forbidden), apperr.Is(err, apperr.NotFound):
		case err != nil:
			return nil, err
		case part != nil:
			out = append(out, part)
		}
	}
	return out, nil
}
