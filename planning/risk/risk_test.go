package risk_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning/risk"
)

// office is an office with a scale of risks, on a Thursday.
type bureau struct {
	*kistest.Office
	*risk.Service
	t *testing.T
}

func newOffice(t *testing.T, db *store.DB) bureau {
	t.Helper()
	storetest.ClockOf(db).SetDay("2026-11-19")
	k := kistest.NewOffice(t, db)
	o := bureau{k, risk.New(k.Service), t}
	must(t, "reference", o.Service.LoadReference(k.System()))
	return o
}

func (o bureau) as(who string) context.Context { return o.As(o.t.Context(), who) }

func must(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// fails wants an error of a kind, with a key of its own or of one of its fields.
func fails(t *testing.T, what string, err error, kind apperr.Kind, key string) {
	t.Helper()
	if !apperr.Is(err, kind) {
		t.Errorf("%s: %v, want %s", what, err, kind)
		return
	}
	e := apperr.As(err)
	if key != "" && e.Key != key && !slices.ContainsFunc(e.Fields, func(f apperr.Field) bool { return f.Key == key || f.Name == key }) {
		t.Errorf("%s: %v, want %s", what, err, key)
	}
}

// fields are those of a good risk of SSS that Elçin owns.
func (o bureau) fields() risk.Fields {
	return risk.Fields{Kind: risk.Threat, Title: "Respondentlər hesabatı gecikdirir", Cause: "Xatırlatma əl ilə göndərilir", Consequence: "Toplama uzanır", GSBPM: "4.3",
		DepartmentID: o.Dept("SSS"), OwnerID: o.ID("elchin")}
}

var heavy = risk.Weighing{Likelihood: 4, Impact: 5, ReviewDue: "2027-05-20"}

func (o bureau) enter() risk.Risk {
	o.t.Helper()
	r, err := o.Enter(o.as("nigar"), o.fields(), heavy)
	must(o.t, "enter", err)
	return r
}

var treatment = risk.Treatment{Kind: risk.Likelihood, Text: "Avtomatik xatırlatma", Due: "2026-12-18"}

// treated is a risk whose treatment Elçin reported done.
func (o bureau) treated() risk.Risk {
	o.t.Helper()
	r := o.enter()
	must(o.t, "treat", o.Treat(o.as("elchin"), r.ID, treatment))
	must(o.t, "report", o.Report(o.as("elchin"), r.ID, "Xatırlatma işləyir"))
	return r
}

func TestARiskIsTreatedCheckedRefusedAndFoundToWork(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		r := o.treated()
		if r.Number != "RS-2026-001" || r.Score != 20 || r.Level != "critical" || r.FirstLevel != "critical" {
			t.Fatalf("entered: %+v", r)
		}
		left := risk.Weighing{Likelihood: 2, Impact: 4, ReviewDue: "2027-11-19"}
		fails(t, "the owner judges", o.Confirm(o.as("elchin"), r.ID, "İşləyir, yoxladım", left), apperr.Forbidden, "")
		must(t, "refuse", o.Refuse(o.as("nigar"), r.ID, "Yalnız bir yığımda işləyib"))
		p, err := o.Risk(o.as("elchin"), r.ID)
		if err != nil || p.State != risk.Treating || p.Refused != 1 || !p.Can("report") || p.Can("confirm") {
			t.Fatalf("refused: %v %+v", err, p.Risk)
		}
		must(t, "report again", o.Report(o.as("elchin"), r.ID, "İndi bütün yığımlarda işləyir"))
		must(t, "confirm", o.Confirm(o.as("leyla"), r.ID, "Üç yığım yoxlandı", left))
		p, err = o.Risk(o.as("nigar"), r.ID)
		if err != nil || p.State != risk.Effective || p.Score != 8 || p.Level != "medium" || p.FirstScore != 20 || !p.Residual() || p.CheckedName == "" {
			t.Fatalf("effective: %v %+v", err, p.Risk)
		}
		if len(p.Assessments) != 2 || p.Assessments[0].Occasion != "residual" || p.Assessments[1].Level != "critical" || p.Assessments[0].Scale != 1 {
			t.Errorf("assessments: %+v", p.Assessments)
		}
		if len(p.History) != 6 {
			t.Errorf("history has %d entries", len(p.History))
		}
	})
}

