package process

import "github.com/kis-platform/kis/kis/describe"

// ParentOf is the code of an activity without its last part; empty for a phase.
func ParentOf(code string) string { return describe.ParentOf(code) }

// PhaseOf is the first number of a code.
func PhaseOf(code string) string { return describe.PhaseOf(code) }

// IsTaskCode tells whether a text has the form of a task's code.
func IsTaskCode(code string) bool { return describe.IsCode(code) && describe.LevelOf(code) == Task }

// Phases are the codes of the eight phases.
var Phases = []string{"1", "2", "3", "4", "5", "6", "7", "8"}
