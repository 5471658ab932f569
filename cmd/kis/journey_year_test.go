package main

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/evaluation"
	"github.com/kis-platform/kis/reference"
)

// What the people of this journey write.
const (
	advice   = "Veb-formanın nəzarət qaydalarını sahə sınağından keçirmək."
	decided  = "Veb-formanın sınaq mühitini yaratmaq"
	tooSoon  = "Sınaq mühiti mart ayınadək alına bilməz."
	reworded = "Veb-formanın nəzarət qaydalarını iki rayonda sahə sınağından keçirmək"
)

// round is the journey over the turn of the year.
type round struct {
	*proof
	evaluated, reviewed string // paths
	items               map[string]string
}

// TestJourneyFromAnEvaluatedCycleToTheNextYears goes round the loop: what the
// evaluation of a cycle and the management review decide becomes the plan of
// the next year, which two departments answer at once, and the progress of
// that plan stands in the evaluation of the next year's cycle, where nobody
// has typed it.
func TestJourneyFromAnEvaluatedCycleToTheNextYears(t *testing.T) {
	onBoth(t, turnTheYear)
}

func turnTheYear(t *testing.T, c Config) {
	r := &round{proof: &proof{}, items: map[string]string{}}
	r.story = newStoryLater(t, c, func() time.Duration { return time.Duration(r.later.Load()) })
	for _, chapter := range []struct {
		name string
		run  func()
	}{
		{"a cycle of 2026", r.cycleOf2026},
		{"it is evaluated", r.evaluate},
		{"management reviews the system", r.review2026},
		{"the plan of 2027 is drawn up", r.drawUp},
		{"two departments answer at once", r.answerAtOnce},
		{"it is approved while somebody edits", r.approveWhileEdited},
		{"the year begins", r.beginTheYear},
		{"the plan is carried out", r.carryOut},
		{"its progress stands in the next evaluation", r.seeItInTheNext},
	} {
		began := time.Now()
		chapter.run()
		t.Logf("%5.1f s  %s", time.Since(began).Seconds(), chapter.name)
		if t.Failed() {
			t.FailNow() // what follows stands on it
		}
	}
	for _, check := range r.app.checks() {
		_, err := check.run(t.Context(), func(f store.Fault) { t.Errorf("%s: %+v", check.key, f) })
		r.must(err)
	}
}

// cycleOf2026 is what this journey starts from; other journeys do it by hand.
func (r *round) cycleOf2026() {
	f, err := reference.Open(reference.Process)
	r.must(err)
	defer f.Close()
	nigar := r.as("nigar")
	_, err = r.app.kis.ImportProcess(nigar, process.ImportRequest{Reader: f, Name: reference.Process, Code: "1-elektron-xidmet",
		TitleAZ: "1-elektron xidmət", TitleEN: "1-electronic service", OwnerCode: "SSS", EffectiveFrom: "2026-01-05"})
	r.must(err)
	cy, err := r.app.kis.PlanCycle(nigar, kis.NewCycle{ProcessCode: "1-elektron-xidmet", Period: "2026", ReferencePeriod: "2025"})
	r.must(err)
	r.must(r.app.kis.StartCycle(nigar, cy.ID))
	r.until("2026-11-23")
}

