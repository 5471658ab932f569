package kisweb

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/retention"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// taskPages are the page of a task and what is done on it.
type taskPages struct{ kis *kis.Service }

func registerTasks(r *web.Router, s *kis.Service) {
	h := taskPages{s}
	r.GET("/cycles/:id/tasks/:code", policies.CycleRead, h.show)
	r.STREAM("/cycles/:id/tasks/:code/evidence", policies.EvidenceSubmit, h.submit)
	r.POST("/cycles/:id/tasks/:code/decision", policies.EvidenceReview, h.decide)
	r.POST("/cycles/:id/tasks/:code/withdraw", policies.EvidenceWithdraw, h.withdraw)
}

// taskPage is a task with its evidence and the forms of this person.
type taskPage struct {
	ui.Page
	kis.TaskPage
	Limits  kis.Limits
	FormOf  string // id of the output or submission whose form came back
	Form    ui.Form
	Staged  []kis.Upload     // files that arrived before the form was refused
	Record  *kis.Record      // that was chosen for the form; nil when none was
	MayRead bool             // evidence of anybody
	Terms   []retention.Term // of keeping, to choose from
	Panels  []templ.Component
	Facts   []templ.Component // panels of the narrow column
}

// show is the page; ?output= opens the form of an output, ?record= puts a
// record of the system into it.
func (h taskPages) show(c *web.Context) error {
	of := ""
	if c.Query("record") != "" {
		of = c.Query("output")
	}
	return h.page(c, http.StatusOK, of, ui.Form{}, nil)
}

// page shows the task; of is the output or submission whose form comes back.
func (h taskPages) page(c *web.Context, status int, of string, f ui.Form, staged []kis.Upload) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	t, err := h.kis.Task(c.Ctx(), id, c.Param("code"))
	if err != nil {
		return err
	}
	p := taskPage{Page: c.Page(""), TaskPage: t, Limits: h.limits(), FormOf: of, Form: f, Staged: staged, MayRead: c.Can(policies.EvidenceRead)}
	p.Title = t.Code + " " + t.Name(p.Lang)
	ref := c.Query("record")
	if c.Request().Method == http.MethodPost {
		ref = c.Form("record")
	}
	if ref != "" && of != "" {
		r, err := h.kis.RecordByRef(c.Ctx(), ref)
		if err == nil {
			p.Record = &r
		} else if !apperr.Is(err, apperr.NotFound) {
			return err
		}
	}
	if c.Can(policies.EvidenceSubmit) {
		if p.Terms, err = h.kis.RetentionTerms(c.Ctx()); err != nil && !apperr.Is(err, apperr.Forbidden) {
			return err
		}
	}
	if p.Panels, err = c.Panels("task", p.Cycle.ID+":"+p.Code); err != nil {
		return err
	}
	if p.Facts, err = c.Panels("task_facts", p.Cycle.ID+":"+p.Code); err != nil {
		return err
	}
	return c.Render(status, taskShow(p))
}

func (h taskPages) limits() kis.Limits {
	l := h.kis.Limits
	if l.FileBytes <= 0 {
		l.FileBytes = kis.DefaultFileBytes
	}
	if l.Files <= 0 {
		l.Files = kis.DefaultFiles
	}
	return l
}

// place is the cycle and the page of a task whose form was sent. A code that
// can be none is a page that does not exist, before anything is changed.
func (h taskPages) place(c *web.Context) (id, path string, err error) {
	if id, err = c.ID("id"); err != nil {
		return "", "", err
	}
	if !kis.IsTaskCode(c.Param("code")) {
		return "", "", apperr.Missing("task")
	}
	return id, "/cycles/" + id + "/tasks/" + c.Param("code"), nil
}

