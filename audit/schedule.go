package audit

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Session is one line of an audit's schedule: who of the team speaks with
// whom, when, where and about what (ISO 19011:2018, 6.3.2.2). Times are of
// the office's day.
type Session struct {
	bun.BaseModel `bun:"table:audit_sessions,alias:se"`

	ID           string    `bun:"id,pk"`
	AuditID      string    `bun:"audit_id"`
	Day          day.Day   `bun:"day"`
	From         string    `bun:"from_time"` // 09:30
	To           string    `bun:"to_time"`
	DepartmentID string    `bun:"department_id,nullzero"` // empty = the team alone
	Place        string    `bun:"place"`
	Topic        string    `bun:"topic"`
	Codes        string    `bun:"codes"` // of checklist rows, separated by blanks
	AddedBy      string    `bun:"added_by,nullzero"`
	AddedAt      time.Time `bun:"added_at"`
}

// NewSession is a line to add to a schedule.
type NewSession struct {
	Day          day.Day
	From, To     string   // hh:mm
	DepartmentID string   // of the audit's scope; empty for the team alone
	Auditors     []string // users of the team, at least one
	With         []string // users they speak with
	Place        string
	Topic        string
	Codes        []string // GSBPM codes of the scope; may be empty
}

// clockTime is an hour of the day.
var clockTime = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)

// check gives the line with trimmed texts, or what is wrong with it by itself.
func (n NewSession) check() (NewSession, error) {
	var c apperr.Check
	var ok bool
	if n.Day, ok = day.Parse(string(n.Day)); !ok {
		c.Add("day", "error.field.date")
	}
	n.From, n.To = strings.TrimSpace(n.From), strings.TrimSpace(n.To)
	if !clockTime.MatchString(n.From) {
		c.Add("from", "audit.error.time")
	}
	if !clockTime.MatchString(n.To) {
		c.Add("to", "audit.error.time")
	} else if clockTime.MatchString(n.From) && n.To <= n.From {
		c.Add("to", "audit.error.time_after", "time", n.From)
	}
	n.Place = c.Text("place", n.Place, 1, maxTitle)
	n.Topic = c.Text("topic", n.Topic, 1, maxText)
	ids := func(field string, list []string) []string {
		var out []string
		for _, id := range list {
			switch {
			case id == "":
			case !store.IsID(id):
				c.Add(field, "error.field.choice")
			case slices.Contains(out, id):
				c.Add(field, "audit.error.twice")
			default:
				out = append(out, id)
			}
		}
		return out
	}
	if n.Auditors = ids("auditors", n.Auditors); len(n.Auditors) == 0 {
		c.Add("auditors", "error.field.required")
	}
	n.With = ids("with", n.With)
	if slices.ContainsFunc(n.With, func(id string) bool { return slices.Contains(n.Auditors, id) }) {
		c.Add("with", "audit.error.twice")
	}
	if n.DepartmentID != "" && !store.IsID(n.DepartmentID) {
		c.Add("department", "error.field.choice")
	}
	for _, code := range n.Codes {
		if !gsbpmCode.MatchString(code) {
			c.Add("codes", "audit.error.code", "code", code)
		}
	}
	return n, c.Err()
}

// AddSession adds a line to the schedule of an audit that has not been
// reported. It is refused outside the audit's days, with somebody who is not
// on the team, with a code that the checklist does not hold, and when one of
// the people has something else at that time, in this audit or in another.
func (s *Service) AddSession(ctx context.Context, auditID string, n NewSession) (Session, error) {
	if _, err := office.Allowed(ctx, policies.AuditPlan); err != nil {
		return Session{}, err
	}
	n, err := n.check()
	if err != nil {
		return Session{}, err
	}
	var line Session
	err = s.changePlan(ctx, auditID, func(tx *store.Tx, a Audit) (map[string]any, error) {
		if err := s.sessionFits(ctx, tx, a, n); err != nil {
			return nil, err
		}
		line = Session{ID: store.NewID(), AuditID: a.ID, Day: n.Day, From: n.From, To: n.To, DepartmentID: n.DepartmentID, Place: n.Place, Topic: n.Topic,
			Codes: strings.Join(n.Codes, " "), AddedBy: tx.Actor.UserID, AddedAt: tx.Now}
		return map[string]any{"session": line.ID, "day": line.Day, "from": line.From, "to": line.To, "topic": line.Topic, "auditors": n.Auditors, "with": n.With},
			insertSession(ctx, tx, line, n.Auditors, n.With)
	})
	return line, err
}

