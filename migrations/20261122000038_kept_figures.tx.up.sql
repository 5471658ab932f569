-- What the yearly summary of internal audit says of acts, kept as they change: the summary does not read the acts of its year.
-- They are made anew at the start of the program when the year of an act was told in another time zone, or never.

-- An issued act as it stands in act_figures.
CREATE TABLE act_counted (
  act_id        UUID PRIMARY KEY REFERENCES acts (id),
  year          INTEGER NOT NULL, -- of its issue, in the zone of the office
  department_id UUID NOT NULL REFERENCES departments (id),
  state         TEXT NOT NULL,
  since         BIGINT NOT NULL, -- when it came to its state, milliseconds since 1970
  reopened      BOOLEAN NOT NULL,
  causes        TEXT NOT NULL -- keys of its causes, a line each
);
--bun:split
CREATE INDEX ix_act_counted__year ON act_counted (year, state, department_id, since); -- stays that go on
--bun:split
CREATE INDEX ix_act_counted__department ON act_counted (department_id);
--bun:split
CREATE TABLE act_figures (
  year          INTEGER NOT NULL,
  department_id UUID NOT NULL REFERENCES departments (id), -- of the acts
  dimension     TEXT NOT NULL CHECK (dimension IN ('process', 'department', 'clause', 'phase', 'cause', 'origin', 'state')),
  key           TEXT NOT NULL, -- id or code; 'none' for acts that have none
  acts          INTEGER NOT NULL,
  major         INTEGER NOT NULL,
  repeats       INTEGER NOT NULL,
  open          INTEGER NOT NULL,
  reopened      INTEGER NOT NULL,
  stays         INTEGER NOT NULL, -- of a state: how often an act has left it
  stayed        BIGINT NOT NULL,  -- how long these stays were together, milliseconds
  longest       BIGINT NOT NULL,  -- the longest of them
  PRIMARY KEY (year, department_id, dimension, key)
);
--bun:split
CREATE INDEX ix_act_figures__department ON act_figures (department_id);
--bun:split
-- One row: the zone in which the years of the figures were told; empty before they are made.
CREATE TABLE act_figures_of (
  zone TEXT NOT NULL
);
--bun:split
INSERT INTO act_figures_of (zone) VALUES ('');
--bun:split
-- In how many tasks of a phase evidence is in review stands with the phase, beside how many are accepted: lists of cycles add
-- them up.
ALTER TABLE cycle_phases ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0;
--bun:split
UPDATE cycle_phases SET waiting = (
  SELECT COUNT(DISTINCT s.activity_id) FROM submissions s JOIN activities a ON a.id = s.activity_id JOIN submission_outputs so ON so.submission_id = s.id
  WHERE s.cycle_id = cycle_phases.cycle_id AND s.state = 'submitted' AND a.phase = cycle_phases.phase AND NOT EXISTS (
    SELECT 1 FROM submission_outputs x JOIN submissions y ON y.id = x.submission_id
    WHERE x.output_id = so.output_id AND y.cycle_id = s.cycle_id AND y.state = 'accepted'))
WHERE cycle_id IN (SELECT s.cycle_id FROM submissions s WHERE s.state = 'submitted');
--bun:split
-- What waits for review is counted and listed by its day in the index alone.
CREATE INDEX ix_submissions__review ON submissions (state, due, id, submitted_by, department_id, class) WHERE state = 'submitted';
