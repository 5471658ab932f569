package auditweb

import (
	"context"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// Source is a thing of another context that an act can begin with: evidence
// that was returned, a body rated low, a measure that is late, a survey in
// which users complain.
type Source struct {
	Origin            audit.OriginRef
	Fits              bool // it calls for an act now; an act that there is already is shown anyway
	DepartmentID      string
	CycleID, GSBPM    string
	Statement         string
	ObjectiveEvidence string
	Clause            string // of the usual standard
}

// Sources read such things by the kind of page that shows them ("submission",
// "measure", "scorecard", "survey"), for whoever is in the context.
type Sources map[string]func(ctx context.Context, id string) (Source, error)

// RegisterSources adds a panel to the pages of things that acts begin with:
// the acts there are, and the way to a new one with everything that is known
// already filled in.
func RegisterSources(r *web.Router, svc *audit.Service, sources Sources) {
	p := pages{svc: svc, r: r}
	for page, read := range sources {
		r.Panel(page, func(c *web.Context, id string) (templ.Component, error) { return p.originPanel(c, read, id) })
	}
}

type originPart struct {
	ui.Page
	act audit.ActRef // empty: none yet
	new string       // address of the form; "" when none may be drafted
}

// originPanel draws nothing for those who read no acts, and where there is no
// act and no cause for one.
func (p pages) originPanel(c *web.Context, read func(ctx context.Context, id string) (Source, error), id string) (templ.Component, error) {
	if !c.Can(policies.ActRead) {
		return nil, nil
	}
	s, err := read(c.Ctx(), id)
	if err != nil || s.Origin.ID == "" {
		return nil, err
	}
	acts, err := p.svc.ActsOfOrigin(c.Ctx(), s.Origin.Kind, []string{s.Origin.ID})
	if err != nil {
		return nil, err
	}
	v := originPart{Page: c.Page("")}
	v.act = acts[s.Origin.ID]
	if v.act.ID == "" && s.Fits && c.Can(policies.ActDraft) {
		v.new = s.href()
	}
	if v.act.ID == "" && v.new == "" {
		return nil, nil
	}
	return originPanelView(v), nil
}

// mostCarried bounds a text that is carried in an address, in characters.
const mostCarried = 600

// href is the form of a new act with what the source knows.
func (s Source) href() string {
	q := url.Values{}
	for name, text := range map[string]string{"origin": string(s.Origin.Kind), "origin_id": s.Origin.ID, "origin_label": s.Origin.Label, "department": s.DepartmentID,
		"cycle": s.CycleID, "gsbpm": s.GSBPM, "statement": s.Statement, "objective_evidence": s.ObjectiveEvidence, "clause": s.Clause} {
		if r := []rune(text); len(r) > mostCarried {
			text = string(r[:mostCarried])
		}
		if text != "" {
			q.Set(name, text)
		}
	}
	return "/acts/new?" + q.Encode()
}

// originHref is the page of the thing an act began with, "" where it has none.
func originHref(o audit.OriginRef) string {
	if o.ID == "" {
		return ""
	}
	id, year, inYear := strings.Cut(o.ID, ":")
	switch o.Kind {
	case audit.OfComplaint:
		if survey, ok := strings.CutPrefix(o.ID, "survey:"); ok {
			return "/surveys/" + survey
		}
	case audit.OfEvidence:
		return "/evidence/" + o.ID
	case audit.OfDiscrepancy:
		return "/discrepancies/" + o.ID
	case audit.OfMeasure:
		if inYear {
			return "/measures/" + id + "?year=" + year
		}
	case audit.OfRating:
		if inYear { // else a shortcoming of a campaign, which stands on the page of its body
			return "/scorecards/" + url.PathEscape(id) + "?year=" + year
		}
	}
	return ""
}
