package auditweb

import (
	"net/http"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/web"
)

type apiExtend struct {
	To     day.Day `json:"to"`
	Reason string  `json:"reason"`
}

type apiNewAct struct {
	Origin            string   `json:"origin" enum:"evidence,rating,complaint,measure"`
	OriginID          string   `json:"origin_id"`
	OriginLabel       string   `json:"origin_label"`
	ReceivedOn        day.Day  `json:"received_on"`
	DepartmentID      string   `json:"department_id"`
	CycleID           string   `json:"cycle_id"`
	LeadID            string   `json:"lead_id"`
	Grade             string   `json:"grade" enum:"major,minor"`
	Clause            string   `json:"clause"`
	GSBPM             string   `json:"gsbpm"`
	Criterion         string   `json:"criterion"`
	Statement         string   `json:"statement"`
	ObjectiveEvidence string   `json:"objective_evidence"`
	Evidence          []string `json:"evidence"`
}

type apiCause struct {
	Parent   int    `json:"parent"` // place of the answer it follows from, from 1; 0 is the nonconformity
	Category string `json:"category"`
	Question string `json:"question"`
	Answer   string `json:"answer"`
}

type apiResponse struct {
	Version        int        `json:"version"` // of the act as it was seen
	Correction     string     `json:"correction"`
	CorrectionDay  day.Day    `json:"correction_day"`
	CauseMethod    string     `json:"cause_method" enum:"five_why,ishikawa"`
	Causes         []apiCause `json:"causes"`
	RootCause      string     `json:"root_cause"`
	SimilarChecked bool       `json:"similar_checked"`
	SimilarWhere   string     `json:"similar_where"`
	Similar        []string   `json:"similar"` // ids of acts
	RiskUpdated    bool       `json:"risk_updated"`
	QMSChange      string     `json:"qms_change"`
	EffectMeasure  string     `json:"effect_measure"`
	EffectBaseline string     `json:"effect_baseline"`
	EffectTarget   string     `json:"effect_target"`
}

type apiNewAction struct {
	Text    string   `json:"text"`
	OwnerID string   `json:"owner_id"`
	Others  []string `json:"others"`
	Due     day.Day  `json:"due"`
	Days    int      `json:"days"` // working days from today, instead of due
}

type apiActList struct {
	Items []apiActItem `json:"items"`
	Next  string       `json:"next,omitempty"`
	Total int          `json:"total"`
}

type apiActItem struct {
	ID         string    `json:"id"`
	Number     string    `json:"number"` // empty for a draft
	State      string    `json:"state" enum:"draft,issued,objected,acknowledged,action_planned,in_progress,implemented,effective,closed,withdrawn"`
	Grade      string    `json:"grade" enum:"major,minor"`
	Statement  string    `json:"statement"`
	Clause     string    `json:"clause"`
	GSBPM      string    `json:"gsbpm"`
	Department string    `json:"department"` // code
	AuditID    string    `json:"audit_id,omitempty"`
	IssuedAt   time.Time `json:"issued_at,omitzero"`
	Due        day.Day   `json:"due,omitempty"` // of the present step
	Actions    int       `json:"actions"`
	Verified   int       `json:"verified"`
	Reopened   int       `json:"reopened"`
}

type apiAct struct {
	ID                string          `json:"id"`
	Number            string          `json:"number"`
	Version           int             `json:"version"`
	State             string          `json:"state" enum:"draft,issued,objected,acknowledged,action_planned,in_progress,implemented,effective,closed,withdrawn"`
	StateAt           time.Time       `json:"state_at,omitzero"`
	Steps             []string        `json:"steps"` // open to the person of the token
	Origin            string          `json:"origin" enum:"finding,evidence,discrepancy,rating,complaint,measure"`
	OriginID          string          `json:"origin_id"`
	OriginLabel       string          `json:"origin_label"`
	AuditID           string          `json:"audit_id"`
	FindingID         string          `json:"finding_id"`
	DepartmentID      string          `json:"department_id"`
	Grade             string          `json:"grade" enum:"major,minor"`
	Standard          string          `json:"standard"`
	Edition           string          `json:"edition"`
	Clause            string          `json:"clause"`
	GSBPM             string          `json:"gsbpm"`
	Criterion         string          `json:"criterion"`
	Statement         string          `json:"statement"`
	ObjectiveEvidence string          `json:"objective_evidence"`
	RepeatOf          string          `json:"repeat_of"`
	AnswerDue         day.Day         `json:"answer_due,omitempty"`
	PlanDue           day.Day         `json:"plan_due,omitempty"`
	EffectDue         day.Day         `json:"effect_due,omitempty"`
	Objection         string          `json:"objection"`
	Resolution        string          `json:"resolution"`
	Response          apiResponse     `json:"response"`
	Actions           []apiAction     `json:"actions"`
	Addenda           []apiAddendum   `json:"addenda"`
	Events            []apiAuditEvent `json:"events"` // newest first
	Reopened          int             `json:"reopened"`
}

