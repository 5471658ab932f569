package audit_test

import (
	"context"
	"slices"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
)

// who holds each role in the tests; those of the department and the team, and
// those of elsewhere who must be refused.
var who = map[policies.Role]string{policies.Employee: "aytan", policies.Head: "elchin", policies.Auditor: "samir", policies.LeadAuditor: "gunel",
	policies.QualityManager: "nigar", policies.Management: "rafael", policies.MeasuresOfficer: "sevda", policies.Assessor: "orxan",
	policies.Administrator: "rauf", policies.Coordinator: "kamran"}

// steps does the step of each verb of the act's table.
func steps(o *audittest.Office) map[string]func(ctx context.Context, id string) error {
	s := o.Audit
	return map[string]func(ctx context.Context, id string) error{
		"issue":       s.Issue,
		"discard":     func(ctx context.Context, id string) error { return s.Discard(ctx, id, "səbəb budur") },
		"acknowledge": s.Acknowledge,
		"object":      func(ctx context.Context, id string) error { return s.Object(ctx, id, "səbəb budur") },
		"dismiss":     func(ctx context.Context, id string) error { return s.DismissObjection(ctx, id, "səbəb budur") },
		"uphold":      func(ctx context.Context, id string) error { return s.UpholdObjection(ctx, id, "səbəb budur") },
		"submit":      s.SubmitPlan,
		"approve":     func(ctx context.Context, id string) error { return s.ApprovePlan(ctx, id, audit.Approval{}) },
		"return":      func(ctx context.Context, id string) error { return s.ReturnPlan(ctx, id, "səbəb budur") },
		"confirm": func(ctx context.Context, id string) error {
			return s.JudgeEffect(ctx, id, audit.EffectVerdict{Effective: true, Result: "nəticə var"})
		},
		"fail": func(ctx context.Context, id string) error {
			return s.JudgeEffect(ctx, id, audit.EffectVerdict{Result: "nəticə yoxdur"})
		},
		"close":  func(ctx context.Context, id string) error { return s.CloseAct(ctx, id, "") },
		"reopen": func(ctx context.Context, id string) error { return s.ReopenAct(ctx, id, "səbəb budur") },
	}
}

// TestEveryStepOfAnActInEveryStateByEveryRole walks the whole table: a step
// that the table has works for exactly the roles of the policy, every other
// is refused and changes nothing.
func TestEveryStepOfAnActInEveryStateByEveryRole(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		do := steps(o)
		a := o.Started()
		rows := []string{"4.1-a", "4.2-a", "4.2-b", "4.2-c", "4.3-a", "4.3-b", "4.3-c", "4.3-d", "4.4-a", "4.4-b", "5.1-a", "5.2-a", "5.3-a", "5.3-b",
			"5.4-a", "5.5-a", "5.6-a", "5.7-a", "5.8-a", "5.8-b"}
		next := 0
		fresh := func(state audit.ActState) audit.Act {
			next++
			act := o.Act(a.ID, rows[next%len(rows)], state)
			if state == audit.ActAcknowledged { // with a plan that can be submitted
				o.Respond(act.ID)
				if _, err := o.Audit.AddAction(o.Be("elchin"), act.ID, audit.NewAction{Text: "Tədbir", OwnerID: o.ID("aytan"), Due: "2026-09-15"}); err != nil {
					t.Fatal(err)
				}
			}
			return act
		}
		as := contexts(o)
		for _, state := range audit.ActStates() {
			act := fresh(state)
			for verb, step := range do {
				arrow, open := kis.Arrow(audit.ActTransitions, state, verb)
				for role := range who {
					may := len(policies.Reaches(role, actionOf(verb))) > 0
					err := step(as[role], act.ID)
					now := stateOf(t, o, "acts", act.ID)
					switch {
					case open && may:
						after := o.View(act.ID)
						if err != nil || after.State != arrow.To {
							t.Errorf("%s: %s by %s: state %s, %v", state, verb, role, after.State, err)
						}
						if e := after.Events[0]; e.Verb != verb || e.From != string(state) || e.To != string(arrow.To) || e.ActorID != o.ID(who[role]) {
							t.Errorf("%s: %s by %s left the event %+v", state, verb, role, e)
						}
						act = fresh(state)
					case err == nil || now != string(state):
						t.Errorf("%s: %s by %s was not refused: %v, state %s", state, verb, role, err, now)
					case may && !apperr.Is(err, apperr.Conflict) && !apperr.Is(err, apperr.NotFound):
						t.Errorf("%s: %s by %s: %v, want Conflict", state, verb, role, err)
					case !may && !apperr.Is(err, apperr.Forbidden):
						t.Errorf("%s: %s by %s: %v, want Forbidden", state, verb, role, err)
					}
				}
			}
		}
	})
}

func actionOf(verb string) policies.Action {
	i := slices.IndexFunc(audit.ActTransitions, func(t kis.Transition[audit.ActState]) bool { return t.Verb == verb })
	return audit.ActTransitions[i].Action
}

