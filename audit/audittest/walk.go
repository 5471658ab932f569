package audittest

import (
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Outcome is how a try to take a step ended, by whatever way it was made: the
// service, a page, the API.
type Outcome struct {
	Refused apperr.Kind // "" when it was taken
	Text    string      // what the person was told, in Azerbaijani
}

// OutcomeOf is the outcome of a call of the service.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return Outcome{}
	}
	e := apperr.As(err)
	args := apperr.Flat(e.Args)
	for i, a := range args {
		if key, ok := a.(string); ok && strings.HasPrefix(key, "audit.") { // a word that is given by its key
			args[i] = i18n.T("az", key)
		}
	}
	return Outcome{e.Kind, i18n.T("az", e.Key, args...)}
}

// roles are the people of each role: who stands where the policy wants them
// for the objects walked (the audited department, the team), and somebody of
// the same role who stands elsewhere. Two names are the same where a role has
// no place.
var roles = []struct {
	role       policies.Role
	own, other string
}{
	{policies.Employee, "aytan", "tural"}, {policies.Head, "elchin", "vugar"}, {policies.Auditor, "samir", "aysel"}, {policies.LeadAuditor, "gunel", "rashad"},
	{policies.QualityManager, "nigar", "leyla"}, {policies.Management, "rafael", ""}, {policies.MeasuresOfficer, "sevda", ""}, {policies.Assessor, "orxan", ""},
	{policies.RegisterOperator, "ulviyya", ""}, {policies.Coordinator, "kamran", ""}, {policies.Moderator, "zohra", ""}, {policies.Administrator, "rauf", ""},
}

// Walk is a table of transitions with the means to walk it.
type Walk struct {
	Object string // as keys of texts call it: act
	Table  string // in the database
	States []string
	Arrows []office.Transition[string]
	Verbs  []string                             // those a person takes
	Fresh  func(state string) (id string)       // an object in the state
	Do     func(verb, key, id string) Outcome   // takes a step as a person
	After  func(verb, key, id, from, to string) // looks at what a step left; may be nil
}

// Every tries each verb in each state as everybody: a step of the table works
// for exactly those whom the policy names, with the object in their reach;
// every other is refused, changes nothing, and who might take it in another
// state is told which steps are open.
func (o *Office) Every(t *testing.T, w Walk) {
	t.Helper()
	if len(w.Verbs) == 0 {
		t.Fatal("no verbs")
	}
	done := 0
	for _, state := range w.States {
		id := w.Fresh(state)
		for _, verb := range w.Verbs {
			i := slices.IndexFunc(w.Arrows, func(a office.Transition[string]) bool { return a.Verb == verb })
			action := w.Arrows[i].Action
			arrow, open := office.Arrow(w.Arrows, state, verb)
			for _, r := range roles {
				for _, key := range []string{r.own, r.other} {
					if key == "" {
						continue
					}
					reach := policies.Reaches(r.role, action)
					may := slices.Contains(reach, policies.Any) || (len(reach) > 0 && key == r.own)
					got := w.Do(verb, key, id)
					now := o.StateOf(w.Table, id)
					where := w.Object + " " + state + ": " + verb + " by " + key + " (" + string(r.role) + ")"
					switch {
					case open && may:
						done++
						if got.Refused != "" || now != arrow.To {
							t.Errorf("%s: state %s, %v", where, now, got)
						} else if w.After != nil {
							w.After(verb, key, id, state, arrow.To)
						}
						id = w.Fresh(state)
					case got.Refused == "" || now != state:
						t.Errorf("%s was not refused: %v, state %s", where, got, now)
						id = w.Fresh(state)
					case !may && got.Refused != apperr.Forbidden && got.Refused != apperr.NotFound:
						t.Errorf("%s: %v, want Forbidden or NotFound", where, got)
					case may && got.Refused == apperr.NotFound: // of a draft, who does not see it
					case may && got.Refused != apperr.Conflict:
						t.Errorf("%s: %v, want Conflict", where, got)
					case may:
						o.named(t, where, w, state, got.Text)
					}
				}
			}
		}
	}
	if done < len(w.Verbs) {
		t.Errorf("only %d steps of %s were taken", done, w.Object)
	}
}

// named wants a refusal to name every step that is open in the state.
func (o *Office) named(t *testing.T, where string, w Walk, state, text string) {
	t.Helper()
	for _, next := range office.Next(w.Arrows, state) {
		if word := i18n.T("az", "audit."+w.Object+".verb."+next.Verb); !strings.Contains(text, word) {
			t.Errorf("%s: the refusal does not name the open step “%s”: %s", where, word, text)
		}
	}
	if word := i18n.T("az", "audit."+w.Object+".state."+state); !strings.Contains(text, word) {
		t.Errorf("%s: the refusal does not name the state “%s”: %s", where, word, text)
	}
}

// StateOf is the state of an object as it stands in the database.
func (o *Office) StateOf(table, id string) (state string) {
	o.T.Helper()
	o.must(o.DB.Read().NewSelect().Table(table).Column("state").Where("id = ?", id).Scan(o.T.Context(), &state))
	return state
}

// plain turns a table into one of plain strings.
func plain[S ~string](table []office.Transition[S]) (out []office.Transition[string]) {
	for _, t := range table {
		out = append(out, office.Transition[string]{From: string(t.From), To: string(t.To), Action: t.Action, Verb: t.Verb})
	}
	return out
}

func words[S ~string](list []S) (out []string) {
	for _, s := range list {
		out = append(out, string(s))
	}
	return out
}

