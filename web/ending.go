package web

import (
	"bytes"
	"io"
	"mime"
	"net/http"
)

// ending keeps the last bytes of a body. The reader of parts takes a body that
// stops inside the header of a part for one that is complete; the closing
// boundary tells them apart.
type ending struct {
	io.ReadCloser
	boundary string
	tail     []byte
}

// watchEnd puts an ending around the body of the request.
func watchEnd(r *http.Request) *ending {
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		params = nil // then there is no reader of parts either
	}
	e := &ending{ReadCloser: r.Body, boundary: params["boundary"]}
	r.Body = e
	return e
}

// tailSize is more than the reader of parts holds in its buffer.
const tailSize = 16 << 10

func (e *ending) Read(b []byte) (int, error) {
	n, err := e.ReadCloser.Read(b)
	if n >= tailSize {
		e.tail = append(e.tail[:0], b[n-tailSize:n]...)
	} else {
		if over := len(e.tail) + n - tailSize; over > 0 {
			e.tail = append(e.tail[:0], e.tail[over:]...)
		}
		e.tail = append(e.tail, b[:n]...)
	}
	return n, err
}

func (e *ending) seen() bool { return bytes.Contains(e.tail, []byte("--"+e.boundary+"--")) }
