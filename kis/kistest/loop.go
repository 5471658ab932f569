package kistest

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/reference"
)

// ProcessCode is the code of the official process in tests.
const ProcessCode = "1-elektron-xidmet"

// Description opens the official description of the process.
func Description(t testing.TB) io.Reader {
	t.Helper()
	raw, err := reference.FS.ReadFile(reference.Process)
	if err != nil {
		t.Fatalf("kistest: %v", err)
	}
	return bytes.NewReader(raw)
}

// Import imports the official description as the quality manager nigar.
func (o *Office) Import() process.ImportResult {
	o.t.Helper()
	res, err := o.ImportProcess(o.As(context.Background(), "nigar"), process.ImportRequest{Reader: Description(o.t), Name: reference.Process,
		Code: ProcessCode, TitleAZ: "1-elektron xidmət", TitleEN: "1-electronic service", OwnerCode: "SSS", EffectiveFrom: "2024-01-03"})
	if err != nil {
		o.t.Fatalf("kistest: import: %v", err)
	}
	return res
}

// Running imports the official process and starts a cycle of a year.
func (o *Office) Running(period string) kis.Cycle {
	o.t.Helper()
	ctx := o.As(context.Background(), "nigar")
	if _, err := process.ProcessByCode(ctx, o.DB.Read(), ProcessCode); err != nil {
		o.Import()
	}
	c, err := o.PlanCycle(ctx, kis.NewCycle{ProcessCode: ProcessCode, Period: period})
	if err == nil {
		err = o.StartCycle(ctx, c.ID)
	}
	if err == nil {
		c, err = o.Service.Cycle(ctx, c.ID)
	}
	if err != nil {
		o.t.Fatalf("kistest: cycle: %v", err)
	}
	return c
}

// Upload stages a file with some text as a person.
func (o *Office) Upload(who, name, text string) string {
	o.t.Helper()
	u, err := o.StageUpload(o.As(context.Background(), who), name, strings.NewReader(text))
	if err != nil {
		o.t.Fatalf("kistest: upload %s: %v", name, err)
	}
	return u.ID
}

// OutputIDs are the ids of the outputs of a task.
func (o *Office) OutputIDs(cycleID, code string) []string {
	o.t.Helper()
	page, err := o.Task(o.As(context.Background(), "nigar"), cycleID, code)
	if err != nil {
		o.t.Fatalf("kistest: task %s: %v", code, err)
	}
	var ids []string
	for _, out := range page.Outputs {
		ids = append(ids, out.ID)
	}
	return ids
}

// NewEvidence is evidence for all outputs of a task, ready to be submitted: one
// file of the person's.
func (o *Office) NewEvidence(who, cycleID, code string) kis.NewSubmission {
	o.t.Helper()
	return kis.NewSubmission{CycleID: cycleID, OutputIDs: o.OutputIDs(cycleID, code),
		UploadIDs: []string{o.Upload(who, "Hesabat "+code+".pdf", "%PDF-1.4 "+code+" "+who)}, Class: kis.ClassInternal}
}

// Hand submits evidence for all outputs of a task as a person.
func (o *Office) Hand(who, cycleID, code string) kis.Submission {
	o.t.Helper()
	sub, err := o.Submit(o.As(context.Background(), who), o.NewEvidence(who, cycleID, code))
	if err != nil {
		o.t.Fatalf("kistest: submit %s as %s: %v", code, who, err)
	}
	return sub
}

// AcceptPhase hands in and accepts evidence for every task of a phase, handed
// in by aytan for the owner and accepted by nigar.
func (o *Office) AcceptPhase(cycleID, phase string) {
	o.t.Helper()
	g, err := o.Grid(o.As(context.Background(), "nigar"), cycleID, kis.GridFilter{Phase: phase})
	if err != nil {
		o.t.Fatalf("kistest: map: %v", err)
	}
	for _, p := range g.Phases {
		for _, s := range p.Subs {
			for _, task := range s.Tasks {
				if task.State == kis.TaskNotApplicable || task.State == kis.TaskAccepted {
					continue
				}
				sub := o.Hand("aytan", cycleID, task.Code)
				if err := o.Accept(o.As(context.Background(), "nigar"), sub.ID); err != nil {
					o.t.Fatalf("kistest: accept %s: %v", task.Code, err)
				}
			}
		}
	}
}
