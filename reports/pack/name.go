package pack

import (
	"fmt"
	"path"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Bounds of names, so that a pack can be unpacked on Windows below a folder of
// usual length: a whole path has 260 characters there.
const (
	maxFolder = 40 // characters
	maxFile   = 90 // with its ending
	maxEnding = 12
)

// device says whether Windows takes a name for a device: it takes no file
// under it, with any ending.
func device(name string) bool {
	stem, _, _ := strings.Cut(name, ".")
	stem = strings.ToLower(strings.TrimRight(stem, " "))
	switch stem {
	case "con", "prn", "aux", "nul", "conin$", "conout$":
		return true
	}
	port, numbered := strings.CutPrefix(stem, "com")
	if !numbered {
		port, numbered = strings.CutPrefix(stem, "lpt")
	}
	return numbered && len([]rune(port)) == 1 && strings.Contains("123456789¹²³", port)
}

// safe makes one part of a path that every system takes: letters of any
// language stay, what Windows forbids becomes _, what cannot be seen goes, and
// it is cut to max characters before its ending.
func safe(name string, max int) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs):
			return -1
		case strings.ContainsRune(`<>:"/\|?*`, r), r == unicode.ReplacementChar:
			return '_'
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, norm.NFC.String(strings.ToValidUTF8(name, "_")))
	clean = strings.TrimLeft(clean, " ")
	ending := path.Ext(clean)
	if len([]rune(ending)) > maxEnding || ending == clean {
		ending = ""
	}
	stem := []rune(strings.TrimSuffix(clean, ending))
	if keep := max - len([]rune(ending)); len(stem) > keep {
		stem = stem[:keep]
	}
	out := strings.TrimRight(string(stem)+ending, ". ")
	if out == "" || device(out) {
		out = "_" + out
	}
	return out
}

// names gives out paths none of which is equal to another on a system that
// does not tell capitals from small letters.
type names map[string]bool

// same is equal for two paths that some system may take for one.
func same(p string) string {
	return strings.NewReplacer("ı", "i", "i\u0307", "i").Replace(strings.ToLower(strings.ToUpper(norm.NFC.String(p))))
}

// free gives dir/name, or dir/name (2) when it was given out.
func (n names) free(dir, name string) string {
	ending := path.Ext(name)
	for i := 1; ; i++ {
		p := path.Join(dir, name)
		if i > 1 {
			p = path.Join(dir, fmt.Sprintf("%s (%d)%s", strings.TrimSuffix(name, ending), i, ending))
		}
		if !n[same(p)] {
			n[same(p)] = true
			return p
		}
	}
}
