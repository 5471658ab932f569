-- The words of the activities of the newest description of each process, folded: search finds them by index. The program
-- fills in those of descriptions that are there already when it starts.
CREATE TABLE activity_words (
  activity_id UUID NOT NULL REFERENCES activities (id),
  word        TEXT {{if .PG}}COLLATE "C" {{end}}NOT NULL,
  PRIMARY KEY (activity_id, word)
){{if not .PG}} WITHOUT ROWID{{end}};
--bun:split
CREATE INDEX ix_activity_words__word ON activity_words (word, activity_id);
--bun:split
CREATE INDEX ix_cycles__version ON cycles (version_id, period);
--bun:split
CREATE INDEX ix_cycles__open ON cycles (period DESC, id) WHERE state IN ('running', 'evaluating');
