package qualityweb_test

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
	"github.com/kis-platform/kis/kis/indicator"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/planning/quality"
	"github.com/kis-platform/kis/planning/quality/qualityweb"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

var pictures = flag.String("pictures", "", "folder for pictures of the pages")

// noFiles writes no files: nothing here asks for one.
type noFiles struct{}

func (noFiles) PublicReport(context.Context, io.Writer, string, quality.Dossier) error {
	return io.ErrUnexpectedEOF
}

func (noFiles) QualityReport(context.Context, io.Writer, string, string, string) error {
	return io.ErrUnexpectedEOF
}

func (noFiles) QualityList(context.Context, io.Writer, string, string, url.Values) error {
	return io.ErrUnexpectedEOF
}

// TestBrowserQualityReport opens the pages of a report in a real browser at two
// widths: nothing overflows, axe finds nothing, the console is silent. Then two
// people write the same concept: what one typed is kept by itself, the other is
// shown both texts.
func TestBrowserQualityReport(t *testing.T) {
	db := storetest.Open(t)
	storetest.ClockOf(db).SetDay("2026-11-19")
	o := kistest.NewOffice(t, db)
	ind := indicator.New(o.Service)
	svc := quality.New(o.Service, ind)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(ind.LoadReference(o.System()))
	must(svc.LoadReference(o.System()))
	as := func(who string) context.Context { return o.As(t.Context(), who) }
	cycle := o.Running("2026")
	r, err := svc.Begin(as("elchin"), quality.NewReport{CycleID: cycle.ID})
	must(err)
	text := "İllik məlumatlar"
	_, _, err = svc.Save(as("elchin"), r.ID, quality.Patch{Code: "S.3.2", TextAZ: &text})
	must(err)
	s := webtest.New(t, func(rt *web.Router) { qualityweb.Register(rt, svc, noFiles{}) }, func(opt *web.Options) {
		opt.Users, opt.Sessions, opt.Clock = o.Service, store.NewSessions(db), db.Now
	})
	address := s.Listen()
	b := webtest.NewBrowser(t)
	b.SignIn(address, kistest.Email("elchin"), kistest.Password)
	for _, width := range []int64{1440, 390} {
		b.Width(width)
		for name, path := range map[string]string{"list": "/quality", "report": "/quality/" + r.ID, "write": "/quality/" + r.ID + "/write?chapter=S.13", "compare": "/quality/" + r.ID + "/compare",
			"public": "/public/quality"} {
			b.Open(address + path)
			b.Check(fmt.Sprint(name, " ", width))
			b.Picture(*pictures, fmt.Sprint("quality-", name, "-", width))
		}
	}
	b.Width(1440)
	b.Open(address + "/quality/" + r.ID + "/write?chapter=S.3")
	field := `textarea[id="az-S.3.1"]`
	b.Do(chromedp.Focus(chromedp.CSS(field)), chromedp.KeyEvent("Elçinin mətni"))
	b.Until(`document.getElementById('k-S.3.1').dataset.kState === 'saved'`)
	// Somebody else writes there; the page still shows what it was opened with.
	other := "Nigarın mətni"
	_, clashes, err := svc.Save(as("nigar"), r.ID, quality.Patch{Code: "S.3.1", Version: 1, TextAZ: &other})
	if err != nil || len(clashes) > 0 {
		t.Fatalf("%v %v", err, clashes)
	}
	b.Do(chromedp.Focus(chromedp.CSS(field)), chromedp.KeyEvent(" davam edir"))
	b.Until(`document.getElementById('k-S.3.1').dataset.kState === 'conflict' && document.querySelector('main').textContent.includes('Nigarın mətni')`)
	d, err := svc.Report(as("elchin"), r.ID)
	must(err)
	for _, it := range d.Items {
		if it.Concept.Code == "S.3.1" && it.Entry.TextAZ != other {
			t.Errorf("lost: %q", it.Entry.TextAZ)
		}
	}
}
