package amendmentweb_test

import (
	"flag"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/planning/amendment"
	"github.com/kis-platform/kis/web/webtest"
)

var pictures = flag.String("pictures", "", "folder for pictures of the pages")

// TestBrowserAmendments opens the pages of an amendment at two widths: nothing
// overflows, axe finds nothing, the console is silent. Then management
// approves one without a mouse.
func TestBrowserAmendments(t *testing.T) {
	o := open(t, storetest.Open(t))
	nigar := o.By("nigar")
	m, err := o.amend.Open(nigar, "2026", "İkinci yarımildə büdcə ixtisarı")
	o.Must(err)
	items := o.Page(2026).Items
	f := o.Fields(2026)
	f.Due, f.CoExecutors = "2026-12-15", []string{o.Dept("BƏŞ")}
	o.Must(o.amend.Reword(nigar, m.ID, items[1].ID, f))
	o.Must(o.amend.Remove(nigar, m.ID, items[0].ID))
	f.Text = "Respondentlər üçün qısa təlimat hazırlamaq"
	o.Must(o.amend.Add(nigar, m.ID, f))
	address, at := o.site.Listen(), "/plans/2026/amendments/"+m.ID
	b := webtest.NewBrowser(t)
	look := func(pages map[string]string) {
		for _, width := range []int64{1440, 390} {
			b.Width(width)
			for name, path := range pages {
				b.Open(address + path)
				b.Check(fmt.Sprint(name, " ", width))
				b.Picture(*pictures, fmt.Sprint("amendment-", name, "-", width))
			}
		}
	}
	b.SignIn(address, kistest.Email("nigar"), kistest.Password)
	look(map[string]string{"plan": "/plans/2026", "draft": at, "reword": at + "/write?item=" + items[1].ID, "add": at + "/write"})
	o.Must(o.amend.Propose(nigar, m.ID))
	b = webtest.NewBrowser(t)
	b.SignIn(address, kistest.Email("rafael"), kistest.Password)
	look(map[string]string{"proposed": at})
	form := "form[action='" + at + "/approve']"
	b.Do(chromedp.Focus(chromedp.CSS(form+" input[name=confirm]")), chromedp.KeyEvent(" "), chromedp.Focus(chromedp.CSS(form+" button[type=submit]")), chromedp.KeyEvent("\r"))
	b.Until(`!document.querySelector("` + form + `") && document.querySelector('main').textContent.includes('Rafael İbrahimov')`)
	if now, err := o.amend.Amendment(nigar, "2026", m.ID); err != nil || now.State != amendment.Approved || len(o.Page(2026).Items) != 2 {
		t.Errorf("%v %+v", err, now)
	}
}
