-- Requests of the operator to the body of a registered service: to change it, or to have it removed (4.7.4).
CREATE TABLE register_requests (
  id             UUID PRIMARY KEY,
  number         TEXT NOT NULL, -- OB-2026-001
  service_id     UUID NOT NULL REFERENCES eservices (id), -- whoever holds it answers
  kind           TEXT NOT NULL CHECK (kind IN ('change', 'removal')),
  state          TEXT NOT NULL CHECK (state IN ('sent', 'declined', 'applied', 'settled', 'withdrawn')),
  clauses        TEXT NOT NULL, -- of the items concerned, one a line
  text           TEXT NOT NULL, -- what is to change, and why
  ground         TEXT NOT NULL DEFAULT '', -- of a removal: 4.8.1 or 4.8.2
  round          INTEGER NOT NULL, -- how often the body was asked
  clock_from     TEXT NOT NULL,
  due            TEXT NOT NULL, -- last day on which the body answers
  confirmed      BOOLEAN NOT NULL, -- false: a year of the clock has no confirmed calendar
  application_id UUID REFERENCES register_applications (id), -- by which the body answers
  answer         TEXT NOT NULL DEFAULT '', -- why it declines
  answered_name  TEXT NOT NULL DEFAULT '',
  answered_at    TIMESTAMPTZ,
  revision       INTEGER NOT NULL,
  created_by     UUID REFERENCES users (id),
  created_name   TEXT NOT NULL,
  created_at     TIMESTAMPTZ NOT NULL,
  decided_at     TIMESTAMPTZ,
  CHECK (state <> 'declined' OR answer <> ''),
  CHECK ((decided_at IS NOT NULL) = (state IN ('settled', 'withdrawn')))
);
--bun:split
CREATE UNIQUE INDEX ux_register_requests__number ON register_requests (number);
--bun:split
-- One at a time about a service.
CREATE UNIQUE INDEX ux_register_requests__service_id ON register_requests (service_id) WHERE state IN ('sent', 'declined', 'applied');
--bun:split
CREATE INDEX ix_register_requests__service ON register_requests (service_id, id);
--bun:split
CREATE INDEX ix_register_requests__due ON register_requests (state, due, id);
--bun:split
CREATE INDEX ix_register_requests__application ON register_requests (application_id);
--bun:split
CREATE TABLE register_request_events (
  request_id UUID NOT NULL REFERENCES register_requests (id),
  seq        INTEGER NOT NULL,
  verb       TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state   TEXT NOT NULL,
  note       TEXT NOT NULL,
  actor      TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (request_id, seq)
);
