-- Quality indicators: the library in versions, targets of processes, values of cycles.
CREATE TABLE indicators (
  id       UUID PRIMARY KEY,
  code     TEXT NOT NULL,
  gsbpm    TEXT NOT NULL, -- code of the sub-process, e.g. 4.3
  position INTEGER NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_indicators__code ON indicators (code);
--bun:split
CREATE TABLE indicator_versions (
  id            UUID PRIMARY KEY,
  indicator_id  UUID NOT NULL REFERENCES indicators (id),
  number        INTEGER NOT NULL,
  unit          TEXT NOT NULL CHECK (unit IN ('percent', 'count', 'days')),
  direction     TEXT NOT NULL CHECK (direction IN ('up', 'down')),
  decimals      INTEGER NOT NULL CHECK (decimals BETWEEN 0 AND 6),
  computed      TEXT NOT NULL, -- what the program works out; '' for what people enter
  name_az       TEXT NOT NULL,
  name_en       TEXT NOT NULL,
  definition_az TEXT NOT NULL,
  definition_en TEXT NOT NULL,
  formula_az    TEXT NOT NULL,
  formula_en    TEXT NOT NULL,
  valid_from    TEXT NOT NULL,
  created_at    TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_indicator_versions__indicator_id__number ON indicator_versions (indicator_id, number);
--bun:split
CREATE TABLE indicator_targets (
  process_id   UUID NOT NULL REFERENCES processes (id),
  indicator_id UUID NOT NULL REFERENCES indicators (id),
  target       TEXT NOT NULL, -- exact decimal; '' for none
  applicable   BOOLEAN NOT NULL,
  reason       TEXT NOT NULL, -- why it does not apply to the process
  changed_by   UUID REFERENCES users (id),
  changed_at   TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (process_id, indicator_id)
);
--bun:split
-- One value of an indicator in a cycle; what it was before stands in the trail.
CREATE TABLE indicator_values (
  cycle_id     UUID NOT NULL REFERENCES cycles (id),
  indicator_id UUID NOT NULL REFERENCES indicators (id),
  version_id   UUID NOT NULL REFERENCES indicator_versions (id), -- under which it was made
  value        TEXT NOT NULL, -- exact decimal
  numerator    TEXT NOT NULL DEFAULT '',
  denominator  TEXT NOT NULL DEFAULT '',
  target       TEXT NOT NULL DEFAULT '', -- at that time
  source       TEXT NOT NULL CHECK (source IN ('entered', 'imported', 'computed')),
  note         TEXT NOT NULL DEFAULT '',
  revision     INTEGER NOT NULL, -- 1, 2 …
  recorded_by  UUID REFERENCES users (id),
  recorded_at  TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (cycle_id, indicator_id)
);
--bun:split
CREATE INDEX ix_indicator_values__indicator ON indicator_values (indicator_id, cycle_id);
