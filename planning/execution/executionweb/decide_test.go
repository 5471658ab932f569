package executionweb_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/execution"
)

// TestADecisionOnAReportIsSaid: a form or a call that neither accepts a report
// nor returns it decides nothing.
func TestADecisionOnAReportIsSaid(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		exec := execution.New(o.Service)
		it := o.Running(2026).Items[1]
		o.Must(o.ReportItem(o.By("aytan"), it.ID, planning.NewReport{State: planning.InProgress, Narrative: "Səbəblər təhlil edilib", Quarter: 2}))
		p, err := exec.Item(o.By("nigar"), it.ID)
		o.Must(err)
		report := p.Reports[0].ID
		page := o.site.SignIn(kistest.Email("nigar"), kistest.Password)
		for _, said := range []string{"", "maybe"} {
			page.PostForm("/plans/2026/items/"+it.ID+"/reports/"+report, url.Values{"verdict": {said}, "note": {"baxıldı"}}).Want(http.StatusUnprocessableEntity)
		}
		decide := "/plan-items/" + it.ID + "/reports/" + report + "/decide"
		o.post("nigar", decide, object{"note": "baxıldı"}).Want(http.StatusUnprocessableEntity)
		if p, err = exec.Item(o.By("nigar"), it.ID); err != nil || p.Waiting != 1 || p.Reports[0].Decided {
			t.Errorf("%d reports wait, %+v, %v", p.Waiting, p.Reports[0], err)
		}
		o.post("nigar", decide, object{"accept": false, "note": "rəqəmlər yoxdur"}).Want(http.StatusOK)
		if p, err = exec.Item(o.By("nigar"), it.ID); err != nil || !p.Reports[0].Decided || p.Reports[0].Accepted {
			t.Errorf("%+v, %v", p.Reports[0], err)
		}
	})
}
