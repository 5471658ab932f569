package kisweb_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/office"
)

// document is the description of the API as a program reads it.
type document struct{ root map[string]any }

func readDocument(t *testing.T, s apiSite) document {
	t.Helper()
	a := program{s, "", "en"}.get("/api/openapi.json")
	a.Want(http.StatusOK)
	if a.text("openapi") != "3.1.0" || strings.Contains(a.Body, "⟦") {
		t.Fatalf("no document: %s", a.Body[:200])
	}
	return document{a.Data}
}

// at follows names from the root.
func (d document) at(path ...string) map[string]any {
	v := d.root
	for _, p := range path {
		v, _ = v[p].(map[string]any)
	}
	return v
}

// fits gives what is wrong with a value under a schema; answers may hold
// nothing that the schema does not name.
func (d document) fits(where string, schema map[string]any, v any) (wrong []string) {
	if ref, ok := schema["$ref"].(string); ok {
		return d.fits(where, d.at(strings.Split(strings.TrimPrefix(ref, "#/"), "/")...), v)
	}
	bad := func(format string, args ...any) { wrong = append(wrong, where+": "+fmt.Sprintf(format, args...)) }
	switch schema["type"] {
	case "object":
		m, ok := v.(map[string]any)
		if !ok {
			bad("%v is no object", v)
			return wrong
		}
		properties, _ := schema["properties"].(map[string]any)
		more, _ := schema["additionalProperties"].(map[string]any)
		for name, x := range m {
			p, known := properties[name].(map[string]any)
			if !known {
				p = more
			}
			if p == nil {
				bad("%s is not described", name)
				continue
			}
			wrong = append(wrong, d.fits(where+"."+name, p, x)...)
		}
		required, _ := schema["required"].([]any)
		for _, name := range required {
			if _, ok := m[name.(string)]; !ok {
				bad("%s is missing", name)
			}
		}
	case "array":
		list, ok := v.([]any)
		if !ok {
			bad("%v is no list", v)
		}
		for i, x := range list {
			wrong = append(wrong, d.fits(fmt.Sprintf("%s[%d]", where, i), schema["items"].(map[string]any), x)...)
		}
	case "integer":
		if n, ok := v.(float64); !ok || n != float64(int64(n)) {
			bad("%v is no whole number", v)
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			bad("%v is not yes or no", v)
		}
	case "string":
		text, ok := v.(string)
		if !ok {
			bad("%v is no text", v)
		}
		if choices, ok := schema["enum"].([]any); ok && !slices.Contains(choices, v) {
			bad("%q is none of %v", text, choices)
		}
		layout := map[any]string{"date": "2006-01-02", "date-time": time.RFC3339Nano}[schema["format"]]
		if _, err := time.Parse(layout, text); layout != "" && err != nil {
			bad("%q is no %v", text, schema["format"])
		}
	default:
		bad("schema of no type: %v", schema)
	}
	return wrong
}

func TestTheDocumentDescribesEveryRouteOfTheAPIAndNoOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := openAPI(t, db)
		d := readDocument(t, s)
		var routes, described []string
		for _, r := range s.Server.Router().Routes() {
			if strings.HasPrefix(r.Path, "/api/v1/") {
				routes = append(routes, r.Method+" "+r.Path+" "+string(r.Action))
			}
		}
		for path, methods := range d.at("paths") {
			for method, op := range methods.(map[string]any) {
				o := op.(map[string]any)
				var names []string
				for _, p := range o["parameters"].([]any) {
					if p := p.(map[string]any); p["in"] == "path" {
						names = append(names, p["name"].(string))
						path = strings.ReplaceAll(path, "{"+p["name"].(string)+"}", ":"+p["name"].(string))
					}
				}
				if strings.Contains(path, "{") {
					t.Errorf("%s names a parameter that is not described: %v", path, names)
				}
				described = append(described, strings.ToUpper(method)+" "+path+" "+o["x-kis-action"].(string))
			}
		}
		slices.Sort(routes)
		slices.Sort(described)
		if len(routes) == 0 || !slices.Equal(routes, described) {
			t.Errorf("routes\n%s\ndescribed\n%s", strings.Join(routes, "\n"), strings.Join(described, "\n"))
		}
	})
}

