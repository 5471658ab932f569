package planning

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Announcements says whom an entry of the trail about plans, reviews and measures
// concerns: those who take the next step, and who is to know how it ended.
func (s *Service) Announcements(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error) {
	switch e.RootKind {
	case kindPlan:
		return announcePlan(ctx, db, e)
	case kindReview:
		return announceReview(ctx, db, e)
	case kindRecommendation:
		return announceRecommendation(ctx, db, e)
	case kindNationalPlan, kindMeasure:
		return announceMeasure(ctx, db, e)
	}
	return nil, nil
}

// anywhere gives those who may do an action to everything.
func anywhere(act policies.Action) func(actor.Actor) bool {
	return func(a actor.Actor) bool { return policies.For(a, act).Any }
}

// inDepartments gives those who may do an action as one of the departments.
func inDepartments(act policies.Action, departments []string) func(actor.Actor) bool {
	return func(a actor.Actor) bool {
		scope := policies.For(a, act)
		if scope.Any {
			return false // not as a department
		}
		for _, d := range departments {
			if scope.Department(d) {
				return true
			}
		}
		return false
	}
}

// announcePlan tells of the steps of a yearly plan.
func announcePlan(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error) {
	verb := e.Verb()
	department := e.Facts()["department"]
	var to func(actor.Actor) bool
	var key string
	departments := func(query string) error {
		var ids []string
		err := db.NewRaw(query, e.RootID).Scan(ctx, &ids)
		to = inDepartments(map[bool]policies.Action{true: policies.PlanAgree, false: policies.PlanReport}[verb == "send" || verb == "remind"], ids)
		return store.MapError(err, "departments of a plan")
	}
	switch verb {
	case "send", "remind":
		key = map[string]string{"send": "sent", "remind": "reminded"}[verb]
		if err := departments(`SELECT department_id FROM plan_agreements WHERE plan_id = ? AND state = 'pending'`); err != nil {
			return nil, err
		}
	case "answer":
		key, to = "answered", inDepartments(policies.PlanAgree, []string{department})
	case "object":
		key, to = "objected", anywhere(policies.PlanDraft)
	case "complete":
		key, to = "agreed", anywhere(policies.PlanApprove)
	case "return":
		key, to = "returned", anywhere(policies.PlanDraft)
	case "approve":
		key, to = "approved", anywhere(policies.PlanDraft)
	case "return_report", "accept_report":
		key, to = "report_"+map[bool]string{true: "returned", false: "accepted"}[verb == "return_report"], inDepartments(policies.PlanReport, []string{department})
	case "impact":
		key, to = "impact", inDepartments(policies.PlanReport, []string{department})
	case "amend_propose":
		key, to = "amend_proposed", anywhere(policies.PlanApprove)
	case "amend_approve", "amend_reject":
		key = "amend_" + map[bool]string{true: "approved", false: "rejected"}[verb == "amend_approve"]
		if err := departments(`SELECT DISTINCT responsible_id FROM plan_items WHERE plan_id = ?`); err != nil {
			return nil, err
		}
		heads := to
		to = func(a actor.Actor) bool {
			return policies.Can(a, policies.PlanDraft) || (verb == "amend_approve" && heads(a))
		}
	case "start":
		key = "started"
		if err := departments(`SELECT DISTINCT responsible_id FROM plan_items WHERE plan_id = ?`); err != nil {
			return nil, err
		}
	default:
		return nil, nil
	}
	var p struct {
		Key string
		Due string
	}
	if err := db.NewRaw(`SELECT key, approve_due AS due FROM plans WHERE id = ?`, e.RootID).Scan(ctx, &p); err != nil {
		return nil, store.MapError(err, "plan of an entry")
	}
	year := p.Key
	args := map[string]string{"who": e.ActorName, "year": year, "due": p.Due, "note": e.Note, "item": e.Label}
	href := "/plans/" + year
	if verb == "send" || verb == "remind" || verb == "answer" {
		href += "#agree"
	}
	if e.Kind == kindItem {
		href += "/items/" + e.ID
	}
	return []office.Announcement{{Kind: "plan", Key: "planning.notice.plan." + key, Args: args, Href: href, For: to}}, nil
}

