package inquiryweb

import (
	"net/http"
	"time"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis/inquiry"
	"github.com/kis-platform/kis/web"
)

// apiDiscrepancy is a note.
type apiDiscrepancy struct {
	ID          string        `json:"id"`
	Number      string        `json:"number"`
	State       string        `json:"state"`
	CycleID     string        `json:"cycle_id"`
	Process     string        `json:"process"`
	Period      string        `json:"period"`
	Task        string        `json:"task"` // code
	Department  apiDepartment `json:"department"`
	Found       string        `json:"found"`
	Cases       int           `json:"cases"`
	Size        string        `json:"size"`
	Source      string        `json:"source"`
	Due         day.Day       `json:"due"`
	NotedBy     string        `json:"noted_by"`
	NotedAt     time.Time     `json:"noted_at"`
	Explanation string        `json:"explanation"`
	ExplainedBy string        `json:"explained_by,omitempty"`
	ExplainedAt time.Time     `json:"explained_at,omitzero"`
	ConfirmedBy string        `json:"confirmed_by,omitempty"`
	ConfirmedAt time.Time     `json:"confirmed_at,omitzero"`
	ActID       string        `json:"act_id,omitempty"` // that it became, if the caller may see it
	ActNumber   string        `json:"act_number,omitempty"`
}

type apiDiscrepancyList struct {
	Items []apiDiscrepancy `json:"items"`
	Total int              `json:"total"`
	Next  string           `json:"next"`
}

func discrepancyIn(lang string, r inquiry.DiscrepancyRow) apiDiscrepancy {
	out := apiDiscrepancy{ID: r.ID, Number: r.Number, State: string(r.State), CycleID: r.CycleID, Process: r.Process(lang), Period: r.Period, Task: r.Code,
		Department: departmentIn(lang, r.Department), Found: r.Found, Cases: r.Cases, Size: r.Discrepancy.Size, Source: r.Source, Due: r.Due, NotedBy: r.NotedByName, NotedAt: r.NotedAt,
		Explanation: r.Explanation, ExplainedBy: r.ExplainedByName, ExplainedAt: r.ExplainedAt, ConfirmedBy: r.ConfirmedByName, ConfirmedAt: r.ConfirmedAt}
	if r.Act != nil {
		out.ActID, out.ActNumber = r.Act.ID, r.Act.Number
	}
	return out
}

func (h pages) apiDiscrepancies(c *web.Context) error {
	list, err := h.svc.Discrepancies(c.Ctx(), discrepancyFilter(c))
	if err != nil {
		return err
	}
	out := apiDiscrepancyList{Items: []apiDiscrepancy{}, Total: list.Total, Next: next(list.Next)}
	for _, r := range list.Rows {
		out.Items = append(out.Items, discrepancyIn(c.Lang(), r))
	}
	return c.JSON(http.StatusOK, out)
}

func (h pages) apiDiscrepancyOf(c *web.Context, status int, id string) error {
	p, err := h.svc.Discrepancy(c.Ctx(), id)
	if err != nil {
		return err
	}
	return c.JSON(status, discrepancyIn(c.Lang(), p.DiscrepancyRow))
}

// apiNewDiscrepancy is something that was found.
type apiNewDiscrepancy struct {
	CycleID      string `json:"cycle_id"`
	Task         string `json:"task"` // code of 6.2
	DepartmentID string `json:"department_id,omitempty"`
	Found        string `json:"found"`
	Cases        int    `json:"cases"`
	Size         string `json:"size,omitempty"`
	Source       string `json:"source"`
}

func (h pages) apiNote(c *web.Context) error {
	var in apiNewDiscrepancy
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	d, err := h.svc.Note(c.Ctx(), inquiry.NewDiscrepancy{CycleID: in.CycleID, Code: in.Task, DepartmentID: in.DepartmentID, Found: in.Found, Cases: in.Cases, Size: in.Size, Source: in.Source})
	if err != nil {
		return renamed(err, "cycle", "cycle_id", "code", "task", "department", "department_id")
	}
	return h.apiDiscrepancyOf(c, http.StatusCreated, d.ID)
}

type apiExplanation struct {
	Explanation string `json:"explanation"`
	Corrected   bool   `json:"corrected,omitempty"` // the figure was put right
}

type apiPromotion struct {
	Reason string `json:"reason"`
	Grade  string `json:"grade,omitempty" enum:"minor,major"`
}
