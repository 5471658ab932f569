package auditdoc

import (
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/audit/summary"
	"github.com/kis-platform/kis/kis/inquiry"
	"github.com/kis-platform/kis/kis/office"
)

var baku = time.FixedZone("Asia/Baku", 4*60*60)

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
	us    = office.Department{ID: "d-us", Code: "ÜŞ", NameAZ: "Ümumi şöbə", NameEN: "General department"}
	kiems = office.Department{ID: "d-kiems", Code: "KİEMŞ", NameAZ: "Keyfiyyətin idarə edilməsi və metaməlumatlar şöbəsi", NameEN: "Quality management and metadata department"}

	gunel  = audit.Person{ID: "gunel", Name: "Günel Abbasova", PositionAZ: "baş məsləhətçi", PositionEN: "chief adviser", Department: kiems}
	samir  = audit.Person{ID: "samir", Name: "Samir Rzayev", PositionAZ: "aparıcı məsləhətçi", PositionEN: "leading adviser", Department: us}
	elchin = audit.Person{ID: "elchin", Name: "Elçin Həsənov", PositionAZ: "şöbə müdiri", PositionEN: "head of department", Department: sss}
	nigar  = audit.Person{ID: "nigar", Name: "Nigar Əliyeva", PositionAZ: "şöbə müdiri", PositionEN: "head of department", Department: kiems}
)

// samplePlan is an audit that was announced at short notice, with somebody who
// audits by a decision, people who go along, a site, and two days of talks.
func samplePlan() (audit.Dossier, []inquiry.RequestRow) {
	x := audit.ExceptionView{Exception: audit.Exception{UserID: "samir", Conflicts: "moved:ÜŞ", Reason: "Arxiv işi üzrə başqa auditor yoxdur.", DecidedAt: at("2026-05-20 10:00")}, Person: samir, Decided: nigar}
	v := audit.Dossier{AuditView: audit.AuditView{
		Audit: audit.Audit{ID: "u1", Number: "DA-2026-02", Kind: audit.Internal, Title: "“1-elektron xidmət”, 4-cü mərhələ", Objectives: "Toplanma materiallarının saxlanmasının tələblərə uyğunluğunu yoxlamaq.",
			Criteria: "Şöbə üzrə proseslərin idarə olunması standartı", Method: "sənəd baxışı, müsahibə", Period: "2026", PlannedFrom: "2026-06-01", PlannedTo: "2026-06-02", State: audit.Announced,
			AnnouncedAt: at("2026-05-25 12:00"), NoticeGiven: 4, NoticeRequired: 10, NoticeReason: "Şöbə ilə razılaşdırılıb."},
		Cycles: []audit.CycleRef{{ProcessCode: "1-elektron-xidmet", TitleAZ: "1-elektron xidmət", TitleEN: "1-electronic service", Period: "2026"}}, Codes: []string{"4"},
		Departments: []office.Department{sss, us}, Standards: []audit.Standard{{Code: "ISO9001", Edition: "2015", Name: "ISO 9001:2015", NationalAdoption: "AZS ISO 9001:2020"}},
		Team:       []audit.MemberView{{Person: gunel, Role: audit.Lead}, {Person: samir, Role: audit.Member, Conflicts: []audit.Conflict{{Code: audit.Moved, Department: "ÜŞ", Until: "2025-12-31"}}, Exception: &x}},
		Exceptions: []audit.ExceptionView{x},
		Guests:     []audit.Guest{{Role: audit.Expert, Name: "Kamil Orucov", Organisation: "Elmi-metodoloji şura", Task: "Məxfiliyin qorunması"}},
		Sites:      []audit.Site{{Code: "YSO-02", NameAZ: "Yerli statistika orqanı 02", NameEN: "Local statistics body 02"}},
		Programme:  audit.ProgrammeRef{Year: 2026, No: 1},
		Schedule: []audit.SessionView{
			{Session: audit.Session{Day: "2026-06-01", From: "09:30", To: "10:15", DepartmentID: "d-sss", Place: "Akt zalı", Topic: "Açılış iclası"}, Department: sss, Auditors: []audit.Person{gunel, samir}, With: []audit.Person{elchin}},
			{Session: audit.Session{Day: "2026-06-01", From: "10:30", To: "12:00", DepartmentID: "d-us", Place: "Arxiv", Topic: "Materialların təhvili", Codes: "4.4 4.3"}, Department: us, Auditors: []audit.Person{samir}},
			{Session: audit.Session{Day: "2026-06-02", From: "15:00", To: "16:00", Place: "312", Topic: "Qrupun daxili iclası"}, Auditors: []audit.Person{gunel, samir}}},
	}}
	asked := []inquiry.RequestRow{
		{Request: inquiry.Request{Number: "SS-2026-003", Title: "Arxivin siyahısı", Due: "2026-05-29", State: inquiry.RequestWithdrawn}, Department: us},
		{Request: inquiry.Request{Number: "SS-2026-002", Title: "Təhvil-təslim jurnalı", Due: "2026-05-29", State: inquiry.RequestAnswered}, Department: us, AddresseeName: "Lalə Quliyeva"},
		{Request: inquiry.Request{Number: "SS-2026-001", Title: "Toplanmanın yekun hesabatı", Due: "2026-05-28", State: inquiry.RequestOpen}, Department: sss}}
	return v, asked
}

