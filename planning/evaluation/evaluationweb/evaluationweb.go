// Package evaluationweb holds the pages and the API of the evaluation of
// cycles.
//
// It may import evaluation, planning, kis, web and what they may import; no
// SQL. Invariants: a handler reads the request, asks the service and shows
// what came back; a refused form comes back as it was typed, with what was
// wrong.
package evaluationweb

import (
	"net/http"
	"strings"

	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning/evaluation"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type pages struct {
	svc *evaluation.Service
	r   *web.Router
}

// Register adds the pages and the operations of the API. The button for the
// document shows up where /evaluations/:id/pdf is registered too.
func Register(r *web.Router, svc *evaluation.Service) {
	p := pages{svc, r}
	r.GET("/evaluations", policies.EvaluationRead, p.list)
	r.POST("/evaluations", policies.EvaluationWrite, p.begin)
	r.GET("/evaluations/:id", policies.EvaluationRead, p.show)
	r.GET("/evaluations/:id/judge", policies.EvaluationWrite, p.judging)
	r.POST("/evaluations/:id/judge", policies.EvaluationWrite, p.judge)
	r.POST("/evaluations/:id/recommend", policies.EvaluationWrite, p.recommend)
	r.POST("/evaluations/:id/finish", policies.EvaluationFinish, p.finish)
	p.registerAPI(r)
}

type listPage struct {
	ui.Page
	Found           evaluation.Page
	NextHref, First string
	Form            ui.Form
}

func (p pages) list(c *web.Context) error { return p.showList(c, http.StatusOK, ui.Form{}) }

func (p pages) showList(c *web.Context, status int, f ui.Form) error {
	v := listPage{Page: c.Page("evaluation.title"), First: c.FirstHref(), Form: f}
	after := ""
	if cur := c.Cursor(1); cur != nil {
		after = cur[0]
	}
	found, err := p.svc.List(c.Ctx(), after)
	if err != nil {
		return err
	}
	v.Found = found
	if found.Next != "" {
		v.NextHref = c.NextHref(found.Next)
	}
	return c.Render(status, listView(v))
}

func (p pages) begin(c *web.Context) error {
	e, err := p.svc.Begin(c.Ctx(), c.Form("cycle"))
	if f, status, ok := c.Refused(err); ok {
		return p.showList(c, status, f)
	}
	if err != nil {
		return err
	}
	c.Flash("good", "evaluation.done.begin", "number", e.Number)
	return c.Redirect("/evaluations/" + e.ID)
}

type showPage struct {
	ui.Page
	evaluation.Dossier
	Forms       map[string]ui.Form
	Departments []ui.Option
	History     []office.Event
	PDF         string
}

func (p pages) show(c *web.Context) error { return p.showOne(c, http.StatusOK, nil) }

func (p pages) showOne(c *web.Context, status int, forms map[string]ui.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	d, err := p.svc.Dossier(c.Ctx(), id)
	if err != nil {
		return err
	}
	v := showPage{Page: c.Page(d.Number), Dossier: d, Forms: forms}
	if d.MayWrite {
		list, err := p.svc.KIS.Departments(c.Ctx())
		if err != nil {
			return err
		}
		scope := c.ScopeOf(policies.RecommendationPropose)
		for _, x := range list {
			if x.Kind == office.Internal && scope.Department(x.ID) {
				v.Departments = append(v.Departments, ui.Option{Value: x.ID, Label: x.Code + ", " + x.Name(v.Lang)})
			}
		}
	}
	if v.History, err = p.svc.KIS.History(c.Ctx(), evaluation.Kind, d.ID, 60); err != nil {
		return err
	}
	if p.r.Has(http.MethodGet, "/evaluations/:id/pdf") {
		v.PDF = "/evaluations/" + d.ID + "/pdf"
	}
	return c.Render(status, showView(v))
}

// step takes a step of an evaluation, and shows its page again with the form
// of that name when it is refused.
func (p pages) step(c *web.Context, name string, do func(id string) error) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	err = do(id)
	if f, status, ok := c.Refused(err); ok {
		return p.showOne(c, status, map[string]ui.Form{name: f})
	}
	if err != nil {
		return err
	}
	c.Flash("good", "evaluation.done."+name)
	return c.Redirect("/evaluations/" + id)
}

func (p pages) recommend(c *web.Context) error {
	return p.step(c, "recommend", func(id string) error {
		_, err := p.svc.Recommend(c.Ctx(), id, evaluation.NewRecommendation{Code: c.Form("code"), Text: c.Form("text"), DepartmentID: c.Form("department")})
		return err
	})
}

func (p pages) finish(c *web.Context) error {
	return p.step(c, "finish", func(id string) error {
		return p.svc.Finish(c.Ctx(), id, evaluation.Decision{NextPhase: c.Form("next_phase"), Reason: c.Form("next_reason"), Conclusion: c.Form("conclusion"), Confirmed: c.Form("confirm") == "1"})
	})
}

// judgePage is the form of the sub-processes of a phase.
type judgePage struct {
	ui.Page
	evaluation.Dossier
	Form  ui.Form
	Phase string
	Shown []evaluation.Sub
}

func (p pages) judging(c *web.Context) error {
	return p.judgeForm(c, http.StatusOK, ui.Form{}, c.Query("phase"))
}

func (p pages) judgeForm(c *web.Context, status int, f ui.Form, phase string) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	d, err := p.svc.Dossier(c.Ctx(), id)
	if err != nil {
		return err
	}
	if len(phase) != 1 || !strings.Contains("12345678", phase) {
		phase = "1"
	}
	v := judgePage{Page: c.Page("evaluation.judge.title"), Dossier: d, Form: f, Phase: phase}
	for _, s := range d.Subs {
		if s.Phase == phase && s.Applies {
			v.Shown = append(v.Shown, s)
		}
	}
	return c.Render(status, judgeView(v))
}

func (p pages) judge(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	in := map[string]evaluation.Judging{}
	for name := range c.FormValues() {
		if code, ok := strings.CutPrefix(name, "grade_"); ok {
			in[code] = evaluation.Judging{Grade: evaluation.Grade(c.Form(name)), Text: c.Form("text_" + code)}
		}
	}
	phase := c.Form("phase")
	err = p.svc.Judge(c.Ctx(), id, whole(c.Form("version")), in)
	if f, status, ok := c.Refused(err); ok {
		return p.judgeForm(c, status, f, phase)
	}
	if err != nil {
		return err
	}
	c.Flash("good", "evaluation.done.judge")
	if next := nextPhase(phase); c.Form("go") == "next" && next != "" {
		return c.Redirect("/evaluations/" + id + "/judge?phase=" + next)
	}
	return c.Redirect("/evaluations/" + id + "#subs")
}

func nextPhase(phase string) string {
	if len(phase) == 1 && phase >= "1" && phase < "8" {
		return string(phase[0] + 1)
	}
	return ""
}
