package register

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
)

// verifyPage is how many versions or rounds are read at a time.
const verifyPage = 500

// hashed is a text that is kept with its hash: a version of a service, or what
// was signed of an application.
type hashed struct {
	ID     string `bun:"id"`
	Number int    `bun:"number"`
	Items  string `bun:"items"`
	SHA256 string `bun:"sha256"`
}

// VerifyVersions holds every version of a service and every signed round of an
// application against the hash beside it and the one that the trail keeps of
// it; it gives the number of texts looked at. Versions that a sheet or a change
// of bodies brought are in the trail as a whole only, so theirs are held
// against the hash beside them.
func (s *Service) VerifyVersions(ctx context.Context, report func(store.Fault)) (n int64, err error) {
	for _, of := range []struct{ kind, counter, query string }{
		{kindService, "version", `SELECT service_id AS id, number, items, sha256 FROM eservice_versions WHERE (service_id, number) > (?, ?) ORDER BY service_id, number LIMIT ?`},
		{kindApplication, "round", `SELECT application_id AS id, round AS number, items, sha256 FROM register_rounds WHERE (application_id, round) > (?, ?) ORDER BY application_id, round LIMIT ?`},
	} {
		last := hashed{ID: "00000000-0000-0000-0000-000000000000"}
		for {
			var page []hashed
			if err := s.DB.Read().NewRaw(of.query, last.ID, last.Number, verifyPage).Scan(ctx, &page); err != nil {
				return n, store.MapError(err, "versions")
			}
			if len(page) == 0 {
				break
			}
			last = page[len(page)-1]
			n += int64(len(page))
			if err := s.verifyTexts(ctx, s.DB.Read(), of.kind, of.counter, page, report); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

func (s *Service) verifyTexts(ctx context.Context, db bun.IDB, kind, counter string, page []hashed, report func(store.Fault)) error {
	var ids []string
	for _, h := range page {
		if len(ids) == 0 || ids[len(ids)-1] != h.ID {
			ids = append(ids, h.ID)
		}
	}
	entries, err := kis.TrailOf(ctx, db, kind, ids)
	if err != nil {
		return err
	}
	for _, h := range page {
		sum := sha256.Sum256([]byte(h.Items))
		wrong := hex.EncodeToString(sum[:]) != h.SHA256
		for _, e := range entries[h.ID] {
			var after map[string]any
			if json.Unmarshal(e.After, &after) != nil || after["sha256"] == nil {
				continue
			}
			if at, ok := after[counter].(float64); ok && int(at) == h.Number && after["sha256"] != h.SHA256 {
				wrong = true
			}
		}
		if wrong {
			report(store.Fault{Where: h.ID, Key: "register.verify." + counter, Args: apperr.Pairs("n", h.Number)})
		}
	}
	return nil
}
