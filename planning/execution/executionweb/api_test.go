package executionweb_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/execution"
	"github.com/kis-platform/kis/planning/execution/executionweb"
	"github.com/kis-platform/kis/planning/planningtest"
	"github.com/kis-platform/kis/planning/planningweb"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

type object = map[string]any

// bureau is an office with the pages of its plans and their API.
type bureau struct {
	*planningtest.Office
	site   *webtest.Site
	tokens map[string]string
}

// sheets writes a plan as the import reads it; of lists of items nothing.
type sheets struct{ *planning.Service }

func (sheets) PlanItemList(context.Context, io.Writer, string, string, execution.Filter) error {
	return io.ErrUnexpectedEOF
}

func (s sheets) PlanSheet(ctx context.Context, w io.Writer, _, _ string, key planning.Key) error {
	p, err := s.Plan(ctx, key)
	if err != nil {
		return err
	}
	rows := []string{strings.Join(planning.SheetColumns(), ";")}
	for _, it := range p.Items {
		rows = append(rows, strings.Join(planning.SheetRow(it), ";"))
	}
	_, err = io.WriteString(w, strings.Join(rows, "\n")+"\n")
	return err
}

func open(t *testing.T, db *store.DB) bureau {
	o := planningtest.New(t, db)
	return bureau{o, webtest.New(t, func(r *web.Router) {
		planningweb.Register(r, o.Service)
		executionweb.Register(r, execution.New(o.Service), sheets{o.Service})
	}, func(opt *web.Options) {
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

type told struct {
	Key, State, Note string
	Revision         int
	LeftOver         int `json:"left_over"`
	Measures         []struct{ ID, Text string }
	Objections       []struct{ ID, Text, Answer string }
}

type toldItem struct {
	ID, Text, Executor string
	Version            int
	Steps              []struct{ Text string }
}

// TestAProgramTakesAPlanThroughItsStates: from nothing to the next year.
func TestAProgramTakesAPlanThroughItsStates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		o.post("elchin", "/plans", object{"year": 2027, "approve_due": "2026-12-25"}).Want(http.StatusForbidden)
		for field, bad := range map[string]object{"year": {"year": 1900, "approve_due": "2026-12-25"}, "approve_due": {"year": 2027, "approve_due": "25.12.2026"}, "kind": {"year": 2027, "approve_due": "2026-12-25", "kind": "x"}} {
			o.post("nigar", "/plans", bad).Refuses(field)
		}
		p := webtest.Told[told](o.post("nigar", "/plans", object{"year": 2027, "approve_due": "2026-12-25"}).Want(http.StatusCreated))
		o.post("nigar", "/plans", object{"year": 2027, "approve_due": "2026-12-25"}).Want(http.StatusConflict)
		if p.Key != "2027" || p.State != "draft" {
			t.Errorf("%+v", p)
		}
		item := object{"section": "data", "text": "Xətaların payını azaltmaq", "expected_result": "azalır", "indicator": "7% → 5%", "responsible": o.Dept("SSS"), "co_executors": []string{o.Dept("İTŞ")},
			"start_quarter": 2, "due": "2027-09-30", "basis": "other", "basis_label": "şöbənin təklifi"}
		with := func(more object) object {
			out := object{}
			for _, m := range []object{item, more} {
				for k, v := range m {
					out[k] = v
				}
			}
			return out
		}
		for field, bad := range map[string]any{"section": "x", "due": "2028-01-01", "responsible": "x", "basis": "finding", "basis_label": "", "start_quarter": 4} {
			o.post("nigar", "/plans/2027/items", with(object{field: bad})).Refuses(field)
		}
		o.post("elchin", "/plans/2027/items", item).Want(http.StatusForbidden)
		it := webtest.Told[toldItem](o.post("nigar", "/plans/2027/items", item).Want(http.StatusCreated))
		second := webtest.Told[toldItem](o.post("nigar", "/plans/2027/items", with(object{"text": "İkinci bənd"})).Want(http.StatusCreated))
		change := with(object{"version": it.Version, "text": "Xətaların payını iki dəfə azaltmaq"})
		delete(change, "basis")
		delete(change, "basis_label")
		it = webtest.Told[toldItem](o.post("nigar", "/plan-items/"+it.ID+"/change", change).Want(http.StatusOK))
		o.post("nigar", "/plan-items/"+it.ID+"/change", change).Want(http.StatusConflict) // of the version before
		o.post("nigar", "/plan-items/"+second.ID+"/remove", object{"version": second.Version}).Refuses("reason")
		if p = webtest.Told[told](o.post("nigar", "/plan-items/"+second.ID+"/remove", object{"version": second.Version, "reason": "sonra baxılacaq"}).Want(http.StatusOK)); len(p.Measures) != 1 {
			t.Errorf("%+v", p)
		}
		sheet := o.ask("nigar", http.MethodGet, "/plans/2027/sheet.csv", nil).Want(http.StatusOK).Body
		o.ask("elchin", http.MethodGet, "/plans/2027/sheet.csv", nil).Want(http.StatusForbidden)
		edited := strings.Replace(sheet, "iki dəfə", "üç dəfə", 1)
		if got := o.post("nigar", "/plans/2027/sheet?dry_run=1", edited).Want(http.StatusOK); !strings.Contains(got.Body, `"changed":1`) || o.Page(2027).Items[0].Text != "Xətaların payını iki dəfə azaltmaq" {
			t.Errorf("%s", got.Body)
		}
		o.post("nigar", "/plans/2027/sheet", strings.Replace(edited, ";data;", ";nowhere;", 1)).Refuses("section")
		o.post("nigar", "/plans/2027/sheet", edited).Want(http.StatusOK)
		if got := o.Page(2027).Items[0].Text; got != "Xətaların payını üç dəfə azaltmaq" {
			t.Errorf("the sheet left %q", got)
		}

		revision := webtest.Told[told](o.post("nigar", "/plans/2027/send", nil).Want(http.StatusOK)).Revision
		p = webtest.Told[told](o.post("vugar", "/plans/2027/object", object{"department_id": o.Dept("İTŞ"), "revision": revision, "item_id": it.ID, "text": "müddət qısadır"}).Want(http.StatusOK))
		if len(p.Objections) != 1 {
			t.Fatalf("%+v", p)
		}
		answer := "/plans/2027/objections/" + p.Objections[0].ID + "/answer"
		o.post("nigar", answer, object{"answer": ""}).Refuses("answer")
		o.post("nigar", "/plans/2027/objections/"+it.ID+"/answer", object{"answer": "uzadılıb"}).Want(http.StatusNotFound)
		if p = webtest.Told[told](o.post("nigar", answer, object{"answer": "rüblər üzrə bölünür"}).Want(http.StatusOK)); p.Objections[0].Answer != "rüblər üzrə bölünür" {
			t.Errorf("%+v", p)
		}
		o.post("nigar", "/plans/2027/recall", object{"reason": ""}).Refuses("reason")
		if p = webtest.Told[told](o.post("nigar", "/plans/2027/recall", object{"reason": "bənd əlavə olunur"}).Want(http.StatusOK)); p.State != "draft" || p.Note != "bənd əlavə olunur" {
			t.Errorf("%+v", p)
		}
		o.post("nigar", "/plans/2027/send", nil).Want(http.StatusOK)
		o.AgreeAll(2027)
		o.post("nigar", "/plans/2027/return", object{"reason": "dəqiqləşdirilsin"}).Want(http.StatusForbidden)
		o.post("rafael", "/plans/2027/return", object{"reason": "dəqiqləşdirilsin"}).Want(http.StatusOK)
		o.post("nigar", "/plans/2027/send", nil).Want(http.StatusOK)
		p = webtest.Told[told](o.post("rafael", "/plans/2027/approve", object{"revision": o.AgreeAll(2027).Revision}).Want(http.StatusOK))
		o.post("nigar", "/plans/2027/items", item).Want(http.StatusConflict)
		o.post("nigar", "/plans/2027/start", nil).Want(http.StatusOK)

		steps := "/plan-items/" + it.ID + "/steps"
		o.post("vugar", steps, object{"version": 1, "steps": []string{"Təhlil"}}).Want(http.StatusForbidden)
		o.post("aytan", steps, object{"version": 99, "steps": []string{"Təhlil", "Sınaq"}}).Want(http.StatusConflict)
		version := o.Page(2027).Items[0].Version
		if got := webtest.Told[toldItem](o.post("aytan", steps, object{"version": version, "steps": []string{"Təhlil", "Sınaq"}}).Want(http.StatusOK)); len(got.Steps) != 2 || got.Steps[1].Text != "Sınaq" {
			t.Errorf("%+v", got)
		}
		o.post("elchin", "/plan-items/"+it.ID+"/executor", object{"user_id": o.ID("vugar")}).Want(http.StatusUnprocessableEntity) // of another department
		if got := webtest.Told[toldItem](o.post("elchin", "/plan-items/"+it.ID+"/executor", object{"user_id": o.ID("aytan")}).Want(http.StatusOK)); got.Executor != "Aytən Məmmədova" {
			t.Errorf("%+v", got)
		}
		o.post("nigar", "/plans/2027/close", object{"reason": ""}).Refuses("reason")
		o.post("nigar", "/plans/2027/close", object{"reason": "il başa çatıb"}).Want(http.StatusOK)
		next := webtest.Told[told](o.post("nigar", "/plans", object{"year": 2028, "approve_due": "2027-12-25"}).Want(http.StatusCreated))
		if next.LeftOver != 1 {
			t.Errorf("%d items are left over", next.LeftOver)
		}
		if next = webtest.Told[told](o.post("nigar", "/plans/2028/carry", nil).Want(http.StatusOK)); len(next.Measures) != 1 || next.LeftOver != 0 {
			t.Errorf("%+v", next)
		}
	})
}