func TestAQualityManagerWhoOwnsARiskDoesNotJudgeIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		f := o.fields()
		f.OwnerID = o.ID("nigar")
		r, err := o.Enter(o.as("nigar"), f, heavy)
		must(t, "enter", err)
		must(t, "treat", o.Treat(o.as("nigar"), r.ID, treatment))
		must(t, "report", o.Report(o.as("leyla"), r.ID, "Xatırlatma işləyir"))
		fails(t, "owner", o.Confirm(o.as("nigar"), r.ID, "İşləyir", heavy), apperr.Forbidden, "risk.error.own")
		fails(t, "reporter", o.Refuse(o.as("leyla"), r.ID, "İşləmir"), apperr.Forbidden, "risk.error.own")
		if p, err := o.Risk(o.as("nigar"), r.ID); err != nil || !p.Own || p.Can("confirm") {
			t.Errorf("%v %+v", err, p.Steps)
		}
	})
}

func TestEveryStepThatTheStateDoesNotAllowIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		nigar, elchin := o.as("nigar"), o.as("elchin")
		steps := map[string]func(id string) error{
			"treat":   func(id string) error { return o.Treat(elchin, id, treatment) },
			"report":  func(id string) error { return o.Report(elchin, id, "Görülüb, baxın") },
			"confirm": func(id string) error { return o.Confirm(nigar, id, "Nəticəlidir", heavy) },
			"refuse":  func(id string) error { return o.Refuse(nigar, id, "Nəticəsizdir") },
			"retain":  func(id string) error { return o.Retain(nigar, id, "Məlumatlı qərar") },
			"close":   func(id string) error { return o.Close(nigar, id, "Daha yoxdur") },
			"reopen":  func(id string) error { return o.Reopen(nigar, id, "Yenə yaranıb") },
		}
		ways := map[risk.State][]string{risk.Assessed: nil, risk.Treating: {"treat"}, risk.Treated: {"treat", "report"},
			risk.Effective: {"treat", "report", "confirm"}, risk.Retained: {"retain"}, risk.Closed: {"close"}}
		if len(ways) != len(risk.States()) {
			t.Fatal("a state is not tried")
		}
		for state, way := range ways {
			for verb, step := range steps {
				r := o.enter()
				for _, v := range way {
					must(t, v, steps[v](r.ID))
				}
				arrow, ok := office.Arrow(risk.Transitions, state, verb)
				err := step(r.ID)
				if !ok {
					fails(t, string(state)+" "+verb, err, apperr.Conflict, "error.conflict.state")
					continue
				}
				must(t, string(state)+" "+verb, err)
				if p, err := o.Risk(nigar, r.ID); err != nil || p.State != arrow.To {
					t.Errorf("%s %s: %v %s", state, verb, err, p.State)
				}
			}
		}
	})
}

func TestWhoSeesAndWritesARisk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		r := o.enter()
		for who, want := range map[string]int{"aytan": 1, "elchin": 1, "nigar": 1, "gunel": 1, "rafael": 1, "tural": 0, "vugar": 0, "rauf": 0, "sevda": 0} {
			list, err := o.Risks(o.as(who), risk.Filter{Query: "respondentler"})
			if len(list.Rows) != want || list.Total != want || len(list.Matrix) != want || err != nil && !apperr.Is(err, apperr.Forbidden) {
				t.Errorf("%s lists %d of %d: %v", who, len(list.Rows), list.Total, err)
			}
			_, err = o.Risk(o.as(who), r.ID)
			if (err == nil) != (want == 1) {
				t.Errorf("%s opens: %v", who, err)
			}
		}
		for who, want := range map[string]bool{"aytan": true, "elchin": true, "nigar": true, "gunel": false, "rafael": false, "tural": false, "rauf": false} {
			if _, err := o.Enter(o.as(who), o.fields(), heavy); (err == nil) != want {
				t.Errorf("%s enters: %v", who, err)
			}
			err := o.Treat(o.as(who), o.enter().ID, treatment)
			if (err == nil) != want || apperr.Is(err, apperr.Internal) {
				t.Errorf("%s treats: %v", who, err)
			}
			if err := o.Retain(o.as(who), o.enter().ID, "Məlumatlı qərar"); (err == nil) != (who == "nigar") {
				t.Errorf("%s retains: %v", who, err)
			}
		}
		// The owner of another department sees it and works on it.
		f := o.fields()
		f.OwnerID = o.ID("tural")
		other, err := o.Enter(o.as("nigar"), f, heavy)
		must(t, "enter", err)
		must(t, "treat", o.Treat(o.as("tural"), other.ID, treatment))
		if list, err := o.Risks(o.as("tural"), risk.Filter{}); err != nil || len(list.Rows) != 1 || list.Total != 1 {
			t.Errorf("the owner lists %d: %v", len(list.Rows), err)
		}
	})
}

