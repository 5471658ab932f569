package main

import (
	"strings"

	"github.com/kis-platform/kis/audit"
)

// raiseTwoFindings: an auditor raises two nonconformities out of rows; the
// lead auditor issues both acts. The first is printed.
func (p *proof) raiseTwoFindings() {
	samir, gunel := p.at("samir"), p.at("gunel")
	for i, f := range []struct{ row, statement string }{{"1.2-b", firstStatement}, {"1.2-a", secondStatement}} {
		samir.goes(p.audit)
		samir.in("[aria-labelledby=a4]").follows(f.row)
		samir.in("#row").sees(f.row)
		samir.ticks("Uyğunsuzluq")
		samir.fills("Uyğunsuzluğun təsviri", f.statement, "Obyektiv sübut", "Siyahının 1-ci versiyası, səhifə 2.", "Məcmu", "3", "Seçmə", "3")
		samir.follows("Akt layihəsi yarat")
		samir.sees("Akt layihəsi yaradıldı", f.statement)
		gunel.goes(p.audit)
		gunel.in("[aria-labelledby=a7]").follows("Akt layihəsi")
		gunel.presses("Rəsmiləşdir")
		gunel.ticks("Meyarı, sübutu və şöbəni yoxladım")
		gunel.follows("Rəsmiləşdir")
		gunel.sees("Akt rəsmiləşdirildi", []string{"UA-2026-001", "UA-2026-002"}[i], f.statement)
		if i == 0 {
			p.act = gunel.path()
		} else {
			p.second = gunel.path()
		}
	}
	gunel.goes(p.act)
	gunel.prints("PDF", "the act as issued", "UA-2026-001", firstStatement, "Günel Abbasova")
}

// objectTwice: the head objects to both acts. The first objection is
// dismissed with a reason, the second upheld, so that its act is withdrawn.
func (p *proof) objectTwice() {
	elchin, gunel, nigar := p.at("elchin"), p.at("gunel"), p.at("nigar")
	for _, o := range [][2]string{{p.act, against}, {p.second, noteworthy}} {
		elchin.goes(o[0])
		elchin.presses("Etiraz et")
		elchin.follows("Etiraz et")
		elchin.sees("doldurulmalıdır")
		elchin.fills("Səbəb", o[1])
		elchin.follows("Etiraz et")
		elchin.sees("Etiraz qeyd edildi.", "Etiraz var", o[1])
		elchin.seesNot("Etiraza bax")
	}
	elchin.looks("the head objects")
	gunel.goes(p.act)
	gunel.presses("Etiraza bax")
	gunel.sees(against)
	gunel.ticks("Etiraz rədd edilir")
	gunel.fills("Səbəb", dismissal)
	gunel.looks("an objection is dismissed")
	gunel.follows("Qərarı qeyd et")
	gunel.sees("Etiraz üzrə qərar qeyd edildi.", "Tanış olunub", dismissal)
	nigar.goes(p.second)
	nigar.presses("Etiraza bax")
	nigar.ticks("Etiraz qəbul edilir")
	nigar.fills("Səbəb", "Əlavəyə baxılıb, təchizatçılar göstərilib.")
	nigar.follows("Qərarı qeyd et")
	nigar.sees("Ləğv edilib", "UA-2026-002")
	nigar.looks("an upheld objection")
	nigar.prints("PDF", "the act that was withdrawn", "UA-2026-002", noteworthy, "Ləğv")
}

