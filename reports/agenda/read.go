package agenda

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
)

// entry is the date of a row in a language.
func (r dateRow) entry(kind, lang string) Entry {
	title := i18n.InLang(lang, r.TitleAZ, r.TitleEN)
	if r.No != "" {
		title = strings.TrimSuffix(r.No+" "+title, " ")
	}
	if r.Until == "" {
		r.Until = r.Day
	}
	return Entry{ID: r.ID, Kind: kind, Day: r.Day, To: r.Until, Title: title, Reason: i18n.InLang(lang, r.ReasonAZ, r.ReasonEN),
		Department: r.Department, Href: r.Href + r.Ref, Done: r.Done}
}

// between narrows to the days asked for and puts them in order.
func (f Filter) between(q *bun.SelectQuery, column string) *bun.SelectQuery {
	return q.Where("? >= ? AND ? <= ?", bun.Safe(column), f.From, bun.Safe(column), f.To).OrderExpr(column)
}

// of narrows to the department asked for.
func (f Filter) of(q *bun.SelectQuery, column string) *bun.SelectQuery {
	if f.DepartmentID != "" {
		q.Where("? = ?", bun.Safe(column), f.DepartmentID)
	}
	return q
}

// none says that a kind has nothing of a department.
func (f Filter) none() bool { return f.DepartmentID != "" }

// phases are the due days of open cycles. Of the department asked for are
// those of the processes it owns.
func (s *Service) phases(_ context.Context, f Filter, sc policies.Scope) *bun.SelectQuery {
	q := s.DB.Read().NewSelect().TableExpr("cycle_phases AS cp").Join("JOIN cycles AS c ON c.id = cp.cycle_id").Join("JOIN processes AS p ON p.id = c.process_id").
		Join("JOIN departments AS d ON d.id = p.owner_id").
		Join("LEFT JOIN activities AS a ON a.version_id = c.version_id AND a.code = cp.phase").
		ColumnExpr("CAST(c.id AS TEXT) || '-' || cp.phase AS id, c.id AS ref, '/cycles/' AS href, cp.due AS day, cp.phase AS no, COALESCE(a.name_az, '') AS title_az, COALESCE(a.name_en, '') AS title_en").
		ColumnExpr("p.title_az || ', ' || c.period AS reason_az, p.title_en || ', ' || c.period AS reason_en, d.code AS department").
		ColumnExpr("(cp.gate IN ('passed', 'waived') OR c.state = 'closed') AS done")
	if !sc.Any { // an observer's cycles
		var ids []string
		for _, o := range sc.Objects {
			if o.Kind == "cycle" {
				ids = append(ids, o.ID)
			}
		}
		if len(ids) == 0 {
			return nil
		}
		q.Where("c.id IN (?)", bun.List(ids))
	}
	return f.between(f.of(q, "p.owner_id"), "cp.due")
}

func (s *Service) audits(_ context.Context, f Filter, sc policies.Scope) *bun.SelectQuery {
	q := audit.AuditsInScope(s.DB.Read().NewSelect().TableExpr("audits AS a"), sc).
		ColumnExpr("a.id, a.id AS ref, '/audits/' AS href, a.planned_from AS day, a.planned_to AS until, a.number AS no, a.title AS title_az, a.title AS title_en").
		ColumnExpr("COALESCE((SELECT d.code FROM audit_departments x JOIN departments d ON d.id = x.department_id WHERE x.audit_id = a.id AND x.position = 0), '') AS department").
		ColumnExpr("a.state IN ('reported', 'closed') AS done").
		Where("a.state <> 'cancelled' AND a.planned_to >= ? AND a.planned_from <= ?", f.From, f.To).OrderExpr("a.planned_from")
	if f.DepartmentID != "" {
		q.Where("EXISTS (SELECT 1 FROM audit_departments x WHERE x.audit_id = a.id AND x.department_id = ?)", f.DepartmentID)
	}
	return q
}

// acts are the terms of the present steps of acts.
func (s *Service) acts(ctx context.Context, f Filter, sc policies.Scope) *bun.SelectQuery {
	due := s.DB.Read().NewSelect().TableExpr("acts AS c").ColumnExpr("c.id, c.number, c.statement, c.department_id, COALESCE((" + audit.PresentDue + "), '') AS due").
		Where("c.state IN ('issued', 'acknowledged', 'implemented')")
	q := s.DB.Read().NewSelect().TableExpr("(?) AS x", f.of(audit.ActsInScope(ctx, due, sc), "c.department_id")).Join("JOIN departments AS d ON d.id = x.department_id").
		ColumnExpr("x.id, x.id AS ref, '/acts/' AS href, x.due AS day, x.number AS no, x.statement AS title_az, x.statement AS title_en, d.code AS department")
	return f.between(q, "x.due")
}

func (s *Service) actions(ctx context.Context, f Filter, sc policies.Scope) *bun.SelectQuery {
	q := audit.ActsInScope(ctx, s.DB.Read().NewSelect().TableExpr("corrective_actions AS ac").Join("JOIN acts AS c ON c.id = ac.act_id").Join("JOIN departments AS d ON d.id = ac.department_id"), sc).
		ColumnExpr("ac.id, c.id AS ref, '/acts/' AS href, ac.due AS day, c.number || ', DT-' || CAST(ac.no AS TEXT) AS no, ac.text AS title_az, ac.text AS title_en, d.code AS department").
		Where("ac.state NOT IN ('done', 'verified') AND c.state = 'in_progress'")
	return f.between(f.of(q, "ac.department_id"), "ac.due")
}

