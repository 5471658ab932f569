package inquiry

import (
	"context"
	"strings"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// FindRequests gives the newest requests that hold all words and that the
// actor may see, at most limit. Two queries.
func (s *Service) FindRequests(ctx context.Context, query string, limit int) ([]RequestRow, error) {
	if _, err := office.Allowed(ctx, policies.RequestRead); err != nil || strings.TrimSpace(query) == "" {
		return nil, err
	}
	return s.requestRows(ctx, s.DB.Read(), RequestFilter{Query: query}, actor.From(ctx), limit)
}

// FindDiscrepancies gives the newest notes that hold all words and that the
// actor may see, at most limit. Two queries, and one of the audit context for
// those that were promoted.
func (s *Service) FindDiscrepancies(ctx context.Context, query string, limit int) ([]DiscrepancyRow, error) {
	scope, err := office.Allowed(ctx, policies.DiscrepancyRead)
	if err != nil || strings.TrimSpace(query) == "" {
		return nil, err
	}
	return s.discrepancyRows(ctx, s.DB.Read(), DiscrepancyFilter{Query: query}, scope, limit)
}
