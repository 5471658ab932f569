package auditweb

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type programmePages struct {
	svc *programme.Service
	r   *web.Router
}

// RegisterProgrammes adds the routes of audit programmes.
func RegisterProgrammes(r *web.Router, svc *programme.Service) {
	p := programmePages{svc, r}
	r.GET("/programmes", policies.ProgrammeRead, p.list)
	r.GET("/programmes/new", policies.ProgrammeDraft, p.newProgramme)
	r.POST("/programmes", policies.ProgrammeDraft, p.create)
	r.GET("/programmes/weights", policies.ProgrammeRead, p.weights)
	r.POST("/programmes/weights", policies.ProgrammeDraft, p.addWeights)
	r.GET("/programmes/sites", policies.ProgrammeRead, p.sites)
	r.POST("/programmes/sites", policies.ProgrammeDraft, p.addSite)
	r.GET("/programmes/:year", policies.ProgrammeRead, p.show)
	r.GET("/programmes/:year/edit", policies.ProgrammeDraft, p.edit)
	r.POST("/programmes/:year", policies.ProgrammeDraft, p.save)
	r.POST("/programmes/:year/rows", policies.ProgrammeDraft, p.refresh)
	r.GET("/programmes/:year/rows/:row", policies.ProgrammeDraft, p.row)
	r.POST("/programmes/:year/rows/:row", policies.ProgrammeDraft, p.saveRow)
	r.POST("/programmes/:year/rows/:row/audit", policies.AuditPlan, p.planAudit)
	r.POST("/programmes/:year/submit", policies.ProgrammeDraft, p.step("submit", func(c *web.Context, id string) error { return svc.Submit(c.Ctx(), id) }))
	r.POST("/programmes/:year/approve", policies.ProgrammeApprove, p.step("approve", func(c *web.Context, id string) error { return svc.Approve(c.Ctx(), id) }))
	r.POST("/programmes/:year/return", policies.ProgrammeApprove, p.step("return", func(c *web.Context, id string) error { return svc.Return(c.Ctx(), id, c.Form("reason")) }))
	r.POST("/programmes/:year/close", policies.ProgrammeDraft, p.step("close", func(c *web.Context, id string) error { return svc.Close(c.Ctx(), id, c.Form("note")) }))
}

var programmeLooks = map[programme.State]ui.Look{
	programme.Draft:     {Tone: "idle", Icon: "circle-dashed"},
	programme.Submitted: {Tone: "info", Icon: "hourglass"},
	programme.Returned:  {Tone: "warn", Icon: "arrow-back-up"},
	programme.Approved:  {Tone: "good", Icon: "circle-check"},
	programme.Amended:   {Tone: "good", Icon: "progress-check"},
	programme.Closed:    {Tone: "good", Icon: "lock"},
}

func programmeState(p ui.Page, s programme.State) ui.State {
	return programmeLooks[s].State(p, "audit.programme.state."+string(s))
}

// bandState is a priority in a word. A high priority is not a fault: nothing
// is red about it.
func bandState(p ui.Page, priority int) ui.State {
	b := programme.BandOf(priority)
	look := map[programme.Band]ui.Look{programme.High: {Tone: "warn", Icon: "arrow-up"}, programme.Middle: {Tone: "info", Icon: "equal"}, programme.Low: {Tone: "idle", Icon: "arrow-down"}}[b]
	return look.State(p, "audit.programme.band."+string(b))
}

type programmeList struct {
	ui.Page
	items  []programme.Brief
	drafts bool
}

// list shows the programmes, latest year first.
func (p programmePages) list(c *web.Context) error {
	items, err := p.svc.List(c.Ctx())
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, programmeListView(programmeList{c.Page("audit.programme.title"), items, c.Can(policies.ProgrammeDraft)}))
}

type programmePage struct {
	ui.Page
	programme.View
	forms map[string]ui.Form
	said  ui.Form // why a step of one button was refused
	kind  programme.Kind
}

