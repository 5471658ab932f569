package planning

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// FrozenFigure is a figure as it was when it was taken for a review. What it
// was in the review before is locked with it (has_prev …); the longer series
// is read from the earlier reviews.
type FrozenFigure struct {
	bun.BaseModel `bun:"table:review_figures,alias:g"`

	ReviewID string `bun:"review_id,pk"`
	Letter   string `bun:"letter,pk"`
	Position int    `bun:"position,pk"`
	Key      string `bun:"key"`
	Num      int64  `bun:"num"`
	Den      int64  `bun:"den"`
	Value    string `bun:"value"`
	ArgsJSON string `bun:"args"`
	Href     string `bun:"href"`
	Better   int    `bun:"better"`
	HasPrev  bool   `bun:"has_prev"`
	PrevNum  int64  `bun:"prev_num"`
	PrevDen  int64  `bun:"prev_den"`

	Past []Point `bun:"-"` // the figure in earlier reviews, the oldest first, at most Periods - 1
}

// Args are the values for the placeholders of the words in a language: name,
// value, …. A value that is said otherwise in a language has a second one
// under its name and the language, e.g. process and process_en.
func (f FrozenFigure) Args(lang string) []any {
	m := f.args()
	out := make([]any, 0, 2*len(m))
	for k, v := range m {
		if own := m[k+"_"+lang]; own != "" {
			v = own
		}
		out = append(out, k, v)
	}
	return out
}

// args are the values by name.
func (f FrozenFigure) args() (m map[string]string) {
	_ = json.Unmarshal([]byte(f.ArgsJSON), &m) // written by setFigures
	return m
}

// figures asks every source. A source that may not tell this person anything
// is passed over; other errors end the taking.
func (s *Service) figures(ctx context.Context, period Period) (map[string][]Figure, error) {
	out := map[string][]Figure{}
	for _, src := range s.inputs {
		got, err := src.ReviewInputs(ctx, period)
		if apperr.Is(err, apperr.Forbidden) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for letter, list := range got {
			out[letter] = append(out[letter], list...)
		}
	}
	return out, nil
}

// RefreshReview takes the figures of a draft anew.
func (s *Service) RefreshReview(ctx context.Context, id string) error {
	if _, err := office.Allowed(ctx, policies.ReviewPrepare); err != nil {
		return err
	}
	r, err := reviewBy(ctx, s.DB.Read(), id)
	if err != nil {
		return err
	}
	figures, err := s.figures(ctx, r.Period())
	if err != nil {
		return err
	}
	return s.editReview(ctx, id, func(tx *store.Tx, now *Review) error {
		if now.Period() != r.Period() {
			return apperr.New(apperr.Conflict, "error.conflict")
		}
		return takeFigures(ctx, tx, now, figures)
	})
}

func takeFigures(ctx context.Context, tx *store.Tx, r *Review, figures map[string][]Figure) error {
	if err := setFigures(ctx, tx, *r, figures); err != nil {
		return err
	}
	r.FiguresAt = tx.Now
	n := 0
	for _, list := range figures {
		n += len(list)
	}
	recordReview(tx, *r, "refresh", nil, map[string]any{"figures": n}, "")
	return nil
}

// CommentInput keeps what a person says to one input of a draft.
func (s *Service) CommentInput(ctx context.Context, id, letter, text string) error {
	return s.commentInputs(ctx, id, 0, map[string]string{letter: text})
}

// CommentInputs keeps what a person says to inputs of a draft, by letter.
// version is that of the review the form was filled from; when somebody has
// changed the review since, it is a Conflict.
func (s *Service) CommentInputs(ctx context.Context, id string, version int, texts map[string]string) error {
	return s.commentInputs(ctx, id, version, texts)
}

func (s *Service) commentInputs(ctx context.Context, id string, version int, texts map[string]string) error {
	var c apperr.Check
	letters := slices.Sorted(maps.Keys(texts))
	for _, l := range letters {
		texts[l] = c.Text("comment_"+l, texts[l], 0, maxText)
	}
	if err := c.Err(); err != nil {
		return err
	}
	return s.editReview(ctx, id, func(tx *store.Tx, r *Review) error {
		if version != 0 && r.Version != version {
			return apperr.New(apperr.Conflict, "error.conflict")
		}
		changed := false
		for _, l := range letters {
			before, err := setComment(ctx, tx, r.ID, l, texts[l])
			if err != nil {
				return err
			}
			if before != texts[l] {
				changed = true
				recordReview(tx, *r, "comment", map[string]any{"input": l, "comment": before}, map[string]any{"input": l, "comment": texts[l]}, "")
			}
		}
		if !changed {
			return store.ErrNoChange
		}
		return nil
	})
}

// frozen turns the figures of a source into rows, beside those of the reviews
// before. Letters that are no input are left out.
func frozen(reviewID string, letters []string, figures map[string][]Figure, before []pastFigure) []FrozenFigure {
	var out []FrozenFigure
	for _, letter := range letters {
		for i, f := range figures[letter] {
			row := FrozenFigure{ReviewID: reviewID, Letter: letter, Position: i, Key: f.Key, Num: f.Num, Den: f.Den, Value: f.Value,
				ArgsJSON: argsJSON(f.Args), Href: f.Href, Better: f.Better}
			if past := row.past(before); len(past) > 0 && row.Value == "" && past[len(past)-1].Value == "" {
				p := past[len(past)-1]
				row.HasPrev, row.PrevNum, row.PrevDen = true, p.Num, p.Den
			}
			out = append(out, row)
		}
	}
	return out
}

// argsJSON writes arguments with sorted names, as encoding/json does.
func argsJSON(args map[string]string) string {
	if len(args) == 0 {
		return "{}"
	}
	b, _ := json.Marshal(args) // a map of texts always encodes
	return string(b)
}

// Words says in a language what the figure is about; numbers stand beside it.
func (f FrozenFigure) Words(lang string) string { return i18n.T(lang, f.Key, f.Args(lang)...) }