type apiAddendum struct {
	No     int       `json:"no"`
	At     time.Time `json:"at"`
	Author string    `json:"author"`
	Text   string    `json:"text"`
}

// apiAuditEvent is a step of a finding or an act.
type apiAuditEvent struct {
	At    time.Time `json:"at"`
	Actor string    `json:"actor"`
	Verb  string    `json:"verb"`
	From  string    `json:"from"`
	To    string    `json:"to"`
	Note  string    `json:"note"`
}

type apiAction struct {
	ID         string    `json:"id"`
	ActID      string    `json:"act_id"`
	Label      string    `json:"label"`
	Text       string    `json:"text"`
	OwnerID    string    `json:"owner_id"`
	Others     []string  `json:"others"`
	Due        day.Day   `json:"due"`
	State      string    `json:"state" enum:"planned,in_progress,done,verified,rejected"`
	Steps      []string  `json:"steps"` // open to the person of the token
	Result     string    `json:"result"`
	Files      []string  `json:"files"`    // ids
	Evidence   []string  `json:"evidence"` // ids of submissions
	Extensions int       `json:"extensions"`
	Escalation int       `json:"escalation"` // level
	DoneAt     time.Time `json:"done_at,omitzero"`
	VerifiedAt time.Time `json:"verified_at,omitzero"`
	Verdict    string    `json:"verdict"`
}

func (h api) acts(c *web.Context) error {
	f := audit.ActFilter{State: audit.ActState(c.Query("state")), DepartmentID: c.Query("department"), AuditID: c.Query("audit"), Query: c.Query("q"), Limit: c.Limit()}
	if after := c.Cursor(1); after != nil {
		f.After = after[0]
	}
	if c.Query("late") != "" {
		f.Overdue = h.svc.KIS.Today()
	}
	list, err := h.svc.Acts(c.Ctx(), f)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, apiActList{each(list.Items, func(a audit.ActBrief) apiActItem {
		return apiActItem{a.ID, a.Number, string(a.State), string(a.Grade), a.Statement, a.Clause, a.GSBPM, a.DepartmentCode, a.AuditID, a.IssuedAt, a.Due,
			a.Actions, a.Verified, a.Reopened}
	}), place(list.Next), list.Total})
}

// place makes the place of a list of the service one of the API.
func place(next string) string {
	if next == "" {
		return ""
	}
	return web.NextPlace([]string{next})
}

// each turns the items of a list; never nil, for that would be null.
func each[A, B any](items []A, turn func(A) B) []B {
	out := make([]B, len(items))
	for i, x := range items {
		out[i] = turn(x)
	}
	return out
}

func (h api) act(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	return h.showAct(c, id)
}

func (h api) showAct(c *web.Context, id string) error { return h.answerAct(c, http.StatusOK, id) }

func (h api) answerAct(c *web.Context, status int, id string) error {
	v, err := h.svc.Act(c.Ctx(), id)
	if err != nil {
		return err
	}
	return c.JSON(status, actIn(v))
}

