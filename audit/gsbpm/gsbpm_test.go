package gsbpm_test

import (
	"testing"

	"github.com/kis-platform/kis/audit/gsbpm"
)

// The model has 8 phases and 44 sub-processes, each after its phase.
func TestModelInOrder(t *testing.T) {
	all, err := gsbpm.Activities()
	if err != nil {
		t.Fatal(err)
	}
	phases, _ := gsbpm.Phases()
	under, _ := gsbpm.SubProcesses()
	if len(phases) != 8 || len(under) != 44 || len(all) != 52 {
		t.Fatalf("%d phases, %d sub-processes, %d in all", len(phases), len(under), len(all))
	}
	phase := ""
	for _, a := range all {
		if a.Phase {
			phase = a.Code
		}
		if a.Code[:1] != phase || a.NameAZ == "" || a.NameEN == "" {
			t.Errorf("%+v stands under phase %s", a, phase)
		}
	}
	if got := under[6].Name("en"); under[6].Code != "2.1" || got != "Design outputs" {
		t.Errorf("the seventh sub-process is %s %q", under[6].Code, got)
	}
}