// id gives the programme of the year in the address.
func (p programmePages) id(c *web.Context) (string, error) {
	year, err := strconv.Atoi(c.Param("year"))
	if err != nil {
		return "", apperr.Missing("programme")
	}
	return p.svc.ByYear(c.Ctx(), year)
}

func (p programmePages) load(c *web.Context) (v programmePage, err error) {
	id, err := p.id(c)
	if err != nil {
		return v, err
	}
	if v.View, err = p.svc.Programme(c.Ctx(), id); err != nil {
		return v, err
	}
	v.Page = c.Page("audit.programme.title")
	v.Page.Title = v.title()
	v.kind = programme.Kind(c.Query("kind"))
	return v, nil
}

func (v programmePage) title() string {
	return v.T("audit.programme.of", "year", strconv.Itoa(v.Year))
}

func (v programmePage) path() string { return fmt.Sprintf("/programmes/%d", v.Year) }

// show is the page of a programme.
func (p programmePages) show(c *web.Context) error { return p.again(c, http.StatusOK, "", ui.Form{}) }

// again shows the page with a form that came back.
func (p programmePages) again(c *web.Context, status int, name string, form ui.Form) error {
	v, err := p.load(c)
	if err != nil {
		return err
	}
	if form.Errors != nil && (name == "return" || name == "close") && v.Can(name) {
		v.forms = map[string]ui.Form{name: form}
	} else {
		v.said = form
	}
	return c.Render(status, programmeShowView(v))
}

// step takes a step of the programme's life.
func (p programmePages) step(name string, do func(c *web.Context, id string) error) web.Handler {
	return func(c *web.Context) error {
		id, err := p.id(c)
		if err != nil {
			return err
		}
		err = do(c, id)
		if form, status, ok := formOfRefusal(c, err); ok {
			return p.again(c, status, name, form)
		}
		return done(c, err, "audit.programme.done."+name, "/programmes/"+c.Param("year"), nil)
	}
}

// refresh adds rows for what has come since.
func (p programmePages) refresh(c *web.Context) error {
	id, err := p.id(c)
	if err != nil {
		return err
	}
	n, err := p.svc.Refresh(c.Ctx(), id)
	if form, status, ok := formOfRefusal(c, err); ok {
		return p.again(c, status, "refresh", form)
	}
	if err != nil {
		return err
	}
	key := "audit.programme.rows_added"
	if n == 0 {
		key = "audit.programme.rows_none"
	}
	c.Flash("good", key, "n", n)
	return c.Redirect("/programmes/" + c.Param("year"))
}

// planAudit makes the audit of a row and month.
func (p programmePages) planAudit(c *web.Context) error {
	row, err := c.ID("row")
	if err != nil {
		return err
	}
	month, _ := strconv.Atoi(c.Form("month")) // anything else is a month the row does not have
	a, err := p.svc.PlanAudit(c.Ctx(), row, month)
	if form, status, ok := formOfRefusal(c, err); ok {
		return p.again(c, status, "audit", form)
	}
	return done(c, err, "audit.audit.planned", "/audits/"+a.ID, nil)
}

// facts is the line under the title.
func (v programmePage) facts() string {
	planned, made, finished := v.Planned()
	parts := []string{v.T("audit.programme.facts", "planned", planned, "made", made, "done", finished), v.T("audit.programme.weights_no", "n", v.Weighting.Number)}
	if !v.ApprovedAt.IsZero() {
		parts = append(parts, v.T("audit.programme.approved_by", "name", v.People[v.ApprovedBy], "day", v.Date(v.ApprovedAt)))
	} else if v.State == programme.Submitted {
		parts = append(parts, v.T("audit.programme.submitted_by", "name", v.People[v.SubmittedBy], "day", v.Date(v.SubmittedAt)))
	}
	if v.Amendment > 0 {
		parts = append(parts, v.T("audit.programme.amended_times", "n", v.Amendment))
	}
	return strings.Join(parts, " · ")
}

