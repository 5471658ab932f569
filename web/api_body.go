package web

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
)

// ReadJSON reads the body of a STREAM route into v, a pointer to a struct: at
// most 1 MiB, nothing but one JSON object with the fields of v, all texts
// without NUL, all days real ones. What does not fit is Invalid and names the field.
func (c *Context) ReadJSON(v any) error {
	r := c.g.Request
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return apperr.New(apperr.Invalid, "error.api.json")
	}
	raw, err := io.ReadAll(http.MaxBytesReader(c.g.Writer, r.Body, maxForm))
	if err != nil {
		return cut(err)
	}
	c.server.waitUntil(c.g.Writer, time.Time{})
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	err = d.Decode(v)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = errors.New("more than one value")
		}
	}
	if !utf8.Valid(raw) {
		err = errors.New("not UTF-8")
	}
	if err != nil {
		return jsonFault(err)
	}
	var check apperr.Check
	checkTexts(&check, "", reflect.ValueOf(v))
	return check.Err()
}

// jsonFault says what is wrong with a body, naming the field where it can.
func jsonFault(err error) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) && kind.Field != "" {
		return apperr.InvalidField(kind.Field, "error.field.type")
	}
	if name, ok := strings.CutPrefix(err.Error(), `json: unknown field "`); ok {
		return apperr.InvalidField(strings.TrimSuffix(name, `"`), "error.field.unknown")
	}
	return &apperr.Error{Kind: apperr.Invalid, Key: "error.api.json", Cause: err}
}

// checkTexts refuses texts that a database cannot hold and days that are none,
// by the names of their fields.
func checkTexts(check *apperr.Check, name string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			checkTexts(check, name, v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			checkTexts(check, field, v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			checkTexts(check, name, v.Index(i))
		}
	case reflect.String:
		text := v.String()
		if !validValue(text) {
			check.Add(name, "error.field.characters")
		} else if v.Type() == reflect.TypeFor[day.Day]() && text != "" {
			if d, ok := day.Parse(text); !ok || string(d) != text {
				check.Add(name, "error.field.iso_day")
			}
		}
	}
}

// Body gives the body of a STREAM route to take as one file, while it arrives:
// nothing of it is kept by this package. limit is the most bytes it may have.
func (c *Context) Body(name string, limit int64, take func(f *File) error) error {
	r := c.g.Request
	// Folders in front of the name are another system's.
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	switch {
	case name == "" || name == "." || name == ".." || !validValue(name):
		return apperr.InvalidField("name", "error.upload.name")
	case utf8.RuneCountInString(name) > maxFileName:
		return apperr.InvalidField("name", "error.upload.name_long", "file", string([]rune(name)[:40])+"…", "max", maxFileName)
	}
	r.Body = &patient{ReadCloser: r.Body, server: c.server, w: c.g.Writer}
	body := bufio.NewReaderSize(r.Body, bodyBuffer)
	_, err := body.Peek(1)
	switch {
	case err == io.EOF:
		err = apperr.InvalidField("upload", "error.upload.empty", "file", name)
	case err != nil:
		err = cut(err)
	default:
		f := &File{Field: "upload", Name: name, Type: r.Header.Get("Content-Type"), part: body, left: limit, limit: limit}
		if err = take(f); f.err != nil && f.err != io.EOF {
			err = f.err // whatever the taker made of it
		}
	}
	if err != nil {
		c.drain()
	} else {
		c.server.waitUntil(c.g.Writer, time.Time{})
	}
	return err
}
