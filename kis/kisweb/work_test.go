package kisweb_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
)

// someWork is work of every kind of term.
var someWork = []kis.WorkItem{
	{Due: "2026-12-04", KindKey: "kis.trail.kind.measure", Icon: "flag", Title: "Tədbir 4.1", Reason: "IV rüb məlumatı", Href: "/measures/1", VerbKey: "kis.user.transfer"},
	{Due: "2026-11-20", KindKey: "kis.trail.kind.submission", Icon: "file-upload", Title: "6.2.3 Qeydlər", Reason: "1-elektron xidmət, 2026", Href: "/cycles/1", VerbKey: "kis.user.transfer", Overdue: true},
	{KindKey: "kis.trail.kind.plan", Title: "Plan 2027", Href: "/plans/1", VerbKey: "kis.user.transfer"},
	{Due: "2026-11-24", KindKey: "kis.trail.kind.submission", Icon: "arrow-back-up", Title: "5.3.2 Məlumat", Quote: "Hesabat dövrü göstərilməyib.", Href: "/cycles/2", VerbKey: "kis.user.transfer"},
	{Due: "2026-11-26", KindKey: "kis.trail.kind.submission", Title: "4.4.2 Arxivləşdirmə", Reason: "ÜŞ", Href: "/cycles/3", Awaited: true, State: kis.WorkState{Tone: "info", Icon: "hourglass", Key: "kis.user.state.active"}},
}

func TestMyWorkIsGroupedByTerm(t *testing.T) {
	s := open(t, storetest.Open(t), items{of: "Aytən Məmmədova", list: someWork[:2]}, items{of: "Aytən Məmmədova", err: apperr.New(apperr.Forbidden, "error.forbidden")}, items{of: "Aytən Məmmədova", list: someWork[2:]})
	v := s.as("aytan")
	a := v.Get("/work").Want(http.StatusOK)
	a.Has(".k-head p", "24 noyabr 2026, çərşənbə axşamı · gözləyən işlər: 4, gecikən: 1")
	if got := a.Text(".k-work h3"); got != "6.2.3 Qeydlər5.3.2 MəlumatTədbir 4.1Plan 2027" {
		t.Errorf("in the order %q", got)
	}
	if got := a.Text("h3.k-day"); got != "Gecikibişlər: 17 gün ərzində son gün: 01.12.2026 · işlər: 1Sonra işlər: 1Müddəti olmayan işlər: 1" {
		t.Errorf("headings %q", got)
	}
	a.Has(".k-work li", "20.11.2026", "4 gün gecikib", "6.2.3").Has(".k-work li", "bu gün", "Hesabat dövrü göstərilməyib.").
		Has(".list-group-item", "4.4.2 Arxivləşdirmə", "26.11.2026").HasNot(".k-work li", "4.4.2")
	if a.Count(".k-work .btn-primary") != 1 || a.Count(".k-work li:first-child .btn-primary") != 1 {
		t.Error("not exactly the first step is blue")
	}
	only := v.Get(a.Attr(".k-chips li:nth-child(2) a", "href")).Want(http.StatusOK)
	if only.Count(".k-work li") != 2 || only.Count(".k-chips li") != 4 {
		t.Errorf("a chip shows %d items and %d chips", only.Count(".k-work li"), only.Count(".k-chips li"))
	}
	v.Get("/work?kind=none").Want(http.StatusOK).Has(".k-empty", "yoxdur")
	v.Post("/preferences", "lang", "en", "next", "/work")
	v.Get("/work").Has(".k-head p", "Tuesday, 24 November 2026 · waiting: 4, overdue: 1")
}

func TestMyWorkOfSomebodyWithoutAny(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		s.as("kamran").Get("/work").Want(http.StatusOK).Has(".k-empty", "Sizi gözləyən iş yoxdur")
		s.as("kamran").Get("/").WantRedirect("/work")
	})
}

func TestASourceThatFailsIsNotHidden(t *testing.T) {
	s := open(t, storetest.Open(t), items{of: "Aytən Məmmədova", err: errors.New("broken")})
	s.as("aytan").Get("/work").Want(http.StatusInternalServerError)
	s.as("tural").Get("/work").Want(http.StatusOK)
}
