-- The words of activities are derived and made anew when they are missing; looking up the activity of each of the
-- 1,900 words of a description took a third of writing it. A word whose activity is gone finds nothing.
{{if .PG}}ALTER TABLE activity_words DROP CONSTRAINT activity_words_activity_id_fkey;
{{else}}CREATE TABLE activity_words_next (
  activity_id UUID NOT NULL,
  word        TEXT NOT NULL,
  PRIMARY KEY (activity_id, word)
) WITHOUT ROWID;
--bun:split
INSERT INTO activity_words_next (activity_id, word) SELECT activity_id, word FROM activity_words ORDER BY activity_id, word;
--bun:split
DROP TABLE activity_words;
--bun:split
ALTER TABLE activity_words_next RENAME TO activity_words;
--bun:split
CREATE INDEX ix_activity_words__word ON activity_words (word, activity_id);
{{end}}
