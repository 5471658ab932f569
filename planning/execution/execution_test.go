package execution_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/execution"
	"github.com/kis-platform/kis/planning/planningtest"
)

// office is a running plan of 2026 with an item of SSS, second to third
// quarter, and one of KİEMŞ, first quarter. Today is 22.11.2026.
type office struct {
	*planningtest.Office
	exec  *execution.Service
	items []planning.Item
	t     *testing.T
}

func newOffice(t *testing.T, db *store.DB) *office {
	o := planningtest.New(t, db)
	p := o.Running(2026)
	return &office{o, execution.New(o.Service), p.Items, t}
}

// report has somebody report on an item and gives the report's id.
func (o *office) report(who, item string, n planning.NewReport) string {
	o.t.Helper()
	o.Must(o.ReportItem(o.By(who), item, n))
	p, err := o.PlanItem(o.By(who), item)
	o.Must(err)
	return p.Reports[0].ID
}

func (o *office) upload(ctx context.Context) string {
	up, err := o.StageUpload(ctx, "subut.txt", strings.NewReader("göstərici: 4,8%"))
	o.Must(err)
	return up.ID
}

func (o *office) page(id string) execution.Progress {
	o.t.Helper()
	p, err := o.exec.Item(o.By("nigar"), id)
	o.Must(err)
	return p
}

func want(t *testing.T, err error, kind apperr.Kind, field string) {
	t.Helper()
	if !apperr.Is(err, kind) {
		t.Errorf("%v, want %v", err, kind)
		return
	}
	if field != "" && (len(apperr.As(err).Fields) == 0 || apperr.As(err).Fields[0].Name != field) {
		t.Errorf("%v names %+v, want %s", err, apperr.As(err).Fields, field)
	}
}

func TestThePercentageComesOfAcceptedReports(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		it := o.items[1].ID // quarters II and III
		second := o.report("aytan", it, planning.NewReport{State: planning.InProgress, Narrative: "II rübdə görülənlər", Quarter: 2})
		if p := o.page(it); p.Percent != 0 || p.Waiting != 1 {
			t.Errorf("before acceptance %d%%, %d waiting", p.Percent, p.Waiting)
		}
		want(t, o.exec.DecideReport(o.By("aytan"), second, execution.Verdict{Accept: true}), apperr.Forbidden, "")
		want(t, o.exec.DecideReport(o.By("nigar"), second, execution.Verdict{}), apperr.Invalid, "note")
		o.Must(o.exec.DecideReport(o.By("nigar"), second, execution.Verdict{Accept: true}))
		want(t, o.exec.DecideReport(o.By("rafael"), second, execution.Verdict{Accept: true}), apperr.Conflict, "")
		if p := o.page(it); p.Percent != 50 {
			t.Errorf("one of two quarters accepted: %d%%", p.Percent)
		}
		o.Must(o.exec.DecideReport(o.By("nigar"), o.report("aytan", it, planning.NewReport{State: planning.InProgress, Narrative: "III rübdə görülənlər", Quarter: 3}), execution.Verdict{Accept: true}))
		if p := o.page(it); p.Percent != 95 { // the rule: not above the cap before the end is accepted
			t.Errorf("all quarters, but not done: %d%%", p.Percent)
		}
		end := o.report("aytan", it, planning.NewReport{State: planning.Done, Narrative: "tam icra olunub"})
		o.Must(o.exec.DecideReport(o.By("nigar"), end, execution.Verdict{Note: "sübut yoxdur"}))
		if p := o.page(it); p.State != planning.InProgress || p.Percent != 95 || p.Impact != nil || p.Reports[0].VerdictNote != "sübut yoxdur" {
			t.Errorf("a returned end leaves %s %d%% %+v", p.State, p.Percent, p.Reports[0])
		}
		end = o.report("aytan", it, planning.NewReport{State: planning.Done, Narrative: "sübut əlavə olunub", UploadIDs: []string{o.upload(o.By("aytan"))}})
		o.Must(o.exec.DecideReport(o.By("nigar"), end, execution.Verdict{Accept: true}))
		if p := o.page(it); p.Percent != 100 || p.Impact == nil || p.Impact.Due != "2027-05-22" {
			t.Errorf("an accepted end: %d%%, %+v", p.Percent, p.Impact)
		}
	})
}

