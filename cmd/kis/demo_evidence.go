package main

import (
	"fmt"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
)

// submitters are the people who hand in for a department.
var submitters = map[string]string{"SSS": "aytan", "İTŞ": "tural", "KİEMŞ": "nigar", "İİƏŞ": "murad", "BƏŞ": "aysel", "ÜŞ": "lala"}

// fate says what becomes of a task's evidence.
type fate string

const (
	accepted  fate = "accepted"
	corrected fate = "corrected" // returned once, accepted in the next version
	inReview  fate = "in review"
	returned  fate = "returned"
	untouched fate = "untouched"
)

// fates gives the tasks of a phase their fate, in order and round again.
var fates = map[string][]fate{
	"1": {accepted, accepted, corrected, accepted}, "2": {accepted, corrected, accepted}, "3": {accepted, accepted, accepted, corrected},
	"4": {accepted, accepted, accepted, accepted, accepted, inReview, accepted, accepted, accepted, untouched, accepted, accepted},
	"5": {accepted, accepted, accepted, inReview, accepted, returned, accepted, inReview, accepted, accepted},
	"6": {accepted, inReview, untouched, inReview, untouched, returned, untouched},
	"7": {untouched, returned, accepted, untouched, inReview, untouched, returned},
	"8": {untouched},
}

// begun is when work on a phase begins; evidence comes in day by day.
var begun = map[string]day.Day{"1": "2026-01-12", "2": "2026-02-09", "3": "2026-03-30", "4": "2026-08-24", "5": "2026-09-28", "6": "2026-10-26", "7": "2026-11-09", "8": "2026-11-16"}

// evidence begins a story for each task of the cycle that is due some
// evidence, and one for each gate whose outputs are all accepted.
func (d *demo) evidence() error {
	g, err := d.app.kis.Grid(d.system(), d.cycle.ID, kis.GridFilter{})
	if err != nil {
		return err
	}
	for _, p := range g.Phases {
		n := 0
		for _, sub := range p.Subs {
			for _, t := range sub.Tasks {
				if t.State == kis.TaskNotApplicable {
					continue
				}
				nth := n
				n++
				if f := fates[p.Phase][nth%len(fates[p.Phase])]; f != untouched {
					d.spawn(func(d *demo) error { return d.task(p.Phase, t.Code, nth, f) })
				}
			}
		}
		if phase := p.Phase; phase <= "3" {
			d.spawn(func(d *demo) error {
				d.on(workday(begun[phase].Add(25)), "16:00")
				return d.app.kis.PassGate(d.as("nigar"), d.cycle.ID, phase)
			})
		}
	}
	return nil
}

// workday is the day, or the Monday after it.
func workday(x day.Day) day.Day {
	for x.Weekend() {
		x = x.Add(1)
	}
	return x
}

// task hands in evidence for every output of a task, soon after the phase has
// begun, and has it reviewed on the next working days.
func (d *demo) task(phase, code string, n int, f fate) error {
	first := workday(begun[phase].Add(n * 5 / 7 % 11))
	d.on(first, fmt.Sprintf("%02d:%02d", 10+n%6, 7*n%60))
	page, err := d.app.kis.Task(d.system(), d.cycle.ID, code)
	if err != nil {
		return err
	}
	department := page.Responsible[0]
	for _, r := range page.Responsible {
		if r.Code == "SSS" {
			department = r
		}
	}
	who := submitters[department.Code]
	var ids []string
	hand := func(version int) error {
		ids = nil
		for i, out := range page.Outputs {
			id, err := d.handIn(who, department.ID, code, out, n+i, version)
			if err != nil {
				return fmt.Errorf("task %s: %w", code, err)
			}
			ids = append(ids, id)
		}
		return nil
	}
	if err := hand(1); err != nil {
		return err
	}
	next := workday(first.Add(1 + n%2))
	if err := d.review(ids, who, next, f); err != nil || f != corrected {
		return err
	}
	next = workday(next.Add(1))
	d.on(next, "11:20")
	if err := hand(2); err != nil {
		return err
	}
	return d.review(ids, who, workday(next.Add(1)), accepted)
}

// handIn submits one version of an output's evidence: mostly a file, now and
// then two, a link, or something confidential.
func (d *demo) handIn(who, departmentID, code string, out kis.TaskOutput, n, version int) (string, error) {
	ctx := d.as(who)
	sub := kis.NewSubmission{CycleID: d.cycle.ID, OutputIDs: []string{out.ID}, DepartmentID: departmentID, Kind: kis.EvidenceFile, Class: kis.ClassInternal, Title: out.NameAZ}
	switch {
	case n%11 == 7:
		sub.Kind, sub.Link, sub.Class = kis.EvidenceLink, fmt.Sprintf("https://www.stat.gov.az/source/services/%s", code), kis.ClassPublic
	case n%9 == 4:
		sub.Class = kis.ClassConfidential
	}
	if sub.Kind == kis.EvidenceFile {
		for i := range 1 + n%13/12 {
			name, content := demoFile(code, out.NameAZ, version, i)
			id, err := d.upload(ctx, name, content)
			if err != nil {
				return "", err
			}
			sub.UploadIDs = append(sub.UploadIDs, id)
		}
	}
	s, err := d.app.kis.Submit(ctx, sub)
	return s.ID, err
}

// demoFile makes the name and the text of a file: a table or a memo.
func demoFile(code, output string, version, i int) (name, content string) {
	if i == 1 {
		return fmt.Sprintf("Elave_%s_v%d.csv", code, version), fmt.Sprintf("№;Sətir;Qiymət\n1;%s;%d\n2;%s;%d\n", code, 100*version, output, 7*version)
	}
	return fmt.Sprintf("Sened_%s_v%d.txt", code, version),
		fmt.Sprintf("%s\n\nTapşırıq: %s\nVersiya: %d\nHesabat dövrü: 2025-ci il\n\nNümunə sənəd: məzmunu uydurmadır.\n", output, code, version)
}

// review decides on submissions; the head of quality does not decide on her
// own.
func (d *demo) review(ids []string, who string, on day.Day, f fate) error {
	if f == inReview {
		return nil
	}
	d.on(on, "15:40")
	reviewer := "leyla"
	if who != "nigar" && f != returned {
		reviewer = "nigar"
	}
	for _, id := range ids {
		var err error
		if f == accepted {
			err = d.app.kis.Accept(d.as(reviewer), id)
		} else {
			err = d.app.kis.Return(d.as(reviewer), id, "Cədvəldə hesabat dövrü göstərilməyib; mənbə sənədin nömrəsi və tarixi əlavə edilməlidir.")
		}
		if err != nil {
			return err
		}
	}
	return nil
}
