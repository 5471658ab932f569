// Package audittest builds audits, findings and acts for tests, through the
// service and as the people who would do it.
//
// It may import audit, kistest and what they may import; production code never
// imports it. Invariant: what a test gets could have come about through the
// program.
package audittest

import (
	"context"
	"strings"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reference"
)

// Office is an office with the process 1-elektron-xidmet, its cycle of 2026
// under way, and the checklists. The audited department is SSS.
type Office struct {
	*kistest.Office

	T     testing.TB
	Audit *audit.Service
	Cycle kis.Cycle
}

// More people than kistest has: a second lead auditor and two more auditors,
// all independent of SSS, and an employee of SSS beside Aytən. Vüsalə verifies
// that actions were done, so that anybody else may judge whether they work.
var More = []kistest.Person{
	{Key: "rashad", Name: "Rəşad Quliyev", Department: "ÜŞ", PositionAZ: "aparıcı auditor", PositionEN: "lead auditor", Role: policies.LeadAuditor},
	{Key: "aysel", Name: "Aysel Hüseynova", Department: "İİƏŞ", PositionAZ: "auditor", PositionEN: "auditor", Role: policies.Auditor},
	{Key: "vusala", Name: "Vüsalə Əzizova", Department: "BƏŞ", PositionAZ: "auditor", PositionEN: "auditor", Role: policies.Auditor},
	{Key: "murad", Name: "Murad Əhmədov", Department: "SSS", PositionAZ: "məsləhətçi", PositionEN: "adviser", Role: policies.Employee},
}

// ShortNotice is why the audits of tests are announced a day before.
const ShortNotice = "Şöbə ilə razılaşdırılıb"

// Day is the day at which the clock of an office stands when it is made.
const Day = "2026-06-15"

// New makes the office over a database of storetest.
func New(t testing.TB, db *store.DB) *Office {
	t.Helper()
	storetest.ClockOf(db).SetDay(Day)
	around := func(k *kistest.Office) *Office { return &Office{Office: k, T: t, Audit: audit.New(k.Service)} }
	o := around(kistest.Founded(t, db, "audit", func(k *kistest.Office) { around(k).found() }))
	var err error
	o.Cycle, err = o.FindCycle(o.System(), "1-elektron-xidmet 2026")
	o.must(err)
	return o
}

// found brings in what an office has when the first audit is planned.
func (o *Office) found() {
	for _, p := range More {
		o.Hire(p)
	}
	f, err := reference.Open(reference.Process)
	o.must(err)
	defer f.Close()
	_, err = o.ImportProcess(o.System(), process.ImportRequest{Reader: f, Name: reference.Process, Code: "1-elektron-xidmet",
		TitleAZ: "1-elektron xidmət", TitleEN: "1-electronic service", OwnerCode: "SSS", EffectiveFrom: "2026-01-05"})
	o.must(err)
	due, err := o.ProposeDue(o.System(), 2026)
	o.must(err)
	c, err := o.PlanCycle(o.System(), kis.NewCycle{ProcessCode: "1-elektron-xidmet", Period: "2026", Due: due})
	o.must(err)
	o.must(o.StartCycle(o.System(), c.ID))
	o.must(o.Audit.LoadReference(o.System()))
	for _, lead := range []string{"gunel", "rashad"} {
		o.Qualify(lead)
	}
}

// Qualify gives an auditor what leading an audit by ISO 9001 takes.
func (o *Office) Qualify(key string) {
	o.T.Helper()
	o.must(o.Audit.SaveRecord(o.Be("nigar"), o.ID(key), audit.NewRecord{Education: "Bakı Dövlət Universiteti, iqtisadiyyat", Experience: "Keyfiyyətin idarə edilməsi üzrə auditlər",
		Years: 8, Languages: "Azərbaycan, ingilis", Standards: []string{"ISO9001", "ISO19011"}}))
	_, err := o.Audit.AddTraining(o.Be("nigar"), o.ID(key), audit.NewTraining{Title: "ISO 9001:2015 üzrə aparıcı auditor", Provider: "SGS Azərbaycan", Document: "LA-2025-117",
		Leads: true, Held: "2025-03-14", ValidTo: "2028-03-13"})
	o.must(err)
}

