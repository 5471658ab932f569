package incomingweb_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/eservice/incomingweb"
	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

// desk is an office with a register of one body and one service, and a
// campaign over it that is running, behind a site.
type desk struct {
	*kistest.Office
	*webtest.Site
	t        *testing.T
	services incomingweb.Services
	campaign string
	tokens   map[string]string
}

// service is a row of a sheet of services that is good as it is.
var service = map[string]string{"agency": "QA", "2.3.1": "Arayışın verilməsi", "2.3.2": "Məlumatın verilməsi", "2.3.6": "Nazirlər Kabinetinin 12.05.2014-cü il tarixli 123 nömrəli qərarı", "2.3.7": "electronic", "2.3.8": "portal", "2.3.9": "Arayış",
	"2.3.10": "natural_person", "2.3.11": "5 working_day", "2.3.12a": "09:00–18:00", "2.3.13": "Bakı", "2.3.14": "Sənədlər natamam olduqda", "2.3.15a": "Ərizə", "2.3.15b": "scan", "2.3.17a": "free",
	"2.3.18": "Müraciət qeydiyyata alınır", "2.3.19": "Şikayət", "2.3.20": "Portal", "2.3.21": "interactive", "2.3.22": "partial"}

// body is a row of a sheet of bodies that is good as it is.
var body = map[string]string{"code": "QB", "name_az": "B Agentliyi", "name_en": "Agency B", "section": "central", "from": "2020-01-01", "basis": "Fərman № 2", "2.5.1a": "AZ1000", "2.5.1b": "Bakı",
	"2.5.2a": "+994 12 555 00 01", "2.5.2c": "https://qb.example", "2.5.2d": "info@qb.example", "2.5.2e": "09:00–18:00"}

// total is a year whose figures add up.
var total = map[string]string{"year": "2017", "agencies": "40", "services": "439", "electronised": "305", "not_electronised": "134", "unsatisfactory": "5", "satisfactory": "83", "good": "142", "excellent": "75"}

var totalColumns = []string{"year", "agencies", "services", "electronised", "not_electronised", "unsatisfactory", "satisfactory", "good", "excellent"}

func newDesk(t *testing.T, db *store.DB) *desk {
	t.Helper()
	storetest.ClockOf(db).SetDay("2026-09-07")
	o := kistest.NewOffice(t, db)
	es := eservice.New(o.Service)
	s := incomingweb.Services{KIS: o.Service, Register: register.New(o.Service), Schemes: es, Campaign: campaign.New(o.Service, es)}
	d := &desk{Office: o, t: t, services: s, tokens: map[string]string{}}
	d.Site = webtest.New(t, func(r *web.Router) { incomingweb.Register(r, s) }, func(opt *web.Options) { opt.Clock, opt.Users, opt.Tokens = db.Now, o.Service, o.Service })
	for _, load := range []func(context.Context) error{s.Register.LoadReference, es.LoadReference} {
		d.ok(load(o.System()))
	}
	a, err := s.Register.CreateAgency(o.System(), register.NewAgency{Code: "QA", NameAZ: "A Agentliyi", Section: register.Central, Basis: "Fərman № 1"})
	d.ok(err)
	contact := map[string]string{}
	for _, f := range register.ContactFields() {
		contact[f.Clause] = body[f.Clause]
	}
	d.ok(s.Register.EditAgency(o.System(), register.AgencyEdit{AgencyID: a.ID, Seen: 1, Contact: contact}))
	text := d.sheet(register.SheetColumns(), service)
	_, err = s.Register.Import(o.System(), register.ImportRequest{File: bytes.NewReader(text), Size: int64(len(text)), Name: "x.csv"})
	d.ok(err)
	manager := o.As(t.Context(), "nigar")
	c, err := s.Campaign.Create(manager, campaign.Plan{Year: 2026, Title: "2026", Basis: "Qayda", Scheme: "2025", From: "2026-09-01", To: "2026-11-30"})
	d.ok(err)
	_, err = s.Campaign.Assign(manager, c.ID, "", o.ID("orxan"))
	d.ok(err)
	d.ok(s.Campaign.Start(manager, c.ID))
	d.campaign = c.ID
	for _, key := range []string{"ulviyya", "orxan", "nigar"} {
		_, d.tokens[key], err = o.CreateToken(o.As(t.Context(), key), office.NewToken{Name: "cədvəl"})
		d.ok(err)
	}
	return d
}

