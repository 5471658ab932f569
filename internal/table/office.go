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
	maxAllBytes  = 64 << 20 // of all parts that are read: several names may lead to the same bytes
	maxToken     = 3 << 20  // from one < to the next: an element with its attributes and the text behind it
	maxRatio     = 250      // unpacked to packed, of parts above bombBytes
	bombBytes    = 1 << 20
	maxDepth     = 200 // XML elements in each other
	maxColumns   = 200 // of a row; what stands further right is no table of ours
)

// office is an office file: an archive of XML parts, none of which is unpacked
// before it is asked for.
type office struct {
	parts map[string]*zip.File
	most  int64 // bytes of one part, unpacked
	left  int64 // bytes of all parts that may still be read
	steps int64 // elements that may still be read: an empty one costs more than its few bytes
}

// errTooMuch ends the reading of a part that is larger than it may be.
var errTooMuch = errors.New("part larger than allowed")

// openOffice checks the container: whole, not protected, without macros, not
// larger than it may be.
func openOffice(raw []byte) (*office, error) {
	return openArchive(bytes.NewReader(raw), int64(len(raw)), maxPartBytes, maxAllBytes, maxRatio)
}

// openArchive is openOffice for a file that is not held in memory, with the
// bounds of its parts, of each and of all that are read.
func openArchive(r io.ReaderAt, size, most, all int64, ratio uint64) (*office, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, apperr.New(apperr.Invalid, "table.damaged")
	}
	if len(z.File) > maxParts {
		return nil, apperr.New(apperr.Invalid, "table.bomb")
	}
	o := &office{parts: make(map[string]*zip.File, len(z.File)), most: most, left: all, steps: all / 16}
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
	}
	return o, o.noMacros()
}

// noMacros refuses a file that calls itself one with macros, whatever the
// part that holds them is named.
func (o *office) noMacros() error {
	return o.tokens("[Content_Types].xml", func(t xml.Token) error {
		if e, ok := t.(xml.StartElement); ok {
			if kind := strings.ToLower(attr(e, "ContentType")); strings.Contains(kind, "macroenabled") || strings.Contains(kind, "vbaproject") {
				return apperr.New(apperr.Invalid, "table.macros")
			}
		}
		return nil
	})
}

// main is the part that the file begins with: the one its list of relations
// names, else the one that most programs write.
func (o *office) main(usual string) (part string, ok bool) {
	_ = o.relations("_rels/.rels", "", func(kind, to string) { // without the list the usual name holds
		if kind == "officeDocument" && o.parts[to] != nil {
			part = to
		}
	})
	if part == "" {
		part = usual
	}
	return part, o.parts[part] != nil
}

// relations calls f with the kind and the target of each relation in a list;
// targets are relative to a folder.
func (o *office) relations(list, folder string, f func(kind, to string)) error {
	return o.relationsByID(list, folder, func(_, kind, to string) { f(kind, to) })
}

func (o *office) relationsByID(list, folder string, f func(id, kind, to string)) error {
	n := 0
	return o.tokens(list, func(t xml.Token) error {
		e, ok := t.(xml.StartElement)
		if !ok || e.Name.Local != "Relationship" || attr(e, "TargetMode") == "External" {
			return nil
		}
		if n++; n > maxParts {
			return errStop
		}
		to := attr(e, "Target")
		if !strings.HasPrefix(to, "/") {
			to = path.Join(folder, to)
		}
		f(attr(e, "Id"), path.Base(attr(e, "Type")), strings.TrimPrefix(to, "/"))
		return nil
	})
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
	dec := xml.NewDecoder(&bounded{r: r, left: o.most, all: &o.left})
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
			o.steps--
		case xml.EndElement:
			depth--
		case xml.Directive: // no part of an office file declares entities
			return apperr.New(apperr.Invalid, "table.damaged")
		}
		if depth > maxDepth || o.steps < 0 {
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

// bounded fails when more is read than allowed, whatever the archive claims:
// of one part, of all, or up to the next element, which the decoder holds in
// memory with all its attributes.
type bounded struct {
	r     io.Reader
	left  int64
	all   *int64
	since int // bytes since the last <
}

func (b *bounded) Read(p []byte) (int, error) {
	most := min(b.left, *b.all)
	if most <= 0 {
		return 0, errTooMuch
	}
	if int64(len(p)) > most {
		p = p[:most]
	}
	n, err := b.r.Read(p)
	b.left -= int64(n)
	*b.all -= int64(n)
	if first := bytes.IndexByte(p[:n], '<'); first < 0 {
		b.since += n
	} else {
		if b.since+first > maxToken {
			return 0, errTooMuch
		}
		b.since = n - bytes.LastIndexByte(p[:n], '<')
	}
	if b.since > maxToken {
		return 0, errTooMuch
	}
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
