package content

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/kis-platform/kis/internal/apperr"
)

func TestFileNamesAreCleanedNotGuessed(t *testing.T) {
	for in, want := range map[string]string{
		"../../x":                            "x",
		`..\..\windows\hesabat.pdf`:          "hesabat.pdf",
		"/etc/passwd":                        "passwd",
		"a\x00b\r\nc.csv":                    "abc.csv",
		"hesabat\u202efdp.exe":               "hesabatfdp.exe", // the direction sign would show it as hesabatexe.pdf
		"  Protokol № 5 (yekun).docx ":       "Protokol № 5 (yekun).docx",
		"Məruzə\u00a02025.pdf":               "Məruzə 2025.pdf",
		"son nöqtə. . .":                     "son nöqtə",
		".gitignore":                         ".gitignore",
		"u\u0308.pdf":                        "ü.pdf",
		"\xff\xfeab.pdf":                     "ab.pdf",
		strings.Repeat("ə", 255):             strings.Repeat("ə", 255),
		"qovluq/" + strings.Repeat("y", 255): strings.Repeat("y", 255),
	} {
		if got, err := CleanName(in); got != want || err != nil {
			t.Errorf("CleanName(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", "..", "../..", "/", "\x00\x01", "\u202e", " . "} {
		if got, err := CleanName(in); !apperr.Is(err, apperr.Invalid) || apperr.As(err).Fields[0].Key != "error.upload.name" {
			t.Errorf("CleanName(%q) = %q, %v", in, got, err)
		}
	}
	_, err := CleanName(strings.Repeat("x", 296) + ".pdf")
	if f := apperr.As(err).Fields; len(f) != 1 || f[0].Key != "kis.upload.name_long" || f[0].Name != "upload" {
		t.Errorf("a name of 300 characters: %v", err)
	}
}

// FuzzCleanName: what comes out is a single plain name, and cleaning it again
// changes nothing.
func FuzzCleanName(f *testing.F) {
	for _, s := range []string{"../../x", "a\u202eb", `c:\x\y.pdf`, "…", "ǆ\u0301.", ". .a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, err := CleanName(s)
		if err != nil {
			if !apperr.Is(err, apperr.Invalid) {
				t.Fatal(err)
			}
			return
		}
		if name == "" || name == "." || name == ".." || strings.ContainsAny(name, `/\`) || !utf8.ValidString(name) || utf8.RuneCountInString(name) > MaxName {
			t.Fatalf("%q from %q", name, s)
		}
		for _, r := range name {
			if unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) {
				t.Fatalf("%q keeps %U", name, r)
			}
		}
		if again, err := CleanName(name); err != nil || again != name {
			t.Fatalf("%q becomes %q, %v", name, again, err)
		}
	})
}
