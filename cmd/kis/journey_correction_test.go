package main

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/store"
)

// What the people of this journey write.
const (
	firstStatement  = "Dəqiqləşdirilmiş siyahı Elmi-metodoloji şurada müzakirə edilməyib."
	secondStatement = "Tələbatların siyahısında təchizatçılar göstərilməyib."
	against         = "Siyahı şuranın 14 yanvar tarixli iclasında müzakirə olunub."
	dismissal       = "İclasın protokolunda siyahı barədə qeyd yoxdur."
	noteworthy      = "Təchizatçılar siyahının 2-ci əlavəsində göstərilib."
	verdict         = "Əmrdə cavabdeh şəxsin vəzifəsi göstərilməyib."
	noEffect        = "Mart və aprel siyahılarının heç birinin protokolu yoxdur: 0%."
	works           = "İyul, avqust və sentyabr siyahılarının hamısının protokolu var: 100%."
)

// proof is the journey from the programme of a year to a correction that is
// proven to work.
type proof struct {
	*story
	later  atomic.Int64 // nanoseconds by which the clock was put forward
	second string       // path of the act that is withdrawn
}

// TestJourneyFromTheProgrammeToAProvenCorrection walks from a programme that
// management approves to a nonconformity act that is closed, with everything
// that may go otherwise on the way: an objection that is dismissed, one that is
// upheld, a term that is extended, a verification that rejects, an action that
// does not work. Every document is printed by its button and read.
func TestJourneyFromTheProgrammeToAProvenCorrection(t *testing.T) {
	onBoth(t, prove)
}

func prove(t *testing.T, c Config) {
	p := &proof{}
	p.story = newStoryLater(t, c, func() time.Duration { return time.Duration(p.later.Load()) })
	for _, chapter := range []struct {
		name string
		run  func()
	}{
		{"a cycle to audit", p.planTheCycle},
		{"the programme is drawn up and approved", p.approveTheProgramme},
		{"the audit comes out of the programme", p.planOutOfTheProgramme},
		{"the checklist is built", p.buildTheChecklist},
		{"the audit begins", p.beginTheAudit},
		{"two findings become acts", p.raiseTwoFindings},
		{"both are objected to", p.objectTwice},
		{"the audit is reported", p.reportIt},
		{"cause and action", p.answerTheObjected},
		{"more time", p.askForMoreTime},
		{"verified at the second try", p.verifyTwice},
		{"it does not work", p.findItIneffective},
		{"it works", p.correctAgain},
		{"closed", p.closeEverything},
	} {
		began := time.Now()
		chapter.run()
		t.Logf("%5.1f s  %s", time.Since(began).Seconds(), chapter.name)
		if t.Failed() {
			t.FailNow() // what follows stands on it
		}
	}
	for _, check := range p.app.checks() {
		_, err := check.run(t.Context(), func(f store.Fault) { t.Errorf("%s: %+v", check.key, f) })
		p.must(err)
	}
}

// until puts the clock forward to the morning of a day. Everybody has been
// away since and signs in anew.
func (p *proof) until(day string) {
	p.t.Helper()
	to, err := time.Parse(time.DateTime, day+" 05:30:00")
	p.must(err)
	ahead := to.Sub(p.app.kis.DB.Now())
	if ahead <= 0 {
		p.t.Fatalf("it is past %s already", day)
	}
	p.later.Add(int64(ahead))
	for key, who := range p.people {
		who.Open(p.site + "/work")
		if who.path() == "/sign-in" {
			who.SignIn(p.site, key+"@kis.example", journeyPassword)
		}
	}
}

