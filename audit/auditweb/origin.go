package auditweb

import (
	"context"
	"net/url"
	"slices"
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
// "measure", "scorecard", "survey"), for whoever is in the context. One page
// may show several: each low question of a survey may call for an act.
type Sources map[string]func(ctx context.Context, id string) ([]Source, error)

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
	lines []originLine
	named bool // there are several, so each is named
}

// originLine is one thing that has its act, or may have one.
type originLine struct {
	label string
	act   audit.ActRef // empty: none yet
	new   string       // address of the form of a new one; "" when there is an act
}

// originPanel draws nothing for those who read no acts, and where there is no
// act and no cause for one.
func (p pages) originPanel(c *web.Context, read func(ctx context.Context, id string) ([]Source, error), id string) (templ.Component, error) {
	if !c.Can(policies.ActRead) {
		return nil, nil
	}
	sources, err := read(c.Ctx(), id)
	if err != nil {
		return nil, err
	}
	byKind := map[audit.Origin][]string{}
	for _, s := range sources {
		byKind[s.Origin.Kind] = append(byKind[s.Origin.Kind], s.Origin.ID)
	}
	acts := map[audit.Origin]map[string]audit.ActRef{}
	for kind, ids := range byKind {
		if acts[kind], err = p.svc.ActsOfOrigin(c.Ctx(), kind, ids); err != nil {
			return nil, err
		}
	}
	v := originPart{Page: c.Page(""), named: len(sources) > 1}
	for _, s := range sources {
		l := originLine{label: s.Origin.Label, act: acts[s.Origin.Kind][s.Origin.ID]}
		if l.act.ID == "" && s.Fits && c.Can(policies.ActDraft) {
			l.new = s.href()
		}
		if l.act.ID != "" || l.new != "" {
			v.lines = append(v.lines, l)
		}
	}
	if len(v.lines) == 0 {
		return nil, nil
	}
	return originPanelView(v), nil
}

// offers says whether there is anything to draft an act of.
func (v originPart) offers() bool {
	return slices.ContainsFunc(v.lines, func(l originLine) bool { return l.new != "" })
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
	if survey, ok := strings.CutPrefix(o.ID, "survey:"); ok {
		survey, _, _ = strings.Cut(survey, ":") // then the question
		return "/surveys/" + survey
	}
	id, year, inYear := strings.Cut(o.ID, ":")
	switch o.Kind {
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
			year, _, _ = strings.Cut(year, ":") // then the service
			return "/scorecards/" + url.PathEscape(id) + "?year=" + year
		}
	}
	return ""
}
