package main

import "strings"

// takeUpTheRecommendation: the quality manager opens the plan of 2027, takes
// what the finding recommends into the register and makes an item of it.
func (s *story) takeUpTheRecommendation() {
	nigar := s.at("nigar")
	nigar.goes("/plans")
	nigar.fills("İl", "2027", "Təsdiq üçün son tarix", "25.12.2026")
	nigar.follows("Planı aç")
	nigar.sees("Plan açıldı.", "KİS-in illik fəaliyyət planı, 2027", "Layihə", "Planda hələ bənd yoxdur")
	nigar.goes("/recommendations")
	nigar.sees("Reyestrə götürülməmiş audit tövsiyəsi: 1.")
	nigar.follows("Bax və götür")
	nigar.sees("UA-2026-001", recommendation)
	nigar.looks("what the audit recommends")
	nigar.follows("Reyestrə götür")
	nigar.sees("Tövsiyə reyestrə yazıldı.", "TV-2026-01", recommendation, "Baxılmayıb")
	nigar.chooses("İllik plan", "2027")
	s.fillItem("Vahid protokol formasını hazırlamaq və tətbiq etmək", "30.06.2027")
	nigar.looks("a recommendation becomes an item")
	nigar.follows("Plana daxil et")
	nigar.sees("Tövsiyə plana daxil edildi.", "Bənd 1.", "Başlanmayıb", "Audit tövsiyəsi")
	nigar.goes("/plans/2027")
	nigar.sees("Vahid protokol formasını hazırlamaq", "UA-2026-001", "SSS", "İTŞ", "30.06.2027")
}

// fillItem writes what every item of a plan needs; İTŞ takes part.
func (s *story) fillItem(text, due string) {
	nigar := s.at("nigar")
	nigar.fills("Tədbir", text, "Gözlənilən nəticə", "Bütün siyahılar protokolla təsdiqlənir", "Göstərici", "0% → 100%", "Son tarix", due)
	nigar.chooses("Planın bölməsi", "Sənədlər və proseslər")
	nigar.chooses("Başlandığı rüb", "I rüb")
	nigar.chooses("Məsul", "SSS")
	nigar.ticks("İTŞ")
}

// reviewTheSystem: the quality manager opens the management review, whose
// twelve inputs hold the figures of what was done so far; management signs,
// which locks it; its decision becomes an item of the plan.
func (s *story) reviewTheSystem() {
	nigar := s.at("nigar")
	nigar.goes("/reviews/new")
	nigar.fills("Dövrün əvvəli", "01.01.2026", "Dövrün sonu", "02.02.2026", "İclasın tarixi", "02.02.2026", "Saat", "15:00", "Yer", "Kollegiya zalı")
	nigar.chooses("Sədr", "Rafael İbrahimov")
	nigar.ticks("Nigar Əliyeva", "Elçin Həsənov")
	nigar.follows("Təhlili aç")
	nigar.sees("Təhlil açıldı, girişlər doldurulub.", "Hazırlanır", "bölmə: 12,")
	s.review = nigar.path()
	if n := nigar.counts(".k-rev tbody"); n != 12 {
		s.t.Errorf("the review shows %d inputs", n)
	}
	for letter, words := range map[string]string{"b": "43 / 49", "c3": "20 / 93", "c4": "1 / 1", "c6": "1 uyğunsuzluq", "c7": "Boş kimi qeyd edilib"} {
		s.inputSays(letter, words)
	}
	nigar.looks("the inputs of the review")
	nigar.chooses("Növ", "a) təkmilləşdirmə imkanı")
	nigar.fills("Son tarix", "30.09.2027", "Qərar", "Protokol formasını bütün proseslərə yaymaq")
	nigar.chooses("Məsul şəxs", "Elçin Həsənov")
	nigar.follows("Qərarı yaz")
	nigar.sees("Qərar yazıldı.", "Protokol formasını bütün proseslərə yaymaq")
	nigar.ticks("KİS yararlıdır", "KİS adekvatdır", "KİS nəticəlidir")
	nigar.fills("Yekun rəyin mətni", "KİS yararlıdır, adekvatdır və nəticəlidir.")
	nigar.follows("İmzaya ver")
	nigar.sees("Protokol sədrin imzasına verildi.", "Sədrin imzası gözlənilir")
	nigar.seesNot("İmzala və kilidlə")
	s.sign()

	nigar.goes(s.review)
	nigar.sees("İmzalanıb", "Protokol imzalanıb və kilidlənib.")
	nigar.seesNot("İclas və iştirakçılar ", "Rəqəmləri yenilə", "Rəy yaz", "Qərar əlavə et", "İmzaya ver")
	nigar.refused(nigar.forges(s.review+"/decisions", false, "kind", "a", "text", "Gec qalmış qərar", "owner", s.ids["elchin"], "due", "30.09.2027"), 409, "İmzalanıb")
	nigar.refused(nigar.forges(s.review+"/refresh", false), 409, "İmzalanıb")
	nigar.downloads("Protokol")
	nigar.follows("Plana daxil et")
	nigar.chooses("İllik plan", "2027")
	s.fillItem("Protokol formasını bütün proseslərə yaymaq", "30.09.2027")
	nigar.follows("Plana daxil et")
	nigar.sees("Bənd 2. Protokol formasını bütün proseslərə yaymaq", "Başlanmayıb")
}

