package clamd

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// FuzzAnswer lets a daemon answer anything: a file is clean only when it says
// so in full, and found is only what it names.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{"stream: OK\x00", "stream: Eicar FOUND\x00", "stream: OK", "", "\x00", "stream:  FOUND\x00", "a: b: OK\x00", "INSTREAM size limit exceeded. ERROR\x00", "stream: OK FOUND\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		near, far := net.Pipe()
		go func() {
			_, _ = io.WriteString(far, answer) // ends when the reader has enough or goes away
			_ = far.Close()
		}()
		s := &Scanner{Patience: 5 * time.Second}
		text, err := s.answer(near)
		_ = near.Close()
		if err != nil {
			if strings.Contains(answer[:min(len(answer), maxAnswer)], "\x00") {
				t.Fatalf("%q: %v", answer, err)
			}
			return
		}
		found, err := verdict(text)
		switch {
		case err != nil:
			if found != "" {
				t.Fatalf("%q is found and unknown", found)
			}
		case found == "":
			if !strings.HasSuffix(text, ": OK") {
				t.Fatalf("%q is taken for clean", text)
			}
		case !strings.HasSuffix(text, found+" FOUND"):
			t.Fatalf("%q is found in %q", found, text)
		}
	})
}
