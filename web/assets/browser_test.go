package assets_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/kis-platform/kis/web/assets"
)

// policy is the content policy under which the product's pages live.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// page holds one of each thing that kis.js serves, in the markup that README.md tells page authors to use.
const page = `<!doctype html><html lang="az" data-bs-theme="light"><head><meta charset="utf-8"><title>t</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="%s"><link rel="stylesheet" href="%s"><script defer src="%s"></script></head><body>
<div id="k-live" class="visually-hidden" role="status" data-offline="OFFLINE" data-failed="FAILED"></div>
<aside class="navbar navbar-vertical navbar-expand-lg"><div class="container-fluid">
 <a class="navbar-toggler" id="toggle" href="#menu" data-k-toggle="menu" aria-controls="menu" aria-label="Menyu"><span class="navbar-toggler-icon"></span></a>
 <nav class="collapse navbar-collapse" id="menu"><ul class="navbar-nav"><li class="nav-item"><a class="nav-link" id="first" href="#x">ə</a></li></ul></nav>
</div></aside>
<main id="content" tabindex="-1"><svg class="icon"><use href="%s"/></svg>
<form id="theme" method="post" action="/theme" data-k-theme><button id="dark" name="theme" value="dark"><span class="k-if-light">Tünd</span><span class="k-if-dark">Açıq</span></button></form>
<button id="ask" type="button" data-confirm="dg">Rəsmiləşdir</button>
<dialog class="k-dialog" id="dg"><button id="back" type="button" data-k-close autofocus>Geri</button></dialog>
<details class="k-pop" data-k-pop id="pop"><summary id="popb">…</summary><div class="k-pop-body"><a href="#a">A</a></div></details>
<form id="up" method="post" action="/up" enctype="multipart/form-data" data-k-upload data-k-guard data-k-max="1000" data-k-too-big="BIG">
 <input type="hidden" name="csrf" value="token"><label class="k-drop"><input class="visually-hidden" type="file" id="f" name="files" multiple></label>
 <template data-k-file><li><span data-k="name"></span><span data-k="size"></span><progress data-k="bar" class="progress" max="100" value="0"></progress><span data-k="pct"></span>
  <span data-k="done" hidden>Yükləndi</span><span data-k="fail" hidden>Yüklənmədi</span><span data-k="why" hidden></span>
  <button type="button" data-k="retry" hidden>Yenidən</button><button type="button" data-k="remove" aria-label="{name} faylını çıxar">x</button></li></template>
 <ul class="k-vers k-up" data-k-files></ul><input name="note" id="note"><span data-k-dirty hidden id="dirty">Saxlanmamış</span><button id="send">Göndər</button>
</form></main></body></html>`

// An action is one step in the browser.
type action = chromedp.Action[chromedp.Void]

// A site is a page with the two addresses its forms post to, and what arrived there.
type site struct {
	sync.Mutex
	theme string
	files []string // names posted one by one, in order of arrival
	final string   // "note|uploaded ids" of the form itself
	fail  bool     // refuse b.txt, until told otherwise
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.Lock()
	defer s.Unlock()
	w.Header().Set("Content-Security-Policy", policy)
	switch {
	case strings.HasPrefix(r.URL.Path, assets.Prefix):
		assets.Handler().ServeHTTP(w, r)
	case r.URL.Path == "/theme":
		s.theme = r.FormValue("theme")
		http.Redirect(w, r, "/", http.StatusSeeOther)
	case r.URL.Path == "/up" && r.Header.Get("Accept") == "application/json":
		_, part, err := r.FormFile("files")
		if err != nil || r.FormValue("csrf") != "token" {
			http.Error(w, "bad upload", http.StatusBadRequest)
			return
		}
		s.files = append(s.files, part.Filename)
		if part.Filename == "b.txt" && s.fail {
			w.WriteHeader(http.StatusUnprocessableEntity)
			_ = json.NewEncoder(w).Encode(map[string]string{"message": "REFUSED"})
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"id": "id-" + part.Filename})
	case r.URL.Path == "/up":
		_ = r.ParseMultipartForm(1 << 20)
		ids := r.MultipartForm.Value["uploaded"]
		slices.Sort(ids)
		s.final = r.FormValue("note") + "|" + strings.Join(ids, ",")
		http.Redirect(w, r, "/", http.StatusSeeOther)
	default:
		fmt.Fprintf(w, page, assets.Path("favicon.svg"), assets.Path("kis.css"), assets.Path("kis.js"), assets.Icon("check"))
	}
}

