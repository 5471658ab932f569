package ui

import (
	"fmt"
	"time"
)

// KVRow is one row of a list of facts. Value is plain text; Href makes it a
// link; Mut is a smaller second line.
type KVRow struct {
	Term, Value, Href, Mut string
	State                  State // shown after the value
}

// Step is one step of an object's life: k-steps.
type Step struct {
	Label   string
	Note    string // date or condition
	Tone    string
	Icon    string // "" takes the icon of the tone
	Current bool
}

func (s Step) icon() string {
	switch {
	case s.Icon != "":
		return s.Icon
	case s.Tone == "good":
		return "check"
	case s.Tone == "info":
		return "player-play"
	case s.Tone == "warn", s.Tone == "bad":
		return "exclamation-mark"
	}
	return "point"
}

// LogEntry is one line of a history, newest first.
type LogEntry struct {
	At   time.Time
	Who  string
	Text string // what was done, translated
	Note string // reason, on its own line
	Tone string
}

// Chip filters a list by state and says how many there are.
type Chip struct {
	Label, Icon, Tone, Href string
	Count                   int
	More                    bool // than Count: 50+
	NoCount                 bool // nobody has counted
	Current                 bool
}

// Segment is a part of a bar.
type Segment struct {
	Tone  string // good info warn bad idle off, or r1…r4 for ratings
	Count int
}

type rect struct{ class, x, width string }

// rects lays the segments side by side on 1000 units, three units apart.
func rects(segments []Segment) []rect {
	total := 0
	for _, s := range segments {
		total += max(s.Count, 0)
	}
	var out []rect
	x := 0.0
	for _, s := range segments {
		if s.Count <= 0 {
			continue
		}
		w := 1000 * float64(s.Count) / float64(total)
		out = append(out, rect{barClass(s.Tone), fmt.Sprintf("%.1f", x), fmt.Sprintf("%.1f", max(w-3, 1))})
		x += w
	}
	return out
}

func barClass(tone string) string {
	switch tone {
	case "good", "info", "warn", "bad", "r1", "r2", "r3", "r4":
		return "f-" + tone
	}
	return "f-idle"
}

// button gives the classes of a button by kind: primary is the one blue button
// of a card, plain and danger are white; colour is for states, and a danger
// is met by asking before (Dialog).
func button(kind string) string {
	if kind == "primary" {
		return "btn btn-primary"
	}
	return "btn"
}

// Dialog asks before a step that cannot be undone.
type Dialog struct {
	ID    string
	Title string   // names the object and the step
	Locks []string // what locks, who is told, which clock starts
	Href  string   // where it posts
	Label string   // verb of the button
	Icon  string   // lock when ""
	Form  Form     // with errors the dialog comes back open
}

func dueIcon(tone string) string {
	switch tone {
	case "bad":
		return "alert-triangle"
	case "warn":
		return "clock"
	}
	return "calendar"
}
