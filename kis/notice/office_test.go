package notice_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/mail"
	"github.com/kis-platform/kis/internal/mail/mailtest"
	"github.com/kis-platform/kis/internal/outbox"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/notice"
	"github.com/kis-platform/kis/kis/office"
)

// base is the address of the program in letters.
const base = "https://kis.stat.example"

// office is an office with notices and, unless it was made without, a mail server.
type bureau struct {
	*kistest.Office
	*notice.Service
	t     *testing.T
	clock *storetest.Clock
	post  *mailtest.Server
}

// with runs a test over an office with a mail server on each database, on
// Tuesday 24 November 2026 at ten.
func with(t *testing.T, test func(t *testing.T, o bureau)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		post := mailtest.New(t)
		test(t, newOffice(t, db, post))
	})
}

func newOffice(t *testing.T, db *store.DB, post *mailtest.Server) bureau {
	t.Helper()
	o := bureau{t: t, clock: storetest.ClockOf(db), post: post}
	o.clock.SetDay("2026-11-24")
	o.Office = kistest.NewOffice(t, db)
	o.Service = service(t, o.Office.Service, post)
	o.AddSources(o.Office.Service)
	o.AddWork(o.Office.Service)
	o.catchUp()
	return o
}

func service(t *testing.T, k *kis.Service, post *mailtest.Server) *notice.Service {
	t.Helper()
	var sender mail.Sender
	if post != nil {
		s, err := mail.Open("smtp://"+post.Addr, "KİS <kis@stat.example>")
		if err != nil {
			t.Fatal(err)
		}
		sender = s
	}
	return notice.New(k, outbox.NewQueue(k.DB, nil), sender, base)
}

func (o bureau) catchUp() {
	o.t.Helper()
	if err := o.CatchUp(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

// work lets the day begin and does all jobs that are due.
func (o bureau) work() {
	o.t.Helper()
	o.catchUp()
	if err := o.BeginDay(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	if _, err := o.Queue.Drain(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

func (o bureau) as(key string) context.Context { return o.As(o.t.Context(), key) }

// told are the texts of a person's notices in a language, newest first.
func (o bureau) told(key, lang string) []string {
	o.t.Helper()
	p, err := o.List(o.as(key), lang, notice.Filter{})
	if err != nil {
		o.t.Fatal(err)
	}
	var out []string
	for _, n := range p.Notices {
		out = append(out, n.Text)
	}
	return out
}

// choose sets one kind for a person.
func (o bureau) choose(key, kind string, ch notice.Channel) {
	o.t.Helper()
	if err := o.Choose(o.as(key), map[string]notice.Channel{kind: ch}, notice.UsualHour); err != nil {
		o.t.Fatal(err)
	}
}

// letters are the mails to a person so far.
func (o bureau) letters(key string) []mailtest.Mail {
	var out []mailtest.Mail
	for _, m := range o.post.Mails() {
		if slices.Contains(m.To, kistest.Email(key)) {
			out = append(out, m)
		}
	}
	return out
}

// jobs counts the jobs in a state.
func (o bureau) jobs(s outbox.State) int {
	o.t.Helper()
	c, err := o.Queue.Counts(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	return c[s]
}

// at sets the clock to an hour of the office's day: "2026-11-24 08:05".
func (o bureau) at(moment string) {
	o.t.Helper()
	x, err := time.Parse("2006-01-02 15:04 -0700", moment+" +0400")
	if err != nil {
		o.t.Fatal(err)
	}
	o.clock.Set(x)
}

// language changes a person's language.
func (o bureau) language(key, lang string) {
	o.t.Helper()
	if err := o.SetPreference(o.as(key), "lang", lang); err != nil {
		o.t.Fatal(err)
	}
}

// things announces entries about things to one person, whatever happened.
type things struct{ to string }

func (s things) Announcements(_ context.Context, _ bun.IDB, e office.Event) ([]office.Announcement, error) {
	if e.Kind != "thing" {
		return nil, nil
	}
	return []office.Announcement{{Kind: "act", Key: "planning.notice.review.signed", Args: map[string]string{"who": "Rafael", "number": e.Label}, Href: "/reviews/" + e.ID,
		For: func(a actor.Actor) bool { return a.UserID == s.to }}}, nil
}

// happen leaves an entry about a thing.
func happen(t *testing.T, db *store.DB, label string) {
	t.Helper()
	ctx := actor.With(context.Background(), actor.Program("test"))
	if err := db.Write(ctx, func(tx *store.Tx) error {
		tx.Record(store.Change{Action: "test:thing:happen", Kind: "thing", ID: strings.ToLower(label), Label: label})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// waits is a source of work with these items for one person.
type waits struct {
	of   string
	list *[]kis.WorkItem
}

func (w waits) Work(ctx context.Context) ([]kis.WorkItem, error) {
	if actor.From(ctx).UserID != w.of {
		return nil, nil
	}
	return *w.list, nil
}
