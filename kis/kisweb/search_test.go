package kisweb_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis"
)

// shelf is the records of another context, each seen by some people only.
type shelf map[string][]kis.Record // by e-mail's first part

func (s shelf) of(ctx context.Context) []kis.Record { return s[actor.From(ctx).Name] }

func (shelf) RecordKind() string { return "act" }

func (s shelf) FindRecords(ctx context.Context, q kis.RecordQuery) ([]kis.Record, error) {
	return slices.DeleteFunc(slices.Clone(s.of(ctx)), func(r kis.Record) bool { return !kis.HoldsText(q.Text, r.Number, r.Title) }), nil
}

func (s shelf) OneRecord(ctx context.Context, id string) (kis.Record, error) {
	for _, r := range s.of(ctx) {
		if r.ID == id {
			return r, nil
		}
	}
	return kis.Record{}, apperr.Missing("act")
}

// TestSearchFindsWhatThePersonMaySee looks for the same words as four people:
// kinds, links and the letter ə, and nothing of what is not theirs.
func TestSearchFindsWhatThePersonMaySee(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		c := s.office.Running("2026")
		s.office.Records = []kis.RecordSource{shelf{"Aytən Məmmədova": {{Kind: "act", ID: "a1", Number: "UA-2026-007", Title: "Protokol imzalanmayıb", Href: "/acts/a1"}}}}
		open := s.office.Hand("aytan", c.ID, "1.1.3")
		secret := s.office.NewEvidence("aytan", c.ID, "1.1.4")
		secret.Class, secret.Title = kis.ClassConfidential, "Məxfi protokol"
		hidden, err := s.office.Submit(s.office.As(t.Context(), "aytan"), secret)
		if err != nil {
			t.Fatal(err)
		}
		aytan, tural, rauf := s.as("aytan"), s.as("tural"), s.as("rauf")

		empty := aytan.Get("/search").Want(http.StatusOK)
		if empty.Count("main .list-group") != 0 || empty.Count("main .empty") != 0 {
			t.Errorf("nothing was asked, and the page answers:\n%s", empty.Brief())
		}
		aytan.Get("/search?q=yoxdurbelesoz").Want(http.StatusOK).Has("main", "tapılmadı")

		// By code, without marks, in part of a word.
		found := aytan.Get("/search?q=1.1.3").Want(http.StatusOK)
		if href := found.Attr(`main a[href*="/tasks/1.1.3"]`, "href"); href != "/cycles/"+c.ID+"/tasks/1.1.3" {
			t.Errorf("the task leads to %q", href)
		}
		aytan.Get("/search?q=telebatlar").Has("main .list-group", "Tələbatların")
		if found := aytan.Get("/search?q=protokol").Want(http.StatusOK); found.Count(`main a[href="/acts/a1"]`) != 1 || found.Count(`main a[href="/evidence/`+hidden.ID+`"]`) != 1 {
			t.Errorf("aytan finds:\n%s", found.Text("main"))
		}
		if found := tural.Get("/search?q=protokol").Want(http.StatusOK); found.Count(`main a[href="/acts/a1"]`) != 0 || strings.Contains(found.Body, hidden.ID) || strings.Contains(found.Body, "Məxfi protokol") {
			t.Errorf("another department finds:\n%s", found.Text("main"))
		}
		// An administrator reads people, no evidence.
		people := rauf.Get("/search?q=ayten").Want(http.StatusOK)
		if people.Count(`main a[href="/admin/users/`+s.office.ID("aytan")+`"]`) != 1 {
			t.Errorf("an administrator does not find a person:\n%s", people.Text("main"))
		}
		if found := aytan.Get("/search?q=ayten"); found.Count(`main a[href^="/admin/users"]`) != 0 {
			t.Error("an employee is led to the accounts")
		}
		if found := rauf.Get("/search?q=1.1.3"); strings.Contains(found.Body, open.ID) {
			t.Error("an administrator finds evidence")
		}
		if a := s.Nobody().Get("/search?q=1.1.3"); a.Status != http.StatusSeeOther {
			t.Errorf("nobody: %d", a.Status)
		}
		for _, q := range []string{"%25", "%27%20OR%201=1--", "%3Cscript%3E", strings.Repeat("a", 5000), "%E2%80%AEx"} {
			aytan.Get("/search?q="+q).Want(http.StatusOK).HasNot("main", "<script>")
		}
	})
}

