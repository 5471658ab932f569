package registerweb_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/eservice/register/registerweb"
	"github.com/kis-platform/kis/eservice/register/request"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

// programs asks the API of a register with a token of each person.
type programs struct {
	desk
	tokens map[string]string
}

func openAPI(t *testing.T, db *store.DB) *programs {
	t.Helper()
	d := newDesk(t, db)
	d.Site = webtest.New(t, func(r *web.Router) { registerweb.Register(r, d.svc, request.New(d.svc)) }, func(o *web.Options) {
		o.Users, o.Tokens, o.Sessions, o.Clock, o.TokenRate = d.Service, d.Service, store.NewSessions(db), db.Now, 1_000_000
	})
	a, err := d.svc.Agency(d.System(), "QA")
	if err == nil { // services that are paid for need an account
		err = d.svc.EditAgency(d.System(), register.AgencyEdit{AgencyID: a.ID, Seen: a.Revision, Contact: map[string]string{"2.5.1a": "AZ1000", "2.5.1b": "Bakı", "2.5.2a": "+994 12 555 00 01",
			"2.5.2c": "https://qa.example", "2.5.2d": "info@qa.example", "2.5.2e": "09:00–18:00", "2.5.3": "AZ00 NABZ 0000"}})
	}
	if err != nil {
		t.Fatal(err)
	}
	// An officer of another body.
	if _, err := d.svc.CreateAgency(d.System(), register.NewAgency{Code: "QB", NameAZ: "B Agentliyi", Section: register.Local, Basis: "Fərman № 2"}); err != nil {
		t.Fatal(err)
	}
	hash, err := office.HashPassword(d.System(), kistest.Password)
	if err == nil {
		_, err = d.CreateUser(d.System(), office.NewUser{Email: kistest.Email("bahar"), Name: "Bahar Məsul", PositionAZ: "məsul şəxs", PositionEN: "officer", Hash: hash, Since: "2024-01-03",
			Grants: []office.NewGrant{{Role: policies.AgencyOfficer, AgencyCode: "QB"}}})
	}
	if err != nil {
		t.Fatal(err)
	}
	return &programs{d, map[string]string{}}
}

type object = map[string]any

// ask sends a request of a person's program.
func (p *programs) ask(method, key, path string, body any) *webtest.Answer {
	p.t.Helper()
	if p.tokens[key] == "" {
		u, err := p.UserByEmail(p.System(), kistest.Email(key))
		if err != nil {
			p.t.Fatal(err)
		}
		_, p.tokens[key], err = p.CreateToken(actor.With(p.t.Context(), actor.Program("test")), office.NewToken{UserID: u.ID, Name: "proqram"})
		if err != nil {
			p.t.Fatal(err)
		}
	}
	raw, err := json.Marshal(body)
	if err != nil {
		p.t.Fatal(err)
	}
	r := httptest.NewRequest(method, "/api/v1"+path, strings.NewReader(string(raw)))
	r.Header.Set("Authorization", "Bearer "+p.tokens[key])
	r.Header.Set("Content-Type", "application/json")
	return p.Site.Nobody().Do(r)
}

type toldApplication struct {
	ID, Number, State string
	Revision, Round   int
	Steps             []string
	Items             []struct{ Clause, Text string }
	Problems          []struct{ Clause, Rule string }
	Defects           []struct{ Clause, Text string }
}

func (p *programs) application(a *webtest.Answer) (out toldApplication) {
	p.t.Helper()
	if err := json.Unmarshal([]byte(a.Body), &out); err != nil {
		p.t.Fatalf("%v: %s", err, a.Body)
	}
	return out
}

// wrong are the fields of a refusal.
func wrong(t *testing.T, a *webtest.Answer) (out []string) {
	t.Helper()
	var p struct {
		Message string
		Errors  []struct{ Field, Message string }
	}
	if err := json.Unmarshal([]byte(a.Body), &p); err != nil {
		t.Fatalf("%v: %s", err, a.Body)
	}
	for _, e := range p.Errors {
		if e.Message == "" || strings.Contains(e.Message, "⟦") {
			t.Errorf("%s is refused without a word: %q", e.Field, e.Message)
		}
		out = append(out, e.Field)
	}
	return out
}

// items is a complete questionnaire as the API writes it.
func items(name string) (out []object) {
	for clause, text := range map[string]string{"2.3.1": name, "2.3.2": "Məzmun", "2.3.6": "Qərar № 7, 12.05.2014", "2.3.7": "electronic\nin_person", "2.3.8": "portal", "2.3.9": "Arayış",
		"2.3.10": "natural_person", "2.3.11": "5 working_day", "2.3.12a": "09–18", "2.3.13": "Bakı", "2.3.14": "İmtina", "2.3.15a": "Ərizə\nVəsiqə", "2.3.15b": "scan\npaper_copy",
		"2.3.17a": "paid", "2.3.17b": "1250", "2.3.17c": "Qanun № 7", "2.3.17d": "kart", "2.3.18": "Prosedur", "2.3.19": "Şikayət", "2.3.20": "Portal", "2.3.21": "full", "2.3.22": "full",
		"4.2.1": "yes", "4.2.2": "yes", "4.2.3": "yes", "4.5.6": "2026-09-01"} {
		out = append(out, object{"clause": clause, "text": text})
	}
	return out
}