func TestBadInputOfARisk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		for name, c := range map[string]struct {
			change func(*risk.Fields, *risk.Weighing)
			key    string
		}{
			"no kind":          {func(f *risk.Fields, _ *risk.Weighing) { f.Kind = "hazard" }, "kind"},
			"no title":         {func(f *risk.Fields, _ *risk.Weighing) { f.Title = " \u200b" }, "title"},
			"long title":       {func(f *risk.Fields, _ *risk.Weighing) { f.Title = strings.Repeat("r", 301) }, "error.field.too_long"},
			"NUL":              {func(f *risk.Fields, _ *risk.Weighing) { f.Cause = "səbəb\x00" }, "error.field.characters"},
			"phase 9":          {func(f *risk.Fields, _ *risk.Weighing) { f.GSBPM = "9.1" }, "risk.error.gsbpm"},
			"code like SQL":    {func(f *risk.Fields, _ *risk.Weighing) { f.GSBPM = "1' OR 1=1" }, "gsbpm"},
			"no such unit":     {func(f *risk.Fields, _ *risk.Weighing) { f.DepartmentID = store.NewID() }, "department"},
			"no such owner":    {func(f *risk.Fields, _ *risk.Weighing) { f.OwnerID = store.NewID() }, "owner"},
			"no such process":  {func(f *risk.Fields, _ *risk.Weighing) { f.ProcessID = store.NewID() }, "process"},
			"likelihood 0":     {func(_ *risk.Fields, w *risk.Weighing) { w.Likelihood = 0 }, "likelihood"},
			"impact 6":         {func(_ *risk.Fields, w *risk.Weighing) { w.Impact = 6 }, "impact"},
			"no review":        {func(_ *risk.Fields, w *risk.Weighing) { w.ReviewDue = "" }, "review_due"},
			"review today":     {func(_ *risk.Fields, w *risk.Weighing) { w.ReviewDue = "2026-11-19" }, "review_due"},
			"review in 3 year": {func(_ *risk.Fields, w *risk.Weighing) { w.ReviewDue = "2029-11-19" }, "review_due"},
		} {
			f, w := o.fields(), heavy
			c.change(&f, &w)
			_, err := o.Enter(o.as("nigar"), f, w)
			fails(t, name, err, apperr.Invalid, c.key)
		}
		if list, err := o.Risks(o.as("nigar"), risk.Filter{}); err != nil || list.Total != 0 {
			t.Errorf("something refused was kept: %v %d", err, list.Total)
		}
		r := o.enter()
		for name, tr := range map[string]risk.Treatment{"kind": {Text: "Tədbir", Due: "2026-12-18"}, "treatment": {Kind: risk.Avoid, Due: "2026-12-18"},
			"due": {Kind: risk.Avoid, Text: "Tədbir", Due: "2026-11-18"}} {
			if name == "kind" {
				name = "treatment_kind"
			}
			fails(t, name, o.Treat(o.as("elchin"), r.ID, tr), apperr.Invalid, name)
		}
		for _, id := range []string{"", "x", store.NewID()} {
			_, err := o.Risk(o.as("nigar"), id)
			fails(t, "id "+id, err, apperr.NotFound, "")
			fails(t, "treat "+id, o.Treat(o.as("nigar"), id, treatment), apperr.NotFound, "")
		}
	})
}

func TestTwoWhoChangeARiskAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		r := o.enter()
		errs := make([]error, 2)
		var all sync.WaitGroup
		for i, who := range []string{"nigar", "elchin"} {
			f := o.fields()
			f.Title = "Dəyişdi: " + who
			ctx := o.as(who)
			all.Add(1)
			go func() {
				defer all.Done()
				errs[i] = o.Change(ctx, r.ID, r.Version, f)
			}()
		}
		all.Wait()
		won := slices.IndexFunc(errs, func(err error) bool { return err == nil })
		if won < 0 || errs[1-won] == nil {
			t.Fatalf("both or none: %v", errs)
		}
		fails(t, "the later", errs[1-won], apperr.Conflict, "error.conflict")
		p, err := o.Risk(o.as("nigar"), r.ID)
		if err != nil || p.Risk.Title != "Dəyişdi: "+[]string{"nigar", "elchin"}[won] {
			t.Errorf("%v %s", err, p.Risk.Title)
		}
	})
}

