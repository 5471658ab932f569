package notice_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/outbox"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/notice"
)

// item is a thing that waits.
func item(title string, due day.Day) kis.WorkItem {
	return kis.WorkItem{Due: due, KindKey: "kis.work.kind.evidence", Title: title, Reason: "1-elektron xidmət, 2026", Href: "/cycles/x/tasks/" + title, VerbKey: "kis.work.verb.submit"}
}

func TestTheDigestComesOnceADayOnWorkingDaysInTheLanguageOfThePerson(t *testing.T) {
	with(t, func(t *testing.T, o bureau) {
		o.AddSources(things{o.ID("aytan")})
		list := []kis.WorkItem{item("4.4.2 Çöl işi", "2026-11-20"), item("5.1.1 Yığım", "2027-03-01"), {Awaited: true, Title: "gözlənilən", KindKey: "kis.work.kind.evidence"}}
		o.AddWork(waits{o.ID("aytan"), &list})
		o.choose("aytan", "act", notice.Digest)
		o.choose("aytan", notice.KindReminder, notice.Off)
		happen(t, o.DB, "RT-2026-01")
		o.at("2026-11-24 07:59")
		o.work()
		if n := len(o.post.Mails()); n != 0 {
			t.Errorf("%d letters before the hour", n)
		}
		o.at("2026-11-24 08:00")
		for range 3 {
			o.work()
			o.clock.Add(time.Hour)
		}
		got := o.letters("aytan")
		if len(got) != 1 || len(o.post.Mails()) != 1 {
			t.Fatalf("%d letters, %d in all: who has nothing to hear hears nothing", len(got), len(o.post.Mails()))
		}
		m := got[0]
		if m.Subject() != "KİS, 24.11.2026: 2 iş gözləyir, gecikən: 1" {
			t.Errorf("subject %q", m.Subject())
		}
		for _, want := range []string{"Hörmətli Aytən Məmmədova,", "Sizi gözləyən işlər: 2", "Sübut: 4.4.2 Çöl işi", "20.11.2026 · gecikib · 1-elektron xidmət, 2026", base + "/cycles/x/tasks/5.1.1 Yığım",
			"Baş verənlər: 1", "Rafael RT-2026-01 nömrəli rəhbərlik təhlilini imzaladı", base + "/me/notifications"} {
			if !strings.Contains(m.Text, want) {
				t.Errorf("no %q in\n%s", want, m.Text)
			}
		}
		if strings.Contains(m.Text, "gözlənilən") || strings.Contains(m.Text+m.HTML, "⟦") || !strings.Contains(m.HTML, `<html lang="az">`) {
			t.Errorf("text\n%s", m.Text)
		}
		o.language("aytan", "en")
		happen(t, o.DB, "RT-2026-02")
		o.at("2026-11-25 08:30")
		o.work()
		got = o.letters("aytan")
		if len(got) != 2 || got[1].Subject() != "KİS, 25.11.2026: 2 waiting, 1 overdue" || !strings.Contains(got[1].Text, "Dear Aytən Məmmədova,") ||
			strings.Contains(got[1].Text, "RT-2026-01") || !strings.Contains(got[1].Text, "RT-2026-02") {
			t.Fatalf("%d letters: %v", len(got), got[len(got)-1])
		}
		if got[0].ID() == got[1].ID() {
			t.Error("two days, one Message-ID")
		}
		o.at("2026-11-28 09:00") // Saturday
		o.work()
		o.at("2026-12-31 09:00") // Day of Solidarity, off by the calendar
		o.work()
		if n := len(o.letters("aytan")); n != 2 {
			t.Errorf("%d letters after days off", n)
		}
		list = nil
		o.at("2027-01-04 12:00")
		o.work()
		if n := len(o.letters("aytan")); n != 2 {
			t.Error("a letter about nothing")
		}
	})
}

