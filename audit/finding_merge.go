package audit

import (
	"context"
	"slices"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// FindingEdit is what the team may change of a draft finding. Version is that
// of the finding as it was seen.
type FindingEdit struct {
	Version        int
	Grade          Grade // one that makes an act stays one that does, and the other way round
	Statement      string
	Recommendation string
	Topic          string // findings of one topic stand together
	TeamView       string // of a diverging opinion: also while it is diverging
}

// EditFinding changes a draft finding, and the draft act it made with it. Of a
// diverging one only what the team thinks of the department's opinion is kept.
func (s *Service) EditFinding(ctx context.Context, id string, e FindingEdit) error {
	if _, err := office.Allowed(ctx, policies.FindingRaise); err != nil {
		return err
	}
	var c apperr.Check
	apperr.OneOf(&c, "grade", e.Grade, Grades()...)
	e.Statement = c.Text("statement", e.Statement, 1, maxText)
	e.Recommendation = c.Text("recommendation", e.Recommendation, 0, maxText)
	e.Topic = c.Text("topic", e.Topic, 0, maxTitle)
	e.TeamView = c.Text("team_view", e.TeamView, 0, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	return s.changeFinding(ctx, id, e.Version, []FindingState{FindingDraft, FindingDiverging}, func(tx *store.Tx, f *Finding) error {
		if f.State == FindingDiverging {
			f.TeamView = e.TeamView
			if err := updateFinding(ctx, tx, *f, f.State, "team_view"); err != nil {
				return err
			}
			return recordFinding(ctx, tx, *f, f.State, "stand", policies.FindingRaise, e.TeamView, nil)
		}
		if e.Grade.NeedsAct() != f.Grade.NeedsAct() {
			return apperr.InvalidField("grade", "audit.error.grade_act")
		}
		before := map[string]any{"grade": f.Grade, "statement": f.Statement, "recommendation": f.Recommendation, "topic": f.Topic}
		f.Grade, f.Statement, f.Recommendation, f.Topic = e.Grade, e.Statement, e.Recommendation, e.Topic
		if err := updateFinding(ctx, tx, *f, f.State, "grade", "statement", "recommendation", "topic"); err != nil {
			return err
		}
		if err := recordFinding(ctx, tx, *f, f.State, "edit", policies.FindingRaise, "", map[string]any{"before": before, "grade": f.Grade,
			"statement": f.Statement, "recommendation": f.Recommendation, "topic": f.Topic}); err != nil {
			return err
		}
		return s.alignAct(ctx, tx, *f)
	})
}

// changeFinding changes a finding without a step, for somebody of the team.
func (s *Service) changeFinding(ctx context.Context, id string, version int, states []FindingState, change func(tx *store.Tx, f *Finding) error) error {
	seen, err := s.seenFinding(ctx, s.DB.Read(), id)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		f, a, err := s.holdFinding(ctx, tx, seen)
		if err != nil {
			return err
		}
		if err := s.mayFinding(ctx, tx, a, f, policies.FindingRaise); err != nil {
			return err
		}
		if !slices.Contains(states, f.State) {
			_, err := arrow(ctx, FindingTransitions, kindFinding, f.State, "")
			return err
		}
		if version != 0 && version != f.Version {
			return apperr.New(apperr.Conflict, "error.conflict")
		}
		f.Version++
		return change(tx, &f)
	})
}

// alignAct keeps the draft act of a finding in words and grade with it.
func (s *Service) alignAct(ctx context.Context, tx *store.Tx, f Finding) error {
	id, err := actOfFinding(ctx, tx, f.ID)
	if err != nil || id == "" {
		return err
	}
	a, err := actByID(ctx, tx, id)
	if err != nil || a.State != ActDraft {
		return err
	}
	a.Grade, a.Statement = f.Grade, f.Statement
	a.SearchKey = actSearchKey(a)
	a.Version++
	tx.Record(store.Change{Action: string(policies.FindingRaise), Kind: kindAct, ID: a.ID, After: map[string]any{"grade": a.Grade, "statement": a.Statement}})
	return updateAct(ctx, tx, a, []string{"grade", "statement", "search_key"})
}

