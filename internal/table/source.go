package table

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/kis-platform/kis/internal/apperr"
)

var bom = []byte("\xef\xbb\xbf")

// Content reads a whole file within the limit of its size.
func Content(r io.Reader, lim Limits) ([]byte, error) {
	most := lim.or().Bytes
	raw, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, &apperr.Error{Kind: apperr.Invalid, Key: "error.upload.cut", Cause: err}
	}
	if int64(len(raw)) > most {
		return nil, apperr.New(apperr.Invalid, "table.too_large", "max", most>>20)
	}
	if len(bytes.TrimSpace(bytes.TrimPrefix(raw, bom))) == 0 {
		return nil, apperr.New(apperr.Invalid, "table.empty")
	}
	return raw, nil
}

// Kinds that are refused by what they are, not by their name.
const (
	kindBroken = "ZIP?" // begins as an archive and is not whole
	kindOLE    = "DOC / XLS"
	kindUTF16  = "UTF-16"
)

// kindOf names the kind of a file by its first bytes: XLSX, DOCX, another kind
// that is refused, or "" when it may be text.
func kindOf(raw []byte) string {
	head := raw[:min(len(raw), 512)]
	switch {
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")), bytes.HasPrefix(raw, []byte("PK\x05\x06")):
		return zipKind(raw)
	case bytes.HasPrefix(raw, []byte("\xd0\xcf\x11\xe0")):
		return kindOLE
	case bytes.HasPrefix(raw, []byte(`{\rtf`)):
		return "RTF"
	case bytes.HasPrefix(raw, []byte("7z\xbc\xaf")):
		return "7z"
	case bytes.HasPrefix(raw, []byte("\xff\xfe")), bytes.HasPrefix(raw, []byte("\xfe\xff")):
		return kindUTF16
	}
	// Latin text in UTF-16 without a mark has a zero byte in every second place.
	if zeros := bytes.Count(head, []byte{0}); zeros*3 > len(head) && zeros*3 < len(head)*2 {
		return kindUTF16
	}
	start := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(head, bom)))
	for _, k := range []struct{ magic, name string }{
		{"<!doctype html", "HTML"}, {"<html", "HTML"}, {"<?xml", "XML"}, {"{", "JSON"}, {"[", "JSON"},
	} {
		if bytes.HasPrefix(start, []byte(k.magic)) {
			return k.name
		}
	}
	kind, _, _ := strings.Cut(http.DetectContentType(head), ";")
	if strings.HasPrefix(kind, "text/") {
		return ""
	}
	_, name, _ := strings.Cut(kind, "/")
	if name != "octet-stream" {
		return strings.ToUpper(strings.TrimPrefix(name, "x-"))
	}
	if utf8.Valid(head) || !bytes.ContainsAny(head, "\x00\x01\x02\x03\x04\x05\x06\x07\x08") {
		return "" // text with a stray sign: the line with it is named
	}
	return "binary"
}

// zipKind looks into an archive for the office format it is.
func zipKind(raw []byte) string {
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return kindBroken
	}
	for _, f := range z.File {
		switch name := strings.TrimPrefix(f.Name, "/"); {
		case strings.HasPrefix(name, "xl/"):
			return XLSX
		case strings.HasPrefix(name, "word/"):
			return DOCX
		}
	}
	// OpenDocument begins with its own type, stored as it is.
	if _, kind, ok := bytes.Cut(raw[:min(len(raw), 256)], []byte("mimetypeapplication/vnd.oasis.opendocument.")); ok {
		switch {
		case bytes.HasPrefix(kind, []byte("text")):
			return "ODT"
		case bytes.HasPrefix(kind, []byte("spreadsheet")):
			return "ODS"
		}
	}
	return "ZIP"
}

// wrongKind is the error for a file that is no table we read.
func wrongKind(raw []byte, kind string) error {
	switch kind {
	case kindUTF16:
		return apperr.New(apperr.Invalid, "table.encoding_named", "encoding", kind)
	case kindBroken:
		return apperr.New(apperr.Invalid, "table.damaged")
	case kindOLE:
		// A protected office file is an old container around the encrypted one.
		if bytes.Contains(raw, wide("EncryptedPackage")) {
			return apperr.New(apperr.Invalid, "table.password")
		}
	}
	return apperr.New(apperr.Invalid, "table.kind", "kind", kind)
}

// wide writes a name as the old container does, in UTF-16.
func wide(s string) []byte {
	out := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		out = append(out, s[i], 0)
	}
	return out
}

// utf8Text tells the first lines whose bytes are no UTF-8, or whose text was
// once read in a wrong encoding and saved so: "É™" stands for ə then.
func utf8Text(raw []byte) error {
	var c apperr.Check
	no := 0
	for line := range bytes.Lines(raw) {
		no++
		switch {
		case !utf8.Valid(line):
			c.AddRow(no, "", "table.encoding")
		case bytes.IndexByte(line, 0) >= 0:
			c.AddRow(no, "", "error.field.characters")
		case bytes.ContainsRune(line, utf8.RuneError):
			c.AddRow(no, "", "table.replaced")
		case bytes.Contains(line, []byte("É™")):
			c.AddRow(no, "", "table.encoding_double")
		}
		if c.Count() == 10 {
			break // the rest of the file will be the same
		}
	}
	return c.Err()
}
