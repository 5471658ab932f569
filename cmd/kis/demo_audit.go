package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/day"
)

// demoAct is a finding of the example and how far its act gets.
type demoAct struct {
	Audit          int
	GSBPM          string
	End            string // state the act reaches; "" for findings without an act
	Grade          audit.Grade
	Statement      string
	Criterion      string
	Evidence       string
	Recommendation string
	Correction     string
	Whys           [][2]string
	Root, Similar  string
	Measure        string
	Baseline       string
	Target         string
	Effect         string
	Objection      string
	Resolution     string
	Actions        []demoAction
}

// demoAction is a corrective action; with a result it was carried out.
type demoAction struct {
	Text, Owner, Result string
	Due                 day.Day
}

// planAudit plans an audit led by the lead auditor, out of the row of the
// programme of 2026 whose code is given, for the month it begins in.
func (d *demo) planAudit(row, title string, from, to day.Day, departments, codes, members []string, templates ...string) (audit.Audit, error) {
	ctx := d.as("gunel")
	all, err := d.app.audit.Templates(ctx)
	if err != nil {
		return audit.Audit{}, err
	}
	n := audit.NewAudit{Kind: audit.Internal, Title: title, Period: "2026", From: from, To: to, Cycles: []string{d.cycle.ID}, Codes: codes, Lead: d.users["gunel"].ID,
		Objectives: "Prosesin öz təsvirinə və ISO 9001:2015 standartının tələblərinə uyğunluğunu, düzəldici tədbirlərin nəticəliliyini yoxlamaq.",
		Criteria:   "AZS ISO 9001:2020; prosesin təsviri və standartı; KİS SP-lər.", Method: "Sənədlərin seçmə yoxlanılması, müsahibə, iş yerində baxış."}
	for _, t := range all {
		for _, code := range templates {
			if t.Code == code {
				n.Templates = append(n.Templates, t.ID)
			}
		}
	}
	for _, c := range departments {
		n.Departments = append(n.Departments, d.dep[c].ID)
	}
	for _, m := range members {
		n.Members = append(n.Members, d.users[m].ID)
	}
	n.ProgrammeRow, n.ProgrammeMonth = d.rows[row], int(from.Time().Month())
	return d.app.audit.PlanAuditWith(ctx, n, nil)
}

// audit1 is the audit of phases 1 to 3, from planning to closing; its acts
// end in every state from withdrawn to closed.
func (d *demo) audit1() (err error) {
	if err := readDemo("acts", &d.acts); err != nil {
		return err
	}
	d.actIDs = make([]string, len(d.acts))
	d.at("2026-04-27 10:00")
	d.first, err = d.planAudit("1-elektron-xidmet", "“1-elektron xidmət” prosesi, 1–3-cü mərhələlər", "2026-05-18", "2026-05-22", []string{"SSS"}, []string{"1", "2", "3"}, []string{"samir"}, "GSBPM")
	if err != nil {
		return err
	}
	id := d.first.ID
	d.at("2026-05-01 11:00")
	gunel := d.as("gunel")
	if err := d.app.audit.Announce(gunel, id, ""); err != nil {
		return err
	}
	d.at("2026-05-18 09:30")
	if err := d.app.audit.Start(gunel, id); err != nil {
		return err
	}
	if err := d.meeting(gunel, id, false, "Auditin planı və meyarları izah olundu, məxfilik qaydaları xatırladıldı.", "gunel", "samir", "elchin", "aytan"); err != nil {
		return err
	}
	if err := d.raise(1, id, "2026-05-19 11:00", d.dep["SSS"].ID); err != nil {
		return err
	}
	if err := d.answerRest(id, "2026-05-20 12:00", true); err != nil {
		return err
	}
	d.at("2026-05-22 15:00")
	if err := d.meeting(gunel, id, true, "Tapıntılar şöbə ilə müzakirə olundu; 1.3-cü altproses üzrə fikir ayrılığı qeyd edildi.", "gunel", "samir", "elchin", "aytan"); err != nil {
		return err
	}
	d.at("2026-05-22 15:30")
	if _, err := d.app.audit.ShareFindings(gunel, id); err != nil {
		return err
	}
	d.at("2026-05-25 10:00")
	for i, a := range d.acts {
		if a.Audit == 1 && a.End != "" {
			if err := d.app.audit.Issue(gunel, d.actIDs[i]); err != nil {
				return fmt.Errorf("act %d: %w", i, err)
			}
		}
	}
	d.at("2026-05-29 12:00")
	if err := d.app.audit.Report(gunel, id, audit.NewReport{Conclusion: "Proses, əsasən, təsvirinin tələblərinə uyğundur. Layihələndirmə və sınaq mərhələlərində sənədlərin idarə olunması təkmilləşdirilməlidir.",
		Strengths: "İstifadəçi tələbatlarının toplanması və qərarların izlənməsi nümunəvidir."}); err != nil {
		return err
	}
	for i, a := range d.acts {
		if a.Audit == 1 && a.End != "" {
			d.spawn(func(d *demo) error {
				if err := d.live(d.actIDs[i], a); err != nil {
					return fmt.Errorf("act on %s: %w", a.GSBPM, err)
				}
				return nil
			})
		}
	}
	d.spawn(func(d *demo) error { return d.evaluateTeam(id) })
	d.at("2026-07-01 10:00")
	return d.app.audit.Close(gunel, id)
}

