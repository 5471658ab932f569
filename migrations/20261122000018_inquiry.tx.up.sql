-- Evidence requests: asked of a person, or of the head of a department.
CREATE TABLE evidence_requests (
  id                UUID PRIMARY KEY,
  number            TEXT NOT NULL, -- SS-2026-014
  cycle_id          UUID REFERENCES cycles (id), -- none for a document asked for beforehand
  audit_id          UUID REFERENCES audits (id), -- for which it is asked
  department_id     UUID NOT NULL REFERENCES departments (id),
  addressee_id      UUID REFERENCES users (id), -- none: the head of the department
  title             TEXT NOT NULL,
  text              TEXT NOT NULL,
  confidential      BOOLEAN NOT NULL,
  due               TEXT NOT NULL CHECK (LENGTH(due) = 10),
  due_confirmed     BOOLEAN NOT NULL, -- the working-day calendar of that year is confirmed
  state             TEXT NOT NULL CHECK (state IN ('open', 'answered', 'returned', 'accepted', 'closed', 'withdrawn')),
  asked_by          UUID NOT NULL REFERENCES users (id),
  asked_at          TIMESTAMPTZ NOT NULL,
  first_answered_at TIMESTAMPTZ,
  answered_at       TIMESTAMPTZ, -- the last time
  returned_at       TIMESTAMPTZ, -- the last time
  accepted_at       TIMESTAMPTZ,
  closed_at         TIMESTAMPTZ,
  withdrawn_at      TIMESTAMPTZ,
  reason            TEXT NOT NULL, -- of the last return, or of the withdrawal
  search_key        TEXT NOT NULL,
  CHECK (state = 'withdrawn' OR withdrawn_at IS NULL),
  CHECK (state IN ('open', 'withdrawn') OR first_answered_at IS NOT NULL)
);
--bun:split
CREATE UNIQUE INDEX ux_evidence_requests__number ON evidence_requests (number);
--bun:split
CREATE INDEX ix_evidence_requests__department ON evidence_requests (department_id, id);
--bun:split
CREATE INDEX ix_evidence_requests__addressee ON evidence_requests (addressee_id, state, due);
--bun:split
CREATE INDEX ix_evidence_requests__asked_by ON evidence_requests (asked_by, state, due);
--bun:split
CREATE INDEX ix_evidence_requests__state ON evidence_requests (state, id);
--bun:split
CREATE INDEX ix_evidence_requests__cycle ON evidence_requests (cycle_id);
--bun:split
CREATE INDEX ix_evidence_requests__audit ON evidence_requests (audit_id);
--bun:split
CREATE TABLE evidence_request_outputs (
  request_id UUID NOT NULL REFERENCES evidence_requests (id),
  output_id  UUID NOT NULL REFERENCES outputs (id),
  PRIMARY KEY (request_id, output_id)
);
--bun:split
CREATE INDEX ix_evidence_request_outputs__output ON evidence_request_outputs (output_id);
--bun:split
-- Answers are kept as they were given; a return asks for another.
CREATE TABLE evidence_request_answers (
  id          UUID PRIMARY KEY,
  request_id  UUID NOT NULL REFERENCES evidence_requests (id),
  no          INTEGER NOT NULL, -- 1, 2 …
  text        TEXT NOT NULL,
  answered_by UUID NOT NULL REFERENCES users (id),
  answered_at TIMESTAMPTZ NOT NULL,
  verdict     TEXT NOT NULL CHECK (verdict IN ('', 'accepted', 'returned')),
  reason      TEXT NOT NULL,
  decided_by  UUID REFERENCES users (id),
  decided_at  TIMESTAMPTZ,
  CHECK ((verdict = '') = (decided_at IS NULL)),
  CHECK (decided_by IS NULL OR decided_by <> answered_by)
);
--bun:split
CREATE UNIQUE INDEX ux_evidence_request_answers__request_id__no ON evidence_request_answers (request_id, no);
--bun:split
CREATE TABLE evidence_request_submissions (
  answer_id     UUID NOT NULL REFERENCES evidence_request_answers (id),
  submission_id UUID NOT NULL REFERENCES submissions (id),
  position      INTEGER NOT NULL,
  PRIMARY KEY (answer_id, submission_id)
);
--bun:split
CREATE INDEX ix_evidence_request_submissions__submission ON evidence_request_submissions (submission_id);
--bun:split
-- Discrepancy notes: what the validation of outputs (GSBPM 6.2) found. They are records of production, not of audit.
CREATE TABLE discrepancies (
  id                UUID PRIMARY KEY,
  number            TEXT NOT NULL, -- UQ-2026-007
  cycle_id          UUID NOT NULL REFERENCES cycles (id),
  activity_id       UUID NOT NULL REFERENCES activities (id),
  code              TEXT NOT NULL, -- 6.2.1
  department_id     UUID NOT NULL REFERENCES departments (id),
  found             TEXT NOT NULL,
  cases             INTEGER NOT NULL CHECK (cases BETWEEN 1 AND 100000000),
  size              TEXT NOT NULL, -- how large, in the words of who found it
  source            TEXT NOT NULL, -- where it was seen
  due               TEXT NOT NULL CHECK (LENGTH(due) = 10), -- to explain or correct it
  due_confirmed     BOOLEAN NOT NULL,
  state             TEXT NOT NULL CHECK (state IN ('open', 'explained', 'corrected', 'confirmed', 'promoted')),
  noted_by          UUID NOT NULL REFERENCES users (id),
  noted_at          TIMESTAMPTZ NOT NULL,
  explanation       TEXT NOT NULL,
  explained_by      UUID REFERENCES users (id),
  explained_at      TIMESTAMPTZ, -- the last time, also when corrected
  first_answered_at TIMESTAMPTZ,
  refused           INTEGER NOT NULL, -- how often an explanation was refused
  refusal           TEXT NOT NULL, -- reason of the last refusal
  refused_at        TIMESTAMPTZ,
  confirmed_by      UUID REFERENCES users (id),
  confirmed_at      TIMESTAMPTZ,
  promoted_by       UUID REFERENCES users (id),
  promoted_at       TIMESTAMPTZ,
  promotion         TEXT NOT NULL, -- why
  act_id            UUID REFERENCES acts (id), -- the nonconformity it became
  search_key        TEXT NOT NULL,
  CHECK (state NOT IN ('explained', 'corrected', 'confirmed') OR explained_at IS NOT NULL),
  CHECK ((state = 'promoted') = (promoted_at IS NOT NULL)),
  CHECK ((act_id IS NULL) = (promoted_at IS NULL)),
  CHECK (confirmed_by IS NULL OR confirmed_by <> explained_by)
);
--bun:split
CREATE UNIQUE INDEX ux_discrepancies__number ON discrepancies (number);
--bun:split
CREATE UNIQUE INDEX ux_discrepancies__act_id ON discrepancies (act_id);
--bun:split
CREATE INDEX ix_discrepancies__department ON discrepancies (department_id, id);
--bun:split
CREATE INDEX ix_discrepancies__cycle ON discrepancies (cycle_id, id);
--bun:split
CREATE INDEX ix_discrepancies__state ON discrepancies (state, due);
--bun:split
-- Comments on what has a page. One of the four says on what.
CREATE TABLE comments (
  id             UUID PRIMARY KEY,
  kind           TEXT NOT NULL CHECK (kind IN ('submission', 'request', 'discrepancy', 'task')),
  submission_id  UUID REFERENCES submissions (id),
  request_id     UUID REFERENCES evidence_requests (id),
  discrepancy_id UUID REFERENCES discrepancies (id),
  cycle_id       UUID REFERENCES cycles (id), -- of a task
  code           TEXT NOT NULL, -- of a task
  text           TEXT NOT NULL, -- empty once deleted
  author_id      UUID NOT NULL REFERENCES users (id),
  created_at     TIMESTAMPTZ NOT NULL,
  edits          INTEGER NOT NULL,
  edited_at      TIMESTAMPTZ,
  deleted_at     TIMESTAMPTZ,
  CHECK ((kind = 'submission') = (submission_id IS NOT NULL)),
  CHECK ((kind = 'request') = (request_id IS NOT NULL)),
  CHECK ((kind = 'discrepancy') = (discrepancy_id IS NOT NULL)),
  CHECK ((kind = 'task') = (cycle_id IS NOT NULL)),
  CHECK ((deleted_at IS NULL) = (text <> ''))
);
--bun:split
CREATE INDEX ix_comments__submission ON comments (submission_id, id) WHERE submission_id IS NOT NULL;
--bun:split
CREATE INDEX ix_comments__request ON comments (request_id, id) WHERE request_id IS NOT NULL;
--bun:split
CREATE INDEX ix_comments__discrepancy ON comments (discrepancy_id, id) WHERE discrepancy_id IS NOT NULL;
--bun:split
CREATE INDEX ix_comments__task ON comments (cycle_id, code, id) WHERE cycle_id IS NOT NULL;
--bun:split
-- What a comment said before it was edited or deleted.
CREATE TABLE comment_versions (
  comment_id UUID NOT NULL REFERENCES comments (id),
  no         INTEGER NOT NULL,
  text       TEXT NOT NULL,
  written_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (comment_id, no)
);
--bun:split
CREATE TABLE comment_mentions (
  comment_id UUID NOT NULL REFERENCES comments (id),
  user_id    UUID NOT NULL REFERENCES users (id),
  PRIMARY KEY (comment_id, user_id)
);
