package kisweb

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/web"
)

// apiDepartment names a department. Names are in the language asked for.
type apiDepartment struct {
	ID   string `json:"id"`
	Code string `json:"code"`
	Name string `json:"name"`
}

func departmentIn(lang string) func(office.Department) apiDepartment {
	return func(d office.Department) apiDepartment { return apiDepartment{d.ID, d.Code, d.Name(lang)} }
}

// apiProcessRef names a process.
type apiProcessRef struct {
	ID    string `json:"id"`
	Code  string `json:"code"`
	Title string `json:"title"`
}

func processIn(lang string, p process.ProcessRef) apiProcessRef {
	return apiProcessRef{p.ID, p.Code, p.Title(lang)}
}

type apiProcessList struct {
	Items []apiProcessItem `json:"items"`
	Next  string           `json:"next,omitempty"`
}

type apiProcessItem struct {
	apiProcessRef
	Owner         apiDepartment `json:"owner"`
	Version       int           `json:"version"`
	EffectiveFrom day.Day       `json:"effective_from"`
	Tasks         int           `json:"tasks"` // applicable ones
	Cycles        int           `json:"cycles"`
	LatestCycleID string        `json:"latest_cycle_id,omitempty"`
}

// processes pages what the service gives as a whole: its two queries do not
// grow with the page.
func (h api) processes(c *web.Context) error {
	list, err := h.kis.Processes(c.Ctx())
	if err != nil {
		return err
	}
	if after := c.Cursor(1); after != nil {
		i := slices.IndexFunc(list, func(p process.ProcessSummary) bool { return p.ID == after[0] })
		if i < 0 {
			return apperr.InvalidField("after", "error.field.place")
		}
		list = list[i+1:]
	}
	out := apiProcessList{}
	if n := c.Limit(); len(list) > n {
		list = list[:n]
		out.Next = web.NextPlace([]string{list[n-1].ID})
	}
	lang := c.Lang()
	out.Items = listOf(list, func(p process.ProcessSummary) apiProcessItem {
		return apiProcessItem{processIn(lang, p.ProcessRef), departmentIn(lang)(p.Owner), p.Version, p.EffectiveFrom, p.Tasks, p.Cycles, p.LatestCycleID}
	})
	return c.JSON(http.StatusOK, out)
}

type apiProcess struct {
	apiProcessRef
	Owner      apiDepartment `json:"owner"`
	Version    apiVersion    `json:"version"`
	Versions   []apiVersion  `json:"versions"` // newest first
	Activities []apiActivity `json:"activities"`
}

type apiVersion struct {
	Number        int     `json:"number"`
	EffectiveFrom day.Day `json:"effective_from"`
	SourceName    string  `json:"source_name"`
	SourceSHA256  string  `json:"source_sha256"`
}

type apiActivity struct {
	Code        string          `json:"code"`
	Level       string          `json:"level" enum:"phase,subprocess,task"`
	Name        string          `json:"name"`
	Work        string          `json:"work"`
	Applicable  bool            `json:"applicable"`
	Inputs      []string        `json:"inputs"`
	Suppliers   []string        `json:"suppliers"`
	Outputs     []string        `json:"outputs"`
	Responsible []apiDepartment `json:"responsible"`
}

func (h api) process(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(c.Query("version")) // checked before
	p, err := h.kis.Process(c.Ctx(), id, version)
	if err != nil {
		return err
	}
	lang := c.Lang()
	versionOf := func(v process.ProcessVersion) apiVersion {
		return apiVersion{v.Number, v.EffectiveFrom, v.SourceName, v.SourceSHA256}
	}
	text := func(s string) string { return s }
	return c.JSON(http.StatusOK, apiProcess{processIn(lang, p.ProcessRef), departmentIn(lang)(p.Owner), versionOf(p.Version), listOf(p.Versions, versionOf),
		listOf(p.Activities, func(a process.Activity) apiActivity {
			return apiActivity{a.Code, string(a.Level), a.Name(lang), a.WorkAZ, a.Applicable, listOf(a.Inputs, text), listOf(a.SupplierLabels(), text),
				listOf(a.Outputs, text), listOf(a.Responsible, departmentIn(lang))}
		})})
}