// items are the items of plans that were approved.
func (s *Service) items(_ context.Context, f Filter, _ policies.Scope) *bun.SelectQuery {
	q := s.DB.Read().NewSelect().TableExpr("plan_items AS i").Join("JOIN plans AS p ON p.id = i.plan_id AND p.state IN ('approved', 'running', 'closed')").
		Join("JOIN departments AS d ON d.id = i.responsible_id").
		ColumnExpr("i.id, i.id AS ref, '/plans/' || p.key || '/items/' AS href, COALESCE(i.new_due, i.due) AS day").
		ColumnExpr("p.key || ', № ' || CAST(i.no AS TEXT) || '.' AS no, i.text AS title_az, i.text AS title_en, i.indicator AS reason_az, i.indicator AS reason_en, d.code AS department, i.state = 'done' AS done")
	return f.between(f.of(q, "i.responsible_id"), "COALESCE(i.new_due, i.due)")
}

// measures are the days by which the entries of a report are written and
// decided.
func (s *Service) measures(_ context.Context, f Filter, _ policies.Scope) *bun.SelectQuery {
	if f.none() {
		return nil
	}
	q := s.DB.Read().NewSelect().TableExpr("measure_reports AS r").Join("JOIN national_plans AS np ON np.id = r.plan_id").
		ColumnExpr("CAST(r.plan_id AS TEXT) || '-' || CAST(r.year AS TEXT) AS id, np.code || '&year=' || CAST(r.year AS TEXT) AS ref, '/measures?plan=' AS href, r.write_due AS day, np.code || ', ' || CAST(r.year AS TEXT) AS no").
		ColumnExpr("np.title_az, np.title_en, r.state = 'sent' AS done")
	return f.between(q, "r.write_due")
}

// reviews are the meetings of the management review.
func (s *Service) reviews(_ context.Context, f Filter, _ policies.Scope) *bun.SelectQuery {
	if f.none() {
		return nil
	}
	met := "SUBSTR(CAST(r.meeting_at AS TEXT), 1, 10)"
	if s.DB.Postgres() {
		met = "TO_CHAR(r.meeting_at AT TIME ZONE '" + strings.ReplaceAll(s.KIS.Zone.String(), "'", "") + "', 'YYYY-MM-DD')"
	}
	q := s.DB.Read().NewSelect().TableExpr("reviews AS r").ColumnExpr("r.id, r.id AS ref, '/reviews/' AS href, ? AS day, r.number AS no, r.place AS title_az, r.place AS title_en, r.state = 'signed' AS done", bun.Safe(met))
	return f.between(q, met)
}

func (s *Service) decisions(_ context.Context, f Filter, _ policies.Scope) *bun.SelectQuery {
	q := s.DB.Read().NewSelect().TableExpr("review_decisions AS x").Join("JOIN reviews AS r ON r.id = x.review_id").Join("JOIN departments AS d ON d.id = x.department_id").
		ColumnExpr("x.id, r.id AS ref, '/reviews/' AS href, x.due AS day, r.number || ', ' || CAST(x.no AS TEXT) || '.' AS no, x.text AS title_az, x.text AS title_en, d.code AS department").
		ColumnExpr("EXISTS (SELECT 1 FROM plan_items i WHERE i.decision_id = x.id AND " + planning.CarriedOut + ") AS done")
	return f.between(f.of(q, "x.department_id"), "x.due")
}

// campaigns are the assessments of e-services, of an agency only those that
// concern it.
func (s *Service) campaigns(_ context.Context, f Filter, sc policies.Scope) *bun.SelectQuery {
	if f.none() {
		return nil
	}
	q := s.DB.Read().NewSelect().TableExpr("assessment_campaigns AS c").
		ColumnExpr("c.id, c.id AS ref, '/campaigns/' AS href, c.from_day AS day, c.to_day AS until, c.number AS no, c.title AS title_az, c.title AS title_en, c.state IN ('final', 'published') AS done").
		Where("c.state <> 'cancelled' AND c.to_day >= ? AND c.from_day <= ?", f.From, f.To).OrderExpr("c.from_day")
	if !sc.Any {
		if len(sc.Agencies) == 0 {
			return nil
		}
		q.Where("c.state <> 'planned' AND EXISTS (SELECT 1 FROM campaign_bodies b WHERE b.campaign_id = c.id AND b.agency_id IN (?))", bun.List(sc.Agencies))
	}
	return q
}

// risks are the days on which risks are looked at again, or treated by.
func (s *Service) risks(_ context.Context, f Filter, sc policies.Scope) *bun.SelectQuery {
	q := s.DB.Read().NewSelect().TableExpr("risks AS r").Join("JOIN departments AS d ON d.id = r.department_id").Where("r.state <> 'closed'").
		ColumnExpr("r.id, r.id AS ref, '/risks/' AS href, CASE WHEN r.state = 'treating' THEN r.due ELSE r.review_due END AS day, r.number AS no, r.title AS title_az, r.title AS title_en, d.code AS department")
	return f.between(f.of(office.InScope(q, sc, "r.department_id"), "r.department_id"), "CASE WHEN r.state = 'treating' THEN r.due ELSE r.review_due END")
}

func (s *Service) objectives(_ context.Context, f Filter, sc policies.Scope) *bun.SelectQuery {
	q := s.DB.Read().NewSelect().TableExpr("objectives AS o").Join("JOIN departments AS d ON d.id = o.department_id").Where("o.state <> 'cancelled'").
		ColumnExpr("o.id, o.id AS ref, '/objectives/' AS href, o.due AS day, o.number AS no, o.title AS title_az, o.title AS title_en, d.code AS department, o.state <> 'running' AS done")
	return f.between(f.of(office.InScope(q, sc, "o.department_id"), "o.department_id"), "o.due")
}
