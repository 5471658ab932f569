package kis

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/kis-platform/kis/internal/apperr"
)

// maxImportBytes bounds a process description; the official one of
// 1-elektron xidmət has 52 KB.
const maxImportBytes = 4 << 20

// readImport takes in a whole file and makes sure that it is UTF-8 text: any
// other kind of file is refused by its name. It gives the text without a byte
// order mark, the SHA-256 of the file as it was, and what was put right.
func readImport(r io.Reader) (text, sha string, notes []apperr.Field, err error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxImportBytes+1))
	if err != nil {
		return "", "", nil, &apperr.Error{Kind: apperr.Invalid, Key: "error.upload.cut", Cause: err}
	}
	if len(raw) > maxImportBytes {
		return "", "", nil, fileFault("kis.import.too_large", "max", sizeText(maxImportBytes))
	}
	sum := sha256.Sum256(raw)
	sha = hex.EncodeToString(sum[:])
	if len(bytes.TrimSpace(raw)) == 0 {
		return "", sha, nil, fileFault("kis.import.empty")
	}
	if kind := otherKind(raw); kind != "" {
		return "", sha, nil, fileFault("kis.import.kind", "kind", kind)
	}
	if name := otherEncoding(raw); name != "" {
		return "", sha, nil, fileFault("kis.import.encoding_named", "encoding", name)
	}
	if rest, ok := bytes.CutPrefix(raw, []byte("\xef\xbb\xbf")); ok {
		raw = rest
		notes = append(notes, apperr.Field{Name: "file", Row: 1, Key: "kis.import.note_bom"})
	}
	if err := checkEncoding(raw); err != nil {
		return "", sha, nil, err
	}
	return string(raw), sha, notes, nil
}

// fileFault is an error about the file as a whole.
func fileFault(key string, args ...any) error {
	return &apperr.Error{Kind: apperr.Invalid, Key: key, Args: apperr.Pairs(args...),
		Fields: []apperr.Field{{Name: "file", Key: key, Args: apperr.Pairs(args...)}}}
}

// otherKind names the kind of a file that is no plain text: people send the
// Word or PDF form of the same table. Empty means it may be text.
func otherKind(raw []byte) string {
	head := raw[:min(len(raw), 512)]
	switch {
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")), bytes.HasPrefix(raw, []byte("PK\x05\x06")):
		return zipKind(raw)
	case bytes.HasPrefix(raw, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return "DOC / XLS"
	case bytes.HasPrefix(raw, []byte(`{\rtf`)):
		return "RTF"
	}
	start := bytes.ToLower(bytes.TrimSpace(head))
	switch {
	case bytes.HasPrefix(start, []byte("<!doctype html")), bytes.HasPrefix(start, []byte("<html")):
		return "HTML"
	case bytes.HasPrefix(start, []byte("<?xml")):
		return "XML"
	case bytes.HasPrefix(start, []byte("{")), bytes.HasPrefix(start, []byte("[")):
		return "JSON"
	}
	kind, _, _ := strings.Cut(http.DetectContentType(head), ";")
	if strings.HasPrefix(kind, "text/") || otherEncoding(raw) != "" {
		return ""
	}
	_, name, _ := strings.Cut(kind, "/")
	if name == "octet-stream" {
		return "binary"
	}
	return strings.ToUpper(name)
}

// zipKind looks into a container for the office format it is.
func zipKind(raw []byte) string {
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return "ZIP"
	}
	for _, f := range z.File {
		switch {
		case strings.HasPrefix(f.Name, "xl/"):
			return "XLSX"
		case strings.HasPrefix(f.Name, "word/"):
			return "DOCX"
		}
	}
	return "ZIP"
}

// otherEncoding names an encoding that the bytes give away; empty when they
// may be UTF-8.
func otherEncoding(raw []byte) string {
	switch {
	case bytes.HasPrefix(raw, []byte("\xff\xfe")), bytes.HasPrefix(raw, []byte("\xfe\xff")):
		return "UTF-16"
	}
	head := raw[:min(len(raw), 512)]
	// Latin text in UTF-16 without a mark has a zero byte in every second place.
	if zeros := bytes.Count(head, []byte{0}); zeros*3 > len(head) && zeros*3 < len(head)*2 {
		return "UTF-16"
	}
	return ""
}

// checkEncoding tells the first rows whose bytes are no UTF-8, or whose text
// was once read in a wrong encoding and saved so: "É™" stands for ə then.
func checkEncoding(raw []byte) error {
	var c apperr.Check
	for i, line := range bytes.Split(raw, []byte("\n")) {
		switch {
		case !utf8.Valid(line):
			c.AddRow(i+1, "file", "kis.import.encoding")
		case bytes.IndexByte(line, 0) >= 0:
			c.AddRow(i+1, "file", "error.field.characters")
		case bytes.ContainsRune(line, utf8.RuneError):
			c.AddRow(i+1, "file", "kis.import.replaced")
		case bytes.Contains(line, []byte("É™")):
			c.AddRow(i+1, "file", "kis.import.encoding_double")
		}
		if c.Count() == 10 {
			break // the rest of the file will be the same
		}
	}
	return c.Err()
}