// shown are the rows under the filter.
func (v programmePage) shown() []programme.RowView {
	if !slices.Contains(programme.Kinds(), v.kind) {
		return v.Rows
	}
	return slices.DeleteFunc(slices.Clone(v.Rows), func(r programme.RowView) bool { return r.Kind != v.kind })
}

// chips filter the rows by kind.
func (v programmePage) chips() []ui.Chip {
	out := []ui.Chip{{Label: v.T("audit.list.all"), Href: v.path() + "#rows", Count: len(v.Rows), Current: !slices.Contains(programme.Kinds(), v.kind)}}
	for _, k := range programme.Kinds() {
		n := 0
		for _, r := range v.Rows {
			if r.Kind == k {
				n++
			}
		}
		out = append(out, ui.Chip{Label: v.T("audit.programme.kind." + string(k)), Icon: kindIcons[k], Count: n, Href: v.path() + "?kind=" + string(k) + "#rows", Current: v.kind == k})
	}
	return out
}

var kindIcons = map[programme.Kind]string{programme.Process: "layout-columns", programme.Department: "sitemap", programme.Site: "map-pin"}

// month is a month of the programme: "Mart".
func month(p ui.Page, m int) string { return p.T(fmt.Sprintf("kis.month.%02d", m)) }

// figure is what was counted for a factor, in words.
func figure(p ui.Page, s programme.Score) string {
	if s.Factor == programme.Time {
		if s.Figure == programme.Never {
			return p.T("audit.programme.figure.never")
		}
		return p.T("audit.programme.figure.months", "n", s.Figure)
	}
	if s.Factor == programme.Importance {
		return p.T("audit.programme.importance." + strconv.Itoa(s.Figure))
	}
	return p.Int(int64(s.Figure))
}

// objectHref is the page of what a row looks at, "" where there is none.
func objectHref(r programme.RowView) string {
	if r.Kind == programme.Process {
		return "/processes/" + r.ProcessID
	}
	return ""
}

// covers are the four degrees in the order of a legend.
func coverState(p ui.Page, how programme.Cover) ui.State {
	look := map[programme.Cover]ui.Look{programme.ThisYear: {Tone: "good", Icon: "circle-check"}, programme.ToCome: {Tone: "info", Icon: "calendar"},
		programme.Lately: {Tone: "warn", Icon: "history"}, programme.Nowhere: {Tone: "idle", Icon: "circle-dashed"}}[how]
	return look.State(p, "audit.programme.cover."+string(how))
}

// coverSegments draw a coverage as a bar.
func coverSegments(list []programme.Covered) (out []ui.Segment) {
	counts := map[programme.Cover]int{}
	for _, c := range list {
		counts[c.Cover()]++
	}
	for _, how := range coverOrder {
		if counts[how] > 0 {
			out = append(out, ui.Segment{Tone: map[programme.Cover]string{programme.ThisYear: "good", programme.ToCome: "info", programme.Lately: "warn", programme.Nowhere: "idle"}[how], Count: counts[how]})
		}
	}
	return out
}

var coverOrder = []programme.Cover{programme.ThisYear, programme.ToCome, programme.Lately, programme.Nowhere}

// groups puts sub-processes and clauses by their first number.
func groups(list []programme.Covered) (out [][]programme.Covered) {
	for _, c := range list {
		first, _, _ := strings.Cut(c.Code, ".")
		if n := len(out); n > 0 && strings.HasPrefix(out[n-1][0].Code, first+".") {
			out[n-1] = append(out[n-1], c)
		} else {
			out = append(out, []programme.Covered{c})
		}
	}
	return out
}

