package main

import (
	"context"
	"flag"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web/webtest"
)

var pictures = flag.String("pictures", "", "folder to write screenshots of the journey into")

const journeyPassword = "uzun-səyahət-2026"

// colleagues are the people of the journey. Fəridə audits and is an employee
// of the department that is audited: she must not do both.
var colleagues = []struct {
	key, name, department, position string
	roles                           []policies.Role
}{
	{"nigar", "Nigar Əliyeva", "KİEMŞ", "şöbə müdiri", []policies.Role{policies.QualityManager, policies.Head}},
	{"aytan", "Aytən Məmmədova", "SSS", "baş məsləhətçi", []policies.Role{policies.Employee}},
	{"elchin", "Elçin Həsənov", "SSS", "şöbə müdiri", []policies.Role{policies.Head}},
	{"farida", "Fəridə Mustafayeva", "SSS", "məsləhətçi", []policies.Role{policies.Employee, policies.Auditor}},
	{"tural", "Tural İsmayılov", "İTŞ", "aparıcı mütəxəssis", []policies.Role{policies.Employee}},
	{"vugar", "Vüqar Nağıyev", "İTŞ", "şöbə müdiri", []policies.Role{policies.Head}},
	{"gunel", "Günel Abbasova", "KİEMŞ", "aparıcı auditor", []policies.Role{policies.LeadAuditor}},
	{"samir", "Samir Rzayev", "BƏŞ", "məsləhətçi", []policies.Role{policies.Auditor}},
	{"rafael", "Rafael İbrahimov", "DSK", "sədrin müavini", []policies.Role{policies.Management}},
	{"sevda", "Sevda Nəsirova", "İİƏŞ", "məsləhətçi", []policies.Role{policies.MeasuresOfficer}},
	{"orxan", "Orxan Səfərov", "İTŞ", "qiymətləndirici", []policies.Role{policies.Assessor}},
}

// story is one journey through an office that starts empty.
type story struct {
	t       *testing.T
	app     *app
	site    string
	desk    *webtest.Browser // the windows of all people stand beside this one
	ids     map[string]string
	people  map[string]*person
	picture int

	// What the people make on the way, as paths of its pages.
	cycle, audit, act, review string
}

// TestJourneyTheEvaluationLoop walks the loop from the plan of a cycle to the
// signed review in a browser, as the people who do it, and looks at what each
// of them sees.
func TestJourneyTheEvaluationLoop(t *testing.T) {
	onBoth(t, tell)
}

func tell(t *testing.T, c Config) {
	s := newStory(t, c)
	for _, chapter := range []struct {
		name string
		run  func()
	}{
		{"2 the cycle is planned and started", s.planTheCycle},
		{"3 evidence is delivered, returned and accepted", s.deliverEvidence},
		{"3 the phase ends at its gate", s.passTheGate},
		{"4 an audit is planned and begun", s.planTheAudit},
		{"4 a finding becomes an act", s.raiseTheFinding},
		{"4 the act is answered", s.answerTheAct},
		{"4 the act is carried out, verified and closed", s.closeTheAct},
		{"5 agencies are assessed", s.assessAgencies},
		{"6 a measure is reported and judged", s.reportTheMeasure},
		{"7 the recommendation goes into the plan", s.takeUpTheRecommendation},
		{"7 management reviews the system", s.reviewTheSystem},
		{"7 the plan is agreed and approved", s.agreeThePlan},
	} {
		began := time.Now()
		chapter.run()
		t.Logf("%5.1f s  %s", time.Since(began).Seconds(), chapter.name)
		if t.Failed() {
			t.FailNow() // what follows stands on it
		}
	}
	s.verify()
}

// newStory is an empty office with its people, served on a free port. It is a
// Monday morning in February of the year that is worked through.
func newStory(t *testing.T, c Config) *story {
	return newStoryLater(t, c, func() time.Duration { return 0 })
}

// newStoryLater is newStory with a clock that can be put forward.
func newStoryLater(t *testing.T, c Config, later func() time.Duration) *story {
	began, start := time.Now(), time.Date(2026, 2, 2, 5, 30, 0, 0, time.UTC)
	a, err := openApp(t.Context(), c, slog.New(slog.DiscardHandler), func() time.Time { return start.Add(time.Since(began) + later()) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	s := &story{t: t, app: a, ids: map[string]string{}, people: map[string]*person{}}
	s.hire()
	server := httptest.NewServer(a.handler())
	t.Cleanup(server.Close)
	s.site = server.URL
	s.desk = webtest.NewBrowser(t)
	return s
}

// hire makes the accounts. One password is worked out once for all.
func (s *story) hire() {
	s.t.Helper()
	hash, err := office.HashPassword(s.t.Context(), journeyPassword)
	s.must(err)
	for _, c := range colleagues {
		n := office.NewUser{Email: c.key + "@kis.example", Name: c.name, PositionAZ: c.position, PositionEN: c.position, DepartmentCode: c.department, Hash: hash, Since: "2024-01-03"}
		for _, r := range c.roles {
			n.Grants = append(n.Grants, office.NewGrant{Role: r})
		}
		u, err := s.app.kis.CreateUser(actor.With(s.t.Context(), actor.Program("journey")), n)
		s.must(err)
		s.ids[c.key] = u.ID
	}
}

// at is a person at a browser, who has signed in there.
func (s *story) at(key string) *person {
	s.t.Helper()
	if p := s.people[key]; p != nil {
		return p
	}
	p := &person{Browser: s.desk.Beside(), story: s, key: key, id: s.ids[key]}
	p.SignIn(s.site, key+"@kis.example", journeyPassword)
	s.people[key] = p
	return p
}

// as is the context of a person, for what the journey does by the services.
func (s *story) as(key string) context.Context {
	s.t.Helper()
	a, err := s.app.kis.ActorOf(s.t.Context(), s.ids[key])
	s.must(err)
	return actor.With(s.t.Context(), a)
}

func (s *story) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// next numbers the pictures.
func (s *story) next() int { s.picture++; return s.picture }

// paper writes a file that somebody has on the desk.
func (s *story) paper(name, content string) string {
	s.t.Helper()
	path := filepath.Join(s.t.TempDir(), name)
	s.must(os.WriteFile(path, []byte(content), 0o600))
	return path
}

// verify is "kis verify" at the end of the journey: the trail is whole, every
// file has its bytes, every reference leads somewhere.
func (s *story) verify() {
	for _, c := range s.app.checks() {
		n, err := c.run(s.t.Context(), func(f store.Fault) { s.t.Errorf("%s: %+v", c.key, f) })
		s.must(err)
		if n == 0 && c.key != "cli.verify.register" { // no service is registered on the way
			s.t.Errorf("%s: nothing was checked", c.key)
		}
	}
}