// reportIt: the rest of the rows is answered, here by the services; the report
// says of both objections what became of them.
func (p *proof) reportIt() {
	p.meet("Yekun iclası", "09:20", "Tapıntılar şöbə ilə müzakirə olundu.")
	samir, id := p.as("samir"), strings.TrimPrefix(p.audit, "/audits/")
	list, err := p.app.audit.Checklist(samir, id, audit.RowFilter{Limit: 500})
	p.must(err)
	for _, r := range list.Rows {
		if r.Answer == audit.Open {
			_, err := p.app.audit.Answer(samir, audit.RowAnswer{RowID: r.ID, Version: r.Version, Answer: audit.Conforms, Note: "Uyğundur."})
			p.must(err)
		}
	}
	gunel := p.at("gunel")
	gunel.goes(p.audit)
	gunel.presses("Hesabat ver")
	gunel.fills("Nəticə", "Proses əsasən uyğundur.", "Güclü tərəflər", "Tələbatlar vaxtında toplanır.")
	gunel.follows("Hesabat ver")
	gunel.sees("Hesabat verildi", "Hesabat verilib", "UA-2026-001")
	gunel.looks("the audit is reported")
	gunel.printsBoth("Auditin hesabatı", "the report of the audit", []string{"DA-2026-01", "Degree to which the criteria are fulfilled", "Diverging opinions", against}, "DA-2026-01", "UA-2026-001", firstStatement, against, dismissal, noteworthy, "Proses əsasən uyğundur.", "Samir Rzayev")
}

// answerTheObjected: correction, five whys as a tree, and a corrective action
// with a term in working days.
func (p *proof) answerTheObjected() {
	aytan := p.at("aytan")
	aytan.goes(p.act)
	aytan.follows("Cavab hazırla")
	aytan.fills("Düzəliş", "Siyahı şuranın gündəliyinə salınıb.", "İcra tarixi", "02.03.2026", "Sual 1", "Siyahı niyə müzakirə edilməyib?", "Cavab 1", "Gündəliyə salınmayıb.",
		"Sual 2", "Gündəliyə niyə salınmayıb?", "Cavab 2", "Bunu edən şəxs təyin olunmayıb.", "Kök səbəb", "Siyahının təsdiqinə cavabdeh şəxs yoxdur.",
		"Oxşar hallar: harada yoxlanıb", "1.4.1 və 1.5.1: oxşar hal yoxdur.", "Ölçü", "Protokolu olan siyahıların payı", "Başlanğıc", "0%", "Hədəf", "100%")
	aytan.chooses("Sual 2: hansı cavabdan irəli gəlir", "cavabdan: 1")
	aytan.ticks("“5 niyə”", "Oxşar hallar yoxlanıb")
	aytan.follows("Yadda saxla")
	aytan.sees("Cavab saxlanıldı.")
	aytan.fills("Tədbir", "Siyahının təsdiqinə cavabdeh şəxsi əmrlə təyin etmək", "və ya iş günü", "10")
	aytan.chooses("Məsul", "Fəridə Mustafayeva")
	aytan.follows("Tədbir əlavə et")
	aytan.sees("Tədbir əlavə edildi.", "DT-1")
	aytan.looks("the answer of the department")
	aytan.presses("Təqdim et")
	aytan.follows("Təqdim et")
	aytan.sees("Cavab və tədbirlər aparıcı auditora təqdim edildi.")
	p.approve("3")
}

// approve has the lead auditor agree to the actions, with the months after
// which the effect is looked at.
func (p *proof) approve(months string) {
	gunel := p.at("gunel")
	gunel.goes(p.act)
	gunel.presses("Tədbirləri təsdiqlə")
	gunel.fills("Yoxlamaya qədər müddət (ay)", months)
	gunel.follows("Tədbirləri təsdiqlə")
	gunel.sees("Tədbirlər təsdiqləndi, icra başlayır.", "Tədbirlər icra olunur")
}

// askForMoreTime: on a telephone. Neither the owner nor a member of the team
// decides; the lead auditor does.
func (p *proof) askForMoreTime() {
	farida, gunel := p.at("farida"), p.at("gunel")
	farida.Width(390)
	farida.goes("/work")
	farida.sees("UA-2026-001")
	farida.goes(p.act)
	farida.presses("Müddətin uzadılmasını istə")
	farida.fills("Yeni son tarix", "10.02.2026", "Səbəb", "Əmr hüquq şöbəsində razılaşdırılır.")
	farida.follows("Müddətin uzadılmasını istə")
	farida.sees("Yeni son tarix")
	farida.looks("more time in the past is refused 390")
	farida.fills("Yeni son tarix", "31.03.2026")
	farida.follows("Müddətin uzadılmasını istə")
	farida.sees("Müddətin uzadılması istənildi.", "uzadılması gözlənilir: 31.03.2026")
	farida.seesNot("Müddət üzrə qərar")
	farida.looks("more time is asked for 390")
	gunel.goes(p.act)
	gunel.presses("Müddət üzrə qərar")
	gunel.sees("Əmr hüquq şöbəsində razılaşdırılır.")
	gunel.ticks("Müddət uzadılır")
	gunel.looks("more time is decided on")
	gunel.follows("Qərarı qeyd et")
	gunel.sees("Müddət üzrə qərar qeyd edildi.", "31.03.2026", "uzadılıb, dəfə: 1")
}

// carryOut has the owner report an action, on a telephone, with a file.
func (p *proof) carryOut(result, file string) {
	farida := p.at("farida")
	farida.Width(390)
	farida.goes(p.act)
	farida.follows("İcranı qeyd et")
	farida.fills("Görülmüş işlər", result)
	farida.attaches(p.paper(file, result+"\n"))
	farida.looks(file + " is reported 390")
	farida.follows("İcranı qeyd et")
	farida.sees("İcra qeyd edildi; başqa şəxs yoxlayacaq.", file)
}

// judge has the auditor say whether an action was done.
func (p *proof) judge(action, choice, note string) {
	samir := p.at("samir")
	samir.goes(p.act)
	samir.presses(action + " icrasını yoxla")
	samir.ticks(choice)
	samir.fills("Qeyd", note)
	samir.follows("Qərarı qeyd et")
	samir.sees("İcranın yoxlanması qeyd edildi.", note)
}

// verifyTwice: the first report is rejected, the second is verified.
func (p *proof) verifyTwice() {
	p.carryOut("Əmr imzalanıb.", "Əmr 12.txt")
	p.judge("DT-1", "Qaytarılır", verdict)
	samir, farida := p.at("samir"), p.at("farida")
	samir.sees("Tədbirlər icra olunur")
	samir.looks("a verification rejects")
	farida.goes("/work")
	farida.sees("UA-2026-001")
	farida.goes(p.act)
	farida.sees(verdict)
	p.carryOut("Əmrdə vəzifə göstərilib.", "Əmr 12-1.txt")
	p.judge("DT-1", "İcra təsdiqlənir", "Əmrin əslinə baxılıb.")
	samir.sees("Tədbirlər icra olunub")
}

// findItIneffective: not before its time; then the lead auditor finds that it
// does not work, and the act goes back to the department and is counted.
func (p *proof) findItIneffective() {
	gunel := p.at("gunel")
	gunel.goes(p.act)
	gunel.seesNot("Nəticəliliyi yoxla")
	p.until("2026-06-03")
	gunel.goes("/work")
	gunel.sees("UA-2026-001")
	gunel.goes(p.act)
	gunel.presses("Nəticəliliyi yoxla")
	gunel.ticks("Nəticə yoxdur, akt yenidən açılır")
	gunel.fills("Yoxlamanın nəticəsi", noEffect)
	gunel.looks("it does not work")
	gunel.follows("Qərarı qeyd et")
	gunel.sees("Nəticəliliyin yoxlanması qeyd edildi.", "Yenidən açılıb", "yenidən açılıb, dəfə: 1", noEffect)
	gunel.looks("the act is reopened")
	gunel.glances("the act is reopened", "Reopened", "reopened, times: 1")
	gunel.prints("PDF", "the reopened act", "UA-2026-001", noEffect, "yenidən açılma: 1")
}

