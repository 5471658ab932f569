package store

import (
	"testing"
	"time"
)

// FuzzMoment: a time that is taken is one that both databases hold, and is
// read as itself again.
func FuzzMoment(f *testing.F) {
	for _, s := range []string{"2026-01-01T00:00:00Z", "2026-01-01T00:00:00.123456789+04:00", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "2026-02-30T00:00:00Z", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, ok := ParseMoment(s)
		if !ok {
			return
		}
		again, ok := ParseMoment(at.Format(time.RFC3339Nano))
		if !ok || !again.Equal(at) || at.Year() < 1 || at.Year() > 9999 {
			t.Fatalf("%q is %v and then %v", s, at, again)
		}
	})
}
