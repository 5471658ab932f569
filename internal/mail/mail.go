// Package mail owns writing and sending a message by SMTP: one person, a
// subject, the text in plain and as HTML.
//
// It may import apperr and go-mail. Invariants: no text of a person can add a
// header or a recipient; the same message has the same Message-ID, date and
// parts however often it is sent, so that a repetition can be told; nothing
// is sent without encryption once a password is involved, but to the machine
// itself; a server that does not answer is not waited for.
package mail

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"
)

// Message is one mail to one person.
type Message struct {
	ID      string // local part of the Message-ID, stable for the same message
	Date    time.Time
	Name    string // of the person
	Address string
	Subject string
	Text    string // plain, lines ended by \n
	HTML    string
}

// Sender takes messages to a mail server.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// refusedError marks a message that the server will never take.
type refusedError struct{ error }

// Unwrap gives the error itself.
func (e refusedError) Unwrap() error { return e.error }

// Refused says whether the server refused this very message for good, so that
// sending it again is of no use: an address that does not exist, for example.
// A server that is away, full or refuses our sign-in is not that.
func Refused(err error) bool {
	var r refusedError
	return errors.As(err, &r)
}

// Send takes a message to the server and returns when the server has it. How
// the connection ends after that is no matter.
func (s *Server) Send(ctx context.Context, m Message) error {
	msg, err := s.compose(m)
	if err != nil {
		return refusedError{err}
	}
	c, err := s.client()
	if err != nil {
		return err
	}
	conn, err := c.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	err = c.SendWithSMTPClient(conn, msg)
	if err == nil {
		_ = c.CloseWithSMTPClient(conn)
		return nil
	}
	_ = conn.Close()
	var failed *gomail.SendError
	if errors.As(err, &failed) && forGood(failed) {
		return refusedError{err}
	}
	return err
}

// forGood says whether an answer of 5xx is about this message.
func forGood(e *gomail.SendError) bool {
	switch e.Reason {
	case gomail.ErrSMTPRcptTo, gomail.ErrSMTPData, gomail.ErrSMTPDataClose:
		return e.ErrorCode() >= 500 && e.ErrorCode() < 600
	}
	return false
}

// compose makes the message as it goes over the wire.
func (s *Server) compose(m Message) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithBoundary("kis-"+m.ID))
	msg.FromMailAddress(&s.From)
	if err := msg.AddTo(m.Address); err != nil { // refuses what is no single address
		return nil, err
	}
	msg.ToMailAddress(&mail.Address{Name: OneLine(m.Name), Address: m.Address})
	msg.Subject(OneLine(m.Subject))
	msg.SetDateWithValue(m.Date)
	msg.SetMessageIDWithValue(m.ID + "@" + s.domain())
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // nobody's out-of-office answers it
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return msg, nil
}

// domain is that of the sender's address.
func (s *Server) domain() string {
	_, domain, _ := strings.Cut(s.From.Address, "@")
	return domain
}

// OneLine makes a text fit for a header: line breaks and other control
// characters become blanks, and there is never more than one.
func OneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	}), " ")
}
