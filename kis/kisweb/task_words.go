package kisweb

import (
	"net/url"
	"time"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/web/ui"
)

// taskCrumbs is the path of a task.
func taskCrumbs(p taskPage) []ui.Crumb {
	return []ui.Crumb{{Label: p.T("kis.cycle.list.title"), Href: "/cycles"}, {Label: cycleLabel(p.Page, p.Cycle), Href: "/cycles/" + p.Cycle.ID},
		{Label: p.Sub.Code + " " + p.Sub.Name(p.Lang), Href: "/cycles/" + p.Cycle.ID}, {Label: p.Code}}
}

// taskFacts is the line under the title.
func taskFacts(p taskPage) string {
	facts := cycleLabel(p.Page, p.Cycle)
	if p.WorkAZ != "" {
		facts = p.T("kis.task.work", "work", p.WorkAZ) + " · " + facts
	}
	return facts
}

// taskRows are the facts of a task.
func taskRows(p taskPage) []ui.KVRow {
	due := ui.KVRow{Term: p.T("kis.task.due"), Value: p.Day(p.Phase.Due)}
	if p.State.Owed() && p.Cycle.Open() {
		tone, words := p.Distance(p.Phase.Due)
		icon := "calendar"
		switch tone {
		case "bad":
			icon = "alert-triangle"
		case "warn":
			icon = "clock"
		}
		due.State = ui.State{Tone: tone, Icon: icon, Word: words}
	}
	rows := []ui.KVRow{due}
	if p.State != kis.TaskNotApplicable {
		responsible := ui.KVRow{Term: p.T("kis.task.responsible"), Value: departmentNames(p.Page, p.Responsible)}
		if p.OwnerStandsIn {
			responsible.Mut = p.T("kis.task.owner_stands_in")
		}
		rows = append(rows, responsible, ui.KVRow{Term: p.T("kis.task.reviewer"), Value: p.T("role.quality_manager"), Mut: p.T("kis.task.reviewer_hint")})
	}
	state := gateState(p.Page, p.Phase.Gate)
	rows = append(rows, ui.KVRow{Term: p.T("kis.evidence.period"), Value: p.Cycle.ReferencePeriod},
		ui.KVRow{Term: p.T("kis.process.phase"), Value: p.Phase.Phase + ". " + p.Phase.Name(p.Lang)})
	if p.Phase.Gate != kis.GateNone {
		rows = append(rows, ui.KVRow{Term: p.T("kis.gate.one"), Value: state.Word, Href: "/cycles/" + p.Cycle.ID + "/gates/" + p.Phase.Phase})
	}
	return rows
}

// accepted is how many outputs are accepted.
func (p taskPage) accepted() int {
	n := 0
	for _, o := range p.Outputs {
		if o.State == kis.TaskAccepted {
			n++
		}
	}
	return n
}

// maySubmit says whether this person may hand in for an output now.
func (p taskPage) maySubmit(o kis.TaskOutput) bool {
	return len(p.SubmitFor) > 0 && o.State != kis.TaskReview && o.Reviewing() == nil
}

// firstOpen is the output whose form stands open: the first that lacks
// evidence.
func (p taskPage) firstOpen() int {
	for i, o := range p.Outputs {
		if o.State != kis.TaskAccepted && p.maySubmit(o) {
			return i
		}
	}
	return -1
}

// form is the form of an output or submission: what was typed when it came
// back, else empty.
func (p taskPage) form(id string) ui.Form {
	if p.FormOf == id {
		return p.Form
	}
	return ui.Form{}
}

// formShown says whether the form that came back is still on the page: what
// somebody else decided on meanwhile has none.
func (p taskPage) formShown() bool {
	for _, o := range p.Outputs {
		if v := o.Reviewing(); v != nil && v.ID == p.FormOf && v.CanReview {
			return true
		}
		if o.ID == p.FormOf && p.maySubmit(o) {
			return true
		}
	}
	return false
}

// submitKind makes the button of the open form blue, unless a decision on the
// page is.
func (p taskPage) submitKind() string {
	for _, out := range p.Outputs {
		if v := out.Reviewing(); v != nil && v.CanReview {
			return "plain"
		}
	}
	return "primary"
}

// otherOutputs are the outputs that the same evidence may serve as well.
func (p taskPage) otherOutputs(o kis.TaskOutput) []ui.Option {
	var out []ui.Option
	for _, other := range p.Outputs {
		if other.ID != o.ID && p.maySubmit(other) {
			out = append(out, ui.Option{Value: other.ID, Label: p.Text(other.Position) + ". " + other.NameAZ})
		}
	}
	return out
}

// keptOptions are the files that arrived with a form that was refused.
func (p taskPage) keptOptions() []ui.Option {
	var out []ui.Option
	for _, u := range p.Staged {
		out = append(out, ui.Option{Value: u.ID, Label: u.Name, Hint: p.Bytes(u.Size)})
	}
	return out
}

func (p taskPage) keptValues() url.Values {
	v := url.Values{}
	for _, u := range p.Staged {
		v.Add("kept", u.ID)
	}
	return v
}

func (p taskPage) departmentOptions() []ui.Option {
	var out []ui.Option
	for _, d := range p.SubmitFor {
		out = append(out, ui.Option{Value: d.ID, Label: d.Code + ", " + d.Name(p.Lang)})
	}
	return out
}

// submitTitle says which version the form will make.
func submitTitle(p taskPage, o kis.TaskOutput) string {
	if len(o.Versions) == 0 {
		return p.T("kis.evidence.upload_first")
	}
	return p.T("kis.evidence.upload_next", "version", o.Versions[0].Version+1)
}

// noteLabel asks what changed when there was a version before.
func noteLabel(p taskPage, o kis.TaskOutput) string {
	if len(o.Versions) == 0 {
		return p.T("kis.evidence.note")
	}
	return p.T("kis.evidence.note_change")
}

// lastReturn is the newest version when it was returned.
func lastReturn(o kis.TaskOutput) *kis.Version {
	for i, v := range o.Versions {
		switch v.State {
		case kis.Returned:
			return &o.Versions[i]
		case kis.Withdrawn:
			continue
		}
		return nil
	}
	return nil
}

// decidedAt is when a version got the state it has.
func decidedAt(v kis.Version) time.Time {
	switch v.State {
	case kis.Superseded:
		return v.SupersededAt
	case kis.Withdrawn:
		return v.WithdrawnAt
	}
	return v.DecidedAt
}

func sourceName(p ui.Page, s kis.TaskSource) string {
	return i18n.InLang(p.Lang, s.NameAZ, s.NameEN)
}
