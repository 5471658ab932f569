package main

import (
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/amendment"
	"github.com/kis-platform/kis/planning/execution"
)

// decideReport lets the quality manager, or management where a new date is
// asked for or the quality manager reported, accept the last report on an item.
func (d *demo) decideReport(itemID, reporter string) error {
	page, err := d.app.planning.PlanItem(d.as("nigar"), itemID)
	if err != nil {
		return err
	}
	w := page.Reports[0]
	who := "nigar"
	if w.ToState == planning.Postponed || reporter == who {
		who = "rafael"
	}
	return execution.New(d.app.planning).DecideReport(d.as(who), w.ID, execution.Verdict{Accept: true})
}

// carriedOut is how the plan of 2026 is divided, reported on and amended, and
// the plan of another kind that begins.
func (d *demo) carriedOut() error {
	d.at("2026-10-29 10:00")
	exec, amend := execution.New(d.app.planning), amendment.New(d.app.planning)
	page, err := d.app.planning.Plan(d.as("nigar"), "2026")
	if err != nil {
		return err
	}
	for _, it := range page.Items {
		switch {
		case it.Responsible.Code == "SSS": // the rule of reminders, in three steps
			if err := exec.Assign(d.as("elchin"), it.ID, d.users["aytan"].ID); err != nil {
				return err
			}
			if err := exec.SetSteps(d.as("elchin"), it.ID, it.Version, []string{"Xatırlatma qaydasının layihəsini hazırlamaq", "Qaydanı iki rayonda sınaqdan keçirmək", "Qaydanı bütün respondentlərə tətbiq etmək"}); err != nil {
				return err
			}
			now, err := d.app.planning.PlanItem(d.as("aytan"), it.ID)
			if err != nil {
				return err
			}
			for n, text := range []string{"Qaydanın layihəsi hazırlanıb və şöbədə müzakirə edilib.", "Qayda iki rayonda sınaqdan keçirilib, vaxtında verilən hesabatların payı artıb."} {
				if err := d.app.planning.ReportItem(d.as("aytan"), it.ID, planning.NewReport{State: planning.InProgress, Quarter: n + 2, Narrative: text, StepIDs: []string{now.Steps[n].ID}}); err != nil {
					return err
				}
				if n == 0 { // the second waits for the quality manager
					if err := d.decideReport(it.ID, "aytan"); err != nil {
						return err
					}
				}
			}
		case it.Responsible.Code == "KİEMŞ" && it.State == planning.InProgress:
			m, err := amend.Open(d.as("nigar"), "2026", "Təlimin proqramı genişləndirilib, ona görə göstərici və son tarix dəyişir.")
			if err != nil {
				return err
			}
			f := planning.ItemFields{Section: it.Section, Text: it.Text, ExpectedResult: it.ExpectedResult, Indicator: it.Indicator + "; təlim saatı: 24 → 40", ResponsibleID: it.ResponsibleID, StartQuarter: it.StartQuarter, Due: "2026-12-11"}
			for _, co := range it.CoExecutors {
				f.CoExecutors = append(f.CoExecutors, co.ID)
			}
			if err := amend.Reword(d.as("nigar"), m.ID, it.ID, f); err != nil {
				return err
			}
			if err := amend.Propose(d.as("nigar"), m.ID); err != nil {
				return err
			}
			if m, err = amend.Amendment(d.as("rafael"), "2026", m.ID); err != nil {
				return err
			}
			if err := amend.Approve(d.as("rafael"), m.ID, m.Version, true); err != nil {
				return err
			}
		}
	}
	m, err := amend.Open(d.as("nigar"), "2026", "Yeni metodoloji tələblə əlaqədar plana bənd əlavə olunur.")
	if err != nil {
		return err
	}
	if err := amend.Add(d.as("nigar"), m.ID, planning.ItemFields{Section: planning.Data, Text: "Göstəricilərin metaməlumatlarını yeni metodologiyaya uyğunlaşdırmaq", ExpectedResult: "Metaməlumatlar yeni tələblərə uyğundur",
		Indicator: "yenilənmiş metaməlumat: 12", ResponsibleID: d.dep["SSS"].ID, StartQuarter: 4, Due: "2026-12-25"}); err != nil {
		return err
	}
	if err := amend.Propose(d.as("nigar"), m.ID); err != nil {
		return err
	}
	p, err := d.app.planning.OpenPlan(d.as("nigar"), planning.NewPlan{Year: 2027, Kind: "corruption", ApproveDue: "2026-12-25"})
	if err != nil {
		return err
	}
	for _, i := range []demoItem{
		{Section: planning.Services, Text: "Satınalmalarda maraqlar toqquşmasının bəyan edilməsi qaydasını tətbiq etmək", Result: "Hər satınalma üzrə bəyanat verilir", Indicator: "bəyanat: 100%", Responsible: "ÜŞ", Quarter: 1, Due: "2027-06-30", Basis: "korrupsiya risklərinin təhlili"},
		{Section: planning.People, Text: "Etik davranış qaydaları üzrə təlim keçirmək", Result: "Əməkdaşlar qaydaları bilir", Indicator: "təlim keçən: ≥ 95%", Responsible: "KİEMŞ", Co: []string{"ÜŞ"}, Quarter: 2, Due: "2027-09-30", Basis: "korrupsiya risklərinin təhlili"},
	} {
		if _, err := d.app.planning.AddItem(d.as("nigar"), p.Key, planning.NewItem{ItemFields: d.fields(i), Basis: planning.FromOther, BasisLabel: i.Basis}); err != nil {
			return err
		}
	}
	return nil
}