// sampleFollowUp looks at an act of each kind: closed as effective, reopened
// and late, not judged yet, withdrawn.
func sampleFollowUp(kind audit.Kind) summary.FollowUp {
	v, _ := samplePlan()
	v.Kind, v.State, v.Conclusion = kind, audit.Reported, "Tədbirlərin yarısı nəticəlidir."
	v.Findings = []audit.FindingView{{Finding: audit.Finding{No: 1, Grade: audit.Minor, State: audit.FindingReported, Statement: "Jurnal imzasızdır."}, ActNumber: "UA-2026-011"},
		{Finding: audit.Finding{No: 2, Grade: audit.Observation, State: audit.FindingDropped, Statement: "Bu çap olunmur."}}}
	return summary.FollowUp{Dossier: v, Own: kind == audit.Internal, Acts: []summary.Followed{
		{Number: "UA-2026-001", State: audit.ActClosed, Grade: audit.Minor, Department: "SSS", Clause: "7.5.3", GSBPM: "4.4.2", Statement: "Materiallar arxivə gec verilib.", IssuedAt: at("2026-02-02 10:00"), ClosedAt: at("2026-06-01 10:00"),
			EffectDue: "2026-05-01", EffectMeasure: "Vaxtında verilən materiallar", EffectResult: "12-dən 12-si vaxtında.", EffectAt: at("2026-05-20 10:00"), EffectBy: "Günel Abbasova",
			Actions: []summary.FollowedAction{{No: 1, Text: "Jurnalı elektron aparmaq", Owner: "Elçin Həsənov", Due: "2026-03-10", State: audit.ActionVerified, Result: "Jurnal qurulub.", DoneAt: at("2026-03-09 09:00"),
				VerifiedBy: "Samir Rzayev", VerifiedAt: at("2026-03-12 09:00"), VerdictNote: "Jurnala baxılıb."}}},
		{Number: "UA-2026-002", State: audit.ActInProgress, Grade: audit.Major, Department: "SSS", Clause: "8.1", Statement: "Nəzarət qaydası yoxdur.", IssuedAt: at("2026-02-03 10:00"), Reopened: 1, Verdict: "fail",
			EffectResult: "Yanvar siyahılarının heç biri imzalanmayıb.", EffectAt: at("2026-05-21 10:00"), EffectBy: "Günel Abbasova",
			Actions: []summary.FollowedAction{{No: 1, Text: "Qaydanı təsdiq etmək", Owner: "Aytən Məmmədova", Due: "2026-05-01", State: audit.ActionInProgress},
				{No: 2, Text: "Əməkdaşlara öyrətmək", Owner: "Aytən Məmmədova", Due: "2026-12-01", State: audit.ActionRejected, Result: "Təlim keçirilib.", DoneAt: at("2026-05-02 10:00"), VerifiedBy: "Samir Rzayev", VerifiedAt: at("2026-05-04 10:00"), VerdictNote: "Siyahı imzasızdır."}}},
		{Number: "UA-2026-003", State: audit.ActImplemented, Grade: audit.Minor, Department: "ÜŞ", GSBPM: "4.3", Statement: "Otaqda jurnal yoxdur.", IssuedAt: at("2026-03-03 10:00"), EffectDue: "2027-01-19", EffectMeasure: "Jurnalı olan otaqların payı"},
		{Number: "UA-2026-004", State: audit.ActWithdrawn, Grade: audit.Minor, Department: "SSS", Clause: "8.3.3", Statement: "Adlar fərqlənir.", IssuedAt: at("2026-03-04 10:00")},
	}}
}

