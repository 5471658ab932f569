package auditweb

import (
	"net/http"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/web"
)

type apiFindingList struct {
	Items []apiFindingItem `json:"items"`
	Next  string           `json:"next,omitempty"`
}

type apiFindingItem struct {
	ID             string    `json:"id"`
	AuditID        string    `json:"audit_id"`
	Audit          string    `json:"audit"` // number
	No             int       `json:"no"`
	Grade          string    `json:"grade" enum:"major,minor,observation,opportunity,strength"`
	State          string    `json:"state" enum:"draft,shared,confirmed,diverging,reported,merged,dropped"`
	Statement      string    `json:"statement"`
	Recommendation string    `json:"recommendation"`
	Clause         string    `json:"clause"`
	GSBPM          string    `json:"gsbpm"`
	Department     string    `json:"department"` // code
	Topic          string    `json:"topic"`
	CreatedAt      time.Time `json:"created_at"`
}

type apiFinding struct {
	apiFindingItem
	Version    int             `json:"version"`
	Steps      []string        `json:"steps"` // open to the person of the token
	ActID      string          `json:"act_id"`
	MergedInto string          `json:"merged_into"`
	Merged     []string        `json:"merged"`    // findings merged into it
	RepeatOf   string          `json:"repeat_of"` // an earlier finding
	View       string          `json:"view"`      // of the department
	ViewAt     time.Time       `json:"view_at,omitzero"`
	ViewDue    day.Day         `json:"view_due,omitempty"`
	TeamView   string          `json:"team_view"`
	Evidence   []string        `json:"evidence"` // ids of submissions
	Events     []apiAuditEvent `json:"events"`   // newest first
}

func (h api) findings(c *web.Context) error {
	f := audit.FindingFilter{State: audit.FindingState(c.Query("state")), Grade: audit.Grade(c.Query("grade")), DepartmentID: c.Query("department"),
		AuditID: c.Query("audit"), Limit: c.Limit()}
	if after := c.Cursor(1); after != nil {
		f.After = after[0]
	}
	list, err := h.svc.Findings(c.Ctx(), f)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, apiFindingList{each(list.Items, func(f audit.FindingBrief) apiFindingItem {
		return apiFindingItem{f.ID, f.AuditID, f.AuditNumber, f.No, string(f.Grade), string(f.State), f.Statement, f.Recommendation, f.Clause, f.GSBPM,
			f.DepartmentCode, f.Topic, f.CreatedAt}
	}), place(list.Next)})
}

func (h api) finding(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	return h.showFinding(c, id)
}

func (h api) showFinding(c *web.Context, id string) error { return h.findingAs(c, http.StatusOK, id) }

func (h api) findingAs(c *web.Context, status int, id string) error {
	p, err := h.svc.FindingPage(c.Ctx(), id)
	if err != nil {
		return err
	}
	return c.JSON(status, apiFinding{
		apiFindingItem: apiFindingItem{p.ID, p.AuditID, p.Audit.Number, p.No, string(p.Grade), string(p.State), p.Statement, p.Recommendation, p.Clause, p.GSBPM,
			p.Department.Code, p.Topic, p.CreatedAt},
		Version: p.Version, Steps: append([]string{}, p.Steps...), ActID: p.Act.ID, MergedInto: p.MergedInto,
		Merged: each(p.Merged, func(r audit.FindingRef) string { return r.ID }), RepeatOf: p.RepeatOf, View: p.View, ViewAt: p.ViewAt, ViewDue: p.ViewDue,
		TeamView: p.TeamView, Evidence: each(p.Evidence, func(e audit.Evidence) string { return e.ID }),
		Events: each(p.Events, func(e audit.FindingEvent) apiAuditEvent {
			return apiAuditEvent{e.At, e.Actor, e.Verb, e.From, e.To, e.Note}
		})})
}
