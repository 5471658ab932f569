package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// TestJourneyAServiceFromTheFormToItsCard walks a service in the browsers of
// those who work on it: the officer of a body fills in and signs, the operator
// returns it, the officer corrects, the operator registers, an assessor scores
// it, and the public page and the card of the body change.
func TestJourneyAServiceFromTheFormToItsCard(t *testing.T) {
	onBoth(t, tellOfAService)
}

const serviceName = "Doğum haqqında arayışın verilməsi"

func tellOfAService(t *testing.T, c Config) {
	s := newStory(t, c)
	s.engage("ulviyya", "Ülviyyə Nəbiyeva", office.NewGrant{Role: policies.RegisterOperator}, "İTŞ")
	_, err := s.app.register.CreateAgency(s.as("ulviyya"), register.NewAgency{Code: "QA", NameAZ: "Ədliyyə qurumu", NameEN: "Justice agency", Section: "central", Basis: "Qərar № 1"})
	s.must(err)
	s.engage("sabina", "Səbinə Cəfərova", office.NewGrant{Role: policies.AgencyOfficer, AgencyCode: "QA"}, "")
	s.contacts()
	nobody := s.desk.Beside()
	nobody.Open(s.site + "/public/services")
	application := s.applyForService()
	s.returnAndCorrect(application)
	s.enterIntoRegister(application)
	nobody.Open(s.site + "/public/services?q=dogum")
	nobody.Until(`document.querySelector('main').textContent.includes('` + serviceName + `')`)
	for _, width := range []int64{1440, 390} {
		nobody.Width(width)
		nobody.Open(s.site + "/public/services/ER-2026-00001")
		nobody.Check("the public page of the service")
	}
	k := s.openCampaign()
	s.scoreService(k)
	s.closeCampaign(k)
	for _, check := range s.app.checks() {
		if check.key == "cli.verify.trail" || check.key == "cli.verify.seals" || check.key == "cli.verify.scorecards" {
			n, err := check.run(t.Context(), s.fault(check.key))
			s.must(err)
			if n == 0 {
				t.Errorf("%s: nothing was checked", check.key)
			}
		}
	}
}

// engage makes an account beside those of the office.
func (s *story) engage(key, name string, g office.NewGrant, department string) {
	s.t.Helper()
	hash, err := office.HashPassword(s.t.Context(), journeyPassword)
	s.must(err)
	u, err := s.app.kis.CreateUser(actor.With(s.t.Context(), actor.Program("journey")), office.NewUser{Email: key + "@kis.example", Name: name, PositionAZ: "məsul şəxs", PositionEN: "officer", DepartmentCode: department, Hash: hash, Since: "2024-01-03", Grants: []office.NewGrant{g}})
	s.must(err)
	s.ids[key] = u.ID
}

// contacts gives the body what the register wants of it.
func (s *story) contacts() {
	a, err := s.app.register.Agency(s.as("ulviyya"), "QA")
	s.must(err)
	s.must(s.app.register.EditAgency(s.as("ulviyya"), register.AgencyEdit{AgencyID: a.ID, Seen: a.Revision, Contact: map[string]string{
		"2.5.1a": "AZ1001, Bakı şəhəri, Xidmət küçəsi 1", "2.5.1b": "Bakı şəhəri, Xidmət küçəsi 1", "2.5.2a": "+994 12 555 01 01", "2.5.2c": "https://qa.gov.example", "2.5.2d": "info@qa.gov.example",
		"2.5.2e": "09:00–18:00", "2.5.3": "Hesab: AZ10NABZ00000000000000000001"}}))
	s.must(s.app.register.SaveUnit(s.as("ulviyya"), register.UnitEdit{AgencyID: a.ID, Code: "1", NameAZ: "Qeydiyyat şöbəsi", Contact: map[string]string{"2.5.1b": "Bakı şəhəri", "2.5.2a": "+994 12 555 01 11"}}))
}

