package agenda_test

import (
	"bufio"
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/reports/agenda"
)

// event is what a calendar program understands of an event.
type event map[string]string

// parse reads an iCalendar object as RFC 5545 says, strictly.
func parse(t *testing.T, text string) (events []event) {
	t.Helper()
	if !strings.HasSuffix(text, "\r\n") || strings.Count(text, "\n") != strings.Count(text, "\r\n") {
		t.Fatal("lines do not end with CRLF")
	}
	for _, line := range strings.Split(text, "\r\n") {
		if len(line) > 75 {
			t.Errorf("a line of %d octets: %s", len(line), line)
		}
		if strings.ToValidUTF8(line, "") != line {
			t.Errorf("a character is torn: %q", line)
		}
	}
	var open []string
	var now event
	sc := bufio.NewScanner(strings.NewReader(strings.ReplaceAll(text, "\r\n ", "")))
	for sc.Scan() {
		name, value, ok := strings.Cut(strings.TrimSuffix(sc.Text(), "\r"), ":")
		if !ok {
			t.Fatalf("no content line: %q", sc.Text())
		}
		switch name {
		case "BEGIN":
			if open = append(open, value); value == "VEVENT" {
				now = event{}
			}
		case "END":
			if len(open) == 0 || open[len(open)-1] != value {
				t.Fatalf("END:%s in %v", value, open)
			}
			if open = open[:len(open)-1]; value == "VEVENT" {
				events = append(events, now)
			}
		default:
			if now != nil {
				if _, twice := now[name]; twice {
					t.Errorf("%s twice", name)
				}
				var out strings.Builder
				for i := 0; i < len(value); i++ {
					if value[i] == '\\' && i+1 < len(value) {
						i++
						if value[i] == 'n' {
							out.WriteByte('\n')
							continue
						}
						if name == "SUMMARY" && !strings.ContainsRune(`\;,`, rune(value[i])) {
							t.Errorf("unknown escape in %q", value)
						}
					} else if name == "SUMMARY" && strings.ContainsRune(";,", rune(value[i])) {
						t.Errorf("not escaped: %q", value)
					}
					out.WriteByte(value[i])
				}
				now[name] = out.String()
			}
		}
	}
	if len(open) != 0 {
		t.Errorf("left open: %v", open)
	}
	return events
}

func TestACalendarIsReadBackAsItWasWritten(t *testing.T) {
	title := `Şöbə; "əsas", yol C:\x` + "\nikinci sətir " + strings.Repeat("Ə", 200)
	var out bytes.Buffer
	at := time.Date(2026, 11, 22, 9, 30, 0, 0, time.FixedZone("", 4*3600))
	err := agenda.WriteICal(&out, "az", "https://kis.example", at, []agenda.Entry{
		{ID: "1", Kind: "audit", Day: "2026-12-30", To: "2026-12-31", Title: title, Href: "/audits/1"},
		{ID: "1", Kind: "act", Day: "2026-02-28", To: "2026-02-28", Title: "x\x00y", Reason: "a,b", Href: "/acts/1"}})
	if err != nil {
		t.Fatal(err)
	}
	got := parse(t, out.String())
	if len(got) != 2 || got[0]["SUMMARY"] != "Audit: "+title || got[0]["DTSTART;VALUE=DATE"] != "20261230" || got[0]["DTEND;VALUE=DATE"] != "20270101" ||
		got[0]["DTSTAMP"] != "20261122T053000Z" || got[0]["URL"] != "https://kis.example/audits/1" || got[1]["DTEND;VALUE=DATE"] != "20260301" || got[1]["DESCRIPTION"] != "a,b" ||
		got[1]["SUMMARY"] != "Akt: xy" || got[0]["UID"] == got[1]["UID"] {
		t.Errorf("%+v", got)
	}
}