func (o *Office) must(err error) {
	o.T.Helper()
	if err != nil {
		o.T.Fatalf("audittest: %v", err)
	}
}

// Be is a context of a person.
func (o *Office) Be(key string) context.Context { return o.As(context.Background(), key) }

// Request is an audit of SSS in phases 4 and 5 that Günel leads with Samir.
func (o *Office) Request() audit.NewAudit {
	o.T.Helper()
	list, err := o.Audit.Templates(o.Be("gunel"))
	o.must(err)
	var templates []string
	for _, t := range list {
		if t.Code == "GSBPM" {
			templates = append(templates, t.ID)
		}
	}
	return audit.NewAudit{Kind: audit.Internal, Title: "“1-elektron xidmət”, 4–5-ci mərhələlər", Objectives: "Toplanma və işləmə mərhələlərinin uyğunluğu",
		Criteria: "AZS ISO 9001:2020 (7.5, 8.1, 8.5, 8.6)", Method: "sənəd baxışı, müsahibə, seçmə", Period: "2026", From: "2026-06-16", To: "2026-06-27",
		Cycles: []string{o.Cycle.ID}, Codes: []string{"4", "5"}, Departments: []string{o.Dept("SSS")}, Lead: o.ID("gunel"), Members: []string{o.ID("samir")},
		Templates: templates}
}

// Planned is an audit that has just been planned.
func (o *Office) Planned() audit.Audit {
	o.T.Helper()
	a, err := o.Audit.PlanAudit(o.Be("gunel"), o.Request())
	o.must(err)
	return a
}

// Started is an audit whose checklist can be answered.
func (o *Office) Started() audit.Audit {
	o.T.Helper()
	a := o.Planned()
	o.must(o.Audit.Announce(o.Be("gunel"), a.ID, ShortNotice))
	o.must(o.Audit.Start(o.Be("gunel"), a.ID))
	return a
}

// Row is a row of an audit's checklist by its number, "4.4-a".
func (o *Office) Row(auditID, no string) audit.Row {
	o.T.Helper()
	list, err := o.Audit.Checklist(o.Be("gunel"), auditID, audit.RowFilter{Limit: 500})
	o.must(err)
	for _, r := range list.Rows {
		if r.No == no {
			return r.Row
		}
	}
	o.T.Fatalf("audittest: the checklist has no row %s", no)
	return audit.Row{}
}

// Draft is a draft act of SSS, raised by Samir from a row of the audit.
func (o *Office) Draft(auditID, row string) audit.Act {
	o.T.Helper()
	r := o.Row(auditID, row)
	_, act, err := o.Audit.RaiseFinding(o.Be("samir"), audit.NewFinding{Row: audit.RowAnswer{RowID: r.ID, Version: r.Version},
		Grade: audit.Minor, DepartmentID: o.Dept("SSS"), Statement: "Toplanma materialları son tarixədək arxivə təhvil verilməyib.",
		Criterion: "Şöbə üzrə proseslərin idarə olunması standartı, 4.4", ObjectiveEvidence: "Təhvil siyahısı, 2-ci səhifə: qəbul edənin imzası yoxdur",
		Recommendation: "Təhvil-təslim jurnalını elektron aparmaq"})
	o.must(err)
	return act
}