// applyForService: the officer begins an application in the browser; what the
// sections hold is typed by the service, the name and the signature by hand.
func (s *story) applyForService() (path string) {
	sabina := s.at("sabina")
	sabina.goes("/applications")
	sabina.follows("Yeni xidmət")
	sabina.looks("form of a service")
	id := strings.Split(sabina.path(), "/")[2]
	officer := s.as("sabina")
	a, err := s.app.register.Application(officer, id)
	s.must(err)
	items := asNew(demoProfile{Code: "QA", System: "Vətəndaşlıq vəziyyəti aktları sistemi", Act: "“Arayışların verilməsi” Qaydaları, 12.01.2026, № 5", Docs: []string{"Ərizə"}, Users: []string{"natural_person"}, Result: "Arayış", Term: "5 working_day"}.items(serviceName, "full"), "2026-01-12")
	items["2.3.4"] = "QA-1"
	seen := a.Revision
	for _, section := range register.Sections(a.Kind) {
		typed := map[string]string{}
		for _, f := range register.SectionFields(a.Kind, section) {
			typed[f.Clause] = items[f.Clause]
		}
		seen, err = s.app.register.SaveSection(officer, register.SectionEdit{ApplicationID: id, Section: section, Typed: typed, Seen: seen})
		s.must(err)
	}
	path = "/applications/" + id
	sabina.goes(path)
	sabina.sees(serviceName)
	sabina.presses("Təsdiq et və göndər")
	sabina.follows("Təsdiq et və göndər")
	sabina.glances("signed application", "EM-2026-001")
	return path
}

// returnAndCorrect: the operator notes a defect and sends the notice, the
// officer mends the section and signs again.
func (s *story) returnAndCorrect(path string) {
	ulviyya, sabina := s.at("ulviyya"), s.at("sabina")
	ulviyya.goes(path)
	ulviyya.chooses("Bənd", "2.3.13")
	ulviyya.fills("Nə düzgün deyil və nə olmalıdır", "Xidmət mərkəzinin ünvanı göstərilməyib.")
	ulviyya.follows("Qeyd et")
	ulviyya.looks("defect of a service")
	ulviyya.presses("Bildiriş göndər")
	ulviyya.follows("Bildiriş göndər")
	sabina.goes(path)
	sabina.sees("Xidmət mərkəzinin ünvanı göstərilməyib.")
	sabina.goes(path + "/form/access")
	sabina.sets("i2_3_13", "Bakı şəhəri, Xidmət küçəsi 1")
	sabina.follows("Yadda saxla")
	sabina.goes(path)
	sabina.presses("Təsdiq et və göndər")
	sabina.follows("Təsdiq et və göndər")
	sabina.sees("Bakı şəhəri, Xidmət küçəsi 1")
}

// enterIntoRegister: the operator enters the service; it has its number.
func (s *story) enterIntoRegister(path string) {
	ulviyya := s.at("ulviyya")
	ulviyya.goes(path)
	ulviyya.presses("Qeydiyyata al")
	ulviyya.follows("Qeydiyyata al")
	ulviyya.sees("ER-2026-00001")
	ulviyya.looks("registered service")
}

// openCampaign: the head of quality plans the assessment of the year in the
// browser, gives the body its assessor and begins.
func (s *story) openCampaign() campaign.Campaign {
	nigar := s.at("nigar")
	k, err := s.app.campaign.Create(s.as("nigar"), campaign.Plan{Year: 2026, Title: "Elektron xidmətlərin qiymətləndirilməsi, 2026", Basis: "Nazirlər Kabinetinin qərarı, 09.12.2025", Scheme: "2025", From: "2026-02-02", To: "2026-03-31"})
	s.must(err)
	nigar.goes("/campaigns/" + k.ID)
	nigar.chooses("Qiymətləndirici", "Orxan Səfərov")
	nigar.follows("Təyin et")
	nigar.presses("Qiymətləndirməyə başla")
	nigar.follows("Qiymətləndirməyə başla")
	nigar.looks("running campaign")
	return k
}