// open starts a browser on the page, 390 pixels wide, and gives what it complains about: script errors and breaches of the policy.
func open(t *testing.T, s *site, before ...action) (context.Context, func() []string) {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	ctx, cancel := chromedp.NewContext(t.Context(), chromedp.WithAllocatorOptions(chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Env("LC_ALL=C.UTF-8"), chromedp.Flag("disable-quic", true)))
	t.Cleanup(cancel)
	messages := chromedp.Console(ctx)
	var mu sync.Mutex
	var complaints []string
	go func() {
		for m, err := range messages {
			// A refusal that the upload test asks for is the server's word, not a fault of the page.
			if err != nil || (m.Type != chromedp.ConsoleError && !m.IsException()) || strings.Contains(m.Text, "422") {
				continue
			}
			mu.Lock()
			complaints = append(complaints, m.String())
			mu.Unlock()
		}
	}()
	run(t, ctx, chromedp.EmulateViewport(390, 844))
	run(t, ctx, before...)
	run(t, ctx, chromedp.Navigate(server.URL), chromedp.WaitReady(chromedp.CSS("main")))
	return ctx, func() []string { mu.Lock(); defer mu.Unlock(); return complaints }
}

func run(t *testing.T, ctx context.Context, actions ...action) {
	t.Helper()
	limit, cancel := ctx, func() {}
	if chromedp.FromContext(ctx).Target != nil { // the first run starts the browser, which lives as long as its context
		limit, cancel = context.WithTimeout(ctx, 20*time.Second)
	}
	defer cancel()
	if err := chromedp.Do(limit, actions...); err != nil {
		t.Fatal(err)
	}
}

// until waits for a condition in the page, and says which one did not come true.
func until(t *testing.T, ctx context.Context, condition string) {
	t.Helper()
	wait, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := chromedp.Do(wait, chromedp.Poll[chromedp.Void](condition, chromedp.WithPollingInterval(50*time.Millisecond))); err != nil {
		t.Fatalf("never true: %s: %v", condition, err)
	}
}

const menuShown = `document.querySelector('#first').getClientRects().length > 0`

func TestPartsInTheBrowser(t *testing.T) {
	s := &site{fail: true}
	ctx, complaints := open(t, s)

	// The style and the fonts are in force; ə comes from the self-hosted Inter.
	until(t, ctx, `getComputedStyle(document.body).fontFamily.includes('Inter') && document.fonts.check('14px "Inter Variable"', 'ə')`)
	until(t, ctx, `document.querySelector('svg.icon').getBBox().width > 5`)

	// Menu on a narrow screen: closed, opened by a click, closed by Escape with the focus back on the button.
	until(t, ctx, `!(`+menuShown+`) && document.querySelector('#toggle').getAttribute('aria-expanded') === 'false'`)
	run(t, ctx, chromedp.Click(chromedp.CSS("#toggle")))
	until(t, ctx, menuShown+` && document.querySelector('#toggle').getAttribute('aria-expanded') === 'true'`)
	run(t, ctx, chromedp.KeyEvent("\x1b"))
	until(t, ctx, `!(`+menuShown+`) && document.activeElement.id === 'toggle'`)

	// Theme: the page changes at once, the server is told, the next press goes back.
	run(t, ctx, chromedp.Click(chromedp.CSS("#dark")))
	until(t, ctx, `document.documentElement.dataset.bsTheme === 'dark' && document.querySelector('#dark').innerText === 'Açıq' && document.querySelector('#dark').value === 'light'`)

	// Confirmation: a modal dialog over the page, the safe button has the focus and closes it.
	run(t, ctx, chromedp.Click(chromedp.CSS("#ask")))
	until(t, ctx, `document.querySelector('#dg').matches(':modal') && document.activeElement.id === 'back' && getComputedStyle(document.querySelector('#dg')).position === 'fixed'`)
	run(t, ctx, chromedp.Click(chromedp.CSS("#back")))
	until(t, ctx, `!document.querySelector('#dg').open && document.activeElement.id === 'ask'`)

	// Small menu: a click elsewhere closes it.
	run(t, ctx, chromedp.Click(chromedp.CSS("#popb")))
	until(t, ctx, `document.querySelector('#pop').open`)
	run(t, ctx, chromedp.Click(chromedp.CSS("#note")))
	until(t, ctx, `!document.querySelector('#pop').open`)

	if got := complaints(); len(got) > 0 {
		t.Errorf("the browser complains: %v", got)
	}
	s.Lock()
	defer s.Unlock()
	if s.theme != "dark" {
		t.Errorf("the server was told theme %q", s.theme)
	}
}

