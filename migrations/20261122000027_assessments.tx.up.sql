-- Rating schemes in versions, campaigns of assessments, summaries of scorecards.
ALTER TABLE rating_schemes ADD COLUMN state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('draft', 'active', 'discarded'));
--bun:split
ALTER TABLE rating_schemes ADD COLUMN family TEXT NOT NULL DEFAULT ''; -- what its versions have in common
--bun:split
ALTER TABLE rating_schemes ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
--bun:split
ALTER TABLE rating_schemes ADD COLUMN based_on TEXT NOT NULL DEFAULT ''; -- code of the version it was copied from
--bun:split
ALTER TABLE rating_schemes ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
--bun:split
ALTER TABLE rating_schemes ADD COLUMN edited_by TEXT NOT NULL DEFAULT '';
--bun:split
UPDATE rating_schemes SET family = code;
--bun:split
ALTER TABLE rating_criteria ADD COLUMN kind TEXT NOT NULL DEFAULT 'criterion' CHECK (kind IN ('criterion', 'stage'));
--bun:split
ALTER TABLE rating_criteria ADD COLUMN weight_milli BIGINT NOT NULL DEFAULT 1000;
--bun:split
ALTER TABLE rating_bands ADD COLUMN max_milli BIGINT NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE rating_bands ADD COLUMN max_inclusive BOOLEAN NOT NULL DEFAULT {{if .PG}}FALSE{{else}}0{{end}};
--bun:split
UPDATE rating_bands SET
  max_milli = COALESCE((SELECT n.min_milli FROM rating_bands n WHERE n.scheme = rating_bands.scheme AND n.position = rating_bands.position + 1),
    (SELECT s.max_milli FROM rating_schemes s WHERE s.code = rating_bands.scheme)),
  max_inclusive = COALESCE((SELECT NOT n.min_inclusive FROM rating_bands n WHERE n.scheme = rating_bands.scheme AND n.position = rating_bands.position + 1), {{if .PG}}TRUE{{else}}1{{end}});
--bun:split
-- What points are given for.
CREATE TABLE rating_parameters (
  scheme       TEXT NOT NULL REFERENCES rating_schemes (code),
  code         TEXT NOT NULL,
  criterion    TEXT NOT NULL,
  position     INTEGER NOT NULL,
  name_az      TEXT NOT NULL,
  name_en      TEXT NOT NULL,
  max_milli    BIGINT NOT NULL CHECK (max_milli > 0),
  weight_milli BIGINT NOT NULL CHECK (weight_milli > 0),
  confirmed    BOOLEAN NOT NULL,
  PRIMARY KEY (scheme, code),
  FOREIGN KEY (scheme, criterion) REFERENCES rating_criteria (scheme, code)
);
--bun:split
CREATE TABLE assessment_campaigns (
  id             UUID PRIMARY KEY,
  number         TEXT NOT NULL,
  year           INTEGER NOT NULL, -- that is assessed
  title          TEXT NOT NULL,
  basis          TEXT NOT NULL,
  scheme         TEXT NOT NULL REFERENCES rating_schemes (code),
  state          TEXT NOT NULL CHECK (state IN ('planned', 'running', 'opinions', 'final', 'published', 'cancelled')),
  from_day       TEXT NOT NULL,
  to_day         TEXT NOT NULL,
  reply_days     INTEGER NOT NULL, -- working days in which a body answers its opinion
  sample_percent INTEGER NOT NULL,
  sampled        INTEGER NOT NULL DEFAULT 0, -- services drawn for the second reading
  revision       INTEGER NOT NULL,
  created_by     UUID REFERENCES users (id),
  created_at     TIMESTAMPTZ NOT NULL,
  state_at       TIMESTAMPTZ NOT NULL,
  finalised_at   TIMESTAMPTZ,
  finalised_by   TEXT NOT NULL DEFAULT '',
  published_at   TIMESTAMPTZ,
  published_by   TEXT NOT NULL DEFAULT ''
);
--bun:split
CREATE UNIQUE INDEX ux_assessment_campaigns__number ON assessment_campaigns (number);
--bun:split
-- One campaign of a year; one that was cancelled does not count.
CREATE UNIQUE INDEX ux_assessment_campaigns__year ON assessment_campaigns (year) WHERE state <> 'cancelled';
--bun:split
CREATE TABLE assessments_next (
  id           UUID PRIMARY KEY,
  service_id   UUID NOT NULL REFERENCES eservices (id),
  agency_id    UUID NOT NULL REFERENCES agencies (id), -- the body at the time of the assessment
  year         INTEGER NOT NULL,
  scheme       TEXT NOT NULL REFERENCES rating_schemes (code),
  electronised BOOLEAN NOT NULL,
  level        TEXT NOT NULL, -- code of the electronisation level
  automation   TEXT NOT NULL DEFAULT '', -- code of the automation level; '' not known
  score_milli  BIGINT, -- thousandths of a point; NULL when not electronised, or not scored yet
  grade        TEXT,   -- band of the scheme; NULL as the score
  imported_at  TIMESTAMPTZ NOT NULL,
  campaign_id  UUID REFERENCES assessment_campaigns (id), -- NULL: entered from a file
  official     BOOLEAN NOT NULL DEFAULT {{if .PG}}TRUE{{else}}1{{end}}, -- FALSE: of a campaign that was cancelled
  scored       BOOLEAN NOT NULL DEFAULT {{if .PG}}TRUE{{else}}1{{end}},
  sampled      BOOLEAN NOT NULL DEFAULT {{if .PG}}FALSE{{else}}0{{end}}, -- drawn for a second reading
  points       TEXT NOT NULL DEFAULT '[]', -- JSON: points of each parameter with the reason
  web_address  TEXT NOT NULL DEFAULT '',
  scored_by    UUID REFERENCES users (id),
  scored_at    TIMESTAMPTZ,
  revision     INTEGER NOT NULL DEFAULT 1,
  digest       BIGINT NOT NULL DEFAULT 0, -- of what it says; 0: entered by a program that made none
  CHECK (electronised OR grade IS NULL),
  CHECK (NOT scored OR electronised = (grade IS NOT NULL)),
  CHECK ((grade IS NULL) = (score_milli IS NULL)),
  FOREIGN KEY (scheme, grade) REFERENCES rating_bands (scheme, code)
);
--bun:split
INSERT INTO assessments_next (id, service_id, agency_id, year, scheme, electronised, level, score_milli, grade, imported_at)
  SELECT id, service_id, agency_id, year, scheme, electronised, level, score_milli, grade, imported_at FROM assessments;
