package auditweb

import (
	"context"
	"net/http"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// auditAPI is the part of the API that is about audits and programmes.
type auditAPI struct {
	svc        *audit.Service
	programmes *programme.Service
}

// RegisterAuditAPI adds the operations of audits and programmes.
func RegisterAuditAPI(r *web.Router, svc *programme.Service) {
	h := auditAPI{svc.Audit, svc}
	id := web.Param{Name: "id", Kind: web.ParamID, Text: "api.param.id"}
	year := web.Param{Name: "year", Kind: web.ParamNumber, Max: 9999, Text: "api.param.year"}
	r.API(
		web.Operation{Method: http.MethodGet, Path: "/api/v1/audits", Action: policies.AuditRead, ID: "listAudits", Group: "audits", Text: "api.op.audits",
			Params: []web.Param{{Name: "state", Of: texts(audit.States()), Text: "api.param.audit_state"}, {Name: "kind", Of: texts(audit.Kinds()), Text: "api.param.audit_kind"},
				{Name: "q", Kind: web.ParamText, Text: "api.param.q"}, web.AfterParam(1), web.LimitParam}, Answer: apiAuditList{}, Do: h.audits},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/audits/:id", Action: policies.AuditRead, ID: "getAudit", Group: "audits", Text: "api.op.audit",
			Params: []web.Param{id}, Answer: apiAudit{}, Do: h.audit},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/audits", Action: policies.AuditPlan, ID: "planAudit", Group: "audits", Text: "api.op.audit_plan",
			Body: apiNewAudit{}, Status: http.StatusCreated, Answer: apiAudit{}, Do: h.plan},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/programmes", Action: policies.ProgrammeRead, ID: "listProgrammes", Group: "programmes", Text: "api.op.programmes",
			Answer: apiProgrammeList{}, Do: h.listProgrammes},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/programmes/:year", Action: policies.ProgrammeRead, ID: "getProgramme", Group: "programmes", Text: "api.op.programme",
			Params: []web.Param{year}, Answer: apiProgramme{}, Do: h.programme},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/programmes/:year/rows/:row/audit", Action: policies.AuditPlan, ID: "planAuditOfRow", Group: "programmes", Text: "api.op.programme_audit",
			Params: []web.Param{year, {Name: "row", Kind: web.ParamID, Text: "api.param.row"}}, Body: apiMonth{}, Status: http.StatusCreated, Answer: apiAudit{}, Do: h.planOfRow},
	)
	for _, s := range h.steps() {
		r.API(web.Operation{Method: http.MethodPost, Path: "/api/v1/audits/:id/" + s.verb, Action: s.action, ID: s.verb + "Audit", Group: "audits", Text: "api.op.audits." + s.verb,
			Params: []web.Param{id}, Body: s.body, Answer: apiAudit{}, Do: func(c *web.Context) error {
				id, err := c.ID("id")
				if err != nil {
					return err
				}
				if err := s.do(c, id); err != nil {
					return err
				}
				return h.show(c, http.StatusOK, id)
			}})
	}
	for _, s := range h.programmeSteps() {
		r.API(web.Operation{Method: http.MethodPost, Path: "/api/v1/programmes/:year/" + s.verb, Action: s.action, ID: s.verb + "Programme", Group: "programmes", Text: "api.op.programmes." + s.verb,
			Params: []web.Param{year}, Body: s.body, Answer: apiProgramme{}, Do: func(c *web.Context) error {
				id, err := h.ofYear(c)
				if err != nil {
					return err
				}
				if err := s.do(c, id); err != nil {
					return err
				}
				return h.programme(c)
			}})
	}
}

