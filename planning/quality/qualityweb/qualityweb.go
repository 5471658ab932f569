// Package qualityweb holds the pages and the API of quality reports of
// processes, and the public pages of those that are published.
//
// It may import planning/quality, kis, web and what they may import; no SQL.
// Invariants: a handler reads the request, asks the service and shows what came
// back; a refused form comes back as it was typed, with what was wrong; a
// public page shows nothing but what is published.
package qualityweb

import (
	"context"
	"io"
	"net/url"

	"github.com/kis-platform/kis/planning/quality"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// Writer writes reports and their list as files; reports does, which stands
// above this package.
type Writer interface {
	// QualityReport writes one report as "pdf" or "json".
	QualityReport(ctx context.Context, w io.Writer, format, lang, id string) error
	// PublicReport writes a published report as PDF for whoever asks.
	PublicReport(ctx context.Context, w io.Writer, lang string, d quality.Dossier) error
	// QualityList writes the list under the filter of the page as "xlsx" or "csv".
	QualityList(ctx context.Context, w io.Writer, format, lang string, filter url.Values) error
}

type pages struct {
	svc   *quality.Service
	files Writer
}

// Register adds the pages and the operations of the API.
func Register(r *web.Router, svc *quality.Service, files Writer) {
	p := pages{svc, files}
	r.GET("/quality", policies.QualityRead, p.list)
	r.POST("/quality", policies.QualityWrite, p.begin)
	r.GET("/quality/export.xlsx", policies.QualityRead, p.export("xlsx"))
	r.GET("/quality/export.csv", policies.QualityRead, p.export("csv"))
	r.GET("/quality/:id", policies.QualityRead, p.show)
	r.GET("/quality/:id/pdf", policies.QualityRead, p.file("pdf"))
	r.GET("/quality/:id/json", policies.QualityRead, p.file("json"))
	r.GET("/quality/:id/compare", policies.QualityRead, p.compare)
	r.GET("/quality/:id/write", policies.QualityWrite, p.write)
	r.POST("/quality/:id/concepts/:code", policies.QualityWrite, p.save)
	r.POST("/quality/:id/submit", policies.QualityWrite, p.submit)
	r.POST("/quality/:id/renew", policies.QualityWrite, p.renew)
	r.POST("/quality/:id/return", policies.QualityApprove, p.giveBack)
	r.POST("/quality/:id/approve", policies.QualityApprove, p.approve)
	r.POST("/quality/:id/publish", policies.QualityPublish, p.publish)
	r.POST("/quality/:id/withdraw", policies.QualityPublish, p.withdraw)
	r.GET("/public/quality", policies.Public, p.publicList)
	r.GET("/public/quality/:number", policies.Public, p.publicReport)
	r.GET("/public/quality/:number/pdf", policies.Public, p.publicFile)
	p.registerAPI(r)
}

func (p pages) export(format string) web.Handler {
	return func(c *web.Context) error {
		return c.Send(c.Page("quality.list.title").Title+"."+format, func(ctx context.Context, w io.Writer) error {
			return p.files.QualityList(ctx, w, format, c.Lang(), c.Request().URL.Query())
		})
	}
}

// file hands out one report; ?lang= is the language, that of the page when it
// is left out.
func (p pages) file(format string) web.Handler {
	return func(c *web.Context) error {
		id, err := c.ID("id")
		if err != nil {
			return err
		}
		d, err := p.svc.Report(c.Ctx(), id) // who may not see it learns nothing of it
		if err != nil {
			return err
		}
		return c.Send(label(d.Report)+"."+format, func(ctx context.Context, w io.Writer) error {
			return p.files.QualityReport(ctx, w, format, fileLang(c), d.ID)
		})
	}
}

// fileLang is the language asked for in ?lang=, else that of the page.
func fileLang(c *web.Context) string {
	if lang := c.Query("lang"); lang == "az" || lang == "en" {
		return lang
	}
	return c.Lang()
}

// publicFile hands out a published report as PDF.
func (p pages) publicFile(c *web.Context) error {
	d, err := p.svc.Public(c.Ctx(), c.Param("number"))
	if err != nil {
		return err
	}
	return c.Send(label(d.Report)+".pdf", func(ctx context.Context, w io.Writer) error { return p.files.PublicReport(ctx, w, fileLang(c), d) })
}
