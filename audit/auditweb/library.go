package auditweb

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/checklist"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// SheetWriter writes checklists as workbooks; reports does, which stands above
// this package.
type SheetWriter interface {
	ChecklistTemplate(w io.Writer, t checklist.Sheet) error
	ChecklistAnswers(w io.Writer, title string, lines [][]string) error
}

// library answers the pages of checklist templates and of sheets.
type library struct {
	pages
	lib    *checklist.Service
	sheets SheetWriter
}

// RegisterChecklists adds the routes of the library of templates, and of the
// sheets by which templates and answers are exchanged.
func RegisterChecklists(r *web.Router, svc *checklist.Service, sheets SheetWriter) {
	p := library{pages{svc: svc.Audit, r: r}, svc, sheets}
	r.GET("/checklists", policies.TemplateRead, p.list)
	r.GET("/checklists/new", policies.TemplateWrite, p.newTemplate)
	r.POST("/checklists", policies.TemplateWrite, p.create)
	r.GET("/checklists/import", policies.TemplateWrite, p.importForm)
	r.STREAM("/checklists/import", policies.TemplateWrite, p.importPreview)
	r.POST("/checklists/import/confirm", policies.TemplateWrite, p.importConfirm)
	r.GET("/checklists/:id", policies.TemplateRead, p.show)
	r.GET("/checklists/:id/xlsx", policies.TemplateRead, p.xlsx)
	r.GET("/checklists/:id/compare", policies.TemplateRead, p.compare)
	r.POST("/checklists/:id/head", policies.TemplateWrite, p.saveHead)
	r.POST("/checklists/:id/questions", policies.TemplateWrite, p.saveQuestion)
	r.GET("/checklists/:id/questions/:question", policies.TemplateWrite, p.question)
	r.POST("/checklists/:id/questions/:question/move", policies.TemplateWrite, p.moveQuestion)
	r.POST("/checklists/:id/questions/:question/remove", policies.TemplateWrite, p.removeQuestion)
	r.POST("/checklists/:id/version", policies.TemplateWrite, p.version)
	r.POST("/checklists/:id/copy", policies.TemplateWrite, p.copy)
	r.POST("/checklists/:id/publish", policies.TemplateWrite, p.publish)
	r.POST("/checklists/:id/withdraw", policies.TemplateWrite, p.withdraw)
	r.POST("/checklists/:id/discard", policies.TemplateWrite, p.discard)

	r.GET("/audits/:id/checklist.xlsx", policies.AuditRead, p.answersXLSX)
	r.GET("/audits/:id/checklist/import", policies.ChecklistAnswer, p.answersForm)
	r.STREAM("/audits/:id/checklist/import", policies.ChecklistAnswer, p.answersPreview)
	r.POST("/audits/:id/checklist/import/confirm", policies.ChecklistAnswer, p.answersConfirm)
}

var templateLooks = map[audit.TemplateState]ui.Look{
	audit.TemplateDraft:     {Tone: "idle", Icon: "pencil"},
	audit.TemplatePublished: {Tone: "good", Icon: "circle-check"},
	audit.TemplateWithdrawn: {Tone: "off", Icon: "archive"},
}

func templateState(p ui.Page, s audit.TemplateState) ui.State {
	return templateLooks[s].State(p, "audit.template.state."+string(s))
}

type listPage struct {
	ui.Page
	shelves []checklist.Shelf
	hits    []checklist.Hit
	filter  checklist.Filter
	write   bool
}

func (p library) list(c *web.Context) error {
	v := listPage{Page: c.Page("audit.template.title"), filter: checklist.Filter{Query: c.Query("q"), State: audit.TemplateState(c.Query("state"))}, write: c.Can(policies.TemplateWrite)}
	var err error
	if v.shelves, v.hits, err = p.lib.Library(c.Ctx(), v.filter); err != nil {
		return err
	}
	return c.Render(http.StatusOK, libraryView(v))
}

type headPage struct {
	ui.Page
	standards []audit.Standard
	form      ui.Form
}

func (p library) newTemplate(c *web.Context) error { return p.showNew(c, http.StatusOK, ui.Form{}) }

func (p library) showNew(c *web.Context, status int, form ui.Form) error {
	v := headPage{Page: c.Page("audit.template.new"), form: form}
	var err error
	if v.standards, err = p.lib.Standards(c.Ctx()); err != nil {
		return err
	}
	return c.Render(status, templateNewView(v))
}