// inputSays checks what an input of the review shows.
func (s *story) inputSays(letter, words string) {
	nigar := s.at("nigar")
	row := nigar.reads("[...document.querySelectorAll('.k-rev tbody')].find(b => b.rows[0].cells[0].innerText.trim() === '" + letter + "').innerText.replace(/\\s+/g, ' ')")
	if !strings.Contains(row, words) {
		s.t.Errorf("input %s does not show %q but %q", letter, words, row)
	}
}

// sign: only the number typed by the chairman signs the minutes.
func (s *story) sign() {
	rafael := s.at("rafael")
	rafael.goes(s.review)
	rafael.sees("Bu addım geri alınmır", "Protokol formasını bütün proseslərə yaymaq")
	number, _, _ := strings.Cut(rafael.reads("document.querySelector('h1').textContent.trim()"), " ")
	rafael.ticks("Protokolu oxudum və imzalayıram: " + number)
	rafael.fills("Təsdiq üçün nömrəni yazın", "RT")
	rafael.follows("İmzala və kilidlə")
	rafael.sees("nömrə belə yazılmalıdır: " + number)
	rafael.looks("a wrong number does not sign")
	rafael.fills("Təsdiq üçün nömrəni yazın", number)
	rafael.follows("İmzala və kilidlə")
	rafael.sees("Protokol imzalandı və kilidləndi.", "İmzalanıb", "Rafael İbrahimov")
	rafael.looks("the review is signed")
}

// agreeThePlan: the plan is sent, the departments concerned agree one after
// the other, and management approves it, which it cannot before.
func (s *story) agreeThePlan() {
	nigar := s.at("nigar")
	nigar.goes("/plans/2027")
	nigar.presses("Razılaşmaya göndər")
	nigar.sees("2027 planı razılaşmaya göndərilsin?")
	nigar.follows("Razılaşmaya göndər")
	nigar.sees("Plan razılaşmaya göndərildi.", "Razılaşmada", "0 / 2")

	elchin := s.at("elchin")
	elchin.goes("/plans/2027")
	elchin.sees("Şöbənizin cavabı: SSS")
	elchin.looks("the head of a department is asked")
	elchin.follows("Razıyıq")
	elchin.sees("Razılıq qeyd olundu.", "1 / 2")

	rafael := s.at("rafael")
	rafael.goes("/plans/2027")
	rafael.sees("Təsdiq mümkün deyil: Şöbələrin razılığı tam deyil: İTŞ")
	revision := rafael.reads("(document.querySelector('main').innerText.match(/redaksiya: (\\d+)/) || [])[1]")
	rafael.refused(rafael.forges("/plans/2027/approve", false, "revision", revision, "confirm", "1"), 409, "Razılaşmada")
	rafael.looks("a plan that cannot be approved yet")

	vugar := s.at("vugar")
	vugar.goes("/work")
	vugar.sees("2027")
	vugar.goes("/plans/2027")
	vugar.follows("Razıyıq")
	vugar.sees("Razılıq qeyd olundu.", "2 / 2", "Təsdiq gözlənilir")

	rafael.goes("/plans/2027")
	rafael.ticks("2027 planını təsdiq edirəm")
	rafael.follows("Planı təsdiq et")
	rafael.sees("Plan təsdiq edildi və kilidləndi.", "Təsdiq edilib", "Rafael İbrahimov")
	nigar.goes("/plans/2027")
	nigar.seesNot("Bənd əlavə et", "Geri çağır")
	nigar.downloads("PDF")
	nigar.looks("the approved plan")
	nigar.glances("the approved plan", "Approved", "UA-2026-001")
}