// Act is an act of SSS that has been brought to a state by the people whose
// steps lead there. It has two corrective actions, of Aytən and of Elçin.
func (o *Office) Act(auditID, row string, to audit.ActState) audit.Act {
	o.T.Helper()
	act := o.Draft(auditID, row)
	s := o.Audit
	steps := []struct {
		reached audit.ActState
		do      func()
	}{
		{audit.ActIssued, func() { o.must(s.Issue(o.Be("gunel"), act.ID)) }},
		{audit.ActAcknowledged, func() { o.must(s.Acknowledge(o.Be("elchin"), act.ID)) }},
		{audit.ActPlanned, func() {
			o.Respond(act.ID)
			due := max("2026-09-15", s.KIS.Today().Add(60))
			for _, a := range [][2]string{{"aytan", "Jurnalı elektron formaya keçirmək"}, {"elchin", "Digər proseslərin jurnallarını yoxlamaq"}} {
				_, err := s.AddAction(o.Be("elchin"), act.ID, audit.NewAction{Text: a[1], OwnerID: o.ID(a[0]), Due: due})
				o.must(err)
			}
			o.must(s.SubmitPlan(o.Be("elchin"), act.ID))
		}},
		{audit.ActInProgress, func() { o.must(s.ApprovePlan(o.Be("gunel"), act.ID, audit.Approval{EffectMonths: 0})) }},
		{audit.ActImplemented, func() {
			for _, a := range o.View(act.ID).Actions {
				key := "aytan"
				if a.OwnerID == o.ID("elchin") {
					key = "elchin"
				}
				o.Report(key, a.ID)
				o.must(s.VerifyAction(o.Be("vusala"), a.ID, "jurnala baxılıb"))
			}
		}},
		{audit.ActEffective, func() {
			o.must(s.JudgeEffect(o.Be("samir"), act.ID, audit.EffectVerdict{Effective: true, Result: "Növbəti toplanmada bütün materiallar vaxtında təhvil verilib"}))
		}},
		{audit.ActClosed, func() { o.must(s.CloseAct(o.Be("nigar"), act.ID, "")) }},
	}
	switch to {
	case audit.ActDraft:
		return o.View(act.ID).Act
	case audit.ActObjected:
		o.must(s.Issue(o.Be("gunel"), act.ID))
		o.must(s.Object(o.Be("elchin"), act.ID, "Materiallar təhvil verilib, imza sonra atılıb"))
		return o.View(act.ID).Act
	case audit.ActWithdrawn:
		o.must(s.Discard(o.Be("gunel"), act.ID, "sübut sonradan tapılıb"))
		return o.View(act.ID).Act
	}
	for _, step := range steps {
		step.do()
		if step.reached == to {
			break
		}
	}
	return o.View(act.ID).Act
}

// Respond fills in the department's answer to an act.
func (o *Office) Respond(actID string) {
	o.T.Helper()
	o.must(o.Audit.SaveResponse(o.Be("aytan"), actID, audit.Response{Correction: "Materiallar arxivə təhvil verilib", CorrectionDay: "2026-06-15",
		CauseMethod: audit.FiveWhy, Causes: []audit.Cause{{Question: "Niyə təhvil verilməyib?", Answer: "Məsul şəxs təyin edilməyib"}},
		RootCause: "Prosedur təhvil müddətini müəyyən etmir", SimilarChecked: true, SimilarWhere: "Digər iki prosesdə oxşar hal yoxdur",
		EffectMeasure: "Vaxtında təhvil verilən materialların payı", EffectBaseline: "60%", EffectTarget: "100%"}))
}

// Report reports an action as done by a person, with one file.
func (o *Office) Report(key, actionID string) {
	o.T.Helper()
	ctx := o.Be(key)
	up, err := o.StageUpload(ctx, "jurnal.csv", strings.NewReader("material,qəbul edən\nanket,N. Əliyeva\n"))
	o.must(err)
	o.must(o.Audit.ReportAction(ctx, actionID, audit.ActionReport{Result: "İcra olundu", Uploads: []string{up.ID}}))
}

// View is the act as the lead auditor sees it.
func (o *Office) View(actID string) audit.ActView {
	o.T.Helper()
	v, err := o.Audit.Act(o.Be("gunel"), actID)
	o.must(err)
	return v
}
