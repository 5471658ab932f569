package web

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/web/ui"
)

// Limits bounds what an upload may bring. Zero values take the defaults.
type Limits struct {
	Files     int   // most files; 20
	FileBytes int64 // most bytes of one file; 1 GiB
	TextBytes int64 // most bytes of all texts together; 1 MiB
}

// maxFileName is how many characters a file name may have.
const maxFileName = 200

// File is one file of an upload, read as it arrives: nothing of it is kept by
// this package. Read gives an *apperr.Error when the file is cut off or too
// large, so its reader stops and says so.
type File struct {
	Field  string     // name of the form field
	Name   string     // without folders; at most 200 characters of valid text
	Type   string     // what the browser says it is; not to be believed
	Values url.Values // texts that came before the file

	part  io.Reader
	left  int64
	limit int64
	err   error
}

// Read implements io.Reader.
func (f *File) Read(b []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	n, err := f.part.Read(b)
	if f.left -= int64(n); f.left < 0 {
		f.err = tooLarge(f.Field, f.Name, f.limit)
		return 0, f.err
	}
	if err != nil && err != io.EOF {
		err = cut(err)
	}
	f.err = err
	return n, err
}

// Multipart reads the body of a STREAM route: texts are kept and returned,
// each file is given to take as a stream while it arrives. A field left
// without a file is passed over. When it fails nothing more is given; what
// take has kept until then is for the caller to drop. Afterwards Form and
// FormValues hold the texts, also those behind a file that was refused: what
// was typed comes back with the form.
func (c *Context) Multipart(l Limits, take func(f *File) error) (url.Values, error) {
	if l.Files == 0 {
		l.Files = 20
	}
	if l.FileBytes == 0 {
		l.FileBytes = 1 << 30
	}
	if l.TextBytes == 0 {
		l.TextBytes = maxForm
	}
	r := c.g.Request
	values := url.Values{}
	r.PostForm = values // what was typed comes back with the form, whatever goes wrong
	r.Body = &patient{ReadCloser: r.Body, server: c.server, w: c.g.Writer}
	err := c.readParts(l, values, take)
	if err == nil {
		err = checkValues(values)
	}
	if err != nil {
		c.drain()
	} else {
		c.server.waitUntil(c.g.Writer, time.Time{})
	}
	return values, err
}

func (c *Context) readParts(l Limits, values url.Values, take func(f *File) error) error {
	mr, err := newParts(c.g.Request)
	if errors.Is(err, http.ErrNotMultipart) {
		// A form without files, sent as plain values.
		c.g.Request.PostForm = nil
		defer func() { c.g.Request.PostForm = values }()
		return withForm(func(c *Context) error {
			for k, v := range c.g.Request.PostForm {
				values[k] = v
			}
			return nil
		})(c)
	}
	if err != nil {
		return &apperr.Error{Kind: apperr.Invalid, Key: "error.form.broken", Cause: err}
	}
	texts, files := l.TextBytes, 0
	var refused error // of the first file that was; from then on only texts are taken
	passed := int64(maxPassed)
	for n := 0; ; n++ {
		part, err := mr.Next()
		switch {
		case err == io.EOF, err != nil && refused != nil:
			return refused
		case err != nil:
			return cut(err)
		}
		if n > maxValues {
			return apperr.New(apperr.Invalid, "error.form.too_many", "max", maxValues)
		}
		if !isFile(part) {
			raw, err := io.ReadAll(io.LimitReader(part, texts+1))
			if err != nil {
				return cut(err)
			}
			if texts -= int64(len(raw)); texts < 0 {
				return &statusError{http.StatusRequestEntityTooLarge, apperr.New(apperr.Invalid, "error.too_large", "max", ui.Page{}.Bytes(l.TextBytes))}
			}
			values.Add(part.FormName(), string(raw))
			continue
		}
		if refused == nil {
			refused = takeFile(part, l, values, &files, take)
			if refused != nil && apperr.As(refused).Kind != apperr.Invalid {
				return refused
			}
		}
		if refused != nil {
			k, err := io.CopyN(io.Discard, part, passed)
			if passed -= k; err != io.EOF {
				return refused // more files than are worth reading for the texts behind them
			}
		}
	}
}

// maxPassed is how many bytes of files are read over after one was refused,
// to come to the texts behind them.
const maxPassed = 32 << 20

// takeFile gives one file to take, after looking whether there is one at all.
func takeFile(part *part, l Limits, values url.Values, files *int, take func(f *File) error) error {
	body := bufio.NewReader(part) // large reads pass it by
	_, err := body.Peek(1)
	name := part.FileName()
	switch {
	case err == io.EOF && name == "":
		return nil // the field was left empty
	case err != nil && err != io.EOF:
		return cut(err)
	}
	// Some browsers send the whole path of another system.
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	field := part.FormName()
	switch {
	case name == "" || name == "." || name == ".." || !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f || r == utf8.RuneError }):
		return apperr.InvalidField(field, "error.upload.name")
	case utf8.RuneCountInString(name) > maxFileName:
		return apperr.InvalidField(field, "error.upload.name_long", "file", string([]rune(name)[:40])+"…", "max", maxFileName)
	case err == io.EOF:
		return apperr.InvalidField(field, "error.upload.empty", "file", name)
	}
	if *files++; *files > l.Files {
		return apperr.InvalidField(field, "error.upload.too_many", "max", l.Files)
	}
	f := &File{Field: field, Name: name, Type: part.Header.Get("Content-Type"), Values: values, part: body, left: l.FileBytes, limit: l.FileBytes}
	err = take(f)
	if f.err != nil && f.err != io.EOF {
		return f.err // whatever the taker made of it
	}
	return err
}

func isFile(p *part) bool {
	return strings.Contains(p.Header.Get("Content-Disposition"), "filename")
}

// cut is the error of an upload that ended before its end.
func cut(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return &statusError{http.StatusRequestEntityTooLarge, apperr.New(apperr.Invalid, "error.too_large", "max", ui.Page{}.Bytes(tooLarge.Limit))}
	}
	var malformed textproto.ProtocolError
	if errors.As(err, &malformed) {
		return &apperr.Error{Kind: apperr.Invalid, Key: "error.form.broken", Cause: err}
	}
	return &apperr.Error{Kind: apperr.Invalid, Key: "error.upload.cut", Cause: err}
}

func tooLarge(field, name string, limit int64) error {
	e := apperr.InvalidField(field, "error.upload.too_large", "file", name, "max", ui.Page{}.Bytes(limit))
	return &statusError{http.StatusRequestEntityTooLarge, e}
}

// drain reads some more of a refused upload: a browser that is still sending
// would otherwise see a broken connection instead of the reason.
func (c *Context) drain() {
	body := c.g.Request.Body
	if p, ok := body.(*patient); ok {
		body = p.ReadCloser // which would move the end
	}
	c.server.waitUntil(c.g.Writer, time.Now().Add(5*time.Second))
	_, _ = io.CopyN(io.Discard, body, 32<<20) // what it holds does not matter
}