// ActWalk walks acts; Do is filled in by the test.
func (o *Office) ActWalk() Walk {
	a := o.Started()
	rows := o.Rows(a.ID)
	next := 0
	return Walk{Object: "act", Table: "acts", States: words(audit.ActStates()), Arrows: plain(audit.ActTransitions),
		Verbs: []string{"issue", "discard", "acknowledge", "object", "dismiss", "uphold", "submit", "approve", "return", "confirm", "fail", "close", "reopen"},
		Fresh: func(state string) string {
			next++
			act := o.Act(a.ID, rows[next%len(rows)].No, audit.ActState(state))
			if act.State == audit.ActAcknowledged { // with a plan that can be submitted
				o.Respond(act.ID)
				_, err := o.Audit.AddAction(o.Be("elchin"), act.ID, audit.NewAction{Text: "Tədbir", OwnerID: o.ID("aytan"), Due: "2026-09-15"})
				o.must(err)
			}
			return act.ID
		}}
}

// ActionWalk walks corrective actions of Aytən, in acts whose other action is
// not done.
func (o *Office) ActionWalk() Walk {
	a := o.Started()
	rows := o.Rows(a.ID)
	next := 0
	return Walk{Object: "action", Table: "corrective_actions", States: words(audit.ActionStates()), Arrows: plain(audit.ActionTransitions),
		Verbs: []string{"start", "report", "verify", "reject"},
		Fresh: func(state string) (id string) {
			next++
			act := o.Act(a.ID, rows[next%len(rows)].No, audit.ActInProgress)
			for _, ac := range o.View(act.ID).Actions {
				if ac.OwnerID == o.ID("aytan") {
					id = ac.ID
				}
			}
			switch s := audit.ActionState(state); s {
			case audit.ActionInProgress:
				o.must(o.Audit.StartAction(o.Be("aytan"), id))
			case audit.ActionDone, audit.ActionVerified, audit.ActionRejected:
				o.Report("aytan", id)
				if s == audit.ActionVerified {
					o.must(o.Audit.VerifyAction(o.Be("vusala"), id, ""))
				} else if s == audit.ActionRejected {
					o.must(o.Audit.RejectAction(o.Be("vusala"), id, "çatışmır"))
				}
			}
			return id
		}}
}

// FindingWalk walks findings that made no act. Into gives the finding of the
// same audit that another is merged into.
func (o *Office) FindingWalk() (w Walk, into func(id string) string) {
	anchors := map[string]string{}
	begin := func() audit.Audit {
		a := o.Started()
		anchors[a.ID] = o.Observe(a.ID, 0).ID
		return a
	}
	running := begin()
	audits := map[string]string{}
	next := 0
	fresh := func(state string) string {
		next++
		a := running
		if state == string(audit.FindingReported) {
			a = begin()
		}
		f := o.Observe(a.ID, next)
		audits[f.ID] = a.ID
		switch audit.FindingState(state) {
		case audit.FindingShared:
			o.must(o.Audit.ShareFinding(o.Be("gunel"), f.ID))
		case audit.FindingConfirmed:
			o.must(o.Audit.ShareFinding(o.Be("gunel"), f.ID))
			o.must(o.Audit.AgreeFinding(o.Be("elchin"), f.ID, ""))
		case audit.FindingDiverging:
			o.must(o.Audit.ShareFinding(o.Be("gunel"), f.ID))
			o.must(o.Audit.DifferFinding(o.Be("elchin"), f.ID, "jurnal var"))
		case audit.FindingMerged:
			o.must(o.Audit.MergeFindings(o.Be("samir"), anchors[a.ID], []string{f.ID}, "eyni hal"))
		case audit.FindingDropped:
			o.must(o.Audit.DropFinding(o.Be("gunel"), f.ID, "sübut yoxdur"))
		case audit.FindingReported:
			_, err := o.Audit.ShareFindings(o.Be("gunel"), a.ID)
			o.must(err)
			for _, id := range []string{f.ID, anchors[a.ID]} {
				o.must(o.Audit.AgreeFinding(o.Be("elchin"), id, ""))
			}
			o.Complete(a)
			o.must(o.Audit.Report(o.Be("gunel"), a.ID, audit.NewReport{Conclusion: "uyğundur"}))
		}
		return f.ID
	}
	w = Walk{Object: "finding", Table: "findings", States: words(audit.FindingStates()), Arrows: plain(audit.FindingTransitions),
		Verbs: []string{"share", "merge", "drop", "agree", "differ", "recall"}, Fresh: fresh}
	return w, func(id string) string { return anchors[audits[id]] }
}

// AuditWalk walks audits led by Günel.
func (o *Office) AuditWalk() Walk {
	s := o.Audit
	return Walk{Object: "audit", Table: "audits", States: words(audit.States()), Arrows: plain(audit.AuditTransitions),
		Verbs: []string{"announce", "start", "report", "close", "cancel"},
		Fresh: func(state string) string {
			a := o.Planned()
			if state == string(audit.Cancelled) {
				o.must(s.Cancel(o.Be("gunel"), a.ID, "səbəb budur"))
				return a.ID
			}
			for _, step := range []struct {
				to audit.State
				do func()
			}{{audit.Announced, func() { o.must(s.Announce(o.Be("gunel"), a.ID, ShortNotice)) }},
				{audit.InProgress, func() { o.must(s.Start(o.Be("gunel"), a.ID)); o.Complete(a) }},
				{audit.Reported, func() { o.must(s.Report(o.Be("gunel"), a.ID, audit.NewReport{Conclusion: "uyğundur"})) }},
				{audit.Closed, func() { o.must(s.Close(o.Be("gunel"), a.ID)) }}} {
				if state == o.StateOf("audits", a.ID) {
					break
				}
				step.do()
			}
			return a.ID
		}}
}
