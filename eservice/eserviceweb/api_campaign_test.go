package eserviceweb_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/eservice/eserviceweb"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reference"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

// programs asks the API of assessments with a token of each person of an office
// that has the sample of services and the officers of Q01 and Q02.
type programs struct {
	*kistest.Office
	*webtest.Site
	t      *testing.T
	tokens map[string]string
}

func openAPI(t *testing.T, db *store.DB) *programs {
	t.Helper()
	storetest.ClockOf(db).SetDay("2026-11-02")
	o := kistest.NewOffice(t, db)
	svc := eservice.New(o.Service)
	if err := svc.LoadReference(o.System()); err != nil {
		t.Fatal(err)
	}
	f, err := reference.Open(reference.AssessmentsSample)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := svc.Import(o.System(), eservice.ImportRequest{Reader: f, Name: "f.csv"}); err != nil {
		t.Fatal(err)
	}
	p := &programs{o, webtest.New(t, func(r *web.Router) { eserviceweb.Register(r, svc, campaign.New(o.Service, svc), nil) }, func(opt *web.Options) {
		opt.Users, opt.Tokens, opt.Sessions, opt.Clock, opt.TokenRate = o.Service, o.Service, store.NewSessions(db), db.Now, 1_000_000
	}), t, map[string]string{}}
	p.person("arzu", office.NewGrant{Role: policies.AgencyOfficer, AgencyCode: "Q01"})
	p.person("bahar", office.NewGrant{Role: policies.AgencyOfficer, AgencyCode: "Q02"})
	p.person("ikinci", office.NewGrant{Role: policies.Assessor})
	return p
}

