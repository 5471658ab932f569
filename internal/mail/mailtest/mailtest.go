// Package mailtest is a mail server for tests: it speaks SMTP on a free port
// of the machine and keeps what it is given.
//
// It may import go-smtp. Invariant: what a test reads here went over a
// connection, with the checks of a real server.
package mailtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Mail is one message as the server got it.
type Mail struct {
	From   string   // of the envelope
	To     []string // of the envelope
	TLS    bool     // came over an encrypted connection
	Header mail.Header
	Text   string // the plain part, decoded
	HTML   string
	Raw    string
}

// Subject is the decoded subject.
func (m Mail) Subject() string {
	s, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		return m.Header.Get("Subject")
	}
	return s
}

// ID is the Message-ID.
func (m Mail) ID() string { return m.Header.Get("Message-ID") }

// Server is a mail server under test.
type Server struct {
	Addr string // host:port

	smtp  *smtp.Server
	mu    sync.Mutex
	mails []Mail
	fail  error
	got   func(n int)
}

// Option changes a server before it starts.
type Option func(*Server)

// WithTLS gives the server a certificate for 127.0.0.1, offered by STARTTLS,
// and lets the test trust it.
func WithTLS(t testing.TB) (opt Option, trust *tls.Config) {
	t.Helper()
	cert, pool := certificate(t)
	return func(s *Server) { s.smtp.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}} }, &tls.Config{RootCAs: pool}
}

// User and Password are the account a server with WithAuth asks for.
const User, Password = "kis", "gizli söz"

// WithAuth lets the server take mail only of User.
func WithAuth() Option {
	return func(s *Server) { s.smtp.Backend = backend{s, true} }
}

// OnMail calls f with the number of mails whenever one has come.
func OnMail(f func(n int)) Option { return func(s *Server) { s.got = f } }

// New starts a server that ends with the test. Without WithTLS it speaks plain.
func New(t testing.TB, opts ...Option) *Server { t.Helper(); return start(t, false, opts) }

// NewTLS starts a server that speaks TLS from the first byte; it needs WithTLS.
func NewTLS(t testing.TB, opts ...Option) *Server { t.Helper(); return start(t, true, opts) }

func start(t testing.TB, implicit bool, opts []Option) *Server {
	t.Helper()
	s := &Server{}
	s.smtp = smtp.NewServer(backend{s, false})
	s.smtp.Domain, s.smtp.AllowInsecureAuth = "mail.stat.example", true
	s.smtp.MaxMessageBytes, s.smtp.MaxLineLength = 1<<20, 1000 // RFC 5321, 4.5.3.1
	for _, o := range opts {
		o(s)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("mailtest: %v", err)
	}
	s.Addr = l.Addr().String()
	if implicit {
		l = tls.NewListener(l, s.smtp.TLSConfig)
	}
	go func() { _ = s.smtp.Serve(l) }()
	t.Cleanup(func() { _ = s.smtp.Close() })
	return s
}

// Mails are the messages so far.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.mails...)
}

// Fail makes the server answer the recipient of each message with the code
// and text, nil code 0 makes it take them again.
func (s *Server) Fail(code int, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = nil
	if code != 0 {
		s.fail = &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: text}
	}
}

type backend struct {
	s    *Server
	auth bool
}

func (b backend) NewSession(c *smtp.Conn) (smtp.Session, error) {
	_, encrypted := c.TLSConnectionState()
	if _, implicit := c.Conn().(*tls.Conn); implicit {
		encrypted = true
	}
	return &session{s: b.s, conn: c, known: !b.auth, mail: Mail{TLS: encrypted}}, nil
}

type session struct {
	s     *Server
	conn  *smtp.Conn
	known bool
	mail  Mail
}

func (x *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (x *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != User || password != Password {
			return errors.New("wrong name or password")
		}
		x.known = true
		return nil
	}), nil
}

func (x *session) Mail(from string, _ *smtp.MailOptions) error {
	if !x.known {
		return smtp.ErrAuthRequired
	}
	x.mail.From = from
	return nil
}

func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	if x.s.fail != nil {
		return x.s.fail
	}
	x.mail.To = append(x.mail.To, to)
	return nil
}

func (x *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m := x.mail
	if err := m.read(string(raw)); err != nil {
		return &smtp.SMTPError{Code: 554, Message: "not a message: " + err.Error()}
	}
	x.s.mu.Lock()
	x.s.mails = append(x.s.mails, m)
	n, got := len(x.s.mails), x.s.got
	x.s.mu.Unlock()
	if got != nil {
		got(n)
	}
	return nil
}

func (x *session) Reset()        { x.mail.From, x.mail.To = "", nil }
func (x *session) Logout() error { return nil }

// read takes a message apart.
func (m *Mail) read(raw string) error {
	m.Raw = raw
	msg, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		return err
	}
	m.Header = msg.Header
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	if kind != "multipart/alternative" {
		m.Text, err = decode(msg.Header.Get("Content-Transfer-Encoding"), msg.Body)
		return err
	}
	parts := multipart.NewReader(msg.Body, params["boundary"])
	for {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		text, err := decode(p.Header.Get("Content-Transfer-Encoding"), p)
		if err != nil {
			return err
		}
		if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			m.HTML = text
		} else {
			m.Text = text
		}
	}
}

func decode(encoding string, r io.Reader) (string, error) {
	if strings.EqualFold(encoding, "quoted-printable") {
		r = quotedprintable.NewReader(r)
	}
	b, err := io.ReadAll(r)
	return strings.ReplaceAll(string(b), "\r\n", "\n"), err
}

// certificate makes one for 127.0.0.1 that is valid for an hour.
func certificate(t testing.TB) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatalf("mailtest: %v", err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mailtest"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatalf("mailtest: %v", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatalf("mailtest: %v", err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}
