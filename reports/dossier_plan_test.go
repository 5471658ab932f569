package reports

import (
	"fmt"
	"time"

	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
)

// samplePlan is an approved plan of that many items in all sections, with an
// objection that was answered and reports on the first items.
func samplePlan(items int) planning.PlanDossier {
	p := planning.PlanDossier{PlanPage: planning.PlanPage{Today: "2027-05-10", Plan: planning.Plan{ID: "p1", Year: 2027, State: planning.PlanRunning, Revision: 4, ApproveDue: "2026-12-25",
		ApprovedName: "Rafael İbrahimov", ApprovedAt: at("2026-12-22 11:00")}}, Reports: map[string][]planning.Report{}}
	texts := []string{"“1-elektron xidmət” üzrə xəta verən vahidlərin payını azaltmaq", "Sənədlərin idarə olunması prosedurunu şablonlara şamil etmək və illik təftiş tarixini müəyyən etmək",
		"Daxili auditorların hazırlığı (AZS ISO 19011:2022)", "“Açıq məlumatlar” bölməsində verilənlər toplusunun yenilənməsi"}
	bases := planning.Bases()
	for i := range items {
		it := planning.Item{ID: fmt.Sprintf("i%d", i+1), No: i + 1, Section: planning.Sections()[i*len(planning.Sections())/items], Text: texts[i%len(texts)], ExpectedResult: "Xəta verən vahidlərin payı azalır",
			Indicator: "7,4% → ≤ 5,0%", Responsible: sss, ResponsibleID: sss.ID, StartQuarter: 1 + i%2, Due: someDay(i % 65), Basis: bases[i%len(bases)], BasisLabel: fmt.Sprintf("UA-2026-%03d", i+1), State: planning.NotStarted}
		if it.StartQuarter > it.Due.Quarter() {
			it.StartQuarter = it.Due.Quarter()
		}
		if i%3 == 0 {
			it.CoExecutors, it.State, it.EndsAccepted = []office.Department{its, kiems}, planning.Done, 1
		}
		if i == 1 {
			it.CarriedYear, it.State, it.NewDue = 2026, planning.Postponed, "2027-06-30"
		}
		p.Items = append(p.Items, it)
	}
	p.Reports["i1"] = []planning.Report{{Quarter: 1, Decided: true, Accepted: true, VerdictName: "Nigar Əliyeva", VerdictAt: at("2027-01-20 10:00"), ToState: planning.Done, Narrative: "Pay 4,8%-dək azaldılıb.", ReportedName: "Elçin Həsənov", ReportedAt: at("2027-01-19 16:00"), Files: make([]kis.File, 2)}}
	if items > 1 {
		p.Reports["i2"] = []planning.Report{{Quarter: 1, ToState: planning.Postponed, Narrative: "Layihə genişləndirilib.", Reason: "rəy yenə gözlənilir", NewDue: "2027-09-30", ReportedName: "Nigar Əliyeva", ReportedAt: at("2027-02-24 10:00")},
			{Quarter: 1, Decided: true, VerdictNote: "Sübut yoxdur", VerdictName: "Rafael İbrahimov", VerdictAt: at("2027-01-28 10:00"), ToState: planning.InProgress, Narrative: "İş gedir.", ReportedName: "Nigar Əliyeva", ReportedAt: at("2027-01-26 10:00")},
			{ToState: planning.Postponed, Narrative: "Layihə hazırlanıb.", Reason: "rəy gözlənilir", NewDue: "2027-06-30", ReportedName: "Nigar Əliyeva", ReportedAt: at("2027-01-24 10:00")}}
	}
	p.Agreements = []planning.Agreement{{DepartmentID: sss.ID, Department: sss, State: planning.Agreed, DecidedName: "Elçin Həsənov", DecidedAt: at("2026-11-18 10:00")},
		{DepartmentID: its.ID, Department: its, State: planning.Objected, DecidedName: "Vüqar Səfərov", DecidedAt: at("2026-11-19 10:00")}, {DepartmentID: bes.ID, Department: bes, State: planning.Pending}}
	p.Objections = []planning.Objection{{DepartmentID: its.ID, ItemLabel: "2. Sənədlərin idarə olunması proseduru", Text: "Son tarix əvəzinə hər rübün sonu göstərilsin.", ObjectedName: "Vüqar Səfərov", ObjectedAt: at("2026-11-19 10:00"),
		Answer: "Göstərici dəqiqləşdirilib.", Changed: true, AnsweredName: "Nigar Əliyeva", AnsweredAt: at("2026-11-20 09:00")},
		{DepartmentID: its.ID, Text: "Plan çox yüklüdür.", ObjectedName: "Vüqar Səfərov", ObjectedAt: at("2026-11-17 10:00")}}
	return p
}

