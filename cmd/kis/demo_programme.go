package main

import (
	"fmt"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/internal/day"
)

// demoAuditor is what the example says of an auditor's competence.
type demoAuditor struct {
	key, education, experience, languages string
	years                                 int
	standards                             []string
	trainings                             []audit.NewTraining
}

var demoAuditors = []demoAuditor{
	{"gunel", "Azərbaycan Dövlət İqtisad Universiteti, statistika, magistr", "2016-cı ildən keyfiyyətin idarə edilməsi; 2019-cu ildən aparıcı auditor", "Azərbaycan, ingilis, rus", 10,
		[]string{"ISO9001", "ISO19011"}, []audit.NewTraining{
			{Title: "ISO 9001:2015 üzrə aparıcı auditor (40 saat)", Provider: "Nümunə sertifikatlaşdırma mərkəzi", Document: "LA-2024-0311", Leads: true, Held: "2024-03-11", ValidTo: "2027-03-10"},
			{Title: "ISO 19011:2018: auditlərin idarə edilməsi", Provider: "Nümunə təlim mərkəzi", Document: "T-2025-088", Held: "2025-06-05"}}},
	{"samir", "Bakı Dövlət Universiteti, beynəlxalq münasibətlər", "2021-ci ildən daxili auditor", "Azərbaycan, ingilis, fransız", 5,
		[]string{"ISO9001"}, []audit.NewTraining{{Title: "ISO 9001:2015 üzrə daxili auditor (16 saat)", Provider: "Nümunə təlim mərkəzi", Document: "DA-2023-140", Held: "2023-10-02", ValidTo: "2026-12-15"}}},
	{"farida", "Bakı Dövlət Universiteti, sosiologiya", "2023-cü ildən daxili auditor", "Azərbaycan, rus", 3,
		[]string{"ISO9001"}, []audit.NewTraining{{Title: "ISO 9001:2015 üzrə daxili auditor (16 saat)", Provider: "Nümunə təlim mərkəzi", Document: "DA-2022-031", Held: "2022-04-18", ValidTo: "2025-04-17"}}},
	{"leyla", "Azərbaycan Dövlət İqtisad Universiteti, keyfiyyətin idarə edilməsi", "2020-ci ildən keyfiyyət üzrə məsləhətçi", "Azərbaycan, ingilis", 6,
		[]string{"ISO9001", "ISO19011"}, []audit.NewTraining{{Title: "ISO 9001:2015 üzrə daxili auditor (16 saat)", Provider: "Nümunə təlim mərkəzi", Document: "DA-2025-009", Held: "2025-02-03", ValidTo: "2028-02-02"}}},
}

// auditors keeps what is known of the auditors, and adds the sites.
func (d *demo) auditors() error {
	d.at("2025-12-03 10:00")
	nigar := d.as("nigar")
	for _, a := range demoAuditors {
		id := d.users[a.key].ID
		if err := d.app.audit.SaveRecord(nigar, id, audit.NewRecord{Education: a.education, Experience: a.experience, Years: a.years, Languages: a.languages, Standards: a.standards}); err != nil {
			return fmt.Errorf("%s: %w", a.key, err)
		}
		for _, t := range a.trainings {
			if _, err := d.app.audit.AddTraining(nigar, id, t); err != nil {
				return fmt.Errorf("%s: %w", a.key, err)
			}
		}
	}
	if _, err := d.app.audit.AddConflict(nigar, d.users["samir"].ID, audit.NewConflict{Against: audit.AgainstDepartment, With: d.dep["İTŞ"].ID,
		Reason: "2025-ci ilin sonunadək İTŞ ilə birgə layihənin rəhbəri olub.", From: "2025-12-03", To: "2026-12-31"}); err != nil {
		return err
	}
	for n := 1; n <= 17; n++ {
		if _, err := d.app.audit.AddSite(nigar, audit.NewSite{Code: fmt.Sprintf("YSO-%02d", n), NameAZ: fmt.Sprintf("Yerli statistika orqanı %02d", n),
			NameEN: fmt.Sprintf("Local statistics body %02d", n), Kind: audit.Local, DepartmentCode: "YSO"}); err != nil {
			return err
		}
	}
	return nil
}

