package eserviceweb_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/eservice/eserviceweb"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reference"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

// site is the scorecards over a database with the given reference files.
func site(t *testing.T, db *store.DB, files ...string) (*webtest.Site, *eservice.Service, context.Context) {
	t.Helper()
	svc := eservice.New(kis.New(db, nil, nil, ""))
	ctx := actor.With(t.Context(), actor.Program("test"))
	if err := svc.LoadReference(ctx); err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		f, err := reference.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := svc.Import(ctx, eservice.ImportRequest{Reader: f, Name: name}); err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
	}
	return webtest.New(t, func(r *web.Router) { eserviceweb.Register(r, svc, campaign.New(svc.KIS, svc), nil) }), svc, ctx
}

func reader(lang string) actor.Actor {
	return actor.Actor{UserID: store.NewID(), Name: "Aytən Məmmədova", Lang: lang, Grants: []actor.Grant{{Role: string(policies.Employee), DepartmentID: store.NewID()}}}
}

func TestTheOfficialTableIsOnThePageWithItsBreak(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, _, _ := site(t, db, reference.AssessmentTotals)
		page := s.As(reader("az")).Get("/scorecards?year=2015").Want(http.StatusOK)
		page.Has("h1", "Qurumların göstəriciləri, 2015")
		page.Has(".k-quote", "2013 və 2014 müqayisə olunmur")
		for _, row := range [][]string{
			{"Qiymətləndirilmiş qurumlar", "40", "41", "39"}, {"Xidmətlər", "439", "438", "438"}, {"elektronlaşdırılmış", "305", "341", "354"},
			{"elektronlaşdırılmamış", "134", "97", "84"}, {"Elektronlaşma dərəcəsi", "69,5%", "77,9%", "80,8%"},
			{"qeyri-kafi", "5", "55", "67"}, {"kafi", "83", "72", "54"}, {"yaxşı", "142", "100", "105"}, {"əla", "75", "114", "128"},
		} {
			page.Has("tr", row...)
		}
		page.Has("th.k-brk", "2014").HasNot("th.k-brk", "2015").HasNot("th.k-brk", "2013")
		page.Has(".k-st.k-warn", "Bal hədləri təsdiqlənməyib")
		s.As(reader("en")).Get("/scorecards?year=2013").Want(http.StatusOK).Has("h1", "Agency scorecards, 2013").Has("tr", "Electronisation rate", "69.5%")
	})
}

func TestAnAgencyHasItsOwnCardWithEveryService(t *testing.T) {
	s, svc, ctx := site(t, storetest.Open(t), reference.AssessmentsSample)
	card, err := svc.Scorecard(ctx, eservice.ScorecardFilter{Agency: "Q01"})
	if err != nil {
		t.Fatal(err)
	}
	page := s.As(reader("az")).Get("/scorecards/Q01").Want(http.StatusOK).Has("h1", "Qurum 01, 2025")
	for _, x := range card.Services {
		page.Has("th", x.Service.NameAZ, x.Service.Code)
	}
	page.Has("td", "qiymət verilmir")
	national := s.As(reader("az")).Get("/scorecards?view=table").Want(http.StatusOK)
	national.Has("th a[href='/scorecards/Q01?year=2025']", "Qurum 01")
	s.As(reader("az")).Get("/scorecards").Has("svg text", "Qurum 01").Has("circle title", "Qurum 01")
}

func TestWhatIsNotThereIsNotFoundAndAnEmptyOfficeSaysWhatToDo(t *testing.T) {
	s, svc, ctx := site(t, storetest.Open(t))
	v := s.As(reader("az"))
	v.Get("/scorecards").Want(http.StatusOK).Has(".k-empty", "Hələ qiymətləndirmə nəticəsi yoxdur", "kis import assessments")
	for _, path := range []string{"/scorecards?from=abc", "/scorecards?to=1.5"} {
		if got := v.Get(path).Status; got != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d", path, got)
		}
	}
	for _, path := range []string{"/scorecards?year=1999", "/scorecards?year=abc", "/scorecards/none", "/scorecards/%00", "/scorecards/'--"} {
		if got := v.Get(path).Status; got != http.StatusNotFound {
			t.Errorf("%s answers %d", path, got)
		}
	}
	f, _ := reference.Open(reference.AssessmentsSample)
	if _, err := svc.Import(ctx, eservice.ImportRequest{Reader: f, Name: "x"}); err != nil {
		t.Fatal(err)
	}
	all, err := svc.Scorecard(ctx, eservice.ScorecardFilter{})
	if err != nil {
		t.Fatal(err)
	}
	officer := s.As(actor.Actor{UserID: store.NewID(), Lang: "az", Grants: []actor.Grant{{Role: string(policies.AgencyOfficer), AgencyID: all.Agencies[0].Agency.ID}}})
	officer.Get("/scorecards").Want(http.StatusOK).Has("h1", all.Agencies[0].Agency.NameAZ)
	officer.Get("/scorecards/" + all.Agencies[1].Agency.Code).Want(http.StatusNotFound)
}

// TestAYearHasTheGradesOfItsOwnScheme: years of words and of stars stand beside
// each other, and a grade that the scheme of a year has not is a dash, never 0.
func TestAYearHasTheGradesOfItsOwnScheme(t *testing.T) {
	s, svc, ctx := site(t, storetest.Open(t), reference.AssessmentTotals)
	sheet := "year,agencies,services,electronised,not_electronised,unsatisfactory,satisfactory,good,excellent,star1,star2,star3,star4,star5\n" +
		"2013,40,439,305,134,5,83,142,75,,,,,\n2026,4,10,6,4,,,,,1,0,2,0,3\n"
	if _, err := svc.Import(ctx, eservice.ImportRequest{Reader: strings.NewReader(sheet), Name: "ulduz.csv"}); err != nil {
		t.Fatal(err)
	}
	page := s.As(reader("az")).Get("/scorecards?year=2026").Want(http.StatusOK)
	for _, shade := range []string{"f-r1", "f-r1b", "f-r2", "f-r3", "f-r4"} { // each star has its own
		page.Has("svg.k-key rect." + shade)
	}
	page.Has("svg text.on", "3").Has("svg text.mid:not(.on)", "2") // light figures on dark ground only
	page.Has("tr", "qeyri-kafi", "5", "55", "67", "–").Has("tr", "1 ulduz", "–", "–", "–", "1").Has("tr", "5 ulduz", "3")
	both := strings.Replace(sheet, "75,,,,,", "75,1,,,,", 1)
	if _, err := svc.Import(ctx, eservice.ImportRequest{Reader: strings.NewReader(both), Name: "iki.csv"}); !apperr.Is(err, apperr.Invalid) {
		t.Errorf("a year of two scales: %v", err)
	}
}

// TestALongNameIsNotCutInTheChart: before its bar stands the code of a body
// whose name does not fit, the name is said in full.
func TestALongNameIsNotCutInTheChart(t *testing.T) {
	s, svc, ctx := site(t, storetest.Open(t), reference.AssessmentsSample)
	err := svc.DB.Write(ctx, func(tx *store.Tx) error {
		tx.Record(store.Change{Action: "test", Kind: "test", ID: store.NewID()})
		_, err := tx.NewRaw("UPDATE agencies SET name_az = 'Dövlət Statistika Komitəsi' WHERE code = 'Q01'").Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.As(reader("az")).Get("/scorecards").Want(http.StatusOK).Has("svg text", "Q01").Has("svg text title", "Dövlət Statistika Komitəsi").HasNot("svg text", "…").Has("svg text", "Qurum 02")
}
