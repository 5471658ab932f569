-- What reported audits have looked at, kept when an audit is reported: the coverage of a programme asks for three years of it.
CREATE TABLE audit_looked (
  year   INTEGER NOT NULL, -- in which the audit was planned to begin
  gsbpm  TEXT NOT NULL,    -- of a question that was answered; empty = about no code
  clause TEXT NOT NULL,
  PRIMARY KEY (year, gsbpm, clause)
);
--bun:split
INSERT INTO audit_looked (year, gsbpm, clause) SELECT DISTINCT CAST(SUBSTR(a.planned_from, 1, 4) AS INTEGER), r.gsbpm, r.clause
  FROM audit_rows r JOIN audits a ON a.id = r.audit_id WHERE a.state IN ('reported', 'closed') AND r.answer NOT IN ('open', 'not_sampled');
--bun:split
-- Actions of people of another department than that of the act: by them other departments see an act. An act never changes its department once it has actions.
ALTER TABLE corrective_actions ADD COLUMN elsewhere BOOLEAN NOT NULL DEFAULT FALSE;
--bun:split
ALTER TABLE action_owners ADD COLUMN elsewhere BOOLEAN NOT NULL DEFAULT FALSE;
--bun:split
UPDATE corrective_actions SET elsewhere = TRUE WHERE department_id <> (SELECT a.department_id FROM acts a WHERE a.id = corrective_actions.act_id);
--bun:split
UPDATE action_owners SET elsewhere = TRUE WHERE department_id <> (SELECT a.department_id FROM acts a WHERE a.id = action_owners.act_id);
--bun:split
CREATE INDEX ix_corrective_actions__elsewhere ON corrective_actions (department_id, act_id) WHERE elsewhere;
--bun:split
CREATE INDEX ix_action_owners__elsewhere ON action_owners (department_id, act_id) WHERE elsewhere;