// changeText says what a change put in the place of what.
func (v programmePage) changeText(f programme.FieldChange) string {
	show := func(s string) string {
		switch {
		case s == "":
			return "–"
		case f.Field == "lead":
			return v.People[s]
		case f.Field == "months":
			var names []string
			for _, m := range strings.Fields(s) {
				n, _ := strconv.Atoi(m)
				names = append(names, month(v.Page, n))
			}
			return strings.Join(names, ", ")
		}
		return s
	}
	return v.T("audit.programme.field."+f.Field) + ": " + show(f.Before) + " → " + show(f.After)
}

// changeAbout says what a change was about.
func (v programmePage) changeAbout(c programme.ChangeView) string {
	if c.RowNo == 0 {
		return v.T("audit.programme.whole")
	}
	return v.T("audit.programme.row_no", "n", c.RowNo) + ", " + c.RowCode
}

type programmeForm struct {
	programmePage
	form  ui.Form
	isNew bool
}

// newProgramme is the form that begins a programme, with the texts of the
// latest one.
func (p programmePages) newProgramme(c *web.Context) error {
	v := programmeForm{isNew: true, programmePage: programmePage{Page: c.Page("audit.programme.new")}}
	list, err := p.svc.List(c.Ctx())
	if err != nil {
		return err
	}
	year := v.Today().Year() + 1
	v.form.Values = url.Values{}
	if len(list) > 0 {
		if year = list[0].Year + 1; year > v.Today().Year()+3 {
			year = v.Today().Year()
		}
		last, err := p.svc.Programme(c.Ctx(), list[0].ID)
		if err != nil {
			return err
		}
		v.form.Values = textValues(last)
	}
	v.form.Values.Set("year", strconv.Itoa(year))
	return c.Render(http.StatusOK, programmeFormView(v))
}

// textValues fills the form of texts and risks.
func textValues(v programme.View) url.Values {
	out := url.Values{"objectives": {v.Objectives}, "criteria": {v.Criteria}, "methods": {v.Methods}, "resources": {v.Resources}, "version": {strconv.Itoa(v.Version)}}
	for _, r := range v.Risks {
		out.Add("risk_kind", r.Kind)
		out.Add("risk_text", r.Text)
		out.Add("risk_treatment", r.Treatment)
	}
	return out
}

// programmeTextsOf reads the form of texts and risks.
func programmeTextsOf(c *web.Context) programme.Texts {
	t := programme.Texts{Objectives: c.Form("objectives"), Criteria: c.Form("criteria"), Methods: c.Form("methods"), Resources: c.Form("resources"), Reason: c.Form("reason")}
	if t.Version, _ = strconv.Atoi(c.Form("version")); t.Version == 0 {
		t.Version = -1 // a version nobody saw: a Conflict
	}
	kinds, treatments := c.Forms("risk_kind"), c.Forms("risk_treatment")
	at := func(list []string, i int) string {
		if i < len(list) {
			return list[i]
		}
		return ""
	}
	for i, text := range c.Forms("risk_text") {
		t.Risks = append(t.Risks, programme.Risk{Kind: at(kinds, i), Text: text, Treatment: at(treatments, i)})
	}
	return t
}

func (p programmePages) create(c *web.Context) error {
	year, _ := strconv.Atoi(strings.TrimSpace(c.Form("year"))) // anything else is out of range
	made, err := p.svc.Create(c.Ctx(), year, programmeTextsOf(c))
	return done(c, err, "audit.programme.created", fmt.Sprintf("/programmes/%d", made.Year), func(form ui.Form, status int) error {
		return c.Render(status, programmeFormView(programmeForm{isNew: true, form: form, programmePage: programmePage{Page: c.Page("audit.programme.new")}}))
	})
}

// edit is the form of texts and risks.
func (p programmePages) edit(c *web.Context) error {
	v, err := p.load(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, programmeFormView(programmeForm{programmePage: v, form: ui.Form{Values: textValues(v.View)}}))
}

