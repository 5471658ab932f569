package ui

import (
	"fmt"

	"github.com/a-h/templ"

	"github.com/kis-platform/kis/internal/apperr"
)

// attrs are the attributes that all inputs share.
func attrs(f Form, in In, id string) templ.OrderedAttributes {
	var out templ.OrderedAttributes
	add := func(k string, v any) { out = append(out, templ.KeyValue[string, any]{Key: k, Value: v}) }
	if in.Required {
		add("required", true)
	}
	if in.Max > 0 {
		add("maxlength", fmt.Sprint(in.Max))
	}
	if in.Autocomplete != "" {
		add("autocomplete", in.Autocomplete)
	}
	if in.Placeholder != "" {
		add("placeholder", in.Placeholder)
	}
	if in.Accept != "" {
		add("accept", in.Accept)
	}
	if in.List != "" {
		add("list", in.List)
	}
	if in.Readonly {
		add("readonly", true)
	}
	if f.Bad(in.Name) {
		add("aria-invalid", "true")
	}
	if d := in.describedBy(id, f); d != "" {
		add("aria-describedby", d)
	}
	return out
}

// group are the attributes of a fieldset: it can be linked to and described.
func group(f Form, in In, id string) templ.OrderedAttributes {
	out := templ.OrderedAttributes{{Key: "tabindex", Value: "-1"}}
	if d := in.describedBy(id, f); d != "" {
		out = append(out, templ.KeyValue[string, any]{Key: "aria-describedby", Value: d})
	}
	return out
}

// block gives the classes of the block around an input.
func block(in In) string {
	if in.Class == "" {
		return "col-12"
	}
	return in.Class
}

// dated fills what every date field says.
func dated(p Page, in In) In {
	if in.Hint == "" {
		in.Hint = p.T("web.form.date_hint")
	}
	if in.Max == 0 {
		in.Max = 10
	}
	if in.Autocomplete == "" {
		in.Autocomplete = "off"
	}
	return in
}

func checkValue(in In) string {
	if in.Value == "" {
		return "1"
	}
	return in.Value
}

func summaryTone(f Form) string {
	if f.Errors.Kind == apperr.Conflict {
		return "warn"
	}
	return "bad"
}

func noteRole(tone string) string {
	if tone == "bad" || tone == "warn" {
		return "alert"
	}
	return "status"
}

func dialogIcon(d Dialog) string {
	if d.Icon == "" {
		return "lock"
	}
	return d.Icon
}
