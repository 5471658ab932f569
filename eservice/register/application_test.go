package register_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

func TestAServiceIsEnteredChangedAndRemoved(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db)
		officer, operator := h.as("arzu"), h.as("ulviyya")
		a, err := h.Begin(officer, register.KindNew, "", "")
		if err != nil {
			t.Fatal(err)
		}
		if a.Number != "EM-2026-001" || a.State != register.Draft || a.AgencyID != h.a.ID {
			t.Errorf("began %s %s", a.Number, a.State)
		}
		// What is missing stops the signature and is named item by item.
		err = h.Sign(officer, a.ID, 0)
		for _, want := range []string{"invalid register.error.problems", "i2_3_1 register.check.required", "i2_3_15a register.check.documents", "i4_2_1 register.check.entry", "i4_5_6 register.check.act_day"} {
			if !strings.Contains(fields(err), want) {
				t.Errorf("an empty questionnaire: %s lacks %s", fields(err), want)
			}
		}
		// Kept as you go, complete or not.
		if _, err := h.SaveSection(officer, register.SectionEdit{ApplicationID: a.ID, Section: register.SectionService, Typed: map[string]string{"2.3.1": "Arayışın verilməsi"}, Seen: 1}); err != nil {
			t.Fatal(fields(err))
		}
		if _, err := h.Application(operator, a.ID); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("the operator sees a draft: %v", err)
		}
		h.fill(officer, a.ID, filled("Arayışın verilməsi"))
		v, _ := h.Application(officer, a.ID)
		if len(v.Problems) != 0 || v.SubmitDue != "2026-03-31" { // 20 March falls into Novruz: 2026-03-31 is the first working day
			t.Errorf("problems %v, month ends %s", v.Problems, v.SubmitDue)
		}
		if err := h.Sign(officer, a.ID, v.Revision); err != nil {
			t.Fatal(fields(err))
		}
		if _, err := h.SaveSection(officer, register.SectionEdit{ApplicationID: a.ID, Section: register.SectionService, Seen: v.Revision + 1}); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("what was signed can be changed: %v", err)
		}
		if page, _ := h.Catalogue(t.Context(), register.Filter{}); page.Total != 0 {
			t.Error("the catalogue shows what is not registered")
		}
		if err := h.Find(operator, a.ID, register.Defect{Clause: "2.3.9", Text: "Nəticə dəqiq göstərilməyib"}); err != nil {
			t.Fatal(fields(err))
		}
		if err := h.Find(operator, a.ID, register.Defect{Clause: "2.3.13", Text: "Ünvan natamamdır"}); err != nil {
			t.Fatal(fields(err))
		}
		if _, err := h.Service.Register(operator, a.ID); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("a defective one is registered: %v", err)
		}
		if err := h.Notify(operator, a.ID, ""); err != nil {
			t.Fatal(err)
		}
		v, _ = h.Application(officer, a.ID)
		if v.State != register.Returned || v.Clock != register.ClockCorrection || len(v.DefectsOf(1)) != 2 {
			t.Errorf("after the notice: %s, clock %s, %d defects", v.State, v.Clock, len(v.Defects))
		}
		h.fill(officer, a.ID, with(filled("Arayışın verilməsi"), "2.3.9", "Elektron arayış"))
		if err := h.Sign(officer, a.ID, 0); err != nil {
			t.Fatal(fields(err))
		}
		v, _ = h.Application(operator, a.ID)
		if len(v.Rounds) != 2 || len(v.Differences) != 1 || v.Differences[0].Before != "Arayış" || v.Differences[0].After != "Elektron arayış" {
			t.Errorf("the operator is shown %d rounds and the differences %+v", len(v.Rounds), v.Differences)
		}
		number, err := h.Service.Register(operator, a.ID)
		if err != nil || number != "ER-2026-00001" {
			t.Fatalf("registered as %s, %v", number, err)
		}
		public, err := h.Public(t.Context(), number)
		if err != nil || public.Items.Get("2.3.9") != "Elektron arayış" || public.RegisteredOn != "2026-03-10" || public.Items.Get("2.3.17b") != "1250" {
			t.Errorf("the catalogue says %+v, %v", public.Items, err)
		}
		h.changeAndRemove(officer, operator, number, public.ID)
	})
}

