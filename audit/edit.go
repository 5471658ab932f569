package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// AuditEdit is an audit's plan as somebody wants it to be; the team, the
// schedule and the checklists are set elsewhere.
type AuditEdit struct {
	NewAudit        // Lead, Members, Templates and the row of the programme are left as they are
	Seen     string // Edition of what was on the page
}

// Edition stands for what a plan says: it changes with every field of it.
func (v AuditView) Edition() string {
	var cycles, departments, sites []string
	for _, y := range v.Cycles {
		cycles = append(cycles, y.ID)
	}
	for _, d := range v.Departments {
		departments = append(departments, d.ID)
	}
	for _, x := range v.Sites {
		sites = append(sites, x.ID)
	}
	return edition(v.Audit, scope{Cycles: cycles, Codes: v.Codes, Departments: departments, Sites: sites})
}

func edition(a Audit, sc scope) string {
	sorted := func(list []string) []string { return slices.Sorted(slices.Values(list)) }
	raw, _ := json.Marshal([]any{a.Kind, a.Title, a.Objectives, a.Criteria, a.Method, a.Period, a.PlannedFrom, a.PlannedTo, // texts always can be
		sorted(sc.Cycles), sorted(sc.Codes), sc.Departments, sorted(sc.Sites)})
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:12])
}

// EditAudit changes the plan of an audit that has not been announced. When
// the scope changes, the team is checked against it, and the questions of the
// checklist are chosen anew out of the same templates; questions of its own
// stay. What was changed by somebody else meanwhile is a Conflict.
func (s *Service) EditAudit(ctx context.Context, id string, e AuditEdit) error {
	if _, err := office.Allowed(ctx, policies.AuditPlan); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := lock(ctx, tx, "audits", id); err != nil {
			return err
		}
		a, err := s.seenAudit(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.mayAudit(ctx, tx, a, policies.AuditPlan); err != nil {
			return err
		}
		if err := openFor(ctx, a, Planned); err != nil {
			return err
		}
		old, templates, lead, err := planOf(ctx, tx, a)
		if err != nil {
			return err
		}
		if e.Seen != edition(a, old) {
			return apperr.New(apperr.Conflict, "audit.error.plan_changed", "number", a.Number)
		}
		n := e.NewAudit
		n.Templates, n.Lead, n.Members = templates, lead, nil
		if n, err = n.check(); err != nil {
			return err
		}
		if err := s.checkEdit(ctx, tx, a, n); err != nil {
			return err
		}
		return s.applyEdit(ctx, tx, a, old, n)
	})
}

// planOf reads what a plan consists of beside the audit itself: its scope, the
// templates of its checklist and its lead.
func planOf(ctx context.Context, tx *store.Tx, a Audit) (sc scope, templates []string, lead string, err error) {
	if sc, err = scopeOf(ctx, tx, a.ID); err != nil {
		return sc, nil, "", err
	}
	if err = tx.NewRaw("SELECT CAST(site_id AS TEXT) FROM audit_sites WHERE audit_id = ?", a.ID).Scan(ctx, &sc.Sites); err != nil {
		return sc, nil, "", store.MapError(err, "sites of an audit")
	}
	err = tx.NewRaw("SELECT DISTINCT CAST(template_id AS TEXT) FROM audit_rows WHERE audit_id = ? AND NOT own ORDER BY 1", a.ID).Scan(ctx, &templates)
	if err != nil {
		return sc, nil, "", store.MapError(err, "templates of an audit")
	}
	team, err := teamOf(ctx, tx, a.ID)
	for _, t := range team {
		if t.Role == Lead {
			lead = t.UserID
		}
	}
	return sc, templates, lead, err
}

