package kisweb_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// cutUpload announces a body of some bytes, sends fewer, closes the sending
// side and gives the body of the answer.
func cutUpload(t *testing.T, base, token, path string, announced, sent int) string {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: kis\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\nContent-Type: application/octet-stream\r\n\r\n", path, token, announced)
	if _, err := io.WriteString(conn, strings.Repeat("a", sent)); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
