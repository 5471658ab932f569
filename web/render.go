package web

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/content"
	"github.com/kis-platform/kis/web/ui"
)

// Render writes a component as the answer. It is rendered into memory first:
// an error on the way gives the error page, never half a page. A refused form
// that the page has no place for is told of on top, in a second rendering.
func (c *Context) Render(status int, body templ.Component) error {
	buf := templ.GetBuffer()
	defer templ.ReleaseBuffer(buf)
	r := &ui.Refusal{Errors: c.errs}
	ctx := ui.WithRefusal(c.Ctx(), r)
	err := body.Render(ctx, buf)
	if err == nil && c.errs != nil && status >= http.StatusBadRequest && !r.Said {
		buf.Reset()
		r.OnTop = true
		err = body.Render(ctx, buf)
	}
	if err != nil {
		return apperr.Wrap(err, "render "+c.g.FullPath())
	}
	return writeHTML(c.g.Writer, status, buf)
}

// RenderPublic is Render for a page that is the same for everybody who asks in
// its language and theme: it may be kept for some seconds by browsers and by
// proxies, and is not sent again to who has it.
func (c *Context) RenderPublic(seconds int, body templ.Component) error {
	buf := templ.GetBuffer()
	defer templ.ReleaseBuffer(buf)
	if err := body.Render(c.Ctx(), buf); err != nil {
		return apperr.Wrap(err, "render "+c.g.FullPath())
	}
	sum := sha256.Sum256(buf.Bytes())
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	h := c.g.Writer.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", fmt.Sprintf("public, max-age=%d", seconds))
	h.Set("Vary", "Cookie, Accept-Language, Accept-Encoding")
	h.Set("ETag", tag)
	if c.g.Request.Header.Get("If-None-Match") == tag {
		c.g.Status(http.StatusNotModified)
		c.g.Writer.WriteHeaderNow()
		return nil
	}
	c.g.Status(http.StatusOK)
	_, _ = c.g.Writer.Write(buf.Bytes()) // the reader went away: nobody is left to tell
	return nil
}

func writeHTML(w http.ResponseWriter, status int, buf *bytes.Buffer) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes()) // the reader went away: nobody is left to tell
	return nil
}

// Redirect sends the browser to a page of this program. A part asked for by
// htmx leads the whole page there.
func (c *Context) Redirect(path string) error {
	if !LocalPath(path) {
		return apperr.New(apperr.Internal, "error.internal", "path", path)
	}
	if c.HTMX() {
		c.g.Header("HX-Redirect", path)
		c.g.Status(http.StatusNoContent)
		c.g.Writer.WriteHeaderNow()
		return nil
	}
	c.g.Header("Location", path)
	c.g.Header("Cache-Control", "no-store")
	c.g.Status(http.StatusSeeOther)
	c.g.Writer.WriteHeaderNow()
	return nil
}

// LocalPath says whether an address is a path of this program and nothing
// else: no scheme, no host, no way out by // or \.
func LocalPath(p string) bool {
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.ContainsAny(p, "\\\r\n\t\x00") {
		return false
	}
	u, err := url.Parse(p)
	return err == nil && u.Scheme == "" && u.Host == "" && u.User == nil && !strings.HasPrefix(u.Path, "//")
}

// Download sends a file to be kept, never to be shown: attachment, no
// guessing of its type, no rights if it is opened all the same. size < 0 is
// unknown. Once it has begun an error can only cut it off.
func (c *Context) Download(name, contentType string, size int64, r io.Reader) error {
	c.attach(name, contentType)
	if size >= 0 {
		c.g.Writer.Header().Set("Content-Length", fmt.Sprint(size))
	}
	n, err := io.CopyBuffer(onlyWriter{c.g.Writer}, r, make([]byte, 256<<10))
	if err != nil || (size >= 0 && n != size) {
		c.cut(name, n, size, err)
	}
	return nil
}

// Send hands a file out as it is written; its name says what it is. What fails
// before the first 64 KiB are full is answered like every error, later it can
// only cut the file off.
func (c *Context) Send(name string, write func(ctx context.Context, w io.Writer) error) error {
	a := &attachment{c: c, name: name}
	out := bufio.NewWriterSize(a, 64<<10)
	err := write(c.Ctx(), out)
	if err != nil && !a.begun {
		return err
	}
	if err == nil {
		a.begin()
		err = out.Flush()
	}
	if err != nil {
		c.cut(name, a.sent, -1, err)
	}
	return nil
}

// attachment is an answer that begins with its first byte.
type attachment struct {
	c     *Context
	name  string
	begun bool
	sent  int64
}

func (a *attachment) begin() {
	if !a.begun {
		a.begun = true
		a.c.attach(a.name, content.OfName(a.name))
	}
}

func (a *attachment) Write(p []byte) (int, error) {
	a.begin()
	n, err := a.c.g.Writer.Write(p)
	a.sent += int64(n)
	return n, err
}

// attach begins the answer with a file.
func (c *Context) attach(name, contentType string) {
	h := c.g.Writer.Header()
	if contentType == "" {
		contentType = "application/octet-stream"
	}
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", disposition(name))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, no-store")
	c.g.Status(http.StatusOK)
}

// cut breaks the connection, so that a file whose status is out already is not
// taken for whole.
func (c *Context) cut(name string, sent, size int64, err error) {
	c.server.opt.Logger.ErrorContext(c.Ctx(), "download cut", "name", name, "sent", sent, "size", size, "err", err)
	panic(http.ErrAbortHandler)
}

// onlyWriter hides other methods, so that the buffer of CopyBuffer is used.
type onlyWriter struct{ io.Writer }

// disposition names a file in ASCII for old readers and in UTF-8 (RFC 6266,
// RFC 5987) for all others.
func disposition(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '/' || r == '\\' {
			return '_'
		}
		return r
	}, name)
	ascii := strings.Map(func(r rune) rune {
		if r > 0x7e || r == '"' || r == '%' {
			return '_'
		}
		return r
	}, name)
	return fmt.Sprintf(`attachment; filename="%s"; filename*=UTF-8''%s`, ascii, strings.ReplaceAll(url.QueryEscape(name), "+", "%20"))
}

// JSON writes a value as the answer.
func (c *Context) JSON(status int, v any) error {
	return writeJSON(c.g.Writer, status, "application/json", v)
}

func writeJSON(w http.ResponseWriter, status int, kind string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return apperr.Wrap(err, "encode answer")
	}
	w.Header().Set("Content-Type", mime.FormatMediaType(kind, nil))
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(raw)
	return nil
}