func TestTheHourOfTheDigestIsChosen(t *testing.T) {
	with(t, func(t *testing.T, o bureau) {
		list := []kis.WorkItem{item("1", "2027-03-01")}
		o.AddWork(waits{o.ID("aytan"), &list})
		o.at("2026-11-24 07:00")
		if err := o.Choose(o.as("aytan"), nil, 16); err != nil {
			t.Fatal(err)
		}
		o.at("2026-11-24 15:59")
		o.work()
		if n := len(o.letters("aytan")); n != 0 {
			t.Error("before the hour")
		}
		o.at("2026-11-24 16:00")
		o.work()
		if n := len(o.letters("aytan")); n != 1 {
			t.Errorf("%d letters at the hour", n)
		}
	})
}

func TestNothingIsLostWhileNoNodeRanOrTheMailServerWasAway(t *testing.T) {
	with(t, func(t *testing.T, o bureau) {
		o.AddSources(things{o.ID("aytan")})
		o.choose("aytan", "act", notice.Digest)
		happen(t, o.DB, "RT-1")
		o.post.Fail(451, "not now")
		o.at("2026-11-24 08:00")
		o.work()
		if o.jobs(outbox.Ready) != 1 {
			t.Fatalf("the digest does not wait: %d", o.jobs(outbox.Ready))
		}
		o.post.Fail(0, "")
		o.at("2026-11-25 08:00") // the day after, the old letter is not sent beside the new one
		o.work()
		o.work()
		got := o.letters("aytan")
		if len(got) > 1 {
			t.Fatalf("%d letters of one day", len(got))
		}
		o.at("2026-11-26 08:00")
		o.work()
		got = o.letters("aytan")
		if len(got) != 1 || strings.Count(got[0].Text, "RT-1") != 1 {
			t.Errorf("RT-1 was told in %d letters", len(got))
		}
		o.at("2026-11-27 11:00") // nobody ran at eight
		happen(t, o.DB, "RT-2")
		o.work()
		if n := len(o.letters("aytan")); n != 2 {
			t.Errorf("%d letters after an outage", n)
		}
	})
}

func TestRemindersCountWorkingDaysAndComeOnce(t *testing.T) {
	with(t, func(t *testing.T, o bureau) {
		// Two working days before, one after: reference/timers.csv.
		list := []kis.WorkItem{item("A", "2026-11-27"), item("B", "2026-11-30"), item("C", ""), item("D", "2026-12-15")}
		o.AddWork(waits{o.ID("aytan"), &list})
		want := map[string]int{
			"2026-11-24": 0,
			"2026-11-25": 1, // A falls due on Friday, in two working days
			"2026-11-26": 2, // B falls due on Monday
			"2026-11-27": 2,
			"2026-11-28": 2, // Saturday
			"2026-11-30": 3, // A is one working day late
			"2026-12-01": 4, // B too
			"2026-12-02": 4,
		}
		for d := day.Day("2026-11-24"); d <= "2026-12-02"; d = d.Add(1) {
			o.at(string(d) + " 08:00")
			for range 2 {
				o.work()
			}
			got := o.told("aytan", "az")
			if n, ok := want[string(d)]; ok && len(got) != n {
				t.Errorf("%s: %d reminders, want %d: %q", d, len(got), n, got)
			}
		}
		got := strings.Join(o.told("aytan", "az"), "\n")
		if got != "Son tarix keçib, 30.11.2026: Sübut, B\nSon tarix keçib, 27.11.2026: Sübut, A\nSon tarix yaxınlaşır, 30.11.2026: Sübut, B\nSon tarix yaxınlaşır, 27.11.2026: Sübut, A" {
			t.Errorf("told\n%s", got)
		}
		for i := range 10 {
			list = append(list, item(fmt.Sprint("M", i), "2026-12-18"))
		}
		o.at("2026-12-18 08:00") // nobody ran for two weeks: D is long late, the others fall due today
		o.work()
		now := o.told("aytan", "en")
		if len(now) != 6 || now[1] != "Past its due date, 15.12.2026: Evidence, D" || now[0] != "Things that fall due soon: 10" {
			t.Errorf("after an outage %q", now)
		}
	})
}
