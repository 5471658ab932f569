-- Sites: the central office and the local bodies, each certified and audited by itself.
CREATE TABLE sites (
  id            UUID PRIMARY KEY,
  code          TEXT NOT NULL,
  name_az       TEXT NOT NULL,
  name_en       TEXT NOT NULL,
  kind          TEXT NOT NULL CHECK (kind IN ('central', 'local')),
  department_id UUID NOT NULL REFERENCES departments (id), -- to which it belongs
  sort_key      TEXT NOT NULL,
  created_at    TIMESTAMPTZ NOT NULL,
  archived_at   TIMESTAMPTZ
);
--bun:split
CREATE UNIQUE INDEX ux_sites__code ON sites (code);
--bun:split
CREATE TABLE audit_sites (
  audit_id UUID NOT NULL REFERENCES audits (id),
  site_id  UUID NOT NULL REFERENCES sites (id),
  PRIMARY KEY (audit_id, site_id)
);
--bun:split
CREATE INDEX ix_audit_sites__site ON audit_sites (site_id, audit_id);
--bun:split
-- How the priority of a row is weighed: a version is never changed, a new one is added.
CREATE TABLE programme_weightings (
  id         UUID PRIMARY KEY,
  number     INTEGER NOT NULL,
  valid_from TEXT NOT NULL CHECK (LENGTH(valid_from) = 10),
  source_az  TEXT NOT NULL,
  source_en  TEXT NOT NULL,
  reason     TEXT NOT NULL DEFAULT '', -- why it was made; empty for the first
  created_by UUID REFERENCES users (id),
  created_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_programme_weightings__number ON programme_weightings (number);
--bun:split
CREATE TABLE programme_factors (
  weighting_id UUID NOT NULL REFERENCES programme_weightings (id),
  factor       TEXT NOT NULL CHECK (factor IN ('importance', 'changes', 'risk', 'result', 'time')),
  weight       INTEGER NOT NULL CHECK (weight BETWEEN 0 AND 100),
  steps        TEXT NOT NULL, -- from which figure on the factor counts 1, 2, 3, 4; separated by blanks
  PRIMARY KEY (weighting_id, factor)
);
--bun:split
-- The audit programme of a year (ISO 19011:2018, 5).
CREATE TABLE programmes (
  id           UUID PRIMARY KEY,
  year         INTEGER NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'returned', 'approved', 'amended', 'closed')),
  weighting_id UUID NOT NULL REFERENCES programme_weightings (id),
  objectives   TEXT NOT NULL,
  criteria     TEXT NOT NULL,
  methods      TEXT NOT NULL,
  resources    TEXT NOT NULL,
  version      INTEGER NOT NULL DEFAULT 1,
  amendment    INTEGER NOT NULL DEFAULT 0, -- number of the last change after approval
  return_note  TEXT NOT NULL DEFAULT '',   -- why it was last returned
  close_note   TEXT NOT NULL DEFAULT '',
  created_by   UUID REFERENCES users (id),
  created_at   TIMESTAMPTZ NOT NULL,
  submitted_by UUID REFERENCES users (id),
  submitted_at TIMESTAMPTZ,
  approved_by  UUID REFERENCES users (id),
  approved_at  TIMESTAMPTZ,
  closed_by    UUID REFERENCES users (id),
  closed_at    TIMESTAMPTZ
);
--bun:split
CREATE UNIQUE INDEX ux_programmes__year ON programmes (year);
--bun:split
CREATE TABLE programme_risks (
  programme_id UUID NOT NULL REFERENCES programmes (id),
  position     INTEGER NOT NULL,
  kind         TEXT NOT NULL CHECK (kind IN ('risk', 'opportunity')),
  text         TEXT NOT NULL,
  treatment    TEXT NOT NULL,
  PRIMARY KEY (programme_id, position)
);
--bun:split
-- What the programme looks at: one process, department or site to a row.
CREATE TABLE programme_rows (
  id            UUID PRIMARY KEY,
  programme_id  UUID NOT NULL REFERENCES programmes (id),
  no            INTEGER NOT NULL,
  kind          TEXT NOT NULL CHECK (kind IN ('process', 'department', 'site')),
  process_id    UUID REFERENCES processes (id),
  department_id UUID REFERENCES departments (id),
  site_id       UUID REFERENCES sites (id),
  importance    INTEGER NOT NULL CHECK (importance BETWEEN 0 AND 4), -- judged by people
  computed      INTEGER, -- priority 0 to 100, fixed when the programme is submitted; NULL = worked out anew at each look
  adjusted      INTEGER CHECK (adjusted BETWEEN 0 AND 100), -- what people put in its place
  adjust_reason TEXT NOT NULL DEFAULT '',
  months        TEXT NOT NULL DEFAULT '', -- of the planned audits: "3 10"
  codes         TEXT NOT NULL DEFAULT '', -- phases and sub-processes to look at: "4 5.3"; empty = all
  lead_id       UUID REFERENCES users (id),
  note          TEXT NOT NULL DEFAULT '',
  CHECK ((kind = 'process') = (process_id IS NOT NULL)),
  CHECK ((kind = 'department') = (department_id IS NOT NULL)),
  CHECK ((kind = 'site') = (site_id IS NOT NULL)),
  CHECK ((adjusted IS NULL) = (adjust_reason = ''))
);
--bun:split
CREATE UNIQUE INDEX ux_programme_rows__programme_id__no ON programme_rows (programme_id, no);
--bun:split
-- What the priority of a submitted programme was worked out from.
CREATE TABLE programme_scores (
  row_id UUID NOT NULL REFERENCES programme_rows (id),
  factor TEXT NOT NULL,
  figure INTEGER NOT NULL, -- what was counted
  score  INTEGER NOT NULL CHECK (score BETWEEN 0 AND 4),
  PRIMARY KEY (row_id, factor)
);
--bun:split
-- Changes after approval, numbered; never changed, never removed.
CREATE TABLE programme_changes (
  id           UUID PRIMARY KEY,
  programme_id UUID NOT NULL REFERENCES programmes (id),
  number       INTEGER NOT NULL,
  row_id       UUID REFERENCES programme_rows (id), -- NULL = the programme as a whole
  at           TIMESTAMPTZ NOT NULL,
  actor_id     UUID REFERENCES users (id),
  actor        TEXT NOT NULL,
  reason       TEXT NOT NULL,
  field_values TEXT NOT NULL -- JSON: [{"field", "before", "after"}]
);
--bun:split
CREATE UNIQUE INDEX ux_programme_changes__programme_id__number ON programme_changes (programme_id, number);
--bun:split
-- The audit that a row of the programme led to, one to a month unless it was cancelled.
ALTER TABLE audits ADD COLUMN programme_row_id UUID REFERENCES programme_rows (id);
--bun:split
ALTER TABLE audits ADD COLUMN programme_month INTEGER NOT NULL DEFAULT 0;
--bun:split
CREATE UNIQUE INDEX ux_audits__programme_row_id__programme_month ON audits (programme_row_id, programme_month) WHERE programme_row_id IS NOT NULL AND cancelled_at IS NULL;
--bun:split
-- Notice given to the departments, in working days.
ALTER TABLE audits ADD COLUMN notice_required INTEGER NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE audits ADD COLUMN notice_given INTEGER NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE audits ADD COLUMN notice_reason TEXT NOT NULL DEFAULT ''; -- why it was shorter
--bun:split
-- What is known of an auditor's competence (ISO 19011:2018, 7).
CREATE TABLE auditor_records (
  user_id    UUID PRIMARY KEY REFERENCES users (id),
  education  TEXT NOT NULL,
  experience TEXT NOT NULL,
  years      INTEGER NOT NULL CHECK (years BETWEEN 0 AND 70), -- of work in auditing or quality management
  languages  TEXT NOT NULL,
  standards  TEXT NOT NULL, -- codes of standards: "ISO19011 ISO9001"
  note       TEXT NOT NULL,
  version    INTEGER NOT NULL,
  changed_by UUID REFERENCES users (id),
  changed_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE TABLE auditor_trainings (
  id         UUID PRIMARY KEY,
  user_id    UUID NOT NULL REFERENCES users (id),
  title      TEXT NOT NULL,
  provider   TEXT NOT NULL,
  document   TEXT NOT NULL, -- number of the certificate
  leads      BOOLEAN NOT NULL, -- trains for leading audits
  held       TEXT NOT NULL CHECK (LENGTH(held) = 10),
  valid_to   TEXT, -- last day; NULL = without end
  added_by   UUID REFERENCES users (id),
  added_at   TIMESTAMPTZ NOT NULL,
  removed_at TIMESTAMPTZ
);
--bun:split
CREATE INDEX ix_auditor_trainings__user ON auditor_trainings (user_id, held);
--bun:split
-- Standing conflicts of interest: whom or what a person may not audit, and for how long.
CREATE TABLE auditor_conflicts (
  id            UUID PRIMARY KEY,
  user_id       UUID NOT NULL REFERENCES users (id),
  kind          TEXT NOT NULL CHECK (kind IN ('department', 'process', 'person')),
  department_id UUID REFERENCES departments (id),
  process_id    UUID REFERENCES processes (id),
  person_id     UUID REFERENCES users (id),
  reason        TEXT NOT NULL,
  from_day      TEXT NOT NULL CHECK (LENGTH(from_day) = 10),
  to_day        TEXT, -- last day; NULL = open
  added_by      UUID REFERENCES users (id),
  added_at      TIMESTAMPTZ NOT NULL,
  CHECK ((kind = 'department') = (department_id IS NOT NULL)),
  CHECK ((kind = 'process') = (process_id IS NOT NULL)),
  CHECK ((kind = 'person') = (person_id IS NOT NULL)),
  CHECK (person_id IS NULL OR person_id <> user_id)
);
--bun:split
CREATE INDEX ix_auditor_conflicts__user ON auditor_conflicts (user_id, from_day);
--bun:split
CREATE TABLE auditor_evaluations (
  id        UUID PRIMARY KEY,
  user_id   UUID NOT NULL REFERENCES users (id),
  audit_id  UUID REFERENCES audits (id), -- after which; NULL = of the year
  day       TEXT NOT NULL CHECK (LENGTH(day) = 10),
  knowledge INTEGER NOT NULL CHECK (knowledge BETWEEN 1 AND 5),
  skill     INTEGER NOT NULL CHECK (skill BETWEEN 1 AND 5),
  conduct   INTEGER NOT NULL CHECK (conduct BETWEEN 1 AND 5),
  reporting INTEGER NOT NULL CHECK (reporting BETWEEN 1 AND 5),
  note      TEXT NOT NULL,
  by_id     UUID NOT NULL REFERENCES users (id),
  at        TIMESTAMPTZ NOT NULL,
  CHECK (by_id <> user_id)
);
--bun:split
CREATE INDEX ix_auditor_evaluations__user ON auditor_evaluations (user_id, day);
--bun:split
-- What each look at the independence of a team found; never changed, never removed.
CREATE TABLE independence_checks (
  id           UUID PRIMARY KEY,
  audit_id     UUID NOT NULL REFERENCES audits (id),
  user_id      UUID NOT NULL REFERENCES users (id),
  seq          INTEGER NOT NULL,
  at           TIMESTAMPTZ NOT NULL,
  stage        TEXT NOT NULL CHECK (stage IN ('team', 'announce', 'start', 'report')),
  conflicts    TEXT NOT NULL, -- JSON; [] = none
  exception_id UUID REFERENCES independence_exceptions (id)
);
--bun:split
CREATE UNIQUE INDEX ux_independence_checks__audit_id__user_id__seq ON independence_checks (audit_id, user_id, seq);
--bun:split
-- People with the team who do not audit: observers, technical experts, guides.
CREATE TABLE audit_guests (
  id           UUID PRIMARY KEY,
  audit_id     UUID NOT NULL REFERENCES audits (id),
  role         TEXT NOT NULL CHECK (role IN ('observer', 'expert', 'guide')),
  user_id      UUID REFERENCES users (id), -- NULL = from outside
  name         TEXT NOT NULL,
  organisation TEXT NOT NULL,
  task         TEXT NOT NULL, -- what the expert gives, what the guide arranges
  added_by     UUID REFERENCES users (id),
  added_at     TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX ix_audit_guests__audit ON audit_guests (audit_id, id);
--bun:split
-- Schedule of an audit: who speaks with whom, when, where and about what.
CREATE TABLE audit_sessions (
  id            UUID PRIMARY KEY,
  audit_id      UUID NOT NULL REFERENCES audits (id),
  day           TEXT NOT NULL CHECK (LENGTH(day) = 10),
  from_time     TEXT NOT NULL CHECK (LENGTH(from_time) = 5), -- 09:30, of the office
  to_time       TEXT NOT NULL CHECK (LENGTH(to_time) = 5),
  department_id UUID REFERENCES departments (id), -- NULL = the team alone
  place         TEXT NOT NULL,
  topic         TEXT NOT NULL,
  codes         TEXT NOT NULL, -- of checklist rows: "4.3 5.1"
  added_by      UUID REFERENCES users (id),
  added_at      TIMESTAMPTZ NOT NULL,
  CHECK (to_time > from_time)
);
--bun:split
CREATE INDEX ix_audit_sessions__audit ON audit_sessions (audit_id, day, from_time);
--bun:split
CREATE INDEX ix_audit_sessions__day ON audit_sessions (day);
--bun:split
CREATE TABLE audit_session_people (
  session_id UUID NOT NULL REFERENCES audit_sessions (id),
  user_id    UUID NOT NULL REFERENCES users (id),
  auditing   BOOLEAN NOT NULL, -- of the team; false = spoken with
  PRIMARY KEY (session_id, user_id)
);
--bun:split
CREATE INDEX ix_audit_session_people__user ON audit_session_people (user_id, session_id);
--bun:split
-- Who was at the opening and at the closing meeting, as they were then.
CREATE TABLE audit_attendance (
  audit_id UUID NOT NULL REFERENCES audits (id),
  closing  BOOLEAN NOT NULL,
  position INTEGER NOT NULL,
  user_id  UUID REFERENCES users (id), -- NULL = from outside
  name     TEXT NOT NULL,
  post_az  TEXT NOT NULL,
  post_en  TEXT NOT NULL,
  unit     TEXT NOT NULL,
  PRIMARY KEY (audit_id, closing, position)
);
--bun:split
-- Whether somebody handed in or reviewed evidence of a cycle: by the person, not through everybody's evidence.
CREATE INDEX ix_submissions__submitted_by ON submissions (submitted_by, cycle_id, activity_id);
--bun:split
CREATE INDEX ix_submissions__decided_by ON submissions (decided_by, cycle_id, activity_id);
