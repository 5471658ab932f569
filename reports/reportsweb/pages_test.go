package reportsweb_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reference"
	"github.com/kis-platform/kis/reports"
	"github.com/kis-platform/kis/reports/reportsweb"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

// house is an office behind a site with the documents' routes.
type house struct {
	*audittest.Office
	*webtest.Site
	t testing.TB
}

func newHouse(t *testing.T, db *store.DB) house {
	t.Helper()
	o := audittest.New(t, db)
	e, p := eservice.New(o.Service), planning.New(o.Service)
	if err := e.LoadReference(o.System()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{reference.AssessmentTotals, reference.AssessmentsSample} {
		f, err := reference.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Import(o.System(), eservice.ImportRequest{Reader: f, Name: name}); err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
	}
	if err := p.LoadMeasuresReference(o.System()); err != nil {
		t.Fatal(err)
	}
	svc := reports.New(o.Service, o.Audit, p, e, "https://kis.example")
	return house{o, webtest.New(t, func(r *web.Router) {
		// The pages around the documents share their first segments with them.
		for path, act := range map[string]policies.Action{"/scorecards/:agency": policies.ScorecardRead, "/plans/:year": policies.PlanRead, "/cycles/:id": policies.CycleRead,
			"/measures/:id": policies.MeasureRead, "/acts/:id": policies.ActRead, "/audits/:id": policies.AuditRead, "/reviews/:id": policies.ReviewRead} {
			r.GET(path, act, func(c *web.Context) error { return c.JSON(http.StatusOK, "page") })
		}
		reportsweb.Register(r, svc)
	}), t}
}

// sign signs a person of the office in.
func (h house) sign(key string) *webtest.Visitor {
	h.t.Helper()
	a, err := h.ActorOf(h.System(), h.ID(key))
	if err != nil {
		h.t.Fatal(err)
	}
	return h.As(a)
}

// As is a visitor; the office has an As of its own, for contexts.
func (h house) As(a actor.Actor) *webtest.Visitor { return h.Site.As(a) }

func TestDocumentsAreDownloads(t *testing.T) {
	h := newHouse(t, storetest.Open(t))
	a := h.Started()
	act := h.Act(a.ID, "4.4-a", audit.ActIssued)
	for path, want := range map[string][3]string{
		"/acts/" + act.ID + "/pdf":                                {"akt-" + act.Number + ".pdf", "application/pdf", "%PDF"},
		"/acts/" + act.ID + "/pdf?lang=en":                        {"act-" + act.Number + ".pdf", "application/pdf", "%PDF"},
		"/audits/" + a.ID + "/pdf":                                {"audit-hesabati-" + a.Number + ".pdf", "application/pdf", "%PDF"},
		"/cycles/" + h.Cycle.ID + "/export.pdf":                   {"dovr-1-elektron-xidmet-2026.pdf", "application/pdf", "%PDF"},
		"/cycles/" + h.Cycle.ID + "/export.xlsx":                  {"dovr-1-elektron-xidmet-2026.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "PK"},
		"/scorecards/export.pdf?from=2013&to=2015":                {"elektron-xidmetler-2013–2015.pdf", "application/pdf", "%PDF"},
		"/scorecards/export.xlsx":                                 {"elektron-xidmetler-2013–2025.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "PK"},
		"/scorecards/export.csv?from=2013&to=2013":                {"elektron-xidmetler-2013.csv", "text/csv; charset=utf-8", "year,agencies"},
		"/scorecards/export.json?from=2013&to=2013&lang=en":       {"e-services-2013.json", "application/json; charset=utf-8", "[{"},
		"/measures/export.pdf?plan=AH-2020-2022&year=2022":        {"tedbirler-AH-2020-2022-2022.pdf", "application/pdf", "%PDF"},
		"/measures/export.xlsx?plan=AH-2020-2022&year=2022&lang=": {"tedbirler-AH-2020-2022-2022.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "PK"},
	} {
		got := h.sign("gunel").Get(path).Want(http.StatusOK)
		name := got.Header.Get("Content-Disposition")
		if !strings.HasPrefix(name, "attachment;") || !strings.Contains(name, strings.ReplaceAll(want[0], "–", "%E2%80%93")) {
			t.Errorf("%s is called %s, want %s", path, name, want[0])
		}
		if got.Header.Get("Content-Type") != want[1] || !strings.HasPrefix(got.Body, want[2]) {
			t.Errorf("%s is %s beginning %.12q", path, got.Header.Get("Content-Type"), got.Body)
		}
	}
}

func TestWhatIsNotThereOrNotTheirs(t *testing.T) {
	h := newHouse(t, storetest.Open(t))
	act := h.Act(h.Started().ID, "4.4-a", audit.ActIssued)
	for _, c := range []struct {
		who, path string
		status    int
	}{
		{"gunel", "/acts/" + store.NewID() + "/pdf", http.StatusNotFound},
		{"gunel", "/acts/UA-2026-001/pdf", http.StatusNotFound}, // ids only, as on the page
		{"vugar", "/acts/" + act.ID + "/pdf", http.StatusNotFound},
		{"elchin", "/acts/" + act.ID + "/pdf", http.StatusOK},
		{"elchin", "/reviews/" + store.NewID() + "/pdf", http.StatusForbidden},
		{"gunel", "/plans/2031/pdf", http.StatusNotFound},
		{"gunel", "/plans/02026/pdf", http.StatusNotFound},
		{"gunel", "/plans/x/xlsx", http.StatusNotFound},
		{"gunel", "/cycles/" + store.NewID() + "/export.pdf", http.StatusNotFound},
		{"gunel", "/scorecards/export.pdf?from=x", http.StatusUnprocessableEntity},
		{"gunel", "/scorecards/export.pdf?from=2015&to=2013", http.StatusUnprocessableEntity},
		{"gunel", "/scorecards/export.csv?agency=XX", http.StatusNotFound},
		{"gunel", "/scorecards/export.pdf?lang=fr", http.StatusUnprocessableEntity},
		{"gunel", "/scorecards/DVX", http.StatusOK}, // the page beside the exports
		{"gunel", "/measures/export.pdf", http.StatusUnprocessableEntity},
		{"gunel", "/measures/export.pdf?plan=XX&year=2022", http.StatusNotFound},
	} {
		got := h.sign(c.who).Get(c.path).Want(c.status)
		if c.status != http.StatusOK && got.Header.Get("Content-Disposition") != "" {
			t.Errorf("%s: an error came as a download", c.path)
		}
	}
	h.Nobody().Get("/acts/" + act.ID + "/pdf").WantRedirect("/sign-in?next=%2Facts%2F" + act.ID + "%2Fpdf")
}

func TestAnybodyChecksAPrint(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		act := h.Act(h.Started().ID, "4.4-a", audit.ActAcknowledged)
		file := h.sign("gunel").Get("/acts/" + act.ID + "/pdf").Want(http.StatusOK)
		var code string
		if err := db.Read().NewRaw("SELECT code FROM documents").Scan(t.Context(), &code); err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256([]byte(file.Body))
		sha := hex.EncodeToString(sum[:])
		page := h.Nobody().Get("/verify/" + code).Want(http.StatusOK)
		page.Has("h1", "Çap olunmuş sənədin yoxlanması").Has(".k-tag.k-good", "Əsl sənəddir").Has("dl", "Uyğunsuzluqlara dair akt", act.Number, "15.06.2026", "Tanış olunub").Has("code", sha)
		for _, secret := range []string{act.Statement, "SSS", "Elçin", "Günel", "arxiv", act.ID} {
			if bytes.Contains([]byte(page.Body), []byte(secret)) {
				t.Errorf("the page gives away %q", secret)
			}
		}
		h.Nobody().Get("/verify/"+code+"?sha256="+strings.ToUpper(sha)).Want(http.StatusOK).Has(".k-quote.k-good", "Eynidir.")
		h.Nobody().Get("/verify/"+code+"?sha256="+strings.Repeat("0", 64)).Want(http.StatusOK).Has(".k-quote.k-bad", "Fərqlidir.")
		h.Nobody().Get("/verify?code=" + strings.ToLower(code)).WantRedirect("/verify/" + strings.ToLower(code))
		h.Nobody().Get("/verify/"+strings.ToLower(code)).Want(http.StatusOK).Has(".k-tag.k-good", "Əsl sənəddir")
		h.Nobody().Get("/verify").Want(http.StatusOK).Has("input[name=code]")
		for _, wrong := range []string{"AAAA-BBBB-CCCC", "x", "%3Cscript%3E", strings.Repeat("A", 3000)} {
			h.Nobody().Get("/verify/" + wrong).Want(http.StatusNotFound).HasNot("dl").HasNot("script:not([src])").Has("input[name=code]")
		}
	})
}
