package planningapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning/planningapi"
	"github.com/kis-platform/kis/planning/planningtest"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

type object = map[string]any

// bureau is an office whose API is asked with the token of each person.
type bureau struct {
	*planningtest.Office
	site   *webtest.Site
	tokens map[string]string
}

func open(t *testing.T, db *store.DB) bureau {
	o := planningtest.New(t, db)
	return bureau{o, webtest.New(t, func(r *web.Router) { planningapi.Register(r, o.Service) }, func(opt *web.Options) {
		opt.Users, opt.Tokens, opt.Sessions, opt.Clock, opt.Zone = o.Office.Service, o.Office.Service, store.NewSessions(db), o.Clock.Now, o.Zone
	}), map[string]string{}}
}

func (o bureau) ask(key, method, path string, body any) *webtest.Answer {
	if o.tokens[key] == "" {
		_, token, err := o.CreateToken(o.By(key), office.NewToken{Name: "proqram"})
		o.Must(err)
		o.tokens[key] = token
	}
	return o.site.Program(o.tokens[key]).Ask(method, "/api/v1"+path, body)
}

func (o bureau) post(key, path string, body any) *webtest.Answer {
	return o.ask(key, http.MethodPost, path, body)
}

func (o bureau) get(key, path string) *webtest.Answer { return o.ask(key, http.MethodGet, path, nil) }

// with is an object with some members changed.
func (o bureau) with(base object, more object) object {
	out := object{}
	for _, m := range []object{base, more} {
		for k, v := range m {
			out[k] = v
		}
	}
	return out
}

type line struct {
	ID, Number, State, Text, Reason string
	MergedInto                      string `json:"merged_into"`
	Item                            *struct {
		Plan   string
		ItemID string `json:"item_id"`
		No     int
	}
	ProposedBy string `json:"proposed_by"`
}

func TestAProgramProposesAndDecidesOnRecommendations(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		o.Draft(2027)
		good := object{"text": "Xatırlatma məktublarını avtomatlaşdırmaq", "basis": "other", "basis_label": "şöbənin iclası", "gsbpm": "4.3", "department_id": o.Dept("SSS")}
		for field, bad := range map[string]object{"text": {"text": "x"}, "basis": {"basis": "review"}, "basis_label": {"basis_label": ""}, "department": {"department_id": o.Dept("İTŞ")}, "priority": {"priority": 1},
			"act": {"act_id": "x"}} {
			o.post("aytan", "/recommendations", o.with(good, bad)).Refuses(field)
		}
		o.post("aytan", "/recommendations", "{").Want(http.StatusUnprocessableEntity)
		o.post("rauf", "/recommendations", good).Want(http.StatusForbidden)
		a := webtest.Told[line](o.post("aytan", "/recommendations", good).Want(http.StatusCreated))
		b := webtest.Told[line](o.post("aytan", "/recommendations", good).Want(http.StatusCreated))
		c := webtest.Told[line](o.post("aytan", "/recommendations", good).Want(http.StatusCreated))
		if a.Number != "TV-2026-01" || a.State != "open" || a.ProposedBy != "Aytən Məmmədova" {
			t.Errorf("%+v", a)
		}
		o.get("vugar", "/recommendations/"+a.ID).Want(http.StatusNotFound) // of another department
		if list := webtest.Told[struct {
			Items []line
			Total int
			Next  string
		}](o.get("nigar", "/recommendations?state=open&limit=2").Want(http.StatusOK)); len(list.Items) != 2 || list.Total != 3 || list.Next == "" {
			t.Errorf("%+v", list)
		}
		o.get("nigar", "/recommendations?basis=moon").Refuses("basis")
		o.get("nigar", "/recommendations?department=x").Refuses("department")

		at := "/recommendations/" + a.ID
		item := object{"plan": "2027", "section": "data", "text": "Avtomatik xatırlatma", "expected_result": "Gecikmə azalır", "indicator": "12% → 5%", "responsible": o.Dept("SSS"),
			"co_executors": []string{o.Dept("İTŞ")}, "start_quarter": 1, "due": "2027-06-30"}
		for field, bad := range map[string]object{"plan": {"plan": "next"}, "section": {"section": "x"}, "due": {"due": "2027-02-30"}, "responsible": {"responsible": "x"}, "co_executors": {"co_executors": []string{"x"}},
			"start_quarter": {"start_quarter": 5}, "text": {"text": "a\x00b"}, "version": {"version": 1}} {
			o.post("nigar", at+"/accept", o.with(item, bad)).Refuses(field)
		}
		o.post("nigar", at+"/accept", o.with(item, object{"plan": "2031", "due": "2031-06-30"})).Want(http.StatusNotFound)
		for _, verb := range []string{"accept", "reject", "merge"} {
			o.post("elchin", at+"/"+verb, object{}).Want(http.StatusForbidden)
		}
		accepted := webtest.Told[line](o.post("nigar", at+"/accept", item).Want(http.StatusOK))
		if accepted.State != "accepted" || accepted.Item == nil || accepted.Item.Plan != "2027" || o.Page(2027).Items[accepted.Item.No-1].ID != accepted.Item.ItemID {
			t.Errorf("%+v", accepted)
		}
		o.post("nigar", at+"/accept", item).Want(http.StatusConflict)

		o.post("nigar", "/recommendations/"+b.ID+"/merge", object{"into": "TV-2026-99"}).Refuses("into")
		if m := webtest.Told[line](o.post("nigar", "/recommendations/"+b.ID+"/merge", object{"into": a.Number, "reason": "eyni məsələ"}).Want(http.StatusOK)); m.State != "merged" || m.MergedInto != a.Number {
			t.Errorf("%+v", m)
		}
		o.post("nigar", "/recommendations/"+c.ID+"/reject", object{"reason": " "}).Refuses("reason")
		if m := webtest.Told[line](o.post("nigar", "/recommendations/"+c.ID+"/reject", object{"reason": "artıq görülüb"}).Want(http.StatusOK)); m.State != "rejected" || m.Reason != "artıq görülüb" {
			t.Errorf("%+v", m)
		}

		f := o.AddFinding("SSS")
		found := o.get("nigar", "/recommendations/found").Want(http.StatusOK)
		if !strings.Contains(found.Body, f.FindingID) {
			t.Errorf("the finding is not offered: %s", found.Body)
		}
		o.post("vugar", "/recommendations/take/"+f.FindingID, nil).Want(http.StatusNotFound) // of another department
		o.post("nigar", "/recommendations/take/"+f.FindingID, nil).Want(http.StatusCreated)
		o.post("nigar", "/recommendations/take/"+f.FindingID, nil).Want(http.StatusConflict)
	})
}