func (d *demo) meeting(ctx context.Context, id string, closing bool, note string, present ...string) error {
	m := audit.Meeting{Closing: closing, At: d.app.db.Now().Add(-30 * time.Minute), Note: note}
	for _, k := range present {
		m.Present = append(m.Present, d.users[k].ID)
	}
	return d.app.audit.RecordMeeting(ctx, id, m)
}

// raise makes the findings of an audit from its rows.
func (d *demo) raise(number int, id, moment, departmentID string) error {
	d.at(moment)
	list, err := d.app.audit.Checklist(d.as("gunel"), id, audit.RowFilter{Limit: 500})
	if err != nil {
		return err
	}
	used := map[string]bool{}
	for i, a := range d.acts {
		if a.Audit != number {
			continue
		}
		var row *audit.Row
		for j, r := range list.Rows {
			if row == nil && !used[r.ID] && strings.HasPrefix(r.GSBPM+".", a.GSBPM+".") {
				row = &list.Rows[j].Row
			}
		}
		if row == nil {
			return fmt.Errorf("no row for %s", a.GSBPM)
		}
		used[row.ID] = true
		seen, err := d.evidenceOf(d.as("samir"), id, row.ID)
		if err != nil {
			return err
		}
		_, act, err := d.app.audit.RaiseFinding(d.as("samir"), audit.NewFinding{Row: audit.RowAnswer{RowID: row.ID, Version: row.Version, Evidence: seen}, Grade: a.Grade,
			DepartmentID: departmentID, Statement: a.Statement, Criterion: a.Criterion, ObjectiveEvidence: a.Evidence, Recommendation: a.Recommendation})
		if err != nil {
			return fmt.Errorf("finding on %s: %w", a.GSBPM, err)
		}
		d.actIDs[i] = act.ID
	}
	return nil
}

// evidenceOf is what the auditor looks at for a row: up to two pieces of
// evidence under its code that may be opened.
func (d *demo) evidenceOf(ctx context.Context, auditID, rowID string) ([]string, error) {
	panel, err := d.app.audit.Row(ctx, auditID, rowID)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, e := range panel.Offered {
		if !e.Hidden && len(ids) < 2 {
			ids = append(ids, e.ID)
		}
	}
	return ids, nil
}