// TestAProgramTakesAServiceThroughTheRegister: begin, fill in, sign, find,
// notify, correct, register; each step is refused to who may not take it, to
// the officer of another body as if there were nothing, a second time as a
// conflict, and what does not fit by its field. A refusal changes nothing.
func TestAProgramTakesAServiceThroughTheRegister(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := openAPI(t, db)
		const list = "/applications"
		p.ask("POST", "ulviyya", list, object{"kind": "new"}).Want(http.StatusForbidden)
		p.ask("POST", "arzu", list, object{"kind": "other"}).Want(http.StatusUnprocessableEntity)
		qa, err := p.svc.Agency(p.System(), "QA")
		if err != nil {
			t.Fatal(err)
		}
		p.ask("POST", "bahar", list, object{"kind": "new", "agency_id": qa.ID}).Want(http.StatusNotFound)
		a := p.application(p.ask("POST", "arzu", list, object{"kind": "new"}).Want(http.StatusCreated))
		if a.State != "draft" || a.Revision != 1 || !slices.Contains(a.Steps, "sign") || len(a.Problems) == 0 {
			t.Fatalf("begun: %+v", a)
		}
		at := list + "/" + a.ID
		unchanged := func() {
			t.Helper()
			if got := p.application(p.ask("GET", "arzu", at, nil).Want(http.StatusOK)); got.State != a.State || got.Revision != a.Revision || got.Round != a.Round || len(got.Items) != len(a.Items) {
				t.Errorf("a refusal changed the application: %+v", got)
			}
		}

		// What does not fit is named by its item, several at once, and nothing is kept.
		bad := []object{{"clause": "2.3.1", "text": "Arayış"}, {"clause": "4.5.6", "text": "2026-02-30"}, {"clause": "2.3.17b", "text": "12,50"}, {"clause": "2.3.21", "text": "most"}, {"clause": "9.9", "text": "x"}, {"clause": "2.3.16", "text": "x"}}
		if got := wrong(t, p.ask("POST", "arzu", at+"/items", object{"revision": 1, "items": bad}).Want(http.StatusUnprocessableEntity)); !slices.Equal(got, []string{"i2_3_17b"}) {
			t.Errorf("money that is none: %v", got)
		}
		bad = slices.Delete(bad, 2, 3)
		got := wrong(t, p.ask("POST", "arzu", at+"/items", object{"revision": 1, "items": bad}).Want(http.StatusUnprocessableEntity))
		for _, want := range []string{"i4_5_6", "i2_3_21", "i9_9", "i2_3_16"} {
			if !slices.Contains(got, want) {
				t.Errorf("%s is not named: %v", want, got)
			}
		}
		p.ask("POST", "arzu", at+"/items", object{"revision": 1, "items": []object{{"clause": "2.3.1", "text": "a"}, {"clause": "2.3.1", "text": "b"}}}).Want(http.StatusUnprocessableEntity)
		p.ask("POST", "arzu", at+"/items", object{"revision": "1"}).Want(http.StatusUnprocessableEntity)
		p.ask("POST", "arzu", at+"/items", object{"revision": 1, "item": 1}).Want(http.StatusUnprocessableEntity)
		p.ask("POST", "bahar", at+"/items", object{"revision": 1, "items": items("Özgə")}).Want(http.StatusNotFound)
		p.ask("POST", "ulviyya", at+"/items", object{"revision": 1, "items": items("Özgə")}).Want(http.StatusForbidden)
		if got := wrong(t, p.ask("POST", "arzu", at+"/sign", object{}).Want(http.StatusUnprocessableEntity)); !slices.Contains(got, "i2_3_1") {
			t.Errorf("an empty questionnaire: %v", got)
		}
		unchanged()

		// Kept as you go: some items, then all; the same again is no new revision.
		a = p.application(p.ask("POST", "arzu", at+"/items", object{"revision": 1, "items": items("Ünvan arayışı")[:3]}).Want(http.StatusOK))
		p.ask("POST", "arzu", at+"/items", object{"revision": 1, "items": items("Ünvan arayışı")}).Want(http.StatusConflict)
		a = p.application(p.ask("POST", "arzu", at+"/items", object{"revision": a.Revision, "items": items("Ünvan arayışı")}).Want(http.StatusOK))
		again := p.application(p.ask("POST", "arzu", at+"/items", object{"revision": a.Revision, "items": a.Items}).Want(http.StatusOK))
		if len(a.Problems) != 0 || again.Revision != a.Revision || !slices.Equal(again.Items, a.Items) {
			t.Errorf("what was told and sent back: problems %v, revision %d then %d", a.Problems, a.Revision, again.Revision)
		}

		for _, step := range []string{"notify", "register", "refuse", "defects"} { // not signed yet: a draft is the body's own
			if s := p.ask("POST", "ulviyya", at+"/"+step, object{"text": "səbəb var"}).Status; s != http.StatusNotFound && s != http.StatusConflict && s != http.StatusUnprocessableEntity {
				t.Errorf("%s of a draft: %d", step, s)
			}
		}
		p.ask("POST", "arzu", at+"/sign", object{"revision": a.Revision - 1}).Want(http.StatusConflict)
		unchanged()
		p.ask("POST", "bahar", at+"/sign", object{}).Want(http.StatusNotFound)
		a = p.application(p.ask("POST", "arzu", at+"/sign", object{"revision": a.Revision}).Want(http.StatusOK))
		if a.State != "submitted" || a.Round != 1 {
			t.Errorf("signed: %+v", a)
		}
		p.ask("POST", "arzu", at+"/sign", object{}).Want(http.StatusConflict)
		p.ask("POST", "arzu", at+"/items", object{"revision": a.Revision, "items": items("Başqa")}).Want(http.StatusConflict)

		for _, key := range []string{"arzu", "bahar", "rauf"} { // who signed, another body, who decides nothing
			p.ask("POST", key, at+"/register", nil).Want(http.StatusForbidden)
		}
		p.ask("POST", "ulviyya", at+"/defects", object{"clause": "2.3.99", "text": "x"}).Want(http.StatusUnprocessableEntity)
		p.ask("POST", "ulviyya", at+"/notify", object{"text": ""}).Want(http.StatusConflict) // nothing was found
		unchanged()
		p.ask("POST", "ulviyya", at+"/defects", object{"clause": "2.3.13", "text": "Ünvan natamamdır"}).Want(http.StatusOK)
		p.ask("POST", "ulviyya", at+"/register", nil).Want(http.StatusConflict)
		a = p.application(p.ask("POST", "ulviyya", at+"/notify", object{"text": ""}).Want(http.StatusOK))
		if a.State != "returned" || len(a.Defects) != 1 || a.Defects[0].Clause != "2.3.13" {
			t.Errorf("returned: %+v", a)
		}
		p.ask("POST", "ulviyya", at+"/notify", object{"text": ""}).Want(http.StatusConflict)
		a = p.application(p.ask("POST", "arzu", at+"/items", object{"revision": a.Revision, "items": []object{{"clause": "2.3.13", "text": "Bakı, Nizami 1"}}}).Want(http.StatusOK))
		a = p.application(p.ask("POST", "arzu", at+"/sign", object{"revision": a.Revision}).Want(http.StatusOK))
		a = p.application(p.ask("POST", "ulviyya", at+"/register", nil).Want(http.StatusOK))
		if a.State != "registered" || a.Round != 2 {
			t.Errorf("registered: %+v", a)
		}
		p.ask("POST", "ulviyya", at+"/register", nil).Want(http.StatusConflict)
		p.ask("POST", "arzu", at+"/withdraw", object{"text": "səbəb var"}).Want(http.StatusConflict)
		public, err := p.svc.Public(t.Context(), "ER-2026-00001")
		if err != nil || public.Items.Get("2.3.13") != "Bakı, Nizami 1" || public.Items.Get("2.3.17b") != "1250" {
			t.Fatalf("the catalogue: %+v %v", public.Items, err)
		}
		p.useAndWithdraw(public.ID)
	})
}

