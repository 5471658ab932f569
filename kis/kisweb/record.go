package kisweb

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// recordPages let people choose a record of the system as evidence.
type recordPages struct{ kis *kis.Service }

func registerRecords(r *web.Router, s *kis.Service) {
	h := recordPages{s}
	r.GET("/cycles/:id/tasks/:code/records", policies.EvidenceSubmit, h.choose)
}

// recordChoicePage lists records to choose from for an output of a task.
type recordChoicePage struct {
	ui.Page
	Task   kis.TaskPage
	Output kis.TaskOutput
	Query  string
	Groups []recordGroup
}

// recordGroup is the records of one kind.
type recordGroup struct {
	Kind    string
	Records []kis.Record
}

func (h recordPages) choose(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	t, err := h.kis.Task(c.Ctx(), id, c.Param("code"))
	if err != nil {
		return err
	}
	p := recordChoicePage{Page: c.Page("kis.record.choose"), Task: t, Query: strings.TrimSpace(c.Query("q"))}
	for _, o := range t.Outputs {
		if o.ID == c.Query("output") && len(t.SubmitFor) > 0 {
			p.Output = o
		}
	}
	if !store.IsID(p.Output.ID) {
		return apperr.Missing("output")
	}
	list, err := h.kis.FindRecords(c.Ctx(), kis.RecordQuery{CycleID: id, Text: p.Query})
	if err != nil {
		return err
	}
	for _, r := range list {
		if n := len(p.Groups); n == 0 || p.Groups[n-1].Kind != r.Kind {
			p.Groups = append(p.Groups, recordGroup{Kind: r.Kind})
		}
		g := &p.Groups[len(p.Groups)-1]
		g.Records = append(g.Records, r)
	}
	return c.Render(http.StatusOK, recordChoice(p))
}

// choice is the page of the task with the record in the form of the output.
func (p recordChoicePage) choice(r kis.Record) string {
	q := url.Values{"output": {p.Output.ID}, "record": {r.Ref()}}
	return taskHref(p.Task.Cycle.ID, p.Task.Code) + "?" + q.Encode() + "#u" + p.Text(p.Output.Position)
}

// recordState is the state word of a record.
func recordState(p ui.Page, s kis.RecordState) ui.State {
	if s.Key == "" {
		return ui.State{}
	}
	return ui.State{Tone: s.Tone, Icon: s.Icon, Word: p.T(s.Key)}
}

// recordKind is the word for a kind of record.
func recordKind(p ui.Page, kind string) string { return p.T("kis.record.kind." + kind) }

// recordName is kind and number of a record.
func recordName(p ui.Page, kind, number string) string {
	if number == "" {
		return recordKind(p, kind)
	}
	return recordKind(p, kind) + ": " + number
}

// recordIcons are those of the pages of the kinds.
var recordIcons = map[string]string{"act": "file-alert", "audit": "search", "review": "users", "plan": "calendar", "measure_report": "flag", "gate": "flag-check", "indicators": "gauge"}

func recordIcon(kind string) string {
	if icon := recordIcons[kind]; icon != "" {
		return icon
	}
	return "file-text"
}
