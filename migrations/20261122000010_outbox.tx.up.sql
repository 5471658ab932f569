-- The outbox: what has to be done once the transaction that asked for it is committed, such as sending mail.
-- Rows are no business record; those done are removed after a time.
CREATE TABLE jobs (
  id          UUID PRIMARY KEY,
  kind        TEXT NOT NULL,
  args        TEXT NOT NULL, -- JSON: ids and codes, no text of people
  state       TEXT NOT NULL CHECK (state IN ('ready', 'running', 'done', 'dead')),
  run_at      TIMESTAMPTZ NOT NULL, -- not before
  lease_until TIMESTAMPTZ, -- of the node that runs it; when it has passed the node is taken for dead
  attempt     INTEGER NOT NULL DEFAULT 0, -- raised by each claim: who holds a lower one has lost the job
  last_error  TEXT NOT NULL DEFAULT '',
  unique_key  TEXT, -- a second job with the key is not added
  created_at  TIMESTAMPTZ NOT NULL,
  ended_at    TIMESTAMPTZ, -- done or dead since
  CHECK ((lease_until IS NOT NULL) = (state = 'running')),
  CHECK ((ended_at IS NOT NULL) = (state IN ('done', 'dead')))
);
--bun:split
CREATE UNIQUE INDEX ux_jobs__unique_key ON jobs (unique_key);
--bun:split
CREATE INDEX ix_jobs__ready ON jobs (run_at, id) WHERE state = 'ready';
--bun:split
CREATE INDEX ix_jobs__running ON jobs (lease_until) WHERE state = 'running';
--bun:split
CREATE INDEX ix_jobs__done ON jobs (ended_at) WHERE state = 'done';
--bun:split
CREATE INDEX ix_jobs__dead ON jobs (id) WHERE state = 'dead';
--bun:split
-- What people are told. The words are those of the key in the reader's language.
CREATE TABLE notices (
  id         UUID PRIMARY KEY,
  user_id    UUID NOT NULL REFERENCES users (id),
  source     TEXT NOT NULL, -- what it comes from, once per person: trail:1234, before:2026-11-24
  kind       TEXT NOT NULL, -- what a person chooses by, e.g. act
  key        TEXT NOT NULL, -- message key, e.g. audit.notice.act.issue
  args       TEXT NOT NULL, -- JSON object for the placeholders: codes, numbers, days, names
  href       TEXT NOT NULL,
  root_kind  TEXT NOT NULL,
  root_id    TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL, -- of the event
  read_at    TIMESTAMPTZ,
  mail       TEXT NOT NULL CHECK (mail IN ('none', 'now', 'digest')),
  digest_day TEXT CHECK (LENGTH(digest_day) = 10) -- day of the digest that tells it
);
--bun:split
CREATE UNIQUE INDEX ux_notices__user_id__source ON notices (user_id, source);
--bun:split
CREATE INDEX ix_notices__user ON notices (user_id, id);
--bun:split
CREATE INDEX ix_notices__unread ON notices (user_id, id) WHERE read_at IS NULL;
--bun:split
CREATE INDEX ix_notices__digest ON notices (user_id) WHERE mail = 'digest' AND digest_day IS NULL;
--bun:split
CREATE INDEX ix_notices__told ON notices (user_id, digest_day) WHERE digest_day IS NOT NULL;
--bun:split
CREATE INDEX ix_notices__read ON notices (read_at) WHERE read_at IS NOT NULL;
--bun:split
-- What a person chose to get; what is not here is as usual for the kind.
CREATE TABLE notice_choices (
  user_id UUID NOT NULL REFERENCES users (id),
  kind    TEXT NOT NULL,
  channel TEXT NOT NULL CHECK (channel IN ('off', 'app', 'digest', 'now')),
  PRIMARY KEY (user_id, kind)
);
--bun:split
CREATE TABLE notice_people (
  user_id     UUID PRIMARY KEY REFERENCES users (id),
  digest_hour INTEGER CHECK (digest_hour BETWEEN 0 AND 23), -- of the office's day; NULL: as usual
  last_day    TEXT CHECK (LENGTH(last_day) = 10) -- working day up to which reminders were given
);
--bun:split
-- One row: how far the trail was turned into notices, and the hour whose daily jobs were added.
CREATE TABLE notice_state (
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  seq     BIGINT NOT NULL,
  planned TEXT NOT NULL -- 2026-11-24 08
);
--bun:split
-- What happened before there were notices is not announced.
INSERT INTO notice_state (id, seq, planned) SELECT 1, seq, '' FROM trail_head;
