-- Scales by which risks and opportunities are weighed: versions are never changed, a new one is added.
CREATE TABLE risk_scales (
  version    INTEGER PRIMARY KEY,
  valid_from TEXT NOT NULL CHECK (LENGTH(valid_from) = 10),
  source_az  TEXT NOT NULL,
  source_en  TEXT NOT NULL
);
--bun:split
CREATE TABLE risk_scale_steps (
  version INTEGER NOT NULL REFERENCES risk_scales (version),
  part    TEXT NOT NULL CHECK (part IN ('likelihood', 'impact', 'level')),
  points  INTEGER NOT NULL, -- of a level: the lowest score that belongs to it
  code    TEXT NOT NULL,
  name_az TEXT NOT NULL,
  name_en TEXT NOT NULL,
  text_az TEXT NOT NULL,
  text_en TEXT NOT NULL,
  PRIMARY KEY (version, part, points)
);
--bun:split
-- Risks and opportunities (GSBPM 1.6.2, ISO 9001:2015 6.1), corruption risks among them.
CREATE TABLE risks (
  id               UUID PRIMARY KEY,
  number           TEXT NOT NULL, -- RS-2026-004
  kind             TEXT NOT NULL CHECK (kind IN ('risk', 'opportunity', 'corruption')),
  title            TEXT NOT NULL,
  cause            TEXT NOT NULL,
  consequence      TEXT NOT NULL,
  process_id       UUID REFERENCES processes (id),
  gsbpm            TEXT NOT NULL,
  department_id    UUID NOT NULL REFERENCES departments (id),
  owner_id         UUID NOT NULL REFERENCES users (id),
  scale            INTEGER NOT NULL REFERENCES risk_scales (version), -- of the last assessment
  first_likelihood INTEGER NOT NULL,
  first_impact     INTEGER NOT NULL,
  first_score      INTEGER NOT NULL CHECK (first_score = first_likelihood * first_impact),
  first_level      TEXT NOT NULL,
  likelihood       INTEGER NOT NULL, -- as last assessed
  impact           INTEGER NOT NULL,
  score            INTEGER NOT NULL CHECK (score = likelihood * impact),
  level            TEXT NOT NULL,
  assessed_at      TIMESTAMPTZ NOT NULL, -- the last time
  review_due       TEXT NOT NULL CHECK (LENGTH(review_due) = 10),
  state            TEXT NOT NULL CHECK (state IN ('assessed', 'treating', 'treated', 'effective', 'retained', 'closed')),
  state_at         TIMESTAMPTZ NOT NULL,
  treatment_kind   TEXT NOT NULL,
  treatment        TEXT NOT NULL,
  due              TEXT CHECK (LENGTH(due) = 10),
  result           TEXT NOT NULL, -- what was done
  reported_by      UUID REFERENCES users (id),
  reported_at      TIMESTAMPTZ,
  verdict          TEXT NOT NULL, -- what the check of effectiveness found
  checked_by       UUID REFERENCES users (id),
  checked_at       TIMESTAMPTZ,
  refused          INTEGER NOT NULL, -- how often the treatment was found not to work
  reason           TEXT NOT NULL, -- why it is retained, closed or opened again
  created_by       UUID NOT NULL REFERENCES users (id),
  created_at       TIMESTAMPTZ NOT NULL,
  version          INTEGER NOT NULL,
  search_key       TEXT NOT NULL,
  CHECK (state NOT IN ('treating', 'treated', 'effective') OR due IS NOT NULL),
  CHECK (state NOT IN ('treated', 'effective') OR reported_at IS NOT NULL),
  CHECK (state <> 'effective' OR checked_at IS NOT NULL),
  CHECK (checked_by IS NULL OR reported_by IS NULL OR checked_by <> reported_by)
);
--bun:split
CREATE UNIQUE INDEX ux_risks__number ON risks (number);
--bun:split
CREATE INDEX ix_risks__score ON risks (score, id);
--bun:split
CREATE INDEX ix_risks__department ON risks (department_id, score, id);
--bun:split
CREATE INDEX ix_risks__process ON risks (process_id, score, id);
--bun:split
CREATE INDEX ix_risks__owner ON risks (owner_id, state);
--bun:split
CREATE INDEX ix_risks__state ON risks (state, score, id);
--bun:split
-- Every assessment of a risk, as it was made; append-only.
CREATE TABLE risk_assessments (
  id          UUID PRIMARY KEY,
  risk_id     UUID NOT NULL REFERENCES risks (id),
  no          INTEGER NOT NULL, -- 1, 2 …
  occasion    TEXT NOT NULL CHECK (occasion IN ('first', 'review', 'residual')),
  scale       INTEGER NOT NULL REFERENCES risk_scales (version),
  likelihood  INTEGER NOT NULL,
  impact      INTEGER NOT NULL,
  score       INTEGER NOT NULL CHECK (score = likelihood * impact),
  level       TEXT NOT NULL,
  note        TEXT NOT NULL,
  assessed_by UUID NOT NULL REFERENCES users (id),
  assessed_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_risk_assessments__risk_id__no ON risk_assessments (risk_id, no);
--bun:split
-- Quality objectives (ISO 9001:2015 6.2) and what was measured of them.
CREATE TABLE objectives (
  id            UUID PRIMARY KEY,
  number        TEXT NOT NULL, -- MQ-2026-01
  title         TEXT NOT NULL,
  metric        TEXT NOT NULL, -- what is measured, and how
  unit          TEXT NOT NULL,
  better        TEXT NOT NULL CHECK (better IN ('more', 'less')),
  baseline      TEXT NOT NULL, -- exact decimal, '' = not known
  target        TEXT NOT NULL, -- exact decimal
  actions       TEXT NOT NULL, -- what will be done
  resources     TEXT NOT NULL,
  department_id UUID NOT NULL REFERENCES departments (id),
  owner_id      UUID NOT NULL REFERENCES users (id),
  process_id    UUID REFERENCES processes (id),
  starts        TEXT NOT NULL CHECK (LENGTH(starts) = 10),
  due           TEXT NOT NULL CHECK (LENGTH(due) = 10),
  state         TEXT NOT NULL CHECK (state IN ('running', 'reached', 'missed', 'cancelled')),
  state_at      TIMESTAMPTZ NOT NULL,
  verdict       TEXT NOT NULL,
  decided_by    UUID REFERENCES users (id),
  created_by    UUID NOT NULL REFERENCES users (id),
  created_at    TIMESTAMPTZ NOT NULL,
  version       INTEGER NOT NULL,
  search_key    TEXT NOT NULL,
  CHECK (starts <= due),
  CHECK ((state = 'running') = (decided_by IS NULL))
);
--bun:split
CREATE UNIQUE INDEX ux_objectives__number ON objectives (number);
--bun:split
CREATE INDEX ix_objectives__owner ON objectives (owner_id, state);
--bun:split
CREATE INDEX ix_objectives__department ON objectives (department_id);
--bun:split
CREATE TABLE objective_values (
  id           UUID PRIMARY KEY,
  objective_id UUID NOT NULL REFERENCES objectives (id),
  no           INTEGER NOT NULL, -- 1, 2 …
  measured_on  TEXT NOT NULL CHECK (LENGTH(measured_on) = 10),
  value        TEXT NOT NULL, -- exact decimal
  note         TEXT NOT NULL,
  entered_by   UUID NOT NULL REFERENCES users (id),
  entered_at   TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_objective_values__objective_id__no ON objective_values (objective_id, no);
--bun:split
{{- if .PG}}
CREATE TRIGGER risk_assessments_stay BEFORE UPDATE OR DELETE ON risk_assessments FOR EACH ROW EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER objective_values_stay BEFORE UPDATE OR DELETE ON objective_values FOR EACH ROW EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER risks_stay BEFORE DELETE ON risks FOR EACH ROW EXECUTE FUNCTION forbid_change();
{{- else}}
CREATE TRIGGER risk_assessments_no_update BEFORE UPDATE ON risk_assessments BEGIN SELECT RAISE(ABORT, 'append-only table risk_assessments'); END;
--bun:split
CREATE TRIGGER risk_assessments_no_delete BEFORE DELETE ON risk_assessments BEGIN SELECT RAISE(ABORT, 'append-only table risk_assessments'); END;
--bun:split
CREATE TRIGGER objective_values_no_update BEFORE UPDATE ON objective_values BEGIN SELECT RAISE(ABORT, 'append-only table objective_values'); END;
--bun:split
CREATE TRIGGER objective_values_no_delete BEFORE DELETE ON objective_values BEGIN SELECT RAISE(ABORT, 'append-only table objective_values'); END;
--bun:split
CREATE TRIGGER risks_stay BEFORE DELETE ON risks BEGIN SELECT RAISE(ABORT, 'risks are never deleted'); END;
{{- end}}
