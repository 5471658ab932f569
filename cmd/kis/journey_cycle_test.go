package main

import (
	"strings"

	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/reference"
)

// returnReason is why the quality manager sends evidence back.
const returnReason = "Cədvəldə hesabat dövrü göstərilməyib."

// planTheCycle: the quality manager imports the official description, plans
// the cycle of 2026 and starts it.
func (s *story) planTheCycle() {
	nigar := s.at("nigar")
	nigar.goes("/work")
	nigar.sees("Mənim işlərim", "Sizi gözləyən iş yoxdur")
	nigar.looks("nothing to do")

	description, err := reference.FS.ReadFile(reference.Process)
	s.must(err)
	nigar.goes("/processes/import")
	nigar.puts(s.paper("1-elektron-xidmet.csv", string(description)))
	nigar.fills("Prosesin adı (azərbaycanca)", "1-elektron xidmət", "Prosesin adı (ingiliscə)", "1-electronic service", "Qüvvəyə minmə tarixi", "05.01.2026")
	nigar.follows("Yoxla və göstər")
	nigar.sees("yeni proses", "Mərhələlər", "108", "44", "19")
	nigar.looks("preview of the import")
	nigar.follows("İdxal et")
	nigar.sees("Proses təsviri idxal edildi", "1-elektron xidmət")

	nigar.goes("/cycles/new")
	nigar.fills("Dövr", "2026", "Mərhələ 1", "27.02.2026", "Mərhələ 8", "30.12.2026")
	nigar.looks("a cycle is planned")
	nigar.follows("Planlaşdır")
	nigar.sees("Dövr planlaşdırıldı", "Planlaşdırılıb", "illik son tarix 30.12.2026")
	s.cycle = nigar.path()
	nigar.presses("Dövrü başlat")
	nigar.sees("Dövr başladılsın?", "Şöbələr sübut yükləyə biləcək")
	nigar.looks("the cycle is about to start")
	nigar.follows("Dövrü başlat")
	nigar.sees("Dövr başladı.", "Qiymətləndirməyə başla", "0 / 93 tapşırıq qəbul edilib")
	nigar.in(".k-chips").sees("Yüklənməyib 93", "Mövcud deyil 15", "Gecikib 0")
	if all, missing := nigar.counts(".k-map .k-pip"), nigar.counts(".k-map .k-pip[title$='Yüklənməyib']"); all != 108 || missing != 93 {
		s.t.Errorf("the map shows %d tasks, %d of them missing", all, missing)
	}
	if n := nigar.counts(".k-map .k-cell"); n != 44 {
		s.t.Errorf("the map shows %d sub-processes", n)
	}
	nigar.looks("the map of the cycle")
	nigar.glances("the map of the cycle", "0 / 93", "Specify Needs")
}

// deliverEvidence: an employee of SSS hands in two files, somebody of İTŞ
// cannot; the quality manager returns them with a reason and accepts the next
// version.
func (s *story) deliverEvidence() {
	task := s.cycle + "/tasks/1.2.2"
	aytan := s.at("aytan")
	aytan.goes(task)
	aytan.sees("1.2.2 Tələbatların dəqiqləşdirilməsi", "Giriş materialları və təchizatçılar", "Tələbatların dəqiqləşdirilmiş siyahısı", "Sübut yüklənməyib.", "27.02.2026")
	output := aytan.reads("document.querySelector('.k-out input[name=output]').value")
	seen := aytan.attaches(s.paper("Siyahı 2025.txt", strings.Repeat("Tələbatların dəqiqləşdirilmiş siyahısı; hesabat dövrü göstərilməyib\n", 40_000)), s.paper("Müqayisə.csv", "№;Tələbat\n1;Xidmətlərin sayı\n"))
	if len(seen) == 0 || !strings.HasSuffix(seen[0], "%") {
		s.t.Errorf("no progress of the upload was shown: %q", seen)
	}
	aytan.sees("Siyahı 2025.txt", "Müqayisə.csv", "Yükləndi")
	aytan.fills("Qeyd", "İlkin siyahı")
	aytan.looks("two files have arrived")
	aytan.follows("Baxışa göndər")
	aytan.sees("Sübut baxışa göndərildi.", "Siyahı 2025.txt", "Müqayisə.csv", "Baxışdadır",
		"Bu versiyanı siz təqdim etmisiniz, ona görə baxışı başqası aparır.")
	aytan.seesNot("Qərarı göndər", "Səbəblə qaytar")
	aytan.looks("own evidence in review")

	tural := s.at("tural")
	tural.goes(task)
	tural.sees("Sübutlar gizlidir.", "Məsul", "Sosial Statistika Şöbəsi (SSS)")
	tural.seesNot("Siyahı 2025.txt", "Baxışa göndər")
	if n := tural.counts("input[type=file]"); n != 0 {
		s.t.Errorf("somebody of another department is offered %d upload areas", n)
	}
	tural.refused(tural.forges(task+"/evidence", true, "form", output, "output", output, "link", "https://www.stat.gov.az/saxta"), 403, "yalnız məsul şöbələr")
	tural.looks("a task of another department")

	s.returnIt(task)
	s.handInAgain(task)
	nigar := s.at("nigar")
	nigar.goes("/work")
	nigar.sees("Sübuta baxış", "1.2.2")
	nigar.goes(task)
	nigar.sees("Baxış: versiya 2")
	nigar.ticks("Qəbul et")
	nigar.follows("Qərarı göndər")
	nigar.sees("Sübut qəbul edildi.", "Qəbul edilib")
	nigar.glances("a task with accepted evidence", "1.2.2", "Accepted", "Returned")
	if aytan.goes(task); aytan.counts(".k-vers li") != 2 {
		s.t.Errorf("the task shows %d versions", aytan.counts(".k-vers li"))
	}
}