func actIn(v audit.ActView) apiAct {
	text := func(s string) string { return s }
	return apiAct{ID: v.ID, Number: v.Number, Version: v.Version, State: string(v.State), StateAt: v.StateAt, Steps: each(v.Steps, text), Origin: string(v.Origin),
		OriginID: v.From.ID, OriginLabel: v.From.Label, AuditID: v.AuditID, FindingID: v.FindingID, DepartmentID: v.DepartmentID, Grade: string(v.Grade),
		Standard: v.Standard, Edition: v.Edition, Clause: v.Clause, GSBPM: v.GSBPM, Criterion: v.Criterion, Statement: v.Statement,
		ObjectiveEvidence: v.ObjectiveEvidence, RepeatOf: v.RepeatOf, AnswerDue: v.AnswerDue, PlanDue: v.PlanDue, EffectDue: v.EffectDue,
		Objection: v.Objection, Resolution: v.Resolution, Reopened: v.Reopened,
		Response: apiResponse{Version: v.Version, Correction: v.Correction, CorrectionDay: v.CorrectionDay, CauseMethod: string(v.CauseMethod),
			Causes:    each(v.Causes, func(x audit.Cause) apiCause { return apiCause{x.Parent, x.Category, x.Question, x.Answer} }),
			RootCause: v.RootCause, SimilarChecked: v.SimilarChecked, SimilarWhere: v.SimilarWhere,
			Similar:     each(v.Similar, func(x audit.Similar) string { return x.ActID }),
			RiskUpdated: v.RiskUpdated, QMSChange: v.QMSChange, EffectMeasure: v.EffectMeasure, EffectBaseline: v.EffectBaseline, EffectTarget: v.EffectTarget},
		Actions: each(v.Actions, actionIn),
		Addenda: each(v.Addenda, func(a audit.Addendum) apiAddendum { return apiAddendum{a.No, a.At, a.Author, a.Text} }),
		Events: each(v.Events, func(e audit.ActEvent) apiAuditEvent {
			return apiAuditEvent{e.At, e.Actor, e.Verb, e.From, e.To, e.Note}
		})}
}

func actionIn(a audit.ActionView) apiAction {
	out := apiAction{ID: a.ID, ActID: a.ActID, Label: a.Label(), Text: a.Text, OwnerID: a.OwnerID, Due: a.Due, State: string(a.State), Result: a.Result,
		Extensions: a.Extensions, Escalation: a.Escalation, DoneAt: a.DoneAt, VerifiedAt: a.VerifiedAt, Verdict: a.VerdictNote}
	out.Steps = append([]string{}, a.Steps...)
	out.Others = each(a.Others, func(p audit.Person) string { return p.ID })
	out.Evidence = each(a.Evidence, func(e audit.Evidence) string { return e.ID })
	out.Files = []string{}
	for _, f := range a.Files {
		out.Files = append(out.Files, f.ID)
	}
	return out
}

func (h api) action(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	return h.showAction(c, id)
}

func (h api) showAction(c *web.Context, id string) error {
	a, err := h.svc.Action(c.Ctx(), id)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, actionIn(a))
}

func (h api) draft(c *web.Context) error {
	var b apiNewAct
	if err := c.ReadJSON(&b); err != nil {
		return err
	}
	if audit.Origin(b.Origin) == audit.OfDiscrepancy { // promoted where the notes are
		return apperr.InvalidField("origin", "error.field.choice")
	}
	a, err := h.svc.DraftAct(c.Ctx(), audit.NewAct{Origin: audit.OriginRef{Kind: audit.Origin(b.Origin), ID: b.OriginID, Label: b.OriginLabel, ReceivedOn: b.ReceivedOn},
		DepartmentID: b.DepartmentID, CycleID: b.CycleID, LeadID: b.LeadID, Grade: audit.Grade(b.Grade), Clause: b.Clause, GSBPM: b.GSBPM, Criterion: b.Criterion,
		Statement: b.Statement, ObjectiveEvidence: b.ObjectiveEvidence, Evidence: b.Evidence})
	if err != nil {
		return err
	}
	return h.answerAct(c, http.StatusCreated, a.ID)
}

func (h api) respond(c *web.Context, id string) error {
	var b apiResponse
	if err := c.ReadJSON(&b); err != nil {
		return err
	}
	r := audit.Response{Version: b.Version, Correction: b.Correction, CorrectionDay: b.CorrectionDay, CauseMethod: audit.CauseMethod(b.CauseMethod), RootCause: b.RootCause,
		SimilarChecked: b.SimilarChecked, SimilarWhere: b.SimilarWhere, Similar: b.Similar, RiskUpdated: b.RiskUpdated, QMSChange: b.QMSChange,
		EffectMeasure: b.EffectMeasure, EffectBaseline: b.EffectBaseline, EffectTarget: b.EffectTarget}
	for _, x := range b.Causes {
		r.Causes = append(r.Causes, audit.Cause{Parent: x.Parent, Category: x.Category, Question: x.Question, Answer: x.Answer})
	}
	return h.svc.SaveResponse(c.Ctx(), id, r)
}

func (h api) addAction(c *web.Context, id string) error {
	var b apiNewAction
	if err := c.ReadJSON(&b); err != nil {
		return err
	}
	_, err := h.svc.AddAction(c.Ctx(), id, audit.NewAction{Text: b.Text, OwnerID: b.OwnerID, Others: b.Others, Due: b.Due, Days: b.Days})
	return err
}