// approveTheProgramme: the quality manager draws up the programme of the year
// with one audit in March; management approves it.
func (p *proof) approveTheProgramme() {
	p.qualify("gunel", "Günel Abbasova")
	nigar := p.at("nigar")
	nigar.goes("/programmes")
	nigar.follows("Yeni proqram")
	nigar.fills("İl", "2026", "Məqsədlər", "Proseslərin təsvirə uyğunluğunu və tədbirlərin nəticəliliyini yoxlamaq.", "Meyarlar", "AZS ISO 9001:2020; prosesin təsviri",
		"Üsullar", "Sənədlərin seçmə yoxlanılması, müsahibə.", "Resurslar", "1 aparıcı auditor, 1 auditor, 20 auditor-günü.")
	nigar.looks("a programme begins")
	nigar.follows("Yadda saxla")
	nigar.sees("Proqram yaradıldı.", "Layihə", "1-elektron xidmət", "Sosial Statistika Şöbəsi")
	nigar.in("#rows").follows("1-elektron xidmət")
	nigar.chooses("Əhəmiyyət", "həlledici")
	nigar.ticks("Mart")
	nigar.fills("Mərhələ və altproseslər", "1")
	nigar.chooses("Aparıcı auditor", "Günel Abbasova")
	nigar.looks("a row of the programme")
	nigar.follows("Yadda saxla")
	nigar.sees("Sətir yadda saxlandı.", "Mart", "G. Abbasova")
	nigar.presses("Təsdiqə təqdim et")
	nigar.follows("Təsdiqə təqdim et")
	nigar.sees("Proqram təsdiqə təqdim edildi.", "Təsdiqdədir")

	rafael := p.at("rafael")
	rafael.goes("/work")
	rafael.sees("2026")
	rafael.goes("/programmes/2026")
	rafael.presses("Təsdiq et")
	rafael.looks("the programme is about to be approved")
	rafael.follows("Təsdiq et")
	rafael.sees("Proqram təsdiq edildi.", "Təsdiq olunub", "Rafael İbrahimov")
	rafael.printsBoth("PDF", "the programme as approved", []string{"Approved the programme", "Priorities and what they come from", "Rafael İbrahimov", "Günel Abbasova"},
		"Proqramı təsdiq edib", "1-elektron xidmət", "mart", "Proseslərin təsvirə uyğunluğunu", "Rafael İbrahimov")
}

// planOutOfTheProgramme: the lead auditor makes the audit of the row: nothing
// that stands in the programme is asked for again. The team, the schedule and
// the announcement follow.
func (p *proof) planOutOfTheProgramme() {
	gunel := p.at("gunel")
	gunel.goes("/programmes/2026")
	gunel.follows("Auditi yarat")
	gunel.sees("Audit planlaşdırıldı.", "DA-2026-01", "1-elektron xidmət", "Proseslərin təsvirə uyğunluğunu", "AZS ISO 9001:2020; prosesin təsviri", "02.03.2026")
	p.audit = gunel.path()
	gunel.looks("an audit out of the programme")
	gunel.follows("Dəyiş")
	gunel.ticks("Samir Rzayev")
	gunel.looks("the team")
	gunel.follows("Yadda saxla")
	gunel.sees("Qrup saxlanıldı.", "Samir Rzayev", "Müstəqildir")
	gunel.follows("Auditin planı")
	gunel.fills("Başlanğıc", "10:00", "Son", "12:00", "Mövzu", "Tələbatların dəqiqləşdirilməsi", "Yoxlama sətirləri", "1.2", "Yer", "SSS, 312-ci otaq")
	gunel.chooses("Şöbə", "Sosial Statistika Şöbəsi")
	gunel.ticks("Samir Rzayev", "Elçin Həsənov")
	gunel.follows("Görüş əlavə et")
	gunel.sees("Görüş cədvələ əlavə edildi.", "10:00–12:00", "E. Həsənov (SSS)", "1.2")
	gunel.looks("the plan of the audit")
	gunel.printsBoth("PDF", "the plan of the audit", []string{"DA-2026-01", "Documents asked for beforehand", "10:00–12:00", "Independent"},
		"DA-2026-01", "Tələbatların dəqiqləşdirilməsi", "10:00–12:00", "Samir Rzayev", "Müstəqildir")
	gunel.goes(p.audit)
	gunel.presses("Elan et")
	gunel.sees("SSS şöbəsinə bildiriş gedir")
	gunel.follows("Elan et")
	gunel.sees("Audit elan edildi.", "Elan edilib")
	elchin := p.at("elchin")
	elchin.goes(p.audit)
	elchin.follows("Auditin planı")
	elchin.sees("Tələbatların dəqiqləşdirilməsi", "10:00–12:00")
	elchin.looks("the department sees the plan")
}

// buildTheChecklist: out of both templates, only what falls into the scope.
func (p *proof) buildTheChecklist() {
	gunel := p.at("gunel")
	gunel.goes(p.audit + "/checklist/build")
	gunel.ticks("Statistik prosesin auditi")
	gunel.follows("Öncədən baxış")
	gunel.sees("sual götürülür", "Əhatədən kənar")
	gunel.looks("the checklist is built")
	gunel.follows("Vərəqi qur")
	gunel.sees("Yoxlama vərəqi quruldu.", "1.2-b")
	gunel.seesNot("2.1-a")
}

func (p *proof) beginTheAudit() {
	p.until("2026-03-02")
	gunel := p.at("gunel")
	gunel.goes(p.audit)
	gunel.presses("Auditə başla")
	gunel.follows("Auditə başla")
	gunel.sees("Audit başlandı; yoxlama vərəqi açıqdır.", "Keçirilir")
	p.meet("Açılış iclası", "09:00", "Auditin planı və meyarları izah olundu.")
}
