package eservice

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reference"
)

// office makes the service over an empty database with the reference schemes.
func bureau(t testing.TB, db *store.DB) (*Service, context.Context) {
	t.Helper()
	s := New(kis.New(db, nil, nil, ""))
	ctx := actor.With(t.Context(), actor.Program("test"))
	if err := s.LoadReference(ctx); err != nil {
		t.Fatal(err)
	}
	return s, ctx
}

func importFile(t testing.TB, s *Service, ctx context.Context, name string) ImportResult {
	t.Helper()
	f, err := reference.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	res, err := s.Import(ctx, ImportRequest{Reader: f, Name: name})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestTheTableOf2013To2015ComesOutAsInTheDocument(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, ctx := bureau(t, db)
		if res := importFile(t, s, ctx, reference.AssessmentTotals); res.Totals != 3 || fmt.Sprint(res.Years) != "[2013 2014 2015]" {
			t.Errorf("read %+v", res)
		}
		card, err := s.Scorecard(ctx, ScorecardFilter{From: 2013, To: 2015})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{
			"2013: 40 439 305 134 | 5 83 142 75 | 69.5 | false",
			"2014: 41 438 341 97 | 55 72 100 114 | 77.9 | true",
			"2015: 39 438 354 84 | 67 54 105 128 | 80.8 | false",
		}
		for i, y := range card.Years {
			got := fmt.Sprintf("%d: %d %d %d %d | %d %d %d %d | %s | %v", y.Year, y.Agencies, y.Services, y.Electronised, y.NotElectronised,
				y.Grades["unsatisfactory"], y.Grades["satisfactory"], y.Grades["good"], y.Grades["excellent"],
				rate(y), y.Break != nil)
			if got != want[i] {
				t.Errorf("got  %s\nwant %s", got, want[i])
			}
			if y.GradeSum() != y.Electronised {
				t.Errorf("%d: grades add up to %d of %d electronised services", y.Year, y.GradeSum(), y.Electronised)
			}
		}
	})
}

// rate is the electronisation rate in per cent with one decimal, half up.
func rate(y YearResult) string {
	return MilliText((2*y.Electronised*100_000+y.Services)/(2*y.Services), 1)
}

func TestTheSampleGivesTheSameFiguresAsCountingTheFile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, ctx := bureau(t, db)
		importFile(t, s, ctx, reference.AssessmentsSample)
		rows, err := reference.Rows(reference.AssessmentsSample)
		if err != nil {
			t.Fatal(err)
		}
		count := map[string]int64{}
		for _, r := range rows {
			count["services"]++
			count[r["agency"]]++
			if r.Bool("electronised") {
				count["electronised"]++
				m, err := milli(r["score"])
				if err != nil {
					t.Fatal(err)
				}
				grade := "unsatisfactory"
				for code, low := range map[string]int64{"satisfactory": 50_000, "good": 70_000, "excellent": 90_000} {
					if m >= low && (grade == "unsatisfactory" || low > map[string]int64{"satisfactory": 50_000, "good": 70_000, "excellent": 90_000}[grade]) {
						grade = code
					}
				}
				count[grade]++
			}
		}
		card, err := s.Scorecard(ctx, ScorecardFilter{})
		if err != nil {
			t.Fatal(err)
		}
		y := card.Focus()
		if y.Services != count["services"] || y.Electronised != count["electronised"] || y.Agencies != int64(len(card.Agencies)) {
			t.Errorf("services %d of %d, electronised %d of %d", y.Services, count["services"], y.Electronised, count["electronised"])
		}
		for _, g := range Grades {
			if y.Grades[g] != count[g] {
				t.Errorf("%s: %d, counted %d", g, y.Grades[g], count[g])
			}
		}
		for _, a := range card.Agencies {
			if a.Services != count[a.Agency.Code] {
				t.Errorf("%s: %d services, counted %d", a.Agency.Code, a.Services, count[a.Agency.Code])
			}
		}
	})
}