// MergeFindings makes one draft finding say what several said: those named are
// merged into the first, their evidence goes with them, their draft acts are
// discarded. The one that stays must be the heaviest of them.
func (s *Service) MergeFindings(ctx context.Context, into string, ids []string, reason string) error {
	if _, err := office.Allowed(ctx, policies.FindingRaise); err != nil {
		return err
	}
	var c apperr.Check
	reason = c.Text("reason", reason, 3, maxText)
	ids = known(ids)
	if len(ids) == 0 || slices.Contains(ids, into) {
		c.Add("findings", "error.field.choice")
	}
	if err := c.Err(); err != nil {
		return err
	}
	seen, err := s.seenFinding(ctx, s.DB.Read(), into)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		f, a, err := s.holdFinding(ctx, tx, seen)
		if err != nil {
			return err
		}
		if err := s.mayFinding(ctx, tx, a, f, policies.FindingRaise); err != nil {
			return err
		}
		if f.State != FindingDraft {
			_, err := arrow(ctx, FindingTransitions, kindFinding, f.State, "merge")
			return err
		}
		for _, id := range ids {
			other, err := findingByID(ctx, tx, id)
			if err != nil || other.AuditID != f.AuditID || other.DepartmentID != f.DepartmentID {
				return apperr.InvalidField("findings", "audit.error.merge_other")
			}
			if slices.Index(Grades(), other.Grade) < slices.Index(Grades(), f.Grade) {
				return apperr.InvalidField("findings", "audit.error.merge_heavier", "no", other.No)
			}
			err = s.moveFinding(ctx, tx, other, "merge", reason, func(_ *store.Tx, o *Finding) ([]string, error) {
				o.MergedInto = f.ID
				return []string{"merged_into"}, nil
			})
			if err != nil {
				return err
			}
			if err := s.discardDraft(ctx, tx, other.ID, reason); err != nil {
				return err
			}
			if err := carryEvidence(ctx, tx, other.ID, f.ID); err != nil {
				return err
			}
		}
		f.Version++
		if err := updateFinding(ctx, tx, f, f.State); err != nil {
			return err
		}
		return recordFinding(ctx, tx, f, f.State, "absorb", policies.FindingRaise, reason, map[string]any{"merged": ids})
	})
}

// carryEvidence links the evidence of one finding to another, and to its draft
// act.
func carryEvidence(ctx context.Context, tx *store.Tx, from, to string) error {
	_, err := tx.NewRaw(`INSERT INTO finding_evidence (finding_id, submission_id) SELECT f.id, e.submission_id FROM finding_evidence e JOIN findings f ON f.id = ?1
		WHERE e.finding_id = ?0 AND NOT EXISTS (SELECT 1 FROM finding_evidence x WHERE x.finding_id = f.id AND x.submission_id = e.submission_id)`, from, to).Exec(ctx)
	if err != nil {
		return store.MapError(err, "carry evidence")
	}
	act, err := actOfFinding(ctx, tx, to)
	if err != nil || act == "" {
		return err
	}
	_, err = tx.NewRaw(`INSERT INTO act_evidence (act_id, submission_id) SELECT a.id, e.submission_id FROM finding_evidence e JOIN acts a ON a.id = ?1
		WHERE e.finding_id = ?0 AND NOT EXISTS (SELECT 1 FROM act_evidence x WHERE x.act_id = a.id AND x.submission_id = e.submission_id)`, to, act).Exec(ctx)
	if err == nil {
		tx.Record(store.Change{Action: string(policies.FindingRaise), Kind: kindAct, ID: act, After: map[string]any{"evidence_of": from}})
	}
	return store.MapError(err, "carry evidence")
}
