package mail_test

import (
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/mail"
	"github.com/kis-platform/kis/internal/mail/mailtest"
)

var letter = mail.Message{
	ID: "0193-notice", Date: time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC), Name: "Aytən Məmmədova", Address: "aytan@stat.example",
	Subject: "Sübut qaytarıldı: 4.4.2 Çöl işinin təşkili — ığüşöç İĞÜŞÖÇ Ə",
	Text:    "Hörmətli Aytən Məmmədova,\n\n" + strings.Repeat("Uzun sətir ə ğ ı İ ö ş ü ç ", 60) + "\n.\nson", HTML: "<p>Hörmətli <b>Aytən</b></p>",
}

func open(t *testing.T, address string) *mail.Server {
	t.Helper()
	s, err := mail.Open(address, "KİS Dövlət Statistika <kis@stat.example>")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestALetterArrivesAsItWasWritten(t *testing.T) {
	srv := mailtest.New(t)
	s := open(t, "smtp://"+srv.Addr)
	for range 2 {
		if err := s.Send(t.Context(), letter); err != nil {
			t.Fatal(err)
		}
	}
	got := srv.Mails()
	if len(got) != 2 {
		t.Fatalf("%d mails", len(got))
	}
	m := got[0]
	if m.Subject() != letter.Subject || m.Text != letter.Text || m.HTML != letter.HTML {
		t.Errorf("subject %q\ntext %q\nhtml %q", m.Subject(), m.Text, m.HTML)
	}
	to, err := m.Header.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Name != letter.Name || to[0].Address != letter.Address {
		t.Errorf("to %v, %v", to, err)
	}
	from, err := m.Header.AddressList("From")
	if err != nil || from[0].Name != "KİS Dövlət Statistika" || m.From != "kis@stat.example" {
		t.Errorf("from %v, %v, envelope %s", from, err, m.From)
	}
	if m.ID() != "<0193-notice@stat.example>" || m.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("headers %v", m.Header)
	}
	if got[1].Raw != m.Raw {
		t.Error("the same letter sent again is another one")
	}
	for _, line := range strings.Split(m.Raw, "\r\n") {
		if len(line) > 998 || strings.ContainsFunc(line, func(r rune) bool { return r > 126 }) {
			t.Errorf("a line that not every server takes: %q", line)
		}
	}
}

func TestNoTextAddsAHeaderOrARecipient(t *testing.T) {
	srv := mailtest.New(t)
	s := open(t, "smtp://"+srv.Addr)
	m := letter
	m.Subject = "Salam\r\nBcc: evil@example.org\r\n\r\nbody"
	m.Name = "Aytən\r\nBcc: evil@example.org\u2028X"
	if err := s.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := srv.Mails()[0]
	if got.Header.Get("Bcc") != "" || len(got.To) != 1 || got.Subject() != "Salam Bcc: evil@example.org body" || got.Text != m.Text {
		t.Errorf("injected: %v %v %q", got.Header, got.To, got.Subject())
	}
	for _, address := range []string{"a@b.az\r\nRCPT TO:<evil@example.org>", "a@b.az, evil@example.org", "", "nobody"} {
		m.Address = address
		if err := s.Send(t.Context(), m); !mail.Refused(err) {
			t.Errorf("%q: %v", address, err)
		}
	}
	if n := len(srv.Mails()); n != 1 {
		t.Errorf("%d mails", n)
	}
}

func TestStartTLSAndTLSAndSigningIn(t *testing.T) {
	offer, trust := mailtest.WithTLS(t)
	user := url.UserPassword(mailtest.User, mailtest.Password).String()
	begins := mailtest.New(t, offer, mailtest.WithAuth())
	always := mailtest.NewTLS(t, offer, mailtest.WithAuth())
	for _, address := range []string{"smtp://" + user + "@" + begins.Addr + "?tls=required", "smtp://" + user + "@" + begins.Addr, "smtps://" + user + "@" + always.Addr} {
		s := open(t, address)
		s.Trust(trust)
		if err := s.Send(t.Context(), letter); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, m := range append(begins.Mails(), always.Mails()...) {
		if !m.TLS {
			t.Error("a mail came in the clear")
		}
	}
	if n := len(begins.Mails()) + len(always.Mails()); n != 3 {
		t.Errorf("%d mails", n)
	}
	stranger := open(t, "smtps://"+user+"@"+always.Addr)
	if err := stranger.Send(t.Context(), letter); err == nil || mail.Refused(err) {
		t.Errorf("a certificate nobody knows: %v", err)
	}
	wrong := open(t, "smtp://kis:wrong@"+begins.Addr)
	wrong.Trust(trust)
	if err := wrong.Send(t.Context(), letter); err == nil || mail.Refused(err) {
		t.Errorf("a wrong password is mended by the settings, not by giving mail up: %v", err)
	}
	plain := mailtest.New(t)
	if err := open(t, "smtp://"+plain.Addr+"?tls=required").Send(t.Context(), letter); err == nil || len(plain.Mails()) > 0 {
		t.Errorf("sent in the clear though encryption is required: %v", err)
	}
}

func TestWhatIsRefusedForGoodAndWhatMayComeLater(t *testing.T) {
	srv := mailtest.New(t)
	s := open(t, "smtp://"+srv.Addr)
	srv.Fail(550, "no such user")
	if err := s.Send(t.Context(), letter); !mail.Refused(err) {
		t.Errorf("550: %v", err)
	}
	srv.Fail(451, "try later")
	if err := s.Send(t.Context(), letter); err == nil || mail.Refused(err) {
		t.Errorf("451: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() // takes connections and says nothing
	silent := open(t, "smtp://"+l.Addr().String())
	silent.Timeout = 300 * time.Millisecond
	start := time.Now()
	if err := silent.Send(t.Context(), letter); err == nil || mail.Refused(err) {
		t.Errorf("silence: %v", err)
	}
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("waited %v for a silent server", d)
	}
}

func TestTheAddressOfTheServer(t *testing.T) {
	for address, want := range map[string]string{
		"smtp://mail.stat.gov.az": "mail.stat.gov.az:25", "smtp://u:p@mail.stat.gov.az": "mail.stat.gov.az:587",
		"smtps://mail.stat.gov.az": "mail.stat.gov.az:465", "smtp://[::1]:2525": "[::1]:2525",
	} {
		if s := open(t, address); s.String() != want {
			t.Errorf("%s is %s, want %s", address, s, want)
		}
	}
	for _, address := range []string{"", "mail.stat.gov.az", "http://mail", "smtp://", "smtp://h:99999", "smtp://h/inbox", "smtp://h?tls=maybe", "smtp://u:sirr@h?tls=off", "smtps://h?tls=off"} {
		if _, err := mail.Open(address, ""); !apperr.Is(err, apperr.Invalid) || strings.Contains(err.Error(), "sirr") {
			t.Errorf("%q: %v", address, err)
		}
	}
	if _, err := mail.Open("smtp://h", "two@a.az, three@a.az"); !apperr.Is(err, apperr.Invalid) {
		t.Errorf("two senders: %v", err)
	}
	for address, want := range map[string]string{"smtp://kis%40stat.gov.az:p@h": "kis@stat.gov.az", "smtp://mail.stat.gov.az": "kis@mail.stat.gov.az", "smtp://127.0.0.1:25": "kis@[127.0.0.1]"} {
		if s, err := mail.Open(address, ""); err != nil || s.From.Address != want {
			t.Errorf("%s: %v %v", address, s, err)
		}
	}
}
