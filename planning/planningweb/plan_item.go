package planningweb

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// itemFields reads the fields of an item; a date that is none is refused here,
// everything else by the service.
func itemFields(c *web.Context) (planning.ItemFields, error) {
	var check apperr.Check
	q, _ := strconv.Atoi(c.Form("start_quarter")) // 0 is no quarter, and refused as such
	f := planning.ItemFields{Section: planning.Section(c.Form("section")), Text: c.Form("text"), ExpectedResult: c.Form("expected_result"),
		Indicator: c.Form("indicator"), ResponsibleID: c.Form("responsible"), CoExecutors: c.Forms("co_executors"), StartQuarter: q,
		Due: c.FormDate(&check, "due", false)}
	return f, check.Err()
}

// itemValues are the fields of an item as a form shows them.
func itemValues(it planning.Item) url.Values {
	v := url.Values{"section": {string(it.Section)}, "text": {it.Text}, "expected_result": {it.ExpectedResult}, "indicator": {it.Indicator},
		"responsible": {it.ResponsibleID}, "due": {it.Due.Format()}}
	if it.StartQuarter > 0 {
		v.Set("start_quarter", strconv.Itoa(it.StartQuarter))
	}
	for _, d := range it.CoExecutors {
		v.Add("co_executors", d.ID)
	}
	return v
}

// sectionOptions and quarterOptions are the choices of the form of an item.
func sectionOptions(p ui.Page) (out []ui.Option) {
	for _, s := range planning.Sections() {
		out = append(out, ui.Option{Value: string(s), Label: p.T("planning.section." + string(s))})
	}
	return out
}

func quarterOptions(p ui.Page) (out []ui.Option) {
	for q := 1; q <= 4; q++ {
		out = append(out, ui.Option{Value: strconv.Itoa(q), Label: p.T("planning.plan.quarter", "q", quarter(q))})
	}
	return out
}

type itemForm struct {
	ui.Page
	key         planning.Key
	form        ui.Form
	departments []ui.Option
	item        *planning.ItemPage // nil for a new one
}

// newItem is the form of an item that does not come out of the register.
func (p pages) newItem(c *web.Context) error {
	return p.showNewItem(c, http.StatusOK, ui.Form{})
}

func (p pages) showNewItem(c *web.Context, status int, form ui.Form) error {
	n, err := keyOf(c)
	if err != nil {
		return err
	}
	if _, err := p.svc.Plan(c.Ctx(), n); err != nil {
		return err
	}
	v := itemForm{Page: c.Page("planning.item.new"), key: n, form: form}
	if v.departments, err = p.units(c, ""); err != nil {
		return err
	}
	return c.Render(status, itemNewView(v))
}

func (v itemForm) bases() (out []ui.Option) { return recommendationForm{Page: v.Page}.bases() }

func (p pages) addItem(c *web.Context) error {
	n, err := keyOf(c)
	if err != nil {
		return err
	}
	fields, err := itemFields(c)
	if err == nil {
		_, err = p.svc.AddItem(c.Ctx(), n, planning.NewItem{ItemFields: fields, Basis: planning.Basis(c.Form("basis")), BasisLabel: c.Form("basis_label")})
	}
	return c.Done(err, "planning.item.added", planHref(n), func(form ui.Form, status int) error {
		return p.showNewItem(c, status, form)
	})
}

// loadItem reads the item of the address; one of another year is not found.
func (p pages) loadItem(c *web.Context) (planning.ItemPage, error) {
	n, err := keyOf(c)
	if err != nil {
		return planning.ItemPage{}, err
	}
	id, err := c.ID("item")
	if err != nil {
		return planning.ItemPage{}, err
	}
	it, err := p.svc.PlanItem(c.Ctx(), id)
	if err == nil && it.Key != n {
		err = apperr.Missing("plan_item")
	}
	return it, err
}

