package inquiryweb_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/inquiry"
	"github.com/kis-platform/kis/kis/inquiry/inquiryweb"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

var pictures = flag.String("pictures", "", "folder for pictures of the pages")

// noLists writes no files: nothing here asks for one.
type noLists struct{}

func (noLists) RequestList(context.Context, io.Writer, string, string, inquiry.RequestFilter) error {
	return io.ErrUnexpectedEOF
}

func (noLists) DiscrepancyList(context.Context, io.Writer, string, string, inquiry.DiscrepancyFilter) error {
	return io.ErrUnexpectedEOF
}

// TestBrowserInquiries opens a request, a note and a conversation in a real
// browser, with somebody's name in them, and writes a comment without a mouse:
// nothing overflows at 390 px, axe finds nothing, the console is silent.
func TestBrowserInquiries(t *testing.T) {
	db := storetest.Open(t)
	storetest.ClockOf(db).SetDay("2026-11-19")
	o := kistest.NewOffice(t, db)
	svc := inquiry.New(o.Service)
	cy := o.Running("2026")
	as := func(who string) context.Context { return o.As(t.Context(), who) }
	r, err := svc.Ask(as("nigar"), inquiry.NewRequest{CycleID: cy.ID, OutputIDs: o.OutputIDs(cy.ID, "4.3.1")[:1], DepartmentID: o.Dept("SSS"), AddresseeID: o.ID("aytan"),
		Title: "Form üzrə çatışmayan sətirlər", Text: "2025-ci il üzrə 12 və 13-cü sətirləri göndərin.", Due: "2026-11-24"})
	if err != nil {
		t.Fatal(err)
	}
	d, err := svc.Note(as("aytan"), inquiry.NewDiscrepancy{CycleID: cy.ID, Code: "6.2.1", Found: "İki cədvəldə xidmətlərin sayı fərqlənir", Cases: 3, Size: "1,2%", Source: "Cədvəl 4, sətir 12"})
	if err != nil {
		t.Fatal(err)
	}
	about := inquiry.Object{Kind: inquiry.OnRequest, ID: r.ID}
	if _, err := svc.AddComment(as("nigar"), about, inquiry.NewComment{Text: "Cədvəl hansı mənbədəndir?", MentionIDs: []string{o.ID("aytan")}}); err != nil {
		t.Fatal(err)
	}
	s := webtest.New(t, func(rt *web.Router) { inquiryweb.Register(rt, svc, noLists{}) }, func(opt *web.Options) {
		opt.Users, opt.Sessions, opt.Clock = o.Service, store.NewSessions(db), db.Now
	})
	address := s.Listen()
	b := webtest.NewBrowser(t)
	b.SignIn(address, kistest.Email("aytan"), kistest.Password)
	for _, width := range []int64{1440, 390} {
		b.Width(width)
		for name, path := range map[string]string{
			"requests": "/requests", "request": "/requests/" + r.ID, "discrepancies": "/discrepancies", "discrepancy": "/discrepancies/" + d.ID,
			"note": "/discrepancies/new", "comments": "/comments/request/" + r.ID,
		} {
			b.Open(address + path)
			b.Check(fmt.Sprint(name, " ", width))
			b.Picture(*pictures, fmt.Sprint("inquiry-", name, "-", width))
		}
	}
	b.Open(address + "/comments/request/" + r.ID)
	form := "form[action='/comments/request/" + r.ID + "']"
	b.Do(chromedp.Focus(chromedp.CSS(form+" textarea")), chromedp.KeyEvent("Reyestrdəndir"), chromedp.Focus(chromedp.CSS(form+" button[type=submit]")), chromedp.KeyEvent("\r"))
	b.Until(`document.querySelector('main').textContent.includes('Reyestrdəndir') && document.querySelector('main').textContent.includes('hansı mənbədəndir')`)
	b.Check("commented")
	talk, err := svc.Comments(as("nigar"), about)
	if err != nil || len(talk.Comments) != 2 || talk.Comments[1].Text != "Reyestrdəndir" {
		t.Errorf("%v %+v", err, talk.Comments)
	}
}
