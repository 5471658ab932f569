package planningweb

import (
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

var recommendationLooks = map[planning.RecommendationState]ui.Look{
	planning.Open:     {Tone: "idle", Icon: "circle-dashed"},
	planning.Accepted: {Tone: "good", Icon: "circle-check"},
	planning.Rejected: {Tone: "off", Icon: "archive"},
	planning.Merged:   {Tone: "off", Icon: "arrow-forward-up"},
}

var planLooks = map[planning.PlanState]ui.Look{
	planning.PlanDraft:    {Tone: "idle", Icon: "circle-dashed"},
	planning.PlanAgreeing: {Tone: "info", Icon: "hourglass"},
	planning.PlanAgreed:   {Tone: "info", Icon: "signature"},
	planning.PlanApproved: {Tone: "good", Icon: "lock"},
	planning.PlanRunning:  {Tone: "info", Icon: "player-play"},
	planning.PlanClosed:   {Tone: "good", Icon: "archive"},
}

var agreementLooks = map[planning.AgreementState]ui.Look{
	planning.Pending:  {Tone: "idle", Icon: "circle-dashed"},
	planning.Agreed:   {Tone: "good", Icon: "circle-check"},
	planning.Objected: {Tone: "warn", Icon: "message-report"},
}

var itemLooks = map[planning.ItemState]ui.Look{
	planning.NotStarted: {Tone: "idle", Icon: "circle-dashed"},
	planning.InProgress: {Tone: "info", Icon: "player-play"},
	planning.Reported:   {Tone: "info", Icon: "hourglass"},
	planning.Done:       {Tone: "good", Icon: "circle-check"},
	planning.Postponed:  {Tone: "warn", Icon: "calendar-due"},
}

var reviewLooks = map[planning.ReviewState]ui.Look{
	planning.ReviewDraft:    {Tone: "idle", Icon: "circle-dashed"},
	planning.ReviewPrepared: {Tone: "info", Icon: "signature"},
	planning.ReviewSigned:   {Tone: "good", Icon: "lock"},
}

var trendLooks = map[planning.Trend]ui.Look{
	planning.Improved:  {Tone: "good", Icon: "circle-check"},
	planning.Worsened:  {Tone: "warn", Icon: "alert-triangle"},
	planning.Unchanged: {Tone: "idle", Icon: "equal"},
	planning.NoTrend:   {Tone: "off", Icon: "minus"},
}

var basisIcons = map[planning.Basis]string{
	planning.FromFinding:    "clipboard-check",
	planning.FromAct:        "file-alert",
	planning.FromReview:     "gavel",
	planning.FromMeasure:    "flag",
	planning.FromAssessment: "chart-bar",
	planning.FromOther:      "message",
}

func recommendationState(p ui.Page, s planning.RecommendationState) ui.State {
	return recommendationLooks[s].State(p, "planning.recommendation.state."+string(s))
}

func planState(p ui.Page, s planning.PlanState) ui.State {
	return planLooks[s].State(p, "planning.plan.state."+string(s))
}

func agreementState(p ui.Page, s planning.AgreementState) ui.State {
	return agreementLooks[s].State(p, "planning.agreement.state."+string(s))
}

// itemState is the state word of an item; one past its term says so.
func itemState(p ui.Page, it planning.Item, today day.Day) ui.State {
	if it.Overdue(today) {
		return ui.Look{Tone: "bad", Icon: "alert-triangle"}.State(p, "planning.item.state.overdue")
	}
	return shownState(p, it.Shown())
}

// shownState is the word for how an item is shown.
func shownState(p ui.Page, s planning.ItemState) ui.State {
	return itemLooks[s].State(p, "planning.item.state."+string(s))
}

// conditionState says how a condition of an approval stands.
func conditionState(p ui.Page, c planning.Condition) ui.State {
	l := ui.Look{Tone: "warn", Icon: "alert-triangle"}
	switch {
	case c.OK:
		l = ui.Look{Tone: "good", Icon: "circle-check"}
	case c.Block:
		l = ui.Look{Tone: "bad", Icon: "circle-x"}
	}
	return l.State(p, c.Key, c.Args...)
}

func reviewState(p ui.Page, s planning.ReviewState) ui.State {
	return reviewLooks[s].State(p, "planning.review.state."+string(s))
}

func trendState(p ui.Page, t planning.Trend) ui.State {
	return trendLooks[t].State(p, "planning.review.trend."+string(t))
}

// year writes a year without grouping.
func year(n int) string { return strconv.Itoa(n) }

// keyOf reads the plan of the address; what cannot be one is a page that does
// not exist.
func keyOf(c *web.Context) (planning.Key, error) {
	k := planning.Key(c.Param("year"))
	if k.Year() == 0 {
		return "", apperr.Missing("plan")
	}
	return k, nil
}

// planHref is the page of a plan, itemHref that of an item.
func planHref(k planning.Key) string             { return "/plans/" + string(k) }
func itemHref(k planning.Key, id string) string  { return planHref(k) + "/items/" + id }
func reviewHref(id string) string                { return "/reviews/" + id }
func recommendationHref(id string) string        { return "/recommendations/" + id }
func basisOf(p ui.Page, b planning.Basis) string { return p.T("planning.basis." + string(b)) }

// units are the departments of the office to choose from; first is the label
// of an empty choice, "" for none.
func (p pages) units(c *web.Context, first string) ([]ui.Option, error) {
	list, err := p.svc.KIS.Departments(c.Ctx())
	if err != nil {
		return nil, err
	}
	var out []ui.Option
	if first != "" {
		out = append(out, ui.Option{Label: first})
	}
	for _, d := range list {
		if d.Kind == office.Internal {
			out = append(out, ui.Option{Value: d.ID, Label: d.Code + ", " + d.Name(c.Lang())})
		}
	}
	return out, nil
}

// only keeps the options of these values; all when any is true.
func only(options []ui.Option, any bool, values []string) []ui.Option {
	if any {
		return options
	}
	var out []ui.Option
	for _, o := range options {
		for _, v := range values {
			if o.Value == v || o.Value == "" {
				out = append(out, o)
				break
			}
		}
	}
	return out
}

// codes joins the codes of departments.
func codes(list []office.Department) string {
	out := ""
	for i, d := range list {
		if i > 0 {
			out += ", "
		}
		out += d.Code
	}
	return out
}

// quarter is the Roman number of a quarter.
func quarter(n int) string { return [...]string{"", "I", "II", "III", "IV"}[n] }

// log turns the trail of an object into the lines of its history.
func log(p ui.Page, events []office.Event) []ui.LogEntry {
	out := make([]ui.LogEntry, 0, len(events))
	for _, e := range events {
		// planning:plan:send is called planning.trail.plan.send
		text := p.T("planning.trail." + strings.ReplaceAll(strings.TrimPrefix(e.Action, "planning:"), ":", "."))
		if e.Kind == "plan_item" || e.Kind == "plan_agreement" {
			text = p.T("planning.trail.item", "what", text, "item", e.Label)
		}
		out = append(out, ui.LogEntry{At: e.At, Who: e.ActorName, Text: text, Note: e.Note})
	}
	return out
}
