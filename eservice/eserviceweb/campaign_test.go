package eserviceweb_test

import (
	"net/http"
	"testing"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reference"
)

// person has one role; agency is of an officer.
func person(role policies.Role, agency string) actor.Actor {
	return actor.Actor{UserID: store.NewID(), Name: "Nigar Əliyeva", Lang: "az", Grants: []actor.Grant{{Role: string(role), AgencyID: agency}}}
}

// TestPagesOfACampaignAreForThoseWhoseTheyAre: planned on the page, seen by
// the office, by no body before its opinion is sent, and by nobody without the
// right; what does not exist is not found.
func TestPagesOfACampaignAreForThoseWhoseTheyAre(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.ClockOf(db).SetDay("2026-11-02")
		s, svc, ctx := site(t, db, reference.AssessmentsSample)
		manager := person(policies.QualityManager, "")
		err := db.Write(ctx, func(tx *store.Tx) error { // whoever plans is known to the office
			tx.Record(store.Change{Action: "test", Kind: "test", ID: store.NewID()})
			_, err := tx.NewRaw("INSERT INTO users (id, email, name, password_hash, search_key, sort_key, created_at) VALUES (?, 'm@kis.example', ?, '', '', '', ?)", manager.UserID, manager.Name, tx.Now).Exec(ctx)
			if err == nil { // and there is somebody to assign
				_, err = tx.NewRaw("INSERT INTO user_roles (id, user_id, role, from_day) VALUES (?, ?, ?, '2020-01-01')", store.NewID(), manager.UserID, policies.Assessor).Exec(ctx)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		s.As(manager).Get("/campaigns").Want(http.StatusOK).Has(".k-empty", "Kampaniya yoxdur")
		s.As(manager).Get("/schemes").Want(http.StatusOK).Has("th a[href='/schemes/2025']")
		s.As(manager).Get("/schemes/2025").Want(http.StatusOK).Has("h1", "2025")
		form := func(year string) []string {
			return []string{"year", year, "scheme", "2025", "title", "2026-cı ilin qiymətləndirilməsi", "basis", "Qayda", "from", "01.09.2026", "to", "30.11.2026",
				"reply_days", "5", "sample_percent", "10", "agencies", "Q01"}
		}
		s.As(manager).Post("/campaigns", form("x")...).Want(http.StatusUnprocessableEntity)
		s.As(person(policies.Assessor, "")).Post("/campaigns", form("2026")...).Want(http.StatusForbidden)
		s.As(manager).Post("/campaigns", form("2026")...).Want(http.StatusSeeOther)

		// Ties are declared by who manages for all, by an assessor for themselves.
		assessor := person(policies.Assessor, "")
		s.As(person(policies.Employee, "")).Get("/campaigns/ties").Want(http.StatusForbidden)
		s.As(assessor).Get("/campaigns/ties").Want(http.StatusForbidden)
		s.As(assessor).Get("/campaigns/ties/own").Want(http.StatusOK).Has(".k-empty").HasNot("form#tie select")
		s.As(manager).Post("/campaigns/ties", "user", manager.UserID, "agency", "XX", "reason", "qohum").Want(http.StatusUnprocessableEntity).Has("[name=agency][aria-invalid]")
		s.As(manager).Post("/campaigns/ties", "user", store.NewID(), "agency", "Q01", "reason", "qohum").Want(http.StatusUnprocessableEntity).Has("[name=user][aria-invalid]")
		s.As(manager).Post("/campaigns/ties", "user", manager.UserID, "agency", "Q02", "from", "02.11.2026", "to", "01.11.2026", "reason", "qohum").Want(http.StatusUnprocessableEntity).Has("[name=to][aria-invalid]")
		s.As(manager).Post("/campaigns/ties", "user", manager.UserID, "agency", "Q02", "reason", "Həyat yoldaşı qurumda işləyir").WantRedirect("/campaigns/ties")
		s.As(manager).Get("/campaigns/ties").Want(http.StatusOK).Has("tbody tr", manager.Name, "Qurum 02", "Həyat yoldaşı", "02.11.2026")
		s.As(assessor).Get("/campaigns/ties/own").HasNot("table", "Həyat yoldaşı")
		var tie string
		if err := db.Read().NewRaw("SELECT CAST(id AS TEXT) FROM assessor_ties").Scan(ctx, &tie); err != nil {
			t.Fatal(err)
		}
		s.As(assessor).Post("/campaigns/ties/" + tie + "/end").Want(http.StatusForbidden)
		s.As(manager).Post("/campaigns/ties/" + tie + "/end").WantRedirect("/campaigns/ties")
		s.As(manager).Get("/campaigns/ties").Has("tbody tr", "02.11.2026 – 02.11.2026").HasNot("tbody tr", "davam edir").HasNot("[data-confirm]", "Bitir")
		s.As(manager).Post("/campaigns/ties/" + tie + "/end").Want(http.StatusConflict)
		s.As(manager).Post("/campaigns/ties/" + store.NewID() + "/end").Want(http.StatusNotFound)

		list, err := campaign.New(svc.KIS, svc).List(actor.With(ctx, manager))
		if err != nil || len(list) != 1 {
			t.Fatalf("%d campaigns, %v", len(list), err)
		}
		card, err := svc.Scorecard(ctx, eservice.ScorecardFilter{Agency: "Q01"})
		if err != nil {
			t.Fatal(err)
		}
		page, body := "/campaigns/"+list[0].ID, "/campaigns/"+list[0].ID+"/bodies/"+card.Agency.ID
		s.As(manager).Get(page).Want(http.StatusOK).Has("h1", list[0].Number).Has("th", "Qurum 01").Has(".k-steps", "planlaşdırılıb", "02.11.2026").Has("select[name=agency] option[value='']", "Qiymətləndiricisi olmayan bütün qurumlar")
		s.As(manager).Get(body).Want(http.StatusOK).Has("h1", "Qurum 01")
		officer := person(policies.AgencyOfficer, card.Agency.ID)
		for _, path := range []string{body, body + "x", "/campaigns/" + store.NewID(), "/results/" + store.NewID()} {
			s.As(officer).Get(path).Want(http.StatusNotFound)
		}
		for _, path := range []string{"/campaigns/none", "/campaigns/" + store.NewID(), page + "/bodies/" + store.NewID(), "/results/" + store.NewID(), "/schemes/none"} {
			s.As(manager).Get(path).Want(http.StatusNotFound)
		}
		s.As(person(policies.RegisterOperator, "")).Get("/campaigns").Want(http.StatusForbidden)
	})
}
