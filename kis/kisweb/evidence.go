package kisweb

import (
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// evidencePages are the library of evidence and the page of one submission.
type evidencePages struct {
	kis *kis.Service
	r   *web.Router // asked how the list can be taken away
}

func registerEvidence(r *web.Router, s *kis.Service) {
	h := evidencePages{s, r}
	r.GET("/evidence", policies.EvidenceRead, h.list)
	r.POST("/evidence/accept", policies.EvidenceReview, h.accept)
	r.GET("/evidence/:id", policies.EvidenceRead, h.show)
	r.GET("/evidence/:id/files/:file", policies.EvidenceRead, h.download)
}

// evidenceListPage is the library with its filter.
type evidenceListPage struct {
	ui.Page
	Filter            kis.EvidenceFilter
	Found             kis.EvidencePage
	Processes         []process.ProcessRef // to choose from; nil when there are too many for a select
	Departments       []office.Department
	Next, Prev, First string
	Me                string // id of this person
	Mine              bool   // only what this person handed in
	MayAccept         bool   // a row of the page can be accepted
	Exports           []string
	with              func(name, value string) string
}

// evidenceSorts are the orders of the library; the first is the usual one.
var evidenceSorts = []kis.EvidenceSort{kis.SortReceived, kis.SortDue, kis.SortTitle}

// evidenceFilter reads the filter of an address. What cannot be is left out.
func evidenceFilter(c *web.Context) kis.EvidenceFilter {
	f := kis.EvidenceFilter{Query: strings.TrimSpace(c.Query("q")), State: kis.SubmissionState(c.Query("state")), DepartmentID: c.Query("department"),
		CycleID: c.Query("cycle"), Process: strings.TrimSpace(c.Query("process")), Phase: c.Query("phase"), Class: kis.EvidenceClass(c.Query("class")),
		SubmitterID: c.Query("by"), ReferencePeriod: strings.TrimSpace(c.Query("period")), Sort: kis.EvidenceSort(c.Query("sort")), After: c.Cursor(3), Limit: c.Limit()}
	if submissionLooks[f.State].tone == "" {
		f.State = ""
	}
	for _, id := range []*string{&f.DepartmentID, &f.CycleID, &f.SubmitterID} {
		if !store.IsID(*id) {
			*id = ""
		}
	}
	if !slices.Contains(dueFields, f.Phase) {
		f.Phase = ""
	}
	if classIcons[f.Class] == "" {
		f.Class = ""
	}
	if !slices.Contains(evidenceSorts, f.Sort) {
		f.Sort = kis.SortReceived
	}
	if d, ok := day.Parse(c.Query("from")); ok {
		f.From = d
	}
	if d, ok := day.Parse(c.Query("to")); ok {
		f.To = d
	}
	if d, ok := day.Parse(c.Query("before")); ok {
		f.Before = d
	}
	if d, ok := day.Parse(c.Query("kept_to")); ok {
		f.KeptTo = d
	}
	f.Past = c.Query("kept") == "past"
	if fresh := kis.Freshness(c.Query("fresh")); fresh == kis.Expiring || fresh == kis.Expired {
		f.Fresh = fresh
	}
	return f
}

func (h evidencePages) list(c *web.Context) error {
	f := evidenceFilter(c)
	found, err := h.kis.Evidence(c.Ctx(), f)
	if err != nil {
		return err
	}
	p := evidenceListPage{Page: c.Page("kis.evidence.list.title"), Filter: f, Found: found, First: c.FirstHref(), with: c.With, Me: c.Actor().UserID,
		Mine: f.SubmitterID != "" && f.SubmitterID == c.Actor().UserID}
	if p.Processes, err = h.kis.ProcessChoices(c.Ctx()); err != nil {
		return err
	}
	if c.Can(policies.DepartmentRead) {
		if p.Departments, err = h.kis.Departments(c.Ctx()); err != nil {
			return err
		}
		p.Departments = slices.DeleteFunc(p.Departments, func(d office.Department) bool { return d.Kind != office.Internal })
	}
	for _, r := range found.Rows {
		p.MayAccept = p.MayAccept || r.CanReview
	}
	for _, format := range []string{"xlsx", "csv"} {
		if h.r.Has(http.MethodGet, "/evidence/export."+format) {
			p.Exports = append(p.Exports, format)
		}
	}
	if found.Next != nil {
		p.Next = c.NextHref(found.Next...)
	}
	if found.Prev != nil {
		p.Prev = c.NextHref(found.Prev...)
	}
	return c.Render(http.StatusOK, evidenceList(p))
}

// filtered says whether the list shows only some.
func (p evidenceListPage) filtered() bool {
	f := p.Filter
	f.Sort, f.After, f.Limit = "", nil, 0
	return !reflect.DeepEqual(f, kis.EvidenceFilter{})
}

// detailed says whether one of the filters that are folded away is set.
func (p evidenceListPage) detailed() bool {
	f := p.Filter
	return f.Phase != "" || f.Class != "" || f.ReferencePeriod != "" || f.From != "" || f.To != "" || f.SubmitterID != "" || f.Fresh != "" || f.Before != "" || f.KeptTo != "" || f.Past
}

// facts is the line under the title.
func (p evidenceListPage) facts() string {
	return p.T("kis.evidence.list.facts", "n", p.AtLeast(p.Found.Total, p.Found.Many))
}

// export is the address of the whole list as a file.
func (p evidenceListPage) export(format string) string {
	_, query, _ := strings.Cut(p.with("limit", ""), "?")
	if query != "" {
		query = "?" + query
	}
	return "/evidence/export." + format + query
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
		out = append(out, ui.Chip{Label: state.Word, Icon: state.Icon, Tone: state.Tone, Href: href, Count: p.Found.States[s].N, More: p.Found.States[s].More, Current: current})
	}
	return out
}