// draftPlan is not approved and asks nobody yet.
func draftPlan() planning.PlanDossier {
	p := samplePlan(2)
	p.State, p.ApprovedName, p.ApprovedAt, p.Agreements, p.Objections, p.Reports = planning.PlanDraft, "", time.Time{}, nil, nil, nil
	return p
}

// sampleReview is a signed review: some inputs with figures, one with a
// comment alone, one empty; decisions of two kinds.
func sampleReview() planning.ReviewDossier {
	v := planning.ReviewDossier{Review: planning.Review{ID: "r1", Number: "RT-2026-02", Year: 2026, From: "2026-05-01", To: "2026-10-31", MeetingAt: at("2026-11-13 14:00"), Place: "iclas zalı",
		ChairID: "rafael", ChairName: "Rafael İbrahimov", State: planning.ReviewSigned, Suitable: true, Adequate: true, Effective: true, Conclusion: "KİS yararlı, adekvat və nəticəlidir.",
		FiguresAt: at("2026-11-12 18:00"), CreatedName: "Nigar Əliyeva", PreparedName: "Nigar Əliyeva", PreparedAt: at("2026-11-16 12:00"), SignedName: "Rafael İbrahimov", SignedAt: at("2026-11-17 10:15")},
		People: []planning.Participant{{UserID: "rafael", Name: "Rafael İbrahimov", PostAZ: "sədrin müavini", PostEN: "deputy chairman", Unit: "RƏH"},
			{UserID: "nigar", Name: "Nigar Əliyeva", PostAZ: "şöbə müdiri", PostEN: "head of department", Unit: "KİEMŞ"}}}
	for _, in := range []struct{ letter, az, en string }{{"a", "Əvvəlki təhlillərin qərarlarının icrası", "Status of actions from previous reviews"}, {"b", "Xarici və daxili amillərdə dəyişikliklər", "Changes in external and internal issues"},
		{"c1", "Məmnunluq və maraqlı tərəflərin rəyi", "Satisfaction and feedback of interested parties"}, {"c2", "Keyfiyyət məqsədlərinə nail olma", "Achievement of quality objectives"},
		{"c3", "Proseslərin nəticəliliyi, məhsulların uyğunluğu", "Performance of processes"}, {"c4", "Uyğunsuzluqlar və düzəldici tədbirlər", "Nonconformities and corrective actions"},
		{"c5", "Monitorinq və ölçmə nəticələri", "Results of monitoring and measurement"}, {"c6", "Auditlərin nəticələri", "Results of audits"}, {"c7", "Xarici təchizatçıların nəticəliliyi", "Performance of external providers"},
		{"d", "Resursların kifayətliliyi", "Adequacy of resources"}, {"e", "Risk və imkanlar üzrə tədbirlərin nəticəliliyi", "Effectiveness of actions on risks"}, {"f", "Təkmilləşdirmə imkanları", "Opportunities for improvement"}} {
		v.Inputs = append(v.Inputs, planning.Input{Letter: in.letter, NameAZ: in.az, NameEN: in.en})
	}
	figure := func(key string, num, den int64, better int, prev ...int64) planning.FrozenFigure {
		f := planning.FrozenFigure{Key: "planning.review.figure." + key, Num: num, Den: den, Better: better, ArgsJSON: "{}"}
		for i := 0; i+1 < len(prev); i += 2 {
			f.Past = append(f.Past, planning.Point{Num: prev[i], Den: prev[i+1]})
		}
		return f
	}
	v.Inputs[0].Figures = []planning.FrozenFigure{figure("decisions_done", 5, 6, 1, 1, 4, 3, 6), figure("decisions_late", 1, 0, -1, 0, 0)}
	v.OpenBefore = []planning.OpenDecision{{Review: "RT-2026-01", No: 2, Kind: planning.Resource, Text: "Auditorların təlimini təşkil etmək", Owner: "Nigar Əliyeva", Department: "KİEMŞ", Due: "2026-10-15", Late: true, State: planning.Reported, Plan: "2026", ItemNo: 4},
		{Review: "RT-2026-01", No: 3, Kind: planning.Change, Text: "Sənədlərin şablonlarını yeniləmək", Owner: "Elçin Həsənov", Department: "SSS", Due: "2027-03-31"}}
	v.Inputs[0].Comment, v.Inputs[0].CommentedName, v.Inputs[0].CommentedAt = "Bir qərar üzrə müddət uzadılıb.", "Nigar Əliyeva", at("2026-11-12 17:00")
	v.Inputs[2].Comment = "İstifadəçi sorğusu dekabrda keçiriləcək."
	v.Inputs[11].Figures = []planning.FrozenFigure{figure("open", 3, 0, 0)}
	v.FilledInputs, v.DecisionsOpen = 3, 1
	v.DecisionList = []planning.Decision{{No: 1, Kind: planning.Improvement, Text: "Xəta verən vahidlərin payını 7,4%-dən 5,0%-dək azaltmaq", OwnerName: "Elçin Həsənov", DepartmentCode: "SSS", Due: "2027-12-15", ItemID: "i5", ItemNo: 5, ItemYear: 2027},
		{No: 2, Kind: planning.Resource, Text: "3 yeni daxili auditor hazırlamaq", OwnerName: "Nigar Əliyeva", DepartmentCode: "KİEMŞ", Due: "2027-02-26"}}
	v.Addenda = []planning.Addendum{{No: 1, At: at("2026-11-20 09:00"), Author: "Nigar Əliyeva", Text: "2-ci qərarın icraçısı dəqiqləşdirilib."}}
	return v
}

