package outsideweb_test

import (
	"flag"
	"net/http"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/web/webtest"
)

var pictures = flag.String("pictures", "", "folder for pictures of the pages")

// TestBrowserOutside goes the way of an outside auditor, wide and narrow: the
// door, the audit, an act, a cycle, a task, and a link that does not open.
func TestBrowserOutside(t *testing.T) {
	h := newHouse(t, storetest.Open(t))
	address, b := h.Listen(), webtest.NewBrowser(t)
	for _, width := range []int64{1440, 390} {
		b.Width(width)
		look := func(name string) {
			b.Check(name)
			b.Picture(*pictures, name+"-"+strconv.FormatInt(width, 10))
		}
		for object, paths := range map[string][]string{"audit:" + h.act.AuditID: {"/outside/acts/" + h.act.ID},
			"cycle:" + h.Cycle.ID: {"/outside/cycles/" + h.Cycle.ID, "/outside/cycles/" + h.Cycle.ID + "/tasks/1.1.1"}} {
			b.Open(address + "/outside?key=" + h.link(object, "1"))
			look("outside-door-" + object[:5])
			b.Do(chromedp.Click(chromedp.CSS("form[action='/outside'] button")))
			b.Until(`location.pathname === '/outside/view' && document.querySelector('form[action="/outside/leave"]')`)
			look("outside-home-" + object[:5])
			for i, path := range paths {
				b.Open(address + path)
				b.Until(`document.querySelector('form[action="/outside/leave"]')`)
				look("outside-page-" + object[:5] + strconv.Itoa(i))
			}
		}
		b.Open(address + "/outside?key=NOSUCHLINK")
		look("outside-refused")
	}
	h.sign("nigar").Get("/observers").Want(http.StatusOK)
	b.SignIn(address, h.ID("nigar")+"@stat.test", webtest.Password)
	for _, width := range []int64{1440, 390} {
		b.Width(width)
		b.Open(address + "/observers")
		b.Check("observers")
		b.Picture(*pictures, "observers-"+strconv.FormatInt(width, 10))
	}
}
