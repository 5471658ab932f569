package kisweb

import (
	"encoding/json"
	"fmt"
	"github.com/kis-platform/kis/kis/office"
	"strings"
)

// eventVerb is what an entry of the trail says was done: the object and the
// state it came to, where the action alone does not tell.
func eventVerb(e office.Event) string {
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
	case "pack":
		return "cycle.pack"
	}
	return e.Kind + "." + last(e.Action)
}

// eventField reads one field of what an entry says came after.
func eventField(e office.Event, name string) string {
	var after map[string]any
	if json.Unmarshal(e.After, &after) != nil || after[name] == nil {
		return ""
	}
	return plain(after[name])
}

// plain writes a value of the trail: numbers without a point, lists with
// commas.
func plain(v any) string {
	switch v := v.(type) {
	case float64:
		return fmt.Sprintf("%.0f", v)
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = plain(item)
		}
		return strings.Join(parts, ", ")
	}
	return fmt.Sprint(v)
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
