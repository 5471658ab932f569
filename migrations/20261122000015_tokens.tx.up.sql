-- Bearer tokens of the API: each acts as its owner. The token itself is shown once and not kept.
CREATE TABLE api_tokens (
  id           UUID PRIMARY KEY,
  user_id      UUID NOT NULL REFERENCES users (id), -- owner
  name         TEXT NOT NULL, -- what it is for; stands in the trail
  hash         TEXT NOT NULL CHECK (LENGTH(hash) = 64), -- SHA-256 of the token, hexadecimal
  start        TEXT NOT NULL, -- first characters, by which people tell tokens apart
  to_day       TEXT NOT NULL CHECK (LENGTH(to_day) = 10), -- last day of validity
  created_at   TIMESTAMPTZ NOT NULL,
  last_used_at TIMESTAMPTZ, -- to some minutes; no business record
  revoked_at   TIMESTAMPTZ
);
--bun:split
CREATE UNIQUE INDEX ux_api_tokens__hash ON api_tokens (hash);
--bun:split
CREATE INDEX ix_api_tokens__user ON api_tokens (user_id, id);
