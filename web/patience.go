package web

import (
	"io"
	"net/http"
	"time"
)

// limitBody gives the body of a request until the end of Options.Patience to
// arrive: a caller who sends it drop by drop, or not at all, must not hold a
// connection for ever, least of all one who is refused anyway. What reads a
// body in earnest moves the end (patient) or lifts it when it has it all.
func (s *Server) limitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 {
			s.waitUntil(w, time.Now().Add(s.opt.Patience))
		}
		next.ServeHTTP(w, r)
	})
}

// waitUntil sets when reading from the connection ends; the zero time is
// never. Not all writers can: those of tests have no connection.
func (s *Server) waitUntil(w http.ResponseWriter, end time.Time) {
	_ = http.NewResponseController(w).SetReadDeadline(end)
}

// patient is the body of an upload: it may take long as a whole, but no pause
// may be longer than the patience of the server.
type patient struct {
	io.ReadCloser
	server *Server
	w      http.ResponseWriter
	moved  time.Time
}

func (p *patient) Read(b []byte) (int, error) {
	if now := time.Now(); now.Sub(p.moved) > p.server.opt.Patience/8 {
		p.moved = now
		p.server.waitUntil(p.w, now.Add(p.server.opt.Patience))
	}
	return p.ReadCloser.Read(b)
}