func (p programmePages) save(c *web.Context) error {
	id, err := p.id(c)
	if err != nil {
		return err
	}
	err = p.svc.Save(c.Ctx(), id, programmeTextsOf(c))
	return done(c, err, "audit.programme.saved", "/programmes/"+c.Param("year"), func(form ui.Form, status int) error {
		v, err := p.load(c)
		if err != nil {
			return err
		}
		return c.Render(status, programmeFormView(programmeForm{programmePage: v, form: form}))
	})
}

// riskLines are the lines of the form: those there are and two empty ones.
func (v programmeForm) riskLines() (out []programme.Risk) {
	kinds, treatments := v.form.Values["risk_kind"], v.form.Values["risk_treatment"]
	for i, text := range v.form.Values["risk_text"] {
		r := programme.Risk{Text: text}
		if i < len(kinds) {
			r.Kind = kinds[i]
		}
		if i < len(treatments) {
			r.Treatment = treatments[i]
		}
		if r.Text != "" || r.Treatment != "" {
			out = append(out, r)
		}
	}
	return append(out, programme.Risk{Kind: "risk"}, programme.Risk{Kind: "opportunity"})
}

type rowPage struct {
	programmePage
	row   programme.RowView
	form  ui.Form
	leads []audit.AuditorBrief
}

func (p programmePages) row(c *web.Context) error { return p.showRow(c, http.StatusOK, ui.Form{}) }

// showRow is the form of a row, beside what its priority comes from.
func (p programmePages) showRow(c *web.Context, status int, form ui.Form) error {
	v := rowPage{form: form}
	var err error
	if v.programmePage, err = p.load(c); err != nil {
		return err
	}
	i := slices.IndexFunc(v.Rows, func(r programme.RowView) bool { return r.ID == c.Param("row") })
	if i < 0 {
		return apperr.Missing("row")
	}
	v.row = v.Rows[i]
	if v.leads, err = p.svc.Leads(c.Ctx()); err != nil {
		return err
	}
	if v.form.Values == nil {
		v.form.Values = url.Values{"importance": {strconv.Itoa(v.row.Importance)}, "adjust_reason": {v.row.AdjustReason}, "months": strings.Fields(v.row.Months),
			"codes": {strings.Join(v.row.CodeList(), ", ")}, "lead": {v.row.LeadID}, "note": {v.row.Note}}
		if v.row.Adjusted != nil {
			v.form.Values.Set("adjusted", strconv.Itoa(*v.row.Adjusted))
		}
	}
	return c.Render(status, programmeRowView(v))
}

func (p programmePages) saveRow(c *web.Context) error {
	row, err := c.ID("row")
	if err != nil {
		return err
	}
	var check apperr.Check
	n := programme.RowEdit{Adjusted: number(&check, "adjusted", c.Form("adjusted")), AdjustReason: c.Form("adjust_reason"), LeadID: c.Form("lead"), Note: c.Form("note"), Reason: c.Form("reason")}
	n.Importance, _ = strconv.Atoi(c.Form("importance"))
	if n.Version, _ = strconv.Atoi(c.Form("version")); n.Version == 0 {
		n.Version = -1
	}
	for _, m := range c.Forms("months") {
		k, _ := strconv.Atoi(m) // anything else is no month
		n.Months = append(n.Months, k)
	}
	for _, code := range listed.Split(c.Form("codes"), -1) {
		if code = strings.TrimSpace(code); code != "" {
			n.Codes = append(n.Codes, code)
		}
	}
	if err = check.Err(); err == nil {
		err = p.svc.SaveRow(c.Ctx(), row, n)
	}
	return done(c, err, "audit.programme.row_saved", "/programmes/"+c.Param("year")+"#row-"+row, func(form ui.Form, status int) error {
		return p.showRow(c, status, form)
	})
}

func (v rowPage) months() (out []ui.Option) {
	for m := 1; m <= 12; m++ {
		o := ui.Option{Value: strconv.Itoa(m), Label: month(v.Page, m)}
		if a, ok := v.row.Audit(m); ok {
			o.Hint = a.Number
		}
		out = append(out, o)
	}
	return out
}

