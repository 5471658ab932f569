package reportsweb_test

import (
	"flag"
	"net/http"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/web/webtest"
)

var pictures = flag.String("pictures", "", "folder for pictures of the pages")

// TestBrowserVerify checks a print as somebody without an account does: types
// the code, reads what it is, compares a file.
func TestBrowserVerify(t *testing.T) {
	db := storetest.Open(t)
	h := newHouse(t, db)
	act := h.Act(h.Started().ID, "4.4-a", audit.ActIssued)
	h.sign("gunel").Get("/acts/" + act.ID + "/pdf").Want(http.StatusOK)
	var code, sha string
	if err := db.Read().NewRaw("SELECT code, sha256 FROM documents").Scan(t.Context(), &code, &sha); err != nil {
		t.Fatal(err)
	}
	address, b := h.Listen(), webtest.NewBrowser(t)
	for _, width := range []int64{1440, 390} {
		b.Width(width)
		look := func(name string) {
			b.Check(name)
			b.Picture(*pictures, name+"-"+strconv.FormatInt(width, 10))
		}
		b.Open(address + "/verify")
		look("verify-ask")
		b.Do(chromedp.SendKeys(chromedp.CSS("input[name=code]"), code), chromedp.Click(chromedp.CSS("form[action='/verify'] button")))
		b.Until(`document.querySelector('.k-tag.k-good') && location.pathname === '/verify/` + code + `'`)
		look("verify-genuine")
		b.Do(chromedp.SendKeys(chromedp.CSS("input[name=sha256]"), sha), chromedp.Click(chromedp.CSS("form[action='/verify/"+code+"'] button")))
		b.Until(`document.querySelector('.k-quote.k-good')`)
		look("verify-same")
		b.Open(address + "/verify/AAAA-BBBB-CCCC")
		look("verify-unknown")
	}
}
