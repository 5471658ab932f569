package kisweb_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/web/webtest"
)

// hands use a browser by keys only: Tab from one thing to the next, as a person
// without a mouse does. Nothing is clicked, focused or set by script.
type hands struct {
	t *testing.T
	b *webtest.Browser
}

// maxTabs is how far a thing may be from where the focus is.
const maxTabs = 150

// focused says whether the focus is on what a selector names.
func focused(selector string) string {
	return `!!document.activeElement && document.activeElement.matches(` + "`" + selector + "`" + `)`
}

// to presses Tab until the focus is on what a selector names, and fails when it
// never comes there or cannot be seen there.
func (h hands) to(selector string) {
	h.t.Helper()
	for range maxTabs {
		if webtest.Eval[bool](h.b, focused(selector)) {
			if !webtest.Eval[bool](h.b, `(() => { const a = document.activeElement, s = getComputedStyle(a), r = (a.closest('label') || a).getBoundingClientRect();
				const ring = [a, a.closest('label'), a.nextElementSibling].some(e => e && (getComputedStyle(e).outlineStyle !== 'none' || getComputedStyle(e).boxShadow !== 'none'));
				return ring && s.visibility !== 'hidden' && r.width > 0 })()`) {
				h.t.Errorf("the focus on %s cannot be seen", selector)
			}
			return
		}
		h.key(kb.Tab)
	}
	h.t.Fatalf("no way to %s by Tab; the focus is on %s", selector, webtest.Eval[string](h.b, `document.activeElement ? document.activeElement.outerHTML.slice(0, 200) : ''`))
}

func (h hands) key(keys string) { h.t.Helper(); h.b.Do(chromedp.KeyEvent(keys)) }

// write types over what stands in a field.
func (h hands) write(selector, text string) {
	h.t.Helper()
	h.to(selector)
	h.b.Do(chromedp.KeyEvent("a", chromedp.KeyModifiers(2))) // Ctrl+A
	h.key(text)
}

// press goes to a button or link and presses Enter.
func (h hands) press(selector string) {
	h.t.Helper()
	h.to(selector)
	h.key(kb.Enter)
}

// signIn goes to the page of sign-in and through it.
func (h hands) signIn(address, who, path string) {
	h.t.Helper()
	h.b.Open(address + "/sign-in?next=" + path)
	h.write("input[name=email]", kistest.Email(who))
	h.write("input[name=password]", kistest.Password)
	h.key(kb.Enter)
	h.b.Until(`location.pathname === '` + path + `'`)
}

