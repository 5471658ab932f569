package audit_test

import (
	"context"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/policies"
)

// asking remembers the context of each person.
func asking(o *audittest.Office) func(key string) context.Context {
	known := map[string]context.Context{}
	return func(key string) context.Context {
		if known[key] == nil {
			known[key] = o.Be(key)
		}
		return known[key]
	}
}

// TestEveryStepOfAnActInEveryStateByEverybody walks the whole table: a step
// that the table has works for exactly the roles of the policy, every other
// is refused, changes nothing and says which steps are open.
func TestEveryStepOfAnActInEveryStateByEverybody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		w, as, s := o.ActWalk(), asking(o), o.Audit
		const why = "səbəb budur"
		do := map[string]func(ctx context.Context, id string) error{
			"issue": s.Issue, "acknowledge": s.Acknowledge, "submit": s.SubmitPlan,
			"discard": func(ctx context.Context, id string) error { return s.Discard(ctx, id, why) },
			"object":  func(ctx context.Context, id string) error { return s.Object(ctx, id, why) },
			"dismiss": func(ctx context.Context, id string) error { return s.DismissObjection(ctx, id, why) },
			"uphold":  func(ctx context.Context, id string) error { return s.UpholdObjection(ctx, id, why) },
			"approve": func(ctx context.Context, id string) error { return s.ApprovePlan(ctx, id, audit.Approval{}) },
			"return":  func(ctx context.Context, id string) error { return s.ReturnPlan(ctx, id, why) },
			"confirm": func(ctx context.Context, id string) error {
				return s.JudgeEffect(ctx, id, audit.EffectVerdict{Effective: true, Result: "nəticə var"})
			},
			"fail": func(ctx context.Context, id string) error {
				return s.JudgeEffect(ctx, id, audit.EffectVerdict{Result: "nəticə yoxdur"})
			},
			"close":  func(ctx context.Context, id string) error { return s.CloseAct(ctx, id, "") },
			"reopen": func(ctx context.Context, id string) error { return s.ReopenAct(ctx, id, why) },
		}
		w.Do = func(verb, key, id string) audittest.Outcome { return audittest.OutcomeOf(do[verb](as(key), id)) }
		w.After = func(verb, key, id, from, to string) {
			if e := o.View(id).Events[0]; e.Verb != verb || e.From != from || e.To != to || e.ActorID != o.ID(key) {
				t.Errorf("%s: %s by %s left the event %+v", from, verb, key, e)
			}
		}
		o.Every(t, w)
	})
}

func TestEveryStepOfACorrectiveActionInEveryStateByEverybody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		w, as, s := o.ActionWalk(), asking(o), o.Audit
		w.Do = func(verb, key, id string) audittest.Outcome {
			switch ctx := as(key); verb {
			case "start":
				return audittest.OutcomeOf(s.StartAction(ctx, id))
			case "report":
				r := audit.ActionReport{Result: "görüldü"}
				if policies.Can(actorOf(o, key), policies.EvidenceSubmit) { // who can send a file at all
					up, err := o.StageUpload(ctx, "a.csv", text("a,b\n"))
					must(t, err)
					r.Uploads = []string{up.ID}
				}
				return audittest.OutcomeOf(s.ReportAction(ctx, id, r))
			case "verify":
				return audittest.OutcomeOf(s.VerifyAction(ctx, id, ""))
			}
			return audittest.OutcomeOf(s.RejectAction(as(key), id, "çatışmır"))
		}
		o.Every(t, w)
	})
}

func TestEveryStepOfAFindingInEveryStateByEverybody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		w, into := o.FindingWalk()
		as, s := asking(o), o.Audit
		w.Do = func(verb, key, id string) audittest.Outcome {
			ctx := as(key)
			switch verb {
			case "share":
				return audittest.OutcomeOf(s.ShareFinding(ctx, id))
			case "merge":
				return audittest.OutcomeOf(s.MergeFindings(ctx, into(id), []string{id}, "eyni hal"))
			case "drop":
				return audittest.OutcomeOf(s.DropFinding(ctx, id, "sübut yoxdur"))
			case "agree":
				return audittest.OutcomeOf(s.AgreeFinding(ctx, id, ""))
			case "differ":
				return audittest.OutcomeOf(s.DifferFinding(ctx, id, "jurnal var"))
			}
			return audittest.OutcomeOf(s.RecallFinding(ctx, id, "mətn dəqiqləşdirilir"))
		}
		o.Every(t, w)
	})
}

func TestEveryStepOfAnAuditInEveryStateByEverybody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		w, as, s := o.AuditWalk(), asking(o), o.Audit
		w.Do = func(verb, key, id string) audittest.Outcome {
			ctx := as(key)
			switch verb {
			case "announce":
				return audittest.OutcomeOf(s.Announce(ctx, id, audittest.ShortNotice))
			case "start":
				return audittest.OutcomeOf(s.Start(ctx, id))
			case "report":
				return audittest.OutcomeOf(s.Report(ctx, id, audit.NewReport{Conclusion: "uyğundur"}))
			case "close":
				return audittest.OutcomeOf(s.Close(ctx, id))
			}
			return audittest.OutcomeOf(s.Cancel(ctx, id, "səbəb budur"))
		}
		o.Every(t, w)
	})
}
