package planning

import (
	"context"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// soon is how many days before its term an item of a plan shows up as work.
const soon = 30

// Work lists what waits for the actor in planning, the first of each part.
func (s *Service) Work(ctx context.Context) ([]kis.WorkItem, error) {
	return kis.MyWork(ctx, s.WorkParts, workLimit)
}

// WorkParts are the parts of work in planning: plans to agree to, to answer
// objections in, to approve, to take on; reviews to prepare; items to report on; recommendations to decide;
// reviews to sign; decisions of reviews that are no item of a plan yet; and as
// awaited the departments that have not agreed.
func (s *Service) WorkParts(ctx context.Context) ([]kis.WorkPart, error) {
	who := actor.From(ctx)
	db := s.DB.Read()
	may := func(act policies.Action) policies.Scope { return policies.For(who, act) }
	var parts []kis.WorkPart
	list := func(tab kis.WorkTab, name, kind string, read func(ctx context.Context) ([]kis.WorkItem, error)) {
		parts = append(parts, kis.WorkPart{Tab: tab, Name: "planning." + name, Kind: "planning.work.kind." + kind, List: read})
	}
	if scope := may(policies.PlanAgree); !scope.None() {
		list(kis.WorkMine, "agree", "plan", s.planItems("agree", "plan", "calendar-event", func(ctx context.Context) ([]planRow, error) { return waitingAgreements(ctx, db, scope) }))
	}
	home := policies.Scope{Departments: []string{who.DepartmentID}}
	own := who.DepartmentID != "" && !may(policies.PlanRead).None()
	if own {
		list(kis.WorkDepartment, "agree", "plan", s.planItems("agree", "plan", "calendar-event", func(ctx context.Context) ([]planRow, error) { return waitingAgreements(ctx, db, home) }))
	}
	if !may(policies.PlanDraft).None() {
		list(kis.WorkMine, "answer", "objection", s.planItems("answer", "objection", "message-report", func(ctx context.Context) ([]planRow, error) { return waitingObjections(ctx, db) }))
		list(kis.WorkAwaited, "agreement", "plan", func(ctx context.Context) ([]kis.WorkItem, error) {
			rows, err := waitingAgreements(ctx, db, policies.Scope{Any: true})
			out := make([]kis.WorkItem, len(rows))
			for i, r := range rows {
				out[i] = planWork(r, "agree", "planning.work.kind.plan", "calendar-event", s.KIS.Today())
				out[i].VerbKey, out[i].Awaited = "", true
			}
			return out, err
		})
		list(kis.WorkMine, "step", "plan", func(ctx context.Context) ([]kis.WorkItem, error) { return s.stepItems(ctx, db) })
		list(kis.WorkMine, "decision", "decision", func(ctx context.Context) ([]kis.WorkItem, error) { return s.decisionItems(ctx, db) })
	}
	if !may(policies.PlanApprove).None() {
		list(kis.WorkMine, "approve", "plan", s.planItems("approve", "plan", "calendar-event", func(ctx context.Context) ([]planRow, error) { return waitingApprovals(ctx, db) }))
	}
	if scope := may(policies.PlanReport); !scope.None() {
		parts = append(parts, s.itemPart(kis.WorkMine, scope))
	}
	if own {
		parts = append(parts, s.itemPart(kis.WorkDepartment, home))
	}
	if scope := may(policies.RecommendationDecide); !scope.None() {
		parts = append(parts, s.recommendationPart(scope))
	}
	if !may(policies.ReviewPrepare).None() {
		list(kis.WorkMine, "prepare", "review", func(ctx context.Context) ([]kis.WorkItem, error) { return s.draftReviews(ctx, db) })
	}
	if !may(policies.ReviewSign).None() {
		list(kis.WorkMine, "sign", "review", func(ctx context.Context) ([]kis.WorkItem, error) { return s.reviewItems(ctx, db, who.UserID) })
	}
	return parts, nil
}

// planItems makes a list of plans that wait for a step.
func (s *Service) planItems(verb, kind, icon string, read func(ctx context.Context) ([]planRow, error)) func(ctx context.Context) ([]kis.WorkItem, error) {
	return func(ctx context.Context) ([]kis.WorkItem, error) {
		rows, err := read(ctx)
		out := make([]kis.WorkItem, len(rows))
		for i, r := range rows {
			out[i] = planWork(r, verb, "planning.work.kind."+kind, icon, s.KIS.Today())
		}
		return out, err
	}
}

// itemPart is the items of running plans that are not done and end soon.
func (s *Service) itemPart(tab kis.WorkTab, scope policies.Scope) kis.WorkPart {
	db, today := s.DB.Read(), s.KIS.Today()
	return kis.WorkPart{Tab: tab, Name: "planning:item", Kind: "planning.work.kind.item", Due: "COALESCE(i.new_due, i.due)", ID: "i.id",
		From: func() *bun.SelectQuery { return waitingItems(db, scope, today.Add(soon)) },
		Items: func(ctx context.Context, keys []kis.WorkKey) ([]kis.WorkItem, error) {
			items, err := itemsToReport(ctx, db, keys)
			out := make([]kis.WorkItem, len(items))
			for i, it := range items {
				out[i] = kis.WorkItem{Due: it.Term(), KindKey: "planning.work.kind.item", Icon: "flag", Title: string(it.Key) + ", № " + strconv.Itoa(it.No) + ". " + it.Text, ID: it.ID,
					Reason: it.Indicator, Href: "/plans/" + string(it.Key) + "/items/" + it.ID, VerbKey: "planning.work.verb.report", Overdue: it.Overdue(today)}
			}
			return out, err
		}}
}

// recommendationPart is the recommendations that are to be decided on.
func (s *Service) recommendationPart(scope policies.Scope) kis.WorkPart {
	db := s.DB.Read()
	return kis.WorkPart{Tab: kis.WorkMine, Name: "planning:recommendation", Kind: "planning.work.kind.recommendation", ID: "r.id",
		From: func() *bun.SelectQuery {
			return office.InScope(db.NewSelect().TableExpr("recommendations AS r").Where("r.state = ?", Open), scope, "r.department_id")
		},
		Items: func(ctx context.Context, keys []kis.WorkKey) ([]kis.WorkItem, error) {
			rows, err := recommendationsToDecide(ctx, db, keys)
			out := make([]kis.WorkItem, len(rows))
			for i, r := range rows {
				out[i] = kis.WorkItem{KindKey: "planning.work.kind.recommendation", Icon: "bulb", Title: r.Number + " " + r.Text, ID: r.ID,
					Reason: r.DepartmentCode + " · " + r.BasisLabel, Href: "/recommendations/" + r.ID, VerbKey: "planning.work.verb.decide"}
			}
			return out, err
		}}
}

// reviewItems lists the reviews that wait for the signature of their chair.
func (s *Service) reviewItems(ctx context.Context, db bun.IDB, userID string) ([]kis.WorkItem, error) {
	list, err := waitingReviews(ctx, db, userID)
	out := make([]kis.WorkItem, len(list))
	for i, r := range list {
		met := day.Of(r.MeetingAt, s.KIS.Zone)
		out[i] = kis.WorkItem{Due: met, KindKey: "planning.work.kind.review", Icon: "signature", Title: r.Number,
			Reason: r.From.Format() + "–" + r.To.Format(), Href: "/reviews/" + r.ID, VerbKey: "planning.work.verb.sign", Overdue: met < s.KIS.Today()}
	}
	return out, err
}

// decisionItems lists the decisions of signed reviews that no item of a plan
// carries out yet.
func (s *Service) decisionItems(ctx context.Context, db bun.IDB) ([]kis.WorkItem, error) {
	list, err := waitingDecisions(ctx, db)
	out := make([]kis.WorkItem, len(list))
	for i, r := range list {
		out[i] = kis.WorkItem{Due: r.Due, KindKey: "planning.work.kind.decision", Icon: "gavel", Title: r.Number + ", " + strconv.Itoa(r.No) + ". " + r.Text,
			Reason: r.DepartmentCode + " · " + r.OwnerName, Href: "/reviews/" + r.ReviewID, VerbKey: "planning.work.verb.plan", Overdue: r.Due < s.KIS.Today()}
	}
	return out, err
}

// planRow is a plan that waits for somebody, with the department or the words
// it is about.
type planRow struct {
	Year           int
	Key            Key
	ApproveDue     day.Day
	Revision       int
	DepartmentCode string
	Text           string
}

func planWork(r planRow, verb, kind, icon string, today day.Day) kis.WorkItem {
	w := kis.WorkItem{Due: r.ApproveDue, KindKey: kind, Icon: icon, Title: string(r.Key), Reason: r.DepartmentCode, Quote: r.Text,
		Href: "/plans/" + string(r.Key), VerbKey: "planning.work.verb." + verb, Overdue: r.ApproveDue < today}
	if verb == "agree" {
		w.Href += "#agree"
	}
	return w
}
