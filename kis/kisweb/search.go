package kisweb

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// perKind is how much of each kind a search shows; more is where the kind has
// its own list.
const perKind = 8

// searchPages find things of every kind by words.
type searchPages struct {
	kis *kis.Service
	r   *web.Router
}

func registerSearch(r *web.Router, s *kis.Service) {
	h := searchPages{s, r}
	r.GET("/search", policies.SelfUse, h.show)
}

// searchPage is what was found, kind by kind.
type searchPage struct {
	ui.Page
	Query  string
	Groups []web.Found
}

func (h searchPages) show(c *web.Context) error {
	p := searchPage{Page: c.Page("kis.search.title"), Query: strings.TrimSpace(i18n.Shorten(c.Query("q"), 200))}
	if p.Query == "" {
		return c.Render(http.StatusOK, searchResults(p))
	}
	for _, find := range []func(*web.Context, searchPage) (web.Found, error){h.activities, h.evidence, h.processes, h.people} {
		g, err := find(c, p)
		if err := p.add(g, err); err != nil {
			return err
		}
	}
	for _, src := range h.kis.Records {
		g, err := h.records(c.Ctx(), p, src)
		if err := p.add(g, err); err != nil {
			return err
		}
	}
	more, err := c.Found(p.Query, perKind)
	if err != nil {
		return err
	}
	p.Groups = append(p.Groups, more...)
	return c.Render(http.StatusOK, searchResults(p))
}

// add takes a group that has anything; a kind that this person has nothing to
// do with has not.
func (p *searchPage) add(g web.Found, err error) error {
	if apperr.Is(err, apperr.Forbidden) || apperr.Is(err, apperr.NotFound) {
		return nil
	}
	if err == nil && (len(g.Hits) > 0 || g.All != "") {
		p.Groups = append(p.Groups, g)
	}
	return err
}

// list is the address of a list under the same words.
func (p searchPage) list(path string, found int) string {
	if found <= perKind {
		return ""
	}
	return path + "?" + url.Values{"q": {p.Query}}.Encode()
}

func (h searchPages) activities(c *web.Context, p searchPage) (web.Found, error) {
	g := web.Found{Title: p.T("kis.search.activities"), Icon: "list-tree"}
	list, err := h.kis.FindActivities(c.Ctx(), p.Query, p.Lang, perKind)
	for _, a := range list {
		hit := web.Hit{Title: a.Code + " " + a.Name, Under: a.Process.Title(p.Lang), Href: "/processes/" + a.Process.Code}
		if a.Level == process.Task && a.CycleID != "" && c.Can(policies.CycleRead) {
			hit.Href, hit.Under = taskHref(a.CycleID, a.Code), hit.Under+", "+a.Period
		}
		g.Hits = append(g.Hits, hit)
	}
	return g, err
}

func (h searchPages) evidence(c *web.Context, p searchPage) (web.Found, error) {
	g := web.Found{Title: p.T("kis.evidence.list.title"), Icon: "files"}
	found, err := h.kis.Evidence(c.Ctx(), kis.EvidenceFilter{Query: p.Query, Limit: perKind + 1})
	for i, r := range found.Rows {
		if i < perKind {
			g.Hits = append(g.Hits, web.Hit{Title: r.Submission.Title, Under: r.TaskCode + " " + r.TaskName(p.Lang) + " · " + r.Process.Title(p.Lang) + ", " + r.Period,
				Href: "/evidence/" + r.ID, State: submissionState(p.Page, r.State)})
		}
	}
	g.All = p.list("/evidence", len(found.Rows))
	if found.Cut { // the list goes on where this stopped
		g.All, g.Note = p.list("/evidence", perKind+1), p.T("kis.evidence.list.cut")
	}
	return g, err
}

func (h searchPages) processes(c *web.Context, p searchPage) (web.Found, error) {
	g := web.Found{Title: p.T("kis.process.list.title"), Icon: "layout-columns"}
	list, err := h.kis.FindProcesses(c.Ctx(), p.Query, perKind)
	for _, x := range list {
		g.Hits = append(g.Hits, web.Hit{Title: x.Title(p.Lang), Under: x.Code, Href: "/processes/" + x.Code})
	}
	return g, err
}

func (h searchPages) people(c *web.Context, p searchPage) (web.Found, error) {
	g := web.Found{Title: p.T("kis.search.people"), Icon: "users"}
	if !c.Can(policies.UserRead) {
		return g, nil
	}
	list, err := h.kis.People(c.Ctx(), office.PeopleFilter{Query: p.Query})
	for i, u := range list {
		if i < perKind {
			g.Hits = append(g.Hits, web.Hit{Title: u.Name, Under: u.Position(p.Lang), Href: "/admin/users/" + u.ID})
		}
	}
	g.All = p.list("/admin/users", len(list))
	return g, err
}

// recordLists are the lists of the kinds of records, which take the same words.
var recordLists = map[string]string{"act": "/acts", "audit": "/audits"}

// records asks a context for what it made. Those that belong to a cycle are
// found with the cycle.
func (h searchPages) records(ctx context.Context, p searchPage, src kis.RecordSource) (web.Found, error) {
	kind := src.RecordKind()
	g := web.Found{Title: recordKind(p.Page, kind), Icon: recordIcon(kind)}
	list, err := src.FindRecords(ctx, kis.RecordQuery{Text: p.Query, Limit: perKind + 1})
	for i, r := range list {
		if i < perKind {
			g.Hits = append(g.Hits, web.Hit{Title: r.Number, Under: r.Title, Href: r.Href, State: recordState(p.Page, r.State)})
		}
	}
	if path := recordLists[kind]; path != "" && h.r.Has(http.MethodGet, path) {
		g.All = p.list(path, len(list))
	}
	return g, err
}
