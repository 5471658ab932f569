package main

import (
	"fmt"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/reference"
)

// demoMeasure is the entry of 2022 for one measure.
type demoMeasure struct {
	Number        string
	Departments   []string
	Text, Figures string
	File, Link    string
	Dated         day.Day
	Milestones    [][2]any // text, done
	State         string   // submitted or draft; "" = decided
	Status        planning.MeasureStatus
	Reason        string
}

// The plan whose report the example makes.
const (
	demoPlan     = "AH-2020-2022"
	demoPlanYear = 2022
)

// measures imports the open-government measures, writes entries for 2022 and
// has most of them decided.
func (d *demo) measures() error {
	d.at("2026-07-08 10:00")
	sevda := d.as("sevda")
	f, err := reference.Open(reference.OpenGovernment)
	if err != nil {
		return err
	}
	_, err = d.app.planning.ImportMeasures(sevda, planning.MeasureImport{Reader: f, Name: reference.OpenGovernment, Plan: demoPlan})
	_ = f.Close()
	if err != nil {
		return err
	}
	if err := d.app.planning.AskMeasures(sevda, demoPlan, demoPlanYear, "2026-11-27", "2026-12-11"); err != nil {
		return err
	}
	list, err := d.app.planning.Measures(sevda, planning.MeasureFilter{Plan: demoPlan, Year: demoPlanYear})
	if err != nil {
		return err
	}
	var entries []demoMeasure
	if err := readDemo("measures", &entries); err != nil {
		return err
	}
	for _, row := range list.Rows {
		for _, e := range entries {
			if e.Number != row.Measure.Number {
				continue
			}
			if err := d.measure(row.Measure.ID, e); err != nil {
				return fmt.Errorf("measure %s: %w", e.Number, err)
			}
		}
	}
	return nil
}

func (d *demo) measure(id string, e demoMeasure) error {
	sevda := d.as("sevda")
	var ids []string
	for _, c := range e.Departments {
		ids = append(ids, d.dep[c].ID)
	}
	if err := d.app.planning.AssignMeasure(sevda, id, ids); err != nil {
		return err
	}
	writer := sevda
	for _, c := range e.Departments {
		if who, ok := submitters[c]; ok && c != "KİEMŞ" {
			writer = d.as(who)
			break
		}
	}
	t := planning.MeasureText{Narrative: e.Text, Figures: e.Figures, Dated: e.Dated, Submit: e.State != "draft"}
	for _, m := range e.Milestones {
		t.Milestones = append(t.Milestones, planning.MeasureMilestone{Text: m[0].(string), Done: m[1].(bool)})
	}
	if e.Link != "" {
		t.Links = []planning.MeasureLink{{URL: e.Link, Dated: e.Dated}}
	}
	if e.File != "" {
		up, err := d.upload(writer, e.File, e.Text+"\n")
		if err != nil {
			return err
		}
		t.UploadIDs = []string{up}
	}
	entry, err := d.app.planning.WriteMeasure(writer, id, demoPlanYear, t)
	if err != nil || e.State != "" {
		return err
	}
	_, err = d.app.planning.DecideMeasure(sevda, id, demoPlanYear, planning.MeasureDecision{Version: entry.Version, Status: e.Status,
		Done: e.Status == planning.MeasureOngoing, Reason: e.Reason})
	return err
}
