package kisweb

import (
	"net/http"
	"slices"
	"strings"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// evidencePages are the library of evidence and the page of one submission.
type evidencePages struct{ kis *kis.Service }

func registerEvidence(r *web.Router, s *kis.Service) {
	h := evidencePages{s}
	r.GET("/evidence", policies.EvidenceRead, h.list)
	r.GET("/evidence/:id", policies.EvidenceRead, h.show)
	r.GET("/evidence/:id/files/:file", policies.EvidenceRead, h.download)
}

// evidenceListPage is the library with its filter.
type evidenceListPage struct {
	ui.Page
	Filter      kis.EvidenceFilter
	Found       kis.EvidencePage
	Cycles      []kis.CycleChoice
	Departments []kis.Department
	Next, First string
	with        func(name, value string) string
}

func (h evidencePages) list(c *web.Context) error {
	f := kis.EvidenceFilter{Query: strings.TrimSpace(c.Query("q")), State: kis.SubmissionState(c.Query("state")),
		DepartmentID: c.Query("department"), CycleID: c.Query("cycle"), After: c.Cursor(3), Limit: c.Limit()}
	if submissionLooks[f.State].tone == "" {
		f.State = ""
	}
	if !store.IsID(f.DepartmentID) {
		f.DepartmentID = ""
	}
	if !store.IsID(f.CycleID) {
		f.CycleID = ""
	}
	found, err := h.kis.Evidence(c.Ctx(), f)
	if err != nil {
		return err
	}
	cycles, err := h.kis.CycleChoices(c.Ctx())
	if err != nil {
		return err
	}
	var departments []kis.Department
	if c.Can(policies.DepartmentRead) {
		if departments, err = h.kis.Departments(c.Ctx()); err != nil {
			return err
		}
		departments = slices.DeleteFunc(departments, func(d kis.Department) bool { return d.Kind != kis.Internal })
	}
	p := evidenceListPage{Page: c.Page("kis.evidence.list.title"), Filter: f, Found: found, Cycles: cycles, Departments: departments, First: c.FirstHref(), with: c.With}
	if found.Next != nil {
		p.Next = c.NextHref(found.Next...)
	}
	return c.Render(http.StatusOK, evidenceList(p))
}

// filtered says whether the list shows only some.
func (p evidenceListPage) filtered() bool {
	return p.Filter.Query != "" || p.Filter.State != "" || p.Filter.DepartmentID != "" || p.Filter.CycleID != ""
}

// chips count the states under the other filters.
func (p evidenceListPage) chips() []ui.Chip {
	var out []ui.Chip
	for _, s := range []kis.SubmissionState{kis.Submitted, kis.Returned, kis.Accepted, kis.Superseded, kis.Withdrawn} {
		state, current := submissionState(p.Page, s), p.Filter.State == s
		href := p.with("state", string(s))
		if current {
			href = p.with("state", "")
		}
		out = append(out, ui.Chip{Label: state.Word, Icon: state.Icon, Tone: state.Tone, Href: href, Count: p.Found.States[s], Current: current})
	}
	return out
}

// evidenceShowPage is one submission.
type evidenceShowPage struct {
	ui.Page
	kis.SubmissionPage
}

func (h evidencePages) show(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	sub, err := h.kis.Submission(c.Ctx(), id)
	if err != nil {
		return err
	}
	p := evidenceShowPage{Page: c.Page(""), SubmissionPage: sub}
	p.Page.Title = sub.Submission.Title
	return c.Render(http.StatusOK, evidenceShow(p))
}

// download sends a file of a submission, never to be shown in the page.
func (h evidencePages) download(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	file, err := c.ID("file")
	if err != nil {
		return err
	}
	f, err := h.kis.EvidenceFile(c.Ctx(), id, file)
	if err != nil {
		return err
	}
	bytes, err := h.kis.OpenFile(c.Ctx(), f)
	if err != nil {
		return err
	}
	defer bytes.Close()
	return c.Download(f.Name, f.ContentType, f.Size, bytes)
}
