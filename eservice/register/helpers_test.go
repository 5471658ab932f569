package register_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// house is an office with a register, two bodies and an officer of each.
type house struct {
	*kistest.Office
	*register.Service
	t    testing.TB
	a, b register.Agency
}

// contact is a filled section on a body.
var contact = map[string]string{"2.5.1a": "AZ1000, Bakı şəhəri, Nizami küçəsi 1", "2.5.1b": "Bakı şəhəri, Nizami küçəsi 1", "2.5.2a": "+994 12 555 00 01",
	"2.5.2c": "https://qurum.example", "2.5.2d": "info@qurum.example", "2.5.2e": "B.e.–cümə 09:00–18:00", "2.5.3": "AZ00 NABZ 0000 0000 0000 0000 0001"}

func open(t testing.TB, db *store.DB) *house {
	t.Helper()
	storetest.ClockOf(db).SetDay("2026-03-10")
	o := kistest.NewOffice(t, db)
	h := &house{Office: o, Service: register.New(o.Service), t: t}
	if err := h.LoadReference(); err != nil {
		t.Fatal(err)
	}
	h.a, h.b = h.body("QA", "A Dövlət Agentliyi"), h.body("QB", "B İcra Hakimiyyəti")
	h.officer("arzu", "QA")
	h.officer("bahar", "QB")
	return h
}

// LoadReference shadows both services' own: the office has loaded its part.
func (h *house) LoadReference() error { return h.Service.LoadReference(h.System()) }

func (h *house) body(code, name string) register.Agency {
	h.t.Helper()
	a, err := h.CreateAgency(h.System(), register.NewAgency{Code: code, NameAZ: name, Section: register.Central, Basis: "Fərman № 1, 01.01.2020"})
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.EditAgency(h.System(), register.AgencyEdit{AgencyID: a.ID, Contact: contact, Seen: 1}); err != nil {
		h.t.Fatal(err)
	}
	return a
}

func (h *house) officer(key, agency string) {
	h.t.Helper()
	hash, err := office.HashPassword(h.System(), kistest.Password)
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.CreateUser(h.System(), office.NewUser{Email: kistest.Email(key), Name: strings.ToUpper(key[:1]) + key[1:] + " Məsul", PositionAZ: "məsul şəxs", PositionEN: "responsible person",
		DepartmentCode: "SSS", Hash: hash, Since: "2024-01-03", Grants: []office.NewGrant{{Role: policies.AgencyOfficer, AgencyCode: agency}}}); err != nil {
		h.t.Fatal(err)
	}
}

// as is a person; officers are found by their address.
func (h *house) as(key string) context.Context {
	h.t.Helper()
	u, err := h.UserByEmail(h.System(), kistest.Email(key))
	if err != nil {
		h.t.Fatal(err)
	}
	a, err := h.ActorOf(h.System(), u.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	return actor.With(h.t.Context(), a)
}

func (h *house) day(d string) { storetest.ClockOf(h.Service.DB).SetDay(d) }

// filled is what a complete questionnaire holds, by clause.
func filled(name string) map[string]string {
	return map[string]string{
		"2.3.1": name, "2.3.2": "Müraciət edən şəxsə məlumatın verilməsi", "2.3.6": "Nazirlər Kabinetinin 12.05.2014-cü il tarixli 123 nömrəli qərarı",
		"2.3.7": "electronic\nin_person", "2.3.8": "portal", "2.3.9": "Arayış", "2.3.10": "natural_person\nlegal_person", "2.3.11": "5 working_day",
		"2.3.12a": "İş günləri 09:00–18:00", "2.3.13": "Bakı şəhəri, Nizami küçəsi 1", "2.3.14": "Sənədlər natamam olduqda imtina edilir",
		"2.3.15a": "Ərizə\nŞəxsiyyət vəsiqəsi", "2.3.15b": "electronic_signed\nscan", "2.3.17a": "paid", "2.3.17b": "12,50", "2.3.17c": "Qanun № 7, 01.02.2010", "2.3.17d": "bank kartı",
		"2.3.18": "Müraciət 1 iş günü qeydiyyata alınır", "2.3.19": "İnzibati qaydada şikayət", "2.3.20": "Xidmətlər portalı", "2.3.21": "interactive", "2.3.22": "partial",
		"4.2.1": "yes", "4.2.2": "yes", "4.2.3": "yes", "4.5.6": "20.02.2026",
	}
}

// fill saves all pages of the form.
func (h *house) fill(ctx context.Context, id string, values map[string]string) {
	h.t.Helper()
	v, err := h.Application(ctx, id)
	if err != nil {
		h.t.Fatal(err)
	}
	seen := v.Revision
	for _, s := range register.Sections(v.Kind) {
		if seen, err = h.SaveSection(ctx, register.SectionEdit{ApplicationID: id, Section: s, Typed: values, Seen: seen}); err != nil {
			h.t.Fatalf("%s: %v", s, fields(err))
		}
	}
}

// registered takes a new service all the way.
func (h *house) registered(officer, name string) (applicationID, number string) {
	h.t.Helper()
	ctx := h.as(officer)
	a, err := h.Begin(ctx, register.KindNew, "", "")
	if err != nil {
		h.t.Fatal(err)
	}
	h.fill(ctx, a.ID, filled(name))
	if err := h.Sign(ctx, a.ID, 0); err != nil {
		h.t.Fatal(fields(err))
	}
	number, err = h.Service.Register(h.as("ulviyya"), a.ID)
	if err != nil {
		h.t.Fatal(fields(err))
	}
	return a.ID, number
}

// fields shows what an error says of fields.
func fields(err error) string {
	if err == nil {
		return ""
	}
	e := apperr.As(err)
	var out []string
	for _, f := range e.Fields {
		if f.Row > 0 {
			out = append(out, strings.Join([]string{itoa(f.Row), f.Name, f.Key}, " "))
		} else {
			out = append(out, f.Name+" "+f.Key)
		}
	}
	slices.Sort(out)
	return strings.Join(append([]string{string(e.Kind) + " " + e.Key}, out...), "; ")
}

func itoa(n int) string {
	s := ""
	for ; n > 0; n /= 10 {
		s = string(rune('0'+n%10)) + s
	}
	return s
}

// sheet writes rows under the header of a sheet of services.
func sheet(rows ...map[string]string) *bytes.Reader {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(register.SheetColumns())
	for _, r := range rows {
		var line []string
		for _, c := range register.SheetColumns() {
			line = append(line, r[c])
		}
		_ = w.Write(line)
	}
	w.Flush()
	return bytes.NewReader(b.Bytes())
}

func with(m map[string]string, pairs ...string) map[string]string {
	out := map[string]string{}
	for k, v := range m {
		out[k] = v
	}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

func imported(in *bytes.Reader, dry bool) register.ImportRequest {
	return register.ImportRequest{File: in, Size: in.Size(), Name: "xidmetler.csv", DryRun: dry}
}

func dayOf(s string) day.Day { return day.Day(s) }
