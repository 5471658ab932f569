package planningweb_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/web/webtest"
)

var pictures = flag.String("pictures", "", "folder for pictures of the pages")

// TestBrowserPlanningPages opens every page in a real browser, wide and
// narrow, in both languages and themes, and looks at it with axe.
func TestBrowserPlanningPages(t *testing.T) {
	o := open(t)
	o.AddFinding("SSS")
	o.Running(2026)
	report := o.Page(2026).Items[1]
	up, err := o.StageUpload(o.By("aytan"), "hesabat.pdf", strings.NewReader("%PDF-1.7 hesabat"))
	o.Must(err)
	o.Must(o.ReportItem(o.By("aytan"), report.ID, planning.NewReport{State: planning.Postponed, Narrative: "Qaydalar hazırlanıb, sınaq davam edir", Reason: "müqavilə gec bağlanıb", NewDue: "2026-12-20", UploadIDs: []string{up.ID}}))
	signed := o.Signed()
	o.Sent(2027)
	for i := range 3 {
		rec := o.Proposal(fmt.Sprintf("Sorğu vərəqəsinin %d-ci bölməsini qısaltmaq və respondentin yükünü azaltmaq", i+1))
		if i == 0 {
			_, err := o.AcceptRecommendation(o.By("nigar"), rec.ID, "2027", o.Fields(2027))
			o.Must(err)
		}
	}
	p := o.Page(2027)
	o.Must(o.ObjectPlan(o.By("vugar"), "2027", o.Dept("İTŞ"), p.Revision, p.Items[1].ID, "Son tarix 30.09.2027 əvəzinə hər rübün sonu göstərilsin."))
	o.Must(o.AgreePlan(o.By("nazim"), "2027", o.Dept("KİEMŞ"), p.Revision))
	draft := o.ReviewFields()
	draft.From, draft.To = "2026-11-01", "2026-11-20"
	open, err := o.OpenReview(o.By("nigar"), draft)
	o.Must(err)

	list, err := o.Recommendations(o.By("nigar"), planning.RecommendationFilter{State: planning.Open})
	o.Must(err)
	site := o.Listen()
	b := webtest.NewBrowser(t)
	for _, person := range []struct {
		key   string
		pages map[string]string
	}{
		{"nigar", map[string]string{"recommendations": "/recommendations", "recommendation-new": "/recommendations/new", "recommendation": "/recommendations/" + list.Rows[0].ID,
			"plans": "/plans", "plan": "/plans/2027", "plan-running": "/plans/2026", "item-new": "/plans/2027/items/new", "item": "/plans/2027/items/" + p.Items[1].ID,
			"item-edit": "/plans/2027/items/" + p.Items[1].ID + "/edit", "reviews": "/reviews", "review-new": "/reviews/new", "review-draft": "/reviews/" + open.ID,
			"review-comments": "/reviews/" + open.ID + "/comments", "review-signed": "/reviews/" + signed.ID, "review-plan": "/reviews/" + signed.ID + "/decisions/" + signed.DecisionList[0].ID + "/plan"}},
		{"elchin", map[string]string{"plan-head": "/plans/2027", "item-reported": "/plans/2026/items/" + report.ID}},
		{"rafael", map[string]string{"plan-management": "/plans/2027"}},
	} {
		a, err := o.ActorOf(t.Context(), o.ID(person.key))
		o.Must(err)
		for _, look := range []struct {
			lang, theme string
			width       int64
		}{{"az", "light", 390}, {"en", "dark", 1440}} {
			o.signIn(b, site, o.Site.As, a, look.lang, look.theme)
			b.Width(look.width)
			for name, path := range person.pages {
				b.Open(site + path)
				full := fmt.Sprintf("%s-%s-%d", name, look.lang, look.width)
				b.Check(full)
				b.Picture(*pictures, full)
			}
		}
	}
}

// signIn makes the browser that of a person with a language and a theme.
func (o office) signIn(b *webtest.Browser, site string, account func(actor.Actor) *webtest.Visitor, a actor.Actor, lang, theme string) {
	account(a)
	b.Open(site + "/sign-in")
	webtest.Eval[bool](b, `fetch('/sign-out', {method: 'POST'}).then(() => true)`)
	b.SignIn(site, a.UserID+"@stat.test", webtest.Password)
	webtest.Eval[bool](b, fmt.Sprintf(`fetch('/preferences', {method: 'POST', body: new URLSearchParams({lang: %q, theme: %q})}).then(() => true)`, lang, theme))
}