func (d *desk) ok(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// sheet writes rows under a header.
func (d *desk) sheet(columns []string, rows ...map[string]string) []byte {
	d.t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	d.ok(w.Write(columns))
	for _, r := range rows {
		line := make([]string, len(columns))
		for i, c := range columns {
			line[i] = r[c]
		}
		d.ok(w.Write(line))
	}
	w.Flush()
	return b.Bytes()
}

// scored is a row of the sheet of the campaign with every point.
func (d *desk) scored() (columns []string, row map[string]string) {
	d.t.Helper()
	scheme, err := d.services.Schemes.SchemeByCode(d.System(), "2025")
	d.ok(err)
	row = map[string]string{"agency": "QA", "service_code": "ER-2026-00001", "service_name": service["2.3.1"], "electronisation_level": "full", "automation_level": "full"}
	for _, m := range scheme.Parameters {
		row[m.Code], row[m.Code+".reason"] = "7", "yoxlanılıb"
	}
	return campaign.Columns(scheme), row
}

// bands are the rows of a scheme of two bands with one cell changed.
func (d *desk) bands(cell, value string) []map[string]string {
	rows := map[string]map[string]string{
		"sxem": {"part": "scheme", "code": "2031", "name_az": "Sxem", "name_en": "Scheme", "max": "100", "act_az": "Qayda", "act_en": "Rule", "valid_from": "2031-01-01", "scale": "words", "confirmed": "false"},
		"pis":  {"part": "band", "code": "bad", "name_az": "pis", "name_en": "bad", "min": "0", "min_inclusive": "true", "max": "50", "max_inclusive": "false"},
		"kafi": {"part": "band", "code": "good", "name_az": "kafi", "name_en": "good", "min": "50", "min_inclusive": "true", "max": "100", "max_inclusive": "true"},
	}
	if row, column, ok := strings.Cut(cell, "."); ok {
		rows[row][column] = value
	}
	return []map[string]string{rows["pis"], rows["kafi"], rows["sxem"]}
}

// state is what an import could have changed.
func (d *desk) state() string {
	d.t.Helper()
	var out string
	d.ok(d.services.KIS.DB.Read().NewRaw(`SELECT (SELECT COUNT(*) FROM eservices) || ' ' || (SELECT COUNT(*) FROM eservice_versions) || ' ' || (SELECT COUNT(*) FROM agencies) || ' ' ||
		(SELECT SUM(revision) FROM agencies) || ' ' || (SELECT COUNT(*) FROM assessment_totals) || ' ' || (SELECT COUNT(*) FROM rating_schemes) || ' ' || (SELECT COUNT(*) || ' ' || SUM(revision) FROM assessments)`).Scan(d.System(), &out))
	return out
}

// api sends a sheet as a program does.
func (d *desk) api(who, path string, text []byte) *webtest.Answer {
	d.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path+"?name=f.csv", bytes.NewReader(text))
	r.Header.Set("Authorization", "Bearer "+d.tokens[who])
	r.Header.Set("Content-Type", "application/octet-stream")
	return d.Nobody().Do(r)
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

func without(columns []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(columns), func(c string) bool { return c == name })
}

