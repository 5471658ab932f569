package riskweb

import (
	"context"
	"io"
	"net/url"

	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// ObjectiveWriter writes the list of objectives as a file; reports does, which
// stands above this package.
type ObjectiveWriter interface {
	// ObjectiveList writes the list under the filter of the page as "xlsx" or "csv".
	ObjectiveList(ctx context.Context, w io.Writer, format, lang string, filter url.Values) error
}

// RegisterObjectiveFiles adds the list of objectives as files.
func RegisterObjectiveFiles(r *web.Router, list ObjectiveWriter) {
	for _, format := range []string{"xlsx", "csv"} {
		r.GET("/objectives/export."+format, policies.ObjectiveRead, func(c *web.Context) error {
			return c.Send(c.Page("risk.objective.title").Title+"."+format, func(ctx context.Context, w io.Writer) error {
				return list.ObjectiveList(ctx, w, format, c.Lang(), c.Request().URL.Query())
			})
		})
	}
}

// file is the address of the list as a file, under the same filter.
func (p objectivesPage) file(format string) string {
	q := url.Values{}
	for name, value := range map[string]string{"q": p.Filter.Query, "state": string(p.Filter.State), "department": p.Filter.DepartmentID} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return "/objectives/export." + format
	}
	return "/objectives/export." + format + "?" + q.Encode()
}
