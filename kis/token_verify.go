package kis

import (
	"context"
	"encoding/json"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
)

// tokenFacts is what the entry of a new token says of it.
type tokenFacts struct {
	Name, Start, Mark string
	To                day.Day
}

// verifyTokens compares each API token with the entries that made and ended
// it: one that nobody made would open the office to somebody unknown.
func (s *Service) verifyTokens(ctx context.Context, report func(store.Fault)) (int64, error) {
	db := s.DB.Read()
	return verifyRows(ctx, db, "api_tokens", func(ids []string) (map[string][]store.Fault, error) {
		var rows []office.Token
		if err := db.NewSelect().Model(&rows).Where("t.id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
			return nil, store.MapError(err, "tokens to compare")
		}
		entries, err := TrailOf(ctx, db, "token", ids)
		out := map[string][]store.Fault{}
		for _, t := range rows {
			if key := tokenDiffers(t, entries[t.ID]); key != "" {
				out[t.ID] = recordFault(t.ID, key)
			}
		}
		return out, err
	}, report)
}

// tokenDiffers gives the key of what is not as the trail says, or nothing.
func tokenDiffers(t office.Token, trail []store.TrailBody) string {
	if len(trail) == 0 || trail[0].Action != office.TrailTokenCreate {
		return "verify.record.unknown"
	}
	var made tokenFacts
	if json.Unmarshal(trail[0].After, &made) != nil {
		return "verify.record.differs"
	}
	revoked := len(trail) > 1 && trail[len(trail)-1].Action == office.TrailTokenRevoke
	switch {
	case trail[0].RootID != t.UserID || made.Name != t.Name || made.Start != t.Start || made.To != t.To || !entryAt(trail[0], t.CreatedAt),
		made.Mark != "" && made.Mark != office.TokenMarkOf(t.Hash), // entries of earlier versions have none
		revoked == t.RevokedAt.IsZero(), revoked && !entryAt(trail[len(trail)-1], t.RevokedAt):
		return "verify.record.differs"
	}
	return ""
}
