package kisweb_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/kis-platform/kis/kis/kistest"
)

func TestPlanningManyCyclesOnThePages(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		s.office.Import()
		nigar, aytan := s.as("nigar"), s.as("aytan")
		nigar.Get("/cycles/batch").Want(http.StatusOK).Has("button", "Tarixləri göstər")
		nigar.Get("/cycles/batch?period=2026-Q7").Want(http.StatusUnprocessableEntity).Has(".k-err", "2026-Q1")
		nigar.Post("/cycles/batch").Want(http.StatusUnprocessableEntity).Has("[role=alert]", "Dövr: dövr belə yazılır").HasNot("main", "period:")
		nigar.Get("/cycles/batch?period=2027&template=il-buraxilis").Want(http.StatusUnprocessableEntity).Has(".k-err", "buraxılış günü")
		a := nigar.Get("/cycles/batch?period=2027-Q1").Want(http.StatusOK).Has("main", "1-elektron xidmət", "İş günləri təqvimi təsdiqlənməyib", "2027")
		id := a.Value("process")
		form := url.Values{"period": {"2027-Q1"}, "process": {id}}
		for _, phase := range []string{"1", "2", "3", "4", "5", "6", "7", "8"} {
			form.Set("due_"+phase, a.Value("due_"+phase))
		}
		form.Set("due_2", "31.12.2026")
		b := nigar.PostForm("/cycles/batch", form).Want(http.StatusUnprocessableEntity).Has(".k-err", "2027-Q1 dövrünün başlanğıcından (01.01.2027)")
		if b.Value("due_2") != "31.12.2026" {
			t.Error("what was typed is gone")
		}
		form.Set("due_2", a.Value("due_2"))
		nigar.PostForm("/cycles/batch", form).WantRedirect("/cycles/overview?period=2027-Q1")
		nigar.PostForm("/cycles/batch", form).Want(http.StatusUnprocessableEntity).Has("main", kistest.ProcessCode, "2027-Q1 dövrü artıq var")
		form.Del("process")
		nigar.PostForm("/cycles/batch", form).Want(http.StatusUnprocessableEntity)
		aytan.Get("/cycles/batch?period=2027").Want(http.StatusForbidden)
		nigar.Post("/cycles", "process", kistest.ProcessCode, "period", "2027-03").Want(http.StatusSeeOther)

		aytan.Get("/cycles/overview").Want(http.StatusOK).Has("tbody", "1-elektron xidmət, 2027-Q1", "Planlaşdırılıb", "06.01.2027")
		aytan.Get("/cycles/overview?state=late").Want(http.StatusOK).Has("main", "Heç bir dövr tapılmadı")
		aytan.Get("/cycles/overview?period=nonsense&state=x&department=y&after=z").Want(http.StatusOK).Has("tbody", "2027-Q1")

		cy := s.office.Running("2026")
		aytan.Get("/cycles/mine").Want(http.StatusOK).Has(".k-work", "1.1.1", "Gecikib")
		if n := aytan.Get("/cycles/mine?show=late&limit=3").Want(http.StatusOK).Has("a[rel=next]", "").Count(".k-work > li"); n != 3 {
			t.Errorf("%d cells", n)
		}
		aytan.Get("/cycles/mine?department="+s.office.Dept("KİEMŞ")).Want(http.StatusOK).Has("main", "8.")
		aytan.Get("/cycles/calendar").Want(http.StatusOK).Has("table", "Mərhələ 6: 1").Has(".k-work", "1-elektron xidmət, 2026")
		aytan.Get("/cycles/calendar?month=2026-02&day=2026-02-06").Want(http.StatusOK).Has("h2", "06.02.2026").Has(".k-work", "1. ")
		aytan.Get("/cycles/calendar?month=2027-05").Want(http.StatusOK).Has("main", "təsdiqlənmiş iş günləri təqvimi yoxdur")
		nigar.Get("/cycles/"+cy.ID+"/close").Want(http.StatusOK).Has("main", "Dövr hələ bağlana bilməz", "Mərhələ 3").HasNot("button", "Bağla")
	})
}

func TestTemplatesAndRecurrencesOnThePages(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		s.office.Import()
		nigar := s.as("nigar")
		nigar.Get("/cycles/templates").Want(http.StatusOK).Has("tbody", "Aylıq dövr")
		a := nigar.Get("/cycles/templates/ay").Want(http.StatusOK).Has("main", "dövrün ilk günü: 1 iş günü sonra", "dövrün son günü: 1 iş günü əvvəl")
		form := url.Values{"number": {"1"}, "name_az": {"Aylıq dövr"}}
		for _, phase := range []string{"1", "2", "3", "4", "5", "6", "7", "8"} {
			form.Set("days_"+phase, a.Value("days_"+phase))
			form.Set("anchor_"+phase, "start")
		}
		form.Set("days_3", "üç")
		nigar.PostForm("/cycles/templates/ay", form).Want(http.StatusUnprocessableEntity).Has(".k-err", "rəqəm")
		form.Set("days_3", "3")
		nigar.PostForm("/cycles/templates/ay", form).WantRedirect("/cycles/templates/ay")
		nigar.PostForm("/cycles/templates/ay", form).Want(http.StatusConflict).Has("main", "2-ci versiyadır")
		nigar.Get("/cycles/templates/yoxdur").Want(http.StatusNotFound)
		s.as("aytan").Get("/cycles/templates").Want(http.StatusForbidden)

		nigar.Get("/cycles/recurring").Want(http.StatusOK).Has("main", "Təkrarlanan dövr yoxdur")
		nigar.Post("/cycles/recurring", "process", kistest.ProcessCode, "frequency", "month", "lead_days", "x", "active", "1").Want(http.StatusUnprocessableEntity)
		nigar.Post("/cycles/recurring", "process", kistest.ProcessCode, "frequency", "month", "lead_days", "5", "active", "1").WantRedirect("/cycles/recurring")
		nigar.Get("/cycles/recurring").Has("tbody", "2026-11", "Özü planlaşdırılır")
		if n, err := s.office.PlanRecurring(s.office.System()); err != nil || n != 2 {
			t.Errorf("%d planned, %v", n, err)
		}
		nigar.Get("/cycles/recurring").Has("tbody", "2027-01", "24.12.2026")
	})
}
