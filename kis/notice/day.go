package notice

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/outbox"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
)

// dayArgs are the arguments of jobDay and jobDigest.
type dayArgs struct {
	User string  `json:"user"`
	Day  day.Day `json:"day"`
}

// BeginDay adds the daily job of everybody whose hour has come, once a day
// and person, on working days. Called often; it does something once an hour,
// also for hours in which no node was running.
func (s *Service) BeginDay(ctx context.Context) error {
	now := s.KIS.DB.Now().In(s.KIS.Zone)
	today, hour := day.Of(now, s.KIS.Zone), now.Hour()
	stamp := fmt.Sprintf("%s %02d", today, hour)
	_, planned, err := behind(ctx, s.KIS.DB.Read())
	if err != nil || planned >= stamp {
		return err
	}
	working, _, err := office.NextWorkingDay(ctx, s.KIS.DB.Read(), s.KIS.Country, today)
	if err != nil {
		return err
	}
	return s.KIS.DB.Unrecorded(ctx, func(tx *store.Tx) error {
		st, err := lockState(ctx, tx)
		if err != nil || st.Planned >= stamp {
			return err
		}
		if working == today {
			people, err := whoseHour(ctx, tx, hour)
			if err != nil {
				return err
			}
			jobs := make([]outbox.New, len(people))
			for i, id := range people {
				jobs[i] = outbox.New{Kind: jobDay, Args: dayArgs{id, today}, Key: jobDay + ":" + id + ":" + string(today)}
			}
			if _, err := s.Queue.Enqueue(ctx, tx, jobs...); err != nil {
				return err
			}
		}
		return setPlanned(ctx, tx, stamp)
	})
}

// Working gives what waits for the actor of ctx, by term, what has none last.
func (s *Service) Working(ctx context.Context) ([]kis.WorkItem, error) {
	var out []kis.WorkItem
	for _, w := range s.work {
		items, err := w.Work(ctx)
		if apperr.Is(err, apperr.Forbidden) {
			continue // not for this person
		}
		if err != nil {
			return nil, err
		}
		out = append(out, items...)
	}
	out = slices.DeleteFunc(out, func(w kis.WorkItem) bool { return w.Awaited })
	term := func(w kis.WorkItem) string {
		if w.Due == "" {
			return "9999"
		}
		return string(w.Due)
	}
	slices.SortStableFunc(out, func(a, b kis.WorkItem) int { return strings.Compare(term(a), term(b)) })
	return out, nil
}

// doDay begins a person's day: reminders of what is nearly or newly late, and
// the digest, if there is anything to say. All of it is written with the mark
// that the job is done. A day that has passed meanwhile is left to the next.
func (s *Service) doDay(ctx context.Context, j outbox.Job) (outbox.Finish, error) {
	var args dayArgs
	if err := j.Read(&args); err != nil {
		return nil, outbox.GiveUp(err)
	}
	if s.KIS.Today() != args.Day {
		return nil, nil
	}
	who, err := s.KIS.ActorOf(ctx, args.User)
	if apperr.Is(err, apperr.NotFound) {
		return nil, nil // gone or disabled since
	}
	if err != nil {
		return nil, err
	}
	items, err := s.Working(actor.With(ctx, who))
	if err != nil {
		return nil, err
	}
	_, last, err := personOf(ctx, s.KIS.DB.Read(), who.UserID)
	if err != nil {
		return nil, err
	}
	due, err := s.reminders(ctx, items, last, args.Day)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *store.Tx) error {
		chosen, err := choicesOf(ctx, tx, []string{who.UserID})
		if err != nil {
			return err
		}
		if err := s.keep(ctx, tx, s.remind(who, due, args.Day, chosen.of(who.UserID, KindReminder), tx)); err != nil {
			return err
		}
		if err := setLastDay(ctx, tx, who.UserID, args.Day); err != nil || s.Mail == nil {
			return err
		}
		n, err := takeForDigest(ctx, tx, who.UserID, args.Day)
		if err != nil {
			return err
		}
		if n == 0 && (len(items) == 0 || chosen.of(who.UserID, KindWork) != Digest) {
			return nil
		}
		_, err = s.Queue.Enqueue(ctx, tx, outbox.New{Kind: jobDigest, Args: args, Key: jobDigest + ":" + args.User + ":" + string(args.Day)})
		return err
	}, nil
}

// reminder is a thing whose term nears or has passed.
type reminder struct {
	when string // before or after
	kis.WorkItem
}

// reminders picks what is to be reminded of on a day: what falls due so many
// working days ahead, or fell due so many ago, and was not yet reminded of on
// the last day reminders were given. Terms are timers of the office.
func (s *Service) reminders(ctx context.Context, items []kis.WorkItem, last, today day.Day) ([]reminder, error) {
	db, country := s.KIS.DB.Read(), s.KIS.Country
	if last == "" {
		var err error
		if last, _, err = office.AddWorkingDays(ctx, db, country, today, -1); err != nil {
			return nil, err
		}
	}
	var out []reminder
	for _, r := range []struct {
		when, timer string
		sign        int
	}{{"before", "reminder.before", 1}, {"after", "reminder.after", -1}} {
		timer, err := s.KIS.Timer(r.timer)
		if apperr.Is(err, apperr.NotFound) || (err == nil && timer.Unit != office.WorkingDay) {
			continue // the office reminds of nothing
		}
		if err != nil {
			return nil, err
		}
		from, _, err := office.AddWorkingDays(ctx, db, country, last, r.sign*timer.N())
		if err != nil {
			return nil, err
		}
		to, _, err := office.AddWorkingDays(ctx, db, country, today, r.sign*timer.N())
		if err != nil {
			return nil, err
		}
		for _, w := range items {
			late := w.Due < today
			if from < w.Due && w.Due <= to && late == (r.when == "after") {
				out = append(out, reminder{r.when, w})
			}
		}
	}
	return out, nil
}

// separately is how many reminders of a day are given one by one; more are
// put into one.
const separately = 3

// remind makes the notices of reminders.
func (s *Service) remind(who actor.Actor, list []reminder, today day.Day, ch Channel, tx *store.Tx) []row {
	if ch == Off {
		return nil
	}
	how := "none"
	if ch != App {
		how = s.mailed(true, string(ch))
	}
	of := map[string][]reminder{}
	for _, r := range list {
		of[r.when] = append(of[r.when], r)
	}
	var out []row
	add := func(source, key, href string, args map[string]string) {
		b, err := json.Marshal(args)
		if err != nil {
			b = []byte("{}") // texts only: cannot be
		}
		out = append(out, row{ID: store.NewID(), UserID: who.UserID, Source: source, Kind: KindReminder, Key: key, Args: string(b), Href: href,
			RootKind: "user", RootID: who.UserID, At: tx.Now, Mail: how})
	}
	for _, when := range []string{"after", "before"} {
		source := when + ":" + string(today)
		if n := len(of[when]); n > separately {
			add(source, "notice.reminder."+when+"_many", "/work", map[string]string{"n": fmt.Sprint(n)})
			continue
		}
		for i, r := range of[when] {
			add(fmt.Sprintf("%s:%d", source, i), "notice.reminder."+when, r.Href, map[string]string{"kind": r.KindKey, "title": r.Title, "due": string(r.Due)})
		}
	}
	return out
}
