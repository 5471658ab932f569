-- Addresses under which a person's calendar program reads the dates: each shows what its owner may see. The secret part of
-- the address is shown once and not kept. When somebody last opened a page of the start is kept beside.
CREATE TABLE agenda_feeds (
  id           UUID PRIMARY KEY,
  user_id      UUID NOT NULL REFERENCES users (id), -- owner
  name         TEXT NOT NULL, -- which program or device it is for
  hash         TEXT NOT NULL CHECK (LENGTH(hash) = 64), -- SHA-256 of the secret, hexadecimal
  start        TEXT NOT NULL, -- first characters, by which people tell addresses apart
  kinds        TEXT NOT NULL, -- codes of the kinds of dates, with blanks between; '' all
  created_at   TIMESTAMPTZ NOT NULL,
  last_used_at TIMESTAMPTZ, -- to some minutes; no business record
  revoked_at   TIMESTAMPTZ
);
--bun:split
CREATE UNIQUE INDEX ux_agenda_feeds__hash ON agenda_feeds (hash);
--bun:split
CREATE INDEX ix_agenda_feeds__user ON agenda_feeds (user_id, id);
--bun:split
-- When a person last looked at the start page, and the time before: "what changed since I was last here".
CREATE TABLE home_visits (
  user_id  UUID PRIMARY KEY REFERENCES users (id),
  last_at  TIMESTAMPTZ NOT NULL,
  since_at TIMESTAMPTZ NOT NULL -- of the visit before
);
