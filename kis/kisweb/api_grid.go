package kisweb

import (
	"net/http"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/web"
)

type apiGrid struct {
	Cycle  apiCycleHead   `json:"cycle"`
	Today  day.Day        `json:"today"`
	Counts map[string]int `json:"counts"` // tasks by state
	Phases []apiGridPhase `json:"phases"`
}

type apiGridPhase struct {
	Phase        string         `json:"phase"`
	Name         string         `json:"name"`
	Due          day.Day        `json:"due,omitempty"`
	Gate         string         `json:"gate"`
	Counts       map[string]int `json:"counts"`
	Left         int            `json:"left"` // applicable tasks not accepted yet
	Subprocesses []apiGridSub   `json:"subprocesses"`
}

type apiGridSub struct {
	Code  string        `json:"code"`
	Name  string        `json:"name"`
	State string        `json:"state" enum:"overdue,returned,review,missing,accepted,na"`
	Tasks []apiGridTask `json:"tasks"`
}

type apiGridTask struct {
	Code        string          `json:"code"`
	Name        string          `json:"name"`
	State       string          `json:"state" enum:"overdue,returned,review,missing,accepted,na"`
	Due         day.Day         `json:"due,omitempty"`
	Outputs     int             `json:"outputs"`
	Accepted    int             `json:"accepted"` // outputs
	Departments []apiDepartment `json:"departments"`
	Reason      string          `json:"reason"` // of the last return, where it may be read
}

func countsOf(counts kis.Counts) map[string]int {
	out := map[string]int{}
	for s, n := range counts {
		out[string(s)] = n
	}
	return out
}

func (h api) grid(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	g, err := h.kis.Grid(c.Ctx(), id, kis.GridFilter{State: kis.TaskState(c.Query("state")), DepartmentID: c.Query("department"), Phase: c.Query("phase")})
	if err != nil {
		return err
	}
	lang := c.Lang()
	task := func(t kis.GridTask) apiGridTask {
		return apiGridTask{t.Code, t.Name(lang), string(t.State), t.Due, t.Outputs, t.Accepted, listOf(t.Departments, departmentIn(lang)), t.Reason}
	}
	sub := func(s kis.GridSub) apiGridSub {
		return apiGridSub{s.Code, s.Name(lang), string(s.State), listOf(s.Tasks, task)}
	}
	return c.JSON(http.StatusOK, apiGrid{cycleHead(lang, g.Cycle), g.Today, countsOf(g.Counts), listOf(g.Phases, func(p kis.GridPhase) apiGridPhase {
		return apiGridPhase{p.Phase, p.Name(lang), p.Due, string(p.Gate), countsOf(p.Counts), p.Left, listOf(p.Subs, sub)}
	})})
}

type apiTask struct {
	Cycle       apiCycleHead    `json:"cycle"`
	Code        string          `json:"code"`
	Name        string          `json:"name"`
	Work        string          `json:"work"`
	State       string          `json:"state" enum:"overdue,returned,review,missing,accepted,na"`
	Due         day.Day         `json:"due,omitempty"`
	Responsible []apiDepartment `json:"responsible"`
	SubmitFor   []apiDepartment `json:"submit_for"` // for which the caller may hand in
	Outputs     []apiOutput     `json:"outputs"`
	Hidden      bool            `json:"hidden"` // there is evidence the caller may not see
}

type apiOutput struct {
	ID       string             `json:"id"`
	Position int                `json:"position"`
	Name     string             `json:"name"`
	State    string             `json:"state" enum:"overdue,returned,review,missing,accepted,na"`
	Versions []apiOutputVersion `json:"versions"` // newest first
}

type apiOutputVersion struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
	Title   string `json:"title"`
	State   string `json:"state" enum:"submitted,accepted,returned,superseded,withdrawn"`
}

func (h api) task(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	t, err := h.kis.Task(c.Ctx(), id, c.Param("code"))
	if err != nil {
		return err
	}
	lang := c.Lang()
	version := func(v kis.Version) apiOutputVersion {
		return apiOutputVersion{v.ID, v.Submission.Version, v.Title, string(v.State)}
	}
	return c.JSON(http.StatusOK, apiTask{cycleHead(lang, t.Cycle), t.Code, t.Name(lang), t.WorkAZ, string(t.State), t.Phase.Due,
		listOf(t.Responsible, departmentIn(lang)), listOf(t.SubmitFor, departmentIn(lang)), listOf(t.Outputs, func(o kis.TaskOutput) apiOutput {
			return apiOutput{o.ID, o.Position, o.NameAZ, string(o.State), listOf(o.Versions, version)}
		}), t.Hidden})
}