// announceReview tells of the steps of a management review.
func announceReview(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error) {
	verb := e.Verb()
	if verb != "prepare" && verb != "return" && verb != "sign" {
		return nil, nil
	}
	var chair string
	if err := db.NewRaw(`SELECT chair_id FROM reviews WHERE id = ?`, e.ID).Scan(ctx, &chair); err != nil {
		return nil, store.MapError(err, "review of an entry")
	}
	key, to := "returned", anywhere(policies.ReviewPrepare)
	switch verb {
	case "prepare":
		key, to = "prepared", func(a actor.Actor) bool { return a.UserID == chair && policies.Can(a, policies.ReviewSign) }
	case "sign":
		var people []string
		if err := db.NewRaw(`SELECT user_id FROM review_participants WHERE review_id = ?`, e.ID).Scan(ctx, &people); err != nil {
			return nil, store.MapError(err, "participants of a review")
		}
		key, to = "signed", func(a actor.Actor) bool {
			if !policies.For(a, policies.ReviewRead).Any {
				return false
			}
			for _, id := range people {
				if id == a.UserID {
					return true
				}
			}
			return policies.For(a, policies.ReviewPrepare).Any
		}
	}
	return []office.Announcement{{Kind: "review", Key: "planning.notice.review." + key, Args: map[string]string{"who": e.ActorName, "number": e.Label, "note": e.Note},
		Href: "/reviews/" + e.ID, For: to}}, nil
}

// announceRecommendation tells who proposed a recommendation what became of it.
func announceRecommendation(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error) {
	verb := e.Verb()
	if verb != "accept" && verb != "reject" && verb != "merge" && verb != "release" {
		return nil, nil
	}
	var r Recommendation
	if err := db.NewSelect().Model(&r).Where("r.id = ?", e.ID).Scan(ctx); err != nil {
		return nil, store.MapError(err, "recommendation of an entry")
	}
	return []office.Announcement{{Kind: "recommendation", Key: "planning.notice.recommendation." + verb,
		Args: map[string]string{"who": e.ActorName, "number": r.Number, "note": e.Note}, Href: "/recommendations/" + r.ID, For: func(a actor.Actor) bool {
			return a.UserID == r.ProposedBy && policies.For(a, policies.RecommendationRead).Department(r.DepartmentID)
		}}}, nil
}

// announceMeasure tells of what is asked of, submitted by and returned to the
// departments in measures of national plans.
func announceMeasure(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error) {
	var departments []string
	switch e.Verb() {
	case "ask":
		err := db.NewRaw(`SELECT DISTINCT md.department_id FROM measures m JOIN measure_departments md ON md.measure_id = m.id WHERE m.plan_id = ?`, e.RootID).Scan(ctx, &departments)
		if err != nil {
			return nil, store.MapError(err, "departments of measures")
		}
		return []office.Announcement{{Kind: "measure", Key: "planning.notice.measure.asked",
			Args: map[string]string{"who": e.ActorName, "plan": e.Label, "due": e.Facts()["write_due"]}, Href: "/measures", For: inDepartments(policies.MeasureReport, departments)}}, nil
	case "submit", "return":
		var m struct {
			Number string
			Year   string
		}
		err := db.NewRaw(`SELECT m.number, CAST(x.year AS TEXT) AS year FROM measure_entries x JOIN measures m ON m.id = x.measure_id WHERE x.id = ?`, e.ID).Scan(ctx, &m)
		if err != nil {
			return nil, store.MapError(err, "measure of an entry")
		}
		args := map[string]string{"who": e.ActorName, "number": m.Number, "year": m.Year, "note": e.Note}
		href := "/measures/" + e.RootID + "?year=" + m.Year
		if e.Verb() == "submit" {
			return []office.Announcement{{Kind: "measure", Key: "planning.notice.measure.submitted", Args: args, Href: href, For: anywhere(policies.MeasureDecide)}}, nil
		}
		if err := db.NewRaw(`SELECT department_id FROM measure_departments WHERE measure_id = ?`, e.RootID).Scan(ctx, &departments); err != nil {
			return nil, store.MapError(err, "departments of a measure")
		}
		return []office.Announcement{{Kind: "measure", Key: "planning.notice.measure.returned", Args: args, Href: href, For: inDepartments(policies.MeasureReport, departments)}}, nil
	}
	return nil, nil
}
