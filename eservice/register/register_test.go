package register_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

func TestBodiesChangeWithoutRewritingThePast(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db)
		operator := h.as("ulviyya")
		_, number := h.registered("arzu", "Arayışın verilməsi")
		p, _ := h.Public(t.Context(), number)
		h.day("2026-06-01")
		if err := h.Rename(operator, register.AgencyChange{AgencyID: h.a.ID, Day: "2026-04-01", Basis: "Fərman № 2, 20.03.2026", NameAZ: "A Nazirliyi"}); err != nil {
			t.Fatal(fields(err))
		}
		if err := h.Rename(operator, register.AgencyChange{AgencyID: h.a.ID, Day: "2026-03-15", Basis: "Fərman", NameAZ: "Z"}); !strings.Contains(fields(err), "day error.field.date_after") {
			t.Errorf("the past is renamed: %s", fields(err))
		}
		v, err := h.Service.Agency(operator, "QA")
		if err != nil || v.NameOn("2026-03-31", "az") != "A Dövlət Agentliyi" || v.NameOn("2026-04-01", "az") != "A Nazirliyi" {
			t.Errorf("names: %v, %v", v.Names, err)
		}
		draft, _ := h.Begin(h.as("arzu"), register.KindChange, "", p.ID)
		if err := h.Merge(operator, register.AgencyChange{AgencyID: h.a.ID, Day: "2026-05-10", Basis: "Fərman № 3, 01.05.2026", Into: "QA"}); !strings.Contains(fields(err), "into") {
			t.Errorf("merged into itself: %s", fields(err))
		}
		if err := h.Merge(operator, register.AgencyChange{AgencyID: h.a.ID, Day: "2026-05-10", Basis: "Fərman № 3, 01.05.2026", Into: "QB"}); err != nil {
			t.Fatal(fields(err))
		}
		for on, want := range map[string]string{"2026-03-09": "", "2026-03-10": h.a.ID, "2026-05-09": h.a.ID, "2026-05-10": h.b.ID} {
			if got, err := h.AgencyAt(t.Context(), p.ID, dayOf(on)); err != nil || got != want {
				t.Errorf("on %s the service was of %s, want %s (%v)", on, got, want, err)
			}
		}
		e, err := h.Entry(h.as("bahar"), p.ID)
		if err != nil || e.Number != number || e.Agency.Code != "QB" || len(e.Versions) != 2 || e.Versions[0].Cause != "transfer" || e.Versions[1].AgencyID != h.a.ID {
			t.Errorf("after the merger: %s of %s, %v, %v", e.Number, e.Agency.Code, len(e.Versions), err)
		}
		if a, err := h.Application(h.as("bahar"), draft.ID); err != nil || a.Agency.Code != "QB" {
			t.Errorf("the application under way: %v", err)
		}
		if _, err := h.Begin(h.as("arzu"), register.KindNew, "", ""); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("a body that is no more begins: %v", err)
		}
		part, err := h.Split(operator, register.AgencyChange{AgencyID: h.b.ID, Day: "2026-05-20", Basis: "Fərman № 4, 15.05.2026",
			Part: register.NewAgency{Code: "QC", NameAZ: "C Xidməti", Section: register.Central}, Services: []string{p.ID}})
		if err != nil {
			t.Fatal(fields(err))
		}
		if got, _ := h.AgencyAt(t.Context(), p.ID, "2026-05-19"); got != h.b.ID {
			t.Error("the split reaches into the past")
		}
		if got, _ := h.AgencyAt(t.Context(), p.ID, "2026-05-20"); got != part.ID {
			t.Error("the service did not go with the part")
		}
		if err := h.Abolish(operator, register.AgencyChange{AgencyID: part.ID, Day: "2026-05-25", Basis: "Fərman № 5"}); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("a body with services is abolished: %v", err)
		}
	})
}

