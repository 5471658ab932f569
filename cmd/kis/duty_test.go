package main

import (
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/duty"
)

// TestNothingWaitsTwice reads the three lists of work of everybody of the
// example to their ends: no line stands there twice, the number above a list is
// that of its lines, and management is told of the amendment it has to decide.
func TestNothingWaitsTwice(t *testing.T) {
	a := demoOffice(t)
	var emails []string
	if err := a.db.Read().NewRaw("SELECT email FROM users WHERE email LIKE '%@kis.example' ORDER BY email").Scan(t.Context(), &emails); err != nil || len(emails) < 20 {
		t.Fatalf("%d people, %v", len(emails), err)
	}
	lines := 0
	for _, email := range emails {
		ctx := actor.With(t.Context(), actor.Program("test"))
		u, err := a.kis.UserByEmail(ctx, email)
		if err != nil {
			t.Fatal(err)
		}
		who, err := a.kis.ActorOf(ctx, u.ID)
		if err != nil {
			t.Fatal(err)
		}
		ctx = actor.With(t.Context(), who)
		for _, tab := range []kis.WorkTab{kis.WorkMine, kis.WorkDepartment, kis.WorkAwaited} {
			seen, n, amendments := map[string]bool{}, 0, 0
			for w, err := range a.duties.Each(ctx, duty.Filter{Tab: tab}) {
				if err != nil {
					t.Fatalf("%s, %s: %v", email, tab, err)
				}
				line := strings.Join([]string{w.KindKey, w.Href, w.Title, w.Reason, string(w.Due)}, " | ")
				if seen[line] {
					t.Errorf("%s, %s: twice: %s", email, tab, line)
				}
				seen[line], n = true, n+1
				if w.KindKey == "planning.work.kind.amendment" {
					amendments++
				}
			}
			page, err := a.duties.List(ctx, duty.Filter{Tab: tab})
			if err != nil || page.Found.N != n {
				t.Errorf("%s, %s: the list says %d and holds %d, %v", email, tab, page.Found.N, n, err)
			}
			if email == "rafael@kis.example" && tab == kis.WorkMine && amendments != 1 {
				t.Errorf("management sees %d amendments to decide", amendments)
			}
			lines += n
		}
	}
	if lines < 100 {
		t.Errorf("only %d lines of work in the whole example", lines)
	}
}
