package notice

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Filter narrows the list of notices.
type Filter struct {
	Unread bool
	After  string // Next of the page before
	Limit  int    // 50 when 0, at most 200
}

// Notice is a notice in the words of its reader.
type Notice struct {
	ID    string
	Kind  string
	Text  string
	Where string // process and period, or ""
	Note  string // the reason that was given, or ""
	Href  string
	At    time.Time
	Read  bool
}

// Page is one page of the list, newest first.
type Page struct {
	Notices []Notice
	Next    string // After of the next page, "" when this is the last
}

// person is the actor, who must be somebody.
func person(ctx context.Context) (actor.Actor, error) {
	if _, err := office.Allowed(ctx, policies.SelfUse); err != nil {
		return actor.Actor{}, err
	}
	a := actor.From(ctx)
	if a.UserID == "" {
		return a, apperr.New(apperr.Forbidden, "error.forbidden")
	}
	return a, nil
}

// List gives the actor's notices in the language. One query.
func (s *Service) List(ctx context.Context, lang string, f Filter) (Page, error) {
	a, err := person(ctx)
	if err != nil {
		return Page{}, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 200)
	rows, err := listNotices(ctx, s.KIS.DB.Read(), a.UserID, f)
	if err != nil {
		return Page{}, err
	}
	var p Page
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		p.Next = rows[f.Limit-1].ID
	}
	for _, r := range rows {
		p.Notices = append(p.Notices, r.words(lang))
	}
	return p, nil
}

// MaxUnread is how far unread notices are counted.
const MaxUnread = 100

// Unread counts the actor's unread notices, up to MaxUnread; 0 for nobody. One
// query over an index of unread ones: it runs for every page.
func (s *Service) Unread(ctx context.Context) (int, error) {
	a := actor.From(ctx)
	if a.UserID == "" {
		return 0, nil
	}
	return unread(ctx, s.KIS.DB, a.UserID, MaxUnread)
}

// Read marks a notice of the actor as read and gives where it leads. Somebody
// else's is not found; one that was read stays so.
func (s *Service) Read(ctx context.Context, id string) (href string, err error) {
	a, err := person(ctx)
	if err != nil {
		return "", err
	}
	if !store.IsID(id) {
		return "", apperr.Missing("notice")
	}
	r, err := noticeOf(ctx, s.KIS.DB.Read(), a.UserID, id)
	if err != nil || !r.ReadAt.IsZero() {
		return r.Href, err
	}
	return r.Href, s.KIS.DB.Unrecorded(ctx, func(tx *store.Tx) error {
		_, err := markRead(ctx, tx, a.UserID, id)
		return err
	})
}

// ReadAll marks all notices of the actor as read and gives their number.
func (s *Service) ReadAll(ctx context.Context) (n int64, err error) {
	a, err := person(ctx)
	if err != nil {
		return 0, err
	}
	err = s.KIS.DB.Unrecorded(ctx, func(tx *store.Tx) error {
		n, err = markRead(ctx, tx, a.UserID, "")
		return err
	})
	return n, err
}

// maxNote bounds what is quoted of a reason.
const maxNote = 300

// words puts a notice into a language.
func (r row) words(lang string) Notice {
	n := Notice{ID: r.ID, Kind: r.Kind, Href: r.Href, At: r.At, Read: !r.ReadAt.IsZero()}
	var args map[string]string
	if err := json.Unmarshal([]byte(r.Args), &args); err != nil {
		args = nil // the message without its particulars is better than no page
	}
	flat := make([]any, 0, 2*len(args))
	for name, v := range args {
		if base, ok := strings.CutSuffix(name, "_az"); ok {
			name, v = base, i18n.InLang(lang, v, args[base+"_en"])
		} else if strings.HasSuffix(name, "_en") {
			continue
		}
		if d, ok := day.Parse(v); ok && string(d) == v {
			v = d.Format()
		}
		switch name {
		case "where":
			n.Where = v
		case "note":
			n.Note = i18n.Shorten(v, maxNote)
		case "kind": // a message key
			flat = append(flat, name, i18n.T(lang, v))
		default:
			if v == "" {
				v = i18n.None
			}
			flat = append(flat, name, v)
		}
	}
	n.Text = i18n.T(lang, r.Key, flat...)
	return n
}
