-- Statistical processes, their dated descriptions, cycles, gates and evidence.
CREATE TABLE processes (
  id         UUID PRIMARY KEY,
  code       TEXT NOT NULL, -- short name for addresses and commands, e.g. 1-elektron-xidmet
  title_az   TEXT NOT NULL,
  title_en   TEXT NOT NULL,
  owner_id   UUID NOT NULL REFERENCES departments (id),
  sort_key   TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_processes__code ON processes (code);
--bun:split
CREATE TABLE process_versions (
  id             UUID PRIMARY KEY,
  process_id     UUID NOT NULL REFERENCES processes (id),
  number         INTEGER NOT NULL,
  effective_from TEXT NOT NULL,
  source_name    TEXT NOT NULL, -- name of the imported file
  source_sha256  TEXT NOT NULL,
  content_sha256 TEXT NOT NULL, -- of what was read out of it, so that a repeated import is recognised
  created_at     TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_process_versions__process_id__number ON process_versions (process_id, number);
--bun:split
CREATE TABLE activities (
  id         UUID PRIMARY KEY,
  version_id UUID NOT NULL REFERENCES process_versions (id),
  parent_id  UUID REFERENCES activities (id),
  code       TEXT NOT NULL, -- GSBPM: 4, 4.4, 4.4.2
  level      TEXT NOT NULL CHECK (level IN ('phase', 'subprocess', 'task')),
  phase      TEXT NOT NULL, -- first number of the code
  position   INTEGER NOT NULL, -- order in the description
  name_az    TEXT NOT NULL,
  name_en    TEXT NOT NULL,
  work_az    TEXT NOT NULL,
  applicable BOOLEAN NOT NULL, -- false = "Mövcud deyil"
  search_key TEXT NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_activities__version_id__code ON activities (version_id, code);
--bun:split
CREATE TABLE activity_inputs (
  activity_id UUID NOT NULL REFERENCES activities (id),
  position    INTEGER NOT NULL,
  name_az     TEXT NOT NULL,
  PRIMARY KEY (activity_id, position)
);
--bun:split
-- Suppliers as printed; "responsible" marks the internal departments that must deliver the outputs.
CREATE TABLE activity_departments (
  activity_id   UUID NOT NULL REFERENCES activities (id),
  department_id UUID NOT NULL REFERENCES departments (id),
  position      INTEGER NOT NULL, -- order among the suppliers; -1 when the owner stands in for a missing internal supplier
  supplier      BOOLEAN NOT NULL,
  responsible   BOOLEAN NOT NULL,
  PRIMARY KEY (activity_id, department_id)
);
--bun:split
CREATE INDEX ix_activity_departments__department ON activity_departments (department_id);
--bun:split
CREATE TABLE outputs (
  id          UUID PRIMARY KEY,
  activity_id UUID NOT NULL REFERENCES activities (id),
  position    INTEGER NOT NULL,
  name_az     TEXT NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_outputs__activity_id__position ON outputs (activity_id, position);
--bun:split
-- The sentence that closes a phase (phases 1-7).
CREATE TABLE process_gates (
  version_id   UUID NOT NULL REFERENCES process_versions (id),
  phase        TEXT NOT NULL,
  statement_az TEXT NOT NULL,
  statement_en TEXT NOT NULL,
  PRIMARY KEY (version_id, phase)
);
--bun:split
CREATE TABLE cycles (
  id               UUID PRIMARY KEY,
  process_id       UUID NOT NULL REFERENCES processes (id),
  version_id       UUID NOT NULL REFERENCES process_versions (id),
  period           TEXT NOT NULL, -- the year of work, e.g. 2026
  reference_period TEXT NOT NULL, -- what the data are about, e.g. 2025
  state            TEXT NOT NULL CHECK (state IN ('planned', 'running', 'evaluating', 'closed')),
  created_at       TIMESTAMPTZ NOT NULL,
  running_at       TIMESTAMPTZ,
  evaluating_at    TIMESTAMPTZ,
  closed_at        TIMESTAMPTZ
);
--bun:split
CREATE UNIQUE INDEX ux_cycles__process_id__period ON cycles (process_id, period);
--bun:split
CREATE TABLE cycle_phases (
  cycle_id   UUID NOT NULL REFERENCES cycles (id),
  phase      TEXT NOT NULL,
  due        TEXT NOT NULL CHECK (LENGTH(due) = 10),
  gate       TEXT NOT NULL CHECK (gate IN ('none', 'open', 'passed', 'waived')), -- none: phase 8
  gate_at    TIMESTAMPTZ,
  gate_by    UUID REFERENCES users (id),
  gate_note  TEXT NOT NULL DEFAULT '',
  reopenings INTEGER NOT NULL DEFAULT 0,
  reopened_at TIMESTAMPTZ, -- the last time
  PRIMARY KEY (cycle_id, phase)
);
--bun:split
-- Bytes that a person has sent and not yet attached to anything.
CREATE TABLE uploads (
  id           UUID PRIMARY KEY,
  user_id      UUID NOT NULL REFERENCES users (id),
  name         TEXT NOT NULL,
  size         BIGINT NOT NULL,
  sha256       TEXT NOT NULL,
  content_type TEXT NOT NULL,
  created_at   TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX ix_uploads__user ON uploads (user_id, created_at);
--bun:split
-- Files attached to a record; each kind of record has its own link table with a real reference.
CREATE TABLE files (
  id           UUID PRIMARY KEY,
  name         TEXT NOT NULL,
  size         BIGINT NOT NULL CHECK (size > 0),
  sha256       TEXT NOT NULL CHECK (LENGTH(sha256) = 64),
  content_type TEXT NOT NULL,
  added_by     UUID REFERENCES users (id),
  added_at     TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX ix_files__sha256 ON files (sha256);
--bun:split
CREATE TABLE submissions (
  id               UUID PRIMARY KEY,
  cycle_id         UUID NOT NULL REFERENCES cycles (id),
  department_id    UUID NOT NULL REFERENCES departments (id), -- for whom it was submitted
  version          INTEGER NOT NULL, -- 1, 2 … for the same outputs
  replaces_id      UUID REFERENCES submissions (id),
  title            TEXT NOT NULL,
  kind             TEXT NOT NULL CHECK (kind IN ('file', 'link', 'record')),
  link             TEXT NOT NULL DEFAULT '',
  record_kind      TEXT NOT NULL DEFAULT '', -- a record the system made itself, e.g. act
  record_id        TEXT NOT NULL DEFAULT '',
  reference_period TEXT NOT NULL,
  effective_day    TEXT NOT NULL,
  class            TEXT NOT NULL CHECK (class IN ('public', 'internal', 'confidential')),
  note             TEXT NOT NULL,
  state            TEXT NOT NULL CHECK (state IN ('submitted', 'accepted', 'returned', 'superseded', 'withdrawn')),
  submitted_by     UUID NOT NULL REFERENCES users (id),
  received_at      TIMESTAMPTZ NOT NULL, -- set by the server
  decided_by       UUID REFERENCES users (id),
  decided_at       TIMESTAMPTZ,
  superseded_at    TIMESTAMPTZ,
  withdrawn_at     TIMESTAMPTZ,
  reason           TEXT NOT NULL DEFAULT '', -- of a return
  search_key       TEXT NOT NULL,
  CHECK (decided_by IS NULL OR decided_by <> submitted_by)
);
--bun:split
CREATE INDEX ix_submissions__cycle ON submissions (cycle_id, state);
--bun:split
CREATE INDEX ix_submissions__received ON submissions (received_at, id);
--bun:split
CREATE INDEX ix_submissions__department ON submissions (department_id, received_at, id);
--bun:split
CREATE INDEX ix_submissions__state ON submissions (state, received_at, id);
--bun:split
CREATE TABLE submission_outputs (
  submission_id UUID NOT NULL REFERENCES submissions (id),
  output_id     UUID NOT NULL REFERENCES outputs (id),
  PRIMARY KEY (submission_id, output_id)
);
--bun:split
CREATE INDEX ix_submission_outputs__output ON submission_outputs (output_id);
--bun:split
CREATE TABLE submission_files (
  submission_id UUID NOT NULL REFERENCES submissions (id),
  file_id       UUID NOT NULL REFERENCES files (id),
  position      INTEGER NOT NULL,
  PRIMARY KEY (submission_id, file_id)
);
--bun:split
CREATE INDEX ix_submission_files__file ON submission_files (file_id);
