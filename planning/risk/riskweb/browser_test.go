package riskweb_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/planning/risk"
	"github.com/kis-platform/kis/planning/risk/riskweb"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

var pictures = flag.String("pictures", "", "folder for pictures of the pages")

// noTable writes no files: nothing here asks for one.
type noTable struct{}

func (noTable) RiskTable(context.Context, io.Writer, string, string, url.Values) error {
	return io.ErrUnexpectedEOF
}

// TestBrowserRisks opens the table, a risk in two states and the objectives in
// a real browser at two widths: nothing overflows, axe finds nothing, the
// console is silent. Then a treatment is decided on without a mouse.
func TestBrowserRisks(t *testing.T) {
	db := storetest.Open(t)
	storetest.ClockOf(db).SetDay("2026-11-19")
	o := kistest.NewOffice(t, db)
	svc := risk.New(o.Service)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(svc.LoadReference(o.System()))
	as := func(who string) context.Context { return o.As(t.Context(), who) }
	fields := risk.Fields{Kind: risk.Threat, Title: "Respondentlər hesabatı gecikdirir", Cause: "Xatırlatma əl ilə göndərilir", Consequence: "Toplama uzanır", GSBPM: "4.3",
		DepartmentID: o.Dept("SSS"), OwnerID: o.ID("elchin")}
	w := risk.Weighing{Likelihood: 4, Impact: 5, ReviewDue: "2027-05-20"}
	open, err := svc.Enter(as("elchin"), fields, w)
	must(err)
	endless := fields
	endless.Title, endless.Cause = strings.Repeat("W", 280), strings.Repeat("W", 900)
	long, err := svc.Enter(as("elchin"), endless, w)
	must(err)
	treated, err := svc.Enter(as("elchin"), fields, w)
	must(err)
	must(svc.Treat(as("elchin"), treated.ID, risk.Treatment{Kind: risk.Remove, Text: "Avtomatik xatırlatma", Due: "2026-12-18"}))
	must(svc.Report(as("elchin"), treated.ID, "Xatırlatma işləyir"))
	b2, err := svc.Set(as("nigar"), risk.ObjectiveFields{Title: "Vaxtında verilən hesabatlar", Metric: "Vaxtında verilənlərin payı", Unit: "%", Better: "more", Target: "95",
		Actions: "Xatırlatma göndərmək", DepartmentID: o.Dept("SSS"), OwnerID: o.ID("elchin"), Starts: "2026-01-05", Due: "2026-12-31"})
	must(err)
	must(svc.Measure(as("elchin"), b2.ID, risk.NewValue{MeasuredOn: "2026-11-01", Value: "94,5"}))
	s := webtest.New(t, func(rt *web.Router) { riskweb.Register(rt, svc, noTable{}) }, func(opt *web.Options) {
		opt.Users, opt.Sessions, opt.Clock = o.Service, store.NewSessions(db), db.Now
	})
	address := s.Listen()
	b := webtest.NewBrowser(t)
	b.SignIn(address, kistest.Email("nigar"), kistest.Password)
	for _, width := range []int64{1440, 390} {
		b.Width(width)
		for name, path := range map[string]string{"risks": "/risks", "cell": "/risks?likelihood=4&impact=5", "risk": "/risks/" + open.ID, "endless words": "/risks/" + long.ID, "check": "/risks/" + treated.ID, "new": "/risks/new",
			"edit": "/risks/" + open.ID + "/edit", "objectives": "/objectives", "objective": "/objectives/" + b2.ID, "set": "/objectives/new"} {
			b.Open(address + path)
			b.Check(fmt.Sprint(name, " ", width))
			b.Picture(*pictures, fmt.Sprint("risk-", name, "-", width))
		}
	}
	b.Open(address + "/risks/" + open.ID)
	form := "form[action='/risks/" + open.ID + "/treat']"
	b.Do(chromedp.Focus(chromedp.CSS(form+" textarea")), chromedp.KeyEvent("Rübdə bir dəfə yoxlamaq"), chromedp.Focus(chromedp.CSS(form+" input[name=due]")), chromedp.KeyEvent("18.12.2026"),
		chromedp.Focus(chromedp.CSS(form+" button[type=submit]")), chromedp.KeyEvent("\r"))
	b.Until(`document.querySelector('main').textContent.includes('Rübdə bir dəfə yoxlamaq')`)
	p, err := svc.Risk(as("nigar"), open.ID)
	if err != nil || p.State != risk.Treating || p.Due != "2026-12-18" {
		t.Errorf("%v %+v", err, p.Risk)
	}
}
