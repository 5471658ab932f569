package outside

import (
	"context"
	"slices"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
)

// Home is what a visitor sees first: the audit, or the cycles.
type Home struct {
	Audit  *audit.Dossier // of a link to an audit: what its department was shown, and the checklist once it is reported
	Cycles []CycleRow     // of a link to a cycle or process
}

// CycleRow is a cycle that the link opens.
type CycleRow struct{ ID, Period, State string }

// objects lists what a visit opens. Of an audit these are the audit and the
// evidence that its shown findings, its answered rows and its issued acts
// point at.
func (s *Service) objects(ctx context.Context, l Link) (out []policies.Object, err error) {
	var ids []string
	db := s.DB.Read()
	kind := "cycle"
	switch l.Scope {
	case OfAudit:
		kind = "submission"
		out = append(out, policies.Object{Kind: "audit", ID: l.AuditID})
		err = db.NewRaw(`SELECT e.submission_id FROM row_evidence e JOIN audit_rows r ON r.id = e.row_id JOIN audits a ON a.id = r.audit_id WHERE r.audit_id = ? AND a.reported_at IS NOT NULL
			UNION SELECT e.submission_id FROM finding_evidence e JOIN findings f ON f.id = e.finding_id WHERE f.audit_id = ? AND f.state IN ('shared', 'confirmed', 'diverging', 'reported')
			UNION SELECT e.submission_id FROM act_evidence e JOIN acts c ON c.id = e.act_id WHERE c.audit_id = ? AND c.issued_at IS NOT NULL
			UNION SELECT e.submission_id FROM action_evidence e JOIN corrective_actions x ON x.id = e.action_id JOIN acts c ON c.id = x.act_id WHERE c.audit_id = ? AND c.issued_at IS NOT NULL`,
			l.AuditID, l.AuditID, l.AuditID, l.AuditID).Scan(ctx, &ids)
	case OfCycle:
		ids = []string{l.CycleID}
	case OfProcess:
		err = db.NewRaw("SELECT id FROM cycles WHERE process_id = ?", l.ProcessID).Scan(ctx, &ids)
	}
	for _, id := range ids {
		out = append(out, policies.Object{Kind: kind, ID: id})
	}
	return out, store.MapError(err, "objects of a link")
}

// enter gives the context in which a visit reads.
func (s *Service) enter(ctx context.Context, v Visit) (context.Context, error) {
	objects, err := s.objects(ctx, v.Link)
	if err != nil {
		return nil, err
	}
	return s.as(ctx, v.Link, objects), nil
}

// Home gives the first page of a visit.
func (s *Service) Home(ctx context.Context, v Visit) (h Home, err error) {
	inside, err := s.enter(ctx, v)
	if err != nil {
		return h, err
	}
	if v.Scope == OfAudit {
		d, err := s.Audit.AuditDossier(inside, v.AuditID)
		if err != nil {
			return h, err
		}
		discreet(&d)
		h.Audit = &d
	} else {
		where, id := "id", v.CycleID
		if v.Scope == OfProcess {
			where, id = "process_id", v.ProcessID
		}
		if err := s.DB.Read().NewRaw("SELECT id, period, state FROM cycles WHERE "+where+" = ? ORDER BY period DESC", id).Scan(ctx, &h.Cycles); err != nil {
			return h, store.MapError(err, "cycles of a link")
		}
	}
	return h, s.looked(ctx, v, string(v.Scope), v.Object(), v.What("az"))
}

// discreet takes out of an audit what its team has among itself: findings that
// were not shown, and the checklist before the report.
func discreet(d *audit.Dossier) {
	d.Findings = slices.DeleteFunc(d.Findings, func(f audit.FindingView) bool { return !f.State.Shown() })
	if d.ReportedAt.IsZero() {
		d.Checklist, d.Counts = nil, nil
	}
	d.Acts = slices.DeleteFunc(d.Acts, func(a audit.ActBrief) bool { return a.IssuedAt.IsZero() })
	d.Steps = nil
}

// Act gives an issued act of the audit.
func (s *Service) Act(ctx context.Context, v Visit, id string) (audit.ActView, error) {
	inside, err := s.enter(ctx, v)
	if err != nil {
		return audit.ActView{}, err
	}
	if v.Scope != OfAudit {
		return audit.ActView{}, apperr.Missing("act")
	}
	a, err := s.Audit.Act(inside, id)
	if err != nil {
		return a, err
	}
	if a.AuditID != v.AuditID || a.IssuedAt.IsZero() {
		return audit.ActView{}, apperr.Missing("act")
	}
	a.Steps = nil
	return a, s.looked(ctx, v, "act", a.ID, a.Number)
}

// Grid gives a cycle of the link.
func (s *Service) Grid(ctx context.Context, v Visit, id string) (kis.Grid, error) {
	inside, err := s.enter(ctx, v)
	if err != nil {
		return kis.Grid{}, err
	}
	g, err := s.KIS.Grid(inside, id, kis.GridFilter{})
	if err != nil {
		return g, err
	}
	return g, s.looked(ctx, v, "cycle", id, g.Cycle.Process.Code+" "+g.Cycle.Period)
}

// Task gives a task of a cycle with the evidence that the visitor may read.
func (s *Service) Task(ctx context.Context, v Visit, cycle, code string) (kis.TaskPage, error) {
	inside, err := s.enter(ctx, v)
	if err != nil {
		return kis.TaskPage{}, err
	}
	t, err := s.KIS.Task(inside, cycle, code)
	if err != nil {
		return t, err
	}
	t.History = nil
	return t, s.looked(ctx, v, "task", cycle, code)
}

// Evidence gives a submission of the scope.
func (s *Service) Evidence(ctx context.Context, v Visit, id string) (kis.SubmissionPage, error) {
	inside, err := s.enter(ctx, v)
	if err != nil {
		return kis.SubmissionPage{}, err
	}
	p, err := s.KIS.Submission(inside, id)
	if err != nil {
		return p, err
	}
	p.History, p.Versions = nil, nil
	return p, s.looked(ctx, v, "submission", id, p.TaskCode)
}

// File gives a file of a submission of the scope.
func (s *Service) File(ctx context.Context, v Visit, submission, file string) (kis.File, error) {
	inside, err := s.enter(ctx, v)
	if err != nil {
		return kis.File{}, err
	}
	f, err := s.KIS.EvidenceFile(inside, submission, file)
	if err != nil {
		return f, err
	}
	return f, s.looked(ctx, v, "file", file, f.Name)
}

// Left is how long a visit goes on.
func (v Visit) Left(now time.Time) time.Duration { return v.Ends.Sub(now) }
