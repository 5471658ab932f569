package content

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
)

// MaxName is how many characters the name of a file may have.
const MaxName = 255

// CleanName makes a name for a file out of what a browser sent: the last part
// of a path, normalised, without control and direction characters, blanks and
// dots trimmed from its end. Nothing left is Invalid, and so are more than
// MaxName characters: cutting a name would change what a document is
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
	}, name)
	name = norm.NFC.String(name) // last: what was taken out stood between letter and accent
	name = strings.TrimLeft(strings.TrimRight(name, ". "), " ")
	if name == "" {
		return "", apperr.InvalidField("upload", "error.upload.name")
	}
	if n := len([]rune(name)); n > MaxName {
		return "", apperr.InvalidField("upload", "kis.upload.name_long", "max", MaxName, "length", n, "name", i18n.Shorten(name, 40))
	}
	return name, nil
}
