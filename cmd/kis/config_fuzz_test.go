package main

import "testing"

// FuzzBytes: a size that is taken is at least a byte, and the same when it is
// written in bytes.
func FuzzBytes(f *testing.F) {
	for _, s := range []string{"1", "50MiB", "1 GiB", "9223372036854775807", "8388608TiB", "-1", "1e3", "0x10", "TiB", "1KiBKiB"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, ok := parseBytes(s); ok && n < 1 {
			t.Fatalf("%q is %d bytes", s, n)
		}
	})
}