// Four files: one too big, one refused and then tried again, one taken out again. The form itself carries no bytes, only ids.
func TestUploadInTheBrowser(t *testing.T) {
	s := &site{fail: true}
	ctx, complaints := open(t, s)
	dir := t.TempDir()
	var paths []string
	for name, size := range map[string]int{"a.txt": 10, "b.txt": 20, "c.txt": 30, "big.txt": 2000} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	row := func(name string) string {
		return `[...document.querySelectorAll('[data-k-files] li')].find(li => li.innerText.includes('` + name + `'))`
	}
	run(t, ctx, chromedp.SetUploadFiles(chromedp.CSS("#f"), paths))
	until(t, ctx, row("a.txt")+`.innerText.includes('Yükləndi')`)
	until(t, ctx, row("b.txt")+`.innerText.includes('REFUSED')`)
	until(t, ctx, row("c.txt")+`.innerText.includes('Yükləndi')`)
	until(t, ctx, row("big.txt")+`.innerText.includes('BIG')`)
	until(t, ctx, `!document.querySelector('#dirty').hidden`)
	until(t, ctx, row("c.txt")+`.querySelector('[data-k=remove]').getAttribute('aria-label') === 'c.txt faylını çıxar'`)

	// With a failed file in the list the form does not go.
	run(t, ctx, chromedp.SetValue(chromedp.CSS("#note"), "qeyd"), chromedp.Click(chromedp.CSS("#send")), chromedp.Sleep(200*time.Millisecond))
	s.Lock()
	if s.final != "" {
		t.Errorf("the form was sent although a file failed: %s", s.final)
	}
	s.fail = false
	s.Unlock()
	for _, press := range []string{row("big.txt") + `.querySelector('[data-k=remove]').click()`, row("c.txt") + `.querySelector('[data-k=remove]').click()`, row("b.txt") + `.querySelector('[data-k=retry]').click()`} {
		run(t, ctx, chromedp.Evaluate[chromedp.Void](press))
	}
	until(t, ctx, row("b.txt")+`.innerText.includes('Yükləndi')`)
	run(t, ctx, chromedp.Click(chromedp.CSS("#send")))
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		s.Lock()
		arrived := s.final != ""
		s.Unlock()
		if arrived {
			break
		}
	}

	s.Lock()
	defer s.Unlock()
	if s.final != "qeyd|id-a.txt,id-b.txt" {
		t.Errorf("the form brought %q", s.final)
	}
	slices.Sort(s.files)
	if got := strings.Join(s.files, " "); got != "a.txt b.txt b.txt c.txt" {
		t.Errorf("posted one by one: %s", got)
	}
	if got := complaints(); len(got) > 0 {
		t.Errorf("the browser complains: %v", got)
	}
}

// Without script the menu opens by its address, the theme by an ordinary form.
func TestMenuWithoutScript(t *testing.T) {
	ctx, _ := open(t, &site{}, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	shown := func() bool {
		yes, err := chromedp.Run(ctx, chromedp.Evaluate[bool](menuShown))
		if err != nil {
			t.Fatal(err)
		}
		return yes
	}
	if shown() {
		t.Error("the menu is open from the start")
	}
	run(t, ctx, chromedp.Click(chromedp.CSS("#toggle")), chromedp.Sleep(200*time.Millisecond))
	if !shown() {
		t.Error("the link does not open the menu")
	}
}
