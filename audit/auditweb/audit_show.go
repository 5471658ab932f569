package auditweb

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type auditPage struct {
	ui.Page
	audit.AuditView
	list   audit.Checklist
	filter audit.RowFilter
	row    *audit.RowPanel // the row beside the list; nil when nothing is shown
	forms  map[string]ui.Form
	pdf    string // address of the report, "" when there is none
	xlsx   string // and as a sheet

	invites  bool           // the person can make a link for an outside auditor
	followUp string         // address of the report on its acts, "" when there is none
	people   []audit.Person // who may have been at a meeting
	next     string
	first    string
	query    url.Values // filter of the list, carried by the links of rows
}

// form is what came back for one of the page's forms.
func (v auditPage) form(name string) ui.Form { return v.forms[name] }

// unplaced are the forms that came back and have no place on the page: steps
// of one button, and those that this person or this state does not have. Why
// they were refused stands above everything.
func (v auditPage) unplaced() (names []string) {
	places := map[string]string{"cancel": "cancel", "report": "report", "announce": "announce", "opening": "meeting", "closing": "meeting", "row": "answer"}
	for name := range v.forms {
		if !v.Can(places[name]) || name == "row" && v.row == nil {
			names = append(names, name)
		}
	}
	return names
}

// audit is the page of an audit.
func (p pages) audit(c *web.Context) error { return p.showAudit(c, http.StatusOK, nil) }

// showAudit renders the page, with forms that came back.
func (p pages) showAudit(c *web.Context, status int, forms map[string]ui.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	v := auditPage{forms: forms}
	if v.AuditView, err = p.svc.Audit(c.Ctx(), id); err != nil {
		return err
	}
	v.Page = c.Page(v.Number)
	if v.Can("meeting") {
		if v.people, err = p.svc.PeopleOfScope(c.Ctx(), id); err != nil {
			return err
		}
	}
	if p.r.Has(http.MethodGet, "/audits/:id/pdf") {
		v.pdf = "/audits/" + v.ID + "/pdf"
	}
	if p.r.Has(http.MethodGet, "/audits/:id/xlsx") {
		v.xlsx = "/audits/" + v.ID + "/xlsx"
	}
	if p.r.Has(http.MethodGet, "/audits/:id/follow-up.pdf") && (v.Kind != audit.Internal || len(v.Acts) > 0) {
		v.followUp = "/audits/" + v.ID + "/follow-up.pdf"
	}
	if p.r.Has(http.MethodGet, "/observers") {
		v.invites = c.Can(policies.ObserverInvite)
	}
	if v.Working {
		if err := p.loadChecklist(c, &v); err != nil {
			return err
		}
	}
	return c.Render(status, auditShowView(v))
}

// loadChecklist reads the rows of the filter and the row beside them. After a
// refused form the filter comes from the form's own fields.
func (p pages) loadChecklist(c *web.Context, v *auditPage) error {
	get := func(name string) string {
		if s := c.Query(name); s != "" {
			return s
		}
		return c.Form("list_" + name)
	}
	v.filter = audit.RowFilter{Phase: get("phase"), Answer: audit.Answer(get("answer")), Answerer: get("auditor"), After: get("after")}
	v.query = url.Values{}
	for _, name := range []string{"phase", "answer", "auditor", "after"} {
		if s := get(name); s != "" {
			v.query.Set(name, s)
		}
	}
	var err error
	if v.list, err = p.svc.Checklist(c.Ctx(), v.ID, v.filter); err != nil {
		return err
	}
	if v.list.Next != "" {
		v.next = v.listHref("after", v.list.Next)
	}
	if v.filter.After != "" {
		v.first = v.listHref("after", "")
	}
	row := c.Query("row")
	if row == "" {
		row = c.Param("row")
	}
	if row == "" {
		row = v.firstRow()
	}
	if row == "" {
		return nil
	}
	panel, err := p.svc.Row(c.Ctx(), v.ID, row)
	if err != nil {
		return err
	}
	v.row = &panel
	return nil
}

