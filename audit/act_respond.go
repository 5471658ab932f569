package audit

import (
	"context"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Response is the department's answer to an act (ISO 9001:2015 10.2.1 a-f).
type Response struct {
	Version        int     // of the act as it was seen
	Correction     string  // what was done at once
	CorrectionDay  day.Day // when; empty when it is still to be done
	CauseMethod    CauseMethod
	Causes         []Cause // in order, a tree by Parent; what has no answer is dropped, and what follows from it moves up
	RootCause      string
	SimilarChecked bool     // similar cases were looked for
	SimilarWhere   string   // where, and what was found
	Similar        []string // ids of issued acts found similar; replaces the links
	RiskUpdated    bool     // the risk register was changed
	QMSChange      string   // change of the system that is needed; empty = none
	EffectMeasure  string   // by what it will be seen that the actions work
	EffectBaseline string
	EffectTarget   string
}

func (r Response) check() (Response, error) {
	var c apperr.Check
	r.Correction = c.Text("correction", r.Correction, 0, maxText)
	r.RootCause = c.Text("root_cause", r.RootCause, 0, maxText)
	r.SimilarWhere = c.Text("similar_where", r.SimilarWhere, 0, maxText)
	r.QMSChange = c.Text("qms_change", r.QMSChange, 0, maxText)
	r.EffectMeasure = c.Text("effect_measure", r.EffectMeasure, 0, maxTitle)
	r.EffectBaseline = c.Text("effect_baseline", r.EffectBaseline, 0, maxTitle)
	r.EffectTarget = c.Text("effect_target", r.EffectTarget, 0, maxTitle)
	apperr.OneOf(&c, "cause_method", r.CauseMethod, FiveWhy, Ishikawa)
	causes := tree(&c, r.Causes, r.CauseMethod)
	r.Causes = causes
	return r, c.Err()
}

// SaveResponse keeps the department's answer while it is being worked out; it
// may be incomplete until SubmitPlan.
func (s *Service) SaveResponse(ctx context.Context, id string, r Response) error {
	if _, err := office.Allowed(ctx, policies.ActRespond); err != nil {
		return err
	}
	r, err := r.check()
	if err != nil {
		return err
	}
	return s.changeAct(ctx, id, policies.ActRespond, r.Version, []ActState{ActAcknowledged}, func(tx *store.Tx, a *Act) ([]string, error) {
		if r.CorrectionDay > s.KIS.Today() {
			return nil, apperr.InvalidField("correction_day", "audit.error.future")
		}
		began, err := s.beganOn(ctx, tx, *a)
		if err != nil {
			return nil, err
		}
		if r.CorrectionDay != "" && r.CorrectionDay < began {
			return nil, apperr.InvalidField("correction_day", "audit.error.before_audit", "day", began.Format())
		}
		if err := knownCategories(ctx, tx, r.Causes); err != nil {
			return nil, err
		}
		before := responseFields(*a)
		a.Correction, a.CorrectionDay, a.CauseMethod, a.RootCause = r.Correction, r.CorrectionDay, r.CauseMethod, r.RootCause
		a.SimilarChecked, a.SimilarWhere, a.RiskUpdated, a.QMSChange = r.SimilarChecked, r.SimilarWhere, r.RiskUpdated, r.QMSChange
		a.EffectMeasure, a.EffectBaseline, a.EffectTarget = r.EffectMeasure, r.EffectBaseline, r.EffectTarget
		if err := replaceCauses(ctx, tx, a.ID, r.Causes); err != nil {
			return nil, err
		}
		if err := s.replaceSimilar(ctx, tx, a.ID, r.Similar); err != nil {
			return nil, err
		}
		after := responseFields(*a)
		after["causes"], after["similar"] = r.Causes, r.Similar
		tx.Record(store.Change{Action: string(policies.ActRespond), Kind: kindAct, ID: a.ID, Label: a.Number, Before: before, After: after})
		return []string{"correction", "correction_day", "cause_method", "root_cause", "similar_checked", "similar_where", "risk_updated",
			"qms_change", "effect_measure", "effect_baseline", "effect_target"}, nil
	})
}

// beganOn is the day on which the audit of an act began, planned or real,
// whichever was first; empty for an act that comes from no audit.
func (s *Service) beganOn(ctx context.Context, tx *store.Tx, a Act) (day.Day, error) {
	if a.AuditID == "" {
		return "", nil
	}
	of, err := auditOf(ctx, tx, a)
	if err != nil {
		return "", err
	}
	began := of.PlannedFrom
	if started := day.Of(of.StartedAt, s.KIS.Zone); !of.StartedAt.IsZero() && started < began {
		began = started
	}
	return began, nil
}

func responseFields(a Act) map[string]any {
	return map[string]any{"correction": a.Correction, "correction_day": a.CorrectionDay, "cause_method": a.CauseMethod, "root_cause": a.RootCause,
		"similar_checked": a.SimilarChecked, "similar_where": a.SimilarWhere, "risk_updated": a.RiskUpdated, "qms_change": a.QMSChange,
		"effect_measure": a.EffectMeasure, "effect_baseline": a.EffectBaseline, "effect_target": a.EffectTarget}
}

// SubmitPlan hands correction, cause and corrective actions to the lead
// auditor. What is missing is named field by field.
func (s *Service) SubmitPlan(ctx context.Context, id string) error {
	return s.actStep(ctx, id, "submit", "", func(tx *store.Tx, a *Act) ([]string, error) {
		causes, open, err := planParts(ctx, tx, a.ID)
		if err != nil {
			return nil, err
		}
		var c apperr.Check // in the order of the form
		written := func(field, text string) {
			if strings.TrimSpace(text) == "" {
				c.Add(field, "error.field.required")
			}
		}
		written("correction", a.Correction)
		if causes == 0 {
			c.Add("causes", "error.field.required")
		}
		written("root_cause", a.RootCause)
		if !a.SimilarChecked {
			c.Add("similar_checked", "audit.error.similar")
		}
		written("similar_where", a.SimilarWhere)
		written("effect_measure", a.EffectMeasure)
		written("effect_target", a.EffectTarget)
		if open == 0 {
			c.Add("actions", "audit.error.no_actions")
		}
		a.PlannedBy, a.PlannedAt = tx.Actor.UserID, tx.Now
		return []string{"planned_by", "planned_at"}, c.Err()
	})
}

// Approval is the lead auditor's decision on a plan of action.
type Approval struct {
	EffectMonths int // months between implementation and the effectiveness check, 0 to 36
}

// ApprovePlan lets the actions begin. Who owns one of them may not approve.
func (s *Service) ApprovePlan(ctx context.Context, id string, ap Approval) error {
	if ap.EffectMonths < 0 || ap.EffectMonths > 36 {
		return apperr.InvalidField("effect_months", "error.field.range", "min", 0, "max", 36)
	}
	return s.actStep(ctx, id, "approve", "", func(tx *store.Tx, a *Act) ([]string, error) {
		if err := ownsNone(ctx, tx, a.ID, tx.Actor.UserID); err != nil {
			return nil, err
		}
		a.ApprovedBy, a.ApprovedAt, a.EffectMonths = tx.Actor.UserID, tx.Now, ap.EffectMonths
		return []string{"approved_by", "approved_at", "effect_months"}, nil
	})
}

// ReturnPlan gives a plan back to the department with what is wrong with it.
func (s *Service) ReturnPlan(ctx context.Context, id, reason string) error {
	return s.reasoned(ctx, id, "return", reason, func(*store.Tx, *Act) ([]string, error) { return nil, nil })
}

// EffectMonths is the usual time between implementation and the check.
func (s *Service) EffectMonths() int {
	if t, err := s.KIS.Timer("act.effectiveness"); err == nil && t.Unit == office.Month {
		return t.N()
	}
	return 3
}
