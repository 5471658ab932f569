-- What is attached to a risk: analyses, proofs that a treatment was carried out. Never taken off.
CREATE TABLE risk_files (
  risk_id  UUID NOT NULL REFERENCES risks (id),
  file_id  UUID NOT NULL REFERENCES files (id),
  position INTEGER NOT NULL, -- from 1, in the order they came
  state    TEXT NOT NULL, -- of the risk when it was attached
  PRIMARY KEY (risk_id, file_id)
);
--bun:split
CREATE UNIQUE INDEX ux_risk_files__risk_id__position ON risk_files (risk_id, position);
--bun:split
CREATE INDEX ix_risk_files__file ON risk_files (file_id);
--bun:split
{{- if .PG}}
CREATE TRIGGER risk_files_stay BEFORE UPDATE OR DELETE ON risk_files FOR EACH ROW EXECUTE FUNCTION forbid_change();
{{- else}}
CREATE TRIGGER risk_files_no_update BEFORE UPDATE ON risk_files BEGIN SELECT RAISE(ABORT, 'append-only table risk_files'); END;
--bun:split
CREATE TRIGGER risk_files_no_delete BEFORE DELETE ON risk_files BEGIN SELECT RAISE(ABORT, 'append-only table risk_files'); END;
{{- end}}
