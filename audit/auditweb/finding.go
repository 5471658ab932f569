package auditweb

import (
	"net/http"
	"slices"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// registerFindings adds the routes of findings.
func registerFindings(r *web.Router, p pages) {
	registerFindingList(r, p)
	r.GET("/findings/:id", policies.AuditRead, p.finding)
	r.POST("/findings/:id/edit", policies.FindingRaise, p.editFinding)
	r.POST("/findings/:id/merge", policies.FindingRaise, p.mergeFindings)
	r.POST("/findings/:id/repeat", policies.FindingRaise, p.repeatFinding)
	r.POST("/findings/:id/share", policies.FindingShare, p.shareFinding)
	r.POST("/findings/:id/recall", policies.FindingShare, p.recallFinding)
	r.POST("/findings/:id/drop", policies.FindingShare, p.dropFinding)
	r.POST("/findings/:id/agree", policies.FindingView, p.agreeFinding)
	r.POST("/findings/:id/differ", policies.FindingView, p.differFinding)
	r.POST("/audits/:id/findings/share", policies.FindingShare, p.shareFindings)
}

type findingPage struct {
	ui.Page
	audit.FindingPage
	forms   map[string]ui.Form
	earlier []audit.Similar // what it may repeat
}

func (v findingPage) form(name string) ui.Form { return v.forms[name] }

// finding is the page of a finding.
func (p pages) finding(c *web.Context) error { return p.showFinding(c, http.StatusOK, nil) }

func (p pages) showFinding(c *web.Context, status int, forms map[string]ui.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	v := findingPage{forms: forms}
	if v.FindingPage, err = p.svc.FindingPage(c.Ctx(), id); err != nil {
		return err
	}
	if v.Can("repeat") {
		if v.earlier, err = p.svc.EarlierFindings(c.Ctx(), id); err != nil {
			return err
		}
	}
	v.Page = c.Page("audit.finding.page")
	return c.Render(status, findingView(v))
}

// findingStep takes a step and shows the page again when it is refused.
func (p pages) findingStep(c *web.Context, name string, step func(id string) error) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	err = step(id)
	if form, status, ok := c.Refused(err); ok {
		return p.showFinding(c, status, map[string]ui.Form{name: form})
	}
	return c.Done(err, "audit.finding.done."+name, "/findings/"+id, nil)
}

func (p pages) editFinding(c *web.Context) error {
	return p.findingStep(c, "edit", func(id string) error {
		return p.svc.EditFinding(c.Ctx(), id, audit.FindingEdit{Version: version(c), Grade: audit.Grade(c.Form("grade")), Statement: c.Form("statement"),
			Recommendation: c.Form("recommendation"), Topic: c.Form("topic"), TeamView: c.Form("team_view")})
	})
}

func (p pages) mergeFindings(c *web.Context) error {
	return p.findingStep(c, "merge", func(id string) error { return p.svc.MergeFindings(c.Ctx(), id, c.Forms("findings"), c.Form("reason")) })
}

func (p pages) repeatFinding(c *web.Context) error {
	return p.findingStep(c, "repeat", func(id string) error { return p.svc.DecideRepeat(c.Ctx(), id, c.Form("repeat_of")) })
}

func (p pages) shareFinding(c *web.Context) error {
	return p.findingStep(c, "share", func(id string) error { return p.svc.ShareFinding(c.Ctx(), id) })
}

func (p pages) recallFinding(c *web.Context) error {
	return p.findingStep(c, "recall", func(id string) error { return p.svc.RecallFinding(c.Ctx(), id, c.Form("reason")) })
}

func (p pages) dropFinding(c *web.Context) error {
	return p.findingStep(c, "drop", func(id string) error { return p.svc.DropFinding(c.Ctx(), id, c.Form("reason")) })
}

func (p pages) agreeFinding(c *web.Context) error {
	return p.findingStep(c, "agree", func(id string) error { return p.svc.AgreeFinding(c.Ctx(), id, c.Form("view")) })
}

func (p pages) differFinding(c *web.Context) error {
	return p.findingStep(c, "differ", func(id string) error { return p.svc.DifferFinding(c.Ctx(), id, c.Form("view")) })
}

// shareFindings shows every draft finding of an audit to its department.
func (p pages) shareFindings(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	_, err = p.svc.ShareFindings(c.Ctx(), id, c.Forms("findings")...)
	if form, status, ok := c.Refused(err); ok {
		return p.showAudit(c, status, map[string]ui.Form{"share": form})
	}
	return c.Done(err, "audit.finding.done.share_all", "/audits/"+id+"#a7", nil)
}

