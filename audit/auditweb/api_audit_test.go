package auditweb_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/audit/auditweb"
	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

// openAuditAPI is an office whose API of audits and programmes is asked with
// the token of each person.
func openAuditAPI(t testing.TB, db *store.DB) (*programs, *programme.Service) {
	o := audittest.New(t, db)
	s := programme.New(o.Audit)
	if err := s.LoadReference(o.System()); err != nil {
		t.Fatal(err)
	}
	site := webtest.New(t, func(r *web.Router) { auditweb.RegisterAuditAPI(r, s) }, func(opt *web.Options) {
		opt.Users, opt.Tokens, opt.Sessions, opt.Clock, opt.Zone, opt.TokenRate = o.Service, o.Service, store.NewSessions(db), db.Now, o.Zone, 1_000_000
	})
	return &programs{bureau{o, site}, map[string]string{}}, s
}

// told reads an answer.
func told[T any](t testing.TB, a *webtest.Answer) (out T) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.Body), &out); err != nil {
		t.Fatalf("%v: %s", err, a.Body)
	}
	return out
}

type toldAudit struct {
	ID, Number, State string
	Steps             []string
	Programme         int
	Departments       []struct{ Code string }
	Team              []struct{ Name, Role string }
}

type toldAudits struct {
	Items []struct{ ID, Number, State, Department string }
	Total int
	Next  string
}

// TestAProgramListsReadsAndMovesAnAudit: the steps of the page, with its
// refusals; a department hears of its own audits only, and not before they
// are announced.
func TestAProgramListsReadsAndMovesAnAudit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, _ := openAuditAPI(t, db)
		a, second := o.Planned(), o.Planned()
		path := "/api/v1/audits/" + a.ID
		list := told[toldAudits](t, o.ask(http.MethodGet, "gunel", "/api/v1/audits?state=planned&limit=1", nil).Want(http.StatusOK))
		if list.Total != 2 || len(list.Items) != 1 || list.Next == "" {
			t.Fatalf("first page: %+v", list)
		}
		rest := told[toldAudits](t, o.ask(http.MethodGet, "gunel", "/api/v1/audits?state=planned&limit=1&after="+list.Next, nil).Want(http.StatusOK))
		both := []string{list.Items[0].ID, rest.Items[0].ID}
		if !slices.Contains(both, a.ID) || !slices.Contains(both, second.ID) || rest.Next != "" {
			t.Errorf("pages: %+v %+v", list, rest)
		}
		v := told[toldAudit](t, o.ask(http.MethodGet, "gunel", path, nil).Want(http.StatusOK))
		if v.Number != a.Number || v.State != "planned" || v.Departments[0].Code != "SSS" || len(v.Team) < 2 || !slices.Contains(v.Steps, "announce") {
			t.Errorf("the audit: %+v", v)
		}

		// What is refused says why and changes nothing.
		o.ask(http.MethodPost, "gunel", path+"/announce", object{"reason": ""}).Want(http.StatusUnprocessableEntity)
		if early := o.ask(http.MethodPost, "gunel", path+"/report", object{"conclusion": "uyğundur"}).Want(http.StatusConflict); early.Body == "" {
			t.Error("a refusal without a word")
		}
		o.ask(http.MethodPost, "elchin", path+"/announce", object{"reason": audittest.ShortNotice}).Want(http.StatusForbidden)
		o.ask(http.MethodGet, "elchin", path, nil).Want(http.StatusNotFound) // not announced yet
		if got := o.StateOf("audits", a.ID); got != "planned" {
			t.Fatalf("a refused step moved the audit: %s", got)
		}
		if v := told[toldAudit](t, o.ask(http.MethodPost, "gunel", path+"/announce", object{"reason": audittest.ShortNotice}).Want(http.StatusOK)); v.State != "announced" {
			t.Errorf("announced: %+v", v)
		}
		o.ask(http.MethodPost, "gunel", path+"/announce", object{"reason": audittest.ShortNotice}).Want(http.StatusConflict)

		// The audited department reads it and has no step; another does not know of it.
		if v := told[toldAudit](t, o.ask(http.MethodGet, "elchin", path, nil).Want(http.StatusOK)); len(v.Steps) != 0 {
			t.Errorf("steps of the audited: %v", v.Steps)
		}
		if seen := told[toldAudits](t, o.ask(http.MethodGet, "elchin", "/api/v1/audits", nil).Want(http.StatusOK)); seen.Total != 1 || seen.Items[0].ID != a.ID {
			t.Errorf("the audited department sees %+v", seen)
		}
		o.ask(http.MethodGet, "vugar", path, nil).Want(http.StatusNotFound)
		if seen := told[toldAudits](t, o.ask(http.MethodGet, "vugar", "/api/v1/audits", nil).Want(http.StatusOK)); seen.Total != 0 || len(seen.Items) != 0 {
			t.Errorf("another department sees %+v", seen)
		}
		o.ask(http.MethodPost, "vugar", path+"/start", nil).Want(http.StatusForbidden)
		for _, wrong := range []string{"/api/v1/audits/" + store.NewID(), "/api/v1/programmes/2031"} {
			o.ask(http.MethodGet, "gunel", wrong, nil).Want(http.StatusNotFound)
		}
		o.ask(http.MethodGet, "gunel", "/api/v1/audits?state=nowhere", nil).Want(http.StatusUnprocessableEntity)
		o.ask(http.MethodPost, "gunel", "/api/v1/audits", object{"kind": "internal", "title": "", "from": "2026-02-31"}).Want(http.StatusUnprocessableEntity)
	})
}

