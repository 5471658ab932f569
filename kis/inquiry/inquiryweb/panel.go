package inquiryweb

import (
	"strings"

	"github.com/a-h/templ"

	"github.com/kis-platform/kis/kis/inquiry"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// taskPanelPart is what the page of a task says of requests and notes about it.
type taskPanelPart struct {
	ui.Page
	Requests   []inquiry.RequestRow
	Notes      []inquiry.DiscrepancyRow
	Validation bool   // a task of 6.2: notes are made here
	Ask, Note  string // where one asks and notes; empty when one may not
	All        string // the list of the cycle's requests
}

// shownOnTask is how many requests and notes a task shows.
const shownOnTask = 10

// taskPanel draws the requests for a task's outputs and the notes of its
// validation.
func (h pages) taskPanel(c *web.Context, id string) (templ.Component, error) {
	cycleID, code, _ := strings.Cut(id, ":")
	p := taskPanelPart{Page: c.Page(""), Validation: strings.HasPrefix(code, "6.2."), All: "/requests?cycle=" + cycleID}
	if c.Can(policies.RequestRead) {
		list, err := h.svc.RequestsOfTask(c.Ctx(), cycleID, code, shownOnTask)
		if err != nil {
			return nil, err
		}
		p.Requests = list
	}
	if p.Validation && c.Can(policies.DiscrepancyRead) {
		list, err := h.svc.Discrepancies(c.Ctx(), inquiry.DiscrepancyFilter{CycleID: cycleID, Code: code, Limit: shownOnTask})
		if err != nil {
			return nil, err
		}
		p.Notes = list.Rows
	}
	if c.Can(policies.RequestAsk) {
		p.Ask = "/requests/new?cycle=" + cycleID + "&code=" + code
	}
	if p.Validation && c.Can(policies.DiscrepancyWrite) {
		p.Note = "/discrepancies/new?cycle=" + cycleID + "&code=" + code
	}
	if len(p.Requests) == 0 && p.Ask == "" && !p.Validation {
		return nil, nil
	}
	return taskPanel(p), nil
}

// auditPanelPart is what the plan of an audit says of the documents asked for
// beforehand.
type auditPanelPart struct {
	ui.Page
	Requests []inquiry.RequestRow
	Answered int    // of them, with an answer that is not returned
	Ask      string // where one asks; empty when one may not
	All      string
}

// auditPanel draws the requests for an audit.
func (h pages) auditPanel(c *web.Context, id string) (templ.Component, error) {
	p := auditPanelPart{Page: c.Page(""), All: "/requests?audit=" + id}
	if c.Can(policies.RequestAsk) {
		p.Ask = "/requests/new?audit=" + id
	}
	var err error
	if p.Requests, err = h.svc.RequestsOfAudit(c.Ctx(), id); err != nil {
		return nil, err
	}
	for _, r := range p.Requests {
		if r.State == inquiry.RequestAnswered || r.State == inquiry.RequestAccepted || r.State == inquiry.RequestClosed {
			p.Answered++
		}
	}
	if len(p.Requests) == 0 && p.Ask == "" {
		return nil, nil
	}
	return auditPanel(p), nil
}
