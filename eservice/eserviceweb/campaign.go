package eserviceweb

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// campaignsPage lists campaigns, with the form of a new one.
type campaignsPage struct {
	ui.Page
	list    []campaign.Row
	may     bool
	ties    string // where ties of assessors are declared; empty for who does not
	form    ui.Form
	schemes []ui.Option
}

var campaignLooks = map[campaign.State]ui.Look{
	campaign.Planned: {Tone: "idle", Icon: "calendar"}, campaign.Running: {Tone: "info", Icon: "player-play"}, campaign.Opinions: {Tone: "info", Icon: "message-report"},
	campaign.Final: {Tone: "good", Icon: "lock"}, campaign.Published: {Tone: "good", Icon: "circle-check"}, campaign.Cancelled: {Tone: "off", Icon: "archive"},
}

var bodyLooks = map[campaign.BodyState]ui.Look{
	campaign.BodyAssessing: {Tone: "idle", Icon: "circle-dashed"}, campaign.BodyDrafted: {Tone: "info", Icon: "pencil-plus"}, campaign.BodySent: {Tone: "info", Icon: "hourglass"},
	campaign.BodyAccepted: {Tone: "good", Icon: "circle-check"}, campaign.BodyObjected: {Tone: "warn", Icon: "message-report"}, campaign.BodyAnswered: {Tone: "good", Icon: "circle-check"},
}

func campaignState(p ui.Page, s campaign.State) ui.State {
	return campaignLooks[s].State(p, "campaign.state."+string(s))
}

// bodyState is where an opinion stands; once the campaign is final a body that
// let its term pass has not replied, and is late for nothing any more.
func bodyState(p ui.Page, of campaign.State, s campaign.BodyState) ui.State {
	if s == campaign.BodySent && (of == campaign.Final || of == campaign.Published) {
		return ui.State{Tone: "off", Icon: "minus", Word: p.T("campaign.body.silent")}
	}
	return bodyLooks[s].State(p, "campaign.body."+string(s))
}

// replyState is what a body replied; an answer to its objection does not change
// that.
func replyState(p ui.Page, s campaign.BodyState) ui.State {
	return bodyLooks[s.Reply()].State(p, "campaign.body."+string(s.Reply()))
}

func (p pages) campaigns(c *web.Context) error { return p.campaignsAgain(c, http.StatusOK, ui.Form{}) }

func (p pages) campaignsAgain(c *web.Context, status int, form ui.Form) (err error) {
	v := campaignsPage{Page: c.Page("campaign.title"), may: c.Can(policies.CampaignManage), form: form}
	switch {
	case v.may:
		v.ties = "/campaigns/ties"
	case c.Can(policies.AssessmentScore):
		v.ties = "/campaigns/ties/own"
	}
	if v.list, err = p.campaign.List(c.Ctx()); err != nil {
		return err
	}
	list, err := p.svc.Schemes(c.Ctx())
	for _, s := range list {
		if s.Usable() {
			v.schemes = append(v.schemes, ui.Option{Value: s.Code, Label: s.Code + ", " + s.Title(v.Lang)})
		}
	}
	if err != nil {
		return err
	}
	return c.Render(status, campaignsView(v))
}

