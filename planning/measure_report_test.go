package planning_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/planning"
)

func TestTheReportIsAskedForSentAndThenLocked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		m := newMeasureOffice(t, db)
		if _, err := m.importText("number,title_az,title_en,period,kind\n1.1,Bir,One,2020-2022,dated\n2.1,İki,,2020-2022,dated\n", "x.csv", ""); err != nil {
			t.Fatal(err)
		}
		for _, r := range m.list(planning.MeasureFilter{}).Rows {
			m.ms[r.Number] = r
		}
		m.assign("1.1", "SSS")
		work := func(key string) (out []string) {
			t.Helper()
			items, err := m.MeasureWork(m.as(key))
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range items {
				out = append(out, strings.TrimPrefix(w.VerbKey, "planning.measure.work.verb.")+" "+w.Title+" "+string(w.Due))
			}
			return out
		}
		if got := work("aytan"); len(got) != 0 {
			t.Errorf("work before anybody was asked: %v", got)
		}
		e := kind(t, m.AskMeasures(m.as("sevda"), ahPlan, 2022, "2026-12-04", "2026-12-01"), apperr.Invalid)
		if e.Fields[0].Name != "review_due" {
			t.Errorf("terms the wrong way round: %+v", e.Fields)
		}
		if err := m.AskMeasures(m.as("sevda"), ahPlan, 2022, "2026-12-04", "2026-12-11"); err != nil {
			t.Fatal(err)
		}
		if got := work("aytan"); !slices.Equal(got, []string{"write 1.1 Bir 2026-12-04"}) {
			t.Errorf("work of the department: %v", got)
		}
		if got := work("sevda"); !slices.Equal(got, []string{"assign 2.1 İki 2026-12-04"}) {
			t.Errorf("work of the officer: %v", got)
		}
		if got := work("tural"); len(got) != 0 {
			t.Errorf("work of another department: %v", got)
		}
		for number, who := range map[string]string{"1.1": "aytan", "2.1": "sevda"} {
			if _, err := m.WriteMeasure(m.as(who), m.ms[number].ID, 2022, planning.MeasureText{Narrative: narrative, Submit: true}); err != nil {
				t.Fatal(err)
			}
		}
		if got := work("sevda"); len(got) != 2 || !strings.HasPrefix(got[0], "decide 1.1") {
			t.Errorf("work of the officer: %v", got)
		}
		send := func() error { return m.SendMeasures(m.as("sevda"), ahPlan, 2022, "2026-11-20", "2026-11-21", "12/45") }
		if e := kind(t, send(), apperr.Conflict); e.Args[0].Value != 2 {
			t.Errorf("sent without decisions: %v", e)
		}
		for _, number := range []string{"1.1", "2.1"} {
			if _, err := m.DecideMeasure(m.as("sevda"), m.ms[number].ID, 2022, planning.MeasureDecision{Version: 1, Status: planning.MeasureLimited, Reason: "Sübut azdır"}); err != nil {
				t.Fatal(err)
			}
		}
		kind(t, m.SendMeasures(m.as("sevda"), ahPlan, 2022, "2026-11-20", "2026-11-30", "12/45"), apperr.Invalid) // tomorrow
		if err := send(); err != nil {
			t.Fatal(err)
		}
		kind(t, send(), apperr.Conflict)
		kind(t, second(m.ReopenMeasure(m.as("sevda"), m.ms["1.1"].ID, 2022, 2, "Yenidən baxılsın")), apperr.Conflict)
		err := db.Write(m.System(), func(tx *store.Tx) error {
			_, err := tx.ExecContext(context.Background(), "UPDATE measure_entries SET narrative = 'x'")
			return err
		})
		if err == nil {
			t.Error("the database lets an entry of a sent report change")
		}
		if p := m.page("sevda", m.ms["1.1"].ID); p.CanWrite || p.CanMove || p.Report.Letter != "12/45" {
			t.Errorf("after sending: %+v", p.Report)
		}
	})
}

