package ui

import (
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/day"
)

var baku = time.FixedZone("Asia/Baku", 4*3600)

func TestNumbersAndDatesInTheFormOfThePage(t *testing.T) {
	az, en := Page{Lang: "az", Zone: baku}, Page{Lang: "en", Zone: baku}
	moment := time.Date(2026, 11, 24, 21, 5, 0, 0, time.UTC) // the next day in Baku
	for got, want := range map[string]string{
		az.Int(1234567):                         "1\u202f234\u202f567",
		az.Int(-1000):                           "−1\u202f000",
		en.Int(1234):                            "1,234",
		az.Int(999):                             "999",
		az.Decimal("1234.50"):                   "1\u202f234,50",
		en.Decimal("-0.5"):                      "−0.5",
		az.Decimal("yox"):                       "yox",
		az.Percent(695, 1000, 1):                "69,5%",
		en.Percent(2, 3, 1):                     "66.7%",
		az.Percent(1, 8, 2):                     "12,50%",
		az.Percent(1, 200, 0):                   "1%", // half goes up
		az.Percent(0, 5, 0):                     "0%",
		az.Percent(0, 0, 0):                     "–",
		az.Bytes(999):                           "999 B",
		az.Bytes(1_400_000):                     "1,4 MB",
		en.Bytes(1_500):                         "2 kB",
		en.Bytes(3_000_000_000):                 "3.0 GB",
		az.Date(moment):                         "25.11.2026",
		az.DateTime(moment):                     "25.11.2026, 01:05",
		az.Time(moment):                         "01:05",
		az.ISO(moment):                          "2026-11-25T01:05:00+04:00",
		az.Date(time.Time{}):                    "–",
		az.Day("2026-11-24"):                    "24.11.2026",
		az.Day(""):                              "–",
		az.Wait(90 * time.Second):               "2 dəqiqə",
		en.Wait(time.Second):                    "1 seconds",
		en.Wait(3 * time.Hour):                  "3 hours",
		User{Name: "ilham əli oğlu"}.Initials(): "İƏ",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestTheDistanceOfADueDayTurnsWarmAndThenRed(t *testing.T) {
	p := Page{Lang: "en", Zone: baku, Now: time.Date(2026, 11, 23, 21, 0, 0, 0, time.UTC)} // already the 24th in Baku
	for d, want := range map[day.Day][2]string{
		"2026-11-20": {"bad", "4 days overdue"}, "2026-11-23": {"bad", "1 day overdue"}, "2026-11-24": {"warn", "today"},
		"2026-11-25": {"warn", "1 day left"}, "2026-11-27": {"warn", "3 days left"}, "2026-11-28": {"idle", "4 days left"},
	} {
		if tone, words := p.Distance(d); tone != want[0] || words != want[1] {
			t.Errorf("%s: %s %q", d, tone, words)
		}
	}
}

func TestABarFillsItsThousandUnits(t *testing.T) {
	got := rects([]Segment{{Tone: "good", Count: 58}, {Tone: "bad", Count: 0}, {Tone: "r2", Count: 21}, {Tone: "weird", Count: -3}})
	want := []rect{{"f-good", "0.0", "731.2"}, {"f-r2", "734.2", "262.8"}}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("%+v", got)
	}
	if rects(nil) != nil {
		t.Error("nothing has a bar")
	}
}
