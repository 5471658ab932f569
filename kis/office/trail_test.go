package office_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// leave leaves trail entries of a person on a day.
func leave(t *testing.T, o *kistest.Office, on day.Day, key, action, object string, n int) {
	t.Helper()
	storetest.ClockOf(o.DB).SetDay(string(on))
	for i := range n {
		if err := o.DB.Write(o.As(context.Background(), key), func(tx *store.Tx) error {
			tx.Record(store.Change{Action: action, Kind: "act", ID: object, Label: fmt.Sprint("UA-", i), RootKind: "audit", RootID: "a1"})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheTrailIsFilteredAndPaged(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		leave(t, o, "2026-11-20", "aytan", "audit:act:respond", "x1", 3)
		leave(t, o, "2026-11-21", "tural", "audit:act:respond", "x2", 4)
		leave(t, o, "2026-11-22", "aytan", "audit:act:close", "x2", 5)
		ctx := o.As(context.Background(), "rafael")
		for name, c := range map[string]struct {
			f    office.TrailFilter
			want int
		}{
			"person":          {office.TrailFilter{ActorID: o.ID("aytan")}, 8},
			"action":          {office.TrailFilter{Action: "audit:act:respond"}, 7},
			"object":          {office.TrailFilter{Kind: "act", ObjectID: "x2"}, 9},
			"from":            {office.TrailFilter{Kind: "act", From: "2026-11-21"}, 9},
			"to":              {office.TrailFilter{Kind: "act", To: "2026-11-21"}, 7},
			"one day":         {office.TrailFilter{Kind: "act", From: "2026-11-21", To: "2026-11-21"}, 4},
			"several":         {office.TrailFilter{ActorID: o.ID("aytan"), Action: "audit:act:close", From: "2026-11-22"}, 5},
			"nothing of that": {office.TrailFilter{ActorID: o.ID("samir")}, 0},
		} {
			for _, limit := range []int{0, 2} {
				c.f.Limit, c.f.Before = limit, 0
				n, last := 0, int64(1<<62)
				for {
					page, err := o.Trail(ctx, c.f)
					if err != nil {
						t.Fatal(err)
					}
					for _, e := range page.Events {
						if e.Seq >= last {
							t.Errorf("%s: %d after %d", name, e.Seq, last)
						}
						n, last = n+1, e.Seq
					}
					if c.f.Before = page.Next; page.Next == 0 {
						break
					}
				}
				if n != c.want {
					t.Errorf("%s, %d a page: %d entries, want %d", name, limit, n, c.want)
				}
			}
		}
		_, err := o.Trail(ctx, office.TrailFilter{From: "2026-11-21", To: "2026-11-20"})
		wantKind(t, "an end before the beginning", err, apperr.Invalid, "to")
		if people, err := o.TrailActors(ctx); err != nil || len(people) != 2 || people[0].Name != "Aytən Məmmədova" {
			t.Errorf("people of the trail: %d, %v", len(people), err)
		}
		if events, err := o.History(ctx, "audit", "a1", 5); err != nil || len(events) != 5 || events[0].Label != "UA-4" || events[0].ActorName != "Aytən Məmmədova" {
			t.Errorf("history %+v, %v", events, err)
		}
	})
}

func TestADayOfTheTrailIsADayOfTheOffice(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		clock, ctx := storetest.ClockOf(o.DB), o.As(context.Background(), "rafael")
		// 21:00 UTC on the 20th is one in the morning of the 21st in Baku.
		clock.Set(day.Day("2026-11-20").Time().Add(21 * 3600e9))
		if err := o.DB.Write(ctx, func(tx *store.Tx) error {
			tx.Record(store.Change{Action: "a", Kind: "night", ID: "1"})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for d, want := range map[day.Day]int{"2026-11-20": 0, "2026-11-21": 1} {
			page, err := o.Trail(ctx, office.TrailFilter{Kind: "night", From: d, To: d})
			if err != nil || len(page.Events) != want {
				t.Errorf("on %s %d entries, %v; want %d", d, len(page.Events), err, want)
			}
		}
	})
}

func TestTheTrailIsReadByWhoMay(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		for _, p := range kistest.People {
			_, err := o.Trail(o.As(context.Background(), p.Key), office.TrailFilter{})
			may := p.Role == policies.QualityManager || p.Role == policies.Management
			if (err == nil) != may || (err != nil && !apperr.Is(err, apperr.Forbidden)) {
				t.Errorf("%s: %v", p.Role, err)
			}
		}
		_, err := o.Trail(context.Background(), office.TrailFilter{})
		wantKind(t, "nobody", err, apperr.Unauthenticated, "")
		_, err = o.History(context.Background(), "user", "x", 1)
		wantKind(t, "nobody's history", err, apperr.Unauthenticated, "")
	})
}

func TestInScopeNarrowsAList(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		for want, scope := range map[int]policies.Scope{
			len(kistest.People): {Any: true}, 3: {Departments: []string{o.Dept("SSS")}}, 4: {Departments: []string{o.Dept("SSS"), o.Dept("BƏŞ")}}, 0: {Assigned: true}} {
			n, err := office.InScope(o.DB.Read().NewSelect().TableExpr("users AS u"), scope, "u.department_id").Count(context.Background())
			if err != nil || int(n) != want {
				t.Errorf("%+v: %d, %v; want %d", scope, n, err, want)
			}
		}
	})
}
