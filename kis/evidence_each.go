package kis

import (
	"context"
	"iter"
)

// EachEvidence gives every submission of the library that fits a filter and
// that the actor may read, in its order, page by page: memory does not grow
// with their number. An error ends it.
func (s *Service) EachEvidence(ctx context.Context, f EvidenceFilter) iter.Seq2[EvidenceRow, error] {
	return func(yield func(EvidenceRow, error) bool) {
		f.After, f.Limit = nil, maxPage
		for {
			page, err := s.evidencePage(ctx, f, false)
			if err != nil {
				yield(EvidenceRow{}, err)
				return
			}
			for _, r := range page.Rows {
				if !yield(r, nil) {
					return
				}
			}
			if page.Next == nil {
				return
			}
			f.After = page.Next
		}
	}
}
