package reports

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/content"
	"github.com/kis-platform/kis/internal/day"
)

// File is a document as bytes, with a name that says what it is.
type File struct {
	Name        string
	ContentType string
	Bytes       []byte
	Print       *Print // the entry of the register; nil when it is not a PDF
}

// material is what a collector found: the object, and how its document and
// sheets are made of it. Both are pure.
type material struct {
	object string  // id of the object in its context, or a key of its own
	number string  // as people call it
	dated  day.Day // official date; empty while there is none
	state  string  // key of the words of its state; empty when it has none
	name   string  // of the file, without ending
	doc    func() Doc
	sheets func() []Sheet // nil when the kind has none; the first is the CSV

	files map[string]func(io.Writer) error // formats that the kind writes in a way of its own
}

// File makes the document of a request. PDFs are registered before they are
// handed out, see Print.
func (s *Service) File(ctx context.Context, r Request) (File, error) {
	r, err := s.check(ctx, r)
	if err != nil {
		return File{}, err
	}
	m, err := s.collect(ctx, r)
	if err != nil {
		return File{}, err
	}
	f := File{Name: m.name + "." + r.Format, ContentType: content.OfName(m.name + "." + r.Format)}
	var out bytes.Buffer
	switch {
	case r.Format == PDF:
		p, err := s.print(ctx, r, m, &out)
		f.Print, f.Bytes = &p, out.Bytes()
		return f, err
	case m.files[r.Format] != nil:
		err = m.files[r.Format](&out)
	case m.sheets == nil:
		err = writeDoc(&out, m.doc())
	case r.Format == XLSX:
		err = WriteXLSX(&out, m.sheets()...)
	case r.Format == CSV:
		err = WriteCSV(&out, m.sheets()[0])
	default:
		err = WriteJSON(&out, m.sheets()...)
	}
	f.Bytes = out.Bytes()
	return f, apperr.Wrap(err, "write "+r.Kind)
}

// writeDoc writes the model of a document as JSON.
func writeDoc(w io.Writer, d Doc) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(d)
}

// asDoc is the JSON of a kind whose document says more than its sheets.
func asDoc(doc func() Doc) map[string]func(io.Writer) error {
	return map[string]func(io.Writer) error{JSON: func(w io.Writer) error { return writeDoc(w, doc()) }}
}

// contentHash is the SHA-256 of what a document says, without what differs
// from print to print. It stands in the foot of every page.
func contentHash(d Doc) (string, error) {
	raw, err := json.Marshal(d)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), nil
}

// short is a hash as the foot of a page shows it.
func short(hash string) string { return hash[:8] + "…" + hash[len(hash)-4:] }
