package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
)

const (
	maxForm   = 1 << 20 // bytes of a form without files
	maxValues = 2000    // values of a form
)

// validValue says whether a value is text a database can hold: UTF-8 without
// NUL.
func validValue(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// checkValues refuses values that are no text, naming their fields.
func checkValues(values url.Values) error {
	var check apperr.Check
	n := 0
	for name, vs := range values {
		n += len(vs)
		if !validValue(name) {
			return apperr.New(apperr.Invalid, "error.form.broken")
		}
		if slices.ContainsFunc(vs, func(v string) bool { return !validValue(v) }) {
			check.Add(name, "error.field.characters")
		}
	}
	if n > maxValues {
		return apperr.New(apperr.Invalid, "error.form.too_many", "max", maxValues)
	}
	return check.Err()
}

// withForm reads the form before the handler runs.
func withForm(h Handler) Handler {
	return func(c *Context) error {
		r := c.g.Request
		r.Body = http.MaxBytesReader(c.g.Writer, r.Body, maxForm)
		err := r.ParseForm()
		if err == nil && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
			// A form with files sent where none is taken: its texts are read, small as it must be.
			if err = r.ParseMultipartForm(maxForm); err == nil && r.MultipartForm != nil {
				defer func() { _ = r.MultipartForm.RemoveAll() }()
			}
		}
		var tooLarge *http.MaxBytesError
		switch {
		case errors.As(err, &tooLarge):
			return &statusError{http.StatusRequestEntityTooLarge, apperr.New(apperr.Invalid, "error.too_large", "max", "1 MB")}
		case err != nil:
			return &apperr.Error{Kind: apperr.Invalid, Key: "error.form.broken", Cause: err}
		}
		c.server.waitUntil(c.g.Writer, time.Time{}) // the form is here: from now on we keep the caller waiting
		if err := checkValues(r.PostForm); err != nil {
			return err
		}
		return h(c)
	}
}

// ParseDate reads a day typed as dd.mm.yyyy, also d.m.yyyy and the yyyy-mm-dd
// of a browser's own date field; ok is false for what is no day, "" included.
func ParseDate(s string) (d day.Day, ok bool) { return day.Parse(strings.TrimSpace(s)) }

// FormDate reads a date field of a form into check: no day when it is wrong,
// or empty and not required.
func (c *Context) FormDate(check *apperr.Check, name string, required bool) day.Day {
	s := strings.TrimSpace(c.Form(name))
	if s == "" {
		if required {
			check.Add(name, "error.field.required")
		}
		return ""
	}
	d, ok := ParseDate(s)
	if !ok {
		check.Add(name, "error.field.date")
	}
	return d
}