// TestBrowserKeyboardOnly hands evidence in, returns it, hands it in again and
// accepts it, without a mouse: two people, each by Tab, Space, arrows and
// Enter alone.
func TestBrowserKeyboardOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		c := s.office.Running("2026")
		dir := t.TempDir()
		paper := func(name, text string) string {
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}
		first, second := paper("Hesabat.txt", "birinci\n"), paper("Hesabat 2.txt", "ikinci\n")
		address, path := s.Listen(), "/cycles/"+c.ID+"/tasks/1.1.1"
		version := func(n int) kis.Version {
			t.Helper()
			page, err := s.office.Task(s.office.As(t.Context(), "nigar"), c.ID, "1.1.1")
			if err != nil || len(page.Outputs[0].Versions) != n {
				t.Fatalf("%d versions, %v", len(page.Outputs[0].Versions), err)
			}
			return page.Outputs[0].Versions[0]
		}
		aytan := hands{t, webtest.NewBrowser(t)}
		nigar := hands{t, aytan.b.Beside()}

		// The first thing Tab comes to leads past the menu.
		aytan.signIn(address, "aytan", path)
		aytan.b.Open(address + path)
		aytan.key(kb.Tab)
		if !webtest.Eval[bool](aytan.b, focused(`a[href="#content"]`)) {
			t.Error("the first stop does not lead past the menu")
		}
		aytan.key(kb.Enter)
		hand := func(file, note string) {
			t.Helper()
			aytan.to("form[data-k-upload] input[type=file]")
			// What the window of the system gives after Space: no browser lets a test type into it.
			aytan.b.Do(chromedp.SetUploadFiles(chromedp.CSS("form[data-k-upload] input[type=file]"), []string{file}))
			aytan.b.Until(`document.querySelectorAll('[data-k-files] [data-k=done]:not([hidden])').length === 1`)
			aytan.to("form[data-k-upload] select[name=class]")
			aytan.key("A") // Açıq
			aytan.write("form[data-k-upload] [name=note]", note)
			aytan.b.Check("filled in by keys")
			aytan.press("form[data-k-upload] button[type=submit]")
		}
		hand(first, "Birinci göndəriş")
		aytan.b.Until(`document.querySelectorAll('.k-vers:not(.k-up) > li').length === 1`)
		if v := version(1); v.State != kis.Submitted || v.Note != "Birinci göndəriş" || v.Class != kis.ClassPublic || len(v.Files) != 1 {
			t.Fatalf("handed in: %+v", v.Submission)
		}

		// The reviewer forgets the reason, is led to it, and returns.
		nigar.signIn(address, "nigar", path)
		nigar.to("input[name=decision]")
		nigar.key(" ")
		nigar.key(kb.ArrowDown)
		if !webtest.Eval[bool](nigar.b, focused("input[name=decision][value=return]")) {
			nigar.key(kb.ArrowRight)
		}
		nigar.press("form[action$='/decision'] button[type=submit]")
		nigar.b.Until(`document.querySelector('[name=reason][aria-invalid=true]') !== null`)
		nigar.b.Check("refused by keys")
		if !webtest.Eval[bool](nigar.b, `document.querySelector('input[name=decision][value=return]').checked`) {
			t.Error("the decision is not kept")
		}
		nigar.write("textarea[name=reason]", "Hesabat dövrü göstərilməyib")
		nigar.press("form[action$='/decision'] button[type=submit]")
		nigar.b.Until(`document.querySelector('.k-quote.k-warn') !== null`)
		if v := version(1); v.State != kis.Returned || v.Reason != "Hesabat dövrü göstərilməyib" {
			t.Fatalf("returned: %+v", v.Submission)
		}

		// The sender finds it among what was returned, reads why, and hands in again.
		aytan.b.Open(address + "/evidence?state=returned")
		aytan.press(`main a[href*="/tasks/1.1.1"]`)
		aytan.b.Until(`location.pathname === '` + path + `' && document.querySelector('main').textContent.includes('Hesabat dövrü göstərilməyib')`)
		hand(second, "Dövr əlavə olunub")
		aytan.b.Until(`document.querySelectorAll('.k-vers:not(.k-up) > li').length === 2`)
		if v := version(2); v.State != kis.Submitted || v.Submission.Version != 2 || v.Files[0].Name != "Hesabat 2.txt" {
			t.Fatalf("handed in again: %+v", v.Submission)
		}

		// The reviewer compares the versions and accepts.
		nigar.b.Open(address + "/evidence/" + version(2).ID)
		nigar.press(`a[href*="/compare/"]`)
		nigar.b.Until(`document.querySelector('.k-diff ins') !== null && document.querySelector('.k-diff ins').textContent.length > 0`)
		nigar.b.Check("compared by keys")
		nigar.b.Open(address + path)
		nigar.to("input[name=decision]")
		nigar.key(" ")
		if !webtest.Eval[bool](nigar.b, `document.querySelector('input[name=decision][value=accept]').checked`) {
			t.Error("Space does not choose")
		}
		nigar.press("form[action$='/decision'] button[type=submit]")
		nigar.b.Until(`document.querySelectorAll('.k-vers .k-st.k-good').length > 0`)
		if v := version(2); v.State != kis.Accepted {
			t.Errorf("accepted: %+v", v.Submission)
		}
	})
}