func headOf(c *web.Context) checklist.Head {
	h := checklist.Head{Code: c.Form("code"), TitleAZ: c.Form("title_az"), TitleEN: c.Form("title_en"), NoteAZ: c.Form("note_az"), NoteEN: c.Form("note_en")}
	h.Standard, h.Edition = cutStandard(c.Form("standard"))
	return h
}

func (p library) create(c *web.Context) error {
	t, err := p.lib.Create(c.Ctx(), headOf(c))
	return c.Done(err, "audit.template.done.create", "/checklists/"+t.ID, func(form ui.Form, status int) error { return p.showNew(c, status, form) })
}

// sheetPage is one version of a template.
type sheetPage struct {
	ui.Page
	checklist.Sheet
	standards []audit.Standard
	forms     map[string]ui.Form // that came back
	editing   *checklist.Question
}

func (p library) show(c *web.Context) error { return p.showSheet(c, http.StatusOK, nil, "") }

func (p library) showSheet(c *web.Context, status int, forms map[string]ui.Form, question string) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	v := sheetPage{forms: forms}
	if v.Sheet, err = p.lib.Show(c.Ctx(), id); err != nil {
		return err
	}
	if v.standards, err = p.lib.Standards(c.Ctx()); err != nil {
		return err
	}
	for i, q := range v.Questions {
		if q.ID == question {
			v.editing = &v.Questions[i]
		}
	}
	if question != "" && v.editing == nil {
		return apperr.Missing("question")
	}
	v.Page = c.Page(v.Template.Title(c.Lang()))
	return c.Render(status, templateView(v))
}

// question is the page with one question in the form.
func (p library) question(c *web.Context) error {
	return p.showSheet(c, http.StatusOK, nil, c.Param("question"))
}

// revision is that of the draft as the form has it.
func revision(c *web.Context) int {
	n, _ := strconv.Atoi(c.Form("revision")) // anything else is a revision nobody saw: a Conflict
	return n
}

// step changes a template and returns to its page; name is the form that
// comes back when it is refused.
func (p library) step(c *web.Context, name, key string, do func(id string) (next string, err error)) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	next, err := do(id)
	if next == "" {
		next = id
	}
	return c.Done(err, key, "/checklists/"+next, func(form ui.Form, status int) error {
		return p.showSheet(c, status, map[string]ui.Form{name: form}, c.Form("question"))
	})
}

func (p library) saveHead(c *web.Context) error {
	return p.step(c, "head", "audit.template.done.saved", func(id string) (string, error) { return "", p.lib.SaveHead(c.Ctx(), id, revision(c), headOf(c)) })
}

func (p library) saveQuestion(c *web.Context) error {
	q := checklist.Question{ID: c.Form("question"), No: c.Form("no"), GSBPM: c.Form("gsbpm"), Clause: c.Form("clause"), QuestionAZ: c.Form("question_az"),
		QuestionEN: c.Form("question_en"), GuidanceAZ: c.Form("guidance_az"), GuidanceEN: c.Form("guidance_en")}
	return p.step(c, "question", "audit.template.done.question", func(id string) (string, error) {
		return "", p.lib.SaveQuestion(c.Ctx(), id, revision(c), q, c.Form("before"))
	})
}

func (p library) moveQuestion(c *web.Context) error {
	return p.step(c, "questions", "audit.template.done.moved", func(id string) (string, error) {
		return "", p.lib.MoveQuestion(c.Ctx(), id, revision(c), c.Param("question"), c.Form("to") == "up")
	})
}

func (p library) removeQuestion(c *web.Context) error {
	return p.step(c, "questions", "audit.template.done.removed", func(id string) (string, error) {
		return "", p.lib.RemoveQuestion(c.Ctx(), id, revision(c), c.Param("question"))
	})
}

func (p library) version(c *web.Context) error {
	return p.step(c, "version", "audit.template.done.version", func(id string) (string, error) {
		t, err := p.lib.NewVersion(c.Ctx(), id)
		return t.ID, err
	})
}

func (p library) copy(c *web.Context) error {
	return p.step(c, "copy", "audit.template.done.copy", func(id string) (string, error) {
		t, err := p.lib.Copy(c.Ctx(), id, c.Form("code"), c.Form("title_az"), c.Form("title_en"))
		return t.ID, err
	})
}

func (p library) publish(c *web.Context) error {
	return p.step(c, "publish", "audit.template.done.publish", func(id string) (string, error) {
		from, _ := web.ParseDate(c.Form("valid_from")) // a date that cannot be read is none, and the service asks for it
		return "", p.lib.Publish(c.Ctx(), id, revision(c), from)
	})
}