// Bodies of the steps of audits.
type (
	apiAnnounce struct {
		Reason string `json:"reason"` // needed when the notice is shorter than the term
	}
	apiAuditReport struct {
		Conclusion string `json:"conclusion"`
		Strengths  string `json:"strengths"`
	}
	apiTeam struct {
		Lead    string   `json:"lead"`
		Members []string `json:"members"`
	}
	apiException struct {
		User   string `json:"user"`
		Reason string `json:"reason"`
	}
	apiSession struct {
		Day        day.Day  `json:"day"`
		From       string   `json:"from"` // hh:mm, of the office
		To         string   `json:"to"`
		Department string   `json:"department"` // id; empty for the team alone
		Auditors   []string `json:"auditors"`
		With       []string `json:"with"`
		Place      string   `json:"place"`
		Topic      string   `json:"topic"`
		Codes      []string `json:"codes"`
	}
	apiMonth struct {
		Month int `json:"month"`
	}
)

// steps are what a program can do to an audit.
func (h auditAPI) steps() []step {
	s := h.svc
	return []step{
		{"announce", policies.AuditMove, apiAnnounce{}, reads(func(ctx context.Context, id string, b apiAnnounce) error { return s.Announce(ctx, id, b.Reason) })},
		{"start", policies.AuditMove, nil, func(c *web.Context, id string) error { return s.Start(c.Ctx(), id) }},
		{"report", policies.AuditMove, apiAuditReport{}, reads(func(ctx context.Context, id string, b apiAuditReport) error {
			return s.Report(ctx, id, audit.NewReport{Conclusion: b.Conclusion, Strengths: b.Strengths})
		})},
		{"close", policies.AuditMove, nil, func(c *web.Context, id string) error { return s.Close(c.Ctx(), id) }},
		{"cancel", policies.AuditCancel, apiReason{}, reads(func(ctx context.Context, id string, b apiReason) error { return s.Cancel(ctx, id, b.Reason) })},
		{"team", policies.AuditPlan, apiTeam{}, reads(func(ctx context.Context, id string, b apiTeam) error { return s.SetTeam(ctx, id, b.Lead, b.Members) })},
		{"except", policies.AuditExcept, apiException{}, reads(func(ctx context.Context, id string, b apiException) error {
			return s.GrantException(ctx, id, b.User, b.Reason)
		})},
		{"session", policies.AuditPlan, apiSession{}, reads(func(ctx context.Context, id string, b apiSession) error {
			_, err := s.AddSession(ctx, id, audit.NewSession{Day: b.Day, From: b.From, To: b.To, DepartmentID: b.Department, Auditors: b.Auditors, With: b.With, Place: b.Place, Topic: b.Topic, Codes: b.Codes})
			return err
		})},
	}
}

// programmeSteps are what a program can do to a programme.
func (h auditAPI) programmeSteps() []step {
	s := h.programmes
	return []step{
		{"submit", policies.ProgrammeDraft, nil, func(c *web.Context, id string) error { return s.Submit(c.Ctx(), id) }},
		{"approve", policies.ProgrammeApprove, nil, func(c *web.Context, id string) error { return s.Approve(c.Ctx(), id) }},
		{"return", policies.ProgrammeApprove, apiReason{}, reads(func(ctx context.Context, id string, b apiReason) error { return s.Return(ctx, id, b.Reason) })},
		{"close", policies.ProgrammeDraft, apiNote{}, reads(func(ctx context.Context, id string, b apiNote) error { return s.Close(ctx, id, b.Note) })},
	}
}

type apiUnit struct {
	ID   string `json:"id"`
	Code string `json:"code"`
	Name string `json:"name"`
}

func unitIn(lang string, d office.Department) apiUnit { return apiUnit{d.ID, d.Code, d.Name(lang)} }

type apiWho struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Unit string `json:"unit"` // code of the home department
}

func whoIn(p audit.Person) apiWho { return apiWho{p.ID, p.Name, p.Department.Code} }

type apiAuditList struct {
	Items []apiAuditItem `json:"items"`
	Total int            `json:"total"`
	Next  string         `json:"next,omitempty"`
}

