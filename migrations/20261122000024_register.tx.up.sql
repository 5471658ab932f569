-- The Electronic Register of services: bodies with their history, services in versions, applications with their clocks.
ALTER TABLE agencies ADD COLUMN section TEXT NOT NULL DEFAULT 'central' CHECK (section IN ('central', 'local')); -- sections of the register (2.2)
--bun:split
ALTER TABLE agencies ADD COLUMN from_day TEXT NOT NULL DEFAULT ''; -- first day of the body; '' before anything that is known
--bun:split
ALTER TABLE agencies ADD COLUMN to_day TEXT NOT NULL DEFAULT ''; -- last day; '' it is still there
--bun:split
ALTER TABLE agencies ADD COLUMN contact TEXT NOT NULL DEFAULT '{}'; -- items 2.5.1-2.5.3 as JSON: clause to text
--bun:split
ALTER TABLE agencies ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
--bun:split
CREATE INDEX ix_agencies__sort ON agencies (sort_key, id);
--bun:split
-- What a body was called before: a name holds from its day until the next one's.
CREATE TABLE agency_names (
  agency_id UUID NOT NULL REFERENCES agencies (id),
  from_day  TEXT NOT NULL,
  name_az   TEXT NOT NULL,
  name_en   TEXT NOT NULL,
  PRIMARY KEY (agency_id, from_day)
);
--bun:split
CREATE TABLE agency_units (
  id         UUID PRIMARY KEY,
  agency_id  UUID NOT NULL REFERENCES agencies (id),
  code       TEXT NOT NULL, -- within the body; never changes
  name_az    TEXT NOT NULL,
  name_en    TEXT NOT NULL,
  contact    TEXT NOT NULL, -- as of agencies
  revision   INTEGER NOT NULL,
  to_day     TEXT NOT NULL DEFAULT ''
);
--bun:split
CREATE UNIQUE INDEX ux_agency_units__agency_id__code ON agency_units (agency_id, code);
--bun:split
-- What happened to bodies, with its legal basis.
CREATE TABLE agency_events (
  id        UUID PRIMARY KEY,
  agency_id UUID NOT NULL REFERENCES agencies (id),
  kind      TEXT NOT NULL CHECK (kind IN ('created', 'renamed', 'merged', 'split', 'abolished')),
  other_id  UUID REFERENCES agencies (id), -- merged into, or split off
  day       TEXT NOT NULL,
  basis     TEXT NOT NULL,
  services  INTEGER NOT NULL, -- that went over to the other body
  actor     TEXT NOT NULL,
  at        TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX ix_agency_events__agency ON agency_events (agency_id, day);
--bun:split
CREATE INDEX ix_agency_events__other ON agency_events (other_id, day);
--bun:split
-- Values that items are chosen from; a value holds from its day to its last day.
CREATE TABLE register_codes (
  list         TEXT NOT NULL, -- clause of the item
  code         TEXT NOT NULL,
  valid_from   TEXT NOT NULL,
  valid_to     TEXT NOT NULL DEFAULT '',
  position     INTEGER NOT NULL,
  name_az      TEXT NOT NULL,
  name_en      TEXT NOT NULL,
  electronised BOOLEAN NOT NULL, -- of 2.3.21: whether a service at this level counts as electronised
  confirmed    BOOLEAN NOT NULL, -- false: provisional, the source names no values
  basis_az     TEXT NOT NULL,
  basis_en     TEXT NOT NULL,
  PRIMARY KEY (list, code, valid_from)
);
--bun:split
ALTER TABLE eservices ADD COLUMN number TEXT; -- in the register (2.4), given once; NULL: known by its assessments only
--bun:split
ALTER TABLE eservices ADD COLUMN state TEXT NOT NULL DEFAULT 'assessed' CHECK (state IN ('assessed', 'registered', 'archived'));
--bun:split
ALTER TABLE eservices ADD COLUMN version INTEGER NOT NULL DEFAULT 0; -- the newest of eservice_versions
--bun:split
ALTER TABLE eservices ADD COLUMN registered_on TEXT NOT NULL DEFAULT ''; -- 2.3.3
--bun:split
ALTER TABLE eservices ADD COLUMN archived_on TEXT NOT NULL DEFAULT '';
--bun:split
ALTER TABLE eservices ADD COLUMN level TEXT NOT NULL DEFAULT ''; -- 2.3.21
--bun:split
ALTER TABLE eservices ADD COLUMN title_key TEXT NOT NULL DEFAULT ''; -- sort key of the first letters of the name
--bun:split
UPDATE eservices SET title_key = SUBSTR(sort_key, 1, 120);
--bun:split
CREATE UNIQUE INDEX ux_eservices__number ON eservices (number);
--bun:split
CREATE INDEX ix_eservices__state ON eservices (state, title_key, id);
--bun:split
CREATE INDEX ix_eservices__agency_state ON eservices (agency_id, state, title_key, id);
--bun:split
CREATE INDEX ix_eservices__level ON eservices (state, level, title_key, id);
--bun:split
-- Every version of a registered service, as it was entered.
CREATE TABLE eservice_versions (
  service_id     UUID NOT NULL REFERENCES eservices (id),
  number         INTEGER NOT NULL,
  agency_id      UUID NOT NULL REFERENCES agencies (id), -- at that time
  items          TEXT NOT NULL, -- JSON: clause to text
  sha256         TEXT NOT NULL, -- of items
  cause          TEXT NOT NULL CHECK (cause IN ('new', 'change', 'removal', 'import', 'transfer')),
  application_id UUID,
  day            TEXT NOT NULL, -- from which it is the one in force
  actor          TEXT NOT NULL,
  at             TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (service_id, number)
);
--bun:split
-- Whose service it was, from which day.
CREATE TABLE eservice_holders (
  service_id UUID NOT NULL REFERENCES eservices (id),
  from_day   TEXT NOT NULL,
  agency_id  UUID NOT NULL REFERENCES agencies (id),
  PRIMARY KEY (service_id, from_day)
);
--bun:split
-- What the catalogue is filtered by where an item has several values.
CREATE TABLE eservice_facets (
  facet      TEXT NOT NULL, -- clause
  value      TEXT NOT NULL,
  title_key  TEXT NOT NULL,
  service_id UUID NOT NULL REFERENCES eservices (id),
  PRIMARY KEY (facet, value, title_key, service_id)
){{if not .PG}} WITHOUT ROWID{{end}};
--bun:split
CREATE INDEX ix_eservice_facets__service ON eservice_facets (service_id);
--bun:split
-- The words of registered services, folded: a search begins with the rarest.
CREATE TABLE eservice_words (
  word       TEXT {{if .PG}}COLLATE "C" {{end}}NOT NULL,
  service_id UUID NOT NULL REFERENCES eservices (id),
  PRIMARY KEY (word, service_id)
){{if not .PG}} WITHOUT ROWID{{end}};
--bun:split
CREATE INDEX ix_eservice_words__service ON eservice_words (service_id);
--bun:split
-- Bands of the signature of a service's words: likely duplicates share one.
CREATE TABLE eservice_bands (
  band       BIGINT NOT NULL,
  service_id UUID NOT NULL REFERENCES eservices (id),
  PRIMARY KEY (band, service_id)
){{if not .PG}} WITHOUT ROWID{{end}};
--bun:split
CREATE INDEX ix_eservice_bands__service ON eservice_bands (service_id);
--bun:split
-- What a person said of two services that look alike (1.3.7, 3.2.9); one_id < other_id.
CREATE TABLE eservice_pairs (
  one_id     UUID NOT NULL REFERENCES eservices (id),
  other_id   UUID NOT NULL REFERENCES eservices (id),
  likeness   INTEGER NOT NULL, -- per cent
  state      TEXT NOT NULL CHECK (state IN ('open', 'same', 'different')),
  reason     TEXT NOT NULL DEFAULT '',
  actor      TEXT NOT NULL DEFAULT '',
  found_at   TIMESTAMPTZ NOT NULL,
  decided_at TIMESTAMPTZ,
  PRIMARY KEY (one_id, other_id)
);
--bun:split
CREATE INDEX ix_eservice_pairs__state ON eservice_pairs (state, likeness DESC, one_id, other_id);
--bun:split
CREATE INDEX ix_eservice_pairs__other ON eservice_pairs (other_id);
--bun:split
-- Use of a service per year (2.3.24).
CREATE TABLE eservice_usage (
  service_id  UUID NOT NULL REFERENCES eservices (id),
  year        INTEGER NOT NULL,
  requests    BIGINT NOT NULL,
  electronic  BIGINT NOT NULL,
  note        TEXT NOT NULL,
  revision    INTEGER NOT NULL,
  recorded_by TEXT NOT NULL,
  recorded_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (service_id, year),
  CHECK (electronic BETWEEN 0 AND requests)
);
--bun:split
-- Applications of bodies: a new service, a change, a removal (4.5-4.10).
CREATE TABLE register_applications (
  id           UUID PRIMARY KEY,
  number       TEXT NOT NULL,
  kind         TEXT NOT NULL CHECK (kind IN ('new', 'change', 'removal')),
  state        TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'defective', 'returned', 'registered', 'refused', 'withdrawn')),
  agency_id    UUID NOT NULL REFERENCES agencies (id),
  service_id   UUID REFERENCES eservices (id), -- of a change or removal; of a new one once it is registered
  title        TEXT NOT NULL,
  items        TEXT NOT NULL, -- JSON: clause to text
  revision     INTEGER NOT NULL,
  round        INTEGER NOT NULL, -- how often it was signed
  submit_due   TEXT NOT NULL DEFAULT '', -- a new service within a month of its act (4.5.6)
  due          TEXT NOT NULL DEFAULT '', -- of the clock that runs
  clock        TEXT NOT NULL DEFAULT '', -- code of the term that runs; '' none
  clock_from   TEXT NOT NULL DEFAULT '', -- day of the event that started it
  confirmed    BOOLEAN NOT NULL, -- whether the calendar of the years of the clock is confirmed
  created_by   UUID REFERENCES users (id),
  created_at   TIMESTAMPTZ NOT NULL,
  edited_by    TEXT NOT NULL,
  edited_at    TIMESTAMPTZ NOT NULL,
  submitted_at TIMESTAMPTZ,
  found_at     TIMESTAMPTZ, -- when the first defect of this round was found
  returned_at  TIMESTAMPTZ,
  decided_at   TIMESTAMPTZ
);
--bun:split
CREATE UNIQUE INDEX ux_register_applications__number ON register_applications (number);
--bun:split
-- One application at a time about a service.
CREATE UNIQUE INDEX ux_register_applications__service_id ON register_applications (service_id) WHERE state IN ('draft', 'submitted', 'defective', 'returned');
--bun:split
CREATE INDEX ix_register_applications__state ON register_applications (state, due, id);
--bun:split
CREATE INDEX ix_register_applications__agency ON register_applications (agency_id, state, due, id);
--bun:split
CREATE INDEX ix_register_applications__created ON register_applications (created_at, id);
--bun:split
-- What was signed, word for word, at each submission.
CREATE TABLE register_rounds (
  application_id UUID NOT NULL REFERENCES register_applications (id),
  round          INTEGER NOT NULL,
  items          TEXT NOT NULL,
  sha256         TEXT NOT NULL,
  signed_by      UUID REFERENCES users (id),
  signature      TEXT NOT NULL, -- name and position as they were
  signed_at      TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (application_id, round)
);
--bun:split
CREATE TABLE register_defects (
  id             UUID PRIMARY KEY,
  application_id UUID NOT NULL REFERENCES register_applications (id),
  round          INTEGER NOT NULL,
  clause         TEXT NOT NULL,
  text           TEXT NOT NULL,
  actor          TEXT NOT NULL,
  at             TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX ix_register_defects__application ON register_defects (application_id, round);
--bun:split
CREATE TABLE register_events (
  application_id UUID NOT NULL REFERENCES register_applications (id),
  seq            INTEGER NOT NULL,
  verb           TEXT NOT NULL,
  from_state     TEXT NOT NULL,
  to_state       TEXT NOT NULL,
  note           TEXT NOT NULL,
  actor          TEXT NOT NULL,
  at             TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (application_id, seq)
);
--bun:split
-- Samples of documents (2.3.16): attached to an application, taken over by the service.
CREATE TABLE register_files (
  application_id UUID NOT NULL REFERENCES register_applications (id),
  file_id        UUID NOT NULL REFERENCES files (id),
  PRIMARY KEY (application_id, file_id)
);
--bun:split
CREATE INDEX ix_register_files__file ON register_files (file_id);
