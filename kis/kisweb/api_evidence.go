package kisweb

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/web"
)

type apiEvidenceList struct {
	Items []apiEvidence `json:"items"`
	Total int           `json:"total"` // that fit the filter
	Many  bool          `json:"many"`  // there are more than total
	Next  string        `json:"next,omitempty"`
}

// apiEvidence is a submission in a list.
type apiEvidence struct {
	ID              string        `json:"id"`
	Version         int           `json:"version"`
	Title           string        `json:"title"`
	Kind            string        `json:"kind"`
	Link            string        `json:"link"`
	Class           string        `json:"class" enum:"public,internal,confidential"`
	State           string        `json:"state" enum:"submitted,accepted,returned,superseded,withdrawn"`
	CycleID         string        `json:"cycle_id"`
	Period          string        `json:"period"` // of the cycle
	Process         apiProcessRef `json:"process"`
	Task            string        `json:"task"` // code
	TaskName        string        `json:"task_name"`
	Department      apiDepartment `json:"department"`
	ReferencePeriod string        `json:"reference_period"`
	EffectiveDay    day.Day       `json:"effective_day,omitempty"`
	Due             day.Day       `json:"due,omitempty"`         // of the phase
	ValidUntil      day.Day       `json:"valid_until,omitempty"` // last day; left out: without an end
	KeptUntil       day.Day       `json:"kept_until,omitempty"`  // last day of keeping; left out: for good
	SubmittedBy     apiPerson     `json:"submitted_by"`
	ReceivedAt      time.Time     `json:"received_at"`
	Reason          string        `json:"reason"` // of a return
	CanReview       bool          `json:"can_review"`
	Files           []apiFile     `json:"files"`
}

type apiPerson struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type apiFile struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Size        int64  `json:"size"` // bytes
	SHA256      string `json:"sha256,omitempty"`
	ContentType string `json:"content_type,omitempty"`
	Href        string `json:"href"`
}

// apiSubmission is one submission in full.
type apiSubmission struct {
	apiEvidence
	Note      string     `json:"note"`
	OutputIDs []string   `json:"output_ids"`
	DecidedBy *apiPerson `json:"decided_by,omitempty"`
	DecidedAt time.Time  `json:"decided_at,omitzero"`
}

func evidenceIn(lang string) func(kis.EvidenceRow) apiEvidence {
	return func(r kis.EvidenceRow) apiEvidence {
		return apiEvidence{ID: r.ID, Version: r.Submission.Version, Title: r.Title, Kind: string(r.Kind), Link: r.Link, Class: string(r.Class), State: string(r.State),
			CycleID: r.CycleID, Period: r.Period, Process: processIn(lang, r.Process), Task: r.TaskCode, TaskName: r.TaskName(lang),
			Department: departmentIn(lang)(r.Department), ReferencePeriod: r.ReferencePeriod, EffectiveDay: r.EffectiveDay, Due: r.Due, ValidUntil: r.ValidUntil, KeptUntil: r.KeptUntil,
			SubmittedBy: apiPerson{r.SubmittedBy, r.SubmitterName}, ReceivedAt: r.ReceivedAt, Reason: r.Reason, CanReview: r.CanReview,
			Files: listOf(r.Files, func(f kis.File) apiFile {
				return apiFile{f.ID, f.Name, f.Size, f.SHA256, f.ContentType, "/api/v1/evidence/" + r.ID + "/files/" + f.ID}
			})}
	}
}

// evidence lists the library by the filter of its page.
func (h api) evidence(c *web.Context) error {
	f := evidenceFilter(c)
	found, err := h.kis.Evidence(c.Ctx(), f)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, apiEvidenceList{listOf(found.Rows, evidenceIn(c.Lang())), found.Total, found.Many, web.NextPlace(found.Next)})
}

func (h api) submission(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	return h.show(c, http.StatusOK, id)
}

// show answers with one submission.
func (h api) show(c *web.Context, status int, id string) error {
	s, err := h.kis.Submission(c.Ctx(), id)
	if err != nil {
		return err
	}
	out := apiSubmission{apiEvidence: evidenceIn(c.Lang())(s.EvidenceRow), Note: s.Note, OutputIDs: s.OutputIDs, DecidedAt: s.DecidedAt}
	if s.DecidedBy != "" {
		out.DecidedBy = &apiPerson{s.DecidedBy, s.DeciderName}
	}
	return c.JSON(status, out)
}

