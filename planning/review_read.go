package planning

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// ReviewDossier is a management review in full, names resolved: for its page
// and for documents. Reading it takes a fixed number of queries.
type ReviewDossier struct {
	Review
	People        []Participant  // the chair first
	OpenBefore    []OpenDecision // of earlier reviews, when the figures were taken
	Inputs        []Input        // the twelve, in order
	DecisionList  []Decision     // by number
	Addenda       []Addendum     // by number
	FilledInputs  int            // with a figure or a comment
	DecisionsOpen int            // that are in no plan yet
}

// Reviews lists the reviews, newest first, in one query.
func (s *Service) Reviews(ctx context.Context) ([]Review, error) {
	if _, err := office.Allowed(ctx, policies.ReviewRead); err != nil {
		return nil, err
	}
	return listReviews(ctx, s.DB.Read())
}

// ReviewDossier gives a review by id or number.
func (s *Service) ReviewDossier(ctx context.Context, idOrNumber string) (ReviewDossier, error) {
	if _, err := office.Allowed(ctx, policies.ReviewRead); err != nil {
		return ReviewDossier{}, err
	}
	db := s.DB.Read()
	r, err := reviewBy(ctx, db, idOrNumber)
	if err != nil {
		return ReviewDossier{}, err
	}
	d := ReviewDossier{Review: r}
	if d.People, err = participantsOf(ctx, db, r.ID); err != nil {
		return d, err
	}
	if d.OpenBefore, err = s.openBefore(ctx, db, r); err != nil {
		return d, err
	}
	if d.Inputs, err = inputsOf(ctx, db, r); err != nil {
		return d, err
	}
	if d.DecisionList, err = decisionsOf(ctx, db, r.ID); err != nil {
		return d, err
	}
	if d.Addenda, err = addendaOf(ctx, db, r.ID); err != nil {
		return d, err
	}
	for _, in := range d.Inputs {
		if !in.Empty() {
			d.FilledInputs++
		}
	}
	for _, dec := range d.DecisionList {
		if dec.ItemID == "" {
			d.DecisionsOpen++
		}
	}
	return d, nil
}

// Decision gives one decision with where it stands, for adding it to a plan.
func (s *Service) Decision(ctx context.Context, id string) (Decision, error) {
	if _, err := office.Allowed(ctx, policies.ReviewRead); err != nil {
		return Decision{}, err
	}
	if !store.IsID(id) {
		return Decision{}, apperr.Missing("decision")
	}
	return decisionBy(ctx, s.DB.Read(), id)
}

// decisionsOf lists the decisions of a review by number.
func decisionsOf(ctx context.Context, db bun.IDB, reviewID string) ([]Decision, error) {
	list, err := decisionRows(ctx, db, "d.review_id", reviewID)
	if err != nil {
		return nil, err
	}
	return list, wordKinds(list)
}

func decisionBy(ctx context.Context, db bun.IDB, id string) (Decision, error) {
	list, err := decisionRows(ctx, db, "d.id", id)
	if err != nil {
		return Decision{}, err
	}
	if len(list) == 0 {
		return Decision{}, apperr.Missing("decision")
	}
	return list[0], wordKinds(list)
}

// wordKinds puts the words of their kinds to decisions.
func wordKinds(list []Decision) error {
	words, err := kindWords()
	for i := range list {
		w := words[list[i].Kind]
		list[i].KindAZ, list[i].KindEN = w[0], w[1]
	}
	return err
}
