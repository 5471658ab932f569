package web

import (
	"slices"
	"testing"
)

// FuzzCursor: a cursor that is taken says the same when it is made anew; any
// other text is none.
func FuzzCursor(f *testing.F) {
	for _, s := range []string{"", EncodeCursor("a"), EncodeCursor("after", "2026-01-01T00:00:00Z", "x"), "W10", "bnVsbA", "%%%", EncodeCursor("a\x00b"), "WyJhIiwgMV0"} {
		f.Add(s, 3)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		values := DecodeCursor(s, n)
		if values == nil {
			return
		}
		if again := DecodeCursor(EncodeCursor(values...), n); !slices.Equal(values, again) || len(values) != n {
			t.Fatalf("%q is %q and then %q", s, values, again)
		}
	})
}
