package registerweb_test

import (
	"encoding/json"
	"flag"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/web/webtest"
)

var pictures = flag.String("pictures", "", "folder for pictures of the pages")

// browser opens a browser in which a person of the desk is signed in.
func (d desk) browser(address, key string) *webtest.Browser {
	d.t.Helper()
	d.sign(key)
	u, err := d.UserByEmail(d.System(), kistest.Email(key))
	if err != nil {
		d.t.Fatal(err)
	}
	b := webtest.NewBrowser(d.t)
	b.SignIn(address, u.ID+"@stat.test", webtest.Password)
	return b
}

// send fills the inputs of the form that posts to a path and presses its
// button, as a person does.
func send(b *webtest.Browser, path string, values map[string][]string) {
	raw, _ := json.Marshal(values)
	b.Do(chromedp.Evaluate[chromedp.Void](`(() => {
		const f = document.querySelector('form[action="` + path + `"]'), all = ` + string(raw) + `;
		for (const [name, list] of Object.entries(all)) {
			const inputs = [...f.querySelectorAll('[name="' + name + '"]')];
			if (inputs[0].type === 'checkbox' || inputs[0].type === 'radio') inputs.forEach(i => i.checked = list.includes(i.value));
			else list.forEach((v, i) => inputs[i].value = v);
		}
		f.requestSubmit(f.querySelector('button[type=submit]'));
	})()`))
}

// look opens a page wide and narrow, in both languages and themes, and has axe
// look at it.
func look(b *webtest.Browser, address, name, path string) {
	for _, lang := range []string{"az", "en"} {
		b.Do(chromedp.Evaluate[chromedp.Void](`fetch('/preferences', {method: 'POST', headers: {'Content-Type': 'application/x-www-form-urlencoded'}, body: 'lang=`+lang+`&theme=`+map[string]string{"az": "light", "en": "dark"}[lang]+`'})`, chromedp.EvalAwaitPromise))
		for _, width := range []int64{1440, 390} {
			b.Width(width)
			b.Open(address + path)
			b.Check(name + " " + lang)
			b.Picture(*pictures, name+"-"+lang+"-"+strconv.FormatInt(width, 10))
		}
	}
	b.Do(chromedp.Evaluate[chromedp.Void](`fetch('/preferences', {method: 'POST', headers: {'Content-Type': 'application/x-www-form-urlencoded'}, body: 'lang=az&theme=light'})`, chromedp.EvalAwaitPromise))
	b.Width(1440)
}

// TestBrowserAServiceComesIntoTheCatalogue is the way of a service in two
// browsers: the officer fills in and signs, the operator returns, the officer
// corrects, the operator registers, and the public page shows it.
func TestBrowserAServiceComesIntoTheCatalogue(t *testing.T) {
	d := newDesk(t, storetest.Open(t))
	address := d.Listen()
	officer, operator := d.browser(address, "arzu"), d.browser(address, "ulviyya")
	officer.Open(address + "/applications")
	officer.Do(chromedp.Click(chromedp.CSS("form[action='/applications'][method=post] button")))
	officer.Until(`location.pathname.endsWith('/form/service')`)
	look(officer, address, "register-form-empty", webtest.Eval[string](officer, `location.pathname`))
	app := webtest.Eval[string](officer, `location.pathname.split('/').slice(0, 3).join('/')`)
	for i, p := range pagesOf {
		officer.Open(address + app + "/form/" + p.section)
		send(officer, app+"/form/"+p.section, p.values)
		next := app
		if i+1 < len(pagesOf) {
			next += "/form/" + pagesOf[i+1].section
		}
		officer.Until(`location.pathname === '` + next + `' && document.readyState === 'complete'`)
	}
	look(officer, address, "register-form-documents", app+"/form/documents")
	look(officer, address, "register-application", app)
	officer.Open(address + app)
	officer.Do(chromedp.Click(chromedp.CSS("[data-confirm=d-sign]")))
	officer.Until(`document.querySelector('#d-sign').open`)
	officer.Check("dialog of the signature")
	officer.Do(chromedp.Click(chromedp.CSS("#d-sign button[type=submit]")))
	officer.Until(`document.querySelector('h1 .k-info') !== null`)

	operator.Open(address + app)
	send(operator, app+"/defects", map[string][]string{"clause": {"2.3.13"}, "text": {"Ünvan natamamdır"}})
	operator.Until(`document.querySelector('[data-confirm=d-notify]') !== null`)
	look(operator, address, "register-defective", app)
	operator.Open(address + app)
	operator.Do(chromedp.Click(chromedp.CSS("[data-confirm=d-notify]")))
	operator.Until(`document.querySelector('#d-notify').open`)
	operator.Do(chromedp.Click(chromedp.CSS("#d-notify button[type=submit]")))
	operator.Until(`document.querySelector('[data-confirm=d-notify]') === null && document.readyState === 'complete'`)

	officer.Open(address + app + "/form/access")
	send(officer, app+"/form/access", map[string][]string{"i2_3_13": {"Bakı, Nizami küçəsi 1"}})
	officer.Until(`location.pathname.endsWith('/form/documents')`)
	officer.Open(address + app)
	officer.Do(chromedp.Click(chromedp.CSS("[data-confirm=d-sign]")))
	officer.Until(`document.querySelector('#d-sign').open`)
	officer.Do(chromedp.Click(chromedp.CSS("#d-sign button[type=submit]")))
	officer.Until(`document.querySelector('h1 .k-info') !== null`)

	operator.Open(address + app)
	operator.Do(chromedp.Click(chromedp.CSS("[data-confirm=d-register]")))
	operator.Until(`document.querySelector('#d-register').open`)
	operator.Do(chromedp.Click(chromedp.CSS("#d-register button[type=submit]")))
	operator.Until(`document.querySelector('h1 .k-good') !== null`)
	service := webtest.Eval[string](operator, `new URL(document.querySelector('a[href^="/services/"]').href).pathname`)
	for name, path := range map[string]string{"register-list": "/services", "register-service": service, "register-applications": "/applications", "register-agencies": "/agencies",
		"register-agency": "/agencies/QA", "register-codes": "/code-lists", "register-pairs": "/duplicates"} {
		look(operator, address, name, path)
	}
	public := webtest.NewBrowser(t)
	for _, width := range []int64{1440, 390} {
		public.Width(width)
		public.Open(address + "/public/services?q=unvan")
		public.Until(`document.querySelector('main').textContent.includes('ER-2026-00001')`)
		public.Check("catalogue")
		public.Picture(*pictures, "catalogue-"+strconv.FormatInt(width, 10))
		public.Open(address + "/public/services/ER-2026-00001")
		public.Until(`document.querySelector('main').textContent.includes('Nizami küçəsi 1')`)
		public.Check("service of the catalogue")
		public.Picture(*pictures, "catalogue-service-"+strconv.FormatInt(width, 10))
	}
}