func TestEveryStepOfACorrectiveActionInEveryStateByEveryRole(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		a := o.Started()
		do := map[string]func(key, id string) error{
			"start": func(key, id string) error { return o.Audit.StartAction(o.Be(key), id) },
			"report": func(key, id string) error {
				ctx := o.Be(key)
				if !policies.Can(actorOf(o, key), policies.EvidenceSubmit) { // cannot even send a file
					return o.Audit.ReportAction(ctx, id, audit.ActionReport{Result: "görüldü"})
				}
				up, err := o.StageUpload(ctx, "a.csv", text("a,b\n"))
				if err != nil {
					t.Fatal(err)
				}
				return o.Audit.ReportAction(ctx, id, audit.ActionReport{Result: "görüldü", Uploads: []string{up.ID}})
			},
			"verify": func(key, id string) error { return o.Audit.VerifyAction(o.Be(key), id, "") },
			"reject": func(key, id string) error { return o.Audit.RejectAction(o.Be(key), id, "çatışmır") },
		}
		// An action of Aytən in a state, in an act whose other action is not done.
		fresh := func(state audit.ActionState) (id string) {
			act := o.Act(a.ID, "4.4-a", audit.ActInProgress)
			for _, ac := range o.View(act.ID).Actions {
				if ac.OwnerID == o.ID("aytan") {
					id = ac.ID
				}
			}
			path := map[audit.ActionState][]string{audit.ActionInProgress: {"start"}, audit.ActionDone: {"report"}, audit.ActionVerified: {"report", "verify"}, audit.ActionRejected: {"report", "reject"}}
			for _, verb := range path[state] {
				key := "aytan"
				if verb == "verify" || verb == "reject" {
					key = "samir"
				}
				if err := do[verb](key, id); err != nil {
					t.Fatal(err)
				}
			}
			return id
		}
		for _, state := range audit.ActionStates() {
			id := fresh(state)
			for verb, step := range do {
				arrow, open := kis.Arrow(audit.ActionTransitions, state, verb)
				i := slices.IndexFunc(audit.ActionTransitions, func(t kis.Transition[audit.ActionState]) bool { return t.Verb == verb })
				action := audit.ActionTransitions[i].Action
				for role, key := range who {
					may := len(policies.Reaches(role, action)) > 0
					err := step(key, id)
					now := stateOf(t, o, "corrective_actions", id)
					switch {
					case open && may:
						if err != nil || now != string(arrow.To) {
							t.Errorf("%s: %s by %s: state %s, %v", state, verb, role, now, err)
						}
						id = fresh(state)
					case err == nil || now != string(state):
						t.Errorf("%s: %s by %s was not refused: %v, state %s", state, verb, role, err, now)
					case may && !apperr.Is(err, apperr.Conflict):
						t.Errorf("%s: %s by %s: %v, want Conflict", state, verb, role, err)
					}
				}
			}
		}
	})
}

func TestEveryStepOfAnAuditInEveryStateByEveryRole(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		s := o.Audit
		do := map[string]func(ctx context.Context, id string) error{
			"announce": s.Announce, "start": s.Start, "close": s.Close,
			"report": func(ctx context.Context, id string) error {
				return s.Report(ctx, id, audit.NewReport{Conclusion: "uyğundur"})
			},
			"cancel": func(ctx context.Context, id string) error { return s.Cancel(ctx, id, "səbəb budur") },
		}
		fresh := func(state audit.State) audit.Audit {
			a := o.Planned()
			for _, step := range []struct {
				to audit.State
				do func()
			}{{audit.Announced, func() { must(t, s.Announce(o.Be("gunel"), a.ID)) }}, {audit.InProgress, func() { must(t, s.Start(o.Be("gunel"), a.ID)); complete(t, o, a) }},
				{audit.Reported, func() { must(t, s.Report(o.Be("gunel"), a.ID, audit.NewReport{Conclusion: "uyğundur"})) }},
				{audit.Closed, func() { must(t, s.Close(o.Be("gunel"), a.ID)) }}} {
				if state == audit.Planned || state == audit.Cancelled {
					break
				}
				step.do()
				if step.to == state {
					break
				}
			}
			if state == audit.Cancelled {
				must(t, s.Cancel(o.Be("gunel"), a.ID, "səbəb budur"))
			}
			return a
		}
		as := contexts(o)
		for _, state := range audit.States() {
			a := fresh(state)
			for verb, step := range do {
				arrow, open := kis.Arrow(audit.AuditTransitions, state, verb)
				i := slices.IndexFunc(audit.AuditTransitions, func(t kis.Transition[audit.State]) bool { return t.Verb == verb })
				for role := range who {
					may := len(policies.Reaches(role, audit.AuditTransitions[i].Action)) > 0
					err := step(as[role], a.ID)
					now := stateOf(t, o, "audits", a.ID)
					switch {
					case open && may:
						if err != nil || now != string(arrow.To) {
							t.Errorf("%s: %s by %s: state %s, %v", state, verb, role, now, err)
						}
						a = fresh(state)
					case err == nil || now != string(state):
						t.Errorf("%s: %s by %s was not refused: %v, state %s", state, verb, role, err, now)
					}
				}
			}
		}
		// Another lead auditor, who does not lead this audit.
		a := o.Planned()
		if err := s.Announce(o.Be("rashad"), a.ID); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("announced by a lead auditor of another audit: %v", err)
		}
	})
}

// complete answers every row and records both meetings.
func complete(t *testing.T, o *audittest.Office, a audit.Audit) {
	t.Helper()
	list, err := o.Audit.Checklist(o.Be("samir"), a.ID, audit.RowFilter{Limit: 500})
	must(t, err)
	for _, r := range list.Rows {
		_, err := o.Audit.Answer(o.Be("samir"), audit.RowAnswer{RowID: r.ID, Version: r.Version, Answer: audit.Conforms})
		must(t, err)
	}
	now := o.DB.Now()
	must(t, o.Audit.RecordMeeting(o.Be("gunel"), a.ID, audit.Meeting{At: now, Note: "iştirakçılar: 5"}))
	must(t, o.Audit.RecordMeeting(o.Be("gunel"), a.ID, audit.Meeting{Closing: true, At: now, Note: "iştirakçılar: 5"}))
}
