-- What a file is by its content, whether it was scanned for viruses, and what the scanner caught.

-- Which endings are taken, what may be under them and how it is shown; the office may change it.
CREATE TABLE file_types (
  ending        TEXT PRIMARY KEY, -- lower case, without the dot
  content_types TEXT NOT NULL, -- what the content may be, separated by " | "; empty = anything. The first is what it is served as
  taken         BOOLEAN NOT NULL, -- false: refused
  shown         TEXT NOT NULL CHECK (shown IN ('none', 'pdf', 'picture', 'text', 'table', 'active'))
);
--bun:split
-- scan: empty = there was no scanner; waiting = not scanned yet, so it cannot be opened; clean.
ALTER TABLE uploads ADD COLUMN scan TEXT NOT NULL DEFAULT '' CHECK (scan IN ('', 'waiting', 'clean'));
--bun:split
ALTER TABLE uploads ADD COLUMN shown TEXT NOT NULL DEFAULT 'none' CHECK (shown IN ('none', 'pdf', 'picture', 'text', 'table', 'active'));
--bun:split
-- held: the scanner found something, see quarantine; removed: then its bytes were taken away.
ALTER TABLE files ADD COLUMN scan TEXT NOT NULL DEFAULT '' CHECK (scan IN ('', 'waiting', 'clean', 'held', 'removed'));
--bun:split
-- How it may be looked at without downloading it; none: not at all; active: it may run when it is opened.
ALTER TABLE files ADD COLUMN shown TEXT NOT NULL DEFAULT 'none' CHECK (shown IN ('none', 'pdf', 'picture', 'text', 'table', 'active'));
--bun:split
UPDATE files SET shown = CASE
  WHEN content_type = 'application/pdf' THEN 'pdf'
  WHEN content_type IN ('image/png', 'image/jpeg', 'image/gif', 'image/webp') THEN 'picture'
  WHEN content_type LIKE 'text/csv%' OR content_type = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' THEN 'table'
  WHEN content_type LIKE 'text/plain%' THEN 'text'
  ELSE 'none' END;
--bun:split
CREATE INDEX ix_uploads__waiting ON uploads (id) WHERE scan = 'waiting';
--bun:split
CREATE INDEX ix_files__waiting ON files (id) WHERE scan = 'waiting';
--bun:split
CREATE INDEX ix_uploads__sha256 ON uploads (sha256);
--bun:split
CREATE INDEX ix_uploads__created ON uploads (created_at);
--bun:split
CREATE TABLE quarantine (
  id           UUID PRIMARY KEY,
  user_id      UUID REFERENCES users (id), -- who sent it
  file_id      UUID REFERENCES files (id), -- when it had been attached before it was scanned
  name         TEXT NOT NULL,
  size         BIGINT NOT NULL,
  sha256       TEXT NOT NULL,
  content_type TEXT NOT NULL,
  signature    TEXT NOT NULL, -- what the scanner calls it
  found_at     TIMESTAMPTZ NOT NULL,
  deleted_at   TIMESTAMPTZ, -- its bytes were given up
  deleted_by   UUID REFERENCES users (id)
);
--bun:split
CREATE INDEX ix_quarantine__found ON quarantine (found_at, id);
--bun:split
CREATE INDEX ix_quarantine__sha256 ON quarantine (sha256);
