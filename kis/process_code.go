package kis

import "github.com/kis-platform/kis/kis/describe"

// parentOf is the code of an activity without its last part; empty for a phase.
func parentOf(code string) string { return describe.ParentOf(code) }

// phaseOf is the first number of a code.
func phaseOf(code string) string { return describe.PhaseOf(code) }

// isTaskCode tells whether a text has the form of a task's code.
func isTaskCode(code string) bool { return describe.IsCode(code) && describe.LevelOf(code) == Task }

// phases are the codes of the eight phases.
var phases = []string{"1", "2", "3", "4", "5", "6", "7", "8"}
