package apperr_test

import (
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
)

func TestATextIsWhatCanBeSeenOfIt(t *testing.T) {
	for in, want := range map[string]struct{ out, key string }{
		"  Keyfiyyət\r\nhesabatı ":       {"Keyfiyyət\nhesabatı", ""},
		"akt\u202egnp.exe\u2066x\u2069":  {"aktgnp.exex", ""}, // nothing is turned round
		"\u200b\u200b\u2060\ufeff\u00a0": {"", "error.field.required"},
		"\u0301\u0301":                   {"", "error.field.required"},
		"👩\u200d👧 ailə":                  {"👩\u200d👧 ailə", ""}, // a joiner between signs stays
		"a\x00b":                         {"a\x00b", "error.field.characters"},
		"\x01":                           {"\x01", "error.field.characters"},
		"a\u0085b":                       {"a\u0085b", "error.field.characters"},
		"a\uffffb":                       {"a\uffffb", "error.field.characters"},
		"a\xffb":                         {"a\xffb", "error.field.characters"},
		strings.Repeat("ə", 21):          {strings.Repeat("ə", 21), "error.field.too_long"},
	} {
		var c apperr.Check
		got, key := c.Text("f", in, 1, 20), ""
		if err := c.Err(); err != nil {
			key = apperr.As(err).Fields[0].Key
		}
		if got != want.out || key != want.key {
			t.Errorf("%q: %q %s, want %q %s", in, got, key, want.out, want.key)
		}
	}
}
