package kis

import (
	"context"
	"strings"
	"time"
	"unicode"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
)

// Bounds of what is kept for search and order.
const (
	maxWords    = 64 // of one submission
	maxWord     = 40 // bytes of a word, and of a word that is looked for
	maxTitleKey = 30 // letters of a title that decide its place
)

// searchWords splits a text into the words by which it is found: folded, each
// once, in the order they come. A name with points, such as 4.3.2 or
// cedvel.xlsx, is a word by itself, and so are its parts when they are not
// all numbers.
func searchWords(text string) []string {
	var out []string
	seen := map[string]bool{}
	take := func(w string) {
		if len(w) > maxWord {
			w = strings.ToValidUTF8(w[:maxWord], "")
		}
		if w != "" && !seen[w] && len(out) < maxWords {
			seen[w] = true
			out = append(out, w)
		}
	}
	for _, w := range strings.FieldsFunc(i18n.Fold(text), func(r rune) bool { return r != '.' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		w = strings.Trim(w, ".")
		take(w)
		if strings.Contains(w, ".") && strings.ContainsFunc(w, unicode.IsLetter) {
			for part := range strings.SplitSeq(w, ".") {
				take(part)
			}
		}
	}
	return out
}

// index works out by what a submission is found and sorted: title, note, link,
// task, outputs and names of files.
func (sub *Submission) index(code, task string, outputs []outputRow, files []File) {
	texts := []string{code, task, sub.Title, sub.Note, sub.Link, sub.RecordLabel}
	for _, o := range outputs {
		texts = append(texts, o.NameAZ)
	}
	for _, f := range files {
		texts = append(texts, f.Name)
	}
	sub.SearchKey = wordKey(searchWords(strings.Join(texts, " ")))
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
	rows := make([]wordRow, 0, batch+maxWords)
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
