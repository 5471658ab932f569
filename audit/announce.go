package audit

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Announcements says whom an entry of the trail about audits, acts and corrective
// actions concerns: after each step those who take the next, and who is to
// know how it ended. One or two queries for an entry that matters.
func (s *Service) Announcements(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error) {
	step := e.Facts()["step"]
	switch {
	case e.Kind == kindAct && step != "":
		return announceAct(ctx, db, e, step)
	case e.Kind == kindAction && step != "":
		return announceAction(ctx, db, e, step)
	case e.Kind == kindAudit && policies.Action(e.Action) == policies.AuditMove && State(e.Facts()["state"]) == Announced:
		return announceAudit(ctx, db, e)
	}
	return s.announceConflict(ctx, db, e)
}

// toldAct is what an announcement says of an act, and who has to do with it.
type toldAct struct {
	ID           string
	Number       string
	AuditID      string
	DepartmentID string
	IssuedBy     string
	ObjectedBy   string
	State        ActState
	AnswerDue    day.Day // to acknowledge or object
	PlanDue      day.Day // to submit the plan of corrective actions
	Code         string  // of the department
	LeadID       string
}

func toldOfAct(ctx context.Context, db bun.IDB, id string) (toldAct, error) {
	var t toldAct
	err := db.NewSelect().TableExpr("acts AS c").
		ColumnExpr("c.id, COALESCE(c.number, '') AS number, c.audit_id, c.department_id, c.issued_by, c.objected_by, c.state, d.code").
		ColumnExpr("COALESCE(c.answer_due, '') AS answer_due, COALESCE(c.plan_due, '') AS plan_due").
		ColumnExpr("COALESCE((SELECT tm.user_id FROM audit_team tm WHERE tm.audit_id = c.audit_id AND tm.role = ? LIMIT 1), c.lead_id) AS lead_id", Lead).
		Join("JOIN departments AS d ON d.id = c.department_id").Where("c.id = ?", id).Scan(ctx, &t)
	return t, store.MapError(err, "act of an entry")
}

// reads says whether a person may see the act, which has been issued.
func (t toldAct) reads(a actor.Actor) bool {
	sc := policies.For(a, policies.ActRead)
	return sc.Department(t.DepartmentID) || sc.Object(kindAudit, t.AuditID)
}

// may gives those who may do an action to the act as its department, and see it.
func (t toldAct) may(actions ...policies.Action) func(actor.Actor) bool {
	return func(a actor.Actor) bool {
		for _, act := range actions {
			if t.reads(a) && policies.For(a, act).Department(t.DepartmentID) {
				return true
			}
		}
		return false
	}
}

// lead gives who answers for the act on the side of the audit.
func (t toldAct) lead(a actor.Actor) bool {
	return t.reads(a) && a.UserID != "" && (a.UserID == t.LeadID || (t.LeadID == "" && a.UserID == t.IssuedBy))
}

func either(list ...func(actor.Actor) bool) func(actor.Actor) bool {
	return func(a actor.Actor) bool {
		for _, f := range list {
			if f(a) {
				return true
			}
		}
		return false
	}
}

// announceAct tells those who take the next step with an act, by the verb of
// the step just taken (ActTransitions).
func announceAct(ctx context.Context, db bun.IDB, e office.Event, step string) ([]office.Announcement, error) {
	if step == "draft" || step == "discard" { // nobody but the team knows of a draft
		return nil, nil
	}
	t, err := toldOfAct(ctx, db, e.ID)
	if err != nil {
		return nil, err
	}
	var out []office.Announcement
	tell := func(key string, to func(actor.Actor) bool) {
		args := map[string]string{"who": e.ActorName, "number": e.Label, "department": t.Code, "note": e.Note}
		switch key {
		case "issued":
			args["due"] = string(t.AnswerDue)
		case "respond", "dismissed":
			args["due"] = string(t.PlanDue)
		}
		out = append(out, office.Announcement{Kind: "act", Key: "audit.notice.act." + key, Args: args, Href: "/acts/" + t.ID, For: to})
	}
	respondents := t.may(policies.ActRespond, policies.ActAcknowledge)
	switch step {
	case "issue":
		tell("issued", t.may(policies.ActAcknowledge))
	case "acknowledge":
		tell("acknowledged", t.lead)
		tell("respond", t.may(policies.ActRespond))
	case "object":
		tell("objected", either(t.lead, t.may(policies.ActClose)))
	case "dismiss":
		tell("dismissed", respondents)
	case "uphold":
		tell("upheld", either(respondents, func(a actor.Actor) bool { return a.UserID == t.IssuedBy && t.reads(a) }))
	case "submit":
		tell("submitted", t.lead)
	case "approve":
		tell("approved", respondents)
	case "return":
		tell("returned", respondents)
	case "implement":
		tell("implemented", either(t.lead, t.may(policies.ActAcknowledge)))
	case "confirm":
		tell("effective", either(t.may(policies.ActClose), t.may(policies.ActAcknowledge)))
	case "fail":
		tell("failed", respondents)
	case "close":
		tell("closed", t.may(policies.ActAcknowledge))
	case "reopen":
		tell("reopened", either(respondents, t.lead))
	}
	return out, nil
}