// returnIt sends the first version back; a return needs a reason.
func (s *story) returnIt(task string) {
	nigar := s.at("nigar")
	nigar.goes(task)
	nigar.sees("Baxış: versiya 1", "baxan yükləyən şəxs ola bilməz")
	nigar.ticks("Səbəblə qaytar")
	nigar.follows("Qərarı göndər")
	nigar.sees("1 sahə düzəldilməlidir", "Qaytarma səbəbi")
	nigar.looks("a return without a reason")
	nigar.fills("Qaytarma səbəbi", returnReason)
	nigar.follows("Qərarı göndər")
	nigar.sees("Sübut səbəblə qaytarıldı.", "Qaytarılıb", returnReason)
}

// handInAgain: the employee finds the reason among the work that waits, and
// hands in a new version.
func (s *story) handInAgain(task string) {
	aytan := s.at("aytan")
	aytan.goes("/work")
	aytan.sees("1.2.2", "Səbəb: "+returnReason)
	aytan.looks("work with a returned task")
	aytan.follows("Yenidən yüklə")
	if aytan.path() != task {
		s.t.Errorf("the work list leads to %s", aytan.path())
	}
	aytan.sees("Qaytarma səbəbi", "Nigar Əliyeva", returnReason, "Yeni versiya yüklə (versiya 2)")
	aytan.attaches(s.paper("Siyahı 2025 v2.txt", "Tələbatların dəqiqləşdirilmiş siyahısı\nHesabat dövrü: 2025\n"))
	aytan.fills("Nəyi dəyişdiniz", "Hesabat dövrü əlavə olundu")
	aytan.follows("Baxışa göndər")
	aytan.sees("Sübut baxışa göndərildi.", "Siyahı 2025 v2.txt", "Qaytarılıb", "Baxışdadır")
}

// passTheGate: the gate says what is missing and lets nobody through; when all
// is accepted the quality manager passes it, and the phase is closed.
func (s *story) passTheGate() {
	nigar, gate := s.at("nigar"), s.cycle+"/gates/1"
	nigar.goes(gate)
	nigar.sees("Təsdiqlənməyib", "Hələ təsdiqlənə bilməz.", "Qəbul edilməmiş tapşırıqlar qalıb: 19", "1.1.1", "1.6.4")
	nigar.in("main .k-work").seesNot("1.2.2 ", "1.1.2 ") // accepted; not applicable
	nigar.refused(nigar.forges(gate+"/pass", false), 409, "Mərhələ 1 təsdiqlənmədi: 19 tapşırığın sübutu qəbul edilməyib: 1.1.1")
	nigar.looks("a gate that is not ready")

	s.acceptTheRest("1")
	nigar.goes("/work")
	nigar.sees("Mərhələnin yekunu")
	nigar.goes(gate)
	nigar.sees("Bütün nəticələr qəbul edilib")
	nigar.looks("a gate that is ready")
	nigar.follows("Yekunu təsdiqlə")
	nigar.sees("Mərhələ 1: yekun təsdiqləndi.", "20 / 93 tapşırıq qəbul edilib")
	nigar.in("#gate-1").sees("Təsdiqlənib 02.02.2026")
	nigar.looks("the map with a passed gate")

	aytan := s.at("aytan")
	aytan.goes(s.cycle + "/tasks/1.2.3")
	aytan.seesNot("Baxışa göndər")
	output := aytan.output(s, "1.2.3")
	aytan.refused(aytan.forges(s.cycle+"/tasks/1.2.3/evidence", true, "form", output, "output", output, "link", "https://www.stat.gov.az/gec"), 409, "Mərhələ 1 artıq yekunlaşıb")
}

// output is the id of the first output of a task.
func (p *person) output(s *story, code string) string {
	page, err := s.app.kis.Task(s.as(p.key), s.cycleID(), code)
	s.must(err)
	return page.Outputs[0].ID
}

// cycleID is the id of the cycle of the journey.
func (s *story) cycleID() string { return strings.TrimPrefix(s.cycle, "/cycles/") }

// acceptTheRest hands in and accepts evidence for what is left of a phase, by
// the services.
func (s *story) acceptTheRest(phase string) {
	g, err := s.app.kis.Grid(s.as("nigar"), s.cycleID(), kis.GridFilter{Phase: phase})
	s.must(err)
	aytan, nigar := s.as("aytan"), s.as("nigar")
	for _, p := range g.Phases {
		for _, sub := range p.Subs {
			for _, t := range sub.Tasks {
				if t.State != kis.TaskMissing {
					continue
				}
				page, err := s.app.kis.Task(aytan, s.cycleID(), t.Code)
				s.must(err)
				n := kis.NewSubmission{CycleID: s.cycleID(), Class: kis.ClassInternal}
				for _, o := range page.Outputs {
					n.OutputIDs = append(n.OutputIDs, o.ID)
				}
				up, err := s.app.kis.StageUpload(aytan, "Sənəd "+t.Code+".txt", strings.NewReader(t.NameAZ+"\n"))
				s.must(err)
				n.UploadIDs = []string{up.ID}
				sub, err := s.app.kis.Submit(aytan, n)
				s.must(err)
				s.must(s.app.kis.Accept(nigar, sub.ID))
			}
		}
	}
}