type minutes struct {
	ID, Number, State string
	Version           int
	Inputs            []struct {
		Letter, Comment string
		Empty           bool
		Figures         []struct {
			Words string
			Num   int64
		}
	}
	Decided []struct {
		ID, Kind, Text string
		Item           *struct{ Plan string }
	}
	SignedBy string `json:"signed_by"`
	Addenda  []struct{ Text, By string }
}

func TestAProgramPreparesAReviewAndItsChairSigns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		o.Draft(2027)
		o.Proposal("Sorğu vərəqəsini qısaltmaq")
		good := object{"from": "2026-05-01", "to": "2026-10-31", "meeting_at": "2026-11-13T10:00:00Z", "place": "iclas zalı", "chair_id": o.ID("rafael"), "participants": []string{o.ID("nigar")}}
		for field, bad := range map[string]object{"from": {"from": "01.05.2026"}, "to": {"to": "2026-04-01"}, "chair": {"chair_id": o.ID("elchin")}, "participants": {"participants": []string{"x"}}} {
			o.post("nigar", "/reviews", o.with(good, bad)).Refuses(field)
		}
		o.post("nigar", "/reviews", o.with(good, object{"meeting_at": "sabah"})).Want(http.StatusUnprocessableEntity)
		o.post("elchin", "/reviews", good).Want(http.StatusForbidden)
		r := webtest.Told[minutes](o.post("nigar", "/reviews", good).Want(http.StatusCreated))
		at := "/reviews/" + r.Number
		if len(r.Inputs) != 12 || r.State != "draft" || r.Number != "RT-2026-01" || !r.Inputs[9].Empty {
			t.Errorf("%+v", r)
		}
		if f := r.Inputs[11].Figures; len(f) == 0 || f[0].Num != 1 || f[0].Words == "" { // one recommendation waits
			t.Errorf("the last input holds %+v", f)
		}
		o.get("elchin", at).Want(http.StatusForbidden)
		o.get("nigar", "/reviews/RT-2026-99").Want(http.StatusNotFound)

		o.post("nigar", at+"/comments", object{"version": r.Version, "comments": []object{{"letter": "z", "comment": "rəy"}}}).Refuses("letter")
		r = webtest.Told[minutes](o.post("nigar", at+"/comments", object{"version": r.Version, "comments": []object{{"letter": "d", "comment": "2 auditor başqa işə keçib"}}}).Want(http.StatusOK))
		o.post("nigar", at+"/comments", object{"version": r.Version - 1, "comments": []object{{"letter": "d", "comment": "başqa rəy"}}}).Want(http.StatusConflict)
		if r.Inputs[9].Comment != "2 auditor başqa işə keçib" {
			t.Errorf("comment %+v", r.Inputs[9])
		}
		o.post("nigar", at+"/change", o.with(good, object{"version": r.Version - 1})).Want(http.StatusConflict)
		r = webtest.Told[minutes](o.post("nigar", at+"/change", o.with(good, object{"version": r.Version, "place": "kabinet 12"})).Want(http.StatusOK))
		o.post("nigar", at+"/refresh", nil).Want(http.StatusOK)

		decision := object{"kind": "c", "text": "3 yeni daxili auditor hazırlamaq", "owner_id": o.ID("nigar"), "due": "2027-02-26"}
		for field, bad := range map[string]object{"kind": {"kind": "d"}, "text": {"text": ""}, "owner": {"owner_id": "x"}, "due": {"due": "2026-01-01"}, "department": {"department_id": "x"}} {
			o.post("nigar", at+"/decisions", o.with(decision, bad)).Refuses(field)
		}
		o.post("nigar", at+"/decisions", decision).Want(http.StatusOK)
		r = webtest.Told[minutes](o.post("nigar", at+"/decisions", o.with(decision, object{"kind": "a", "text": "Şablonları yeniləmək"})).Want(http.StatusOK))
		o.post("nigar", fmt.Sprintf("%s/decisions/%s/remove", at, r.ID), nil).Want(http.StatusNotFound)
		r = webtest.Told[minutes](o.post("nigar", fmt.Sprintf("%s/decisions/%s/remove", at, r.Decided[1].ID), nil).Want(http.StatusOK))
		item := object{"plan": "2027", "section": "people", "text": "", "expected_result": "auditorların sayı artır", "indicator": "6 → 9", "responsible": "", "start_quarter": 1, "due": "2027-02-26"}
		plan := fmt.Sprintf("%s/decisions/%s/plan", at, r.Decided[0].ID)
		o.post("nigar", plan, item).Want(http.StatusConflict) // not signed yet

		o.post("nigar", at+"/prepare", object{"suitable": true, "adequate": true, "effective": true, "conclusion": ""}).Refuses("conclusion")
		o.post("nigar", at+"/prepare", object{"suitable": true, "adequate": true, "effective": true, "conclusion": "KİS nəticəlidir"}).Want(http.StatusOK)
		o.post("rafael", at+"/return", object{"reason": "qərar dəqiqləşdirilsin"}).Want(http.StatusOK)
		o.post("nigar", at+"/prepare", object{"suitable": true, "adequate": true, "effective": true, "conclusion": "KİS nəticəlidir"}).Want(http.StatusOK)
		o.post("nigar", at+"/recall", object{"reason": "rəqəm dəyişib"}).Want(http.StatusOK)
		o.post("nigar", at+"/prepare", object{"suitable": true, "adequate": true, "effective": true, "conclusion": "KİS nəticəlidir"}).Want(http.StatusOK)
		o.post("nigar", at+"/sign", object{"number": r.Number}).Want(http.StatusForbidden)
		o.post("rafael", at+"/sign", object{"number": "RT-2026-02"}).Refuses("number")
		r = webtest.Told[minutes](o.post("rafael", at+"/sign", object{"number": r.Number}).Want(http.StatusOK))
		if r.State != "signed" || r.SignedBy != "Rafael İbrahimov" || len(r.Decided) != 1 {
			t.Errorf("%+v", r)
		}
		o.post("nigar", at+"/refresh", nil).Want(http.StatusConflict)
		o.post("nigar", at+"/decisions", decision).Want(http.StatusConflict)
		o.post("nigar", at+"/addenda", object{"text": ""}).Refuses("text")
		o.post("samir", at+"/addenda", object{"text": "sertifikat uzadılıb"}).Want(http.StatusForbidden)
		o.post("nigar", at+"/addenda", object{"text": "sertifikat uzadılıb"}).Want(http.StatusOK)
		r = webtest.Told[minutes](o.post("nigar", plan, item).Want(http.StatusOK))
		if r.Decided[0].Item == nil || r.Decided[0].Item.Plan != "2027" || len(r.Addenda) != 1 || r.Addenda[0].By != "Nigar Əliyeva" {
			t.Errorf("%+v", r)
		}
		if list := o.get("samir", "/reviews").Want(http.StatusOK); !strings.Contains(list.Body, `"signed"`) {
			t.Errorf("%s", list.Body)
		}
	})
}

// TestTheDocumentNamesEveryOperation: each has its words in both languages.
func TestTheDocumentNamesEveryOperation(t *testing.T) {
	o := open(t, storetest.Open(t))
	for _, lang := range []string{"az", "en"} {
		doc := o.site.Nobody().Get("/api/openapi.json?lang=" + lang).Want(http.StatusOK)
		for _, op := range o.site.Server.Router().Operations() {
			if !strings.Contains(doc.Body, `"`+op.ID+`"`) || strings.Contains(doc.Body, "⟦") || strings.Contains(doc.Body, `"`+op.Text+`"`) {
				t.Errorf("%s: %s is not described", lang, op.ID)
			}
		}
	}
}