type apiCycleList struct {
	Items []apiCycleItem `json:"items"`
	Next  string         `json:"next,omitempty"`
}

// apiCycleHead is what every answer says of a cycle.
type apiCycleHead struct {
	ID              string        `json:"id"`
	Process         apiProcessRef `json:"process"`
	Owner           apiDepartment `json:"owner"`
	Version         int           `json:"version"` // of the description
	Period          string        `json:"period"`
	ReferencePeriod string        `json:"reference_period"`
	ReleaseDay      day.Day       `json:"release_day,omitempty"`
	State           string        `json:"state" enum:"planned,running,evaluating,closed"`
	RunningAt       time.Time     `json:"running_at,omitzero"`
	EvaluatingAt    time.Time     `json:"evaluating_at,omitzero"`
	ClosedAt        time.Time     `json:"closed_at,omitzero"`
}

type apiCycleItem struct {
	apiCycleHead
	Tasks       int `json:"tasks"` // applicable ones
	Accepted    int `json:"accepted"`
	InReview    int `json:"in_review"` // tasks whose evidence waits for review
	GatesClosed int `json:"gates_closed"`
	Gates       int `json:"gates"`
}

type apiCycle struct {
	apiCycleHead
	Phases []apiPhase `json:"phases"`
}

type apiPhase struct {
	Phase      string    `json:"phase"`
	Name       string    `json:"name"`
	Applicable bool      `json:"applicable"`
	Due        day.Day   `json:"due,omitempty"`
	Gate       string    `json:"gate"` // state of the gate
	GateAt     time.Time `json:"gate_at,omitzero"`
	GateNote   string    `json:"gate_note"` // reason of a waiver or of the last reopening
	Reopenings int       `json:"reopenings"`
}

func cycleHead(lang string, cy kis.Cycle) apiCycleHead {
	return apiCycleHead{cy.ID, processIn(lang, cy.Process), departmentIn(lang)(cy.Owner), cy.Version, cy.Period, cy.ReferencePeriod, cy.ReleaseDay, string(cy.State),
		cy.RunningAt, cy.EvaluatingAt, cy.ClosedAt}
}

func cycleIn(lang string, cy kis.Cycle) apiCycle {
	return apiCycle{cycleHead(lang, cy), listOf(cy.Phases, func(p kis.CyclePhase) apiPhase {
		return apiPhase{p.Phase, p.Name(lang), p.Applicable, p.Due, string(p.Gate), p.GateAt, p.GateNote, p.Reopenings}
	})}
}

func (h api) cycles(c *web.Context) error {
	f := kis.CycleFilter{Query: c.Query("q"), State: kis.CycleState(c.Query("state")), From: c.Query("from"), To: c.Query("to"), After: c.Cursor(3), Limit: c.Limit()}
	var check apperr.Check
	for name, period := range map[string]string{"from": f.From, "to": f.To} {
		if _, ok := kis.ParsePeriod(period); !ok && period != "" {
			check.Add(name, "error.field.choice")
		}
	}
	if err := check.Err(); err != nil {
		return err
	}
	found, err := h.kis.Cycles(c.Ctx(), f)
	if err != nil {
		return err
	}
	lang := c.Lang()
	return c.JSON(http.StatusOK, apiCycleList{listOf(found.Cycles, func(s kis.CycleSummary) apiCycleItem {
		return apiCycleItem{cycleHead(lang, s.Cycle), s.Tasks, s.Accepted, s.Waiting, s.Gates, s.AllGates}
	}), web.NextPlace(found.Next)})
}

func (h api) cycle(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	cy, err := h.kis.Cycle(c.Ctx(), id)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, cycleIn(c.Lang(), cy))
}
