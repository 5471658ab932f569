// Package content owns what can be told of a file from its bytes alone: its
// type, and its text as people read it.
//
// It imports apperr and table only. Invariants: names and what a browser says
// are never asked; nothing is unpacked to find a type; memory is bounded
// whatever the file holds.
package content

import (
	"bytes"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// Bytes of a file that Type looks at.
const (
	Head = 4 << 10  // at its beginning
	Tail = 64 << 10 // at its end, where an archive has its directory
)

// Types that Type gives beside those of the registry.
const (
	Unknown = "application/octet-stream"
	OLE     = "application/x-ole-storage" // a container of older office programs whose document is not at its beginning
	Macros  = "application/vnd.ms-office.macros"
)

// Type names what a file is by its first and last bytes: a media type without
// parameters, e.g. application/pdf; Unknown when nothing is known. Office
// documents, which are archives, are told by the names inside; one that brings
// macros is Macros.
func Type(head, tail []byte) string {
	kind, _, _ := strings.Cut(mimetype.Detect(head).String(), ";")
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06")) {
		return archive(head, tail)
	}
	if kind == "application/pdf" && bytes.HasPrefix(bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n"), []byte("<")) {
		return "text/html" // a reader looks for its mark further on, a browser begins at the beginning
	}
	if kind == OLE && bytes.Contains(tail, []byte("V\x00B\x00A\x00")) {
		return Macros
	}
	if kind == Unknown && isText(head) {
		return "text/plain"
	}
	return kind
}

// archive tells an office document from another ZIP by the names in its
// directory, which stands at its end.
func archive(head, tail []byte) string {
	has := func(name string) bool {
		return bytes.Contains(tail, []byte(name)) || bytes.Contains(head, []byte(name))
	}
	if has("[Content_Types].xml") {
		if has("vbaProject.bin") || has("xl/macrosheets/") {
			return Macros
		}
		for _, t := range []struct{ mark, kind string }{
			{"xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
			{"word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
			{"ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
		} {
			if has(t.mark) {
				return t.kind
			}
		}
	}
	// OpenDocument and ASiC (signed documents) begin with their own type, stored as it is.
	if _, rest, ok := bytes.Cut(head[:min(len(head), 256)], []byte("mimetypeapplication/vnd.")); ok {
		for _, t := range []string{"oasis.opendocument.text", "oasis.opendocument.spreadsheet", "oasis.opendocument.presentation", "etsi.asic-e+zip", "etsi.asic-s+zip"} {
			if bytes.HasPrefix(rest, []byte(t)) {
				return "application/vnd." + t
			}
		}
	}
	if has("META-INF/MANIFEST.MF") {
		return "application/java-archive"
	}
	return "application/zip"
}

// isText says whether bytes may be text in one of the older encodings: no
// control characters but blanks.
func isText(b []byte) bool {
	if len(b) == 0 {
		return false
	}
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' {
			return false
		}
	}
	return true
}

// Active says whether a type may run when it is opened: programs, scripts,
// pages and drawings that hold scripts, documents with macros.
func Active(kind string) bool {
	switch kind {
	case Macros, "text/html", "application/xhtml+xml", "image/svg+xml", "text/javascript", "application/javascript", "application/java-archive",
		"application/x-elf", "application/x-executable", "application/x-sharedlib", "application/x-object", "application/x-coredump", "application/x-mach-binary",
		"application/vnd.microsoft.portable-executable", "application/x-msdownload", "application/x-msi", "application/x-ms-installer", "application/x-ms-shortcut",
		"application/x-java-applet", "application/wasm", "application/x-shockwave-flash", "application/x-installshield", "application/vnd.android.package-archive",
		"application/x-sh", "text/x-shellscript", "text/x-python", "text/x-perl", "text/x-php", "text/x-ruby", "text/x-lua", "text/x-tcl", "application/vnd.debian.binary-package",
		"application/x-rpm", "application/x-chrome-extension":
		return true
	}
	return false
}