func TestAFileThatContradictsItselfOrTheRecordsIsRefusedByRowAndColumn(t *testing.T) {
	const totals = "year,agencies,services,electronised,not_electronised,unsatisfactory,satisfactory,good,excellent\n"
	header := strings.Join(servicesHeader, ",") + "\n"
	const good = "Q1,Qurum 1,Agency 1,S1,Xidmət,Service,2025,2016,true,full,70\n"
	for name, c := range map[string]struct{ file, column, key string }{
		"services do not add up":                {totals + "2013,40,440,305,134,5,83,142,75\n", "services", "eservice.import.sum_services"},
		"grades do not add up":                  {totals + "2013,40,439,305,134,5,83,142,76\n", "electronised", "eservice.import.sum_grades"},
		"a year twice":                          {totals + "2013,40,439,305,134,5,83,142,75\n2013,40,439,305,134,5,83,142,75\n", "year", "eservice.import.year_twice"},
		"a figure that is none":                 {totals + "2013,forty,439,305,134,5,83,142,75\n", "agencies", "eservice.import.whole"},
		"a negative figure":                     {totals + "2013,40,-1,305,134,5,83,142,75\n", "services", "eservice.import.whole"},
		"a year without a scheme":               {totals + "2001,0,0,0,0,0,0,0,0\n", "year", "eservice.import.no_scheme"},
		"other figures of a known year":         {totals + "2015,38,438,354,84,67,54,105,128\n", "year", "eservice.import.year_other"},
		"a score above the scale":               {header + strings.Replace(good, ",70\n", ",100.5\n", 1), "score", "eservice.assessment.score_range"},
		"a score that is none":                  {header + strings.Replace(good, ",70\n", ",NaN\n", 1), "score", "eservice.import.score"},
		"an electronised service without score": {header + strings.Replace(good, ",70\n", ",\n", 1), "score", "error.field.required"},
		"a score without a service":             {header + "Q1,Qurum 1,Agency 1,S1,Xidmət,Service,2025,2016,false,none,70\n", "score", "eservice.import.score_without_service"},
		"a level that contradicts":              {header + strings.Replace(good, "full", "none", 1), "electronisation_level", "eservice.import.level_contradicts"},
		"an unknown scheme":                     {header + strings.Replace(good, "2016", "1999", 1), "scheme", "eservice.import.scheme_unknown"},
		"a scheme out of force":                 {header + strings.Replace(good, "2016", "2013", 1), "scheme", "eservice.import.scheme_not_in_force"},
		"a service twice":                       {header + good + good, "service_code", "eservice.import.service_twice"},
		"services of a year known as totals":    {header + "Q1,Qurum 1,Agency 1,S1,Xidmət,Service,2015,2014,true,full,70\n", "year", "eservice.import.year_totals"},
		"another name of a body":                {header + good + "Q1,Qurum bir,Agency 1,S2,Xidmət,Service,2025,2016,true,full,70\n", "agency_name_az", "eservice.import.agency_other"},
		"a service of another body":             {header + good + "Q2,Qurum 2,Agency 2,S1,Xidmət,Service,2024,2016,true,full,70\n", "agency", "eservice.import.service_of_other"},
	} {
		t.Run(name, func(t *testing.T) {
			s, ctx := bureau(t, storetest.Open(t))
			importFile(t, s, ctx, reference.AssessmentTotals)
			_, err := s.Import(ctx, ImportRequest{Reader: strings.NewReader(c.file), Name: "f.csv"})
			e := apperr.As(err)
			if e == nil || e.Kind != apperr.Invalid || len(e.Fields) == 0 {
				t.Fatalf("not refused by field: %v", err)
			}
			f := e.Fields[0]
			if f.Row < 2 || f.Name != c.column || f.Key != c.key || !i18n.Has(f.Key) {
				t.Errorf("%+v", f)
			}
			card, err := s.Scorecard(ctx, ScorecardFilter{})
			if err != nil || len(card.Years) != 3 {
				t.Errorf("something of the file was kept: %d years, %v", len(card.Years), err)
			}
		})
	}
}

