package web_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/chromedp"

	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/assets"
	"github.com/kis-platform/kis/web/webtest"
)

var pictures = flag.String("pictures", "", "folder to write screenshots into")

func gallery(t *testing.T) *webtest.Site {
	return webtest.New(t, func(r *web.Router) {
		r.GET("/gallery", policies.Public, func(c *web.Context) error {
			return c.Render(http.StatusOK, webtest.Gallery(c.Page("Nümunələr")))
		})
		r.STREAM("/gallery", policies.Public, func(c *web.Context) error {
			if _, err := c.Multipart(web.Limits{}, func(f *web.File) error { _, err := io.Copy(io.Discard, f); return err }); err != nil {
				return err
			}
			return c.JSON(http.StatusOK, map[string]string{"id": "0198f2c0-0000-7000-8000-000000000001"})
		})
		for _, sec := range web.Nav() {
			for _, e := range sec.Entries {
				r.GET(e.Path, e.Action, ok)
			}
		}
	}, func(o *web.Options) { o.Unit = func(context.Context, string) string { return "SSS" } })
}

func TestEveryComponentIsWellFormedInBothLanguages(t *testing.T) {
	v := gallery(t).As(manager)
	for _, lang := range []string{"az", "en"} {
		v.Post("/preferences", "lang", lang)
		a := v.Get("/gallery").Want(http.StatusOK)
		ids := map[string]int{}
		a.Doc.Find("[id]").Each(func(_ int, s *goquery.Selection) { ids[s.AttrOr("id", "")]++ })
		for id, n := range ids {
			if n > 1 || id == "" {
				t.Errorf("id %q is there %d times", id, n)
			}
		}
		for _, ref := range []string{"for", "aria-labelledby", "aria-describedby", "aria-controls", "data-confirm", "data-k-toggle"} {
			a.Doc.Find("[" + ref + "]").Each(func(_ int, s *goquery.Selection) {
				for _, id := range strings.Fields(s.AttrOr(ref, "")) {
					if ids[id] == 0 {
						t.Errorf("%s refers to %q, which is not there", ref, id)
					}
				}
			})
		}
		a.Doc.Find("use").Each(func(_ int, s *goquery.Selection) {
			if _, name, _ := strings.Cut(s.AttrOr("href", ""), "#"); !assets.HasIcon(name) {
				t.Errorf("no icon %q", name)
			}
		})
		if n := a.Count("[style], style, script:not([src]), [onclick]"); n != 0 {
			t.Errorf("%d inline parts", n)
		}
		// Buttons and dialogs stand for what they say.
		a.Has("dialog#issue li", "ÜŞ-yə bildiriş gedir").HasNot("dialog#issue[open]").Has("dialog#cancel[open] [role=alert] a[href='#cancel-reason']")
		a.Has(".k-steps [aria-current=step]", "İcra").Has(".k-chip[aria-current]", "63").Has("[role=alert] a[href='#f-goal']", "Göstərici: ")
	}
}

// TestPagesInTheBrowser looks at each page of the shell as people see it.
func TestPagesInTheBrowser(t *testing.T) {
	s := gallery(t)
	s.Users.Add(manager)
	url := s.Listen()
	b := webtest.NewBrowser(t)
	set := func(name, value string) {
		webtest.Eval[int](b, `fetch('/preferences', {method: 'POST', body: new URLSearchParams({`+name+`: '`+value+`'})}).then(r => r.status)`)
	}
	// The faces are language, theme and width; the first and the last differ in all three.
	faces := []string{"az light 1440", "az light 390", "en dark 1440", "en dark 390"}
	look := func(page, path string, faces ...string) {
		for _, face := range faces {
			var lang, theme string
			var width int64
			if _, err := fmt.Sscan(face, &lang, &theme, &width); err != nil {
				t.Fatal(err)
			}
			b.Width(width)
			b.Open(url + path)
			if webtest.Eval[string](b, `document.documentElement.lang + document.documentElement.dataset.bsTheme`) != lang+theme {
				set("lang", lang)
				set("theme", theme)
				b.Open(url + path)
			}
			name := page + "-" + strings.ReplaceAll(face, " ", "-")
			b.Check(name)
			b.Picture(*pictures, name)
		}
	}
	few := []string{faces[0], faces[3]}
	look("sign-in", "/sign-in?next=/work", few...)
	look("not-found", "/nothing", few...)
	set("lang", "az")
	set("theme", "light")
	b.SignIn(url, "u2@stat.test", webtest.Password)
	look("gallery", "/gallery", faces...)
	look("me", "/me", few...)
	look("forbidden", "/admin/users", few...)
}

func TestTheDialogAndTheSwitchesWorkInTheBrowser(t *testing.T) {
	s := gallery(t)
	s.Users.Add(manager)
	url := s.Listen()
	b := webtest.NewBrowser(t)
	b.SignIn(url, "u2@stat.test", webtest.Password)
	b.Open(url + "/gallery")
	b.Until(`document.documentElement.lang === 'en'`)           // as the browser asks
	b.Until(`document.activeElement.matches('[data-k-focus]')`) // the summary of errors speaks first
	b.Do(chromedp.Click(chromedp.CSS("[data-confirm=issue]")))
	b.Until(`document.querySelector('#issue').matches(':modal') && document.activeElement.matches('#issue [data-k-close]')`)
	b.Do(chromedp.Click(chromedp.CSS("#issue [data-k-close]")))
	b.Until(`!document.querySelector('#issue').open`)
	b.Do(chromedp.Click(chromedp.CSS(".k-top form[data-k-theme] button")))
	b.Until(`document.documentElement.dataset.bsTheme === 'dark'`)
	b.Open(url + "/me")
	b.Until(`document.documentElement.dataset.bsTheme === 'dark'`) // the server keeps it
	b.Do(chromedp.Click(chromedp.CSS(".k-top details summary")), chromedp.Click(chromedp.CSS(".k-top button[value=az]")))
	b.Until(`document.documentElement.lang === 'az' && location.pathname === '/me'`)
	b.Check("after the switches")
}

func TestFilesGoOneByOneInTheBrowserAndSayWhatIsWrong(t *testing.T) {
	s := gallery(t)
	url := s.Listen()
	b := webtest.NewBrowser(t)
	dir := t.TempDir()
	var paths []string
	for name, text := range map[string]string{"tam.pdf": "salam", "boş.pdf": ""} {
		paths = append(paths, filepath.Join(dir, name))
		if err := os.WriteFile(paths[len(paths)-1], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b.Open(url + "/gallery")
	b.Do(chromedp.SetUploadFiles(chromedp.CSS("#up-files"), paths))
	row := func(name, text string) string {
		return `[...document.querySelectorAll('[data-k-files] li')].some(li => li.innerText.includes('` + name + `') && li.innerText.includes('` + text + `'))`
	}
	b.Until(row("tam.pdf", "Uploaded"))
	b.Until(row("boş.pdf", "the file “boş.pdf” is empty"))
	b.Until(`document.querySelectorAll('input[name=uploaded]').length === 1`)
	b.Picture(*pictures, "upload")
	b.Width(390)
	b.Do(chromedp.Click(chromedp.CSS("a.navbar-toggler")))
	b.Until(`document.querySelector('#menu').getClientRects().length > 0`)
	b.Picture(*pictures, "menu-narrow")
}
