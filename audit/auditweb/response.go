package auditweb

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type responsePage struct {
	actPage
	people []office.User   // who may own an action
	like   []audit.Similar // acts that may be similar cases
	answer ui.Form
	add    ui.Form
	submit ui.Form
}

// whys is how many questions the form offers.
const whys = 6

// response is the page on which the department works out its answer.
func (p pages) response(c *web.Context) error {
	return p.showResponse(c, http.StatusOK, responsePage{})
}

func (p pages) showResponse(c *web.Context, status int, v responsePage) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	if v.ActView, err = p.svc.Act(c.Ctx(), id); err != nil {
		return err
	}
	v.my = c.Actor().UserID
	v.Page = c.Page("audit.response.title")
	if !v.Can("respond") {
		// Not its turn, or not this person's: the act's own page says where it
		// stands, and why a form was refused.
		for _, form := range []ui.Form{v.submit, v.answer, v.add} {
			if form.Errors != nil {
				return p.showAct(c, status, map[string]ui.Form{"submit": form})
			}
		}
		return c.Redirect("/acts/" + id)
	}
	for _, role := range []policies.Role{policies.Head, policies.Employee} {
		list, err := p.svc.KIS.People(c.Ctx(), office.PeopleFilter{Role: role})
		if err != nil {
			return err
		}
		v.people = append(v.people, list...)
	}
	if v.like, err = p.svc.SimilarActs(c.Ctx(), id); err != nil {
		return err
	}
	return c.Render(status, responseView(v))
}

// saveResponse keeps the answer; it may be incomplete until it is submitted.
func (p pages) saveResponse(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	var check apperr.Check
	r := audit.Response{Version: version(c), Correction: c.Form("correction"), CorrectionDay: c.FormDate(&check, "correction_day", false),
		CauseMethod: audit.CauseMethod(c.Form("cause_method")), RootCause: c.Form("root_cause"), SimilarChecked: c.Form("similar_checked") != "",
		SimilarWhere: c.Form("similar_where"), RiskUpdated: c.Form("risk_updated") != "", QMSChange: c.Form("qms_change"),
		EffectMeasure: c.Form("effect_measure"), EffectBaseline: c.Form("effect_baseline"), EffectTarget: c.Form("effect_target")}
	r.Similar = c.Forms("similar")
	questions, answers, categories, parents := c.Forms("question"), c.Forms("why"), c.Forms("category"), c.Forms("parent")
	for i, a := range answers {
		cause := audit.Cause{Answer: a}
		if i < len(parents) {
			n, err := strconv.Atoi(parents[i])
			if err != nil {
				n = -1 // refused with the row's number
			}
			cause.Parent = n
		}
		if i < len(questions) {
			cause.Question = questions[i]
		}
		if i < len(categories) {
			cause.Category = categories[i]
		}
		r.Causes = append(r.Causes, cause)
	}
	if err = check.Err(); err == nil {
		err = p.svc.SaveResponse(c.Ctx(), id, r)
	}
	return c.Done(err, "audit.response.saved", "/acts/"+id+"/response", func(form ui.Form, status int) error {
		return p.showResponse(c, status, responsePage{answer: form})
	})
}

// addAction adds a corrective action to the plan.
func (p pages) addAction(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	due, _ := web.ParseDate(c.Form("due")) // what cannot be read is none, and the service asks for it
	n := audit.NewAction{Text: c.Form("text"), OwnerID: c.Form("owner"), Others: c.Forms("others"), Due: due}
	if days := strings.TrimSpace(c.Form("days")); days != "" {
		if n.Days, err = strconv.Atoi(days); err != nil || n.Days == 0 {
			n.Days = -1 // refused as out of range
		}
	}
	_, err = p.svc.AddAction(c.Ctx(), id, n)
	return c.Done(err, "audit.action.added", "/acts/"+id+"/response#actions", func(form ui.Form, status int) error {
		return p.showResponse(c, status, responsePage{add: form})
	})
}

