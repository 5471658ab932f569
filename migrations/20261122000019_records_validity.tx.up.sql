-- Evidence that is a record of the system itself, and evidence that is valid for a time.
ALTER TABLE submissions ADD COLUMN record_label TEXT NOT NULL DEFAULT ''; -- number of the record when it was handed in
--bun:split
ALTER TABLE submissions ADD COLUMN record_sha256 TEXT NOT NULL DEFAULT ''; -- of its content then; empty where the trail seals no such records
--bun:split
ALTER TABLE submissions ADD COLUMN valid_until TEXT NOT NULL DEFAULT ''; -- last day; empty: without an end
--bun:split
ALTER TABLE submissions ADD COLUMN validity TEXT NOT NULL DEFAULT '' CHECK (validity IN ('', 'own', 'rule')); -- said by the sender, or by a rule
--bun:split
CREATE INDEX ix_submissions__valid ON submissions (valid_until, id) WHERE state = 'accepted' AND valid_until <> '';
--bun:split
CREATE INDEX ix_submissions__department_valid ON submissions (department_id, valid_until, id) WHERE state = 'accepted' AND valid_until <> '';
--bun:split
-- For how long evidence is valid after the day of the document, by activity: the longest code that a task's code begins with counts.
CREATE TABLE validity_rules (
  id         UUID PRIMARY KEY,
  process_id UUID NOT NULL REFERENCES processes (id),
  code       TEXT NOT NULL, -- GSBPM: 4, 4.4, 4.4.2; empty: all of the process
  months     INTEGER NOT NULL CHECK (months BETWEEN 0 AND 240), -- 0: without an end
  set_by     UUID REFERENCES users (id),
  set_at     TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_validity_rules__process_id__code ON validity_rules (process_id, code);
