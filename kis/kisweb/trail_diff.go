package kisweb

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/notice"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// change is one field of a trail entry, before and after, as people read it.
type change struct {
	Field         string
	Before, After string
	Had, Has      bool // whether there was and is a value
	Same          bool // it did not change and is shown to say what is spoken of
}

// names are the people and departments that entries speak of by id.
type names map[string]string

// namesOf looks up the ids in the entries: two queries at most, whatever their
// number.
func namesOf(c *web.Context, s *kis.Service, events []office.Event) (names, error) {
	ids := map[string]bool{}
	for _, e := range events {
		for _, raw := range []json.RawMessage{e.Before, e.After} {
			for _, f := range fields(raw) {
				if store.IsID(f.text) {
					ids[f.text] = true
				}
			}
		}
	}
	out := names{}
	if len(ids) == 0 {
		return out, nil
	}
	list := make([]string, 0, len(ids))
	for id := range ids {
		list = append(list, id)
	}
	return out, s.FillNames(c.Ctx(), list, out)
}

// field is one value of an entry with its path.
type field struct {
	path string // "grants.role"
	text string
}

// fields flattens a JSON object in the order in which it was written.
func fields(raw json.RawMessage) []field {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var out []field
	if err := walk(d, "", &out); err != nil {
		return []field{{path: "", text: string(raw)}}
	}
	return out
}

// walk reads one value; an empty input is none.
func walk(d *json.Decoder, path string, out *[]field) error {
	if !d.More() && path == "" {
		return nil
	}
	t, err := d.Token()
	if err != nil {
		return err
	}
	switch v := t.(type) {
	case json.Delim:
		for d.More() {
			sub := path
			if v == '{' {
				key, err := d.Token()
				if err != nil {
					return err
				}
				sub = strings.TrimPrefix(path+"."+fmt.Sprint(key), ".")
			}
			if err := walk(d, sub, out); err != nil {
				return err
			}
		}
		_, err = d.Token()
		return err
	case nil:
		return nil
	default:
		*out = append(*out, field{path: path, text: fmt.Sprint(v)})
	}
	return nil
}

// changes compares before and after field by field; what did not change is
// left out. Several values of one path are a list.
func changes(p ui.Page, e office.Event, n names) []change {
	var order []string
	before, after := map[string][]string{}, map[string][]string{}
	collect := func(raw json.RawMessage, into map[string][]string) {
		for _, f := range fields(raw) {
			if !slices.Contains(order, f.path) {
				order = append(order, f.path)
			}
			into[f.path] = append(into[f.path], readable(p, e, f, n))
		}
	}
	collect(e.Before, before)
	collect(e.After, after)
	var out []change
	for _, path := range order {
		b, a := strings.Join(before[path], ", "), strings.Join(after[path], ", ")
		if a == b {
			if path == "role" {
				out = append(out, change{Field: fieldWord(p, path), After: a, Same: true})
			}
			continue
		}
		out = append(out, change{Field: fieldWord(p, path), Before: b, After: a, Had: b != "", Has: a != ""})
	}
	return out
}

// fieldWord names a field by the last part of its path; a number, such as that
// of a phase, by the part before it too.
func fieldWord(p ui.Page, path string) string {
	i := strings.LastIndex(path, ".")
	name := path[i+1:]
	if i > 0 && strings.Trim(name, "0123456789") == "" {
		return fieldWord(p, path[:i]) + " " + name
	}
	for _, key := range []string{"kis.trail.field." + strings.ToLower(name), "notice.kind." + strings.TrimPrefix(name, notice.Chosen)} {
		if i18n.Has(key) {
			return p.T(key)
		}
	}
	return name
}

// readable writes a value as the pages do: days, times, yes and no, names for
// ids, words for roles and states.
func readable(p ui.Page, e office.Event, f field, n names) string {
	if name := n[f.text]; name != "" {
		return name
	}
	switch f.text {
	case "true":
		return p.T("kis.trail.yes")
	case "false":
		return p.T("kis.trail.no")
	}
	if len(f.text) == 10 {
		if d := day.Day(f.text); !d.Time().IsZero() {
			return p.Day(d)
		}
	}
	if t, err := time.Parse(time.RFC3339, f.text); err == nil {
		if t.IsZero() {
			return ""
		}
		return p.DateTime(t)
	}
	last := f.path[strings.LastIndex(f.path, ".")+1:]
	if strings.HasPrefix(last, notice.Chosen) {
		return p.T("notice.channel." + f.text)
	}
	for _, key := range []string{last + "." + f.text, "kis.trail.value." + last + "." + f.text, valueKey(e, last, f.text), valueWords[last] + "." + f.text} {
		if i18n.Has(key) {
			return p.T(key)
		}
	}
	return f.text
}

// objectWords says where the words for states and the like of a kind of
// object are, when it is not context.kind.
var objectWords = map[string]string{"submission": "kis.evidence", "gate": "kis.gate", "finding": "audit", "plan_item": "planning.item",
	"plan_agreement": "planning.agreement", "plan_objection": "planning.agreement", "measure_entry": "planning.measure", "measure_report": "planning.measure.report",
	"evidence_request": "inquiry.request", "discrepancy": "inquiry.discrepancy", "comment": "inquiry.comment", "evaluation": "evaluation", "self_assessment": "assessment", "survey": "assessment.survey"}

// valueWords says where the words for the values of a field are, whatever the
// object.
var valueWords = map[string]string{"answer": "audit.answer", "basis": "planning.basis", "cause_method": "audit.cause", "conflicts": "report.audit.tie",
	"grade": "audit.grade", "object_kind": "kis.trail.kind", "proposed": "kis.trail.value.status", "section": "planning.section"}

// valueKey is the key of the word for a value, e.g. audit.act.state.issued.
func valueKey(e office.Event, field, value string) string {
	base := objectWords[e.Kind]
	if base == "" {
		context, _, _ := strings.Cut(e.Action, ":")
		base = context + "." + e.Kind
	}
	switch field {
	case "gate":
		field = "state"
	case "step":
		field = "verb"
	}
	return base + "." + field + "." + value
}

// logOf turns the history of an object into lines: what was done, then the
// fields that changed.
func logOf(p ui.Page, events []office.Event, n names) []ui.LogEntry {
	out := make([]ui.LogEntry, len(events))
	for i, e := range events {
		var notes []string
		for _, c := range changes(p, e, n) {
			switch {
			case c.Had && c.Has:
				notes = append(notes, c.Field+": "+c.Before+" → "+c.After)
			case c.Has, c.Same:
				notes = append(notes, c.Field+": "+c.After)
			default:
				notes = append(notes, c.Field+": "+c.Before+" → –")
			}
		}
		if e.Note != "" {
			notes = append(notes, e.Note)
		}
		out[i] = ui.LogEntry{At: e.At, Who: e.ActorName, Text: actionWord(p, e.Action), Note: strings.Join(notes, "\n"), Tone: "idle"}
	}
	return out
}
