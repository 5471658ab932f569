// Package clamd asks a ClamAV daemon whether bytes hold something harmful, by
// its command INSTREAM.
//
// It imports apperr only. Invariants: bytes are streamed and never held whole;
// every wait is bounded; anything but a clear answer is an error, so that
// silence never counts as clean.
package clamd

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
)

// Scanner is a daemon at an address.
type Scanner struct {
	network, address string
	Patience         time.Duration // longest pause in connecting, sending or waiting for the answer; 2 minutes by New
}

const (
	chunkSize   = 64 << 10
	dialTimeout = 5 * time.Second
	maxAnswer   = 4 << 10
)

// New takes host:port, or the absolute path of a socket, also with unix: before
// it. Anything else is Invalid.
func New(address string) (*Scanner, error) {
	s := &Scanner{network: "tcp", address: address, Patience: 2 * time.Minute}
	if path := strings.TrimPrefix(strings.TrimPrefix(address, "unix:"), "//"); strings.HasPrefix(path, "/") {
		s.network, s.address = "unix", path
		return s, nil
	}
	if host, port, err := net.SplitHostPort(address); err != nil || host == "" || port == "" {
		return nil, apperr.New(apperr.Invalid, "clamd.address", "value", address)
	}
	return s, nil
}

// Scan sends r and gives the name of what was found in it, or "" when it is
// clean. An error means that nothing is known: no daemon, a stream longer than
// it takes, an answer that is neither yes nor no.
func (s *Scanner) Scan(ctx context.Context, r io.Reader) (found string, err error) {
	conn, err := (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, s.network, s.address)
	if err != nil {
		return "", fmt.Errorf("virus scanner: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	answer, err := s.talk(conn, r)
	if err != nil {
		return "", fmt.Errorf("virus scanner: %w", errors.Join(err, ctx.Err()))
	}
	return verdict(answer)
}

// talk sends the stream in chunks, each after its length, and reads the answer,
// which ends with a zero byte.
func (s *Scanner) talk(conn net.Conn, r io.Reader) (string, error) {
	s.wait(conn)
	if _, err := io.WriteString(conn, "zINSTREAM\x00"); err != nil {
		return "", err
	}
	buf := make([]byte, 4+chunkSize)
	for {
		n, rerr := r.Read(buf[4:])
		if n > 0 {
			binary.BigEndian.PutUint32(buf, uint32(n))
			s.wait(conn)
			if _, err := conn.Write(buf[:4+n]); err != nil {
				// The daemon hangs up when the stream is too long, and may have said so.
				if answer, aerr := s.answer(conn); aerr == nil {
					return answer, nil
				}
				return "", err
			}
		}
		if rerr == io.EOF {
			break
		}
		if rerr != nil {
			return "", rerr
		}
	}
	s.wait(conn)
	if _, err := conn.Write([]byte{0, 0, 0, 0}); err != nil {
		return "", err
	}
	return s.answer(conn)
}

func (s *Scanner) answer(conn net.Conn) (string, error) {
	s.wait(conn)
	raw, err := bufio.NewReader(io.LimitReader(conn, maxAnswer)).ReadString(0)
	if err != nil {
		return "", fmt.Errorf("no whole answer: %w", err)
	}
	return strings.TrimRight(raw, "\x00\r\n "), nil
}

func (s *Scanner) wait(conn net.Conn) { _ = conn.SetDeadline(time.Now().Add(s.Patience)) }

// verdict reads "stream: OK" or "stream: NAME FOUND".
func verdict(answer string) (found string, err error) {
	_, text, ok := strings.Cut(answer, ": ")
	switch name, hit := strings.CutSuffix(text, " FOUND"); {
	case ok && text == "OK":
		return "", nil
	case ok && hit && name != "":
		return name, nil
	}
	if len(answer) > 200 {
		answer = answer[:200]
	}
	return "", fmt.Errorf("virus scanner answered %q", answer)
}
