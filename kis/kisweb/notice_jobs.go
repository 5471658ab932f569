package kisweb

import (
	"net/http"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/outbox"
	"github.com/kis-platform/kis/kis/notice"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

func registerJobs(r *web.Router, s *notice.Service) {
	h := jobPages{s}
	r.GET("/admin/jobs", policies.JobRead, h.list)
	r.POST("/admin/jobs/:id/retry", policies.JobRetry, h.retry)
}

// jobPages are the pages of the outbox.
type jobPages struct{ notices *notice.Service }

// jobPage is one page of jobs.
type jobPage struct {
	ui.Page
	Jobs        []outbox.Item
	Counts      map[outbox.State]int
	State       outbox.State
	MayRetry    bool
	NoMail      bool
	Next, First string
}

// jobStates are in the order of the chips.
var jobStates = []outbox.State{outbox.Dead, outbox.Ready, outbox.Running, outbox.Done}

func (h jobPages) list(c *web.Context) error {
	p := jobPage{Page: c.Page("notice.job.title"), First: c.FirstHref(), MayRetry: c.Can(policies.JobRetry), NoMail: h.notices.Mail == nil}
	for _, s := range jobStates {
		if c.Query("state") == string(s) {
			p.State = s
		}
	}
	f := outbox.Filter{State: p.State, Limit: c.Limit()}
	if after := c.Cursor(1); after != nil {
		f.After = after[0]
	}
	next := ""
	var err error
	if p.Jobs, p.Counts, next, err = h.notices.Jobs(c.Ctx(), f); err != nil {
		return err
	}
	if next != "" {
		p.Next = c.NextHref(next)
	}
	return c.Render(http.StatusOK, jobList(p))
}

func (h jobPages) retry(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	if err := h.notices.Retry(c.Ctx(), id); err != nil {
		return err
	}
	c.Flash("good", "notice.job.retried")
	return c.Redirect("/admin/jobs?state=" + string(outbox.Dead))
}

func (p jobPage) facts() string {
	return p.T("notice.job.facts", "ready", p.Counts[outbox.Ready], "running", p.Counts[outbox.Running], "dead", p.Counts[outbox.Dead], "done", p.Counts[outbox.Done])
}

func (p jobPage) chips() []ui.Chip {
	all := 0
	out := make([]ui.Chip, 1, len(jobStates)+1)
	for _, s := range jobStates {
		all += p.Counts[s]
		st := p.state(s)
		out = append(out, ui.Chip{Label: st.Word, Icon: st.Icon, Tone: st.Tone, Count: p.Counts[s], Href: "/admin/jobs?state=" + string(s), Current: p.State == s})
	}
	out[0] = ui.Chip{Label: p.T("notice.job.all"), Count: all, Href: "/admin/jobs", Current: p.State == ""}
	return out
}

// state is the word of a job's state.
func (p jobPage) state(s outbox.State) ui.State {
	word := p.T("notice.job.state." + string(s))
	switch s {
	case outbox.Dead:
		return ui.State{Tone: "bad", Icon: "alert-octagon", Word: word}
	case outbox.Running:
		return ui.State{Tone: "info", Icon: "player-play", Word: word}
	case outbox.Done:
		return ui.State{Tone: "good", Icon: "check", Word: word}
	}
	return ui.State{Tone: "idle", Icon: "hourglass", Word: word}
}

// kind says in words what a job does; one without words shows its name.
func (p jobPage) kind(j outbox.Item) string {
	if key := "notice.job.kind." + j.Kind; i18n.Has(key) {
		return p.T(key)
	}
	return j.Kind
}