func TestImportingTheSameAgainChangesNothingAndADryRunNeither(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, ctx := bureau(t, db)
		f, err := reference.FS.ReadFile(reference.AssessmentsSample)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Import(ctx, ImportRequest{Reader: strings.NewReader(string(f)), Name: "a", DryRun: true}); err != nil {
			t.Fatal(err)
		}
		if card, _ := s.Scorecard(ctx, ScorecardFilter{}); len(card.Years) != 0 {
			t.Error("a dry run kept something")
		}
		first := importFile(t, s, ctx, reference.AssessmentsSample)
		again := importFile(t, s, ctx, reference.AssessmentsSample)
		if fmt.Sprint(first) != fmt.Sprint(again) {
			t.Errorf("%+v, again %+v", first, again)
		}
		var imports int
		if err := db.Read().NewRaw("SELECT COUNT(*) FROM trail WHERE kind = 'assessment_import'").Scan(ctx, &imports); err != nil || imports != 1 {
			t.Errorf("%d imports in the trail: %v", imports, err)
		}
	})
}

func TestAnAgencyOfficerSeesTheOwnBodyOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, ctx := bureau(t, db)
		importFile(t, s, ctx, reference.AssessmentsSample)
		all, err := s.Scorecard(ctx, ScorecardFilter{})
		if err != nil {
			t.Fatal(err)
		}
		own, other := all.Agencies[0].Agency, all.Agencies[1].Agency
		officer := actor.With(t.Context(), actor.Actor{UserID: store.NewID(), Grants: []actor.Grant{{Role: string(policies.AgencyOfficer), AgencyID: own.ID}}})
		card, err := s.Scorecard(officer, ScorecardFilter{})
		if err != nil || card.Agency == nil || card.Agency.Code != own.Code || len(card.Agencies) != 0 || len(card.Services) == 0 {
			t.Errorf("own card: %+v, %v", card.Agency, err)
		}
		for _, code := range []string{other.Code, "none"} {
			if _, err := s.Scorecard(officer, ScorecardFilter{Agency: code}); !apperr.Is(err, apperr.NotFound) {
				t.Errorf("%s: %v", code, err)
			}
		}
		if _, err := s.Import(officer, ImportRequest{Reader: strings.NewReader("x")}); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("an officer imports: %v", err)
		}
		if _, err := s.Scorecard(t.Context(), ScorecardFilter{}); !apperr.Is(err, apperr.Unauthenticated) {
			t.Errorf("nobody reads: %v", err)
		}
	})
}

func TestTheCardReadsAFixedNumberOfQueriesWhateverTheSize(t *testing.T) {
	db := storetest.Open(t)
	s, ctx := bureau(t, db)
	importFile(t, s, ctx, reference.AssessmentsSample)
	count := storetest.CountQueries(db)
	if _, err := s.Scorecard(ctx, ScorecardFilter{}); err != nil {
		t.Fatal(err)
	}
	few := count.N()
	var b strings.Builder
	b.WriteString(strings.Join(servicesHeader, ",") + "\n")
	for i := range 300 {
		fmt.Fprintf(&b, "A%d,Qurum %d,Agency %d,X%d,Xidmət,Service,2025,2016,true,full,%d\n", i%60, i%60, i%60, i, i%101)
	}
	if _, err := s.Import(ctx, ImportRequest{Reader: strings.NewReader(b.String()), Name: "big"}); err != nil {
		t.Fatal(err)
	}
	count.Reset()
	if _, err := s.Scorecard(ctx, ScorecardFilter{}); err != nil {
		t.Fatal(err)
	}
	if count.N() != few {
		t.Errorf("%d queries for 6 bodies, %d for 66", few, count.N())
	}
}

func TestBandsBeginAtTheirLowerBound(t *testing.T) {
	s, ctx := bureau(t, storetest.Open(t))
	schemes, err := loadSchemes(ctx, s.DB.Read())
	if err != nil {
		t.Fatal(err)
	}
	for score, want := range map[int64]string{0: "unsatisfactory", 49_999: "unsatisfactory", 50_000: "satisfactory", 69_999: "satisfactory",
		70_000: "good", 89_999: "good", 90_000: "excellent", 100_000: "excellent"} {
		if b, err := schemes["2013"].Grade(score); err != nil || b.Code != want {
			t.Errorf("%d: %s, %v; want %s", score, b.Code, err, want)
		}
	}
	if _, err := schemes["2013"].Grade(100_001); err == nil {
		t.Error("a score above the scale has a grade")
	}
}