func TestAnswersAreAsTheDocumentSays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := openAPI(t, db)
		d := readDocument(t, s)
		cy := s.office.Running("2026")
		link := s.office.Hand("aytan", cy.ID, "1.1.1")
		back := s.office.Hand("aytan", cy.ID, "1.1.4")
		aytan, nigar := s.of("aytan"), s.of("nigar")
		tried := map[string]bool{}
		check := func(id string, a reply) reply {
			t.Helper()
			for _, methods := range d.at("paths") {
				for _, op := range methods.(map[string]any) {
					o := document{op.(map[string]any)}
					if o.root["operationId"] != id {
						continue
					}
					tried[id] = true
					answer := o.at("responses", fmt.Sprint(a.Status))
					if answer == nil {
						t.Fatalf("%s answers %d, which is not described: %s", id, a.Status, a.Body)
					}
					schema := document{answer}.at("content", "application/json", "schema")
					if schema == nil { // a file
						return a
					}
					for _, w := range d.fits(id, schema, any(a.Data)) {
						t.Error(w)
					}
				}
			}
			return a
		}
		process := check("listProcesses", nigar.get("/api/v1/processes")).text("items", 0, "id")
		check("getProcess", nigar.get("/api/v1/processes/"+process))
		check("listCycles", nigar.get("/api/v1/cycles?from=2025&to=2027"))
		check("getCycle", nigar.get("/api/v1/cycles/"+cy.ID))
		check("getCycleGrid", nigar.get("/api/v1/cycles/"+cy.ID+"/grid?state=review"))
		output := check("getCycleTask", aytan.get("/api/v1/cycles/"+cy.ID+"/tasks/1.1.3")).text("outputs", 0, "id")
		check("listEvidence", nigar.get("/api/v1/evidence?sort=due"))
		file := check("getEvidence", nigar.get("/api/v1/evidence/"+link.ID)).text("files", 0, "href")
		check("downloadFile", nigar.get(file))
		up := check("uploadFile", aytan.put("qeyd.txt", "mətn")).text("id")
		made := check("submitEvidence", aytan.post("/api/v1/evidence", fmt.Sprintf(`{"cycle_id":%q,"output_ids":[%q],"upload_ids":[%q]}`, cy.ID, output, up))).text("id")
		check("withdrawEvidence", aytan.post("/api/v1/evidence/"+made+"/withdraw", ""))
		check("acceptEvidence", nigar.post("/api/v1/evidence/"+link.ID+"/accept", ""))
		check("returnEvidence", nigar.post("/api/v1/evidence/"+back.ID+"/return", `{"reason":"İmza yoxdur"}`))
		check("listIndicators", nigar.get("/api/v1/indicators"))
		check("enterIndicator", aytan.post("/api/v1/cycles/"+cy.ID+"/indicators/4.3-U", `{"numerator":"9","denominator":"10","note":"sorğudan"}`))
		check("listCycleIndicators", nigar.get("/api/v1/cycles/"+cy.ID+"/indicators"))
		for _, op := range s.Server.Router().Operations() {
			if !tried[op.ID] {
				t.Errorf("%s was not tried", op.ID)
			}
		}
		problem := d.at("components", "responses", "Problem", "content", "application/problem+json", "schema")
		for _, a := range []reply{nigar.get("/api/v1/evidence?limit=x"), nigar.get("/api/v1/evidence/none"), aytan.post("/api/v1/evidence/"+back.ID+"/accept", "")} {
			for _, w := range d.fits("problem", problem, any(a.Data)) {
				t.Error(w)
			}
		}
	})
}

func TestAnUploadThatIsCutLeavesNothing(t *testing.T) {
	overAPI(t, func(t *testing.T, s apiSite) {
		base, p := s.Listen(), s.of("aytan")
		rows := func() (n int) {
			if err := s.office.DB.Read().NewRaw(`SELECT COUNT(*) FROM uploads`).Scan(t.Context(), &n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		answer := cutUpload(t, base, p.token, "/api/v1/uploads?name=a.txt", 1<<20, 300<<10)
		var problem struct {
			Code   string `json:"code"`
			Status int    `json:"status"`
		}
		if err := json.Unmarshal([]byte(answer), &problem); err != nil || problem.Status != 422 || problem.Code != "error.upload.cut" || rows() != 0 {
			t.Errorf("cut: %q (%v), %d uploads", answer, err, rows())
		}
		s.office.Limits.FileBytes = 1000
		p.put("b.txt", strings.Repeat("b", 1001)).refuses(413, "upload")
		p.put("b.txt", strings.Repeat("b", 1000)).Want(http.StatusCreated)
		if rows() != 1 {
			t.Errorf("%d uploads", rows())
		}
		s.of("gunel").send(httptest.NewRequest(http.MethodPost, "/api/v1/uploads?name=c.txt", strings.NewReader("c"))).refuses(403)
	})
}

func TestPeopleMakeTokensOfTheirOwn(t *testing.T) {
	overAPI(t, func(t *testing.T, s apiSite) {
		v := s.as("aytan")
		v.Get("/me").Want(200).Has(`a[href="/me/tokens"]`)
		v.Get("/me/tokens").Want(200).Has(".k-empty", "Hələ token yoxdur")
		v.Post("/me/tokens", "name", "", "to", "dünən").Want(422).Has(".k-err", "doldurulmalıdır").Has(".k-err", "tarix").HasNot("#token")
		v.Post("/me/tokens", "name", "cədvəl", "to", "01.01.2030").Want(422).Has(".k-err", "26.11.2027")
		made := v.Post("/me/tokens", "name", "cədvəl", "to", "31.12.2026").Want(http.StatusCreated)
		token := made.Text("#token")
		program{s, token, "az"}.get("/api/v1/processes").Want(200)
		v.Post("/me/tokens", "name", "cədvəl", "to", "31.12.2026").Want(422)
		list := v.Get("/me/tokens").Want(200).Has("tbody tr", "cədvəl", "etibarlıdır", "31.12.2026")
		if strings.Contains(list.Body, token) {
			t.Error("the token is shown again")
		}
		revoke := list.Attr(`form[action$="/revoke"]`, "action")
		if a := s.as("elchin").Post(revoke); a.Status != 404 {
			t.Errorf("somebody else revokes: %d", a.Status)
		}
		v.Follow(v.Post(revoke).WantRedirect("/me/tokens")).Has("tbody tr", "cədvəl", "ləğv edilib")
		program{s, token, "az"}.get("/api/v1/processes").refuses(401)
		ctx := s.office.As(t.Context(), "aytan")
		for i := range 20 {
			if _, _, err := s.office.CreateToken(ctx, office.NewToken{Name: fmt.Sprint(i)}); err != nil {
				t.Fatal(err)
			}
		}
		v.Post("/me/tokens", "name", "artıq", "to", "31.12.2026").Want(409)
	})
}
