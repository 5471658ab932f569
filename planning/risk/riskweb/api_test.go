package riskweb_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning/risk"
	"github.com/kis-platform/kis/planning/risk/riskweb"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

type object = map[string]any

// bureau is an office whose risks and objectives are asked by API.
type bureau struct {
	*kistest.Office
	svc    *risk.Service
	site   *webtest.Site
	tokens map[string]string
	t      *testing.T
}

func open(t *testing.T, db *store.DB) bureau {
	storetest.ClockOf(db).SetDay("2026-11-19")
	o := kistest.NewOffice(t, db)
	svc := risk.New(o.Service)
	if err := svc.LoadReference(o.System()); err != nil {
		t.Fatal(err)
	}
	return bureau{o, svc, webtest.New(t, func(r *web.Router) { riskweb.Register(r, svc, noTable{}) }, func(opt *web.Options) {
		opt.Users, opt.Tokens, opt.Sessions, opt.Clock, opt.Zone = o.Service, o.Service, store.NewSessions(db), db.Now, o.Zone
	}), map[string]string{}, t}
}

func (o bureau) ask(key, method, path string, body any) *webtest.Answer {
	if o.tokens[key] == "" {
		_, token, err := o.CreateToken(o.As(o.t.Context(), key), office.NewToken{Name: "proqram"})
		if err != nil {
			o.t.Fatal(err)
		}
		o.tokens[key] = token
	}
	return o.site.Program(o.tokens[key]).Ask(method, "/api/v1"+path, body)
}

func (o bureau) post(key, path string, body any) *webtest.Answer {
	return o.ask(key, http.MethodPost, path, body)
}

func with(base object, more object) object {
	out := object{}
	for _, m := range []object{base, more} {
		for k, v := range m {
			out[k] = v
		}
	}
	return out
}

func TestAProgramSetsMeasuresAndDecidesAnObjective(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		good := object{"title": "Vaxtında verilən hesabatlar", "metric": "Vaxtında verilənlərin payı", "unit": "%", "better": "more", "target": "95", "actions": "Xatırlatma göndərmək",
			"department": o.Dept("SSS"), "owner": o.ID("elchin"), "starts": "2026-01-05", "due": "2026-12-31"}
		for field, bad := range map[string]any{"title": "x", "better": "same", "target": "çox", "department": "x", "owner": "x", "starts": "05.01.2026", "due": "2025-12-31", "process": "x", "color": "red"} {
			o.post("nigar", "/objectives", with(good, object{field: bad})).Refuses(field)
		}
		o.post("elchin", "/objectives", good).Want(http.StatusForbidden)
		type told struct {
			ID, Number, State, Title, Verdict string
			Version                           int
			Values                            []struct {
				Value string
				Met   bool
			}
		}
		b := webtest.Told[told](o.post("nigar", "/objectives", good).Want(http.StatusCreated))
		at := "/objectives/" + b.ID
		o.post("nigar", at+"/change", with(good, object{"version": b.Version + 1})).Want(http.StatusConflict)
		if b = webtest.Told[told](o.post("nigar", at+"/change", with(good, object{"version": b.Version, "title": "Vaxtında təqdim edilən hesabatlar"})).Want(http.StatusOK)); b.Title != "Vaxtında təqdim edilən hesabatlar" {
			t.Errorf("%+v", b)
		}
		o.post("nigar", at+"/decide", object{"decision": "reach", "verdict": "hədəfə çatılıb"}).Want(http.StatusConflict) // never measured
		for field, bad := range map[string]object{"value": {"value": "çox", "measured_on": "2026-11-01"}, "measured_on": {"value": "94,5", "measured_on": "0abc"}} {
			o.post("elchin", at+"/values", bad).Refuses(field)
		}
		o.post("elchin", at+"/values", object{"value": "94", "measured_on": "2027-01-01"}).Refuses("measured_on")
		o.post("vugar", at+"/values", object{"value": "94", "measured_on": "2026-11-01"}).Want(http.StatusForbidden)
		o.post("elchin", at+"/values", object{"value": "94,5", "measured_on": "2026-06-30"}).Want(http.StatusCreated)
		b = webtest.Told[told](o.post("elchin", at+"/values", object{"value": "95,5", "measured_on": "2026-11-01"}).Want(http.StatusCreated))
		if len(b.Values) != 2 || !b.Values[0].Met || b.Values[1].Met || b.Values[0].Value != "95.5" {
			t.Errorf("%+v", b)
		}
		o.post("elchin", at+"/decide", object{"decision": "reach", "verdict": "hədəfə çatılıb"}).Want(http.StatusForbidden)
		o.post("nigar", at+"/decide", object{"decision": "win", "verdict": "hədəfə çatılıb"}).Refuses("decision")
		if b = webtest.Told[told](o.post("nigar", at+"/decide", object{"decision": "reach", "verdict": "hədəfə çatılıb"}).Want(http.StatusOK)); b.State != "reached" || b.Verdict != "hədəfə çatılıb" {
			t.Errorf("%+v", b)
		}
		o.post("elchin", at+"/values", object{"value": "96", "measured_on": "2026-11-02"}).Want(http.StatusConflict)
	})
}

