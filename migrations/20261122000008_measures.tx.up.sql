-- Measures of national plans: what the office owes, what it did each year, how that was judged.
CREATE TABLE measure_statuses (
  code         TEXT PRIMARY KEY,
  position     INTEGER NOT NULL,
  name_az      TEXT NOT NULL,
  name_en      TEXT NOT NULL,
  share_from   INTEGER, -- per cent of the steps done that proposes it; NULL: never proposed by share
  share_to     INTEGER,
  ongoing_only BOOLEAN NOT NULL, -- of measures without an end
  needs_act    BOOLEAN NOT NULL, -- a legal act must be named
  CHECK ((share_from IS NULL) = (share_to IS NULL))
);
--bun:split
CREATE TABLE national_plans (
  id           UUID PRIMARY KEY,
  code         TEXT NOT NULL, -- AH-2020-2022
  title_az     TEXT NOT NULL,
  title_en     TEXT NOT NULL,
  act_az       TEXT NOT NULL,
  act_en       TEXT NOT NULL,
  act_date     TEXT NOT NULL CHECK (LENGTH(act_date) = 10),
  period_from  INTEGER NOT NULL, -- years
  period_to    INTEGER NOT NULL,
  report_due   TEXT NOT NULL CHECK (LENGTH(report_due) = 5), -- month and day of each year, 12-30
  report_to_az TEXT NOT NULL, -- bodies, joined with " | "
  report_to_en TEXT NOT NULL,
  created_at   TIMESTAMPTZ NOT NULL,
  CHECK (period_from <= period_to)
);
--bun:split
CREATE UNIQUE INDEX ux_national_plans__code ON national_plans (code);
--bun:split
CREATE TABLE measures (
  id          UUID PRIMARY KEY,
  plan_id     UUID NOT NULL REFERENCES national_plans (id),
  number      TEXT NOT NULL, -- 1.2
  section     INTEGER NOT NULL, -- 1
  item        INTEGER NOT NULL, -- 2
  title_az    TEXT NOT NULL,
  title_en    TEXT NOT NULL DEFAULT '',
  period      TEXT NOT NULL, -- as printed: 2020-2022 or mütəmadi
  ongoing     BOOLEAN NOT NULL, -- mütəmadi: judged each year, never complete
  facts       TEXT NOT NULL DEFAULT '', -- what is known of it, from the imported file
  hint        TEXT NOT NULL DEFAULT '', -- what would prove it
  search_key  TEXT NOT NULL,
  source_name TEXT NOT NULL,
  created_at  TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_measures__plan_id__number ON measures (plan_id, number);
--bun:split
CREATE INDEX ix_measures__order ON measures (plan_id, section, item);
--bun:split
-- Who answers for a measure; position 0 leads.
CREATE TABLE measure_departments (
  measure_id    UUID NOT NULL REFERENCES measures (id),
  department_id UUID NOT NULL REFERENCES departments (id),
  position      INTEGER NOT NULL,
  PRIMARY KEY (measure_id, department_id)
);
--bun:split
CREATE INDEX ix_measure_departments__department ON measure_departments (department_id);
--bun:split
-- What was done for a measure in a year.
CREATE TABLE measure_entries (
  id            UUID PRIMARY KEY,
  measure_id    UUID NOT NULL REFERENCES measures (id),
  year          INTEGER NOT NULL,
  version       INTEGER NOT NULL, -- raised by every change
  state         TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'decided')),
  narrative     TEXT NOT NULL,
  narrative_key TEXT NOT NULL, -- hash of the folded narrative, '' when there is none: finds the same text under two measures
  figures       TEXT NOT NULL,
  proposed      TEXT REFERENCES measure_statuses (code), -- by rule, at the last change; NULL: no rule applies
  proposed_done BOOLEAN, -- of an ongoing measure
  status        TEXT REFERENCES measure_statuses (code), -- by a person
  done          BOOLEAN, -- of an ongoing measure: done this year
  reason        TEXT NOT NULL DEFAULT '', -- of the status
  act           TEXT NOT NULL DEFAULT '', -- that withdrew the measure
  returned      TEXT NOT NULL DEFAULT '', -- why it was last returned
  created_by    UUID REFERENCES users (id),
  created_at    TIMESTAMPTZ NOT NULL,
  updated_by    UUID REFERENCES users (id),
  updated_at    TIMESTAMPTZ NOT NULL,
  submitted_by  UUID REFERENCES users (id),
  submitted_at  TIMESTAMPTZ,
  decided_by    UUID REFERENCES users (id),
  decided_at    TIMESTAMPTZ,
  CHECK ((state = 'decided') = (status IS NOT NULL)),
  CHECK (state <> 'decided' OR reason <> ''),
  CHECK (COALESCE(status, '') <> 'withdrawn' OR act <> ''),
  CHECK ((COALESCE(status, '') = 'ongoing') = (done IS NOT NULL))
);
--bun:split
CREATE UNIQUE INDEX ux_measure_entries__measure_id__year ON measure_entries (measure_id, year);
--bun:split
CREATE INDEX ix_measure_entries__state ON measure_entries (state, year);
--bun:split
CREATE INDEX ix_measure_entries__narrative ON measure_entries (narrative_key);
--bun:split
-- Steps of the year, done or not.
CREATE TABLE measure_milestones (
  entry_id UUID NOT NULL REFERENCES measure_entries (id),
  position INTEGER NOT NULL,
  text     TEXT NOT NULL,
  done     BOOLEAN NOT NULL,
  PRIMARY KEY (entry_id, position)
);
--bun:split
CREATE TABLE measure_links (
  entry_id UUID NOT NULL REFERENCES measure_entries (id),
  position INTEGER NOT NULL,
  url      TEXT NOT NULL,
  dated    TEXT NOT NULL, -- of what is shown there; '' = not known
  PRIMARY KEY (entry_id, position)
);
--bun:split
CREATE TABLE measure_files (
  entry_id UUID NOT NULL REFERENCES measure_entries (id),
  file_id  UUID NOT NULL REFERENCES files (id),
  position INTEGER NOT NULL,
  dated    TEXT NOT NULL, -- of the document; '' = not known
  PRIMARY KEY (entry_id, file_id)
);
--bun:split
CREATE INDEX ix_measure_files__file ON measure_files (file_id);
--bun:split
-- The yearly report on a plan: departments are asked, the signed report is sent.
CREATE TABLE measure_reports (
  plan_id    UUID NOT NULL REFERENCES national_plans (id),
  year       INTEGER NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('asked', 'sent')),
  asked_by   UUID REFERENCES users (id),
  asked_at   TIMESTAMPTZ NOT NULL,
  write_due  TEXT NOT NULL CHECK (LENGTH(write_due) = 10),
  review_due TEXT NOT NULL CHECK (LENGTH(review_due) = 10),
  signed_on  TEXT NOT NULL DEFAULT '', -- day
  sent_on    TEXT NOT NULL DEFAULT '', -- day
  letter     TEXT NOT NULL DEFAULT '', -- outgoing number
  sent_by    UUID REFERENCES users (id),
  sent_at    TIMESTAMPTZ,
  PRIMARY KEY (plan_id, year),
  CHECK (state <> 'sent' OR (LENGTH(signed_on) = 10 AND LENGTH(sent_on) = 10 AND letter <> ''))
);
--bun:split
-- Once the report is sent, what it says stands.
{{if .PG}}CREATE FUNCTION forbid_sent_entry() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF EXISTS (SELECT 1 FROM measure_reports r JOIN measures m ON m.plan_id = r.plan_id
    WHERE m.id IN (NEW.measure_id, OLD.measure_id) AND r.year IN (NEW.year, OLD.year) AND r.state = 'sent') THEN
    RAISE EXCEPTION 'the report is sent' USING ERRCODE = '23000';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $fn$;
