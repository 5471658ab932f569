package kisweb

import (
	"bytes"
	"net/url"
	"testing"

	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/web/ui"
)

// BenchmarkGridPage makes the page of the map, without signing in: the four
// queries and the HTML, over the official process with its 210 outputs (120 of
// them of tasks) and accepted evidence for three phases.
func BenchmarkGridPage(b *testing.B) {
	db := storetest.Open(b)
	storetest.ClockOf(db).SetDay("2026-11-24")
	o := kistest.NewOffice(b, db)
	c := o.Running("2026")
	for _, phase := range []string{"1", "2", "3"} {
		o.AcceptPhase(c.ID, phase)
	}
	ctx := o.As(b.Context(), "aytan")
	page := ui.Page{Lang: "az", Theme: "light", Now: db.Now(), Zone: o.Zone}
	var buf bytes.Buffer
	b.ReportAllocs()
	for b.Loop() {
		g, err := o.Grid(ctx, c.ID, kis.GridFilter{})
		if err != nil {
			b.Fatal(err)
		}
		buf.Reset()
		if err := cycleShow(cycleShowPage{Page: page, Grid: g, address: &url.URL{Path: "/cycles/" + c.ID}}).Render(ctx, &buf); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(buf.Len())/1000, "kB/page")
}
