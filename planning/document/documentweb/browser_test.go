package documentweb_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/planning/document"
	"github.com/kis-platform/kis/planning/document/documentweb"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

var pictures = flag.String("pictures", "", "folder for pictures of the pages")

// noFiles writes no files: nothing here asks for one.
type noFiles struct{}

func (noFiles) DocumentList(context.Context, io.Writer, string, string, url.Values) error {
	return io.ErrUnexpectedEOF
}

func (noFiles) ReaderList(context.Context, io.Writer, string, string, string) error {
	return io.ErrUnexpectedEOF
}

// TestBrowserDocuments opens the list, a document in three states, its readers
// and the form in a real browser at two widths: nothing overflows, axe finds
// nothing, the console is silent. Then a reading is confirmed.
func TestBrowserDocuments(t *testing.T) {
	db := storetest.Open(t)
	storetest.ClockOf(db).SetDay("2026-11-19")
	o := kistest.NewOffice(t, db)
	svc := document.New(o.Service)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(svc.LoadReference(o.System()))
	as := func(who string) context.Context { return o.As(t.Context(), who) }
	enter := func(title string) string {
		d, err := svc.Enter(as("leyla"), document.Fields{Kind: "procedure", TitleAZ: title, DepartmentID: o.Dept("KİEMŞ")})
		must(err)
		must(svc.Edit(as("leyla"), d.ID, document.Content{Seen: 1, Changes: "İlk versiya", Effective: "2026-11-19", UploadIDs: []string{o.Upload("leyla", "sp.txt", "Prosedurun mətni")}}))
		return d.ID
	}
	draft, holds, waits := enter("Sənədlərin idarə edilməsi"), enter("Daxili auditin keçirilməsi"), enter("Uyğunsuzluqların idarə edilməsi")
	must(svc.Submit(as("leyla"), waits))
	must(svc.Submit(as("leyla"), holds))
	must(svc.SetReaders(as("leyla"), holds, 1, document.Readers{All: true}))
	must(svc.Approve(as("rafael"), holds))
	s := webtest.New(t, func(rt *web.Router) { documentweb.Register(rt, svc, noFiles{}) }, func(opt *web.Options) {
		opt.Users, opt.Sessions, opt.Clock = o.Service, store.NewSessions(db), db.Now
	})
	address := s.Listen()
	b := webtest.NewBrowser(t)
	b.SignIn(address, kistest.Email("nigar"), kistest.Password)
	for _, width := range []int64{1440, 390} {
		b.Width(width)
		for name, path := range map[string]string{"list": "/documents", "draft": "/documents/" + draft, "holds": "/documents/" + holds, "waits": "/documents/" + waits,
			"readers": "/documents/" + holds + "/readers", "new": "/documents/new"} {
			b.Open(address + path)
			b.Check(fmt.Sprint(name, " ", width))
			b.Picture(*pictures, fmt.Sprint("document-", name, "-", width))
		}
	}
	b.Open(address + "/documents/" + holds)
	b.Do(chromedp.Click(chromedp.CSS("a[data-confirm=confirm]")), chromedp.Click(chromedp.CSS("#confirm button[type=submit]")))
	b.Until(`document.querySelector('main').textContent.includes('siz tanış olmusunuz')`)
	if p, err := svc.Document(as("nigar"), holds); err != nil || !p.Read || p.HaveRead != 1 {
		t.Errorf("%v %+v", err, p.HaveRead)
	}
}