// checkEdit asks the database about what a changed plan names.
func (s *Service) checkEdit(ctx context.Context, tx *store.Tx, a Audit, n NewAudit) error {
	if today := s.KIS.Today(); n.To < today {
		return apperr.InvalidField("to", "audit.error.past", "day", today.Format())
	}
	if err := checkScope(ctx, tx, n); err != nil {
		return err
	}
	outside, err := exists(ctx, tx, "SELECT COUNT(*) FROM audit_sessions WHERE audit_id = ? AND (day < ? OR day > ?)", a.ID, n.From, n.To)
	if err != nil {
		return err
	}
	if outside {
		return apperr.InvalidField("from", "audit.error.sessions_outside")
	}
	if left, err := exists(ctx, tx, "SELECT COUNT(*) FROM audit_sessions WHERE audit_id = ? AND department_id IS NOT NULL AND department_id NOT IN (?)", a.ID, bun.List(n.Departments)); err != nil {
		return err
	} else if left {
		return apperr.InvalidField("departments", "audit.error.sessions_department")
	}
	return nil
}

// applyEdit writes a changed plan, checks the team against it and leaves its
// entry in the trail.
func (s *Service) applyEdit(ctx context.Context, tx *store.Tx, a Audit, old scope, n NewAudit) error {
	sc := scope{Cycles: n.Cycles, Codes: n.Codes, Departments: n.Departments, Sites: n.Sites}
	before, was := planFacts(a, old), edition(a, old)
	a.Kind, a.Title, a.Objectives, a.Criteria, a.Method, a.Period, a.PlannedFrom, a.PlannedTo = n.Kind, n.Title, n.Objectives, n.Criteria, n.Method, n.Period, n.From, n.To
	if edition(a, sc) == was {
		return store.ErrNoChange
	}
	a.SearchKey = i18n.Fold(strings.Join([]string{a.Number, a.Title, a.Criteria}, " "))
	if err := updateAudit(ctx, tx, a, "kind", "title", "objectives", "criteria", "method", "period", "planned_from", "planned_to", "search_key"); err != nil {
		return err
	}
	if edition(Audit{}, old) != edition(Audit{}, sc) {
		if err := replaceScope(ctx, tx, a.ID, sc); err != nil {
			return err
		}
		if err := recompose(ctx, tx, a, sc, n.Templates); err != nil {
			return err
		}
	}
	if err := s.recheckTeam(ctx, tx, a, AtTeam); err != nil {
		return err
	}
	after := planFacts(a, sc)
	for key, value := range after {
		if same(before[key], value) {
			delete(before, key)
			delete(after, key)
		}
	}
	tx.Record(store.Change{Action: string(policies.AuditPlan), Kind: kindAudit, ID: a.ID, Label: a.Number, Before: before, After: after})
	return nil
}

func same(a, b any) bool {
	x, _ := json.Marshal(a) // texts always can be
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

// planFacts are the fields of a plan as the trail keeps them.
func planFacts(a Audit, sc scope) map[string]any {
	sorted := func(list []string) []string { return slices.Sorted(slices.Values(list)) }
	return map[string]any{"kind": a.Kind, "title": a.Title, "objectives": a.Objectives, "criteria": a.Criteria, "method": a.Method, "period": a.Period,
		"from": a.PlannedFrom, "to": a.PlannedTo, "cycles": sorted(sc.Cycles), "codes": sorted(sc.Codes), "departments": sc.Departments, "sites": sorted(sc.Sites)}
}

// recompose chooses the questions of a checklist anew for a changed scope.
func recompose(ctx context.Context, tx *store.Tx, a Audit, sc scope, templates []string) error {
	list, err := compose(ctx, tx, a.ID, sc, BuildRequest{Templates: templates})
	if err != nil {
		return err
	}
	own, err := rowsOf(ctx, tx, a.ID, true)
	if err != nil {
		return err
	}
	if len(list.Rows) == 0 {
		return apperr.InvalidField("codes", "audit.error.no_rows")
	}
	if _, err := dropRows(ctx, tx, a.ID); err != nil {
		return err
	}
	for i := range own {
		own[i].Position = len(list.Rows) + i + 1
	}
	if err := insertRows(ctx, tx, list.Rows); err != nil {
		return err
	}
	return placeRows(ctx, tx, own)
}
