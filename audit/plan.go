package audit

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// NewAudit is what an audit is planned with (ISO 19011:2018 6.3.2).
type NewAudit struct {
	Kind        Kind
	Title       string // 1 to 300 characters
	Objectives  string
	Criteria    string // clauses and documents, in words
	Method      string
	Period      string   // the period audited, e.g. "2026"
	From, To    day.Day  // planned days, both included
	Cycles      []string // ids; may be empty for an audit of a department alone
	Codes       []string // GSBPM phases, sub-processes or tasks; empty = all
	Departments []string // ids; the first is the department audited, the others take part
	Lead        string   // user id
	Members     []string // user ids
	Templates   []string // ids of checklist templates
	Sites       []string // ids; may be empty

	ProgrammeRow   string // id of the row of the audit programme that it comes from; set by PlanAuditWith's callers
	ProgrammeMonth int    // month of the row
}

// maxAuditDays bounds how long an audit can be planned to take.
const maxAuditDays = 366

// gsbpmCode is a phase, a sub-process or a task.
var gsbpmCode = regexp.MustCompile(`^[1-8](\.[1-9][0-9]?){0,2}$`)

// check gives the request with trimmed texts, or what is wrong with it.
func (n NewAudit) check() (NewAudit, error) {
	var c apperr.Check
	apperr.OneOf(&c, "kind", n.Kind, Kinds()...)
	n.Title = c.Text("title", n.Title, 1, maxTitle)
	n.Objectives = c.Text("objectives", n.Objectives, 1, maxText)
	n.Criteria = c.Text("criteria", n.Criteria, 1, maxText)
	n.Method = c.Text("method", n.Method, 0, maxText)
	n.Period = c.Text("period", n.Period, 1, 40)
	if n.From == "" {
		c.Add("from", "error.field.date")
	}
	if n.To == "" {
		c.Add("to", "error.field.date")
	} else if n.To < n.From {
		c.Add("to", "error.field.date_after", "date", n.From.Format())
	} else if n.From != "" && n.From.Until(n.To) > maxAuditDays {
		c.Add("to", "audit.error.too_long", "days", maxAuditDays)
	}
	for _, code := range n.Codes {
		if !gsbpmCode.MatchString(code) {
			c.Add("codes", "audit.error.code", "code", code)
		}
	}
	ids := func(field string, required bool, list []string) []string {
		var out []string
		for _, id := range list {
			if id != "" && !store.IsID(id) {
				c.Add(field, "error.field.choice")
			} else if id != "" && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
		if required && len(out) == 0 {
			c.Add(field, "error.field.required")
		}
		return out
	}
	n.Cycles = ids("cycles", false, n.Cycles)
	n.Departments = ids("departments", true, n.Departments)
	n.Templates = ids("templates", true, n.Templates)
	n.Sites = ids("sites", false, n.Sites)
	for i, m := range n.Members {
		if m != "" && (m == n.Lead || slices.Contains(n.Members[:i], m)) {
			c.Add("members", "audit.error.twice")
			break
		}
	}
	n.Members = ids("members", false, n.Members)
	ids("lead", true, []string{n.Lead})
	slices.Sort(n.Codes)
	n.Codes = slices.Compact(n.Codes)
	return n, c.Err()
}

// PlanAudit plans an audit: number DA-YYYY-NN of the year in which it begins,
// scope, team and checklist at once. The rows of the templates that fall into
// the scope are copied. A team member who is not independent is refused with
// every reason (Invalid on "lead" or "members").
func (s *Service) PlanAudit(ctx context.Context, n NewAudit) (Audit, error) {
	n.ProgrammeRow, n.ProgrammeMonth = "", 0
	return s.PlanAuditWith(ctx, n, nil)
}

// PlanAuditWith is PlanAudit for an audit that comes out of something else:
// before runs first, in the same unit of work, and may refuse.
func (s *Service) PlanAuditWith(ctx context.Context, n NewAudit, before func(tx *store.Tx) error) (Audit, error) {
	if _, err := office.Allowed(ctx, policies.AuditPlan); err != nil {
		return Audit{}, err
	}
	n, err := n.check()
	if err != nil {
		return Audit{}, err
	}
	if today := s.KIS.Today(); n.To < today {
		return Audit{}, apperr.InvalidField("to", "audit.error.past", "day", today.Format())
	}
	var a Audit
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		if before != nil {
			if err := before(tx); err != nil {
				return err
			}
		}
		if err := checkScope(ctx, tx, n); err != nil {
			return err
		}
		sc := scope{Cycles: n.Cycles, Codes: n.Codes, Departments: n.Departments, Sites: n.Sites}
		list, err := compose(ctx, tx, "", sc, BuildRequest{Templates: n.Templates})
		if err != nil {
			return err
		}
		rows := list.Rows
		if len(rows) == 0 {
			return apperr.InvalidField("templates", "audit.error.no_rows")
		}
		no, err := tx.NextNumber(ctx, seriesAudit, n.From.Year())
		if err != nil {
			return err
		}
		a = Audit{ID: store.NewID(), Number: fmt.Sprintf("DA-%d-%02d", n.From.Year(), no), Kind: n.Kind, Title: n.Title,
			Objectives: n.Objectives, Criteria: n.Criteria, Method: n.Method, Period: n.Period, PlannedFrom: n.From, PlannedTo: n.To,
			State: Planned, CreatedBy: tx.Actor.UserID, CreatedAt: tx.Now, ProgrammeRowID: n.ProgrammeRow, ProgrammeMonth: n.ProgrammeMonth}
		a.SearchKey = i18n.Fold(strings.Join([]string{a.Number, a.Title, a.Criteria}, " "))
		if err := insertAudit(ctx, tx, a, sc, rows); err != nil {
			return err
		}
		team, err := s.independentTeam(ctx, tx, a, sc, n.Lead, n.Members, AtTeam)
		if err != nil {
			return err
		}
		if err := replaceTeam(ctx, tx, a.ID, team); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.AuditPlan), Kind: kindAudit, ID: a.ID, Label: a.Number, After: map[string]any{
			"state": a.State, "kind": a.Kind, "title": a.Title, "from": a.PlannedFrom, "to": a.PlannedTo, "codes": n.Codes,
			"departments": n.Departments, "sites": n.Sites, "lead": n.Lead, "members": n.Members, "rows": len(rows), "programme_row": n.ProgrammeRow}})
		return nil
	})
	return a, err
}

// checkScope says which of the ids in a request stand for nothing.
func checkScope(ctx context.Context, tx *store.Tx, n NewAudit) error {
	var c apperr.Check
	for _, part := range []struct {
		field, table string
		ids          []string
	}{{"cycles", "cycles", n.Cycles}, {"departments", "departments", n.Departments}, {"templates", "checklist_templates", n.Templates},
		{"sites", "sites", n.Sites}} {
		found, err := countIDs(ctx, tx, part.table, part.ids)
		if err != nil {
			return err
		}
		if found != len(part.ids) {
			c.Add(part.field, "error.field.missing")
		}
	}
	return c.Err()
}

// covers says whether a GSBPM code is the other or lies above it: 4 covers
// 4.4 and 4.4.2, but not 41.
func covers(code, other string) bool { return code == other || strings.HasPrefix(other, code+".") }

// me is the user id of the actor.
func me(ctx context.Context) string { return actor.From(ctx).UserID }
