-- E-services of state bodies, rating schemes and yearly assessments.
CREATE TABLE rating_schemes (
  code       TEXT PRIMARY KEY,
  title_az   TEXT NOT NULL,
  title_en   TEXT NOT NULL,
  act_az     TEXT NOT NULL,
  act_en     TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to   TEXT NOT NULL, -- empty: in force
  scale      TEXT NOT NULL CHECK (scale IN ('words', 'stars', 'levels')),
  max_milli  BIGINT NOT NULL, -- most points, in thousandths
  confirmed  BOOLEAN NOT NULL,
  note_az    TEXT NOT NULL,
  note_en    TEXT NOT NULL
);
--bun:split
CREATE TABLE rating_bands (
  scheme        TEXT NOT NULL REFERENCES rating_schemes (code),
  code          TEXT NOT NULL,
  position      INTEGER NOT NULL, -- 1 is the lowest
  min_milli     BIGINT NOT NULL,
  min_inclusive BOOLEAN NOT NULL,
  label_az      TEXT NOT NULL,
  label_en      TEXT NOT NULL,
  PRIMARY KEY (scheme, code)
);
--bun:split
CREATE TABLE rating_criteria (
  scheme   TEXT NOT NULL REFERENCES rating_schemes (code),
  code     TEXT NOT NULL,
  position INTEGER NOT NULL,
  name_az  TEXT NOT NULL,
  name_en  TEXT NOT NULL,
  PRIMARY KEY (scheme, code)
);
--bun:split
-- Years whose results cannot be compared with the year before.
CREATE TABLE assessment_breaks (
  year      INTEGER PRIMARY KEY,
  reason_az TEXT NOT NULL,
  reason_en TEXT NOT NULL,
  source    TEXT NOT NULL
);
--bun:split
-- Years for which only totals are known.
CREATE TABLE assessment_totals (
  year             INTEGER PRIMARY KEY,
  scheme           TEXT NOT NULL REFERENCES rating_schemes (code),
  agencies         BIGINT NOT NULL,
  services         BIGINT NOT NULL,
  electronised     BIGINT NOT NULL,
  not_electronised BIGINT NOT NULL,
  unsatisfactory   BIGINT NOT NULL,
  satisfactory     BIGINT NOT NULL,
  good             BIGINT NOT NULL,
  excellent        BIGINT NOT NULL,
  source_name      TEXT NOT NULL,
  imported_at      TIMESTAMPTZ NOT NULL,
  CHECK (electronised + not_electronised = services),
  CHECK (unsatisfactory + satisfactory + good + excellent = electronised)
);
--bun:split
CREATE TABLE eservices (
  id         UUID PRIMARY KEY,
  agency_id  UUID NOT NULL REFERENCES agencies (id),
  code       TEXT NOT NULL,
  name_az    TEXT NOT NULL,
  name_en    TEXT NOT NULL,
  search_key TEXT NOT NULL,
  sort_key   TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_eservices__code ON eservices (code);
--bun:split
CREATE INDEX ix_eservices__agency ON eservices (agency_id);
--bun:split
CREATE TABLE assessments (
  id           UUID PRIMARY KEY,
  service_id   UUID NOT NULL REFERENCES eservices (id),
  agency_id    UUID NOT NULL REFERENCES agencies (id), -- the body at the time of the assessment
  year         INTEGER NOT NULL,
  scheme       TEXT NOT NULL REFERENCES rating_schemes (code),
  electronised BOOLEAN NOT NULL,
  level        TEXT NOT NULL, -- code of the electronisation level
  score_milli  BIGINT, -- thousandths of a point; NULL when not electronised
  grade        TEXT,   -- band of the scheme; NULL when not electronised
  imported_at  TIMESTAMPTZ NOT NULL,
  CHECK (electronised = (grade IS NOT NULL)),
  CHECK ((grade IS NULL) = (score_milli IS NULL)),
  FOREIGN KEY (scheme, grade) REFERENCES rating_bands (scheme, code)
);
--bun:split
CREATE UNIQUE INDEX ux_assessments__year__service_id ON assessments (year, service_id);
--bun:split
CREATE INDEX ix_assessments__agency ON assessments (agency_id, year);