func TestTheCatalogueIsSearchedAndPaged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db)
		var rows []map[string]string
		names := []string{"Əmlakın qeydiyyatı", "Ünvan arayışı", "Şəxsiyyət vəsiqəsinin verilməsi", "İcazənin verilməsi", "Çıxarışın verilməsi"}
		for i, n := range names {
			r := with(filled(n), "agency", []string{"QA", "QB"}[i%2])
			if i == 4 {
				r["2.3.21"], r["2.3.22"], r["2.3.7"], r["2.3.20"] = "none", "", "in_person", ""
				r["2.3.10"] = "state_body"
			}
			rows = append(rows, r)
		}
		res, err := h.Service.Import(h.as("ulviyya"), imported(sheet(rows...), false))
		if err != nil || res.New != 5 || res.Agencies != 2 {
			t.Fatalf("%+v %s", res, fields(err))
		}
		for name, c := range map[string]struct {
			f    register.Filter
			want string
		}{
			"all, by the alphabet":  {register.Filter{}, "Çıxarışın verilməsi|Əmlakın qeydiyyatı|İcazənin verilməsi|Şəxsiyyət vəsiqəsinin verilməsi|Ünvan arayışı"},
			"folded":                {register.Filter{Query: "SEXSIYYET vesiq"}, "Şəxsiyyət vəsiqəsinin verilməsi"},
			"two words":             {register.Filter{Query: "verilmesi icaze"}, "İcazənin verilməsi"},
			"by number":             {register.Filter{Query: "ER-2026-00002"}, "Ünvan arayışı"},
			"nothing":               {register.Filter{Query: "yoxdur"}, ""},
			"signs only":            {register.Filter{Query: "%%"}, ""},
			"body":                  {register.Filter{Agency: "QB"}, "İcazənin verilməsi|Ünvan arayışı"},
			"level":                 {register.Filter{Level: "none"}, "Çıxarışın verilməsi"},
			"form":                  {register.Filter{Form: "electronic"}, "Əmlakın qeydiyyatı|İcazənin verilməsi|Şəxsiyyət vəsiqəsinin verilməsi|Ünvan arayışı"},
			"form and user":         {register.Filter{Form: "in_person", User: "state_body"}, "Çıxarışın verilməsi"},
			"form, body and search": {register.Filter{Form: "electronic", Agency: "QA", Query: "qeyd"}, "Əmlakın qeydiyyatı"},
		} {
			p, err := h.Catalogue(t.Context(), c.f)
			var got []string
			for _, r := range p.Rows {
				got = append(got, r.NameAZ)
			}
			if err != nil || strings.Join(got, "|") != c.want || p.Total != len(got) {
				t.Errorf("%s: %v of %d, %v", name, got, p.Total, err)
			}
		}
		for _, f := range []register.Filter{{Limit: 2}, {Limit: 2, Form: "in_person"}, {Limit: 2, Query: "ver"}} {
			var seen []string
			for n := 0; ; n++ {
				p, err := h.Catalogue(t.Context(), f)
				if err != nil || n > 4 {
					t.Fatal(err)
				}
				for _, r := range p.Rows {
					seen = append(seen, r.Number)
				}
				if f.After = p.Next; f.After == nil {
					break
				}
			}
			all, _ := h.Catalogue(t.Context(), register.Filter{Form: f.Form, Query: f.Query})
			if len(seen) != len(all.Rows) {
				t.Errorf("%+v: %v in pages, %d at once", f, seen, len(all.Rows))
			}
		}
	})
}

func TestASheetIsTakenWholeOrNotAtAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db)
		operator := h.as("ulviyya")
		_, number := h.registered("arzu", "Arayışın verilməsi")
		good := with(filled("Yeni xidmət"), "agency", "QA")
		for name, c := range map[string]struct {
			rows []map[string]string
			want string
		}{
			"unknown body":       {[]map[string]string{good, with(good, "agency", "QZ")}, "7 agency register.agency.unknown"},
			"number of another":  {[]map[string]string{with(good, "agency", "QB", "register_number", number)}, "2 register_number register.import.other_agency"},
			"number twice":       {[]map[string]string{with(good, "register_number", "ER-2025-00009"), with(good, "register_number", "ER-2025-00009")}, "7 register_number register.import.twice"},
			"no number":          {[]map[string]string{with(good, "register_number", "12")}, "2 register_number register.import.number"},
			"number to come":     {[]map[string]string{with(good, "register_number", "ER-2027-00001")}, "2 register_number register.import.number"},
			"no day":             {[]map[string]string{with(good, "2.3.23a", "Qərar", "2.3.23b", "31.02.2026")}, "2 2.3.23b error.field.date"},
			"unknown code":       {[]map[string]string{with(good, "2.3.21", "super")}, "2 2.3.21 register.field.choice"},
			"unknown code later": {[]map[string]string{with(good, "2.3.7", "electronic\nby_owl")}, "2 2.3.7 register.field.choice"},
			"no money":           {[]map[string]string{with(good, "2.3.17b", "12,505")}, "2 2.3.17b register.field.money"},
			"paid for nothing":   {[]map[string]string{with(good, "2.3.17b", "")}, "2 2.3.17b register.check.paid"},
			"no name":            {[]map[string]string{with(good, "2.3.1", "  ")}, "2 2.3.1 register.check.required"},
			"levels contradict":  {[]map[string]string{with(good, "2.3.21", "none")}, "2 2.3.21 register.check.level_none"},
			"act without day":    {[]map[string]string{with(good, "2.3.6", "Bir qərar")}, "2 2.3.6 register.check.act"},
			"change unfounded":   {[]map[string]string{with(good, "register_number", number, "2.3.1", "Başqa ad")}, "2 2.3.23a register.import.no_basis"},
			"too long":           {[]map[string]string{with(good, "2.3.1", strings.Repeat("ə", 501))}, "2 2.3.1 error.field.too_long"},
			"control character":  {[]map[string]string{with(good, "2.3.2", "a\x01b")}, "2 2.3.2 error.field.characters"},
		} {
			trail := count(t, db, "trail")
			_, err := h.Service.Import(operator, imported(sheet(c.rows...), false))
			if !apperr.Is(err, apperr.Invalid) || !strings.Contains(fields(err), c.want) {
				t.Errorf("%s: %s", name, fields(err))
			}
			if count(t, db, "eservices") != 1 || count(t, db, "trail") != trail {
				t.Fatalf("%s: something was imported", name)
			}
		}
		for name, raw := range map[string]string{"column_missing": "agency,2.3.1\nQA,x\n", "header": "a;b\n", "empty": " \n", "no_rows": strings.Join(register.SheetColumns(), ",") + "\n",
			"column_unknown": strings.Join(append(register.SheetColumns(), "2.3.99"), ",") + "\nx\n", "cells": strings.Join(register.SheetColumns(), ",") + "\nQA,x\n"} {
			in := bytes.NewReader([]byte(raw))
			if _, err := h.Service.Import(operator, imported(in, false)); !apperr.Is(err, apperr.Invalid) || !strings.Contains(fields(err), "table."+name) {
				t.Errorf("%s: %s", name, fields(err))
			}
		}
		if _, err := h.Service.Import(h.as("arzu"), imported(sheet(good), false)); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("an officer imports: %v", err)
		}
		if res, err := h.Service.Import(operator, imported(sheet(good), true)); err != nil || res.New != 1 || count(t, db, "eservices") != 1 {
			t.Errorf("trying out: %+v %s", res, fields(err))
		}
	})
}

// TestWhatIsExportedIsImportedAgain takes the register out and in: nothing
// changes; and into an office that has nothing: everything is there.
func TestWhatIsExportedIsImportedAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db)
		operator := h.as("ulviyya")
		tricky := with(filled("=Düsturla başlayan xidmət"), "agency", "QA", "2.3.2", "- birinci sətir\n+ ikinci, \"dırnaqlı\"\n'tək dırnaq", "2.3.17b", "0,05", "2.3.5", "QB; 1-ci şöbə", "4.6", "yes")
		if _, err := h.Service.Import(operator, imported(sheet(tricky, with(filled("İkinci"), "agency", "QB", "2.3.17a", "free", "2.3.17b", "", "2.3.17c", "", "2.3.17d", "", "2.3.15a", "", "2.3.15b", "", "2.3.15", "yes")), false)); err != nil {
			t.Fatal(fields(err))
		}
		take := func(guard bool) *bytes.Reader {
			rows, err := h.Export(operator, register.Filter{})
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			w := csv.NewWriter(&b)
			_ = w.Write(register.SheetColumns())
			for r, err := range rows {
				if err != nil {
					t.Fatal(err)
				}
				for i, c := range r {
					if guard && c != "" && strings.ContainsAny(strings.TrimLeft(c, "'")[:1], "=+-@") {
						r[i] = "'" + c
					}
				}
				_ = w.Write(r)
			}
			w.Flush()
			return bytes.NewReader(b.Bytes())
		}
		res, err := h.Service.Import(operator, imported(take(true), false))
		if err != nil || res.Same != 2 || res.New+res.Changed != 0 {
			t.Errorf("in again: %+v %s", res, fields(err))
		}
		other := open(t, storetest.Open(t))
		out := take(true)
		res, err = other.Service.Import(other.as("ulviyya"), imported(out, false))
		if err != nil || res.New != 2 {
			t.Fatalf("into an empty office: %+v %s", res, fields(err))
		}
		for _, n := range []string{"ER-2026-00001", "ER-2026-00002"} {
			a, _ := h.Public(t.Context(), n)
			b, err := other.Public(t.Context(), n)
			if err != nil || len(register.Compare(a.Items, b.Items)) != 0 || a.RegisteredOn != b.RegisteredOn || a.Agency.Code != b.Agency.Code {
				t.Errorf("%s differs: %+v, %v", n, register.Compare(a.Items, b.Items), err)
			}
		}
		if _, next := other.registered("arzu", "Üçüncü"); next != "ER-2026-00003" {
			t.Errorf("a number that came from outside is given out again: %s", next)
		}
	})
}

