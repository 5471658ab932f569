package reports

import (
	"fmt"
	"strings"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
)

// sampleWords are the words of a language on the day of the examples.
func sampleWords(lang string) Words { return Words{Lang: lang, Zone: baku, Today: "2026-11-24"} }

// at is a moment of the office's clock: at("2026-06-17 15:20").
func at(clock string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", clock, baku)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

// Departments and people of the examples.
var (
	sss   = office.Department{ID: "d-sss", Code: "SSS", NameAZ: "Sosial statistika şöbəsi", NameEN: "Social statistics department"}
	its   = office.Department{ID: "d-its", Code: "İTŞ", NameAZ: "İnformasiya texnologiyaları şöbəsi", NameEN: "Information technology department"}
	kiems = office.Department{ID: "d-kiems", Code: "KİEMŞ", NameAZ: "Keyfiyyətin idarə edilməsi və metaməlumatlar şöbəsi", NameEN: "Quality management and metadata department"}
	bes   = office.Department{ID: "d-bes", Code: "BƏŞ", NameAZ: "Beynəlxalq əlaqələr şöbəsi", NameEN: "International relations department"}

	gunel  = audit.Person{ID: "gunel", Name: "Günel Abbasova", PositionAZ: "baş məsləhətçi", PositionEN: "chief adviser", Department: kiems}
	samir  = audit.Person{ID: "samir", Name: "Samir Rzayev", PositionAZ: "aparıcı məsləhətçi", PositionEN: "leading adviser", Department: bes}
	elchin = audit.Person{ID: "elchin", Name: "Elçin Həsənov", PositionAZ: "şöbə müdiri", PositionEN: "head of department", Department: sss}
	aytan  = audit.Person{ID: "aytan", Name: "Aytən Məmmədova", PositionAZ: "məsləhətçi", PositionEN: "adviser", Department: sss}
	nigar  = audit.Person{ID: "nigar", Name: "Nigar Əliyeva", PositionAZ: "şöbə müdiri", PositionEN: "head of department", Department: kiems}
)

// sampleCriterion is the standard the examples speak of.
var sampleCriterion = audit.Standard{Code: "ISO9001", Edition: "2015", Name: "ISO 9001:2015", NationalAdoption: "AZS ISO 9001:2020"}

// sampleEvidence is a submission with one file, and a confidential one whose
// files the reader may not see.
func sampleEvidence() []audit.Evidence {
	return []audit.Evidence{
		{ID: "e1", Title: "Risklərin təhlili və qiymətləndirilməsi", Version: 2, ReceivedAt: at("2026-02-27 11:05"), SubmittedName: "Aytən Məmmədova", DepartmentCode: "SSS",
			Files: []kis.File{{Name: "Risk_cedveli_2026_v2.xlsx", SHA256: "b81c04de6f2a95c37710e84bd92f613a05ce7d4481fb29a6c3e0557d18b977fa"}}},
		{ID: "e2", Title: "Daxili araşdırmanın nəticəsi", Version: 3, ReceivedAt: at("2026-03-02 09:00"), SubmittedName: "Elçin Həsənov", DepartmentCode: "SSS", Codes: []string{"8.1.2"}, Hidden: true},
	}
}

// sampleAct is an act whose actions are under way, as in the design of the
// paper.
func sampleAct() audit.ActView {
	return audit.ActView{
		Act: audit.Act{ID: "a1", Number: "UA-2026-004", Origin: "finding", Grade: audit.Minor, Standard: "ISO9001", Edition: "2015", Clause: "6.1.2", GSBPM: "1.6.2",
			Criterion:         "Şöbə üzrə proseslərin idarə olunması standartı, 1.6.2-ci bənd",
			Statement:         "2026-cı il üzrə “Risklərin təhlili və qiymətləndirilməsi” cədvəlində qeyd olunmuş 14 riskdən 5-i üzrə məsul şəxs və qalıq risk səviyyəsi göstərilməyib; imkanlar ayrıca qiymətləndirilməyib.",
			ObjectiveEvidence: "Cədvəl, vərəq 1, sətir 6–10", IssuedBy: "gunel", IssuedAt: at("2026-06-17 15:20"), State: audit.ActInProgress, CreatedBy: "samir", CreatedAt: at("2026-06-17 14:47"),
			AnswerDue: "2026-06-24", AcknowledgedBy: "elchin", AcknowledgedAt: at("2026-06-22 09:35"),
			Correction: "Çatışmayan 5 sətir tamamlanıb, “İmkanlar” bölməsi əlavə edilib (3-cü versiya).", CorrectionDay: "2026-06-25", CauseMethod: audit.FiveWhy,
			RootCause:      "sənədlərin idarə olunması proseduru şablonlara şamil edilmir, dövri təftiş müddəti müəyyən olunmayıb.",
			SimilarChecked: true, SimilarWhere: "5 prosesdən 4-də eyni şablon aşkar edilib.", RiskUpdated: true, QMSChange: "Sənədlərin idarə olunması proseduru təftiş edilir",
			PlannedBy: "elchin", PlannedAt: at("2026-06-30 17:00"), ApprovedBy: "gunel", ApprovedAt: at("2026-07-01 10:00"), EffectMonths: 6,
			EffectMeasure: "2027-ci il risk cədvəllərində boş qalan məcburi sahələrin payı", EffectBaseline: "35,7%", EffectTarget: "0%"},
		Department: sss, Audit: audit.AuditRef{ID: "u1", Number: "DA-2026-02", Kind: audit.Internal, State: audit.Reported, RowNo: "1.6-b"},
		Cycle:      audit.CycleRef{ID: "c1", ProcessCode: "1-elektron-xidmet", TitleAZ: "1-elektron xidmət", TitleEN: "1-electronic service", Period: "2026"},
		ActivityAZ: "Risklərin təhlili", ActivityEN: "Risk analysis", StandardName: sampleCriterion,
		ClauseName: audit.Clause{TitleAZ: "Risk və imkanlarla bağlı tədbirlər", TitleEN: "Actions to address risks and opportunities"},
		Lead:       gunel, Evidence: sampleEvidence(),
		Causes: []audit.Cause{
			{Position: 1, Parent: 0, Question: "Sütunlar niyə boş qalıb?", Answer: "Cədvəl bu sütunları olmayan köhnə şablonda doldurulub."},
			{Position: 2, Parent: 1, Question: "Niyə köhnə şablonda?", Answer: "Yeni şablon göndərilsə də, daxili şəbəkədəki qovluqda köhnəsi qalıb."},
			{Position: 3, Parent: 2, Question: "Niyə qalıb?", Answer: "Qüvvədən düşmüş şablonların geri götürülməsinə məsul şəxs təyin edilməyib."},
			{Position: 4, Parent: 3, Question: "Niyə təyin edilməyib?", Answer: "Sənədlərin idarə olunması proseduru şablonları əhatə etmir."},
			{Position: 5, Parent: 4, Question: "Niyə əhatə etmir?", Answer: "Prosedur 2023-cü ildə yalnız mətnli sənədlər üçün hazırlanıb və təftiş edilməyib."}},
		Actions: []audit.ActionView{
			{Action: audit.Action{No: 1, Text: "Prosedurun əhatəsinə şablonları daxil etmək və illik təftiş tarixi təyin etmək", Due: "2026-09-15", State: audit.ActionVerified,
				Result: "Prosedurun 4-cü redaksiyası təsdiq edilib", DoneAt: at("2026-09-11 16:00"), VerifiedBy: "samir", VerifiedAt: at("2026-09-18 11:00"), VerdictNote: "Redaksiyaya baxılıb"},
				Owner: nigar, VerifiedBy: samir, Files: make([]kis.File, 1)},
			{Action: audit.Action{No: 2, Text: "Qüvvədən düşmüş şablonları daxili şəbəkədən çıxarmaq, qüvvədə olanların reyestrini aparmaq", Due: "2026-11-30", State: audit.ActionInProgress}, Owner: aytan},
			{Action: audit.Action{No: 3, Text: "Oxşar hallar: digər 4 prosesin risk cədvəllərini yeni şablona keçirmək", Due: "2026-10-30", State: audit.ActionDone,
				Result: "4 cədvəl yenilənib", DoneAt: at("2026-10-29 15:10")}, Owner: elchin, Files: make([]kis.File, 4)}},
		Addenda: []audit.Addendum{{No: 1, At: at("2026-07-10 12:00"), Author: "Günel Abbasova", Text: "Eyni şablon 2025-ci ilin cədvəlində də istifadə olunub."}},
		People:  map[string]audit.Person{"gunel": gunel, "samir": samir, "elchin": elchin, "aytan": aytan, "nigar": nigar},
	}
}

// objectedAct waits for the decision about an objection.
func objectedAct() audit.ActView {
	v := sampleAct()
	v.Number, v.State = "UA-2026-005", audit.ActObjected
	v.AcknowledgedBy, v.AcknowledgedAt = "", time.Time{}
	v.Objection, v.ObjectedBy, v.ObjectedAt = "Materiallar vaxtında təhvil verilib, imza sonradan atılıb.", "elchin", at("2026-06-23 12:00")
	v.Correction, v.RootCause, v.CauseMethod, v.Causes, v.Actions, v.Addenda = "", "", "", nil, nil, nil
	v.SimilarChecked, v.SimilarWhere, v.RiskUpdated, v.QMSChange, v.EffectMeasure, v.EffectBaseline, v.EffectTarget = false, "", false, "", "", "", ""
	v.PlannedAt, v.ApprovedAt = time.Time{}, time.Time{}
	return v
}

// sampleAudit is a reported audit with a finding of every grade, an exception
// from independence, and objections: one that nobody has decided, one
// dismissed, one upheld.
func sampleAudit() audit.Dossier {
	d := audit.Dossier{AuditView: audit.AuditView{
		Audit: audit.Audit{ID: "u1", Number: "DA-2026-02", Kind: audit.Internal, Title: "“1-elektron xidmət”, 1–5-ci mərhələlər", Objectives: "Planlaşdırma, toplanma və işləmə mərhələlərinin tələblərə uyğunluğunu müəyyən etmək.",
			Criteria: "Şöbə üzrə proseslərin idarə olunması standartı; prosesin xəritəsi", Method: "sənəd baxışı, müsahibə, seçmə", Period: "2026", PlannedFrom: "2026-06-01", PlannedTo: "2026-06-12",
			State: audit.Reported, OpeningAt: at("2026-06-01 10:00"), OpeningNote: "7 iştirakçı; proqram təqdim edilib.", ClosingAt: at("2026-06-12 16:00"), ClosingNote: "Nəticələr elan edilib.",
			Conclusion: "Proses ümumilikdə idarə olunur; sənədlərin idarə olunması proseduru yenilənməlidir.", Strengths: "Sübutlar vaxtında təqdim edilir.", ReportedAt: at("2026-06-19 12:00")},
		Cycles: []audit.CycleRef{{ID: "c1", ProcessCode: "1-elektron-xidmet", TitleAZ: "1-elektron xidmət", TitleEN: "1-electronic service", Period: "2026"}},
		Codes:  []string{"1", "2", "3", "4", "5"}, Departments: []office.Department{sss, its}, Standards: []audit.Standard{sampleCriterion},
		Documents: []audit.NamedDocument{{DocumentID: "d1", Number: "KİS SP-02", TitleAZ: "Daxili auditin aparılması qaydası", TitleEN: "Procedure of internal audit", No: 3}},
		Team: []audit.MemberView{{Person: gunel, Role: audit.Lead}, {Person: samir, Role: audit.Member,
			Conflicts: []audit.Conflict{{Code: audit.Moved, Department: "İTŞ", Until: "2025-12-31"}}}},
		Counts: map[audit.Answer]int{audit.Conforms: 61, audit.Nonconforms: 2, audit.Observed: 4, audit.Improvable: 3, audit.Strong: 1, audit.NotApplicable: 9, audit.NotSampled: 12},
		Findings: []audit.FindingView{
			{Finding: audit.Finding{No: 1, Grade: audit.Minor, Standard: "ISO9001", Edition: "2015", Clause: "6.1.2", GSBPM: "1.6.2", Statement: "14 riskdən 5-i üzrə məsul şəxs və qalıq risk səviyyəsi göstərilməyib.",
				Recommendation: "Risk cədvəlinin şablonunu yeniləmək"}, RowNo: "1.6-b", Department: sss, ActNumber: "UA-2026-004", ActState: audit.ActInProgress, Evidence: sampleEvidence()[:1]},
			{Finding: audit.Finding{No: 2, Grade: audit.Major, Standard: "ISO9001", Edition: "2015", Clause: "7.5.3", GSBPM: "4.4.2", Statement: "Toplanma materialları son tarixədək arxivə təhvil verilməyib.",
				State: audit.FindingDiverging, View: "Materiallar vaxtında təhvil verilib, akt sonradan imzalanıb.", TeamView: "Təhvil aktının tarixi son tarixdən sonradır."},
				RowNo: "4.4-a", Department: sss, ActNumber: "UA-2026-005", ActState: audit.ActObjected},
			{Finding: audit.Finding{No: 3, Grade: audit.Observation, Clause: "7.2", Statement: "Yeni əməkdaşların təlimi plan üzrə aparılmır."}, Department: its},
			{Finding: audit.Finding{No: 4, Grade: audit.Strength, Statement: "Məlumatların yoxlanması qaydaları sənədləşdirilib və hər dövr yenilənir."}, Department: sss}},
		Acts: []audit.ActBrief{{Number: "UA-2026-004", State: audit.ActInProgress, Grade: audit.Minor, DepartmentCode: "SSS", Due: "2026-11-30"},
			{Number: "UA-2026-005", State: audit.ActObjected, Grade: audit.Major, DepartmentCode: "SSS", Due: "2026-06-30"}, {State: audit.ActDraft, Grade: audit.Minor, DepartmentCode: "İTŞ"}},
		Working: true}}
	population, size := 42, 12
	d.Checklist = []audit.RowRecord{{RowView: audit.RowView{Row: audit.Row{No: "4.4-a", QuestionAZ: "Toplanma materialları arxivə vaxtında təhvil verilirmi?", QuestionEN: "Are the materials handed over to the archive in time?",
		Population: &population, Sample: &size, SampleMethod: "təsadüfi", SampleResult: "12-dən 9-u vaxtında"}}}}
	d.Attendance = []audit.Attendance{{Name: "Günel Abbasova", Unit: "KİEMŞ"}, {Name: "Elçin Həsənov", Unit: "SSS"}, {Closing: true, Name: "Elçin Həsənov", Unit: "SSS"}}
	x := audit.ExceptionView{Exception: audit.Exception{UserID: "samir", Conflicts: "moved", Reason: "Başqa səriştəli auditor yoxdur.", DecidedAt: at("2026-05-20 10:00")}, Person: samir, Decided: nigar}
	d.Exceptions, d.Team[1].Exception = []audit.ExceptionView{x}, &x
	d.Objections = []audit.Objection{
		{ActNumber: "UA-2026-004", ActState: audit.ActInProgress, Department: "SSS", Text: "Qalıq risklər ayrıca cədvəldə göstərilib.", By: elchin, At: at("2026-06-22 09:30"),
			Resolution: "Həmin cədvəl təsdiq edilməyib.", ResolvedBy: gunel, ResolvedAt: at("2026-06-24 11:00")},
		{ActNumber: "UA-2026-005", ActState: audit.ActObjected, Department: "SSS", Text: "Materiallar vaxtında təhvil verilib, imza sonradan atılıb.", By: elchin, At: at("2026-06-23 12:00")},
		{ActNumber: "UA-2026-006", ActState: audit.ActWithdrawn, Department: "SSS", Text: "Təlim jurnalı auditdən əvvəl doldurulub.", By: elchin, At: at("2026-06-23 15:00"),
			Resolution: "Jurnal təqdim olunub.", ResolvedBy: nigar, ResolvedAt: at("2026-06-25 10:00")}}
	return d
}

// sampleGrid is a cycle with three phases: one closed, one waived, phase 8.
func sampleGrid() kis.Grid {
	task := func(code string, state kis.TaskState) kis.GridTask {
		return kis.GridTask{Code: code, NameAZ: "Tapşırıq " + code, NameEN: "Task " + code, State: state, Due: "2026-09-15", Outputs: 2, Accepted: 1, Departments: []office.Department{sss}}
	}
	sub := func(code, name string, tasks ...kis.GridTask) kis.GridSub {
		s := kis.GridSub{Code: code, NameAZ: name, NameEN: "Sub-process " + code, Tasks: tasks, Counts: kis.Counts{}}
		var states []kis.TaskState
		for _, t := range tasks {
			s.Counts[t.State]++
			states = append(states, t.State)
		}
		s.State = kis.Worst(states...)
		return s
	}
	returned := task("4.4.2", kis.TaskReturned)
	returned.Reason = "=Təhvil-təslim aktında qəbul edənin imzası yoxdur" // a text that looks like a formula
	phase := func(code, name string, gate kis.GateState, subs ...kis.GridSub) kis.GridPhase {
		p := kis.GridPhase{CyclePhase: kis.CyclePhase{Phase: code, NameAZ: name, NameEN: "Phase " + code, Applicable: true, Due: "2026-09-15", Gate: gate,
			StatementAZ: code + "-ci mərhələnin yekunu. Məlumatlar işlənməyə hazırdır", StatementEN: "Outcome of phase " + code + ". The data are ready"}, Counts: kis.Counts{}, Subs: subs}
		for _, s := range subs {
			for state, n := range s.Counts {
				p.Counts[state] += n
			}
		}
		return p
	}
	g := kis.Grid{Today: "2026-11-24", Counts: kis.Counts{}, Attention: []kis.GridTask{returned, task("4.1.1", kis.TaskOverdue)}, Cycle: kis.Cycle{ID: "c1",
		Process: process.ProcessRef{Code: "1-elektron-xidmet", TitleAZ: "1-elektron xidmət", TitleEN: "1-electronic service"}, Owner: sss, Version: 1, Period: "2026", ReferencePeriod: "2025",
		State: kis.CycleRunning, RunningAt: at("2026-01-12 09:00")}}
	passed := phase("1", "Tələbatların müəyyənləşdirilməsi", kis.GatePassed, sub("1.1", "İnformasiyaya olan tələbatların müəyyənləşdirilməsi", task("1.1.1", kis.TaskAccepted), task("1.1.2", kis.TaskNotApplicable)))
	passed.GateAt, passed.GateByName = at("2026-02-06 15:00"), "Nigar Əliyeva"
	waived := phase("4", "Məlumatların toplanması", kis.GateWaived, sub("4.1", "Məcmunun yaradılması (Mövcud deyil)", task("4.1.1", kis.TaskNotApplicable)),
		sub("4.4", "Məlumatların toplanmasının yekunlaşdırılması", task("4.4.1", kis.TaskAccepted), returned, task("4.4.3", kis.TaskReview)))
	waived.GateAt, waived.GateByName, waived.GateNote, waived.Reopenings = at("2026-09-16 10:30"), "Nigar Əliyeva", "Arxiv köçürülür, materiallar noyabrda təhvil veriləcək", 1
	last := phase("8", "Qiymətləndirmə", kis.GateNone, sub("8.1", "Qiymətləndirmə üçün məlumatların toplanması", task("8.1.1", kis.TaskMissing)))
	last.StatementAZ, last.StatementEN = "", ""
	g.Phases = []kis.GridPhase{passed, waived, last}
	for _, p := range g.Phases {
		for state, n := range p.Counts {
			g.Counts[state] += n
		}
	}
	return g
}

// sampleScheme is a scheme of four words.
func sampleScheme(code string, confirmed bool) eservice.Scheme {
	s := eservice.Scheme{Code: code, TitleAZ: "E-xidmətlərin qiymətləndirilməsi, " + code + "-cü il Qaydaları", TitleEN: "E-service assessment, Rules of " + code,
		ActAZ: "Dövlət Agentliyinin qərarı", ActEN: "Decision of the State Agency", Confirmed: confirmed}
	for i, b := range []struct{ code, az, en string }{{"unsatisfactory", "qeyri-kafi", "unsatisfactory"}, {"satisfactory", "kafi", "satisfactory"}, {"good", "yaxşı", "good"}, {"excellent", "əla", "excellent"}} {
		s.Bands = append(s.Bands, eservice.Band{Scheme: code, Code: b.code, Position: i + 1, LabelAZ: b.az, LabelEN: b.en})
	}
	return s
}

// sampleYears is the official table of the report on 2013-2015.
func sampleYears() eservice.Scorecard {
	year := func(y int, bodies, services, electronised int64, scheme eservice.Scheme, grades ...int64) eservice.YearResult {
		r := eservice.YearResult{Year: y, TotalsOnly: true, Scheme: scheme, Agencies: bodies, Services: services, Electronised: electronised, NotElectronised: services - electronised, Grades: map[string]int64{}}
		for i, n := range grades {
			r.Grades[eservice.Grades[i]] = n
		}
		return r
	}
	c := eservice.Scorecard{Year: 2015, Years: []eservice.YearResult{year(2013, 40, 439, 305, sampleScheme("2013", true), 5, 83, 142, 75),
		year(2014, 41, 438, 341, sampleScheme("2014", false), 55, 72, 100, 114), year(2015, 39, 438, 354, sampleScheme("2014", false), 67, 54, 105, 128)}}
	c.Years[1].Break = &eservice.Break{Year: 2014, ReasonAZ: "Qiymətləndirmə meyarlarında tələblər artırılıb.", ReasonEN: "The requirements of the criteria were raised."}
	return c
}

// sampleBodies is a year known service by service, with that many bodies.
func sampleBodies(n int) eservice.Scorecard {
	c := eservice.Scorecard{Year: 2025}
	y := eservice.YearResult{Year: 2025, Scheme: sampleScheme("2016", false), Agencies: int64(n), Grades: map[string]int64{}}
	for i := range n {
		a := eservice.AgencyResult{Rank: i + 1, Agency: eservice.Agency{Code: fmt.Sprintf("Q%02d", i+1), NameAZ: fmt.Sprintf("Nümunəvi Dövlət Xidməti %d", i+1), NameEN: fmt.Sprintf("Sample State Service %d", i+1)},
			YearResult: eservice.YearResult{Year: 2025, Scheme: y.Scheme, Agencies: 1, Services: int64(8 + i%5), Electronised: int64(6 + i%3), Grades: map[string]int64{}}}
		a.NotElectronised = a.Services - a.Electronised
		a.Grades["excellent"], a.Grades["good"] = int64(i%4), 2
		a.Grades["unsatisfactory"] = a.Electronised - a.Grades["excellent"] - 2
		a.ScoreSum = a.Electronised * max(91_250-int64(i)*3_000, 0) // bodies stand in the order of their mean scores
		y.ScoreSum += a.ScoreSum
		y.Services, y.Electronised, y.NotElectronised = y.Services+a.Services, y.Electronised+a.Electronised, y.NotElectronised+a.NotElectronised
		for g, k := range a.Grades {
			y.Grades[g] += k
		}
		c.Agencies = append(c.Agencies, a)
	}
	c.Years = []eservice.YearResult{y}
	return c
}

// sampleCard is the card of one body with three services.
func sampleCard() eservice.Scorecard {
	c := sampleBodies(1)
	a := c.Agencies[0].Agency
	c.Agency, c.Agencies = &a, nil
	score := int64(91500)
	top := c.Years[0].Scheme.Bands[3]
	c.Services = []eservice.ServiceResult{{Service: eservice.EService{Code: "Q01-1", NameAZ: "Arayışın verilməsi", NameEN: "Issuing a certificate"}, Level: "full", Grade: &top, ScoreMilli: &score},
		{Service: eservice.EService{Code: "Q01-2", NameAZ: "Qəbula yazılma", NameEN: "Appointment"}, Level: "none"}}
	return c
}

// long is a narrative of about that many characters, in one or more paragraphs.
func long(chars int) string {
	const sentence = "Komitənin rəsmi internet səhifəsində müvafiq bölmə yenilənmiş, məlumatların aktuallaşdırılması mütəmadi olaraq təmin edilmişdir. "
	return strings.TrimSpace(strings.Repeat(sentence, chars/len([]rune(sentence))+1))
}

// someDay is a day of 2027.
func someDay(n int) day.Day { return day.Make(2027, time.January, 20+n*5) }
