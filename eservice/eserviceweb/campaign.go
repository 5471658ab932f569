package eserviceweb

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// campaignsPage lists campaigns, with the form of a new one.
type campaignsPage struct {
	ui.Page
	list    []campaign.Row
	may     bool
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

func bodyState(p ui.Page, s campaign.BodyState) ui.State {
	return bodyLooks[s].State(p, "campaign.body."+string(s))
}

func (p pages) campaigns(c *web.Context) error { return p.campaignsAgain(c, http.StatusOK, ui.Form{}) }

func (p pages) campaignsAgain(c *web.Context, status int, form ui.Form) (err error) {
	v := campaignsPage{Page: c.Page("campaign.title"), may: c.Can(policies.CampaignManage), form: form}
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

// exportTypes are the types of sheets.
var exportTypes = map[string]string{"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8"}

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
		out, in := io.Pipe()
		ctx, stop := context.WithCancel(c.Ctx())
		defer stop()
		defer out.Close() // a reader that went away ends the writer
		go func() { _ = in.CloseWithError(p.sheets.CampaignSheet(ctx, in, format, id)) }()
		return c.Download(k.Number+"."+format, exportTypes[format], -1, out)
	}
}

// maxSheet is the most bytes of a sheet of a campaign.
const maxSheet = 64 << 20

func (p pages) importSheet(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	var file []byte
	name := ""
	_, err = c.Multipart(web.Limits{Files: 1, FileBytes: maxSheet}, func(f *web.File) (err error) {
		name = f.Name
		file, err = io.ReadAll(f)
		return err
	})
	if err == nil && len(file) == 0 {
		err = apperr.InvalidField("file", "error.field.required")
	}
	var res campaign.ImportResult
	if err == nil {
		res, err = p.campaign.Import(c.Ctx(), campaign.ImportRequest{CampaignID: id, File: bytes.NewReader(file), Size: int64(len(file)), Name: name})
	}
	if e, status, ok := web.FormError(err); ok {
		return p.campaignAgain(c, status, "import", c.FormOf(e), ui.Form{})
	}
	if err != nil {
		return err
	}
	c.Flash("good", "campaign.flash.import", "n", res.Scored, "rows", res.Rows)
	return c.Redirect("/campaigns/" + id)
}

// bodyPage shows a body in a campaign.
type bodyPage struct {
	ui.Page
	campaign.BodyView
	form ui.Form
	of   string // which form was refused
}

func (p pages) body(c *web.Context) error { return p.bodyAgain(c, http.StatusOK, "", ui.Form{}) }

func (p pages) bodyAgain(c *web.Context, status int, of string, form ui.Form) error {
	id, agency, err := place(c)
	if err != nil {
		return err
	}
	v := bodyPage{Page: c.Page("campaign.title"), of: of, form: form}
	if v.BodyView, err = p.campaign.BodyView(c.Ctx(), id, agency); err != nil {
		return err
	}
	v.Page.Title = v.Name(v.Lang)
	return c.Render(status, bodyView(v))
}

// place reads the campaign and the body of an address.
func place(c *web.Context) (id, agency string, err error) {
	if id, err = c.ID("id"); err == nil {
		agency, err = c.ID("agency")
	}
	return id, agency, err
}

// stepBody takes the step of an opinion named in the address.
func (p pages) stepBody(verb string) web.Handler {
	return func(c *web.Context) error {
		id, agency, err := place(c)
		if err != nil {
			return err
		}
		switch verb {
		case "write":
			err = p.campaign.WriteOpinion(c.Ctx(), id, agency, c.Form("opinion"), c.Form("proposals"))
		case "send":
			err = p.campaign.SendOpinion(c.Ctx(), id, agency)
		case "reply":
			var check apperr.Check
			check.OneOf("how", c.Form("how"), "accept", "object")
			if err = check.Err(); err == nil {
				err = p.campaign.Reply(c.Ctx(), id, agency, c.Form("how") == "accept", c.Form("reply"))
			}
		case "answer":
			err = p.campaign.Answer(c.Ctx(), id, agency, c.Form("answer"))
		}
		if e, status, ok := web.FormError(err); ok {
			return p.bodyAgain(c, status, verb, c.FormOf(e))
		}
		if err != nil {
			return err
		}
		c.Flash("good", "campaign.flash.opinion_"+verb)
		return c.Redirect("/campaigns/" + id + "/bodies/" + agency)
	}
}

func (p pages) visit(c *web.Context) error {
	id, agency, err := place(c)
	if err != nil {
		return err
	}
	var check apperr.Check
	v := campaign.Visit{CampaignID: id, AgencyID: agency, Kind: c.Form("kind"), Day: c.FormDate(&check, "day", true), Place: c.Form("place"), Participants: c.Form("participants"), Note: c.Form("note")}
	if err = check.Err(); err == nil {
		_, err = p.campaign.RecordVisit(c.Ctx(), v, nil)
	}
	if e, status, ok := web.FormError(err); ok {
		return p.bodyAgain(c, status, "visit", c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "campaign.flash.visit")
	return c.Redirect("/campaigns/" + id + "/bodies/" + agency)
}

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
		var list []kis.Department
		list, err = p.svc.KIS.Departments(c.Ctx())
		for _, d := range list {
			if d.Kind == kis.Internal {
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
			return plainMilli(pt.Milli)
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

// grade is the word of a grade of the campaign's scheme.
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