func sampleActs() []audit.ActBrief {
	return []audit.ActBrief{
		{State: audit.ActDraft, Grade: audit.Minor, Origin: audit.OfRating, Statement: "İstifadə rahatlığı “qeyri-kafi” qiymətləndirilib.", DepartmentCode: "İTŞ", Clause: "8.2.1", GSBPM: "7.5"},
		{Number: "UA-2026-008", State: audit.ActAcknowledged, Grade: audit.Minor, Origin: audit.OfComplaint, Statement: "Sorğuya üç iş günündə cavab verilməyib.", DepartmentCode: "İTŞ", Clause: "8.2.1", IssuedAt: at("2026-11-17 10:00"), Due: "2026-12-04"},
		{Number: "UA-2026-004", State: audit.ActInProgress, Grade: audit.Major, Origin: audit.OfFinding, Statement: "Toplanmaya sınaqsız başlanılıb.", DepartmentCode: "SSS", Clause: "8.3.4", GSBPM: "3.6", AuditNumber: "DA-2026-01",
			IssuedAt: at("2026-05-25 10:00"), Due: "2026-11-10", Actions: 3, Verified: 1, Reopened: 2},
		{Number: "UA-2026-001", State: audit.ActClosed, Grade: audit.Minor, Origin: audit.OfFinding, Statement: "=1+1", DepartmentCode: "SSS", Clause: "6.1.1", GSBPM: "1.6", AuditNumber: "DA-2026-01", IssuedAt: at("2026-05-25 10:00"), Actions: 2, Verified: 2}}
}

func sampleSummary() summary.Summary {
	count := func(key, code, az, en string, acts, major, repeat, open, reopened int) summary.Count {
		return summary.Count{Key: key, Code: code, NameAZ: az, NameEN: en, Acts: acts, Major: major, Repeat: repeat, Open: open, Reopened: reopened}
	}
	return summary.Summary{Year: 2026, All: count("", "", "", "", 10, 1, 2, 8, 1),
		Processes:   []summary.Count{count("p1", "1-elektron-xidmet", "1-elektron xidmət", "1-electronic service", 9, 1, 2, 7, 1), count(summary.NoKey, "", "", "", 1, 0, 0, 1, 0)},
		Departments: []summary.Count{count("d-sss", "SSS", sss.NameAZ, sss.NameEN, 9, 1, 2, 7, 1), count("d-us", "ÜŞ", us.NameAZ, us.NameEN, 1, 0, 0, 1, 0)},
		Clauses:     []summary.Count{count("7.5.3", "7.5.3", "Sənədləşdirilmiş məlumatın idarə olunması", "Control of documented information", 9, 1, 2, 7, 1), count(summary.NoKey, "", "", "", 1, 0, 0, 1, 0)},
		Phases:      []summary.Count{count("4", "4", "Məlumatların toplanması", "Collect", 9, 1, 2, 7, 1), count(summary.NoKey, "", "", "", 1, 0, 0, 1, 0)},
		Causes:      []summary.Count{count("method", "", "Üsul", "Method", 4, 0, 0, 4, 0), count(summary.FiveWhy, "", "", "", 5, 1, 2, 3, 1), count(summary.NoKey, "", "", "", 2, 0, 0, 1, 0)},
		Origins:     []summary.Count{count("finding", "", "", "", 9, 1, 2, 7, 1), count("complaint", "", "", "", 1, 0, 0, 1, 0)},
		Stays:       []summary.Stay{{State: audit.ActIssued, Now: 1, Times: 10, Total: 80 * time.Hour * 10, Longest: 137 * time.Hour}, {State: audit.ActClosed, Now: 2}},
		Audits:      summary.Held{Planned: 4, Reported: 1, Cancelled: 1, Findings: map[audit.Grade]int{audit.Major: 1, audit.Minor: 8, audit.Observation: 1}},
		Programme: summary.Carried{ID: "g1", Rows: 26, Planned: 8, Made: 4, Done: 1, Standard: "ISO 9001:2015", SubYear: programme.Share{N: 19, Of: 44}, SubThree: programme.Share{N: 30, Of: 44},
			ClauseYear: programme.Share{N: 16, Of: 28}, ClauseThree: programme.Share{N: 17, Of: 28}, SubProcessesOpen: []string{"4.1", "8.3"}, ClausesUnseenOpen: []string{"10.3"}},
	}
}

