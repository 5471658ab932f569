package planningweb_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/planningweb"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

// TestASheetIsLookedAtBeforeItIsTakenOver sends a sheet that adds an item, first
// to see what it would change, then to take it over.
func TestASheetIsLookedAtBeforeItIsTakenOver(t *testing.T) {
	o := open(t)
	o.Site = webtest.New(t, func(r *web.Router) {
		planningweb.Register(r, o.Service)
		planningweb.RegisterSheets(r, o.Service, nil)
	}, func(opt *web.Options) { opt.Clock = o.Clock.Now })
	nigar := o.who("nigar")
	nigar.Post("/plans", "year", "2027", "approve_due", "25.12.2026").WantRedirect("/plans/2027")
	sheet := strings.Join(planning.SheetColumns(), ";") + "\n;people;Auditorları hazırlamaq;Hazır auditorlar;6 auditor;KİEMŞ;;1;30.09.2027;other;şöbənin təklifi;;\n;;;;;;;;;;;;\n"
	send := func(values url.Values) *webtest.Answer {
		return nigar.PostFiles("/plans/2027/sheet", values, webtest.Upload{Field: "file", Name: "plan.csv", Content: sheet})
	}
	send(url.Values{"look": {"1"}}).Want(http.StatusOK).Has("[role=status]", "əlavə 1", "çıxarılmış 0")
	if items := o.Page(2027).Items; len(items) != 0 {
		t.Fatalf("a sheet that was only looked at left %d items", len(items))
	}
	send(nil).WantRedirect("/plans/2027")
	if items := o.Page(2027).Items; len(items) != 1 || items[0].Text != "Auditorları hazırlamaq" {
		t.Errorf("taken over: %+v", items)
	}
}