// TestABadSheetIsRefusedByRowAndColumnOnThePageAndByTheAPI: each fault is named
// where it is, and nothing of the file is kept.
func TestABadSheetIsRefusedByRowAndColumnOnThePageAndByTheAPI(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db)
		services, agencies := register.SheetColumns(), register.AgencyColumns()
		points, scored := d.scored()
		good := with(service, "2.3.1", "Başqa arayış")
		campaignPath := "/campaigns/" + d.campaign + "/import"
		cases := []struct {
			name, who, path string
			columns         []string
			rows            []map[string]string
			row             int
			column          string
		}{
			{"a clause missing", "ulviyya", "/services/import", without(services, "2.3.9"), []map[string]string{good}, 1, "2.3.9"},
			{"a clause doubled", "ulviyya", "/services/import", append(slices.Clone(services), "2.3.9"), []map[string]string{good}, 1, "2.3.9"},
			{"a clause unknown", "ulviyya", "/services/import", append(slices.Clone(services), "2.3.99"), []map[string]string{good}, 1, "2.3.99"},
			{"an item that must be there", "ulviyya", "/services/import", services, []map[string]string{good, with(good, "2.3.9", "")}, 3, "2.3.9"},
			{"a number twice", "ulviyya", "/services/import", services, []map[string]string{with(good, "register_number", "ER-2020-00007"), with(good, "register_number", "ER-2020-00007")}, 3, "register_number"},
			{"a number that exists, of another body", "ulviyya", "/services/import", services, []map[string]string{with(good, "agency", "QC", "register_number", "ER-2026-00001")}, 2, "agency"},
			{"a number that exists, without the basis of a change", "ulviyya", "/services/import", services, []map[string]string{with(good, "register_number", "ER-2026-00001")}, 2, "2.3.23a"},
			{"a number that is none", "ulviyya", "/services/import", services, []map[string]string{with(good, "register_number", "17")}, 2, "register_number"},
			{"a body unknown", "ulviyya", "/services/import", services, []map[string]string{good, with(good, "agency", "YOX")}, 3, "agency"},
			{"a date that is none", "ulviyya", "/services/import", services, []map[string]string{with(good, "registered_on", "31.02.2026")}, 2, "registered_on"},
			{"a value of no list", "ulviyya", "/services/import", services, []map[string]string{with(good, "2.3.21", "çox")}, 2, "2.3.21"},

			{"bands that overlap", "nigar", "/schemes/import", eservice.SchemeColumns, d.bands("kafi.min", "40"), 3, "min"},
			{"bands that leave a hole", "nigar", "/schemes/import", eservice.SchemeColumns, d.bands("kafi.min", "60"), 3, "min"},
			{"bands that end too soon", "nigar", "/schemes/import", eservice.SchemeColumns, d.bands("kafi.max", "99"), 3, "max"},
			{"a column of schemes missing", "nigar", "/schemes/import", without(eservice.SchemeColumns, "weight"), d.bands("", ""), 1, "weight"},

			{"a body twice", "ulviyya", "/agencies/import", agencies, []map[string]string{body, body}, 3, "code"},
			{"a body without a basis", "ulviyya", "/agencies/import", agencies, []map[string]string{with(body, "basis", "")}, 2, "basis"},
			{"a section that is none", "ulviyya", "/agencies/import", agencies, []map[string]string{with(body, "section", "mərkəzi")}, 2, "section"},
			{"a body called otherwise", "ulviyya", "/agencies/import", agencies, []map[string]string{with(body, "code", "QA")}, 2, "name_az"},
			{"a day to come", "ulviyya", "/agencies/import", agencies, []map[string]string{with(body, "from", "2030-01-01")}, 2, "from"},
			{"an address of mail that is none", "ulviyya", "/agencies/import", agencies, []map[string]string{with(body, "2.5.2d", "info")}, 2, "2.5.2d"},
			{"a column of bodies missing", "ulviyya", "/agencies/import", without(agencies, "section"), []map[string]string{body}, 1, "section"},

			{"a score above the maximum", "orxan", campaignPath, points, []map[string]string{with(scored, "security_result", "10.5")}, 2, "security_result"},
			{"points for a parameter of another scheme", "orxan", campaignPath, append(slices.Clone(points), "automation"), []map[string]string{scored}, 1, "automation"},
			{"a service of nobody", "orxan", campaignPath, points, []map[string]string{with(scored, "service_code", "ER-1")}, 2, "service_code"},
			{"stars that the points do not give", "orxan", campaignPath, points, []map[string]string{with(scored, "grade", "★★★★★")}, 2, "grade"},

			{"services that do not add up", "orxan", "/scorecards/import", totalColumns, []map[string]string{with(total, "services", "440")}, 2, "services"},
			{"grades that do not add up", "orxan", "/scorecards/import", totalColumns, []map[string]string{with(total, "good", "141")}, 2, "electronised"},
			{"a year twice", "orxan", "/scorecards/import", totalColumns, []map[string]string{total, total}, 3, "year"},
			{"a year that is none", "orxan", "/scorecards/import", totalColumns, []map[string]string{with(total, "year", "keçən il")}, 2, "year"},
			{"a count that is none", "orxan", "/scorecards/import", totalColumns, []map[string]string{with(total, "excellent", "-1")}, 2, "excellent"},
			{"stars in a year of words", "orxan", "/scorecards/import", []string{"year", "agencies", "services", "electronised", "not_electronised", "star1", "star2", "star3", "star4", "star5"},
				[]map[string]string{{"year": "2017", "agencies": "1", "services": "2", "electronised": "1", "not_electronised": "1", "star1": "1", "star2": "0", "star3": "0", "star4": "0", "star5": "0"}}, 2, "star1"},
		}
		before := d.state()
		visitors := map[string]*webtest.Visitor{}
		for _, who := range []string{"ulviyya", "orxan", "nigar"} {
			visitors[who] = d.SignIn(kistest.Email(who), kistest.Password)
		}
		for _, x := range cases {
			t.Run(x.name, func(t *testing.T) {
				text := d.sheet(x.columns, x.rows...)
				page := visitors[x.who].PostFiles(x.path, url.Values{}, webtest.Upload{Field: "file", Name: "f.csv", Content: string(text)})
				if page.Status != http.StatusUnprocessableEntity || page.Count("section[aria-labelledby=faults] tbody tr") == 0 || page.Count("#confirm") > 0 {
					t.Fatalf("page: %d %s", page.Status, page.Brief())
				}
				page.Has("section[aria-labelledby=faults] tbody tr", strconv.Itoa(x.row), x.column)
				answer := d.api(x.who, "/api/v1"+x.path, text)
				var problem struct {
					Errors []struct {
						Field   string
						Row     int
						Message string
					}
				}
				if err := json.Unmarshal([]byte(answer.Body), &problem); err != nil || answer.Status != http.StatusUnprocessableEntity {
					t.Fatalf("api: %d %v %s", answer.Status, err, answer.Brief())
				}
				found := false
				for _, e := range problem.Errors {
					found = found || e.Row == x.row && e.Field == x.column && e.Message != ""
				}
				if !found {
					t.Errorf("api names %+v", problem.Errors)
				}
				if now := d.state(); now != before {
					t.Errorf("something of the file was kept: %s, before %s", now, before)
				}
			})
		}
	})
}

