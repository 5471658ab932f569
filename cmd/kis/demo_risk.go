package main

import (
	"fmt"
	"time"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/planning/risk"
)

// demoRisk is a risk of the story.
type demoRisk struct {
	Kind                             risk.Kind
	Title, Cause, Consequence, GSBPM string
	System                           bool // of the system, not of the process
	Department, Owner                string
	Likelihood, Impact               int
	Entered                          string
	Review                           day.Day
	Treatment                        risk.TreatmentKind
	Text                             string
	Due                              day.Day
	Done, Result                     string // when, and what
	Checked, Verdict                 string // when, and what was found
	Works                            bool
	Left                             [2]int // likelihood and impact after it
	Retained                         string // why
}

// demoObjective is a quality objective with what was measured.
type demoObjective struct {
	Title, Metric, Unit, Better, Baseline, Target, Actions, Resources, Department, Owner string
	Values                                                                               []struct {
		On          day.Day
		Value, Note string
	}
}

// risks is the story of the table of risks, and of the objectives of the year.
func (d *demo) risks() error {
	var m struct {
		Risks      []demoRisk
		Objectives []demoObjective
	}
	if err := readDemo("risks", &m); err != nil {
		return err
	}
	for _, r := range m.Risks {
		d.spawn(func(d *demo) error { return named(r.Title, d.oneRisk(r)) })
	}
	for _, o := range m.Objectives {
		d.spawn(func(d *demo) error { return named(o.Title, d.oneObjective(o)) })
	}
	return nil
}

// named says at which one something went wrong.
func named(title string, err error) error {
	if err != nil {
		err = fmt.Errorf("%s: %w", title, err)
	}
	return err
}

func (d *demo) oneObjective(o demoObjective) error {
	s := d.app.risks
	d.at("2026-02-09 10:00")
	set, err := s.Set(d.as("nigar"), risk.ObjectiveFields{Title: o.Title, Metric: o.Metric, Unit: o.Unit, Better: o.Better, Baseline: o.Baseline, Target: o.Target,
		Actions: o.Actions, Resources: o.Resources, DepartmentID: d.dep[o.Department].ID, OwnerID: d.users[o.Owner].ID, ProcessID: d.cycle.Process.ID,
		Starts: day.Make(2026, time.January, 5), Due: day.Make(2026, time.December, 31)})
	if err != nil {
		return err
	}
	for _, v := range o.Values {
		d.at(string(v.On) + " 16:00")
		if err := s.Measure(d.as(o.Owner), set.ID, risk.NewValue{MeasuredOn: v.On, Value: v.Value, Note: v.Note}); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) oneRisk(r demoRisk) error {
	s := d.app.risks
	f := risk.Fields{Kind: r.Kind, Title: r.Title, Cause: r.Cause, Consequence: r.Consequence, GSBPM: r.GSBPM, DepartmentID: d.dep[r.Department].ID, OwnerID: d.users[r.Owner].ID}
	if !r.System {
		f.ProcessID = d.cycle.Process.ID
	}
	d.at(r.Entered)
	entered, err := s.Enter(d.as("nigar"), f, risk.Weighing{Likelihood: r.Likelihood, Impact: r.Impact, ReviewDue: r.Review})
	if err != nil {
		return err
	}
	if r.Retained != "" {
		return s.Retain(d.as("nigar"), entered.ID, r.Retained)
	}
	if r.Text == "" {
		return nil
	}
	if err := s.Treat(d.as("nigar"), entered.ID, risk.Treatment{Kind: r.Treatment, Text: r.Text, Due: r.Due}); err != nil || r.Done == "" {
		return err
	}
	d.at(r.Done)
	if err := s.Report(d.as(r.Owner), entered.ID, r.Result); err != nil || r.Checked == "" {
		return err
	}
	d.at(r.Checked)
	if !r.Works {
		return s.Refuse(d.as("nigar"), entered.ID, r.Verdict)
	}
	return s.Confirm(d.as("nigar"), entered.ID, r.Verdict, risk.Weighing{Likelihood: r.Left[0], Impact: r.Left[1], ReviewDue: r.Review})
}
