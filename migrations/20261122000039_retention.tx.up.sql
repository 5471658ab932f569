-- How long evidence is kept: terms as data, proposed by class; what is past its term waits for a person's decision.
CREATE TABLE retention_terms (
  id        UUID PRIMARY KEY,
  code      TEXT NOT NULL,
  position  INTEGER NOT NULL,
  classes   TEXT NOT NULL, -- of evidence for which it is proposed, with " | " between
  years     INTEGER NOT NULL CHECK (years BETWEEN 0 AND 100), -- whole years after that of the document; 0: for good
  name_az   TEXT NOT NULL,
  name_en   TEXT NOT NULL,
  basis_az  TEXT NOT NULL, -- legal
  basis_en  TEXT NOT NULL,
  confirmed BOOLEAN NOT NULL, -- the office has set it
  revision  INTEGER NOT NULL, -- counts changes, so that two people at once are told
  set_by    UUID REFERENCES users (id),
  set_at    TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_retention_terms__code ON retention_terms (code);
--bun:split
ALTER TABLE submissions ADD COLUMN retention TEXT NOT NULL DEFAULT ''; -- code of the term; empty: of a time before there were any
--bun:split
ALTER TABLE submissions ADD COLUMN kept_until TEXT NOT NULL DEFAULT ''; -- last day; empty: for good
--bun:split
ALTER TABLE submissions ADD COLUMN kept_by TEXT NOT NULL DEFAULT 'term' CHECK (kept_by IN ('term', 'extended', 'permanent', 'disposed')); -- by the term, or by a decision
--bun:split
CREATE INDEX ix_submissions__kept ON submissions (kept_until, id) WHERE kept_until <> '' AND kept_by <> 'disposed';
--bun:split
CREATE TABLE retention_decisions (
  id            UUID PRIMARY KEY,
  submission_id UUID NOT NULL REFERENCES submissions (id),
  decision      TEXT NOT NULL CHECK (decision IN ('extended', 'permanent', 'disposed')),
  kept_until    TEXT NOT NULL, -- of an extension
  reason        TEXT NOT NULL,
  decided_by    UUID NOT NULL REFERENCES users (id),
  decided_at    TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX ix_retention_decisions__submission ON retention_decisions (submission_id, decided_at);