func TestTheTableIsPagedByWeightAndTheMatrixCounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		for i := range 7 {
			_, err := o.Enter(o.as("nigar"), o.fields(), risk.Weighing{Likelihood: i%3 + 1, Impact: 2, ReviewDue: "2027-01-15"})
			must(t, "enter", err)
		}
		var scores []int
		f := risk.Filter{Limit: 3}
		for {
			list, err := o.Risks(o.as("nigar"), f)
			must(t, "list", err)
			if list.Total != 7 {
				t.Fatalf("total %d", list.Total)
			}
			for _, r := range list.Rows {
				scores = append(scores, r.Score)
			}
			if list.Next == nil {
				if want := []risk.Cell{{1, 2, 3}, {2, 2, 2}, {3, 2, 2}}; !slices.Equal(list.Matrix, want) {
					t.Errorf("matrix %v", list.Matrix)
				}
				break
			}
			f.After = list.Next
		}
		if !slices.Equal(scores, []int{6, 6, 4, 4, 2, 2, 2}) {
			t.Errorf("scores %v", scores)
		}
		if list, err := o.Risks(o.as("nigar"), risk.Filter{Likelihood: 1, Impact: 2}); err != nil || list.Total != 3 || len(list.Rows) != 3 {
			t.Errorf("a cell: %v %d", err, list.Total)
		}
		storetest.ClockOf(db).SetDay("2027-01-16")
		if list, err := o.Risks(o.as("nigar"), risk.Filter{Late: true}); err != nil || list.Total != 7 {
			t.Errorf("late: %v %d", err, list.Total)
		}
	})
}

func TestWhatWaitsForWhomAndWhoIsTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		verbs := func(who string) (out []string) {
			items, err := o.Work(o.as(who))
			must(t, "work", err)
			for _, w := range items {
				out = append(out, strings.TrimPrefix(w.VerbKey, "risk.work.verb."))
			}
			return out
		}
		r := o.enter()
		want := func(who string, list ...string) {
			t.Helper()
			if got := verbs(who); !slices.Equal(got, list) {
				t.Errorf("%s: %v, want %v", who, got, list)
			}
		}
		want("elchin", "treat")
		must(t, "treat", o.Treat(o.as("elchin"), r.ID, treatment))
		want("elchin", "report")
		want("nigar")
		must(t, "report", o.Report(o.as("elchin"), r.ID, "Xatırlatma işləyir"))
		want("elchin")
		want("nigar", "check")
		must(t, "confirm", o.Confirm(o.as("nigar"), r.ID, "Yoxlandı", risk.Weighing{Likelihood: 1, Impact: 1, ReviewDue: "2026-12-20"}))
		want("nigar")
		storetest.ClockOf(db).SetDay("2026-12-10")
		want("elchin", "review")
		must(t, "review", o.Review(o.as("elchin"), r.ID, risk.Weighing{Likelihood: 1, Impact: 2, Note: "Dəyişiklik yoxdur", ReviewDue: "2027-12-20"}))
		want("elchin")
		events, err := office.EventsAfter(t.Context(), db.Read(), 0, 1000)
		must(t, "events", err)
		people, err := o.Actors(t.Context(), db.Read())
		must(t, "people", err)
		told := map[string][]string{}
		for _, e := range events {
			list, err := o.Announcements(t.Context(), db.Read(), e)
			must(t, "announce", err)
			for _, a := range list {
				for _, p := range people {
					if p.UserID != e.ActorID && a.For(p) {
						told[p.UserID] = append(told[p.UserID], strings.TrimPrefix(a.Key, "risk.notice."))
					}
				}
			}
		}
		if !slices.Equal(told[o.ID("elchin")], []string{"enter", "confirm"}) || !slices.Equal(told[o.ID("nigar")], []string{"report"}) || told[o.ID("tural")] != nil {
			t.Errorf("told: %v", told)
		}
	})
}

// objective is a good objective of SSS that Elçin owns.
func (o bureau) objective() risk.ObjectiveFields {
	return risk.ObjectiveFields{Title: "Vaxtında verilən hesabatlar", Metric: "Vaxtında verilən hesabatların payı", Unit: "%", Better: "more", Baseline: "86", Target: "95,5",
		Actions: "Xatırlatma göndərmək", DepartmentID: o.Dept("SSS"), OwnerID: o.ID("elchin"), Starts: "2026-01-05", Due: "2026-12-31"}
}