// answerRest answers rows that are still open: all of them, or two of three.
func (d *demo) answerRest(id, moment string, all bool) error {
	d.at(moment)
	ctx := d.as("samir")
	list, err := d.app.audit.Checklist(ctx, id, audit.RowFilter{Limit: 500})
	if err != nil {
		return err
	}
	for i, r := range list.Rows {
		if r.Answer != audit.Open || (!all && i%3 == 2) {
			continue
		}
		a := audit.RowAnswer{RowID: r.ID, Version: r.Version, Answer: audit.Conforms, Note: "Sənədlər seçmə yoxlanıldı, tələbə uyğundur."}
		population, sample := 6+i%9, 2+i%3
		a.Population, a.Sample, a.SampleResult = &population, &sample, fmt.Sprintf("%d sənəddən %d-i uyğundur", sample, sample)
		if i%14 == 9 {
			a = audit.RowAnswer{RowID: r.ID, Version: r.Version, Answer: audit.NotApplicable, Note: "Prosesin təsvirində bu tapşırıq mövcud deyil."}
		} else if a.Evidence, err = d.evidenceOf(ctx, id, r.ID); err != nil {
			return err
		}
		if _, err := d.app.audit.Answer(ctx, a); err != nil {
			return fmt.Errorf("row %s: %w", r.No, err)
		}
	}
	return nil
}

// live takes an issued act of the first audit as far as the example says.
func (d *demo) live(id string, a demoAct) error {
	elchin, gunel := d.as("elchin"), d.as("gunel")
	d.at("2026-05-27 16:00")
	if a.Objection != "" {
		if err := d.app.audit.Object(elchin, id, a.Objection); err != nil || a.Resolution == "" {
			return err
		}
		d.at("2026-05-28 10:00")
		return d.app.audit.UpholdObjection(gunel, id, a.Resolution)
	}
	if err := d.app.audit.Acknowledge(elchin, id); err != nil {
		return err
	}
	planned := "2026-06-10 11:00"
	if a.End == string(audit.ActPlanned) {
		planned = "2026-11-12 11:00"
	}
	d.at(planned)
	if err := d.respond(id, a); err != nil || a.End == string(audit.ActPlanned) {
		return err
	}
	d.at("2026-06-15 10:00")
	months := 3
	if err := d.app.audit.ApprovePlan(gunel, id, audit.Approval{EffectMonths: months}); err != nil {
		return err
	}
	if err := d.carryOut(id, a); err != nil || a.Effect == "" {
		return err
	}
	d.at("2026-11-04 15:00")
	if err := d.app.audit.JudgeEffect(d.as("gunel"), id, audit.EffectVerdict{Effective: true, Result: a.Effect}); err != nil || a.End != string(audit.ActClosed) {
		return err
	}
	d.at("2026-11-06 10:00")
	return d.app.audit.CloseAct(d.as("nigar"), id, "Düzəldici tədbirlər icra olunub və nəticəlidir.")
}

// respond writes correction, cause and corrective actions, and hands them in.
func (d *demo) respond(id string, a demoAct) error {
	aytan := d.as("aytan")
	v, err := d.app.audit.Act(aytan, id)
	if err != nil {
		return err
	}
	r := audit.Response{Version: v.Version, Correction: a.Correction, CorrectionDay: d.app.kis.Today().Add(-3), CauseMethod: audit.FiveWhy, RootCause: a.Root,
		SimilarChecked: true, SimilarWhere: a.Similar, EffectMeasure: a.Measure, EffectBaseline: a.Baseline, EffectTarget: a.Target}
	for i, w := range a.Whys {
		c := audit.Cause{Parent: i, Question: w[0], Answer: w[1]}
		if i > 2 { // the fourth question goes back to the second answer: two branches
			c.Parent = i - 2
		}
		r.Causes = append(r.Causes, c)
	}
	if err := d.app.audit.SaveResponse(aytan, id, r); err != nil {
		return err
	}
	for i, x := range a.Actions {
		n := audit.NewAction{Text: x.Text, OwnerID: d.users[x.Owner].ID, Due: x.Due}
		if i == 1 && len(a.Actions) > 2 { // one that two people carry out
			n.Others = []string{d.users["tural"].ID}
		}
		if _, err := d.app.audit.AddAction(d.as("elchin"), id, n); err != nil {
			return err
		}
	}
	return d.app.audit.SubmitPlan(d.as("elchin"), id)
}

