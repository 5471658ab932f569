-- Cycles of years, quarters and months: templates of due days, what each cycle was planned by, and cycles that come by themselves.
CREATE TABLE due_templates (
  id         UUID PRIMARY KEY,
  code       TEXT NOT NULL,
  number     INTEGER NOT NULL, -- version of the code, from 1; a used one never changes
  frequency  TEXT NOT NULL CHECK (frequency IN ('year', 'quarter', 'month')),
  standard   BOOLEAN NOT NULL, -- proposed where no other is chosen
  name_az    TEXT NOT NULL,
  name_en    TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  created_by UUID REFERENCES users (id),
  created_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_due_templates__code__number ON due_templates (code, number);
--bun:split
CREATE TABLE due_template_phases (
  template_id UUID NOT NULL REFERENCES due_templates (id),
  phase       TEXT NOT NULL,
  anchor      TEXT NOT NULL CHECK (anchor IN ('start', 'end', 'release')),
  days        INTEGER NOT NULL CHECK (days BETWEEN -520 AND 520), -- working days after the anchor, before it when negative
  PRIMARY KEY (template_id, phase)
);
--bun:split
ALTER TABLE cycles ADD COLUMN frequency TEXT NOT NULL DEFAULT 'year' CHECK (frequency IN ('year', 'quarter', 'month'));
--bun:split
ALTER TABLE cycles ADD COLUMN first_day TEXT NOT NULL DEFAULT ''; -- of the period
--bun:split
ALTER TABLE cycles ADD COLUMN release_day TEXT NOT NULL DEFAULT ''; -- when the results are to be released; empty: not said
--bun:split
ALTER TABLE cycles ADD COLUMN template_id UUID REFERENCES due_templates (id); -- by which the days were proposed
--bun:split
ALTER TABLE cycles ADD COLUMN copied_from UUID REFERENCES cycles (id); -- whose days were shifted
--bun:split
ALTER TABLE cycles ADD COLUMN recurring BOOLEAN NOT NULL DEFAULT FALSE; -- planned by the program
--bun:split
UPDATE cycles SET first_day = period || '-01-01';
--bun:split
CREATE INDEX ix_cycles__process_first ON cycles (process_id, frequency, first_day);
--bun:split
CREATE INDEX ix_cycles__first ON cycles (first_day, id);
--bun:split
CREATE INDEX ix_cycle_phases__due ON cycle_phases (due, cycle_id);
--bun:split
-- Processes that get their next cycle by themselves.
CREATE TABLE cycle_recurrences (
  process_id    UUID PRIMARY KEY REFERENCES processes (id),
  frequency     TEXT NOT NULL CHECK (frequency IN ('year', 'quarter', 'month')),
  template_code TEXT NOT NULL, -- its newest version counts
  lead_days     INTEGER NOT NULL CHECK (lead_days BETWEEN 0 AND 250), -- working days before the period begins
  active        BOOLEAN NOT NULL,
  changed_by    UUID REFERENCES users (id),
  changed_at    TIMESTAMPTZ NOT NULL,
  failure       TEXT NOT NULL DEFAULT '' -- why the last try made no cycle; a key of the texts
);