func TestTheListFiltersAndAsksAFixedNumberOfQueries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		m := newMeasureOffice(t, db).imported()
		m.assign("4.1", "İTŞ", "SSS")
		m.assign("3.3", "SSS")
		if _, err := m.WriteMeasure(m.as("sevda"), m.ms["4.1"].ID, 2022, planning.MeasureText{Narrative: narrative, Links: []planning.MeasureLink{{URL: "https://stat.example/1"}}}); err != nil {
			t.Fatal(err)
		}
		numbers := func(f planning.MeasureFilter) (out []string) {
			for _, r := range m.list(f).Rows {
				out = append(out, r.Number)
			}
			return out
		}
		for _, c := range []struct {
			f    planning.MeasureFilter
			want string
		}{
			{planning.MeasureFilter{DepartmentID: m.Dept("SSS")}, "3.3 4.1"},
			{planning.MeasureFilter{DepartmentID: "nonsense"}, ""},
			{planning.MeasureFilter{Status: planning.MeasureUnjudged}, "4.1"},
			{planning.MeasureFilter{Status: planning.MeasureNoEvidence, DepartmentID: m.Dept("SSS")}, "3.3"},
			{planning.MeasureFilter{Query: "AÇIQ melumatlar"}, "6.3"},
			{planning.MeasureFilter{Query: "100%"}, ""},
			{planning.MeasureFilter{Limit: 3, After: []string{"4", "2"}}, "4.7 5.4 5.5"},
			{planning.MeasureFilter{Limit: 3, After: []string{"x", "2"}}, "1.2 1.6 1.9"},
		} {
			if got := strings.Join(numbers(c.f), " "); got != c.want {
				t.Errorf("%+v: %s, want %s", c.f, got, c.want)
			}
		}
		l := m.list(planning.MeasureFilter{Limit: 3})
		if !l.More || l.Total != 11 || l.Counts[planning.MeasureNoEvidence] != 10 || l.Assigned != 2 || len(l.Departments) != 2 {
			t.Errorf("around the list: %+v", l)
		}
		count := storetest.CountQueries(db)
		numbers(planning.MeasureFilter{Limit: 1, Query: "4.1"})
		one := count.N()
		for _, r := range m.ms {
			if r.Number == "4.1" {
				continue
			}
			if _, err := m.WriteMeasure(m.as("sevda"), r.ID, 2022, planning.MeasureText{Narrative: narrative, Milestones: []planning.MeasureMilestone{{Text: "bir"}},
				UploadIDs: []string{m.upload("sevda", r.Number+".txt", r.Number)}}); err != nil {
				t.Fatal(err)
			}
		}
		count.Reset()
		numbers(planning.MeasureFilter{})
		// Files are asked for only where there are any.
		if all := count.N(); all > one+1 || one > 20 {
			t.Errorf("%d queries for one measure, %d for eleven\n%s", one, all, count)
		}
	})
}

func BenchmarkMeasuresReport(b *testing.B) {
	db := storetest.Open(b)
	storetest.ClockOf(db).SetDay("2026-11-22")
	o := kistest.NewOffice(b, db)
	s := planning.New(o.Service)
	ctx := o.System()
	if err := s.LoadMeasuresReference(ctx); err != nil {
		b.Fatal(err)
	}
	var text strings.Builder
	text.WriteString("number,title_az,title_en,period,kind\n")
	for i := range 200 {
		fmt.Fprintf(&text, "%d.%d,Tədbir %d,Measure %d,2020-2022,dated\n", 1+i/20, 1+i%20, i, i)
	}
	if _, err := s.ImportMeasures(ctx, planning.MeasureImport{Reader: strings.NewReader(text.String()), Name: "x.csv"}); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if r, err := s.MeasuresReport(ctx, ahPlan, 2022); err != nil || len(r.Rows) != 200 {
			b.Fatal(err)
		}
	}
}
