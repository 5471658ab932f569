package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/reference"
)

// demoItem is an item of a yearly plan.
type demoItem struct {
	Section                 planning.Section
	Text, Result, Indicator string
	Responsible             string
	Co                      []string
	Quarter                 int
	Due                     day.Day
	Basis                   string
	State                   planning.ItemState
	Report, Reason          string
	NewDue                  day.Day `json:"new_due"`
	Decision                int     // of the review before, which it carries out; 0 = none
}

// demoReview is a management review.
type demoReview struct {
	Comments  map[string]string
	Decisions []struct {
		Kind        planning.DecisionKind
		Text, Owner string
		Due         day.Day
		Plan        planning.Section // section of the plan 2027 it goes into; "" = it stays in the register
	}
	Conclusion string
}

// demoPlanning is the material of planning.
type demoPlanning struct {
	Plan2026, Plan2027 []demoItem
	Proposals          []struct {
		demoItem
		Label, Department, Who, End string
	}
	Takeover  demoItem
	Objection string

	Review2025, Review0, Review1, Review2 demoReview
}

func loadPlanning() (p demoPlanning, err error) { return p, readDemo("planning", &p) }

func (d *demo) fields(i demoItem) planning.ItemFields {
	f := planning.ItemFields{Section: i.Section, Text: i.Text, ExpectedResult: i.Result, Indicator: i.Indicator,
		ResponsibleID: d.dep[i.Responsible].ID, StartQuarter: i.Quarter, Due: i.Due}
	for _, c := range i.Co {
		f.CoExecutors = append(f.CoExecutors, d.dep[c].ID)
	}
	return f
}

// heads answer for their departments.
var heads = map[string]string{"SSS": "elchin", "İTŞ": "vugar", "KİEMŞ": "nigar", "BƏŞ": "aysel", "İİƏŞ": "murad", "ÜŞ": "lala"}

// plan2026 goes from draft to running at the turn of the year.
func (d *demo) plan2026() error {
	p, err := loadPlanning()
	if err != nil {
		return err
	}
	d.at("2025-12-03 10:00")
	nigar := d.as("nigar")
	if _, err := d.app.planning.OpenPlan(nigar, planning.NewPlan{Year: 2026, ApproveDue: "2025-12-25"}); err != nil {
		return err
	}
	if err := d.addItems(2026, p.Plan2026); err != nil {
		return err
	}
	d.at("2025-12-10 10:00")
	if err := d.app.planning.SendPlan(nigar, "2026"); err != nil {
		return err
	}
	d.at("2025-12-16 10:00")
	if err := d.agree(2026, nil); err != nil {
		return err
	}
	d.at("2025-12-24 15:00")
	page, err := d.app.planning.Plan(d.as("rafael"), "2026")
	if err != nil {
		return err
	}
	if err := d.app.planning.ApprovePlan(d.as("rafael"), "2026", planning.Approval{Revision: page.Revision, Confirmed: true}); err != nil {
		return err
	}
	d.at("2026-01-05 09:30")
	return d.app.planning.StartPlan(nigar, "2026")
}

func (d *demo) addItems(year int, items []demoItem) error {
	for _, i := range items {
		if i.Decision > 0 {
			if err := d.decided("RT-2025-01", i.Decision, year, d.fields(i)); err != nil {
				return fmt.Errorf("item %q: %w", i.Text, err)
			}
			continue
		}
		if _, err := d.app.planning.AddItem(d.as("nigar"), planning.KeyOf(year, planning.MainKind), planning.NewItem{ItemFields: d.fields(i), Basis: planning.FromOther, BasisLabel: i.Basis}); err != nil {
			return fmt.Errorf("item %q: %w", i.Text, err)
		}
	}
	return nil
}

// agree lets every department concerned agree, but those left out.
func (d *demo) agree(year int, leave map[string]bool) error {
	page, err := d.app.planning.Plan(d.as("nigar"), planning.KeyOf(year, planning.MainKind))
	if err != nil {
		return err
	}
	for _, a := range page.Agreements {
		for code, head := range heads {
			if d.dep[code].ID == a.DepartmentID && !leave[code] {
				if err := d.app.planning.AgreePlan(d.as(head), planning.KeyOf(year, planning.MainKind), a.DepartmentID, page.Revision); err != nil {
					return fmt.Errorf("%s: %w", code, err)
				}
			}
		}
	}
	return nil
}