func (p pages) plan(c *web.Context) error {
	var check apperr.Check
	whole := func(name string) int {
		n, err := strconv.Atoi(strings.TrimSpace(c.Form(name)))
		if err != nil {
			check.Add(name, "error.field.number")
		}
		return n
	}
	in := campaign.Plan{Year: whole("year"), Title: c.Form("title"), Basis: c.Form("basis"), Scheme: c.Form("scheme"), From: c.FormDate(&check, "from", true), To: c.FormDate(&check, "to", true),
		ReplyDays: whole("reply_days"), SamplePercent: whole("sample_percent"), Agencies: strings.FieldsFunc(c.Form("agencies"), func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\r' })}
	err := check.Err()
	var made campaign.Campaign
	if err == nil {
		made, err = p.campaign.Create(c.Ctx(), in)
	}
	if e, status, ok := web.FormError(err); ok {
		return p.campaignsAgain(c, status, c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "campaign.flash.planned", "number", made.Number)
	return c.Redirect("/campaigns/" + made.ID)
}

// campaignPage shows a campaign.
type campaignPage struct {
	ui.Page
	campaign.View
	form      ui.Form // of the assessor
	stepForm  ui.Form
	step      string
	assessors []ui.Option
	may       bool
	mayImport bool
	next      string
	first     string
}

func (p pages) show1(c *web.Context) error {
	return p.campaignAgain(c, http.StatusOK, "", ui.Form{}, ui.Form{})
}

func (p pages) campaignAgain(c *web.Context, status int, step string, stepForm, form ui.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	v := campaignPage{Page: c.Page("campaign.title"), step: step, stepForm: stepForm, form: form, may: c.Can(policies.CampaignManage), mayImport: c.Can(policies.AssessmentImport)}
	if v.View, err = p.campaign.View(c.Ctx(), id, c.Cursor(2)); err != nil {
		return err
	}
	v.Page.Title = v.Number + ", " + v.Row.Title
	if v.may {
		people, err := p.campaign.Assessors(c.Ctx())
		if err != nil {
			return err
		}
		for _, x := range people {
			v.assessors = append(v.assessors, ui.Option{Value: x.ID, Label: x.Name})
		}
	}
	if v.View.Next != nil {
		v.next = c.NextHref(v.View.Next...)
	}
	v.first = c.FirstHref()
	return c.Render(status, campaignView(v))
}

// stepCampaign takes the step named in the address.
func (p pages) stepCampaign(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	verb := c.Param("verb")
	switch verb {
	case "start":
		err = p.campaign.Start(c.Ctx(), id)
	case "conclude":
		err = p.campaign.Conclude(c.Ctx(), id)
	case "resume":
		err = p.campaign.Resume(c.Ctx(), id, c.Form("reason"))
	case "finalise":
		err = p.campaign.Finalise(c.Ctx(), id)
	case "cancel":
		err = p.campaign.Cancel(c.Ctx(), id, c.Form("reason"))
	case "sample":
		_, err = p.campaign.DrawSample(c.Ctx(), id)
	case "send":
		_, err = p.campaign.SendOpinions(c.Ctx(), id)
	case "assign":
		_, err = p.campaign.Assign(c.Ctx(), id, c.Form("agency"), c.Form("assessor"))
	default:
		return apperr.Missing("step")
	}
	if e, status, ok := web.FormError(err); ok {
		if verb == "assign" {
			return p.campaignAgain(c, status, "", ui.Form{}, c.FormOf(e))
		}
		return p.campaignAgain(c, status, verb, c.FormOf(e), ui.Form{})
	}
	if err != nil {
		return err
	}
	c.Flash("good", "campaign.flash."+verb)
	return c.Redirect("/campaigns/" + id)
}

func (p pages) publish(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	if err := p.campaign.Publish(c.Ctx(), id); err != nil {
		return err
	}
	c.Flash("good", "campaign.flash.publish")
	return c.Redirect("/campaigns/" + id)
}

// export sends the sheet of a campaign as it is written.
func (p pages) exportSheet(format string) web.Handler {
	return func(c *web.Context) error {
		id, err := c.ID("id")
		if err != nil {
			return err
		}
		k, err := p.sheets.Campaign(c.Ctx(), id)
		if err != nil {
			return err
		}
		return c.Send(k.Number+"."+format, func(ctx context.Context, w io.Writer) error { return p.sheets.CampaignSheet(ctx, w, format, id) })
	}
}

// gradeWord is the word of a grade of the campaign's scheme.
func gradeWord(p ui.Page, s eservice.Scheme, code string) string {
	for _, b := range s.Bands {
		if b.Code == code {
			return b.Label(p.Lang)
		}
	}
	return "–"
}

func milliOr(p ui.Page, m int64, ok bool) string {
	if !ok {
		return "–"
	}
	return p.Decimal(eservice.MilliText(m, 1))
}

func scoreWord(p ui.Page, m *int64) string {
	if m == nil {
		return "–"
	}
	return p.Decimal(eservice.MilliText(*m, 1))
}