func (p pages) editItem(c *web.Context) error { return p.showEditItem(c, http.StatusOK, ui.Form{}) }

func (p pages) showEditItem(c *web.Context, status int, form ui.Form) error {
	it, err := p.loadItem(c)
	if err != nil {
		return err
	}
	v := itemForm{Page: c.Page("planning.item.edit"), key: it.Key, form: form, item: &it}
	if form.Values == nil {
		v.form.Values = itemValues(it.Item)
		v.form.Values.Set("version", strconv.Itoa(it.Version))
	}
	if v.departments, err = p.units(c, ""); err != nil {
		return err
	}
	return c.Render(status, itemEditView(v))
}

func (p pages) changeItem(c *web.Context) error {
	it, err := p.loadItem(c)
	if err != nil {
		return err
	}
	fields, err := itemFields(c)
	if err == nil {
		version, _ := strconv.Atoi(c.Form("version")) // none is not the present one
		err = p.svc.ChangeItem(c.Ctx(), it.ID, version, fields)
	}
	return c.Done(err, "planning.item.changed", itemHref(it.Key, it.ID), func(form ui.Form, status int) error {
		return p.showEditItem(c, status, form)
	})
}

type itemPage struct {
	ui.Page
	planning.ItemPage
	forms         map[string]ui.Form
	edit, reports bool // what this person may do now
	fileLimit     int64
	states        []ui.Option
	panels        []templ.Component
}

// reportForm begins with the quarter that runs.
func (v itemPage) reportForm() ui.Form {
	f := v.form("report")
	if f.Values == nil {
		f.Values = url.Values{"quarter": {strconv.Itoa(v.lastQuarter())}}
	}
	return f
}

// lastQuarter is the last quarter of the item that has begun.
func (v itemPage) lastQuarter() int {
	switch today := v.ItemPage.Today; {
	case today.Year() > v.Year:
		return 4
	case today.Year() == v.Year:
		return max(today.Quarter(), v.StartQuarter)
	}
	return v.StartQuarter
}

// quarters are those that may be reported on.
func (v itemPage) quarters() (out []ui.Option) {
	for q := v.StartQuarter; q <= v.lastQuarter(); q++ {
		out = append(out, ui.Option{Value: strconv.Itoa(q), Label: v.T("planning.plan.quarter", "q", quarter(q))})
	}
	return out
}

// openSteps are the steps that no report says are done.
func (v itemPage) openSteps() (out []ui.Option) {
	for _, s := range v.ItemPage.Steps {
		if !s.Reported {
			out = append(out, ui.Option{Value: s.ID, Label: s.Text})
		}
	}
	return out
}

// verdictState is what became of a report.
func verdictState(p ui.Page, w planning.Report) ui.State {
	switch {
	case w.Waits():
		return ui.Look{Tone: "info", Icon: "hourglass"}.State(p, "planning.item.verdict.waiting")
	case w.Accepted:
		return ui.Look{Tone: "good", Icon: "circle-check"}.State(p, "planning.item.verdict.accepted")
	}
	return ui.Look{Tone: "warn", Icon: "arrow-back-up"}.State(p, "planning.item.verdict.returned")
}

// dateWords say whether a new date holds or is asked for.
func dateWords(w planning.Report) string {
	if w.Quarter > 0 && !w.Accepted {
		return "planning.item.asks_date"
	}
	return "planning.item.postponed_to"
}

// item is the page of an item: what is to be done, what was reported.
func (p pages) item(c *web.Context) error { return p.showItem(c, http.StatusOK, nil) }

