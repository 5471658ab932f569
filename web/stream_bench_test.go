package web_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

// BenchmarkUpload reads 16 MiB through every layer; what it allocates must not
// grow with the file.
func BenchmarkUpload(b *testing.B) {
	s := webtest.New(b, func(r *web.Router) {
		r.STREAM("/up", policies.Public, func(c *web.Context) error {
			_, err := c.Multipart(web.Limits{}, func(f *web.File) error { _, err := io.Copy(io.Discard, f); return err })
			return err
		})
	})
	body, kind := webtest.MultipartBody(nil, webtest.Upload{Field: "files", Name: "a.bin", Content: strings.Repeat("0123456789abcde\n", 1<<20)})
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, "/up", bytes.NewReader(body))
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		s.Server.Handler().ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Code, w.Body)
		}
	}
}

// BenchmarkPage renders the gallery, signed in, through every layer.
func BenchmarkPage(b *testing.B) {
	s := webtest.New(b, func(r *web.Router) {
		r.GET("/gallery", policies.SelfUse, func(c *web.Context) error { return c.Render(http.StatusOK, webtest.Gallery(c.Page("web.nav.work"))) })
	})
	cookie := "kis=" + s.As(manager).Cookie("kis")
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(http.MethodGet, "/gallery", nil)
		r.Header.Set("Cookie", cookie)
		w := httptest.NewRecorder()
		s.Server.Handler().ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
	}
}