// sampleProgramme is a programme that was changed after its approval: a row
// weighed by people, one without months, one whose audit was held.
func sampleProgramme() programme.View {
	seventy := 70
	weights := []programme.Weight{{Factor: programme.Importance, Weight: 25}, {Factor: programme.RiskFactor, Weight: 20}, {Factor: programme.Time, Weight: 20}}
	scores := func(importance, risk, months int) []programme.Score {
		return []programme.Score{{Factor: programme.Importance, Figure: importance, Score: importance, Weight: 25}, {Factor: programme.RiskFactor, Figure: risk, Score: min(risk, 4), Weight: 20}, {Factor: programme.Time, Figure: months, Score: 4, Weight: 20}}
	}
	return programme.View{
		Programme: programme.Programme{ID: "g1", Year: 2026, State: programme.Amended, Objectives: "Üç ildə bütün altprosesləri əhatə etmək.", Criteria: "AZS ISO 9001:2020", Methods: "Seçmə, müsahibə", Resources: "60 auditor-günü",
			Amendment: 2, SubmittedBy: "nigar", SubmittedAt: at("2026-01-15 11:00"), ApprovedBy: "rafael", ApprovedAt: at("2026-01-16 15:00")},
		Weighting: programme.Weighting{Number: 1, SourceAZ: "ISO 9001:2015, 9.2.2 a", SourceEN: "ISO 9001:2015, 9.2.2 a", Weights: weights},
		Risks:     []programme.Risk{{Kind: "risk", Text: "Müstəqil auditor azdır", Treatment: "İki auditor hazırlamaq"}, {Kind: "opportunity", Text: "Kənar audit ilə eyni ayda keçirmək"}},
		Rows: []programme.RowView{
			{Row: programme.Row{No: 11, Kind: programme.Site, Adjusted: &seventy, AdjustReason: "Rəhbərlik dəyişib", Months: ""}, Code: "YSO-02", NameAZ: "Yerli statistika orqanı 02", NameEN: "Local statistics body 02", Scores: scores(2, 0, programme.Never), Priority: 33},
			{Row: programme.Row{No: 1, Kind: programme.Process, Months: "5 11", Codes: "1 2.3", Note: "Elan olunmuş mərhələlər"}, Code: "1-elektron-xidmet", NameAZ: "1-elektron xidmət", NameEN: "1-electronic service", Scores: scores(4, 3, 14), Priority: 62, Lead: "Günel Abbasova",
				Audits: []programme.RowAudit{{Month: 5, Number: "DA-2026-01", State: audit.Closed}, {Month: 11, Number: "DA-2026-02", State: audit.InProgress}}}},
		Coverage: programme.Coverage{Standard: "ISO 9001:2015", SubProcesses: []programme.Covered{{Code: "1.1", Year: true}, {Code: "1.2", Before: true}, {Code: "1.3", Planned: true}, {Code: "8.3"}},
			Clauses: []programme.Covered{{Code: "4.1", Year: true}, {Code: "10.3"}}},
		Changes: []programme.ChangeView{
			{Change: programme.Change{Number: 2, At: at("2026-10-05 12:00"), Actor: "Nigar Əliyeva", Reason: "Ezamiyyət növbəti ilə keçirilib.", Values: `[{"field":"months","before":"10","after":""},{"field":"lead","before":"","after":"gunel"}]`}, RowNo: 11, RowCode: "YSO-02"},
			{Change: programme.Change{Number: 1, At: at("2026-08-24 11:00"), Actor: "Nigar Əliyeva", Reason: "Resurs azalıb.", Values: `[{"field":"resources","before":"70 auditor-günü","after":"60 auditor-günü"}]`}}},
		People: map[string]string{"nigar": "Nigar Əliyeva", "rafael": "Rafael İbrahimov", "gunel": "Günel Abbasova"},
	}
}
