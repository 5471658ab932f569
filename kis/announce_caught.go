package kis

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
)

// announceCaught tells whoever sent a file that the virus scanner has caught it
// since. Whoever was told at once, because it was caught as it was sent, is not
// told again.
func announceCaught(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error) {
	f := e.Facts()
	sender := f["user"]
	if sender == "" || sender == e.ActorID {
		return nil, nil
	}
	var rows []struct {
		Name         string
		Signature    string
		SubmissionID string `bun:",nullzero"`
	}
	err := db.NewRaw(`SELECT q.name, q.signature, (SELECT MIN(CAST(sf.submission_id AS TEXT)) FROM submission_files sf WHERE sf.file_id = q.file_id) AS submission_id
		FROM quarantine q WHERE q.id = ?`, e.ID).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return nil, store.MapError(err, "file of an entry")
	}
	a := office.Announcement{Kind: "quarantine", Key: "kis.notice.file.caught", Href: "/work", Args: map[string]string{"file": rows[0].Name, "signature": rows[0].Signature},
		For: func(a actor.Actor) bool { return a.UserID == sender }}
	if rows[0].SubmissionID != "" {
		a.Href = "/evidence/" + rows[0].SubmissionID
	}
	return []office.Announcement{a}, nil
}
