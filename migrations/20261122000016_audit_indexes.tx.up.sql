-- What the registers of audits and acts are filtered by, in the order in which they are shown.
CREATE INDEX ix_audits__state ON audits (state, planned_from, id); -- also the audits that wait for somebody
--bun:split
CREATE INDEX ix_audits__kind ON audits (kind, planned_from, id);
--bun:split
CREATE INDEX ix_acts__department_state ON acts (department_id, state, created_at, id); -- answers the counts alone
--bun:split
-- Few actions at a time wait for a verdict.
CREATE INDEX ix_corrective_actions__state ON corrective_actions (state, act_id);
