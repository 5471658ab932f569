package planning

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reference"
)

// Review is a review of the system by management (Rəhbərlik tərəfindən
// təhlil; ISO 9001:2015, 9.3). Nothing of a signed one changes.
type Review struct {
	bun.BaseModel `bun:"table:reviews,alias:r"`

	ID         string      `bun:"id,pk"`
	Number     string      `bun:"number"` // RT-2026-01
	Year       int         `bun:"year"`
	Seq        int         `bun:"seq"`
	From       day.Day     `bun:"from_day"` // the period looked at, both days included
	To         day.Day     `bun:"to_day"`
	MeetingAt  time.Time   `bun:"meeting_at"`
	Place      string      `bun:"place"`
	ChairID    string      `bun:"chair_id"`
	State      ReviewState `bun:"state"`
	Suitable   bool        `bun:"suitable"` // verdict on the system, 9.3.1
	Adequate   bool        `bun:"adequate"`
	Effective  bool        `bun:"effective"`
	Conclusion string      `bun:"conclusion"`
	FiguresAt  time.Time   `bun:"figures_at,nullzero"` // zero when no figures were taken yet
	ReturnNote string      `bun:"return_note"`
	CreatedBy  string      `bun:"created_by,nullzero"`
	CreatedAt  time.Time   `bun:"created_at"`
	PreparedBy string      `bun:"prepared_by,nullzero"`
	PreparedAt time.Time   `bun:"prepared_at,nullzero"`
	SignedBy   string      `bun:"signed_by,nullzero"`
	SignedName string      `bun:"signed_name"` // as it was then
	SignedAt   time.Time   `bun:"signed_at,nullzero"`
	Version    int         `bun:"version"`

	// Read along with it.
	ChairName    string `bun:"chair_name,scanonly"`
	CreatedName  string `bun:"created_name,scanonly"`
	PreparedName string `bun:"prepared_name,scanonly"`
	Participants int    `bun:"participants,scanonly"`
	Decisions    int    `bun:"decisions,scanonly"`
}

// Period is the period looked at.
func (r Review) Period() Period { return Period{From: r.From, To: r.To} }

// ReviewFields is what people write about a review.
type ReviewFields struct {
	From, To     day.Day
	MeetingAt    time.Time // UTC
	Place        string
	ChairID      string   // one who may sign reviews
	Participants []string // user ids, in the order of the minutes; the chair comes by itself
}

func (f ReviewFields) check() (ReviewFields, error) {
	var c apperr.Check
	if f.From == "" {
		c.Add("from", "error.field.required")
	}
	if f.To == "" {
		c.Add("to", "error.field.required")
	} else if f.To < f.From {
		c.Add("to", "error.field.date_after", "date", f.From.Add(-1).Format())
	}
	if f.MeetingAt.IsZero() {
		c.Add("meeting", "error.field.required")
	}
	f.Place = c.Text("place", f.Place, 0, maxLabel)
	if f.ChairID == "" {
		c.Add("chair", "error.field.required")
	}
	people := []string{f.ChairID}
	for _, id := range f.Participants {
		if id != "" && !slices.Contains(people, id) {
			people = append(people, id)
		}
	}
	f.Participants = people
	return f, c.Err()
}

// OpenReview opens a review as a draft with number RT-YYYY-NN of the year of
// the meeting. Its twelve inputs are there at once, with the figures known
// now.
func (s *Service) OpenReview(ctx context.Context, f ReviewFields) (Review, error) {
	if _, err := office.Allowed(ctx, policies.ReviewPrepare); err != nil {
		return Review{}, err
	}
	f, err := f.check()
	if err != nil {
		return Review{}, err
	}
	if err := s.mayChair(ctx, f.ChairID); err != nil {
		return Review{}, err
	}
	inputs, err := inputList()
	if err != nil {
		return Review{}, err
	}
	figures, err := s.figures(ctx, Period{From: f.From, To: f.To})
	if err != nil {
		return Review{}, err
	}
	var r Review
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		people, err := s.participants(ctx, tx, f)
		if err != nil {
			return err
		}
		year := f.MeetingAt.In(s.KIS.Zone).Year()
		no, err := tx.NextNumber(ctx, seriesReview, year)
		if err != nil {
			return err
		}
		r = Review{ID: store.NewID(), Number: fmt.Sprintf("RT-%d-%02d", year, no), Year: year, Seq: no, From: f.From, To: f.To,
			MeetingAt: f.MeetingAt.UTC(), Place: f.Place, ChairID: f.ChairID, State: ReviewDraft,
			CreatedBy: tx.Actor.UserID, CreatedAt: tx.Now, FiguresAt: tx.Now, Version: 1}
		if err := insertReview(ctx, tx, &r, inputs, people); err != nil {
			return err
		}
		if err := setFigures(ctx, tx, r, figures); err != nil {
			return err
		}
		recordReview(tx, r, "open", nil, f.facts(r), "")
		return nil
	})
	return r, err
}

