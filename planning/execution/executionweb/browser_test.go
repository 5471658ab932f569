package executionweb_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/execution"
	"github.com/kis-platform/kis/web/webtest"
)

var pictures = flag.String("pictures", "", "folder for pictures of the pages")

// TestBrowserExecution opens what shows how plans are carried out, at two
// widths: nothing overflows, axe finds nothing, the console is silent. Then a
// report is accepted without a mouse.
func TestBrowserExecution(t *testing.T) {
	o := open(t, storetest.Open(t))
	exec := execution.New(o.Service)
	items := o.Running(2026).Items
	aytan, own := o.By("aytan"), items[1]
	o.Must(exec.SetSteps(aytan, own.ID, own.Version, []string{"Xətaların səbəblərini təhlil etmək", "Yoxlama qaydalarını yeniləmək"}))
	p, err := exec.Item(aytan, own.ID)
	o.Must(err)
	up, err := o.StageUpload(aytan, "hesabat.txt", strings.NewReader("təhlil aparılıb"))
	o.Must(err)
	o.Must(o.ReportItem(aytan, own.ID, planning.NewReport{State: planning.InProgress, Narrative: "Səbəblər təhlil edilib", Quarter: 2, StepIDs: []string{p.ItemPage.Steps[0].ID}, UploadIDs: []string{up.ID}}))
	p, err = exec.Item(aytan, own.ID)
	o.Must(err)
	address, at := o.site.Listen(), "/plans/2026/items/"+own.ID
	b := webtest.NewBrowser(t)
	b.SignIn(address, kistest.Email("nigar"), kistest.Password)
	for _, width := range []int64{1440, 390} {
		b.Width(width)
		for name, path := range map[string]string{"items": "/plan-items", "mine": "/plan-items?department=mine", "late": "/plan-items?late=1", "workload": "/plan-items/workload", "timeline": "/plans/2026/timeline",
			"item": at, "progress": at + "/progress"} {
			b.Open(address + path)
			b.Check(fmt.Sprint(name, " ", width))
			b.Picture(*pictures, fmt.Sprint("execution-", name, "-", width))
		}
	}
	b.Open(address + at)
	accept := "form[action='" + at + "/reports/" + p.Reports[0].ID + "'] button[value=accept]"
	b.Do(chromedp.Focus(chromedp.CSS(accept)), chromedp.KeyEvent("\r"))
	b.Until(`!document.querySelector("` + accept + `")`)
	if p, err = exec.Item(aytan, own.ID); err != nil || p.StepsAccepted != 1 || p.Waiting != 0 {
		t.Errorf("%v %d steps accepted, %d reports wait", err, p.StepsAccepted, p.Waiting)
	}
}