// TestAProgramReadsAndMovesAProgramme walks a programme to its approval and
// plans an audit of one of its rows.
func TestAProgramReadsAndMovesAProgramme(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, s := openAuditAPI(t, db)
		p, err := s.Create(o.Be("nigar"), 2026, programme.Texts{Objectives: "Uyğunluğu yoxlamaq", Criteria: "AZS ISO 9001:2020", Methods: "müsahibə", Resources: "60 gün",
			Risks: []programme.Risk{{Kind: "risk", Text: "Auditor azdır", Treatment: "Təlim keçmək"}}})
		if err != nil {
			t.Fatal(err)
		}
		type toldProgramme struct {
			Year  int
			State string
			Rows  []struct {
				ID, Code, Unit string
				Priority       int
				Factors        []struct{ Factor string }
				Audits         []string
			}
			SubProcesses struct{ Of int } `json:"sub_processes"`
			Steps        []string
		}
		const path = "/api/v1/programmes/2026"
		read := func(key string) toldProgramme {
			t.Helper()
			return told[toldProgramme](t, o.ask(http.MethodGet, key, path, nil).Want(http.StatusOK))
		}
		v := read("nigar")
		if v.Year != 2026 || v.State != "draft" || len(v.Rows) == 0 || v.SubProcesses.Of != 44 || len(v.Rows[0].Factors) != 5 || !slices.Contains(v.Steps, "submit") {
			t.Fatalf("%d %s, %d rows, %d sub-processes, steps %v", v.Year, v.State, len(v.Rows), v.SubProcesses.Of, v.Steps)
		}
		for i := range v.Rows[1:] {
			if v.Rows[i].Priority < v.Rows[i+1].Priority {
				t.Errorf("row %d stands after one of lower priority", i+1)
			}
		}

		o.ask(http.MethodPost, "rafael", path+"/approve", nil).Want(http.StatusConflict) // not submitted
		o.ask(http.MethodPost, "gunel", path+"/submit", nil).Want(http.StatusForbidden)
		o.ask(http.MethodPost, "vugar", path+"/submit", nil).Want(http.StatusForbidden)
		if got := o.StateOf("programmes", p.ID); got != "draft" {
			t.Fatalf("a refused step moved the programme: %s", got)
		}
		// A row in the plan, or there is nothing to submit.
		if err := s.SaveRow(o.Be("nigar"), v.Rows[0].ID, programme.RowEdit{Version: 1, Importance: 4, Months: []int{7}, LeadID: o.ID("gunel")}); err != nil {
			t.Fatal(err)
		}
		if v := told[toldProgramme](t, o.ask(http.MethodPost, "nigar", path+"/submit", nil).Want(http.StatusOK)); v.State != "submitted" {
			t.Errorf("submitted: %s", v.State)
		}
		o.ask(http.MethodPost, "rafael", path+"/return", object{"reason": ""}).Want(http.StatusUnprocessableEntity)
		o.ask(http.MethodPost, "nigar", path+"/approve", nil).Want(http.StatusForbidden) // who wrote it
		if v := told[toldProgramme](t, o.ask(http.MethodPost, "rafael", path+"/approve", nil).Want(http.StatusOK)); v.State != "approved" {
			t.Errorf("approved: %s", v.State)
		}
		row := path + "/rows/" + v.Rows[0].ID + "/audit"
		o.ask(http.MethodPost, "vugar", row, object{"month": 7}).Want(http.StatusForbidden)
		made := told[toldAudit](t, o.ask(http.MethodPost, "gunel", row, object{"month": 7}).Want(http.StatusCreated))
		if made.State != "planned" || made.Programme != 2026 {
			t.Errorf("made: %+v", made)
		}
		o.ask(http.MethodPost, "gunel", row, object{"month": 7}).Want(http.StatusConflict)
		if after := read("gunel"); after.Rows[0].ID == v.Rows[0].ID && !slices.Contains(after.Rows[0].Audits, made.Number) {
			t.Errorf("the row does not name %s: %v", made.Number, after.Rows[0].Audits)
		}
		list := told[struct {
			Items []struct {
				Year, Planned, Audits int
				State                 string
			}
		}](t, o.ask(http.MethodGet, "nigar", "/api/v1/programmes", nil).Want(http.StatusOK))
		if len(list.Items) != 1 || strconv.Itoa(list.Items[0].Year) != "2026" || list.Items[0].Audits != 1 {
			t.Errorf("list: %+v", list)
		}
	})
}