// evidenceAcceptedPage tells what became of each of the selected submissions.
type evidenceAcceptedPage struct {
	ui.Page
	Results    []kis.AcceptResult
	Done, Left int
	Back       string
}

// accept accepts the selected rows of the library, each by its own rules.
func (h evidencePages) accept(c *web.Context) error {
	results, err := h.kis.AcceptMany(c.Ctx(), c.Forms("submission"))
	if e, _, ok := web.FormError(err); ok && len(apperr.As(err).Fields) > 0 {
		f := apperr.As(err).Fields[0]
		c.FormOf(e)
		args := make([]any, 0, 2*len(f.Args))
		for _, a := range f.Args {
			args = append(args, a.Name, a.Value)
		}
		c.Flash("warn", f.Key, args...)
		return c.Redirect("/evidence")
	}
	if err != nil {
		return err
	}
	p := evidenceAcceptedPage{Page: c.Page("kis.evidence.bulk.title"), Results: results, Back: "/evidence"}
	if back := c.Form("back"); web.LocalPath(back) && (back == "/evidence" || strings.HasPrefix(back, "/evidence?")) {
		p.Back = back
	}
	for _, r := range results {
		if r.Err == nil {
			p.Done++
		} else {
			p.Left++
		}
	}
	return c.Render(http.StatusOK, evidenceAccepted(p))
}

// outcome says why a submission was not accepted.
func (p evidenceAcceptedPage) outcome(r kis.AcceptResult) string {
	e := apperr.As(r.Err)
	args := make([]any, 0, 2*len(e.Args))
	for _, a := range e.Args {
		args = append(args, a.Name, a.Value)
	}
	return p.T(e.Key, args...)
}

// evidenceShowPage is one submission.
type evidenceShowPage struct {
	ui.Page
	kis.SubmissionPage
	Panels []templ.Component
}

// recordOf is the record of a version: known for the one that is shown.
func (p evidenceShowPage) recordOf(v kis.Version) *kis.EvidenceRecord {
	if v.ID == p.ID {
		return p.Record
	}
	return nil
}

// comparable are the other versions, which can be compared with this one.
func (p evidenceShowPage) comparable() []kis.Version {
	var out []kis.Version
	for _, v := range p.Versions {
		if v.ID != p.ID {
			out = append(out, v)
		}
	}
	return out
}

// compareHref compares with another version, from the older to the newer.
func (p evidenceShowPage) compareHref(v kis.Version) string {
	if v.ReceivedAt.After(p.ReceivedAt) {
		return "/evidence/" + v.ID + "/compare/" + p.ID
	}
	return "/evidence/" + p.ID + "/compare/" + v.ID
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
	p.nameOpenings()
	if p.Panels, err = c.Panels("submission", id); err != nil {
		return err
	}
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