func TestAProgramChangesARisk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		words := object{"kind": "risk", "title": "Respondentlər hesabatı gecikdirir", "cause": "Xatırlatma əl ilə göndərilir", "consequence": "Toplama uzanır", "gsbpm": "4.3",
			"department": o.Dept("SSS"), "owner": o.ID("elchin")}
		weigh := object{"likelihood": 4, "impact": 5, "review_due": "2027-05-20"}
		for field, bad := range map[string]any{"kind": "x", "title": "", "department": o.Dept("İTŞ"), "owner": "x", "likelihood": 9, "review_due": "20.05.2027"} {
			o.post("aytan", "/risks", with(with(words, weigh), object{field: bad})).Refuses(field)
		}
		type told struct {
			ID, Title string
			Version   int
		}
		r := webtest.Told[told](o.post("aytan", "/risks", with(words, weigh)).Want(http.StatusCreated))
		at := "/risks/" + r.ID
		o.post("aytan", at+"/change", with(words, object{"version": r.Version + 1})).Want(http.StatusConflict)
		o.ask("vugar", http.MethodGet, at, nil).Want(http.StatusNotFound)
		o.post("vugar", at+"/change", with(words, object{"version": r.Version})).Want(http.StatusNotFound)
		if got := webtest.Told[told](o.post("aytan", at+"/change", with(words, object{"version": r.Version, "title": "Hesabatlar gec verilir"})).Want(http.StatusOK)); got.Title != "Hesabatlar gec verilir" || got.Version == r.Version {
			t.Errorf("%+v", got)
		}
	})
}

// TestFilesOfARisk: who writes the risk attaches, who sees it opens, and what
// is there stays.
func TestFilesOfARisk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		r, err := o.svc.Enter(o.As(t.Context(), "elchin"), risk.Fields{Kind: risk.Threat, Title: "Respondentlər hesabatı gecikdirir", Cause: "Xatırlatma əl ilə göndərilir", Consequence: "Toplama uzanır", GSBPM: "4.3",
			DepartmentID: o.Dept("SSS"), OwnerID: o.ID("elchin")}, risk.Weighing{Likelihood: 4, Impact: 5, ReviewDue: "2027-05-20"})
		if err != nil {
			t.Fatal(err)
		}
		at := "/risks/" + r.ID
		up, err := o.StageUpload(o.As(t.Context(), "aytan"), "tehlil.txt", strings.NewReader("gecikmələrin təhlili"))
		if err != nil {
			t.Fatal(err)
		}
		o.post("aytan", at+"/files", object{"uploads": []string{}}).Refuses("files")
		o.post("aytan", at+"/files", object{"uploads": []string{"x"}}).Refuses("upload")
		o.post("elchin", at+"/files", object{"uploads": []string{up.ID}}).Refuses("upload") // sent by somebody else
		o.post("vugar", at+"/files", object{"uploads": []string{up.ID}}).Want(http.StatusNotFound)
		o.post("samir", at+"/files", object{"uploads": []string{up.ID}}).Want(http.StatusForbidden)
		type told struct {
			Files []struct{ ID, Name, By string }
		}
		got := webtest.Told[told](o.post("aytan", at+"/files", object{"uploads": []string{up.ID}}).Want(http.StatusOK))
		if len(got.Files) != 1 || got.Files[0].Name != "tehlil.txt" || got.Files[0].By != "Aytən Məmmədova" {
			t.Fatalf("%+v", got)
		}
		o.post("aytan", at+"/files", object{"uploads": []string{up.ID}}).Refuses("upload") // attached already
		file := at + "/files/" + got.Files[0].ID
		if a := o.ask("nigar", http.MethodGet, file, nil).Want(http.StatusOK); a.Body != "gecikmələrin təhlili" {
			t.Errorf("%q", a.Body)
		}
		o.ask("vugar", http.MethodGet, file, nil).Want(http.StatusNotFound)
		o.ask("nigar", http.MethodGet, at+"/files/"+r.ID, nil).Want(http.StatusNotFound)
		if err := o.svc.Close(o.As(t.Context(), "nigar"), r.ID, "Risk aradan qalxıb"); err != nil {
			t.Fatal(err)
		}
		up, err = o.StageUpload(o.As(t.Context(), "aytan"), "gec.txt", strings.NewReader("gec gələn fayl"))
		if err != nil {
			t.Fatal(err)
		}
		o.post("aytan", at+"/files", object{"uploads": []string{up.ID}}).Want(http.StatusConflict)
		for _, q := range []string{"DELETE FROM risk_files", "UPDATE risk_files SET position = 9"} {
			if err := db.Unrecorded(t.Context(), func(tx *store.Tx) error { _, err := tx.Exec(q); return err }); err == nil {
				t.Errorf("went through: %s", q)
			}
		}
		n := 0
		if _, err := o.VerifySeals(o.System(), func(f store.Fault) { n++; t.Errorf("%+v", f) }); err != nil || n > 0 {
			t.Errorf("seals: %v", err)
		}
	})
}
