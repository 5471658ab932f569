package main

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
)

// history is what became of the evidence for one output, version by version.
type history []kis.SubmissionState

// scaleHistories are those of a finished year, and how many of a hundred
// outputs have each: 1.8 versions to an output.
var scaleHistories = []struct {
	share int
	of    history
}{
	{32, history{kis.Accepted}}, {42, history{kis.Returned, kis.Accepted}}, {10, history{kis.Superseded, kis.Accepted}},
	{12, history{kis.Returned, kis.Returned, kis.Accepted}}, {4, history{kis.Withdrawn, kis.Accepted}},
}

// scaleRunning says of a hundred outputs of a phase of the running year how
// many are finished, in review and returned; nothing has come for the others.
var scaleRunning = [9]struct{ done, review, returned int }{
	1: {100, 0, 0}, 2: {100, 0, 0}, 3: {100, 0, 0}, 4: {100, 0, 0}, 5: {88, 6, 3}, 6: {55, 20, 8}, 7: {10, 15, 5},
}

// phase fills a phase of a year for all processes, confirms it, and after the
// last two takes the cycles on: in one unit of work.
func (s *scale) phase(year, phase int) error {
	running := year == scaleYears[len(scaleYears)-1]
	return s.app.kis.Fill(s.system(), func(f *kis.Fill) error {
		due, err := f.ProposeDays(s.app.kis.Country, year)
		if err != nil {
			return err
		}
		from, to := day.Make(year, 1, 6), due[strconv.Itoa(phase)]
		if phase > 1 {
			from = due[strconv.Itoa(phase-1)].Add(1)
		}
		var list []kis.FilledEvidence
		for i := range s.process {
			r := rand.New(rand.NewPCG(uint64(year*10+phase), uint64(i)))
			for t := range s.process[i].tasks {
				task := &s.process[i].tasks[t]
				if task.Phase != strconv.Itoa(phase) {
					continue
				}
				for o := range task.Outputs {
					h := finished(r)
					if running {
						h = runningHistory(r, phase)
					}
					w := window{from, min(to, scaleToday).Add(-1)}
					list = append(list, s.output(r, i, year, task, o, h, w, due[strconv.Itoa(phase)])...)
				}
			}
		}
		if len(list) == 0 {
			return store.ErrNoChange // a phase of the running year that has not begun
		}
		if err := f.Evidence(list); err != nil {
			return err
		}
		s.rows += len(list)
		return s.finish(f, phase, running, to)
	})
}

// finish confirms the phase of every process and moves the cycles on.
func (s *scale) finish(f *kis.Fill, phase int, running bool, due day.Day) error {
	f.Be(s.managers[phase%len(s.managers)], due.Time().Add(12*time.Hour))
	steps := []func() error{}
	if phase < 8 && (!running || phase <= 4) {
		steps = append(steps, func() error { return f.PassGates(s.cycle, strconv.Itoa(phase)) })
	}
	if phase == 7 && !running {
		steps = append(steps, func() error { return f.Move(s.cycle, "evaluate") })
	}
	if phase == 8 {
		steps = append(steps, func() error { return f.Move(s.cycle, "close") })
	}
	if phase == 8 || (phase == 7 && running) {
		steps = append(steps, func() error { return f.Settle(s.cycle) })
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("phase %d: %w", phase, err)
		}
	}
	return nil
}

func finished(r *rand.Rand) history {
	n := r.IntN(100)
	for _, h := range scaleHistories {
		if n -= h.share; n < 0 {
			return h.of
		}
	}
	return scaleHistories[0].of
}

func runningHistory(r *rand.Rand, phase int) history {
	n, of := r.IntN(100), scaleRunning[phase]
	switch {
	case n < of.done:
		return finished(r)
	case n < of.done+of.review:
		return history{kis.Submitted}
	case n < of.done+of.review+of.returned:
		return history{kis.Returned}
	}
	return nil
}

// window is the days in which evidence comes in and is decided on.
type window struct{ from, to day.Day }

// output makes the submissions for one output, spread over the window.
func (s *scale) output(r *rand.Rand, i, year int, task *kis.FilledTask, o int, h history, w window, due day.Day) []kis.FilledEvidence {
	if len(h) == 0 {
		return nil
	}
	p, dept := s.process[i], task.Responsible[r.IntN(len(task.Responsible))]
	by := s.workers[dept][r.IntN(len(s.workers[dept]))]
	reviewer := s.managers[r.IntN(len(s.managers))]
	if reviewer.UserID == by.UserID {
		reviewer = s.managers[(i+1)%4]
	}
	// Each version takes two steps; all of them lie one after the other.
	start, span := w.from.Time().Add(5*time.Hour), w.to.Time().Sub(w.from.Time())
	step := span / time.Duration(2*len(h)+4)
	at := start.Add(time.Duration(r.Int64N(int64(3 * step))))
	next := func() time.Time {
		at = at.Add(step/2 + time.Duration(r.Int64N(int64(step/2)))).Truncate(time.Millisecond)
		return at
	}
	class := kis.ClassInternal
	switch n := r.IntN(100); {
	case n < 11:
		class = kis.ClassConfidential
	case n < 25:
		class = kis.ClassPublic
	}
	number := fmt.Sprintf("%s-%d-%05d", p.code, year, r.IntN(100000))
	document := s.list.Documents[r.IntN(len(s.list.Documents))]
	out := make([]kis.FilledEvidence, len(h))
	for v, state := range h {
		e := &out[v]
		e.Task, e.Output, e.By, e.Reviewer = task, o, by, reviewer
		e.Submission = kis.Submission{ID: store.NewID(), CycleID: s.cycle[i].ID, ProcessID: p.id, DepartmentID: dept, Version: v + 1, Title: task.Outputs[o].NameAZ + ", " + p.topic,
			Kind: kis.EvidenceFile, ReferencePeriod: strconv.Itoa(year - 1), Class: class, Note: document + " № " + number, State: state, Due: due,
			SubmittedBy: by.UserID, ReceivedAt: next()}
		e.EffectiveDay = day.Of(e.ReceivedAt, s.app.kis.Zone)
		if v > 0 {
			e.ReplacesID = out[v-1].ID
			if out[v-1].State == kis.Withdrawn {
				e.ReplacesID = ""
			}
		}
		e.File = &kis.File{Name: fmt.Sprintf("%s %s v%d.txt", document, number, v+1), Size: s.file.Size, SHA256: s.file.SHA256, ContentType: "text/plain; charset=utf-8", Shown: kis.ShownText}
		switch state {
		case kis.Withdrawn:
			e.WithdrawnAt = next()
		case kis.Returned:
			e.Reason = "Hesabat dövrü göstərilməyib; mənbə sənədin nömrəsi əlavə edilməlidir."
			fallthrough
		case kis.Accepted, kis.Superseded:
			e.DecidedAt, e.DecidedBy = next(), reviewer.UserID
		}
		if v > 0 && out[v-1].State == kis.Superseded {
			out[v-1].SupersededAt = e.DecidedAt
		}
	}
	return out
}
