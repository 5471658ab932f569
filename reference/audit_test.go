package reference

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestClausesFormATree(t *testing.T) {
	standards := set(t, Standards, "code", "edition")
	clauses := set(t, Clauses, "standard", "edition", "number")
	for key, row := range clauses {
		edition := row["standard"] + " " + row["edition"]
		if _, known := standards[edition]; !known {
			t.Errorf("%s: no such edition", key)
		}
		if row["parent"] == "" {
			continue
		}
		if _, known := clauses[edition+" "+row["parent"]]; !known || !strings.HasPrefix(row["number"], row["parent"]) {
			t.Errorf("%s: parent %s", key, row["parent"])
		}
	}
	for n := 4; n <= 10; n++ {
		if _, has := clauses[fmt.Sprintf("ISO9001 2015 %d", n)]; !has {
			t.Errorf("ISO 9001 clause %d missing", n)
		}
	}
	// Where ISO 9001:2015 asks to retain documented information.
	for _, number := range []string{"4.4.2", "7.1.5", "7.2", "8.1", "8.2.3", "8.3.2", "8.3.3", "8.3.4", "8.3.5", "8.3.6", "8.4.1",
		"8.5.2", "8.5.3", "8.5.6", "8.6", "8.7.2", "9.1.1", "9.2.2", "9.2.2 f", "9.3.3", "10.2.2"} {
		if !clauses["ISO9001 2015 "+number].Bool("record_required") {
			t.Errorf("%s needs a record", number)
		}
	}
}

func TestReviewHasTwelveInputsAndThreeKindsOfDecision(t *testing.T) {
	clauses := set(t, Clauses, "standard", "edition", "number")
	for name, want := range map[string][]string{
		ReviewInputs:  {"a", "b", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "d", "e", "f"},
		DecisionKinds: {"a", "b", "c"},
	} {
		var letters []string
		for _, row := range load(t, name) {
			letters = append(letters, row["letter"])
			if _, known := clauses[row["standard"]+" "+row["edition"]+" "+row["clause"]]; !known {
				t.Errorf("%s %s: no clause %s", name, row["letter"], row["clause"])
			}
		}
		if !slices.Equal(letters, want) {
			t.Errorf("%s: %q", name, letters)
		}
	}
}

func TestChecklistsCiteWhatExistsAndLeaveNothingOut(t *testing.T) {
	clauses := set(t, Clauses, "standard", "edition", "number")
	model := set(t, GSBPM, "code")
	templates := set(t, Checklists, "template", "version")
	set(t, ChecklistRows, "template", "version", "no")
	count := map[string]int{}
	covered := map[string]bool{}
	questions := map[string]string{}
	for _, row := range load(t, ChecklistRows) {
		template, known := templates[row["template"]+" "+row["version"]]
		if !known {
			t.Fatalf("%s: no template %s version %s", row["no"], row["template"], row["version"])
		}
		count[row["template"]]++
		covered[row["template"]+" "+row["gsbpm"]] = true
		covered[row["template"]+" "+row["clause"]] = true
		// Questions on the system as a whole belong to no sub-process.
		whole := row["gsbpm"] == "" && row["template"] != "GSBPM"
		if !whole && model[row["gsbpm"]]["level"] != "subprocess" {
			t.Errorf("%s: %q is no sub-process", row["no"], row["gsbpm"])
		}
		if _, known := clauses[template["standard"]+" "+template["edition"]+" "+row["clause"]]; !known {
			t.Errorf("%s: no clause %q", row["no"], row["clause"])
		}
		// A row number begins with what the row belongs to, so that a printed list sorts and reads by it.
		belongs := row["gsbpm"]
		if subject, has := map[string]string{"CONF": "MX", "DISS": "YM", "ESERV": "EX"}[row["template"]]; has {
			belongs = subject
		} else if row["template"] != "GSBPM" {
			belongs, _, _ = strings.Cut(row["clause"], " ")
		}
		if !strings.HasPrefix(row["no"], belongs+"-") {
			t.Errorf("%s belongs to %s", row["no"], belongs)
		}
		for _, column := range []string{"question_az", "question_en", "guidance_az", "guidance_en"} {
			question := strings.HasPrefix(column, "question")
			if question != strings.HasSuffix(row[column], "?") && question {
				t.Errorf("%s: %s is no question", row["no"], column)
			}
			if other, twice := questions[row[column]]; twice {
				t.Errorf("%s repeats the text of %s", row["no"], other)
			}
			questions[row[column]] = row["no"]
		}
	}
	for template, least := range map[string]int{"GSBPM": 100, "ISO9001": 60, "ISO9001-9": 30, "CONF": 10, "DISS": 10, "ESERV": 10} {
		if count[template] < least {
			t.Errorf("%s has %d questions", template, count[template])
		}
	}
	for code, row := range model {
		if row["level"] == "subprocess" && !covered["GSBPM "+code] {
			t.Errorf("no question on %s", code)
		}
	}
	parents := map[string]bool{}
	for _, row := range load(t, Clauses) {
		parents[row["standard"]+" "+row["parent"]] = true
	}
	for _, row := range load(t, Clauses) {
		number := row["number"]
		if row["standard"] != "ISO9001" || parents["ISO9001 "+number] {
			continue // its parts are asked about
		}
		if !covered["ISO9001 "+number] && !covered["ISO9001-9 "+number] {
			t.Errorf("no question on clause %s", number)
		}
	}
}
