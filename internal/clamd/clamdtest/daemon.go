// Package clamdtest is a small daemon that speaks the protocol of ClamAV, for
// tests.
//
// It may be imported by any test. Invariant: what it calls harmful is the
// harmless word [Harmful] only.
package clamdtest

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"sync"
	"testing"
)

// Harmful is found wherever it stands, as [Signature].
const (
	Harmful   = "BU-FAYL-ZERERLIDIR"
	Signature = "Test.Harmful.UNOFFICIAL"
)

// Mood is how the daemon answers.
type Mood int

// The moods.
const (
	Well    Mood = iota
	Silent       // reads and never answers
	Hasty        // hangs up after the first bytes
	Broken       // answers something else
	Limited      // takes no more than 64 KiB
)

// Daemon listens until the test ends.
type Daemon struct {
	listener net.Listener
	mu       sync.Mutex
	mood     Mood
	scans    int
	bytes    int64
}

// New starts one on network "tcp" or "unix"; address is the path of a socket.
func New(t testing.TB, network, address string) *Daemon {
	t.Helper()
	if network == "tcp" {
		address = "127.0.0.1:0"
	}
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	d := &Daemon{listener: l}
	t.Cleanup(d.Stop)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go d.serve(conn)
		}
	}()
	return d
}

// Addr is what the setting takes.
func (d *Daemon) Addr() string { return d.listener.Addr().String() }

// Stop ends it: from then on nothing listens.
func (d *Daemon) Stop() { _ = d.listener.Close() }

// Be changes its mood.
func (d *Daemon) Be(m Mood) { d.mu.Lock(); d.mood = m; d.mu.Unlock() }

// Seen is how many streams it has judged, and their bytes.
func (d *Daemon) Seen() (scans int, bytes int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.scans, d.bytes
}

func (d *Daemon) serve(conn net.Conn) {
	defer conn.Close()
	d.mu.Lock()
	mood := d.mood
	d.mu.Unlock()
	r := bufio.NewReader(conn)
	if cmd, err := r.ReadString(0); err != nil || cmd != "zINSTREAM\x00" {
		_, _ = io.WriteString(conn, "UNKNOWN COMMAND\x00")
		return
	}
	var all bytes.Buffer
	for {
		var n uint32
		if binary.Read(r, binary.BigEndian, &n) != nil {
			return
		}
		if mood == Hasty {
			return
		}
		if n == 0 {
			break
		}
		if _, err := io.CopyN(&all, r, int64(n)); err != nil {
			return
		}
		if mood == Limited && all.Len() > 64<<10 {
			_, _ = io.WriteString(conn, "INSTREAM size limit exceeded. ERROR\x00")
			return
		}
	}
	d.mu.Lock()
	d.scans, d.bytes = d.scans+1, d.bytes+int64(all.Len())
	d.mu.Unlock()
	switch {
	case mood == Silent:
		_, _ = io.Copy(io.Discard, conn) // until the other side gives up
	case mood == Broken:
		_, _ = io.WriteString(conn, "stream: maybe\x00")
	case bytes.Contains(all.Bytes(), []byte(Harmful)):
		_, _ = io.WriteString(conn, "stream: "+Signature+" FOUND\x00")
	default:
		_, _ = io.WriteString(conn, "stream: OK\x00")
	}
}
