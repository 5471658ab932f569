package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/indicator"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/reference"
)

// demoProcess is the process of the example.
const demoProcess = "1-elektron-xidmet"

// demoYears are the finished years of the example and what was measured in
// them.
type demoYears struct {
	Years      []int
	Indicators []struct {
		Code, Target string
		Values       []string // of each year: a value, or numerator/denominator
	}
}

// before imports the official description and lets the years before the story
// pass: three finished cycles with accepted evidence, confirmed phases, targets
// and values. Nobody is told of them any more.
func (d *demo) before() error {
	d.at("2023-01-04 10:00")
	f, err := reference.Open(reference.Process)
	if err != nil {
		return err
	}
	defer f.Close()
	done, err := d.app.kis.ImportProcess(d.as("nigar"), process.ImportRequest{Reader: f, Name: reference.Process, Code: demoProcess,
		TitleAZ: "1-elektron xidmət", TitleEN: "1-electronic service", OwnerCode: "SSS", EffectiveFrom: "2023-01-03"})
	if err != nil {
		return err
	}
	var y demoYears
	if err := readDemo("years", &y); err != nil {
		return err
	}
	for _, x := range y.Indicators {
		if err := d.app.indicators.SetTarget(d.as("nigar"), indicator.TargetEdit{Process: demoProcess, Code: x.Code, Target: x.Target, Applicable: true}); err != nil && !errors.Is(err, store.ErrNoChange) {
			return fmt.Errorf("%s: %w", x.Code, err)
		}
	}
	tasks, err := d.app.kis.FilledTasks(d.system(), done.Process.ID)
	if err != nil {
		return err
	}
	for i, year := range y.Years {
		id, err := d.year(done.Process.ID, year, tasks)
		if err != nil {
			return fmt.Errorf("%d: %w", year, err)
		}
		d.on(day.Make(year, 11, 24), "10:00")
		var sheet strings.Builder
		w := csv.NewWriter(&sheet)
		rows := [][]string{indicator.Columns()}
		for _, x := range y.Indicators {
			row := []string{x.Code, x.Values[i], "", "", ""}
			if num, den, share := strings.Cut(x.Values[i], "/"); share {
				row = []string{x.Code, "", num, den, ""}
			}
			rows = append(rows, row)
		}
		if err := w.WriteAll(rows); err != nil {
			return err
		}
		if _, err := d.app.indicators.Import(d.as("aytan"), id, strings.NewReader(sheet.String())); err != nil {
			return fmt.Errorf("%d: %w", year, err)
		}
		d.on(day.Make(year, 11, 27), "16:00")
		if err := d.app.kis.CloseCycle(d.as("nigar"), id); err != nil {
			return fmt.Errorf("%d: %w", year, err)
		}
	}
	return d.app.notices.Skip(d.ctx)
}

// year fills a cycle up to its evaluation, in one unit of work.
func (d *demo) year(processID string, year int, tasks []kis.FilledTask) (id string, err error) {
	who := func(key string) actor.Actor { return actor.Actor{UserID: d.users[key].ID, Name: d.users[key].Name} }
	file, err := d.app.kis.Blobs.Put(d.ctx, strings.NewReader("Nümunə sənəd: məzmunu uydurmadır.\n"), 1<<10)
	if err != nil {
		return "", err
	}
	d.on(day.Make(year, 1, 6), "09:00")
	return id, d.app.kis.Fill(d.system(), func(f *kis.Fill) error {
		due, err := f.ProposeDays(d.app.kis.Country, year)
		if err != nil {
			return err
		}
		for i, phase := range process.Phases { // done before the review at the end of the year
			due[phase] = min(due[phase], day.Make(year, 11, 10+i))
		}
		f.Be(who("nigar"), day.Make(year, 1, 6).Time().Add(6*time.Hour))
		if id, err = f.Plan(kis.NewCycle{ProcessCode: demoProcess, Period: strconv.Itoa(year), Due: due}); err != nil {
			return err
		}
		cycle := []kis.FilledCycle{{ID: id, Label: demoProcess + " " + strconv.Itoa(year)}}
		if err := f.Move(cycle, "start"); err != nil {
			return err
		}
		from := day.Make(year, 1, 9)
		for phase := 1; phase <= 8; phase++ {
			p := pastPhase{demo: d, processID: processID, cycleID: id, year: year, from: from, due: due[strconv.Itoa(phase)], file: kis.File{Size: file.Size, SHA256: file.SHA256}}
			if err := f.Evidence(p.evidence(strconv.Itoa(phase), tasks, who)); err != nil {
				return err
			}
			f.Be(who("nigar"), p.due.Time().Add(12*time.Hour))
			if phase == 8 {
				break
			}
			if err := f.PassGates(cycle, strconv.Itoa(phase)); err != nil {
				return err
			}
			from = p.due.Add(1)
		}
		if err := f.Move(cycle, "evaluate"); err != nil {
			return err
		}
		return f.Settle(cycle)
	})
}

// pastPhase is a phase of a finished year.
type pastPhase struct {
	*demo
	processID, cycleID string
	year               int
	from, due          day.Day // when its evidence came in
	file               kis.File
}

// evidence gives what was accepted for each output of the phase; in earlier
// years more of it had been returned once.
func (p pastPhase) evidence(phase string, tasks []kis.FilledTask, who func(key string) actor.Actor) (list []kis.FilledEvidence) {
	span, n := int(p.due.Time().Sub(p.from.Time()).Hours())/24-6, 0
	for t := range tasks {
		task := &tasks[t]
		if task.Phase != phase {
			continue
		}
		for o := range task.Outputs {
			department := task.Responsible[0]
			by, reviewer := who("aytan"), who("nigar")
			for code, key := range submitters {
				if p.dep[code].ID == department {
					by = who(key)
				}
			}
			if by.UserID == reviewer.UserID {
				reviewer = who("leyla")
			}
			at := p.from.Add(n * 5 % max(span, 1)).Time().Add(time.Duration(6*60+n%300) * time.Minute)
			states := []kis.SubmissionState{kis.Accepted}
			if n++; n%(6+p.year-2022) == 0 {
				states = []kis.SubmissionState{kis.Returned, kis.Accepted}
			}
			for v, state := range states {
				e := kis.FilledEvidence{Task: task, Output: o, By: by, Reviewer: reviewer}
				e.Submission = kis.Submission{ID: store.NewID(), CycleID: p.cycleID, ProcessID: p.processID, DepartmentID: department, Version: v + 1, Title: task.Outputs[o].NameAZ,
					Kind: kis.EvidenceFile, ReferencePeriod: strconv.Itoa(p.year - 1), Class: kis.ClassInternal, State: state, Due: p.due, SubmittedBy: by.UserID,
					ReceivedAt: at.AddDate(0, 0, 2*v), EffectiveDay: day.Of(at, p.app.kis.Zone), DecidedBy: reviewer.UserID, DecidedAt: at.AddDate(0, 0, 2*v+1)}
				if state == kis.Returned {
					e.Reason = "Hesabat dövrü göstərilməyib."
				}
				if v > 0 {
					e.ReplacesID = list[len(list)-1].ID
				}
				file := p.file
				file.Name, file.ContentType, file.Shown = fmt.Sprintf("Sened_%d_%s_v%d.txt", p.year, task.Code, v+1), "text/plain; charset=utf-8", kis.ShownText
				e.File = &file
				list = append(list, e)
			}
		}
	}
	return list
}