// evaluate: the quality manager judges the sub-processes, recommends something
// for 4.3, and decides that the next cycle starts at phase 2.
func (r *round) evaluate() {
	nigar := r.at("nigar")
	nigar.goes("/evaluations")
	nigar.sees("1-elektron xidmət, 2026")
	nigar.follows("Qiymətləndirməyə başla")
	nigar.sees("QD-2026-01", "0 / 93")
	nigar.in("[aria-labelledby=ev-in]").seesNot("ilin planında")
	r.evaluated = nigar.path()
	id := strings.TrimPrefix(r.evaluated, "/evaluations/")
	nigar.follows("Altprosesləri qiymətləndir")
	nigar.chooses("1.1 ", "İşləyir")
	nigar.follows("Yadda saxla")
	nigar.sees("Qiymətlər yadda saxlanıldı.")
	d, err := r.app.evaluations.Dossier(r.as("nigar"), id)
	r.must(err)
	rest := map[string]evaluation.Judging{}
	for _, s := range d.Subs {
		if s.Applies && s.Judgement.Grade == "" {
			rest[s.Code] = evaluation.Judging{Grade: evaluation.Good}
		}
	}
	r.must(r.app.evaluations.Judge(r.as("nigar"), id, 0, rest))

	nigar.goes(r.evaluated)
	nigar.fills("GSBPM kodu", "4.3", "Tövsiyənin mətni", advice)
	nigar.follows("Tövsiyəni əlavə et")
	nigar.sees("Tövsiyə reyestrə əlavə olundu.", "TV-2026-01", advice)
	nigar.chooses("Növbəti dövr başlayır", "2. Layihələndirmə")
	nigar.fills("Səbəb", "Nəzarət qaydaları dəyişəcək.", "Nəticə", "Dövr aparılıb, sübutlar tam deyil.")
	nigar.ticks("QD-2026-01 kilidlənsin")
	nigar.follows("Yekunlaşdır")
	nigar.sees("Qiymətləndirmə yekunlaşdırıldı.", "2. Layihələndirmə")
}

// review2026: the review decides something; its chair signs it.
func (r *round) review2026() {
	nigar := r.at("nigar")
	nigar.goes("/reviews/new")
	nigar.fills("Dövrün əvvəli", "01.01.2026", "Dövrün sonu", "31.10.2026", "İclasın tarixi", "23.11.2026", "Saat", "15:00")
	nigar.chooses("Sədr", "Rafael İbrahimov")
	nigar.ticks("Nigar Əliyeva")
	nigar.follows("Təhlili aç")
	nigar.sees("Əvvəlki təhlillərdən icra olunmamış qərar qalmayıb.")
	r.reviewed = nigar.path()
	nigar.chooses("Növ", "c) resurs ehtiyacı")
	nigar.fills("Son tarix", "31.03.2027", "Qərar", decided)
	nigar.chooses("Məsul şəxs", "Vüqar Nağıyev")
	nigar.follows("Qərarı yaz")
	nigar.ticks("KİS yararlıdır", "KİS adekvatdır", "KİS nəticəlidir")
	nigar.fills("Yekun rəyin mətni", "KİS yararlıdır, adekvatdır və nəticəlidir.")
	nigar.follows("İmzaya ver")
	nigar.sees("Protokol sədrin imzasına verildi.")

	rafael := r.at("rafael")
	rafael.goes(r.reviewed)
	rafael.ticks("Protokolu oxudum və imzalayıram: RT-2026-01")
	rafael.fills("Təsdiq üçün nömrəni yazın", "RT-2026-01")
	rafael.follows("İmzala və kilidlə")
	rafael.sees("Protokol imzalandı və kilidləndi.")
}

// drawUp: the recommendation of the evaluation and the decision of the review
// become items of the plan of 2027, which is sent to the departments.
func (r *round) drawUp() {
	nigar := r.at("nigar")
	nigar.goes("/plans")
	nigar.fills("İl", "2027", "Təsdiq üçün son tarix", "25.12.2026")
	nigar.follows("Planı aç")
	nigar.sees("Plan açıldı.")
	nigar.goes("/recommendations")
	nigar.follows("TV-2026-01")
	nigar.chooses("İllik plan", "2027")
	nigar.fills("Tədbir", advice)
	r.fillRest("30.06.2027", "SSS", "I rüb", "İTŞ")
	nigar.follows("Plana daxil et")
	nigar.sees("Tövsiyə plana daxil edildi.", "Bənd 1.")
	r.items[advice] = nigar.path()
	nigar.goes(r.reviewed)
	nigar.follows("Plana daxil et")
	nigar.chooses("İllik plan", "2027")
	r.fillRest("31.03.2027", "İTŞ", "I rüb")
	nigar.follows("Plana daxil et")
	nigar.sees("Bənd 2. " + decided)
	r.items[decided] = nigar.path()
	nigar.goes("/plans/2027")
	nigar.presses("Razılaşmaya göndər")
	nigar.follows("Razılaşmaya göndər")
	nigar.sees("Plan razılaşmaya göndərildi.", "0 / 2")
}

