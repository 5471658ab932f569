-- Templates of checklists that people write and publish themselves, and checklists that several auditors fill at once.

-- A published version is never changed: a new one is written as a draft beside it. own: no template at all,
-- it stands for the standard of the questions that one audit has added by itself.
ALTER TABLE checklist_templates ADD COLUMN state TEXT NOT NULL DEFAULT 'published' CHECK (state IN ('draft', 'published', 'withdrawn', 'own'));
--bun:split
ALTER TABLE checklist_templates ADD COLUMN revision INTEGER NOT NULL DEFAULT 1; -- rises with each change of a draft
--bun:split
ALTER TABLE checklist_templates ADD COLUMN from_id UUID REFERENCES checklist_templates (id); -- what it was copied from
--bun:split
ALTER TABLE checklist_templates ADD COLUMN created_by UUID REFERENCES users (id);
--bun:split
ALTER TABLE checklist_templates ADD COLUMN published_at TIMESTAMPTZ;
--bun:split
ALTER TABLE checklist_templates ADD COLUMN published_by UUID REFERENCES users (id);
--bun:split
ALTER TABLE checklist_templates ADD COLUMN withdrawn_at TIMESTAMPTZ;
--bun:split
ALTER TABLE checklist_templates ADD COLUMN withdrawn_by UUID REFERENCES users (id);
--bun:split
ALTER TABLE checklist_templates ADD COLUMN withdraw_reason TEXT NOT NULL DEFAULT '';
--bun:split
UPDATE checklist_templates SET published_at = created_at;
--bun:split
ALTER TABLE checklist_template_rows ADD COLUMN search_key TEXT NOT NULL DEFAULT ''; -- folded text; filled at the start where it is empty
--bun:split
CREATE INDEX ix_checklist_template_rows__position ON checklist_template_rows (template_id, position);
--bun:split
ALTER TABLE audit_rows ADD COLUMN sample_method TEXT NOT NULL DEFAULT ''; -- how the sample was chosen
--bun:split
ALTER TABLE audit_rows ADD COLUMN own BOOLEAN NOT NULL DEFAULT FALSE; -- added for this audit, from no template
--bun:split
ALTER TABLE audit_rows ADD COLUMN sources TEXT NOT NULL DEFAULT ''; -- questions that were merged into this one: "ISO9001 7.5.3-a; GSBPM 4.4-b"
--bun:split
ALTER TABLE audit_rows ADD COLUMN last_finding_id UUID REFERENCES findings (id); -- what the last audit found here
--bun:split
-- Each change of one field of a row. Two auditors who change different fields never meet; who changes the same one is told.
CREATE TABLE row_changes (
  audit_id UUID NOT NULL REFERENCES audits (id),
  seq      INTEGER NOT NULL, -- 1, 2 … in the audit
  row_id   UUID NOT NULL REFERENCES audit_rows (id),
  version  INTEGER NOT NULL, -- of the row after the change
  field    TEXT NOT NULL CHECK (field IN ('answer', 'note', 'population', 'sample', 'sample_method', 'sample_result', 'evidence')),
  old_text TEXT NOT NULL,
  new_text TEXT NOT NULL,
  user_id  UUID REFERENCES users (id),
  at       TIMESTAMPTZ NOT NULL,
  request  TEXT NOT NULL, -- given by the sender: the same one again changes nothing
  PRIMARY KEY (audit_id, seq)
);
--bun:split
CREATE UNIQUE INDEX ux_row_changes__row_id__version__field ON row_changes (row_id, version, field);
--bun:split
-- Photos and other files that belong to a row itself.
CREATE TABLE row_files (
  row_id   UUID NOT NULL REFERENCES audit_rows (id),
  file_id  UUID NOT NULL REFERENCES files (id),
  position INTEGER NOT NULL,
  added_by UUID REFERENCES users (id),
  added_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (row_id, file_id)
);
--bun:split
CREATE INDEX ix_row_files__file ON row_files (file_id);
--bun:split
-- A question that was published stays as it was; a checklist stays as it was reported.
{{- if .PG}}
CREATE FUNCTION forbid_template_change() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF EXISTS (SELECT 1 FROM checklist_templates WHERE id = OLD.template_id AND state <> 'draft') THEN
    RAISE EXCEPTION 'the template is published' USING ERRCODE = '23000';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $fn$;
--bun:split
CREATE TRIGGER checklist_template_rows_text BEFORE UPDATE OF template_id, position, no, gsbpm, clause, question_az, question_en, guidance_az, guidance_en ON checklist_template_rows
  FOR EACH ROW EXECUTE FUNCTION forbid_template_change();
--bun:split
CREATE TRIGGER checklist_template_rows_stay BEFORE DELETE ON checklist_template_rows FOR EACH ROW EXECUTE FUNCTION forbid_template_change();
--bun:split
CREATE FUNCTION forbid_reported_row() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF EXISTS (SELECT 1 FROM audits WHERE id = OLD.audit_id AND reported_at IS NOT NULL) THEN
    RAISE EXCEPTION 'the audit is reported' USING ERRCODE = '23000';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $fn$;
--bun:split
CREATE TRIGGER audit_rows_reported BEFORE UPDATE OR DELETE ON audit_rows FOR EACH ROW EXECUTE FUNCTION forbid_reported_row();
--bun:split
CREATE TRIGGER row_changes_stay BEFORE UPDATE ON row_changes FOR EACH ROW EXECUTE FUNCTION forbid_change();
{{- else}}
CREATE TRIGGER checklist_template_rows_text BEFORE UPDATE OF template_id, position, no, gsbpm, clause, question_az, question_en, guidance_az, guidance_en ON checklist_template_rows
WHEN EXISTS (SELECT 1 FROM checklist_templates WHERE id = OLD.template_id AND state <> 'draft')
BEGIN SELECT RAISE(ABORT, 'the template is published'); END;
--bun:split
CREATE TRIGGER checklist_template_rows_stay BEFORE DELETE ON checklist_template_rows
WHEN EXISTS (SELECT 1 FROM checklist_templates WHERE id = OLD.template_id AND state <> 'draft')
BEGIN SELECT RAISE(ABORT, 'the template is published'); END;
--bun:split
CREATE TRIGGER audit_rows_reported_u BEFORE UPDATE ON audit_rows WHEN EXISTS (SELECT 1 FROM audits WHERE id = OLD.audit_id AND reported_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the audit is reported'); END;
--bun:split
CREATE TRIGGER audit_rows_reported_d BEFORE DELETE ON audit_rows WHEN EXISTS (SELECT 1 FROM audits WHERE id = OLD.audit_id AND reported_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the audit is reported'); END;
--bun:split
CREATE TRIGGER row_changes_stay BEFORE UPDATE ON row_changes BEGIN SELECT RAISE(ABORT, 'append-only table row_changes'); END;
{{- end}}