--bun:split
CREATE TRIGGER measure_entries_sent BEFORE INSERT OR UPDATE OR DELETE ON measure_entries FOR EACH ROW EXECUTE FUNCTION forbid_sent_entry();
--bun:split
CREATE TRIGGER measure_reports_sent BEFORE UPDATE OR DELETE ON measure_reports FOR EACH ROW WHEN (OLD.state = 'sent') EXECUTE FUNCTION forbid_change();
{{else}}CREATE TRIGGER measure_entries_sent_i BEFORE INSERT ON measure_entries WHEN EXISTS (SELECT 1 FROM measure_reports r JOIN measures m ON m.plan_id = r.plan_id WHERE m.id = NEW.measure_id AND r.year = NEW.year AND r.state = 'sent')
BEGIN SELECT RAISE(ABORT, 'the report is sent'); END;
--bun:split
CREATE TRIGGER measure_entries_sent_u BEFORE UPDATE ON measure_entries WHEN EXISTS (SELECT 1 FROM measure_reports r JOIN measures m ON m.plan_id = r.plan_id WHERE m.id IN (OLD.measure_id, NEW.measure_id) AND r.year IN (OLD.year, NEW.year) AND r.state = 'sent')
BEGIN SELECT RAISE(ABORT, 'the report is sent'); END;
--bun:split
CREATE TRIGGER measure_entries_sent_d BEFORE DELETE ON measure_entries WHEN EXISTS (SELECT 1 FROM measure_reports r JOIN measures m ON m.plan_id = r.plan_id WHERE m.id = OLD.measure_id AND r.year = OLD.year AND r.state = 'sent')
BEGIN SELECT RAISE(ABORT, 'the report is sent'); END;
--bun:split
CREATE TRIGGER measure_reports_sent_u BEFORE UPDATE ON measure_reports WHEN OLD.state = 'sent' BEGIN SELECT RAISE(ABORT, 'the report is sent'); END;
--bun:split
CREATE TRIGGER measure_reports_sent_d BEFORE DELETE ON measure_reports WHEN OLD.state = 'sent' BEGIN SELECT RAISE(ABORT, 'the report is sent'); END;
{{end}}