// progress is what the departments report on the plan of 2026.
func (d *demo) progress() error {
	p, err := loadPlanning()
	if err != nil {
		return err
	}
	page, err := d.app.planning.Plan(d.as("nigar"), "2026")
	if err != nil {
		return err
	}
	for _, it := range page.Items {
		for _, x := range p.Plan2026 {
			if x.Text != it.Text || x.State == "" {
				continue
			}
			d.on(workday(x.Due.Add(-4)), "14:00")
			ctx := d.as(heads[x.Responsible])
			up, err := d.upload(ctx, fmt.Sprintf("Plan_2026_bend_%d.txt", it.No), x.Report+"\n")
			if err != nil {
				return err
			}
			if err := d.app.planning.ReportItem(ctx, it.ID, planning.NewReport{State: x.State, Narrative: x.Report, Reason: x.Reason, NewDue: x.NewDue, UploadIDs: []string{up}}); err != nil {
				return fmt.Errorf("report on %q: %w", x.Text, err)
			}
			if err := d.decideReport(it.ID, heads[x.Responsible]); err != nil {
				return fmt.Errorf("decision on %q: %w", x.Text, err)
			}
		}
	}
	return nil
}

// plan2027 is being agreed: items of findings, proposals, decisions and of
// what is not done in 2026.
func (d *demo) plan2027() error {
	p, err := loadPlanning()
	if err != nil {
		return err
	}
	d.at("2026-11-02 10:00")
	nigar := d.as("nigar")
	if _, err := d.app.planning.OpenPlan(nigar, planning.NewPlan{Year: 2027, ApproveDue: "2026-12-25"}); err != nil {
		return err
	}
	for _, x := range p.Proposals {
		r, err := d.app.planning.Propose(d.as(x.Who), planning.NewRecommendation{Text: x.Text, Basis: planning.FromOther, BasisLabel: x.Label, DepartmentID: d.dep[x.Department].ID})
		if err != nil {
			return err
		}
		switch x.End {
		case "rejected":
			err = d.app.planning.RejectRecommendation(nigar, r.ID, x.Reason)
		case "accepted":
			i := x.demoItem
			i.Responsible = x.Department
			_, err = d.app.planning.AcceptRecommendation(nigar, r.ID, "2027", d.fields(i))
		}
		if err != nil {
			return fmt.Errorf("proposal %q: %w", x.Text, err)
		}
	}
	if err := d.takeOver(p.Takeover); err != nil {
		return err
	}
	if err := d.decisionsToPlan(p.Review1); err != nil {
		return err
	}
	if err := d.addItems(2027, p.Plan2027); err != nil {
		return err
	}
	d.at("2026-11-10 10:00")
	if err := d.app.planning.SendPlan(nigar, "2027"); err != nil {
		return err
	}
	d.at("2026-11-17 11:00")
	if err := d.agree(2027, map[string]bool{"SSS": true, "İİƏŞ": true}); err != nil {
		return err
	}
	page, err := d.app.planning.Plan(nigar, "2027")
	if err != nil {
		return err
	}
	for _, it := range page.Items {
		if it.ResponsibleID == d.dep["SSS"].ID && it.Due == "2027-09-30" { // the season in which data are collected
			return d.app.planning.ObjectPlan(d.as("elchin"), "2027", d.dep["SSS"].ID, page.Revision, it.ID, p.Objection)
		}
	}
	return errors.New("the department has no item to object to")
}

// takeOver makes recommendations of findings, and items of the first four.
func (d *demo) takeOver(i demoItem) error {
	nigar := d.as("nigar")
	found, err := d.app.planning.FoundRecommendations(nigar)
	if err != nil {
		return err
	}
	for n, f := range found {
		r, err := d.app.planning.TakeOver(nigar, f.FindingID)
		if err != nil {
			return err
		}
		if n >= 4 {
			continue
		}
		x := i
		x.Text, x.Responsible = f.Text, f.DepartmentCode
		if n%2 == 1 {
			x.Quarter, x.Due = 2, "2027-09-30"
		}
		if _, err := d.app.planning.AcceptRecommendation(nigar, r.ID, "2027", d.fields(x)); err != nil {
			return err
		}
	}
	return nil
}

