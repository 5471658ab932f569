package inquiryweb

import (
	"net/http"
	"time"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis/inquiry"
	"github.com/kis-platform/kis/web"
)

// apiRequestRow is a request in a list.
type apiRequestRow struct {
	ID           string        `json:"id"`
	Number       string        `json:"number"`
	Title        string        `json:"title"`
	State        string        `json:"state"`
	Confidential bool          `json:"confidential"`
	CycleID      string        `json:"cycle_id,omitempty"`
	Process      string        `json:"process,omitempty"`
	Period       string        `json:"period,omitempty"`
	AuditID      string        `json:"audit_id,omitempty"`
	Department   apiDepartment `json:"department"`
	AddresseeID  string        `json:"addressee_id,omitempty"` // none: the head of the department
	Addressee    string        `json:"addressee,omitempty"`
	AskedBy      string        `json:"asked_by"`
	AskedAt      time.Time     `json:"asked_at"`
	Due          day.Day       `json:"due"`
	AnsweredAt   time.Time     `json:"answered_at,omitzero"`
	Reason       string        `json:"reason"` // of a return or the withdrawal
}

type apiRequestList struct {
	Items []apiRequestRow `json:"items"`
	Total int             `json:"total"`
	Next  string          `json:"next"`
}

func requestIn(lang string, r inquiry.RequestRow) apiRequestRow {
	return apiRequestRow{ID: r.ID, Number: r.Number, Title: r.Request.Title, State: string(r.State), Confidential: r.Confidential, CycleID: r.CycleID, Process: r.Process(lang),
		Period: r.Period, AuditID: r.AuditID, Department: departmentIn(lang, r.Department), AddresseeID: r.AddresseeID, Addressee: r.AddresseeName, AskedBy: r.AskedByName,
		AskedAt: r.AskedAt, Due: r.Due, AnsweredAt: r.AnsweredAt, Reason: r.Reason}
}

// next is the place after a page; "" at the end.
func next(id string) string {
	if id == "" {
		return ""
	}
	return web.NextPlace([]string{id})
}

func (h pages) apiRequests(c *web.Context) error {
	list, err := h.svc.Requests(c.Ctx(), requestFilter(c))
	if err != nil {
		return err
	}
	out := apiRequestList{Items: []apiRequestRow{}, Total: list.Total, Next: next(list.Next)}
	for _, r := range list.Rows {
		out.Items = append(out.Items, requestIn(c.Lang(), r))
	}
	return c.JSON(http.StatusOK, out)
}

// apiRequest is one request in full.
type apiRequest struct {
	apiRequestRow
	Text    string       `json:"text"`
	Outputs []apiOutput  `json:"outputs"`
	Answers []apiAnswers `json:"answers"` // newest first
	Steps   []string     `json:"steps"`   // what the caller may do now
}

type apiOutput struct {
	ID   string `json:"id"`
	Task string `json:"task"` // code
	Name string `json:"name"`
}

type apiAnswers struct {
	Number    int           `json:"number"`
	Text      string        `json:"text"`
	By        string        `json:"by"`
	At        time.Time     `json:"at"`
	Verdict   string        `json:"verdict"` // accepted, returned; "" while it waits
	Reason    string        `json:"reason"`
	Evidence  []apiEvidence `json:"evidence"` // that the caller may see
	DecidedBy string        `json:"decided_by,omitempty"`
	DecidedAt time.Time     `json:"decided_at,omitzero"`
}

type apiEvidence struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Href  string `json:"href"`
}

func (h pages) apiRequestOf(c *web.Context, status int, id string) error {
	p, err := h.svc.Request(c.Ctx(), id)
	if err != nil {
		return err
	}
	out := apiRequest{apiRequestRow: requestIn(c.Lang(), p.RequestRow), Text: p.Text, Outputs: []apiOutput{}, Answers: []apiAnswers{}, Steps: append([]string{}, p.Steps...)}
	for _, o := range p.Outputs {
		out.Outputs = append(out.Outputs, apiOutput{o.ID, o.Code, o.NameAZ})
	}
	for _, a := range p.Answers {
		x := apiAnswers{Number: a.No, Text: a.Text, By: a.ByName, At: a.AnsweredAt, Verdict: a.Verdict, Reason: a.Reason, Evidence: []apiEvidence{}, DecidedBy: a.DecidedByName, DecidedAt: a.DecidedAt}
		for _, e := range a.Evidence {
			x.Evidence = append(x.Evidence, apiEvidence{e.ID, e.Title, "/api/v1/evidence/" + e.ID})
		}
		out.Answers = append(out.Answers, x)
	}
	return c.JSON(status, out)
}

// apiNewRequest is evidence to ask for.
type apiNewRequest struct {
	CycleID      string   `json:"cycle_id,omitempty"`
	OutputIDs    []string `json:"output_ids,omitempty"`
	AuditID      string   `json:"audit_id,omitempty"`
	DepartmentID string   `json:"department_id"`
	AddresseeID  string   `json:"addressee_id,omitempty"` // none asks the head of the department
	Title        string   `json:"title"`
	Text         string   `json:"text"`
	Confidential bool     `json:"confidential,omitempty"`
	Due          day.Day  `json:"due,omitempty"`
	WorkingDays  int      `json:"working_days,omitempty"` // instead of due
}

func (h pages) apiAsk(c *web.Context) error {
	var in apiNewRequest
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	r, err := h.svc.Ask(c.Ctx(), inquiry.NewRequest{CycleID: in.CycleID, OutputIDs: in.OutputIDs, AuditID: in.AuditID, DepartmentID: in.DepartmentID, AddresseeID: in.AddresseeID,
		Title: in.Title, Text: in.Text, Confidential: in.Confidential, Due: in.Due, WorkingDays: in.WorkingDays})
	if err != nil {
		return renamed(err, "cycle", "cycle_id", "output", "output_ids", "audit", "audit_id", "department", "department_id", "addressee", "addressee_id")
	}
	return h.apiRequestOf(c, http.StatusCreated, r.ID)
}

type apiAnswer struct {
	Text          string   `json:"text,omitempty"`
	SubmissionIDs []string `json:"submission_ids,omitempty"`
}