// announceAction tells owner and verifiers of the steps of a corrective action.
func announceAction(ctx context.Context, db bun.IDB, e office.Event, step string) ([]office.Announcement, error) {
	key := map[string]string{"report": "reported", "verify": "verified", "reject": "rejected", "escalate": "late",
		"extend_request": "extend_requested", "extend_approve": "extended", "extend_refuse": "extend_refused"}[step]
	if key == "" {
		return nil, nil
	}
	var r struct {
		ActID      string
		Number     string
		AuditID    string
		No         string
		OwnerID    string
		ReportedBy string
		Due        day.Day
	}
	err := db.NewRaw(`SELECT c.id AS act_id, c.number, c.audit_id, CAST(ac.no AS TEXT) AS no, ac.owner_id, ac.reported_by, ac.due
		FROM corrective_actions ac JOIN acts c ON c.id = ac.act_id WHERE ac.id = ?`, e.ID).Scan(ctx, &r)
	if err != nil {
		return nil, store.MapError(err, "action of an entry")
	}
	t, err := toldOfAct(ctx, db, r.ActID)
	if err != nil {
		return nil, err
	}
	to := func(a actor.Actor) bool { return a.UserID == r.OwnerID || a.UserID == r.ReportedBy }
	if step == "report" {
		var team []string
		if err := db.NewRaw(`SELECT user_id FROM audit_team WHERE audit_id = ?`, r.AuditID).Scan(ctx, &team); err != nil {
			return nil, store.MapError(err, "team of an act")
		}
		to = func(a actor.Actor) bool {
			return a.UserID != r.OwnerID && a.UserID != r.ReportedBy && t.reads(a) && policies.Can(a, policies.ActionVerify) && slices.Contains(team, a.UserID)
		}
	}
	switch step {
	case "escalate":
		ac, err := actionByID(ctx, db, e.ID)
		if err != nil {
			return nil, err
		}
		if to, err = announceEscalation(ctx, db, t, ac, e.Facts()["whom"]); err != nil {
			return nil, err
		}
	case "extend_request":
		to = func(a actor.Actor) bool {
			return a.UserID != r.OwnerID && t.reads(a) && policies.Can(a, policies.ActionExtend) && (t.lead(a) || policies.For(a, policies.ActClose).Any)
		}
	}
	return []office.Announcement{{Kind: "action", Key: "audit.notice.action." + key,
		Args: map[string]string{"who": e.ActorName, "number": r.Number, "no": r.No, "due": string(r.Due), "note": e.Note}, Href: "/acts/" + r.ActID + "#n5", For: to}}, nil
}

// announceAudit tells the heads of the departments that an audit is coming.
func announceAudit(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error) {
	var a struct {
		Number      string
		PlannedFrom day.Day
	}
	if err := db.NewRaw(`SELECT number, planned_from FROM audits WHERE id = ?`, e.ID).Scan(ctx, &a); err != nil {
		return nil, store.MapError(err, "audit of an entry")
	}
	var departments, team []string
	if err := db.NewRaw(`SELECT department_id FROM audit_departments WHERE audit_id = ?`, e.ID).Scan(ctx, &departments); err != nil {
		return nil, store.MapError(err, "departments of an audit")
	}
	if err := db.NewRaw(`SELECT user_id FROM audit_team WHERE audit_id = ?`, e.ID).Scan(ctx, &team); err != nil {
		return nil, store.MapError(err, "team of an audit")
	}
	return []office.Announcement{{Kind: "audit", Key: "audit.notice.audit.announced", Args: map[string]string{"who": e.ActorName, "number": a.Number, "day": string(a.PlannedFrom)},
		Href: "/audits/" + e.ID, For: func(p actor.Actor) bool {
			if slices.Contains(team, p.UserID) {
				return true
			}
			reads, heads := policies.For(p, policies.AuditRead), policies.For(p, policies.ActAcknowledge)
			for _, d := range departments {
				if reads.Department(d) && heads.Department(d) {
					return true
				}
			}
			return false
		}}}, nil
}
