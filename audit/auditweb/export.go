package auditweb

import (
	"context"
	"io"
	"slices"
	"strconv"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// ListWriter writes the register of acts as a file; reports does, which stands
// above this package.
type ListWriter interface {
	// ActList writes the register under a filter as "xlsx" or "csv".
	ActList(ctx context.Context, w io.Writer, format, lang string, f audit.ActFilter) error
}

// RegisterExports adds the addresses under which the register is taken away.
func RegisterExports(r *web.Router, lists ListWriter) {
	for _, format := range []string{"xlsx", "csv"} {
		r.GET("/acts/export."+format, policies.ActRead, func(c *web.Context) error {
			return c.Send(c.Page("audit.act.title").Title+"."+format, func(ctx context.Context, w io.Writer) error {
				return lists.ActList(ctx, w, format, c.Lang(), actFilter(c))
			})
		})
	}
}

// actFilter is the filter of the register in an address.
func actFilter(c *web.Context) audit.ActFilter {
	f := audit.ActFilter{State: audit.ActState(c.Query("state")), DepartmentID: c.Query("department"), AuditID: c.Query("audit"), Query: c.Query("q"),
		Origin: audit.Origin(c.Query("origin")), Grade: audit.Grade(c.Query("grade"))}
	f.ProcessID, f.Clause, f.Phase, f.Cause = c.Query("process"), c.Query("clause"), c.Query("phase"), c.Query("cause")
	if slices.Contains(audit.Onlys(), c.Query("only")) {
		f.Only = c.Query("only")
	}
	page := c.Page("audit.act.title")
	if year, err := strconv.Atoi(c.Query("year")); err == nil && year >= 1990 && year <= 2199 {
		f.IssuedFrom, f.IssuedBefore = audit.YearBounds(year, page.Zone)
	}
	if c.Query("late") == "1" {
		f.Overdue = page.Today()
	}
	return f
}
