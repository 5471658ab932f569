package kis

import (
	"fmt"
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
