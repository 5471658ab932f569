-- What the library of evidence is filtered, sorted and searched by stands with each submission and in its words.
ALTER TABLE submissions ADD COLUMN activity_id UUID REFERENCES activities (id); -- the task of all its outputs
--bun:split
ALTER TABLE submissions ADD COLUMN process_id UUID REFERENCES processes (id); -- of the cycle
--bun:split
ALTER TABLE submissions ADD COLUMN due TEXT NOT NULL DEFAULT ''; -- of the phase in the cycle, moved with it
--bun:split
ALTER TABLE submissions ADD COLUMN title_key TEXT NOT NULL DEFAULT ''; -- sort key of the title; empty: not indexed yet
--bun:split
UPDATE submissions SET process_id = (SELECT c.process_id FROM cycles c WHERE c.id = submissions.cycle_id),
  activity_id = (SELECT o.activity_id FROM submission_outputs so JOIN outputs o ON o.id = so.output_id WHERE so.submission_id = submissions.id LIMIT 1);
--bun:split
UPDATE submissions SET due = COALESCE((SELECT cp.due FROM activities a JOIN cycle_phases cp ON cp.phase = a.phase
  WHERE a.id = submissions.activity_id AND cp.cycle_id = submissions.cycle_id), '');
--bun:split
CREATE INDEX ix_submissions__due ON submissions (due, id);
--bun:split
CREATE INDEX ix_submissions__department_due ON submissions (department_id, due, id);
--bun:split
CREATE INDEX ix_submissions__department_state ON submissions (department_id, state, due, id, class); -- answers the counts alone
--bun:split
CREATE INDEX ix_submissions__state_due ON submissions (state, due, id);
--bun:split
CREATE INDEX ix_submissions__title ON submissions (title_key, id);
--bun:split
CREATE INDEX ix_submissions__process ON submissions (process_id, received_at, id);
--bun:split
CREATE INDEX ix_submissions__submitter ON submissions (submitted_by, received_at, id);
--bun:split
-- The words of a submission, folded: a search begins with its rarest word, in the order of the library.
CREATE TABLE evidence_words (
  word          TEXT {{if .PG}}COLLATE "C" {{end}}NOT NULL,
  received_at   TIMESTAMPTZ NOT NULL, -- of the submission
  submission_id UUID NOT NULL REFERENCES submissions (id),
  PRIMARY KEY (word, received_at, submission_id)
){{if not .PG}} WITHOUT ROWID{{end}};
--bun:split
-- An index of what is derived from the evidence: the tasks of open cycles with an output that has neither accepted
-- evidence nor any in review, once for each department that must deliver. Made anew for a phase whenever something in it changes.
CREATE TABLE evidence_duties (
  department_id UUID NOT NULL REFERENCES departments (id),
  due           TEXT NOT NULL, -- of the phase
  cycle_id      UUID NOT NULL REFERENCES cycles (id),
  activity_id   UUID NOT NULL REFERENCES activities (id),
  phase         TEXT NOT NULL,
  returned      BOOLEAN NOT NULL, -- what was handed in last was sent back
  PRIMARY KEY (department_id, due, cycle_id, activity_id)
);
--bun:split
CREATE INDEX ix_evidence_duties__returned ON evidence_duties (department_id, returned, due);
--bun:split
CREATE INDEX ix_evidence_duties__cycle ON evidence_duties (cycle_id, phase);
--bun:split
INSERT INTO evidence_duties (department_id, due, cycle_id, activity_id, phase, returned)
SELECT ad.department_id, cp.due, c.id, a.id, a.phase, EXISTS (
    SELECT 1 FROM outputs o JOIN submission_outputs so ON so.output_id = o.id JOIN submissions s ON s.id = so.submission_id
    WHERE o.activity_id = a.id AND s.cycle_id = c.id AND s.state = 'returned' AND NOT EXISTS (
      SELECT 1 FROM submission_outputs x JOIN submissions y ON y.id = x.submission_id WHERE x.output_id = o.id AND y.cycle_id = c.id AND y.state IN ('accepted', 'submitted')))
FROM cycles c JOIN cycle_phases cp ON cp.cycle_id = c.id AND cp.gate NOT IN ('passed', 'waived')
JOIN activities a ON a.version_id = c.version_id AND a.phase = cp.phase AND a.level = 'task' AND a.applicable
JOIN activity_departments ad ON ad.activity_id = a.id AND ad.responsible
WHERE c.state IN ('running', 'evaluating') AND EXISTS (SELECT 1 FROM outputs o WHERE o.activity_id = a.id AND NOT EXISTS (
    SELECT 1 FROM submission_outputs x JOIN submissions y ON y.id = x.submission_id WHERE x.output_id = o.id AND y.cycle_id = c.id AND y.state IN ('accepted', 'submitted')));
--bun:split
ALTER TABLE cycle_phases ADD COLUMN complete BOOLEAN NOT NULL DEFAULT FALSE; -- every applicable output has accepted evidence
--bun:split
UPDATE cycle_phases SET complete = NOT EXISTS (
  SELECT 1 FROM cycles c JOIN activities a ON a.version_id = c.version_id JOIN outputs o ON o.activity_id = a.id
  WHERE c.id = cycle_phases.cycle_id AND a.phase = cycle_phases.phase AND a.level = 'task' AND a.applicable AND NOT EXISTS (
    SELECT 1 FROM submission_outputs x JOIN submissions y ON y.id = x.submission_id WHERE x.output_id = o.id AND y.cycle_id = c.id AND y.state = 'accepted'));
--bun:split
CREATE INDEX ix_cycle_phases__complete ON cycle_phases (complete, gate, due);
--bun:split
CREATE INDEX ix_cycles__period ON cycles (period, id);
--bun:split
CREATE INDEX ix_activities__phase ON activities (version_id, phase, position);
--bun:split
CREATE INDEX ix_processes__sort ON processes (sort_key, id);
