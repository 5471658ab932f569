// Package assessmentweb holds the pages and the API of self-assessments and of
// surveys of users, and the public page on which a survey is answered.
//
// It may import assessment, kis, web and what they may import; no SQL.
// Invariants: a handler reads the request, asks the service and shows what
// came back; the public page says nothing of who answered before.
package assessmentweb

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/planning/assessment"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type pages struct {
	svc  *assessment.Service
	r    *web.Router
	base string // address of the system, for links that are sent to people outside
}

// Register adds the pages and the operations of the API. base is the address
// of the system as people outside reach it.
func Register(r *web.Router, svc *assessment.Service, base string) {
	p := pages{svc, r, base}
	r.GET("/assessments", policies.AssessmentRead, p.list)
	r.POST("/assessments", policies.AssessmentFill, p.begin)
	r.GET("/assessments/:id", policies.AssessmentRead, p.show)
	r.GET("/assessments/:id/fill", policies.AssessmentFill, p.filling)
	r.POST("/assessments/:id/fill", policies.AssessmentFill, p.fill)
	r.POST("/assessments/:id/finish", policies.AssessmentFill, p.finish)
	r.GET("/surveys", policies.SurveyRead, p.surveys)
	r.POST("/surveys", policies.SurveyManage, p.open)
	r.GET("/surveys/:id", policies.SurveyRead, p.survey)
	r.POST("/surveys/:id/close", policies.SurveyManage, p.close)
	r.GET("/public/surveys/:token", policies.Public, p.public)
	r.POST("/public/surveys/:token", policies.Public, p.respond)
	p.registerAPI(r)
}

type listPage struct {
	ui.Page
	Rows    []assessment.Assessment
	Waiting []kis.CycleChoice
	Form    ui.Form
}

func (p pages) list(c *web.Context) error { return p.showList(c, http.StatusOK, ui.Form{}) }

func (p pages) showList(c *web.Context, status int, f ui.Form) error {
	v := listPage{Page: c.Page("assessment.title"), Form: f}
	var err error
	if v.Rows, v.Waiting, err = p.svc.List(c.Ctx()); err != nil {
		return err
	}
	return c.Render(status, listView(v))
}

func (p pages) begin(c *web.Context) error {
	a, err := p.svc.Begin(c.Ctx(), c.Form("cycle"))
	if errs, status, ok := web.FormError(err); ok {
		return p.showList(c, status, c.FormOf(errs))
	}
	if err != nil {
		return err
	}
	return c.Redirect("/assessments/" + a.ID + "/fill")
}

type showPage struct {
	ui.Page
	assessment.Dossier
	Form ui.Form
	PDF  string // address of the document, "" when there is none
}

// Title is the title of the process; the page's own is its number.
func (v showPage) Title(lang string) string { return v.Dossier.Title(lang) }

func (p pages) show(c *web.Context) error { return p.showOne(c, http.StatusOK, ui.Form{}) }

func (p pages) showOne(c *web.Context, status int, f ui.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	d, err := p.svc.Dossier(c.Ctx(), id)
	if err != nil {
		return err
	}
	v := showPage{Page: c.Page(d.Number), Dossier: d, Form: f}
	if p.r.Has(http.MethodGet, "/assessments/:id/pdf") {
		v.PDF = "/assessments/" + d.ID + "/pdf"
	}
	return c.Render(status, showView(v))
}

func (p pages) finish(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	err = p.svc.Finish(c.Ctx(), id)
	if errs, status, ok := web.FormError(err); ok {
		return p.showOne(c, status, c.FormOf(errs))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "assessment.done.finish")
	return c.Redirect("/assessments/" + id)
}

// chapters are those of the questionnaire, in order.
func chapters(list []assessment.Question) []string {
	var out []string
	for _, q := range list {
		if len(out) == 0 || out[len(out)-1] != q.Chapter {
			out = append(out, q.Chapter)
		}
	}
	return out
}

// fillPage is the form of one chapter.
type fillPage struct {
	ui.Page
	assessment.Dossier
	Form    ui.Form
	Chapter string
}

// Title is the title of the process; the page's own is its number.
func (v fillPage) Title(lang string) string { return v.Dossier.Title(lang) }

func (p pages) filling(c *web.Context) error {
	return p.fillForm(c, http.StatusOK, ui.Form{}, c.Query("chapter"))
}

func (p pages) fillForm(c *web.Context, status int, f ui.Form, chapter string) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	d, err := p.svc.Dossier(c.Ctx(), id)
	if err != nil {
		return err
	}
	v := fillPage{c.Page("assessment.fill"), d, f, chapters(d.Questions)[0]}
	for _, x := range chapters(d.Questions) {
		if x == chapter {
			v.Chapter = x
		}
	}
	return c.Render(status, fillView(v))
}

func (p pages) fill(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	in := map[string]assessment.Filled{}
	for name := range c.FormValues() {
		if q, ok := strings.CutPrefix(name, "comment_"); ok {
			in[q] = assessment.Filled{Choice: c.Form("choice_" + q), Comment: c.Form(name), Improvement: c.Form("improvement_" + q)}
		}
	}
	version, _ := strconv.Atoi(c.Form("version"))
	chapter := c.Form("chapter")
	err = p.svc.Fill(c.Ctx(), id, version, in)
	if errs, status, ok := web.FormError(err); ok {
		return p.fillForm(c, status, c.FormOf(errs), chapter)
	}
	if err != nil {
		return err
	}
	c.Flash("good", "assessment.done.fill")
	d, err := p.svc.Dossier(c.Ctx(), id)
	if err != nil {
		return err
	}
	list := chapters(d.Questions)
	for i, x := range list {
		if x == chapter && i+1 < len(list) {
			return c.Redirect("/assessments/" + id + "/fill?chapter=" + list[i+1])
		}
	}
	return c.Redirect("/assessments/" + id)
}

