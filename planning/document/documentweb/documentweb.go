// Package documentweb holds the pages and the API of controlled documents.
//
// It may import planning/document, kis, web and what they may import; no SQL.
// Invariants: a handler reads the request, asks the service and shows what came
// back; a refused form comes back as it was typed, with what was wrong; what is
// no longer in force says so on its page and in the name it is taken away by.
package documentweb

import (
	"context"
	"io"
	"net/url"

	"github.com/kis-platform/kis/planning/document"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// Writer writes lists as files; reports does, which stands above this package.
type Writer interface {
	// DocumentList writes the list under the filter of the page as "xlsx" or "csv".
	DocumentList(ctx context.Context, w io.Writer, format, lang string, filter url.Values) error
	// ReaderList writes who must read a document and who has.
	ReaderList(ctx context.Context, w io.Writer, format, lang, id string) error
}

type pages struct {
	svc   *document.Service
	files Writer
}

// Register adds the pages and the operations of the API.
func Register(r *web.Router, svc *document.Service, files Writer) {
	p := pages{svc, files}
	r.GET("/documents", policies.DocumentRead, p.list)
	r.GET("/documents/export.xlsx", policies.DocumentRead, p.export("xlsx"))
	r.GET("/documents/export.csv", policies.DocumentRead, p.export("csv"))
	r.GET("/documents/export.pdf", policies.DocumentRead, p.export("pdf"))
	r.GET("/documents/new", policies.DocumentWrite, p.newDocument)
	r.POST("/documents", policies.DocumentWrite, p.enter)
	r.GET("/documents/:id", policies.DocumentRead, p.show)
	r.GET("/documents/:id/edit", policies.DocumentWrite, p.edit)
	r.POST("/documents/:id/edit", policies.DocumentWrite, p.change)
	r.STREAM("/documents/:id/draft", policies.DocumentWrite, p.content)
	r.POST("/documents/:id/begin", policies.DocumentWrite, p.begin)
	r.POST("/documents/:id/submit", policies.DocumentWrite, p.submit)
	r.POST("/documents/:id/return", policies.DocumentApprove, p.giveBack)
	r.POST("/documents/:id/approve", policies.DocumentApprove, p.approve)
	r.POST("/documents/:id/withdraw", policies.DocumentApprove, p.withdraw)
	r.POST("/documents/:id/review", policies.DocumentWrite, p.review)
	r.POST("/documents/:id/confirm", policies.DocumentConfirm, p.confirm)
	r.GET("/documents/:id/readers", policies.DocumentWrite, p.readers)
	r.GET("/documents/:id/readers/xlsx", policies.DocumentWrite, p.readerFile)
	r.POST("/documents/:id/readers", policies.DocumentWrite, p.setReaders)
	r.POST("/documents/:id/remind", policies.DocumentWrite, p.remind)
	r.GET("/documents/:id/versions/:version", policies.DocumentRead, p.file)
	r.POST("/documents/criteria/:audit", policies.AuditPlan, p.criterion)
	r.Panel("audit", p.criteria)
	p.registerAPI(r)
}

func (p pages) export(format string) web.Handler {
	return func(c *web.Context) error {
		return c.Send(c.Page("document.list.title").Title+"."+format, func(ctx context.Context, w io.Writer) error {
			return p.files.DocumentList(ctx, w, format, c.Lang(), c.Request().URL.Query())
		})
	}
}

// file hands out the file of a version. The name of one that is not in force
// begins with what it is.
func (p pages) file(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	version, err := c.ID("version")
	if err != nil {
		return err
	}
	f, standing, no, err := p.svc.File(c.Ctx(), id, version)
	if err != nil {
		return err
	}
	r, err := p.svc.KIS.OpenFile(c.Ctx(), f)
	if err != nil {
		return err
	}
	defer r.Close()
	name := f.Name
	if standing != document.InForce {
		name = c.Page("").T("document.file.mark", "state", i18nUpper(c.Page("").T("document.state."+string(standing))), "no", no, "name", f.Name)
	}
	return c.Download(name, f.ContentType, f.Size, r)
}
