package summary

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// FollowUp is where the acts stand that an audit looks at: a follow-up or
// surveillance audit at those of its scope that were open when it began, any
// other audit at those it raised itself (ISO 19011:2018, 6.7).
type FollowUp struct {
	audit.Dossier

	Own  bool // the acts are those that the audit raised
	Acts []Followed
}

// Followed is an act with what was done and how it was verified.
type Followed struct {
	ID            string
	Number        string
	State         audit.ActState
	Grade         audit.Grade
	Department    string // code
	Clause        string
	GSBPM         string `bun:"gsbpm"`
	Statement     string
	IssuedAt      time.Time
	ClosedAt      time.Time
	Reopened      int
	EffectDue     day.Day
	EffectMeasure string
	EffectResult  string
	EffectAt      time.Time
	EffectBy      string // name
	Verdict       string // the last one: "confirm", "fail"; empty: none

	Actions []FollowedAction `bun:"-"`
}

// FollowedAction is a corrective action with its verification.
type FollowedAction struct {
	ActID       string
	No          int
	Text        string
	Owner       string // name
	Due         day.Day
	State       audit.ActionState
	Result      string
	DoneAt      time.Time
	VerifiedBy  string // name
	VerifiedAt  time.Time
	VerdictNote string
}

// Late says whether the action was not done by a day.
func (a FollowedAction) Late(on day.Day) bool {
	return a.State != audit.ActionDone && a.State != audit.ActionVerified && a.Due < on
}

// Judged says whether anybody has judged the effect since the act was last
// reopened, and Works what they found.
func (f Followed) Judged() bool { return f.Works() || f.Failed() }

// Works says whether the corrective action was found effective.
func (f Followed) Works() bool { return f.State == audit.ActEffective || f.State == audit.ActClosed }

// Failed says whether it was found not to work, and nothing else since. An act
// that was closed as effective and reopened later has not been judged anew.
func (f Followed) Failed() bool { return !f.EffectAt.IsZero() && f.Verdict == "fail" }

// FollowUp reads the acts that an audit looks at, by the audit's number or id:
// the queries of its dossier and two more.
func (s *Service) FollowUp(ctx context.Context, key string) (FollowUp, error) {
	var f FollowUp
	var err error
	if f.Dossier, err = s.Audit.AuditDossier(ctx, key); err != nil {
		return f, err
	}
	f.Own = f.Kind == audit.Internal
	sc, err := office.Allowed(ctx, policies.ActRead)
	if err != nil {
		return f, err
	}
	db := s.DB.Read()
	q := audit.ActsInScope(ctx, db.NewSelect().TableExpr("acts AS c"), sc).
		ColumnExpr("c.id, c.number, c.state, c.grade, d.code AS department, c.clause, c.gsbpm, c.statement, c.issued_at, c.closed_at, c.reopened").
		ColumnExpr("COALESCE(c.effect_due, '') AS effect_due, c.effect_measure, c.effect_result, c.effect_at, COALESCE(u.name, '') AS effect_by").
		ColumnExpr("COALESCE((SELECT e.verb FROM act_events e WHERE e.act_id = c.id AND e.action_id IS NULL AND e.verb IN ('confirm', 'fail') ORDER BY e.seq DESC LIMIT 1), '') AS verdict").
		Join("JOIN departments AS d ON d.id = c.department_id").Join("LEFT JOIN users AS u ON u.id = c.effect_by").
		Where("c.issued_at IS NOT NULL").OrderExpr("c.issued_at, c.id").Limit(mostFollowed)
	if err := s.looked(q, f).Scan(ctx, &f.Acts); err != nil {
		return f, store.MapError(err, "acts of a follow-up")
	}
	return f, s.loadActions(ctx, db, f.Acts)
}

// mostFollowed bounds the acts of one report.
const mostFollowed = 500

// looked narrows acts to those that the audit looks at.
func (s *Service) looked(q *bun.SelectQuery, f FollowUp) *bun.SelectQuery {
	if f.Own {
		return q.Where("c.audit_id = ?", f.ID)
	}
	from, before := s.dayStart(f.PlannedFrom), s.dayStart(f.PlannedTo.Add(1))
	var deps, cycles []string
	for _, d := range f.Departments {
		deps = append(deps, d.ID)
	}
	for _, c := range f.Cycles {
		cycles = append(cycles, c.ID)
	}
	q.Where("c.department_id IN (?)", bun.List(deps)).Where("(c.audit_id IS NULL OR c.audit_id <> ?)", f.ID).Where("c.issued_at < ?", before).
		Where("(c.closed_at IS NULL OR c.closed_at >= ?)", from).Where("(c.withdrawn_at IS NULL OR c.withdrawn_at >= ?)", from)
	if len(cycles) > 0 {
		q.Where("(c.cycle_id IS NULL OR c.cycle_id IN (?))", bun.List(cycles))
	}
	return q
}

// dayStart is the first moment of a day in the zone of the office.
func (s *Service) dayStart(d day.Day) time.Time {
	t := d.Time()
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, s.KIS.Zone).UTC()
}

// loadActions reads the corrective actions of the acts.
func (s *Service) loadActions(ctx context.Context, db bun.IDB, acts []Followed) error {
	if len(acts) == 0 {
		return nil
	}
	at, ids := map[string]int{}, []string{}
	for i, a := range acts {
		at[a.ID] = i
		ids = append(ids, a.ID)
	}
	var rows []FollowedAction
	err := db.NewRaw(`SELECT ac.act_id, ac.no, ac.text, o.name AS owner, ac.due, ac.state, ac.result, ac.done_at, COALESCE(v.name, '') AS verified_by, ac.verified_at, ac.verdict_note
		FROM corrective_actions ac JOIN users o ON o.id = ac.owner_id LEFT JOIN users v ON v.id = ac.verified_by WHERE ac.act_id IN (?) ORDER BY ac.act_id, ac.no`, bun.List(ids)).Scan(ctx, &rows)
	for _, r := range rows {
		a := &acts[at[r.ActID]]
		a.Actions = append(a.Actions, r)
	}
	return store.MapError(err, "actions of a follow-up")
}
