-- The last result of each sub-process and clause in a department, kept when an audit is reported: the matrix asks for the newest of many rows.
CREATE TABLE audit_results (
  department_id UUID NOT NULL REFERENCES departments (id), -- the one audited
  sub_process   TEXT NOT NULL, -- 4.4; a phase where the question is about all of it
  clause        TEXT NOT NULL, -- 7.5, without its further parts
  answer        TEXT NOT NULL, -- the worst of the rows
  rows          INTEGER NOT NULL,
  audit_id      UUID NOT NULL REFERENCES audits (id),
  reported_at   TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (department_id, sub_process, clause)
);
--bun:split
CREATE INDEX ix_audit_results__audit ON audit_results (audit_id);
--bun:split
-- How many acts there are in each state of each department: what registers and boards show as totals.
CREATE TABLE act_counts (
  department_id UUID NOT NULL REFERENCES departments (id),
  state         TEXT NOT NULL,
  n             INTEGER NOT NULL,
  PRIMARY KEY (department_id, state)
);
--bun:split
INSERT INTO act_counts (department_id, state, n) SELECT department_id, state, COUNT(*) FROM acts GROUP BY department_id, state;
--bun:split
{{- if .PG}}
CREATE FUNCTION count_acts() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state = NEW.state AND OLD.department_id = NEW.department_id THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.state < NEW.state THEN -- rows are always held in the same order
    UPDATE act_counts SET n = n - 1 WHERE department_id = OLD.department_id AND state = OLD.state;
  END IF;
  INSERT INTO act_counts (department_id, state, n) VALUES (NEW.department_id, NEW.state, 1)
    ON CONFLICT (department_id, state) DO UPDATE SET n = act_counts.n + 1;
  IF TG_OP = 'UPDATE' AND OLD.state >= NEW.state THEN
    UPDATE act_counts SET n = n - 1 WHERE department_id = OLD.department_id AND state = OLD.state;
  END IF;
  RETURN NEW;
END $fn$;
--bun:split
CREATE TRIGGER acts_counted AFTER INSERT OR UPDATE ON acts FOR EACH ROW EXECUTE FUNCTION count_acts();
{{- else}}
CREATE TRIGGER acts_counted_i AFTER INSERT ON acts
BEGIN
  INSERT INTO act_counts (department_id, state, n) VALUES (NEW.department_id, NEW.state, 1)
    ON CONFLICT (department_id, state) DO UPDATE SET n = n + 1;
END;
--bun:split
CREATE TRIGGER acts_counted_u AFTER UPDATE OF state, department_id ON acts WHEN OLD.state <> NEW.state OR OLD.department_id <> NEW.department_id
BEGIN
  UPDATE act_counts SET n = n - 1 WHERE department_id = OLD.department_id AND state = OLD.state;
  INSERT INTO act_counts (department_id, state, n) VALUES (NEW.department_id, NEW.state, 1)
    ON CONFLICT (department_id, state) DO UPDATE SET n = n + 1;
END;
{{- end}}