func (p pages) removeAction(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	action, err := c.ID("action")
	if err != nil {
		return err
	}
	return c.Done(p.svc.RemoveAction(c.Ctx(), action), "audit.action.removed", "/acts/"+id+"/response#actions", nil)
}

// submit hands the plan to the lead auditor.
func (p pages) submit(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	return c.Done(p.svc.SubmitPlan(c.Ctx(), id), "audit.act.done.submit", "/acts/"+id, func(form ui.Form, status int) error {
		form.Labels = map[string]string{}
		page := c.Page("audit.response.title")
		for _, name := range []string{"correction", "root_cause", "similar_where", "similar_checked", "effect_measure", "effect_target", "causes", "actions"} {
			form.Labels[name] = page.T("audit.field." + name)
		}
		form.Values = nil
		return p.showResponse(c, status, responsePage{submit: form})
	})
}

// stored is the answer as it was saved, or as it was typed after a refusal.
func (v responsePage) stored() ui.Form {
	if v.answer.Values != nil {
		return v.answer
	}
	values := url.Values{"correction": {v.Correction}, "correction_day": {v.CorrectionDay.Format()}, "root_cause": {v.RootCause},
		"similar_where": {v.SimilarWhere}, "qms_change": {v.QMSChange}, "effect_measure": {v.EffectMeasure}, "effect_baseline": {v.EffectBaseline},
		"effect_target": {v.EffectTarget}, "cause_method": {string(audit.FiveWhy)}}
	if v.CauseMethod != "" {
		values.Set("cause_method", string(v.CauseMethod))
	}
	if v.SimilarChecked {
		values.Set("similar_checked", "1")
	}
	if v.RiskUpdated {
		values.Set("risk_updated", "1")
	}
	for _, ca := range v.Causes {
		values.Add("question", ca.Question)
		values.Add("why", ca.Answer)
		values.Add("category", ca.Category)
		values.Add("parent", strconv.Itoa(ca.Parent))
	}
	for _, o := range v.Similar {
		values.Add("similar", o.ActID)
	}
	return ui.Form{Values: values}
}

// nth is the value of the n-th input of a name.
func nth(f ui.Form, name string, n int) string {
	if vs := f.Values[name]; n < len(vs) {
		return vs[n]
	}
	return ""
}

// follows is what the question of the i-th row (from 0) follows from: what was
// chosen; else the row above it, so that a plain chain needs no choosing.
func follows(f ui.Form, i int) string {
	if p := nth(f, "parent", i); p != "" {
		return p
	}
	return strconv.Itoa(i)
}

// chosen says whether an act is among the similar ones of the form.
func chosen(f ui.Form, id string) bool { return slices.Contains(f.Values["similar"], id) }

// linked are the proposals with the acts that were linked before and are no
// longer proposed.
func (v responsePage) linked() []audit.Similar {
	out := slices.Clone(v.like)
	for _, s := range v.Similar {
		if !slices.ContainsFunc(out, func(o audit.Similar) bool { return o.ActID == s.ActID }) {
			out = append(out, s)
		}
	}
	return out
}

// coOwners are who may own an action beside the first.
func (v responsePage) coOwners() []ui.Option { return v.owners()[1:] }

// rows is how many questions to show: those there are and two more.
func (v responsePage) rows() int { return max(whys, len(v.stored().Values["why"])+2) }

func (v responsePage) methods() []ui.Option {
	return []ui.Option{{Value: string(audit.FiveWhy), Label: v.T("audit.cause.five_why"), Tone: "info"}, {Value: string(audit.Ishikawa), Label: v.T("audit.cause.ishikawa"), Tone: "info"}}
}

// owners are who may own an action, those of the own department first.
func (v responsePage) owners() []ui.Option {
	out := []ui.Option{{Label: v.T("audit.form.choose")}}
	var others []ui.Option
	for _, u := range v.people {
		o := ui.Option{Value: u.ID, Label: u.Name + ", " + u.Position(v.Lang)}
		if u.DepartmentID == v.DepartmentID {
			out = append(out, o)
		} else {
			others = append(others, o)
		}
	}
	return append(out, others...)
}
