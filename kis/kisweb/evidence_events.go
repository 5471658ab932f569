package kisweb

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/kis-platform/kis/kis"
)

// eventVerb is what an entry of the trail says was done: the object and the
// state it came to, where the action alone does not tell.
func eventVerb(e kis.Event) string {
	switch e.Kind {
	case "submission":
		if e.Action == "kis:evidence:open" {
			return "submission.open"
		}
		return "submission." + eventField(e, "state")
	case "gate":
		return "gate." + last(e.Action)
	case "cycle":
		if state := eventField(e, "state"); state != "" {
			return "cycle." + state
		}
		if e.Before == nil {
			return "cycle.planned"
		}
		return "cycle.due"
	case "process":
		return "process.import"
	}
	return e.Kind + "." + last(e.Action)
}

// eventField reads one field of what an entry says came after.
func eventField(e kis.Event, name string) string {
	var after map[string]any
	if json.Unmarshal(e.After, &after) != nil || after[name] == nil {
		return ""
	}
	if n, ok := after[name].(float64); ok {
		return fmt.Sprintf("%.0f", n)
	}
	return fmt.Sprint(after[name])
}

// eventTone colours the dot of an entry.
func eventTone(verb string) string {
	switch verb {
	case "submission.accepted", "gate.pass", "cycle.closed":
		return "good"
	case "submission.submitted", "cycle.running", "cycle.evaluating":
		return "info"
	case "submission.returned", "gate.waive", "gate.reopen":
		return "warn"
	}
	return ""
}

func last(action string) string { return action[strings.LastIndexByte(action, ':')+1:] }