func (p pages) showItem(c *web.Context, status int, forms map[string]ui.Form) error {
	it, err := p.loadItem(c)
	if err != nil {
		return err
	}
	v := itemPage{ItemPage: it, forms: forms}
	v.Page = c.Page("")
	v.Page.Title = v.T("planning.item.place", "year", string(it.Key), "no", it.No)
	v.edit = it.Plan.Editable() && c.Can(policies.PlanDraft)
	v.reports = it.Plan.State == planning.PlanRunning && it.State != planning.Done && c.ScopeOf(policies.PlanReport).Department(it.ResponsibleID)
	v.fileLimit = p.svc.KIS.Limits.FileBytes
	if v.panels, err = c.Panels("plan_item", it.ID); err != nil {
		return err
	}
	for _, s := range []planning.ItemState{planning.InProgress, planning.Done, planning.Postponed} {
		l := itemLooks[s]
		v.states = append(v.states, ui.Option{Value: string(s), Label: v.T("planning.item.state." + string(s)), Tone: l.Tone, Icon: l.Icon})
	}
	return c.Render(status, itemView(v))
}

func (v itemPage) form(name string) ui.Form { return v.forms[name] }

// facts is the line under the title.
func (v itemPage) facts() string {
	return v.T("planning.item.facts", "responsible", v.Responsible.Name(v.Lang)+" ("+v.Responsible.Code+")", "due", v.Term().Format())
}

// rows are the facts of the item.
func (v itemPage) rows() []ui.KVRow {
	rows := []ui.KVRow{
		{Term: v.T("planning.field.expected_result"), Value: v.ExpectedResult},
		{Term: v.T("planning.field.indicator"), Value: v.Indicator},
		{Term: v.T("planning.field.responsible"), Value: v.Responsible.Name(v.Lang) + " (" + v.Responsible.Code + ")"},
	}
	if len(v.CoExecutors) > 0 {
		rows = append(rows, ui.KVRow{Term: v.T("planning.field.co_executors"), Value: codes(v.CoExecutors)})
	}
	due := ui.KVRow{Term: v.T("planning.field.due"), Value: v.Due.Format(), Mut: v.T("planning.item.quarters", "from", quarter(v.StartQuarter), "to", quarter(v.Due.Quarter()))}
	rows = append(rows, due)
	if v.NewDue != "" {
		rows = append(rows, ui.KVRow{Term: v.T("planning.field.new_due"), Value: v.NewDue.Format()})
	}
	basis := ui.KVRow{Term: v.T("planning.field.basis"), Value: v.BasisLabel, Href: basisHref(v.OpenAct, v.OpenReview), Mut: basisOf(v.Page, v.Basis)}
	rows = append(rows, basis)
	if v.RecommendationID != "" {
		rows = append(rows, ui.KVRow{Term: v.T("planning.field.recommendation"), Value: v.T("planning.item.recommendation_link"), Href: recommendationHref(v.RecommendationID)})
	}
	if v.CarriedYear > 0 {
		rows = append(rows, ui.KVRow{Term: v.T("planning.item.carried_term"), Value: v.T("planning.item.carried", "year", string(v.CarriedKey)), Href: itemHref(v.CarriedKey, v.CarriedFrom)})
	}
	return rows
}

// noReports says why there are no reports.
func (v itemPage) noReports() string {
	if v.Plan.State == planning.PlanRunning || v.Plan.State == planning.PlanClosed {
		return v.T("planning.item.no_reports_yet", "department", v.Responsible.Code)
	}
	return v.T("planning.item.no_reports_before")
}

// removeLocks says what taking the item out does.
func (v itemPage) removeLocks() []string {
	out := []string{v.T("planning.item.remove_lock")}
	if v.RecommendationID != "" && v.CarriedFrom == "" {
		out = append(out, v.T("planning.item.remove_release"))
	}
	return out
}

func (p pages) removeItem(c *web.Context) error {
	it, err := p.loadItem(c)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(c.Form("version")) // none is not the present one
	err = p.svc.RemoveItem(c.Ctx(), it.ID, version, c.Form("reason"))
	return c.Done(err, "planning.item.removed", planHref(it.Key), func(form ui.Form, status int) error {
		return p.showItem(c, status, map[string]ui.Form{"remove": form})
	})
}
