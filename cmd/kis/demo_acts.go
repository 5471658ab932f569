package main

import (
	"fmt"

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
	Whys           [][2]string // questions and answers
	Branches       [][2]string // causes by the branch of an Ishikawa diagram; none: by questions
	Root, Similar  string
	Measure        string
	Baseline       string
	Target         string
	Effect         string
	Objection      string
	Resolution     string
	Before         []demoAction // carried out before the act was opened again
	Reopen         string       // why it was
	Actions        []demoAction
}

// demoAction is a corrective action; with a result it was carried out.
type demoAction struct {
	Text, Owner, Result string
	Due                 day.Day
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
	if a.Reopen != "" {
		if err := d.firstRound(id, a); err != nil {
			return err
		}
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
	if err := d.app.audit.ApprovePlan(gunel, id, audit.Approval{EffectMonths: 3}); err != nil {
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

// firstRound carries out what turned out not to be enough: the act is opened
// again.
func (d *demo) firstRound(id string, a demoAct) error {
	a.Actions = a.Before
	d.at("2026-06-10 11:00")
	if err := d.respond(id, a); err != nil {
		return err
	}
	d.at("2026-06-15 10:00")
	if err := d.app.audit.ApprovePlan(d.as("gunel"), id, audit.Approval{EffectMonths: 3}); err != nil {
		return err
	}
	if err := d.carryOut(id, a); err != nil {
		return err
	}
	d.at("2026-11-05 11:00")
	return d.app.audit.ReopenAct(d.as("nigar"), id, a.Reopen)
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
	for _, b := range a.Branches {
		r.CauseMethod = audit.Ishikawa
		r.Causes = append(r.Causes, audit.Cause{Category: b[0], Answer: b[1]})
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
