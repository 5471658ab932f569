package auditweb

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// auditStep takes a step of an audit and shows the page again when it is
// refused, with the reason in the form of that name.
func (p pages) auditStep(c *web.Context, name string, step func(id string) error) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	err = step(id)
	if form, status, ok := c.Refused(err); ok {
		return p.showAudit(c, status, map[string]ui.Form{name: form})
	}
	return c.Done(err, "audit.audit.done."+name, "/audits/"+id, nil)
}

func (p pages) announce(c *web.Context) error {
	return p.auditStep(c, "announce", func(id string) error { return p.svc.Announce(c.Ctx(), id, c.Form("reason")) })
}

func (p pages) start(c *web.Context) error {
	return p.auditStep(c, "start", func(id string) error { return p.svc.Start(c.Ctx(), id) })
}

func (p pages) closeAudit(c *web.Context) error {
	return p.auditStep(c, "close", func(id string) error { return p.svc.Close(c.Ctx(), id) })
}

func (p pages) cancel(c *web.Context) error {
	return p.auditStep(c, "cancel", func(id string) error { return p.svc.Cancel(c.Ctx(), id, c.Form("reason")) })
}

func (p pages) report(c *web.Context) error {
	return p.auditStep(c, "report", func(id string) error {
		return p.svc.Report(c.Ctx(), id, audit.NewReport{Conclusion: c.Form("conclusion"), Strengths: c.Form("strengths")})
	})
}

// meeting records an opening or closing meeting; time is typed as hh:mm.
func (p pages) meeting(c *web.Context) error {
	m := audit.Meeting{Closing: c.Form("which") == "closing", Note: c.Form("note")}
	name := "opening"
	if m.Closing {
		name = "closing"
	}
	return p.auditStep(c, name, func(id string) error {
		var check apperr.Check
		d := c.FormDate(&check, "at", true)
		t, err := time.Parse("15:04", strings.TrimSpace(c.Form("time")))
		if err != nil {
			check.Add("time", "audit.error.time")
		}
		if err := check.Err(); err != nil {
			return err
		}
		day := d.Time()
		m.Present = c.Forms("present")
		for _, line := range strings.Split(c.Form("visitors"), "\n") {
			if name, from, _ := strings.Cut(line, ","); strings.TrimSpace(name) != "" {
				m.Visitors = append(m.Visitors, audit.Visitor{Name: strings.TrimSpace(name), Organisation: strings.TrimSpace(from)})
			}
		}
		m.At = time.Date(day.Year(), day.Month(), day.Day(), t.Hour(), t.Minute(), 0, 0, p.svc.KIS.Zone)
		return p.svc.RecordMeeting(c.Ctx(), id, m)
	})
}

// number reads a whole number that may be left out.
func number(check *apperr.Check, name, text string) *int {
	text = strings.NewReplacer(" ", "", "\u202f", "", "\u00a0", "").Replace(strings.TrimSpace(text))
	if text == "" {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		check.Add(name, "error.field.number")
		return nil
	}
	return &n
}

// answer saves the answer to a row, or raises a finding from it.
func (p pages) answer(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	row, err := c.ID("row")
	if err != nil {
		return err
	}
	key, err := p.writeRow(c, row)
	if form, status, ok := c.Refused(err); ok {
		return p.showAudit(c, status, map[string]ui.Form{"row": form})
	}
	q := url.Values{"row": {row}}
	for _, name := range []string{"phase", "answer", "auditor", "after"} {
		if s := c.Form("list_" + name); s != "" {
			q.Set(name, s)
		}
	}
	return c.Done(err, key, "/audits/"+id+"?"+q.Encode()+"#row", nil)
}

