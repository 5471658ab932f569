package kis

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/process"
)

// maxTitleKey is how many letters of a title decide its place.
const maxTitleKey = 30

// index works out by what a submission is found and sorted: title, note, link,
// task, outputs and names of files.
func (sub *Submission) index(code, task string, outputs []process.OutputRow, files []File) {
	texts := []string{code, task, sub.Title, sub.Note, sub.Link, sub.RecordLabel}
	for _, o := range outputs {
		texts = append(texts, o.NameAZ)
	}
	for _, f := range files {
		texts = append(texts, f.Name)
	}
	sub.SearchKey = wordKey(i18n.Words(strings.Join(texts, " ")))
	title := []rune(sub.Title)
	sub.TitleKey = i18n.SortKey(string(title[:min(len(title), maxTitleKey)])) // never empty, which means not indexed yet
}

// wordKey is the search key of words: each with a blank before it, so that
// "% word%" finds the words that begin so.
func wordKey(words []string) string { return " " + strings.Join(words, " ") }

// wordRow says that a submission holds a word.
type wordRow struct {
	bun.BaseModel `bun:"table:evidence_words"`

	Word         string
	ReceivedAt   time.Time
	SubmissionID string
}

// insertWords stores the words of submissions, as their search keys hold them.
func insertWords(ctx context.Context, tx *store.Tx, subs ...Submission) error {
	const batch = 500
	rows := make([]wordRow, 0, batch+i18n.MaxWords)
	flush := func() error {
		if len(rows) == 0 {
			return nil
		}
		_, err := tx.NewInsert().Model(&rows).Exec(ctx)
		rows = rows[:0]
		return store.MapError(err, "insert words")
	}
	for _, sub := range subs {
		for w := range strings.FieldsSeq(sub.SearchKey) {
			rows = append(rows, wordRow{Word: w, ReceivedAt: sub.ReceivedAt, SubmissionID: sub.ID})
		}
		if len(rows) >= batch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}
