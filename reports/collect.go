package reports

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/amendment"
)

// collect reads what a document is made of, through the services and so with
// the rights of the actor.
func (s *Service) collect(ctx context.Context, r Request) (material, error) {
	w := s.words(r.Lang)
	if k := s.added(r.Kind); k != nil {
		return s.collectAdded(ctx, k, r, w)
	}
	switch r.Kind {
	case Act:
		return s.collectAct(ctx, r, w)
	case Audit:
		return s.collectAudit(ctx, r, w)
	case Review:
		return s.collectReview(ctx, r, w)
	case Plan:
		return s.collectPlan(ctx, r, w)
	case Cycle:
		return s.collectCycle(ctx, r, w)
	case Scorecard:
		return s.collectScorecard(ctx, r, w)
	case Measures:
		return s.collectMeasures(ctx, r, w)
	case Gate:
		return s.collectGate(ctx, r, w)
	case Values:
		return s.collectIndicators(ctx, r, w)
	case Overview:
		return s.collectOverview(ctx, r, w)
	case Process, ProcessMap:
		return s.collectProcess(ctx, r, w)
	}
	return material{}, apperr.Missing("document")
}

// fileName puts a name together out of what may stand in one on any system.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"/\|?*`, r) || r < ' ' {
			return '-'
		}
		return r
	}, name)
	return i18n.Shorten(strings.Join(strings.Fields(name), "-"), 100)
}

func (s *Service) collectAct(ctx context.Context, r Request, w Words) (material, error) {
	v, err := s.audit.ActDossier(ctx, r.Key)
	if err != nil {
		return material{}, err
	}
	number := v.Number
	if number == "" {
		number = w.T("report.file.draft")
	}
	return material{object: v.ID, number: v.Number, dated: w.DayOf(v.IssuedAt), state: "audit.act.state." + string(v.State),
		name: fileName(w.T("report.file.act", "number", number)), doc: func() Doc { return actDocument(v, w) }, sheets: func() []Sheet { return actSheets(v, w) },
		files: asDoc(func() Doc { return actDocument(v, w) })}, nil
}

func (s *Service) collectAudit(ctx context.Context, r Request, w Words) (material, error) {
	v, err := s.audit.AuditDossier(ctx, r.Key)
	if err != nil {
		return material{}, err
	}
	return material{object: v.ID, number: v.Number, dated: w.DayOf(v.ReportedAt), state: "audit.audit.state." + string(v.State),
		name: fileName(w.T("report.file.audit", "number", v.Number)), doc: func() Doc { return auditDocument(v, w) }, sheets: func() []Sheet { return auditSheets(v, w) },
		files: asDoc(func() Doc { return auditDocument(v, w) })}, nil
}

func (s *Service) collectReview(ctx context.Context, r Request, w Words) (material, error) {
	v, err := s.planning.ReviewDossier(ctx, r.Key)
	if err != nil {
		return material{}, err
	}
	return material{object: v.ID, number: v.Number, dated: w.DayOf(v.MeetingAt), state: "planning.review.state." + string(v.State),
		name: fileName(w.T("report.file.review", "number", v.Number)), doc: func() Doc { return reviewDocument(v, w) }}, nil
}

func (s *Service) collectPlan(ctx context.Context, r Request, w Words) (material, error) {
	p, err := s.planning.PlanDossier(ctx, planning.Key(r.Key))
	if err != nil {
		return material{}, err
	}
	changes, err := amendment.New(s.planning).List(ctx, p.Key)
	if err != nil {
		return material{}, err
	}
	return material{object: p.ID, number: string(p.Key), dated: w.DayOf(p.ApprovedAt), state: "planning.plan.state." + string(p.State),
		name: fileName(w.T("report.file.plan", "year", string(p.Key))),
		doc:  func() Doc { return planDocument(p, changes, w) }, sheets: func() []Sheet { return planSheets(p, w) }}, nil
}

// cycleOf finds the cycle by the code of its process and the period, or by its
// id alone.
func (s *Service) cycleOf(ctx context.Context, r Request) (id string, err error) {
	if r.Key2 == "" && store.IsID(r.Key) {
		return r.Key, nil
	}
	cy, err := s.kis.CycleByCode(ctx, r.Key, r.Key2)
	return cy.ID, err
}

// collectCycle takes the code of a process with a period, or the id of a
// cycle alone.
func (s *Service) collectCycle(ctx context.Context, r Request, w Words) (material, error) {
	id, err := s.cycleOf(ctx, r)
	if err != nil {
		return material{}, err
	}
	g, err := s.kis.Grid(ctx, id, kis.GridFilter{})
	if err != nil {
		return material{}, err
	}
	number := Joined(", ", g.Cycle.Process.Code, g.Cycle.Period)
	return material{object: id, number: number, dated: s.kis.Today(), state: "kis.cycle.state." + string(g.Cycle.State),
		name: fileName(w.T("report.file.cycle", "process", g.Cycle.Process.Code, "period", g.Cycle.Period)),
		doc:  func() Doc { return cycleDocument(g, w) }, sheets: func() []Sheet { return cycleSheets(g, w) }}, nil
}

func (s *Service) collectScorecard(ctx context.Context, r Request, w Words) (material, error) {
	c, err := s.eservice.Scorecard(ctx, eservice.ScorecardFilter{From: r.From, To: r.To, Year: r.Year, Agency: r.Agency})
	if err != nil {
		return material{}, err
	}
	years, of := scorecardYears(c), ""
	if c.Agency != nil {
		of = c.Agency.Code
	}
	return material{object: fmt.Sprintf("%s:%s:%d", of, years, c.Year), number: Joined(", ", of, years), dated: s.kis.Today(),
		name: fileName(Joined("-", w.T("report.file.scorecard"), of, years)),
		doc:  func() Doc { return scorecardDocument(c, w) }, sheets: func() []Sheet { return scorecardSheets(c, w) }}, nil
}

func (s *Service) collectMeasures(ctx context.Context, r Request, w Words) (material, error) {
	v, err := s.planning.MeasuresReport(ctx, r.Key, r.Year)
	if err != nil {
		return material{}, err
	}
	state := ""
	if v.Report.State != "" {
		state = "planning.measure.report.state." + string(v.Report.State)
	}
	return material{object: fmt.Sprintf("%s:%d", v.Plan.ID, v.Year), number: Joined(", ", v.Plan.Code, strconv.Itoa(v.Year)), dated: day.Day(v.Report.SignedOn),
		state: state, name: fileName(w.T("report.file.measures", "plan", v.Plan.Code, "year", v.Year)),
		doc:    func() Doc { return measuresDocument(v, w) },
		sheets: func() []Sheet { return measuresSheets(v, w, r.Format == XLSX) }}, nil
}
