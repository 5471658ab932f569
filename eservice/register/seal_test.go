package register_test

import (
	"slices"
	"testing"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// busy is a register in which everything that is sealed has happened.
func busy(t *testing.T, db *store.DB) *house {
	t.Helper()
	h := open(t, db)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(fields(err))
		}
	}
	before, err := h.KIS.ReferenceNow(h.System())
	must(err)
	must(h.KIS.KeepReference(h.System(), before))
	arzu, operator := h.as("arzu"), h.as("ulviyya")
	h.registered("arzu", "Arayışın verilməsi")
	_, number := h.registered("bahar", "Arayışın verilməsi")
	a, err := h.Begin(arzu, register.KindNew, "", "")
	must(err)
	h.fill(arzu, a.ID, filled("Lisenziyanın verilməsi"))
	must(h.Sign(arzu, a.ID, 0))
	must(h.Find(operator, a.ID, register.Defect{Clause: "2.3.6", Text: "aktın tarixi yoxdur"}))
	must(h.Notify(operator, a.ID, ""))
	list, err := h.Services(operator, register.Filter{})
	must(err)
	for _, r := range list.Rows {
		must(h.SetUsage(h.as(map[string]string{h.a.ID: "arzu", h.b.ID: "bahar"}[r.AgencyID]), register.Usage{ServiceID: r.ID, Year: 2025, Requests: 10, Electronic: 5}))
	}
	must(h.SaveUnit(arzu, register.UnitEdit{AgencyID: h.a.ID, Code: "S1", NameAZ: "Xidmət şöbəsi", Contact: contact}))
	pairs, err := h.Pairs(operator, "open", 10)
	must(err)
	for _, p := range pairs {
		must(h.DecidePair(operator, p.OneID, p.OtherID, false, "başqa orqanlar"))
	}
	must(h.SetCode(operator, register.NewCode{List: "2.3.8", Code: "x", NameAZ: "x", NameEN: "x", Basis: "Qərar", From: "2026-03-10"}))
	_, err = h.Service.Import(operator, imported(sheet(with(filled("Arayışın onlayn verilməsi"), "agency", "QB", "register_number", number, "2.3.23a", "Qərar № 9, 01.03.2026", "2.3.23b", "01.03.2026")), false))
	must(err)
	h.day("2026-03-20")
	must(h.Rename(operator, register.AgencyChange{AgencyID: h.a.ID, Day: "2026-03-18", Basis: "Fərman № 2, 18.03.2026", NameAZ: "A Xidməti"}))
	b, err := h.Begin(h.as("bahar"), register.KindNew, "", "")
	must(err)
	h.fill(h.as("bahar"), b.ID, filled("İcazənin verilməsi"))
	must(h.Merge(operator, register.AgencyChange{AgencyID: h.b.ID, Day: "2026-03-19", Basis: "Fərman № 3, 19.03.2026", Into: "QA"}))
	return h
}

// TestWhatTheRegisterHoldsIsSealed: what people did through the program fits
// the seals in the trail; what was changed past it is named.
func TestWhatTheRegisterHoldsIsSealed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := busy(t, db)
		faults := func() (keys []string) {
			_, err := h.KIS.VerifySeals(h.System(), func(f store.Fault) {
				if !f.Note {
					keys = append(keys, f.Key)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			return keys
		}
		if keys := faults(); len(keys) != 0 {
			t.Fatalf("nothing was changed: %v", keys)
		}
		storetest.Unlock(t, db)
		had := []string{}
		for _, x := range []struct{ sql, part string }{
			{"UPDATE agency_names SET name_az = 'x'", "names"},
			{"UPDATE agency_units SET name_az = 'x'", "units"},
			{"UPDATE register_rounds SET signature = 'x'", "rounds"},
			{"UPDATE register_defects SET text = 'x'", "defects"},
			{"DELETE FROM register_events WHERE verb = 'find'", "steps"},
			{"UPDATE eservice_versions SET actor = 'x'", "register_versions"},
			{"UPDATE eservice_usage SET requests = 11", "usage"},
			{"UPDATE eservice_pairs SET state = 'same'", "pairs"},
			{"UPDATE eservice_holders SET from_day = '2020-01-01' WHERE from_day = (SELECT MAX(from_day) FROM eservice_holders)", "holders"},
			{"UPDATE eservices SET level = 'none'", "facts"},
			{"UPDATE register_codes SET name_az = 'x'", "register_codes"},
			{"UPDATE agencies SET contact = '{}'", ""},
			{"UPDATE register_applications SET due = '2030-01-01' WHERE due <> ''", ""},
		} {
			storetest.Tamper(t, db, x.sql)
			now := faults()
			if key := "verify.seal.part." + x.part; len(now) <= len(had) || (x.part != "" && (slices.Contains(had, key) || !slices.Contains(now, key))) {
				t.Errorf("%s: %v", x.sql, now)
			}
			had = now
		}
	})
}

// TestAnApplicationIsFoundByItsNameHoweverItIsTyped: in small or capital
// letters, with or without the letters of Azerbaijani; also one that an older
// program entered, once this one has started.
func TestAnApplicationIsFoundByItsNameHoweverItIsTyped(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db)
		h.registered("arzu", "Əlilliyin İlk təyini")
		found := func() {
			t.Helper()
			for _, q := range []string{"Əlilliyin", "əlilliyin ilk", "ƏLİLLİYİN İLK", "elilliyin", "em-2026-001"} {
				if page, err := h.Applications(h.as("ulviyya"), register.ApplicationFilter{All: true, Query: q}); err != nil || len(page.Rows) != 1 || page.Total != 1 {
					t.Errorf("%s: %d of %d %v", q, len(page.Rows), page.Total, err)
				}
			}
		}
		found()
		storetest.Tamper(t, db, "UPDATE register_applications SET search_key = ''")
		if err := h.LoadReference(); err != nil {
			t.Fatal(err)
		}
		found()
	})
}
