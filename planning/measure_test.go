package planning_test

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/reference"
)

// measureOffice is an office in November 2026 with the measures of the
// reference file.
type measureOffice struct {
	*kistest.Office
	*planning.Service
	t  *testing.T
	ms map[string]planning.MeasureRow // by number
}

const (
	ahPlan = "AH-2020-2022"
	sample = reference.OpenGovernment
)

func newMeasureOffice(t *testing.T, db *store.DB) *measureOffice {
	t.Helper()
	storetest.ClockOf(db).SetDay("2026-11-22")
	o := kistest.NewOffice(t, db)
	m := &measureOffice{Office: o, Service: planning.New(o.Service), t: t, ms: map[string]planning.MeasureRow{}}
	if err := m.LoadMeasuresReference(o.System()); err != nil {
		t.Fatal(err)
	}
	return m
}

// imported reads the reference file and remembers its measures.
func (m *measureOffice) imported() *measureOffice {
	m.t.Helper()
	if _, err := m.importText(m.fileText(), sample, ""); err != nil {
		m.t.Fatal(err)
	}
	for _, r := range m.list(planning.MeasureFilter{}).Rows {
		m.ms[r.Number] = r
	}
	return m
}

func (m *measureOffice) fileText() string {
	m.t.Helper()
	f, err := reference.Open(sample)
	if err != nil {
		m.t.Fatal(err)
	}
	defer f.Close()
	raw, err := io.ReadAll(f)
	if err != nil {
		m.t.Fatal(err)
	}
	return string(raw)
}

func (m *measureOffice) importText(text, name, plan string) (planning.MeasureImportResult, error) {
	return m.ImportMeasures(m.System(), planning.MeasureImport{Reader: strings.NewReader(text), Name: name, Plan: plan})
}

func (m *measureOffice) as(key string) context.Context { return m.As(context.Background(), key) }

func (m *measureOffice) list(f planning.MeasureFilter) planning.MeasureList {
	m.t.Helper()
	l, err := m.Measures(m.as("sevda"), f)
	if err != nil {
		m.t.Fatal(err)
	}
	return l
}

// assign names the departments of a measure.
func (m *measureOffice) assign(number string, codes ...string) string {
	m.t.Helper()
	var ids []string
	for _, c := range codes {
		ids = append(ids, m.Dept(c))
	}
	id := m.ms[number].ID
	if err := m.AssignMeasure(m.as("sevda"), id, ids); err != nil {
		m.t.Fatal(err)
	}
	return id
}

// upload stages a file of a person.
func (m *measureOffice) upload(key, name, content string) string {
	m.t.Helper()
	up, err := m.StageUpload(m.as(key), name, bytes.NewReader([]byte(content)))
	if err != nil {
		m.t.Fatal(err)
	}
	return up.ID
}

func (m *measureOffice) page(key, id string) planning.MeasurePage {
	m.t.Helper()
	p, err := m.Measure(m.as(key), id, 2022)
	if err != nil {
		m.t.Fatal(err)
	}
	return p
}

// kind fails the test when the error is of another kind, and gives it.
func kind(t *testing.T, err error, want apperr.Kind) *apperr.Error {
	t.Helper()
	if !apperr.Is(err, want) {
		t.Fatalf("error is %v, want %s", err, want)
	}
	return apperr.As(err)
}

const narrative = "Hesabat ilində 12 təlim keçirilib, 100 əməkdaş iştirak edib."

func TestTheOfficialFileIsReadWhole(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		m := newMeasureOffice(t, db)
		dry, err := m.ImportMeasures(m.System(), planning.MeasureImport{Reader: strings.NewReader(m.fileText()), Name: sample, DryRun: true})
		if err != nil || dry.Plan != ahPlan || dry.Measures != 11 || dry.Ongoing != 1 || dry.Added != 11 {
			t.Fatalf("dry run: %+v, %v", dry, err)
		}
		if l := m.list(planning.MeasureFilter{}); len(l.Rows) != 0 {
			t.Fatalf("a dry run left %d measures", len(l.Rows))
		}
		m.imported()
		l := m.list(planning.MeasureFilter{})
		var numbers []string
		for _, r := range l.Rows {
			numbers = append(numbers, r.Number)
			if r.Ongoing != (r.Number == "6.3") || r.TitleAZ == "" || r.TitleEN == "" || r.Hint == "" {
				t.Errorf("measure %s: %+v", r.Number, r.Measure)
			}
		}
		want := []string{"1.2", "1.6", "1.9", "3.3", "4.1", "4.2", "4.7", "5.4", "5.5", "5.6", "6.3"}
		if !slices.Equal(numbers, want) || l.Plan.Code != ahPlan || l.Year != 2022 || l.Due != "2022-12-30" || l.All != 11 {
			t.Errorf("plan %s, year %d, due %s, numbers %v", l.Plan.Code, l.Year, l.Due, numbers)
		}
		again, err := m.importText(m.fileText(), sample, "")
		if err != nil || again.Added != 0 || again.Measures != 11 {
			t.Errorf("a second import: %+v, %v", again, err)
		}
		if h := m.page("sevda", m.ms["6.3"].ID).History; len(h) != 1 || h[0].Action != "planning:measure:import" {
			t.Errorf("trail of 6.3: %+v", h)
		}
		if err := m.LoadMeasuresReference(m.System()); err != nil {
			t.Errorf("loading the reference again: %v", err)
		}
	})
}

