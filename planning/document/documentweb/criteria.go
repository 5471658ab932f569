package documentweb

import (
	"github.com/a-h/templ"

	"github.com/kis-platform/kis/planning/document"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// criteriaPart is the part of an audit's plan with the documents that are its
// criteria.
type criteriaPart struct {
	ui.Page
	Audit   string
	List    []document.Criterion
	Choices []ui.Option // that may be added; none when the criteria are fixed
	change  bool
}

// criteria draws that part.
func (p pages) criteria(c *web.Context, id string) (templ.Component, error) {
	v := criteriaPart{Page: c.Page(""), Audit: id}
	var err error
	if v.List, err = p.svc.Criteria(c.Ctx(), id); err != nil {
		return nil, err
	}
	if c.Can(policies.AuditPlan) && p.svc.Audits != nil {
		_, err := p.svc.Audits.MayName(c.Ctx(), id)
		v.change = err == nil
	}
	if v.change {
		list, err := p.svc.Choices(c.Ctx())
		if err != nil {
			return nil, err
		}
		named := map[string]bool{}
		for _, x := range v.List {
			named[x.ID] = true
		}
		for _, x := range list {
			if !named[x.VersionID] {
				v.Choices = append(v.Choices, ui.Option{Value: x.VersionID, Label: x.Number + " " + x.Title(v.Lang) + ", " + v.T("document.version", "no", x.No)})
			}
		}
	}
	if len(v.List) == 0 && len(v.Choices) == 0 {
		return nil, nil
	}
	return criteriaView(v), nil
}

// criterion adds a document to the criteria of an audit, or takes it off.
func (p pages) criterion(c *web.Context) error {
	id, err := c.ID("audit")
	if err != nil {
		return err
	}
	off := c.Form("off") == "1"
	if err := p.svc.NameCriterion(c.Ctx(), id, c.Form("version"), off); err != nil {
		return err
	}
	key := "document.done.criterion"
	if off {
		key = "document.done.criterion_off"
	}
	c.Flash("good", key)
	return c.Redirect("/audits/" + id + "/plan")
}
