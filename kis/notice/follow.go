package notice

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/outbox"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
)

// batch is how many entries of the trail are read in one transaction.
const batch = 100

// CatchUp makes notices of everything in the trail that has none yet.
func (s *Service) CatchUp(ctx context.Context) error {
	for {
		more, _, err := behind(ctx, s.KIS.DB.Read())
		if err != nil || !more {
			return err
		}
		if err := s.follow(ctx); err != nil {
			return err
		}
	}
}

// Skip passes over everything in the trail that has no notices yet: years that
// were filled in at once are told to nobody.
func (s *Service) Skip(ctx context.Context) error {
	return s.KIS.DB.Unrecorded(ctx, func(tx *store.Tx) error {
		if _, err := lockState(ctx, tx); err != nil {
			return err
		}
		seq, err := lastEntry(ctx, tx)
		if err != nil {
			return err
		}
		return setSeq(ctx, tx, seq)
	})
}

// follow reads the next entries of the trail, adds the notices and the mail
// they call for, and moves the mark, all in one transaction. An entry that
// cannot be understood any more, since what it speaks of is gone, is passed
// over with a line in the log; any other fault stops here and is tried again.
func (s *Service) follow(ctx context.Context) error {
	ctx = actor.With(ctx, actor.Program("notices"))
	return s.KIS.DB.Unrecorded(ctx, func(tx *store.Tx) error {
		st, err := lockState(ctx, tx)
		if err != nil {
			return err
		}
		events, err := office.EventsAfter(ctx, tx, st.Seq, batch)
		if err != nil || len(events) == 0 {
			return err
		}
		var found []told
		for _, e := range events {
			list, err := s.announced(ctx, tx, e)
			if err != nil {
				return err
			}
			for i, a := range list {
				found = append(found, told{a, e, fmt.Sprintf("trail:%d:%d", e.Seq, i)})
			}
		}
		if err := s.tell(ctx, tx, found); err != nil {
			return err
		}
		return setSeq(ctx, tx, events[len(events)-1].Seq)
	})
}

// announced asks the contexts about an entry.
func (s *Service) announced(ctx context.Context, tx *store.Tx, e office.Event) ([]office.Announcement, error) {
	var out []office.Announcement
	for _, src := range s.sources {
		list, err := src.Announcements(ctx, tx, e)
		if apperr.Is(err, apperr.NotFound) {
			s.Log.Warn("an entry of the trail speaks of what is gone", "seq", e.Seq, "action", e.Action)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("announce entry %d: %w", e.Seq, err)
		}
		out = append(out, list...)
	}
	return out, nil
}

// told is an announcement with the entry it was made of.
type told struct {
	office.Announcement
	event  office.Event
	source string
}

// tell adds the notices of announcements for everybody they concern, and one
// mail for each person who wants to be told at once. Nobody is told of what
// they did themselves.
func (s *Service) tell(ctx context.Context, tx *store.Tx, list []told) error {
	if len(list) == 0 {
		return nil
	}
	people, err := s.KIS.Actors(ctx, tx)
	if err != nil {
		return err
	}
	chosen, err := choicesOf(ctx, tx, nil)
	if err != nil {
		return err
	}
	var rows []row
	for _, a := range list {
		args, err := json.Marshal(a.Args)
		if err != nil {
			return apperr.Wrap(err, "arguments of a notice")
		}
		for _, p := range people {
			if p.UserID == a.event.ActorID || !a.For(p) {
				continue
			}
			r := row{ID: store.NewID(), UserID: p.UserID, Source: a.source, Kind: a.Kind, Key: a.Key, Args: string(args), Href: a.Href,
				RootKind: a.event.RootKind, RootID: a.event.RootID, At: a.event.At, Mail: "none"}
			old := tx.Now.Sub(a.event.At) > news
			if old {
				r.ReadAt = tx.Now
			}
			switch chosen.of(p.UserID, a.Kind) {
			case Off:
				continue
			case Digest:
				r.Mail = s.mailed(!old, "digest")
			case Now:
				r.Mail = s.mailed(!old, "now")
			}
			rows = append(rows, r)
		}
	}
	return s.keep(ctx, tx, rows)
}

// mailed is how a notice leaves by mail: not at all without a server.
func (s *Service) mailed(news bool, how string) string {
	if s.Mail == nil || !news {
		return "none"
	}
	return how
}

// nowArgs are the arguments of jobNow.
type nowArgs struct {
	User    string   `json:"user"`
	Notices []string `json:"notices"`
}

// keep stores notices and asks for one mail per person about those that go
// out at once.
func (s *Service) keep(ctx context.Context, tx *store.Tx, rows []row) error {
	fresh, err := insertNotices(ctx, tx, rows)
	if err != nil {
		return err
	}
	var order []string
	of := map[string][]string{}
	for _, r := range rows {
		if r.Mail != "now" || !fresh[r.ID] {
			continue
		}
		if of[r.UserID] == nil {
			order = append(order, r.UserID)
		}
		of[r.UserID] = append(of[r.UserID], r.ID)
	}
	jobs := make([]outbox.New, 0, len(order))
	for _, u := range order {
		jobs = append(jobs, outbox.New{Kind: jobNow, Args: nowArgs{u, of[u]}})
	}
	if len(jobs) == 0 {
		return nil
	}
	_, err = s.Queue.Enqueue(ctx, tx, jobs...)
	return err
}
