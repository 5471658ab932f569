package webtest

import (
	"context"
	_ "embed" // the accessibility checker
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// axe is the source of the accessibility checker.
//
//go:embed axe.min.js
var axe string

// Browser is a window of a headless Chromium. A test fails when Chromium is
// not there.
type Browser struct {
	Ctx context.Context // for steps of chromedp

	t          testing.TB
	mu         sync.Mutex
	complaints []string
}

// NewBrowser starts a browser that ends with the test. It runs under a UTF-8
// locale, without which Chromium does not find a file named "boş.pdf".
func NewBrowser(t testing.TB) *Browser {
	t.Helper()
	ctx, cancel := chromedp.NewContext(t.Context(), chromedp.WithAllocatorOptions(chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Env("LC_ALL=C.UTF-8"), chromedp.Flag("disable-quic", true),
		chromedp.Flag("force-prefers-reduced-motion", true))) // a click must not race a smooth scroll
	t.Cleanup(cancel)
	return watched(t, ctx)
}

// Beside opens a window of the same Chromium that shares no cookie with this
// one: somebody else at another desk. It ends with the test.
func (b *Browser) Beside() *Browser {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.Ctx, chromedp.WithNewBrowserContext())
	b.t.Cleanup(cancel)
	return watched(b.t, ctx)
}

// watched is a window whose complaints are kept for Check.
func watched(t testing.TB, ctx context.Context) *Browser {
	t.Helper()
	b := &Browser{Ctx: ctx, t: t}
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			// A page answered with 4xx is noted by the browser as a failed resource; the test judges the status itself.
			if err != nil || (m.Type != chromedp.ConsoleError && !m.IsException()) || strings.Contains(m.Text, "the server responded with a status of 4") ||
				strings.Contains(m.Text, "net::ERR_CONTENT_LENGTH_MISMATCH") || // a test broke the answer off
				strings.Contains(m.Text, "net::ERR_INTERNET_DISCONNECTED") { // a test has cut the network
				continue
			}
			b.mu.Lock()
			b.complaints = append(b.complaints, m.String())
			b.mu.Unlock()
		}
	}()
	b.size(1440, 900)
	return b
}

// size sets the viewport; the first step also starts the browser.
func (b *Browser) size(width, height int64) {
	b.t.Helper()
	if err := chromedp.Do(b.Ctx, chromedp.EmulateViewport(width, height)); err != nil {
		b.t.Fatalf("no browser: %v", err)
	}
}

// Offline cuts this window off from the network, or connects it again, as
// pulling out the cable does: requests fail and the page is told.
func (b *Browser) Offline(yes bool) {
	b.t.Helper()
	b.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		rules := []*network.Conditions{{Offline: yes, DownloadThroughput: -1, UploadThroughput: -1}}
		if _, err := cdp.Call(ctx, t, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: rules}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: yes, DownloadThroughput: -1, UploadThroughput: -1})
		return err
	}))
}

// Width makes the window this many pixels wide.
func (b *Browser) Width(pixels int64) { b.t.Helper(); b.size(pixels, 900) }

// patience is how long a window may take for a step: on a machine that is busy
// with other tests it takes many times as long as on a quiet one.
const patience = time.Minute

// Do runs steps of chromedp and fails the test when one does.
func (b *Browser) Do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.Ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// Open goes to a page and waits until it and its fonts are there.
func (b *Browser) Open(url string) {
	b.t.Helper()
	b.Do(chromedp.Navigate(url), chromedp.WaitReady(chromedp.CSS("main")))
	b.Until(`document.readyState === 'complete' && document.fonts.status === 'loaded'`)
}

// Until waits for a condition in the page, also over a change of page.
func (b *Browser) Until(condition string) {
	b.t.Helper()
	var last error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(b.Ctx, 5*time.Second)
		yes, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("document.readyState === 'complete' && !!("+condition+")"))
		cancel()
		if last = err; err == nil && yes {
			return
		}
	}
	b.t.Fatalf("never true: %s (%v)", condition, last)
}

// SignIn signs in through the page.
func (b *Browser) SignIn(site, email, password string) {
	b.t.Helper()
	b.Open(site + "/sign-in")
	b.Do(chromedp.SendKeys(chromedp.CSS("#f-email"), email), chromedp.SendKeys(chromedp.CSS("#f-password"), password),
		chromedp.Click(chromedp.CSS("form[action='/sign-in'] button[type=submit]")))
	b.Until(`document.readyState === 'complete' && !location.pathname.startsWith('/sign-in')`)
}

// Eval gives the value of an expression in the page.
func Eval[T any](b *Browser, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.Ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", expression[:min(len(expression), 80)], err)
	}
	return v
}

// Check fails the test when axe finds something serious, when the page is
// wider than the window, when an icon draws nothing, or when the browser has
// complained: script errors, breaches of the content policy.
func (b *Browser) Check(name string) {
	b.t.Helper()
	if wide := Eval[int](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); wide > 0 {
		b.t.Errorf("%s: %d pixels wider than the window", name, wide)
	}
	if empty := Eval[string](b, `[...document.querySelectorAll('svg.icon use')].filter(u => u.getClientRects().length && u.getBBox().width + u.getBBox().height === 0).map(u => u.getAttribute('href')).join(' ')`); empty != "" {
		b.t.Errorf("%s: icons that draw nothing: %s", name, empty)
	}
	Eval[bool](b, axe+"; true")
	var found []struct {
		ID, Impact, Help string
		Nodes            []struct{ HTML, Summary string }
	}
	raw := Eval[string](b, `axe.run(document, {resultTypes: ['violations']}).then(r => JSON.stringify(r.violations.filter(v => ['serious', 'critical', 'moderate'].includes(v.impact))
		.map(v => ({id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.map(n => ({html: n.html, summary: n.failureSummary}))}))))`)
	if err := json.Unmarshal([]byte(raw), &found); err != nil {
		b.t.Fatal(err)
	}
	for _, f := range found {
		for _, n := range f.Nodes {
			b.t.Errorf("%s: axe %s (%s) %s\n%s\n%s", name, f.ID, f.Impact, f.Help, n.HTML, n.Summary)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.complaints {
		b.t.Errorf("%s: the browser complains: %s", name, c)
	}
	b.complaints = nil
}

// Picture writes the whole page as PNG into the folder named by -pictures of
// the test; without it nothing is written.
func (b *Browser) Picture(folder, name string) {
	b.t.Helper()
	if folder == "" {
		return
	}
	png, err := chromedp.Run(b.Ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
