package ui

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
)

// Errors is what was wrong with a form that comes back.
type Errors struct {
	Kind   apperr.Kind // Invalid or Conflict
	Key    string      // what the summary says
	Args   []apperr.Arg
	Fields []apperr.Field
}

// Form is a form as it was typed and what was wrong with it. The zero value
// is an empty form.
type Form struct {
	Values url.Values        // what was typed; nil shows In.Value
	Errors *Errors           // nil when nothing was wrong
	Labels map[string]string // field name to label, for a summary outside PostForm
}

// Value is what was typed into a field.
func (f Form) Value(name string) string { return f.Values.Get(name) }

// Bad says whether the field has an error.
func (f Form) Bad(name string) bool { return f.field(name) != nil }

// Error is the message of the field in the language of the page, or "".
func (f Form) Error(p Page, name string) string {
	if e := f.field(name); e != nil {
		return p.T(e.Key, apperr.Flat(e.Args)...)
	}
	return ""
}

func (f Form) field(name string) *apperr.Field {
	if f.Errors == nil {
		return nil
	}
	for i := range f.Errors.Fields {
		if f.Errors.Fields[i].Name == name {
			return &f.Errors.Fields[i]
		}
	}
	return nil
}

// Message is the first line of the summary.
func (e Errors) Message(p Page) string {
	args := append(slices.Clone(e.Args), apperr.Arg{Name: "n", Value: len(e.Fields)}) // behind: a message may count something else
	return p.T(e.Key, apperr.Flat(args)...)
}

// Line is one field error of the summary: "row 12, Label: message".
func (e Errors) Line(p Page, i int, label string) string {
	f := e.Fields[i]
	text := p.T(f.Key, apperr.Flat(f.Args)...)
	if label != "" {
		text = label + ": " + text
	}
	if f.Row > 0 {
		text = p.T("web.form.row", "n", f.Row) + ", " + text
	}
	return text
}

// In describes one input. Name and Label are needed, the rest is optional.
type In struct {
	Name         string
	Label        string
	Hint         string
	Type         string // text (default), email, password, number, search, url, tel
	Value        string // shown until something was typed
	Required     bool
	Max          int // most characters; 0 is no limit
	Rows         int // of a text area; 4 when 0
	Autocomplete string
	Placeholder  string
	ID           string // when the name is not unique on the page
	Class        string // of the block, e.g. "col-md-6"
	Readonly     bool
	Accept       string // file types of a file field, ".pdf,.xlsx"
	List         string // id of a datalist of suggestions
}

// Option is one choice. Tone colours a radio of a decision.
type Option struct {
	Value, Label, Hint string
	Tone, Icon         string
	Disabled           bool
}

// value is what the input shows: what was typed, else what is known.
func (in In) value(f Form) string {
	if _, typed := f.Values[in.Name]; typed {
		return f.Values.Get(in.Name)
	}
	if f.Values != nil && f.Errors != nil {
		return "" // an unticked box or emptied field comes back empty
	}
	return in.Value
}

// has says whether a choice is made.
func (in In) has(f Form, value string) bool {
	if vs, typed := f.Values[in.Name]; typed {
		return slices.Contains(vs, value)
	}
	return !(f.Values != nil && f.Errors != nil) && in.Value != "" && in.Value == value
}

func (in In) kind() string {
	if in.Type == "" {
		return "text"
	}
	return in.Type
}

func (in In) rows() string {
	if in.Rows == 0 {
		return "4"
	}
	return fmt.Sprint(in.Rows)
}

// describedBy lists the ids of hint and message, or "".
func (in In) describedBy(id string, f Form) string {
	out := ""
	if in.Hint != "" {
		out = id + "-hint"
	}
	if f.Bad(in.Name) {
		if out != "" {
			out += " "
		}
		out += id + "-error"
	}
	return out
}

// register tells the form around which inputs it holds, so that its summary
// can name and link them.
type register struct {
	prefix string
	labels map[string]string // field name to label
	ids    map[string]string // field name to element id
}

type registerKey struct{}

// ident gives the element id of an input and notes it with its form.
func (in In) ident(ctx context.Context) string {
	r, _ := ctx.Value(registerKey{}).(*register)
	id := in.ID
	if id == "" {
		id = "f-" + in.Name
		if r != nil && r.prefix != "" {
			id = r.prefix + "-" + in.Name
		}
	}
	if r != nil {
		r.labels[in.Name], r.ids[in.Name] = in.Label, id
	}
	return id
}

// FieldWord is the label used for a field that no input on the page shows. The
// number at the end of a name, as in due_3, stands behind the word of the rest.
func FieldWord(p Page, name string) string {
	if key := "web.field." + name; i18n.Has(key) {
		return p.T(key)
	}
	if base, n, ok := strings.Cut(name, "_"); ok && n != "" && strings.Trim(n, "0123456789") == "" && i18n.Has("web.field."+base+"_n") {
		return p.T("web.field."+base+"_n", "n", n)
	}
	return name
}
