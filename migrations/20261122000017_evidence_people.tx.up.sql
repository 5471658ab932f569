-- Who handled the evidence of a task in a cycle, and what an audit finds there: by the task, not through the outputs of every cycle.
CREATE INDEX ix_submissions__cycle_activity ON submissions (cycle_id, activity_id);