func (h *house) changeAndRemove(officer, operator context.Context, number, serviceID string) {
	t := h.t
	h.day("2026-04-15")
	c, err := h.Begin(officer, register.KindChange, "", serviceID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Begin(officer, register.KindRemoval, "", serviceID); !apperr.Is(err, apperr.Conflict) || apperr.As(err).Key != "register.application.exists" {
		t.Errorf("two applications about one service: %v", err)
	}
	if err := h.Sign(officer, c.ID, 0); !strings.Contains(fields(err), "i2_3_23a register.check.no_change") {
		t.Errorf("nothing is changed: %s", fields(err))
	}
	h.fill(officer, c.ID, with(filled("Arayışın verilməsi"), "2.3.17b", "15", "2.3.23a", "Qərar № 9, 10.04.2026", "2.3.23b", "12.04.2026", "2.3.9", "Elektron arayış"))
	if err := h.Sign(officer, c.ID, 0); err != nil {
		t.Fatal(fields(err))
	}
	if p, _ := h.Public(t.Context(), number); p.Items.Get("2.3.17b") != "1250" {
		t.Error("a change is public before it is checked")
	}
	if n, err := h.Service.Register(operator, c.ID); err != nil || n != number {
		t.Fatalf("the change: %s %v", n, err)
	}
	e, err := h.Entry(officer, serviceID)
	if err != nil || len(e.Versions) != 2 || e.Items.Get("2.3.17b") != "1500" {
		t.Fatalf("after the change: %d versions, %v", len(e.Versions), err)
	}
	d := register.Compare(e.Versions[1].Items, e.Versions[0].Items)
	if len(d) != 3 || d[0].Field.Clause != "2.3.17b" {
		t.Errorf("the change reads %+v", d)
	}
	r, err := h.Begin(officer, register.KindRemoval, "", serviceID)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Sign(officer, r.ID, 0); !strings.Contains(fields(err), "i2_3_23c") || !strings.Contains(fields(err), "i4_8") {
		t.Errorf("a removal without a basis: %s", fields(err))
	}
	h.fill(officer, r.ID, map[string]string{"4.8": "abolished", "2.3.23c": "Qanun № 5, 01.04.2026", "2.3.23d": "01.04.2026"})
	if err := h.Sign(officer, r.ID, 0); err != nil {
		t.Fatal(fields(err))
	}
	if _, err := h.Service.Register(operator, r.ID); err != nil {
		t.Fatal(fields(err))
	}
	if _, err := h.Public(t.Context(), number); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("a removed service is public: %v", err)
	}
	e, _ = h.Entry(officer, serviceID)
	if e.State != register.ServiceArchived || e.Number != number || e.Items.Get("2.3.23c") != "Qanun № 5, 01.04.2026" || len(e.Versions) != 3 {
		t.Errorf("the archive holds %s %s with %d versions", e.Number, e.State, len(e.Versions))
	}
	// The number never returns (2.4).
	if _, next := h.registered("arzu", "Başqa xidmət"); next != "ER-2026-00002" {
		t.Errorf("the next number is %s", next)
	}
	if _, err := h.Begin(officer, register.KindChange, "", serviceID); !apperr.Is(err, apperr.Conflict) {
		t.Errorf("an archived service can be changed: %v", err)
	}
}

