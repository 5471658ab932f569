package planning

import (
	"context"
	"iter"
	"strconv"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// RecommendationFilter narrows the register; zero fields do not.
type RecommendationFilter struct {
	Query        string // words in number, text or basis, without regard to case and marks
	State        RecommendationState
	Basis        Basis
	DepartmentID string
	Oldest       bool     // the oldest first, else the newest
	After        []string // year and sequence of the last row shown
	Limit        int      // 50 when 0, at most 200
}

// RecommendationPage is one page of the register, newest first.
type RecommendationPage struct {
	Rows   []Recommendation
	Counts map[RecommendationState]int // under the filter, but for its state
	Total  int                         // under the filter
	Next   []string                    // After of the next page, nil when this is the last
}

// Recommendations reads the register in two queries, whatever its size.
func (s *Service) Recommendations(ctx context.Context, f RecommendationFilter) (RecommendationPage, error) {
	scope, err := office.Allowed(ctx, policies.RecommendationRead)
	if err != nil {
		return RecommendationPage{}, err
	}
	page, err := s.recommendationPage(ctx, f, scope)
	if err != nil {
		return page, err
	}
	if page.Counts, err = countRecommendations(ctx, s.DB.Read(), f, scope); err != nil {
		return page, err
	}
	for state, n := range page.Counts {
		if f.State == "" || f.State == state {
			page.Total += n
		}
	}
	return page, nil
}

// recommendationPage reads a page without the numbers of the whole register.
func (s *Service) recommendationPage(ctx context.Context, f RecommendationFilter, scope policies.Scope) (page RecommendationPage, err error) {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 200)
	if page.Rows, err = listRecommendations(ctx, s.DB.Read(), f, scope); err != nil {
		return page, err
	}
	if len(page.Rows) > f.Limit {
		page.Rows = page.Rows[:f.Limit]
		last := page.Rows[f.Limit-1]
		page.Next = []string{strconv.Itoa(last.Year), strconv.Itoa(last.Seq)}
	}
	return page, nil
}

// EachRecommendation walks the whole register under a filter page by page, for
// files.
func (s *Service) EachRecommendation(ctx context.Context, f RecommendationFilter) iter.Seq2[Recommendation, error] {
	return func(yield func(Recommendation, error) bool) {
		f.After, f.Limit = nil, 200
		scope, err := office.Allowed(ctx, policies.RecommendationRead)
		for {
			var page RecommendationPage
			if err == nil {
				page, err = s.recommendationPage(ctx, f, scope)
			}
			if err != nil {
				yield(Recommendation{}, err)
				return
			}
			for _, r := range page.Rows {
				if !yield(r, nil) {
					return
				}
			}
			if f.After = page.Next; f.After == nil {
				return
			}
		}
	}
}

// after reads the key of a page; ok is false for the first page and for a key
// that is none.
func (f RecommendationFilter) after() (year, seq int, ok bool) {
	if len(f.After) != 2 {
		return 0, 0, false
	}
	year, err := strconv.Atoi(f.After[0])
	if err != nil {
		return 0, 0, false
	}
	seq, err = strconv.Atoi(f.After[1])
	return year, seq, err == nil
}

// Recommendation gives one recommendation that the actor may see.
func (s *Service) Recommendation(ctx context.Context, id string) (Recommendation, error) {
	scope, err := office.Allowed(ctx, policies.RecommendationRead)
	if err != nil {
		return Recommendation{}, err
	}
	if !store.IsID(id) {
		return Recommendation{}, apperr.Missing(kindRecommendation)
	}
	return recommendation(ctx, s.DB.Read(), id, scope)
}