// TestAGoodSheetIsShownThenConfirmed: the preview changes nothing, says of each
// row what becomes of it, and what is confirmed is what was shown.
func TestAGoodSheetIsShownThenConfirmed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db)
		points, scored := d.scored()
		stars := []string{"year", "agencies", "services", "electronised", "not_electronised", "star1", "star2", "star3", "star4", "star5"}
		for _, x := range []struct {
			who, path, after string
			text             []byte
			rows             []string // what the first rows say
		}{
			{"ulviyya", "/agencies/import", "/agencies", d.sheet(register.AgencyColumns(), body, with(body, "code", "QA", "name_az", "A Agentliyi", "name_en", "", "2.5.2e", "10:00–17:00")), []string{"yeni", "dəyişir"}},
			{"ulviyya", "/services/import", "/services", d.sheet(register.SheetColumns(), with(service, "agency", "QB", "2.3.1", "Başqa arayış"),
				with(service, "register_number", "ER-2026-00001", "2.3.11", "3 working_day", "2.3.23a", "Qərar № 200", "2.3.23b", "01.09.2026")), []string{"yeni", "dəyişir"}},
			{"orxan", "/campaigns/" + d.campaign + "/import", "/campaigns/" + d.campaign, d.sheet(points, with(scored, "grade", "4 ulduz")), []string{"yeni"}},
			{"orxan", "/scorecards/import", "/scorecards", d.sheet(stars, map[string]string{"year": "2027", "agencies": "40", "services": "10", "electronised": "6", "not_electronised": "4",
				"star1": "1", "star2": "0", "star3": "2", "star4": "0", "star5": "3"}), []string{"yeni"}},
			{"nigar", "/schemes/import", "/schemes", d.sheet(eservice.SchemeColumns, d.bands("", "")...), []string{"yeni"}},
		} {
			t.Run(x.path, func(t *testing.T) {
				v, before := d.SignIn(kistest.Email(x.who), kistest.Password), d.state()
				v.Get(x.path).Want(http.StatusOK).Has("input[type=file]")
				page := v.PostFiles(x.path, url.Values{}, webtest.Upload{Field: "file", Name: "f.csv", Content: string(x.text)}).Want(http.StatusOK)
				for _, word := range x.rows {
					page.Has("section[aria-labelledby=preview] tbody tr", word)
				}
				if now := d.state(); now != before {
					t.Errorf("the preview changed something: %s, before %s", now, before)
				}
				upload := page.Value("upload")
				v.Post(x.path+"/confirm", "upload", upload).WantRedirect(x.after)
				changed := d.state()
				if changed == before {
					t.Error("the confirmation changed nothing")
				}
				if again := v.Post(x.path+"/confirm", "upload", upload); again.Status < 400 || again.Status >= 500 || d.state() != changed {
					t.Errorf("confirmed twice: %d", again.Status)
				}
				again := v.PostFiles(x.path, url.Values{}, webtest.Upload{Field: "file", Name: "f.csv", Content: string(x.text)})
				if x.path == "/services/import" { // the row without a number is another new service
					return
				}
				if again.Want(http.StatusOK).Count("#confirm") > 0 {
					t.Errorf("the same sheet again offers a change: %s", again.Brief())
				}
			})
		}
		other := d.SignIn(kistest.Email("aytan"), kistest.Password)
		other.Get("/services/import").Want(http.StatusForbidden)
		other.Post("/services/import/confirm", "upload", store.NewID()).Want(http.StatusForbidden)
		d.SignIn(kistest.Email("ulviyya"), kistest.Password).Post("/services/import/confirm", "upload", store.NewID()).Want(http.StatusNotFound)
	})
}
