package main

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kis-platform/kis/web/webtest"
)

// TestBrowserAStrangerFindsNothingConfidential has somebody of another
// department look for the secret as people do, and its sender find it there.
func TestBrowserAStrangerFindsNothingConfidential(t *testing.T) {
	eachFixedApp(t, func(t *testing.T, a *app) {
		host := httptest.NewServer(a.handler())
		t.Cleanup(host.Close)
		s := makeSecret(t, a, besideAccepted)
		cycle := one(t, a, "SELECT cycle_id FROM submissions WHERE id = '"+s.ids["submission"]+"'")
		word := strings.ToLower(marker)
		// What the person reads, what pages say to screen readers, and what stands in fields.
		const said = `document.body.innerText + [...document.querySelectorAll('[aria-label], [title]')].map(e => ' ' + e.getAttribute('aria-label') + ' ' + e.title).join('')`
		for key, finds := range map[string]bool{"tural": false, "aytan": true} {
			b := webtest.NewBrowser(t)
			b.SignIn(host.URL, demoPerson{Key: key}.email(), demoPassword)
			found := map[string]bool{}
			see := func(where string) {
				found[where] = strings.Contains(strings.ReplaceAll(webtest.Eval[string](b, said), word, ""), marker)
			}
			// The box at the top of every page.
			b.Open(host.URL + "/work")
			b.Do(chromedp.SendKeys(chromedp.CSS(".k-top input[name=q]"), word+"\r"))
			b.Until(`location.pathname === '/search' && document.readyState === 'complete'`)
			see("search")
			for name, path := range map[string]string{"library": "/evidence", "library by words": "/evidence?q=" + word, "confidential ones": "/evidence?class=confidential", "task": "/cycles/" + cycle + "/tasks/" + s.code,
				"cycle": "/cycles/" + cycle, "my work": "/work", "notifications": "/notifications", "requests": "/requests", "calendar": "/cycles/calendar", "overview": "/cycles/overview", "evidence itself": "/evidence/" + s.ids["submission"]} {
				if key == "aytan" || name != "evidence itself" {
					b.Open(host.URL + path)
					see(name)
				}
			}
			for name, path := range map[string]string{"CSV": "/evidence/export.csv", "requests as CSV": "/requests/export.csv", "file": "/evidence/" + s.ids["submission"] + "/files/" + s.ids["file"]} {
				found[name] = strings.Contains(webtest.Eval[string](b, `fetch('`+path+`').then(r => r.text())`), marker)
			}
			for _, name := range []string{"search", "library", "library by words", "confidential ones", "task", "CSV", "requests", "requests as CSV", "file", "evidence itself"} {
				if finds && !found[name] {
					t.Errorf("%s sent it and does not find it: %s", key, name)
				}
			}
			for name, is := range found {
				if is && !finds {
					t.Errorf("%s is shown the secret: %s", key, name)
				}
			}
		}
	})
}
