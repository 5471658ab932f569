package reports

import (
	"context"
	"encoding/json"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
)

// VerifyPrints compares the register of prints with what the trail says was
// printed, and reports rows that were changed, added or removed past the
// program. It gives the number of rows compared.
func (s *Service) VerifyPrints(ctx context.Context, report func(store.Fault)) (n int64, err error) {
	db, last := s.kis.DB.Read(), ""
	for {
		var rows []struct {
			ID, Code, Kind, Number, Lang string
			ObjectID                     string `bun:"object_id"`
			SHA256                       string `bun:"sha256"`
			Size                         int64
			PrintedBy                    string `bun:"printed_by"`
		}
		err := db.NewRaw(`SELECT d.id, d.code, d.kind, d.number, d.lang, d.object_id, d.sha256, d.size, COALESCE(CAST(d.printed_by AS TEXT), '') AS printed_by
			FROM documents d WHERE CAST(d.id AS TEXT) > ? ORDER BY CAST(d.id AS TEXT) LIMIT 500`, last).Scan(ctx, &rows)
		if err != nil || len(rows) == 0 {
			if err == nil {
				err = kis.VerifyNoneGone(ctx, s.kis.DB, "document", "reports:document:print", "documents", report)
			}
			return n, store.MapError(err, "prints to compare")
		}
		ids := make([]string, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
		}
		last = ids[len(ids)-1]
		entries, err := kis.TrailOf(ctx, db, "document", ids)
		if err != nil {
			return n, err
		}
		for _, r := range rows {
			n++
			key := "verify.record.unknown"
			for _, b := range entries[r.ID] {
				var e struct {
					Code, Lang, SHA256 string
					Size               int64
				}
				key = "verify.record.differs"
				if json.Unmarshal(b.After, &e) == nil && e.Code == r.Code && e.Lang == r.Lang && e.SHA256 == r.SHA256 && e.Size == r.Size &&
					b.Label == Joined(" ", r.Kind, r.Number) && b.RootKind == r.Kind && b.RootID == r.ObjectID && b.ActorID == r.PrintedBy {
					key = ""
				}
			}
			if key != "" {
				report(store.Fault{Where: "documents:" + r.ID, Key: key, Args: apperr.Pairs("id", r.Code)})
			}
		}
	}
}