func TestLikelyDuplicatesAreProposedAndDecided(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db)
		operator := h.as("ulviyya")
		_, one := h.registered("arzu", "Daşınmaz əmlakın dövlət qeydiyyatına alınması")
		_, two := h.registered("bahar", "Dasinmaz emlakin dovlet qeydiyyatina alinmasi")
		h.registered("bahar", "Ov biletinin verilməsi")
		pairs, err := h.Pairs(operator, "open", 10)
		if err != nil || len(pairs) != 1 || pairs[0].Likeness != 100 {
			t.Fatalf("proposed: %+v, %v", pairs, err)
		}
		p := pairs[0]
		if err := h.DecidePair(operator, p.OneID, p.OtherID, true, ""); !strings.Contains(fields(err), "reason") {
			t.Errorf("decided without a reason: %s", fields(err))
		}
		if err := h.DecidePair(operator, p.OtherID, p.OneID, false, "Müxtəlif hüquqi əsaslar"); err != nil {
			t.Fatal(err)
		}
		if left, _ := h.Pairs(operator, "open", 10); len(left) != 0 {
			t.Error("a decided pair is proposed again")
		}
		a, _ := h.Begin(h.as("arzu"), register.KindNew, "", "")
		h.fill(h.as("arzu"), a.ID, filled("Daşınmaz əmlakın dövlət qeydiyyatına alınması barədə"))
		v, err := h.Application(h.as("arzu"), a.ID)
		if err != nil || len(v.Alike) != 2 || v.Alike[0].Likeness < 60 || (v.Alike[0].Number != one && v.Alike[0].Number != two) {
			t.Errorf("the officer is shown %+v, %v", v.Alike, err)
		}
	})
}

func TestCodesHoldFromADay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db)
		operator := h.as("ulviyya")
		codes, err := h.Codes(t.Context())
		if err != nil || len(codes.On("2.3.21", "2026-03-10")) != 4 || codes.On("2.3.21", "2026-03-10")[0].Confirmed {
			t.Fatalf("levels: %+v, %v", codes.On("2.3.21", "2026-03-10"), err)
		}
		if err := h.SetCode(operator, register.NewCode{List: "2.3.21", Code: "full", Basis: "Metodik tövsiyə № 3", From: "2026-03-01", End: true}); err != nil {
			t.Fatal(fields(err))
		}
		if err := h.SetCode(operator, register.NewCode{List: "2.3.21", Code: "proactive", NameAZ: "proaktiv", NameEN: "proactive", Electronised: true, Basis: "Metodik tövsiyə № 3", From: "2026-03-01", Confirmed: true}); err != nil {
			t.Fatal(fields(err))
		}
		codes, _ = h.Codes(t.Context())
		if len(codes.On("2.3.21", "2026-02-28")) != 4 || codes.Word("az", "2.3.21", "full") != "tam elektron" {
			t.Error("the past was rewritten")
		}
		in := sheet(with(filled("X xidməti"), "agency", "QA", "2.3.21", "full"))
		if _, err := h.Service.Import(operator, imported(in, false)); !strings.Contains(fields(err), "2.3.21 register.field.choice") {
			t.Errorf("a value that ended is taken: %s", fields(err))
		}
		for want, n := range map[string]register.NewCode{
			"list":    {List: "9.9", Code: "x", NameAZ: "x", NameEN: "x", Basis: "əsas", From: "2026-03-01"},
			"code":    {List: "2.3.21", Code: "Böyük", NameAZ: "x", NameEN: "x", Basis: "əsas", From: "2026-03-01"},
			"from":    {List: "2.3.21", Code: "none", NameAZ: "x", NameEN: "x", Basis: "əsas", From: "2010-03-01"},
			"name_az": {List: "2.3.21", Code: "y", NameEN: "x", Basis: "əsas", From: "2026-03-01"},
		} {
			if err := h.SetCode(operator, n); !strings.Contains(fields(err), want+" ") {
				t.Errorf("%s: %s", want, fields(err))
			}
		}
	})
}