// writeRow does what the pressed button says and gives the message for it.
func (p pages) writeRow(c *web.Context, row string) (key string, err error) {
	var check apperr.Check
	r := audit.RowAnswer{RowID: row, Answer: audit.Answer(c.Form("answer")), Note: c.Form("note"), SampleMethod: c.Form("sample_method"), SampleResult: c.Form("sample_result"),
		Population: number(&check, "population", c.Form("population")), Sample: number(&check, "sample", c.Form("sample")), Evidence: c.Forms("evidence")}
	r.Version, _ = strconv.Atoi(c.Form("version")) // anything else is a version nobody saw: a Conflict
	if err := check.Err(); err != nil {
		return "", err
	}
	do := c.Form("do")
	if do != "act" && do != "finding" {
		_, err := p.svc.Answer(c.Ctx(), r)
		return "audit.checklist.saved", err
	}
	grade := audit.Grade(c.Form("grade"))
	if do == "finding" {
		switch r.Answer {
		case audit.Observed, audit.Improvable, audit.Strong:
			grade = audit.Grade(r.Answer)
		case audit.Nonconforms:
		default:
			return "", apperr.InvalidField("answer", "audit.error.no_finding")
		}
	}
	_, act, err := p.svc.RaiseFinding(c.Ctx(), audit.NewFinding{Row: r, Grade: grade, DepartmentID: c.Form("department"), Statement: c.Form("statement"),
		Criterion: c.Form("criterion"), ObjectiveEvidence: c.Form("objective_evidence"), Recommendation: c.Form("recommendation")})
	if act.ID != "" {
		return "audit.finding.drafted", err
	}
	return "audit.finding.raised", err
}

type teamPage struct {
	ui.Page
	audit.AuditView
	candidates []audit.Candidate
	form       ui.Form
	except     ui.Form
}

// team is the page on which the team is chosen.
func (p pages) team(c *web.Context) error {
	return p.showTeam(c, http.StatusOK, ui.Form{}, ui.Form{})
}

func (p pages) showTeam(c *web.Context, status int, form, except ui.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	v := teamPage{form: form, except: except}
	if v.AuditView, err = p.svc.Audit(c.Ctx(), id); err != nil {
		return err
	}
	v.Page = c.Page("audit.team.title")
	if v.candidates, err = p.svc.Candidates(c.Ctx(), id); err != nil {
		return err
	}
	if v.form.Values == nil {
		v.form.Values = url.Values{}
		for _, m := range v.Team {
			if m.Role == audit.Lead {
				v.form.Values.Set("lead", m.Person.ID)
			} else {
				v.form.Values.Add("members", m.Person.ID)
			}
		}
	}
	return c.Render(status, teamView(v))
}

func (p pages) setTeam(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	err = p.svc.SetTeam(c.Ctx(), id, c.Form("lead"), c.Forms("members"))
	return c.Done(err, "audit.team.saved", "/audits/"+id, func(form ui.Form, status int) error {
		return p.showTeam(c, status, form, ui.Form{})
	})
}

func (p pages) except(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	err = p.svc.GrantException(c.Ctx(), id, c.Form("user"), c.Form("reason"))
	return c.Done(err, "audit.team.excepted", "/audits/"+id+"/team", func(form ui.Form, status int) error {
		return p.showTeam(c, status, ui.Form{}, form)
	})
}

// leads are those who may lead this audit.
func (v teamPage) leads() (out []ui.Option) {
	for _, a := range v.candidates {
		if a.Lead {
			out = append(out, v.option(a))
		}
	}
	return out
}

// members are all auditors.
func (v teamPage) members() (out []ui.Option) {
	for _, a := range v.candidates {
		out = append(out, v.option(a))
	}
	return out
}

func (v teamPage) option(a audit.Candidate) ui.Option {
	o := ui.Option{Value: a.ID, Label: person(a.Person), Tone: "info"}
	switch {
	case len(a.Conflicts) == 0:
		o.Hint = v.T("audit.independence.free")
	case a.Exception:
		o.Hint = v.T("audit.independence.exception") + ": " + conflicts(v.Page, a.Conflicts)
	default:
		o.Hint = v.T("audit.independence.refused") + ": " + conflicts(v.Page, a.Conflicts)
	}
	return o
}

// bound are those who need a decision to be on the team.
func (v teamPage) bound() []ui.Option {
	out := []ui.Option{{Label: v.T("audit.form.choose")}}
	for _, a := range v.candidates {
		if !a.Free() {
			out = append(out, ui.Option{Value: a.ID, Label: person(a.Person) + ": " + conflicts(v.Page, a.Conflicts)})
		}
	}
	return out
}
