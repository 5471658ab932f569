package qualityweb

import (
	"fmt"
	"net/http"

	"github.com/kis-platform/kis/planning/quality"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// readPage is a report as it is read.
type readPage struct {
	ui.Page
	quality.Dossier
	Forms map[string]ui.Form
}

func (p pages) load(c *web.Context) (quality.Dossier, error) {
	id, err := c.ID("id")
	if err != nil {
		return quality.Dossier{}, err
	}
	return p.svc.Report(c.Ctx(), id)
}

func (p pages) show(c *web.Context) error { return p.showOne(c, http.StatusOK, nil) }

func (p pages) showOne(c *web.Context, status int, forms map[string]ui.Form) error {
	d, err := p.load(c)
	if err != nil {
		return err
	}
	return c.Render(status, showView(readPage{Page: c.Page(label(d.Report)), Dossier: d, Forms: forms}))
}

// step takes a step of a report, and shows its page again with the form of that
// name when it is refused.
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
	c.Flash("good", "quality.done."+name)
	return c.Redirect("/quality/" + id)
}

func (p pages) submit(c *web.Context) error {
	return p.step(c, "submit", func(id string) error { return p.svc.Submit(c.Ctx(), id) })
}

func (p pages) giveBack(c *web.Context) error {
	return p.step(c, "return", func(id string) error { return p.svc.Return(c.Ctx(), id, c.Form("reason")) })
}

func (p pages) approve(c *web.Context) error {
	return p.step(c, "approve", func(id string) error { return p.svc.Approve(c.Ctx(), id) })
}

func (p pages) publish(c *web.Context) error {
	return p.step(c, "publish", func(id string) error { return p.svc.Publish(c.Ctx(), id) })
}

func (p pages) withdraw(c *web.Context) error {
	return p.step(c, "withdraw", func(id string) error { return p.svc.Withdraw(c.Ctx(), id, c.Form("reason")) })
}

func (p pages) renew(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	r, err := p.svc.Renew(c.Ctx(), id)
	if f, status, ok := c.Refused(err); ok {
		return p.showOne(c, status, map[string]ui.Form{"renew": f})
	}
	if err != nil {
		return err
	}
	c.Flash("good", "quality.done.renew", "no", r.No)
	return c.Redirect("/quality/" + r.ID)
}

// comparePage is what became of one report in another.
type comparePage struct {
	ui.Page
	quality.Comparison
	Choices []ui.Option
}

func (p pages) compare(c *web.Context) error {
	d, err := p.load(c)
	if err != nil {
		return err
	}
	v := comparePage{Page: c.Page(c.Page("quality.compare.title").Title + ", " + label(d.Report))}
	for _, x := range append(d.Versions, d.Others...) {
		if x.ID != d.ID {
			v.Choices = append(v.Choices, ui.Option{Value: x.ID, Label: label(x) + ", " + x.About()})
		}
	}
	with := c.Query("with")
	if with == "" && len(v.Choices) > 0 {
		with = v.Choices[0].Value
	}
	if with == "" {
		v.New = d
		return c.Render(http.StatusOK, compareView(v))
	}
	if v.Comparison, err = p.svc.Compare(c.Ctx(), with, d.ID); err != nil {
		return err
	}
	return c.Render(http.StatusOK, compareView(v))
}

// writePage is a chapter of a report to write in.
type writePage struct {
	ui.Page
	quality.Dossier
	Chapter string
	Shown   []quality.Item
	Form    ui.Form // refused, of concept Bad
	Bad     string
}

func (p pages) write(c *web.Context) error {
	return p.showWrite(c, http.StatusOK, c.Query("chapter"), "", ui.Form{})
}

func (p pages) showWrite(c *web.Context, status int, chapter, bad string, form ui.Form) error {
	d, err := p.load(c)
	if err != nil {
		return err
	}
	if !d.Can("write") {
		return c.Redirect("/quality/" + d.ID)
	}
	v := writePage{Page: c.Page(label(d.Report)), Dossier: d, Chapter: chapter, Form: form, Bad: bad}
	if v.Shown = d.Chapter(chapter); len(v.Shown) == 0 {
		v.Chapter = d.Chapters()[0].Concept.Code
		v.Shown = d.Chapter(v.Chapter)
	}
	return c.Render(status, writeView(v))
}

// around gives the chapters before and behind that of the page.
func (v writePage) around() (before, next string) {
	list := v.Chapters()
	for i, it := range list {
		if it.Concept.Code != v.Chapter {
			continue
		}
		if i > 0 {
			before = list[i-1].Concept.Code
		}
		if i+1 < len(list) {
			next = list[i+1].Concept.Code
		}
	}
	return before, next
}

// address is where a concept is sent.
func (v writePage) address(code string) string {
	return fmt.Sprintf("/quality/%s/concepts/%s", v.ID, code)
}

// typed is what a field shows: as it was typed when it came back, else as it is
// stored.
func (v writePage) typed(it quality.Item, field, stored string) string {
	if v.Bad == it.Concept.Code && v.Form.Values != nil {
		return v.Form.Value(field)
	}
	return stored
}
