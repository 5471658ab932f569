package assessment

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// What lists of work call these things.
const (
	workAssessment = "assessment.work.kind"
	workSurvey     = "assessment.work.kind_survey"
)

// Work lists the first of what waits for the actor.
func (s *Service) Work(ctx context.Context) ([]kis.WorkItem, error) {
	return kis.MyWork(ctx, s.WorkParts, kis.WorkLimit)
}

// WorkParts are the parts of work in questionnaires: self-assessments that the
// actor began, those of the own department, cycles whose evaluation has begun
// without one, and surveys whose last day has passed.
func (s *Service) WorkParts(ctx context.Context) ([]kis.WorkPart, error) {
	who := actor.From(ctx)
	if who.UserID == "" {
		return nil, nil
	}
	var parts []kis.WorkPart
	if fill := policies.For(who, policies.AssessmentFill); !fill.None() {
		mine := s.draftPart(kis.WorkMine, fill, func(q *bun.SelectQuery) { q.Where("a.created_by = ?", who.UserID) })
		begin := kis.WorkDepartment
		if scope := policies.For(who, policies.EvaluationWrite); !scope.None() { // who evaluates the cycle sees to it that it is assessed
			begin = kis.WorkMine
		}
		parts = append(parts, mine, s.beginPart(begin, fill))
		if who.DepartmentID != "" {
			own := policies.Scope{Departments: []string{who.DepartmentID}}
			parts = append(parts, s.draftPart(kis.WorkDepartment, own, func(*bun.SelectQuery) {}))
		}
	}
	if policies.Can(who, policies.SurveyManage) {
		parts = append(parts, s.surveyPart())
	}
	return parts, nil
}

// draftPart is the self-assessments that are being filled in, by the term of
// phase 8.
func (s *Service) draftPart(tab kis.WorkTab, scope policies.Scope, narrow func(q *bun.SelectQuery)) kis.WorkPart {
	db := s.DB.Read()
	return kis.WorkPart{Tab: tab, Name: "assessment:fill", Kind: workAssessment, Due: "COALESCE(CAST(ph.due AS TEXT), '" + string(kis.NoTerm) + "')", ID: "a.id",
		From: func() *bun.SelectQuery {
			q := db.NewSelect().TableExpr("self_assessments AS a").Join("JOIN cycles AS c ON c.id = a.cycle_id").Join("JOIN processes AS p ON p.id = c.process_id").
				Join("LEFT JOIN cycle_phases AS ph ON ph.cycle_id = c.id AND ph.phase = '8'").Where("a.state = ?", Draft)
			narrow(q)
			return office.InScope(q, scope, "p.owner_id")
		},
		Items: func(ctx context.Context, keys []kis.WorkKey) ([]kis.WorkItem, error) {
			ids, _ := kis.WorkIDs(keys)
			q := db.NewSelect().TableExpr("self_assessments AS a").ColumnExpr("a.id, a.number").Join("JOIN cycles AS c ON c.id = a.cycle_id").Where("a.id IN (?)", bun.List(ids))
			return s.items(ctx, q, func(r workRow) kis.WorkItem {
				return kis.WorkItem{Title: r.Number, Href: "/assessments/" + r.ID + "/fill", VerbKey: "assessment.work.fill"}
			})
		}}
}

// beginPart is the cycles in their evaluation that nobody has begun to assess.
func (s *Service) beginPart(tab kis.WorkTab, scope policies.Scope) kis.WorkPart {
	db := s.DB.Read()
	return kis.WorkPart{Tab: tab, Name: "assessment:begin", Kind: workAssessment, Due: "COALESCE(CAST(ph.due AS TEXT), '" + string(kis.NoTerm) + "')", ID: "c.id",
		From: func() *bun.SelectQuery {
			q := db.NewSelect().TableExpr("cycles AS c").Join("JOIN processes AS p ON p.id = c.process_id").
				Join("LEFT JOIN cycle_phases AS ph ON ph.cycle_id = c.id AND ph.phase = '8'").
				Where("c.state = ? AND NOT EXISTS (SELECT 1 FROM self_assessments a WHERE a.cycle_id = c.id)", kis.CycleEvaluating)
			return office.InScope(q, scope, "p.owner_id")
		},
		Items: func(ctx context.Context, keys []kis.WorkKey) ([]kis.WorkItem, error) {
			ids, _ := kis.WorkIDs(keys)
			q := db.NewSelect().TableExpr("cycles AS c").ColumnExpr("c.id, '' AS number").Where("c.id IN (?)", bun.List(ids))
			return s.items(ctx, q, func(workRow) kis.WorkItem {
				return kis.WorkItem{Href: "/assessments", VerbKey: "assessment.work.begin"}
			})
		}}
}

// surveyPart is the surveys that take no more answers and are still open.
func (s *Service) surveyPart() kis.WorkPart {
	db, today := s.DB.Read(), s.KIS.Today()
	return kis.WorkPart{Tab: kis.WorkMine, Name: "assessment:survey", Kind: workSurvey, List: func(ctx context.Context) ([]kis.WorkItem, error) {
		var rows []Survey
		err := db.NewSelect().Model(&rows).ColumnExpr("s.id, s.number, s.title, s.closes").Where("s.state = ? AND s.closes < ?", SurveyOpen, today).OrderExpr("s.closes, s.id").Limit(listed).Scan(ctx)
		out := make([]kis.WorkItem, len(rows))
		for i, v := range rows {
			out[i] = kis.WorkItem{Due: v.Closes, KindKey: workSurvey, Icon: "message-2", Title: v.Number + " " + v.Title, Href: "/surveys/" + v.ID, VerbKey: "assessment.work.close", Overdue: true}
		}
		return out, store.MapError(err, "surveys that wait")
	}}
}

// workRow is a cycle that is assessed or waits for it.
type workRow struct {
	ID, Number, Period string
	TitleAZ            string `bun:"title_az"`
	TitleEN            string `bun:"title_en"`
	Due                day.Day
}

// items reads the cycles of q and makes items of them.
func (s *Service) items(ctx context.Context, q *bun.SelectQuery, show func(r workRow) kis.WorkItem) ([]kis.WorkItem, error) {
	var rows []workRow
	err := q.ColumnExpr("c.period, p.title_az, p.title_en, COALESCE(CAST(ph.due AS TEXT), '') AS due").Join("JOIN processes AS p ON p.id = c.process_id").
		Join("LEFT JOIN cycle_phases AS ph ON ph.cycle_id = c.id AND ph.phase = '8'").Scan(ctx, &rows)
	lang, today := actor.From(ctx).Lang, s.KIS.Today()
	out := make([]kis.WorkItem, len(rows))
	for i, r := range rows {
		w := show(r)
		w.ID, w.KindKey, w.Icon, w.Due, w.Overdue = r.ID, workAssessment, "adjustments", r.Due, r.Due != "" && r.Due < today
		about := i18n.InLang(lang, r.TitleAZ, r.TitleEN) + ", " + r.Period
		if w.Title == "" {
			w.Title = about
		} else {
			w.Reason = about
		}
		out[i] = w
	}
	return out, store.MapError(err, "self-assessments that wait")
}