func TestStepsCountWhereThereAreSome(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		it := o.items[1]
		want(t, o.exec.SetSteps(o.By("vugar"), it.ID, o.page(it.ID).Version, []string{"Təhlil aparmaq"}), apperr.Forbidden, "")
		want(t, o.exec.SetSteps(o.By("aytan"), it.ID, o.page(it.ID).Version, []string{"x"}), apperr.Invalid, "steps")
		want(t, o.exec.SetSteps(o.By("aytan"), it.ID, 99, []string{"Təhlil aparmaq"}), apperr.Conflict, "")
		o.Must(o.exec.SetSteps(o.By("aytan"), it.ID, o.page(it.ID).Version, []string{"Təhlil aparmaq", "Qaydanı yazmaq", "Sınaqdan keçirmək"}))
		steps := o.page(it.ID).ItemPage.Steps
		want(t, o.ReportItem(o.By("aytan"), it.ID, planning.NewReport{State: planning.InProgress, Narrative: "birinci addım", StepIDs: []string{store.NewID()}}), apperr.Invalid, "steps")
		w := o.report("aytan", it.ID, planning.NewReport{State: planning.InProgress, Narrative: "birinci addım", StepIDs: []string{steps[0].ID}})
		want(t, o.exec.SetSteps(o.By("aytan"), it.ID, o.page(it.ID).Version, nil), apperr.Conflict, "")
		o.Must(o.exec.DecideReport(o.By("nigar"), w, execution.Verdict{Accept: true}))
		if p := o.page(it.ID); p.Percent != 33 || !p.ItemPage.Steps[0].Accepted || p.ItemPage.Steps[1].Reported {
			t.Errorf("one of three steps: %d%%, %+v", p.Percent, p.ItemPage.Steps)
		}
	})
}

func TestANewDateHoldsOnceManagementApprovedIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		it := o.items[1].ID
		ask := planning.NewReport{State: planning.Postponed, Narrative: "gecikir", Reason: "müqavilə yoxdur", NewDue: "2026-12-20"}
		w := o.report("aytan", it, ask)
		want(t, o.ReportItem(o.By("aytan"), it, ask), apperr.Conflict, "")
		want(t, o.exec.DecideReport(o.By("nigar"), w, execution.Verdict{Accept: true}), apperr.Forbidden, "")
		if p := o.page(it); p.State != planning.NotStarted || p.Term() != "2026-09-30" {
			t.Errorf("before approval %s until %s", p.State, p.Term())
		}
		o.Must(o.exec.DecideReport(o.By("rafael"), w, execution.Verdict{Accept: true}))
		if p := o.page(it); p.State != planning.Postponed || p.Term() != "2026-12-20" {
			t.Errorf("after approval %s until %s", p.State, p.Term())
		}
		ask.NewDue = "2027-02-01"
		o.Must(o.exec.DecideReport(o.By("rafael"), o.report("aytan", it, ask), execution.Verdict{Note: "səbəb yetərli deyil"}))
		if p := o.page(it); p.Term() != "2026-12-20" {
			t.Errorf("a refused date holds: %s", p.Term())
		}
	})
}

func TestTwoDecideOnAReportAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		w := o.report("aytan", o.items[1].ID, planning.NewReport{State: planning.Done, Narrative: "tam icra olunub"})
		nigar, rafael := o.By("nigar"), o.By("rafael")
		errs := make([]error, 2)
		var wg sync.WaitGroup
		wg.Go(func() { errs[0] = o.exec.DecideReport(nigar, w, execution.Verdict{Accept: true}) })
		wg.Go(func() { errs[1] = o.exec.DecideReport(rafael, w, execution.Verdict{Note: "sübut çatmır"}) })
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) || (!apperr.Is(errs[0], apperr.Conflict) && !apperr.Is(errs[1], apperr.Conflict)) {
			t.Fatalf("one must win, the other be told: %v, %v", errs[0], errs[1])
		}
		if p := o.page(o.items[1].ID); (p.State == planning.Done) != (errs[0] == nil) || p.Reports[0].Accepted != (errs[0] == nil) {
			t.Errorf("%s, accepted %t", p.State, p.Reports[0].Accepted)
		}
	})
}

func TestWhatDoesNotWorkComesBackAsARecommendation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		it := o.items[1].ID
		found := execution.Found{Effect: execution.Fails, Text: "Xəta verən vahidlərin payı dəyişməyib"}
		want(t, o.exec.CheckImpact(o.By("nigar"), it, execution.Found{Effect: "x", Text: "yox"}), apperr.Invalid, "effect")
		want(t, o.exec.CheckImpact(o.By("nigar"), it, found), apperr.Invalid, "files")
		found.UploadIDs = []string{o.upload(o.By("nigar"))}
		want(t, o.exec.CheckImpact(o.By("nigar"), it, found), apperr.Conflict, "") // no end was accepted
		w := o.report("aytan", it, planning.NewReport{State: planning.Done, Narrative: "tam icra olunub"})
		o.Must(o.exec.DecideReport(o.By("nigar"), w, execution.Verdict{Accept: true}))
		o.Clock.SetDay("2027-05-24")
		work, err := o.exec.Work(o.By("nigar"))
		o.Must(err)
		if len(work) == 0 || !strings.Contains(work[0].Title, "№ 2") || work[0].Due != "2027-05-22" || !work[0].Overdue {
			t.Fatalf("the check is not in the quality manager's work: %+v", work)
		}
		o.Must(o.exec.CheckImpact(o.By("nigar"), it, found))
		want(t, o.exec.CheckImpact(o.By("rafael"), it, execution.Found{Effect: execution.Works, Text: "işləyir", UploadIDs: []string{o.upload(o.By("rafael"))}}), apperr.Conflict, "")
		p := o.page(it)
		if p.Impact.Verdict != execution.Fails || p.Impact.CheckedName != "Nigar Əliyeva" || len(p.Impact.Files) != 1 {
			t.Errorf("checked as %+v", p.Impact)
		}
		list, err := o.Recommendations(o.By("nigar"), planning.RecommendationFilter{Query: "dəyişməyib"})
		o.Must(err)
		if len(list.Rows) != 1 || list.Rows[0].State != planning.Open || list.Rows[0].DepartmentCode != "SSS" {
			t.Errorf("the register has %+v", list.Rows)
		}
		if list, err := o.exec.Work(o.By("nigar")); err != nil || len(list) != 0 {
			t.Errorf("still waits: %+v %v", list, err)
		}
	})
}