type apiAuditItem struct {
	ID          string  `json:"id"`
	Number      string  `json:"number"`
	Kind        string  `json:"kind" enum:"internal,surveillance,follow_up"`
	Title       string  `json:"title"`
	State       string  `json:"state" enum:"planned,announced,in_progress,reported,closed,cancelled"`
	PlannedFrom day.Day `json:"planned_from"`
	PlannedTo   day.Day `json:"planned_to"`
	Department  string  `json:"department"` // code of the audited one
	Lead        string  `json:"lead"`
	Rows        int     `json:"rows"`
	Answered    int     `json:"answered"`
	Acts        int     `json:"acts"`
}

func (h auditAPI) audits(c *web.Context) error {
	f := audit.AuditFilter{State: audit.State(c.Query("state")), Kind: audit.Kind(c.Query("kind")), Query: c.Query("q"), Limit: c.Limit()}
	if after := c.Cursor(1); after != nil {
		f.After = after[0]
	}
	list, err := h.svc.Audits(c.Ctx(), f)
	if err != nil {
		return err
	}
	out := apiAuditList{Items: make([]apiAuditItem, 0, len(list.Items)), Total: list.Total}
	if list.Next != "" {
		out.Next = web.NextPlace([]string{list.Next})
	}
	for _, a := range list.Items {
		out.Items = append(out.Items, apiAuditItem{a.ID, a.Number, string(a.Kind), a.Title, string(a.State), a.PlannedFrom, a.PlannedTo, a.DepartmentCode, a.LeadName, a.Rows, a.Answered, a.Acts})
	}
	return c.JSON(http.StatusOK, out)
}

type apiAudit struct {
	ID          string       `json:"id"`
	Number      string       `json:"number"`
	Kind        string       `json:"kind" enum:"internal,surveillance,follow_up"`
	Title       string       `json:"title"`
	State       string       `json:"state" enum:"planned,announced,in_progress,reported,closed,cancelled"`
	Objectives  string       `json:"objectives"`
	Criteria    string       `json:"criteria"`
	Documents   []string     `json:"documents"` // controlled ones that are criteria: number, title, version
	Method      string       `json:"method"`
	Period      string       `json:"period"`
	PlannedFrom day.Day      `json:"planned_from"`
	PlannedTo   day.Day      `json:"planned_to"`
	Departments []apiUnit    `json:"departments"` // the audited one first
	Codes       []string     `json:"codes"`       // none = all
	Cycles      []string     `json:"cycles"`
	Team        []apiMember  `json:"team"`
	Schedule    []apiMeeting `json:"schedule"`
	Rows        int          `json:"rows"`
	Answered    int          `json:"answered"`
	Notice      int          `json:"notice"` // working days given
	AnnouncedAt time.Time    `json:"announced_at,omitzero"`
	StartedAt   time.Time    `json:"started_at,omitzero"`
	OpeningAt   time.Time    `json:"opening_at,omitzero"`
	ClosingAt   time.Time    `json:"closing_at,omitzero"`
	ReportDue   day.Day      `json:"report_due,omitempty"`
	ReportedAt  time.Time    `json:"reported_at,omitzero"`
	ClosedAt    time.Time    `json:"closed_at,omitzero"`
	Conclusion  string       `json:"conclusion"`
	Strengths   string       `json:"strengths"`
	Programme   int          `json:"programme,omitempty"` // year of the programme it came from
	Steps       []string     `json:"steps"`               // open to the caller
}

type apiMember struct {
	apiWho
	Role      string   `json:"role" enum:"lead,auditor"`
	Conflicts []string `json:"conflicts"` // reasons why not independent
	Exception string   `json:"exception"` // reason of the decision that covers them
}

type apiMeeting struct {
	ID         string   `json:"id"`
	Day        day.Day  `json:"day"`
	From       string   `json:"from"`
	To         string   `json:"to"`
	Department string   `json:"department"`
	Auditors   []apiWho `json:"auditors"`
	With       []apiWho `json:"with"`
	Place      string   `json:"place"`
	Topic      string   `json:"topic"`
	Codes      []string `json:"codes"`
}

func (h auditAPI) audit(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	return h.show(c, http.StatusOK, id)
}

