package web_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

// wait is the patience of the server in these tests.
const wait = 400 * time.Millisecond

// slowSite has a form, a form for members only, a form whose work takes
// longer than the patience, and an upload.
func slowSite(t *testing.T) *webtest.Site {
	done := func(c *web.Context) error { return c.Redirect("/") }
	return webtest.New(t, func(r *web.Router) {
		r.POST("/form", policies.Public, done)
		r.POST("/members", policies.SelfUse, done)
		r.POST("/work", policies.Public, func(c *web.Context) error {
			select {
			case <-c.Ctx().Done():
				return c.Ctx().Err()
			case <-time.After(2 * wait):
				return c.Redirect("/")
			}
		})
		r.STREAM("/up", policies.Public, func(c *web.Context) error {
			_, err := c.Multipart(web.Limits{}, func(f *web.File) error {
				_, err := io.Copy(io.Discard, f)
				return err
			})
			if err != nil {
				return err
			}
			return c.Redirect("/")
		})
	}, func(o *web.Options) { o.Patience = wait })
}

// send opens a connection, sends the head of a request with a body of length
// bytes, and the pieces of it with a pause before each. It gives the status
// of the answer, 0 for none, and how long the connection stayed open.
func send(t *testing.T, site, path, kind string, length int, pause time.Duration, pieces ...string) (int, time.Duration) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(site, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	start := time.Now()
	_ = conn.SetDeadline(start.Add(20 * time.Second))
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: kis\r\nConnection: close\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", path, kind, length)
	for _, p := range pieces {
		time.Sleep(pause)
		_, _ = io.WriteString(conn, p) // the server may have had enough
	}
	status := 0
	r := bufio.NewReader(conn)
	if a, err := http.ReadResponse(r, nil); err == nil {
		status = a.StatusCode
		_, _ = io.Copy(io.Discard, a.Body)
	}
	_, _ = io.Copy(io.Discard, r)
	return status, time.Since(start)
}

func TestACallerWhoSendsNothingMoreIsNotWaitedFor(t *testing.T) {
	site := slowSite(t).Listen()
	const form = "application/x-www-form-urlencoded"
	for path, kind := range map[string]string{"/form": form, "/members": form, "/no-such-page": form, "/up": "multipart/form-data; boundary=x"} {
		if _, open := send(t, site, path, kind, 1000, 0, "--x\r\nContent"); open > 10*time.Second {
			t.Errorf("%s: the connection was held for %s", path, open)
		}
	}
}

func TestWhoSendsSlowlyOrAsksForLongWorkIsServed(t *testing.T) {
	site := slowSite(t).Listen()
	head, tail := "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\n", "\r\n--x--\r\n"
	pieces := append([]string{head}, strings.Split(strings.Repeat("y", 12), "")...)
	pieces = append(pieces, tail)
	if status, took := send(t, site, "/up", "multipart/form-data; boundary=x", len(head)+12+len(tail), wait/4, pieces...); status != http.StatusSeeOther || took < 2*wait {
		t.Errorf("an upload that took %s is answered with %d", took, status)
	}
	if status, _ := send(t, site, "/work", "application/x-www-form-urlencoded", 3, 0, "a=b"); status != http.StatusSeeOther {
		t.Errorf("long work is answered with %d", status)
	}
}
