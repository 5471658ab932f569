-- The trail: who changed what, when. Append-only by trigger in both databases, chained by hash.
CREATE TABLE trail (
  seq        BIGINT PRIMARY KEY,
  at         TIMESTAMPTZ NOT NULL,
  actor_id   TEXT NOT NULL,
  actor      TEXT NOT NULL,
  action     TEXT NOT NULL,
  kind       TEXT NOT NULL,
  object_id  TEXT NOT NULL,
  root_kind  TEXT NOT NULL,
  root_id    TEXT NOT NULL,
  body       TEXT NOT NULL, -- the exact text the hash covers
  hash       TEXT NOT NULL  -- SHA-256 over the hash before it, a line break and body
);
--bun:split
CREATE INDEX ix_trail__root ON trail (root_kind, root_id, seq);
--bun:split
CREATE INDEX ix_trail__object ON trail (kind, object_id, seq);
--bun:split
CREATE INDEX ix_trail__actor ON trail (actor_id, seq);
--bun:split
CREATE INDEX ix_trail__action ON trail (action, seq);
--bun:split
CREATE INDEX ix_trail__at ON trail (at);
--bun:split
-- One row: the number and hash of the last entry. Taking it is the lock under which entries are appended.
CREATE TABLE trail_head (
  id   INTEGER PRIMARY KEY CHECK (id = 1),
  seq  BIGINT NOT NULL,
  hash TEXT NOT NULL
);
--bun:split
INSERT INTO trail_head (id, seq, hash) VALUES (1, 0, '');
--bun:split
{{- if .PG}}
CREATE FUNCTION forbid_change() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN RAISE EXCEPTION 'append-only table %', TG_TABLE_NAME USING ERRCODE = '23000'; END $fn$;
--bun:split
CREATE TRIGGER trail_no_change BEFORE UPDATE OR DELETE ON trail FOR EACH ROW EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER trail_no_truncate BEFORE TRUNCATE ON trail FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER trail_head_stays BEFORE DELETE ON trail_head FOR EACH ROW EXECUTE FUNCTION forbid_change();
{{- else}}
CREATE TRIGGER trail_no_update BEFORE UPDATE ON trail BEGIN SELECT RAISE(ABORT, 'append-only table trail'); END;
--bun:split
-- INSERT OR REPLACE removes the old row without the trigger for DELETE.
CREATE TRIGGER trail_no_replace BEFORE INSERT ON trail WHEN EXISTS (SELECT 1 FROM trail WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'append-only table trail'); END;
--bun:split
CREATE TRIGGER trail_no_delete BEFORE DELETE ON trail BEGIN SELECT RAISE(ABORT, 'append-only table trail'); END;
--bun:split
CREATE TRIGGER trail_head_stays BEFORE DELETE ON trail_head BEGIN SELECT RAISE(ABORT, 'append-only table trail_head'); END;
{{- end}}
--bun:split
-- Official numbers: one row per series and year, taken inside the transaction that uses the number.
CREATE TABLE number_series (
  series TEXT NOT NULL,
  year   INTEGER NOT NULL,
  last   INTEGER NOT NULL,
  PRIMARY KEY (series, year)
);
--bun:split
CREATE TABLE sessions (
  token  TEXT PRIMARY KEY, -- hash of the cookie's token
  data   {{if .PG}}BYTEA{{else}}BLOB{{end}} NOT NULL,
  expiry TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX ix_sessions__expiry ON sessions (expiry);
--bun:split
-- Failed sign-ins per account or address and window, for the rate limit.
CREATE TABLE sign_in_attempts (
  subject      TEXT NOT NULL, -- "account:<e-mail>" or "address:<ip>"
  window_start TIMESTAMPTZ NOT NULL,
  failures     INTEGER NOT NULL,
  PRIMARY KEY (subject, window_start)
);
