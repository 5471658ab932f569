package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// Action says where a form goes and how.
type Action struct {
	Href   string
	ID     string // prefix of the element ids; needed when a page holds several forms
	Class  string // of the form; "row g-3" when empty
	Label  string // name for screen readers
	Files  bool   // multipart; for STREAM routes
	Guard  bool   // ask before typed text is left behind
	Upload string // address that takes one file at a time and answers {"id": …}; "" sends files with the form
	TooBig string // what to say of a file over Max, translated
	Max    int64  // most bytes of one file, 0 is no limit
}

func (a Action) class() string {
	if a.Class == "" {
		return "row g-3"
	}
	return a.Class
}

// PostForm is a form that posts to a.Href, with the summary of its errors on
// top: each line names the label of its field and leads to it. The inputs are
// its children.
func PostForm(p Page, f Form, a Action) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		children := templ.GetChildren(ctx)
		ctx = templ.ClearChildren(ctx)
		r := &register{prefix: a.ID, labels: map[string]string{}, ids: map[string]string{}}
		// The inputs are rendered first: the summary above them needs their labels.
		buf := templ.GetBuffer()
		defer templ.ReleaseBuffer(buf)
		if err := children.Render(context.WithValue(ctx, registerKey{}, r), buf); err != nil {
			return err
		}
		inner := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
			_, err := w.Write(buf.Bytes())
			return err
		})
		return postForm(p, f, a, r, inner).Render(ctx, w)
	})
}

// ErrorSummary says above a form what was wrong. Inside PostForm it is not
// needed; elsewhere f.Labels gives the fields their names.
func ErrorSummary(p Page, f Form) templ.Component {
	r := &register{labels: f.Labels, ids: map[string]string{}}
	for name := range f.Labels {
		r.ids[name] = "f-" + name
	}
	return errorSummary(p, f, r)
}

// label names a field of the summary.
func (r *register) label(p Page, name string) string {
	if l := r.labels[name]; l != "" {
		return l
	}
	if name == "" {
		return ""
	}
	return FieldWord(p, name)
}
