package inquiryweb

import "github.com/kis-platform/kis/web"

// findRequests finds requests for the search over everything.
func (h pages) findRequests(c *web.Context, words string, limit int) (web.Found, error) {
	p := c.Page("")
	list, err := h.svc.FindRequests(c.Ctx(), words, limit+1)
	g := web.Found{Title: p.T("inquiry.request.title"), Icon: "message-report", All: all("/requests", words, len(list), limit)}
	for _, r := range list[:min(len(list), limit)] {
		g.Hits = append(g.Hits, web.Hit{Title: r.Number + " " + r.Title, Under: about(p, r), Href: "/requests/" + r.ID, State: requestState(p, r.Request)})
	}
	return g, err
}

// findDiscrepancies finds notes for the search over everything.
func (h pages) findDiscrepancies(c *web.Context, words string, limit int) (web.Found, error) {
	p := c.Page("")
	list, err := h.svc.FindDiscrepancies(c.Ctx(), words, limit+1)
	g := web.Found{Title: p.T("inquiry.discrepancy.title"), Icon: "zoom-question", All: all("/discrepancies", words, len(list), limit)}
	for _, n := range list[:min(len(list), limit)] {
		g.Hits = append(g.Hits, web.Hit{Title: n.Number, Under: n.Found, Href: "/discrepancies/" + n.ID, State: discrepancyState(p, n.Discrepancy)})
	}
	return g, err
}