// scoreService: the assessor gives every parameter its points, one of them
// with a reason, and writes the opinion.
func (s *story) scoreService(k campaign.Campaign) {
	orxan := s.at("orxan")
	scheme, err := s.app.eservice.SchemeByCode(s.as("orxan"), k.Scheme)
	s.must(err)
	result := one(s.t, s.app, "SELECT id FROM assessments WHERE campaign_id = '"+k.ID+"'")
	agency := one(s.t, s.app, "SELECT id FROM agencies WHERE code = 'QA'")
	orxan.goes("/results/" + result)
	for i, m := range scheme.Parameters {
		points := "10"
		if i == 0 {
			points = "4"
		}
		orxan.sets("points."+m.Code, points)
	}
	orxan.follows("Balları saxla")
	orxan.sees("Səbəb") // four of ten points ask for a reason
	orxan.sets("reason."+scheme.Parameters[0].Code, "Müraciət forması mobil cihazda açılmır.")
	orxan.follows("Balları saxla")
	orxan.goes("/results/" + result)
	orxan.looks("scored service")
	orxan.glances("scored service", "95")
	orxan.goes("/campaigns/" + k.ID + "/bodies/" + agency)
	orxan.sets("opinion", "Xidmət elektron formada tam göstərilir.")
	orxan.sets("proposals", "Müraciət forması mobil cihazlara uyğunlaşdırılsın.")
	orxan.follows("Rəyi saxla")
	orxan.looks("opinion")
}

// closeCampaign: opinions go out, the officer agrees, the results become final
// and are published; only then does the card show them.
func (s *story) closeCampaign(k campaign.Campaign) {
	nigar, sabina, rafael := s.at("nigar"), s.at("sabina"), s.at("rafael")
	agency := one(s.t, s.app, "SELECT id FROM agencies WHERE code = 'QA'")
	body := "/campaigns/" + k.ID + "/bodies/" + agency
	s.must(s.app.campaign.Conclude(s.as("nigar"), k.ID))
	if _, err := s.app.campaign.SendOpinions(s.as("nigar"), k.ID); err != nil {
		s.t.Fatal(err)
	}
	sabina.goes(body)
	sabina.sees("Xidmət elektron formada tam göstərilir.")
	sabina.looks("opinion of the own body")
	if got := sabina.fetches(body + "/opinion.pdf"); got.Status != 200 || got.Type != "application/pdf" {
		s.t.Errorf("the opinion as PDF: %d %s", got.Status, got.Type)
	}
	s.must(s.app.campaign.Reply(s.as("sabina"), k.ID, agency, true, ""))
	nigar.goes("/campaigns/" + k.ID)
	nigar.presses("Yekunlaşdır")
	nigar.follows("Yekunlaşdır")
	if got := sabina.fetches("/scorecards"); strings.Contains(got.Text, "95,0") {
		s.t.Error("the officer sees results that are not published")
	}
	rafael.goes("/campaigns/" + k.ID)
	rafael.presses("Dərc et")
	rafael.follows("Dərc et")
	sabina.goes("/scorecards/QA")
	sabina.sees("95,0", "5 ulduz", serviceName)
	sabina.looks("card of the body")
	sabina.glances("card of the body", "95.0", "5 stars")
	nigar.goes("/scorecards/services?year=2026&grade=star5")
	nigar.sees(serviceName)
	nigar.looks("services behind a figure")
	nigar.goes("/scorecards/compare?year=2026&agency=QA")
	nigar.sees("95,0")
	nigar.looks("comparison")
	card, err := s.app.eservice.Scorecard(s.as("nigar"), eservice.ScorecardFilter{Agency: "QA"})
	s.must(err)
	if card.Standing == nil || card.Standing.Rank != 1 || card.Standing.CellX != 4 || card.Standing.CellY != 4 {
		s.t.Errorf("standing: %+v", card.Standing)
	}
}

// sets types into the field of a name, which several labels share.
func (p *person) sets(name, value string) {
	p.story.t.Helper()
	p.until("document.querySelector('[name=\""+name+"\"]')", "finds no field "+name)
	p.Do(chromedp.Evaluate[chromedp.Void](`(() => { const f = document.querySelector('[name="` + name + `"]'); f.value = ` + quoted(value) + `; f.dispatchEvent(new Event('input', {bubbles: true})); })()`))
}

// fault reports what a check of "kis verify" finds.
func (s *story) fault(key string) func(store.Fault) {
	return func(f store.Fault) { s.t.Errorf("%s: %+v", key, f) }
}