// options are the five worded options, not known and not applicable.
func options(p ui.Page, q assessment.Question) []ui.Option {
	var out []ui.Option
	for i, o := range q.Options(p.Lang) {
		n := strconv.Itoa(i + 1)
		out = append(out, ui.Option{Value: n, Label: n + ". " + o})
	}
	return append(out, ui.Option{Value: assessment.Unknown, Label: p.T("assessment.choice.unknown")}, ui.Option{Value: assessment.NotApplicable, Label: p.T("assessment.choice.na")})
}

// chosen is what was answered, in words.
func (v showPage) chosen(q assessment.Question) string {
	w := v.Answers[q.ID]
	switch w.Choice {
	case "":
		return i18n.None
	case assessment.Unknown, assessment.NotApplicable:
		return v.T("assessment.choice." + w.Choice)
	}
	return w.Choice + ". " + q.Options(v.Lang)[w.Choice[0]-'1']
}

// mean writes a mean in the language of the page.
func mean(p ui.Page, m assessment.Mean) string {
	if m.N == 0 {
		return i18n.None
	}
	return p.Decimal(m.Text())
}

// said puts the diagram into words, for who does not see it.
func (v showPage) said() string {
	var out []string
	for _, m := range v.Means {
		out = append(out, v.T("assessment.component."+m.Component)+" "+mean(v.Page, m))
	}
	return v.T("assessment.diagram") + ": " + strings.Join(out, "; ")
}

type surveysPage struct {
	ui.Page
	Rows      []assessment.Survey
	Form      ui.Form
	Processes []ui.Option
	Manage    bool
}

func (p pages) surveys(c *web.Context) error { return p.showSurveys(c, http.StatusOK, ui.Form{}) }

func (p pages) showSurveys(c *web.Context, status int, f ui.Form) error {
	v := surveysPage{Page: c.Page("assessment.surveys"), Form: f, Manage: c.Can(policies.SurveyManage)}
	var err error
	if v.Rows, err = p.svc.Surveys(c.Ctx()); err != nil {
		return err
	}
	if v.Manage {
		list, err := p.svc.KIS.ProcessChoices(c.Ctx())
		if err != nil {
			return err
		}
		v.Processes = []ui.Option{{Label: v.T("assessment.survey.office")}}
		for _, x := range list {
			v.Processes = append(v.Processes, ui.Option{Value: x.ID, Label: x.Title(v.Lang)})
		}
	}
	return c.Render(status, surveysView(v))
}

func (p pages) open(c *web.Context) error {
	var check apperr.Check
	n := assessment.NewSurvey{Title: c.Form("title"), ProcessID: c.Form("process"), Closes: c.FormDate(&check, "closes", true)}
	err := check.Err()
	var s assessment.Survey
	if err == nil {
		s, err = p.svc.OpenSurvey(c.Ctx(), n)
	}
	if errs, status, ok := web.FormError(err); ok {
		return p.showSurveys(c, status, c.FormOf(errs))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "assessment.done.open", "number", s.Number)
	return c.Redirect("/surveys/" + s.ID)
}

type surveyPage struct {
	ui.Page
	assessment.SurveyDossier

	panels []templ.Component // what others say of it: an act that began with it
	link   string            // whole, to be sent to those who are asked
}

func (p pages) survey(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	d, err := p.svc.Survey(c.Ctx(), id)
	if err != nil {
		return err
	}
	panels, err := c.Panels("survey", id)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, surveyView(surveyPage{c.Page(d.Number), d, panels, p.base + d.Path()}))
}

func (p pages) close(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	if err := p.svc.CloseSurvey(c.Ctx(), id); err != nil {
		return err
	}
	c.Flash("good", "assessment.done.close")
	return c.Redirect("/surveys/" + id)
}

// publicPage is the form that whoever holds the link answers.
type publicPage struct {
	ui.Page
	Survey    assessment.Survey
	Questions []assessment.Question
	Form      ui.Form
	Thanks    bool
}

func (p pages) public(c *web.Context) error {
	return p.showPublic(c, http.StatusOK, ui.Form{}, c.Query("thanks") == "1")
}

func (p pages) showPublic(c *web.Context, status int, f ui.Form, thanks bool) error {
	s, q, err := p.svc.PublicSurvey(c.Ctx(), c.Param("token"))
	if err != nil {
		return err
	}
	return c.Render(status, publicView(publicPage{c.Page(s.Title), s, q, f, thanks}))
}

func (p pages) respond(c *web.Context) error {
	in := map[string]string{}
	for name := range c.FormValues() {
		if q, ok := strings.CutPrefix(name, "q_"); ok {
			in[q] = c.Form(name)
		}
	}
	err := p.svc.Respond(c.Ctx(), c.Param("token"), c.Address(), in)
	if errs, status, ok := web.FormError(err); ok {
		return p.showPublic(c, status, c.FormOf(errs), false)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/public/surveys/" + c.Param("token") + "?thanks=1")
}
