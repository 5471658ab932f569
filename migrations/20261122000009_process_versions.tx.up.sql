-- How a description came about: what kind of file, by whom, what was put right in it, and what it was copied from.
ALTER TABLE process_versions ADD COLUMN format TEXT NOT NULL DEFAULT 'CSV'; -- CSV, XLSX, DOCX; COPY of another process
--bun:split
ALTER TABLE process_versions ADD COLUMN created_by UUID REFERENCES users (id);
--bun:split
ALTER TABLE process_versions ADD COLUMN copied_from UUID REFERENCES process_versions (id);
--bun:split
-- What the import put right or was not sure of, as the person saw it before confirming.
CREATE TABLE version_notes (
  version_id  UUID NOT NULL REFERENCES process_versions (id),
  position    INTEGER NOT NULL,
  weight      TEXT NOT NULL CHECK (weight IN ('form', 'repair', 'doubt')),
  line        INTEGER NOT NULL, -- of the file; 0 = the file as a whole
  code        TEXT NOT NULL,    -- of the activity; empty = none
  place       TEXT NOT NULL,    -- column of the description
  message     TEXT NOT NULL,    -- key of the text
  args        TEXT NOT NULL,    -- its arguments, JSON
  text_before TEXT NOT NULL,
  text_after  TEXT NOT NULL,
  PRIMARY KEY (version_id, position)
);
--bun:split
-- Suppliers that were knowingly left as a name in the text; position is that among all suppliers of the row.
CREATE TABLE activity_supplier_names (
  activity_id UUID NOT NULL REFERENCES activities (id),
  position    INTEGER NOT NULL,
  name_az     TEXT NOT NULL,
  PRIMARY KEY (activity_id, position)
);
