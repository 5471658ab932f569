package planning

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Participant is who took part, as it was at the meeting.
type Participant struct {
	bun.BaseModel `bun:"table:review_participants,alias:x"`

	ReviewID string `bun:"review_id,pk"`
	UserID   string `bun:"user_id,pk"`
	Position int    `bun:"position"` // 0 is the chair
	Name     string `bun:"name"`
	PostAZ   string `bun:"post_az"`
	PostEN   string `bun:"post_en"`
	Unit     string `bun:"unit"` // code of the department, may be empty
}

// Post is the official position in a language.
func (p Participant) Post(lang string) string {
	return i18n.InLang(lang, p.PostAZ, p.PostEN)
}

// mayChair refuses a chair who may not sign reviews today.
func (s *Service) mayChair(ctx context.Context, id string) error {
	who, err := s.KIS.ActorOf(ctx, id)
	if apperr.Is(err, apperr.NotFound) {
		return apperr.InvalidField("chair", "error.field.choice")
	}
	if err == nil && !policies.Can(who, policies.ReviewSign) {
		return apperr.InvalidField("chair", "planning.review.error.chair")
	}
	return err
}

// participants turns people into the rows of the minutes.
func (s *Service) participants(ctx context.Context, db bun.IDB, f ReviewFields) ([]Participant, error) {
	users, err := office.UsersByID(ctx, db, f.Participants)
	if err != nil {
		return nil, err
	}
	var departments []string
	for _, id := range f.Participants {
		u, ok := users[id]
		if !ok || !u.DisabledAt.IsZero() {
			return nil, apperr.InvalidField("participants", "error.field.choice")
		}
		departments = append(departments, u.DepartmentID)
	}
	units, err := office.DepartmentsByID(ctx, db, departments)
	if err != nil {
		return nil, err
	}
	out := make([]Participant, len(f.Participants))
	for i, id := range f.Participants {
		u := users[id]
		out[i] = Participant{UserID: id, Position: i, Name: u.Name, PostAZ: u.PositionAZ, PostEN: u.PositionEN, Unit: units[u.DepartmentID].Code}
	}
	return out, nil
}
