package auditweb

import (
	"strconv"
	"strings"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// actStep takes a step of an act and shows the page again when it is refused,
// with the reason in the form of that name.
func (p pages) actStep(c *web.Context, name string, step func(id string) error) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	err = step(id)
	if form, status, ok := c.Refused(err); ok {
		return p.showAct(c, status, map[string]ui.Form{name: form})
	}
	key, _, _ := strings.Cut(name, "-") // "verdict-<action>" and the like say one thing
	return c.Done(err, "audit.act.done."+key, "/acts/"+id, nil)
}

func (p pages) editDraft(c *web.Context) error {
	return p.actStep(c, "edit", func(id string) error {
		return p.svc.EditDraft(c.Ctx(), id, audit.DraftEdit{Version: version(c), Grade: audit.Grade(c.Form("grade")), Criterion: c.Form("criterion"),
			Statement: c.Form("statement"), ObjectiveEvidence: c.Form("objective_evidence"), RepeatOf: c.Form("repeat_of")})
	})
}

// version is the version of the act the person saw; what is no number is one
// that nobody saw.
func version(c *web.Context) int {
	n, err := strconv.Atoi(c.Form("version"))
	if err != nil {
		return -1
	}
	return n
}

func (p pages) issue(c *web.Context) error {
	return p.actStep(c, "issue", func(id string) error {
		if c.Form("checked") == "" {
			return apperr.InvalidField("checked", "audit.error.unchecked")
		}
		return p.svc.Issue(c.Ctx(), id)
	})
}

func (p pages) discard(c *web.Context) error {
	return p.actStep(c, "discard", func(id string) error { return p.svc.Discard(c.Ctx(), id, c.Form("reason")) })
}

func (p pages) acknowledge(c *web.Context) error {
	return p.actStep(c, "acknowledge", func(id string) error { return p.svc.Acknowledge(c.Ctx(), id) })
}

func (p pages) object(c *web.Context) error {
	return p.actStep(c, "object", func(id string) error { return p.svc.Object(c.Ctx(), id, c.Form("reason")) })
}

// resolve decides an objection one way or the other.
func (p pages) resolve(c *web.Context) error {
	return p.actStep(c, "resolve", func(id string) error {
		switch c.Form("decision") {
		case "dismiss":
			return p.svc.DismissObjection(c.Ctx(), id, c.Form("reason"))
		case "uphold":
			return p.svc.UpholdObjection(c.Ctx(), id, c.Form("reason"))
		}
		return apperr.InvalidField("decision", "error.field.required")
	})
}

func (p pages) approve(c *web.Context) error {
	return p.actStep(c, "approve", func(id string) error {
		months, err := strconv.Atoi(strings.TrimSpace(c.Form("effect_months")))
		if err != nil {
			return apperr.InvalidField("effect_months", "error.field.number")
		}
		return p.svc.ApprovePlan(c.Ctx(), id, audit.Approval{EffectMonths: months})
	})
}

func (p pages) returnPlan(c *web.Context) error {
	return p.actStep(c, "return", func(id string) error { return p.svc.ReturnPlan(c.Ctx(), id, c.Form("reason")) })
}

func (p pages) startAction(c *web.Context) error {
	return p.actStep(c, "start", func(string) error { return p.svc.StartAction(c.Ctx(), c.Param("action")) })
}

// verdict verifies an action or sends it back.
func (p pages) verdict(c *web.Context) error {
	action, err := c.ID("action")
	if err != nil {
		return err
	}
	return p.actStep(c, "verdict-"+action, func(string) error {
		switch c.Form("decision") {
		case "verify":
			return p.svc.VerifyAction(c.Ctx(), action, c.Form("note"))
		case "reject":
			return rename(p.svc.RejectAction(c.Ctx(), action, c.Form("note")), "reason", "note")
		}
		return apperr.InvalidField("decision", "error.field.required")
	})
}

// requestExtension asks for more time for an action.
func (p pages) requestExtension(c *web.Context) error {
	action, err := c.ID("action")
	if err != nil {
		return err
	}
	return p.actStep(c, "extend-"+action, func(string) error {
		to, _ := web.ParseDate(c.Form("to")) // what cannot be read is none, and the service asks for it
		return p.svc.RequestExtension(c.Ctx(), action, to, c.Form("reason"))
	})
}

// decideExtension approves or refuses more time for an action.
func (p pages) decideExtension(c *web.Context) error {
	action, err := c.ID("action")
	if err != nil {
		return err
	}
	return p.actStep(c, "extension-"+action, func(string) error {
		switch c.Form("decision") {
		case "approve":
			return p.svc.DecideExtension(c.Ctx(), action, true, c.Form("note"))
		case "refuse":
			return p.svc.DecideExtension(c.Ctx(), action, false, c.Form("note"))
		}
		return apperr.InvalidField("decision", "error.field.required")
	})
}

// rename puts a field error of the service to the input that stands for it.
func rename(err error, from, to string) error {
	if err == nil {
		return nil
	}
	e := apperr.As(err)
	for i := range e.Fields {
		if e.Fields[i].Name == from {
			e.Fields[i].Name = to
		}
	}
	return err
}

func (p pages) effect(c *web.Context) error {
	return p.actStep(c, "effect", func(id string) error {
		decision := c.Form("decision")
		if decision != "confirm" && decision != "fail" {
			return apperr.InvalidField("decision", "error.field.required")
		}
		return p.svc.JudgeEffect(c.Ctx(), id, audit.EffectVerdict{Effective: decision == "confirm", Result: c.Form("result")})
	})
}

func (p pages) closeAct(c *web.Context) error {
	return p.actStep(c, "close", func(id string) error { return p.svc.CloseAct(c.Ctx(), id, c.Form("note")) })
}

func (p pages) reopen(c *web.Context) error {
	return p.actStep(c, "reopen", func(id string) error { return p.svc.ReopenAct(c.Ctx(), id, c.Form("reason")) })
}

func (p pages) addendum(c *web.Context) error {
	return p.actStep(c, "addendum", func(id string) error { return p.svc.AddAddendum(c.Ctx(), id, c.Form("text")) })
}

// file downloads a file of a corrective action.
func (p pages) file(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	f, err := p.svc.ActionFile(c.Ctx(), id, c.Param("file"))
	if err != nil {
		return err
	}
	r, err := p.svc.KIS.OpenFile(c.Ctx(), f)
	if err != nil {
		return err
	}
	defer r.Close()
	return c.Download(f.Name, f.ContentType, f.Size, r)
}
