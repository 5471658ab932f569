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