// demoTexts are those of the programmes of the example.
var demoTexts = programme.Texts{
	Objectives: "Proseslərin öz təsvirinə, AZS ISO 9001:2020 standartının tələblərinə uyğunluğunu və düzəldici tədbirlərin nəticəliliyini yoxlamaq; üç il ərzində bütün altprosesləri və bəndləri əhatə etmək.",
	Criteria:   "AZS ISO 9001:2020; proseslərin təsvirləri və standartları; KİS SP-lər.",
	Methods:    "Sənədlərin seçmə yoxlanılması, müsahibə, iş yerində baxış; yerli orqanlarda qismən məsafədən audit.",
	Resources:  "1 aparıcı auditor, 3 daxili auditor, 60 auditor-günü; yerli orqanlara 2 ezamiyyət.",
	Risks: []programme.Risk{
		{Kind: "risk", Text: "Müstəqil auditor çatışmazlığı: üç auditordan ikisi yoxlanılan şöbələrlə bağlıdır", Treatment: "İlin birinci yarısında iki yeni auditorun hazırlanması"},
		{Kind: "risk", Text: "Yayım dövründə şöbələrin iş yükü auditi ləngidə bilər", Treatment: "Auditlər yayım təqvimindən kənar aylara planlaşdırılır"},
		{Kind: "opportunity", Text: "Kənar nəzarət auditi ilə eyni ayda keçirilən audit sənəd hazırlığını azaldır", Treatment: "Noyabr auditi nəzarət auditi ilə uyğunlaşdırılır"},
	},
	Version: 1,
}

// demoRow is how a row of a programme is set.
type demoRow struct {
	importance int
	months     []int
	codes      []string
	lead       bool
	adjusted   int // 0 = not
	reason     string
}

// programme2026 is drawn up, returned once, approved, and changed twice.
func (d *demo) programme2026() error {
	d.at("2026-01-12 10:00")
	nigar, s := d.as("nigar"), d.app.programmes
	p, err := s.Create(nigar, 2026, demoTexts)
	if err != nil {
		return err
	}
	if err := d.setRows(p.ID, "", map[string]demoRow{"1-elektron-xidmet": {4, []int{5, 11}, nil, true, 0, ""}, "SSS": {importance: 4}, "İTŞ": {3, []int{12}, nil, true, 0, ""},
		"ÜŞ": {2, []int{12}, nil, true, 0, ""}, "BƏŞ": {1, []int{11}, nil, true, 0, ""}, "İİƏŞ": {3, []int{9}, nil, true, 0, ""}, "KİEMŞ": {importance: 3},
		"MA": {3, []int{12}, nil, true, 0, ""}, "YSO-02": {2, []int{10}, nil, true, 70, "2025-ci ildə rəhbərlik dəyişib, kənar auditdən əvvəl baxılmalıdır"}}); err != nil {
		return err
	}
	if err := s.Submit(nigar, p.ID); err != nil {
		return err
	}
	d.at("2026-01-14 16:00")
	if err := s.Return(d.as("rafael"), p.ID, "Yerli orqanlardan ən azı biri proqrama daxil edilsin, resurslarda ezamiyyət göstərilsin."); err != nil {
		return err
	}
	d.at("2026-01-15 11:00")
	if err := d.setRows(p.ID, "", map[string]demoRow{"YSO-07": {2, []int{12}, nil, true, 0, ""}}); err != nil {
		return err
	}
	if err := s.Submit(nigar, p.ID); err != nil {
		return err
	}
	d.at("2026-01-16 15:00")
	if err := s.Approve(d.as("rafael"), p.ID); err != nil {
		return err
	}
	v, err := s.Programme(nigar, p.ID)
	if err != nil {
		return err
	}
	d.rows = map[string]string{}
	for _, r := range v.Rows {
		d.rows[r.Code] = r.ID
	}
	d.spawn(func(d *demo) error { return d.amend2026(p.ID) })
	return nil
}

// amend2026 moves two audits after approval.
func (d *demo) amend2026(id string) error {
	d.at("2026-08-24 11:00")
	if err := d.setRows(id, "Sentyabrda şöbə ümumrespublika tədbirinin yayımı ilə məşğuldur; audit dekabra keçirilir.", map[string]demoRow{"İİƏŞ": {3, []int{12}, nil, true, 0, ""}}); err != nil {
		return err
	}
	d.at("2026-10-05 12:00")
	return d.setRows(id, "Ezamiyyət vəsaiti növbəti ilə keçirildi; YSO-02 2027-ci ilin proqramına salınır.", map[string]demoRow{"YSO-02": {2, nil, nil, true, 70, "2025-ci ildə rəhbərlik dəyişib, kənar auditdən əvvəl baxılmalıdır"}})
}

// programme2027 is a draft that is still being written.
func (d *demo) programme2027() error {
	d.at("2026-11-19 10:30")
	t := demoTexts
	t.Resources = "1 aparıcı auditor, 4 daxili auditor, 70 auditor-günü; yerli orqanlara 4 ezamiyyət."
	p, err := d.app.programmes.Create(d.as("nigar"), 2027, t)
	if err != nil {
		return err
	}
	return d.setRows(p.ID, "", map[string]demoRow{"1-elektron-xidmet": {4, []int{4, 10}, []string{"1", "2", "3", "6", "8"}, true, 0, ""}, "SSS": {4, []int{4}, nil, true, 0, ""}, "BƏŞ": {1, []int{3}, nil, true, 0, ""},
		"İTŞ": {3, []int{9}, nil, true, 0, ""}, "MA": {3, []int{11}, nil, true, 0, ""}, "YSO-02": {2, []int{3}, nil, true, 75, "2026-cı ildən keçirilib"}, "YSO-11": {2, []int{6}, nil, true, 0, ""}})
}