// TestTheClocks counts the terms of the rules over Novruz and over 8 and 9
// November 2026 (domain: the calendar of the country).
func TestTheClocks(t *testing.T) {
	db := storetest.Open(t)
	h := open(t, db)
	for _, c := range []struct{ signed, check, found, notice, told, correction string }{
		// 20, 23–27 and 30 March are off; 31 March is the first working day after.
		{"2026-03-10", "2026-03-19", "2026-03-11", "2026-03-12", "2026-03-12", "2026-04-01"},
		{"2026-03-11", "2026-03-31", "2026-03-19", "2026-03-31", "2026-03-31", "2026-04-09"},
		{"2026-03-19", "2026-04-08", "2026-03-19", "2026-03-31", "2026-03-31", "2026-04-09"},
		// 9 and 10 November are off.
		{"2026-10-29", "2026-11-11", "2026-11-06", "2026-11-11", "2026-11-06", "2026-11-19"},
		{"2026-11-06", "2026-11-19", "2026-11-06", "2026-11-11", "2026-11-11", "2026-11-20"},
		// An ordinary fortnight.
		{"2026-09-07", "2026-09-16", "2026-09-08", "2026-09-09", "2026-09-09", "2026-09-18"},
	} {
		h.day(c.signed)
		a, err := h.Begin(h.as("arzu"), register.KindNew, "", "")
		if err != nil {
			t.Fatal(err)
		}
		h.fill(h.as("arzu"), a.ID, filled("Xidmət "+c.signed))
		if err := h.Sign(h.as("arzu"), a.ID, 0); err != nil {
			t.Fatal(fields(err))
		}
		due := func(on, want string) {
			t.Helper()
			v, err := h.Application(h.as("arzu"), a.ID)
			if err != nil || string(v.Due) != want || !v.Confirmed {
				t.Errorf("signed %s, %s on %s: due %s, want %s (%v)", c.signed, v.State, on, v.Due, want, err)
			}
		}
		due(c.signed, c.check)
		h.day(c.found)
		if err := h.Find(h.as("ulviyya"), a.ID, register.Defect{Clause: "2.3.1", Text: "Ad dəqiq deyil"}); err != nil {
			t.Fatal(err)
		}
		due(c.found, c.notice)
		h.day(c.told)
		if err := h.Notify(h.as("ulviyya"), a.ID, ""); err != nil {
			t.Fatal(err)
		}
		due(c.told, c.correction)
	}
	// A month from the day of the act; one that ends on a day off ends on the next working day.
	h.day("2026-11-20")
	for act, want := range map[string]string{"20.02.2026": "2026-03-31", "09.10.2026": "2026-11-11", "31.01.2026": "2026-03-02", "15.09.2026": "2026-10-15"} {
		a, _ := h.Begin(h.as("arzu"), register.KindNew, "", "")
		h.fill(h.as("arzu"), a.ID, with(filled("Ay "+act), "4.5.6", act))
		if v, _ := h.Application(h.as("arzu"), a.ID); string(v.Due) != want || v.Clock != register.ClockNew {
			t.Errorf("act of %s: due %s, want %s", act, v.Due, want)
		}
	}
}

func TestOfTwoEditorsTheLaterIsTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db)
		officer := h.as("arzu")
		a, err := h.Begin(officer, register.KindNew, "", "")
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wg.Add(1)
			go func() {
				defer wg.Done()
				_, errs[i] = h.SaveSection(officer, register.SectionEdit{ApplicationID: a.ID, Section: register.SectionService, Typed: map[string]string{"2.3.1": fmt.Sprint("Ad ", i)}, Seen: 1})
			}()
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case apperr.As(err).Key != "register.application.changed" || apperr.As(err).Kind != apperr.Conflict:
				t.Errorf("the later editor: %v", err)
			}
		}
		if won != 1 {
			t.Errorf("%d editors were kept", won)
		}
		v, _ := h.Application(officer, a.ID)
		if _, err := h.SaveSection(officer, register.SectionEdit{ApplicationID: a.ID, Section: register.SectionService, Typed: map[string]string{"2.3.1": "Yeni ad"}, Seen: v.Revision}); err != nil {
			t.Errorf("who looked again: %v", err)
		}
	})
}

