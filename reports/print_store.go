package reports

import (
	"context"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
)

// insertPrint adds a print to the register.
func insertPrint(ctx context.Context, tx *store.Tx, p Print) error {
	var by any
	if p.PrintedBy != "" {
		by = p.PrintedBy
	}
	_, err := tx.NewRaw(`INSERT INTO documents (id, code, kind, object_id, number, title, dated, state, lang, sha256, content_sha256, size, printed_at, printed_by, printed_name)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		p.ID, p.Code, p.Kind, p.ObjectID, p.Number, p.Title, string(p.Dated), p.State, p.Lang, p.SHA256, p.ContentSHA256, p.Size, p.PrintedAt, by, p.PrintedName).Exec(ctx)
	return store.MapError(err, "register print")
}

// printByCode reads a print, and says whether the same document was printed
// later with another content.
func printByCode(ctx context.Context, db *store.DB, code string) (p Print, newer bool, err error) {
	var rows []struct {
		ID, Code, Kind, Number, Title, State, Lang, Dated string
		ObjectID                                          string    `bun:"object_id"`
		SHA256                                            string    `bun:"sha256"`
		ContentSHA256                                     string    `bun:"content_sha256"`
		PrintedAt                                         time.Time `bun:"printed_at"`
		Newer                                             bool
	}
	err = db.Read().NewRaw(`SELECT d.id, d.code, d.kind, d.object_id, d.number, d.title, d.dated, d.state, d.lang, d.sha256, d.content_sha256, d.printed_at,
		EXISTS (SELECT 1 FROM documents n WHERE n.kind = d.kind AND n.object_id = d.object_id AND n.lang = d.lang
			AND n.printed_at > d.printed_at AND n.content_sha256 <> d.content_sha256) AS newer
		FROM documents d WHERE d.code = ?`, code).Scan(ctx, &rows)
	if err != nil {
		return p, false, store.MapError(err, "print")
	}
	if len(rows) == 0 {
		return p, false, apperr.Missing("document")
	}
	r := rows[0]
	return Print{ID: r.ID, Code: r.Code, Kind: r.Kind, ObjectID: r.ObjectID, Number: r.Number, Title: r.Title, Dated: day.Day(r.Dated), State: r.State,
		Lang: r.Lang, SHA256: r.SHA256, ContentSHA256: r.ContentSHA256, PrintedAt: r.PrintedAt.UTC()}, r.Newer, nil
}
