package planning

import (
	"context"
	"strconv"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
)

// soon is how many days before its term an item of a plan shows up as work.
const soon = 30

// Work lists what waits for the actor in planning: plans to agree to, to
// answer objections in, to approve; items to report on; recommendations to
// decide; reviews to sign. At most seven queries.
func (s *Service) Work(ctx context.Context) ([]kis.WorkItem, error) {
	who := actor.From(ctx)
	today := s.KIS.Today()
	db := s.DB.Read()
	may := func(act policies.Action) policies.Scope { return policies.For(who, act) }
	var out []kis.WorkItem
	if scope := may(policies.PlanAgree); !scope.None() {
		rows, err := waitingAgreements(ctx, db, scope)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			out = append(out, planWork(r, "agree", "planning.work.kind.plan", "calendar-event", today))
		}
	}
	if !may(policies.PlanDraft).None() {
		rows, err := waitingObjections(ctx, db)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			out = append(out, planWork(r, "answer", "planning.work.kind.objection", "message-report", today))
		}
	}
	if !may(policies.PlanApprove).None() {
		rows, err := waitingApprovals(ctx, db)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			out = append(out, planWork(r, "approve", "planning.work.kind.plan", "calendar-event", today))
		}
	}
	if scope := may(policies.PlanReport); !scope.None() {
		items, err := waitingItems(ctx, db, scope, today.Add(soon))
		if err != nil {
			return nil, err
		}
		for _, it := range items {
			out = append(out, kis.WorkItem{Due: it.Term(), KindKey: "planning.work.kind.item", Icon: "flag", Title: strconv.Itoa(it.Year) + ", № " + strconv.Itoa(it.No) + ". " + it.Text,
				Reason: it.Indicator, Href: "/plans/" + strconv.Itoa(it.Year) + "/items/" + it.ID, VerbKey: "planning.work.verb.report", Overdue: it.Overdue(today)})
		}
	}
	if scope := may(policies.RecommendationDecide); !scope.None() {
		list, err := listRecommendations(ctx, db, RecommendationFilter{State: Open, Limit: 50}, scope)
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			out = append(out, kis.WorkItem{KindKey: "planning.work.kind.recommendation", Icon: "bulb", Title: r.Number + " " + r.Text,
				Reason: r.DepartmentCode + " · " + r.BasisLabel, Href: "/recommendations/" + r.ID, VerbKey: "planning.work.verb.decide"})
		}
	}
	if !may(policies.ReviewSign).None() {
		list, err := waitingReviews(ctx, db, who.UserID)
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			out = append(out, kis.WorkItem{Due: day.Of(r.MeetingAt, s.KIS.Zone), KindKey: "planning.work.kind.review", Icon: "signature", Title: r.Number,
				Reason: r.From.Format() + "–" + r.To.Format(), Href: "/reviews/" + r.ID, VerbKey: "planning.work.verb.sign", Overdue: day.Of(r.MeetingAt, s.KIS.Zone) < today})
		}
	}
	return out, nil
}

// planRow is a plan that waits for somebody, with the department or the words
// it is about.
type planRow struct {
	Year           int
	ApproveDue     day.Day
	Revision       int
	DepartmentCode string
	Text           string
}

func planWork(r planRow, verb, kind, icon string, today day.Day) kis.WorkItem {
	w := kis.WorkItem{Due: r.ApproveDue, KindKey: kind, Icon: icon, Title: strconv.Itoa(r.Year), Reason: r.DepartmentCode, Quote: r.Text,
		Href: "/plans/" + strconv.Itoa(r.Year), VerbKey: "planning.work.verb." + verb, Overdue: r.ApproveDue < today}
	if verb == "agree" {
		w.Href += "#agree"
	}
	return w
}
