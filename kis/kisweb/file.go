package kisweb

import (
	"io"
	"net/http"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// filePages show files of evidence without downloading them.
type filePages struct{ kis *kis.Service }

func registerFiles(r *web.Router, s *kis.Service) {
	h := filePages{s}
	r.GET("/evidence/:id/files/:file/preview", policies.EvidenceRead, h.preview)
	r.GET("/evidence/:id/files/:file/view", policies.EvidenceRead, h.view)
	r.POST("/uploads/:id/discard", policies.EvidenceSubmit, h.discard)
	r.GET("/admin/quarantine", policies.QuarantineRead, h.quarantine)
	r.POST("/admin/quarantine/:id/delete", policies.QuarantineDelete, h.giveUp)
}

// What a page that frames a preview adds to the content policy, and the
// policies of what is framed: no script ever runs in it, and nobody else may
// frame it. The browser's own PDF viewer does not start inside a sandbox; it
// has one of its own, and the type cannot be taken for a page.
const (
	framePolicy = "; frame-src 'self'"
	viewPolicy  = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
	sandbox     = "; sandbox allow-same-origin" // for the style sheet; without scripts it allows nothing else
)

// filePage is a file with its frame.
type filePage struct {
	ui.Page
	Sub  kis.SubmissionPage
	File kis.File
}

func (p filePage) href(tail string) string {
	return "/evidence/" + p.Sub.ID + "/files/" + p.File.ID + tail
}

func (h filePages) preview(c *web.Context) error {
	id, file, err := fileOf(c)
	if err != nil {
		return err
	}
	p := filePage{Page: c.Page("")}
	if p.Sub, p.File, err = h.kis.EvidenceFileFacts(c.Ctx(), id, file); err != nil {
		return err
	}
	p.Title = p.File.Name
	head := c.Writer().Header()
	head.Set("Content-Security-Policy", head.Get("Content-Security-Policy")+framePolicy)
	return c.Render(http.StatusOK, fileShow(p))
}

func fileOf(c *web.Context) (id, file string, err error) {
	if id, err = c.ID("id"); err == nil {
		file, err = c.ID("file")
	}
	return id, file, err
}

// viewPage is what stands in the frame: a text or a table.
type viewPage struct {
	ui.Page
	Of    kis.Preview
	Fault string // why it cannot be shown
}

// view answers with what stands in the frame.
func (h filePages) view(c *web.Context) error {
	id, file, err := fileOf(c)
	if err != nil {
		return err
	}
	p := viewPage{Page: c.Page("")}
	p.Of, err = h.kis.EvidencePreview(c.Ctx(), id, file)
	if e := apperr.As(err); apperr.Is(err, apperr.Invalid) || apperr.Is(err, apperr.Conflict) {
		p.Fault = p.T(e.Key, apperr.Flat(e.Args)...)
	} else if err != nil {
		return err
	}
	p.Title = p.Of.File.Name
	head := c.Writer().Header()
	head.Set("Content-Security-Policy", viewPolicy+sandbox)
	if p.Of.Bytes == nil {
		return c.Render(http.StatusOK, fileView(p))
	}
	defer p.Of.Bytes.Close()
	if p.Of.File.Shown == kis.ShownPDF {
		head.Set("Content-Security-Policy", viewPolicy)
	} else {
		// A browser styles its own page around a picture; nothing of the file can be in it.
		head.Set("Content-Security-Policy", strings.Replace(viewPolicy, "style-src 'self'", "style-src 'unsafe-inline'", 1)+sandbox)
	}
	head.Set("Content-Type", p.Of.File.ContentType)
	head.Set("Content-Disposition", "inline")
	head.Set("Cache-Control", "private, no-store")
	c.Writer().WriteHeader(http.StatusOK)
	_, _ = io.Copy(c.Writer(), p.Of.Bytes) // the reader went away: nobody is left to tell
	return nil
}

// discard forgets a file that was sent ahead and is not wanted any more.
func (h filePages) discard(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	if err := h.kis.DiscardUpload(c.Ctx(), id); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]string{"id": id})
}

// quarantinePage is what the virus scanner caught.
type quarantinePage struct {
	ui.Page
	List      []kis.Quarantined
	Scanner   bool
	MayDelete bool
}

func (h filePages) quarantine(c *web.Context) error {
	list, err := h.kis.Quarantine(c.Ctx())
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, quarantineList(quarantinePage{Page: c.Page("kis.quarantine.title"), List: list,
		Scanner: h.kis.Scanner != nil, MayDelete: c.Can(policies.QuarantineDelete)}))
}

func (h filePages) giveUp(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	if err := h.kis.DeleteQuarantined(c.Ctx(), id); err != nil {
		return err
	}
	c.Flash("good", "kis.quarantine.deleted")
	return c.Redirect("/admin/quarantine")
}

// nameOpenings says in the history of a submission which file was opened, and
// how. The trail holds its id only.
func (p *evidenceShowPage) nameOpenings() {
	for i, e := range p.History {
		if eventVerb(e) != "submission.open" {
			continue
		}
		how := eventField(e, "how")
		if how == "" {
			how = "download"
		}
		for _, f := range p.Files {
			if f.ID == eventField(e, "file") {
				p.History[i].Note = p.T("kis.event.opened", "file", f.Name, "how", p.T("kis.event.how."+how))
			}
		}
	}
}
