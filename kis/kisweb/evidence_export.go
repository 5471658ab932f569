package kisweb

import (
	"context"
	"io"

	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// ListWriter writes lists as files; reports does, which stands above this
// package.
type ListWriter interface {
	// EvidenceList writes the library under a filter as "xlsx" or "csv".
	EvidenceList(ctx context.Context, w io.Writer, format, lang string, f kis.EvidenceFilter) error
}

// RegisterExports adds the addresses under which lists are taken away.
func RegisterExports(r *web.Router, lists ListWriter) {
	for _, format := range []string{"xlsx", "csv"} {
		r.GET("/evidence/export."+format, policies.EvidenceRead, func(c *web.Context) error {
			return exportEvidence(c, lists, format)
		})
	}
}

// exportEvidence sends the whole library under the filter of the address, as
// it is written.
func exportEvidence(c *web.Context, lists ListWriter, format string) error {
	return c.Send(c.Page("kis.evidence.list.title").Title+"."+format, func(ctx context.Context, w io.Writer) error {
		return lists.EvidenceList(ctx, w, format, c.Lang(), evidenceFilter(c))
	})
}