func TestListsAreNarrowedPagedAndCounted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		o.Must(o.exec.Assign(o.By("elchin"), o.items[1].ID, o.ID("aytan")))
		want(t, o.exec.Assign(o.By("elchin"), o.items[1].ID, o.ID("vugar")), apperr.Invalid, "executor")
		want(t, o.exec.Assign(o.By("vugar"), o.items[1].ID, o.ID("vugar")), apperr.Forbidden, "")
		find := func(who string, f execution.Filter) (texts []string) {
			for {
				l, err := o.exec.Items(o.By(who), f)
				o.Must(err)
				for _, it := range l.Rows {
					texts = append(texts, it.Responsible.Code)
				}
				if f.After = l.Next; f.After == nil {
					return texts
				}
			}
		}
		for _, c := range []struct {
			who  string
			f    execution.Filter
			want string
		}{
			{"nigar", execution.Filter{Limit: 1}, "KİEMŞ SSS"}, {"nigar", execution.Filter{Limit: 1, Latest: true}, "SSS KİEMŞ"},
			{"vugar", execution.Filter{DepartmentID: "mine"}, "SSS"}, {"aytan", execution.Filter{PersonID: "mine"}, "SSS"}, {"vugar", execution.Filter{PersonID: "mine"}, ""},
			{"nigar", execution.Filter{Query: "SABLON reyestrini"}, "KİEMŞ"}, {"nigar", execution.Filter{Late: true}, "KİEMŞ SSS"}, {"nigar", execution.Filter{Year: 2025}, ""},
			{"nigar", execution.Filter{Kind: "corruption"}, ""}, {"nigar", execution.Filter{DepartmentID: "x"}, ""},
		} {
			if got := strings.Join(find(c.who, c.f), " "); got != c.want {
				t.Errorf("%s finds %q under %+v, want %q", c.who, got, c.f, c.want)
			}
		}
		load, err := o.exec.Workload(o.By("nigar"), 2026, "")
		o.Must(err)
		for _, x := range load {
			if x.Department.Code == "SSS" && (x.UserName != "Aytən Məmmədova" || x.Items != 1 || x.Late != 1 || x.Q1 != 0 || x.Q2 != 1 || x.Q3 != 1 || x.Q4 != 0) {
				t.Errorf("load of SSS: %+v", x)
			}
		}
		if len(load) != 2 {
			t.Errorf("%d loads", len(load))
		}
	})
}

func TestSeveralPlansAYearByKind(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		p, err := o.OpenPlan(o.By("nigar"), planning.NewPlan{Year: 2026, Kind: "corruption", ApproveDue: "2026-02-01"})
		o.Must(err)
		if p.Key != "2026-corruption" {
			t.Errorf("key %s", p.Key)
		}
		_, err = o.OpenPlan(o.By("nigar"), planning.NewPlan{Year: 2026, Kind: "corruption", ApproveDue: "2026-02-01"})
		want(t, err, apperr.Conflict, "year")
		_, err = o.OpenPlan(o.By("nigar"), planning.NewPlan{Year: 2026, Kind: "nothing", ApproveDue: "2026-02-01"})
		want(t, err, apperr.Invalid, "kind")
		_, err = o.AddItem(o.By("nigar"), p.Key, planning.NewItem{ItemFields: o.Fields(2026), Basis: planning.FromOther, BasisLabel: "RS-2026-001"})
		o.Must(err)
		page, err := o.Plan(o.By("nigar"), p.Key)
		o.Must(err)
		if len(page.Items) != 1 || page.KindOf.ImpactMonths != 3 || len(o.Page(2026).Items) != 2 {
			t.Errorf("%d items, %+v; the main plan has %d", len(page.Items), page.KindOf, len(o.Page(2026).Items))
		}
		// What the main plan left over is not carried into a plan of another kind.
		next, err := o.OpenPlan(o.By("nigar"), planning.NewPlan{Year: 2027, Kind: "corruption", ApproveDue: "2026-12-25"})
		o.Must(err)
		_, err = o.CarryOver(o.By("nigar"), next.Key)
		want(t, err, apperr.Conflict, "")
	})
}