// submit takes evidence: files that went ahead by script, files in the form
// itself, or a link.
func (h taskPages) submit(c *web.Context) error {
	id, path, err := h.place(c)
	if err != nil {
		return err
	}
	l := h.limits()
	var staged []kis.Upload
	_, err = c.Multipart(web.Limits{Files: l.Files, FileBytes: l.FileBytes}, func(f *web.File) error {
		up, err := h.kis.StageUpload(c.Ctx(), f.Name, f)
		if err == nil {
			staged = append(staged, up)
		}
		return err
	})
	ids := slices.Concat(c.Forms("uploaded"), c.Forms("kept"))
	if err == nil {
		for _, up := range staged {
			ids = append(ids, up.ID)
		}
		outputs := c.Forms("output")
		_, err = h.kis.Submit(c.Ctx(), kis.NewSubmission{CycleID: id, OutputIDs: outputs, DepartmentID: c.Form("department"),
			Title: c.Form("title"), Link: c.Form("link"), Record: c.Form("record"), UploadIDs: ids, ReferencePeriod: c.Form("reference_period"),
			EffectiveDay: day.Day(c.Form("effective_day")), ValidUntil: day.Day(c.Form("valid_until")),
			Class: kis.EvidenceClass(c.Form("class")), Retention: c.Form("retention"), Note: c.Form("note")})
	}
	if e, status, ok := web.FormError(err); ok {
		staged = append(h.waiting(c, ids, staged), staged...)
		of := c.Form("form")
		if of == "" {
			of = c.Form("output")
		}
		return h.page(c, status, of, c.FormOf(e), staged)
	}
	if err != nil {
		return err
	}
	c.Flash("good", "kis.evidence.flash.submitted")
	return c.Redirect(path)
}

// waiting gives the files of a refused form that had gone ahead and are still
// there, so that they need not be sent again.
func (h taskPages) waiting(c *web.Context, ids []string, staged []kis.Upload) []kis.Upload {
	var out []kis.Upload
	for _, id := range ids {
		if slices.ContainsFunc(staged, func(u kis.Upload) bool { return u.ID == id }) {
			continue
		}
		if up, f, err := h.kis.OpenUpload(c.Ctx(), id); err == nil {
			_ = f.Close()
			out = append(out, up)
		}
	}
	return out
}

// decide accepts or returns a version.
func (h taskPages) decide(c *web.Context) error {
	id, path, err := h.place(c)
	if err != nil {
		return err
	}
	submission, done := c.Form("submission"), ""
	if err := h.handedIn(c, id, submission); err != nil {
		return err
	}
	switch c.Form("decision") {
	case "accept":
		err, done = h.kis.Accept(c.Ctx(), submission), "accepted"
	case "return":
		err, done = h.kis.Return(c.Ctx(), submission, c.Form("reason")), "returned"
	default:
		err = apperr.InvalidField("decision", "error.field.required")
	}
	if e, status, ok := web.FormError(err); ok {
		return h.page(c, status, submission, c.FormOf(e), nil)
	}
	if err != nil {
		return err
	}
	c.Flash("good", "kis.evidence.flash."+done)
	return c.Redirect(path)
}

// handedIn says that a submission is not found unless it was handed in for
// the task and cycle of the address.
func (h taskPages) handedIn(c *web.Context, cycle, submission string) error {
	page, err := h.kis.Submission(c.Ctx(), submission)
	if err != nil {
		return err
	}
	if page.Cycle.ID != cycle || page.TaskCode != c.Param("code") {
		return apperr.Missing("submission")
	}
	return nil
}

func (h taskPages) withdraw(c *web.Context) error {
	_, path, err := h.place(c)
	if err != nil {
		return err
	}
	submission := c.Form("submission")
	err = h.kis.Withdraw(c.Ctx(), submission)
	if e, status, ok := web.FormError(err); ok {
		return h.page(c, status, submission, c.FormOf(e), nil)
	}
	if err != nil {
		return err
	}
	c.Flash("good", "kis.evidence.flash.withdrawn")
	return c.Redirect(path)
}

// registerUploads adds the address to which the script sends the files of
// evidence one by one. Whoever hands in nothing fills no disk.
func registerUploads(r *web.Router, s *kis.Service) {
	h := taskPages{s}
	r.STREAM("/uploads", policies.EvidenceSubmit, h.upload)
}

// upload takes one file and answers with its id.
func (h taskPages) upload(c *web.Context) error {
	var up kis.Upload
	_, err := c.Multipart(web.Limits{Files: 1, FileBytes: h.limits().FileBytes}, func(f *web.File) (err error) {
		up, err = h.kis.StageUpload(c.Ctx(), f.Name, f)
		return err
	})
	if err != nil {
		return err
	}
	if up.ID == "" {
		return apperr.InvalidField("upload", "error.upload.none")
	}
	return c.JSON(http.StatusCreated, map[string]any{"id": up.ID, "name": up.Name, "size": up.Size, "sha256": up.SHA256})
}