var findingLooks = map[audit.FindingState]ui.Look{
	audit.FindingDraft:     {Tone: "idle", Icon: "circle-dashed"},
	audit.FindingShared:    {Tone: "info", Icon: "hourglass"},
	audit.FindingConfirmed: {Tone: "good", Icon: "circle-check"},
	audit.FindingDiverging: {Tone: "warn", Icon: "message-report"},
	audit.FindingReported:  {Tone: "good", Icon: "report"},
	audit.FindingMerged:    {Tone: "off", Icon: "archive"},
	audit.FindingDropped:   {Tone: "off", Icon: "archive"},
}

func findingState(p ui.Page, s audit.FindingState) ui.State {
	return findingLooks[s].State(p, "audit.finding.state."+string(s))
}

// heading is number and place of the finding.
func (v findingPage) heading() string {
	return v.T("audit.finding.heading", "audit", v.Audit.Number, "no", v.No)
}

// facts is the line under the heading.
func (v findingPage) facts() string {
	facts := v.T("audit.grade."+string(v.Grade)) + " · " + clauseText(v.Page, v.Clause) + " · " + v.GSBPM + " · " + v.Department.Code
	if v.State == audit.FindingShared && v.ViewDue != "" {
		facts += " · " + v.T("audit.finding.view_until", "day", v.Day(v.ViewDue))
	}
	return facts
}

// rows are the facts beside the text.
func (v findingPage) rows() []ui.KVRow {
	rows := []ui.KVRow{{Term: v.T("audit.field.audit"), Value: v.Audit.Number, Href: "/audits/" + v.AuditID},
		{Term: v.T("audit.finding.col.criterion"), Value: clauseText(v.Page, v.Clause), Mut: v.ClauseName.Title(v.Lang)},
		{Term: v.T("audit.field.department"), Value: unit(v.Page, v.Department)}}
	if v.RowNo != "" {
		rows = append(rows, ui.KVRow{Term: v.T("audit.finding.row"), Value: v.RowNo})
	}
	if v.Topic != "" {
		rows = append(rows, ui.KVRow{Term: v.T("audit.finding.topic"), Value: v.Topic})
	}
	if v.Act.ID != "" {
		name := v.Act.Number
		if name == "" {
			name = v.T("audit.act.draft")
		}
		rows = append(rows, ui.KVRow{Term: v.T("audit.finding.col.act"), Value: name, Href: "/acts/" + v.Act.ID})
	}
	if v.Repeats.ID != "" {
		rows = append(rows, ui.KVRow{Term: v.T("audit.finding.repeats"), Value: v.ref(v.Repeats), Href: "/findings/" + v.Repeats.ID})
	}
	if v.Into.ID != "" {
		rows = append(rows, ui.KVRow{Term: v.T("audit.finding.merged_into"), Value: v.ref(v.Into), Href: "/findings/" + v.Into.ID})
	}
	for _, m := range v.Merged {
		rows = append(rows, ui.KVRow{Term: v.T("audit.finding.absorbed"), Value: v.ref(m), Href: "/findings/" + m.ID, Mut: m.Statement})
	}
	return rows
}

func (v findingPage) ref(r audit.FindingRef) string {
	return v.T("audit.finding.heading", "audit", r.Number, "no", r.No)
}

// log is the history of the finding.
func (v findingPage) log() (out []ui.LogEntry) {
	tones := map[string]string{"share": "info", "agree": "good", "differ": "warn", "recall": "warn", "drop": "warn", "report": "good"}
	for _, e := range v.Events {
		out = append(out, ui.LogEntry{At: e.At, Who: doer(v.Page, e.ActorID, e.Actor), Text: v.T("audit.finding.event." + e.Verb), Note: e.Note, Tone: tones[e.Verb]})
	}
	return out
}

// grades are those a finding can be given: one that makes an act stays one.
func (v findingPage) grades() (out []ui.Option) {
	for _, g := range audit.Grades() {
		if g.NeedsAct() == v.Grade.NeedsAct() {
			out = append(out, ui.Option{Value: string(g), Label: v.T("audit.grade." + string(g))})
		}
	}
	return out
}

// unplaced are the forms that came back and have no place on the page.
func (v findingPage) unplaced() (names []string) {
	for _, name := range []string{"share", "edit", "merge", "repeat", "recall", "drop", "agree", "differ"} {
		if _, ok := v.forms[name]; ok && (name == "share" || !v.placed(name)) {
			names = append(names, name)
		}
	}
	return names
}

func (v findingPage) placed(name string) bool {
	switch name {
	case "merge":
		return v.Can("edit") && len(v.Others) > 0
	case "edit":
		return v.Can("edit") || v.Can("stand")
	}
	return v.Can(name)
}

// canShare says whether there are findings that the actor may show to the
// audited department.
func (v auditPage) canShare() bool {
	return v.Part == audit.Lead && v.State == audit.InProgress &&
		slices.ContainsFunc(v.Findings, func(f audit.FindingView) bool { return f.State == audit.FindingDraft })
}