// sampleMeasures is a report of five measures; one narrative takes pages.
func sampleMeasures() planning.MeasuresReport {
	done := true
	v := planning.MeasuresReport{Year: 2022, Due: "2022-12-30", Plan: planning.NationalPlan{ID: "n1", Code: "AH-2020-2022", TitleAZ: "Açıq hökumətin təşviqinə dair 2020–2022-ci illər üçün Milli Fəaliyyət Planı",
		TitleEN: "National Action Plan for the promotion of open government for 2020–2022", ActAZ: "Azərbaycan Respublikası Prezidentinin 27.02.2020-ci il tarixli 1859 nömrəli Sərəncamı", ActEN: "Order No 1859 of 27.02.2020",
		ReportToAZ: "Nazirlər Kabineti | Korrupsiyaya qarşı mübarizə üzrə Komissiya", ReportToEN: "Cabinet of Ministers | Commission on Combating Corruption"},
		Report: planning.YearReport{State: planning.MeasureReportSent, SignedOn: "2022-12-28", SentOn: "2022-12-29", Letter: "14/3-112"}}
	v.Rows = []planning.MeasureReportRow{
		{Number: "1.2", TitleAZ: "Korrupsiya risklərinin qiymətləndirilməsi ilə bağlı illik tədbirlər planlarının hazırlanması", TitleEN: "Yearly plans on corruption risks", Period: "2020-2022", Narrative: "Kollegiyanın qərarı ilə tədbirlər planı təsdiq edilmişdir.", Status: planning.MeasureComplete, StatusAZ: "tam icra olunub", StatusEN: "complete"},
		{Number: "3.3", TitleAZ: "Risk qiymətləndirilməsi üçün zəruri olan məlumatların təqdim edilməsi", TitleEN: "Data for risk assessment", Period: "2020-2022"},
		{Number: "4.1", TitleAZ: "Sənədləri elektron qaydada təqdim etmək imkanlarının genişləndirilməsi", TitleEN: "Electronic submission of documents", Period: "2020-2022", Narrative: long(7000), Figures: "2278 elektron arayış", Status: planning.MeasureSubstantial, StatusAZ: "əsasən icra olunub", StatusEN: "substantial"},
		{Number: "5.4", TitleAZ: "=HYPERLINK(\"x\") kimi görünən tədbir", TitleEN: "=HYPERLINK(\"x\") that looks like a formula", Period: "2020-2022", Narrative: "-1+2 ilə başlayan mətn"},
		{Number: "6.3", TitleAZ: "“Açıq məlumatlar” bölməsinin yaradılması", TitleEN: "Section “Open data”", Period: "mütəmadi", Narrative: long(900), Ongoing: true, Status: planning.MeasureOngoing, StatusAZ: "davam etdirilir", StatusEN: "ongoing", Done: &done},
	}
	return v
}
