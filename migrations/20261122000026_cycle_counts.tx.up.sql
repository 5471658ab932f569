-- How many tasks of a phase have accepted evidence for all their outputs stands with the phase, as whether it is complete
-- does: lists of cycles add them up.
ALTER TABLE cycle_phases ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0;
--bun:split
UPDATE cycle_phases SET accepted = (
  SELECT COUNT(*) FROM cycles c JOIN activities a ON a.version_id = c.version_id
  WHERE c.id = cycle_phases.cycle_id AND a.phase = cycle_phases.phase AND a.level = 'task' AND a.applicable AND NOT EXISTS (
    SELECT 1 FROM outputs o WHERE o.activity_id = a.id AND NOT EXISTS (
      SELECT 1 FROM submission_outputs x JOIN submissions y ON y.id = x.submission_id WHERE x.output_id = o.id AND y.cycle_id = c.id AND y.state = 'accepted')))
WHERE EXISTS (SELECT 1 FROM cycles k WHERE k.id = cycle_phases.cycle_id AND k.state <> 'planned');