func (p library) withdraw(c *web.Context) error {
	return p.step(c, "withdraw", "audit.template.done.withdraw", func(id string) (string, error) { return "", p.lib.Withdraw(c.Ctx(), id, c.Form("reason")) })
}

func (p library) discard(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	return c.Done(p.lib.Discard(c.Ctx(), id, revision(c)), "audit.template.done.discard", "/checklists", func(form ui.Form, status int) error {
		return p.showSheet(c, status, map[string]ui.Form{"discard": form}, "")
	})
}

type comparePage struct {
	ui.Page
	checklist.Comparison
}

func (p library) compare(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	v := comparePage{}
	if v.Comparison, err = p.lib.Compare(c.Ctx(), c.Query("with"), id); err != nil {
		return err
	}
	v.Page = c.Page("audit.template.compare")
	return c.Render(http.StatusOK, templateCompareView(v))
}

func (p library) xlsx(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	t, err := p.lib.Show(c.Ctx(), id)
	if err != nil {
		return err
	}
	return c.Send(fmt.Sprintf("%s-v%d.xlsx", t.Code, t.Version), func(_ context.Context, w io.Writer) error { return p.sheets.ChecklistTemplate(w, t) })
}

// facts is the line under the title of a template.
func (v sheetPage) facts() string {
	return v.T("audit.template.facts", "code", v.Code, "version", v.Version, "standard", v.StandardName, "rows", len(v.Questions), "audits", v.Audits)
}

// headForm is the form of the head: as typed after a refusal, else as stored.
func (v sheetPage) headForm() ui.Form {
	if f, back := v.forms["head"]; back {
		return f
	}
	return ui.Form{Values: url.Values{"title_az": {v.TitleAZ}, "title_en": {v.TitleEN}, "note_az": {v.NoteAZ}, "note_en": {v.NoteEN}, "standard": {v.Standard + ":" + v.Edition}}}
}

// questionForm is the form of a question: a new one, or the one being edited.
func (v sheetPage) questionForm() ui.Form {
	if f, back := v.forms["question"]; back {
		return f
	}
	if q := v.editing; q != nil {
		return ui.Form{Values: url.Values{"no": {q.No}, "gsbpm": {q.GSBPM}, "clause": {q.Clause}, "question_az": {q.QuestionAZ}, "question_en": {q.QuestionEN},
			"guidance_az": {q.GuidanceAZ}, "guidance_en": {q.GuidanceEN}}}
	}
	return ui.Form{}
}

// others are the forms that came back without a place of their own.
func (v sheetPage) others() (out []ui.Form) {
	for _, name := range []string{"questions", "version", "discard"} {
		if f, back := v.forms[name]; back {
			out = append(out, f)
		}
	}
	return out
}

func (v sheetPage) rev() string { return strconv.Itoa(v.Revision) }

// clauses are the clauses of the standard to choose from.
func (v sheetPage) clauses() []ui.Option {
	out := []ui.Option{{Label: v.T("audit.form.choose")}}
	for _, c := range v.Clauses {
		out = append(out, ui.Option{Value: c.Number, Label: c.Number + " " + c.Title(v.Lang)})
	}
	return out
}

// Note is what the template says about itself.
func (v sheetPage) Note() string { return i18n.InLang(v.Lang, v.NoteAZ, v.NoteEN) }

var diffLooks = map[checklist.DiffKind]ui.Look{
	checklist.Added:   {Tone: "good", Icon: "plus"},
	checklist.Removed: {Tone: "bad", Icon: "trash"},
	checklist.Changed: {Tone: "info", Icon: "pencil"},
	checklist.Moved:   {Tone: "idle", Icon: "arrow-narrow-right"},
}

func diffState(p ui.Page, k checklist.DiffKind) ui.State {
	return diffLooks[k].State(p, "audit.template.diff."+string(k))
}

// fieldOf is a field of a question by its name.
func fieldOf(q checklist.Question, name string) string {
	return map[string]string{"gsbpm": q.GSBPM, "clause": q.Clause, "question_az": q.QuestionAZ, "question_en": q.QuestionEN,
		"guidance_az": q.GuidanceAZ, "guidance_en": q.GuidanceEN}[name]
}

// importFacts says where a sheet goes.
func importFacts(v importPage) string {
	if v.template.ID == "" {
		return v.T("audit.template.import_new")
	}
	return v.T("audit.template.import_into", "code", v.template.Code, "version", v.template.Version)
}

// importKind: the blue button is the next step, taking the sheet once it was
// looked at.
func importKind(seen bool) string {
	if seen {
		return "plain"
	}
	return "primary"
}
