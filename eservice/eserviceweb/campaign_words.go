package eserviceweb

import (
	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/web/ui"
)

// steps shows the life of a campaign under its title.
func (p campaignPage) steps() (out []ui.Step) {
	reached := true
	for _, s := range campaign.States() {
		if s == campaign.Cancelled && p.State != campaign.Cancelled {
			continue
		}
		step := ui.Step{Label: p.T("campaign.state." + string(s)), Current: s == p.State}
		if at := p.Reached[s]; reached && !at.IsZero() {
			step.Note = p.Date(at)
		}
		switch {
		case s == p.State && s == campaign.Cancelled:
			step.Tone = "off"
		case s == p.State:
			step.Tone, reached = "info", false
		case reached:
			step.Tone = "good"
		}
		out = append(out, step)
	}
	return out
}

// log is the history of a campaign.
func (p campaignPage) log() (out []ui.LogEntry) {
	for _, e := range p.Events {
		text := p.T("campaign.event." + e.Verb)
		if e.Agency != "" {
			text += ", " + e.Agency
		}
		out = append(out, ui.LogEntry{At: e.At, Who: e.Actor, Text: text, Note: e.Note})
	}
	return out
}

func (p campaignPage) stepHref(verb string) string {
	if verb == "publish" {
		return "/campaigns/" + p.ID + "/publish"
	}
	return "/campaigns/" + p.ID + "/step/" + verb
}

// formOf gives the form of a step when that step was refused.
func (p campaignPage) formOf(verb string) ui.Form {
	if p.step == verb {
		return p.stepForm
	}
	return ui.Form{}
}

func (p campaignPage) bodyOptions() []ui.Option {
	out := []ui.Option{{Label: p.T("campaign.assign_all")}}
	for _, b := range p.View.List {
		out = append(out, ui.Option{Value: b.AgencyID, Label: b.Code + ", " + b.Name(p.Lang)})
	}
	return out
}

// kappa writes Cohen's kappa with three decimals, or says that there is none.
func (p campaignPage) kappa() string {
	m, ok := p.Agreement.KappaMilli()
	if !ok {
		return p.T("campaign.kappa_none")
	}
	return p.Decimal(eservice.MilliText(m, 3))
}

// meanOf is the mean score of a body so far.
func meanOf(p ui.Page, b campaign.BodyRow) string {
	m, ok := b.MeanMilli()
	return milliOr(p, m, ok)
}

func (p bodyPage) can(verb string) bool {
	for _, s := range p.Steps {
		if s == verb {
			return true
		}
	}
	return false
}

func (p bodyPage) href(step string) string {
	return "/campaigns/" + p.CampaignID + "/bodies/" + p.AgencyID + "/" + step
}

func (p bodyPage) formOf(step string) ui.Form {
	if p.of == step {
		return p.form
	}
	return ui.Form{}
}

func (p itemPage) scoreHref() string {
	if p.MayRead {
		return "/results/" + p.Item.ID + "/reading"
	}
	return "/results/" + p.Item.ID + "/score"
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
