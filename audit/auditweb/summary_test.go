package auditweb_test

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/audit/auditweb"
	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/audit/summary"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

// linked are the figures of a summary that lead to a list: the address and
// what is written on it.
var linked = regexp.MustCompile(`<a href="(/(?:acts|audits|findings)\?[^"]*)"[^>]*>([0-9]+)</a>`)

// row is a line of a register.
var row = regexp.MustCompile(`<th scope="row" class="k-nw"><a href="/(?:acts|audits|findings)/[0-9a-f-]{36}"`)

// listed counts the rows of a register, over all its pages.
func listed(v *webtest.Visitor, address string) (n int) {
	for address != "" {
		page := v.Get(address).Want(http.StatusOK)
		n += len(row.FindAllString(page.Body, -1))
		next := ""
		if m := regexp.MustCompile(`href="([^"]*[?&;]after=[^"]*)"`).FindStringSubmatch(page.Body); m != nil {
			next = html.UnescapeString(m[1])
		}
		address = next
	}
	return n
}

// TestEachFigureOfTheYearEqualsItsList makes acts of every state, of several
// causes, origins, clauses and phases, and findings of every grade, opens the
// year as people of each scope, follows every figure and counts the rows.
func TestEachFigureOfTheYearEqualsItsList(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		p := programme.New(o.Audit)
		site := bureau{o, webtest.New(t, func(r *web.Router) {
			auditweb.Register(r, o.Audit)
			auditweb.RegisterSummary(r, summary.New(o.Audit, p))
		}, func(opt *web.Options) { opt.Clock, opt.Zone = db.Now, o.Zone })}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		s := o.Audit
		a := o.Started()
		rows := o.Rows(a.ID)
		for i, state := range audit.ActStates() {
			o.Act(a.ID, rows[i%len(rows)].No, state)
		}
		// One that was reopened, and one whose causes are branches of a diagram.
		again := o.Act(a.ID, rows[20%len(rows)].No, audit.ActClosed)
		must(s.ReopenAct(o.Be("nigar"), again.ID, "təkrar baş verib"))
		categories, err := s.CauseCategories(o.Be("nigar"))
		must(err)
		branched := o.Act(a.ID, rows[21%len(rows)].No, audit.ActAcknowledged)
		must(s.SaveResponse(o.Be("aytan"), branched.ID, audit.Response{Correction: "düzəldilib", CorrectionDay: "2026-06-15", CauseMethod: audit.Ishikawa, RootCause: "təlim yoxdur",
			Causes: []audit.Cause{{Category: categories[0].Code, Question: "Niyə?", Answer: "Öyrədilməyib"}, {Category: categories[1].Code, Question: "Niyə?", Answer: "Qayda yoxdur"}}}))
		// Of another department and of no audit, without a clause and a code.
		for i, clause := range []string{"8.2.1", ""} {
			n := audit.NewAct{Origin: audit.OriginRef{Kind: audit.OfComplaint, Label: fmt.Sprintf("Şikayət %d", i), ReceivedOn: "2026-06-12"}, DepartmentID: o.Dept("İTŞ"),
				Grade: audit.Major, Clause: clause, Criterion: "Qayda, 3", Statement: "Cavab verilməyib.", ObjectiveEvidence: "Məktub"}
			act, err := s.DraftAct(o.Be("nigar"), n)
			must(err)
			must(s.Issue(o.Be("rashad"), act.ID))
		}
		// Findings of the lesser grades, shown and not, and a second, cancelled audit.
		for _, g := range []audit.Grade{audit.Observation, audit.Opportunity, audit.Strength} {
			for j := range 2 {
				open := slices.DeleteFunc(o.Rows(a.ID), func(r audit.Row) bool { return r.Answer != audit.Open })
				r := open[0]
				f, _, err := s.RaiseFinding(o.Be("samir"), audit.NewFinding{Row: audit.RowAnswer{RowID: r.ID, Version: r.Version}, Grade: g, DepartmentID: o.Dept("SSS"), Statement: "Qeyd", Recommendation: "Tövsiyə"})
				must(err)
				if j == 0 {
					must(s.ShareFinding(o.Be("gunel"), f.ID))
				}
			}
		}
		must(s.Cancel(o.Be("gunel"), o.Planned().ID, "səbəb budur"))

		seen := map[string]int{}
		for _, key := range []string{"gunel", "nigar", "elchin", "vugar", "rafael"} {
			v := site.as(key)
			page := v.Get("/audits/summary?year=2026").Want(http.StatusOK)
			figures := linked.FindAllStringSubmatch(page.Body, -1)
			for _, f := range figures {
				address := html.UnescapeString(f[1])
				seen[strings.Split(address, "?")[0]]++
				if got := listed(v, address); fmt.Sprint(got) != f[2] {
					t.Errorf("%s: the figure is %s, the list %s has %d rows", key, f[2], address, got)
				}
			}
			if len(figures) < 20 {
				t.Errorf("%s sees %d figures", key, len(figures))
			}
		}
		if seen["/acts"] < 100 || seen["/audits"] < 10 || seen["/findings"] < 20 {
			t.Errorf("figures that lead to lists: %v", seen)
		}
	})
}