func TestABadFileIsRefusedByRowAndColumnAndLeavesNothing(t *testing.T) {
	const head = "number,title_az,title_en,period,kind\n"
	const good = "1.2,Tədbir bir,Measure one,2020-2022,dated\n"
	cases := []struct {
		name, text, plan string
		row              int
		column, key      string
	}{
		{"number twice", head + good + "1.2,Başqa,Other,2020-2022,dated\n", "", 3, "number", "planning.measure.import.number_twice"},
		{"number of one part", head + "12,Tədbir,Measure,2020-2022,dated\n", "", 2, "number", "planning.measure.import.number"},
		{"number with zero", head + good + "0.1,Tədbir,Measure,2020-2022,dated\n", "", 3, "number", "planning.measure.import.number"},
		{"no number", head + ",Tədbir,Measure,2020-2022,dated\n", "", 2, "number", "planning.measure.import.number"},
		{"unknown kind", head + good + "1.3,Tədbir,Measure,2020-2022,yearly\n", "", 3, "kind", "planning.measure.import.kind"},
		{"no kind", head + "1.3,Tədbir,Measure,2020-2022,\n", "", 2, "kind", "planning.measure.import.kind"},
		{"period of words", head + "1.3,Tədbir,Measure,ilin sonu,dated\n", "", 2, "period", "planning.measure.import.period"},
		{"period backwards", head + "1.3,Tədbir,Measure,2022-2020,dated\n", "", 2, "period", "planning.measure.import.period"},
		{"dated but without end", head + "1.3,Tədbir,Measure,mütəmadi,dated\n", "", 2, "period", "planning.measure.import.period"},
		{"without end but dated", head + "1.3,Tədbir,Measure,2020-2022,regular\n", "", 2, "period", "planning.measure.import.period_regular"},
		{"no title", head + "1.3,,Measure,2020-2022,dated\n", "", 2, "title_az", "error.field.required"},
		{"long title", head + "1.3," + strings.Repeat("ə", 2001) + ",Measure,2020-2022,dated\n", "", 2, "title_az", "error.field.too_long"},
		{"control characters", head + "1.3,Təd\x01bir,Measure,2020-2022,dated\n", "", 2, "title_az", "error.field.characters"},
		{"period outside the plan", head + good + "1.3,Tədbir,Measure,2015-2016,dated\n", ahPlan, 3, "period", "planning.measure.import.period_plan"},
		{"column missing", "number,title_az,period,kind\n1.2,Tədbir,2020-2022,dated\n", "", 1, "title_en", "table.column_missing"},
		{"too few cells", head + good + "1.3,Tədbir\n", "", 3, "", "table.cells"},
		{"cut inside a quote", head + good + "1.3,\"Tədbir\nsonra", "", 3, "", "table.cut"},
		{"header only", head, "", 2, "", "table.no_rows"},
		{"no such plan", head + good, "XX-1", 0, "plan", "planning.measure.import.plan_unknown"},
		{"plan not clear", head + "1.3,Tədbir,Measure,2021,dated\n", "", 0, "plan", "planning.measure.import.plan_unclear"},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		m := newMeasureOffice(t, db)
		for _, c := range cases {
			_, err := m.importText(c.text, "tedbirler.csv", c.plan)
			if !apperr.Is(err, apperr.Invalid) {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			f := apperr.As(err).Fields
			if len(f) != 1 || f[0].Row != c.row || f[0].Name != c.column || f[0].Key != c.key {
				t.Errorf("%s: %+v", c.name, f)
			}
		}
		for name, text := range map[string]string{"empty": "", "a PDF": "%PDF-1.7", "UTF-16": "\xff\xfen\x00u", "Latin": head + "1.2,T\xe9dbir,M,2020-2022,dated\n"} {
			if _, err := m.importText(text, "x.csv", ahPlan); !apperr.Is(err, apperr.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if l := m.list(planning.MeasureFilter{Plan: ahPlan}); l.All != 0 {
			t.Errorf("%d measures were left behind", l.All)
		}
		if _, err := m.ImportMeasures(m.as("aytan"), planning.MeasureImport{Reader: strings.NewReader(head + good)}); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("an employee imports: %v", err)
		}
	})
}

func TestThePlanOfAFileIsFoundOrAskedFor(t *testing.T) {
	m := newMeasureOffice(t, storetest.Open(t))
	const text = "number,title_az,title_en,period,kind\n%\n"
	row := func(s string) string { return strings.Replace(text, "%", s, 1) }
	for _, c := range []struct{ row, name, plan, want string }{
		{"1.1,A,,2020-2022,dated", "x.csv", "", ahPlan},
		{"1.1,A,,2020–2022,dated", "x.csv", "", ahPlan},
		{"2.1,A,,mütəmadi,regular", "hesabat 2022-2026.csv", "", "KM-2022-2026"},
		{"2.2,A,,2022,dated", "km-2022-2026.csv", "", "KM-2022-2026"},
		{"2.3,A,,2022,dated", "x.csv", "ah-2020-2022", ahPlan},
	} {
		if res, err := m.importText(row(c.row), c.name, c.plan); err != nil && !apperr.Is(err, apperr.Conflict) || err == nil && res.Plan != c.want {
			t.Errorf("%s in %s: %+v, %v", c.row, c.name, res, err)
		}
	}
}

func TestAMeasureThatWasChangedInTheFileIsAConflict(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		m := newMeasureOffice(t, db).imported()
		text := strings.Replace(m.fileText(), "Korrupsiyaya qarşı mübarizə və etik davranış", "Etik davranış", 1)
		text += "7.1,Yeni tədbir,New measure,2020-2022,dated,,\n"
		e := kind(t, second(m.importText(text, sample, "")), apperr.Conflict)
		if len(e.Fields) != 1 || e.Fields[0].Row != 3 || e.Fields[0].Name != "title_az" {
			t.Errorf("fields %+v", e.Fields)
		}
		if l := m.list(planning.MeasureFilter{}); l.All != 11 {
			t.Errorf("the new row of a refused file is there: %d", l.All)
		}
	})
}

func second[T any](_ T, err error) error { return err }