// firstRow is the row to look at when none was chosen: the first without an
// answer, else the first.
func (v auditPage) firstRow() string {
	for _, r := range v.list.Rows {
		if r.Answer == audit.Open {
			return r.ID
		}
	}
	if len(v.list.Rows) > 0 {
		return v.list.Rows[0].ID
	}
	return ""
}

// listHref is the page with one value of the filter changed.
func (v auditPage) listHref(name, value string) string {
	q := url.Values{}
	for k, vs := range v.query {
		q[k] = vs
	}
	if name != "after" {
		q.Del("after")
	}
	if q.Del(name); value != "" {
		q.Set(name, value)
	}
	return "/audits/" + v.ID + query(q) + "#checklist"
}

// rowHref is the page with another row beside the list.
func (v auditPage) rowHref(id string) string {
	q := url.Values{"row": {id}}
	for k, vs := range v.query {
		q[k] = vs
	}
	return "/audits/" + v.ID + query(q) + "#row"
}

func query(q url.Values) string {
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// facts is the line under the title.
func (v auditPage) facts() string {
	parts := []string{v.T("audit.kind." + string(v.Kind)), v.T("audit.audit.audited_is", "department", unit(v.Page, v.Audited()))}
	if len(v.Departments) > 1 {
		var codes []string
		for _, d := range v.Departments[1:] {
			codes = append(codes, d.Code)
		}
		parts = append(parts, v.T("audit.audit.participants_are", "departments", strings.Join(codes, ", ")))
	}
	parts = append(parts, v.Day(v.PlannedFrom)+" – "+v.Day(v.PlannedTo))
	if v.Programme.Year != 0 {
		parts = append(parts, v.T("audit.audit.of_programme", "year", strconv.Itoa(v.Programme.Year), "row", v.Programme.No))
	}
	return strings.Join(parts, " · ")
}

// scopeRows are the facts of the first card.
func (v auditPage) scopeRows() []ui.KVRow {
	var rows []ui.KVRow
	for _, y := range v.Cycles {
		rows = append(rows, ui.KVRow{Term: v.T("audit.field.process"), Value: y.Title(v.Lang) + ", " + y.Period, Href: "/cycles/" + y.ID})
	}
	codes := v.T("audit.scope.all_codes")
	if len(v.Codes) > 0 {
		codes = strings.Join(v.Codes, ", ")
	}
	rows = append(rows, ui.KVRow{Term: v.T("audit.field.codes_short"), Value: codes})
	if n := v.Rows(); n > 0 {
		rows = append(rows, ui.KVRow{Term: v.T("audit.checklist.title"), Value: v.T("audit.checklist.rows", "n", n)})
	}
	rows = append(rows, ui.KVRow{Term: v.T("audit.field.objectives"), Value: v.Objectives}, ui.KVRow{Term: v.T("audit.field.criteria"), Value: v.Criteria})
	for _, d := range v.Documents {
		rows = append(rows, ui.KVRow{Term: v.T("audit.criteria.named"), Value: d.Words(v.Lang), Href: "/documents/" + d.DocumentID})
	}
	if v.Method != "" {
		rows = append(rows, ui.KVRow{Term: v.T("audit.field.method"), Value: v.Method})
	}
	rows = append(rows, ui.KVRow{Term: v.T("audit.field.period"), Value: v.Period})
	if v.State == audit.Cancelled {
		rows = append(rows, ui.KVRow{Term: v.T("audit.field.cancel_reason"), Value: v.CancelReason})
	}
	return rows
}

// bar shows the answers of the checklist.
func (v auditPage) bar() (segments []ui.Segment, label string) {
	var words []string
	for _, a := range audit.Answers() {
		n := v.Counts[a]
		if n == 0 {
			continue
		}
		segments = append(segments, ui.Segment{Tone: answerLooks[a].Tone, Count: n})
		words = append(words, v.T("audit.answer."+string(a))+" "+v.Int(int64(n)))
	}
	return segments, strings.Join(words, ", ")
}

// independenceState is the result of the check for one of the team.
func independenceState(p ui.Page, m audit.MemberView) ui.State {
	switch {
	case len(m.Conflicts) == 0:
		return ui.State{Tone: "good", Icon: "shield-check", Word: p.T("audit.independence.free")}
	case m.Exception != nil:
		return ui.State{Tone: "warn", Icon: "shield-half", Word: p.T("audit.independence.exception")}
	}
	return ui.State{Tone: "bad", Icon: "shield-x", Word: p.T("audit.independence.refused")}
}

// presentOptions are those who may have been at a meeting: the team and the
// people of the audited departments.
func (v auditPage) presentOptions() (out []ui.Option) {
	for _, m := range v.Team {
		out = append(out, ui.Option{Value: m.Person.ID, Label: person(m.Person)})
	}
	for _, x := range v.people {
		out = append(out, ui.Option{Value: x.ID, Label: person(x)})
	}
	return out
}

// conflicts are the reasons in words.
func conflicts(p ui.Page, list []audit.Conflict) string {
	var out []string
	for _, c := range list {
		out = append(out, c.Text(p.Lang))
	}
	return strings.Join(out, "; ")
}

// primary says which step is the blue button of this person.
func (v auditPage) primary() string {
	for _, verb := range []string{"announce", "start", "report", "close"} {
		if !v.Can(verb) {
			continue
		}
		if verb == "report" && v.Counts[audit.Open] > 0 {
			continue
		}
		return verb
	}
	return ""
}

// kind is how a step's button looks.
func (v auditPage) kind(verb string) string {
	if v.primary() == verb {
		return "primary"
	}
	return "plain"
}

// answers are the choices of a row.
func (v auditPage) answers() (out []ui.Option) {
	for _, a := range audit.Answers() {
		if a != audit.Open {
			l := answerLooks[a]
			out = append(out, ui.Option{Value: string(a), Label: v.T("audit.answer." + string(a)), Tone: l.Tone})
		}
	}
	return out
}

// grades are the grades that make an act.
func (v auditPage) grades() []ui.Option {
	return []ui.Option{{Value: string(audit.Minor), Label: v.T("audit.grade.short.minor")}, {Value: string(audit.Major), Label: v.T("audit.grade.short.major")}}
}

// units are the departments in scope.
func (v auditPage) units() (out []ui.Option) {
	for _, d := range v.Departments {
		out = append(out, ui.Option{Value: d.ID, Label: d.Code})
	}
	return out
}

// evidenceOptions are what can be linked to the row, linked ones first. What
// this person may not open stays linked but is not offered.
func (v auditPage) evidenceOptions() (out []ui.Option) {
	for i, list := range [][]audit.Evidence{v.row.Linked, v.row.Offered} {
		for _, e := range list {
			if i == 0 || !e.Hidden {
				out = append(out, ui.Option{Value: e.ID, Label: evidenceName(v.Page, e), Hint: evidenceHint(v.Page, e)})
			}
		}
	}
	return out
}

// rowForm is the form of the row: as typed after a refusal, else as stored.
func (v auditPage) rowForm() ui.Form {
	f := v.form("row")
	if f.Values != nil {
		return f
	}
	values := url.Values{"note": {v.row.Note}, "sample_method": {v.row.SampleMethod}, "sample_result": {v.row.SampleResult}}
	if v.row.Answer != audit.Open {
		values.Set("answer", string(v.row.Answer))
	}
	if v.row.Population != nil {
		values.Set("population", v.Int(int64(*v.row.Population)))
	}
	if v.row.Sample != nil {
		values.Set("sample", v.Int(int64(*v.row.Sample)))
	}
	for _, e := range v.row.Linked {
		values.Add("evidence", e.ID)
	}
	return ui.Form{Values: values}
}

// evidenceName is a submission in one line.
func evidenceName(p ui.Page, e audit.Evidence) string {
	if e.Hidden {
		return p.T("audit.evidence.hidden", "code", strings.Join(e.Codes, ", "))
	}
	return e.Title
}

// evidenceHint says where a submission belongs and what became of it.
func evidenceHint(p ui.Page, e audit.Evidence) string {
	parts := []string{strings.Join(e.Codes, ", "), p.T("audit.evidence.version", "n", e.Version), p.T("audit.evidence.state." + e.State),
		e.SubmittedName + " (" + e.DepartmentCode + ")", p.Date(e.ReceivedAt)}
	return strings.Join(parts, " · ")
}
