package kisweb_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/web/webtest"
)

// TestBrowserUploadOfMany sends eight files without a mouse: the connection of
// two breaks off, one hangs and is cancelled; the failed ones are sent again,
// what was typed stays, and the form takes the seven.
func TestBrowserUploadOfMany(t *testing.T) {
	s := open(t, storetest.Open(t))
	c := s.office.Running("2026")
	var sent atomic.Int32
	release := make(chan struct{})
	inner := s.Server.Handler()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == "/uploads" {
			switch sent.Add(1) {
			case 2, 4:
				// The connection breaks off within the answer: before it, a browser would send again by itself.
				w.Header().Set("Content-Length", "100")
				w.WriteHeader(http.StatusCreated)
				_ = http.NewResponseController(w).Flush()
				panic(http.ErrAbortHandler)
			case 6:
				select {
				case <-release:
				case <-r.Context().Done():
				}
			}
		}
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	t.Cleanup(func() { close(release) }) // before the server waits for its requests
	dir := t.TempDir()
	var files []string
	for i := range 8 {
		path := filepath.Join(dir, fmt.Sprintf("Sənəd %d.txt", i+1))
		if err := os.WriteFile(path, []byte(strings.Repeat(fmt.Sprint("sətir ", i, "\n"), 20_000)), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, path)
	}
	b := webtest.NewBrowser(t)
	b.SignIn(srv.URL, kistest.Email("aytan"), kistest.Password)
	b.Open(srv.URL + "/cycles/" + c.ID + "/tasks/1.1.1")
	key := func(selector, keys string) { b.Do(chromedp.Focus(chromedp.CSS(selector)), chromedp.KeyEvent(keys)) }
	key("form[data-k-upload] [name=note]", "Yeddi sənəd")
	b.Do(chromedp.SetUploadFiles(chromedp.CSS("form[data-k-upload] input[type=file]"), files))
	shown := func(part string) string {
		return `document.querySelectorAll('[data-k-files] [data-k=` + part + `]:not([hidden])').length`
	}
	b.Until(shown("done") + " === 5 && " + shown("fail") + " === 2")
	b.Check("two failed")
	b.Picture(*pictures, "upload-many")
	b.Width(390)
	b.Check("two failed, narrow")
	b.Picture(*pictures, "upload-many-narrow")
	// The one that hangs is cancelled; the rest is untouched.
	b.Do(chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll('[data-k-files] li')].find(li => !li.querySelector('[data-k=pct]').hidden).querySelector('[data-k=remove]').focus()`))
	b.Do(chromedp.KeyEvent("\r"))
	b.Until(`document.querySelectorAll('[data-k-files] li').length === 7 && document.activeElement.type === 'file'`)
	key("[data-k-retry-all]", "\r")
	b.Until(shown("done") + " === 7 && document.querySelector('[data-k-retry-all]').hidden")
	if note := webtest.Eval[string](b, `document.querySelector('form[data-k-upload] [name=note]').value`); note != "Yeddi sənəd" {
		t.Errorf("what was typed is %q", note)
	}
	// One that has arrived is taken out again and given back.
	key("[data-k-files] li:last-child [data-k=remove]", "\r")
	b.Until(`document.querySelectorAll('[data-k-files] li').length === 6`)
	key("form[data-k-upload] button[type=submit]", "\r")
	b.Until(`document.querySelectorAll('.k-vers:not(.k-up) .k-file').length === 6`)
	page, err := s.office.Task(s.office.As(t.Context(), "aytan"), c.ID, "1.1.1")
	if err != nil {
		t.Fatal(err)
	}
	if v := page.Outputs[0].Versions[0]; len(v.Files) != 6 || v.Note != "Yeddi sənəd" || v.State != kis.Submitted {
		t.Errorf("%+v", v)
	}
	if n, err := s.office.DB.Read().NewSelect().Table("uploads").Count(t.Context()); err != nil || n != 0 {
		t.Errorf("%d uploads wait for nothing, %v", n, err)
	}
}

// TestBrowserPreview looks at a file of each kind in its frame.
func TestBrowserPreview(t *testing.T) {
	s := open(t, storetest.Open(t))
	id, files := shownFiles(t, s)
	address := s.Listen()
	b := webtest.NewBrowser(t)
	b.SignIn(address, kistest.Email("aytan"), kistest.Password)
	for _, look := range []look{{"az", "light", 1440}, {"en", "dark", 390}} {
		b.Width(look.width)
		b.Do(chromedp.Evaluate[chromedp.Void](`fetch('/preferences', {method: 'POST', headers: {'Content-Type': 'application/x-www-form-urlencoded'}, body: 'lang=`+look.lang+`&theme=`+look.theme+`'})`, chromedp.EvalAwaitPromise))
		for _, name := range []string{"a.txt", "a.csv", "a.png", "a.html", "a.pdf"} {
			b.Open(address + files[name] + "/preview")
			b.Until(`document.querySelector('main h1').textContent.includes('` + name + `')`)
			if name != "a.pdf" { // the frame is the browser's own there
				b.Check(fmt.Sprint(name, look))
			}
			b.Picture(*pictures, fmt.Sprintf("preview-%s-%s-%d", name, look.lang, look.width))
		}
		b.Open(address + "/evidence/" + id)
		b.Check(fmt.Sprint("evidence", look))
		b.Picture(*pictures, fmt.Sprintf("preview-evidence-%s-%d", look.lang, look.width))
	}
}
