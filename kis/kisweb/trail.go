package kisweb

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

func registerTrail(r *web.Router, s *kis.Service) {
	r.GET("/trail", policies.TrailRead, trailPages{s}.list)
}

// trailPages is the page of the trail.
type trailPages struct{ kis *kis.Service }

// trailPage is one page of the trail with its filter.
type trailPage struct {
	ui.Page
	Form        ui.Form // what was typed into the dates, when it was wrong
	Filter      office.TrailFilter
	Entries     []trailEntry
	People      []office.User
	Next, First string
	Filtered    bool
}

// trailEntry is one entry, ready to be shown.
type trailEntry struct {
	office.Event
	What    string // what was done, in words
	Object  string // what it was done to: kind and label
	Href    string // its page, "" when it has none
	Changes []change
}

func (h trailPages) list(c *web.Context) error {
	var check apperr.Check
	f := office.TrailFilter{ActorID: c.Query("person"), Action: c.Query("action"), Kind: c.Query("kind"), ObjectID: c.Query("object"),
		From: queryDay(c, &check, "from"), To: queryDay(c, &check, "to"), Limit: c.Limit()}
	if after := c.Cursor(1); after != nil {
		f.Before, _ = strconv.ParseInt(after[0], 10, 64) // a damaged number is the first page
	}
	p := trailPage{Page: c.Page("kis.trail.title"), Filter: f, First: c.FirstHref(),
		Filtered: f.ActorID+f.Action+f.Kind+f.ObjectID+c.Query("from")+c.Query("to") != ""}
	var err error
	if p.People, err = h.kis.TrailActors(c.Ctx()); err != nil {
		return err
	}
	var found office.TrailPage
	if err = check.Err(); err == nil {
		found, err = h.kis.Trail(c.Ctx(), f)
	}
	if e, status, ok := web.FormError(err); ok {
		p.Form = ui.Form{Values: c.Request().URL.Query(), Errors: e}
		return c.Render(status, trailList(p))
	}
	if err != nil {
		return err
	}
	names, err := namesOf(c, h.kis, found.Events)
	if err != nil {
		return err
	}
	for _, e := range found.Events {
		p.Entries = append(p.Entries, trailEntry{Event: e, What: actionWord(p.Page, e.Action), Object: objectWord(p.Page, e), Href: objectHref(c, e), Changes: changes(p.Page, e, names)})
	}
	if found.Next > 0 {
		p.Next = c.NextHref(strconv.FormatInt(found.Next, 10))
	}
	return c.Render(http.StatusOK, trailList(p))
}

// queryDay reads a day of the filter.
func queryDay(c *web.Context, check *apperr.Check, name string) day.Day {
	s := strings.TrimSpace(c.Query(name))
	if s == "" {
		return ""
	}
	d, ok := day.Parse(s)
	if !ok {
		check.Add(name, "error.field.date")
	}
	return d
}

// actionWord says in words what was done; an action without words shows its
// name.
func actionWord(p ui.Page, action string) string {
	if key := "action." + strings.ReplaceAll(action, ":", "."); i18n.Has(key) {
		return p.T(key)
	}
	return action
}

// actionOptions are all actions that have words, by these words.
func actionOptions(p ui.Page) []ui.Option {
	var out []ui.Option
	for _, key := range i18n.Keys(i18n.Default) {
		name, ok := strings.CutPrefix(key, "action.")
		// Looking at things leaves no entry, nor does an action that stands for several changes.
		if ok && !strings.HasSuffix(name, ".read") && !strings.HasSuffix(name, ".use") && !strings.HasSuffix(name, ".write") {
			out = append(out, ui.Option{Value: strings.ReplaceAll(name, ".", ":"), Label: p.T(key)})
		}
	}
	slices.SortFunc(out, func(a, b ui.Option) int { return strings.Compare(i18n.SortKey(a.Label), i18n.SortKey(b.Label)) })
	return out
}

func kindName(p ui.Page, kind string) string {
	if key := "kis.trail.kind." + kind; i18n.Has(key) {
		return p.T(key)
	}
	return kind
}

func objectWord(p ui.Page, e office.Event) string {
	if e.Label == "" {
		return kindName(p, e.Kind)
	}
	if e.Kind == "document" { // its label is kind and number
		if kind, number, ok := strings.Cut(e.Label, " "); ok && i18n.Has("report.kind."+kind) {
			return p.T("report.kind."+kind) + ": " + number
		}
	}
	return kindName(p, e.Kind) + ": " + e.Label
}

// objectPages says where the pages of objects are and what opens them.
var objectPages = map[string]struct {
	base string
	act  policies.Action
}{
	"user": {"/admin/users/", policies.UserRead}, "department": {"/admin/departments/", policies.DepartmentRead},
	"evidence_request": {"/requests/", policies.RequestRead}, "discrepancy": {"/discrepancies/", policies.DiscrepancyRead},
	"cycle": {"/cycles/", policies.CycleRead}, "submission": {"/evidence/", policies.EvidenceRead},
	"audit": {"/audits/", policies.AuditRead}, "act": {"/acts/", policies.ActRead},
	"plan": {"/plans/", policies.PlanRead}, "evaluation": {"/evaluations/", policies.EvaluationRead}, "self_assessment": {"/assessments/", policies.AssessmentRead}, "survey": {"/surveys/", policies.SurveyRead}, "review": {"/reviews/", policies.ReviewRead}, "risk": {"/risks/", policies.RiskRead}, "objective": {"/objectives/", policies.ObjectiveRead},
	"controlled_document": {"/documents/", policies.DocumentRead}, "quality_report": {"/quality/", policies.QualityRead}, "measure": {"/measures/", policies.MeasureRead},
}

// objectHref is the page on which an entry's object is shown, if the reader
// may open such pages.
func objectHref(c *web.Context, e office.Event) string {
	if page := objectPages[e.RootKind]; page.base != "" && e.RootID != "" && c.Can(page.act) {
		return page.base + e.RootID
	}
	return ""
}