func (p *programs) person(key string, g office.NewGrant) {
	p.t.Helper()
	hash, err := office.HashPassword(p.System(), kistest.Password)
	if err == nil {
		_, err = p.CreateUser(p.System(), office.NewUser{Email: kistest.Email(key), Name: key + " Məsul", PositionAZ: "vəzifə", PositionEN: "position", DepartmentCode: "SSS", Hash: hash, Since: "2024-01-03", Grants: []office.NewGrant{g}})
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

type object = map[string]any

func (p *programs) id(key string) string {
	p.t.Helper()
	u, err := p.UserByEmail(p.System(), kistest.Email(key))
	if err != nil {
		p.t.Fatal(err)
	}
	return u.ID
}

func (p *programs) ask(method, key, path string, body any) *webtest.Answer {
	p.t.Helper()
	if p.tokens[key] == "" {
		_, token, err := p.CreateToken(p.System(), office.NewToken{UserID: p.id(key), Name: "proqram"})
		if err != nil {
			p.t.Fatal(err)
		}
		p.tokens[key] = token
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

func told[T any](p *programs, a *webtest.Answer) (out T) {
	p.t.Helper()
	if err := json.Unmarshal([]byte(a.Body), &out); err != nil {
		p.t.Fatalf("%v: %s", err, a.Body)
	}
	return out
}

// wrong are the fields of a refusal, each with a word.
func (p *programs) wrong(a *webtest.Answer) (out []string) {
	p.t.Helper()
	for _, e := range told[struct {
		Errors []struct{ Field, Message string }
	}](p, a.Want(http.StatusUnprocessableEntity)).Errors {
		if e.Message == "" || strings.Contains(e.Message, "⟦") {
			p.t.Errorf("%s is refused without a word: %q", e.Field, e.Message)
		}
		out = append(out, e.Field)
	}
	return out
}

type toldCampaign struct {
	ID, Number, State string
	Steps             []string
	List              []struct {
		ID, Code, State string
		Open            int
	}
}

type toldBody struct {
	State    string
	Services []struct {
		ID       string
		Revision int
		Scored   bool
	}
}

// TestAProgramTakesACampaignToItsEnd: plan, assign, score, conclude, opinions,
// replies, final, published; each step is refused to who may not take it, to
// another body's officer as if there were nothing, a second time as a conflict
// and with what does not fit by its field.
func TestAProgramTakesACampaignToItsEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := openAPI(t, db)
		plan := object{"year": 2026, "title": "2026-cı ilin qiymətləndirilməsi", "basis": "Qayda", "scheme": "2025", "from": "2026-09-01", "to": "2026-11-30", "reply_days": 5, "agencies": []string{"Q01", "Q02"}}
		with := func(field string, value any) object {
			out := object{}
			for k, v := range plan {
				out[k] = v
			}
			out[field] = value
			return out
		}
		for _, key := range []string{"orxan", "arzu", "rafael"} {
			p.ask("POST", key, "/campaigns", plan).Want(http.StatusForbidden)
		}
		for field, value := range map[string]any{"from": "2026-02-30", "to": "01.11.2026", "scheme": "none", "agencies": []string{"XX"}, "year": 1, "title": "", "reply_days": 99, "sample_percent": 101} {
			if got := p.wrong(p.ask("POST", "nigar", "/campaigns", with(field, value))); !slices.Equal(got, []string{field}) {
				t.Errorf("%s %v: named %v", field, value, got)
			}
		}
		k := told[toldCampaign](p, p.ask("POST", "nigar", "/campaigns", plan).Want(http.StatusCreated))
		if k.State != "planned" || len(k.List) != 2 || !slices.Contains(k.Steps, "start") {
			t.Fatalf("planned: %+v", k)
		}
		p.wrong(p.ask("POST", "nigar", "/campaigns", plan)) // the year has its campaign
		at := "/campaigns/" + k.ID
		step := func(key, verb string, body any, status int) *webtest.Answer {
			t.Helper()
			return p.ask("POST", key, at+"/"+verb, body).Want(status)
		}
		p.ask("GET", "arzu", at, nil).Want(http.StatusNotFound) // no opinion was sent
		step("nigar", "start", nil, http.StatusConflict)        // nobody assesses
		if got := p.wrong(p.ask("POST", "nigar", at+"/assign", object{"assessor_id": p.id("arzu")})); !slices.Equal(got, []string{"assessor"}) {
			t.Errorf("an officer as assessor: %v", got)
		}
		step("orxan", "assign", object{"assessor_id": p.id("orxan")}, http.StatusForbidden)
		step("nigar", "assign", object{"assessor_id": p.id("orxan")}, http.StatusOK)
		step("nigar", "start", nil, http.StatusOK)
		step("nigar", "start", nil, http.StatusConflict)
		step("nigar", "conclude", nil, http.StatusConflict) // nothing is scored

		bodies := map[string]string{}
		for _, b := range k.List {
			bodies[b.Code] = at + "/bodies/" + b.ID
		}
		p.score(bodies)
		step("arzu", "conclude", nil, http.StatusForbidden)
		step("nigar", "conclude", nil, http.StatusOK)
		step("nigar", "conclude", nil, http.StatusConflict)
		step("nigar", "send", nil, http.StatusConflict) // nothing is written
		for _, b := range bodies {
			p.ask("POST", "orxan", b+"/opinion", object{"opinion": "Xidmətlər əsasən elektrondur.", "proposals": "İnteqrasiya tamamlansın."}).Want(http.StatusOK)
		}
		p.ask("GET", "arzu", bodies["Q01"], nil).Want(http.StatusNotFound) // written, not sent
		p.ask("POST", "nigar", bodies["Q01"]+"/send", nil).Want(http.StatusOK)
		p.ask("POST", "nigar", bodies["Q01"]+"/send", nil).Want(http.StatusConflict)
		step("nigar", "send", nil, http.StatusOK)
		p.ask("GET", "arzu", bodies["Q01"], nil).Want(http.StatusOK)
		p.ask("GET", "arzu", bodies["Q02"], nil).Want(http.StatusNotFound)
		p.ask("POST", "arzu", bodies["Q02"]+"/reply", object{"agrees": true}).Want(http.StatusNotFound)
		p.ask("POST", "orxan", bodies["Q01"]+"/reply", object{"agrees": true}).Want(http.StatusForbidden)
		p.wrong(p.ask("POST", "arzu", bodies["Q01"]+"/reply", object{"agrees": false}))
		p.ask("POST", "arzu", bodies["Q01"]+"/reply", object{"agrees": false, "text": "Portal ilə inteqrasiya mövcuddur."}).Want(http.StatusOK)
		p.ask("POST", "arzu", bodies["Q01"]+"/reply", object{"agrees": true}).Want(http.StatusConflict)
		p.ask("POST", "bahar", bodies["Q02"]+"/reply", object{"agrees": true}).Want(http.StatusOK)
		step("nigar", "finalise", nil, http.StatusConflict) // an objection is open
		p.ask("POST", "arzu", bodies["Q01"]+"/answer", object{"text": "Yox, yoxlanıldı"}).Want(http.StatusForbidden)
		p.ask("POST", "nigar", bodies["Q01"]+"/answer", object{"text": "Yoxlanıldı, bal dəyişmir."}).Want(http.StatusOK)
		p.ask("POST", "nigar", bodies["Q01"]+"/answer", object{"text": "Yoxlanıldı, bal dəyişmir."}).Want(http.StatusConflict)
		p.wrong(p.ask("POST", "nigar", at+"/resume", object{"reason": ""}))
		step("rafael", "publish", nil, http.StatusConflict)
		step("nigar", "finalise", nil, http.StatusOK)
		step("nigar", "finalise", nil, http.StatusConflict)
		step("nigar", "cancel", object{"reason": "səhv plan"}, http.StatusConflict)
		step("nigar", "publish", nil, http.StatusForbidden)
		if k = told[toldCampaign](p, step("rafael", "publish", nil, http.StatusOK)); k.State != "published" {
			t.Errorf("published: %+v", k)
		}
		step("rafael", "publish", nil, http.StatusConflict)
		own := told[toldCampaign](p, p.ask("GET", "arzu", at, nil).Want(http.StatusOK))
		if len(own.List) != 1 || own.List[0].Code != "Q01" || len(own.Steps) != 0 {
			t.Errorf("the officer of Q01 sees %+v", own)
		}
		p.ask("GET", "nigar", "/campaigns/"+store.NewID(), nil).Want(http.StatusNotFound)
	})
}

// score gives every service of the bodies its points.
func (p *programs) score(bodies map[string]string) {
	t := p.t
	schemes := told[struct {
		Items []struct {
			Code       string
			Parameters []struct{ Code string }
		}
	}](p, p.ask("GET", "orxan", "/schemes", nil).Want(http.StatusOK))
	points := func(of string) (out []object) {
		for _, s := range schemes.Items {
			for _, m := range s.Parameters {
				if s.Code == "2025" {
					out = append(out, object{"parameter": m.Code, "points": of, "reason": "yoxlanılıb"})
				}
			}
		}
		return out
	}
	for _, b := range bodies {
		v := told[toldBody](p, p.ask("GET", "orxan", b, nil).Want(http.StatusOK))
		for i, x := range v.Services {
			at := "/results/" + x.ID
			if i == 0 {
				for _, text := range []string{"11", "on"} {
					list := points("8")
					list[0]["points"] = text
					if got := p.wrong(p.ask("POST", "orxan", at+"/score", object{"level": "full", "points": list})); !slices.Equal(got, []string{"points." + list[0]["parameter"].(string)}) {
						t.Errorf("%s points: named %v", text, got)
					}
				}
				p.ask("POST", "orxan", at+"/score", object{"level": "full", "points": append(points("8"), object{"parameter": "automation", "points": "1"})}).Want(http.StatusUnprocessableEntity)
				p.ask("POST", "ikinci", at+"/score", object{"level": "full", "points": points("8")}).Want(http.StatusForbidden) // assesses another body
				p.ask("POST", "nigar", at+"/score", object{"level": "full", "points": points("8")}).Want(http.StatusForbidden)
				p.ask("GET", "arzu", at, nil).Want(http.StatusNotFound)
				p.ask("POST", "ikinci", at+"/reading", object{"points": points("8")}).Want(http.StatusConflict) // not drawn
			}
			p.ask("POST", "orxan", at+"/score", object{"level": "full", "points": points("8"), "revision": x.Revision, "shortcomings": []object{{"text": "Portal ilə bağlı deyil", "proposal": "Qoşulsun"}}}).Want(http.StatusOK)
			p.ask("POST", "orxan", at+"/score", object{"level": "none", "revision": x.Revision}).Want(http.StatusConflict)
			r := told[struct {
				Score, Grade string
				Points       []struct{ Parameter, Points string }
				Found        []struct{ Text, Proposal string }
			}](p, p.ask("GET", "orxan", at, nil).Want(http.StatusOK))
			if r.Score != "80.000" || r.Grade == "" || len(r.Points) != len(points("8")) || len(r.Found) != 1 || r.Found[0].Proposal != "Qoşulsun" {
				t.Errorf("scored: %+v", r)
			}
		}
	}
}