// show answers with an audit as the caller sees it.
func (h auditAPI) show(c *web.Context, status int, id string) error {
	v, err := h.svc.Audit(c.Ctx(), id)
	if err != nil {
		return err
	}
	lang := c.Lang()
	out := apiAudit{ID: v.ID, Number: v.Number, Kind: string(v.Kind), Title: v.Title, State: string(v.State), Objectives: v.Objectives, Criteria: v.Criteria, Documents: []string{}, Method: v.Method,
		Period: v.Period, PlannedFrom: v.PlannedFrom, PlannedTo: v.PlannedTo, Departments: []apiUnit{}, Codes: append([]string{}, v.Codes...), Cycles: []string{}, Team: []apiMember{},
		Schedule: []apiMeeting{}, Rows: v.Rows(), Answered: v.Answered(), Notice: v.NoticeGiven, AnnouncedAt: v.AnnouncedAt, StartedAt: v.StartedAt, OpeningAt: v.OpeningAt, ClosingAt: v.ClosingAt,
		ReportDue: v.ReportDue, ReportedAt: v.ReportedAt, ClosedAt: v.ClosedAt, Conclusion: v.Conclusion, Strengths: v.Strengths, Programme: v.Programme.Year, Steps: append([]string{}, v.Steps...)}
	for _, d := range v.Departments {
		out.Departments = append(out.Departments, unitIn(lang, d))
	}
	for _, y := range v.Cycles {
		out.Cycles = append(out.Cycles, y.ID)
	}
	for _, d := range v.Documents {
		out.Documents = append(out.Documents, d.Words(lang))
	}
	for _, m := range v.Team {
		x := apiMember{apiWho: whoIn(m.Person), Role: string(m.Role), Conflicts: []string{}}
		for _, f := range m.Conflicts {
			x.Conflicts = append(x.Conflicts, f.Text(lang))
		}
		if m.Exception != nil {
			x.Exception = m.Exception.Reason
		}
		out.Team = append(out.Team, x)
	}
	for _, s := range v.Schedule {
		m := apiMeeting{s.ID, s.Day, s.From, s.To, s.Department.Code, []apiWho{}, []apiWho{}, s.Place, s.Topic, append([]string{}, s.CodeList()...)}
		for _, p := range s.Auditors {
			m.Auditors = append(m.Auditors, whoIn(p))
		}
		for _, p := range s.With {
			m.With = append(m.With, whoIn(p))
		}
		out.Schedule = append(out.Schedule, m)
	}
	return c.JSON(status, out)
}

type apiNewAudit struct {
	Kind        string   `json:"kind" enum:"internal,surveillance,follow_up"`
	Title       string   `json:"title"`
	Objectives  string   `json:"objectives"`
	Criteria    string   `json:"criteria"`
	Method      string   `json:"method"`
	Period      string   `json:"period"`
	From        day.Day  `json:"from"`
	To          day.Day  `json:"to"`
	Cycles      []string `json:"cycles"`
	Codes       []string `json:"codes"`
	Departments []string `json:"departments"`
	Sites       []string `json:"sites"`
	Lead        string   `json:"lead"`
	Members     []string `json:"members"`
	Templates   []string `json:"templates"`
}

func (h auditAPI) plan(c *web.Context) error {
	var b apiNewAudit
	if err := c.ReadJSON(&b); err != nil {
		return err
	}
	// A day that cannot be read is none, and the service asks for it.
	from, _ := day.Parse(string(b.From))
	to, _ := day.Parse(string(b.To))
	a, err := h.svc.PlanAudit(c.Ctx(), audit.NewAudit{Kind: audit.Kind(b.Kind), Title: b.Title, Objectives: b.Objectives, Criteria: b.Criteria, Method: b.Method, Period: b.Period,
		From: from, To: to, Cycles: b.Cycles, Codes: b.Codes, Departments: b.Departments, Sites: b.Sites, Lead: b.Lead, Members: b.Members, Templates: b.Templates})
	if err != nil {
		return err
	}
	return h.show(c, http.StatusCreated, a.ID)
}