// carryOut reports and verifies the actions that have a result, in the order
// of their terms; the second of those without one is begun.
func (d *demo) carryOut(id string, a demoAct) error {
	v, err := d.app.audit.Act(d.as("gunel"), id)
	if err != nil {
		return err
	}
	for i, x := range a.Actions {
		if x.Result != "" {
			if err := d.action(v.Actions[i].ID, fmt.Sprintf("Icra_%s_DT-%d.txt", a.GSBPM, i+1), x); err != nil {
				return err
			}
		}
	}
	for i, x := range a.Actions {
		if x.Result == "" && i == 1 {
			d.at("2026-09-21 10:00")
			if err := d.app.audit.StartAction(d.as(x.Owner), v.Actions[i].ID); err != nil {
				return err
			}
			d.at("2026-11-19 12:00")
			if err := d.app.audit.RequestExtension(d.as(x.Owner), v.Actions[i].ID, "2026-12-18", "Sınaq serverinin quraşdırılması gecikir; yeni avadanlıq dekabrın əvvəlində gətiriləcək."); err != nil {
				return err
			}
		}
	}
	return nil
}

// action is reported by its owner and verified by an auditor.
func (d *demo) action(id, file string, x demoAction) error {
	d.on(workday(x.Due.Add(-4)), "12:00")
	ctx := d.as(x.Owner)
	up, err := d.upload(ctx, file, x.Text+"\n\n"+x.Result+"\n")
	if err != nil {
		return err
	}
	if err := d.app.audit.ReportAction(ctx, id, audit.ActionReport{Result: x.Result, Uploads: []string{up}}); err != nil {
		return err
	}
	d.on(workday(x.Due.Add(3)), "10:30")
	return d.app.audit.VerifyAction(d.as("samir"), id, "İcra sübutu yoxlanıldı.")
}

