package eserviceweb

import (
	"net/http"
	"strconv"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// itemPage shows a service in a campaign.
type itemPage struct {
	ui.Page
	campaign.ItemView
	form        ui.Form
	levels      []ui.Option
	automation  []ui.Option
	departments []ui.Option
}

func (p pages) item(c *web.Context) error { return p.itemAgain(c, http.StatusOK, ui.Form{}) }

func (p pages) itemAgain(c *web.Context, status int, form ui.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	v := itemPage{Page: c.Page("campaign.title"), form: form}
	if v.ItemView, err = p.campaign.ItemView(c.Ctx(), id); err != nil {
		return err
	}
	v.Page.Title = v.Item.Name(v.Lang)
	for _, l := range []string{"none", "informative", "interactive", "full"} {
		v.levels = append(v.levels, ui.Option{Value: l, Label: v.T("eservice.level." + l)})
	}
	autos, err := eservice.AutomationLevels()
	v.automation = append(v.automation, ui.Option{Label: i18n.None}) // not known
	for _, l := range autos {
		v.automation = append(v.automation, ui.Option{Value: l, Label: v.T("eservice.automation." + l)})
	}
	if err == nil && v.MayPromote {
		var list []office.Department
		list, err = p.svc.KIS.Departments(c.Ctx())
		for _, d := range list {
			if d.Kind == office.Internal {
				v.departments = append(v.departments, ui.Option{Value: d.ID, Label: d.Code + ", " + d.Name(v.Lang)})
			}
		}
	}
	if err != nil {
		return err
	}
	return c.Render(status, itemView(v))
}

// points reads the points of a form.
func (p pages) points(c *web.Context, id string, check *apperr.Check) ([]eservice.Point, error) {
	v, err := p.campaign.ItemView(c.Ctx(), id)
	if err != nil {
		return nil, err
	}
	var out []eservice.Point
	for _, m := range v.Body.SchemeOf.Parameters {
		pt := eservice.Point{Parameter: m.Code, NA: c.Form("na."+m.Code) == "1", Reason: c.Form("reason." + m.Code)}
		if text := c.Form("points." + m.Code); text == "" && !pt.NA {
			if pt.Reason == "" {
				continue
			}
			check.Add("points."+m.Code, "error.field.required")
		} else if !pt.NA {
			if pt.Milli, err = eservice.Milli(text); err != nil {
				check.Add("points."+m.Code, "error.field.number")
			}
		}
		out = append(out, pt)
	}
	return out, nil
}

func (p pages) score(second bool) web.Handler {
	return func(c *web.Context) error {
		id, err := c.ID("id")
		if err != nil {
			return err
		}
		var check apperr.Check
		list, err := p.points(c, id, &check)
		if err == nil {
			err = check.Err()
		}
		if err == nil && second {
			err = p.campaign.ReadAgain(c.Ctx(), id, list)
		} else if err == nil {
			in := campaign.Score{Level: c.Form("level"), Automation: c.Form("automation"), WebAddress: c.Form("web_address"), Points: list, Reason: c.Form("reason")}
			in.Seen, _ = strconv.Atoi(c.Form("revision"))
			for i := 1; i <= 30; i++ {
				n := strconv.Itoa(i)
				in.Shortcomings = append(in.Shortcomings, campaign.Shortcoming{Parameter: c.Form("shortcoming." + n + ".parameter"), Text: c.Form("shortcoming." + n + ".text"), Proposal: c.Form("shortcoming." + n + ".proposal")})
			}
			_, err = p.campaign.Score(c.Ctx(), id, in)
		}
		if e, status, ok := web.FormError(err); ok {
			return p.itemAgain(c, status, c.FormOf(e))
		}
		if err != nil {
			return err
		}
		c.Flash("good", "campaign.flash.scored")
		return c.Redirect("/results/" + id)
	}
}

func (p pages) promote(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	sid, err := c.ID("shortcoming")
	if err != nil {
		return err
	}
	label, err := p.campaign.Promote(c.Ctx(), sid, campaign.Promotion{As: c.Form("as"), DepartmentID: c.Form("department"), Major: c.Form("major") == "1"})
	if e, status, ok := web.FormError(err); ok {
		return p.itemAgain(c, status, c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "campaign.flash.promoted", "label", label)
	return c.Redirect("/results/" + id)
}

// pointOf gives the point of a parameter, for the form.
func (p itemPage) pointOf(code string) eservice.Point {
	for _, pt := range p.Points {
		if pt.Parameter == code {
			return pt
		}
	}
	return eservice.Point{}
}

// pointValue is what the field of a parameter holds.
func (p itemPage) pointValue(code string) string {
	for _, pt := range p.Points {
		if pt.Parameter == code && !pt.NA {
			return eservice.PlainMilli(pt.Milli)
		}
	}
	return ""
}

// parameters a shortcoming may be of; the first is none.
func (p itemPage) parameters() []ui.Option {
	out := []ui.Option{{Label: i18n.None}}
	for _, m := range p.Body.SchemeOf.Parameters {
		out = append(out, ui.Option{Value: m.Code, Label: m.Name(p.Lang)})
	}
	return out
}

// shortRows are the open shortcomings and two to fill.
func (p itemPage) shortRows() (out []campaign.Shortcoming) {
	for _, h := range p.Shortcomings {
		if h.Became == "" {
			out = append(out, h)
		}
	}
	return append(out, campaign.Shortcoming{}, campaign.Shortcoming{})
}
