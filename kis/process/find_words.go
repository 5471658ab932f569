package process

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
)

// activityWordRow says that an activity of the newest description of a process
// holds a word.
type activityWordRow struct {
	bun.BaseModel `bun:"table:activity_words"`

	ActivityID string
	Word       string
}

// wordsOf are the words by which activities are found: code and names.
func wordsOf(acts []ActivityRow) []activityWordRow {
	var rows []activityWordRow
	for _, a := range acts {
		for _, w := range i18n.Words(a.Code + " " + a.NameAZ + " " + a.NameEN) {
			rows = append(rows, activityWordRow{ActivityID: a.ID, Word: w})
		}
	}
	return rows
}

// writeActivityWords stores the words of a version that becomes the newest of
// its process, in the place of those of the versions before.
func writeActivityWords(ctx context.Context, tx *store.Tx, processID, versionID string, acts []ActivityRow) error {
	_, err := tx.NewRaw(`DELETE FROM activity_words WHERE activity_id IN (
		SELECT a.id FROM process_versions v JOIN activities a ON a.version_id = v.id WHERE v.process_id = ? AND v.id <> ?)`, processID, versionID).Exec(ctx)
	if err != nil {
		return store.MapError(err, "clear words of activities")
	}
	return store.InsertMany(ctx, tx, wordsOf(acts))
}

// ReindexActivities stores the words of newest descriptions that have none: in
// a database that comes from an older program. Each description is a
// transaction of its own. It gives how many it indexed and asks no permission:
// it is for the start of the program, of any number of nodes.
func (s *Model) ReindexActivities(ctx context.Context) (n int, err error) {
	var versions []struct{ ID, ProcessID string }
	err = s.DB.Read().NewRaw(`SELECT v.id, v.process_id FROM process_versions v
		WHERE v.number = (SELECT MAX(m.number) FROM process_versions m WHERE m.process_id = v.process_id)
		AND EXISTS (SELECT 1 FROM activities a WHERE a.version_id = v.id)
		AND NOT EXISTS (SELECT 1 FROM activities a JOIN activity_words w ON w.activity_id = a.id WHERE a.version_id = v.id AND a.code = a.phase)`).Scan(ctx, &versions)
	if err != nil {
		return 0, store.MapError(err, "descriptions without words")
	}
	for _, v := range versions {
		err := s.DB.Unrecorded(ctx, func(tx *store.Tx) error { return reindexActivities(ctx, tx, v.ProcessID, v.ID) })
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// reindexActivities indexes one description, unless another node or a newer
// description came first.
func reindexActivities(ctx context.Context, tx *store.Tx, processID, versionID string) error {
	var p ProcessRow // held, as an import holds it
	if err := store.Lock(tx.NewSelect().Model(&p).Where("p.id = ?", processID)).Scan(ctx); err != nil {
		return store.MapError(err, "process to index")
	}
	newest, err := LatestVersion(ctx, tx, processID, "")
	if err != nil || newest == nil || newest.ID != versionID {
		return err
	}
	var acts []ActivityRow
	if err := tx.NewSelect().Model(&acts).Where("a.version_id = ?", versionID).Scan(ctx); err != nil {
		return store.MapError(err, "activities to index")
	}
	_, err = tx.NewRaw(`DELETE FROM activity_words WHERE activity_id IN (SELECT a.id FROM activities a WHERE a.version_id = ?)`, versionID).Exec(ctx)
	if err != nil {
		return store.MapError(err, "clear words of activities")
	}
	return writeActivityWords(ctx, tx, processID, versionID, acts)
}
