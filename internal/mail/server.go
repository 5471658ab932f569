package mail

import (
	"crypto/tls"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/kis-platform/kis/internal/apperr"
)

// Server is a mail server to send by, and in whose name.
type Server struct {
	From    mail.Address
	Timeout time.Duration // of connecting, and again of sending; 20 s unless set

	host           string
	port           int
	user, password string
	implicit       bool // TLS from the first byte
	policy         gomail.TLSPolicy
	local          bool // on this machine
	tls            *tls.Config
}

// timeout is the usual Timeout.
const timeout = 20 * time.Second

// Open reads the address of a mail server: smtp://user:password@host:port or
// smtps://…. smtps speaks TLS from the first byte (port 465); smtp begins it
// with STARTTLS: always when there is a user or with ?tls=required, when the
// server offers it otherwise, never with ?tls=off. Ports: 465, 587 with a
// user, else 25. from is the sender as "Name <address>"; when empty it is the
// user's address, else kis@host. Invalid names what is wrong, never with the
// password.
func Open(address, from string) (*Server, error) {
	wrong := func(key string) error { return apperr.New(apperr.Invalid, key) }
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "smtp" && u.Scheme != "smtps") || u.Hostname() == "" || (u.Path != "" && u.Path != "/") {
		return nil, wrong("mail.error.url")
	}
	s := &Server{host: u.Hostname(), implicit: u.Scheme == "smtps", user: u.User.Username(), Timeout: timeout}
	s.password, _ = u.User.Password()
	s.local = s.host == "localhost"
	if ip, err := netip.ParseAddr(s.host); err == nil {
		s.local = ip.IsLoopback()
	}
	switch {
	case u.Port() != "":
		if s.port, err = strconv.Atoi(u.Port()); err != nil || s.port < 1 || s.port > 65535 {
			return nil, wrong("mail.error.url")
		}
	case s.implicit:
		s.port = 465
	case s.user != "":
		s.port = 587
	default:
		s.port = 25
	}
	switch mode := u.Query().Get("tls"); {
	case mode == "required", mode == "" && s.user != "" && !s.local:
		s.policy = gomail.TLSMandatory
	case mode == "":
		s.policy = gomail.TLSOpportunistic
	case mode == "off" && !s.implicit && (s.user == "" || s.local):
		s.policy = gomail.NoTLS
	default:
		return nil, wrong("mail.error.tls")
	}
	return s, s.setFrom(from)
}

func (s *Server) setFrom(from string) error {
	if from != "" {
		a, err := mail.ParseAddress(from)
		if err != nil {
			return apperr.New(apperr.Invalid, "mail.error.from", "value", from)
		}
		s.From = *a
		return nil
	}
	if a, err := mail.ParseAddress(s.user); err == nil {
		s.From = mail.Address{Name: "KİS", Address: a.Address}
		return nil
	}
	host := s.host
	if ip, err := netip.ParseAddr(host); err == nil {
		host = "[" + ip.String() + "]" // the form of a domain that is an address
	}
	s.From = mail.Address{Name: "KİS", Address: "kis@" + host}
	return nil
}

// Trust sets whose certificates are believed, for servers whose authority the
// machine does not know, and for tests.
func (s *Server) Trust(c *tls.Config) {
	c = c.Clone()
	c.ServerName, c.MinVersion = s.host, tls.VersionTLS12
	s.tls = c
}

// String is the server without the password.
func (s *Server) String() string { return net.JoinHostPort(s.host, strconv.Itoa(s.port)) }

// client makes a client for one connection.
func (s *Server) client() (*gomail.Client, error) {
	opts := []gomail.Option{gomail.WithPort(s.port), gomail.WithTimeout(s.Timeout), gomail.WithTLSPolicy(s.policy), gomail.WithoutNoop()}
	if s.implicit {
		opts = append(opts, gomail.WithSSL())
	}
	if s.tls != nil {
		opts = append(opts, gomail.WithTLSConfig(s.tls))
	}
	if s.user != "" {
		auth := gomail.SMTPAuthAutoDiscover
		if s.local && !s.implicit && s.policy != gomail.TLSMandatory {
			auth = gomail.SMTPAuthPlainNoEnc // the bytes do not leave the machine
		}
		opts = append(opts, gomail.WithSMTPAuth(auth), gomail.WithUsername(s.user), gomail.WithPassword(s.password))
	}
	return gomail.NewClient(s.host, opts...)
}
