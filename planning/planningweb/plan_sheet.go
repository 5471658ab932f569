package planningweb

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// SheetWriter writes sheets; reports does, which stands above this package.
type SheetWriter interface {
	// PlanSheet writes a plan as a sheet that can be brought back.
	PlanSheet(ctx context.Context, w io.Writer, format, lang string, key planning.Key) error
	// RecommendationList writes the register under a filter as "xlsx" or "csv".
	RecommendationList(ctx context.Context, w io.Writer, format, lang string, f planning.RecommendationFilter) error
}

// RegisterSheets adds the addresses under which a plan is taken away to be
// edited elsewhere, and brought back, and the register of recommendations is
// taken away.
func RegisterSheets(r *web.Router, svc *planning.Service, sheets SheetWriter) {
	p := pages{svc: svc, r: r}
	r.GET("/plans/:year/sheet", policies.PlanDraft, p.sheet)
	r.STREAM("/plans/:year/sheet", policies.PlanDraft, p.importSheet)
	for _, format := range []string{"xlsx", "csv"} {
		r.GET("/recommendations/export."+format, policies.RecommendationRead, func(c *web.Context) error {
			return c.Send(c.Page("planning.recommendation.title").Title+"."+format, func(ctx context.Context, w io.Writer) error {
				return sheets.RecommendationList(ctx, w, format, c.Lang(), recommendationFilter(c))
			})
		})
		r.GET("/plans/:year/sheet."+format, policies.PlanDraft, func(c *web.Context) error {
			n, err := keyOf(c)
			if err != nil {
				return err
			}
			return c.Send(c.Page("").T("planning.sheet.file", "year", string(n))+"."+format, func(ctx context.Context, w io.Writer) error { return sheets.PlanSheet(ctx, w, format, c.Lang(), n) })
		})
	}
}

// sheetPage is the page on which a plan is brought back.
type sheetPage struct {
	ui.Page
	plan planning.PlanPage
	form ui.Form

	would *planning.SheetResult // what a sheet that was only checked would change
}

func (p pages) sheet(c *web.Context) error { return p.showSheet(c, http.StatusOK, ui.Form{}, nil) }

func (p pages) showSheet(c *web.Context, status int, form ui.Form, would *planning.SheetResult) error {
	n, err := keyOf(c)
	if err != nil {
		return err
	}
	v := sheetPage{form: form, would: would}
	if v.plan, err = p.svc.Plan(c.Ctx(), n); err != nil {
		return err
	}
	v.Page = c.Page("")
	v.Page.Title = v.T("planning.sheet.title", "plan", heading(v.Page, v.plan))
	return c.Render(status, sheetView(v))
}

// maxSheet is how large a plan that comes back may be, in bytes.
const maxSheet = 4 << 20

func (p pages) importSheet(c *web.Context) error {
	n, err := keyOf(c)
	if err != nil {
		return err
	}
	var raw []byte
	values, err := c.Multipart(web.Limits{Files: 1, FileBytes: maxSheet}, func(f *web.File) (err error) {
		raw, err = io.ReadAll(f)
		return err
	})
	if err == nil && len(raw) == 0 {
		err = apperr.InvalidField("file", "error.upload.none")
	}
	var res planning.SheetResult
	if err == nil {
		res, err = p.svc.ImportSheet(c.Ctx(), n, planning.Sheet{Reader: bytes.NewReader(raw), Reason: values.Get("reason"), DryRun: values.Get("look") != ""})
	}
	if form, status, ok := c.Refused(err); ok {
		return p.showSheet(c, status, form, nil)
	}
	if err != nil {
		return err
	}
	if values.Get("look") != "" {
		return p.showSheet(c, http.StatusOK, ui.Form{Values: url.Values{"reason": {values.Get("reason")}}}, &res)
	}
	c.Flash("good", "planning.sheet.done", "added", res.Added, "changed", res.Changed, "removed", res.Removed)
	return c.Redirect(planHref(n))
}
