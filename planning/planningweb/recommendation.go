package planningweb

import (
	"net/http"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type recommendationList struct {
	ui.Page
	planning.RecommendationPage
	filter      planning.RecommendationFilter
	departments []ui.Option // nil for those who see one department
	chips       []ui.Chip
	next, first string
	propose     bool
	found       int    // recommendations of findings that wait to be taken over
	xlsx, csv   string // addresses of the register as a file under the same filter, "" when there are none
}

// recommendations is the register.
func (p pages) recommendations(c *web.Context) error {
	f := recommendationFilter(c)
	v := recommendationList{Page: c.Page("planning.recommendation.title"), filter: f, propose: c.Can(policies.RecommendationPropose), first: c.FirstHref()}
	var err error
	if v.RecommendationPage, err = p.svc.Recommendations(c.Ctx(), f); err != nil {
		return err
	}
	if c.Scope().Any {
		if v.departments, err = p.units(c, v.T("planning.filter.all_departments")); err != nil {
			return err
		}
	}
	all := 0
	for _, s := range planning.RecommendationStates() {
		n, l := v.Counts[s], recommendationLooks[s]
		all += n
		v.chips = append(v.chips, ui.Chip{Label: v.T("planning.recommendation.state." + string(s)), Icon: l.Icon, Tone: l.Tone, Count: n,
			Href: c.With("state", string(s)), Current: f.State == s})
	}
	v.chips = append([]ui.Chip{{Label: v.T("planning.filter.all"), Count: all, Href: c.With("state", ""), Current: f.State == ""}}, v.chips...)
	if v.Next != nil {
		v.next = c.NextHref(v.Next...)
	}
	if v.propose {
		found, err := p.svc.FoundRecommendations(c.Ctx())
		if err != nil && !apperr.Is(err, apperr.Forbidden) {
			return err
		}
		v.found = len(found)
	}
	if p.r.Has(http.MethodGet, "/recommendations/export.xlsx") {
		q := c.Request().URL.Query()
		q.Del("after")
		q.Del("limit")
		v.xlsx, v.csv = "/recommendations/export.xlsx?"+q.Encode(), "/recommendations/export.csv?"+q.Encode()
	}
	return c.Render(http.StatusOK, recommendationListView(v))
}

func recommendationFilter(c *web.Context) planning.RecommendationFilter {
	return planning.RecommendationFilter{Query: c.Query("q"), State: planning.RecommendationState(c.Query("state")), Basis: planning.Basis(c.Query("basis")),
		DepartmentID: c.Query("department"), Oldest: c.Query("sort") == "old", After: c.Cursor(2), Limit: c.Limit()}
}

// orders are the ways in which the register is sorted.
func (v recommendationList) orders() []ui.Option {
	return []ui.Option{{Label: v.T("planning.sort.new")}, {Value: "old", Label: v.T("planning.sort.old")}}
}

func (v recommendationList) order() string {
	if v.filter.Oldest {
		return "old"
	}
	return ""
}

// narrowed says whether a filter is on.
func (v recommendationList) narrowed() bool {
	return v.filter.State != "" || v.filter.Basis != "" || v.filter.DepartmentID != "" || v.filter.Query != ""
}

func (v recommendationList) bases() []ui.Option {
	out := []ui.Option{{Label: v.T("planning.filter.all_bases")}}
	for _, b := range planning.Bases() {
		out = append(out, ui.Option{Value: string(b), Label: basisOf(v.Page, b)})
	}
	return out
}

// basisHref is the page behind the basis of a recommendation or item.
func basisHref(actID, reviewID string) string {
	switch {
	case actID != "":
		return "/acts/" + actID
	case reviewID != "":
		return reviewHref(reviewID)
	}
	return ""
}

type recommendationForm struct {
	ui.Page
	form        ui.Form
	departments []ui.Option
	found       []planning.FoundRecommendation
}

// newRecommendation offers what audits found, and a form for anything else.
func (p pages) newRecommendation(c *web.Context) error {
	return p.showProposal(c, http.StatusOK, ui.Form{})
}

func (p pages) showProposal(c *web.Context, status int, form ui.Form) error {
	v := recommendationForm{Page: c.Page("planning.recommendation.new"), form: form}
	list, err := p.units(c, v.T("planning.form.choose"))
	if err != nil {
		return err
	}
	scope := c.ScopeOf(policies.RecommendationPropose)
	v.departments = only(list, scope.Any, scope.Departments)
	v.found, err = p.svc.FoundRecommendations(c.Ctx())
	if err != nil && !apperr.Is(err, apperr.Forbidden) {
		return err
	}
	return c.Render(status, recommendationNewView(v))
}

// bases are those a person may name; the others come by themselves.
func (v recommendationForm) bases() (out []ui.Option) {
	for _, b := range []planning.Basis{planning.FromOther, planning.FromAct, planning.FromMeasure, planning.FromAssessment} {
		out = append(out, ui.Option{Value: string(b), Label: basisOf(v.Page, b)})
	}
	return out
}

func (p pages) propose(c *web.Context) error {
	r, err := p.svc.Propose(c.Ctx(), planning.NewRecommendation{Text: c.Form("text"), Basis: planning.Basis(c.Form("basis")), BasisLabel: c.Form("basis_label"),
		GSBPM: c.Form("gsbpm"), DepartmentID: c.Form("department")})
	return c.Done(err, "planning.recommendation.proposed", recommendationHref(r.ID), func(form ui.Form, status int) error {
		return p.showProposal(c, status, form)
	})
}

func (p pages) takeOver(c *web.Context) error {
	id, err := c.ID("finding")
	if err != nil {
		return err
	}
	r, err := p.svc.TakeOver(c.Ctx(), id)
	return c.Done(err, "planning.recommendation.proposed", recommendationHref(r.ID), func(form ui.Form, status int) error {
		return p.showProposal(c, status, form)
	})
}

type recommendationPage struct {
	ui.Page
	planning.Recommendation
	forms       map[string]ui.Form
	decide      bool
	plans       []ui.Option // that an item may still go into
	departments []ui.Option
	history     []office.Event
}

func (p pages) recommendation(c *web.Context) error {
	return p.showRecommendation(c, http.StatusOK, nil)
}

func (p pages) showRecommendation(c *web.Context, status int, forms map[string]ui.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	v := recommendationPage{forms: forms}
	if v.Recommendation, err = p.svc.Recommendation(c.Ctx(), id); err != nil {
		return err
	}
	v.Page = c.Page(v.Number)
	v.decide = v.State == planning.Open && c.Can(policies.RecommendationDecide) && c.Can(policies.PlanDraft)
	if v.decide {
		if v.plans, err = p.openPlans(c); err != nil {
			return err
		}
		if v.departments, err = p.units(c, ""); err != nil {
			return err
		}
	}
	if v.history, err = p.svc.KIS.History(c.Ctx(), "recommendation", v.ID, 50); err != nil {
		return err
	}
	return c.Render(status, recommendationView(v))
}

// openPlans are the plans that are not approved yet.
func (p pages) openPlans(c *web.Context) (out []ui.Option, err error) {
	list, err := p.svc.Plans(c.Ctx())
	for _, pl := range list {
		if pl.Editable() {
			out = append(out, ui.Option{Value: string(pl.Key), Label: year(pl.Year) + ", " + i18n.InLang(c.Lang(), pl.KindShortAZ, pl.KindShortEN)})
		}
	}
	return out, err
}

// form is what came back; the form of the item begins with what is known.
func (v recommendationPage) form(name string) ui.Form {
	f, back := v.forms[name]
	if name == "accept" && !back {
		f.Values = itemValues(planning.Item{Text: v.Recommendation.Text, ResponsibleID: v.DepartmentID})
	}
	return f
}

// facts is the line under the title.
func (v recommendationPage) facts() string {
	who := v.ProposedName
	if who == "" {
		who = v.T("planning.who.program")
	}
	return v.T("planning.recommendation.facts", "department", i18n.InLang(v.Lang, v.DepartmentNameAZ, v.DepartmentNameEN)+" ("+v.DepartmentCode+")", "who", who, "date", v.ProposedAt)
}

// rows are the facts beside the text.
func (v recommendationPage) rows() []ui.KVRow {
	rows := []ui.KVRow{
		{Term: v.T("planning.field.basis"), Value: v.BasisLabel, Href: basisHref(v.OpenAct, v.OpenReview), Mut: basisOf(v.Page, v.Basis)},
		{Term: v.T("planning.field.department"), Value: i18n.InLang(v.Lang, v.DepartmentNameAZ, v.DepartmentNameEN) + " (" + v.DepartmentCode + ")"},
	}
	if v.GSBPM != "" {
		rows = append(rows, ui.KVRow{Term: v.T("planning.field.gsbpm"), Value: v.GSBPM})
	}
	if v.Clause != "" {
		rows = append(rows, ui.KVRow{Term: v.T("planning.field.clause"), Value: v.Clause})
	}
	if v.ItemYear > 0 {
		rows = append(rows, ui.KVRow{Term: v.T("planning.field.plan_item"), Value: v.T("planning.item.place", "year", string(v.ItemPlan), "no", v.ItemNo), Href: itemHref(v.ItemPlan, v.ItemID)})
	}
	if v.MergedNumber != "" {
		rows = append(rows, ui.KVRow{Term: v.T("planning.recommendation.merged_into"), Value: v.MergedNumber, Href: recommendationHref(v.MergedInto)})
	}
	if v.DecidedName != "" {
		rows = append(rows, ui.KVRow{Term: v.T("planning.recommendation.decided"), Value: v.DecidedName, Mut: v.DateTime(v.DecidedAt)})
	}
	return rows
}

// step decides, and shows the page again with the form of that name.
func (p pages) step(c *web.Context, name, key string, do func(id string) (string, error)) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	href, err := do(id)
	return c.Done(err, key, href, func(form ui.Form, status int) error {
		return p.showRecommendation(c, status, map[string]ui.Form{name: form})
	})
}

func (p pages) accept(c *web.Context) error {
	return p.step(c, "accept", "planning.recommendation.accepted", func(id string) (string, error) {
		y := planning.Key(c.Form("year"))
		if y.Year() == 0 {
			return "", apperr.InvalidField("year", "error.field.required")
		}
		fields, err := itemFields(c)
		if err != nil {
			return "", err
		}
		item, err := p.svc.AcceptRecommendation(c.Ctx(), id, y, fields)
		return itemHref(y, item), err
	})
}

func (p pages) reject(c *web.Context) error {
	return p.step(c, "reject", "planning.recommendation.rejected", func(id string) (string, error) {
		return recommendationHref(id), p.svc.RejectRecommendation(c.Ctx(), id, c.Form("reason"))
	})
}

func (p pages) merge(c *web.Context) error {
	return p.step(c, "merge", "planning.recommendation.merged", func(id string) (string, error) {
		return recommendationHref(id), p.svc.MergeRecommendation(c.Ctx(), id, c.Form("into"), c.Form("reason"))
	})
}