// TestARecordIsChosenForAnOutput walks from the form of an output over the
// list of records to the evidence, as one who may see the record.
func TestARecordIsChosenForAnOutput(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		c := s.office.Running("2026")
		s.office.Records = []kis.RecordSource{shelf{"Aytən Məmmədova": {{Kind: "act", ID: "a1", Number: "UA-2026-007", Title: "Protokol imzalanmayıb", Href: "/acts/a1", Day: "2026-11-02"}}}}
		task, output := "/cycles/"+c.ID+"/tasks/1.1.1", s.office.OutputIDs(c.ID, "1.1.1")[0]
		aytan := s.as("aytan")
		aytan.Get(task).Has(`a[href^="`+task+`/records"]`, "sistem qeydi")
		list := aytan.Get(task+"/records?output="+output).Want(http.StatusOK).Has("tbody", "UA-2026-007", "Protokol imzalanmayıb", "02.11.2026")
		aytan.Get(task+"/records?output="+output+"&q=yoxdur").Want(http.StatusOK).Has("main", "tapılmadı").HasNot("main", "UA-2026-007")
		chosen := list.Attr("tbody a.btn", "href")
		page := aytan.Get(strings.Split(chosen, "#")[0]).Want(http.StatusOK).Has("form[data-k-upload]", "UA-2026-007")
		if page.Count("form[data-k-upload] input[name=record]") != 1 || page.Count("form:has([name=record]) input[type=file]") != 0 {
			t.Errorf("the form asks for a file beside the record:\n%s", page.Text("form:has([name=record])"))
		}
		send := func(record string) (status int, body string) {
			a := aytan.PostFiles(task+"/evidence", map[string][]string{"form": {output}, "output": {output}, "record": {record}, "class": {"internal"},
				"reference_period": {"2025"}, "effective_day": {"24.11.2026"}, "note": {"Aktla təsdiq olunur"}})
			return a.Status, a.Body
		}
		// A record that is none comes back beside the form, with what was typed.
		if status, body := send("act:nothing"); status != http.StatusUnprocessableEntity || !strings.Contains(body, "Aktla təsdiq olunur") {
			t.Errorf("a record that is none: %d", status)
		}
		if status, _ := send("act:a1"); status != http.StatusSeeOther {
			t.Fatalf("handed in: %d", status)
		}
		aytan.Get(task).Has(".k-vers", "UA-2026-007", "Baxışdadır")
		// Who may not see the act is told its number, not its title nor where it is.
		other := s.as("elchin").Get(task).Want(http.StatusOK).Has(".k-vers", "UA-2026-007").HasNot(".k-vers", "Protokol imzalanmayıb")
		if other.Count(`a[href="/acts/a1"]`) != 0 {
			t.Error("is led to an act that is not his to see")
		}
		// Without a right to hand in for it there is nothing to choose.
		for key, want := range map[string]int{"rauf": http.StatusForbidden, "rafael": http.StatusForbidden, "tural": http.StatusNotFound} {
			if got := s.as(key).Get(task + "/records?output=" + output).Status; got != want {
				t.Errorf("%s: %d, want %d", key, got, want)
			}
		}
		aytan.Get(task + "/records?output=" + s.office.OutputIDs(c.ID, "1.2.1")[0]).Want(http.StatusNotFound)
	})
}

// TestRulesOfValidityAreSetOnThePage sets, shows and drops a rule; others read.
func TestRulesOfValidityAreSetOnThePage(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		c := s.office.Running("2026")
		path := "/processes/" + c.Process.Code + "/validity"
		nigar := s.as("nigar")
		nigar.Get(path).Want(http.StatusOK).Has("main", "qayda")
		for _, months := range []string{"", "x", "-1", "241", "1,5"} {
			bad := nigar.Post(path, "code", "1.1", "months", months)
			if months == "" {
				continue // drops a rule that is not there
			}
			bad.Want(http.StatusUnprocessableEntity).HasNot("main [role=alert]", "months")
			if n := bad.Count("main [role=alert]:not([hidden])"); n != 1 {
				t.Errorf("%q is refused %d times on the page", months, n)
			}
			if bad.Value("months") != months {
				t.Errorf("%q was typed and is lost", months)
			}
		}
		nigar.Post(path, "code", "7.7.7.7", "months", "3").Want(http.StatusUnprocessableEntity)
		nigar.Post(path, "code", "1.1", "months", "6").WantRedirect(path)
		nigar.Get(path).Has("tbody", "1.1", "6")
		nigar.Post(path, "code", "1.1", "months", "9").WantRedirect(path)
		if page := nigar.Get(path).Has("tbody", "9"); page.Count("tbody tr") != 1 {
			t.Errorf("%d rules for one code", page.Count("tbody tr"))
		}
		// What is handed in now ends by the rule, and the page of the task says so.
		in := s.office.NewEvidence("aytan", c.ID, "1.1.1")
		in.EffectiveDay = "2026-02-20"
		sub, err := s.office.Submit(s.office.As(t.Context(), "aytan"), in)
		if err == nil {
			err = s.office.Accept(s.office.As(t.Context(), "nigar"), sub.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		s.as("aytan").Get("/cycles/"+c.ID+"/tasks/1.1.1").Has(".k-vers", "20.11.2026")
		// Others read the rules and change none.
		aytan := s.as("aytan")
		if page := aytan.Get(path).Want(http.StatusOK).Has("tbody", "1.1"); page.Count("main form[method=post]") != 0 {
			t.Error("an employee is offered to change the rules")
		}
		aytan.Post(path, "code", "1.1", "months", "1").Want(http.StatusForbidden)
		s.Nobody().Get(path).Want(http.StatusSeeOther)
		nigar.Get("/processes/none/validity").Want(http.StatusNotFound)
		nigar.Post(path, "code", "1.1").WantRedirect(path)
		nigar.Get(path).HasNot("main", "1.1 ")
	})
}