// apiUpload is a file that has arrived and waits to be handed in.
type apiUpload struct {
	ID          string `json:"id"`
	Name        string `json:"name"` // cleaned
	Size        int64  `json:"size"`
	SHA256      string `json:"sha256"`
	ContentType string `json:"content_type"`
}

// upload takes one file as it arrives: the body itself under ?name=, or the
// file of a form.
func (h api) upload(c *web.Context) error {
	var up kis.Upload
	take := func(f *web.File) (err error) {
		up, err = h.kis.StageUpload(c.Ctx(), f.Name, f)
		return err
	}
	limit := taskPages(h).limits().FileBytes
	var err error
	if strings.HasPrefix(c.Request().Header.Get("Content-Type"), "multipart/form-data") {
		_, err = c.Multipart(web.Limits{Files: 1, FileBytes: limit}, take)
	} else {
		err = c.Body(c.Query("name"), limit, take)
	}
	if err != nil {
		return err
	}
	if up.ID == "" {
		return apperr.InvalidField("upload", "error.upload.none")
	}
	return c.JSON(http.StatusCreated, apiUpload{up.ID, up.Name, up.Size, up.SHA256, up.ContentType})
}

// apiNewEvidence is evidence to hand in: uploads, or a link.
type apiNewEvidence struct {
	CycleID         string   `json:"cycle_id"`
	OutputIDs       []string `json:"output_ids"`
	DepartmentID    string   `json:"department_id,omitempty"` // for whom; needed where the caller may choose
	Title           string   `json:"title,omitempty"`
	Link            string   `json:"link,omitempty"`
	UploadIDs       []string `json:"upload_ids,omitempty"`
	ReferencePeriod string   `json:"reference_period,omitempty"`
	EffectiveDay    day.Day  `json:"effective_day,omitempty"`
	ValidUntil      day.Day  `json:"valid_until,omitempty"`
	Class           string   `json:"class,omitempty" enum:"public,internal,confidential"`
	Retention       string   `json:"retention,omitempty"` // code of the term of keeping; left out: the one proposed for the class
	Note            string   `json:"note,omitempty"`
}

func (h api) submit(c *web.Context) error {
	var in apiNewEvidence
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	sub, err := h.kis.Submit(c.Ctx(), kis.NewSubmission{CycleID: in.CycleID, OutputIDs: in.OutputIDs, DepartmentID: in.DepartmentID, Title: in.Title, Link: in.Link,
		UploadIDs: in.UploadIDs, ReferencePeriod: in.ReferencePeriod, EffectiveDay: in.EffectiveDay, ValidUntil: in.ValidUntil, Class: kis.EvidenceClass(in.Class), Retention: in.Retention, Note: in.Note})
	if err != nil {
		return fieldsOf(err, map[string]string{"output": "output_ids", "upload": "upload_ids", "department": "department_id", "cycle": "cycle_id"})
	}
	return h.show(c, http.StatusCreated, sub.ID)
}

// fieldsOf calls the fields of an error as the body does.
func fieldsOf(err error, names map[string]string) error {
	e := *apperr.As(err)
	e.Fields = append([]apperr.Field(nil), e.Fields...)
	for i, f := range e.Fields {
		if name, ok := names[f.Name]; ok {
			e.Fields[i].Name = name
		}
	}
	return &e
}

func (h api) accept(c *web.Context) error { return h.move(c, h.kis.Accept) }

type apiReturn struct {
	Reason string `json:"reason"`
}

func (h api) giveBack(c *web.Context) error {
	var in apiReturn
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	return h.move(c, func(ctx context.Context, id string) error { return h.kis.Return(ctx, id, in.Reason) })
}

func (h api) withdraw(c *web.Context) error { return h.move(c, h.kis.Withdraw) }

// move takes a step with a submission and answers with what it is now.
func (h api) move(c *web.Context, step func(ctx context.Context, id string) error) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	if err := step(c.Ctx(), id); err != nil {
		return err
	}
	return h.show(c, http.StatusOK, id)
}
