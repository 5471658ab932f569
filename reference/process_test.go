package reference

import (
	"strings"
	"testing"
)

// TestProcessCounts holds the numbers by which the official description is known.
func TestProcessCounts(t *testing.T) {
	level := map[string]int{}
	var absent, absentTasks, inputs, outputs int
	departments := set(t, Departments, "code")
	steps := set(t, Process, "code")
	for code, row := range steps {
		level[row["level"]]++
		inputs += len(row.List("inputs_az"))
		outputs += len(row.List("outputs_az"))
		if _, known := steps[row["parent"]]; !known && row["parent"] != "" {
			t.Errorf("%s: no parent %s", code, row["parent"])
		}
		for _, supplier := range row.List("suppliers") {
			if _, known := departments[supplier]; !known {
				t.Errorf("%s: no department %s", code, supplier)
			}
		}
		if row.Bool("applicable") {
			if row["work_az"] == "" || row["inputs_az"] == "" || row["suppliers"] == "" || row["outputs_az"] == "" {
				t.Errorf("%s applies but has an empty cell", code)
			}
			continue
		}
		absent++
		if row["level"] == "task" {
			absentTasks++
		}
		if row["work_az"]+row["inputs_az"]+row["suppliers"]+row["outputs_az"] != "" {
			t.Errorf("%s does not exist but has a filled cell", code)
		}
	}
	for what, n := range map[string][2]int{
		"rows": {len(steps), 160}, "phases": {level["phase"], 8}, "sub-processes": {level["subprocess"], 44}, "tasks": {level["task"], 108},
		"not applicable": {absent, 19}, "tasks that need evidence": {level["task"] - absentTasks, 93},
		"inputs": {inputs, 316}, "outputs": {outputs, 210}, "gates": {len(set(t, PhaseGates, "phase")), 7},
	} {
		if n[0] != n[1] {
			t.Errorf("%s: %d, want %d", what, n[0], n[1])
		}
	}
	if _, has := set(t, PhaseGates, "phase")["8"]; has {
		t.Error("phase 8 has no gate")
	}
}

func TestModelAgreesWithTheProcess(t *testing.T) {
	steps := set(t, Process, "code")
	model := set(t, GSBPM, "code")
	if len(model) != 8+44 {
		t.Errorf("%d rows in the model", len(model))
	}
	for code, row := range model {
		step := steps[code]
		if row["name_az"] != step["name_az"] || row["level"] != step["level"] || row["parent"] != step["parent"] {
			t.Errorf("%s: %v is not %v", code, row, step)
		}
		if !strings.EqualFold(row["name_en_5_0"], step["name_en"]) {
			t.Errorf("%s: %q is not %q", code, row["name_en_5_0"], step["name_en"])
		}
	}
	// One name that changed in each later version, and the trap of lists that give phase 8 the names of phase 7.
	for code, want := range map[string][3]string{
		"3.2": {"Build or enhance process components", "Reuse or build processing and analysis components", "Reuse or build processing and analysis components"},
		"7.5": {"Manage user support", "Manage user support", "Provide user support"},
		"8.1": {"Gather evaluation inputs", "Gather evaluation inputs", "Gather evaluation inputs"},
		"8.3": {"Agree an action plan", "Agree an action plan", "Agree an action plan"},
	} {
		if got := [3]string{model[code]["name_en_5_0"], model[code]["name_en_5_1"], model[code]["name_en_5_2"]}; got != want {
			t.Errorf("%s: %q", code, got)
		}
	}
}

func TestAliasesLeadToDepartments(t *testing.T) {
	departments := set(t, Departments, "code")
	aliases := set(t, DepartmentAliases, "alias")
	for alias, row := range aliases {
		if _, known := departments[row["code"]]; !known {
			t.Errorf("%s: no department %s", alias, row["code"])
		}
		if _, code := departments[alias]; code {
			t.Errorf("%s is a code of its own", alias)
		}
	}
	for alias, code := range map[string]string{"İTS": "İTŞ", "SSŞ": "SSS", "ÖN": "ƏN", "Dövlətstatkom": "DSK", "Ümumi Şöbə": "ÜŞ", "Ümumi şöbə": "ÜŞ"} {
		if aliases[alias]["code"] != code {
			t.Errorf("%s leads to %q, want %s", alias, aliases[alias]["code"], code)
		}
	}
	for code, row := range departments {
		if alias, has := aliases[row["name_az"]]; has && alias["code"] != code {
			t.Errorf("the name of %s leads to %s", code, alias["code"])
		}
	}
}