// setRows sets rows of a programme by the codes of what they look at.
func (d *demo) setRows(id, reason string, rows map[string]demoRow) error {
	nigar, s := d.as("nigar"), d.app.programmes
	v, err := s.Programme(nigar, id)
	if err != nil {
		return err
	}
	for _, r := range v.Rows {
		set, ok := rows[r.Code]
		if !ok {
			continue
		}
		n := programme.RowEdit{Importance: set.importance, Months: set.months, Codes: set.codes, AdjustReason: set.reason, Reason: reason}
		if set.adjusted > 0 {
			n.Adjusted = &set.adjusted
		}
		if set.lead {
			n.LeadID = d.users["gunel"].ID
		}
		if err := s.SaveRow(nigar, r.ID, n); err != nil {
			return fmt.Errorf("row %s: %w", r.Code, err)
		}
	}
	return nil
}

// demoSession is a line of the schedule of the example.
type demoSession struct {
	day      day.Day
	from, to string
	auditors []string
	unit     string
	with     []string
	place    string
	topic    string
	codes    []string
}

// schedule makes the schedule of the audit that is under way, with an expert
// and a guide.
func (d *demo) schedule(id string) error {
	gunel := d.as("gunel")
	for _, g := range []audit.NewGuest{
		{Role: audit.Expert, Name: "Kamil Orucov", Organisation: "Elmi-metodoloji şura", Task: "Məxfiliyin qorunması üsulları üzrə məsləhət (6.4)"},
		{Role: audit.Guide, UserID: d.users["aytan"].ID, Task: "Görüşlərin təşkili, sənədlərin təqdim edilməsi"},
	} {
		if err := d.app.audit.AddGuest(gunel, id, g); err != nil {
			return err
		}
	}
	for _, x := range []demoSession{
		{"2026-11-11", "09:30", "10:15", []string{"gunel", "samir"}, "SSS", []string{"elchin", "aytan"}, "Akt zalı", "Açılış iclası: auditin planı, meyarlar, məxfilik", nil},
		{"2026-11-11", "10:30", "13:00", []string{"samir"}, "SSS", []string{"aytan"}, "SSS, otaq 214", "Məlumatların toplanması və gecikən hesabatlar", []string{"4.2", "4.3"}},
		{"2026-11-12", "10:00", "12:30", []string{"samir"}, "ÜŞ", []string{"lala"}, "Arxiv", "Toplanma materiallarının təhvili və saxlanılması", []string{"4.4"}},
		{"2026-11-12", "14:00", "16:30", []string{"gunel"}, "SSS", []string{"elchin"}, "SSS, otaq 210", "İşləmə və yoxlama qaydaları", []string{"5.1", "5.3"}},
		{"2026-11-24", "10:00", "12:00", []string{"gunel", "leyla"}, "SSS", []string{"aytan"}, "SSS, otaq 214", "Nəticələrin yoxlanılması və məxfilik", []string{"6.2", "6.4"}},
		{"2026-11-27", "15:00", "16:00", []string{"gunel", "samir", "leyla"}, "SSS", []string{"elchin", "aytan"}, "Akt zalı", "Yekun iclası: tapıntılar və sonrakı addımlar", nil},
	} {
		n := audit.NewSession{Day: x.day, From: x.from, To: x.to, DepartmentID: d.dep[x.unit].ID, Place: x.place, Topic: x.topic, Codes: x.codes}
		for _, k := range x.auditors {
			n.Auditors = append(n.Auditors, d.users[k].ID)
		}
		for _, k := range x.with {
			n.With = append(n.With, d.users[k].ID)
		}
		if _, err := d.app.audit.AddSession(gunel, id, n); err != nil {
			return fmt.Errorf("session of %s %s: %w", x.day, x.from, err)
		}
	}
	return nil
}

// evaluateTeam judges the team of the first audit after its close.
func (d *demo) evaluateTeam(id string) error {
	d.at("2026-07-03 11:00")
	nigar := d.as("nigar")
	if err := d.app.audit.Evaluate(nigar, d.users["gunel"].ID, audit.NewEvaluation{AuditID: id, Knowledge: 5, Skill: 5, Conduct: 5, Reports: 4, Note: "Audit planına uyğun, fikir ayrılığı düzgün qeyd olunub; hesabat bir gün gec verilib."}); err != nil {
		return err
	}
	return d.app.audit.Evaluate(nigar, d.users["samir"].ID, audit.NewEvaluation{AuditID: id, Knowledge: 4, Skill: 4, Conduct: 5, Reports: 4, Note: "Müsahibələri yaxşı aparır; seçmənin əsaslandırılmasına diqqət yetirməlidir."})
}
