-- Links by which an outside auditor reads one thing without an account, and each opening of them.

-- The acts of a year, for its summary.
CREATE INDEX ix_acts__issued ON acts (issued_at, id);
--bun:split
CREATE TABLE observer_links (
  id            UUID PRIMARY KEY,
  token_hash    TEXT NOT NULL CHECK (LENGTH(token_hash) = 64), -- SHA-256 of what stands in the address; the address itself is kept nowhere
  name          TEXT NOT NULL,
  organisation  TEXT NOT NULL,
  reason        TEXT NOT NULL,
  scope         TEXT NOT NULL CHECK (scope IN ('audit', 'cycle', 'process')),
  audit_id      UUID REFERENCES audits (id),
  cycle_id      UUID REFERENCES cycles (id),
  process_id    UUID REFERENCES processes (id),
  confidential  BOOLEAN NOT NULL, -- confidential evidence of the scope is open too
  last_day      TEXT NOT NULL CHECK (LENGTH(last_day) = 10),
  max_uses      INTEGER NOT NULL CHECK (max_uses BETWEEN 1 AND 500),
  uses          INTEGER NOT NULL DEFAULT 0,
  created_by    UUID NOT NULL REFERENCES users (id),
  created_at    TIMESTAMPTZ NOT NULL,
  revoked_by    UUID REFERENCES users (id),
  revoked_at    TIMESTAMPTZ,
  revoke_reason TEXT NOT NULL DEFAULT '',
  CHECK (uses BETWEEN 0 AND max_uses),
  CHECK ((scope = 'audit') = (audit_id IS NOT NULL)),
  CHECK ((scope = 'cycle') = (cycle_id IS NOT NULL)),
  CHECK ((scope = 'process') = (process_id IS NOT NULL)),
  CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
--bun:split
CREATE UNIQUE INDEX ux_observer_links__token_hash ON observer_links (token_hash);
--bun:split
CREATE INDEX ix_observer_links__created ON observer_links (created_at, id);
--bun:split
CREATE INDEX ix_observer_links__audit ON observer_links (audit_id);
--bun:split
-- One opening of a link: it lasts some hours and counts as one use.
CREATE TABLE observer_visits (
  id           UUID PRIMARY KEY,
  link_id      UUID NOT NULL REFERENCES observer_links (id),
  session_hash TEXT NOT NULL CHECK (LENGTH(session_hash) = 64),
  opened_at    TIMESTAMPTZ NOT NULL,
  ends_at      TIMESTAMPTZ NOT NULL,
  left_at      TIMESTAMPTZ, -- the visitor ended it
  address      TEXT NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_observer_visits__session_hash ON observer_visits (session_hash);
--bun:split
CREATE INDEX ix_observer_visits__link ON observer_visits (link_id, opened_at);
