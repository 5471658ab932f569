package kis

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
)

// CleanName makes a name for a file out of what a browser sent: the last part
// of a path, normalised, without control and direction characters, blanks and
// dots trimmed from its end. Nothing left is Invalid, and so are more than
// MaxFileName characters: cutting a name would change what a document is
// called.
func CleanName(name string) (string, error) {
	name = strings.ToValidUTF8(name, "")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs) || r == unicode.ReplacementChar {
			return -1
		}
		if unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, norm.NFC.String(name))
	name = strings.TrimLeft(strings.TrimRight(name, ". "), " ")
	if name == "" {
		return "", apperr.InvalidField("upload", "error.upload.name")
	}
	if n := len([]rune(name)); n > MaxFileName {
		return "", apperr.InvalidField("upload", "kis.upload.name_long", "max", MaxFileName, "length", n, "name", i18n.Shorten(name, 40))
	}
	return name, nil
}

// cleanNameOr is CleanName with a name for what has none.
func cleanNameOr(name, other string) string {
	if clean, err := CleanName(name); err == nil {
		return clean
	}
	return other
}

// contentType judges a stored file by its first bytes; office formats, which
// are ZIP files, by the names inside, and plain text by the ending.
func (s *Service) contentType(first []byte, up Upload) (string, error) {
	kind := http.DetectContentType(first)
	plain, _, _ := strings.Cut(kind, ";")
	switch plain {
	case "application/zip":
		f, err := s.Blobs.Get(up.SHA256)
		if err != nil {
			return "", err
		}
		defer f.Close()
		tail := make([]byte, min(zipTail, up.Size))
		if _, err := f.ReadAt(tail, up.Size-int64(len(tail))); err != nil && err != io.EOF {
			return "", apperr.Wrap(err, "read upload")
		}
		return officeType(first, tail), nil
	case "text/plain":
		switch strings.ToLower(path.Ext(up.Name)) {
		case ".csv":
			return "text/csv; charset=utf-8", nil
		case ".json":
			return "application/json", nil
		}
	}
	return kind, nil
}

// officeType tells an office document from another ZIP by the names in its
// directory, which stands at its end, without unpacking anything.
func officeType(head, tail []byte) string {
	for _, t := range []struct{ mark, kind string }{
		{"xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
		{"word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{"ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
	} {
		if bytes.Contains(tail, []byte(t.mark)) && (bytes.Contains(tail, []byte("[Content_Types].xml")) || bytes.Contains(head, []byte("[Content_Types].xml"))) {
			return t.kind
		}
	}
	// OpenDocument begins with its own type, stored as it is.
	if _, rest, ok := bytes.Cut(head, []byte("mimetypeapplication/vnd.oasis.opendocument.")); ok {
		for _, t := range []string{"text", "spreadsheet", "presentation"} {
			if bytes.HasPrefix(rest, []byte(t)) {
				return "application/vnd.oasis.opendocument." + t
			}
		}
	}
	return "application/zip"
}

// sizeText writes a number of bytes for a message, e.g. 50 MB.
func sizeText(n int64) string {
	units := []string{"B", "KB", "MB", "GB", "TB"}
	i := 0
	for n >= 1<<10 && n%(1<<10) == 0 && i < len(units)-1 {
		n >>= 10
		i++
	}
	return fmt.Sprintf("%d %s", n, units[i])
}