// fillRest writes what an item needs beside its text.
func (r *round) fillRest(due, responsible, from string, with ...string) {
	nigar := r.at("nigar")
	nigar.chooses("Planın bölməsi", "Məlumatların keyfiyyəti")
	nigar.fills("Gözlənilən nəticə", "Xəta verən vahidlərin payı azalır", "Göstərici", "7,4% → 5,0%", "Son tarix", due)
	nigar.chooses("Başlandığı rüb", from)
	nigar.chooses("Məsul", responsible)
	nigar.ticks(with...)
}

// answerAtOnce: one department agrees in the moment in which the other objects;
// neither is lost. The objection is answered by changing the item, and the
// department agrees to the new wording.
func (r *round) answerAtOnce() {
	elchin, vugar := r.at("elchin"), r.at("vugar")
	elchin.goes("/plans/2027")
	vugar.goes("/plans/2027")
	vugar.presses("Qeyd bildir")
	vugar.chooses("Hansı bənd", "2.")
	vugar.fills("Qeydin mətni", tooSoon)
	elchin.find("button", "Razıyıq")
	vugar.find("button", "Qeydi göndər")
	var both sync.WaitGroup
	errs := make([]error, 2)
	for i, p := range []*person{elchin, vugar} {
		both.Go(func() { _, errs[i] = chromedp.Run(p.Ctx, chromedp.Click(marked)) })
	}
	both.Wait()
	for _, err := range errs {
		r.must(err)
	}
	elchin.sees("Razılıq qeyd olundu.")
	vugar.sees("Qeyd göndərildi.", tooSoon)

	nigar := r.at("nigar")
	nigar.goes("/plans/2027")
	nigar.sees("1 / 2", tooSoon)
	nigar.looks("one agreed, one objects")
	nigar.goes(r.items[decided] + "/edit")
	nigar.fills("Son tarix", "30.06.2027")
	nigar.follows("Yadda saxla")
	nigar.goes("/plans/2027")
	nigar.sees("Bənd dəyişdirilib.", "1 / 2") // the answer of the other department still holds
	vugar.goes("/plans/2027")
	vugar.follows("Razıyıq")
	vugar.sees("Razılıq qeyd olundu.", "2 / 2", "Təsdiq gözlənilir")
}

// approveWhileEdited: management approves while the quality manager rewords an
// item; who comes later is told, and the typed text is not lost.
func (r *round) approveWhileEdited() {
	nigar, rafael := r.at("nigar"), r.at("rafael")
	nigar.goes(r.items[advice] + "/edit")
	nigar.fills("Tədbir", reworded)
	rafael.goes("/plans/2027")
	rafael.ticks("2027 planını təsdiq edirəm")
	rafael.follows("Planı təsdiq et")
	rafael.sees("Plan təsdiq edildi və kilidləndi.")
	nigar.follows("Yadda saxla")
	nigar.sees("Bu addım", "Təsdiq edilib")
	if typed := nigar.reads("document.querySelector('[name=text]').value"); typed != reworded {
		r.t.Errorf("what was typed is lost: %q", typed)
	}
	nigar.goes("/plans/2027")
	nigar.sees("Təsdiq edilib", advice)
	nigar.seesNot(reworded)
}