func TestAnOfficerSeesAndChangesTheOwnBodyOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db)
		id, number := h.registered("arzu", "Arayışın verilməsi")
		p, _ := h.Public(t.Context(), number)
		draft, _ := h.Begin(h.as("arzu"), register.KindNew, "", "")
		other := h.as("bahar")
		missing := map[string]error{}
		_, missing["application"] = h.Application(other, id)
		_, missing["draft"] = h.Application(other, draft.ID)
		_, missing["service"] = h.Entry(other, p.ID)
		_, missing["agency"] = h.Service.Agency(other, "QA")
		_, missing["change"] = h.Begin(other, register.KindChange, "", p.ID)
		_, missing["in the name of A"] = h.Begin(other, register.KindNew, h.a.ID, "")
		_, missing["save"] = h.SaveSection(other, register.SectionEdit{ApplicationID: draft.ID, Section: register.SectionService, Seen: 1})
		missing["sign"] = h.Sign(other, draft.ID, 0)
		missing["withdraw"] = h.Withdraw(other, draft.ID, "səbəb")
		missing["contact"] = h.EditAgency(other, register.AgencyEdit{AgencyID: h.a.ID, Contact: contact, Seen: 2})
		missing["unit"] = h.SaveUnit(other, register.UnitEdit{AgencyID: h.a.ID, Code: "X", NameAZ: "Şöbə"})
		missing["use"] = h.SetUsage(other, register.Usage{ServiceID: p.ID, Year: 2025, Requests: 1})
		_, missing["file"] = h.ApplicationFile(other, draft.ID, draft.ID)
		for what, err := range missing {
			if !apperr.Is(err, apperr.NotFound) {
				t.Errorf("%s of A to the officer of B: %v", what, err)
			}
		}
		if page, err := h.Services(other, register.Filter{}); err != nil || len(page.Rows) != 0 {
			t.Errorf("B finds %d services, %v", len(page.Rows), err)
		}
		if page, err := h.Services(other, register.Filter{Query: "arayış", Agency: "QA"}); err != nil || len(page.Rows) != 0 {
			t.Errorf("B finds by search %d services, %v", len(page.Rows), err)
		}
		if page, err := h.Applications(other, register.ApplicationFilter{All: true}); err != nil || len(page.Rows) != 0 || page.Total != 0 {
			t.Errorf("B finds %d applications, %v", len(page.Rows), err)
		}
		if page, err := h.Agencies(other, register.AgencyFilter{}); err != nil || len(page.Rows) != 1 || page.Rows[0].Code != "QB" {
			t.Errorf("B finds %d bodies, %v", len(page.Rows), err)
		}
		if w, err := h.Service.Work(other); err != nil || len(w) != 0 {
			t.Errorf("B has work %v, %v", w, err)
		}
		rows, err := h.Export(other, register.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		for r := range rows {
			t.Errorf("B exports %v", r)
		}
		for who, err := range map[string]error{
			"officer registers":      second(h.Service.Register(h.as("arzu"), id)),
			"officer renames":        h.Rename(h.as("arzu"), register.AgencyChange{AgencyID: h.a.ID, Day: "2026-03-01", Basis: "əsas", NameAZ: "X"}),
			"administrator reads":    second(h.Applications(h.as("rauf"), register.ApplicationFilter{})),
			"employee reads":         second(h.Services(h.as("aytan"), register.Filter{})),
			"operator fills":         second(h.Begin(h.as("ulviyya"), register.KindNew, h.a.ID, "")),
			"assessor decides pairs": h.DecidePair(h.as("orxan"), p.ID, p.ID, true, "səbəb"),
		} {
			if !apperr.Is(err, apperr.Forbidden) {
				t.Errorf("%s: %v", who, err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }
