package main

import (
	"strings"

	"github.com/kis-platform/kis/audit"
)

// What the people of the journey write about the one nonconformity.
const (
	statement      = "Dəqiqləşdirilmiş siyahının təsdiqi üçün Şuranın protokolu təqdim edilməyib."
	recommendation = "Siyahının təsdiqi üçün vahid protokol forması tətbiq edilsin."
	rootCause      = "Siyahının təsdiqinə cavabdeh şəxs təyin edilməyib."
	actionText     = "Siyahının təsdiqinə cavabdeh şəxsi əmrlə təyin etmək"
)

// planTheAudit: the lead auditor plans an audit of SSS. Without a record of her
// competence she may not lead; the quality manager enters it. Somebody of SSS
// is refused for the team, and she sees why; with an independent auditor the
// audit is planned, announced at short notice with the reason, started and
// opened.
func (s *story) planTheAudit() {
	s.qualify("gunel", "Günel Abbasova")
	gunel := s.at("gunel")
	gunel.goes("/audits")
	gunel.sees("Audit yoxdur")
	gunel.follows("Yeni audit")
	gunel.chooses("Auditin növü", "Daxili audit")
	gunel.fills("Adı", "“1-elektron xidmət”, 1-ci mərhələ", "Məqsəd", "Prosesin təsvirə uyğunluğunu yoxlamaq",
		"Meyarlar", "AZS ISO 9001:2020; prosesin təsviri", "Başlanma tarixi", "02.02.2026", "Bitmə tarixi", "06.02.2026")
	gunel.chooses("Audit olunan", "Sosial Statistika Şöbəsi")
	gunel.chooses("Aparıcı auditor", "Günel Abbasova")
	gunel.ticks("Fəridə Mustafayeva", "1. Tələbatların")
	gunel.follows("Auditi planlaşdır")
	gunel.sees("1 sahə düzəldilməlidir", "Fəridə Mustafayeva müstəqil deyil: audit olunan şöbədə (SSS) çalışır")
	gunel.looks("an auditor of the department is refused")

	gunel.unticks("Fəridə Mustafayeva")
	gunel.ticks("Samir Rzayev")
	gunel.follows("Auditi planlaşdır")
	gunel.sees("Audit planlaşdırıldı.", "DA-2026-01", "Samir Rzayev", "Müstəqildir", "“1-elektron xidmət”, 1-ci mərhələ")
	gunel.seesNot("Fəridə Mustafayeva", "Təyin edilə bilməz")
	s.audit = gunel.path()
	gunel.looks("the audit is planned")

	gunel.presses("Elan et")
	gunel.sees("SSS şöbəsinə bildiriş gedir")
	gunel.fills("Müddətin qısaldılmasının səbəbi", "Şuranın iclası gözlənilmədən əvvələ çəkilib.")
	gunel.follows("Elan et")
	gunel.sees("Audit elan edildi.", "Elan edilib")
	elchin := s.at("elchin")
	elchin.goes("/audits")
	elchin.sees("DA-2026-01", "Elan edilib")
	gunel.presses("Auditə başla")
	gunel.follows("Auditə başla")
	gunel.sees("Audit başlandı; yoxlama vərəqi açıqdır.", "Keçirilir", "Yoxlama vərəqi", "1.2-b")
	s.meet("Açılış iclası", "09:00", "Auditin planı və meyarları izah olundu.")
}

// qualify has the quality manager enter what somebody needs to lead an audit.
func (s *story) qualify(key, name string) {
	nigar := s.at("nigar")
	nigar.goes("/auditors")
	nigar.follows(name)
	nigar.sees("səriştə qeydi yoxdur")
	nigar.fills("Təhsil", "Bakı Dövlət Universiteti, iqtisadiyyat", "Dillər", "Azərbaycan, ingilis")
	nigar.ticks("ISO 9001:2015")
	nigar.follows("Yadda saxla")
	nigar.sees("Səriştə qeydi yadda saxlandı.", "auditə rəhbərlik üzrə qüvvədə olan təlim yoxdur")
	nigar.fills("Təlimin adı", "ISO 9001 üzrə aparıcı auditor", "Keçirən təşkilat", "Standartlaşdırma institutu", "Keçirildiyi gün", "14.03.2025", "Etibarlılığın son günü", "13.03.2028")
	nigar.ticks("Auditə rəhbərlik üzrə")
	nigar.follows("Təlim əlavə et")
	nigar.sees("Təlim əlavə edildi.", "Auditə rəhbərlik edə bilər")
	nigar.looks("a lead auditor is qualified")
}

// meet has the lead auditor record a meeting that was just held.
func (s *story) meet(which, at, minutes string) {
	gunel := s.at("gunel")
	gunel.goes(s.audit)
	gunel.presses("İclası qeyd et")
	gunel.sees(which)
	gunel.fills("Saat", at, "Protokol", minutes)
	gunel.follows("Yadda saxla")
	gunel.sees(which+" qeyd edildi.", "Keçirilib", minutes)
}

// raiseTheFinding: an auditor of the team raises a nonconformity from a row of
// the checklist; the lead auditor issues the act, which gets its number.
func (s *story) raiseTheFinding() {
	samir := s.at("samir")
	samir.goes(s.audit)
	samir.follows("1.2-b")
	samir.in("#row").sees("1.2-b", "Tələbatların dəqiqləşdirilmiş siyahısı Elmi-metodoloji şurada müzakirə və təsdiq olunubmu?")
	samir.ticks("Uyğunsuzluq", "Tələbatların dəqiqləşdirilmiş siyahısı")
	samir.chooses("Dərəcə", "Əhəmiyyətsiz")
	samir.chooses("Şöbə", "SSS")
	samir.fills("Uyğunsuzluğun təsviri", statement, "Obyektiv sübut", "Tapşırıq 1.2.2, versiya 2: protokol yoxdur.", "Məcmu", "3", "Seçmə", "2")
	samir.presses("Meyarın daxili sənədi və tövsiyə")
	samir.fills("Tövsiyə", recommendation)
	samir.looks("a row of the checklist becomes a finding")
	samir.follows("Akt layihəsi yarat")
	samir.sees("Akt layihəsi yaradıldı", "Akt layihəsi hazırlanır", statement)
	samir.seesNot("Rəsmiləşdir")

	gunel := s.at("gunel")
	gunel.goes(s.audit)
	gunel.in("[aria-labelledby=a7]").follows("Akt layihəsi")
	s.act = gunel.path()
	gunel.sees("Uyğunsuzluqlara dair akt", "Layihə", "Əhəmiyyətsiz uyğunsuzluq")
	elchin := s.at("elchin")
	if got := elchin.fetches(s.act); got.Status != 404 {
		s.t.Errorf("the department sees a draft: status %d", got.Status)
	}
	gunel.presses("Rəsmiləşdir")
	gunel.sees("Aktın mətni, meyarı və sübutu kilidlənir")
	gunel.looks("the act is about to be issued")
	gunel.ticks("Meyarı, sübutu və şöbəni yoxladım")
	gunel.follows("Rəsmiləşdir")
	gunel.sees("Akt rəsmiləşdirildi", "UA-2026-001 Uyğunsuzluqlara dair akt", "Rəsmiləşdirilib", statement, "1.2.2")
	gunel.looks("the act is issued")
}

// answerTheAct: the head of SSS acknowledges the act; the department writes
// correction, cause and corrective action; the lead auditor approves them.
func (s *story) answerTheAct() {
	elchin := s.at("elchin")
	elchin.goes("/work")
	elchin.sees("UA-2026-001")
	elchin.looks("an act waits for the head")
	elchin.goes(s.act)
	elchin.presses("Tanış ol")
	elchin.sees("UA-2026-001 ilə tanışlıq təsdiqlənsin?")
	elchin.follows("Tanış ol")
	elchin.sees("Aktla tanışlıq qeyd edildi", "Tanış olunub", "Elçin Həsənov")

	aytan := s.at("aytan")
	aytan.goes(s.act)
	aytan.follows("Cavab hazırla")
	aytan.presses("Təqdim et")
	aytan.follows("Təqdim et")
	aytan.sees("8 sahə düzəldilməlidir", "Düzəliş: doldurulmalıdır Səbəbə aparan suallar və cavablar: doldurulmalıdır Kök səbəb: doldurulmalıdır", "icra olunacaq düzəldici tədbir yoxdur")
	aytan.looks("an empty answer is refused")
	aytan.fills("Düzəliş", "Protokol tərtib edilib və sübuta əlavə olunub.", "İcra tarixi", "02.02.2026",
		"Sual 1", "Protokol niyə yoxdur?", "Cavab 1", "Tərtib edən təyin olunmayıb.", "Kök səbəb", rootCause)
	aytan.ticks("“5 niyə”", "Oxşar hallar yoxlanıb")
	aytan.fills("Oxşar hallar: harada yoxlanıb", "1.4.1 və 1.5.1: oxşar hal yoxdur.", "Ölçü", "Protokolu olan siyahıların payı", "Başlanğıc", "0%", "Hədəf", "100%")
	aytan.follows("Yadda saxla")
	aytan.sees("Cavab saxlanıldı.")
	aytan.fills("Tədbir", actionText, "Son tarix", "27.02.2026")
	aytan.chooses("Məsul", "Fəridə Mustafayeva")
	aytan.follows("Tədbir əlavə et")
	aytan.sees("Tədbir əlavə edildi.", "DT-1", actionText)
	aytan.looks("the answer of the department")
	aytan.presses("Təqdim et")
	aytan.follows("Təqdim et")
	aytan.sees("Cavab və tədbirlər aparıcı auditora təqdim edildi.", "Tədbirlər təsdiqdədir")

	gunel := s.at("gunel")
	gunel.goes(s.act)
	gunel.sees("Auditorun baxışındadır", rootCause)
	gunel.presses("Tədbirləri təsdiqlə")
	gunel.fills("Yoxlamaya qədər müddət (ay)", "0")
	gunel.follows("Tədbirləri təsdiqlə")
	gunel.sees("Tədbirlər təsdiqləndi, icra başlayır.", "Tədbirlər icra olunur", "Auditor razıdır")
}

// closeTheAct: the owner reports the action with a file and cannot verify it
// herself; an auditor verifies it and the lead auditor finds it effective; the quality manager
// closes the act. The audit is reported. Both documents can be taken away.
func (s *story) closeTheAct() {
	farida := s.at("farida")
	farida.goes("/work")
	farida.sees("UA-2026-001", actionText)
	farida.goes(s.act)
	farida.follows("İcranı qeyd et")
	farida.fills("Görülmüş işlər", "Əmr imzalanıb, cavabdeh şəxs təyin edilib.")
	report := farida.path()
	farida.attaches(s.paper("Əmr 12.txt", "Əmr № 12: cavabdeh şəxs təyin edilsin.\n"))
	farida.looks("the action is reported")
	farida.follows("İcranı qeyd et")
	farida.sees("İcra qeyd edildi; başqa şəxs yoxlayacaq.", "Əmr 12.txt", "Yoxlanılır")
	if n := farida.counts("[data-confirm^=verdict]"); n != 0 {
		s.t.Errorf("the owner is offered the verification of her own action %d times", n)
	}
	farida.refused(farida.forges(report+"/verdict", false, "decision", "verify"), 403, "DT-1 üzrə icranı tədbirin məsulu və ya icranı qeyd edən şəxs yoxlaya bilməz.")

	samir := s.at("samir")
	samir.goes(s.act)
	samir.presses("DT-1 icrasını yoxla")
	samir.ticks("İcra təsdiqlənir")
	samir.fills("Qeyd", "Əmrin əslinə baxılıb.")
	samir.looks("somebody else verifies")
	samir.follows("Qərarı qeyd et")
	samir.sees("İcranın yoxlanması qeyd edildi.", "Tədbirlər icra olunub", "Samir Rzayev")
	samir.seesNot("Nəticəliliyi yoxla") // who saw that it was done does not judge whether it works
	gunel := s.at("gunel")
	gunel.goes(s.act)
	gunel.presses("Nəticəliliyi yoxla")
	gunel.ticks("Tədbirlər nəticəlidir")
	gunel.fills("Yoxlamanın nəticəsi", "Son üç siyahının hamısının protokolu var: 100%.")
	gunel.follows("Qərarı qeyd et")
	gunel.sees("Nəticəliliyin yoxlanması qeyd edildi.", "Nəticəlidir")
	gunel.seesNot("Aktı bağla")

	nigar := s.at("nigar")
	nigar.goes(s.act)
	nigar.presses("Aktı bağla")
	nigar.follows("Aktı bağla")
	nigar.sees("Akt bağlandı.", "Bağlanıb", "aktı bağladı", "tədbirlərin nəticəliliyini təsdiqlədi", "icrasını təsdiqlədi", "aktı rəsmiləşdirdi")
	nigar.downloads("PDF")
	nigar.looks("the act is closed")
	nigar.glances("the act is closed", "UA-2026-001", "Closed")
	s.reportTheAudit()
}

// reportTheAudit: with rows open the audit cannot be reported; the team
// answers the rest, here by the services.
func (s *story) reportTheAudit() {
	s.meet("Yekun iclası", "09:20", "Tapıntı şöbə ilə müzakirə olundu.")
	gunel := s.at("gunel")
	ask := func() {
		gunel.presses("Hesabat ver")
		gunel.fills("Nəticə", "Proses əsasən uyğundur.", "Güclü tərəflər", "Tələbatlar vaxtında toplanır.")
		gunel.follows("Hesabat ver")
	}
	ask()
	gunel.sees("cavabsız sətir var, sayı:")
	gunel.looks("the report is refused")
	samir, id := s.as("samir"), strings.TrimPrefix(s.audit, "/audits/")
	list, err := s.app.audit.Checklist(samir, id, audit.RowFilter{Limit: 500})
	s.must(err)
	for _, r := range list.Rows {
		if r.Answer == audit.Open {
			_, err := s.app.audit.Answer(samir, audit.RowAnswer{RowID: r.ID, Version: r.Version, Answer: audit.Conforms, Note: "Uyğundur."})
			s.must(err)
		}
	}
	gunel.goes(s.audit)
	ask()
	gunel.sees("Hesabat verildi", "Hesabat verilib", "Proses əsasən uyğundur.", "UA-2026-001")
	gunel.downloads("Auditin hesabatı")
	gunel.looks("the audit is reported")
}
