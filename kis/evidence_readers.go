package kis

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// SeesEvidence says which of the submissions a person may open, by id: what
// packages above kis ask before they show, link or tell of evidence. Two
// queries, and one more for auditors.
func (s *Service) SeesEvidence(ctx context.Context, db bun.IDB, who actor.Actor, ids []string) (map[string]bool, error) {
	list, err := readSubmissions(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	out, closed := map[string]bool{}, []string(nil)
	for _, sub := range list {
		if out[sub.ID] = mayReadEvidence(who, sub); !out[sub.ID] {
			closed = append(closed, sub.ID)
		}
	}
	if len(closed) == 0 || s.Assigned == nil || !policies.For(who, policies.EvidenceSecret).Assigned {
		return out, nil
	}
	teams, err := s.Assigned.EvidenceTeams(ctx, db, closed)
	for id, team := range teams {
		out[id] = out[id] || slices.Contains(team, who.UserID)
	}
	return out, err
}

// EvidenceReaders lists everybody with an account who may open a submission,
// by name: those who can be told of it. Four queries.
func (s *Service) EvidenceReaders(ctx context.Context, db bun.IDB, id string) ([]actor.Actor, error) {
	list, err := readSubmissions(ctx, db, []string{id})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, apperr.Missing("submission")
	}
	people, err := s.Actors(ctx, db)
	if err != nil {
		return nil, err
	}
	var team []string
	if s.Assigned != nil {
		teams, err := s.Assigned.EvidenceTeams(ctx, db, []string{id})
		if err != nil {
			return nil, err
		}
		team = teams[id]
	}
	return slices.DeleteFunc(people, func(a actor.Actor) bool {
		return !mayReadEvidence(a, list[0]) && !(slices.Contains(team, a.UserID) && policies.For(a, policies.EvidenceSecret).Assigned)
	}), nil
}

// readSubmissions reads what decides who may see them.
func readSubmissions(ctx context.Context, db bun.IDB, ids []string) ([]Submission, error) {
	var list []Submission
	if ids = office.CleanIDs(ids); len(ids) == 0 {
		return nil, nil
	}
	err := db.NewSelect().Model(&list).Column("s.id", "s.cycle_id", "s.department_id", "s.submitted_by", "s.class").Where("s.id IN (?)", bun.List(ids)).Scan(ctx)
	return list, store.MapError(err, "submissions")
}
