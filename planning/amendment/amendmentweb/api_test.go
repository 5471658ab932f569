package amendmentweb_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/amendment"
	"github.com/kis-platform/kis/planning/amendment/amendmentweb"
	"github.com/kis-platform/kis/planning/planningtest"
	"github.com/kis-platform/kis/planning/planningweb"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

type object = map[string]any

// bureau is an office with a running plan, its pages and its API.
type bureau struct {
	*planningtest.Office
	site   *webtest.Site
	amend  *amendment.Service
	tokens map[string]string
}

func open(t *testing.T, db *store.DB) bureau {
	o := planningtest.New(t, db)
	o.Running(2026)
	svc := amendment.New(o.Service)
	return bureau{o, webtest.New(t, func(r *web.Router) {
		planningweb.Register(r, o.Service)
		amendmentweb.Register(r, svc)
	}, func(opt *web.Options) {
		opt.Users, opt.Tokens, opt.Sessions, opt.Clock, opt.Zone = o.Office.Service, o.Office.Service, store.NewSessions(db), o.Clock.Now, o.Zone
	}), svc, map[string]string{}}
}

func (o bureau) post(key, path string, body any) *webtest.Answer {
	if o.tokens[key] == "" {
		_, token, err := o.CreateToken(o.By(key), office.NewToken{Name: "proqram"})
		o.Must(err)
		o.tokens[key] = token
	}
	return o.site.Program(o.tokens[key]).Ask(http.MethodPost, "/api/v1/plans/"+path, body)
}

type told struct {
	ID, State, Reason, Note string
	No, Version             int
	Changes                 []struct {
		ID, Kind      string
		Before, After *planning.ItemFields
	}
}

func TestAProgramAmendsAPlan(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		o.post("elchin", "2026/amendments", object{"reason": "Büdcə ixtisarı"}).Want(http.StatusForbidden)
		o.post("nigar", "2026/amendments", object{"reason": ""}).Refuses("reason")
		o.post("nigar", "2031/amendments", object{"reason": "Büdcə ixtisarı"}).Want(http.StatusNotFound)
		m := webtest.Told[told](o.post("nigar", "2026/amendments", object{"reason": "Büdcə ixtisarı"}).Want(http.StatusCreated))
		o.post("nigar", "2026/amendments", object{"reason": "Başqa səbəb"}).Want(http.StatusConflict)
		at := "2026/amendments/" + m.ID
		items := o.Page(2026).Items
		said := object{"item_id": items[1].ID, "section": "data", "text": "Bənd yeni sözlərlə", "expected_result": "nəticə", "indicator": "1", "responsible": o.Dept("SSS"), "start_quarter": 2, "due": "2026-12-15"}
		for field, bad := range map[string]any{"due": "2027-01-01", "section": "x", "responsible": "x", "start_quarter": 9, "text": ""} {
			body := object{}
			for k, v := range said {
				body[k] = v
			}
			body[field] = bad
			o.post("nigar", at+"/write", body).Refuses(field)
		}
		o.post("nigar", at+"/write", said).Want(http.StatusOK)
		o.post("nigar", at+"/remove", object{"item_id": "x"}).Want(http.StatusNotFound)
		m = webtest.Told[told](o.post("nigar", at+"/remove", object{"item_id": items[0].ID}).Want(http.StatusOK))
		if len(m.Changes) != 2 || m.Changes[0].After.Text != "Bənd yeni sözlərlə" || m.Changes[0].Before.Due != "2026-09-30" || m.Changes[1].After != nil || m.Changes[1].Kind != "remove" {
			t.Fatalf("%+v", m)
		}
		o.post("nigar", at+"/drop", object{"change_id": m.Changes[1].ID}).Want(http.StatusOK)
		o.post("nigar", at+"/drop", object{"change_id": m.Changes[1].ID}).Want(http.StatusNotFound)
		delete(said, "item_id")
		said["text"] = "Yeni bənd"
		o.post("nigar", at+"/write", said).Want(http.StatusOK)
		m = webtest.Told[told](o.post("nigar", at+"/propose", nil).Want(http.StatusOK))
		o.post("nigar", at+"/write", said).Want(http.StatusConflict)
		o.post("nigar", at+"/approve", object{"version": m.Version}).Want(http.StatusForbidden)
		o.post("rafael", at+"/approve", object{"version": m.Version - 1}).Want(http.StatusConflict)
		o.post("rafael", at+"/reject", object{"note": ""}).Refuses("note")
		o.post("nigar", "2026/amendments/"+store.NewID()+"/propose", nil).Want(http.StatusNotFound)
		m = webtest.Told[told](o.post("rafael", at+"/approve", object{"version": m.Version}).Want(http.StatusOK))
		now := o.Page(2026).Items
		if m.State != "approved" || m.No != 1 || len(now) != 3 || now[1].Text != "Bənd yeni sözlərlə" || now[1].Due != "2026-12-15" || now[2].Text != "Yeni bənd" {
			t.Errorf("%+v\n%+v", m, now)
		}

		second := webtest.Told[told](o.post("nigar", "2026/amendments", object{"reason": "Yeni şöbə"}).Want(http.StatusCreated))
		o.post("nigar", "2026/amendments/"+second.ID+"/propose", nil).Want(http.StatusConflict) // nothing in it
		o.post("nigar", "2026/amendments/"+second.ID+"/remove", object{"item_id": items[0].ID}).Want(http.StatusOK)
		o.post("nigar", "2026/amendments/"+second.ID+"/propose", nil).Want(http.StatusOK)
		o.post("nigar", "2026/amendments/"+second.ID+"/recall", nil).Want(http.StatusOK)
		o.post("nigar", "2026/amendments/"+second.ID+"/propose", nil).Want(http.StatusOK)
		if got := webtest.Told[told](o.post("rafael", "2026/amendments/"+second.ID+"/reject", object{"note": "bənd qalmalıdır"}).Want(http.StatusOK)); got.State != "rejected" || got.Note != "bənd qalmalıdır" || len(o.Page(2026).Items) != 3 {
			t.Errorf("%+v", got)
		}
		list := o.site.Program(o.tokens["nigar"]).Ask(http.MethodGet, "/api/v1/plans/2026/amendments", nil).Want(http.StatusOK)
		if !strings.Contains(list.Body, `"no":2`) || !strings.Contains(list.Body, "Büdcə ixtisarı") {
			t.Errorf("%s", list.Body)
		}
	})
}
