package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/mail/mailtest"
	"github.com/kis-platform/kis/kis/notice"
)

// TestTheYearOfTheDemonstrationToldEverybodyWhatConcernedThem looks at the
// notices of a whole year of work: every event that is announced reached
// somebody, in words, and led to a page that the person may open.
func TestTheYearOfTheDemonstrationToldEverybodyWhatConcernedThem(t *testing.T) {
	a := demoOffice(t)
	host := httptest.NewServer(a.server().Handler())
	defer host.Close()
	people, err := demoPeople()
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	for _, p := range people {
		u, err := a.kis.UserByEmail(actor.With(t.Context(), actor.Program("test")), p.email())
		if err != nil {
			t.Fatal(err)
		}
		who, err := a.kis.ActorOf(actor.With(t.Context(), actor.Program("test")), u.ID)
		if err != nil {
			t.Fatal(err)
		}
		var rows []struct{ Key, Kind, Href string }
		if err := a.db.Read().NewRaw(`SELECT key, MIN(kind) AS kind, MAX(href) AS href FROM notices WHERE user_id = ? GROUP BY key`, u.ID).Scan(t.Context(), &rows); err != nil {
			t.Fatal(err)
		}
		v := visit(t, host.URL, p.email())
		for _, r := range rows {
			keys[r.Key] = true
			path, _, _ := strings.Cut(r.Href, "#")
			if status, where, _ := v.do(t, "GET", path, nil); status != http.StatusOK {
				t.Errorf("%s is told %s and may not open %s: %d %s", p.Key, r.Key, r.Href, status, where)
			}
			if !slices.ContainsFunc(notice.KindsOf(who), func(k notice.Kind) bool { return k.Code == r.Kind }) {
				t.Errorf("%s is told of %s and cannot choose it", p.Key, r.Kind)
			}
		}
		for _, lang := range []string{"az", "en"} {
			page, err := a.notices.List(actor.With(t.Context(), who), lang, notice.Filter{Limit: 200})
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range page.Notices {
				if strings.ContainsAny(n.Text+n.Where, "{}⟦⟧") || strings.Contains(n.Text, "  ") || n.Text == "" {
					t.Errorf("%s reads %q, %q", p.Key, n.Text, n.Where)
				}
			}
		}
	}
	for _, key := range []string{"kis.notice.evidence.submitted", "kis.notice.evidence.returned", "kis.notice.evidence.accepted",
		"audit.notice.act.issued", "audit.notice.act.acknowledged", "audit.notice.act.respond", "audit.notice.act.objected", "audit.notice.act.submitted",
		"audit.notice.act.approved", "audit.notice.action.reported", "audit.notice.action.verified", "audit.notice.audit.announced",
		"planning.notice.plan.sent", "planning.notice.plan.objected", "planning.notice.plan.approved", "planning.notice.review.signed", "planning.notice.measure.asked"} {
		if !keys[key] {
			t.Errorf("nobody was told %s; told were %v", key, keys)
		}
	}
}

// TestServeSendsMailAndStopsCleanly runs the program with a mail server: what
// a person does on a page comes to another by mail.
func TestServeSendsMailAndStopsCleanly(t *testing.T) {
	post := mailtest.New(t)
	a := demoOffice(t)
	c := a.config
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	c.SMTPURL, c.PublicURL = "smtp://"+post.Addr, "https://kis.example"
	a = open(t, c)
	ctx, stop := context.WithCancel(t.Context())
	base, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- a.serve(ctx, "127.0.0.1:0", func(url string) { base <- url }) }()
	address := <-base
	id := one(t, a, `SELECT s.id FROM submissions s JOIN users u ON u.id = s.submitted_by WHERE s.state = 'submitted' AND u.email NOT LIKE 'nigar@%' LIMIT 1`)
	sender := one(t, a, `SELECT u.email FROM submissions s JOIN users u ON u.id = s.submitted_by WHERE s.id = '`+id+`'`)
	where := one(t, a, `SELECT s.cycle_id || '/tasks/' || a.code FROM submissions s JOIN submission_outputs so ON so.submission_id = s.id
		JOIN outputs o ON o.id = so.output_id JOIN activities a ON a.id = o.activity_id WHERE s.id = '`+id+`' LIMIT 1`)
	status, _, body := visit(t, address, "nigar@kis.example").do(t, "POST", "/cycles/"+where+"/decision",
		url.Values{"submission": {id}, "decision": {"return"}, "reason": {"İmzalanmış nüsxə lazımdır"}})
	if status != http.StatusSeeOther {
		t.Fatalf("not returned: %d %s", status, body)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		got := slices.DeleteFunc(post.Mails(), func(m mailtest.Mail) bool {
			return m.To[0] != sender || !strings.Contains(m.Text, "İmzalanmış nüsxə lazımdır")
		})
		if len(got) == 1 && strings.Contains(got[0].Text, "https://kis.example/cycles/") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("no letter to %s; %d in all", sender, len(post.Mails()))
		}
	}
	status, _, body = visit(t, address, sender).do(t, "GET", "/work", nil)
	if status != http.StatusOK || !strings.Contains(body, `href="/notifications" aria-label="Bildirişlər: `) {
		t.Errorf("no bell: %d", status)
	}
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("does not stop")
	}
}