// EditReview changes period, meeting, chair and participants of a draft.
// version is that of the review the form was filled from.
func (s *Service) EditReview(ctx context.Context, id string, version int, f ReviewFields) error {
	if _, err := office.Allowed(ctx, policies.ReviewPrepare); err != nil {
		return err
	}
	f, err := f.check()
	if err != nil {
		return err
	}
	if err := s.mayChair(ctx, f.ChairID); err != nil {
		return err
	}
	return s.editReview(ctx, id, func(tx *store.Tx, r *Review) error {
		if r.Version != version {
			return apperr.New(apperr.Conflict, "error.conflict")
		}
		people, err := s.participants(ctx, tx, f)
		if err != nil {
			return err
		}
		before := map[string]any{"from": r.From, "to": r.To, "meeting_at": r.MeetingAt, "chair": r.ChairID, "place": r.Place}
		r.From, r.To, r.MeetingAt, r.Place, r.ChairID = f.From, f.To, f.MeetingAt.UTC(), f.Place, f.ChairID
		if err := setParticipants(ctx, tx, r.ID, people); err != nil {
			return err
		}
		recordReview(tx, *r, "edit", before, f.facts(*r), "")
		return nil
	})
}

func (f ReviewFields) facts(r Review) map[string]any {
	return map[string]any{"state": r.State, "from": f.From, "to": f.To, "meeting_at": f.MeetingAt.UTC(), "chair": f.ChairID, "place": f.Place, "participants": f.Participants}
}

// editReview does something to a draft and raises its version.
func (s *Service) editReview(ctx context.Context, id string, change func(*store.Tx, *Review) error) error {
	if _, err := office.Allowed(ctx, policies.ReviewPrepare); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		r, err := lockReview(ctx, tx, id)
		if err != nil {
			return err
		}
		if r.State != ReviewDraft {
			return wrongState(ctx, ReviewTransitions, "review", r.State)
		}
		if err := change(tx, &r); err != nil {
			return err
		}
		return setReview(ctx, tx, r, r.State)
	})
}

// recordReview leaves a trail entry about a review.
func recordReview(tx *store.Tx, r Review, verb string, before, after map[string]any, note string) {
	c := store.Change{Action: "planning:review:" + verb, Kind: kindReview, ID: r.ID, Label: r.Number, Note: note}
	if before != nil {
		c.Before = before
	}
	if after != nil {
		c.After = after
	}
	tx.Record(c)
}

// Input is one of the twelve inputs of a review (9.3.2).
type Input struct {
	bun.BaseModel `bun:"table:review_inputs,alias:n"`

	ReviewID    string    `bun:"review_id,pk"`
	Letter      string    `bun:"letter,pk"` // a, b, c1 … c7, d, e, f
	Position    int       `bun:"position"`
	Clause      string    `bun:"clause"`
	NameAZ      string    `bun:"name_az"`
	NameEN      string    `bun:"name_en"`
	Comment     string    `bun:"comment"`
	CommentedBy string    `bun:"commented_by,nullzero"`
	CommentedAt time.Time `bun:"commented_at,nullzero"`

	CommentedName string         `bun:"commented_name,scanonly"`
	Figures       []FrozenFigure `bun:"-"`
}

// Name is the name of the input in a language.
func (i Input) Name(lang string) string {
	return i18n.InLang(lang, i.NameAZ, i.NameEN)
}

// Empty says that nothing is known and nobody said anything; such an input is
// stated as empty.
func (i Input) Empty() bool { return len(i.Figures) == 0 && i.Comment == "" }

// inputList gives the twelve inputs in their order.
func inputList() ([]Input, error) {
	rows, err := reference.Rows(reference.ReviewInputs)
	if err != nil {
		return nil, apperr.Wrap(err, "review inputs")
	}
	out := make([]Input, len(rows))
	for i, r := range rows {
		out[i] = Input{Letter: r["letter"], Position: i, Clause: r["clause"], NameAZ: r["name_az"], NameEN: r["name_en"]}
	}
	return out, nil
}