--bun:split
DROP TABLE assessments;
--bun:split
ALTER TABLE assessments_next RENAME TO assessments;
--bun:split
CREATE UNIQUE INDEX ux_assessments__year__service_id ON assessments (year, service_id) WHERE official;
--bun:split
CREATE INDEX ix_assessments__agency ON assessments (agency_id, year, service_id);
--bun:split
CREATE INDEX ix_assessments__campaign ON assessments (campaign_id, agency_id, service_id);
--bun:split
CREATE INDEX ix_assessments__open ON assessments (campaign_id, agency_id) WHERE NOT scored;
--bun:split
CREATE INDEX ix_assessments__sampled ON assessments (campaign_id, service_id) WHERE sampled;
--bun:split
CREATE INDEX ix_assessments__year_grade ON assessments (year, grade, id);
--bun:split
-- What was found wanting; it may lead to a recommendation or an act.
CREATE TABLE assessment_shortcomings (
  id            UUID PRIMARY KEY,
  assessment_id UUID NOT NULL REFERENCES assessments (id),
  parameter     TEXT NOT NULL, -- '' the service as a whole
  text          TEXT NOT NULL,
  proposal      TEXT NOT NULL,
  became        TEXT NOT NULL DEFAULT '' CHECK (became IN ('', 'recommendation', 'act')),
  became_id     TEXT NOT NULL DEFAULT '',
  became_label  TEXT NOT NULL DEFAULT '',
  created_by    TEXT NOT NULL,
  created_at    TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX ix_assessment_shortcomings__assessment ON assessment_shortcomings (assessment_id, id);
--bun:split
-- The second reading of a sample, made without sight of the first.
CREATE TABLE assessment_readings (
  assessment_id UUID PRIMARY KEY REFERENCES assessments (id),
  reader_id     UUID NOT NULL REFERENCES users (id),
  points        TEXT NOT NULL,
  first_points  TEXT NOT NULL, -- what it was compared with
  first_grade   TEXT NOT NULL,
  score_milli   BIGINT NOT NULL,
  grade         TEXT NOT NULL,
  at            TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE TABLE campaign_bodies (
  campaign_id UUID NOT NULL REFERENCES assessment_campaigns (id),
  agency_id   UUID NOT NULL REFERENCES agencies (id),
  services    INTEGER NOT NULL,
  assessor_id UUID REFERENCES users (id),
  assigned_at TIMESTAMPTZ,
  state       TEXT NOT NULL CHECK (state IN ('assessing', 'drafted', 'sent', 'accepted', 'objected', 'answered')),
  opinion     TEXT NOT NULL DEFAULT '',
  proposals   TEXT NOT NULL DEFAULT '',
  written_by  TEXT NOT NULL DEFAULT '',
  sent_at     TIMESTAMPTZ,
  reply_due   TEXT NOT NULL DEFAULT '',
  reply       TEXT NOT NULL DEFAULT '',
  replied_by  TEXT NOT NULL DEFAULT '',
  replied_at  TIMESTAMPTZ,
  answer      TEXT NOT NULL DEFAULT '', -- to an objection
  answered_by TEXT NOT NULL DEFAULT '',
  answered_at TIMESTAMPTZ,
  revision    INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (campaign_id, agency_id)
);
--bun:split
CREATE INDEX ix_campaign_bodies__agency ON campaign_bodies (agency_id, campaign_id);
--bun:split
CREATE INDEX ix_campaign_bodies__assessor ON campaign_bodies (assessor_id, campaign_id);
--bun:split
-- Ties of an assessor to a body beside the roles that are known: they bar from assessing it.
CREATE TABLE assessor_ties (
  id        UUID PRIMARY KEY,
  user_id   UUID NOT NULL REFERENCES users (id),
  agency_id UUID NOT NULL REFERENCES agencies (id),
  from_day  TEXT NOT NULL,
  to_day    TEXT NOT NULL, -- '' still
  reason    TEXT NOT NULL,
  actor     TEXT NOT NULL,
  at        TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX ix_assessor_ties__user ON assessor_ties (user_id, agency_id);
--bun:split
-- Reviews of web pages and visits to bodies, with what was found there.
CREATE TABLE campaign_visits (
  id           UUID PRIMARY KEY,
  campaign_id  UUID NOT NULL REFERENCES assessment_campaigns (id),
  agency_id    UUID NOT NULL REFERENCES agencies (id),
  kind         TEXT NOT NULL CHECK (kind IN ('web', 'site')),
  day          TEXT NOT NULL,
  place        TEXT NOT NULL, -- web address, or where
  participants TEXT NOT NULL,
  note         TEXT NOT NULL,
  user_id      UUID REFERENCES users (id),
  actor        TEXT NOT NULL,
  at           TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX ix_campaign_visits__body ON campaign_visits (campaign_id, agency_id, day);
--bun:split
CREATE TABLE campaign_visit_files (
  visit_id UUID NOT NULL REFERENCES campaign_visits (id),
  file_id  UUID NOT NULL REFERENCES files (id),
  PRIMARY KEY (visit_id, file_id)
);
--bun:split
CREATE INDEX ix_campaign_visit_files__file ON campaign_visit_files (file_id);
--bun:split
CREATE TABLE campaign_events (
  campaign_id UUID NOT NULL REFERENCES assessment_campaigns (id),
  seq         INTEGER NOT NULL,
  agency_id   UUID REFERENCES agencies (id),
  verb        TEXT NOT NULL,
  to_state    TEXT NOT NULL,
  note        TEXT NOT NULL,
  actor       TEXT NOT NULL,
  at          TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (campaign_id, seq)
);
--bun:split
-- Summaries of official results: made anew, year by year, in the unit of work that changes them.
CREATE TABLE scorecard_groups (
  agency_id  UUID NOT NULL,
  year       INTEGER NOT NULL,
  scheme     TEXT NOT NULL,
  level      TEXT NOT NULL,
  automation TEXT NOT NULL,
  grade      TEXT NOT NULL, -- '' not electronised
  n          BIGINT NOT NULL,
  score      BIGINT NOT NULL,
  digest     BIGINT NOT NULL,
  PRIMARY KEY (agency_id, year, scheme, level, automation, grade)
){{if not .PG}} WITHOUT ROWID{{end}};
--bun:split
CREATE INDEX ix_scorecard_groups__year ON scorecard_groups (year);
--bun:split
CREATE TABLE scorecard_years (
  year       INTEGER NOT NULL,
  scheme     TEXT NOT NULL,
  level      TEXT NOT NULL,
  automation TEXT NOT NULL,
  grade      TEXT NOT NULL,
  n          BIGINT NOT NULL,
  score      BIGINT NOT NULL,
  PRIMARY KEY (year, scheme, level, automation, grade)
){{if not .PG}} WITHOUT ROWID{{end}};
--bun:split
CREATE TABLE scorecard_standings (
  year         INTEGER NOT NULL,
  agency_id    UUID NOT NULL,
  scheme       TEXT NOT NULL,
  services     BIGINT NOT NULL,
  electronised BIGINT NOT NULL,
  graded       BIGINT NOT NULL,
  score        BIGINT NOT NULL,
  grade_points BIGINT NOT NULL, -- sum of the positions of the grades
  digest       BIGINT NOT NULL,
  mean_milli   BIGINT,  -- mean score; NULL when nothing is graded
  rank         INTEGER NOT NULL, -- equal means share a rank; without a mean after all others
  sharing      INTEGER NOT NULL, -- bodies with this rank
  cell_x       INTEGER NOT NULL, -- fifths of the share of electronised services, 0 to 4
  cell_y       INTEGER NOT NULL, -- fifths of the mean score, 0 to 4; -1 without a mean
  sort_key     TEXT NOT NULL,
  PRIMARY KEY (year, agency_id)
){{if not .PG}} WITHOUT ROWID{{end}};
--bun:split
CREATE INDEX ix_scorecard_standings__rank ON scorecard_standings (year, rank, sort_key, agency_id);
--bun:split
CREATE INDEX ix_scorecard_standings__cell ON scorecard_standings (year, cell_x, cell_y);
--bun:split
CREATE TABLE scorecard_cells (
  year   INTEGER NOT NULL,
  x      INTEGER NOT NULL,
  y      INTEGER NOT NULL,
  bodies INTEGER NOT NULL,
  PRIMARY KEY (year, x, y)
);
--bun:split
-- Years that are summarised, with how many bodies they have.
CREATE TABLE scorecard_known (
  year   INTEGER PRIMARY KEY,
  bodies INTEGER NOT NULL,
  rows_n BIGINT NOT NULL
);
