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

// announceConflict tells the lead of an audit and the quality manager that
// somebody on its team is no longer independent: evidence was handed in or
// reviewed, a corrective action was given, a person moved, a standing conflict
// was declared. Entries that can change nothing cost no query; the rest one,
// for hardly anybody is on the team of an audit that goes on.
func (s *Service) announceConflict(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error) {
	user, code := whoseTies(e)
	if e.Kind == kindAction && e.Facts()["step"] == "add" {
		var owner []string
		if err := db.NewRaw("SELECT owner_id FROM corrective_actions WHERE id = ?", e.ID).Scan(ctx, &owner); err != nil {
			return nil, store.MapError(err, "owner of an action")
		}
		if len(owner) > 0 {
			user, code = owner[0], OwnsAction
		}
	}
	if !store.IsID(user) {
		return nil, nil
	}
	var audits []Audit
	err := db.NewSelect().Model(&audits).Where("a.state IN (?)", bun.List([]State{Planned, Announced, InProgress})).
		Where("a.id IN (SELECT t.audit_id FROM audit_team t WHERE t.user_id = ?)", user).Order("a.number").Scan(ctx)
	if err != nil {
		return nil, store.MapError(err, "audits of a person")
	}
	var out []office.Announcement
	for _, a := range audits {
		list, err := s.conflictNotices(ctx, db, e, a, user, code)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// whoseTies says whose independence an entry of the trail may touch, and how.
func whoseTies(e office.Event) (user string, code ConflictCode) {
	switch {
	case e.Kind == "submission" && e.Action == string(policies.EvidenceSubmit):
		return e.ActorID, Submitted
	case e.Kind == "submission" && e.Action == string(policies.EvidenceReview):
		return e.ActorID, Reviewed
	case e.Kind == "user" && e.Action == office.TrailUserTransfer:
		return e.ID, InDepartment
	case e.Kind == "grant" && e.Action == office.TrailUserGrant:
		return e.RootID, InDepartment
	case e.Kind == kindAuditor && e.Facts()["against"] != "":
		return e.ID, Standing
	}
	return "", ""
}

// conflictNotices makes the notice of one audit, when the entry is what made
// the person dependent and no decision covers it.
func (s *Service) conflictNotices(ctx context.Context, db bun.IDB, e office.Event, a Audit, user string, code ConflictCode) ([]office.Announcement, error) {
	sc, err := scopeOf(ctx, db, a.ID)
	if err != nil {
		return nil, err
	}
	found, err := s.conflictsOf(ctx, db, sc, []string{user})
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(found[user], func(c Conflict) bool { return c.Code == code }) {
		return nil, nil
	}
	if code == Submitted || code == Reviewed {
		first, err := firstEvidence(ctx, db, sc, user, code)
		if err != nil || first != e.ID {
			return nil, err // the first was told of, the others change nothing
		}
	}
	decided, err := exceptionsOf(ctx, db, a.ID)
	if err != nil {
		return nil, err
	}
	if x, ok := decided[user]; ok && x.covers(found[user]) {
		return nil, nil
	}
	names, err := people(ctx, db, []string{user})
	if err != nil {
		return nil, err
	}
	team, err := teamOf(ctx, db, a.ID)
	if err != nil {
		return nil, err
	}
	return []office.Announcement{{Kind: "audit", Key: "audit.notice.audit.conflict." + string(code),
		Args: map[string]string{"who": e.ActorName, "number": a.Number, "name": names[user].Name, "day": string(day.Of(e.At, s.KIS.Zone))},
		Href: "/audits/" + a.ID + "#a2", For: func(p actor.Actor) bool {
			lead := len(team) > 0 && team[0].Role == Lead && team[0].UserID == p.UserID
			return policies.For(p, policies.AuditRead).Any && (lead || policies.Can(p, policies.AuditExcept))
		}}}, nil
}

// firstEvidence gives the first submission of a scope that a person handed
// in, or decided on.
func firstEvidence(ctx context.Context, db bun.IDB, sc scope, user string, code ConflictCode) (string, error) {
	who, when := "submitted_by", "received_at"
	if code == Reviewed {
		who, when = "decided_by", "decided_at"
	}
	q := db.NewSelect().TableExpr("submissions AS s").ColumnExpr("s.id").Where("? = ?", bun.Ident("s."+who), user).
		OrderExpr("?, s.id", bun.Ident("s."+when)).Limit(1)
	if len(sc.Cycles) > 0 {
		q.Where("s.cycle_id IN (?)", bun.List(sc.Cycles))
	} else {
		q.Where("s.department_id IN (?)", bun.List(sc.Departments))
	}
	if len(sc.Codes) > 0 {
		q.Join("JOIN activities AS v ON v.id = s.activity_id").WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			for _, c := range sc.Codes {
				q.WhereOr("v.code = ? OR v.code LIKE ?", c, c+".%")
			}
			return q
		})
	}
	var ids []string
	err := q.Scan(ctx, &ids)
	if err != nil || len(ids) == 0 {
		return "", store.MapError(err, "first evidence of a person")
	}
	return ids[0], nil
}
