package kisweb

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/kis/notice"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// RegisterNotices adds the pages of notices, of what people choose to get, and
// of the jobs behind them.
func RegisterNotices(r *web.Router, s *notice.Service) {
	h := noticePages{s}
	r.GET("/notifications", policies.SelfUse, h.list)
	r.POST("/notifications/read", policies.SelfUse, h.readAll)
	r.POST("/notifications/:id/read", policies.SelfUse, h.read)
	r.POST("/notifications/:id/open", policies.SelfUse, h.open)
	r.GET("/me/notifications", policies.SelfUse, h.settings)
	r.POST("/me/notifications", policies.SelfUse, h.choose)
	registerJobs(r, s)
}

// noticePages are the pages on which people read and choose notices.
type noticePages struct{ notices *notice.Service }

// noticePage is one page of the list.
type noticePage struct {
	ui.Page
	Notices     []notice.Notice
	Unread      int
	Only        bool // unread ones only
	Next, First string
}

func (h noticePages) list(c *web.Context) error {
	p := noticePage{Page: c.Page("notice.page.title"), Only: c.Query("unread") != "", First: c.FirstHref()}
	f := notice.Filter{Unread: p.Only, Limit: c.Limit()}
	if after := c.Cursor(1); after != nil {
		f.After = after[0]
	}
	found, err := h.notices.List(c.Ctx(), c.Lang(), f)
	if err != nil {
		return err
	}
	if p.Unread, err = h.notices.Unread(c.Ctx()); err != nil {
		return err
	}
	p.Notices = found.Notices
	if found.Next != "" {
		p.Next = c.NextHref(found.Next)
	}
	return c.Render(http.StatusOK, noticeList(p))
}

// facts is the line under the title.
func (p noticePage) facts() string {
	switch {
	case p.Unread == 0:
		return p.T("notice.page.none_unread")
	case p.Unread >= notice.MaxUnread:
		return p.T("notice.page.unread_most", "n", notice.MaxUnread)
	}
	return p.T("notice.page.unread", "n", p.Unread)
}

func (p noticePage) chips() []ui.Chip {
	return []ui.Chip{{Label: p.T("notice.page.all"), Href: "/notifications", Current: !p.Only, NoCount: true},
		{Label: p.T("notice.page.only_unread"), Href: "/notifications?unread=1", Count: p.Unread, More: p.Unread >= notice.MaxUnread, Current: p.Only}}
}

func (h noticePages) readAll(c *web.Context) error {
	n, err := h.notices.ReadAll(c.Ctx())
	if err != nil {
		return err
	}
	c.Flash("good", "notice.page.read_all_done", "n", n)
	return c.Redirect("/notifications")
}

// read marks one as read and goes back to the list it was on.
func (h noticePages) read(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	if _, err := h.notices.Read(c.Ctx(), id); err != nil {
		return err
	}
	if c.Form("unread") != "" {
		return c.Redirect("/notifications?unread=1")
	}
	return c.Redirect("/notifications")
}

// open marks one as read and goes where it leads.
func (h noticePages) open(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	href, err := h.notices.Read(c.Ctx(), id)
	if err != nil {
		return err
	}
	return c.Redirect(href)
}

// choicePage is what a person gets.
type choicePage struct {
	ui.Page
	Form     ui.Form
	Settings notice.Settings
}

func (h noticePages) settings(c *web.Context) error {
	return h.settingsForm(c, http.StatusOK, ui.Form{})
}

func (h noticePages) settingsForm(c *web.Context, status int, f ui.Form) error {
	s, err := h.notices.Settings(c.Ctx())
	if err != nil {
		return err
	}
	return c.Render(status, noticeSettings(choicePage{Page: c.Page("notice.page.settings_title"), Form: f, Settings: s}))
}

func (h noticePages) choose(c *web.Context) error {
	hour, err := strconv.Atoi(strings.TrimSpace(c.Form("hour")))
	if err != nil {
		hour = -1 // refused by the service, by the name of the field
	}
	channels := map[string]notice.Channel{}
	for _, k := range notice.Kinds() {
		if v := c.Form("kind." + k.Code); v != "" {
			channels[k.Code] = notice.Channel(v)
		}
	}
	err = h.notices.Choose(c.Ctx(), channels, hour)
	if e, status, ok := web.FormError(err); ok {
		return h.settingsForm(c, status, c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "notice.page.saved")
	return c.Redirect("/me/notifications")
}

// input is the choice of one kind.
func (p choicePage) input(x notice.Choice) ui.In {
	return ui.In{Name: "kind." + x.Kind.Code, Label: p.T("notice.kind." + x.Kind.Code), Value: string(x.Channel), Class: "col-md-6"}
}

func (p choicePage) options(x notice.Choice) []ui.Option {
	var out []ui.Option
	for _, ch := range x.Kind.Channels() {
		out = append(out, ui.Option{Value: string(ch), Label: p.T("notice.channel." + string(ch))})
	}
	return out
}