// correctAgain: what the department wrote before is still there; it adds an
// action, which is carried out and works.
func (p *proof) correctAgain() {
	aytan := p.at("aytan")
	aytan.goes(p.act)
	aytan.follows("Cavab hazırla")
	if got := aytan.reads("document.querySelector('[name=root_cause]').value"); got != "Siyahının təsdiqinə cavabdeh şəxs yoxdur." {
		p.t.Errorf("after the reopening the root cause reads %q", got)
	}
	aytan.fills("Kök səbəb", "Təsdiq olunmamış siyahının növbəti mərhələyə keçməsinə heç nə mane olmur.")
	aytan.follows("Yadda saxla")
	aytan.fills("Tədbir", "Təsdiq protokolu olmadan 1-ci mərhələnin yekununu qəbul etməmək", "Son tarix", "30.06.2026")
	aytan.chooses("Məsul", "Fəridə Mustafayeva")
	aytan.follows("Tədbir əlavə et")
	aytan.sees("Tədbir əlavə edildi.", "DT-2")
	aytan.looks("the second answer")
	aytan.presses("Təqdim et")
	aytan.follows("Təqdim et")
	aytan.sees("Cavab və tədbirlər aparıcı auditora təqdim edildi.")
	p.approve("3")
	p.carryOut("Yekun qaydasına protokol tələbi əlavə edilib.", "Qayda 4.txt")
	p.judge("DT-2", "İcra təsdiqlənir", "Qaydanın 4-cü bəndinə baxılıb.")
	p.until("2026-10-01")
	gunel := p.at("gunel")
	gunel.goes(p.act)
	gunel.presses("Nəticəliliyi yoxla")
	gunel.ticks("Tədbirlər nəticəlidir")
	gunel.fills("Yoxlamanın nəticəsi", works)
	gunel.follows("Qərarı qeyd et")
	gunel.sees("Nəticəlidir", works)
	gunel.seesNot("Aktı bağla")
}

// closeEverything: the quality manager closes the act, the lead auditor the
// audit. The whole story stands in the act.
func (p *proof) closeEverything() {
	nigar, gunel := p.at("nigar"), p.at("gunel")
	nigar.goes(p.act)
	nigar.presses("Aktı bağla")
	nigar.follows("Aktı bağla")
	nigar.sees("Akt bağlandı.", "Bağlanıb", "yenidən açılıb, dəfə: 1", "Nigar Əliyeva")
	nigar.looks("the act is closed")
	nigar.printsBoth("PDF", "the closed act", []string{"UA-2026-001", "Closed the act", works}, "UA-2026-001", firstStatement, against, dismissal, "DT-1", "DT-2", works, "Nigar Əliyeva", "Samir Rzayev", "Fəridə Mustafayeva")
	gunel.goes(p.audit)
	gunel.presses("Auditi bağla")
	gunel.follows("Auditi bağla")
	gunel.sees("Audit bağlandı.", "Bağlanıb")
	gunel.printsBoth("Nəzarət hesabatı", "the follow-up of the acts", []string{"DA-2026-01", "found effective", works}, "DA-2026-01", "UA-2026-001", "UA-2026-002", works, "DT-2")
	gunel.goes("/acts")
	gunel.printsBoth("PDF", "the register of acts", []string{"UA-2026-001", "Withdrawn"}, "UA-2026-001", "UA-2026-002", "Bağlanıb", "Ləğv edilib")
	gunel.goes("/audits/summary?year=2026")
	gunel.printsBoth("PDF", "the year of internal audit", []string{"By origin", "Days in each state"}, "Mənbələr üzrə", "Vəziyyətlərdə keçən günlər", "audit tapıntısı")
	gunel.goes("/acts/board")
	gunel.sees("UA-2026-001")
	nigar.goes("/programmes/2026")
	nigar.sees("DA-2026-01", "Bağlanıb")
	nigar.looks("the programme at the end")
}