func TestUseOfAServicePerYear(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db)
		_, number := h.registered("arzu", "Arayışın verilməsi")
		p, _ := h.Public(t.Context(), number)
		officer := h.as("arzu")
		for want, u := range map[string]register.Usage{
			"year":       {Year: 2027, Requests: 1},
			"requests":   {Year: 2025, Requests: -1},
			"electronic": {Year: 2025, Requests: 5, Electronic: 6},
		} {
			u.ServiceID = p.ID
			if err := h.SetUsage(officer, u); !strings.Contains(fields(err), want+" ") {
				t.Errorf("%s: %s", want, fields(err))
			}
		}
		if err := h.SetUsage(officer, register.Usage{ServiceID: p.ID, Year: 2025, Requests: 1200, Electronic: 900}); err != nil {
			t.Fatal(err)
		}
		if err := h.SetUsage(officer, register.Usage{ServiceID: p.ID, Year: 2025, Requests: 1}); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("somebody else's figure is overwritten: %v", err)
		}
		if err := h.SetUsage(officer, register.Usage{ServiceID: p.ID, Year: 2025, Requests: 1300, Electronic: 900, Revision: 1}); err != nil {
			t.Fatal(err)
		}
		if p, _ := h.Public(t.Context(), number); len(p.Usage) != 1 || p.Usage[0].Requests != 1300 {
			t.Errorf("the catalogue says %+v", p.Usage)
		}
	})
}

func TestListsAskAFixedNumberOfQueries(t *testing.T) {
	db := storetest.Open(t)
	h := open(t, db)
	operator := h.as("ulviyya")
	measure := func() string {
		c := storetest.CountQueries(db)
		defer c.Reset()
		var out []int
		for _, f := range []func() error{
			func() error { return second(h.Catalogue(t.Context(), register.Filter{Query: "xidmət"})) },
			func() error { return second(h.Services(operator, register.Filter{})) },
			func() error { return second(h.Applications(operator, register.ApplicationFilter{All: true})) },
			func() error { return second(h.Agencies(operator, register.AgencyFilter{})) },
			func() error { return second(h.Service.Work(operator)) },
		} {
			c.Reset()
			if err := f(); err != nil {
				t.Fatal(err)
			}
			out = append(out, c.N())
		}
		return fmt.Sprint(out)
	}
	h.registered("arzu", "Xidmət 0")
	first, _ := h.Begin(h.as("arzu"), register.KindNew, "", "")
	h.fill(h.as("arzu"), first.ID, filled("İlk"))
	_ = h.Sign(h.as("arzu"), first.ID, 0)
	few := measure()
	var rows []map[string]string
	for i := range 60 {
		rows = append(rows, with(filled(fmt.Sprint("Xidmət № ", i)), "agency", "QA"))
	}
	if _, err := h.Service.Import(operator, imported(sheet(rows...), false)); err != nil {
		t.Fatal(fields(err))
	}
	for range 5 {
		a, _ := h.Begin(h.as("arzu"), register.KindNew, "", "")
		h.fill(h.as("arzu"), a.ID, filled("Başqa"))
		_ = h.Sign(h.as("arzu"), a.ID, 0)
	}
	if many := measure(); many != few {
		t.Errorf("queries grow with the register: %s, then %s", few, many)
	}
}

func count(t *testing.T, db *store.DB, table string) (n int) {
	t.Helper()
	if err := db.Read().NewRaw("SELECT COUNT(*) FROM "+table).Scan(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	return n
}
