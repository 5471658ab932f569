package planning

import (
	"context"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// ProposeTx is Propose inside the unit of work of another context, so that
// what led to the recommendation and the recommendation itself are kept
// together or not at all.
func (s *Service) ProposeTx(ctx context.Context, tx *store.Tx, n NewRecommendation) (Recommendation, error) {
	scope, err := office.Allowed(ctx, policies.RecommendationPropose)
	if err != nil {
		return Recommendation{}, err
	}
	if n, err = n.check(); err != nil {
		return Recommendation{}, err
	}
	if !scope.Department(n.DepartmentID) {
		return Recommendation{}, apperr.InvalidField("department", "error.field.choice")
	}
	if err := internalDepartments(ctx, tx, "department", n.DepartmentID); err != nil {
		return Recommendation{}, err
	}
	r := Recommendation{Text: n.Text, Basis: n.Basis, BasisLabel: n.BasisLabel, ActID: n.ActID, BasisID: n.BasisID, GSBPM: n.GSBPM, DepartmentID: n.DepartmentID}
	return r, s.register(ctx, tx, &r)
}
