package notice

import (
	"context"
	"fmt"
	"strings"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/mail"
	"github.com/kis-platform/kis/internal/outbox"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
)

// letter is a mail before it is written.
type letter struct {
	Lang     string
	Subject  string
	Greeting string
	Parts    []part
	Why      string // why it is sent
	Choose   string // words of the link to the settings
	Settings string // that link
}

// part is a list under a heading.
type part struct {
	Title string
	Lines []line
	More  line // a last line that leads to the rest; empty when there is none
}

// line is one thing in a letter.
type line struct {
	When  string // day or moment, "" for none
	Late  string // word for what is late, "" for what is not
	Text  string
	Where string
	Note  string
	Href  string // whole address
}

// doNow sends the mail about what just happened.
func (s *Service) doNow(ctx context.Context, j outbox.Job) (outbox.Finish, error) {
	var args nowArgs
	if err := j.Read(&args); err != nil {
		return nil, outbox.GiveUp(err)
	}
	_, u, ok, err := s.recipient(ctx, args.User)
	if err != nil || !ok {
		return nil, err
	}
	rows, err := noticesOf(ctx, s.KIS.DB.Read(), u.ID, args.Notices)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	l := s.letter(u)
	p := s.events(u.Lang, rows)
	if len(rows) == 1 {
		l.Subject = p.Lines[0].Text
	} else {
		l.Subject = i18n.T(u.Lang, "notice.mail.now.subject", "n", len(rows))
	}
	l.Parts = []part{p}
	return nil, s.send(ctx, j, u, l)
}

// doDigest sends the mail of the day: what waits now, what happened since the
// last one. One that could not be sent on its day is not sent: what it would
// have told of goes into the next.
func (s *Service) doDigest(ctx context.Context, j outbox.Job) (outbox.Finish, error) {
	var args dayArgs
	if err := j.Read(&args); err != nil {
		return nil, outbox.GiveUp(err)
	}
	if s.KIS.Today() != args.Day {
		return func(ctx context.Context, tx *store.Tx) error { return backFromDigest(ctx, tx, args.User, args.Day) }, nil
	}
	who, u, ok, err := s.recipient(ctx, args.User)
	if err != nil || !ok {
		return nil, err
	}
	rows, err := digestOf(ctx, s.KIS.DB.Read(), u.ID, args.Day)
	if err != nil {
		return nil, err
	}
	chosen, err := choicesOf(ctx, s.KIS.DB.Read(), []string{u.ID})
	if err != nil {
		return nil, err
	}
	l := s.letter(u)
	late, n := 0, 0
	if chosen.of(u.ID, KindWork) == Digest {
		items, err := s.Working(actor.With(ctx, who))
		if err != nil {
			return nil, err
		}
		var p part
		p, late = s.waiting(u.Lang, items)
		if n = len(items); n > 0 {
			l.Parts = append(l.Parts, p)
		}
	}
	if len(rows) > 0 {
		l.Parts = append(l.Parts, s.events(u.Lang, rows))
	}
	if len(l.Parts) == 0 {
		return nil, nil // done meanwhile
	}
	key := "notice.mail.digest.subject"
	switch {
	case n == 0:
		key = "notice.mail.digest.subject_news"
	case late > 0:
		key = "notice.mail.digest.subject_late"
	}
	l.Subject = i18n.T(u.Lang, key, "day", args.Day.Format(), "n", n, "late", late, "news", len(rows))
	return nil, s.send(ctx, j, u, l)
}

// recipient gives a person who can still sign in; ok is false for others.
func (s *Service) recipient(ctx context.Context, id string) (actor.Actor, office.User, bool, error) {
	a, err := s.KIS.ActorOf(ctx, id)
	if apperr.Is(err, apperr.NotFound) {
		return a, office.User{}, false, nil
	}
	if err != nil {
		return a, office.User{}, false, err
	}
	users, err := office.UsersByID(ctx, s.KIS.DB.Read(), []string{id})
	return a, users[id], err == nil, err
}