// RemoveSession takes a line out of the schedule.
func (s *Service) RemoveSession(ctx context.Context, auditID, sessionID string) error {
	if _, err := office.Allowed(ctx, policies.AuditPlan); err != nil {
		return err
	}
	return s.changePlan(ctx, auditID, func(tx *store.Tx, a Audit) (map[string]any, error) {
		return map[string]any{"session_removed": sessionID}, deleteSession(ctx, tx, a.ID, sessionID)
	})
}

// changePlan changes what belongs to the plan of an audit that has not been
// reported; once it has started only its lead or the quality manager may.
func (s *Service) changePlan(ctx context.Context, auditID string, change func(tx *store.Tx, a Audit) (map[string]any, error)) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := lock(ctx, tx, "audits", auditID); err != nil {
			return err
		}
		a, err := s.seenAudit(ctx, tx, auditID)
		if err != nil {
			return err
		}
		if err := openFor(ctx, a, Planned, Announced, InProgress); err != nil {
			return err
		}
		if a.State == InProgress {
			if err := s.mayAudit(ctx, tx, a, policies.AuditCancel); err != nil {
				return err
			}
		}
		after, err := change(tx, a)
		if err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.AuditPlan), Kind: kindAudit, ID: a.ID, Label: a.Number, After: after})
		return nil
	})
}

// sessionFits checks a line against its audit and against what its people
// have at that time.
func (s *Service) sessionFits(ctx context.Context, tx *store.Tx, a Audit, n NewSession) error {
	var c apperr.Check
	if n.Day < a.PlannedFrom || n.Day > a.PlannedTo {
		c.Add("day", "audit.error.outside_audit", "from", a.PlannedFrom.Format(), "to", a.PlannedTo.Format())
	}
	sc, err := scopeOf(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	if n.DepartmentID != "" && !slices.Contains(sc.Departments, n.DepartmentID) {
		c.Add("department", "audit.error.outside_scope")
	}
	team, err := teamOf(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	for _, id := range n.Auditors {
		if !slices.Contains(userIDs(team), id) {
			c.Add("auditors", "audit.error.not_of_team")
			break
		}
	}
	for _, id := range n.With {
		if slices.Contains(userIDs(team), id) {
			c.Add("with", "audit.error.of_team")
			break
		}
	}
	found, err := countIDs(ctx, tx, "users", n.With)
	if err != nil {
		return err
	}
	if found != len(n.With) {
		c.Add("with", "error.field.missing")
	}
	codes, err := rowCodes(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	for _, code := range n.Codes {
		if !slices.ContainsFunc(codes, func(have string) bool { return covers(code, have) || covers(have, code) }) {
			c.Add("codes", "audit.error.no_such_row", "code", code)
		}
	}
	if err := c.Err(); err != nil {
		return err
	}
	busy, err := busyAt(ctx, tx, append(slices.Clone(n.Auditors), n.With...), n.Day, n.From, n.To)
	if err != nil {
		return err
	}
	for _, b := range busy {
		field := "with"
		if slices.Contains(n.Auditors, b.UserID) {
			field = "auditors"
		}
		c.Add(field, "audit.error.busy", "name", b.Name, "time", fmt.Sprintf("%s–%s", b.From, b.To), "audit", b.Number)
	}
	return c.Err()
}

// SessionView is a line of the schedule with names.
type SessionView struct {
	Session

	Department office.Department
	Auditors   []Person
	With       []Person
}

// CodeList lists the codes of the line.
func (v SessionView) CodeList() []string { return fields(v.Codes) }

// Schedule gives the schedule of an audit in order of time.
func (s *Service) schedule(ctx context.Context, db bun.IDB, auditID string) ([]SessionView, error) {
	lines, parts, err := sessionsOf(ctx, db, auditID)
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	var users, deps []string
	for _, l := range lines {
		deps = append(deps, l.DepartmentID)
	}
	for _, p := range parts {
		users = append(users, p.UserID)
	}
	departments, err := office.DepartmentsByID(ctx, db, known(deps))
	if err != nil {
		return nil, err
	}
	names, err := people(ctx, db, users)
	if err != nil {
		return nil, err
	}
	out := make([]SessionView, 0, len(lines))
	for _, l := range lines {
		v := SessionView{Session: l, Department: departments[l.DepartmentID]}
		for _, p := range parts {
			switch {
			case p.SessionID != l.ID:
			case p.Auditing:
				v.Auditors = append(v.Auditors, names[p.UserID])
			default:
				v.With = append(v.With, names[p.UserID])
			}
		}
		out = append(out, v)
	}
	return out, nil
}
