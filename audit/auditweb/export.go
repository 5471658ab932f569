package auditweb

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// ListWriter writes the registers as files, "xlsx" or "csv"; reports does,
// which stands above this package.
type ListWriter interface {
	AuditList(ctx context.Context, w io.Writer, format, lang string, f audit.AuditFilter) error
	FindingList(ctx context.Context, w io.Writer, format, lang string, f audit.FindingFilter) error
	ActList(ctx context.Context, w io.Writer, format, lang string, f audit.ActFilter) error
}

var exportFormats = []string{"xlsx", "csv"}

// RegisterExports adds the addresses under which the registers are taken away.
func RegisterExports(r *web.Router, lists ListWriter) {
	for _, format := range exportFormats {
		r.GET("/audits/export."+format, policies.AuditRead, func(c *web.Context) error {
			f, err := auditFilter(c)
			if err != nil {
				return err
			}
			return c.Send(c.Page("audit.audit.title").Title+"."+format, func(ctx context.Context, w io.Writer) error { return lists.AuditList(ctx, w, format, c.Lang(), f) })
		})
		r.GET("/findings/export."+format, policies.AuditRead, func(c *web.Context) error {
			f, err := findingFilter(c)
			if err != nil {
				return err
			}
			return c.Send(c.Page("audit.finding.list").Title+"."+format, func(ctx context.Context, w io.Writer) error { return lists.FindingList(ctx, w, format, c.Lang(), f) })
		})
		r.GET("/acts/export."+format, policies.ActRead, func(c *web.Context) error {
			f := actFilter(c)
			return c.Send(c.Page("audit.act.title").Title+"."+format, func(ctx context.Context, w io.Writer) error { return lists.ActList(ctx, w, format, c.Lang(), f) })
		})
	}
}

// exportLink leads to a register as a file, under the filter of the page.
type exportLink struct{ href, label string }

// exportsOf are the files that the register at a path can be taken away as;
// none where nothing writes them.
func (p pages) exportsOf(c *web.Context, path string) (out []exportLink) {
	for _, format := range exportFormats {
		if p.r.Has(http.MethodGet, path+"/export."+format) {
			out = append(out, exportLink{path + "/export." + format + "?" + c.Request().URL.RawQuery, strings.ToUpper(format)})
		}
	}
	return out
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
