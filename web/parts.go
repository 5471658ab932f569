package web

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"path"
	"strings"
)

const (
	bodyBuffer  = 256 << 10 // how much of a body is taken from the connection at once
	maxPartHead = 32 << 10  // most bytes of the header of a part
)

// parts reads a body of several parts (RFC 7578), one after the other and in
// large pieces: the reader of the standard library hands on 4 KiB at a time,
// which costs more than the bytes themselves, and takes a body that stops in
// the header of a part for a whole one.
type parts struct {
	r     *bufio.Reader
	delim []byte // line end and boundary
	cur   *part
	done  bool // the closing boundary was read
}

// part is one of them.
type part struct {
	Header textproto.MIMEHeader

	of     *parts
	params map[string]string // of the disposition; nil when it is not that of a form
	left   int               // bytes in the buffer that are known to be content
	err    error
}

// errBroken is a body that does not read as parts.
var errBroken = textproto.ProtocolError("multipart: malformed")

// newParts reads the parts of a request; http.ErrNotMultipart when it has
// none.
func newParts(r *http.Request) (*parts, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || (kind != "multipart/form-data" && kind != "multipart/mixed") {
		return nil, http.ErrNotMultipart
	}
	boundary := params["boundary"]
	if boundary == "" || len(boundary) > 200 {
		return nil, http.ErrMissingBoundary
	}
	r.MultipartForm = &multipart.Form{} // nobody else is to read the body
	// The first boundary may be the first line: it follows a line end that is not there.
	body := io.MultiReader(strings.NewReader("\r\n"), r.Body)
	p := &parts{r: bufio.NewReaderSize(body, bodyBuffer), delim: []byte("\r\n--" + boundary)}
	p.cur = &part{of: p} // what stands before the first
	return p, nil
}

// Next gives the next part; the one before cannot be read any more. io.EOF
// says that the body is whole.
func (p *parts) Next() (*part, error) {
	if err := p.cur.skip(); err != nil {
		return nil, err
	}
	if p.done {
		return nil, io.EOF
	}
	if _, err := p.r.Discard(len(p.delim)); err != nil {
		return nil, whole(err)
	}
	// Two dashes after the boundary are the end; else the line may end in blanks.
	for blank := false; ; blank = true {
		mark, err := p.r.Peek(2)
		switch {
		case err != nil:
			return nil, whole(err)
		case string(mark) == "--" && !blank:
			p.done = true
			return nil, io.EOF
		case string(mark) == "\r\n":
			_, _ = p.r.Discard(2)
			head, err := p.head()
			if err != nil {
				return nil, err
			}
			p.cur = &part{Header: head, of: p}
			if kind, params, err := mime.ParseMediaType(head.Get("Content-Disposition")); err == nil && kind == "form-data" {
				p.cur.params = params
			}
			return p.cur, nil
		case mark[0] != ' ' && mark[0] != '\t':
			return nil, errBroken
		}
		_, _ = p.r.Discard(1)
	}
}

// head reads the header of a part as far as its empty line.
func (p *parts) head() (textproto.MIMEHeader, error) {
	for n := 2; ; {
		if _, err := p.r.Peek(n); err != nil {
			return nil, whole(err)
		}
		buf, _ := p.r.Peek(min(p.r.Buffered(), maxPartHead))
		end := 2 // of a header with nothing in it
		if !bytes.HasPrefix(buf, []byte("\r\n")) {
			end = bytes.Index(buf, []byte("\r\n\r\n")) + 4
		}
		if end >= 4 || end == 2 {
			head, err := textproto.NewReader(bufio.NewReader(bytes.NewReader(buf[:end]))).ReadMIMEHeader()
			_, _ = p.r.Discard(end)
			if err != nil {
				return nil, errBroken
			}
			return head, nil
		}
		if n = len(buf) + 1; n > maxPartHead {
			return nil, errBroken
		}
	}
}

// Read implements io.Reader: the content as far as the next boundary.
func (p *part) Read(b []byte) (int, error) {
	if p.left == 0 && p.err == nil {
		p.look()
	}
	if p.left == 0 {
		return 0, p.err
	}
	n, err := p.of.r.Read(b[:min(len(b), p.left)])
	p.left -= n
	return n, err
}

// look finds out how many of the bytes in the buffer are content, taking more
// from the connection when it cannot tell.
func (p *part) look() {
	r, delim := p.of.r, p.of.delim
	for {
		buf, _ := r.Peek(r.Buffered())
		i := bytes.Index(buf, delim)
		switch {
		case i > 0:
			p.left = i
			return
		case i == 0 && len(buf) > len(delim):
			if strings.IndexByte(" \t\r\n-", buf[len(delim)]) >= 0 {
				p.err = io.EOF
				return
			}
			p.left = len(delim) // another word that begins like the boundary
			return
		case i < 0:
			// All but what may be the beginning of the boundary.
			if p.left = len(buf) - begun(buf, delim); p.left > 0 {
				return
			}
		}
		if _, err := r.Peek(len(buf) + 1); err != nil {
			p.err = whole(err)
			return
		}
	}
}

// begun gives how many bytes at the end of buf are the beginning of delim.
func begun(buf, delim []byte) int {
	tail := buf[max(0, len(buf)-len(delim)+1):]
	for {
		i := bytes.IndexByte(tail, delim[0])
		if i < 0 {
			return 0
		}
		if tail = tail[i:]; bytes.HasPrefix(delim, tail) {
			return len(tail)
		}
		tail = tail[1:]
	}
}

// skip reads what is left of the part.
func (p *part) skip() error {
	for {
		if p.left == 0 && p.err == nil {
			p.look()
		}
		if p.left == 0 {
			if errors.Is(p.err, io.EOF) {
				return nil
			}
			return p.err
		}
		n, err := p.of.r.Discard(p.left)
		if p.left -= n; err != nil {
			return whole(err)
		}
	}
}

// FormName is the name of the field.
func (p *part) FormName() string { return p.params["name"] }

// FileName is the name of the file without folders; empty when there is none.
func (p *part) FileName() string {
	_, params, err := mime.ParseMediaType(p.Header.Get("Content-Disposition"))
	if name := params["filename"]; err == nil && name != "" {
		return path.Base(name)
	}
	return ""
}

// whole makes the end of a body before its closing boundary an error.
func whole(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
