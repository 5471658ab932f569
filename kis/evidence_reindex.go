package kis

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/process"
)

// reindexBatch is how many submissions are indexed in one transaction.
const reindexBatch = 200

// ReindexEvidence works out by what evidence is found and sorted where that
// was never done (the title key is empty): in a database that comes from an
// older program. Each batch is a transaction of its own, so that it goes on
// where it was cut off; where nothing is left it is one query by index. It
// gives how many submissions it indexed and asks no permission: it is for the
// start of the program, of any number of nodes.
func (s *Service) ReindexEvidence(ctx context.Context) (n int, err error) {
	for {
		var rows []Submission
		if err := s.DB.Read().NewSelect().Model(&rows).Column("id").Where("s.title_key = ''").Limit(1).Scan(ctx); err != nil || len(rows) == 0 {
			return n, store.MapError(err, "evidence without an index")
		}
		m := 0
		err := s.DB.Unrecorded(ctx, func(tx *store.Tx) error {
			m, err = reindexSome(ctx, tx)
			return err
		})
		if n += m; err != nil {
			return n, err
		}
	}
}

// reindexSome indexes one batch.
func reindexSome(ctx context.Context, tx *store.Tx) (int, error) {
	var subs []Submission
	if err := store.Lock(tx.NewSelect().Model(&subs).Where("s.title_key = ''").OrderExpr("s.id").Limit(reindexBatch)).Scan(ctx); err != nil {
		return 0, store.MapError(err, "evidence to index")
	}
	if err := indexAll(ctx, tx, subs); err != nil {
		return 0, err
	}
	for _, sub := range subs {
		_, err := tx.NewUpdate().Table("submissions").Set("search_key = ?, title_key = ?", sub.SearchKey, sub.TitleKey).Where("id = ?", sub.ID).Exec(ctx)
		if err != nil {
			return 0, store.MapError(err, "index evidence")
		}
	}
	return len(subs), insertWords(ctx, tx, subs...)
}

// indexAll works out the index of stored submissions: two queries.
func indexAll(ctx context.Context, db bun.IDB, subs []Submission) error {
	if len(subs) == 0 {
		return nil
	}
	ids := make([]string, len(subs))
	for i, sub := range subs {
		ids[i] = sub.ID
	}
	var serves []struct {
		SubmissionID, Code string
		TaskAZ             string `bun:"task_az"`
		NameAZ             string `bun:"name_az"`
	}
	err := db.NewRaw(`SELECT so.submission_id, a.code, a.name_az AS task_az, o.name_az FROM submission_outputs so JOIN outputs o ON o.id = so.output_id
		JOIN activities a ON a.id = o.activity_id WHERE so.submission_id IN (?) ORDER BY so.submission_id, o.activity_id, o.position`, bun.List(ids)).Scan(ctx, &serves)
	if err != nil {
		return store.MapError(err, "outputs to index")
	}
	var names []struct{ SubmissionID, Name string }
	err = db.NewRaw(`SELECT sf.submission_id, f.name FROM submission_files sf JOIN files f ON f.id = sf.file_id
		WHERE sf.submission_id IN (?) ORDER BY sf.submission_id, sf.position`, bun.List(ids)).Scan(ctx, &names)
	if err != nil {
		return store.MapError(err, "files to index")
	}
	type around struct {
		code, task string
		outputs    []process.OutputRow
		files      []File
	}
	of := map[string]*around{}
	for _, id := range ids {
		of[id] = &around{}
	}
	for _, r := range serves {
		a := of[r.SubmissionID]
		a.code, a.task, a.outputs = r.Code, r.TaskAZ, append(a.outputs, process.OutputRow{NameAZ: r.NameAZ})
	}
	for _, r := range names {
		of[r.SubmissionID].files = append(of[r.SubmissionID].files, File{Name: r.Name})
	}
	for i := range subs {
		a := of[subs[i].ID]
		subs[i].index(a.code, a.task, a.outputs, a.files)
	}
	return nil
}
