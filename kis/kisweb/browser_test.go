package kisweb_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/web/webtest"
)

// TestBrowserAdministration opens the pages of this half in a real browser:
// nothing overflows at 390 px, axe finds nothing, the console is silent.
func TestBrowserAdministration(t *testing.T) {
	s := open(t, storetest.Open(t))
	admin, user := s.as("rauf"), "/admin/users/"+s.office.ID("aytan")
	admin.Post(user+"/roles", "role", "auditor", "from", "01.12.2026", "to", "31.12.2026").WantRedirect(user)
	admin.Post(user+"/transfer", "department", "BƏŞ", "from", "01.11.2026").WantRedirect(user)
	department := "/admin/departments/" + s.office.Dept("SSS")
	address := s.Listen()
	for key, pages := range map[string]map[string]string{
		"rauf":  {"users": "/admin/users", "users-none": "/admin/users?q=zzz", "user-new": "/admin/users/new", "user": user, "user-edit": user + "/edit", "user-self": "/admin/users/" + s.office.ID("rauf"), "departments": "/admin/departments", "department": department, "department-new": "/admin/departments/new", "work-none": "/work"},
		"nigar": {"trail": "/trail", "trail-bad": "/trail?from=x", "department-read": department},
	} {
		b := webtest.NewBrowser(t)
		b.SignIn(address, kistest.Email(key), kistest.Password)
		for _, lang := range []string{"az", "en"} {
			b.Do(chromedp.Evaluate[chromedp.Void](`fetch('/preferences', {method: 'POST', headers: {'Content-Type': 'application/x-www-form-urlencoded'}, body: 'lang=`+lang+`'})`, chromedp.EvalAwaitPromise))
			for name, path := range pages {
				for _, width := range []int64{1440, 390} {
					if lang == "en" && width == 1440 && *pictures == "" {
						continue // English words are tried where they have the least room
					}
					b.Width(width)
					b.Open(address + path)
					b.Check(name + " " + lang)
					b.Picture(*pictures, name+"-"+lang+map[int64]string{1440: "", 390: "-narrow"}[width])
				}
			}
		}
	}
}

// TestBrowserUserDialogs works the dialogs of a person as an administrator
// does, without a mouse.
func TestBrowserUserDialogs(t *testing.T) {
	s := open(t, storetest.Open(t))
	address := s.Listen()
	b := webtest.NewBrowser(t)
	b.SignIn(address, kistest.Email("rauf"), kistest.Password)
	b.Open(address + "/admin/users/" + s.office.ID("aytan"))
	b.Do(chromedp.Focus(chromedp.CSS("[data-confirm=disable]")), chromedp.KeyEvent("\r"))
	b.Until(`document.querySelector('#disable').open && document.activeElement.closest('#disable') !== null`)
	b.Check("dialog")
	b.Picture(*pictures, "user-dialog")
	b.Do(chromedp.Click(chromedp.CSS("#disable button[type=submit]")))
	b.Until(`document.querySelector('h1 .k-off') !== null`)
	b.Do(chromedp.Click(chromedp.CSS("form[action$='/enable'] button")))
	b.Until(`document.querySelector('h1 .k-good') !== null`)
	b.Do(chromedp.Click(chromedp.CSS("[data-confirm=reset]")))
	b.Until(`document.querySelector('#reset').open`)
	b.Do(chromedp.Click(chromedp.CSS("#reset button[type=submit]")))
	b.Until(`document.querySelector('#password') !== null`)
	b.Check("password")
	b.Picture(*pictures, "user-password")
	password := webtest.Eval[string](b, `document.querySelector('#password').textContent.trim()`)
	s.SignIn(kistest.Email("aytan"), password)
}