// decisionsToPlan puts decisions of the review of May into the plan.
func (d *demo) decisionsToPlan(r demoReview) error {
	for n, x := range r.Decisions {
		if x.Plan == "" {
			continue
		}
		f := planning.ItemFields{Section: x.Plan, ExpectedResult: "Rəhbərliyin qərarı icra olunub", Indicator: "icra: 100%", StartQuarter: 1, Due: x.Due}
		if err := d.decided("RT-2026-02", n+1, 2027, f); err != nil {
			return err
		}
	}
	return nil
}

// decided makes a decision of a signed review an item of the plan of a year.
func (d *demo) decided(review string, no, year int, f planning.ItemFields) error {
	nigar := d.as("nigar")
	dossier, err := d.app.planning.ReviewDossier(nigar, review)
	if err != nil {
		return err
	}
	_, err = d.app.planning.AddDecisionToPlan(nigar, dossier.DecisionList[no-1].ID, planning.KeyOf(year, planning.MainKind), f)
	return err
}

// reviewBefore is the review whose decisions the plan of 2026 carries out.
func (d *demo) reviewBefore() error {
	p, err := loadPlanning()
	if err != nil {
		return err
	}
	return d.reviewOver(p.Review2025, "2025-05-01", "2025-10-31", "2025-12-02", "2025-12-02")
}

func (d *demo) review1() error {
	p, err := loadPlanning()
	if err != nil {
		return err
	}
	if err := d.reviewOver(p.Review0, "2025-11-01", "2026-01-31", "2026-02-10", "2026-02-13"); err != nil {
		return err
	}
	return d.reviewOver(p.Review1, "2026-02-01", "2026-04-30", "2026-05-08", "2026-05-11")
}

func (d *demo) review2() error {
	p, err := loadPlanning()
	if err != nil {
		return err
	}
	return d.reviewOver(p.Review2, "2026-05-01", "2026-10-31", "2026-11-19", "")
}

// reviewOver prepares a management review and has it signed on a day, unless that
// is empty.
func (d *demo) reviewOver(r demoReview, from, to, meeting, signed day.Day) error {
	d.on(meeting.Add(-1), "10:00")
	nigar := d.as("nigar")
	at, err := time.Parse("2006-01-02 15:04 -0700", string(meeting)+" 14:00 +0400")
	if err != nil {
		return err
	}
	f := planning.ReviewFields{From: from, To: to, MeetingAt: at.UTC(), Place: "Kollegiya zalı", ChairID: d.users["rafael"].ID}
	for _, k := range []string{"nigar", "elchin", "vugar", "murad", "lala", "gunel"} {
		f.Participants = append(f.Participants, d.users[k].ID)
	}
	rev, err := d.app.planning.OpenReview(nigar, f)
	if err != nil {
		return err
	}
	for letter, text := range r.Comments {
		if err := d.app.planning.CommentInput(nigar, rev.ID, letter, text); err != nil {
			return err
		}
	}
	d.on(meeting, "15:30")
	for _, x := range r.Decisions {
		if _, err := d.app.planning.AddDecision(nigar, rev.ID, planning.NewDecision{Kind: x.Kind, Text: x.Text, OwnerID: d.users[x.Owner].ID, Due: x.Due}); err != nil {
			return err
		}
	}
	if err := d.app.planning.PrepareReview(nigar, rev.ID, planning.Verdict{Suitable: true, Adequate: true, Effective: signed == "", Conclusion: r.Conclusion}); err != nil || signed == "" {
		return err
	}
	d.on(signed, "17:00")
	return d.app.planning.SignReview(d.as("rafael"), rev.ID, planning.Signature{Number: rev.Number, Confirmed: true})
}

// assessments imports the totals of 2013 to 2015 and the sample of 2025.
func (d *demo) assessments() error {
	d.at("2026-07-06 11:00")
	for _, name := range []string{reference.AssessmentTotals, reference.AssessmentsSample} {
		f, err := reference.Open(name)
		if err != nil {
			return err
		}
		_, err = d.app.eservice.Import(d.as("orxan"), eservice.ImportRequest{Reader: f, Name: name})
		_ = f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