// audit2 is under way: phases 4 to 7, with one auditor by exception.
func (d *demo) audit2() error {
	d.at("2026-10-19 10:00")
	a, err := d.planAudit("1-elektron-xidmet", "“1-elektron xidmət” prosesi, 4–7-ci mərhələlər", "2026-11-09", "2026-11-27", []string{"SSS", "ÜŞ"}, []string{"4", "5", "6", "7"}, []string{"samir"}, "GSBPM", "ISO9001-9")
	if err != nil {
		return err
	}
	id := a.ID
	d.at("2026-10-23 10:00")
	gunel := d.as("gunel")
	if err := d.app.audit.Announce(gunel, id, ""); err != nil {
		return err
	}
	if err := d.app.audit.GrantException(d.as("nigar"), id, d.users["leyla"].ID, "Yayım mərhələsi üzrə ixtisaslı başqa auditor yoxdur; öz baxdığı sübutların sətirlərinə cavab verməyəcək."); err != nil {
		return err
	}
	if err := d.app.audit.SetTeam(gunel, id, d.users["gunel"].ID, []string{d.users["samir"].ID, d.users["leyla"].ID}); err != nil {
		return err
	}
	if err := d.schedule(id); err != nil {
		return err
	}
	d.at("2026-11-11 09:40")
	if err := d.app.audit.Start(gunel, id); err != nil {
		return err
	}
	if err := d.meeting(gunel, id, false, "Plan və cədvəl razılaşdırıldı, bələdçi təyin edildi.", "gunel", "samir", "leyla", "elchin", "lala"); err != nil {
		return err
	}
	if err := d.raise(2, id, "2026-11-12 11:00", d.dep["SSS"].ID); err != nil {
		return err
	}
	if err := d.answerRest(id, "2026-11-13 12:00", false); err != nil {
		return err
	}
	for i, a := range d.acts {
		if a.Audit != 2 || a.End == string(audit.ActDraft) {
			continue
		}
		d.at("2026-11-17 10:00")
		if err := d.app.audit.Issue(gunel, d.actIDs[i]); err != nil {
			return err
		}
		d.at("2026-11-18 16:00")
		switch a.End {
		case string(audit.ActObjected):
			err = d.app.audit.Object(d.as("elchin"), d.actIDs[i], a.Objection)
		case string(audit.ActAcknowledged):
			err = d.app.audit.Acknowledge(d.as("elchin"), d.actIDs[i])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// otherActs are those that come from no audit: a complaint that the department
// works on, and one on which the draft waits for a lead auditor. One
// observation of the audit under way was heard and is disputed.
func (d *demo) otherActs() error {
	d.at("2026-11-16 14:00")
	base := audit.NewAct{DepartmentID: d.dep["İTŞ"].ID, Grade: audit.Minor, Clause: "8.2.1", GSBPM: "7.5"}
	first := base
	first.Origin = audit.OriginRef{Kind: audit.OfComplaint, Label: "Vətəndaşın 10.11.2026-cı il tarixli 212 nömrəli şikayəti", ReceivedOn: "2026-11-10"}
	first.Statement = "İstifadəçinin elektron xidmətlər üzrə məlumat sorğusuna üç iş günü ərzində cavab verilməyib."
	first.ObjectiveEvidence = "Sorğular jurnalı: 04.11.2026-da qeydə alınıb, 12.11.2026-da cavablandırılıb"
	first.Criterion = "İstifadəçi sorğularının idarə edilməsi qaydası, 5-ci bənd"
	first.LeadID = d.users["gunel"].ID
	a, err := d.app.audit.DraftAct(d.as("nigar"), first)
	if err != nil {
		return err
	}
	d.at("2026-11-17 11:00")
	if err := d.app.audit.Issue(d.as("gunel"), a.ID); err != nil {
		return err
	}
	d.at("2026-11-20 10:00")
	if err := d.app.audit.Acknowledge(d.as("vugar"), a.ID); err != nil {
		return err
	}
	second := base
	second.Origin = audit.OriginRef{Kind: audit.OfRating, ID: "2026/2.3.14", Label: "“Statistik məlumat sorğusu” elektron xidməti, qeyri-kafi qiymət"}
	second.Statement = "Elektron xidmətin istifadə rahatlılığı “qeyri-kafi” qiymətləndirilib."
	second.ObjectiveEvidence = "2026-cı ilin qiymətləndirməsi, istifadə rahatlılığı meyarı"
	_, err = d.app.audit.DraftAct(d.as("nigar"), second)
	return err
}

// otherAudits are one that is announced and one that was cancelled.
func (d *demo) otherAudits() error {
	d.at("2026-11-18 17:00")
	a, err := d.planAudit("İTŞ", "İTŞ: istehsal sistemlərinin idarə olunması", "2026-12-07", "2026-12-11", []string{"İTŞ"}, []string{"3"}, []string{"farida"}, "GSBPM", "ISO9001-9")
	if err != nil {
		return err
	}
	if err := d.app.audit.Announce(d.as("gunel"), a.ID, ""); err != nil {
		return err
	}
	if _, err = d.planAudit("ÜŞ", "ÜŞ: arxiv işi", "2026-12-14", "2026-12-15", []string{"ÜŞ"}, []string{"4"}, nil, "GSBPM"); err != nil {
		return err
	}
	if a, err = d.planAudit("BƏŞ", "BƏŞ: beynəlxalq sorğular", "2026-11-23", "2026-11-24", []string{"BƏŞ"}, []string{"7"}, nil, "GSBPM"); err != nil {
		return err
	}
	return d.app.audit.Cancel(d.as("gunel"), a.ID, "Şöbənin işi dekabrda kənar auditlə yoxlanılacaq.")
}