// letter begins a mail to a person.
func (s *Service) letter(u office.User) letter {
	return letter{Lang: u.Lang, Greeting: i18n.T(u.Lang, "notice.mail.greeting", "name", u.Name), Why: i18n.T(u.Lang, "notice.mail.why"),
		Choose: i18n.T(u.Lang, "notice.mail.choose"), Settings: s.BaseURL + "/me/notifications"}
}

// mostLines is how much of what waits or happened one letter tells.
const mostLines = 30

// waiting lists what waits for a person, and says how much of it is late.
func (s *Service) waiting(lang string, items []kis.WorkItem) (part, int) {
	p := part{Title: i18n.T(lang, "notice.mail.waiting", "n", len(items))}
	late, today := 0, s.KIS.Today()
	for i, w := range items {
		l := line{Text: i18n.T(lang, w.KindKey) + ": " + mail.OneLine(w.Title), Where: mail.OneLine(w.Reason), Href: s.BaseURL + w.Href, When: w.Due.Format()}
		if w.Overdue || (w.Due != "" && w.Due < today) {
			late++
			l.Late = i18n.T(lang, "notice.mail.late")
		}
		if i < mostLines {
			p.Lines = append(p.Lines, l)
		}
	}
	if n := len(items) - mostLines; n > 0 {
		p.More = line{Text: i18n.T(lang, "notice.mail.more", "n", n), Href: s.BaseURL + "/work"}
	}
	return p, late
}

// events lists what happened.
func (s *Service) events(lang string, rows []row) part {
	p := part{Title: i18n.T(lang, "notice.mail.events", "n", len(rows))}
	for i, r := range rows {
		if i == mostLines {
			p.More = line{Text: i18n.T(lang, "notice.mail.more", "n", len(rows)-i), Href: s.BaseURL + "/notifications"}
			break
		}
		n := r.words(lang)
		p.Lines = append(p.Lines, line{When: i18n.DateTime(lang, n.At.In(s.KIS.Zone)), Text: mail.OneLine(n.Text), Where: mail.OneLine(n.Where), Note: mail.OneLine(n.Note), Href: s.BaseURL + n.Href})
	}
	return p
}

// send writes a letter and gives it to the mail server. The job's id makes the
// Message-ID: the same letter sent again, after a crash, is one letter to the
// person's mailbox.
func (s *Service) send(ctx context.Context, j outbox.Job, u office.User, l letter) error {
	html, err := l.html()
	if err != nil {
		return outbox.GiveUp(err)
	}
	err = s.Mail.Send(ctx, mail.Message{ID: j.ID, Date: j.CreatedAt.In(s.KIS.Zone), Name: u.Name, Address: u.Email, Subject: l.Subject, Text: l.text(), HTML: html})
	if mail.Refused(err) {
		return outbox.GiveUp(err)
	}
	return err
}

// text is the letter in plain.
func (l letter) text() string {
	var b strings.Builder
	b.WriteString(l.Greeting + "\n")
	for _, p := range l.Parts {
		fmt.Fprintf(&b, "\n%s\n\n", p.Title)
		for _, x := range p.Lines {
			b.WriteString("* " + x.Text + "\n")
			if head := strings.Join(words(x.When, x.Late, x.Where), " · "); head != "" {
				b.WriteString("  " + head + "\n")
			}
			if x.Note != "" {
				b.WriteString("  «" + x.Note + "»\n")
			}
			b.WriteString("  " + x.Href + "\n\n")
		}
		if p.More.Text != "" {
			fmt.Fprintf(&b, "%s\n%s\n", p.More.Text, p.More.Href)
		}
	}
	fmt.Fprintf(&b, "-- \n%s\n%s: %s\n", l.Why, l.Choose, l.Settings)
	return b.String()
}

// words leaves out what is empty.
func words(list ...string) []string {
	var out []string
	for _, w := range list {
		if w != "" {
			out = append(out, w)
		}
	}
	return out
}