// useAndWithdraw records the use of a service and gives a change of it up.
func (p *programs) useAndWithdraw(service string) {
	t, at := p.t, "/services/"+service+"/usage"
	p.ask("POST", "bahar", at, object{"year": 2025, "requests": 1, "electronic": 1}).Want(http.StatusNotFound)
	if got := wrong(t, p.ask("POST", "arzu", at, object{"year": 2025, "requests": 10, "electronic": 20}).Want(http.StatusUnprocessableEntity)); !slices.Equal(got, []string{"electronic"}) {
		t.Errorf("more electronic requests than requests: %v", got)
	}
	p.ask("POST", "arzu", at, object{"year": 2025, "requests": 1200, "electronic": 900}).Want(http.StatusOK)
	p.ask("POST", "arzu", at, object{"year": 2025, "requests": 1, "electronic": 0}).Want(http.StatusConflict) // somebody recorded it since
	change := object{"kind": "change", "service_id": service}
	p.ask("POST", "bahar", "/applications", change).Want(http.StatusNotFound)
	c := p.application(p.ask("POST", "arzu", "/applications", change).Want(http.StatusCreated))
	p.ask("POST", "arzu", "/applications", change).Want(http.StatusConflict) // one at a time
	p.ask("POST", "arzu", "/applications/"+c.ID+"/withdraw", object{"text": ""}).Want(http.StatusUnprocessableEntity)
	p.ask("POST", "bahar", "/applications/"+c.ID+"/withdraw", object{"text": "səbəb var"}).Want(http.StatusNotFound)
	if c = p.application(p.ask("POST", "arzu", "/applications/"+c.ID+"/withdraw", object{"text": "Artıq lazım deyil"}).Want(http.StatusOK)); c.State != "withdrawn" {
		t.Errorf("given up: %+v", c)
	}
	p.ask("POST", "arzu", "/applications/"+c.ID+"/withdraw", object{"text": "Artıq lazım deyil"}).Want(http.StatusConflict)
}
