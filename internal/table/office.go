package table

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
)

// Bounds of an office file. The official description has 60 KB of XML in its
// parts; texts compress about tenfold.
const (
	maxParts     = 2000     // files in the archive
	maxPartBytes = 48 << 20 // of one part, unpacked
	maxRatio     = 250      // unpacked to packed, of parts above bombBytes
	bombBytes    = 1 << 20
	maxDepth     = 200 // XML elements in each other
	maxColumns   = 200 // of a row; what stands further right is no table of ours
)

// office is an office file: an archive of XML parts, none of which is unpacked
// before it is asked for.
type office struct {
	parts map[string]*zip.File
	names []string
	most  int64 // bytes of one part, unpacked
}

// errTooMuch ends the reading of a part that is larger than it may be.
var errTooMuch = errors.New("part larger than allowed")

// openOffice checks the container: whole, not protected, without macros, not
// larger than it may be.
func openOffice(raw []byte) (*office, error) {
	return openArchive(bytes.NewReader(raw), int64(len(raw)), maxPartBytes, maxRatio)
}

// openArchive is openOffice for a file that is not held in memory, with the
// bounds of its parts.
func openArchive(r io.ReaderAt, size, most int64, ratio uint64) (*office, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, apperr.New(apperr.Invalid, "table.damaged")
	}
	if len(z.File) > maxParts {
		return nil, apperr.New(apperr.Invalid, "table.bomb")
	}
	o := &office{parts: make(map[string]*zip.File, len(z.File)), most: most}
	for _, f := range z.File {
		name := strings.TrimPrefix(f.Name, "/")
		switch {
		case f.Flags&1 != 0:
			return nil, apperr.New(apperr.Invalid, "table.password")
		case strings.EqualFold(path.Base(name), "vbaProject.bin"), strings.HasPrefix(name, "xl/macrosheets/"):
			return nil, apperr.New(apperr.Invalid, "table.macros")
		case f.UncompressedSize64 > bombBytes && f.UncompressedSize64/ratio > f.CompressedSize64:
			return nil, apperr.New(apperr.Invalid, "table.bomb")
		}
		if _, twice := o.parts[name]; twice { // two readers would see two documents
			return nil, apperr.New(apperr.Invalid, "table.damaged")
		}
		o.parts[name] = f
		o.names = append(o.names, name)
	}
	return o, nil
}

// tokens calls f with every token of a part. A part that is not there has
// none. f ends the reading early by errStop.
func (o *office) tokens(name string, f func(xml.Token) error) error {
	part, ok := o.parts[name]
	if !ok {
		return nil
	}
	r, err := part.Open()
	if err != nil {
		return apperr.New(apperr.Invalid, "table.damaged")
	}
	defer r.Close()
	dec := xml.NewDecoder(&bounded{r, o.most})
	for depth := 0; ; {
		t, err := dec.Token()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, errTooMuch):
			return apperr.New(apperr.Invalid, "table.bomb")
		case err != nil:
			return apperr.New(apperr.Invalid, "table.damaged")
		}
		switch t.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		case xml.Directive: // no part of an office file declares entities
			return apperr.New(apperr.Invalid, "table.damaged")
		}
		if depth > maxDepth {
			return apperr.New(apperr.Invalid, "table.bomb")
		}
		if err := f(t); errors.Is(err, errStop) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

var errStop = errors.New("enough")

// bounded fails when more is read than allowed, whatever the archive claims.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooMuch
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.r.Read(p)
	b.left -= int64(n)
	return n, err
}

// attr is an attribute by its local name.
func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// app reads which program wrote the file.
func (o *office) app() string {
	var b strings.Builder
	in := false
	_ = o.tokens("docProps/app.xml", func(t xml.Token) error { // only a hint: a fault in it is none of the table
		switch e := t.(type) {
		case xml.StartElement:
			in = e.Name.Local == "Application"
		case xml.EndElement:
			in = false
		case xml.CharData:
			if in && b.Len() < 200 {
				b.Write(e[:min(len(e), 200)])
			}
		}
		return nil
	})
	return b.String()
}

// text collects character data up to a limit and counts the rest.
type text struct {
	b     strings.Builder
	runes int
	max   int
}

func (t *text) add(s string) {
	for _, r := range s {
		if t.runes < t.max {
			t.b.WriteRune(r)
		}
		t.runes++
	}
}

func (t *text) reset() { t.b.Reset(); t.runes = 0 }

// cell is what was collected.
func (t *text) cell() Cell {
	c := Cell{Text: t.b.String()}
	if t.runes > t.max {
		c.Over = t.runes
	}
	return c
}