func TestDatesAreSeenByWhoSeesTheirRecords(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		a := o.Started()
		act := o.Act(a.ID, "4.4-a", audit.ActIssued)
		s := agenda.New(o.Service)
		year := agenda.Filter{From: "2025-01-01", To: "2027-12-31"}
		of := func(key string, f agenda.Filter) map[string]int {
			found, err := s.Dates(o.Be(key), f)
			if err != nil {
				t.Fatal(key, err)
			}
			n := map[string]int{}
			for i, e := range found.Entries {
				if n[e.Kind]++; e.Title == "" || e.Href == "" || e.Day == "" || (i > 0 && found.Entries[i-1].Day > e.Day) {
					t.Errorf("%s: %+v", key, e)
				}
			}
			return n
		}
		all := of("nigar", year)
		if all["audit"] != 1 || all["act"] != 1 || all["phase"] == 0 {
			t.Errorf("the quality manager sees %v", all)
		}
		if n := of("nigar", agenda.Filter{From: year.From, To: year.To, Kinds: []string{"act"}}); len(n) != 1 || n["act"] != 1 {
			t.Errorf("of one kind: %v", n)
		}
		if n := of("nigar", agenda.Filter{From: year.From, To: year.To, DepartmentID: o.Dept("BƏŞ")}); n["act"] != 0 {
			t.Errorf("of a department without acts: %v", n)
		}
		if n := of("elchin", year); n["act"] != 1 {
			t.Errorf("the head of the department of %s sees %v", act.Number, n)
		}
		if n := of("rauf", year); n["act"]+n["audit"]+n["item"] != 0 {
			t.Errorf("the administrator sees %v", n)
		}
	})
}

func TestAnAddressOpensUntilItIsRevoked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		o.Started()
		s := agenda.New(o.Service)
		ctx := o.Be("nigar")
		f, secret, err := s.CreateFeed(ctx, "Telefon", nil)
		if err != nil {
			t.Fatal(err)
		}
		var kept []string
		if err := db.Read().NewSelect().TableExpr("agenda_feeds").ColumnExpr("hash || name || start").Scan(t.Context(), &kept); err != nil || strings.Contains(fmt.Sprint(kept), secret) {
			t.Errorf("the secret is kept: %v %v", kept, err)
		}
		who, first, err := s.Open(t.Context(), secret)
		if err != nil || who.UserID != o.ID("nigar") || len(first) == 0 {
			t.Fatalf("%d dates, %v", len(first), err)
		}
		_, again, err := s.Open(t.Context(), secret)
		if err != nil || len(again) != len(first) || again[0].ID != first[0].ID {
			t.Errorf("read again: %v", err)
		}
		for _, wrong := range []string{"", "x", secret + "x", strings.Repeat("a", 26)} {
			if _, _, err := s.Open(t.Context(), wrong); !apperr.Is(err, apperr.NotFound) {
				t.Errorf("%q: %v", wrong, err)
			}
		}
		if err := s.RevokeFeed(o.Be("elchin"), f.ID); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("somebody else revokes it: %v", err)
		}
		if err := s.RevokeFeed(ctx, f.ID); err != nil {
			t.Fatal(err)
		}
		if err := s.RevokeFeed(ctx, f.ID); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("twice: %v", err)
		}
		if _, _, err := s.Open(t.Context(), secret); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("a revoked address opens: %v", err)
		}
		if _, _, err := s.CreateFeed(ctx, " ", nil); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("no name: %v", err)
		}
		for range 10 {
			if _, _, err := s.CreateFeed(ctx, "y", nil); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := s.CreateFeed(ctx, "z", nil); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("one too many: %v", err)
		}
	})
}

// TestAnAddressMadePastTheProgramIsFound turns a revoked address on again, and
// one into that of another person, with SQL: verification names it.
func TestAnAddressMadePastTheProgramIsFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		db.Seal(agenda.Seal)
		s := agenda.New(o.Service)
		f, _, err := s.CreateFeed(o.Be("nigar"), "Telefon", nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.RevokeFeed(o.Be("nigar"), f.ID); err != nil {
			t.Fatal(err)
		}
		faults := func() (out []string) {
			t.Helper()
			if _, err := o.VerifySeals(t.Context(), func(f store.Fault) {
				if strings.HasPrefix(f.Where, "agenda_feeds:") {
					out = append(out, f.Key)
				}
			}); err != nil {
				t.Fatal(err)
			}
			return out
		}
		if got := faults(); len(got) != 0 {
			t.Fatalf("before anything was changed: %v", got)
		}
		storetest.Tamper(t, db, "UPDATE agenda_feeds SET revoked_at = NULL")
		if got := fmt.Sprint(faults()); got != "[verify.seal.part.state]" {
			t.Errorf("turned on again: %s", got)
		}
		storetest.Tamper(t, db, "UPDATE agenda_feeds SET hash = ?", strings.Repeat("0", 64))
		if got := fmt.Sprint(faults()); got != "[verify.seal.part.state verify.seal.part.text]" && got != "[verify.seal.part.text verify.seal.part.state]" {
			t.Errorf("another secret: %s", got)
		}
	})
}