// beginTheYear: the plan runs, and the cycle of 2027 is planned and started.
func (r *round) beginTheYear() {
	r.until("2027-01-11")
	nigar := r.at("nigar")
	nigar.goes("/plans/2027")
	nigar.presses("İcraya başla")
	nigar.follows("İcraya başla")
	nigar.sees("Planın icrasına başlanıldı.")
	nigar.goes("/cycles/new")
	nigar.fills("Dövr", "2027", "Mərhələ 1", "26.02.2027", "Mərhələ 8", "30.12.2027")
	nigar.follows("Planlaşdır")
	nigar.sees("Dövr planlaşdırıldı")
	r.cycle = nigar.path()
	nigar.presses("Dövrü başlat")
	nigar.follows("Dövrü başlat")
	nigar.sees("Dövr başladı.")
}

// carryOut: both departments report; the end of one item is accepted, that of
// the other waits.
func (r *round) carryOut() {
	r.until("2027-06-21")
	for who, item := range map[string]string{"elchin": advice, "vugar": decided} {
		p := r.at(who)
		p.goes(r.items[item])
		p.in("#report").ticks("İcra olunub")
		p.fills("Görülmüş işlər", "Tədbir tam icra olunub.")
		p.attaches(r.paper("akt-"+who+".txt", "Sınağın aktı\n"))
		p.follows("Hesabatı göndər")
		p.sees("Hesabat göndərildi.", "Qəbulu gözlənilir")
	}
	nigar := r.at("nigar")
	nigar.goes("/work")
	nigar.sees(advice, decided)
	nigar.goes(r.items[advice])
	nigar.follows("Qəbul et")
	nigar.sees("Hesabat qəbul edildi.", "100%", "İcra olunub")
}

// seeItInTheNext: the evaluation of 2027 shows what became of the plan, of the
// recommendation and of the decision, and offers no field for any of it.
func (r *round) seeItInTheNext() {
	r.until("2027-12-06")
	nigar := r.at("nigar")
	nigar.goes("/evaluations")
	nigar.sees("1-elektron xidmət, 2027")
	nigar.follows("Qiymətləndirməyə başla")
	nigar.sees("QD-2027-01")
	inputs := nigar.in("[aria-labelledby=ev-in]")
	inputs.sees("indiki vəziyyət, heç kim yazmır", "2026 dövrünün qiymətləndirilməsi (QD-2026-01): bu dövr 2-ci mərhələdən başlamalı idi")
	for words, figure := range map[string]string{
		"2027-ci ilin planında icra olunmuş bəndlər":                          "1 / 2",
		"2027-ci ilin planında icrası bildirilmiş, qəbulu gözlənilən bəndlər": "1",
		"2027-ci ilin planında vaxtı keçmiş bəndlər":                          "0",
		"2027, № 1. " + advice:                                                "icra olunub",
		"QD-2026-01 üzrə tövsiyələrdən icra olunanlar":                        "1 / 1",
	} {
		line := nigar.reads("([...document.querySelectorAll('[aria-labelledby=ev-in] li')].find(l => l.innerText.includes(" + quoted(words) + ")) || {innerText: ''}).innerText.replace(/\\s+/g, ' ')")
		if !strings.Contains(line, figure) {
			r.t.Errorf("%q shows %q, want %q", words, line, figure)
		}
	}
	if n := nigar.counts("[aria-labelledby=ev-in] :is(input, textarea, select)"); n != 0 {
		r.t.Errorf("the gathered figures can be typed in %d fields", n)
	}
	nigar.looks("the plan in the evaluation of the next year")
	nigar.glances("the plan in the evaluation of the next year", "Items of the 2027 plan carried out", "1 / 2")

	// The next review begins with the decision that was not accepted yet.
	f := planning.ReviewFields{From: "2026-11-01", To: "2027-11-30", MeetingAt: time.Date(2027, 12, 7, 8, 0, 0, 0, time.UTC), ChairID: r.ids["rafael"]}
	next, err := r.app.planning.OpenReview(r.as("nigar"), f)
	r.must(err)
	nigar.goes("/reviews/" + next.ID)
	nigar.in("#open").sees("RT-2026-01, № 1", decided, "2027, bənd 2", "Gecikib")
	nigar.looks("the next review begins with what is open")
}