func (v rowPage) importances() (out []ui.Option) {
	for n := range 5 {
		out = append(out, ui.Option{Value: strconv.Itoa(n), Label: v.T("audit.programme.importance." + strconv.Itoa(n))})
	}
	return out
}

func (v rowPage) leadOptions() []ui.Option {
	out := []ui.Option{{Label: v.T("audit.form.choose")}}
	for _, a := range v.leads {
		o := ui.Option{Value: a.ID, Label: person(a.Person)}
		if a.Gap != "" {
			o.Label += " (" + v.T(a.Gap) + ")"
		}
		out = append(out, o)
	}
	return out
}

type weightsPage struct {
	ui.Page
	programme.Weighting
	form ui.Form
	can  bool
}

func (p programmePages) weights(c *web.Context) error {
	return p.showWeights(c, http.StatusOK, ui.Form{})
}

// showWeights is the version of weights in force, and the form for a new one.
func (p programmePages) showWeights(c *web.Context, status int, form ui.Form) error {
	v := weightsPage{Page: c.Page("audit.programme.weights"), form: form, can: c.Can(policies.ProgrammeDraft)}
	var err error
	if v.Weighting, err = p.svc.Weighting(c.Ctx()); err != nil {
		return err
	}
	if v.form.Values == nil {
		v.form.Values = url.Values{"source_az": {v.SourceAZ}, "source_en": {v.SourceEN}}
		for _, w := range v.Weights {
			v.form.Values.Set(string(w.Factor), strconv.Itoa(w.Weight))
		}
	}
	return c.Render(status, programmeWeightsView(v))
}

func (p programmePages) addWeights(c *web.Context) error {
	var check apperr.Check
	n := programme.NewWeighting{Weights: map[programme.Factor]int{}, SourceAZ: c.Form("source_az"), SourceEN: c.Form("source_en"), Reason: c.Form("reason")}
	for _, f := range programme.Factors() {
		if w := number(&check, string(f), c.Form(string(f))); w != nil {
			n.Weights[f] = *w
		}
	}
	err := check.Err()
	if err == nil {
		_, err = p.svc.AddWeighting(c.Ctx(), n)
	}
	return done(c, err, "audit.programme.weights_saved", "/programmes/weights", func(form ui.Form, status int) error {
		return p.showWeights(c, status, form)
	})
}

type sitesPage struct {
	ui.Page
	list        []audit.Site
	departments map[string]string
	units       []ui.Option
	form        ui.Form
	can         bool
}

func (p programmePages) sites(c *web.Context) error {
	return p.showSites(c, http.StatusOK, ui.Form{})
}

// showSites lists the sites, with the form for another.
func (p programmePages) showSites(c *web.Context, status int, form ui.Form) error {
	v := sitesPage{Page: c.Page("audit.site.title"), form: form, can: c.Can(policies.ProgrammeDraft), departments: map[string]string{}}
	var err error
	if v.list, err = p.svc.Audit.Sites(c.Ctx()); err != nil {
		return err
	}
	all, err := p.svc.KIS.Departments(c.Ctx())
	if err != nil {
		return err
	}
	for _, d := range all {
		v.departments[d.ID] = unit(v.Page, d)
		v.units = append(v.units, ui.Option{Value: d.Code, Label: unit(v.Page, d)})
	}
	return c.Render(status, sitesView(v))
}

func (p programmePages) addSite(c *web.Context) error {
	_, err := p.svc.Audit.AddSite(c.Ctx(), audit.NewSite{Code: c.Form("code"), NameAZ: c.Form("name_az"), NameEN: c.Form("name_en"), Kind: audit.SiteKind(c.Form("kind")), DepartmentCode: c.Form("department")})
	return done(c, err, "audit.site.added", "/programmes/sites", func(form ui.Form, status int) error {
		return p.showSites(c, status, form)
	})
}
