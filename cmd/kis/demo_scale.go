package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/blob"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reference"
)

// scaleYears are the yearly cycles of each process; the last one is running.
var scaleYears = []int{2022, 2023, 2024, 2025, 2026}

// scaleToday is the last day on which anything has happened in the running year.
const scaleToday day.Day = "2026-11-20"

// scale is a large office: many processes, each with five years of cycles.
type scale struct {
	*demo
	list     scaleNames
	workers  map[string][]actor.Actor // by id of department
	managers []actor.Actor            // who review
	owners   []office.Department
	process  []scaleProcess
	cycle    []kis.FilledCycle // of the year that is filled, by process
	file     blob.Ref          // the bytes of every file
	rows     int               // submissions and results so far
	land     *country
}

type scaleProcess struct {
	id, code, topic string
	tasks           []kis.FilledTask
}

// scaleNames is the material that names are made of.
type scaleNames struct {
	Departments            []struct{ Code, AZ, EN string }
	Topics                 []struct{ AZ, EN string }
	Services               []struct{ AZ, EN string }
	First, Last, Documents []string
}

// fillScale fills an empty database with n processes. said is told how far it
// is, in words for people.
func fillScale(ctx context.Context, c Config, password string, n int, said func(done, all, rows int)) error {
	w := &world{ctx: ctx, clock: &demoClock{}, users: map[string]office.User{}, dep: map[string]office.Department{}, since: "2016-01-04"}
	s := &scale{demo: &demo{world: w}, workers: map[string][]actor.Actor{}}
	s.at("2016-11-01 09:00")
	a, err := openApp(ctx, c, c.logger(discard{}), w.clock.Now)
	if err != nil {
		return err
	}
	defer a.Close()
	w.app = a
	if err := s.empty(); err != nil {
		return err
	}
	steps := []func() error{func() error { return s.office(password) }, func() error { return s.country(n) }}
	for year := scaleAssessed[0]; year < scaleYears[0]; year++ {
		steps = append(steps, func() error { return s.assess(year) })
	}
	steps = append(steps, func() error { return s.describe(n) })
	for _, year := range scaleYears {
		steps = append(steps, func() error { return s.plan(year) })
		for phase := 1; phase <= 8; phase++ {
			steps = append(steps, func() error { return s.phase(year, phase) })
		}
		steps = append(steps, func() error { return s.assess(year) })
	}
	for i, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		said(i+1, len(steps), s.rows)
	}
	if err := a.notices.Skip(ctx); err != nil { // five years of it would be news to nobody
		return fmt.Errorf("demo: %w", err)
	}
	return a.db.Analyze(ctx)
}

// office makes departments and people: five who hand in for each department,
// six who review.
func (s *scale) office(password string) error {
	if err := readDemo("scale", &s.list); err != nil {
		return err
	}
	for _, d := range s.list.Departments {
		if _, err := s.app.kis.CreateDepartment(s.system(), office.NewDepartment{Code: d.Code, NameAZ: d.AZ, NameEN: d.EN, Kind: office.Internal}); err != nil {
			return err
		}
	}
	if err := s.people(password); err != nil {
		return err
	}
	hash, err := office.HashPassword(s.ctx, password)
	if err != nil {
		return err
	}
	for i, code := range slices.Sorted(maps.Keys(s.dep)) {
		d := s.dep[code]
		if d.Kind != office.Internal {
			continue
		}
		s.owners = append(s.owners, d)
		for k := range 5 {
			p := demoPerson{Key: fmt.Sprintf("emekdas%d.%d", i+1, k+1), Name: s.name(5*i + k), Department: d.Code, Roles: []string{string(policies.Employee)}}
			if err := s.hire(p, hash, office.NewGrant{}); err != nil {
				return err
			}
			s.workers[d.ID] = append(s.workers[d.ID], s.actorOf(p.Key))
		}
	}
	for k := range 4 {
		p := demoPerson{Key: fmt.Sprintf("keyfiyyet%d", k+1), Name: s.name(500 + k), Department: "KİEMŞ", Roles: []string{string(policies.QualityManager)}}
		if err := s.hire(p, hash, office.NewGrant{}); err != nil {
			return err
		}
		s.managers = append(s.managers, s.actorOf(p.Key))
	}
	s.managers = append(s.managers, s.actorOf("nigar"), s.actorOf("leyla"))
	s.file, err = s.app.kis.Blobs.Put(s.ctx, strings.NewReader("Nümunə sənəd: məzmunu uydurmadır.\n"), 1<<10)
	return err
}

// name makes the name of the n-th person.
func (s *scale) name(n int) string {
	return s.list.First[n%len(s.list.First)] + " " + s.list.Last[n*7%len(s.list.Last)]
}

func (s *scale) actorOf(key string) actor.Actor {
	u := s.users[key]
	return actor.Actor{UserID: u.ID, Name: u.Name}
}

// describe imports the official description once for each process, with the
// department that owns it in the place of the one in the official text.
func (s *scale) describe(n int) error {
	s.at("2021-11-01 09:00")
	raw, err := reference.FS.ReadFile(reference.Process)
	if err != nil {
		return err
	}
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		return err
	}
	column := slices.Index(rows[0], "suppliers")
	for i := range n {
		owner, topic := s.owners[i%len(s.owners)], s.list.Topics[i%len(s.list.Topics)]
		var text bytes.Buffer
		w := csv.NewWriter(&text)
		for _, row := range rows {
			row = slices.Clone(row)
			row[column] = ownedBy(row[column], owner.Code)
			if err := w.Write(row); err != nil {
				return err
			}
		}
		w.Flush()
		p := scaleProcess{code: fmt.Sprintf("p%04d", i+1), topic: topic.AZ}
		res, err := s.app.kis.ImportProcess(s.system(), process.ImportRequest{Reader: &text, Name: p.code + ".csv", Code: p.code,
			TitleAZ: fmt.Sprintf("%s, %d", topic.AZ, i+1), TitleEN: fmt.Sprintf("%s, %d", topic.EN, i+1), OwnerCode: owner.Code, EffectiveFrom: "2021-11-01"})
		if err != nil {
			return fmt.Errorf("%s: %w", p.code, err)
		}
		p.id = res.Process.ID
		if p.tasks, err = s.app.kis.FilledTasks(s.system(), p.id); err != nil {
			return err
		}
		s.process = append(s.process, p)
	}
	return nil
}

// ownedBy puts a department in the place of the owner in a list of suppliers.
func ownedBy(suppliers, owner string) string {
	var out []string
	for code := range strings.SplitSeq(suppliers, " | ") {
		if code == "SSS" {
			code = owner
		}
		if !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	return strings.Join(out, " | ")
}

// plan plans and starts the cycles of a year.
func (s *scale) plan(year int) error {
	s.cycle = make([]kis.FilledCycle, len(s.process))
	return s.app.kis.Fill(s.system(), func(f *kis.Fill) error {
		due, err := f.ProposeDays(s.app.kis.Country, year)
		if err != nil {
			return err
		}
		f.Be(s.managers[year%len(s.managers)], time.Date(year, 1, 5, 6, 0, 0, 0, time.UTC))
		for i, p := range s.process {
			id, err := f.Plan(kis.NewCycle{ProcessCode: p.code, Period: strconv.Itoa(year), Due: due})
			if err != nil {
				return err
			}
			s.cycle[i] = kis.FilledCycle{ID: id, Label: p.code + " " + strconv.Itoa(year)}
		}
		return f.Move(s.cycle, "start")
	})
}
