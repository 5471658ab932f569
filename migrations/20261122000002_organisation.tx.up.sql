CREATE TABLE departments (
  id          UUID PRIMARY KEY,
  code        TEXT NOT NULL,
  name_az     TEXT NOT NULL,
  name_en     TEXT NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('internal', 'external', 'body')),
  search_key  TEXT NOT NULL,
  sort_key    TEXT NOT NULL,
  created_at  TIMESTAMPTZ NOT NULL,
  archived_at TIMESTAMPTZ
);
--bun:split
CREATE UNIQUE INDEX ux_departments__code ON departments (code);
--bun:split
-- Other spellings of a department's code or name in documents.
CREATE TABLE department_aliases (
  alias         TEXT PRIMARY KEY, -- folded for search
  department_id UUID NOT NULL REFERENCES departments (id)
);
--bun:split
-- State bodies whose e-services are registered and assessed.
CREATE TABLE agencies (
  id         UUID PRIMARY KEY,
  code       TEXT NOT NULL,
  name_az    TEXT NOT NULL,
  name_en    TEXT NOT NULL,
  search_key TEXT NOT NULL,
  sort_key   TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_agencies__code ON agencies (code);
--bun:split
CREATE TABLE users (
  id            UUID PRIMARY KEY,
  email         TEXT NOT NULL, -- lower case
  name          TEXT NOT NULL,
  position_az   TEXT NOT NULL DEFAULT '', -- official position, as printed under a signature
  position_en   TEXT NOT NULL DEFAULT '',
  department_id UUID REFERENCES departments (id),
  lang          TEXT NOT NULL DEFAULT 'az',
  theme         TEXT NOT NULL DEFAULT 'light' CHECK (theme IN ('light', 'dark')),
  password_hash TEXT NOT NULL, -- argon2id; empty when the person cannot sign in with a password
  session_epoch BIGINT NOT NULL DEFAULT 0, -- raised by "sign out everywhere"
  search_key    TEXT NOT NULL,
  sort_key      TEXT NOT NULL,
  created_at    TIMESTAMPTZ NOT NULL,
  disabled_at   TIMESTAMPTZ
);
--bun:split
CREATE UNIQUE INDEX ux_users__email ON users (email);
--bun:split
CREATE INDEX ix_users__sort ON users (sort_key, id);
--bun:split
-- Where a person works and worked: the audit asks who was where within a year.
CREATE TABLE user_departments (
  id            UUID PRIMARY KEY,
  user_id       UUID NOT NULL REFERENCES users (id),
  department_id UUID NOT NULL REFERENCES departments (id),
  from_day      TEXT NOT NULL,
  to_day        TEXT -- last day there; NULL = still
);
--bun:split
CREATE INDEX ix_user_departments__user ON user_departments (user_id);
--bun:split
CREATE TABLE user_roles (
  id            UUID PRIMARY KEY,
  user_id       UUID NOT NULL REFERENCES users (id),
  role          TEXT NOT NULL,
  department_id UUID REFERENCES departments (id),
  agency_id     UUID REFERENCES agencies (id),
  object_kind   TEXT NOT NULL DEFAULT '', -- observer: the one object opened
  object_id     TEXT NOT NULL DEFAULT '',
  from_day      TEXT NOT NULL,
  to_day        TEXT -- last day of validity; NULL = open
);
--bun:split
CREATE INDEX ix_user_roles__user ON user_roles (user_id);
--bun:split
CREATE INDEX ix_user_roles__role ON user_roles (role);
--bun:split
-- Working-day calendar: Saturday and Sunday are off unless a row says otherwise.
CREATE TABLE calendar_years (
  country   TEXT NOT NULL,
  year      INTEGER NOT NULL,
  confirmed BOOLEAN NOT NULL,
  act       TEXT NOT NULL,
  PRIMARY KEY (country, year)
);
--bun:split
CREATE TABLE calendar_days (
  country   TEXT NOT NULL,
  day       TEXT NOT NULL CHECK (LENGTH(day) = 10),
  kind      TEXT NOT NULL CHECK (kind IN ('off', 'work', 'short')),
  reason_az TEXT NOT NULL,
  reason_en TEXT NOT NULL,
  act       TEXT NOT NULL,
  PRIMARY KEY (country, day)
);
